package casework

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/db"
)

// What a person reaches of the cases they are a party of. The person comes
// from the login (I-1); another person's case is not found, like a missing
// one.

// CaseSummary is a case in the person's list.
type CaseSummary struct {
	ID, Reference   string
	Board, EService string
	Month           string
	State           State
	Outcome         Outcome // empty until decided
	ReceivedAt      time.Time
	DecidedAt       time.Time
	// YourTurn: something is asked for, at the latest on DueDay.
	YourTurn bool
	DueDay   string
	// Unread messages.
	Unread int
	// Scope is the person's part: full or read.
	Scope string
}

// PartyCase is a case as its party sees it.
type PartyCase struct {
	CaseSummary
	Events      []Event
	Supplements []Supplement
	Messages    []Message
	// Record are journal entries that are not secret (M-69).
	Record []Note
}

// ForParty lists the person's cases, newest first (M-72).
func (c *Casework) ForParty(ctx context.Context, person pnr.Number) ([]CaseSummary, error) {
	if person.IsZero() {
		return nil, nil
	}
	var out []CaseSummary
	err := c.opt.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		parts, err := partyCases(ctx, tx, c.person(person))
		if err != nil {
			return err
		}
		for _, id := range sortedKeys(parts) {
			if !parts[id].in(c.day(tx.Now)) {
				continue
			}
			m, err := loadMatter(ctx, tx, id)
			if err != nil {
				return err
			}
			s, err := summarise(ctx, tx, m, parts[id])
			if err != nil {
				return err
			}
			out = append(out, s)
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b CaseSummary) int { return b.ReceivedAt.Compare(a.ReceivedAt) })
	return out, err
}

func summarise(ctx context.Context, tx *db.Tx, m matter, p party) (CaseSummary, error) {
	s := CaseSummary{ID: m.ID, Reference: m.Reference, Board: m.Board, EService: m.EService, Month: m.Month, State: m.State,
		Outcome: m.Outcome, ReceivedAt: m.ReceivedAt, DecidedAt: m.DecidedAt, Scope: p.Scope}
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM casework_message WHERE case_id=$1 AND read_at IS NULL`, m.ID).Scan(&s.Unread); err != nil {
		return s, err
	}
	if m.State != StateSupplement {
		return s, nil
	}
	var due sql.NullString
	err := tx.QueryRow(ctx, `SELECT min(due_day) FROM casework_supplement WHERE case_id=$1 AND answered_at IS NULL`, m.ID).Scan(&due)
	s.YourTurn, s.DueDay = due.Valid, due.String
	return s, err
}

// OfParty gives one case to its party.
func (c *Casework) OfParty(ctx context.Context, person pnr.Number, caseID string) (PartyCase, error) {
	var out PartyCase
	err := c.opt.DB.Read(ctx, func(tx *db.Tx) error {
		m, err := c.asParty(ctx, tx, person, caseID, false)
		if err != nil {
			return err
		}
		p, err := loadParty(ctx, tx, m.ID, c.person(person))
		if err != nil {
			return err
		}
		if out.CaseSummary, err = summarise(ctx, tx, m, p); err != nil {
			return err
		}
		if out.Events, err = loadEvents(ctx, tx, m.ID, true); err != nil {
			return err
		}
		if out.Supplements, err = c.loadSupplements(ctx, tx, m); err != nil {
			return err
		}
		for i := range out.Supplements {
			s := &out.Supplements[i]
			s.Staff, s.Open = "", s.Open && p.Scope == scopeFull
		}
		if out.Messages, err = c.loadMessages(ctx, tx, m); err != nil {
			return err
		}
		if out.Record, err = c.loadNotes(ctx, tx, m, true); err != nil {
			return err
		}
		for i := range out.Record {
			out.Record[i].Staff = ""
		}
		return nil
	})
	return out, err
}

// Events gives what has happened in a case, newest first (M-95).
func (c *Casework) Events(ctx context.Context, person pnr.Number, caseID string) ([]Event, error) {
	var out []Event
	err := c.opt.DB.Read(ctx, func(tx *db.Tx) error {
		m, err := c.asParty(ctx, tx, person, caseID, false)
		if err != nil {
			return err
		}
		out, err = loadEvents(ctx, tx, m.ID, true)
		return err
	})
	return out, err
}

// CaseOfSubmission finds the case of the person's own submission. It is not
// found until the outbox has handed the submission on.
func (c *Casework) CaseOfSubmission(ctx context.Context, person pnr.Number, submissionID string) (string, error) {
	var id string
	err := c.opt.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := listMatters(ctx, tx, `submission_id=$1`, submissionID)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return errNoCase
		}
		m, err := c.asParty(ctx, tx, person, all[0].ID, false)
		id = m.ID
		return err
	})
	return id, err
}

// Decision gives the decision with its frozen calculation. When a party first
// reads it is noted: from that day the time to appeal runs.
func (c *Casework) Decision(ctx context.Context, person pnr.Number, caseID string) (Decision, error) {
	var d Decision
	err := c.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		m, err := c.asParty(ctx, tx, person, caseID, false)
		if err != nil {
			return err
		}
		if d, err = c.loadDecision(ctx, tx, m); err != nil || !d.NoticedAt.IsZero() {
			return err
		}
		d.NoticedAt = tx.Now
		if _, err := tx.Exec(ctx, `UPDATE casework_decision SET noticed_at=$2 WHERE case_id=$1`, m.ID, db.Millis(tx.Now)); err != nil {
			return err
		}
		if err := happen(ctx, tx, m.ID, EventNoticed, "", ""); err != nil {
			return err
		}
		who := c.opt.Audit.Actor(person)
		return c.opt.Audit.Write(ctx, tx, audit.Event{Action: audit.Presented, Actor: who, Subject: who, Board: m.Board, Case: m.ID,
			Category: "decision", Details: map[string]string{"decision": d.ID}})
	})
	return d, err
}

// ReadMessages marks a case's messages as read by the person.
func (c *Casework) ReadMessages(ctx context.Context, person pnr.Number, caseID string) error {
	return c.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		m, err := c.asParty(ctx, tx, person, caseID, false)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE casework_message SET read_at=$2 WHERE case_id=$1 AND read_at IS NULL`, m.ID, db.Millis(tx.Now))
		return err
	})
}
