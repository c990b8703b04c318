//go:build conformance

package conformance

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdfa"
	"medborgarnavet/block/pdfa/check"
	"medborgarnavet/fake/tsa"
)

var made = time.Date(2026, 11, 22, 10, 0, 0, 0, time.FixedZone("", 3600))

// sample is a document with every kind of block, in four alphabets.
func sample(c pdfa.Conformance, pages int) pdfa.Document {
	d := pdfa.Document{Meta: pdfa.Meta{Title: "Beslut om ekonomiskt bistånd", Author: "Socialnämnden", Created: made}, Conformance: c,
		Letterhead: pdfa.Letterhead{Municipality: "Ekbacka kommun", Board: "Socialnämnden", Kind: "Beslut",
			References: []pdfa.Field{{Label: "Datum", Value: "2026-11-22"}}, Running: "SN 2026-000001"},
		Footer: []string{"Ekbacka kommun"},
		Blocks: []pdfa.Block{pdfa.Title{Text: "Beslut"}, pdfa.Heading{Level: 2, Text: "Parter"},
			pdfa.KeyValues{Items: []pdfa.KeyValue{{Key: "Sökande", Value: pdfa.Plain("Áŋŋel-Máret Čáhppes")},
				{Key: "Ombud", Value: pdfa.Plain("محمد الأحمد")}, {Key: "Tolk", Value: pdfa.Plain("Юлия Щербакова")}}},
			pdfa.List{Items: []pdfa.Item{{Text: pdfa.Plain("Ett")}, {Text: pdfa.Plain("Två")}}},
			pdfa.Note{Title: "Obs", Text: []pdfa.Text{pdfa.Plain("Läs hela beslutet.")}}}}
	for i := range pages {
		t := pdfa.Table{Caption: fmt.Sprintf("Tabell %d", i+1), RowHeaders: true, Columns: []pdfa.Column{{Header: "Vad"}, {Header: "Belopp", Right: true}}}
		for r := range 40 {
			t.Rows = append(t.Rows, pdfa.Row{Cells: []pdfa.Text{pdfa.Plain(fmt.Sprintf("Rad %d", r+1)), pdfa.Plain("1 250 kr")}})
		}
		t.Rows = append(t.Rows, pdfa.Row{Cells: []pdfa.Text{pdfa.Plain("Summa"), pdfa.Plain("50 000 kr")}, Sum: true})
		d.Blocks = append(d.Blocks, pdfa.Heading{Level: 2, Text: fmt.Sprintf("Del %d", i+1)}, t)
	}
	if c == pdfa.A3b {
		d.Attachments = []pdfa.Attachment{{Name: "underlag.xml", MIME: "application/xml", Description: "Underlag", Relationship: "Source", Modified: made, Data: []byte("<a/>")}}
	}
	return d
}

// documents are samples of each level, unsigned and with one, two and twenty
// signatures, seen and not.
func documents(t *testing.T, c pdfa.Conformance) map[string][]byte {
	t.Helper()
	plain, err := pdfa.Write(sample(c, 5))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"unsigned": plain}
	authority, err := tsa.Start(tsa.Options{Clock: func() time.Time { return made }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = authority.Close() })
	who, err := authority.Person(tsa.Person{GivenName: "Áile", Surname: "Øvrebø Юлия محمد"})
	if err != nil {
		t.Fatal(err)
	}
	for _, look := range []string{"invisible", "visible"} {
		file := plain
		for n := 1; n <= 20; n++ {
			var seen *pades.Appearance
			if look == "visible" {
				seen = &pades.Appearance{Page: n%5 + 1}
			}
			r, err := pades.Sign(t.Context(), file, pades.Signer{Certificate: who.Certificate, Chain: who.Chain, Key: who.Key},
				pades.Options{Reason: "Justering", Time: made, Appearance: seen})
			if err != nil {
				t.Fatalf("%s %d: %v", look, n, err)
			}
			if !bytes.HasPrefix(r.File, file) {
				t.Fatalf("%s %d: an earlier byte was changed", look, n)
			}
			file = r.File
			if n == 1 || n == 2 || n == 20 {
				files[fmt.Sprintf("%s %d", look, n)] = file
			}
		}
	}
	return files
}

// S-11, S-13, S-33, I-11: what the product writes is PDF/A by other programs'
// judgement, and stays so however many sign it.
func TestConformPDFA(t *testing.T) {
	for _, c := range []pdfa.Conformance{pdfa.A1b, pdfa.A2b, pdfa.A2a, pdfa.A3b} {
		t.Run(string(c), func(t *testing.T) {
			files := documents(t, c)
			paths := keep(t, files)
			flavours := map[pdfa.Conformance][]string{pdfa.A1b: {"1b"}, pdfa.A2b: {"2b"}, pdfa.A2a: {"2a", "2b"}, pdfa.A3b: {"3b"}}
			for _, f := range flavours[c] {
				good(t, "veraPDF "+f, java(t, []string{"verapdf", f}, paths))
			}
			if c == pdfa.A1b {
				good(t, "preflight", java(t, []string{"preflight"}, paths))
			}
			for name, path := range paths {
				if out, err := program(t, "qpdf", "--check", path); err != nil {
					t.Errorf("qpdf on %q: %v\n%s", name, err, out)
				}
				r, err := check.Check(files[name], "", check.Options{})
				if err != nil || !r.Conformant {
					t.Errorf("our own checker on %q: %v %+v", name, err, r.Findings)
				}
			}
		})
	}
}
