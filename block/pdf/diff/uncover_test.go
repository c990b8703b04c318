package diff_test

import (
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

// Mladenov et al. 2021, shadow attacks that replace, or hide and replace, by
// form fields: a field lies over the amount; what it is drawn with after the
// signature covers the amount, or no longer does.
func TestFieldOverText(t *testing.T) {
	const ground = "1 g 0 0 200 20 re f 0 g "
	drawn := func(before, text string) func(x *fixture, u *pdf.Update) pdf.Ref {
		return func(x *fixture, u *pdf.Update) pdf.Ref {
			l := look(text, x.font)
			l.Raw = append([]byte(before), l.Raw...)
			return u.Add(l)
		}
	}
	set := func(text string, ap func(x *fixture, u *pdf.Update) pdf.Ref) func(x *fixture) change {
		return func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, x.text, "V", pdf.String(text), "AP", pdf.Dict{"N": ap(x, u)})
			}
		}
	}
	for _, tc := range []struct {
		name   string
		rect   pdf.Array
		before func(x *fixture) change
		after  func(x *fixture) change
		code   string // "" = allowed without doubt
		doubt  bool
	}{
		{"ground laid over an amount", pdf.Array{72, 695, 272, 715}, nil, set("9 000 kr", drawn(ground, "9 000 kr")), "field-covers-text", false},
		{"broad line over an amount", pdf.Array{72, 695, 272, 715}, nil, set("9", drawn("1 G 20 w 0 10 m 200 10 l S 0 g ", "9")), "field-covers-text", false},
		{"ground taken from an amount", pdf.Array{72, 695, 272, 715}, set("", drawn(ground, "")), set("", drawn("", "")), "field-covers-text", false},
		{"ground laid over a heading", pdf.Array{72, 755, 272, 780}, nil, set("Avslag", drawn(ground, "Avslag")), "field-covers-text", true},
		{"the same ground before and after", pdf.Array{72, 695, 272, 715}, set("", drawn(ground, "")), set("9 000 kr", drawn(ground, "9 000 kr")), "", false},
		{"ground beside all", pdf.Array{72, 600, 272, 620}, nil, set("9 000 kr", drawn(ground, "9 000 kr")), "", false},
		{"text over text, for all to see", pdf.Array{72, 695, 272, 715}, nil, set("9 000 kr", drawn("", "9 000 kr")), "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x := &fixture{}
			data := edit(t, x.build(t), func(u *pdf.Update, d *pdf.Document) { setKeys(u, d, x.text, "Rect", tc.rect, "AP", nil) })
			if tc.before == nil {
				tc.before = func(*fixture) change { return func(*pdf.Update, *pdf.Document) {} }
			}
			data = edit(t, data, tc.before(x))
			data = edit(t, data, func(u *pdf.Update, d *pdf.Document) { newSignature(u, d, "S1", x.page1, nil, value("Sig")) })
			v := diff.Compare(read(t, edit(t, data, tc.after(x))), len(read(t, data).Revisions())-1, diff.Policy{})
			if tc.code == "" || tc.doubt {
				expectDoubt(t, v, tc.doubt, tc.code)
			} else {
				expect(t, v, tc.code, "")
			}
		})
	}
}

// Rohlmann et al. 2021, sneaky signature: anybody may get a time-stamp, so one
// that speaks on the page is nobody's word; and a stamp must not make 1 000 of
// 10 000 though it hides next to nothing.
func TestSignaturesThatMislead(t *testing.T) {
	white := func(u *pdf.Update) pdf.Dict {
		return pdf.Dict{"N": u.Add(stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 10, 10}}, "1 g 0 0 10 10 re f"))}
	}
	for _, tc := range []struct {
		name string
		do   func(x *fixture, u *pdf.Update, d *pdf.Document)
		code string
	}{
		{"time-stamp that speaks", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			newSignature(u, d, "T", x.page2, pdf.Array{72, 300, 272, 350}, value("DocTimeStamp"))
		}, "time-stamp-says"},
		{"time-stamp that is not seen", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			newSignature(u, d, "T", x.page2, nil, value("DocTimeStamp"))
		}, ""},
		{"signature over two of four figures", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			newSignature(u, d, "S2", x.page1, pdf.Array{138, 695, 148, 712}, value("Sig"), "AP", white(u))
		}, "signature-cuts-number"},
		{"signature beside the figures", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			newSignature(u, d, "S2", x.page1, pdf.Array{300, 695, 310, 712}, value("Sig"), "AP", white(u))
		}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x := &fixture{}
			v := compare(t, edit(t, x.signed(t), func(u *pdf.Update, d *pdf.Document) { tc.do(x, u, d) }), diff.Policy{})
			expectDoubt(t, v, tc.code != "", tc.code)
		})
	}
}
