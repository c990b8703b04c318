package workspace

import (
	"log/slog"
	"slices"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/form"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/plugin"
)

// Draft is an application that has not been handed in.
type Draft struct {
	ID       string
	EService string
	Month    string
	// ControlMonth is the month whose payments are summed.
	ControlMonth string
	CaseID       string
	Board        string
	Household    plugin.Household
	Form         plugin.Form
	Values       map[string]string
	Done         map[string]bool
	// Revisions count the saves of each section: a page that was read at an
	// older revision must not overwrite a newer one unseen.
	Revisions map[string]int
	Files     []plugin.File
	// Rows are the bound rows, without the person's own amounts. They are
	// nil when nothing has been fetched, or when it is past its time.
	Rows    []plugin.Row
	Sources []plugin.SourceState
	// FetchID is the latest fetch; FetchGone is true when its content is
	// past its time and the section should say "Hämta igen".
	FetchID   string
	FetchGone bool
	CreatedAt time.Time
	SavedAt   time.Time
	// DeleteAt is when the draft is gone if nothing more is saved.
	DeleteAt time.Time
	// Version changes with every save.
	Version int64

	fileKey   []byte
	assurance int    // the level of login that the draft needs
	boundTo   string // the fetch that Rows and Sources are from
}

// A draft is a person's own words: it never shows them in a log (I-9).
func (d Draft) String() string       { return "[draft " + d.ID + "]" }
func (d Draft) GoString() string     { return d.String() }
func (d Draft) LogValue() slog.Value { return slog.StringValue(d.String()) }

// Section finds a section of the draft's form.
func (d Draft) Section(id string) (plugin.Section, bool) { return form.Section(d.Form, id) }

// Status is a section's status.
func (d Draft) Status(s plugin.Section, now time.Time) form.Status {
	return form.SectionStatus(s, d.Values, d.Rows, d.Files, d.Done[s.ID], now)
}

// AllRows are all amount rows that are shown, fetched and own side by side.
func (d Draft) AllRows() []plugin.Row { return form.Own(d.Form, d.Rows, d.Values) }

// Application is the draft as an e-service sees it: without what is hidden.
func (d Draft) Application() plugin.Application {
	values := form.Shown(d.Form, d.Values)
	files := slices.DeleteFunc(slices.Clone(d.Files), func(f plugin.File) bool { return !takesFiles(d.Form, values, f.Path) })
	return plugin.Application{
		FormID: d.Form.ID, FormVersion: d.Form.Version, Month: d.Month, ControlMonth: d.ControlMonth, Values: values,
		Rows: form.Own(d.Form, d.Rows, values), Sources: slices.Clone(d.Sources), Files: files, Household: d.Household,
	}
}

// takesFiles tells whether a path is that of a shown field for documents.
func takesFiles(f plugin.Form, values map[string]string, at string) bool {
	for _, s := range f.Sections {
		for _, it := range form.Items(s, values) {
			if it.Path == at {
				return it.Field.Kind == plugin.FieldFiles && !s.Unused && it.Visible(values)
			}
		}
	}
	return false
}

// Retention is how long a draft lives.
type Retention struct {
	// Days after the last save; MaxDays after it was begun.
	Days, MaxDays int
}

func (r Retention) deleteAt(created, saved time.Time) time.Time {
	last := created.AddDate(0, 0, r.MaxDays)
	if due := saved.AddDate(0, 0, r.Days); due.Before(last) {
		return due
	}
	return last
}

// Options are what a workspace is built from.
type Options struct {
	DB        *db.DB
	Ring      *keyring.Ring
	Audit     *audit.Log
	Clock     clock.Clock
	Broker    *broker.Broker
	Retention func(board string) Retention
}

// Workspace keeps drafts. See New.
type Workspace struct{ opt Options }

// New makes a workspace.
func New(opt Options) *Workspace { return &Workspace{opt} }

// Limits on supporting documents (M-96), and on all that is typed in a draft:
// more than every field of an application together can take.
const (
	MaxFiles    = 20
	MaxFileSize = 15_000_000 // bytes
	MaxTyped    = 512 << 10  // bytes
)

// person is this step's own pseudonym (I-18).
func (w *Workspace) person(n pnr.Number) string { return w.opt.Ring.Pseudonym("workspace", n.Plain()) }

// content is the sealed part of a draft: everything the person wrote.
type content struct {
	Household plugin.Household  `json:"household"`
	Form      plugin.Form       `json:"form"`
	Values    map[string]string `json:"values"`
	Done      map[string]bool   `json:"done"`
	Revisions map[string]int    `json:"revisions"`
	FileKey   []byte            `json:"fileKey"`
	Assurance int               `json:"assurance"`
}

// bound is the sealed part that comes from a fetch.
type bound struct {
	Rows    []plugin.Row         `json:"rows"`
	Sources []plugin.SourceState `json:"sources"`
	// Seen are tags of the sums that the person last saw, by row: enough to
	// tell that an amount has changed, without keeping the old one.
	Seen map[string]string `json:"seen,omitempty"`
}
