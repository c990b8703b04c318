package casework

import (
	"context"
	"strconv"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/submission"
	"medborgarnavet/plugin"
)

// CaseFile is everything an officer needs to handle a case.
type CaseFile struct {
	QueueItem
	// Record is the application as it was handed in.
	Record submission.Record
	// BoardName is the authority's.
	BoardName string
	// Entries are what the officer has entered, at Version.
	Entries map[string]plugin.Entry
	Version int64
	SavedAt time.Time
	// Worksheet is the calculation now, or the frozen one once decided. It
	// is nil when it cannot be made.
	Worksheet      *plugin.Worksheet
	CarriedOverOre *int64
	Earlier        []MonthDecision
	Supplements    []Supplement
	Messages       []Message
	Notes          []Note
	Communications []Communication
	Events         []Event
	Decision       *Decision
	// MayDecide: the officer is a decider of the board.
	MayDecide bool
	// NextDueDay is the last day that a new supplement request would get.
	NextDueDay string
}

// Open gives a case to an officer who is assigned to it. That it was read is
// put in the audit log each time (M-70); the first reading opens the case.
//
// Faults: NotFound (no such case, or not assigned), Forbidden (not staff, or
// a case of the officer's own).
func (c *Casework) Open(ctx context.Context, officer, caseID string) (CaseFile, error) {
	var staff Staff
	var m matter
	err := c.asOfficer(ctx, officer, caseID, func(tx *db.Tx, s Staff, found matter) error {
		staff, m = s, found
		return c.noteReading(ctx, tx, s, &m)
	})
	if err != nil {
		return CaseFile{}, err
	}
	rec, err := c.opt.Submissions.Load(ctx, m.Submission)
	if err != nil {
		return CaseFile{}, err
	}
	f, s, err := c.gather(ctx, m, rec)
	if err != nil {
		return CaseFile{}, err
	}
	f.MayDecide = staff.Has(m.Board, RoleDecider)
	f.Entries, f.Version, f.SavedAt = s.Entries, s.Version, s.SavedAt
	if f.Decision != nil {
		f.Worksheet = f.Decision.Worksheet
		return f, nil
	}
	w, err := c.calculate(ctx, rec, s, f.Earlier)
	if err == nil {
		f.Worksheet = &w
	}
	return f, nil
}

// noteReading leaves the traces of a reading, and opens a new case.
func (c *Casework) noteReading(ctx context.Context, tx *db.Tx, s Staff, m *matter) error {
	if m.OpenedAt.IsZero() {
		if err := happen(ctx, tx, m.ID, EventOpened, s.ID, ""); err != nil {
			return err
		}
	}
	lately, err := readLately(ctx, tx, m.ID, s.ID)
	if err != nil {
		return err
	}
	if !lately {
		if err := happen(ctx, tx, m.ID, EventRead, s.ID, ""); err != nil {
			return err
		}
	}
	if err := setRead(ctx, tx, m.ID); err != nil {
		return err
	}
	if m.State == StateReceived {
		if err := setState(ctx, tx, m.ID, StateOpened); err != nil {
			return err
		}
		m.State = StateOpened
	}
	m.OpenedAt = tx.Now
	return c.trace(ctx, tx, audit.Accessed, s, *m, "case", nil)
}

// trace writes an event of an officer's in the audit log.
func (c *Casework) trace(ctx context.Context, tx *db.Tx, action string, s Staff, m matter, category string, details map[string]string) error {
	var h head
	if err := c.open(m.Board, "case", m.ID, m.head, &h); err != nil {
		return err
	}
	applicant, err := pnr.ParseLenient(h.Person, tx.Now)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "the applicant of a case")
	}
	return c.opt.Audit.Write(ctx, tx, audit.Event{Action: action, Actor: s.actor, Subject: c.opt.Audit.Actor(applicant),
		Board: m.Board, Case: m.ID, Category: category, Details: details})
}

// gather reads what a case holds.
func (c *Casework) gather(ctx context.Context, m matter, rec submission.Record) (CaseFile, sheet, error) {
	f := CaseFile{Record: rec}
	board, err := c.opt.Board(m.Board)
	if err != nil {
		return f, sheet{}, err
	}
	f.BoardName, f.NextDueDay = board.Name, c.dueDay(c.opt.Clock.Now(), board)
	var s sheet
	err = c.opt.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if f.QueueItem, err = c.queueItem(m, wait{}, tx.Now); err != nil {
			return err
		}
		if s, err = c.loadSheet(ctx, tx, m); err != nil {
			return err
		}
		if f.Earlier, err = c.earlier(ctx, tx, m, rec); err != nil {
			return err
		}
		f.CarriedOverOre = carriedOver(m.Month, f.Earlier)
		if f.Supplements, err = c.loadSupplements(ctx, tx, m); err != nil {
			return err
		}
		if f.Messages, err = c.loadMessages(ctx, tx, m); err != nil {
			return err
		}
		if f.Notes, err = c.loadNotes(ctx, tx, m, false); err != nil {
			return err
		}
		if f.Communications, err = c.loadCommunications(ctx, tx, m); err != nil {
			return err
		}
		if f.Events, err = loadEvents(ctx, tx, m.ID, false); err != nil {
			return err
		}
		d, err := c.loadDecision(ctx, tx, m)
		if err == nil {
			f.Decision = &d
		}
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	})
	return f, s, err
}

// Document gives a supporting document of the application or of an answer.
func (c *Casework) Document(ctx context.Context, officer, caseID, fileID string) (name, mediaType string, data []byte, err error) {
	var m matter
	var answer bool
	err = c.asOfficer(ctx, officer, caseID, func(tx *db.Tx, s Staff, found matter) error {
		m = found
		var err error
		name, mediaType, data, err = c.answerFile(ctx, tx, m, fileID)
		answer = err == nil
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err := happen(ctx, tx, m.ID, EventDownloaded, s.ID, ""); err != nil {
			return err
		}
		return c.trace(ctx, tx, audit.Accessed, s, m, "document", map[string]string{"file": fileID})
	})
	if err != nil || answer {
		return name, mediaType, data, err
	}
	return c.opt.Submissions.File(ctx, m.Submission, fileID)
}

// Export gives the application as it was handed in, for a system that goes on
// with it by machine (M-05). It is a disclosure and logged as such.
func (c *Casework) Export(ctx context.Context, officer, caseID string) (submission.Record, error) {
	var m matter
	err := c.asOfficer(ctx, officer, caseID, func(tx *db.Tx, s Staff, found matter) error {
		m = found
		if err := happen(ctx, tx, m.ID, EventExported, s.ID, ""); err != nil {
			return err
		}
		return c.trace(ctx, tx, audit.Disclosed, s, m, "submission", map[string]string{"submission": m.Submission})
	})
	if err != nil {
		return submission.Record{}, err
	}
	return c.opt.Submissions.Load(ctx, m.Submission)
}

// SaveEntries stores what the officer has entered on the calculation's lines.
// version is that of the entries that the officer saw: when someone has saved
// since, it is fault.Conflict and nothing is stored, so that the page can
// show what was typed beside what stands there now.
func (c *Casework) SaveEntries(ctx context.Context, officer, caseID string, version int64, entries map[string]plugin.Entry) error {
	if err := checkEntries(entries); err != nil {
		return err
	}
	return c.asOfficer(ctx, officer, caseID, func(tx *db.Tx, s Staff, m matter) error {
		if m.State.ended() {
			return fault.New(fault.Conflict, "the case is decided")
		}
		have, err := c.loadSheet(ctx, tx, m)
		switch {
		case err != nil:
			return err
		case sameEntries(have.Entries, entries):
			return nil // a second press of the button
		case have.Version != version:
			return fault.New(fault.Conflict, "someone has saved the calculation since")
		}
		if err := c.putSheet(ctx, tx, m, version, s.ID, entries); err != nil {
			return err
		}
		if err := happen(ctx, tx, m.ID, EventEntered, s.ID, ""); err != nil {
			return err
		}
		return c.trace(ctx, tx, audit.Recorded, s, m, "worksheet", map[string]string{"lines": strconv.Itoa(len(entries))})
	})
}

const maxLines = 500

func checkEntries(entries map[string]plugin.Entry) error {
	if len(entries) > maxLines {
		return fault.New(fault.TooMany, "too many lines")
	}
	for key, e := range entries {
		if len(key) > 200 || tooLong(e.Reason, MaxReason) {
			return fault.New(fault.TooLarge, "a line's key or reason is too long")
		}
		if e.AmountOre != nil && (*e.AmountOre < 0 || *e.AmountOre > maxAmountOre) {
			return fault.New(fault.Invalid, "an amount is negative or too large")
		}
	}
	return nil
}

func sameEntries(a, b map[string]plugin.Entry) bool {
	if len(a) != len(b) {
		return false
	}
	for key, x := range a {
		y, ok := b[key]
		if !ok || x.Reason != y.Reason || (x.AmountOre == nil) != (y.AmountOre == nil) ||
			x.AmountOre != nil && *x.AmountOre != *y.AmountOre {
			return false
		}
	}
	return true
}
