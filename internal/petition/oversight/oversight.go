// Package oversight is what a steward may know of the voting: what is late,
// lost or wrong, what is held and why, and how much the keys are asked.
//
// It owns no table and changes nothing: it reads what closing and ballot keep.
// It knows no count of votes and no voter. How much a key has been asked
// follows the number of votes, so it is told in tenths of what the key answers
// in all, and less than a tenth is told as that (petitions.md §2.2 rule 6).
package oversight

import (
	"cmp"
	"context"
	"slices"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/closing"
)

// Voting is a petition that takes votes, or will again.
type Voting struct {
	Petition string
	ClosesAt time.Time
	Paused   bool
	Reason   string // of the pause, as closing has it; "" when there is none
}

// Pause is time when nobody could vote. Until is zero while it lasts.
type Pause struct {
	Petition    string
	Reason      string
	From, Until time.Time
	Extended    time.Duration
}

// Usage is how much a key has been asked.
type Usage struct {
	Petition, Holder string
	Asked, Limit     int64
	// Refused is how often it said no since its program began: somebody asks
	// too much, or too fast.
	Refused int64
}

// Tenths is the share of its limit that a key has answered, from 0 to 10,
// rounded down. -1: it has no limit.
func (u Usage) Tenths() int {
	if u.Limit <= 0 {
		return -1
	}
	return int(min(max(u.Asked, 0)*10/u.Limit, 10))
}

// Holder is a party that keeps keys.
type Holder struct {
	Name    string
	Answers bool // now
}

// Picture is all of it at one moment. Whoever has the clock and the holders
// adds what they say.
type Picture struct {
	Jumped   bool // the clock is in doubt: nothing is closed or destroyed
	Holders  []Holder
	Late     []closing.Late
	KeyLost  []string // petitions
	Drifting []string // petitions whose rows do not match their count
	Voting   []Voting // by closing time
	Pauses   []Pause  // newest first, of the last 90 days
	Keys     []Usage
	// Unanswered are petitions whose keys could not be asked how much they
	// have been asked.
	Unanswered []string
}

// pausesFor is how long an ended pause stays in the picture.
const pausesFor = 90 * 24 * time.Hour

// Options is what a picture is made of.
type Options struct {
	DB *db.DB
	// Alarms are the petitions that should have been reported long ago:
	// closing.Machine's.
	Alarms func(ctx context.Context) ([]closing.Late, error)
	// Keys tells how much the keys of an open petition have been asked; nil
	// when that is not known.
	Keys func(ctx context.Context, petition string) ([]Usage, error)
}

// Read makes the picture.
//
// Faults: Unavailable. A key holder that does not answer is no fault.
func Read(ctx context.Context, o Options) (Picture, error) {
	var p Picture
	late, err := o.Alarms(ctx)
	if err != nil {
		return p, err
	}
	err = o.DB.Read(ctx, func(tx *db.Tx) error {
		p = Picture{Late: late}
		all, err := ballot.All(ctx, tx, false)
		if err != nil {
			return err
		}
		for _, b := range all {
			if err := p.add(ctx, tx, b); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Picture{}, err
	}
	slices.SortFunc(p.Voting, func(a, b Voting) int {
		return cmp.Or(a.ClosesAt.Compare(b.ClosesAt), cmp.Compare(a.Petition, b.Petition))
	})
	slices.SortFunc(p.Pauses, func(a, b Pause) int { return cmp.Or(b.From.Compare(a.From), cmp.Compare(a.Petition, b.Petition)) })
	if o.Keys == nil {
		return p, nil
	}
	for _, v := range p.Voting { // a holder that is away hides nothing else
		used, err := o.Keys(ctx, v.Petition)
		if err != nil {
			p.Unanswered = append(p.Unanswered, v.Petition)
		}
		p.Keys = append(p.Keys, used...)
	}
	return p, nil
}

func (p *Picture) add(ctx context.Context, tx *db.Tx, b ballot.Ballot) error {
	pauses, err := closing.Pauses(ctx, tx, b.ID)
	if err != nil {
		return err
	}
	v := Voting{Petition: b.ID, ClosesAt: b.ClosesAt, Paused: b.Paused}
	for _, x := range pauses {
		if x.Until.IsZero() {
			v.Reason = x.Reason
		}
		if x.Until.IsZero() || tx.Now.Sub(x.Until) < pausesFor {
			p.Pauses = append(p.Pauses, Pause{Petition: b.ID, Reason: x.Reason, From: x.From, Until: x.Until, Extended: x.Extended})
		}
	}
	if b.Accepting {
		p.Voting = append(p.Voting, v)
		if v.Reason == closing.ReasonKeyLost {
			p.KeyLost = append(p.KeyLost, b.ID)
		}
	}
	if b.Drift != 0 {
		p.Drifting = append(p.Drifting, b.ID)
	}
	return nil
}
