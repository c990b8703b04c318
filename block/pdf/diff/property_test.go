package diff_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

// randomStep is one honest revision. Every kind may come in any order.
func randomStep(rng *rand.Rand, x *fixture, n int) change {
	name := fmt.Sprintf("N%d", n)
	page := func() pdf.Ref { return []pdf.Ref{x.page1, x.page2}[rng.IntN(2)] }
	steps := []change{
		func(u *pdf.Update, d *pdf.Document) { newSignature(u, d, name, page(), nil, value("Sig")) },
		func(u *pdf.Update, d *pdf.Document) { newSignature(u, d, name, page(), nil, value("DocTimeStamp")) },
		func(u *pdf.Update, d *pdf.Document) {
			left := rng.IntN(300)
			newSignature(u, d, name, page(), pdf.Array{left, 200, left + 200, 250}, value("Sig"))
		},
		func(u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.info, "ModDate", pdf.String(fmt.Sprintf("D:2026%04d", n)))
		},
		func(u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.text, "V", pdf.String(name), "AP", pdf.Dict{"N": u.Add(look(name, x.font))})
		},
		func(u *pdf.Update, d *pdf.Document) {
			state := []pdf.Name{"Ja", "Off"}[rng.IntN(2)]
			setKeys(u, d, x.check, "V", state, "AS", state)
		},
		func(u *pdf.Update, d *pdf.Document) {
			if x.dss == (pdf.Ref{}) {
				addDSS(u, d, x)
				return
			}
			old := d.Array(d.Dict(x.dss)["CRLs"])
			setKeys(u, d, x.dss, "CRLs", append(slices.Clone(old), u.Add(stream(nil, name))))
		},
		func(u *pdf.Update, d *pdf.Document) {
			for _, r := range []pdf.Ref{x.page2, x.content1, x.font, x.catalog} {
				u.Set(r, d.Get(r)) // written again, unchanged
			}
		},
	}
	return steps[rng.IntN(len(steps))]
}

// Issue 3: "no manipulated file valid, no honest multi-signature file invalid":
// random honest chains are allowed, and one mutated object anywhere in them is
// not.
func TestRandomChains(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 3))
		x := &fixture{packed: rng.IntN(2) == 0, stream: rng.IntN(2) == 0}
		data := x.signed(t)
		length := 1 + rng.IntN(5)
		for n := range length {
			data = edit(t, data, randomStep(rng, x, n))
		}
		if v := compare(t, data, diff.Policy{}); !v.Allowed {
			t.Fatalf("seed %d: an honest chain:%s", seed, show(v))
		}
		for range 4 {
			what := ""
			broken := edit(t, data, func(u *pdf.Update, d *pdf.Document) { what = mutate(rng, u, d, x) })
			if len(broken) == len(data) {
				continue
			}
			if rng.IntN(2) == 0 {
				broken = edit(t, broken, randomHarmless(x))
			}
			if v := compare(t, broken, diff.Policy{}); v.Allowed {
				t.Errorf("seed %d: allowed though %s:%s", seed, what, show(v))
			}
		}
	}
}

func randomHarmless(x *fixture) change {
	return func(u *pdf.Update, d *pdf.Document) { newSignature(u, d, "Last", x.page2, nil, value("Sig")) }
}

// mutate changes one value in one object of the signed document, other than
// those that honest tools may change.
func mutate(rng *rand.Rand, u *pdf.Update, d *pdf.Document, x *fixture) string {
	targets := []pdf.Ref{x.catalog, x.pages, x.page1, x.page2, x.content1, x.content2, x.font, x.image, x.link, x.structRoot,
		x.structDoc, x.heading, x.parentTree, x.idTree, x.outline, x.ocg, x.resources, x.mcids, x.annots2, x.acroForm, x.fieldList}
	f, v := first(x, d)
	if d.Dict(f)["V"] == nil {
		panic("the first signature is gone")
	}
	targets = append(targets, f, v, d.Dict(d.Dict(f)["AP"])["N"].(pdf.Ref))
	r := targets[rng.IntN(len(targets))]
	what := fmt.Sprintf("object %d", r.Num)
	switch o := d.Get(r).(type) {
	case *pdf.Stream:
		raw := bytes.Clone(o.Raw)
		raw[rng.IntN(len(raw))] ^= 1
		u.Set(r, &pdf.Stream{Dict: o.Dict, Raw: raw})
	default:
		now := mutated(rng, o, &what)
		if now != nil {
			u.Set(r, now)
		}
	}
	return what
}

// mutated copies a value with one change somewhere in it.
func mutated(rng *rand.Rand, o pdf.Object, what *string) pdf.Object {
	switch v := o.(type) {
	case pdf.Dict:
		keys := slices.Sorted(maps.Keys(v))
		keys = slices.DeleteFunc(keys, func(k pdf.Name) bool {
			return k == "ParentTreeNextKey" || k == "SigFlags" || k == "Tabs" || k == "DSS" || k == "Type" || k == "Ff"
		})
		if len(keys) == 0 {
			return nil
		}
		k := keys[rng.IntN(len(keys))]
		*what += "/" + string(k)
		out := maps.Clone(v)
		if rng.IntN(4) == 0 {
			delete(out, k)
			return out
		}
		if out[k] = mutated(rng, v[k], what); out[k] == nil {
			return nil
		}
		return out
	case pdf.Array:
		out := slices.Clone(v)
		if len(out) == 0 {
			return append(out, pdf.Name("New"))
		}
		i := rng.IntN(len(out))
		*what += fmt.Sprintf("[%d]", i)
		if rng.IntN(3) == 0 {
			return slices.Delete(out, i, i+1)
		}
		if out[i] = mutated(rng, v[i], what); out[i] == nil {
			return nil
		}
		return out
	case int64:
		return v + 1
	case float64:
		return v + 1
	case bool:
		return !v
	case pdf.Name:
		return v + "z"
	case pdf.String:
		return v + "z"
	case pdf.Ref:
		return pdf.Ref{Num: v.Num%20 + 1}
	}
	return nil
}

// FuzzCompare: whatever follows a signature, comparing ends, and bytes that
// were not there when it was signed are never overlooked.
func FuzzCompare(f *testing.F) {
	x := &fixture{}
	data := x.signed(f)
	for _, packed := range []bool{false, true} {
		y := &fixture{packed: packed}
		signed := y.signed(f)
		for _, tc := range honest() {
			if tc.setup != nil {
				continue
			}
			more := signed
			for _, s := range tc.steps(y) {
				more = edit(f, more, s)
			}
			if len(more) > len(signed) && bytes.Equal(more[:len(data)], data) {
				f.Add(more[len(data):])
			}
		}
	}
	f.Add([]byte("8 0 obj\n<<>>\nendobj\nxref\n8 1\n0000000000 00000 n \ntrailer\n<</Prev 1>>\nstartxref\n0\n%%EOF"))
	f.Fuzz(func(t *testing.T, more []byte) {
		all := append(bytes.Clone(data), more...)
		file, err := pdf.Read(all, pdf.Options{})
		if err != nil {
			return
		}
		c := diff.New(file)
		for i := range file.Revisions() {
			v := c.Compare(i, diff.Policy{DocMDP: 3})
			for _, ch := range v.Changes {
				if !ch.Allowed {
					if v.Allowed || ch.Reason == "" || ch.ReasonSv == "" {
						t.Fatalf("verdict %v with %+v", v.Allowed, ch)
					}
				}
				if ch.Kind == diff.Undefined && ch.Allowed {
					t.Fatalf("an undefined change was allowed: %+v", ch)
				}
			}
		}
		diff.Scan(file)
		// A page that shows other content must never be an allowed change.
		if revs := file.Revisions(); len(revs) > 2 && !file.Rebuilt() && revs[1].End == int64(len(data)) {
			before, after := file.At(1), file.Latest()
			a, b := before.Stream(x.content1), after.Stream(x.content1)
			same := b != nil && bytes.Equal(a.Raw, b.Raw)
			if v := c.Compare(1, diff.Policy{DocMDP: 3}); !same && v.Allowed {
				t.Fatalf("page content changed and allowed:%s", show(v))
			}
		}
	})
}
