package diff_test

import (
	"fmt"
	"strings"
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

// many is a document of some pages with some visible signatures.
func many(t testing.TB, pages, signatures int) []byte {
	t.Helper()
	b := pdf.NewBuilder("1.7")
	tree := b.Reserve()
	font := b.Add(pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type1"), "BaseFont": pdf.Name("Helvetica")})
	var kids pdf.Array
	for i := range pages {
		text := strings.Repeat(fmt.Sprintf("BT /F1 11 Tf 72 %d Td (Paragraf %d i protokollet) Tj ET\n", 760-i%9, i), 40)
		kids = append(kids, b.Add(pdf.Dict{"Type": pdf.Name("Page"), "Parent": tree, "MediaBox": pdf.Array{0, 0, 595, 842},
			"Contents": b.Add(stream(nil, text)), "Resources": pdf.Dict{"Font": pdf.Dict{"F1": font}}}))
	}
	b.Set(tree, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": kids, "Count": pages})
	data, err := b.Bytes(pdf.Dict{"Root": b.Add(pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": tree})})
	if err != nil {
		t.Fatal(err)
	}
	for i := range signatures {
		data = edit(t, data, func(u *pdf.Update, d *pdf.Document) {
			newSignature(u, d, fmt.Sprintf("S%d", i), kids[pages-1].(pdf.Ref), pdf.Array{72, 60, 272, 110}, value("Sig"))
		})
	}
	return data
}

func judgeAll(t testing.TB, f *pdf.File) {
	c := diff.New(f)
	for i := 1; i < len(f.Revisions()); i++ {
		if v := c.Compare(i, diff.Policy{}); !v.Allowed {
			t.Fatalf("revision %d:%s", i, show(v))
		}
	}
}

// Issue 3, figures: each step between revisions is analysed once for all
// signatures, so that twice as many cost about twice as much and not four times.
func TestSignaturesShareTheWork(t *testing.T) {
	cost := func(signatures int) float64 {
		f := read(t, many(t, 12, signatures))
		return testing.AllocsPerRun(3, func() { judgeAll(t, f) })
	}
	if ten, twenty := cost(10), cost(20); twenty > 2.6*ten {
		t.Errorf("twenty signatures take %.0f allocations, ten take %.0f", twenty, ten)
	}
}

func BenchmarkCompareTenSignatures(b *testing.B) {
	f := read(b, many(b, 12, 10))
	b.ReportAllocs()
	for b.Loop() {
		judgeAll(b, f)
	}
}

func BenchmarkCompareMinutes(b *testing.B) {
	f := read(b, many(b, 300, 20))
	b.ReportAllocs()
	for b.Loop() {
		judgeAll(b, f)
	}
}

func BenchmarkScan(b *testing.B) {
	f := read(b, many(b, 12, 1))
	b.ReportAllocs()
	for b.Loop() {
		diff.Scan(f)
	}
}
