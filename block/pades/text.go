package pades

import (
	"fmt"
	"time"
	"unicode/utf16"

	"medborgarnavet/block/pdf"
)

// textString is s as a PDF text string: as it is when all of it is printable
// ASCII, else UTF-16BE with its mark (ISO 32000-1, 7.9.2.2).
func textString(s string) pdf.String {
	plain := true
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] > 0x7e {
			plain = false
			break
		}
	}
	if plain {
		return pdf.String(s)
	}
	out := []byte{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u>>8), byte(u))
	}
	return pdf.String(out)
}

// dateString is t as a PDF date, with its offset from UTC.
func dateString(t time.Time) pdf.String {
	_, offset := t.Zone()
	if offset == 0 {
		return pdf.String(t.Format("D:20060102150405") + "Z")
	}
	sign := '+'
	if offset < 0 {
		sign, offset = '-', -offset
	}
	return pdf.String(fmt.Sprintf("%s%c%02d'%02d'", t.Format("D:20060102150405"), sign, offset/3600, offset%3600/60))
}

// parseDate reads a PDF date; false when s is not one.
func parseDate(s string) (time.Time, bool) {
	if len(s) > 2 && s[:2] == "D:" {
		s = s[2:]
	}
	digits := 0
	for digits < len(s) && digits < 14 && s[digits] >= '0' && s[digits] <= '9' {
		digits++
	}
	const full = "00000101000000"
	if digits < 4 || digits%2 != 0 {
		return time.Time{}, false
	}
	zone, ok := parseZone(s[digits:])
	if !ok {
		return time.Time{}, false
	}
	t, err := time.ParseInLocation("20060102150405", s[:digits]+full[digits:], zone)
	return t, err == nil
}

// parseZone reads what follows a PDF date's digits: nothing, Z, or ±HH'mm'.
func parseZone(s string) (*time.Location, bool) {
	if s == "" || s[0] == 'Z' {
		return time.UTC, true
	}
	if s[0] != '+' && s[0] != '-' {
		return nil, false
	}
	var h, m int
	if n, _ := fmt.Sscanf(s[1:], "%2d'%2d", &h, &m); n < 1 || h > 23 || m > 59 {
		return nil, false
	}
	offset := h*3600 + m*60
	if s[0] == '-' {
		offset = -offset
	}
	return time.FixedZone("", offset), true
}
