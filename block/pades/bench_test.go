package pades_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
)

// sized is a file of about so many bytes: a scan, say, on a few pages.
func sized(t testing.TB, bytes int) []byte {
	t.Helper()
	b := pdf.NewBuilder("1.7")
	tree := b.Reserve()
	noise := make([]byte, bytes/10)
	var kids pdf.Array
	for range 10 {
		if _, err := rand.Read(noise); err != nil {
			t.Fatal(err)
		}
		image := b.Add(&pdf.Stream{Dict: pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Image"), "Width": len(noise), "Height": 1,
			"ColorSpace": pdf.Name("DeviceGray"), "BitsPerComponent": 8}, Raw: append([]byte(nil), noise...)})
		content := b.Add(&pdf.Stream{Dict: pdf.Dict{}, Raw: []byte("q 500 0 0 500 40 200 cm /I Do Q")})
		kids = append(kids, b.Add(pdf.Dict{"Type": pdf.Name("Page"), "Parent": tree, "MediaBox": pdf.Array{0, 0, 595, 842}, "Contents": content,
			"Resources": pdf.Dict{"XObject": pdf.Dict{"I": image}}}))
	}
	b.Set(tree, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": kids, "Count": len(kids)})
	out, err := b.Bytes(pdf.Dict{"Root": b.Add(pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": tree})})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// least is the shortest of several runs: what the work takes, without what
// else the machine does.
func least(runs int, f func()) time.Duration {
	best := time.Duration(1 << 62)
	for range runs {
		start := time.Now()
		f()
		best = min(best, time.Since(start))
	}
	return best
}

// budget is 10 raw signatures and 5 digests of the file.
func budget(s pades.Signer, file []byte, runs int) time.Duration {
	key := s.Key.(*ecdsa.PrivateKey)
	digest := sha256.Sum256(file)
	raw := least(8*runs, func() { _, _ = key.Sign(rand.Reader, digest[:], crypto.SHA256) })
	hash := least(runs, func() { sha256.Sum256(file) })
	return 10*raw + 5*hash
}

// BenchmarkSign reports, besides the time, "of-budget": the time of one
// signature as a part of 10 × raw ECDSA P-256 + 5 × SHA-256 of the file, which
// shall be at most 1; and "memory/file", the most memory in use, the file
// itself counted, which shall be at most 3.
func BenchmarkSign(b *testing.B) {
	s := plainSigner(b, "Anna Berglund")
	for _, size := range []int{20 << 10, 1 << 20, 10 << 20, 50 << 20} {
		file := sized(b, size)
		for name, a := range map[string]*pades.Appearance{"invisible": nil, "visible": {}} {
			b.Run(name+"-"+sizeName(size), func(b *testing.B) {
				limit := budget(s, file, 20)
				o := pades.Options{Time: at, Appearance: a}
				best := time.Duration(1 << 62)
				b.ReportAllocs()
				for b.Loop() {
					start := time.Now()
					if _, err := pades.Sign(context.Background(), file, s, o); err != nil {
						b.Fatal(err)
					}
					best = min(best, time.Since(start))
				}
				b.ReportMetric(float64(best)/float64(limit), "of-budget")
				if size >= 1<<20 { // below that, what lies in the heap anyway is more than the file
					used := float64(peak(func() { mustSign0(b, file, s, o) }))/float64(len(file)) + 1
					b.ReportMetric(used, "memory/file")
				}
			})
		}
	}
}

func sizeName(n int) string {
	if n < 1<<20 {
		return "20k"
	}
	return map[int]string{1: "1M", 10: "10M", 50: "50M"}[n>>20]
}

func mustSign0(b testing.TB, file []byte, s pades.Signer, o pades.Options) {
	if _, err := pades.Sign(context.Background(), file, s, o); err != nil {
		b.Fatal(err)
	}
}

// peak is the most heap in use while f runs, beyond what was before.
func peak(f func()) uint64 {
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var most atomic.Uint64
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapInuse))
			select {
			case <-done:
				return
			case <-time.After(200 * time.Microsecond):
			}
		}
	}()
	f()
	close(done)
	<-stopped
	if most.Load() < before.HeapInuse {
		return 0
	}
	return most.Load() - before.HeapInuse
}

// BenchmarkSignatures reads a file with ten signatures.
func BenchmarkSignatures(b *testing.B) {
	s := plainSigner(b, "Anna Berglund")
	file := sized(b, 1<<20)
	for range 10 {
		file = mustSign(b, file, s, pades.Options{Appearance: &pades.Appearance{}})
	}
	b.ReportAllocs()
	for b.Loop() {
		f, err := pdf.Read(file, pdf.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if list, errs := pades.Signatures(f); len(list) != 10 || len(errs) > 0 {
			b.Fatal(len(list), errs)
		}
	}
}
