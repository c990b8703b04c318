package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/seal"
)

// witness is the sealer, and remembers which petitions it could not seal for.
// A key holder may answer that it is ready and still not prove its answers, or
// have lost one petition's key: only a vote shows that.
type witness struct {
	sealer
	mu     sync.Mutex
	failed map[string]bool
	asked  map[string]time.Time // when one that is held was tried last
}

func newWitness(s sealer) *witness {
	return &witness{sealer: s, failed: map[string]bool{}, asked: map[string]time.Time{}}
}

// Seal implements seal.Sealer.
func (w *witness) Seal(ctx context.Context, all []seal.Request) []seal.Result {
	results := w.sealer.Seal(ctx, all)
	for i, r := range results {
		if fault.Is(r.Err, fault.Unavailable) && ctx.Err() == nil {
			w.mark(all[i].Commitment.Petition, true)
		}
	}
	return results
}

func (w *witness) mark(petition string, failed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if failed {
		w.failed[petition] = true
	} else {
		delete(w.failed, petition)
	}
}

func (w *witness) hasFailed(petition string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failed[petition]
}

// turn tells whether it is time to try one that is held.
func (w *witness) turn(petition string, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now.Sub(w.asked[petition]).Abs() < askAgain {
		return false
	}
	w.asked[petition] = now
	return true
}

// askAgain is how often a petition that is held for that is tried. Each try is
// a question that the keys count.
const askAgain = 30 * time.Second

// watchKeys holds voting while a key holder is away, and on single petitions
// for which it answers wrongly; both go on by themselves.
func (t *town) watchKeys(ctx context.Context) error {
	p := t.petitions
	if err := p.machine.Watch(ctx); err != nil {
		return err
	}
	picture, err := t.oversee(ctx)
	if err != nil || p.sealer.Ready(ctx) != nil {
		return err // Watch holds them all
	}
	for _, v := range picture.Voting {
		held := v.Paused && v.Reason == closing.ReasonWrongKey
		if held && !p.sealer.turn(v.Petition, t.clock.Now()) || !held && (v.Paused || !p.sealer.hasFailed(v.Petition)) {
			continue
		}
		works := t.seals(ctx, v.Petition)
		p.sealer.mark(v.Petition, works != nil)
		switch {
		case held && works == nil:
			err = errors.Join(err, p.machine.Resume(ctx, v.Petition))
		case !held && works != nil:
			t.log.Error("petitions: a key holder is there and answers wrongly", "petition", v.Petition)
			err = errors.Join(err, p.machine.Pause(ctx, v.Petition, closing.ReasonWrongKey))
		}
	}
	return err
}

// nobody is a number that nobody can be given: births are not numbered from 980.
const nobody = "193001019805"

// seals tries whether a vote could be sealed, with a voter who is nobody.
func (t *town) seals(ctx context.Context, petition string) error {
	var b ballot.Ballot
	err := t.db.Read(ctx, func(tx *db.Tx) (err error) {
		b, err = ballot.Load(ctx, tx, petition)
		return err
	})
	if err != nil {
		return err
	}
	voter, err := pnr.ParseLenient(nobody, t.clock.Now())
	if err != nil {
		return err
	}
	r := t.petitions.sealer.sealer.Seal(ctx, []seal.Request{{Commitment: &b.Commitment, Voter: voter}})
	if fault.Is(r[0].Err, fault.Unavailable) {
		return r[0].Err
	}
	return nil // what else may be wrong is no reason to hold it
}
