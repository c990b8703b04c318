package extract

import (
	"context"
	"slices"
	"time"

	"medborgarnavet/internal/audit"
)

// Entry is one event of the audit log that is about the person, or that the
// person has caused. It names no officer: who an officer is behind a pseudonym
// is the board's to tell.
type Entry struct {
	At time.Time
	// Action is one of package audit's.
	Action string
	By     By
	// Board is the id of the authority, or empty.
	Board string
}

// By is who did it.
type By string

const (
	You    By = "you"
	Staff  By = "staff"
	System By = "system"
)

// untold is what the trail leaves out: that a note was written in the case,
// which may be one that is kept secret from the party (M-69), and that answers
// were shown as they came in to the one who fetched them. The fetch is told,
// and how many times they were shown hangs on how the agencies answered, which
// nobody may read out of the page of a person with protected data (I-4).
func untold(r audit.Record) bool {
	return r.Action == audit.Recorded && r.Category == "note" || r.Action == audit.Presented && r.Category == "fetched"
}

// trail reads the log about a person.
func (m *Maker) trail(ctx context.Context, who string) ([]Entry, error) {
	// The log's times have milliseconds: what was written just now is in it.
	end := m.opt.Clock.Now().Add(time.Second)
	about, err := all(func(from time.Time) ([]audit.Record, error) { return m.opt.Audit.BySubject(ctx, who, from, end) })
	if err != nil {
		return nil, err
	}
	own, err := all(func(from time.Time) ([]audit.Record, error) { return m.opt.Audit.ByActor(ctx, who, from, end) })
	if err != nil {
		return nil, err
	}
	var out []Entry
	for _, r := range about {
		if untold(r) {
			continue
		}
		by := Staff
		switch r.Actor {
		case who:
			by = You
		case audit.System, "":
			by = System
		}
		out = append(out, Entry{At: r.At, Action: r.Action, By: by, Board: r.Board})
	}
	for _, r := range own { // logins have no subject: who it was is who did it
		if r.Subject == "" && r.Category == "citizen" && (r.Action == audit.Login || r.Action == audit.Logout) {
			out = append(out, Entry{At: r.At, Action: r.Action, By: You})
		}
	}
	slices.SortStableFunc(out, func(a, b Entry) int { return b.At.Compare(a.At) })
	return out, nil
}

// all reads on where one reading of the log ended: it is bounded. Where a
// reading brings nothing new there is no more.
func all(read func(from time.Time) ([]audit.Record, error)) ([]audit.Record, error) {
	var out []audit.Record
	seen := map[string]bool{}
	for from := time.UnixMilli(0); ; {
		page, err := read(from)
		if err != nil {
			return nil, err
		}
		before := len(out)
		for _, r := range page {
			if !seen[r.ID] {
				seen[r.ID] = true
				out = append(out, r)
			}
		}
		if len(out) == before {
			return out, nil
		}
		from = out[len(out)-1].At
	}
}
