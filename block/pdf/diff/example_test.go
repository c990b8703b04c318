package diff_test

import (
	"fmt"
	"strings"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

// small makes a document of one page with a form for signatures.
func small() (data []byte, catalog, page, content pdf.Ref) {
	b := pdf.NewBuilder("1.7")
	catalog, page, content = b.Reserve(), b.Reserve(), b.Reserve()
	pages := b.Reserve()
	b.Set(catalog, pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": pages})
	b.Set(pages, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{page}, "Count": 1})
	b.Set(page, pdf.Dict{"Type": pdf.Name("Page"), "Parent": pages, "MediaBox": pdf.Array{0, 0, 595, 842}, "Contents": content})
	b.Set(content, &pdf.Stream{Dict: pdf.Dict{}, Raw: []byte("72 700 100 1 re f")})
	data, err := b.Bytes(pdf.Dict{"Root": catalog})
	if err != nil {
		panic(err)
	}
	return data, catalog, page, content
}

func appended(data []byte, change func(u *pdf.Update)) []byte {
	f, err := pdf.Read(data, pdf.Options{})
	if err != nil {
		panic(err)
	}
	u := f.Update()
	change(u)
	more, err := u.Bytes()
	if err != nil {
		panic(err)
	}
	return append(data[:len(data):len(data)], more...)
}

// A document is signed in its first revision. Then someone signs it too, and
// someone else changes the page.
func ExampleCompare() {
	data, catalog, page, content := small()
	data = appended(data, func(u *pdf.Update) {
		field := u.Add(pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Sig"),
			"T": pdf.String("Underskrift 2"), "Rect": pdf.Array{0, 0, 0, 0}, "P": page,
			"V": u.Add(pdf.Dict{"Type": pdf.Name("Sig"), "ByteRange": pdf.Array{0, 1, 2, 3}, "Contents": pdf.Hex(strings.Repeat("0", 64))})})
		u.Set(page, pdf.Dict{"Type": pdf.Name("Page"), "Parent": pdf.Ref{Num: 4}, "MediaBox": pdf.Array{0, 0, 595, 842},
			"Contents": content, "Annots": pdf.Array{field}})
		u.Set(catalog, pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": pdf.Ref{Num: 4},
			"AcroForm": pdf.Dict{"Fields": pdf.Array{field}, "SigFlags": 3}})
	})
	data = appended(data, func(u *pdf.Update) {
		u.Set(content, &pdf.Stream{Dict: pdf.Dict{}, Raw: []byte("72 700 400 100 re f")})
	})
	f, err := pdf.Read(data, pdf.Options{})
	if err != nil {
		panic(err)
	}
	v := diff.Compare(f, 0, diff.Policy{})
	fmt.Println("allowed:", v.Allowed)
	for _, c := range v.Changes {
		fmt.Println(c.Revision, c.Kind, c.Allowed, c.ReasonSv)
	}
	// Output:
	// allowed: false
	// 1 signature true En ny underskrift har lagts till.
	// 2 undefined false Sidan 1 har fått nytt innehåll efter underskriften.
}
