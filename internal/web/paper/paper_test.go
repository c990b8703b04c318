package paper

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdfa/check"
	"medborgarnavet/internal/web/page"
)

func renderer(t *testing.T) *page.Renderer {
	t.Helper()
	c, err := page.NewCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	r, err := page.New(page.Options{Catalogue: c})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func sheet(t *testing.T, r *page.Renderer) *Sheet {
	at := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	s := New(r, &page.Municipality{Name: "Ekbacka kommun", Phone: "0000-12 34 56", TestMode: true},
		Head{Board: "Socialnämnden", Kind: "Beslut", Title: "Beslut för december 2026", Number: "SN 2026-000001", At: at})
	s.Important("Du får ekonomiskt bistånd.")
	s.Paragraph("Första stycket.\n\nAndra stycket.")
	s.Facts(Fact{"Från", "Áile Øvrebø Юлия"}, Fact{"Utan värde", nil})
	s.Heading("Så har vi räknat")
	s.Table(page.Table{Caption: "Kostnader", Columns: []page.Column{{Text: "Vad"}, {Text: "Belopp", Number: true}},
		Rows: []page.TableRow{{Cells: []page.Text{"Hyra", page.Amount(620000)}}}, Foot: []page.Text{"Summa", page.Amount(620000)}})
	s.Table(page.Table{Caption: "Inkomster", Columns: []page.Column{{Text: "Vad"}}, Empty: "Du hade inga inkomster."})
	s.Summary(page.Summary{Title: "Bostad", Rows: []page.SummaryRow{{Term: "Hyra", Value: page.Amount(620000), Note: "Hämtat: 1 kr"}, {Term: "El"}}})
	s.List([]page.Text{"En handläggare läser."})
	return s
}

// M-74, S-13: what a page shows is PDF/A with the same words, and the same
// record gives the same bytes.
func TestSheetIsPDFA(t *testing.T) {
	r := renderer(t)
	data, err := sheet(t, r).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	again, err := sheet(t, r).Bytes()
	if err != nil || !bytes.Equal(data, again) {
		t.Errorf("another file the second time (%v)", err)
	}
	result, err := check.Check(data, "", check.Options{})
	if err != nil || !result.Conformant {
		t.Errorf("%v %+v", err, result.Findings)
	}
	f, err := pdf.Read(data, pdf.Options{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	title := f.Latest().Text(f.Latest().Dict(f.Latest().Trailer()["Info"])["Title"])
	if !strings.Contains(title, "Beslut för december 2026") || !strings.Contains(title, "SN 2026-000001") {
		t.Errorf("title %q", title)
	}
}

// A text that is in no catalogue is a fault of the file, not a hole in it.
func TestUnknownText(t *testing.T) {
	s := sheet(t, renderer(t))
	s.Paragraph(page.T("no.such.text"))
	if data, err := s.Bytes(); err == nil {
		t.Errorf("%d bytes with a text that does not exist", len(data))
	}
}
