package pades_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf/diff"
	"medborgarnavet/block/pdfa"
	"medborgarnavet/block/pdfa/check"
)

// archival is a decision of the platform's own kind.
func archival(t testing.TB, c pdfa.Conformance) []byte {
	t.Helper()
	out, err := pdfa.Write(pdfa.Document{Conformance: c,
		Meta:   pdfa.Meta{Title: "Beslut om försörjningsstöd", Language: "sv", Created: at},
		Blocks: []pdfa.Block{pdfa.Title{Text: "Beslut"}, pdfa.Paragraph{Text: pdfa.Text{{Text: "Nämnden beslutar enligt förslaget."}}}}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// conforms fails unless the file is what it claims.
func conforms(t *testing.T, name string, file []byte) {
	t.Helper()
	r, err := check.Check(file, "", check.Options{})
	if err != nil {
		t.Fatal(name, err)
	}
	if !r.Conformant || r.Claimed == "" {
		t.Errorf("%s: %s: %+v", name, r.Profile, r.Findings)
	}
}

// honest fails unless every later change is one that may be made after each
// signature.
func honest(t *testing.T, name string, file []byte) {
	t.Helper()
	f, list := read(t, file)
	for _, s := range list {
		if v := diff.Compare(f, s.Revision, diff.Policy{DocMDP: s.DocMDP}); !v.Allowed {
			for _, c := range v.Changes {
				if !c.Allowed {
					t.Errorf("%s: after %s: %+v", name, s.Field, c)
				}
			}
		}
	}
}

// S-13, S-32, I-11: a PDF/A file stays PDF/A through one, two and twenty
// signatures, visible and not, at every level, with and without a signature
// page; and nothing but signing is found to have happened after each.
func TestArchival(t *testing.T) {
	a, s, o := levelBench(t, pades.BB)
	for _, c := range []pdfa.Conformance{pdfa.A1b, pdfa.A2b, pdfa.A2a, pdfa.A3b} {
		t.Run(string(c), func(t *testing.T) {
			o := o
			file := archival(t, c)
			conforms(t, "unsigned", file)
			many := file
			for i := range 20 {
				o := o
				if i%2 == 0 {
					o.Appearance = &pades.Appearance{Organisation: "Ekbacka kommun"}
				}
				many = mustSign(t, many, s, withNow(o))
				if i < 2 || i == 19 {
					conforms(t, fmt.Sprint(i+1, " signatures"), many)
					honest(t, fmt.Sprint(i+1, " signatures"), many)
					keep(t, fmt.Sprintf("archival-%s-%d", c, i+1), many)
				}
			}
			o.Level, o.Appearance = pades.BLTA, &pades.Appearance{}
			long := mustSign(t, mustSign(t, file, s, withNow(o)), s, withNow(o))
			r, err := pades.Extend(context.Background(), long, pades.BLTA, pades.ExtendOptions{TSA: o.TSA, Revocation: o.Revocation})
			if err != nil {
				t.Fatal(err)
			}
			conforms(t, "B-LTA, renewed", r.File)
			honest(t, "B-LTA, renewed", r.File)
			keep(t, fmt.Sprintf("archival-%s-lta", c), r.File)
			page, fields, err := pades.AddSignaturePage(file, "Underskrifter", []pades.Row{{Name: "Anna Berglund", Role: "Ordförande"}, {Name: longName}})
			if err != nil {
				t.Fatal(err)
			}
			conforms(t, "signature page", page)
			o.Level, o.Appearance = pades.BB, nil
			for _, f := range fields {
				o.Field = f
				page = mustSign(t, page, s, withNow(o))
			}
			conforms(t, "signature page, signed", page)
			honest(t, "signature page, signed", page)
			keep(t, fmt.Sprintf("archival-%s-page", c), page)
		})
	}
	keepPEM(t, a)
}

func withNow(o pades.Options) pades.Options {
	o.Time = time.Now()
	return o
}
