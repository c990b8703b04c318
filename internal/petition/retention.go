package petition

import (
	"context"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/retention"
)

// Retention is what this package destroys, and when. The proposals themselves
// are the board's records: its records plan disposes of them, not these rules.
func (p *Petitions) Retention() []retention.Rule {
	days := func(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
	return []retention.Rule{
		// counts of network addresses: when their day, and its key, has passed
		p.rule("petition network addresses", func(now time.Time) (string, any) {
			return `DELETE FROM petition_rate WHERE day < $1`, dayOfRate(now)
		}),
		p.rule("petition unconfirmed proposers", func(now time.Time) (string, any) {
			return `DELETE FROM petition_author WHERE confirmed_at = 0 AND expires_at <= $1`, db.Millis(now)
		}),
		p.rule("petition unconfirmed followers", func(now time.Time) (string, any) {
			return `DELETE FROM petition_follow WHERE confirmed_at = 0 AND expires_at <= $1`, db.Millis(now)
		}),
		p.rule("petition proposers", func(now time.Time) (string, any) {
			return `DELETE FROM petition_author WHERE petition IN (SELECT id FROM petition WHERE ended_at > 0 AND ended_at <= $1)`,
				db.Millis(now.Add(-days(p.set.AuthorDays)))
		}),
		p.rule("petition followers", func(now time.Time) (string, any) {
			return `DELETE FROM petition_follow WHERE petition IN (SELECT id FROM petition WHERE ended_at > 0 AND ended_at <= $1)`,
				db.Millis(now.Add(-days(p.set.FollowersDays)))
		}),
		p.rule("petition links", func(now time.Time) (string, any) {
			return `DELETE FROM petition_link WHERE expires_at > 0 AND expires_at <= $1`, db.Millis(now)
		}),
		p.rule("petition management links", func(now time.Time) (string, any) {
			return `DELETE FROM petition_link WHERE petition IN (SELECT id FROM petition WHERE ended_at > 0 AND ended_at <= $1)`,
				db.Millis(now.Add(-days(p.set.AuthorDays)))
		}),
	}
}

func (p *Petitions) rule(name string, statement func(now time.Time) (string, any)) retention.Rule {
	return retention.Rule{Name: name, Purge: func(ctx context.Context, now time.Time) (int, error) {
		var gone int64
		err := p.opt.DB.Tx(ctx, func(tx *db.Tx) error {
			query, arg := statement(now)
			var err error
			gone, err = tx.Exec(ctx, query, arg)
			return err
		})
		return int(gone), err
	}}
}
