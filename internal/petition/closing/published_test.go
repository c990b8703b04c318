package closing_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/tally"
)

// I-10: while a key lives its leaves could be tried against every number that
// there is. So the list waits for the last holder, also where it is to be
// published, and then comes.
func TestNoLeavesWhileAKeyLives(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.open(t, tally.Publication{Leaves: true, Decision: "DSO 2026/7"})
		w.vote(t, id, 0, 9)
		w.switch_.set(true)
		w.clock.Set(closes.Add(time.Hour))
		if _, err := w.machine.Run(t.Context()); !fault.Is(err, fault.Unavailable) || w.load(t, id).State != closing.Counted {
			t.Fatalf("a run with a holder down: %v", err)
		}
		if files := w.published(t, id); len(files) != 0 {
			t.Errorf("published before the keys are gone: %d files, the first %s", len(files), files[0].Name)
		}
		w.switch_.set(false)
		w.run(t)
		if files := w.published(t, id); len(files) != 3 {
			t.Errorf("%d files afterwards", len(files))
		}
	})
}

// P-07: there is one final head and one report, whatever is asked for later.
func TestOneFinalHead(t *testing.T) {
	w := newHost(t, "D1", dbtest.SQLite(t)).mustStart(t, clock.NewManual(today), nil)
	id := w.open(t, tally.Publication{})
	w.vote(t, id, 0, 6)
	w.clock.Set(closes.Add(time.Hour))
	w.run(t)
	before := w.published(t, id)
	if err := w.db.Tx(t.Context(), func(tx *db.Tx) error {
		if err := w.heads.Add(t.Context(), tx, tally.Head{Kind: tally.KindFinal, Petition: id, Count: 7}); err != nil {
			return err
		}
		return w.heads.AddReport(t.Context(), tx, tally.Report{Petition: id, Count: 7})
	}); err != nil {
		t.Fatal(err)
	}
	after := w.published(t, id)
	if !slices.EqualFunc(before, after, func(a, b tally.File) bool { return string(a.Data) == string(b.Data) }) {
		var names []string
		for _, f := range after {
			names = append(names, f.Name)
		}
		t.Errorf("something was added: %s", strings.Join(names, ", "))
	}
}

// I-7, D-12: that the votes were erased is in the municipality's audit log, by
// the petition and its count and nothing else.
func TestErasureIsInTheAuditLog(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.open(t, tally.Publication{})
		w.vote(t, id, 0, 6)
		w.clock.Set(closes.Add(time.Hour))
		w.run(t)
		var n int
		if err := w.db.Read(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT count(*) FROM audit_row WHERE payload LIKE $1 AND payload LIKE $2 AND payload LIKE '%"count":"6"%'`,
				`%"`+audit.Erased+`"%`, "%"+id+"%").Scan(&n)
		}); err != nil || n != 1 {
			t.Errorf("%d records of the erasure, %v", n, err)
		}
	})
}

// forgetful says nothing of the last key that it destroys.
type forgetful struct{ seal.Sealer }

func (f forgetful) Destroy(ctx context.Context, c seal.Commitment, note json.RawMessage) ([]seal.Destroyed, error) {
	done, err := f.Sealer.Destroy(ctx, c, note)
	return done[:max(len(done)-1, 0)], err
}

// I-10, P-17: a key of which nobody says that it is destroyed is not destroyed,
// and nothing is published. Meanwhile the rows lie in the order of their codes,
// and at the next start they go, from the files too.
func TestAKeyNobodyAnswersFor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.open(t, tally.Publication{})
		w.vote(t, id, 0, 6)
		w.clock.Set(closes.Add(time.Hour))
		deaf := closing.New(closing.Options{DB: w.db, Sealer: forgetful{w.sealer}, Heads: w.heads, Audit: w.log, Clock: w.clock})
		if _, err := deaf.Run(t.Context()); err == nil {
			t.Error("a run that lacks an answer went well")
		}
		p := w.load(t, id)
		if p.State != closing.Counted || len(w.published(t, id)) != 0 {
			t.Errorf("%s, %d files", p.State, len(w.published(t, id)))
		}
		if p.Ballot.Changed != 0 || !p.Ballot.Rewritten.Equal(w.clock.Now()) {
			t.Errorf("the rows were last put in order at %s", p.Ballot.Rewritten)
		}
		codes := codesOf(t, w, id)
		done, err := w.machine.Reapply(t.Context()) // as at the next start
		if err != nil || !slices.Equal(done.Erased, []string{id}) || w.exists(t, id) {
			t.Errorf("at the next start the rows of a destroyed key stay: %+v, %v", done, err)
		}
		if w.o.Driver == db.SQLite {
			for _, end := range []string{"", "-wal"} {
				raw, err := os.ReadFile(w.o.DSN + end)
				if err != nil {
					t.Fatal(err)
				}
				for _, code := range codes {
					if bytes.Contains(raw, code) {
						t.Fatalf("test.db%s still holds a code", end)
					}
				}
			}
		}
		w.run(t)
		if files := w.published(t, id); len(files) != 2 {
			t.Errorf("%d files afterwards", len(files))
		}
	})
}

func codesOf(t *testing.T, w *world, petition string) (all [][]byte) {
	t.Helper()
	if err := w.db.Read(t.Context(), func(tx *db.Tx) error {
		return ballot.Each(t.Context(), tx, petition, func(code []byte) error {
			all = append(all, bytes.Clone(code))
			return nil
		})
	}); err != nil || len(all) == 0 {
		t.Fatalf("%d codes, %v", len(all), err)
	}
	return all
}

// I-10, P-16: a restored backup that lacks some of the votes that were counted
// publishes no list, since it could not be that of the count.
func TestRestoredBackupPublishesNoOtherLeaves(t *testing.T) {
	for had, files := range map[int]int{6: 2, 11: 3} {
		h := newHost(t, "D1", dbtest.SQLite(t))
		w := h.mustStart(t, clock.NewManual(today), nil)
		id := w.open(t, tally.Publication{Leaves: true, Decision: "DSO 2026/7"})
		w.vote(t, id, 0, had)
		back := copyOf(t, h, w, id)
		w.vote(t, id, had, 11)
		w.clock.Set(closes.Add(time.Hour))
		w.run(t)
		back()
		w = h.mustStart(t, clock.NewManual(closes.Add(2*time.Hour)), nil)
		if done, err := w.machine.Reapply(t.Context()); err != nil || len(done.Erased) != 1 {
			t.Fatalf("%+v, %v", done, err)
		}
		leaseOver(t, w)
		w.run(t)
		if v := tally.Audit(w.published(t, id), nil); !v.OK() || v.Count != 11 || len(w.published(t, id)) != files {
			t.Errorf("a backup of %d of 11 votes: %d files, %+v", had, len(w.published(t, id)), v)
		}
	}
}
