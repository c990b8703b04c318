package casework

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/outbox"
	"medborgarnavet/internal/submission"
	"medborgarnavet/internal/workspace"
	"medborgarnavet/plugin"
)

// Limits of what a person sends in as a supplement, and of what is written in
// a case.
const (
	MaxFiles    = 10
	MaxFileSize = workspace.MaxFileSize
	MaxText     = 20_000 // characters of a text that a person or officer writes
	MaxReason   = 2_000  // characters of the reason on a line of the calculation
	maxItems    = 30     // things that one supplement asks for
)

// Submissions is where handed-in applications are read, and disposed of with
// their case.
type Submissions interface {
	Load(ctx context.Context, id string) (submission.Record, error)
	File(ctx context.Context, submissionID, fileID string) (name, mediaType string, data []byte, err error)
	Dispose(ctx context.Context, tx *db.Tx, id string) (documents []string, err error)
}

// Board is what casework must know of the authority whose case it is.
type Board struct {
	// Name is written under decisions and messages: "Socialnämnden".
	Name string
	// AppealAddressee is the court: "Förvaltningsrätten i Stockholm".
	// AppealText replaces the built-in how-to-appeal when it is not empty.
	AppealAddressee, AppealText string
	// SupplementDays is how long a person has to send in what is missing;
	// 0 = 10.
	SupplementDays int
	// DecidedYears is how many years after the last thing done in it a
	// decided case is kept; 0 = it is not disposed. KeepBirthDays are the
	// days of the month whose applicants' cases are kept for ever.
	DecidedYears  int
	KeepBirthDays []int
}

// Options are what Casework is built from. All are needed but Log and
// Location.
type Options struct {
	DB          *db.DB
	Ring        *keyring.Ring
	Audit       *audit.Log
	Clock       clock.Clock
	Log         *slog.Logger
	Submissions Submissions
	Directory   *Directory
	// Outbox is told of every document that comes in (TopicDocument).
	Outbox *outbox.Outbox
	// Forget removes what others keep about a document that is disposed of,
	// in the same transaction; nil = nobody keeps anything.
	Forget func(ctx context.Context, tx *db.Tx, document string) error
	// Board gives a board's settings.
	Board func(id string) (Board, error)
	// Worksheet has the e-service calculate.
	Worksheet func(ctx context.Context, eservice string, r plugin.WorksheetRequest) (plugin.Worksheet, error)
	// Legal is the text of a board's legal reference as in force at a time.
	Legal func(board, key string, at time.Time) (string, error)
	// LegalKey names the reference that decisions in an e-service's cases
	// rest on.
	LegalKey func(eservice string) string
	// Location is where days begin and end; nil = Europe/Stockholm.
	Location *time.Location
}

// Casework handles one municipality's cases. See New.
type Casework struct{ opt Options }

// New makes a Casework.
func New(opt Options) *Casework {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Location == nil {
		opt.Location = swedishTime()
	}
	if opt.Forget == nil {
		opt.Forget = func(context.Context, *db.Tx, string) error { return nil }
	}
	return &Casework{opt}
}

func swedishTime() *time.Location {
	if zone, err := time.LoadLocation("Europe/Stockholm"); err == nil {
		return zone
	}
	return time.UTC
}

// Roles tells which member of staff a person is, and with what roles on any
// board. fault.Forbidden when the directory does not know the person.
func (c *Casework) Roles(_ context.Context, person pnr.Number) (staffID string, roles []string, err error) {
	return c.opt.Directory.Roles(person)
}

// Staff gives a member of staff by id.
func (c *Casework) Staff(id string) (Staff, error) { return c.opt.Directory.ByID(id) }

// person is this step's own pseudonym of a person (I-18).
func (c *Casework) person(n pnr.Number) string { return pseudonym(c.opt.Ring, n) }

func pseudonym(ring *keyring.Ring, n pnr.Number) string {
	if n.IsZero() {
		return ""
	}
	return ring.Pseudonym("casework", n.Plain())
}

// day is the date of a moment where people are.
func (c *Casework) day(t time.Time) string { return t.In(c.opt.Location).Format(time.DateOnly) }

// Today is the day it is for people ("2006-01-02").
func (c *Casework) Today() string { return c.day(c.opt.Clock.Now()) }

// seal and open keep a value under the board's lasting key, bound to what and
// which row it is.
func (c *Casework) seal(board, what, id string, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return c.opt.Ring.SealLasting(board, "casework_"+what+"|"+id, plain)
}

func (c *Casework) open(board, what, id string, sealed []byte, v any) error {
	plain, err := c.opt.Ring.OpenLasting(board, "casework_"+what+"|"+id, sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, v)
}

// once tells an act apart from its repetition by a double click: the same
// key and content give the same value.
func (c *Casework) once(parts ...string) string {
	all, _ := json.Marshal(parts) // strings always encode
	return c.opt.Ring.Pseudonym("casework once", string(all))
}

// NewKey is a fresh key for a form whose sending twice counts once.
func NewKey() string { return db.NewID() }
