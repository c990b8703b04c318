package pdfa

import (
	"errors"
	"fmt"
	"image"
	"strings"
	"time"
)

// Conformance is the level of PDF/A that a file claims.
type Conformance string

const (
	A2a Conformance = "2A" // ISO 19005-2, level A: tagged. Also what the zero value means
	A2b Conformance = "2B" // ISO 19005-2, level B
	A1b Conformance = "1B" // ISO 19005-1, level B: PDF 1.4
	A3b Conformance = "3B" // ISO 19005-3, level B: may carry attachments
)

// ErrDocument is what every refusal of a Document is, beneath its own words.
var ErrDocument = errors.New("pdfa: the document cannot be written")

// Document is what is to be written.
type Document struct {
	Meta        Meta
	Conformance Conformance // A2a when empty
	Theme       Theme
	Letterhead  Letterhead
	Blocks      []Block
	Footer      []string     // at the foot of every page: at most three short lines, such as address and telephone
	Attachments []Attachment // only with A3b
}

// Meta says what the document is. It goes into XMP, and into the Info
// dictionary in the same words.
type Meta struct {
	Title    string    // required: what a reader shows as the window's title
	Author   string    // the authority, not the officer, unless the officer is to be named
	Subject  string    // one sentence, or nothing
	Language string    // BCP 47; "sv" when empty
	Creator  string    // the system that made the content; may be empty
	Created  time.Time // required; to the second, in its own time zone
}

// Theme is the municipality's colour, for the rules of letterhead and tables.
type Theme struct {
	Colour RGB // black when zero
}

// RGB is a colour in sRGB, 0 to 255.
type RGB struct{ R, G, B uint8 }

// Letterhead is the head of the first page. The later ones show the sender and
// Running in one line.
type Letterhead struct {
	Municipality string  // "Ekbacka kommun"; no letterhead when this and Board are empty
	Board        string  // "Socialnämnden"
	Kind         string  // "Beslut"
	References   []Field // "Datum", "Diarienummer": shown side by side
	Recipient    []string
	Running      string // shown at the head of later pages, such as the case number
}

// Field is a label and its value.
type Field struct{ Label, Value string }

// Attachment is a file carried inside an A-3b document.
type Attachment struct {
	Name         string // file name, unique within the document
	MIME         string // "application/xml"
	Description  string // what it is, for people
	Relationship string // Source, Data, Alternative, Supplement or Unspecified (ISO 19005-3, 6.8)
	Modified     time.Time
	Data         []byte
}

// Text is a text in parts that look or sound different. A line feed in it
// begins a new line.
type Text []Span

// Span is a part of a text.
type Span struct {
	Text string
	Bold bool
	Lang string // BCP 47, when another language than the document's
}

// Plain is a text without any marking.
func Plain(s string) Text { return Text{{Text: s}} }

// Block is one of the things a document is built of: Title, Heading,
// Paragraph, KeyValues, List, Table, Note, Figure, Signatures, Spacer,
// PageBreak.
type Block interface{ block() }

// Title is the document's title as it is read: its first heading, large.
type Title struct{ Text string }

// Heading is a heading of level 1 to 3; it also becomes an outline entry. A
// level that would skip one is tagged as the next level down, as PDF/UA asks.
type Heading struct {
	Level int
	Text  string
}

// Paragraph is a paragraph. One whose first letter is Arabic or Hebrew runs
// from right to left and is aligned right.
type Paragraph struct {
	Text  Text
	Small bool
}

// KeyValues is a list of labels and values in two columns.
type KeyValues struct{ Items []KeyValue }

// KeyValue is one of them.
type KeyValue struct {
	Key   string
	Value Text
}

// List is a list with bullets, or numbered from 1.
type List struct {
	Numbered bool
	Items    []Item
}

// Item is one of a list, and may have a list of its own.
type Item struct {
	Text Text
	Sub  *List
}

// Table is a table that may go over pages; its header row is repeated.
type Table struct {
	Caption    string
	Columns    []Column // at most 20
	Rows       []Row
	RowHeaders bool // the first column names the row
}

// Column is a column of a table.
type Column struct {
	Header string
	Right  bool    // aligned right: amounts and counts
	Share  float64 // of the width, in relation to the others'; 0 everywhere: by content
}

// Row is a row of a table, with as many cells as there are columns or fewer.
type Row struct {
	Cells []Text
	Sum   bool // a row of sums: bold, and never parted from the row above
}

// Note is a text set apart by a bar at its side.
type Note struct {
	Title string
	Text  []Text // paragraphs
}

// Figure is a picture. Transparency is laid on white.
type Figure struct {
	Image   image.Image
	Alt     string  // required: what one who does not see it needs to know
	Width   float64 // in points; the text's width when 0 or greater than that
	Caption string
}

// Signatures keeps room for visible signatures, two beside each other. Where
// each is follows from Result.Areas.
type Signatures struct {
	Signers []Signer
	Height  float64 // of each free area, in points; 60 when 0
}

// Signer is whoever is to sign in an area.
type Signer struct{ Field, Name, Role string }

// Spacer is empty room, in points.
type Spacer struct{ Height float64 }

// PageBreak begins a new page.
type PageBreak struct{}

func (Title) block()      {}
func (Heading) block()    {}
func (Paragraph) block()  {}
func (KeyValues) block()  {}
func (List) block()       {}
func (Table) block()      {}
func (Note) block()       {}
func (Figure) block()     {}
func (Signatures) block() {}
func (Spacer) block()     {}
func (PageBreak) block()  {}

// Result is a written document and what there is to know of it.
type Result struct {
	File    []byte
	Pages   int
	Areas   []Area
	Missing []rune // characters the fonts lack, shown as U+FFFD; each once
}

// Area is the room kept for a signature.
type Area struct {
	Field string     // Signer.Field
	Page  int        // from 0
	Rect  [4]float64 // left, bottom, right, top, in points from the page's lower left corner
}

// Write writes a document. It is Compose for whoever needs only the file.
func Write(d Document) ([]byte, error) {
	r, err := Compose(d)
	return r.File, err
}

// check refuses what cannot become a conforming file.
func (d *Document) check() error {
	if d.Conformance == "" {
		d.Conformance = A2a
	}
	if d.Meta.Language == "" {
		d.Meta.Language = "sv"
	}
	switch {
	case strings.TrimSpace(d.Meta.Title) == "":
		return fmt.Errorf("%w: it has no title", ErrDocument)
	case d.Meta.Created.IsZero():
		return fmt.Errorf("%w: it has no time of creation", ErrDocument)
	case d.Conformance != A1b && d.Conformance != A2a && d.Conformance != A2b && d.Conformance != A3b:
		return fmt.Errorf("%w: unknown level of conformance", ErrDocument)
	case len(d.Attachments) > 0 && d.Conformance != A3b:
		return fmt.Errorf("%w: only A-3b carries attachments", ErrDocument)
	case !validLanguage(d.Meta.Language):
		return fmt.Errorf("%w: the language is not a BCP 47 tag", ErrDocument)
	}
	if err := d.checkSpans(); err != nil {
		return err
	}
	for _, b := range d.Blocks {
		if t, ok := b.(Table); ok && len(t.Columns) > mostColumns {
			return fmt.Errorf("%w: a table has more than %d columns", ErrDocument, mostColumns)
		}
	}
	names := map[string]bool{}
	for _, a := range d.Attachments {
		switch {
		case a.Name == "" || names[a.Name]:
			return fmt.Errorf("%w: an attachment needs a name of its own", ErrDocument)
		case !strings.Contains(a.MIME, "/"):
			return fmt.Errorf("%w: an attachment needs a media type", ErrDocument)
		}
		names[a.Name] = true
	}
	return nil
}

// checkSpans refuses a span whose language is not a language tag: it goes into
// the page's content as it is.
func (d *Document) checkSpans() error {
	bad := false
	look := func(texts ...Text) {
		for _, t := range texts {
			for _, s := range t {
				bad = bad || s.Lang != "" && !validLanguage(s.Lang)
			}
		}
	}
	var list func(l List)
	list = func(l List) {
		for _, item := range l.Items {
			look(item.Text)
			if item.Sub != nil {
				list(*item.Sub)
			}
		}
	}
	for _, b := range d.Blocks {
		switch b := b.(type) {
		case Paragraph:
			look(b.Text)
		case Note:
			look(b.Text...)
		case List:
			list(b)
		case KeyValues:
			for _, item := range b.Items {
				look(item.Value)
			}
		case Table:
			for _, row := range b.Rows {
				look(row.Cells...)
			}
		}
	}
	if bad {
		return fmt.Errorf("%w: the language of a text is not a BCP 47 tag", ErrDocument)
	}
	return nil
}

// validLanguage is true for the plain form of a language tag: letters, then
// parts of at most eight letters or digits.
func validLanguage(tag string) bool {
	for i, part := range strings.Split(tag, "-") {
		if part == "" || len(part) > 8 {
			return false
		}
		for _, r := range part {
			letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
			if !letter && (i == 0 || r < '0' || r > '9') {
				return false
			}
		}
	}
	return true
}
