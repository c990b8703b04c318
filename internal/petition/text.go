package petition

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/fault"
)

// Text is what a proposal says: plain text. Markup in it is text like any
// other, and whoever shows it escapes it.
type Text struct {
	Title string `json:"title"`
	What  string `json:"what"` // is to be done
	Why   string `json:"why"`
}

// Remark is one thing to mend in what somebody wrote.
type Remark struct {
	Field string // title, what, why, mail, trap, duration, once, words
	Code  string // missing, too-long, character, no-words, filled, unknown, often
}

// Refusal is an error with everything there is to mend. Its kind is
// fault.Invalid.
type Refusal struct{ Remarks []Remark }

func (r *Refusal) Error() string {
	var b strings.Builder
	for i, m := range r.Remarks {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(m.Field + " " + m.Code)
	}
	return b.String()
}

func refuse(remarks ...Remark) error {
	return fault.Wrap(fault.Invalid, &Refusal{Remarks: remarks}, "petition: refused")
}

const (
	mostMarks    = 4   // combining characters in a row; more is a trick
	mostPerRune  = 32  // bytes a rune may take before it is put in order
	fewestInWord = 2   // letters
	maxWords     = 600 // runes of a moderator's words
)

// tidy mends what word processors and web pages leave in a text that is pasted:
// their line ends become ours, and marks that nobody sees (soft hyphen, space
// without width, byte order mark, word joiner) go. Nobody could find them to
// take them away.
var tidy = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n",
	"\u00ad", "", "\u200b", "", "\ufeff", "", "\u2060", "")

// clean puts a text in order: NFC, line ends as \n, no space at the ends. It
// gives a remark's code when the text cannot be taken. Control characters and
// marks that turn the direction of text around are refused, so that what a
// moderator reads is what everyone will see.
func clean(s string, most int, lines bool) (string, string) {
	if len(s) > most*mostPerRune {
		return "", "too-long"
	}
	if !utf8.ValidString(s) {
		return "", "character"
	}
	s = tidy.Replace(s)
	if !lines {
		s = strings.ReplaceAll(s, "\t", " ")
	}
	s = strings.TrimSpace(norm.NFC.String(s))
	if utf8.RuneCountInString(s) > most {
		return "", "too-long"
	}
	marks, letters := 0, 0
	for _, r := range s {
		if !allowed(r, lines) {
			return "", "character"
		}
		if unicode.Is(unicode.M, r) && r != '\ufe0f' {
			marks++
		} else {
			marks = 0
		}
		if marks > mostMarks {
			return "", "character"
		}
		if unicode.IsLetter(r) {
			letters++
		}
	}
	switch {
	case s == "":
		return "", "missing"
	case letters < fewestInWord:
		return "", "no-words"
	}
	return s, ""
}

// allowed: a character that shows as itself.
func allowed(r rune, lines bool) bool {
	switch {
	case r == '\n' || r == '\t':
		return lines
	case unicode.IsControl(r), unicode.Is(unicode.Co, r), unicode.Is(unicode.Noncharacter_Code_Point, r):
		return false
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069: // bidirectional embeddings, overrides, isolates
		return false
	case r == 0xfffd, r >= 0xfff9 && r <= 0xfffb:
		return false
	}
	return true
}

// check puts a proposal's text in order, or tells what is to be mended.
func (t Text) check(s Settings) (Text, []Remark) {
	var remarks []Remark
	take := func(field, value string, most int, lines bool) string {
		out, code := clean(value, most, lines)
		if code != "" {
			remarks = append(remarks, Remark{Field: field, Code: code})
		}
		return out
	}
	out := Text{
		Title: take("title", t.Title, s.TitleRunes, false),
		What:  take("what", t.What, s.WhatRunes, true),
	}
	if strings.TrimSpace(t.Why) != "" {
		out.Why = take("why", t.Why, s.WhyRunes, true)
	}
	return out, remarks
}

// tooLarge: so much that nobody typed it.
func (t Text) tooLarge(s Settings) bool {
	return len(t.Title)+len(t.What)+len(t.Why) > (s.TitleRunes+s.WhatRunes+s.WhyRunes)*mostPerRune
}

// words puts a member of staff's words in order.
func words(s string) (string, error) {
	if strings.TrimSpace(s) == "" {
		return "", nil
	}
	out, code := clean(s, maxWords, true)
	if code != "" {
		return "", refuse(Remark{Field: "words", Code: code})
	}
	return out, nil
}

// Finding is a place in a text that looks like personal data, for the
// moderator to look at. From and To are bytes.
type Finding struct {
	Field    string
	Kind     string // number, mail, phone
	From, To int
}

var (
	likeNumber = regexp.MustCompile(`\b(?:\d{2})?\d{6}[-+ ]?\d{4}\b`)
	likeMail   = regexp.MustCompile(`[\pL\pN._%+-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)+`)
	likePhone  = regexp.MustCompile(`(?:\+46|\b0)[ -]?\d(?:[ -]?\d){6,10}\b`)
)

// Findings looks for personal identity numbers, mail addresses and telephone
// numbers (ux.md P17). That it finds none does not mean that there are none.
func (t Text) Findings(now time.Time) []Finding {
	var all []Finding
	for _, f := range []struct{ name, text string }{{"title", t.Title}, {"what", t.What}, {"why", t.Why}} {
		for _, at := range likeNumber.FindAllStringIndex(f.text, -1) {
			if _, err := pnr.ParseLenient(strings.ReplaceAll(f.text[at[0]:at[1]], " ", ""), now); err == nil {
				all = append(all, Finding{f.name, "number", at[0], at[1]})
			}
		}
		for _, at := range likeMail.FindAllStringIndex(f.text, -1) {
			all = append(all, Finding{f.name, "mail", at[0], at[1]})
		}
		for _, at := range likePhone.FindAllStringIndex(f.text, -1) {
			all = append(all, Finding{f.name, "phone", at[0], at[1]})
		}
	}
	return all
}
