package diff_test

import (
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

// fillText fills in the fixture's text field with a look that shows the value.
func fillText(s string) func(x *fixture) change {
	return func(x *fixture) change {
		return func(u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.text, "V", pdf.String(s), "AP", pdf.Dict{"N": u.Add(look(s, x.font))})
		}
	}
}

func choose(field func(x *fixture) pdf.Ref, v, as string) func(x *fixture) change {
	return func(x *fixture) change {
		return func(u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, field(x), "V", pdf.Name(v))
			if as != "" {
				setKeys(u, d, field(x), "V", pdf.Name(v), "AS", pdf.Name(as))
			}
		}
	}
}

// I-12: what a field held when the document was signed is part of what was
// signed. Other words in its place leave the verdict open; to fill in what was
// empty, also several times, is what a form is for.
func TestFilledAnew(t *testing.T) {
	box := func(x *fixture) pdf.Ref { return x.check }
	combo := func(v, shown string) func(x *fixture) change {
		return func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, x.combo, "V", pdf.String(v), "AP", pdf.Dict{"N": u.Add(look(shown, x.font))})
			}
		}
	}
	type steps = []func(x *fixture) change
	for _, tc := range []struct {
		name          string
		before, after steps
		p             diff.Policy
		doubt         bool
	}{
		{"other words", steps{fillText("1 000")}, steps{fillText("9 000")}, diff.Policy{}, true},
		{"emptied", steps{fillText("1 000")}, steps{fillText("")}, diff.Policy{}, true},
		{"emptied and filled in", steps{fillText("1 000")}, steps{fillText(""), fillText("9 000")}, diff.Policy{}, true},
		{"box crossed out", steps{choose(box, "Ja", "Ja")}, steps{choose(box, "Off", "Off")}, diff.Policy{}, true},
		{"other choice", steps{combo("ha", "Havsnas")}, steps{combo("ek", "Ekbacka")}, diff.Policy{}, true},
		{"certified so that forms may be filled in", steps{fillText("1 000")}, steps{fillText("9 000")}, diff.Policy{DocMDP: 2}, false},
		{"the same words", steps{fillText("1 000")}, steps{fillText("1 000")}, diff.Policy{}, false},
		{"a nought", steps{fillText("0,00")}, steps{fillText("9 000")}, diff.Policy{}, false},
		{"the first choice", steps{combo("ek", "Ekbacka")}, steps{combo("ha", "Havsnas")}, diff.Policy{}, false},
		{"empty before, filled in thrice", nil, steps{fillText("1"), fillText("2"), fillText("")}, diff.Policy{}, false},
		{"box ticked and unticked", nil, steps{choose(box, "Ja", "Ja"), choose(box, "Off", "Off")}, diff.Policy{}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x := &fixture{}
			data := x.build(t)
			for _, s := range tc.before {
				data = edit(t, data, s(x))
			}
			data = edit(t, data, func(u *pdf.Update, d *pdf.Document) { newSignature(u, d, "S1", x.page1, nil, value("Sig")) })
			for _, s := range tc.after {
				data = edit(t, data, s(x))
			}
			expectDoubt(t, diff.Compare(read(t, data), len(tc.before)+1, tc.p), tc.doubt, "field-filled-anew")
		})
	}
}

func expectDoubt(t *testing.T, v diff.Verdict, want bool, code string) {
	t.Helper()
	if !v.Allowed || v.Doubtful != want {
		t.Fatalf("doubtful %v, want %v:%s", v.Doubtful, want, show(v))
	}
	told := false
	for _, c := range v.Changes {
		told = told || c.Doubtful && c.Code == code
	}
	if told != want {
		t.Errorf("%s is told: %v:%s", code, told, show(v))
	}
}

// Rohlmann et al. 2021, evil annotation: a comment that a certification
// permits, and that shows text, can pass for part of the document.
func TestCommentsThatSpeak(t *testing.T) {
	note := func(sub string, more ...any) pdf.Dict {
		return with(pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name(sub), "Rect": pdf.Array{300, 300, 400, 320}, "F": 4, "Contents": pdf.String("ok")}, more...)
	}
	var kept pdf.Ref
	add := func(make func(u *pdf.Update) pdf.Dict) func(x *fixture) change {
		return func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				kept = u.Add(make(u))
				addAnnot(u, d, x.page2, kept)
			}
		}
	}
	alter := func(pairs ...any) func(x *fixture) change {
		return func(*fixture) change { return func(u *pdf.Update, d *pdf.Document) { setKeys(u, d, kept, pairs...) } }
	}
	plain := add(func(*pdf.Update) pdf.Dict { return note("Text") })
	for _, tc := range []struct {
		name          string
		before, after func(x *fixture) change
		then          func(x *fixture) change
		code          string
	}{
		{"a note", nil, plain, nil, ""},
		{"a note, then moved", nil, plain, alter("Rect", pdf.Array{300, 200, 400, 220}), ""},
		{"text in a box", nil, add(func(*pdf.Update) pdf.Dict { return note("FreeText", "Rect", pdf.Array{300, 300, 400, 320}) }), nil, "annotation-says"},
		{"a stamp with text", nil, add(func(u *pdf.Update) pdf.Dict { return note("Stamp", "AP", pdf.Dict{"N": stampLook(u, "9")}) }), nil, "annotation-says"},
		{"a signed comment hidden", plain, alter("F", 2), nil, "annotation-altered"},
		{"a signed comment's date", plain, alter("M", pdf.String("D:20261123")), nil, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x := &fixture{}
			data, rev := x.build(t), 1
			if tc.before != nil {
				data, rev = edit(t, data, tc.before(x)), 2
			}
			data = edit(t, data, func(u *pdf.Update, d *pdf.Document) { newSignature(u, d, "S1", x.page1, nil, value("Sig")) })
			data = edit(t, data, tc.after(x))
			if tc.then != nil {
				data = edit(t, data, tc.then(x))
			}
			expectDoubt(t, diff.Compare(read(t, data), rev, diff.Policy{DocMDP: 3}), tc.code != "", tc.code)
		})
	}
}

// Shadow attack with a layer: the layers of a comment pose as an empty
// signature field, which may be given a P when it is signed.
func TestLayersInDisguise(t *testing.T) {
	x := &fixture{}
	var layers pdf.Ref
	data := edit(t, x.build(t), func(u *pdf.Update, d *pdf.Document) {
		layers = u.Add(pdf.Dict{"Type": pdf.Name("OCMD"), "OCGs": pdf.Array{}, "FT": pdf.Name("Sig"), "T": pdf.String("L"), "Subtype": pdf.Name("Widget"), "Rect": pdf.Array{0, 0, 0, 0}})
		addField(u, d, layers)
		addAnnot(u, d, x.page2, u.Add(pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Stamp"), "Rect": pdf.Array{72, 690, 272, 720}, "OC": layers, "AP": pdf.Dict{"N": stampLook(u, "x")}}))
	})
	data = edit(t, data, func(u *pdf.Update, d *pdf.Document) { newSignature(u, d, "S1", x.page1, nil, value("Sig")) })
	data = edit(t, data, func(u *pdf.Update, d *pdf.Document) {
		setKeys(u, d, layers, "V", u.Add(value("Sig")), "P", pdf.Name("AllOff"))
	})
	expect(t, diff.Compare(read(t, data), 2, diff.Policy{}), "layers", "")
}
