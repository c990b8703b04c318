package pdf

import (
	"fmt"
	"testing"
)

// BenchmarkRead reads an ordinary file of a thousand objects and walks it.
func BenchmarkRead(b *testing.B) {
	r := newRaw("1.7").object(1, "<</Type/Catalog/Pages 2 0 R/All 3 0 R>>").object(2, "<</Type/Pages/Kids[]>>")
	const n = 1000
	for i := 3; i < n; i++ {
		r.object(i, fmt.Sprintf("<</Type/Annot/Subtype/Widget/Rect[%d 20.5 30 40]/T(Field %d)/F 4/Parent 2 0 R/Next %d 0 R>>", i, i, i+1))
	}
	data := r.table(fmt.Sprintf("/Size %d/Root 1 0 R", n)).bytes()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		f, err := Read(data, Options{})
		if err != nil {
			b.Fatal(err)
		}
		seen := 0
		Walk(f.Latest(), f.Latest().Trailer(), func(string, Ref, Object) bool { seen++; return true })
		if seen < n {
			b.Fatal(seen)
		}
	}
}

// BenchmarkSmall reads a file of one page and walks it.
func BenchmarkSmall(b *testing.B) {
	data := small().bytes()
	b.ReportAllocs()
	for b.Loop() {
		f, err := Read(data, Options{})
		if err != nil {
			b.Fatal(err)
		}
		Walk(f.Latest(), f.Latest().Trailer(), func(string, Ref, Object) bool { return true })
	}
}
