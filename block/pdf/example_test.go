package pdf_test

import (
	"fmt"

	"medborgarnavet/block/pdf"
)

// A file is made, continued, and seen as it stood before and after.
func Example() {
	b := pdf.NewBuilder("1.7")
	pages := b.Add(pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{}, "Count": 0})
	root := b.Add(pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": pages})
	data, err := b.Bytes(pdf.Dict{"Root": root})
	if err != nil {
		fmt.Println(err)
		return
	}
	f, err := pdf.Read(data, pdf.Options{Strict: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	u := f.Update()
	u.Set(root, pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": pages, "Lang": pdf.String("sv-SE")})
	more, err := u.Bytes()
	if err != nil {
		fmt.Println(err)
		return
	}
	f, err = pdf.Read(append(data, more...), pdf.Options{Strict: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range f.Revisions() {
		d := f.At(r.Index)
		fmt.Printf("revision %d: language %q\n", r.Index, d.Text(d.Catalog()["Lang"]))
	}
	// Output:
	// revision 0: language ""
	// revision 1: language "sv-SE"
}
