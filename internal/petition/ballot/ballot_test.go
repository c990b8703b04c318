package ballot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/tally"
)

// P-10: a thousand votes of one person at the same moment are one vote, and
// each of them is answered.
func TestOnePersonVotesOnce(t *testing.T) {
	each(t, func(w *world) {
		var accepted, voted atomic.Int64
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() {
				switch w.cast(1) {
				case ballot.Accepted:
					accepted.Add(1)
				case ballot.Voted:
					voted.Add(1)
				}
			})
		}
		all.Wait()
		if accepted.Load() != 1 || voted.Load() != 999 {
			w.t.Errorf("%d accepted, %d already there", accepted.Load(), voted.Load())
		}
		w.holds(1)
	})
}

// P-06, P-10, I-10: whatever people do and in whatever order it is committed,
// votes less withdrawals are the rows, the leaves and the sum of the districts,
// and each sees their own.
func TestCountIsRows(t *testing.T) {
	each(t, func(w *world) {
		const people = 24
		var have [people]bool
		var all sync.WaitGroup
		for p := range people {
			all.Go(func() {
				r := rand.New(rand.NewPCG(7, uint64(p)))
				for range size(12, 200) {
					have[p] = w.act(r, p, have[p])
				}
			})
		}
		all.Wait()
		var want int64
		for _, h := range have {
			if h {
				want++
			}
		}
		w.holds(want)
		err := w.db.Read(w.t.Context(), func(tx *db.Tx) error {
			leaves, err := tally.Leaves(w.t.Context(), tx, w.petition)
			if int64(len(leaves)) != want {
				w.t.Errorf("%d leaves, want %d", len(leaves), want)
			}
			var sum int64
			if err := tx.QueryRow(w.t.Context(), `SELECT COALESCE(sum(n), 0) FROM petition_district WHERE petition = $1`, w.petition).Scan(&sum); err != nil || sum != want {
				w.t.Errorf("%d votes in the districts, want %d; %v", sum, want, err)
			}
			return err
		})
		if err != nil {
			w.t.Error(err)
		}
	})
}

// act does one random thing as a person and checks the answer.
func (w *world) act(r *rand.Rand, p int, has bool) bool {
	var want, got ballot.Outcome
	var err error
	ctx, who, district := context.Background(), voter(w.t, p), fmt.Sprintf("9911-%02d", p%5)
	switch r.IntN(3) {
	case 0:
		want = ballot.Accepted
		if has {
			want = ballot.Voted
		}
		got, err = w.box.CastFrom(ctx, w.petition, who, time.Time{}, district)
		has = true
	case 1:
		want = ballot.NotVoted
		if has {
			want = ballot.Withdrawn
		}
		got, err = w.box.WithdrawFrom(ctx, w.petition, who, time.Time{}, district)
		has = false
	default:
		want = ballot.NotVoted
		if has {
			want = ballot.Voted
		}
		got, err = w.box.Status(ctx, w.petition, who)
	}
	if err != nil || got != want {
		w.t.Errorf("%q, %v; want %q", got, err, want)
	}
	return has
}

// The same within one commit: slips of one person are done in their order.
func TestOneCommit(t *testing.T) {
	dbtest.EachAt(t, clock.NewManual(today), func(t *testing.T, open func() *db.DB) {
		w := newWorld(t, open(), nil, seal.NewMAC(keys(t)))
		w.box = ballot.New(ballot.Options{DB: w.db, Sealer: w.sealer, Sealers: 1})
		asks := []func() (ballot.Outcome, error){
			func() (ballot.Outcome, error) { return w.box.Status(t.Context(), w.petition, voter(t, 1)) },
			func() (ballot.Outcome, error) { return w.box.Cast(t.Context(), w.petition, voter(t, 1), time.Time{}) },
			func() (ballot.Outcome, error) { return w.box.Cast(t.Context(), w.petition, voter(t, 1), time.Time{}) },
			func() (ballot.Outcome, error) {
				return w.box.Withdraw(t.Context(), w.petition, voter(t, 1), time.Time{})
			},
			func() (ballot.Outcome, error) { return w.box.Status(t.Context(), w.petition, voter(t, 1)) },
			func() (ballot.Outcome, error) { return w.box.Cast(t.Context(), w.petition, voter(t, 1), time.Time{}) },
			func() (ballot.Outcome, error) { return w.box.Cast(t.Context(), w.petition, voter(t, 2), time.Time{}) },
		}
		want := []ballot.Outcome{ballot.NotVoted, ballot.Accepted, ballot.Voted, ballot.Withdrawn, ballot.NotVoted, ballot.Accepted, ballot.Accepted}
		got := make([]ballot.Outcome, len(asks))
		var all sync.WaitGroup
		for i, ask := range asks {
			all.Go(func() { got[i], _ = ask() })
			waitFor(t, func() bool { _, n := w.box.Stats(); return n == i+1 })
		}
		w.run()
		all.Wait()
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("slip %d: %q, want %q", i, got[i], want[i])
			}
		}
		if s, _ := w.box.Stats(); s.Commits != 1 || s.Slips != 7 {
			t.Errorf("%d slips in %d commits", s.Slips, s.Commits)
		}
		w.holds(2)
		w.stop()
	})
}

func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain")
		}
	}
}

// performance.md §2: one petition whose table is broken fails alone; its
// neighbours in the same commit are done. The log says counts and kinds only.
func TestOneBadRow(t *testing.T) {
	dbtest.EachAt(t, clock.NewManual(today), func(t *testing.T, open func() *db.DB) {
		w := newWorld(t, open(), nil, seal.NewMAC(keys(t)))
		bad := w.open()
		w.tx(func(tx *db.Tx) error { return ballot.Drop(t.Context(), tx, bad) })
		w.box = ballot.New(ballot.Options{DB: w.db, Sealer: w.sealer, Sealers: 1, Log: slog.New(slog.NewTextHandler(&w.log, nil))})
		var all sync.WaitGroup
		var failed, fine atomic.Int64
		for i := range 40 {
			all.Go(func() {
				petition := w.petition
				if i%10 == 3 {
					petition = bad
				}
				if _, err := w.box.Cast(t.Context(), petition, voter(t, i), time.Time{}); err != nil {
					failed.Add(1)
				} else {
					fine.Add(1)
				}
			})
		}
		waitFor(t, func() bool { _, n := w.box.Stats(); return n == 40 })
		w.run()
		all.Wait()
		w.stop()
		if failed.Load() != 4 || fine.Load() != 36 {
			t.Errorf("%d failed, %d went well", failed.Load(), fine.Load())
		}
		if s, _ := w.box.Stats(); s.Replays == 0 {
			t.Error("no group was done again")
		}
		w.holds(36)
		for i := range 40 {
			if bytes.Contains(w.log.Bytes(), []byte(voter(t, i).Plain()[2:])) {
				t.Error("the log names a voter")
			}
		}
	})
}

// A full queue answers at once, with when to try again; a stopped box too.
func TestFullQueue(t *testing.T) {
	w := newWorld(t, openSQLite(t), nil, seal.NewMAC(keys(t)))
	w.box = ballot.New(ballot.Options{DB: w.db, Sealer: w.sealer, Queue: 3})
	ctx, cancel := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	for i := range 3 {
		waiting.Go(func() {
			if _, err := w.box.Cast(ctx, w.petition, voter(t, i), time.Time{}); !fault.Is(err, fault.Unavailable) {
				t.Errorf("one who gave up: %v", err)
			}
		})
	}
	waitFor(t, func() bool { _, n := w.box.Stats(); return n == 3 })
	_, err := w.box.Cast(ctx, w.petition, voter(t, 4), time.Time{})
	if !fault.Is(err, fault.TooMany) || !errors.Is(err, ballot.ErrFull) {
		t.Errorf("a full queue: %v", err)
	}
	cancel()
	waiting.Wait()
	w.run()
	w.stop()
	if _, err := w.box.Cast(t.Context(), w.petition, voter(t, 5), time.Time{}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a stopped box: %v", err)
	}
	w.holds(0) // those who had given up before they were sealed did not vote
}

func openSQLite(t testing.TB) *db.DB {
	t.Helper()
	o := dbtest.SQLite(t)
	o.Clock = clock.NewManual(today)
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// P-16: when a vote is taken, by the clock of the database.
func TestWhenVotesAreTaken(t *testing.T) {
	closes := today.Add(24 * time.Hour)
	rows := []struct {
		name       string
		now, begun time.Time
		change     func(ctx context.Context, tx *db.Tx, petition string) error
		want       fault.Kind
	}{
		{"open", today, time.Time{}, nil, ""},
		{"last moment", closes.Add(-time.Millisecond), time.Time{}, nil, ""},
		{"closing time", closes, time.Time{}, nil, fault.Gone},
		{"begun before, within the grace", closes.Add(15*time.Minute - time.Millisecond), closes.Add(-time.Second), nil, ""},
		{"begun at the closing time", closes.Add(time.Minute), closes, nil, fault.Gone},
		{"begun before, after the grace", closes.Add(15 * time.Minute), closes.Add(-time.Second), nil, fault.Gone},
		{"paused", today, time.Time{}, func(ctx context.Context, tx *db.Tx, id string) error { return ballot.Pause(ctx, tx, id, true) }, fault.Unavailable},
		{"stopped for good", today, time.Time{}, ballot.Stop, fault.Gone},
		{"extended", closes.Add(time.Hour), time.Time{}, func(ctx context.Context, tx *db.Tx, id string) error {
			return ballot.SetClosing(ctx, tx, id, closes.Add(2*time.Hour))
		}, ""},
	}
	c := clock.NewManual(today)
	dbtest.EachAt(t, c, func(t *testing.T, open func() *db.DB) {
		c.Set(today)
		w := newWorld(t, open(), c, seal.NewMAC(keys(t)))
		w.run()
		defer w.stop()
		for _, row := range rows {
			c.Set(today)
			w.petition = w.open()
			w.cast(1)
			if row.change != nil {
				w.tx(func(tx *db.Tx) error { return row.change(t.Context(), tx, w.petition) })
			}
			c.Set(row.now)
			_, err := w.box.Cast(t.Context(), w.petition, voter(t, 2), row.begun)
			if fault.KindOf(err) != row.want {
				t.Errorf("%s: a vote: %v, want %q", row.name, err, row.want)
			}
			_, err = w.box.Withdraw(t.Context(), w.petition, voter(t, 1), row.begun)
			if fault.KindOf(err) != row.want {
				t.Errorf("%s: a withdrawal: %v, want %q", row.name, err, row.want)
			}
		}
	})
}

// Nobody votes without an identity, for nothing, or sees a receipt where they
// are not switched on; no error holds the number.
func TestRefusals(t *testing.T) {
	w := newWorld(t, openSQLite(t), nil, seal.NewMAC(keys(t)))
	w.run()
	defer w.stop()
	who := voter(t, 1)
	w.cast(1)
	for _, row := range []struct {
		name string
		ask  func() error
		want fault.Kind
	}{
		{"no voter", func() error { _, err := w.box.Cast(t.Context(), w.petition, pnr.Number{}, time.Time{}); return err }, fault.Unauthenticated},
		{"unknown petition", func() error { _, err := w.box.Cast(t.Context(), db.NewID(), who, time.Time{}); return err }, fault.NotFound},
		{"no id", func() error {
			_, err := w.box.Cast(t.Context(), "x; DROP TABLE petition_ballot", who, time.Time{})
			return err
		}, fault.NotFound},
		{"receipt", func() error { _, err := w.box.Receipt(t.Context(), w.petition, who); return err }, fault.Forbidden},
	} {
		if err := row.ask(); !fault.Is(err, row.want) || strings.Contains(err.Error(), who.Ten()) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
	w.tx(func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE petition_ballot SET receipts = 1`)
		return err
	})
	if r, err := w.box.Receipt(t.Context(), w.petition, who); err != nil || len(r) != 32 {
		t.Errorf("a receipt where they are on: %x, %v", r, err)
	}
	if r, err := w.box.Receipt(t.Context(), w.petition, voter(t, 2)); err != nil || r != nil {
		t.Errorf("a receipt of one who has not voted: %x, %v", r, err)
	}
}

// P-16, petitions.md §2.2 rule 6: the public count moves in steps and not
// oftener than each minute; few votes are not told; drift is an alarm.
func TestPublicCount(t *testing.T) {
	c := clock.NewManual(today)
	dbtest.EachAt(t, c, func(t *testing.T, open func() *db.DB) {
		c.Set(today)
		w := newWorld(t, open(), c, seal.NewMAC(keys(t)))
		w.run()
		defer w.stop()
		public := func() (p ballot.PublicCount) {
			if err := w.db.Read(t.Context(), func(tx *db.Tx) error {
				b, err := ballot.Load(t.Context(), tx, w.petition)
				p = b.Public()
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return p
		}
		tidy := func() ballot.Tidied {
			done, err := w.box.Tidy(t.Context(), 5)
			if err != nil {
				t.Fatal(err)
			}
			return done
		}
		w.castAll(0, 4)
		c.Advance(time.Minute)
		tidy()
		if p := public(); !p.Few || p.Count != 0 {
			t.Errorf("four votes are shown as %+v", p)
		}
		w.castAll(4, 13)
		tidy()
		if p := public(); p.Few || p.Count != 10 {
			t.Errorf("thirteen votes are shown as %+v", p)
		}
		w.castAll(13, 21)
		c.Advance(59 * time.Second)
		if done := tidy(); done.Shown != 0 || public().Count != 10 {
			t.Error("the count moved twice in a minute")
		}
		c.Advance(time.Second)
		if tidy(); public().Count != 20 {
			t.Errorf("shown %d, want 20", public().Count)
		}
		c.Advance(time.Hour)
		if done := tidy(); done.Rewritten != 1 || done.Recounted != 0 {
			t.Errorf("after an hour %+v", done)
		}
		w.tx(func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE petition_ballot SET accepted = accepted + 2`)
			return err
		})
		c.Advance(24 * time.Hour)
		if done := tidy(); done.Recounted != 1 || len(done.Drifting) != 1 {
			t.Errorf("a drifting count: %+v", done)
		}
		if done := tidy(); len(done.Drifting) != 1 {
			t.Error("the alarm ended by itself")
		}
	})
}
