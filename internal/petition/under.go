package petition

import (
	"context"
	"time"

	"medborgarnavet/internal/db"
)

// Under is a petition whose voting has been opened and is not over: its
// identities are not erased yet.
type Under struct {
	ID       string
	Voting   State
	ClosesAt time.Time
}

// UnderVote lists them, so that those that take votes can be held against what
// the public is told.
func (p *Petitions) UnderVote(ctx context.Context) ([]Under, error) {
	var all []Under
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		rows, err := tx.Query(ctx, `SELECT id, voting, closes_at FROM petition
			WHERE voting IN ('open', 'paused', 'closing', 'counted', 'stopped') ORDER BY id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var u Under
			var closes int64
			if err := rows.Scan(&u.ID, &u.Voting, &closes); err != nil {
				return err
			}
			u.ClosesAt = db.Time(closes)
			all = append(all, u)
		}
		return rows.Err()
	})
	return all, err
}

// ChangedSince lists the events since a moment of the machine's clock, each with
// the petition that it happened to, so that pages that were prepared before can
// be taken away.
func (p *Petitions) ChangedSince(ctx context.Context, since time.Time) (map[string]string, error) {
	all := map[string]string{}
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		clear(all)
		rows, err := tx.Query(ctx, `SELECT id, petition FROM petition_event WHERE id >= $1`, db.FirstID(since))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var event, id string
			if err := rows.Scan(&event, &id); err != nil {
				return err
			}
			all[event] = id
		}
		return rows.Err()
	})
	return all, err
}
