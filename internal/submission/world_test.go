package submission

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/outbox"
	"medborgarnavet/internal/workspace"
	"medborgarnavet/plugin"
)

// Test persons, from published lists of test numbers.
const (
	anna = "198507099805"
	bo   = "197101169295"
)

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// world is a store with a real workspace, broker and outbox before and after
// it, around a source, a case system and an e-service that the test writes.
type world struct {
	*Store
	t      testing.TB
	db     *db.DB
	ring   *keyring.Ring
	clock  *clock.Manual
	space  *workspace.Workspace
	broker *broker.Broker
	outbox *outbox.Outbox
	cases  func(n pnr.Number) (broker.Case, error)
	review func(a plugin.Application) (plugin.Review, error)

	mu     sync.Mutex
	events []string // what casework would get
	asked  string   // the month that the case system was last asked about
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

func newWorld(t testing.TB, d *db.DB, ring *keyring.Ring, c *clock.Manual) *world {
	t.Helper()
	w := &world{t: t, db: d, ring: ring, clock: c, outbox: outbox.New(d, nil)}
	w.cases = func(n pnr.Number) (broker.Case, error) { return openCase(n), nil }
	w.review = func(plugin.Application) (plugin.Review, error) { return plugin.Review{}, nil }
	log := audit.New(d, ring, c)
	w.broker = broker.New(broker.Options{Municipality: "ekbacka", DB: d, Ring: ring, Audit: log, Clock: c, Cases: w,
		Source: func(string) (broker.Attached, error) {
			return broker.Attached{Plugin: plugin.Plugin{Source: &plugin.Source{Fetch: fetch}, Manifest: plugin.Manifest{ID: "ssbtek", RetentionDays: 7, NeedsIdentityNumber: true,
				Offers: []plugin.Origin{{ID: "FK", Name: "Försäkringskassan", Group: "FK", Datasets: []string{"payments"}}, {ID: "SO", Name: "A-kassorna", Group: "SO", Datasets: []string{"payments"}}}}}}, nil
		},
		Audience: func(string) (plugin.Manifest, error) {
			return plugin.Manifest{ID: "ekbist", RetentionDays: 7, Purpose: "Pröva ansökan.", LegalReference: "x", Wants: []plugin.Want{want()}}, nil
		},
		Terms: func(_, _ string, _ time.Time) (broker.Terms, error) {
			return broker.Terms{Controller: plugin.Controller{OrgNumber: "2120009911"}, AskMonthsBack: 2, KeepDays: 7, Legal: "lagrum"}, nil
		},
	})
	t.Cleanup(w.broker.Close)
	w.space = workspace.New(workspace.Options{DB: d, Ring: ring, Audit: log, Clock: c, Broker: w.broker,
		Retention: func(string) workspace.Retention { return workspace.Retention{Days: 7, MaxDays: 30} }})
	w.outbox.Handle(TopicReceived, func(_ context.Context, key string) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.events = append(w.events, key)
		return nil
	})
	w.Store = New(Options{DB: d, Ring: ring, Audit: log, Outbox: w.outbox, Clock: c, Workspace: w.space, Cases: w, Environment: "test",
		Series: func(board string) string { return map[string]string{"socialnamnden": "EB", "byggnamnden": "BN"}[board] },
		Review: func(_ context.Context, _ string, a plugin.Application) (plugin.Review, error) { return w.review(a) }})
	return w
}

// OpenCase is the case system.
func (w *world) OpenCase(_ context.Context, n pnr.Number, _, month string) (broker.Case, error) {
	w.mu.Lock()
	w.asked = month
	w.mu.Unlock()
	return w.cases(n)
}

func openCase(n pnr.Number) broker.Case {
	return broker.Case{ID: "EB-" + n.Plain()[8:], Board: "socialnamnden", Officer: "eva.lind", Household: plugin.Household{Adults: 1},
		Party: broker.Party{Role: "applicant", Scope: "full", From: "2026-01-01"}}
}

// fetch: FK has paid, the a-kassa is down.
func fetch(_ context.Context, q plugin.Query) (plugin.Answer, error) {
	if !slices.Contains(q.Origins, "FK") {
		return plugin.Answer{}, nil
	}
	net, other := int64(125050), int64(1)
	return plugin.Answer{Parts: []plugin.Part{{Origin: "FK", State: plugin.StateAnswered, Payments: []plugin.Payment{
		{Payer: "FK", BenefitCode: "ABB", Benefit: "Barnbidrag", PayDate: "2026-10-20", NetOre: &net, Status: plugin.StatusPaid},
		{Payer: "FK", BenefitCode: "ABB", Benefit: "Barnbidrag", PayDate: "2026-09-20", NetOre: &other, Status: plugin.StatusPaid},
	}}}}, nil
}

func want() plugin.Want {
	return plugin.Want{Source: "ssbtek", Datasets: []string{"FK/payments", "SO/payments"}}
}

func testForm() plugin.Form {
	fetch := want()
	amount := func(id, label, payer string, b *plugin.Binding) plugin.Field {
		return plugin.Field{ID: id, Kind: plugin.FieldAmountRow, Label: label, Payer: payer, Bind: b}
	}
	return plugin.Form{ID: "ekbist", Version: "1", Title: "Ansökan", Sections: []plugin.Section{
		{ID: "hem", Title: "Hem", Groups: []plugin.Group{{ID: "g", Fields: []plugin.Field{
			{ID: "flyttat", Kind: plugin.FieldYesNo, Label: "Har du flyttat?"},
			{ID: "vart", Kind: plugin.FieldText, Label: "Vart?", ShowIf: &plugin.Condition{Field: "hem.g.flyttat", Op: "eq", Value: "ja"}},
			{ID: "hyra", Kind: plugin.FieldMoney, Label: "Hyra"}}}}},
		{ID: "ink", Title: "Inkomster", Fetch: &fetch, Groups: []plugin.Group{{ID: "r", Fields: []plugin.Field{
			amount("barn", "Barnbidrag", "Försäkringskassan", &plugin.Binding{Origins: []string{"FK"}, Codes: []string{"ABB"}}),
			amount("so", "A-kassa", "A-kassan", &plugin.Binding{Origins: []string{"SO"}, Rest: true}),
			amount("lon", "Lön", "", nil)}}}},
		{ID: "papper", Title: "Papper", Groups: []plugin.Group{{ID: "f", Fields: []plugin.Field{
			{ID: "hyra", Kind: plugin.FieldFiles, Label: "Hyresavi"},
			{ID: "flytt", Kind: plugin.FieldFiles, Label: "Flytt", ShowIf: &plugin.Condition{Field: "hem.g.flyttat", Op: "eq", Value: "ja"}}}}}},
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

func (w *world) begin(person string) workspace.Draft {
	w.t.Helper()
	c, err := w.cases(w.login(person).Subject)
	if err != nil {
		w.t.Fatal(err)
	}
	d, err := w.space.Begin(context.Background(), w.login(person), workspace.BeginInput{EService: "ekbist", Month: "2026-11", ControlMonth: "2026-10", Case: c, Form: testForm()})
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func (w *world) save(person, id, section string, values map[string]string) {
	w.t.Helper()
	d, err := w.space.Get(context.Background(), w.login(person), id)
	if err == nil {
		_, err = w.space.SaveSection(context.Background(), w.login(person), id,
			workspace.Save{Section: section, Values: values, Revision: d.Revisions[section]})
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

var pdf = []byte("%PDF-1.7\nhyresavi för november")

// fill makes a draft with something of everything, fetched and looked at.
func (w *world) fill(person string) workspace.Draft {
	w.t.Helper()
	ctx, login := context.Background(), w.login(person)
	d := w.begin(person)
	w.save(person, d.ID, "hem", map[string]string{"hem.g.flyttat": "nej", "hem.g.vart": "gammalt svar", "hem.g.hyra": "6 200"})
	w.save(person, d.ID, "ink", map[string]string{"ink.r.barn.own": "1000", "ink.r.barn.comment": "Delat", "ink.r.lon.own": "cirka 900"})
	fetch, err := w.broker.Start(ctx, broker.Ask{Login: login, Audience: "ekbist", Want: want(), Month: "2026-11", Space: d.ID, Case: d.CaseID})
	if err == nil {
		err = w.space.SetFetch(ctx, login, d.ID, fetch)
	}
	for err == nil {
		var f broker.Fetch
		if f, err = w.broker.Read(ctx, login, "ekbist", fetch); f.Done {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err == nil {
		_, err = w.space.AddFile(ctx, login, d.ID, "papper.f.hyra", "avi.pdf", pdf)
	}
	if err == nil {
		d, err = w.space.Get(ctx, login, d.ID)
	}
	if err == nil {
		d, _, err = w.space.Refresh(ctx, login, d)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// seen is the hash that the review page would send.
func (w *world) seen(d workspace.Draft) string {
	w.t.Helper()
	p, err := w.Preview(context.Background(), d)
	if err != nil {
		w.t.Fatal(err)
	}
	return p.SHA256
}

func (w *world) handIn(person string, d workspace.Draft) Receipt {
	w.t.Helper()
	r, err := w.HandIn(context.Background(), w.login(person), "Anna Berglund", d.ID, w.seen(d))
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// drain hands on what is in the outbox, and gives what has come so far.
func (w *world) drain() []string {
	w.t.Helper()
	if err := w.outbox.Drain(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.events)
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

// left counts the rows that a draft has anywhere.
func (w *world) left() int {
	n := 0
	for _, table := range []string{"draft", "draft_bound", "draft_file", "stash", "broker_fetch", "broker_part"} {
		n += w.count(table)
	}
	return n
}
