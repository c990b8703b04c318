package extract

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/form"
	"medborgarnavet/internal/submission"
	"medborgarnavet/internal/workspace"
	"medborgarnavet/plugin"
)

// Options are what a Maker is built from.
type Options struct {
	DB          *db.DB
	Audit       *audit.Log
	Clock       clock.Clock
	Workspace   *workspace.Workspace
	Broker      *broker.Broker
	Submissions *submission.Store
	Casework    *casework.Casework
}

// Maker makes extracts. See New.
type Maker struct{ opt Options }

// New makes a Maker.
func New(opt Options) *Maker { return &Maker{opt} }

// Extract is everything that the platform holds about a person and that is
// theirs to see.
type Extract struct {
	At          time.Time
	Drafts      []Draft
	Submissions []submission.Record
	Cases       []Case
	// Trail is who has done what, newest first.
	Trail []Entry
}

// An extract is a person's data: it never shows itself in a log (I-9).
func (x Extract) String() string       { return "[extract]" }
func (x Extract) GoString() string     { return x.String() }
func (x Extract) LogValue() slog.Value { return slog.StringValue(x.String()) }

// Draft is an application that has not been handed in, with all that was
// fetched into it.
type Draft struct {
	workspace.Draft
	// Summary is what is typed, in words; Hidden is what is typed in fields
	// that are no longer shown, because of other answers.
	Summary []submission.SummarySection
	Hidden  []submission.SummaryLine
	// Fetch is the latest fetch; its zero value when there is none, its time
	// is out, or the login is weaker than the one it was fetched with.
	Fetch broker.Fetch
}

// Case is a case with its decision; nil until there is one.
type Case struct {
	casework.PartyCase
	Decision *casework.Decision
}

// Of makes the extract of the person who is logged in (I-1). That it was made
// is put in the audit log before anything is read. A decision in it counts as
// read by the person, as it does on its own page.
func (m *Maker) Of(ctx context.Context, login broker.Login) (Extract, error) {
	if login.Subject.IsZero() {
		return Extract{}, fault.New(fault.Unauthenticated, "nobody is logged in")
	}
	who := m.opt.Audit.Actor(login.Subject)
	err := m.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		return m.opt.Audit.Write(ctx, tx, audit.Event{Action: audit.Presented, Actor: who, Subject: who, Category: "extract", Outcome: "shown"})
	})
	if err != nil {
		return Extract{}, err
	}
	x := Extract{At: m.opt.Clock.Now()}
	if x.Drafts, err = m.drafts(ctx, login); err != nil {
		return Extract{}, err
	}
	if x.Submissions, err = m.submissions(ctx, login); err != nil {
		return Extract{}, err
	}
	if x.Cases, err = m.cases(ctx, login); err != nil {
		return Extract{}, err
	}
	x.Trail, err = m.trail(ctx, who)
	if err != nil {
		return Extract{}, err
	}
	return x, nil
}

func (m *Maker) drafts(ctx context.Context, login broker.Login) ([]Draft, error) {
	list, err := m.opt.Workspace.List(ctx, login)
	if err != nil {
		return nil, err
	}
	var out []Draft
	for _, d := range list {
		x := Draft{Draft: d, Summary: submission.Summarise(d.Form, d.Application()), Hidden: hidden(d)}
		if d.FetchID != "" {
			x.Fetch, err = m.opt.Broker.Read(ctx, login, d.EService, d.FetchID)
			if k := fault.KindOf(err); k != "" && k != fault.Gone && k != fault.NotFound && k != fault.Forbidden {
				return nil, err
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// hidden are answers that stay in the draft although their questions are not
// shown now.
func hidden(d workspace.Draft) (out []submission.SummaryLine) {
	shown := form.Shown(d.Form, d.Values)
	for _, s := range d.Form.Sections {
		for _, it := range form.Items(s, d.Values) {
			for _, path := range []string{it.Path, it.Path + ".own", it.Path + ".comment"} {
				v := d.Values[path]
				if _, is := shown[path]; is || v == "" {
					continue
				}
				if path == it.Path {
					v = submission.Words(it.Field, v)
				}
				out = append(out, submission.SummaryLine{Label: strings.TrimSpace(s.Title + ": " + it.Field.Label), Value: v})
			}
		}
	}
	return out
}

func (m *Maker) submissions(ctx context.Context, login broker.Login) ([]submission.Record, error) {
	receipts, err := m.opt.Submissions.List(ctx, login)
	if err != nil {
		return nil, err
	}
	var out []submission.Record
	for _, r := range receipts {
		rec, err := m.opt.Submissions.OfPerson(ctx, login, r.ID)
		if fault.Is(err, fault.NotFound) {
			continue // disposed a moment ago
		}
		if err != nil {
			return nil, err
		}
		out = append(out, rec)
	}
	return out, nil
}

func (m *Maker) cases(ctx context.Context, login broker.Login) ([]Case, error) {
	list, err := m.opt.Casework.ForParty(ctx, login.Subject)
	if err != nil {
		return nil, err
	}
	var out []Case
	for _, s := range list {
		c, err := m.opt.Casework.OfParty(ctx, login.Subject, s.ID)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		d, err := m.opt.Casework.Decision(ctx, login.Subject, s.ID)
		switch {
		case err == nil:
			out = append(out, Case{c, &d})
		case fault.Is(err, fault.NotFound):
			out = append(out, Case{c, nil})
		default:
			return nil, err
		}
	}
	return out, nil
}

// Payments are those that an application keeps: behind its sums, and beside
// them.
func Payments(rows []plugin.Row) (out []plugin.Payment) {
	for _, r := range rows {
		out = slices.Concat(out, r.Counted, r.Others)
	}
	return out
}
