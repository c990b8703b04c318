package desk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"medborgarnavet/internal/outbox"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/session"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/submission"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/web/desk"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/page/pagetest"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/plugin"
)

const (
	anna  = "198507099805"
	eva   = "192109099180" // officer and decider
	olof  = "194607137454" // officer without assignment, and steward
	karin = "190910199827" // steward
)

const staffFile = `{"board":"socialnamnden","staff":[
 {"id":"eva.lind","personnummer":"192109099180","name":"Eva Lind","title":"Socialsekreterare","roles":["officer","decider"],"assignments":["ekbist"]},
 {"id":"olof.wik","personnummer":"194607137454","name":"Olof Wik","title":"Socialsekreterare","roles":["officer","steward"],"assignments":[]},
 {"id":"karin.stahl","personnummer":"190910199827","name":"Karin Ståhl","title":"Systemförvaltare","roles":["steward"],"assignments":["ekbist"]}
]}`

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// office is the desk behind its router, on real stores.
type office struct {
	*casework.Casework
	t        *testing.T
	db       *db.DB
	ring     *keyring.Ring
	clock    *clock.Manual
	sessions *session.Store
	router   *route.Router
	routes   []route.Route

	protected bool // whether the next applications are of protected persons
	// validations are what is kept of documents' validations, by their id.
	validations map[string]validation.Record
	broken      bool // whether the e-service cannot calculate
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, clock: clock.NewManual(start)}
	opt := dbtest.SQLite(t)
	opt.Clock = o.clock
	var err error
	if o.db, err = db.Open(t.Context(), opt); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.db.Close() })
	o.ring = keyringtest.New(t, o.clock)
	log := audit.New(o.db, o.ring, o.clock)
	path := filepath.Join(t.TempDir(), "staff.json")
	if err := os.WriteFile(path, []byte(staffFile), 0o600); err != nil {
		t.Fatal(err)
	}
	dir, err := casework.OpenDirectory(casework.DirectoryOptions{Files: map[string]string{"socialnamnden": path}, Ring: o.ring, Audit: log, Clock: o.clock})
	if err != nil {
		t.Fatal(err)
	}
	o.Casework = casework.New(casework.Options{DB: o.db, Outbox: outbox.New(o.db, nil), Ring: o.ring, Audit: log, Clock: o.clock, Directory: dir,
		Submissions: submission.New(submission.Options{DB: o.db, Ring: o.ring}), Worksheet: func(ctx context.Context, id string, r plugin.WorksheetRequest) (plugin.Worksheet, error) {
			if o.broken {
				return plugin.Worksheet{}, fault.New(fault.Unavailable, "down")
			}
			return worksheet(ctx, id, r)
		},
		Board: func(string) (casework.Board, error) {
			return casework.Board{Name: "Socialnämnden", AppealAddressee: "Förvaltningsrätten i Testköping"}, nil
		},
		Legal:    func(string, string, time.Time) (string, error) { return "Testlagen, kapitel ett", nil },
		LegalKey: func(string) string { return "bistand" }})
	o.sessions = session.NewStore(session.Options{DB: o.db, Ring: o.ring, Audit: log, Environment: identity.Test})
	o.serve()
	return o
}

// serve builds the router as app does.
func (o *office) serve() {
	o.t.Helper()
	must := func(err error) {
		o.t.Helper()
		if err != nil {
			o.t.Fatal(err)
		}
	}
	cat, err := page.NewCatalogue()
	must(err)
	must(desk.Texts(cat))
	theme, err := page.BuiltInTheme("ekbacka")
	must(err)
	renderer, err := page.New(page.Options{Catalogue: cat, Themes: []*page.Theme{theme}})
	must(err)
	muni := &page.Municipality{ID: "ekbacka", Name: "Ekbacka kommun", Theme: theme, Phone: "0000-12 34 56", TestMode: true}
	pages, err := desk.New(desk.Deps{Renderer: renderer, Municipality: muni, Clock: o.clock, Casework: o.Casework, Validation: o.validation,
		BoardName: func(string) string { return "Socialnämnden" },
		Extend:    func(context.Context, *route.Request) (time.Time, error) { return start.Add(time.Hour), nil }})
	must(err)
	o.routes = pages.Routes()
	o.router, err = route.New(route.Options{Clock: o.clock, Log: slog.New(slog.DiscardHandler), Sessions: o.sessions,
		StaffRoles: func(ctx context.Context, s session.Session) (string, []string, error) { return o.Roles(ctx, s.Subject) },
		Fail: func(w http.ResponseWriter, r *route.Request, err error) {
			must(renderer.Problem(w, r.Request, page.Data{Municipality: muni}, err, r.ID))
		}}, o.routes)
	must(err)
}

// worksheet is a small e-service with one of everything.
func worksheet(_ context.Context, _ string, r plugin.WorksheetRequest) (plugin.Worksheet, error) {
	w := plugin.Worksheet{Month: r.Application.Month, NormSource: "testnormen 2026", NormOre: 500000,
		Household: []plugin.Line{{Key: "hushall.1", Label: "Anna Berglund", Note: "vuxen"}},
		Norm:      []plugin.Line{{Key: "norm.vuxen", Label: "Ensamstående", AmountOre: ore(500000)}},
		Notes:     []plugin.Line{{Key: "n", Label: "Sysselsättning", Note: "Söker arbete"}}}
	for _, row := range r.Application.Rows {
		l := plugin.IncomeLine{Key: row.Path, Label: row.Label, Payer: row.Payer, State: row.State, AgencyOre: row.FetchedOre, ApplicantOre: row.OwnOre,
			Comment: row.Comment, Payments: row.Counted, Others: row.Others,
			Differs: row.OwnOre != nil && row.FetchedOre != nil && *row.OwnOre != *row.FetchedOre}
		if used := row.EffectiveOre(); used != nil {
			l.UsedOre = *used
		}
		if e := r.Entries[row.Path]; e.AmountOre != nil {
			l.UsedOre, l.Reason = *e.AmountOre, e.Reason
		}
		w.Incomes, w.IncomesOre = append(w.Incomes, l), w.IncomesOre+l.UsedOre
	}
	cost := plugin.CostLine{Key: "hyra", Label: "Hyra", AppliedOre: 600000, ApprovedOre: 600000, Note: "Förslag."}
	if e := r.Entries["hyra"]; e.AmountOre != nil {
		cost.ApprovedOre, cost.Reason, cost.RefusedOre = *e.AmountOre, e.Reason, max(0, 600000-*e.AmountOre)
	}
	w.Costs, w.CostsOre = []plugin.CostLine{cost}, cost.ApprovedOre
	if r.CarriedOverOre != nil {
		w.CarriedOverOre = *r.CarriedOverOre
	}
	w.ResultOre = w.NormOre + w.CostsOre - w.IncomesOre - w.CarriedOverOre
	return w, nil
}

func ore(n int64) *int64 { return &n }

var pdf = []byte("%PDF-1.7\nhyresavi")

// application is what a person handed in: one row that differs, one that
// agrees, one agency that could not answer, one with nothing, one not asked.
func application(person, name, reference string) submission.Record {
	paid := plugin.Payment{Payer: "CSN", Benefit: "Studiemedel", PayDate: "2026-11-20", NetOre: ore(1002400), Status: plugin.StatusPaid}
	return submission.Record{ID: db.NewID(), Reference: reference, Board: "socialnamnden", EService: "ekbist", CaseID: "EB-2026-0001",
		ReceivedAt: start.Add(-time.Hour), Environment: "test", Person: person, Name: name,
		Case: broker.Case{Officer: "eva.lind", Party: broker.Party{Role: "applicant", Scope: "full", From: "2026-01-01"},
			Months: []broker.MonthDecision{{Month: "2026-10", Outcome: "granted", AmountOre: 812300, DecidedAt: start}}},
		Application: plugin.Application{Month: "2026-12", ControlMonth: "2026-11", Household: plugin.Household{Adults: 1,
			Children: []plugin.Child{{Name: "Alma Berglund", Age: 9, DaysPerMonth: 30}}},
			Files: []plugin.File{{ID: "FIL1", Name: "hyresavi.pdf", Type: "application/pdf", Size: int64(len(pdf))}},
			Sources: []plugin.SourceState{{Origin: "CSN", Name: "CSN", State: plugin.StateAnswered, At: "2026-11-22T08:00:00Z"},
				{Origin: "SO", Name: "A-kassorna", State: plugin.StateUnavailable, At: "2026-11-22T08:00:05Z"},
				{Origin: "PM", Name: "Pensionsmyndigheten", State: plugin.StateNothing, At: "2026-11-22T08:00:01Z"},
				{Origin: "SKV", Name: "Skatteverket", State: plugin.StateNotAsked}},
			Rows: []plugin.Row{
				{Path: "inkomster.csn", Label: "Studiemedel", Payer: "CSN", State: plugin.StateAnswered, FetchedOre: ore(1002400), OwnOre: ore(102200),
					Comment: "Jag hoppade av.", Counted: []plugin.Payment{paid}},
				{Path: "inkomster.fk", Label: "Barnbidrag", Payer: "Försäkringskassan", State: plugin.StateAnswered, FetchedOre: ore(125000), Changed: true},
				{Path: "inkomster.so", Label: "A-kassa", Payer: "A-kassan", State: plugin.StateUnavailable},
				{Path: "inkomster.pm", Label: "Pension", Payer: "Pensionsmyndigheten", State: plugin.StateNothing},
				{Path: "inkomster.bostad", Label: "Bostadsbidrag", Payer: "Försäkringskassan", State: plugin.StateNothing, Others: []plugin.Payment{
					{Payer: "Försäkringskassan", Benefit: "Bostadsbidrag", PayDate: "2026-09-25", NetOre: ore(210050), Status: paid.Status},
					{Payer: "Försäkringskassan", Benefit: "Bostadsbidrag", PayDate: "2026-10-27", NetOre: ore(210050), Status: paid.Status}}},
				{Path: "inkomster.skv", Label: "Kapital", Payer: "Skatteverket", State: plugin.StateNotAsked}}},
		Summary: []submission.SummarySection{{ID: "inkomster", Title: "Inkomster", Lines: []submission.SummaryLine{
			{Label: "Studiemedel", Value: "1 022 kr", Fetched: "10 024 kr", Comment: "Jag hoppade av.", Changed: true}, {Label: "Lön"}}}}}
}

// caseOf hands in for a person and gives the case's id.
func (o *office) caseOf(person, name, reference string) string {
	o.t.Helper()
	rec := application(person, name, reference)
	rec.Case.Protected = o.protected
	plain, err := json.Marshal(rec)
	if err != nil {
		o.t.Fatal(err)
	}
	seal := func(aad string, plain []byte) []byte {
		o.t.Helper()
		sealed, err := o.ring.SealLasting(rec.Board, aad, plain)
		if err != nil {
			o.t.Fatal(err)
		}
		return sealed
	}
	err = o.db.Tx(o.t.Context(), func(tx *db.Tx) error {
		if _, err := tx.Exec(o.t.Context(), `INSERT INTO submission (id, draft_id, reference, board, eservice, case_id, month, person, received_at, sealed)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)`, rec.ID, db.NewID(), rec.Reference, rec.Board, rec.EService, rec.CaseID,
			rec.Application.Month, "x", db.Millis(rec.ReceivedAt), seal("submission|"+rec.ID, plain)); err != nil {
			return err
		}
		_, err := tx.Exec(o.t.Context(), `INSERT INTO submission_file (id, submission_id, sealed) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING`,
			"FIL1", rec.ID, seal("submission_file|"+rec.ID+"|FIL1", pdf))
		return err
	})
	if err == nil {
		err = o.Register(o.t.Context(), rec.ID)
	}
	if err != nil {
		o.t.Fatal(err)
	}
	id, err := o.CaseOfSubmission(o.t.Context(), number(o.t, person), rec.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	return id
}

func number(t *testing.T, s string) pnr.Number {
	t.Helper()
	n, err := pnr.ParseLenient(s, start)
	if err != nil {
		t.Fatal("test number")
	}
	return n
}

// login gives a browser that a person has logged in with.
func (o *office) login(person, name string, kind identity.Kind) *browser {
	o.t.Helper()
	token, _, err := o.sessions.Create(o.t.Context(), identity.Authentication{Subject: number(o.t, person), Name: name,
		Assurance: identity.Assurance{Level: 3, Scheme: identity.SchemeTest}, Method: "test", Provider: "test", At: o.clock.Now(), TxnID: "t",
		Environment: identity.Test}, kind, "")
	if err != nil {
		o.t.Fatal(err)
	}
	cookie := route.StaffCookie
	if kind == session.Citizen {
		cookie = route.CitizenCookie
	}
	return &browser{o, &http.Cookie{Name: cookie, Value: token}}
}

// browser asks the desk for pages.
type browser struct {
	o      *office
	cookie *http.Cookie
}

func (b *browser) do(method, path string, form url.Values) *httptest.ResponseRecorder {
	r := newRequest(method, path, form)
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	return b.o.answer(r)
}

func newRequest(method, path string, form url.Values) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

func (o *office) answer(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	o.router.ServeHTTP(w, r)
	return w
}

// page gets a page, which must be there and keep the promises of every page.
func (b *browser) page(path string) string {
	b.o.t.Helper()
	return b.shown(b.do("GET", path, nil), http.StatusOK)
}

// shown is a page that answered with a status.
func (b *browser) shown(w *httptest.ResponseRecorder, status int) string {
	b.o.t.Helper()
	if w.Code != status {
		b.o.t.Fatalf("status %d, want %d\n%s", w.Code, status, words(w.Body.Bytes()))
	}
	pagetest.Check(b.o.t, w.Body.Bytes(), "sv")
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		b.o.t.Errorf("Cache-Control is %q", got)
	}
	return words(w.Body.Bytes())
}

// post sends a form and follows the redirect that must come.
func (b *browser) post(path string, form url.Values) string {
	b.o.t.Helper()
	w := b.do("POST", path, form)
	if w.Code != http.StatusSeeOther {
		b.o.t.Fatalf("POST %s: status %d\n%s", path, w.Code, words(w.Body.Bytes()))
	}
	to, _, _ := strings.Cut(w.Header().Get("Location"), "#")
	return b.page(to)
}

// words are what a page says in main, with plain spaces.
func words(doc []byte) string {
	root, err := html.Parse(bytes.NewReader(doc))
	if err != nil {
		return err.Error()
	}
	var out strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			out.WriteString(n.Data + " ")
		}
		if n.Type == html.ElementNode && n.Data == "input" {
			for _, a := range n.Attr {
				if a.Key == "value" {
					out.WriteString("[" + a.Val + "] ")
				}
			}
		}
	}
	text := strings.Join(strings.Fields(strings.ReplaceAll(out.String(), "\u00a0", " ")), " ")
	return strings.NewReplacer(" ,", ",", " .", ".").Replace(text) // where mark-up ends before a mark
}

// hidden is the value of a hidden input.
func hidden(t *testing.T, doc io.Reader, name string) string {
	t.Helper()
	root, err := html.Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		at := map[string]string{}
		for _, a := range n.Attr {
			at[a.Key] = a.Val
		}
		if n.Data == "input" && at["name"] == name {
			return at["value"]
		}
	}
	t.Fatalf("no input %q", name)
	return ""
}

func says(t *testing.T, what, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%s does not say %q:\n%s", what, want, text)
		}
	}
}

func silent(t *testing.T, what, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(text, w) {
			t.Errorf("%s says %q", what, w)
		}
	}
}

// open reads a case as the officer.
func (o *office) open(id string) {
	o.t.Helper()
	if _, err := o.Open(o.t.Context(), "eva.lind", id); err != nil {
		o.t.Fatal(err)
	}
}

func checkIn(t *testing.T, doc []byte, lang string) {
	t.Helper()
	pagetest.Check(t, doc, lang)
}

func (o *office) validation(_ context.Context, document string) (validation.Record, bool, error) {
	rec, kept := o.validations[document]
	return rec, kept, nil
}
