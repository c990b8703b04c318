package petition

import (
	"context"
	"slices"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// Publication is what it takes to put an accepted petition to the vote.
type Publication struct {
	// Key is the form's own: sent again it changes nothing. "" for none.
	Key string
	// Disposal is the reference of the decision by which the vote data are
	// erased: number, date, body. Without it nothing opens.
	Disposal string
	// Sealer is who seals the votes, as the page will say.
	Sealer string
	// OpensAt is when voting begins; the zero time, or one that has passed, is
	// now.
	OpensAt time.Time
	// Words may be empty.
	Words string
}

const (
	maxReference = 200
	maxAhead     = 366 * 24 * time.Hour
)

// Publish shows an accepted petition and plans its voting. It closes when a
// day ends in Sweden, as long after opening as the proposer chose. The
// threshold is frozen here.
//
// Faults: Forbidden, NotFound, Invalid, Conflict (not accepted, or published).
func (p *Petitions) Publish(ctx context.Context, staff, id string, pub Publication) error {
	who, err := p.staff(ctx, staff, RoleModerator)
	if err != nil {
		return err
	}
	var remarks []Remark
	for field, value := range map[string]string{"disposal": pub.Disposal, "sealer": pub.Sealer} {
		if _, code := clean(value, maxReference, false); code != "" {
			remarks = append(remarks, Remark{Field: field, Code: code})
		}
	}
	if len(remarks) > 0 {
		return refuse(remarks...)
	}
	err = p.changeOnce(ctx, id, pub.Key, func(tx *db.Tx, r *record, once string) error {
		opens := tx.Now
		if pub.OpensAt.After(tx.Now) {
			opens = db.Time(db.Millis(pub.OpensAt))
		}
		if opens.Sub(tx.Now) > maxAhead {
			return refuse(Remark{Field: "opens", Code: "too-long"})
		}
		if err := p.settle(ctx, tx, r); err != nil { // published: it can no longer be undone
			return err
		}
		r.Disposal, r.Sealer, r.OpensAt = pub.Disposal, pub.Sealer, opens
		r.ClosesAt, r.Threshold = r.Duration.ClosesAt(opens, p.zone), p.set.Threshold.Number()
		_, err := p.act(ctx, tx, r, MovePublish, who.as(RoleModerator),
			note{words: pub.Words, nextStep: string(MoveOpen), nextDay: p.day(opens), once: once})
		return err
	})
	if err != nil {
		return err
	}
	return p.openDue(ctx, id)
}

// Exempt sends an accepted petition of an exempt category on without votes.
// Asked again it changes nothing.
func (p *Petitions) Exempt(ctx context.Context, staff, id, category string) error {
	who, err := p.staff(ctx, staff, RoleModerator)
	if err != nil {
		return err
	}
	if !slices.Contains(p.set.ExemptCategories, category) {
		return refuse(Remark{Field: "category", Code: "unknown"})
	}
	return p.change(ctx, id, func(tx *db.Tx, r *record) error {
		if r.Category == category && r.Standing.Outcome == Reached {
			return nil
		}
		if err := p.settle(ctx, tx, r); err != nil {
			return err
		}
		r.Category = category
		_, err := p.act(ctx, tx, r, MoveExempt, who.as(RoleModerator), note{nextStep: string(MoveHandOver)})
		return err
	})
}

// openDue opens voting on a planned petition whose time has come: first in
// Voting, which can be asked again, then here.
func (p *Petitions) openDue(ctx context.Context, id string) error {
	var r record
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		var err error
		r, err = load(ctx, tx, id)
		return err
	})
	if err != nil || r.Standing.Voting != Planned || p.opt.Clock.Now().Before(r.OpensAt) {
		return err
	}
	err = p.opt.Voting.Open(ctx, Opening{Petition: r.ID, Registry: r.Registry, Disposal: r.Disposal, Sealer: r.Sealer, ClosesAt: r.ClosesAt})
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	return p.change(ctx, id, func(tx *db.Tx, r *record) error {
		switch r.Standing.Voting {
		case Planned:
			r.OpenedAt = tx.Now
			_, err := p.act(ctx, tx, r, MoveOpen, theSystem, note{nextStep: string(MoveClose), nextDay: p.lastDay(r.ClosesAt)})
			return err
		case Stopped: // stopped while it was being opened
			return p.opt.Outbox.Add(ctx, tx, TopicStop, r.ID)
		}
		return nil
	})
}

// lastDay is the last day of voting that closes at a moment.
func (p *Petitions) lastDay(closes time.Time) string { return p.day(closes.Add(-time.Millisecond)) }

// stop handles TopicStop.
func (p *Petitions) stop(ctx context.Context, id string) error {
	err := p.opt.Voting.Stop(ctx, id)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		return nil // it was never opened, or is ending already
	}
	return err
}

// VotingEvent is what those that take votes tell of.
type VotingEvent struct {
	Petition string
	// Key is the teller's own: the same one again changes nothing.
	Key string
	// Move is MovePause, MoveResume, MoveExtend, MoveClose, MoveCount,
	// MoveErase or MoveEraseStopped. MoveErase says that the result may be
	// published.
	Move  Move
	Words string
	// By is RoleSteward for what a steward did: MovePause, MoveResume or
	// MoveClose before its time. Left out, it happened by itself.
	By Role
	// ClosesAt is the new closing time, when it was moved.
	ClosesAt time.Time
	// Count is the final number of votes; with MoveErase alone.
	Count int64
}

// FollowVoting takes in what has happened to voting. With MoveErase it also
// says whether the votes were enough.
//
// Faults: NotFound, Invalid, Conflict (out of order; tell again later).
func (p *Petitions) FollowVoting(ctx context.Context, e VotingEvent) error {
	t, ok := transition(e.Move)
	if !ok || t.Axis != AxisVoting || !slices.Contains(t.By, RoleSystem) || e.Move == MoveOpen || e.Key == "" {
		return fault.New(fault.Invalid, "petition: not something that voting tells")
	}
	return p.change(ctx, e.Petition, func(tx *db.Tx, r *record) error {
		once := onceOf("voting", e.Petition+"|"+e.Key)
		known, err := seen(ctx, tx, once)
		if err != nil || known {
			return err
		}
		if !e.ClosesAt.IsZero() && slices.Contains([]Move{MoveResume, MoveExtend, MovePause, MoveClose}, e.Move) {
			r.ClosesAt = db.Time(db.Millis(e.ClosesAt))
		}
		n := note{words: e.Words, once: once}
		switch e.Move {
		case MoveResume, MoveExtend:
			n.nextStep, n.nextDay = string(MoveClose), p.lastDay(r.ClosesAt)
		case MoveErase:
			r.Votes = max(e.Count, 0)
		}
		if r.Standing.Voting == Stopped { // it is closed and erased as any other, without a result
			if r.Votes = -1; e.Move != MoveErase && e.Move != MoveEraseStopped {
				return nil
			}
			e.Move = MoveEraseStopped
		}
		by := theSystem
		if e.By != "" {
			by.role = e.By
		}
		if _, err := p.act(ctx, tx, r, e.Move, by, n); err != nil {
			return err
		}
		if e.Move != MoveErase || r.Standing.Moderation != Accepted {
			return nil
		}
		if r.Votes >= r.Threshold {
			_, err = p.act(ctx, tx, r, MoveReach, theSystem, note{nextStep: string(MoveHandOver)})
		} else {
			_, err = p.act(ctx, tx, r, MoveFallBelow, theSystem, note{})
		}
		return err
	})
}
