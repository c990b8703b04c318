package pdfa

import (
	"crypto/sha256"
	"testing"
)

// BenchmarkDecision writes a decision of five pages: at most 5 ms.
func BenchmarkDecision(b *testing.B) {
	d := decision(A2a)
	r, err := Compose(d)
	if err != nil || r.Pages != 5 {
		b.Fatalf("%d pages, %v", r.Pages, err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Write(d); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSHA256 is the measure beside it: the hash of a mebibyte.
func BenchmarkSHA256(b *testing.B) {
	data := make([]byte, 1<<20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		sha256.Sum256(data)
	}
}
