package petition

import (
	"context"
	"errors"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// Force puts a petition where a test wants it.
func (p *Petitions) Force(ctx context.Context, id string, s Standing) error {
	return p.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE petition SET moderation = $2, voting = $3, outcome = $4 WHERE id = $1`,
			id, string(s.Moderation), string(s.Voting), string(s.Outcome))
		return err
	})
}

// Tried is what a move did before it was rolled back.
type Tried struct {
	After          Standing
	Events, Audits int
	Err            error
}

var errRollBack = errors.New("rolled back by the test")

// Try makes a move and rolls it back.
func (p *Petitions) Try(ctx context.Context, id string, m Move, by Role) (Tried, error) {
	var done Tried
	err := p.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		r, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		events, audits, err := rowsOf(ctx, tx)
		if err != nil {
			return err
		}
		_, done.Err = p.act(ctx, tx, &r, m, actor{role: by}, note{})
		if done.Err != nil {
			done.After = r.Standing
			return errRollBack
		}
		if err := p.save(ctx, tx, r); err != nil {
			return err
		}
		if r, err = load(ctx, tx, id); err != nil {
			return err
		}
		done.After = r.Standing
		afterEvents, afterAudits, err := rowsOf(ctx, tx)
		if err != nil {
			return err
		}
		done.Events, done.Audits = afterEvents-events, afterAudits-audits
		return errRollBack
	})
	if errors.Is(err, errRollBack) {
		err = nil
	}
	return done, err
}

func rowsOf(ctx context.Context, tx *db.Tx) (events, audits int, err error) {
	err = tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM petition_event), (SELECT count(*) FROM audit_row)`).Scan(&events, &audits)
	return events, audits, err
}

// Refused tells which of the moves are not a Conflict, in a transaction that
// is rolled back.
func (p *Petitions) Refused(ctx context.Context, id string, moves []Transition) (wrong []Move, err error) {
	err = p.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		wrong = nil
		for _, t := range moves {
			r, err := load(ctx, tx, id)
			if err != nil {
				return err
			}
			before := r.Standing
			if _, err := p.act(ctx, tx, &r, t.Move, actor{role: t.By[0]}, note{}); !fault.Is(err, fault.Conflict) || r.Standing != before {
				wrong = append(wrong, t.Move)
			}
		}
		events, audits, err := rowsOf(ctx, tx)
		if err == nil && (events != 1 || audits != 1) { // those of the receipt
			wrong = append(wrong, "something was written")
		}
		return errors.Join(err, errRollBack)
	})
	if errors.Is(err, errRollBack) {
		err = nil
	}
	return wrong, err
}

// After is where a legal move leads.
func (t Transition) After(s Standing) Standing { return t.after(s) }

// Stems is what the index keeps of a text.
func Stems(text string) []string { return stems(text) }

// Clean is how a text is put in order.
func Clean(s string, most int, lines bool) (string, string) { return clean(s, most, lines) }

// AllModeration are the states of moderation.
func AllModeration() []State { return allModeration() }
