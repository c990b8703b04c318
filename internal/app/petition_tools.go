package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/ballot"
)

// ImportPetitions takes petitions over from another system (P-02, P-03) and
// writes what it did, or what hinders it.
func ImportPetitions(ctx context.Context, cfg config.Config, m config.Municipality, source, format string, dry bool, in io.Reader, out io.Writer) error {
	if !m.Petitions.Configured() {
		return fault.New(fault.Invalid, "%s has no e-petitions in its configuration", m.ID)
	}
	cfg.Municipalities = []config.Municipality{m}
	a, err := New(ctx, cfg, Options{Clock: clock.System(), Log: slog.New(slog.DiscardHandler), Idle: true})
	if err != nil {
		return stopFirst(err, "stop the server, import, and start it again")
	}
	defer a.Close()
	report, err := a.towns[0].petitions.life.Import(ctx, source, in, format, dry)
	for _, f := range report.Faults {
		fmt.Fprintf(out, "%s\n", f)
	}
	if report.More > 0 {
		fmt.Fprintf(out, "and %d more\n", report.More)
	}
	for _, n := range report.Notes {
		fmt.Fprintf(out, "note: %s\n", n)
	}
	if err != nil {
		return err
	}
	done := "taken"
	if dry {
		done = "would be taken"
	}
	fmt.Fprintf(out, "%d read, %d %s, %d there already (%d of them differ and were left), %d addresses lead on, %d wait to be published\n",
		report.Read, report.Taken, done, report.Already, len(report.Differ), report.Redirects, report.Open)
	return nil
}

// RewriteVotes puts the rows of all petitions that take votes in the order of
// their codes, beside a running server: before a dump (I-10).
func RewriteVotes(ctx context.Context, cfg config.Config, m config.Municipality, out io.Writer) error {
	o, err := open(ctx, cfg, m, false)
	if err != nil {
		return stopFirst(err, "the server puts them in order by itself, and a copy by backup is in that order")
	}
	var open []ballot.Ballot
	err = o.db.Read(ctx, func(tx *db.Tx) (err error) {
		open, err = ballot.All(ctx, tx, true)
		return err
	})
	for _, b := range open {
		err = errors.Join(err, ballot.Rewrite(ctx, o.db, b.ID))
	}
	if err := errors.Join(err, o.db.Close()); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: the votes on %d petitions are in the order of their codes\n", m.ID, len(open))
	return nil
}

// stopFirst says what to do where one process at a time holds the database:
// where it is SQLite's.
func stopFirst(err error, advice string) error {
	if fault.Is(err, fault.Conflict) {
		return fault.Wrap(fault.Conflict, err, advice)
	}
	return err
}
