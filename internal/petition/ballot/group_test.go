package ballot_test

import (
	"math"
	"sync"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/seal"
)

// I-10: the votes of one commit are written in the order of their codes, so
// that the files never tell in which order they came, not before the rewriting
// either.
func TestNoOrderWithinACommit(t *testing.T) {
	const votes = 90
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		o.Clock = clock.NewManual(today)
		d, err := db.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		w := newWorld(t, d, nil, seal.NewMAC(keys(t)))
		w.box = ballot.New(ballot.Options{DB: d, Sealer: w.sealer, Sealers: 1})
		var order [][]byte
		var all sync.WaitGroup
		for i := range votes {
			order = append(order, w.nullifier(i))
			all.Go(func() { _, _ = w.box.Cast(t.Context(), w.petition, voter(t, i), time.Time{}) })
			waitFor(t, func() bool { _, n := w.box.Stats(); return n == i+1 })
		}
		w.run()
		all.Wait()
		w.stop()
		if s, _ := w.box.Stats(); s.Commits != 1 {
			t.Fatalf("%d commits", s.Commits)
		}
		if err := d.Checkpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
		if r := rank(offsets(t, o, w.petition, order)); math.Abs(r) > 0.55 { // 90 random ranks: five times the standard deviation of 0.11
			t.Errorf("the order of offsets follows the order of votes: %.2f", r)
		}
		w.holds(votes)
	})
}
