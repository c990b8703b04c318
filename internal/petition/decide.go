package petition

import (
	"context"
	"slices"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// Decision is what a moderator decides on a proposal that they have checked
// out.
type Decision struct {
	// Version is the text that was read; another is fault.Conflict.
	Version int
	// Code is why, for Reject and Hide.
	Code string
	// Words are the moderator's own, in plain Swedish, sent to the proposer.
	Words string
	// WordsHidden: the public sees the code and not the words.
	WordsHidden bool
	// Service is where it goes instead, for codes that route.
	Service string
	// Into is the petition that it is merged with.
	Into string
}

// AskMore sends the proposal back with a question.
func (p *Petitions) AskMore(ctx context.Context, staff, id string, d Decision) error {
	if d.Words == "" {
		return errNews
	}
	return p.decide(ctx, staff, id, MoveAskMore, d, nil)
}

// Accept lets the proposal go on: to be published, or on without votes.
func (p *Petitions) Accept(ctx context.Context, staff, id string, d Decision) error {
	d.Code = ""
	return p.decide(ctx, staff, id, MoveAccept, d, nil)
}

// Reject says no with a code and words of one's own (ux.md P17). A code that
// hides the text, and one that routes, do so.
func (p *Petitions) Reject(ctx context.Context, staff, id string, d Decision) error {
	code, ok := CodeOf(d.Code)
	if !ok || d.Code == CodeWithdrawn {
		return refuse(Remark{Field: "code", Code: "unknown"})
	}
	if d.Words == "" {
		return errNews
	}
	var link string
	if code.Routes {
		i := slices.IndexFunc(p.set.Services, func(s Service) bool { return s.ID == d.Service })
		if i < 0 {
			return refuse(Remark{Field: "service", Code: "unknown"})
		}
		link = p.set.Services[i].URL
	} else {
		d.Service = ""
	}
	d.WordsHidden = d.WordsHidden || code.HidesText
	return p.decide(ctx, staff, id, MoveReject, d, func(tx *db.Tx, r *record, n *note) error {
		r.Target, n.link = d.Service, link
		return nil
	})
}

// Hide takes a text out of sight. From a text that is being read it is a
// decision like the others; from one that is public it works at once, ends the
// voting without a result, and cannot be undone. It remains a public record.
func (p *Petitions) Hide(ctx context.Context, staff, id string, d Decision) error {
	if _, ok := CodeOf(d.Code); !ok || d.Code == CodeWithdrawn {
		return refuse(Remark{Field: "code", Code: "unknown"})
	}
	if d.Words == "" {
		return errNews
	}
	d.WordsHidden = true
	return p.decide(ctx, staff, id, MoveHide, d, nil)
}

// Merge joins a proposal with another one, which goes on.
func (p *Petitions) Merge(ctx context.Context, staff, id string, d Decision) error {
	d.Code = CodeDuplicate
	return p.decide(ctx, staff, id, MoveMerge, d, func(tx *db.Tx, r *record, _ *note) error {
		into, err := load(ctx, tx, d.Into)
		if err != nil {
			return err
		}
		if into.ID == r.ID || !slicesHas(into.Standing.Moderation, Submitted, Reviewing, SupplementRequested, Accepted) {
			return fault.New(fault.Conflict, "petition: nothing can be merged with that one")
		}
		r.Target = into.ID
		return nil
	})
}

// decide makes a decision on a proposal that the moderator holds.
func (p *Petitions) decide(ctx context.Context, staff, id string, m Move, d Decision, more func(*db.Tx, *record, *note) error) error {
	who, err := p.staff(ctx, staff, RoleModerator)
	if err != nil {
		return err
	}
	return p.change(ctx, id, func(tx *db.Tx, r *record) error {
		wasReading := r.Standing.Moderation == Reviewing
		if wasReading && p.lockedBy(*r, tx.Now) != who.ID {
			return fault.New(fault.Conflict, "petition: check it out first")
		}
		if d.Version != r.Version {
			return fault.New(fault.Conflict, "petition: the text has changed since it was read")
		}
		n := note{code: d.Code, words: d.Words, silent: d.WordsHidden}
		if more != nil {
			if err := more(tx, r, &n); err != nil {
				return err
			}
		}
		before := r.Standing.Moderation
		if _, err := p.act(ctx, tx, r, m, who.as(RoleModerator), n); err != nil {
			return err
		}
		r.Code, r.LockedBy, r.LockedAt = d.Code, "", time.Time{}
		r.UndoFrom, r.UndoUntil = "", time.Time{}
		if !wasReading {
			return p.tellAuthor(ctx, tx, *r)
		}
		r.UndoFrom, r.UndoUntil = before, tx.Now.Add(p.undoTime())
		return nil
	})
}

// Undo takes back a decision within ten minutes; nobody outside has seen it.
// The moderator holds the proposal again.
//
// Faults: Forbidden, NotFound, Conflict (too late, or more has happened).
func (p *Petitions) Undo(ctx context.Context, staff, id string) error {
	who, err := p.staff(ctx, staff, RoleModerator)
	if err != nil {
		return err
	}
	return p.change(ctx, id, func(tx *db.Tx, r *record) error {
		if !r.undoable(tx.Now) {
			return fault.New(fault.Conflict, "petition: the time to undo is over")
		}
		back := r.UndoFrom
		if _, err := p.act(ctx, tx, r, MoveUndo, who.as(RoleModerator), note{}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			UPDATE petition_event SET undone = 1 WHERE petition = $1 AND at >= $2 AND move IN ('supplement-requested','accepted','rejected','hidden','merged')`,
			r.ID, db.Millis(r.UndoUntil.Add(-p.undoTime()))); err != nil {
			return err
		}
		r.Standing.Moderation = back
		r.Code, r.Target, r.UndoFrom, r.UndoUntil, r.Ends = "", "", "", time.Time{}, time.Time{}
		r.LockedBy, r.LockedAt = who.ID, tx.Now
		return nil
	})
}

// Reopen takes up a rejected, hidden or merged proposal again, at any time
// before it is published.
func (p *Petitions) Reopen(ctx context.Context, staff, id, said string) error {
	who, err := p.staff(ctx, staff, RoleModerator)
	if err != nil {
		return err
	}
	return p.change(ctx, id, func(tx *db.Tx, r *record) error {
		if r.undoable(tx.Now) {
			return fault.New(fault.Conflict, "petition: undo the decision instead")
		}
		_, err := p.act(ctx, tx, r, MoveReopen, who.as(RoleModerator), note{words: said})
		r.Code, r.Target, r.ReadyAt, r.Ends = "", "", tx.Now, time.Time{}
		r.LockedBy, r.LockedAt = who.ID, tx.Now
		return err
	})
}

// Remove takes a petition away for good: its page answers 410. The record
// remains with the board.
func (p *Petitions) Remove(ctx context.Context, staff, id, said string) error {
	who, err := p.staff(ctx, staff, RoleSteward)
	if err != nil {
		return err
	}
	return p.change(ctx, id, func(tx *db.Tx, r *record) error {
		_, err := p.act(ctx, tx, r, MoveRemove, who.as(RoleSteward), note{words: said, silent: true})
		r.LockedBy, r.UndoFrom, r.UndoUntil = "", "", time.Time{}
		return err
	})
}
