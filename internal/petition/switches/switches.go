// Package switches turns parts of the e-petition service off and on while it
// runs, so that a part in trouble does not take the rest with it (petitions.md
// §1.1, §3 rule 3).
//
// It owns the table petition_switch and the names of the switches. What a
// switch that is off means is for the page or job that asks On; that voting is
// held and its lost time given back is closing's.
//
// # States of a switch
//
// on → off, with words for visitors → on. Each change is in the audit log.
// On asks memory alone. Before the first reading everything is on; while the
// database is away, what was last known holds.
package switches

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// Name is the name of a switch.
type Name string

// The switches.
const (
	Propose   Name = "propose"   // new proposals
	Vote      Name = "vote"      // voting and taking a vote back
	Follow    Name = "follow"    // to begin following by e-mail
	Search    Name = "search"    // the search, and similar proposals while writing
	Graph     Name = "graph"     // the graph of progress
	Districts Name = "districts" // figures for districts
	OpenData  Name = "opendata"  // the interface for programs
	Mail      Name = "mail"      // letters about petitions; they wait
)

// Names are all switches, in the order they are shown.
func Names() []Name {
	return []Name{Propose, Vote, Follow, Search, Graph, Districts, OpenData, Mail}
}

const (
	// refreshEvery is how soon the other nodes know of a change.
	refreshEvery = 5 * time.Second
	maxWords     = 300
)

// Switch is a feature and whether it is on.
type Switch struct {
	Name  Name
	On    bool
	Since time.Time // of the last change; zero when it was never changed
	Words string    // what visitors are told while it is off
}

// Switches are one municipality's. Safe for concurrent use.
type Switches struct {
	db    *db.DB
	audit *audit.Log
	clock clock.Clock
	known atomic.Pointer[map[Name]Switch]
	read  atomic.Int64 // when the database was last read, 0 = never

	refreshing sync.Mutex // an older reading must not replace a newer one
}

// New has everything on and reads nothing yet.
func New(d *db.DB, log *audit.Log, c clock.Clock) *Switches {
	s := &Switches{db: d, audit: log, clock: c}
	s.known.Store(&map[Name]Switch{})
	return s
}

// On tells whether a feature is on, from memory. A name that is no switch's is
// never on.
func (s *Switches) On(n Name) bool {
	if !slices.Contains(Names(), n) {
		return false
	}
	sw, changed := (*s.known.Load())[n]
	return !changed || sw.On
}

// All are the switches as they are known, in the order of Names.
func (s *Switches) All() []Switch {
	known := *s.known.Load()
	all := make([]Switch, 0, len(Names()))
	for _, n := range Names() {
		sw, changed := known[n]
		if !changed {
			sw = Switch{Name: n, On: true}
		}
		all = append(all, sw)
	}
	return all
}

// Read is when the database was last read; zero when it never was.
func (s *Switches) Read() time.Time {
	ms := s.read.Load()
	if ms == 0 {
		return time.Time{}
	}
	return db.Time(ms)
}

// Refresh reads the database. When it is away, what was known stays.
func (s *Switches) Refresh(ctx context.Context) error {
	s.refreshing.Lock()
	defer s.refreshing.Unlock()
	known := make(map[Name]Switch)
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		clear(known)
		rows, err := tx.Query(ctx, `SELECT name, lit, since, words FROM petition_switch`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var sw Switch
			var lit, since int64
			if err := rows.Scan(&sw.Name, &lit, &since, &sw.Words); err != nil {
				return err
			}
			sw.On, sw.Since = lit == 1, db.Time(since)
			known[sw.Name] = sw
		}
		return rows.Err()
	})
	if err != nil {
		return err
	}
	s.known.Store(&known)
	s.read.Store(db.Millis(s.clock.Now()))
	return nil
}

// Run refreshes until the context ends. Failures are left for the next time:
// what was last known holds.
func (s *Switches) Run(ctx context.Context) {
	tick := time.NewTicker(refreshEvery)
	defer tick.Stop()
	for {
		_ = s.Refresh(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Set turns a switch. staffActor is the audit log's pseudonym of who did it;
// words are what visitors read while it is off, and are needed then. A switch
// that stands so already, with the same words, is left alone.
func (s *Switches) Set(ctx context.Context, staffActor string, n Name, on bool, words string) error {
	words = strings.TrimSpace(words)
	switch {
	case !slices.Contains(Names(), n):
		return fault.New(fault.NotFound, "switches: there is no such switch")
	case !on && words == "":
		return fault.New(fault.Invalid, "switches: visitors must be told why something is off")
	case !utf8.ValidString(words) || utf8.RuneCountInString(words) > maxWords || strings.ContainsFunc(words, unicode.IsControl):
		return fault.New(fault.Invalid, "switches: the words are at most %d characters on one line", maxWords)
	}
	if on {
		words = ""
	}
	var set Switch
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		set = Switch{Name: n, On: on, Since: tx.Now, Words: words}
		return s.store(ctx, tx, staffActor, set)
	})
	if err != nil {
		return err
	}
	return s.Refresh(ctx)
}

// store writes a change and its record, if it is one.
func (s *Switches) store(ctx context.Context, tx *db.Tx, staffActor string, set Switch) error {
	statement := `
		INSERT INTO petition_switch (name, lit, since, words) VALUES ($1, 0, $2, $3)
		ON CONFLICT (name) DO UPDATE SET lit = 0, words = excluded.words,
		  since = CASE WHEN petition_switch.lit = 0 THEN petition_switch.since ELSE excluded.since END
		WHERE petition_switch.lit = 1 OR petition_switch.words <> excluded.words`
	outcome := "off"
	if set.On { // one that was never changed is on already
		statement = `UPDATE petition_switch SET lit = 1, since = $2, words = $3 WHERE name = $1 AND lit = 0`
		outcome = "on"
	}
	changed, err := tx.Exec(ctx, statement, string(set.Name), db.Millis(set.Since), set.Words)
	if err != nil || changed == 0 {
		return err
	}
	return s.audit.Write(ctx, tx, audit.Event{Action: audit.Configured, Actor: staffActor, Category: "petition switch",
		Outcome: outcome, Details: map[string]string{"switch": string(set.Name)}})
}

// Off are the switches that are off now, for banners and the status page.
func (s *Switches) Off() []Switch {
	return slices.DeleteFunc(s.All(), func(sw Switch) bool { return sw.On })
}
