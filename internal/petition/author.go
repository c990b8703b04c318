package petition

import (
	"context"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// Own is a proposal as its proposer sees it through the management link.
type Own struct {
	ID       string
	Registry string
	At       time.Time
	Standing Standing
	Text     Text
	Version  int
	Code     string
	// MaySupplement, MayWithdraw: what can be done now.
	MaySupplement bool
	MayWithdraw   bool
	Mail          bool // a confirmed address is kept
	Events        []Event
}

// Manage shows a proposal to its proposer.
func (p *Petitions) Manage(ctx context.Context, secret string) (Own, error) {
	var own Own
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := byLink(ctx, tx, linkManage, secret)
		if err != nil {
			return err
		}
		if own, err = p.own(ctx, tx, r); err != nil {
			return err
		}
		return nil
	})
	return own, err
}

func (p *Petitions) own(ctx context.Context, tx *db.Tx, r record) (Own, error) {
	text, err := p.text(ctx, tx, r, r.Version)
	if err != nil {
		return Own{}, err
	}
	// a decision that can still be undone is not told yet
	if r.undoable(tx.Now) {
		r.Standing.Moderation, r.Code = r.UndoFrom, ""
	}
	own := Own{ID: r.ID, Registry: r.Registry, At: r.ReceivedAt, Standing: r.Standing, Text: text, Version: r.Version, Code: r.Code}
	own.MaySupplement = legal(MoveSupplement, r.Standing, RoleProposer)
	own.MayWithdraw = legal(MoveWithdraw, r.Standing, RoleProposer)
	address, err := p.authorAddress(ctx, tx, r)
	if err != nil {
		return Own{}, err
	}
	own.Mail = address != ""
	all, err := p.events(ctx, tx, r, false)
	if err != nil {
		return Own{}, err
	}
	for _, e := range all {
		if p.toldToProposer(e, r, tx.Now) {
			e.Staff = ""
			own.Events = append(own.Events, e)
		}
	}
	return own, nil
}

// toldToProposer: what is public, the requests to supplement and their answers,
// and nothing that may still be undone.
func (p *Petitions) toldToProposer(e Event, r record, now time.Time) bool {
	if e.Undone || p.unsettled(e, r, now) {
		return false
	}
	return e.Public || e.Move == MoveAskMore || e.Move == MoveSupplement || e.Move == MoveConfirm
}

func legal(m Move, s Standing, by Role) bool {
	t, ok := transition(m)
	return ok && t.Legal(s, by)
}

// manage runs fn on the proposal that a management link leads to.
func (p *Petitions) manage(ctx context.Context, secret string, fn func(tx *db.Tx, r *record) error) error {
	err := p.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		r, err := byLink(ctx, tx, linkManage, secret)
		if err != nil {
			return err
		}
		if err := fn(tx, &r); err != nil {
			return err
		}
		return p.save(ctx, tx, r)
	})
	if err == nil {
		p.opt.Outbox.Wake()
	}
	return err
}

// Supplement replaces the text while nobody is reading it. The earlier one is
// kept. version is the one that was changed.
//
// Faults: NotFound, Gone, Invalid, TooLarge, Conflict (being read, or decided).
func (p *Petitions) Supplement(ctx context.Context, secret string, version int, t Text) error {
	if t.tooLarge(p.set) {
		return fault.New(fault.TooLarge, "petition: the proposal is too large")
	}
	t, remarks := t.check(p.set)
	if len(remarks) > 0 {
		return refuse(remarks...)
	}
	return p.manage(ctx, secret, func(tx *db.Tx, r *record) error {
		if r.Version != version || r.undoable(tx.Now) {
			return fault.New(fault.Conflict, "petition: the text has changed since")
		}
		r.Version++
		if r.Standing.Moderation == SupplementRequested {
			r.ReadyAt = tx.Now // the clock began again
		}
		if _, err := p.act(ctx, tx, r, MoveSupplement, theProposer, note{}); err != nil {
			return err
		}
		r.LockedBy, r.UndoFrom, r.UndoUntil = "", "", time.Time{}
		return p.putText(ctx, tx, *r, t)
	})
}

// Withdraw takes a proposal back; while votes are taken it ends the voting
// without a result. The record remains.
func (p *Petitions) Withdraw(ctx context.Context, secret string) error {
	return p.manage(ctx, secret, func(tx *db.Tx, r *record) error {
		_, err := p.act(ctx, tx, r, MoveWithdraw, theProposer, note{code: CodeWithdrawn})
		r.Code, r.LockedBy, r.UndoFrom, r.UndoUntil = CodeWithdrawn, "", "", time.Time{}
		return err
	})
}

// Rotate makes a new management link and ends all earlier ones.
func (p *Petitions) Rotate(ctx context.Context, secret string) (string, error) {
	var fresh string
	err := p.manage(ctx, secret, func(tx *db.Tx, r *record) error {
		if _, err := tx.Exec(ctx, `DELETE FROM petition_link WHERE petition = $1 AND kind = $2`, r.ID, linkManage); err != nil {
			return err
		}
		var err error
		if fresh, err = newLink(ctx, tx, r.ID, linkManage, time.Time{}); err != nil {
			return err
		}
		return p.trace(ctx, tx, r, auditAction(MoveConfirm), theProposer, "link-rotated", nil)
	})
	return fresh, err
}

// ForgetMail erases the proposer's address at their wish.
func (p *Petitions) ForgetMail(ctx context.Context, secret string) error {
	return p.manage(ctx, secret, func(tx *db.Tx, r *record) error {
		if _, err := tx.Exec(ctx, `DELETE FROM petition_author WHERE petition = $1`, r.ID); err != nil {
			return err
		}
		return p.trace(ctx, tx, r, auditAction(MoveErase), theProposer, "address", nil)
	})
}
