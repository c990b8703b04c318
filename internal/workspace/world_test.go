package workspace

import (
	"context"
	"maps"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/broker"
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
	anna = "198507099805"
	bo   = "197101169295"
)

const day = 24 * time.Hour

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// world is a workspace with a real broker around a source and a case system
// that the test writes.
type world struct {
	*Workspace
	t     testing.TB
	db    *db.DB
	ring  *keyring.Ring
	keys  keyring.Options
	clock *clock.Manual
	cases func(n pnr.Number) broker.Case
	parts func() []plugin.Part // what the source answers
	wait  atomic.Value         // func(plugin.Query), before it answers
}

// each runs a test on both engines; open opens the same database again, as
// after a restart.
func each(t *testing.T, fn func(t *testing.T, w *world, open func() *db.DB)) {
	t.Helper()
	c := clock.NewManual(start)
	dbtest.EachAt(t, c, func(t *testing.T, open func() *db.DB) {
		c.Set(start)
		fn(t, newWorld(t, open(), keyringtest.Options(t, c), c), open)
	})
}

func newWorld(t testing.TB, d *db.DB, keys keyring.Options, c *clock.Manual) *world {
	t.Helper()
	ring, err := keyring.Open(keys)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: d, ring: ring, keys: keys, clock: c, cases: openCase}
	w.parts = func() []plugin.Part {
		return []plugin.Part{paid("FK", 100_000), {Origin: "CSN", State: plugin.StateNothing}}
	}
	log := audit.New(d, ring, c)
	b := broker.New(broker.Options{Municipality: "ekbacka", DB: d, Ring: ring, Audit: log, Clock: c,
		Cases: casesFunc(func(n pnr.Number) broker.Case { return w.cases(n) }),
		Source: func(string) (broker.Attached, error) {
			return broker.Attached{Plugin: plugin.Plugin{Manifest: sourceManifest(), Source: &plugin.Source{Fetch: w.fetch}}}, nil
		},
		Audience: func(string) (plugin.Manifest, error) { return audienceManifest(), nil },
		Terms: func(_, _ string, _ time.Time) (broker.Terms, error) {
			return broker.Terms{Controller: plugin.Controller{OrgNumber: "2120009911"}, AskMonthsBack: 2, SumMonthsBack: 1, KeepDays: 7, Legal: "lagrum"}, nil
		},
	})
	t.Cleanup(b.Close)
	w.Workspace = New(Options{DB: d, Ring: ring, Audit: log, Clock: c, Broker: b, Retention: func(string) Retention { return Retention{Days: 7, MaxDays: 30} }})
	return w
}

// fetch answers each group with those of the parts that it asks for.
func (w *world) fetch(_ context.Context, q plugin.Query) (plugin.Answer, error) {
	if wait, ok := w.wait.Load().(func(plugin.Query)); ok {
		wait(q)
	}
	return plugin.Answer{Parts: slices.DeleteFunc(w.parts(), func(p plugin.Part) bool { return !slices.Contains(q.Origins, p.Origin) })}, nil
}

type casesFunc func(n pnr.Number) broker.Case

func (f casesFunc) OpenCase(_ context.Context, n pnr.Number, _, _ string) (broker.Case, error) {
	return f(n), nil
}

func openCase(n pnr.Number) broker.Case {
	return broker.Case{ID: "EB-" + n.Plain()[8:], Board: "socialnamnden", Household: plugin.Household{Adults: 1},
		Party: broker.Party{Role: "applicant", Scope: "full", From: "2026-01-01"}}
}

func sourceManifest() plugin.Manifest {
	return plugin.Manifest{ID: "ssbtek", MinAssurance: 3, RetentionDays: 7, NeedsIdentityNumber: true, Offers: []plugin.Origin{
		{ID: "FK", Name: "Försäkringskassan", Group: "FK", Datasets: []string{"payments"}},
		{ID: "CSN", Name: "CSN", Group: "CSN", Datasets: []string{"payments"}},
	}}
}

func want() plugin.Want {
	return plugin.Want{Source: "ssbtek", Datasets: []string{"FK/payments", "CSN/payments"}}
}

func audienceManifest() plugin.Manifest {
	return plugin.Manifest{ID: "ekbist", MinAssurance: 3, RetentionDays: 7, Purpose: "Pröva ansökan.", LegalReference: "ssbtek", Wants: []plugin.Want{want()}}
}

const secretBenefit = "Barnbidrag med hemligt namn"

// paid is an answer of one payment in the control month of November.
func paid(origin string, ore int64) plugin.Part {
	return plugin.Part{Origin: origin, State: plugin.StateAnswered, Payments: []plugin.Payment{
		{Payer: origin, BenefitCode: "ABB", Benefit: secretBenefit, PayDate: "2026-10-20", NetOre: &ore, Status: plugin.StatusPaid}}}
}

func down(origin string) plugin.Part {
	return plugin.Part{Origin: origin, State: plugin.StateUnavailable, Code: "TIMEOUT"}
}

// testForm has text, amounts with a row from FK and a rest row, documents, and
// documents that are shown only when asked for.
func testForm() plugin.Form {
	fetch := want()
	amount := func(id string, b *plugin.Binding) plugin.Field {
		return plugin.Field{ID: id, Kind: plugin.FieldAmountRow, Label: id, Bind: b}
	}
	return plugin.Form{ID: "ekbist", Version: "1", Title: "Ansökan", Sections: []plugin.Section{
		{ID: "hem", Title: "Hem", Groups: []plugin.Group{{ID: "g", Fields: []plugin.Field{
			{ID: "text", Kind: plugin.FieldLongText}, {ID: "har", Kind: plugin.FieldYesNo}, {ID: "dag", Kind: plugin.FieldDate}}}}},
		{ID: "ink", Title: "Inkomster", Fetch: &fetch, Groups: []plugin.Group{{ID: "r", Fields: []plugin.Field{
			amount("barn", &plugin.Binding{Origins: []string{"FK"}, Codes: []string{"ABB"}}),
			amount("rest", &plugin.Binding{Origins: []string{"FK", "CSN"}, Rest: true}), amount("lon", nil)}}}},
		{ID: "papper", Title: "Papper", Groups: []plugin.Group{{ID: "f", Fields: []plugin.Field{
			{ID: "hyra", Kind: plugin.FieldFiles},
			{ID: "kvitto", Kind: plugin.FieldFiles, ShowIf: &plugin.Condition{Field: "hem.g.har", Op: "eq", Value: "ja"}}}}}},
		{ID: "av", Title: "Av", Unused: true, Groups: []plugin.Group{{ID: "f", Fields: []plugin.Field{{ID: "fil", Kind: plugin.FieldFiles}}}}},
	}}
}

func (w *world) login(person string) broker.Login {
	w.t.Helper()
	n, err := pnr.Parse(person, start)
	if err != nil {
		w.t.Fatal(err)
	}
	return broker.Login{Subject: n, Assurance: 3}
}

func (w *world) input(person string) BeginInput {
	return BeginInput{EService: "ekbist", Month: "2026-11", ControlMonth: "2026-10", Case: w.cases(w.login(person).Subject), Form: testForm(), MinAssurance: 3}
}

func (w *world) begin(person string) Draft {
	w.t.Helper()
	d, err := w.Begin(context.Background(), w.login(person), w.input(person))
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func (w *world) get(person, id string) Draft {
	w.t.Helper()
	d, err := w.Get(context.Background(), w.login(person), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// save stores values as the person, on top of what is stored.
func (w *world) save(person, id, section string, values map[string]string, done bool) Draft {
	w.t.Helper()
	d, err := w.SaveSection(context.Background(), w.login(person), id, Save{Section: section, Values: maps.Clone(values), Done: done, Revision: w.get(person, id).Revisions[section]})
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// startFetch presses the button and waits for all that was asked.
func (w *world) startFetch(person, id string) {
	w.t.Helper()
	d, ctx := w.get(person, id), context.Background()
	w.clock.Advance(4 * time.Second) // after a double click
	fetch, err := w.opt.Broker.Start(ctx, broker.Ask{Login: w.login(person), Audience: "ekbist", Want: want(), Month: d.Month, Space: d.ID, Case: d.CaseID})
	if err == nil {
		err = w.SetFetch(ctx, w.login(person), id, fetch)
	}
	for err == nil {
		var f broker.Fetch
		if f, err = w.opt.Broker.Read(ctx, w.login(person), "ekbist", fetch); f.Done {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// fetched presses the button and looks at the page.
func (w *world) fetched(person, id string) Draft {
	w.t.Helper()
	w.startFetch(person, id)
	return w.refreshed(person, id)
}

func (w *world) refreshed(person, id string) Draft {
	w.t.Helper()
	d, _, err := w.Refresh(context.Background(), w.login(person), w.get(person, id))
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func rowOf(d Draft, path string) plugin.Row {
	for _, r := range d.AllRows() {
		if r.Path == path {
			return r
		}
	}
	return plugin.Row{}
}

func (w *world) count(table string) int {
	w.t.Helper()
	var n int
	if err := w.db.Read(context.Background(), func(tx *db.Tx) error {
		return tx.QueryRow(context.Background(), `SELECT count(*) FROM `+table).Scan(&n)
	}); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// left counts the rows of every table that holds something of a draft.
func (w *world) left() int {
	n := 0
	for _, table := range []string{"draft", "draft_bound", "draft_file", "stash", "broker_fetch", "broker_part"} {
		n += w.count(table)
	}
	return n
}

// purge destroys what is due, keys first, as retention does.
func (w *world) purge() {
	w.t.Helper()
	_, err := w.ring.DestroyDue(w.clock.Now())
	if err == nil {
		_, err = w.opt.Broker.Purge(context.Background(), w.clock.Now())
	}
	if err == nil {
		_, err = w.Purge(context.Background(), w.clock.Now())
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func kind(err error) fault.Kind { return fault.KindOf(err) }

var pdf = []byte("%PDF-1.7\nhyresavi")
