package ballot_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/seal"
)

// I-10, I-16, P-10: the rewriting takes no vote with it and lets none in twice,
// while people vote, change their minds and look; on PostgreSQL from two nodes.
func TestRewriteWhileVoting(t *testing.T) {
	dbtest.EachAt(t, clock.NewManual(today), func(t *testing.T, open func() *db.DB) {
		w := newWorld(t, open(), nil, seal.NewMAC(keys(t)))
		w.run()
		boxes := []*ballot.Box{w.box, w.box}
		if w.db.Engine() == db.Postgres {
			node := &world{t: t, db: open(), sealer: w.sealer, petition: w.petition}
			node.box = ballot.New(ballot.Options{DB: node.db, Sealer: w.sealer})
			node.run()
			defer node.stop()
			boxes[1] = node.box
		}
		var all sync.WaitGroup
		people := size(160, 4000)
		for part := range 16 {
			all.Go(func() {
				for i := part; i < people; i += 16 {
					follow(t, w.petition, i, boxes[i/16%2], boxes[(i/16+1)%2])
				}
			})
		}
		for range 8 {
			if err := ballot.Rewrite(t.Context(), w.db, w.petition); err != nil && !fault.Is(err, fault.Unavailable) {
				t.Errorf("rewrite: %v", err)
			}
			time.Sleep(20 * time.Millisecond)
		}
		all.Wait()
		w.holds(int64(people - people/2))
		w.stop()
	})
}

// follow is one person: votes on one node, is known on the other, and every
// other one withdraws there.
func follow(t *testing.T, petition string, i int, one, other *ballot.Box) {
	step := func(what string, want ballot.Outcome, do func() (ballot.Outcome, error)) {
		got, err := do()
		for try := 0; fault.Is(err, fault.Unavailable) && try < 20; try++ { // as a person would
			time.Sleep(10 * time.Millisecond)
			got, err = do()
		}
		if err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", what, got, err, want)
		}
	}
	ctx, who := context.Background(), voter(t, i)
	cast := func(b *ballot.Box) func() (ballot.Outcome, error) {
		return func() (ballot.Outcome, error) { return b.Cast(ctx, petition, who, time.Time{}) }
	}
	step("a vote", ballot.Accepted, cast(one))
	step("a second vote", ballot.Voted, cast(other))
	step("a question", ballot.Voted, func() (ballot.Outcome, error) { return other.Status(ctx, petition, who) })
	if i%2 == 1 {
		step("a withdrawal", ballot.Withdrawn, func() (ballot.Outcome, error) { return other.Withdraw(ctx, petition, who, time.Time{}) })
		step("a question afterwards", ballot.NotVoted, func() (ballot.Outcome, error) { return one.Status(ctx, petition, who) })
	}
}
