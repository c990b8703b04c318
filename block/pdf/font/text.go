package font

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Clean is a text as it is shaped: valid UTF-8 in Unicode normal form C, with
// line ends, tabs and other controls made spaces, and without soft hyphens and
// the controls of direction. Clean of a cleaned text changes nothing.
func Clean(text string) string {
	if plain(text) {
		return text
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\u00ad' || r == '\ufeff' || unicode.Is(unicode.Bidi_Control, r):
			return -1
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, string(replacement)))
	return norm.NFC.String(text)
}

// plain is true for text that is clean already: printable characters below
// the combining marks, which are their own normal form.
func plain(text string) bool {
	for _, r := range text {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0xad || r >= 0x300 && (r < 0x2010 || r > 0x2027) {
			return false
		}
	}
	return true
}

// ignorable is true for characters that are never seen and only direct how
// others are shaped: joiners and variation selectors.
func ignorable(r rune) bool {
	switch {
	case r == '\u200b' || r == '\u200c' || r == '\u200d' || r == '\u2060' || r == '\u034f':
		return true
	}
	return unicode.Is(unicode.Variation_Selector, r)
}

// simple is true for characters that are one glyph each, whatever stands
// beside them: precomposed Latin, Greek and Cyrillic letters, digits,
// punctuation and symbols.
func simple(r rune) bool {
	switch {
	case r >= ' ' && r < 0x7f, r >= 0xa0 && r < 0x2b0 && r != 0xad, r >= 0x370 && r < 0x483,
		r >= 0x48a && r < 0x530, r >= 0x1e00 && r < 0x2000:
		return true
	case r >= 0x2010 && r < 0x2028, r >= 0x202f && r < 0x205f, r >= 0x20a0 && r < 0x20c0, r >= 0x2100 && r < 0x2600:
		return true
	}
	return r == replacement
}
