package petition

import (
	"context"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// MaxWords is how much a member of staff may write in one place, in
// characters.
const MaxWords = maxWords

// CheckWords tells what is wrong with words of a member of staff before
// anything is done that they belong to. Nothing is missing when they are empty.
func CheckWords(said string) error {
	_, err := words(said)
	return err
}

// maxKey is the longest key of a form, in bytes.
const maxKey = 64

// changeOnce is change for a form that has a key of its own: sent again it
// changes nothing. once is for the event that the form leads to.
func (p *Petitions) changeOnce(ctx context.Context, id, key string, fn func(tx *db.Tx, r *record, once string) error) error {
	if len(key) > maxKey {
		return fault.New(fault.Invalid, "petition: the key of a form is too long")
	}
	return p.change(ctx, id, func(tx *db.Tx, r *record) error {
		if key == "" {
			return fn(tx, r, "")
		}
		once := onceOf("desk", id+"|"+key)
		if known, err := seen(ctx, tx, once); err != nil || known {
			return err
		}
		return fn(tx, r, once)
	})
}

// lastEvent is the number of the last thing that happened.
func lastEvent(ctx context.Context, tx *db.Tx, id string) (seq int, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(max(seq), 0) FROM petition_event WHERE petition = $1`, id).Scan(&seq)
	return seq, err
}

// Last is the number of the last event on the sheet; see Step.Seen.
func (s Sheet) Last() int {
	if len(s.Events) == 0 {
		return 0
	}
	return s.Events[len(s.Events)-1].Seq
}

// ClosesAt is when a petition would close that opens at a moment.
func (p *Petitions) ClosesAt(d Duration, opens time.Time) time.Time { return d.ClosesAt(opens, p.zone) }

// Counts are how many proposals each choice of the queue lists.
func (p *Petitions) Counts(ctx context.Context, staff string) (map[Show]int, error) {
	if _, err := p.staff(ctx, staff, RoleModerator, RoleHandler, RoleSteward); err != nil {
		return nil, err
	}
	counts := map[Show]int{}
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		clear(counts)
		for show, where := range queues {
			var n int
			before := tx.Now
			if show == ShowOverdue { // near overdue, by midnights in Sweden
				y, m, d := tx.Now.In(p.zone).Date()
				before = time.Date(y, m, d-p.set.NearDays+1, 0, 0, 0, 0, p.zone).Add(-time.Millisecond)
			}
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM petition WHERE `+where, db.Millis(before)).Scan(&n); err != nil {
				return err
			}
			counts[show] = n
		}
		return nil
	})
	return counts, err
}

// Find gives the id of the petition with a registry number.
//
// Faults: Forbidden, NotFound.
func (p *Petitions) Find(ctx context.Context, staff, registry string) (string, error) {
	if _, err := p.staff(ctx, staff, RoleModerator, RoleHandler, RoleSteward); err != nil {
		return "", err
	}
	if _, code := clean(registry, maxReference, false); code != "" {
		return "", errNone
	}
	var r record
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) (err error) {
		r, err = scan(tx.QueryRow(ctx, `SELECT `+columns+` FROM petition WHERE registry = $1`, registry))
		return err
	})
	return r.ID, err
}

// Titles are what petitions are called, for staff; those that are not there
// are left out.
func (p *Petitions) Titles(ctx context.Context, staff string, ids []string) (map[string]QueueItem, error) {
	if _, err := p.staff(ctx, staff, RoleModerator, RoleHandler, RoleSteward); err != nil {
		return nil, err
	}
	found := map[string]QueueItem{}
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		clear(found)
		for _, id := range ids {
			r, err := load(ctx, tx, id)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err == nil {
				found[id], err = p.queueItem(ctx, tx, r)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

// Steward lets a steward do something to the voting, and puts in the audit log
// who it was before it is done. petition may be "": all of them, or none.
func (p *Petitions) Steward(ctx context.Context, staff, petition, act string, do func(ctx context.Context) error) error {
	who, err := p.staff(ctx, staff, RoleSteward)
	if err != nil {
		return err
	}
	err = p.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		r := record{Board: p.set.Board}
		if petition != "" {
			if r, err = load(ctx, tx, petition); err != nil {
				return err
			}
		}
		return p.trace(ctx, tx, &r, audit.Decided, who.as(RoleSteward), act, nil)
	})
	if err != nil {
		return err
	}
	return do(ctx)
}
