package extract

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/outbox"
	"medborgarnavet/internal/submission"
	"medborgarnavet/internal/workspace"
	"medborgarnavet/plugin"
)

// Test persons, from published lists of test numbers.
const (
	anna = "198507099805"
	bo   = "197101169295"
)

const staffFile = `{"board":"socialnamnden","staff":[
 {"id":"eva.lind","personnummer":"192109099180","name":"Eva Lind","title":"Socialsekreterare","roles":["officer","decider"],"assignments":["ekbist"]}]}`

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// world is a Maker with real steps before it, around a source and a case
// system that the test writes.
type world struct {
	*Maker
	t     *testing.T
	clock *clock.Manual
	box   *outbox.Outbox
}

// each runs a test on both engines.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	c := clock.NewManual(start)
	dbtest.EachAt(t, c, func(t *testing.T, open func() *db.DB) {
		c.Set(start)
		fn(t, newWorld(t, open(), c))
	})
}

func newWorld(t *testing.T, d *db.DB, c *clock.Manual) *world {
	t.Helper()
	ring := keyringtest.New(t, c)
	w := &world{t: t, clock: c, box: outbox.New(d, nil)}
	o := Options{DB: d, Audit: audit.New(d, ring, c), Clock: c}
	o.Broker = broker.New(broker.Options{Municipality: "ekbacka", DB: d, Ring: ring, Audit: o.Audit, Clock: c, Cases: w,
		Source: func(string) (broker.Attached, error) {
			return broker.Attached{Plugin: plugin.Plugin{Source: &plugin.Source{Fetch: w.fetch}, Manifest: plugin.Manifest{ID: "ssbtek", RetentionDays: 7,
				NeedsIdentityNumber: true, Offers: []plugin.Origin{{ID: "FK", Name: "Försäkringskassan", Group: "FK", Datasets: []string{"payments"}}}}}}, nil
		},
		Audience: func(string) (plugin.Manifest, error) {
			return plugin.Manifest{ID: "ekbist", RetentionDays: 7, Purpose: "Pröva ansökan.", LegalReference: "x", Wants: []plugin.Want{want}}, nil
		},
		Terms: func(_, _ string, _ time.Time) (broker.Terms, error) {
			return broker.Terms{Controller: plugin.Controller{OrgNumber: "2120009911"}, AskMonthsBack: 2, KeepDays: 7, Legal: "lagrum"}, nil
		}})
	t.Cleanup(o.Broker.Close)
	o.Workspace = workspace.New(workspace.Options{DB: d, Ring: ring, Audit: o.Audit, Clock: c, Broker: o.Broker,
		Retention: func(string) workspace.Retention { return workspace.Retention{Days: 7, MaxDays: 30} }})
	o.Submissions = submission.New(submission.Options{DB: d, Ring: ring, Audit: o.Audit, Outbox: w.box, Clock: c, Workspace: o.Workspace, Cases: w,
		Environment: "test", Series: func(string) string { return "EB" },
		Review: func(context.Context, string, plugin.Application) (plugin.Review, error) { return plugin.Review{}, nil }})
	staff := filepath.Join(t.TempDir(), "staff.json")
	if err := os.WriteFile(staff, []byte(staffFile), 0o600); err != nil {
		t.Fatal(err)
	}
	directory, err := casework.OpenDirectory(casework.DirectoryOptions{Files: map[string]string{"socialnamnden": staff}, Ring: ring, Audit: o.Audit, Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	o.Casework = casework.New(casework.Options{DB: d, Outbox: outbox.New(d, nil), Ring: ring, Audit: o.Audit, Clock: c, Submissions: o.Submissions, Directory: directory,
		Board:    func(string) (casework.Board, error) { return casework.Board{Name: "Socialnämnden"}, nil },
		Legal:    func(_, _ string, _ time.Time) (string, error) { return "lagrum", nil },
		LegalKey: func(string) string { return "x" },
		Worksheet: func(_ context.Context, _ string, r plugin.WorksheetRequest) (plugin.Worksheet, error) {
			return plugin.Worksheet{Month: r.Application.Month, ResultOre: 100}, nil
		}})
	w.box.Handle(submission.TopicReceived, o.Casework.Register)
	w.Maker = New(o)
	return w
}

var want = plugin.Want{Source: "ssbtek", Datasets: []string{"FK/payments"}}

// OpenCase is the case system.
func (w *world) OpenCase(_ context.Context, n pnr.Number, _, _ string) (broker.Case, error) {
	return broker.Case{ID: "EB-" + n.Plain()[8:], Board: "socialnamnden", Officer: "eva.lind", Household: plugin.Household{Adults: 1},
		Party: broker.Party{Role: "applicant", Scope: "full", From: "2026-01-01"}}, nil
}

// fetch: Försäkringskassan has paid.
func (w *world) fetch(context.Context, plugin.Query) (plugin.Answer, error) {
	net := int64(125050)
	return plugin.Answer{Parts: []plugin.Part{{Origin: "FK", State: plugin.StateAnswered, Payments: []plugin.Payment{
		{Payer: "FK", BenefitCode: "ABB", Benefit: "Barnbidrag", PayDate: "2026-10-20", NetOre: &net, Status: plugin.StatusPaid}}}}}, nil
}

func testForm() plugin.Form {
	fetch := want
	return plugin.Form{ID: "ekbist", Version: "1", Title: "Ansökan", Sections: []plugin.Section{
		{ID: "hem", Title: "Hem", Groups: []plugin.Group{{ID: "g", Fields: []plugin.Field{
			{ID: "flyttat", Kind: plugin.FieldYesNo, Label: "Har du flyttat?"},
			{ID: "vart", Kind: plugin.FieldText, Label: "Vart?", ShowIf: &plugin.Condition{Field: "hem.g.flyttat", Op: "eq", Value: "ja"}}}}}},
		{ID: "ink", Title: "Inkomster", Fetch: &fetch, Groups: []plugin.Group{{ID: "r", Fields: []plugin.Field{
			{ID: "barn", Kind: plugin.FieldAmountRow, Label: "Barnbidrag", Bind: &plugin.Binding{Origins: []string{"FK"}, Codes: []string{"ABB"}}}}}}},
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

// draft is one with an answer, a hidden answer, and a fetch.
func (w *world) draft(person string) workspace.Draft {
	w.t.Helper()
	ctx, login := context.Background(), w.login(person)
	c, _ := w.OpenCase(ctx, login.Subject, "", "")
	d, err := w.opt.Workspace.Begin(ctx, login, workspace.BeginInput{EService: "ekbist", Month: "2026-11", ControlMonth: "2026-10", Case: c, Form: testForm()})
	if err == nil {
		_, err = w.opt.Workspace.SaveSection(ctx, login, d.ID, workspace.Save{Section: "hem", Values: map[string]string{"hem.g.flyttat": "nej", "hem.g.vart": "gammalt svar"}})
	}
	fetch := ""
	if err == nil {
		fetch, err = w.opt.Broker.Start(ctx, broker.Ask{Login: login, Audience: "ekbist", Want: want, Month: "2026-11", Space: d.ID, Case: d.CaseID})
	}
	if err == nil {
		err = w.opt.Workspace.SetFetch(ctx, login, d.ID, fetch)
	}
	for err == nil {
		var f broker.Fetch
		if f, err = w.opt.Broker.Read(ctx, login, "ekbist", fetch); f.Done {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	d, err = w.opt.Workspace.Get(ctx, login, d.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func (w *world) of(person string) Extract {
	w.t.Helper()
	x, err := w.Of(w.t.Context(), w.login(person))
	if err != nil {
		w.t.Fatal(err)
	}
	return x
}
