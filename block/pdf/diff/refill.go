package diff

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"

	"medborgarnavet/block/pdf"
)

// filling tells whether a field that was filled in was empty before. One that
// held its default, a nought or the first of its options counts as empty; 0 is
// that it holds what it held.
func (s *step) filling(f *field) deed {
	before, after := s.held(s.old, f, "V"), s.held(s.new, f, "V")
	chosen := s.eq.same(s.old.Dict(f.ref)["I"], s.new.Dict(f.ref)["I"])
	switch {
	case before == after && (chosen || before == ""):
		return 0
	case strings.Trim(before, "0.,-") == "", before == s.held(s.old, f, "DV"), before == s.firstOption(f):
		return adds
	}
	return alters
}

// firstOption is what a choice field holds when nobody has chosen.
func (s *step) firstOption(f *field) string {
	options := s.old.Array(s.old.Dict(f.ref)["Opt"])
	if f.ft != "Ch" || len(options) == 0 {
		return ""
	}
	if pair := s.old.Array(options[0]); len(pair) == 2 {
		return squeeze(s.old.Text(pair[0]))
	}
	return squeeze(s.old.Text(options[0]))
}

// held is what a field says in one revision, without white space: its value,
// or for a box without one the state it is drawn in.
func (s *step) held(d *pdf.Document, f *field, key pdf.Name) string {
	var value pdf.Object
	for p, i := f, 0; p != nil && value == nil && i < maxDepth; p, i = p.parent, i+1 {
		value = d.Resolve(d.Dict(p.ref)[key])
	}
	if f.ft == "Btn" {
		state := d.Name(value)
		if value == nil && key == "V" {
			state = d.Name(d.Dict(f.ref)["AS"])
		}
		return strings.TrimPrefix(string(state), "Off")
	}
	text := ""
	for _, v := range kidList(d, value) {
		text += d.Text(v) + "\n"
		if st := d.Stream(v); st != nil {
			b, _ := d.Decode(st)
			text += d.Text(pdf.String(b))
		}
	}
	return squeeze(text)
}

// askew tells whether a look is turned or mirrored, so that 68 shows as 89.
func (s *step) askew(look *pdf.Stream) bool {
	m := matrixOf(s.new, look.Dict["Matrix"])
	return m[0] <= 0 || m[3] <= 0 || math.Abs(m[1]) > 1e-3 || math.Abs(m[2]) > 1e-3
}

const flagRichText = 1 << 25

// richText compares a field's value with the rich text that some programs show
// in its place (ISO 32000-1, 12.7.3.4).
func (s *step) richText(f *field, value pdf.Object) why {
	rich := s.new.Dict(f.ref)["RV"]
	if rich == nil || f.flags&flagRichText == 0 && s.eq.same(s.old.Dict(f.ref)["RV"], rich) {
		return ""
	}
	text := ""
	for d := xml.NewDecoder(strings.NewReader(s.valueText(rich))); ; {
		switch t, err := d.Token(); {
		case errors.Is(err, io.EOF):
			if sameText(text, s.valueText(value)) {
				return ""
			}
			return whyFieldText
		case err != nil:
			return whyFieldText
		default:
			if c, ok := t.(xml.CharData); ok {
				text += string(c)
			}
		}
	}
}
