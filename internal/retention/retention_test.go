package retention_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/retention"
)

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

const week = 7 * 24 * time.Hour

// place is a database with a step's table of sealed notes and its rule.
type place struct {
	t      *testing.T
	clock  *clock.Manual
	steady *clock.Steady
	db     *db.DB
	keys   keyring.Options
	ring   *keyring.Ring
	log    *audit.Log
	job    *retention.Job
	order  []string // what happened in a run
	broken error    // what the second rule answers
}

func each(t *testing.T, fn func(t *testing.T, p *place, o db.Options)) {
	t.Helper()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		p := &place{t: t, clock: clock.NewManual(start)}
		p.steady = clock.Guard(p.clock)
		o.Clock = p.clock
		d, err := db.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		p.db, p.keys = d, keyringtest.Options(t, p.clock)
		p.ring = p.reopen()
		p.log = audit.New(d, p.ring, p.clock)
		p.job = retention.New(d, p.ring, p.log, p.steady,
			retention.Rule{Name: "notes", Purge: p.purge},
			retention.Rule{Name: "others", Purge: func(context.Context, time.Time) (int, error) {
				p.order = append(p.order, "others")
				return 0, p.broken
			}})
		blob := map[string]string{db.SQLite: "BLOB", db.Postgres: "BYTEA"}[o.Driver]
		p.exec(`CREATE TABLE note (id TEXT NOT NULL PRIMARY KEY, due BIGINT NOT NULL, plain TEXT NOT NULL, sealed ` + blob + ` NOT NULL)`)
		fn(t, p, o)
	})
}

func (p *place) reopen() *keyring.Ring {
	p.t.Helper()
	ring, err := keyring.Open(p.keys)
	if err != nil {
		p.t.Fatal(err)
	}
	return ring
}

func (p *place) exec(query string, args ...any) {
	p.t.Helper()
	if err := p.db.Tx(p.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(p.t.Context(), query, args...)
		return err
	}); err != nil {
		p.t.Fatal(err)
	}
}

// purge is the step's rule. It sees whether the keys were gone before it.
func (p *place) purge(ctx context.Context, now time.Time) (int, error) {
	keys, _ := filepath.Glob(filepath.Join(p.keys.DueKeyDir, "*"))
	for _, key := range keys {
		if end, err := time.Parse("due-20060102T150405Z.key", filepath.Base(key)); err == nil && !end.After(now) {
			p.order = append(p.order, "rows before keys")
		}
	}
	p.order = append(p.order, "notes")
	var n int64
	err := p.db.Tx(ctx, func(tx *db.Tx) (err error) {
		n, err = tx.Exec(ctx, `DELETE FROM note WHERE due <= $1`, db.Millis(now))
		return err
	})
	return int(n), err
}

const marker = "GULDGRUVA-7f3a"

// keep stores a note that is due after d, sealed and (to look for it) plain.
func (p *place) keep(id string, d time.Duration) []byte {
	p.t.Helper()
	due := p.clock.Now().Add(d)
	sealed, err := p.ring.SealDue(due, "note/"+id, []byte(marker))
	if err != nil {
		p.t.Fatal(err)
	}
	p.exec(`INSERT INTO note (id, due, plain, sealed) VALUES ($1, $2, $3, $4)`, id, db.Millis(due), marker+id, sealed)
	return sealed
}

func (p *place) notes() (n int) {
	p.t.Helper()
	if err := p.db.Read(p.t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(p.t.Context(), `SELECT count(*) FROM note`).Scan(&n)
	}); err != nil {
		p.t.Fatal(err)
	}
	return n
}

func (p *place) run() retention.Report {
	p.t.Helper()
	p.order = nil
	r, err := p.job.Run(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

func (p *place) evidence() []audit.Record {
	p.t.Helper()
	records, err := p.log.ByActor(p.t.Context(), audit.System, start, p.clock.Now().Add(time.Hour))
	if err != nil {
		p.t.Fatal(err)
	}
	return records
}

func traces(t *testing.T, dir string) (n int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		n += bytes.Count(raw, []byte(marker))
	}
	return n
}

// I-7, M-90, M-121: after seven days rows, keys, free pages and journal are
// gone, a copy from day 3 with today's keys yields nothing, and evidence is
// left without content (M-120).
func TestSevenDays(t *testing.T) {
	each(t, func(t *testing.T, p *place, o db.Options) {
		old := p.keep("old", week)
		p.clock.Advance(3 * 24 * time.Hour)
		dayThree := bytes.Clone(old)
		p.keep("young", week)
		if r := p.run(); r.Keys != 0 || r.Erased[0].Count != 0 || p.notes() != 2 {
			t.Fatalf("day 3: %+v", r)
		}
		if len(p.evidence()) != 0 {
			t.Error("evidence of nothing")
		}

		p.clock.Advance(4*24*time.Hour + 30*time.Minute) // the end of the old one's slot
		r := p.run()
		want := []retention.Erased{{Rule: "notes", Count: 1}, {Rule: "others", Count: 0}}
		if r.Keys != 1 || !slices.Equal(r.Erased, want) || r.Paused || r.NotMine || p.notes() != 1 {
			t.Errorf("day 7: %+v, %d notes", r, p.notes())
		}
		if !slices.Equal(p.order, []string{"notes", "others"}) {
			t.Errorf("order: %v", p.order)
		}
		for name, ring := range map[string]*keyring.Ring{"ours": p.ring, "after a restart": p.reopen()} {
			if _, err := ring.OpenDue("note/old", dayThree); fault.KindOf(err) != fault.Gone {
				t.Errorf("the copy of day 3 with %s: %v", name, err)
			}
		}
		records := p.evidence()
		if len(records) != 2 || records[0].Category != "keys" || records[1].Category != "notes" ||
			records[1].Action != audit.Erased || records[1].Details["count"] != "1" {
			t.Errorf("evidence: %+v", records)
		}
		p.clock.Advance(3 * 24 * time.Hour)
		p.run()
		if o.Driver == db.SQLite {
			if n := traces(t, filepath.Dir(o.DSN)); n != 0 {
				t.Errorf("%d traces in the files", n)
			}
		}
		if last, err := retention.LastRun(t.Context(), p.db); err != nil || last != p.clock.Now() {
			t.Errorf("last run %v, %v", last, err)
		}
	})
}

// D-12: a wrong clock destroys nothing; when it is right again, or has been
// believed, the missed is made up for.
func TestPausedWhenTheClockJumps(t *testing.T) {
	each(t, func(t *testing.T, p *place, _ db.Options) {
		sealed := p.keep("a", week)
		p.clock.Set(start.AddDate(1, 0, 0))
		if r := p.run(); !r.Paused || len(p.order) != 0 || p.notes() != 1 {
			t.Errorf("on a wrong clock: %+v", r)
		}
		p.clock.Set(start)
		if r := p.run(); r.Paused {
			t.Errorf("on a corrected clock: %+v", r)
		}
		if _, err := p.ring.OpenDue("note/a", sealed); err != nil {
			t.Errorf("the note does not open: %v", err)
		}
		p.clock.Set(start.AddDate(1, 0, 0))
		p.run()
		p.steady.Accept()
		if r := p.run(); r.Keys != 1 || p.notes() != 0 {
			t.Errorf("on an accepted clock: %+v", r)
		}
	})
}

// A rule that fails or panics is told and tried again, and stops neither the
// other rules nor the keys nor the checkpoint.
func TestFailingRule(t *testing.T) {
	each(t, func(t *testing.T, p *place, o db.Options) {
		boom := errors.New("boom")
		p.keep("a", time.Hour)
		p.clock.Advance(2 * time.Hour)
		p.broken = boom
		r, err := p.job.Run(t.Context())
		if !errors.Is(err, boom) || r.Keys != 1 || p.notes() != 0 {
			t.Errorf("%+v %v", r, err)
		}
		if o.Driver == db.SQLite {
			if n := traces(t, filepath.Dir(o.DSN)); n != 0 {
				t.Errorf("%d traces in the files", n)
			}
		}
		outcomes := make(map[string]string)
		for _, e := range p.evidence() {
			outcomes[e.Category] = e.Outcome
		}
		if outcomes["notes"] != "done" || outcomes["others"] != "failed" {
			t.Errorf("evidence: %v", outcomes)
		}
		panics := retention.New(p.db, p.ring, p.log, p.clock, retention.Rule{
			Name: "bug", Purge: func(context.Context, time.Time) (int, error) { panic("a bug") },
		})
		if _, err := panics.Run(t.Context()); fault.KindOf(err) != fault.Internal {
			t.Errorf("a panic: %v", err)
		}
	})
}

// Of several nodes one runs it; a missed run is made up for by the next.
func TestLease(t *testing.T) {
	each(t, func(t *testing.T, p *place, _ db.Options) {
		p.keep("a", time.Hour)
		p.clock.Advance(30 * 24 * time.Hour)
		p.exec(`INSERT INTO lease (name, holder, until) VALUES ('retention', 'other', $1)`, db.Millis(p.clock.Now().Add(10*time.Minute)))
		p.clock.Advance(9 * time.Minute)
		if r := p.run(); !r.NotMine || p.notes() != 1 {
			t.Errorf("beside the holder: %+v", r)
		}
		p.clock.Advance(time.Minute)
		if r := p.run(); r.NotMine || r.Keys != 1 || p.notes() != 0 {
			t.Errorf("after the holder's death: %+v", r)
		}
	})
}

// I-7: the copy that a migration left goes too, after its week.
func TestMigrationCopies(t *testing.T) {
	each(t, func(t *testing.T, p *place, o db.Options) {
		if o.Driver != db.SQLite {
			if r := p.run(); r.Copies != 0 {
				t.Errorf("%+v", r)
			}
			return
		}
		copied := o.DSN + ".before-0042"
		if err := os.WriteFile(copied, []byte(marker), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(copied, start, start); err != nil {
			t.Fatal(err)
		}
		p.clock.Advance(week)
		if r := p.run(); r.Copies != 0 {
			t.Errorf("on its last day: %+v", r)
		}
		p.clock.Advance(time.Millisecond)
		if r := p.run(); r.Copies != 1 || traces(t, filepath.Dir(o.DSN)) != 0 {
			t.Errorf("after its week: %+v", r)
		}
	})
}
