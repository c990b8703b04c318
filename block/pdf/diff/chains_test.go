package diff_test

import (
	"strings"
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

// Attacks in several steps: what an allowed revision brought in is guarded from
// then on, and an allowed step may not prepare a forbidden one.
func TestChains(t *testing.T) {
	form := func(content string, more ...any) *pdf.Stream {
		return stream(with(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 200, 50}}, more...), content)
	}
	var r, r2 pdf.Ref
	for _, tc := range []struct {
		name, code string
		steps      []func(x *fixture, u *pdf.Update, d *pdf.Document)
	}{
		{"second signature's look replaced", "signature-appearance-changed", []func(*fixture, *pdf.Update, *pdf.Document){
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				r = newSignature(u, d, "S2", x.page2, pdf.Array{72, 300, 272, 350}, value("Sig"))
			},
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				u.Set(d.Dict(d.Dict(r)["AP"])["N"].(pdf.Ref), form("0 0 200 50 re f"))
			},
		}},
		{"second signature's reason replaced", "signature-value-changed", []func(*fixture, *pdf.Update, *pdf.Document){
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, x.empty, "V", u.Add(value("Sig")))
			},
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, d.Dict(x.empty)["V"].(pdf.Ref), "Reason", pdf.String("Avslag"))
			},
		}},
		{"font of a filled field replaced", "field-appearance-resources", []func(*fixture, *pdf.Update, *pdf.Document){
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				r2 = u.Add(pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type1"), "BaseFont": pdf.Name("Helvetica")})
				setKeys(u, d, x.text, "V", pdf.String("100"))
				u.Set(x.textLook, look("100", r2))
			},
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, r2, "Encoding", pdf.Dict{"Differences": pdf.Array{49, pdf.Name("nine")}})
			},
		}},
		{"empty field that says something", "annotation-added", []func(*fixture, *pdf.Update, *pdf.Document){
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				newSignature(u, d, "S2", x.page2, pdf.Array{72, 300, 272, 350}, nil)
			},
		}},
		{"empty field whose ground some programs paint", "signature-hides-text", []func(*fixture, *pdf.Update, *pdf.Document){
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				newSignature(u, d, "S2", x.page1, nil, nil, "Rect", pdf.Array{72, 690, 272, 720}, "MK", pdf.Dict{"BG": pdf.Array{1, 1, 1}})
			},
		}},
		{"image drawn over an amount", "signature-hides-text", []func(*fixture, *pdf.Update, *pdf.Document){
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				l := u.Add(form("q 200 0 0 50 0 0 cm /I Do Q", "Resources", pdf.Dict{"XObject": pdf.Dict{"I": x.image}}))
				newSignature(u, d, "S2", x.page1, pdf.Array{110, 695, 180, 712}, value("Sig"), "AP", pdf.Dict{"N": l})
			},
		}},
		{"prepared field signed over an amount", "signature-hides-text", []func(*fixture, *pdf.Update, *pdf.Document){
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				r = newSignature(u, d, "S2", x.page1, pdf.Array{110, 695, 180, 712}, nil, "AP", nil)
			},
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, r, "V", u.Add(value("Sig")), "AP", pdf.Dict{"N": stampLook(u, "x")})
			},
		}},
		{"filled field hidden by a signature", "signature-hides-text", []func(*fixture, *pdf.Update, *pdf.Document){
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, x.text, "V", pdf.String("100000"), "AP", pdf.Dict{"N": u.Add(look("100000", x.font))})
			},
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				newSignature(u, d, "S2", x.page1, pdf.Array{72, 600, 272, 620}, value("Sig"))
			},
		}},
		{"field's value painted over", "field-shows-other-text", []func(*fixture, *pdf.Update, *pdf.Document){
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				l := look("100", x.font)
				l.Raw = append(l.Raw, " 1 g 0 0 200 20 re f"...)
				setKeys(u, d, x.text, "V", pdf.String("100"), "AP", pdf.Dict{"N": u.Add(l)})
			},
		}},
		{"figures drawn with lines", "field-shows-other-content", []func(*fixture, *pdf.Update, *pdf.Document){
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				l := look("", x.font)
				l.Raw = append(l.Raw, strings.Repeat(" 5 5 m 5 15 l S", 200)...)
				setKeys(u, d, x.text, "AP", pdf.Dict{"N": u.Add(l)})
			},
		}},
		{"content copied, then the copy changed", "page-content", []func(*fixture, *pdf.Update, *pdf.Document){
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				r = u.Add(d.Get(x.content1))
				setKeys(u, d, x.page1, "Contents", r)
			},
			func(x *fixture, u *pdf.Update, d *pdf.Document) { u.Set(r, stream(nil, "0 0 9 9 re f")) },
		}},
		{"information copied, then the copy changed", "document-information", []func(*fixture, *pdf.Update, *pdf.Document){
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				r = u.Add(d.Get(x.info))
				u.SetTrailer("Info", r)
			},
			func(x *fixture, u *pdf.Update, d *pdf.Document) { setKeys(u, d, r, "Title", pdf.String("Avslag")) },
		}},
		{"font copied, then the copy changed", "font", []func(*fixture, *pdf.Update, *pdf.Document){
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				r = u.Add(d.Get(x.font))
				r2 = u.Add(with(d.Dict(x.resources), "Font", pdf.Dict{"F1": r}))
				setKeys(u, d, x.page1, "Resources", r2)
			},
			func(x *fixture, u *pdf.Update, d *pdf.Document) { setKeys(u, d, r, "BaseFont", pdf.Name("Symbol")) },
		}},
		{"form copied, then a copied default changed", "form-defaults", []func(*fixture, *pdf.Update, *pdf.Document){
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				r = u.Add(pdf.Dict{"Font": pdf.Dict{"Helv": u.Add(d.Get(x.font))}})
				setKeys(u, d, x.acroForm, "DR", r)
			},
			func(x *fixture, u *pdf.Update, d *pdf.Document) { setKeys(u, d, r, "Font", pdf.Dict{"Helv": x.link}) },
		}},
		{"validation data copied, then the copy changed", "validation-data-changed", []func(*fixture, *pdf.Update, *pdf.Document){
			func(x *fixture, u *pdf.Update, d *pdf.Document) { addDSS(u, d, x) },
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				r = u.Add(d.Get(d.Array(d.Dict(x.dss)["Certs"])[0].(pdf.Ref)))
				setKeys(u, d, x.dss, "Certs", pdf.Array{r})
			},
			func(x *fixture, u *pdf.Update, d *pdf.Document) { u.Set(r, stream(nil, "another")) },
		}},
		{"layers of half transparent white", "signature-hides-text", []func(*fixture, *pdf.Update, *pdf.Document){
			func(x *fixture, u *pdf.Update, d *pdf.Document) {
				l := u.Add(form("/G gs 1 g "+strings.Repeat("0 0 200 50 re f ", 8), "Resources", pdf.Dict{"ExtGState": pdf.Dict{"G": pdf.Dict{"ca": 0.7}}}))
				newSignature(u, d, "S2", x.page1, pdf.Array{72, 690, 272, 715}, value("Sig"), "AP", pdf.Dict{"N": l})
			},
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x := &fixture{}
			data := x.signed(t)
			for _, s := range tc.steps {
				data = edit(t, data, func(u *pdf.Update, d *pdf.Document) { s(x, u, d) })
			}
			expect(t, compare(t, data, diff.Policy{}), tc.code, "")
		})
	}
}

// What a page draws with may not pose as a form field, whose rules would let
// some of it change.
func TestDisguised(t *testing.T) {
	x := &fixture{}
	var res pdf.Ref
	data := edit(t, x.build(t), func(u *pdf.Update, d *pdf.Document) {
		res = u.Add(pdf.Dict{"FT": pdf.Name("Tx"), "T": pdf.String("x"), "Im1": x.image, "V": x.image})
		setKeys(u, d, x.resources, "XObject", res)
		u.Set(x.fieldList, append(append(pdf.Array{}, d.Array(x.fieldList)...), res))
	})
	data = edit(t, data, func(u *pdf.Update, d *pdf.Document) { newSignature(u, d, "Signatur1", x.page2, nil, value("Sig")) })
	data = edit(t, data, func(u *pdf.Update, d *pdf.Document) { setKeys(u, d, res, "V", pdf.String("x")) })
	expect(t, diff.Compare(read(t, data), 2, diff.Policy{}), "image-or-form", "/XObject")
}
