package validation_test

import (
	"bytes"
	"maps"
	"slices"
	"testing"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
	"medborgarnavet/internal/validation"
)

// root gives a changed copy of the document's root.
func root(u *pdf.Update, d *pdf.Document, change func(cat pdf.Dict)) {
	cat := maps.Clone(d.Catalog())
	change(cat)
	u.Set(d.Trailer()["Root"].(pdf.Ref), cat)
}

// field changes a signature's field.
func field(u *pdf.Update, d *pdf.Document, s pades.Signature, change func(f pdf.Dict)) {
	f := maps.Clone(d.Dict(s.FieldRef))
	change(f)
	u.Set(s.FieldRef, f)
}

// S-06, I-12: a file whose signature a later revision took away is not one that
// nobody has signed: it is invalid, in those words, however the signature was
// taken away, and whatever was signed afterwards.
func TestRemovedSignature(t *testing.T) {
	w := newWorld(t)
	file := w.sign(document(t, 1), w.person("Anna", "Berglund"), pades.BT)
	sig := signatures(t, file)[0]
	for name, change := range map[string]func(d *pdf.Document, u *pdf.Update){
		"the value":          func(d *pdf.Document, u *pdf.Update) { field(u, d, sig, func(f pdf.Dict) { delete(f, "V") }) },
		"the value's object": func(_ *pdf.Document, u *pdf.Update) { u.Set(sig.ValueRef, nil) },
		"the form":           func(d *pdf.Document, u *pdf.Update) { root(u, d, func(c pdf.Dict) { delete(c, "AcroForm") }) },
		"the field": func(d *pdf.Document, u *pdf.Update) {
			root(u, d, func(c pdf.Dict) { c["AcroForm"] = pdf.Dict{"Fields": pdf.Array{}} })
		},
		"the field's type and value": func(d *pdf.Document, u *pdf.Update) {
			field(u, d, sig, func(f pdf.Dict) { f["FT"], f["V"] = pdf.Name("Tx"), pdf.String("Anna Berglund") })
		},
	} {
		gone := update(t, file, change)
		for what, data := range map[string][]byte{"": gone, ", then signed by another": w.reached(gone, w.person("Bo", "Ek"), pades.BT)} {
			rep := w.validate(data, true)
			if rep.Verdict != validation.Invalid || !rep.Removed() {
				t.Errorf("%s%s: %s %v", name, what, rep.Verdict, rep.Reasons)
			}
		}
	}
}

// S-06: an empty place for a signature that is taken away was no signature, and
// neither was one that held only zeros.
func TestRemovedEmptyField(t *testing.T) {
	w := newWorld(t)
	file := w.sign(document(t, 1), w.person("Anna", "Berglund"), pades.BB)
	list := signatures(t, file)
	at, to := list[0].ByteRange[1]+1, list[0].ByteRange[2]-1
	copy(file[at:to], bytes.Repeat([]byte("0"), int(to-at)))
	gone := update(t, file, func(d *pdf.Document, u *pdf.Update) {
		field(u, d, list[0], func(f pdf.Dict) { delete(f, "V") })
	})
	rep := w.validate(gone, false)
	if rep.Verdict != validation.NoSignature || rep.Removed() {
		t.Errorf("%s %v", rep.Verdict, rep.Reasons)
	}
}

// S-06: where the file's index is broken, so that its revisions cannot be told
// apart, a signature that lies outside the form leaves the verdict open.
func TestLostSignature(t *testing.T) {
	w := newWorld(t)
	file := w.sign(document(t, 1), w.person("Anna", "Berglund"), pades.BB)
	gone := update(t, file, func(d *pdf.Document, u *pdf.Update) { root(u, d, func(c pdf.Dict) { delete(c, "AcroForm") }) })
	at := bytes.LastIndex(gone, []byte("startxref"))
	gone = slices.Concat(gone[:at], []byte("startxref\n1\n%%EOF\n"))
	rep := w.validate(gone, false)
	if rep.Verdict == validation.NoSignature || rep.Verdict == validation.Valid {
		t.Errorf("%s %v", rep.Verdict, rep.Reasons)
	}
}
