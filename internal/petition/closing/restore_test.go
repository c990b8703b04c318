package closing_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/tally"
)

// P-17, I-10, petitions.md §2.2 rule 10: a backup from while voting was open,
// put back after the closing, is erased again before anything is served, and
// the petition is reported with the count of its closing.
func TestRestoredBackup(t *testing.T) {
	for _, design := range []string{"D1", "D2"} {
		t.Run(design, func(t *testing.T) {
			dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
				h := newHost(t, design, o)
				w := h.mustStart(t, clock.NewManual(today), nil)
				id, other := w.open(t, tally.Publication{}), w.open(t, tally.Publication{})
				if err := w.machine.Pause(t.Context(), other, closing.ReasonSteward); err != nil {
					t.Fatal(err)
				}
				w.vote(t, id, 0, 6)
				back := copyOf(t, h, w, id)
				w.vote(t, id, 6, 11) // after the backup
				w.clock.Set(closes.Add(time.Hour))
				if w.run(t); w.load(t, id).Count != 11 {
					t.Fatal("not counted")
				}
				back()
				w = h.mustStart(t, clock.NewManual(closes.Add(2*time.Hour)), nil)
				if p := w.load(t, id); p.State != closing.Open || !w.exists(t, id) {
					t.Fatalf("the backup is not back: %s", p.State)
				}
				done, err := w.machine.Reapply(t.Context())
				if err != nil || len(done.Erased) != 1 || done.Erased[0] != id || len(done.KeyLost) != 0 {
					t.Fatalf("%+v, %v", done, err)
				}
				if w.exists(t, id) || len(w.published(t, id)) != 0 {
					t.Error("the votes are there")
				}
				if _, err := w.box.Status(t.Context(), id, voter(1)); !fault.Is(err, fault.Gone) {
					t.Errorf("who voted can be asked: %v", err)
				}
				leaseOver(t, w)
				w.run(t)
				p := w.load(t, id)
				if p.State != closing.Reported || p.Count != 11 || !p.Restored || !reportOf(t, w.published(t, id)).Restored {
					t.Errorf("%s with %d, restored %v", p.State, p.Count, p.Restored)
				}
				if v := tally.Audit(w.published(t, id), w.ring.Public(tally.Purpose)); !v.OK() || v.Count != 11 {
					t.Errorf("audit: %+v", v)
				}
				if p := w.load(t, other); p.State != closing.Open {
					t.Errorf("an open petition is %s", p.State)
				}
			})
		})
	}
}

// copyOf makes a backup and gives the way to put it back. On PostgreSQL it is
// the rows of the tables, since pg_restore would do no more.
func copyOf(t *testing.T, h host, w *world, id string) (back func()) {
	t.Helper()
	if h.o.Driver == db.SQLite {
		backup := filepath.Join(t.TempDir(), "backup.db")
		if err := w.db.Backup(t.Context(), backup); err != nil {
			t.Fatal(err)
		}
		return func() {
			w.stop()
			for _, end := range []string{"", "-wal", "-shm"} {
				_ = os.Remove(h.o.DSN + end)
			}
			if err := db.Restore(t.Context(), h.o, backup); err != nil {
				t.Fatal(err)
			}
		}
	}
	run := func(statements ...string) {
		if err := w.db.Tx(t.Context(), func(tx *db.Tx) error {
			for _, s := range statements {
				if _, err := tx.Exec(t.Context(), s); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	votes := "petition_vote_" + lower(id)
	run(`CREATE TABLE copy_ballot AS SELECT * FROM petition_ballot`, `CREATE TABLE copy_closing AS SELECT * FROM petition_closing`,
		`CREATE TABLE copy_pause AS SELECT * FROM petition_pause`, `CREATE TABLE copy_votes AS SELECT * FROM `+votes)
	return func() {
		run(`DELETE FROM petition_head`, `DELETE FROM petition_pause`, `DELETE FROM petition_closing`, `DELETE FROM petition_ballot`,
			`INSERT INTO petition_ballot SELECT * FROM copy_ballot`, `INSERT INTO petition_closing SELECT * FROM copy_closing`,
			`INSERT INTO petition_pause SELECT * FROM copy_pause`, `CREATE TABLE `+votes+` AS SELECT * FROM copy_votes`)
		w.stop()
	}
}

// A key that is gone without a tombstone (a lost disk) pauses the petition and
// is told: two votes of one person could not be told apart.
func TestLostKey(t *testing.T) {
	h := newHost(t, "D1", dbtest.SQLite(t))
	w := h.mustStart(t, clock.NewManual(today), nil)
	id := w.open(t, tally.Publication{})
	w.vote(t, id, 0, 5)
	w.stop()
	for _, ext := range []string{".key", ".count"} {
		if err := os.Remove(h.dir + "/keys/own-" + id + ext); err != nil {
			t.Fatal(err)
		}
	}
	w = h.mustStart(t, clock.NewManual(today), nil)
	done, err := w.machine.Reapply(t.Context())
	if err != nil || len(done.KeyLost) != 1 || !w.load(t, id).Ballot.Paused {
		t.Errorf("%+v, %v", done, err)
	}
	if _, err := w.box.Cast(t.Context(), id, voter(9), time.Time{}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a vote without the key: %v", err)
	}
	w.clock.Set(closes.Add(closing.MaxPause + time.Hour))
	if w.run(t); w.load(t, id).State != closing.Reported || w.load(t, id).Count != 5 {
		t.Error("its votes cannot be counted and erased")
	}
}
