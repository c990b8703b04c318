package check

import (
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pdf"
)

// Whatever the file, a check ends in time, does not panic and is consistent.
func FuzzCheck(f *testing.F) {
	for _, p := range []Profile{A1b, A2a, A3b} {
		f.Add(newDoc(p).bytes(f), string(p))
	}
	for _, make := range []func() *fontDoc{trueTypeDoc, type1Doc, cidDoc, cidCFFDoc} {
		d := newDoc(A2b)
		make().into(d)
		f.Add(d.bytes(f), "2b")
	}
	f.Fuzz(func(t *testing.T, data []byte, p string) {
		limits := pdf.Limits{Bytes: 1 << 20, Objects: 2000, Depth: 40, Decoded: 4 << 20, Time: time.Second}
		if !Profile(p).Known() {
			p = "2a"
		}
		file, err := pdf.Read(data, pdf.Options{Limits: limits})
		if err != nil {
			return
		}
		Claim(file)
		c := newChecker(file, Profile(p), Options{Limits: limits})
		c.run() // without the guard of Check
		res := c.result(Profile(p))
		if res.Conformant != (len(res.Findings) == 0) {
			t.Fatal("Conformant does not follow from the findings")
		}
		for _, x := range res.Findings {
			if x.Rule == "" || x.Reason == "" || x.ReasonSv == "" || x.Count < 1 {
				t.Fatalf("finding %+v lacks something", x)
			}
		}
	})
}

// Forms that draw each other, deep structures and many repetitions must end.
func TestBounded(t *testing.T) {
	start := time.Now()
	loop := newDoc(A2b)
	loop.add = func(b *pdf.Builder, d *testDoc) {
		x, y := b.Reserve(), b.Reserve()
		form := func(draws pdf.Ref) *pdf.Stream {
			return stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 1, 1},
				"Resources": pdf.Dict{"XObject": pdf.Dict{"X": draws}}}, strings.Repeat("/X Do ", 200))
		}
		b.Set(x, form(y))
		b.Set(y, form(x))
		d.resources["XObject"] = pdf.Dict{"X": x}
	}
	loop.content = strings.Repeat("/X Do ", 2000)
	res, err := Check(loop.bytes(t), A2b, Options{})
	if err != nil || !res.Conformant {
		t.Errorf("forms in a circle: %v %v", rulesOf(res), err)
	}
	many := newDoc(A2b)
	many.content = strings.Repeat("0 0 1 rg 0 0 1 1 re f ", 200_000)
	if res, err = Check(many.bytes(t), A2b, Options{}); err != nil || !res.Conformant {
		t.Errorf("many operators: %v %v", rulesOf(res), err)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("it took %v", d)
	}
}
