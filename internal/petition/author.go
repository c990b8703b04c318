package petition

import (
	"context"
	"encoding/base64"
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
	Mail          bool   // a confirmed address is kept
	MailAsked     bool   // an address is kept that has not confirmed itself yet
	Public        bool   // everyone sees at least that it is there
	MergedInto    string // id of the petition that goes on, when everyone sees it
	Events        []Event
}

// Written are the words that somebody wrote about an event; "" when they are
// the ones that every such event has.
func (e Event) Written() string {
	if e.Words == plainWords(e.Move, note{code: e.Code}) {
		return ""
	}
	return e.Words
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
	seen, err := visibility(r, p.set, tx.Now)
	// a decision that can still be undone is not told yet
	if r.undoable(tx.Now) {
		r.Standing.Moderation, r.Code = r.UndoFrom, ""
	}
	own := Own{ID: r.ID, Registry: r.Registry, At: r.ReceivedAt, Standing: r.Standing, Text: text, Version: r.Version, Code: r.Code,
		Public: err == nil && seen != nothing}
	own.MaySupplement = legal(MoveSupplement, r.Standing, RoleProposer)
	own.MayWithdraw = legal(MoveWithdraw, r.Standing, RoleProposer)
	if own.Standing.Moderation == Merged {
		if own.MergedInto, err = p.mergedInto(ctx, tx, r); err != nil {
			return Own{}, err
		}
	}
	address, err := p.authorAddress(ctx, tx, r)
	if err != nil {
		return Own{}, err
	}
	own.Mail = address != ""
	if own.MailAsked, err = mailAsked(ctx, tx, r); err != nil {
		return Own{}, err
	}
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

// mergedInto is the petition that a merged one goes on as; "" while that one is
// not shown to everyone.
func (p *Petitions) mergedInto(ctx context.Context, tx *db.Tx, r record) (string, error) {
	into, err := load(ctx, tx, r.Target)
	if err != nil {
		return "", err
	}
	if v, err := visibility(into, p.set, tx.Now); err != nil || v != full {
		return "", nil
	}
	return into.ID, nil
}

// mailAsked: an address waits to be confirmed.
func mailAsked(ctx context.Context, tx *db.Tx, r record) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM petition_author WHERE petition = $1 AND confirmed_at = 0 AND expires_at > $2`, r.ID, db.Millis(tx.Now)).Scan(&n)
	return n > 0, err
}

// senderMail tells whether the proposer's address is kept, confirmed or not.
func senderMail(ctx context.Context, tx *db.Tx, r record) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM petition_author WHERE petition = $1`, r.ID).Scan(&n)
	return n > 0, err
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

// NewSecret is a secret for Rotate.
func NewSecret() string { return newSecret() }

// Rotate makes next the management link and ends all earlier ones. next comes
// from NewSecret and was shown to the proposer before: whoever asks twice, or
// never gets the answer, has not lost the proposal.
//
// Faults: NotFound, Invalid (next is no such secret).
func (p *Petitions) Rotate(ctx context.Context, secret, next string) error {
	if raw, err := base64.RawURLEncoding.DecodeString(next); err != nil || len(raw) != secretSize || next == secret {
		return fault.New(fault.Invalid, "petition: not a new secret")
	}
	err := p.manage(ctx, secret, func(tx *db.Tx, r *record) error {
		if _, err := tx.Exec(ctx, `DELETE FROM petition_link WHERE petition = $1 AND kind = $2`, r.ID, linkManage); err != nil {
			return err
		}
		if err := putLink(ctx, tx, r.ID, linkManage, next, time.Time{}); err != nil {
			return err
		}
		return p.trace(ctx, tx, r, auditAction(MoveConfirm), theProposer, "link-rotated", nil)
	})
	if fault.Is(err, fault.NotFound) { // asked before, perhaps
		_, err = p.Manage(ctx, next)
	}
	return err
}

// ForgetMail erases the proposer's address at their wish.
func (p *Petitions) ForgetMail(ctx context.Context, secret string) error {
	return p.manage(ctx, secret, func(tx *db.Tx, r *record) error { return p.forgetAuthor(ctx, tx, r) })
}

// forgetAuthor erases the proposer's address, if there is one.
func (p *Petitions) forgetAuthor(ctx context.Context, tx *db.Tx, r *record) error {
	n, err := tx.Exec(ctx, `DELETE FROM petition_author WHERE petition = $1`, r.ID)
	if err != nil || n == 0 {
		return err
	}
	return p.trace(ctx, tx, r, auditAction(MoveErase), theProposer, "address", nil)
}
