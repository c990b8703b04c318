package broker

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/plugin"
)

// Test persons, from published lists of test numbers.
const (
	anna    = "198507099805"
	bo      = "197101169295"
	cecilia = "199001012385"
	dina    = "198107249289"
	irja    = "194510168885"
	jonas   = "200002292399"
	kim     = "198112189876"
)

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

func number(t testing.TB, s string) pnr.Number {
	t.Helper()
	n, err := pnr.Parse(s, start)
	if err != nil {
		t.Fatalf("test number: %v", err)
	}
	return n
}

// world is a broker on a real database, with a source and a case system that
// the test writes.
type world struct {
	*Broker
	t     testing.TB
	db    *db.DB
	ring  *keyring.Ring
	clock *clock.Manual

	mu    sync.Mutex
	calls []plugin.Query

	manifest plugin.Manifest // the source's
	audience plugin.Manifest // that of ekbist; multifraga is the other one
	terms    Terms
	cases    func(n pnr.Number) (Case, error)
	answer   func(ctx context.Context, q plugin.Query) (plugin.Answer, error)
}

// each runs a test on both engines.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	c := clock.NewManual(start)
	dbtest.EachAt(t, c, func(t *testing.T, open func() *db.DB) {
		c.Set(start)
		fn(t, newWorld(t, open(), keyringtest.New(t, c), c))
	})
}

// onSQLite runs a test that asks nothing of the store on one engine alone.
func onSQLite(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	c := clock.NewManual(start)
	o := dbtest.SQLite(t)
	o.Clock = c
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	fn(t, newWorld(t, d, keyringtest.New(t, c), c))
}

// newWorld: AF and CSN can flag protection and FK and PM share a group; SKV
// and SO cannot.
func newWorld(t testing.TB, d *db.DB, ring *keyring.Ring, c *clock.Manual) *world {
	w := &world{t: t, db: d, ring: ring, clock: c}
	w.manifest = plugin.Manifest{ID: "ssbtek", MinAssurance: 3, RetentionDays: 7, NeedsIdentityNumber: true, Offers: []plugin.Origin{
		{ID: "AF", Name: "Arbetsförmedlingen", Group: "AF", Datasets: []string{"registration"}, FlagsProtection: true},
		{ID: "CSN", Name: "CSN", Group: "CSN", Datasets: []string{"payments"}, FlagsProtection: true},
		{ID: "FK", Name: "Försäkringskassan", Group: "FK", Datasets: []string{"payments"}, FlagsProtection: true},
		{ID: "PM", Name: "Pensionsmyndigheten", Group: "FK", Datasets: []string{"payments"}, FlagsProtection: true},
		{ID: "SKV", Name: "Skatteverket", Group: "SKV", Datasets: []string{"tax"}},
		{ID: "SO", Name: "A-kassorna", Group: "SO", Datasets: []string{"payments"}},
		{ID: "TNS", Name: "Transportstyrelsen", Group: "TNS", Datasets: []string{"vehicles"}},
	}}
	w.audience = plugin.Manifest{ID: "ekbist", MinAssurance: 3, RetentionDays: 7, Purpose: "Pröva ansökan.", LegalReference: "ssbtek",
		Wants: []plugin.Want{want()}}
	w.terms = Terms{Controller: plugin.Controller{Municipality: "ekbacka", Board: "socialnamnden", Name: "Socialnämnden", OrgNumber: "2120009911"},
		AskMonthsBack: 2, SumMonthsBack: 1, KeepDays: 7, Legal: "lagrum"}
	w.cases = func(n pnr.Number) (Case, error) { return openCase(n), nil }
	w.answer = func(_ context.Context, q plugin.Query) (plugin.Answer, error) { return paid(q), nil }
	w.Broker = w.newBroker()
	t.Cleanup(func() { w.Close() })
	return w
}

func (w *world) newBroker() *Broker {
	return New(Options{Municipality: "ekbacka", DB: w.db, Ring: w.ring, Audit: audit.New(w.db, w.ring, w.clock), Clock: w.clock,
		Cases: casesFunc(func(n pnr.Number) (Case, error) { return w.cases(n) }),
		Source: func(id string) (Attached, error) {
			if id != w.manifest.ID {
				return Attached{}, fault.ErrNotFound
			}
			return Attached{Plugin: plugin.Plugin{Manifest: w.manifest, Source: &plugin.Source{Fetch: w.fetch}}, Deadline: 5 * time.Second}, nil
		},
		Audience: func(id string) (plugin.Manifest, error) {
			m := w.audience
			switch id {
			case "multifraga":
				m.ID = id
			case "ekbist":
			default:
				return m, fault.ErrNotFound
			}
			return m, nil
		},
		Terms: func(_, _ string, _ time.Time) (Terms, error) { return w.terms, nil },
	})
}

func (w *world) fetch(ctx context.Context, q plugin.Query) (plugin.Answer, error) {
	w.mu.Lock()
	w.calls = append(w.calls, q)
	w.mu.Unlock()
	return w.answer(ctx, q)
}

func (w *world) asked() []plugin.Query {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.calls)
}

type casesFunc func(n pnr.Number) (Case, error)

func (f casesFunc) OpenCase(_ context.Context, n pnr.Number, _, _ string) (Case, error) { return f(n) }

// openCase is a case that lets its applicant fetch.
func openCase(n pnr.Number) Case {
	return Case{ID: "EB-" + n.Plain()[8:], Board: "socialnamnden", Household: plugin.Household{Adults: 1},
		Party: Party{Role: "applicant", Scope: "full", From: "2026-01-01"}}
}

// want is everything but TNS.
func want() plugin.Want {
	return plugin.Want{Source: "ssbtek", Datasets: []string{"AF/registration", "CSN/payments", "FK/payments", "PM/payments", "SKV/tax", "SO/payments"}}
}

const (
	secretOre  = 7_654_321
	secretWord = "Hemligt bidrag"
)

// paid is an answer in which every origin has something to tell.
func paid(q plugin.Query) plugin.Answer {
	var a plugin.Answer
	for _, o := range q.Origins {
		net := int64(secretOre)
		p := plugin.Part{Origin: o, State: plugin.StateAnswered}
		switch o {
		case "AF":
			p.Facts = []plugin.Fact{{Dataset: "registration", Label: "Inskriven", Value: secretWord}}
		case "SKV":
			p.Facts = []plugin.Fact{{Dataset: "tax", Label: "Skatt", Value: secretWord}}
		default:
			p.Payments = []plugin.Payment{{Payer: o, BenefitCode: "X", Benefit: secretWord, PayDate: "2026-10-20", NetOre: &net, Status: plugin.StatusPaid}}
		}
		a.Parts = append(a.Parts, p)
	}
	return a
}

// empty is an answer in which no origin holds anything.
func empty(q plugin.Query) plugin.Answer {
	var a plugin.Answer
	for _, o := range q.Origins {
		a.Parts = append(a.Parts, plugin.Part{Origin: o, State: plugin.StateNothing})
	}
	return a
}

func (w *world) ask(person string) Ask {
	return Ask{Login: Login{Subject: number(w.t, person), Assurance: 3}, Audience: "ekbist", Want: want(), Month: "2026-11", Space: "space-" + person[8:]}
}

// start begins a fetch that must be allowed.
func (w *world) start(a Ask) string {
	w.t.Helper()
	id, err := w.Start(context.Background(), a)
	if err != nil {
		w.t.Fatalf("start: %v", err)
	}
	return id
}

// read gives a fetch to whom asked for it.
func (w *world) read(a Ask, id string) Fetch {
	w.t.Helper()
	f, err := w.Read(context.Background(), a.Login, a.Audience, id)
	if err != nil {
		w.t.Fatalf("read: %v", err)
	}
	return f
}

// whole fetches and waits for the end.
func (w *world) whole(a Ask) Fetch {
	w.t.Helper()
	id := w.start(a)
	w.running.Wait()
	return w.read(a, id)
}

// until waits for a fetch to come to a state.
func (w *world) until(a Ask, id string, reached func(Fetch) bool) Fetch {
	w.t.Helper()
	for range 500 {
		if f := w.read(a, id); reached(f) {
			return f
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Fatal("the fetch never came to the state that was waited for")
	return Fetch{}
}

func stateOf(f Fetch, origin string) PartState {
	for _, p := range f.Parts {
		if p.Origin == origin {
			return p.State
		}
	}
	return ""
}

// states are origin=state in the source's order.
func states(f Fetch) []string {
	var out []string
	for _, p := range f.Parts {
		out = append(out, p.Origin+"="+string(p.State))
	}
	return out
}

// rows are all rows of a table, with what is random or secret by nature
// replaced by its length.
func (w *world) rows(query string, args ...any) []string {
	w.t.Helper()
	var out []string
	err := w.db.Read(context.Background(), func(tx *db.Tx) error {
		rows, err := tx.Query(context.Background(), query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		names, err := rows.Columns()
		if err != nil {
			return err
		}
		for rows.Next() {
			cells := make([]any, len(names))
			for i := range cells {
				cells[i] = new(any)
			}
			if err := rows.Scan(cells...); err != nil {
				return err
			}
			line := ""
			for i, name := range names {
				v := *cells[i].(*any)
				if raw, ok := v.([]byte); ok && name == "sealed" {
					v = fmt.Sprint(len(raw), " bytes")
				}
				line += fmt.Sprintf("%s=%v ", name, v)
			}
			out = append(out, line)
		}
		return rows.Err()
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *world) count(table string) int { return len(w.rows(`SELECT 1 AS one FROM ` + table)) }

func newWorldClock() clock.Clock { return clock.NewManual(start) }

func logTo(w io.Writer) *slog.Logger { return slog.New(slog.NewJSONHandler(w, nil)) }
