package pades_test

import (
	"errors"
	"fmt"
	"testing"

	"medborgarnavet/block/pades"
)

// S-20, S-33: a signature page with a row for each signer, made before the
// first signature; everyone then only fills a field in.
func TestSignaturePage(t *testing.T) {
	s := plainSigner(t, "Anna Berglund")
	rows := []pades.Row{{"Anna Berglund", "Ordförande"}, {longName, "Justerare"}, {"عبد الرحمن بن محمد الحدّاد", "Justerare"}}
	for i := range 17 {
		rows = append(rows, pades.Row{Name: fmt.Sprintf("Ledamot %d", i+1), Role: "Ledamot i Socialnämnden"})
	}
	for name, p := range map[string]paper{"plain": {}, "tagged": {tagged: "kids"}, "stream": {packed: true, rotate: 90}, "archive": {claim: "2", intent: 3, tagged: "one"}} {
		file, fields, err := pades.AddSignaturePage(p.make(t), "Underskrifter", rows)
		if err != nil {
			t.Fatal(name, err)
		}
		if len(fields) != len(rows) {
			t.Fatal(len(fields))
		}
		for i, field := range fields[:4] {
			file = mustSign(t, file, s, pades.Options{Field: field, Name: rows[i].Name, Reason: "Justering"})
		}
		f, list := read(t, file)
		verify(t, file, list)
		pages, err := f.Latest().Pages()
		if err != nil || len(pages) < 4 || len(list) != 4 {
			t.Fatalf("%s: %d pages, %d signatures, %v", name, len(pages), len(list), err)
		}
		if _, _, err := pades.AddSignaturePage(file, "Underskrifter", rows); !errors.Is(err, pades.ErrSigned) {
			t.Fatal(err)
		}
		keep(t, "page-"+name, file)
	}
}

// Empty fields are made beside each other, with names of their own.
func TestAddFields(t *testing.T) {
	s := plainSigner(t, "Anna Berglund")
	file, names, err := pades.AddFields(paper{form: true, tagged: "nums"}.make(t), []pades.EmptyField{{}, {}, {Name: "Justerare"}})
	if err != nil || fmt.Sprint(names) != "[Signatur2 Signatur3 Justerare]" {
		t.Fatal(names, err)
	}
	for _, n := range names {
		file = mustSign(t, file, s, pades.Options{Field: n, Certify: map[bool]pades.CertifyPermission{true: pades.CertifyFormFill}[n == "Signatur2"]})
	}
	f, list := read(t, file)
	verify(t, file, list)
	keep(t, "fields", file)
	if len(list) != 3 || len(f.Latest().Array(f.Latest().Dict(f.Latest().Catalog()["AcroForm"])["Fields"])) != 5 {
		t.Fatal(len(list))
	}
	if _, _, err := pades.AddFields(paper{form: true}.make(t), []pades.EmptyField{{Name: "Signatur1"}}); !errors.Is(err, pades.ErrField) {
		t.Fatal(err)
	}
}
