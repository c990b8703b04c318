package diff_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

func TestHang(t *testing.T) {
	x := &fixture{}
	data := x.signed(t)
	more := edit(t, data, func(u *pdf.Update, d *pdf.Document) { newSignature(u, d, "S2", x.page2, pdf.Array{72, 300, 272, 350}, value("Sig")) })
	more = edit(t, more, func(u *pdf.Update, d *pdf.Document) {
		setKeys(u, d, x.text, "V", pdf.String("Ekbacka"), "AP", pdf.Dict{"N": u.Add(look("Ekbacka", x.font))})
	})
	tail := more[len(data):]
	for seed := range uint64(20000) {
		rng := rand.New(rand.NewPCG(seed, 3))
		m := bytes.Clone(tail)
		for range 1 + rng.IntN(6) {
			switch rng.IntN(3) {
			case 0:
				m[rng.IntN(len(m))] = byte(rng.IntN(256))
			case 1:
				i := rng.IntN(len(m))
				m[i] = "0123456789/<>[]() R"[rng.IntN(19)]
			case 2:
				i := rng.IntN(len(m))
				j := i + rng.IntN(len(m)-i)
				m = append(m[:i:i], m[j:]...)
				if len(m) == 0 { m = []byte("x") }
			}
		}
		all := append(bytes.Clone(data), m...)
		b := time.Now()
		f, err := pdf.Read(all, pdf.Options{})
		r := time.Since(b)
		if err != nil { if r > 100*time.Millisecond { fmt.Println(seed, "read", r) }; continue }
		b = time.Now()
		c := diff.New(f)
		for i := range f.Revisions() { c.Compare(i, diff.Policy{}) }
		d := time.Since(b)
		b = time.Now()
		diff.Scan(f)
		s := time.Since(b)
		if r+d+s > 100*time.Millisecond { fmt.Println(seed, r, d, s) }
	}
}
