package ballot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

const (
	tidyLease = "petition tidy"
	leaseFor  = 10 * time.Minute
	fewRows   = 100_000 // below it rows are rewritten hourly, else nightly
	hourly    = time.Hour
	nightly   = 24 * time.Hour

	// StepEvery is the shortest time between two changes of the public count.
	StepEvery = time.Minute
	// Floor is the count below which only "fewer than" is shown.
	Floor = 5
)

// Tidied is what a run of Tidy did.
type Tidied struct {
	NotMine   bool // another node has the lease
	Days      int  // petitions that have come to another day
	Shown     int  // public counts that moved
	Rewritten int
	Recounted int
	Drifting  []string // petitions whose rows do not match their count: an alarm
}

// Tidy ends days, moves the public counts, rewrites rows in key order where it is time,
// and recounts nightly. Run it every minute on every node; one works. A
// petition that fails stops no other.
func (b *Box) Tidy(ctx context.Context, step int64) (Tidied, error) {
	var done Tidied
	mine, err := b.o.DB.Lease(ctx, tidyLease, leaseFor)
	if err != nil || !mine {
		return Tidied{NotMine: err == nil}, err
	}
	var open []Ballot
	var now time.Time
	err = b.o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		now = tx.Now
		open, err = All(ctx, tx, true)
		return err
	})
	if err != nil {
		return done, err
	}
	var failed error
	for _, one := range open {
		if err := b.tidyOne(ctx, one, now, step, &done); err != nil {
			failed = errors.Join(failed, fmt.Errorf("ballot: tidy: %w", err))
		}
	}
	return done, failed
}

func (b *Box) tidyOne(ctx context.Context, one Ballot, now time.Time, step int64, done *Tidied) error {
	today, err := one.today(now)
	if err != nil {
		return err
	}
	if one.Day != today { // before the count moves: it was public until now
		if err := b.endDay(ctx, one.ID); err != nil {
			return err
		}
		done.Days++
	}
	if shown := stepped(one.Count(), step); shown != one.Shown && now.Sub(one.ShownAt) >= StepEvery {
		if err := b.show(ctx, one.ID, shown); err != nil {
			return err
		}
		done.Shown++
	}
	every := hourly
	if one.Count() >= fewRows {
		every = nightly
	}
	if one.Changed > 0 && now.Sub(one.Rewritten) >= every {
		if err := b.Rewrite(ctx, one.ID); err != nil {
			return err
		}
		done.Rewritten++
	}
	drift := one.Drift
	if now.Sub(one.Recounted) >= nightly {
		var err error
		if drift, err = b.Recount(ctx, one.ID); err != nil {
			return err
		}
		done.Recounted++
	}
	if drift != 0 {
		done.Drifting = append(done.Drifting, one.ID)
	}
	return nil
}

// stepped rounds down to the step, so that no single vote moves the number.
func stepped(n, step int64) int64 {
	if step > 1 {
		n -= n % step
	}
	return n
}

func (b *Box) show(ctx context.Context, petition string, shown int64) error {
	return b.o.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE petition_ballot SET shown = $2, shown_at = $3 WHERE id = $1`, petition, shown, db.Millis(tx.Now))
		return err
	})
}

// PublicCount is what may be shown of a running count (petitions.md §2.2).
type PublicCount struct {
	Count int64     // rounded down to the step
	Few   bool      // fewer than Floor: show only that
	At    time.Time // when the number last moved; it can move again StepEvery later
}

// Public gives the count that may be shown.
func (b Ballot) Public() PublicCount {
	if b.Shown < Floor {
		return PublicCount{Few: true, At: b.ShownAt}
	}
	return PublicCount{Count: b.Shown, At: b.ShownAt}
}

// Recount compares the rows with the running count and keeps the difference.
// Anything but 0 is an alarm; the rows are what counts at closing.
func (b *Box) Recount(ctx context.Context, petition string) (drift int64, err error) {
	err = b.o.DB.Read(ctx, func(tx *db.Tx) error {
		one, err := Load(ctx, tx, petition)
		if err != nil {
			return err
		}
		rows, err := Rows(ctx, tx, petition)
		drift = rows - one.Count()
		return err
	})
	if err != nil {
		return 0, err
	}
	return drift, b.o.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE petition_ballot SET drift = $2, recounted_at = $3 WHERE id = $1`, petition, drift, db.Millis(tx.Now))
		return err
	})
}

// Rewrite copies a petition's rows into a new table in key order, drops the old
// one and empties the journal, so that nothing in the files tells the order in
// which votes came (I-10). Votes wait meanwhile.
func (b *Box) Rewrite(ctx context.Context, petition string) error {
	return Rewrite(ctx, b.o.DB, petition)
}

// Rewrite is Box.Rewrite for those without a box.
func Rewrite(ctx context.Context, d *db.DB, petition string) error {
	err := d.Tx(ctx, func(tx *db.Tx) error {
		if _, err := lock(ctx, tx, petition); err != nil {
			return err
		}
		there, err := Exists(ctx, tx, petition)
		if err != nil {
			return err
		}
		if !there {
			return fault.New(fault.Gone, "ballot: the rows are gone")
		}
		if err := copyInOrder(ctx, tx, table(petition)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE petition_ballot SET rewritten_at = $2, rewritten_after = accepted + withdrawn WHERE id = $1`,
			petition, db.Millis(tx.Now))
		return err
	})
	if err != nil {
		return err
	}
	return d.Checkpoint(ctx)
}

func copyInOrder(ctx context.Context, tx *db.Tx, name string) error {
	fresh := name + "_new"
	steps := []string{
		`DROP TABLE IF EXISTS ` + fresh,
		`CREATE TABLE ` + fresh + ` (nullifier BLOB NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID`,
		`INSERT INTO ` + fresh + ` (nullifier) SELECT nullifier FROM ` + name + ` ORDER BY nullifier`,
		`DROP TABLE ` + name,
		`ALTER TABLE ` + fresh + ` RENAME TO ` + name,
	}
	if tx.Engine() == db.Postgres {
		steps = []string{
			`DROP TABLE IF EXISTS ` + fresh,
			`LOCK TABLE ` + name + ` IN ACCESS EXCLUSIVE MODE`,
			`CREATE TABLE ` + fresh + ` AS SELECT nullifier FROM ` + name + ` ORDER BY nullifier`,
			`ALTER TABLE ` + fresh + ` ALTER COLUMN nullifier SET STATISTICS 0`,
			`ALTER TABLE ` + fresh + ` ADD PRIMARY KEY (nullifier)`,
			`DROP TABLE ` + name,
			`ALTER TABLE ` + fresh + ` RENAME TO ` + name,
		}
	}
	for _, step := range steps {
		if _, err := tx.Exec(ctx, step); err != nil {
			return err
		}
	}
	return nil
}
