package diff_test

import (
	"strings"
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

// covering are looks that leave nothing to be read beneath them, and honest
// ones beside them. The line beneath is 12 points high, 5 to 20 in the look.
func covering() map[string]struct {
	look string
	hide bool
} {
	return map[string]struct {
		look string
		hide bool
	}{
		"white letters":                  {"1 g BT /F 20 Tf 2 5 Td (MMMMMMMMMMMM) Tj ET", true},
		"letters of a pattern":           {"/Pattern cs /P0 scn BT /F 20 Tf 2 5 Td (MMMMMMMMMMMM) Tj ET", true},
		"letters of a spot colour":       {"/Spot cs 0 scn BT /F 20 Tf 2 5 Td (MMMMMMMMMMMM) Tj ET", true},
		"black blocks of a font":         {"0 g BT /Z 20 Tf 2 5 Td (nnnnnnnnnnnn) Tj ET", true},
		"letters drawn with a broad pen": {"0 g 2 Tr 12 w BT /F 20 Tf 2 5 Td (IIIIIIIIIIIIIIIIII) Tj ET", true},
		"thin white lines":               {"1 G 2 w " + strings.Repeat("0 5 m 200 5 l 0 7 m 200 7 l 0 9 m 200 9 l 0 11 m 200 11 l 0 13 m 200 13 l 0 15 m 200 15 l 0 17 m 200 17 l 0 19 m 200 19 l ", 1) + "S", true},
		"many sheer layers":              {"1 g /Sheer gs " + strings.Repeat("0 0 200 25 re f ", 40), true},
		"black, multiplied":              {"0 g /Multiply gs 0 0 200 25 re f", true},

		"black letters":       {"0 g BT /F 9 Tf 2 5 Td (Undertecknat av Anna Berglund) Tj ET", false},
		"a thin frame":        {"0 G 1 w 0.5 0.5 199 24 re S", false},
		"a thin white frame":  {"1 G 1 w 0.5 0.5 199 24 re S", false},
		"one sheer layer":     {"1 g /Sheer gs 0 0 200 25 re f", false},
		"yellow, multiplied":  {"1 1 0 rg /Multiply gs 0 0 200 25 re f", false},
		"a dark scrawl":       {"0 0 0.5 RG 1.5 w 5 5 m 40 20 60 2 90 15 c 120 25 140 5 190 12 c S", false},
		"white on a dark box": {"0 g 0 0 12 4 re f 1 g BT /F 4 Tf 1 1 Td (OK) Tj ET", false},
	}
}

func coveringLook(u *pdf.Update, content string) pdf.Dict {
	state := func(d pdf.Dict) pdf.Ref { return u.Add(d) }
	font := func(base string) pdf.Ref {
		return u.Add(pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type1"), "BaseFont": pdf.Name(base)})
	}
	return pdf.Dict{"N": u.Add(stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 200, 25},
		"Resources": pdf.Dict{"Font": pdf.Dict{"F": font("Helvetica"), "Z": font("ZapfDingbats")},
			"ColorSpace": pdf.Dict{"Spot": pdf.Array{pdf.Name("Separation"), pdf.Name("White"), pdf.Name("DeviceGray"),
				pdf.Dict{"FunctionType": 2, "Domain": pdf.Array{0, 1}, "C0": pdf.Array{1}, "C1": pdf.Array{1}, "N": 1}}},
			"ExtGState": pdf.Dict{"Sheer": state(pdf.Dict{"ca": 0.2, "CA": 0.2}), "Multiply": state(pdf.Dict{"BM": pdf.Name("Multiply")})}}}, content))}
}

// Issue 3, part 2: a signature's look hides signed text also with letters, with
// lines, in layers and blended; an honest look hides nothing.
func TestCoverWithoutAreas(t *testing.T) {
	for name, c := range covering() {
		t.Run(name, func(t *testing.T) {
			x := &fixture{}
			data := edit(t, x.signed(t), func(u *pdf.Update, d *pdf.Document) {
				newSignature(u, d, "S2", x.page1, pdf.Array{72, 692, 272, 717}, value("Sig"), "AP", coveringLook(u, c.look))
			})
			v := compare(t, data, diff.Policy{})
			if c.hide {
				expect(t, v, "signature-hides-text", "")
			} else if !v.Allowed {
				t.Errorf("not allowed:%s", show(v))
			}
		})
	}
}

// Issue 3, part 2: letters in the colour of a dark page hide what is written on
// it in white.
func TestCoverOnADarkPage(t *testing.T) {
	for ink, hide := range map[string]bool{"0.2 0.2 0.4 rg": true, "1 g": false, "0.9 g": false} {
		x := &fixture{}
		data := edit(t, scanned(t, x, "0.2 0.2 0.4 rg 0 600 595 200 re f 1 g BT /F1 12 Tf 72 700 Td (Beloppet 1 000 kr) Tj ET"), func(u *pdf.Update, d *pdf.Document) {
			newSignature(u, d, "S2", x.page2, pdf.Array{72, 692, 272, 717}, value("Sig"), "AP", coveringLook(u, ink+" BT /F 9 Tf 2 5 Td (MMMMMMMMMMMMMMMM) Tj ET"))
		})
		if v := diff.Compare(read(t, data), 2, diff.Policy{}); v.Allowed == hide {
			t.Errorf("%s: allowed %v:%s", ink, v.Allowed, show(v))
		}
	}
}

// Issue 3, part 2: and so does a comment, where comments are permitted.
func TestCommentWithoutAreas(t *testing.T) {
	for name, c := range covering() {
		x := &fixture{}
		data := edit(t, x.signed(t), func(u *pdf.Update, d *pdf.Document) {
			addAnnot(u, d, x.page1, u.Add(pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Stamp"),
				"Rect": pdf.Array{72, 692, 272, 717}, "AP": coveringLook(u, c.look)}))
		})
		if v := compare(t, data, diff.Policy{DocMDP: 3}); v.Allowed == c.hide {
			t.Errorf("%s: allowed %v:%s", name, v.Allowed, show(v))
		}
	}
}

// Issue 3, part 2: a filled field whose value is drawn and then covered with
// white signs, or drawn in a colour whose shade nobody can tell, shows no value.
func TestFilledThenCovered(t *testing.T) {
	for _, content := range []string{
		"BT 0 g /Helv 10 Tf 2 5 Td (100) Tj ET BT 1 g /Helv 24 Tf 0 2 Td (MMM) Tj ET",
		"/Spot cs 0 scn BT /Helv 10 Tf 2 5 Td (100) Tj ET",
	} {
		x := &fixture{}
		data := edit(t, x.signed(t), func(u *pdf.Update, d *pdf.Document) {
			l := look("", x.font)
			l.Raw = []byte(content)
			setKeys(u, d, x.text, "V", pdf.String("100"), "AP", pdf.Dict{"N": u.Add(l)})
		})
		expect(t, compare(t, data, diff.Policy{}), "field-shows-other-text", "")
	}
}

// Issue 3, part 2: a comment without an appearance is drawn by the reader's
// program: with a broad line, or as a dark highlight, it hides what lies beneath.
func TestCommentDrawnByTheReader(t *testing.T) {
	for _, tc := range []struct {
		kind string
		more pdf.Dict
		hide bool
	}{
		{"Line", pdf.Dict{"C": pdf.Array{1, 1, 1}, "L": pdf.Array{72, 704, 272, 704}, "BS": pdf.Dict{"W": 20}}, true},
		{"Ink", pdf.Dict{"InkList": pdf.Array{pdf.Array{72, 704, 272, 704}}, "Border": pdf.Array{0, 0, 20}}, true},
		{"Highlight", pdf.Dict{"C": pdf.Array{0, 0, 0}}, true},
		{"Highlight", pdf.Dict{"C": pdf.Array{1, 1, 0}}, false},
		{"Line", pdf.Dict{"C": pdf.Array{1, 0, 0}, "L": pdf.Array{72, 704, 272, 704}, "BS": pdf.Dict{"W": 1}}, false},
		{"Underline", pdf.Dict{"C": pdf.Array{1, 0, 0}}, false},
	} {
		x := &fixture{}
		data := edit(t, x.signed(t), func(u *pdf.Update, d *pdf.Document) {
			dict := pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name(tc.kind), "Rect": pdf.Array{72, 692, 272, 717}}
			for k, v := range tc.more {
				dict[k] = v
			}
			addAnnot(u, d, x.page1, u.Add(dict))
		})
		if v := compare(t, data, diff.Policy{DocMDP: 3}); v.Allowed == tc.hide {
			t.Errorf("%s: allowed %v:%s", tc.kind, v.Allowed, show(v))
		}
	}
}
