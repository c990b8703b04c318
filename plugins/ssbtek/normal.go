package ssbtek

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"medborgarnavet/block/pnr"
	"medborgarnavet/plugin"
)

var (
	dayPattern    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(?:$|[T+\-Z ])`)
	amountPattern = regexp.MustCompile(`^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d{1,3}))?$`)
)

const (
	maxAmountLength   = 40              // characters: no amount needs more
	maxAmountExponent = 15              // keeps 1e999999 from being written out
	maxOre            = 100_000_000_000 // a thousand million kronor
)

// normalDate gives "2006-01-02" for the spellings of a day that the agencies
// use: with a zone (Arbetsförmedlingen, Migrationsverket), with a time, or
// without hyphens (CSN). "" for none, for "0" (undecided, CSN) and for what is
// no date. The zone is not applied: the agency means the day it wrote.
func normalDate(s string) string {
	s = strings.TrimSpace(s)
	switch {
	case dayPattern.MatchString(s):
		s = s[:len(time.DateOnly)]
	case len(s) == 8 && isDigits(s):
		s = s[:4] + "-" + s[4:6] + "-" + s[6:]
	default:
		return ""
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return ""
	}
	return s
}

// monthOrDate is normalDate that also takes a month, as LEFI's periods may be
// given: its first day, or its last.
func monthOrDate(s string, last bool) string {
	s = strings.TrimSpace(s)
	month, err := time.Parse("2006-01", s)
	if err != nil {
		return normalDate(s)
	}
	if last {
		month = month.AddDate(0, 1, -1)
	}
	return month.Format(time.DateOnly)
}

// weekDate gives the Monday, or the Sunday, of a week written yyyyWW (ISO 8601
// weeks, CSN). Eight digits are a date. "" for what is neither.
func weekDate(s string, last bool) string {
	s = strings.TrimSpace(s)
	if len(s) != 6 || !isDigits(s) {
		return normalDate(s)
	}
	year, _ := strconv.Atoi(s[:4])
	week, _ := strconv.Atoi(s[4:])
	// 4 January is always in week 1.
	day := time.Date(year, time.January, 4, 0, 0, 0, 0, time.UTC)
	day = day.AddDate(0, 0, -(int(day.Weekday())+6)%7+7*(week-1))
	if y, w := day.ISOWeek(); y != year || w != week {
		return ""
	}
	if last {
		day = day.AddDate(0, 0, 6)
	}
	return day.Format(time.DateOnly)
}

// span makes a period, or nil when neither end is known.
func span(from, to string) *plugin.Period {
	if from == "" && to == "" {
		return nil
	}
	return &plugin.Period{From: from, To: to}
}

// ore reads an amount in kronor: with decimal point or comma, with spaces
// between thousands, with an exponent as JSON writers may use. More decimals
// than two are rounded half away from zero. nil for "", "-" and what is no
// amount.
func ore(s string) *int64 {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '−': // minus sign
			return '-'
		case unicode.IsSpace(r):
			return -1
		}
		return r
	}, s)
	if len(s) > maxAmountLength {
		return nil
	}
	if comma := strings.LastIndexByte(s, ','); comma >= 0 {
		if strings.LastIndexByte(s, '.') < comma {
			s = strings.ReplaceAll(s[:comma], ".", "") + "." + s[comma+1:]
		}
		s = strings.ReplaceAll(s, ",", "")
	}
	m := amountPattern.FindStringSubmatch(s)
	if m == nil {
		return nil
	}
	if e, _ := strconv.Atoi(m[1]); e > maxAmountExponent || e < -maxAmountExponent {
		return nil
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil
	}
	// Half away from zero: trunc((2·100·r ± 1) / 2).
	r.Mul(r, big.NewRat(200, 1))
	r.Add(r, big.NewRat(int64(r.Sign()), 1))
	n := new(big.Int).Quo(r.Num(), new(big.Int).Mul(r.Denom(), big.NewInt(2)))
	if !n.IsInt64() || n.Int64() > maxOre || n.Int64() < -maxOre {
		return nil
	}
	v := n.Int64()
	return &v
}

// deduction is an amount as something taken away, whichever sign it came with.
func deduction(v int64) int64 {
	if v > 0 {
		return -v
	}
	return v
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// unknownCode stands for a code that is missing or not fit to be shown.
const unknownCode = "OKAND"

const maxCodeLength, maxCodeDigits = 40, 8

// safeCode lets a code through as it stands when it can be logged: short, on
// one line, and with too few digits to hold a personal identity number. Anything
// else is OKAND: the contract lets an agency write any text there.
func safeCode(s string) string {
	s = strings.TrimSpace(s)
	digits := 0
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			digits++
		case !unicode.IsPrint(r), r == '<', r == '>':
			return unknownCode
		}
	}
	if s == "" || len([]rune(s)) > maxCodeLength || digits > maxCodeDigits {
		return unknownCode
	}
	return s
}

// samePerson compares a number in an answer, with ten or twelve digits and any
// separator, with the person asked about. Nothing to compare is no difference.
func samePerson(asked pnr.Number, answered string) bool {
	d := digitsOf(answered)
	if asked.IsZero() || d == "" {
		return true
	}
	if len(d) == 10 {
		return d == asked.Ten()
	}
	return d == asked.Plain()
}
