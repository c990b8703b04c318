// Package retention destroys what has reached its day, and leaves evidence
// that it did, without content (I-7, M-90, M-120).
//
// A run goes in this order: the keys of ended slots, then each step's rows by
// that step's rules, then evidence in the audit log, then a checkpoint that
// empties the journal of what was deleted. Keys first, so that what the rows
// held is unreadable everywhere even if the rest fails.
//
// Runs are driven by what the data say is due, never by a planned date: one
// that was missed is made up for by the next. That an overdue thing is never
// shown does not hang on this job: every read filters on the time.
//
// # States of a run
//
// not mine (another node has the lease) · paused (the clock has jumped:
// nothing may be destroyed on a wrong date) · done, perhaps with rules that
// failed and are tried again next time.
//
// It owns the table retention_run and no term: the board's settings do.
package retention

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
)

const (
	leaseName = "retention"
	leaseFor  = 10 * time.Minute
	// copiesKept is how long the copy that a migration left beside a SQLite
	// database may stay.
	copiesKept = 7 * 24 * time.Hour
)

// Rule is one step's way to destroy what is due.
type Rule struct {
	// Name says what is destroyed, as a code: "drafts", "fetched answers".
	Name string
	// Purge destroys what is due at now and tells how many things it was. It
	// is idempotent and may take several transactions.
	Purge func(ctx context.Context, now time.Time) (int, error)
}

// Erased is what one rule did.
type Erased struct {
	Rule  string
	Count int
}

// Report is what a run did.
type Report struct {
	NotMine bool // another node has the lease
	Paused  bool // the clock has jumped; nothing was destroyed
	Keys    int  // short-lived keys destroyed
	Copies  int  // migration copies removed
	Erased  []Erased
}

// Job is one municipality's retention.
type Job struct {
	db    *db.DB
	ring  *keyring.Ring
	audit *audit.Log
	clock clock.Clock
	rules []Rule
}

// New is the job with the rules that the steps give. A clock that is a
// *clock.Steady can pause it.
func New(d *db.DB, ring *keyring.Ring, log *audit.Log, c clock.Clock, rules ...Rule) *Job {
	return &Job{db: d, ring: ring, audit: log, clock: c, rules: rules}
}

// Run destroys what is due. It goes on past a rule that fails, and returns all
// failures together. Run it every few minutes on every node.
func (j *Job) Run(ctx context.Context) (Report, error) {
	now, ok := clock.Settled(j.clock)
	if !ok {
		return Report{Paused: true}, nil
	}
	mine, err := j.db.Lease(ctx, leaseName, leaseFor)
	if err != nil || !mine {
		return Report{NotMine: err == nil}, err
	}
	var report Report
	var failed error
	report.Keys, err = j.ring.DestroyDue(now)
	failed = errors.Join(failed, j.evidence(ctx, now, "keys", report.Keys, err))
	for _, rule := range j.rules {
		n, err := purge(ctx, rule, now)
		report.Erased = append(report.Erased, Erased{Rule: rule.Name, Count: n})
		failed = errors.Join(failed, j.evidence(ctx, now, rule.Name, n, err))
	}
	report.Copies, err = j.db.RemoveCopies(now.Add(-copiesKept))
	failed = errors.Join(failed, j.evidence(ctx, now, "migration copies", report.Copies, err))
	return report, errors.Join(failed, j.db.Checkpoint(ctx))
}

// LastRun is when a rule last ran to its end; the zero time when none has. It
// is never written while the clock has jumped.
func LastRun(ctx context.Context, d *db.DB) (time.Time, error) {
	var last int64
	err := d.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT COALESCE(max(ran_at), 0) FROM retention_run`).Scan(&last)
	})
	if err != nil || last == 0 {
		return time.Time{}, err
	}
	return db.Time(last), nil
}

// purge runs one rule; a panic in it is its failure, not the job's.
func purge(ctx context.Context, rule Rule, now time.Time) (n int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.New(fault.Internal, "the rule panicked")
		}
	}()
	return rule.Purge(ctx, now)
}

// evidence writes down that a rule ran and how much it destroyed, whether or
// not it failed halfway, and gives back its failure.
func (j *Job) evidence(ctx context.Context, now time.Time, rule string, n int, failure error) error {
	err := j.db.Tx(ctx, func(tx *db.Tx) error {
		if failure == nil {
			if _, err := tx.Exec(ctx, `
				INSERT INTO retention_run (rule, ran_at, erased) VALUES ($1, $2, $3)
				ON CONFLICT (rule) DO UPDATE SET ran_at = excluded.ran_at, erased = retention_run.erased + excluded.erased`,
				rule, db.Millis(now), n); err != nil {
				return err
			}
		}
		if n == 0 && failure == nil {
			return nil
		}
		outcome := "done"
		if failure != nil {
			outcome = "failed"
		}
		return j.audit.Write(ctx, tx, audit.Event{
			Action: audit.Erased, Actor: audit.System, Category: rule, Outcome: outcome,
			Details: map[string]string{"count": strconv.Itoa(n)},
		})
	})
	if failure != nil {
		failure = fmt.Errorf("retention: %s: %w", rule, failure)
	}
	return errors.Join(failure, err)
}
