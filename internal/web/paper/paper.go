// Package paper puts what a page shows into a document: PDF/A-2a with the same
// words, tables and order, for the person to keep and the archive to read.
//
// It owns the way from page's texts and components to block/pdfa, and the
// answer that sends the file. It owns no words: they come from the page's own
// catalogue and from the frozen record, in Swedish, the language in which the
// authority writes. The same record gives the same bytes at every download.
package paper

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/block/pdfa"
	"medborgarnavet/internal/web/page"
)

// Head is what stands above the text of a document.
type Head struct {
	Board page.Text // the authority
	Kind  page.Text // "Beslut"
	Title page.Text
	// Number is the registration number and stands on every page.
	Number string
	// NumberLabel is what the number is; nil = "Ärendenummer".
	NumberLabel page.Text
	// At is when the record was made, never when it is downloaded.
	At time.Time
}

// Sheet is a document under way. The first fault is kept until Bytes.
type Sheet struct {
	renderer *page.Renderer
	doc      pdfa.Document
	err      error
}

// New begins a document of a municipality.
func New(r *page.Renderer, m *page.Municipality, h Head) *Sheet {
	s := &Sheet{renderer: r}
	board, title := s.words(h.Board), s.words(h.Title)
	if h.NumberLabel == nil {
		h.NumberLabel = page.T("paper.number")
	}
	s.doc = pdfa.Document{
		Meta:  pdfa.Meta{Title: title + ", " + h.Number, Author: board + ", " + m.Name, Creator: "Medborgarnavet", Language: "sv", Created: h.At},
		Theme: pdfa.Theme{Colour: colour(m)},
		Letterhead: pdfa.Letterhead{Municipality: m.Name, Board: board, Kind: s.words(h.Kind), Running: h.Number,
			References: []pdfa.Field{
				{Label: s.words(page.T("paper.date")), Value: s.words(page.Date(h.At))},
				{Label: s.words(h.NumberLabel), Value: h.Number},
			}},
		Footer: []string{m.Name + ", " + m.Phone},
	}
	if m.TestMode {
		s.add(pdfa.Note{Text: []pdfa.Text{s.text(page.T("paper.test"))}})
	}
	s.add(pdfa.Title{Text: title})
	return s
}

func colour(m *page.Municipality) pdfa.RGB {
	if m.Theme == nil {
		return pdfa.RGB{}
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(m.Theme.Brand(), "#"), 16, 24)
	if err != nil {
		return pdfa.RGB{}
	}
	return pdfa.RGB{R: uint8(n >> 16), G: uint8(n >> 8), B: uint8(n)}
}

func (s *Sheet) add(b pdfa.Block) { s.doc.Blocks = append(s.doc.Blocks, b) }

func (s *Sheet) words(t page.Text) string {
	w, err := s.renderer.Text(page.Swedish, t)
	if err != nil && s.err == nil {
		s.err = err
	}
	return w
}

func (s *Sheet) text(t page.Text) pdfa.Text { return pdfa.Plain(s.words(t)) }

// Heading begins a part.
func (s *Sheet) Heading(t page.Text) { s.add(pdfa.Heading{Level: 2, Text: s.words(t)}) }

// Paragraph adds a text; empty lines in it part paragraphs.
func (s *Sheet) Paragraph(t page.Text) {
	for part := range strings.SplitSeq(strings.ReplaceAll(s.words(t), "\r\n", "\n"), "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			s.add(pdfa.Paragraph{Text: pdfa.Plain(part)})
		}
	}
}

// Important adds a text that is set apart.
func (s *Sheet) Important(t page.Text) {
	s.add(pdfa.Note{Text: []pdfa.Text{{{Text: s.words(t), Bold: true}}}})
}

// Fact is a label and its value.
type Fact struct{ Label, Value page.Text }

// Facts adds labels with values; those without a value are left out.
func (s *Sheet) Facts(facts ...Fact) {
	var kv pdfa.KeyValues
	for _, f := range facts {
		if f.Value != nil {
			kv.Items = append(kv.Items, pdfa.KeyValue{Key: s.words(f.Label), Value: s.text(f.Value)})
		}
	}
	s.add(kv)
}

// List adds a list.
func (s *Sheet) List(items []page.Text) {
	var l pdfa.List
	for _, t := range items {
		l.Items = append(l.Items, pdfa.Item{Text: s.text(t)})
	}
	s.add(l)
}

// Table adds a table as the page has it. One without rows is said in words.
func (s *Sheet) Table(t page.Table) {
	if len(t.Rows) == 0 && t.Empty != nil {
		s.add(pdfa.Heading{Level: 3, Text: s.words(t.Caption)})
		s.Paragraph(t.Empty)
		return
	}
	out := pdfa.Table{Caption: s.words(t.Caption), RowHeaders: true}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, pdfa.Column{Header: s.words(c.Text), Right: c.Number})
	}
	for _, r := range t.Rows {
		out.Rows = append(out.Rows, pdfa.Row{Cells: s.cells(r.Cells)})
	}
	if len(t.Foot) > 0 {
		out.Rows = append(out.Rows, pdfa.Row{Cells: s.cells(t.Foot), Sum: true})
	}
	s.add(out)
}

func (s *Sheet) cells(values []page.Text) []pdfa.Text {
	var out []pdfa.Text
	for _, v := range values {
		out = append(out, s.text(v))
	}
	return out
}

// Summary adds answers row by row, as they were seen before they were handed
// in.
func (s *Sheet) Summary(sum page.Summary) {
	if sum.Title != nil {
		s.add(pdfa.Heading{Level: 3, Text: s.words(sum.Title)})
	}
	var kv pdfa.KeyValues
	for _, r := range sum.Rows {
		value := s.words(r.Value)
		if r.Value == nil {
			value = s.words(page.T("page.summary.empty"))
		}
		if r.Note != nil {
			value += "\n" + s.words(r.Note)
		}
		kv.Items = append(kv.Items, pdfa.KeyValue{Key: s.words(r.Term), Value: pdfa.Plain(value)})
	}
	s.add(kv)
}

// Bytes is the file.
func (s *Sheet) Bytes() ([]byte, error) {
	if s.err != nil {
		return nil, s.err
	}
	return pdfa.Write(s.doc)
}

// Send answers with the file, to be saved under a name.
func (s *Sheet) Send(w http.ResponseWriter, name string) error {
	data, err := s.Bytes()
	if err != nil {
		return err
	}
	page.Download(w, name, "application/pdf", data)
	return nil
}
