package petition

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"time"

	"medborgarnavet/internal/fault"
)

// MoveImport is the event by which a petition of the former service came here
// (P-03). It is no transition: like MoveReceive it makes a petition.
const MoveImport Move = "imported"

// The forms that Import reads. docs/petition-import.md describes them.
const (
	FormatCSV  = "csv"
	FormatJSON = "json"
)

// Bounds of one file. Larger sets are imported in several.
const (
	MaxImportBytes     = 32 << 20
	MaxImportPetitions = 20_000
	mostImportFaults   = 500
)

// ImportItem is a petition of the former system, as the file has it. Days are
// dates in Sweden. Texts are plain text.
type ImportItem struct {
	ID           string   `json:"id"`        // the former system's own
	Addresses    []string `json:"addresses"` // path and query of its pages there
	Title        string   `json:"title"`
	What         string   `json:"what"`
	Why          string   `json:"why"`
	Received     string   `json:"received"`
	Opened       string   `json:"opened"`
	Closed       string   `json:"closed"`
	Count        *int64   `json:"count"`
	Counted      string   `json:"counted"`
	Standing     string   `json:"standing"`
	Code         string   `json:"code"`
	Body         string   `json:"body"`
	BodyRegistry string   `json:"body_registry"`
	Decision     string   `json:"decision"`
	Decided      string   `json:"decided"`
	Paragraph    string   `json:"paragraph"`
	Registry     string   `json:"registry"`
	Source       string   `json:"source"`

	line int
}

// ImportFault is a place in the file that must be mended, or looked at.
type ImportFault struct {
	Line  int    // 1 is the first
	ID    string // "" when it is not known
	Field string // "" for the line as a whole
	Code  string
}

// importWords are the faults in plain words.
var importWords = map[string]string{
	"bom":              "the file is UTF-16; save it as UTF-8",
	"encoding":         "the text is not UTF-8 (it looks like Latin-1, or was converted twice); save the file as UTF-8",
	"form":             "cannot be read: quotes, commas or brackets do not match",
	"columns":          "another number of columns than in the first line",
	"unknown-column":   "no such column",
	"missing-column":   "the column is missing",
	"type":             "a value of the wrong kind, or a field that does not exist",
	"missing":          "missing",
	"not-here":         "does not belong with this standing; leave it empty",
	"too-long":         "too long",
	"character":        "holds characters that cannot be shown",
	"no-words":         "has no words in it",
	"html":             "holds HTML; convert it to plain text",
	"formula":          "begins as a formula, or is an error of a spreadsheet",
	"personal-number":  "holds a personal identity number; take it out",
	"contact":          "holds what looks like a mail address or a telephone number; see that it may be shown",
	"date":             "not a day such as 2026-11-22",
	"future":           "a day that has not come",
	"order":            "earlier than what must come before it",
	"number":           "not a number from 0 to 10 000 000",
	"unknown":          "not one of the values in docs/petition-import.md",
	"hidden":           "the text of such a petition is not shown, so it is not imported",
	"address":          "not a path with a query (/forslag?id=17)",
	"https":            "not an https address",
	"duplicate":        "is there twice in the file",
	"taken":            "is another petition's already",
	"own-series":       "is a number of this service's own series",
	"too-many":         "more than 20 000 petitions; import them in several files",
	"no-petitions":     "there is no petition in the file",
	"nothing-was-read": "the file is empty",
}

// String is the fault in words, for the one who made the file. It repeats
// nothing of the file but the petition's id.
func (f ImportFault) String() string {
	s := fmt.Sprintf("line %d", f.Line)
	if f.ID != "" {
		s += fmt.Sprintf(", petition %q", f.ID)
	}
	if f.Field != "" {
		s += ", " + f.Field
	}
	return s + ": " + importWords[f.Code]
}

// ImportReport is what an import did, or would do.
type ImportReport struct {
	Source    string
	Dry       bool
	Read      int // petitions in the file
	Taken     int // new here
	Already   int // here since an earlier import
	Redirects int // addresses that lead here, new
	Open      int // of Taken: were open there, and wait here to be published
	// Differ are the ids of those that are here already and of which the file
	// says something else than then. They were left as they are.
	Differ []string
	// Faults are what must be mended before anything is taken; More is how
	// many there are besides. Notes hinder nothing.
	Faults []ImportFault
	More   int
	Notes  []ImportFault

	encoding bool // that the file is saved wrongly is told once
}

func (r *ImportReport) fault(f ImportFault) {
	if f.Code == "encoding" {
		if r.encoding {
			return
		}
		r.encoding = true
	}
	if len(r.Faults) == mostImportFaults {
		r.More++
		return
	}
	r.Faults = append(r.Faults, f)
}

var errImport = fault.New(fault.Invalid, "petition: the file has faults; nothing was imported")

var sourceName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// Import takes in petitions of another system, all or none, in one
// transaction. source names the system: the same petition of the same source
// is taken once, however often it is in a file. A dry run tells what would
// happen and writes nothing.
//
// What was closed there keeps its count, told apart as counted by the former
// service. What was open there comes without votes: it waits, accepted, for a
// moderator to publish it, votes begin anew, and the earlier count stands
// beside them and is never added, since nobody knows who is in both.
//
// Faults: Invalid (the report tells everything, with lines), TooLarge.
func (p *Petitions) Import(ctx context.Context, source string, r io.Reader, format string, dry bool) (ImportReport, error) {
	report := ImportReport{Source: source, Dry: dry}
	if !sourceName.MatchString(source) {
		return report, fault.New(fault.Invalid, "petition: the source is named by up to 40 of a-z, 0-9 and -")
	}
	items, err := readImport(r, format, &report)
	if err != nil {
		return report, err
	}
	report.Read = len(items)
	all := p.checkImport(items, &report)
	if len(report.Faults) > 0 && len(all) == 0 {
		return report, errImport
	}
	err = p.takeIn(ctx, source, all, &report)
	slices.SortStableFunc(report.Faults, func(a, b ImportFault) int { return a.Line - b.Line })
	return report, err
}

// former is one item of the file, checked and in order.
type former struct {
	item                              ImportItem
	text                              Text
	digest                            string
	standing                          Standing
	received, opened, closed, decided time.Time
	counted                           string
	votes                             int64 // -1 when it is not told
	addresses                         []string
}
