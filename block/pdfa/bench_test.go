package pdfa

import (
	"crypto/sha256"
	"testing"
)

// BenchmarkDecision writes a decision of five pages: at most 5 ms.
func BenchmarkDecision(b *testing.B) {
	d := decision(A2a)
	var swedish []Block
	for _, block := range d.Blocks { // the sample's last part, in other scripts, is in the next one
		if h, ok := block.(Heading); ok && h.Text == "Namn i andra skriftspråk" {
			break
		}
		swedish = append(swedish, block)
	}
	d.Blocks = append(swedish, Signatures{Signers: []Signer{{"Signature1", "Eva Lind", "Handläggare"}}})
	write(b, d)
}

// BenchmarkDecisionScripts is the same with names in Sámi, Cyrillic, Greek and
// Arabic, so that shaping and a font program of its own come in.
func BenchmarkDecisionScripts(b *testing.B) { write(b, decision(A2a)) }

func write(b *testing.B, d Document) {
	b.Helper()
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
