package diff_test

import (
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

// states writes looks for the states of a box anew, as some programs do when
// one is chosen, and chooses the state "Ja".
func states(yes, off string, resources pdf.Dict) change {
	return func(u *pdf.Update, d *pdf.Document) {
		at := func(content string) pdf.Object {
			return u.Add(stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 10, 10}, "Resources": resources}, content))
		}
		for _, o := range d.Array(d.Dict(d.Catalog()["AcroForm"])["Fields"]) {
			if r, ok := o.(pdf.Ref); ok && d.Text(d.Dict(r)["T"]) == "godkand" {
				setKeys(u, d, r, "V", pdf.Name("Ja"), "AS", pdf.Name("Ja"), "AP", pdf.Dict{"N": pdf.Dict{"Ja": at(yes), "Off": at(off)}})
			}
		}
	}
}

func fontNamed(base string) pdf.Dict {
	return pdf.Dict{"Font": pdf.Dict{"F": pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type1"), "BaseFont": pdf.Name(base)}}}
}

// Issue 3, part 2; signing.md §5 "must not be failed": a box may be drawn anew
// with a mark when it is ticked (honest programs do so), and with nothing else.
func TestBoxDrawnAnew(t *testing.T) {
	signs := fontNamed("ZapfDingbats")
	const clip = "q 0 0 10 10 re W n Q"
	for _, tc := range []struct {
		name    string
		change  change
		allowed bool
	}{
		{"a cross of lines", states("2 8 m 8 2 l 8 8 m 2 2 l S", clip, nil), true},
		{"the same as before, with another font that is not used", states("0 0 10 10 re f", "", fontNamed("Courier")), true},
		{"a tick of the font for signs", states("q 1 1 8 8 re W n 0 g BT /F 11 Tf 2 1 Td (4) Tj ET Q", clip, signs), true},
		{"a letter", states("BT /F 11 Tf 2 1 Td (N) Tj ET", clip, fontNamed("Helvetica")), false},
		{"two signs", states("BT /F 5 Tf 2 1 Td (44) Tj ET", clip, signs), false},
		{"a sign in white", states("1 g BT /F 11 Tf 2 1 Td (4) Tj ET", clip, signs), false},
		{"nothing in a ticked box", states(clip, clip, nil), false},
		{"a cross in a box that is not ticked", states("2 8 m 8 2 l S", "2 8 m 8 2 l S", nil), false},
		{"white in a box that is not ticked", states("2 8 m 8 2 l S", "1 g 0 0 10 10 re f", nil), false},
		{"an image", states("/Im Do", clip, pdf.Dict{"XObject": pdf.Dict{"Im": stream(pdf.Dict{"Subtype": pdf.Name("Image"), "Width": 1, "Height": 1}, "\x00")}}), false},
	} {
		x := &fixture{}
		v := compare(t, edit(t, x.signed(t), tc.change), diff.Policy{})
		if v.Allowed != tc.allowed {
			t.Errorf("%s: allowed %v:%s", tc.name, v.Allowed, show(v))
		}
	}
}

// A box that is larger than one is ordinarily could show a word as lines.
func TestLargeBoxDrawnAnew(t *testing.T) {
	x := &fixture{}
	large := edit(t, x.build(t), func(u *pdf.Update, d *pdf.Document) {
		setKeys(u, d, x.check, "Rect", pdf.Array{72, 560, 172, 570})
		newSignature(u, d, "Signatur1", x.page1, nil, value("Sig"))
	})
	data := edit(t, large, states("2 8 m 8 2 l 8 8 m 2 2 l S", "", nil))
	if v := compare(t, data, diff.Policy{}); v.Allowed {
		t.Errorf("a large box was drawn anew:%s", show(v))
	}
}

// Text in a standard font is as wide as that font is: a line that fills its
// field is not taken to run out of it, and what does is not taken for seen.
func TestWidthsOfStandardFonts(t *testing.T) {
	const text = "illustrationen till tillhör illustrationen i fil"
	fill := func(font string) change {
		return func(u *pdf.Update, d *pdf.Document) {
			for _, o := range d.Array(d.Dict(d.Catalog()["AcroForm"])["Fields"]) {
				if r, ok := o.(pdf.Ref); ok && d.Text(d.Dict(r)["T"]) == "ort" {
					value := pdf.String(latin1(text))
					setKeys(u, d, r, "V", value, "AP", pdf.Dict{"N": u.Add(stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 200, 20},
						"Resources": fontNamed(font)}, "/Tx BMC q 0 0 200 20 re W n BT /F 10 Tf 2 5 Td ("+string(value)+") Tj ET Q EMC"))})
				}
			}
		}
	}
	for font, allowed := range map[string]bool{"Helvetica": true, "Helvetica-Oblique": true, "Times-Roman": true, "Courier": false} {
		x := &fixture{}
		if v := compare(t, edit(t, x.signed(t), fill(font)), diff.Policy{}); v.Allowed != allowed {
			t.Errorf("%s: allowed %v:%s", font, v.Allowed, show(v))
		}
	}
}

func latin1(s string) (out string) {
	for _, r := range s {
		out += string([]byte{byte(r)})
	}
	return out
}

// Issue 3, part 2: who signs a prepared field may lock fields with it. A lock
// that was there stays as it was.
func TestLockAddedWhenSigning(t *testing.T) {
	lock := pdf.Dict{"Type": pdf.Name("SigFieldLock"), "Action": pdf.Name("Include"), "Fields": pdf.Array{pdf.String("ort")}}
	signed := func(x *fixture, lock pdf.Object) change {
		return func(u *pdf.Update, d *pdf.Document) { setKeys(u, d, x.empty, "V", u.Add(value("Sig")), "Lock", lock) }
	}
	x := &fixture{}
	if v := compare(t, edit(t, x.signed(t), signed(x, lock)), diff.Policy{}); !v.Allowed {
		t.Errorf("a lock added with the signature:%s", show(v))
	}
	x = &fixture{}
	data := edit(t, x.build(t), func(u *pdf.Update, d *pdf.Document) {
		setKeys(u, d, x.empty, "Lock", lock)
		newSignature(u, d, "Signatur1", x.page1, nil, value("Sig"))
	})
	data = edit(t, data, signed(x, pdf.Dict{"Action": pdf.Name("Include"), "Fields": pdf.Array{}}))
	if v := compare(t, data, diff.Policy{}); v.Allowed {
		t.Errorf("a lock was changed when signing:%s", show(v))
	}
	x = &fixture{}
	alone := func(u *pdf.Update, d *pdf.Document) { setKeys(u, d, x.empty, "Lock", lock) }
	if v := compare(t, edit(t, x.signed(t), alone), diff.Policy{}); v.Allowed {
		t.Errorf("a lock added without a signature:%s", show(v))
	}
}

// Issue 3, part 2: a prepared field that is signed invisibly may be folded away
// to nothing, not moved. A colour profile where there was none is doubtful.
func TestFoldedFieldAndProfile(t *testing.T) {
	x := &fixture{}
	signedAt := func(rect pdf.Array) change {
		return func(u *pdf.Update, d *pdf.Document) { setKeys(u, d, x.empty, "V", u.Add(value("Sig")), "Rect", rect) }
	}
	if v := compare(t, edit(t, x.signed(t), signedAt(pdf.Array{0, 0, 0, 0})), diff.Policy{}); !v.Allowed {
		t.Errorf("folded away:%s", show(v))
	}
	if v := compare(t, edit(t, x.signed(t), signedAt(pdf.Array{72, 700, 272, 750})), diff.Policy{}); v.Allowed {
		t.Errorf("moved:%s", show(v))
	}
	v := compare(t, edit(t, x.signed(t), func(u *pdf.Update, d *pdf.Document) {
		profile := pdf.Dict{"Type": pdf.Name("OutputIntent"), "S": pdf.Name("GTS_PDFA1"), "DestOutputProfile": u.Add(stream(pdf.Dict{"N": 3}, "icc"))}
		setKeys(u, d, x.catalog, "OutputIntents", pdf.Array{profile})
	}), diff.Policy{})
	if !v.Allowed || !v.Doubtful {
		t.Errorf("a profile: allowed %v, doubtful %v:%s", v.Allowed, v.Doubtful, show(v))
	}
}

// An empty field, which nobody answers for, may not hide a single figure.
func TestEmptyFieldHidesNothing(t *testing.T) {
	for rect, allowed := range map[[4]int]bool{{72, 696, 136, 714}: false, {72, 300, 136, 318}: true} {
		x := &fixture{}
		v := compare(t, edit(t, x.signed(t), func(u *pdf.Update, d *pdf.Document) {
			white := u.Add(stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 64, 18}}, "1 g 53 0 11 18 re f"))
			newSignature(u, d, "S2", x.page1, pdf.Array{rect[0], rect[1], rect[2], rect[3]}, nil, "AP", pdf.Dict{"N": white})
		}), diff.Policy{})
		if v.Allowed != allowed {
			t.Errorf("%v: allowed %v:%s", rect, v.Allowed, show(v))
		}
	}
}
