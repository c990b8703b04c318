package db

import (
	"context"
	"time"
)

// leaseSlack is how far nodes' clocks may differ.
const leaseSlack = time.Minute

// Lease takes, or keeps, the lease on a scheduled job for ttl, so that of all
// nodes one runs it. It is false when another opened database holds it. The
// holder calls it again before ttl has passed to keep it; a holder that dies
// loses it when ttl has passed. Nodes' clocks must agree within seconds: a
// lease that runs on for longer than ttl is of a clock that was wrong, and is
// nobody's.
//
// A lease makes double work rare, not impossible: jobs are idempotent.
func (d *DB) Lease(ctx context.Context, name string, ttl time.Duration) (bool, error) {
	var held int64
	err := d.Tx(ctx, func(tx *Tx) (err error) {
		held, err = tx.Exec(ctx, `
			INSERT INTO lease (name, holder, until) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
			WHERE lease.holder = excluded.holder OR lease.until <= $4 OR lease.until > $5`,
			name, d.holder, Millis(tx.Now.Add(ttl)), Millis(tx.Now), Millis(tx.Now.Add(ttl+leaseSlack)))
		return err
	})
	return held == 1, err
}

// Release gives a lease back before its time. Releasing one that another holds
// does nothing.
func (d *DB) Release(ctx context.Context, name string) error {
	return d.Tx(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM lease WHERE name = $1 AND holder = $2`, name, d.holder)
		return err
	})
}
