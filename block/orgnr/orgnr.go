// Package orgnr reads and holds Swedish organisation numbers
// (organisationsnummer).
//
// It owns their spelling and check digit. It does not know which organisations
// exist. A sole trader's number is a personal identity number and is refused:
// the third digit of an organisation number is at least 2, so that the two kinds
// can never be taken for each other (lag (1974:174) om identitetsbeteckning för
// juridiska personer m.fl.).
//
// Organisation numbers are public; nothing here masks them.
package orgnr

import (
	"errors"
	"strings"
)

// ErrInvalid is what Parse answers to everything that is no organisation number.
var ErrInvalid = errors.New("orgnr: not an organisation number")

// prefix makes twelve digits of ten, where a format has one field for both
// persons and organisations: "16" stands where a person has the century.
const prefix = "16"

// Number is ten digits without a hyphen. Make one only with Parse; the zero
// value means "none".
type Number string

// Parse accepts ten digits or twelve (with 16 first), with or without a hyphen
// before the last four. Space around it is ignored.
func Parse(s string) (Number, error) {
	s = strings.TrimSpace(s)
	if n := len(s); (n == 11 || n == 13) && s[n-5] == '-' {
		s = s[:n-5] + s[n-4:]
	}
	if len(s) == 12 {
		var ok bool
		if s, ok = strings.CutPrefix(s, prefix); !ok {
			return "", ErrInvalid
		}
	}
	if len(s) != 10 || s[2] < '2' || !luhn(s) {
		return "", ErrInvalid
	}
	return Number(s), nil
}

// luhn also refuses everything but ASCII digits.
func luhn(ten string) bool {
	sum := 0
	for i := range len(ten) {
		if ten[i] < '0' || ten[i] > '9' {
			return false
		}
		v := int(ten[i] - '0')
		if i%2 == 0 {
			v *= 2
		}
		sum += v/10 + v%10
	}
	return sum%10 == 0
}

// Twelve gives the twelve digits that the agencies' formats use, or "" for none.
func (n Number) Twelve() string {
	if n == "" {
		return ""
	}
	return prefix + string(n)
}

// String gives the number as people write it: 212000-9911.
func (n Number) String() string {
	if len(n) != 10 {
		return string(n)
	}
	return string(n[:6]) + "-" + string(n[6:])
}
