package pdf

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// docEncoding is PDFDocEncoding where it differs from Latin-1 (ISO 32000-1,
// annex D.2); a code that it leaves undefined is U+FFFD.
func docEncoding(c byte) rune {
	switch {
	case c >= 0x18 && c <= 0x1f:
		return []rune("\u02d8\u02c7\u02c6\u02d9\u02dd\u02db\u02da\u02dc")[c-0x18]
	case c >= 0x80 && c <= 0xa0:
		return []rune("\u2022\u2020\u2021\u2026\u2014\u2013\u0192\u2044\u2039\u203a\u2212\u2030\u201e\u201c\u201d\u2018" +
			"\u2019\u201a\u2122\ufb01\ufb02\u0141\u0152\u0160\u0178\u017d\u0131\u0142\u0153\u0161\u017e\ufffd\u20ac")[c-0x80]
	case c == 0x7f || c == 0xad:
		return utf8.RuneError
	}
	return rune(c)
}

// DecodeText gives the text of a text string: UTF-16 or UTF-8 when it begins
// with that mark, else PDFDocEncoding. Language escapes are left out.
func DecodeText(s String) string {
	switch {
	case strings.HasPrefix(string(s), "\xfe\xff"):
		return decode16(string(s[2:]), 0, 1)
	case strings.HasPrefix(string(s), "\xff\xfe"):
		return decode16(string(s[2:]), 1, 0)
	case strings.HasPrefix(string(s), "\xef\xbb\xbf"):
		return strings.ToValidUTF8(string(s[3:]), "\ufffd")
	}
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(docEncoding(s[i]))
	}
	return b.String()
}

func decode16(s string, high, low int) string {
	units := make([]uint16, 0, len(s)/2)
	escaped := false
	for i := 0; i+1 < len(s); i += 2 {
		u := uint16(s[i+high])<<8 | uint16(s[i+low])
		if u == 0x1b {
			escaped = !escaped
			continue
		}
		if !escaped {
			units = append(units, u)
		}
	}
	return string(utf16.Decode(units))
}

// EncodeText makes a text string: PDFDocEncoding for ASCII, else UTF-16 with
// its mark.
func EncodeText(s string) String {
	ascii := true
	for _, c := range s {
		ascii = ascii && c < 0x7f && (c >= 0x20 || c == '\n' || c == '\r' || c == '\t')
	}
	if ascii {
		return String(s)
	}
	out := []byte{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u>>8), byte(u))
	}
	return String(out)
}
