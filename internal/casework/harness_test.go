package casework_test

import (
	"context"
	"encoding/json"
	"medborgarnavet/internal/outbox"
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
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/submission"
	"medborgarnavet/plugin"
)

// Test persons, from published lists of test numbers.
const (
	anna  = "198507099805"
	bo    = "197101169295"
	irja  = "194510168885"
	jonas = "200002292399"
	eva   = "192109099180" // officer and decider
	olof  = "194607137454" // officer without assignment
	karin = "190910199827" // steward
	kim   = "198112189876"
)

const staffFile = `{"board":"socialnamnden","staff":[
 {"id":"eva.lind","personnummer":"192109099180","name":"Eva Lind","title":"Socialsekreterare","roles":["officer","decider"],"assignments":["ekbist"]},
 {"id":"olof.wik","personnummer":"194607137454","name":"Olof Wik","title":"Socialsekreterare","roles":["officer"],"assignments":[]},
 {"id":"karin.stahl","personnummer":"190910199827","name":"Karin Ståhl","title":"Systemförvaltare","roles":["steward"],"assignments":["ekbist"]},
 {"id":"kim.akesson","personnummer":"198112189876","name":"Kim Åkesson","title":"Socialsekreterare","roles":["officer"],"assignments":["ekbist:01-15","EB-2026-0002"]}
]}`

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

func number(t *testing.T, s string) pnr.Number {
	t.Helper()
	n, err := pnr.ParseLenient(s, start)
	if err != nil {
		t.Fatalf("test number: %v", err)
	}
	return n
}

// office is a casework on a real database with real stores around it.
type office struct {
	*casework.Casework
	t     *testing.T
	db    *db.DB
	ring  *keyring.Ring
	audit *audit.Log
	clock *clock.Manual
	staff string // path of the directory's file
	legal error  // what the board's legal references answer
	slow  func() // called by the worksheet
	board casework.Board

	box       *outbox.Outbox
	received  []string // keys of documents that the outbox handed on
	forgotten []string // ids of documents that were disposed of
}

func (o *office) forget(_ context.Context, _ *db.Tx, document string) error {
	o.forgotten = append(o.forgotten, document)
	return nil
}

// handOn lets the outbox hand on what is due.
func (o *office) handOn() {
	o.t.Helper()
	if err := o.box.Drain(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

// each runs a test on both engines.
func each(t *testing.T, fn func(t *testing.T, o *office)) {
	c := clock.NewManual(start)
	dbtest.EachAt(t, c, func(t *testing.T, open func() *db.DB) { fn(t, newOffice(t, open(), clock.NewManual(start), c)) })
}

func newOffice(t *testing.T, d *db.DB, own, shared *clock.Manual) *office {
	t.Helper()
	shared.Set(own.Now()) // each engine begins at the same time
	ring := keyringtest.New(t, shared)
	o := &office{t: t, db: d, ring: ring, audit: audit.New(d, ring, shared), clock: shared,
		staff: filepath.Join(t.TempDir(), "staff.json"),
		board: casework.Board{Name: "Socialnämnden", AppealAddressee: "Förvaltningsrätten i Testköping", SupplementDays: 9}}
	if err := os.WriteFile(o.staff, []byte(staffFile), 0o600); err != nil {
		t.Fatal(err)
	}
	dir, err := casework.OpenDirectory(casework.DirectoryOptions{Files: map[string]string{"socialnamnden": o.staff},
		Ring: ring, Audit: o.audit, Clock: shared})
	if err != nil {
		t.Fatal(err)
	}
	o.box = outbox.New(d, nil)
	o.box.Handle(casework.TopicDocument, func(_ context.Context, key string) error {
		o.received = append(o.received, key)
		return nil
	})
	o.Casework = casework.New(casework.Options{DB: d, Outbox: o.box, Forget: o.forget, Ring: ring, Audit: o.audit, Clock: shared,
		Submissions: submission.New(submission.Options{DB: d, Ring: ring}), Directory: dir,
		Board: func(id string) (casework.Board, error) {
			if id != "socialnamnden" {
				return casework.Board{}, fault.ErrNotFound
			}
			return o.board, nil
		},
		Worksheet: o.worksheet,
		Legal: func(_, key string, _ time.Time) (string, error) {
			return "lagrum för " + key, o.legal
		},
		LegalKey: func(eservice string) string { return "ref-" + eservice },
	})
	return o
}

// worksheet is a small e-service: the norm is 5 000 kr, each row one income,
// the value "hyra" one cost that must have a reason when it is not approved.
func (o *office) worksheet(_ context.Context, _ string, r plugin.WorksheetRequest) (plugin.Worksheet, error) {
	if o.slow != nil {
		o.slow()
	}
	w := plugin.Worksheet{Month: r.Application.Month, NormOre: 500000, NormSource: "testnorm"}
	for _, row := range r.Application.Rows {
		line := plugin.IncomeLine{Key: row.Path, Label: row.Label, State: row.State, AgencyOre: row.FetchedOre, ApplicantOre: row.OwnOre}
		if used := row.EffectiveOre(); used != nil {
			line.UsedOre = *used
		}
		if e := r.Entries[row.Path]; e.AmountOre != nil {
			line.UsedOre, line.Reason = *e.AmountOre, e.Reason
		}
		w.Incomes = append(w.Incomes, line)
		w.IncomesOre += line.UsedOre
	}
	cost := plugin.CostLine{Key: "hyra", Label: "Hyra", AppliedOre: 600000, ApprovedOre: 600000}
	if e := r.Entries["hyra"]; e.AmountOre != nil {
		cost.ApprovedOre, cost.Reason = *e.AmountOre, e.Reason
		cost.RefusedOre = max(0, cost.AppliedOre-cost.ApprovedOre)
		if cost.RefusedOre > 0 && e.Reason == "" {
			w.Problems = append(w.Problems, "Hyra: skriv varför beloppet är ett annat.")
		}
	}
	w.Costs, w.CostsOre = []plugin.CostLine{cost}, cost.ApprovedOre
	if r.CarriedOverOre != nil {
		w.CarriedOverOre = *r.CarriedOverOre
	}
	w.ResultOre = w.NormOre + w.CostsOre - w.IncomesOre - w.CarriedOverOre
	return w, nil
}

func ore(n int64) *int64 { return &n }

// application is what a person hands in.
func application(person, name, reference, systemCase string) submission.Record {
	return submission.Record{ID: db.NewID(), Reference: reference, Board: "socialnamnden", EService: "ekbist", CaseID: systemCase,
		ReceivedAt: start.Add(-time.Hour), Environment: "test", Person: person, Name: name,
		Case: broker.Case{ID: systemCase, Board: "socialnamnden", Officer: "eva.lind", Household: plugin.Household{Adults: 1},
			Party: broker.Party{Role: "applicant", Scope: "full", From: "2026-01-01"}},
		Application: plugin.Application{FormID: "ekbist", Month: "2026-12", ControlMonth: "2026-11",
			Values: map[string]string{"bostad.hyra.belopp": "6000"},
			Rows: []plugin.Row{
				{Path: "inkomster.csn.studiemedel", Label: "Studiemedel", State: plugin.StateAnswered, FetchedOre: ore(102400), OwnOre: ore(77700)},
				{Path: "inkomster.fk.barnbidrag", Label: "Barnbidrag", State: plugin.StateAnswered, FetchedOre: ore(125000)},
			}}}
}

// handIn puts an application where submission keeps it, and has it registered.
func (o *office) handIn(rec submission.Record) submission.Record {
	o.t.Helper()
	plain, err := json.Marshal(rec)
	if err != nil {
		o.t.Fatal(err)
	}
	sealed, err := o.ring.SealLasting(rec.Board, "submission|"+rec.ID, plain)
	if err != nil {
		o.t.Fatal(err)
	}
	o.exec(`INSERT INTO submission (id, draft_id, reference, board, eservice, case_id, month, person, received_at, sealed)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)`, rec.ID, db.NewID(), rec.Reference, rec.Board, rec.EService, rec.CaseID,
		rec.Application.Month, "x", db.Millis(rec.ReceivedAt), sealed)
	if err := o.Register(o.t.Context(), rec.ID); err != nil {
		o.t.Fatalf("register: %v", err)
	}
	return rec
}

func (o *office) exec(query string, args ...any) {
	o.t.Helper()
	err := o.db.Tx(o.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(o.t.Context(), query, args...)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) count(query string, args ...any) (n int) {
	o.t.Helper()
	err := o.db.Read(o.t.Context(), func(tx *db.Tx) error { return tx.QueryRow(o.t.Context(), query, args...).Scan(&n) })
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

// caseOf hands in for a person and gives the case's id.
func (o *office) caseOf(person, name, reference, systemCase string) string {
	o.t.Helper()
	rec := o.handIn(application(person, name, reference, systemCase))
	id, err := o.CaseOfSubmission(o.t.Context(), number(o.t, person), rec.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	return id
}

func (o *office) open(officer, id string) casework.CaseFile {
	o.t.Helper()
	f, err := o.Open(o.t.Context(), officer, id)
	if err != nil {
		o.t.Fatalf("open: %v", err)
	}
	return f
}

// decide goes both steps.
func (o *office) decide(id string, outcome casework.Outcome, reasons string) casework.Decision {
	o.t.Helper()
	in := casework.DecisionInput{Outcome: outcome, Reasons: reasons}
	p, err := o.Propose(o.t.Context(), "eva.lind", id, in)
	if err != nil || len(p.Problems) > 0 {
		o.t.Fatalf("propose %s: %v, problems %q", outcome, err, p.Problems)
	}
	d, err := o.Decide(o.t.Context(), "eva.lind", id, in, p.SHA256)
	if err != nil {
		o.t.Fatalf("decide: %v", err)
	}
	return d
}

// kinds are the kinds of events, newest first.
func kinds(events []casework.Event) []casework.EventKind {
	var out []casework.EventKind
	for _, e := range events {
		out = append(out, e.Kind)
	}
	return out
}

// actions counts what the audit log has of a case.
func (o *office) actions(caseID string) map[string]int {
	o.t.Helper()
	records, err := o.audit.ByCase(o.t.Context(), caseID)
	if err != nil {
		o.t.Fatal(err)
	}
	out := map[string]int{}
	for _, r := range records {
		out[r.Action]++
	}
	return out
}

func wantKind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if got := fault.KindOf(err); got != want {
		t.Errorf("%s: %q (%v), want %q", what, got, err, want)
	}
}

// auditOf is a log for tests that need no database of it.
func auditOf(t *testing.T, ring *keyring.Ring, c clock.Clock) *audit.Log {
	t.Helper()
	return audit.New(nil, ring, c)
}
