package petition

import (
	"context"
	"errors"
	"slices"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// Decision is what a moderator decides on a proposal that they have checked
// out.
type Decision struct {
	// Key is the form's own: sent again it changes nothing. "" for none.
	Key string
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
	return p.decide(ctx, staff, id, MoveAskMore, d)
}

// Accept lets the proposal go on: to be published, or on without votes.
func (p *Petitions) Accept(ctx context.Context, staff, id string, d Decision) error {
	return p.decide(ctx, staff, id, MoveAccept, d)
}

// Reject says no with a code and words of one's own (ux.md P17). A code that
// hides the text, and one that routes, do so.
func (p *Petitions) Reject(ctx context.Context, staff, id string, d Decision) error {
	return p.decide(ctx, staff, id, MoveReject, d)
}

// Hide takes a text out of sight. From a text that is being read it is a
// decision like the others; from one that is public it works at once, ends the
// voting without a result, and cannot be undone. It remains a public record.
func (p *Petitions) Hide(ctx context.Context, staff, id string, d Decision) error {
	return p.decide(ctx, staff, id, MoveHide, d)
}

// Merge joins a proposal with another one, which goes on.
func (p *Petitions) Merge(ctx context.Context, staff, id string, d Decision) error {
	return p.decide(ctx, staff, id, MoveMerge, d)
}

// prepare puts a decision in order, with the link that its event carries, or
// tells what it lacks.
func (p *Petitions) prepare(m Move, d Decision) (Decision, string, error) {
	var err error
	if d.Words, err = words(d.Words); err != nil {
		return d, "", err
	}
	code, known := CodeOf(d.Code)
	service := d.Service
	d.Service = ""
	switch m {
	case MoveAccept, MoveAskMore:
		d.Code = ""
	case MoveMerge:
		d.Code = CodeDuplicate
		return d, "", nil
	default:
		if !known || d.Code == CodeWithdrawn {
			return d, "", refuse(Remark{Field: "code", Code: "unknown"})
		}
	}
	if m != MoveAccept && d.Words == "" {
		return d, "", errNews
	}
	switch {
	case m == MoveHide:
		d.WordsHidden = true
	case m == MoveReject && code.Routes:
		i := slices.IndexFunc(p.set.Services, func(s Service) bool { return s.ID == service })
		if i < 0 {
			return d, "", refuse(Remark{Field: "service", Code: "unknown"})
		}
		d.Service = service
		return d, p.set.Services[i].URL, nil
	case m == MoveReject:
		d.WordsHidden = d.WordsHidden || code.HidesText
	}
	return d, "", nil
}

// mayDecide tells whether a decision can be made now: the moderator holds the
// proposal, has read its last text, and what it is merged with goes on.
func (p *Petitions) mayDecide(ctx context.Context, tx *db.Tx, r record, who Staff, m Move, d Decision) error {
	if r.Standing.Moderation == Reviewing && p.lockedBy(r, tx.Now) != who.ID {
		return fault.New(fault.Conflict, "petition: check it out first")
	}
	if d.Version != r.Version {
		return fault.New(fault.Conflict, "petition: the text has changed since it was read")
	}
	if m != MoveMerge {
		return nil
	}
	into, err := load(ctx, tx, d.Into)
	if err != nil {
		return err
	}
	if into.ID == r.ID || !slicesHas(into.Standing.Moderation, Submitted, Reviewing, SupplementRequested, Accepted) {
		return fault.Wrap(fault.Conflict, ErrNotMergeable, "petition")
	}
	return nil
}

// ErrNotMergeable is in the chain of the error when the other petition cannot
// take over: it is the same one, or has ended.
var ErrNotMergeable = errors.New("nothing can be merged with that one")

// decide makes a decision on a proposal that the moderator holds.
func (p *Petitions) decide(ctx context.Context, staff, id string, m Move, d Decision) error {
	who, err := p.staff(ctx, staff, RoleModerator)
	if err != nil {
		return err
	}
	d, link, err := p.prepare(m, d)
	if err != nil {
		return err
	}
	return p.changeOnce(ctx, id, d.Key, func(tx *db.Tx, r *record, once string) error {
		if err := p.mayDecide(ctx, tx, *r, who, m, d); err != nil {
			return err
		}
		before := r.Standing.Moderation
		n := note{code: d.Code, words: d.Words, silent: d.WordsHidden, link: link, once: once}
		if _, err := p.act(ctx, tx, r, m, who.as(RoleModerator), n); err != nil {
			return err
		}
		switch m {
		case MoveReject:
			r.Target = d.Service
		case MoveMerge:
			r.Target = d.Into
		}
		r.Code, r.LockedBy, r.LockedAt = d.Code, "", time.Time{}
		r.UndoFrom, r.UndoUntil = "", time.Time{}
		if before != Reviewing {
			return p.tellAuthor(ctx, tx, *r)
		}
		r.UndoFrom, r.UndoUntil = before, tx.Now.Add(p.undoTime())
		return nil
	})
}

// Undo takes back a decision within ten minutes; nobody outside has seen it.
// The moderator holds the proposal again, and the form's key is free again.
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
			UPDATE petition_event SET undone = 1, once = id WHERE petition = $1 AND at >= $2 AND move IN ('supplement-requested','accepted','rejected','hidden','merged')`,
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
// before it is published. key is the form's own, or "".
func (p *Petitions) Reopen(ctx context.Context, staff, id, said, key string) error {
	who, err := p.staff(ctx, staff, RoleModerator)
	if err != nil {
		return err
	}
	return p.changeOnce(ctx, id, key, func(tx *db.Tx, r *record, once string) error {
		if r.undoable(tx.Now) {
			return fault.New(fault.Conflict, "petition: undo the decision instead")
		}
		_, err := p.act(ctx, tx, r, MoveReopen, who.as(RoleModerator), note{words: said, once: once})
		r.Code, r.Target, r.ReadyAt, r.Ends = "", "", tx.Now, time.Time{}
		r.LockedBy, r.LockedAt = who.ID, tx.Now
		return err
	})
}

// Remove takes a petition away for good: its page answers 410. The record
// remains with the board. key is the form's own, or "".
func (p *Petitions) Remove(ctx context.Context, staff, id, said, key string) error {
	who, err := p.staff(ctx, staff, RoleSteward)
	if err != nil {
		return err
	}
	return p.changeOnce(ctx, id, key, func(tx *db.Tx, r *record, once string) error {
		_, err := p.act(ctx, tx, r, MoveRemove, who.as(RoleSteward), note{words: said, silent: true, once: once})
		r.LockedBy, r.UndoFrom, r.UndoUntil = "", "", time.Time{}
		return err
	})
}
