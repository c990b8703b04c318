package petition

import (
	"context"
	"net/netip"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// How often someone proposes is counted by a keyed hash of the network
// address, with a key that changes each day, in steps of ten minutes (P-18).
// The rows of a day go when the day has: until then the municipality could,
// with its master key, try addresses against them; nothing joins them to a
// proposal but the ten minutes.
const bucketSize = 10 * time.Minute

const ratePurpose = "petition rate " // and the day: a key of its own

var errOften = fault.New(fault.TooMany, "petition: more often than the limit")

// dayOfRate is the UTC day whose key is used.
func dayOfRate(at time.Time) string { return at.UTC().Format(time.DateOnly) }

// count notes one use of a kind by a value and tells whether the limits hold. A
// limit of 0 is none.
func (p *Petitions) count(ctx context.Context, tx *db.Tx, kind, value string, perBucket, perDay int) error {
	day := dayOfRate(tx.Now)
	person := p.opt.Ring.Pseudonym(ratePurpose+day, kind+"|"+value)
	bucket := tx.Now.UnixMilli() / bucketSize.Milliseconds()
	if _, err := tx.Exec(ctx, `
		INSERT INTO petition_rate (day, person, bucket, n) VALUES ($1, $2, $3, 1)
		ON CONFLICT (day, person, bucket) DO UPDATE SET n = petition_rate.n + 1`, day, person, bucket); err != nil {
		return err
	}
	var now, all int
	if err := tx.QueryRow(ctx, `
		SELECT CAST(COALESCE(sum(CASE WHEN bucket = $3 THEN n ELSE 0 END), 0) AS BIGINT), CAST(COALESCE(sum(n), 0) AS BIGINT)
		FROM petition_rate WHERE day = $1 AND person = $2`, day, person, bucket).Scan(&now, &all); err != nil {
		return err
	}
	if perBucket > 0 && now > perBucket || perDay > 0 && all > perDay {
		return errOften
	}
	return nil
}

// network is the part of an address that one subscriber holds: the whole of an
// IPv4 address, 64 bits of an IPv6 address. What is no address counts as one.
func network(from string) string {
	a, err := netip.ParseAddr(from)
	if err != nil {
		return "unknown"
	}
	a = a.Unmap().WithZone("")
	if a.Is6() {
		prefix, err := a.Prefix(64)
		if err == nil {
			return prefix.String()
		}
	}
	return a.String()
}
