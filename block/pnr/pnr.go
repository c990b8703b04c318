package pnr

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
)

// Why a number was refused. The texts never repeat the input.
var (
	ErrFormat      = errors.New("pnr: not ten or twelve digits with at most one separator")
	ErrDate        = errors.New("pnr: the first digits are no calendar date")
	ErrFuture      = errors.New("pnr: the birth date lies in the future")
	ErrTooOld      = errors.New("pnr: the birth date lies too far back")
	ErrBirthNumber = errors.New("pnr: the birth number is 000")
	ErrCheckDigit  = errors.New("pnr: the check digit is wrong")
	ErrEncode      = errors.New("pnr: a personal identity number must not be encoded implicitly; use Plain")
)

const (
	mask = "••••••••-••••"

	// coordinationOffset is added to the day in a coordination number
	// (18 a § folkbokföringslagen).
	coordinationOffset = 60

	oldestStrict  = 150  // years: older than anyone has become, yet room for the 1800s
	oldestLenient = 1800 // first year with a century digit that the agencies' schemas know
)

// Number is one valid personnummer or samordningsnummer. It is comparable and
// may be a map key. The zero value means "none".
type Number struct {
	// The twelve digits, enciphered: a Number in an unexported field of some
	// struct is printed without its methods. One block under one key keeps ==
	// meaning the same number, and leaves no table of the numbers that were read.
	block [aes.BlockSize]byte
}

// hide is the cipher of this process; its key is nowhere else.
var hide = func() cipher.Block {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // the key has the right length
	}
	return block
}()

// Parse reads a number as a person may write it: YYMMDD-NNNC, YYMMDD+NNNC, ten
// digits, twelve digits, or twelve digits with a hyphen before the last four.
// Space around it is ignored, space within it is not. now decides the century
// of the ten-digit forms and what lies in the future.
func Parse(s string, now time.Time) (Number, error) { return parse(s, now, false) }

// ParseLenient also accepts birth number 000 and birth years back to 1800. It
// is for demonstration and simulators, whose published mock persons break the
// rules; a product that talks to agencies uses Parse.
func ParseLenient(s string, now time.Time) (Number, error) { return parse(s, now, true) }

func parse(s string, now time.Time, lenient bool) (Number, error) {
	s = strings.TrimSpace(s)
	digits, sep, err := split(s)
	if err != nil {
		return Number{}, err
	}
	if len(digits) == 10 {
		digits = century(digits, sep, now) + digits
	}
	born, ok := date(digits)
	if !ok {
		return Number{}, ErrDate
	}
	if born.After(day(now)) {
		return Number{}, ErrFuture
	}
	oldest := now.Year() - oldestStrict
	if lenient {
		oldest = oldestLenient
	}
	if born.Year() < oldest {
		return Number{}, ErrTooOld
	}
	if !lenient && digits[8:11] == "000" {
		return Number{}, ErrBirthNumber
	}
	if !luhn(digits[2:]) {
		return Number{}, ErrCheckDigit
	}
	var n Number
	copy(n.block[:], digits)
	hide.Encrypt(n.block[:], n.block[:])
	return n, nil
}

// split takes the separator out: the digits that remain and '-', '+' or 0.
func split(s string) (digits string, sep byte, err error) {
	if n := len(s); n == 11 || n == 13 {
		sep = s[n-5]
		// With the century written out a plus sign says nothing more, and is
		// no accepted spelling.
		if sep != '-' && !(sep == '+' && n == 11) {
			return "", 0, ErrFormat
		}
		s = s[:n-5] + s[n-4:]
	}
	if len(s) != 10 && len(s) != 12 {
		return "", 0, ErrFormat
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return "", 0, ErrFormat
		}
	}
	return s, sep, nil
}

// century finds the two digits that a ten-digit number leaves out. A plus sign
// means that the person turns, or has turned, 100 this year; otherwise it is
// the latest century that does not put the birth in the future.
func century(ten string, sep byte, now time.Time) string {
	year := now.Year() - now.Year()%100 + int(ten[0]-'0')*10 + int(ten[1]-'0')
	if sep == '+' {
		for year > now.Year()-100 {
			year -= 100
		}
		return fmt.Sprintf("%02d", year/100)
	}
	for range 2 {
		born, ok := date(fmt.Sprintf("%04d", year) + ten[2:])
		if year <= now.Year() && (!ok || !born.After(day(now))) {
			break
		}
		year -= 100
	}
	return fmt.Sprintf("%02d", year/100)
}

// date reads the birth date of twelve digits; ok is false for no real date.
func date(twelve string) (born time.Time, ok bool) {
	n := func(s string) (v int) {
		for i := range len(s) {
			v = v*10 + int(s[i]-'0')
		}
		return v
	}
	y, m, d := n(twelve[:4]), n(twelve[4:6]), n(twelve[6:8])
	if d > coordinationOffset {
		d -= coordinationOffset
	}
	born = time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return born, born.Year() == y && born.Month() == time.Month(m) && born.Day() == d
}

// day is the calendar day of t where t is, as midnight UTC.
func day(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// luhn checks the last of ten digits against the nine before it (SKV 704).
func luhn(ten string) bool {
	sum := 0
	for i := range len(ten) {
		v := int(ten[i] - '0')
		if i%2 == 0 {
			v *= 2
		}
		sum += v/10 + v%10
	}
	return sum%10 == 0
}

// Plain gives the twelve digits, or "" for none. It is the only way to get
// them; call it only where a wire format or a sealed store needs the number.
func (n Number) Plain() string {
	if n.IsZero() {
		return ""
	}
	var digits [aes.BlockSize]byte
	hide.Decrypt(digits[:], n.block[:])
	return string(digits[:12])
}

// Ten gives the last ten digits without separator, or "".
func (n Number) Ten() string {
	if n.IsZero() {
		return ""
	}
	return n.Plain()[2:]
}

// Century gives the first two digits ("18", "19", "20"), or "".
func (n Number) Century() string {
	if n.IsZero() {
		return ""
	}
	return n.Plain()[:2]
}

// IsZero tells that there is no number.
func (n Number) IsZero() bool { return n == Number{} }

// IsCoordination tells a samordningsnummer from a personnummer.
func (n Number) IsCoordination() bool { return !n.IsZero() && n.Plain()[6] >= '6' }

// BirthDate is the date in the number, at midnight UTC; the zero time for none.
func (n Number) BirthDate() time.Time {
	if n.IsZero() {
		return time.Time{}
	}
	born, _ := date(n.Plain())
	return born
}

// Age is the number of birthdays up to and including the day of at, in at's
// own location. One born on 29 February has birthday on 1 March in other years.
// It is 0 for none and for a day before the birth.
func (n Number) Age(at time.Time) int {
	if n.IsZero() {
		return 0
	}
	born, today := n.BirthDate(), day(at)
	age := today.Year() - born.Year()
	if today.Month() < born.Month() || today.Month() == born.Month() && today.Day() < born.Day() {
		age--
	}
	return max(age, 0)
}

// String is a mask without any digit of the number (I-9); "" for none.
func (n Number) String() string {
	if n.IsZero() {
		return ""
	}
	return mask
}

// GoString masks %#v.
func (n Number) GoString() string { return "pnr.Number(" + n.String() + ")" }

// Format masks every verb of fmt, also those that would look into the struct.
func (n Number) Format(f fmt.State, verb rune) {
	if verb == 'v' && f.Flag('#') {
		_, _ = io.WriteString(f, n.GoString())
		return
	}
	_, _ = io.WriteString(f, n.String())
}

// LogValue masks the number in structured logs.
func (n Number) LogValue() slog.Value { return slog.StringValue(n.String()) }

// MarshalText always fails, so that a number cannot slip into JSON, XML or a
// map key. Whoever means to send it writes Plain().
func (n Number) MarshalText() ([]byte, error) { return nil, ErrEncode }
