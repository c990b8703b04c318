package casework

import (
	"context"
	"strings"
	"unicode/utf8"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// What an officer writes in a case. Each takes a key from NewKey that the
// form carried: sending the same twice counts once.

// TooLong tells whether a text has more than MaxText characters, read as it
// would be stored.
func TooLong(s string) bool {
	return tooLong(strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")), MaxText)
}

func tooLong(s string, characters int) bool {
	return len(s) > 4*characters || utf8.RuneCountInString(s) > characters
}

// written trims a text and refuses none and too much.
func written(s string) (string, error) {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	switch {
	case s == "":
		return "", fault.New(fault.Invalid, "the text is empty")
	case tooLong(s, MaxText):
		return "", fault.New(fault.TooLarge, "the text is too long")
	}
	return s, nil
}

// WriteNote puts a note in the case. A secret one is kept from the party.
func (c *Casework) WriteNote(ctx context.Context, officer, caseID, key string, kind NoteKind, secret bool, note string) error {
	note, err := written(note)
	if err != nil {
		return err
	}
	if kind != NoteJournal && kind != NoteWorking {
		return fault.New(fault.Invalid, "no such kind of note")
	}
	return c.asOfficer(ctx, officer, caseID, func(tx *db.Tx, s Staff, m matter) error {
		id := db.NewID()
		sealed, err := c.seal(m.Board, "note", id, text{note})
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `INSERT INTO casework_note (id, case_id, kind, secret, at, staff, once, sealed)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8) ON CONFLICT (once) DO NOTHING`,
			id, m.ID, string(kind), asInt(secret), db.Millis(tx.Now), s.ID, c.once("note", m.ID, key, string(kind), note), sealed)
		if err != nil || n == 0 {
			return err
		}
		if err := happen(ctx, tx, m.ID, EventNoted, s.ID, ""); err != nil {
			return err
		}
		return c.trace(ctx, tx, audit.Recorded, s, m, "note", map[string]string{"note": id, "kind": string(kind)})
	})
}

// SendMessage writes to the person. All that is told outside the login is
// NoticeText.
func (c *Casework) SendMessage(ctx context.Context, officer, caseID, key, message string) error {
	message, err := written(message)
	if err != nil {
		return err
	}
	return c.asOfficer(ctx, officer, caseID, func(tx *db.Tx, s Staff, m matter) error {
		board, err := c.opt.Board(m.Board)
		if err != nil {
			return err
		}
		id := db.NewID()
		sealed, err := c.seal(m.Board, "message", id, wrote{Text: message, From: s.Name + ", " + board.Name})
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `INSERT INTO casework_message (id, case_id, at, staff, once, sealed)
			VALUES ($1,$2,$3,$4,$5,$6) ON CONFLICT (once) DO NOTHING`,
			id, m.ID, db.Millis(tx.Now), s.ID, c.once("message", m.ID, key, message), sealed)
		if err != nil || n == 0 {
			return err
		}
		if err := happen(ctx, tx, m.ID, EventMessage, s.ID, ""); err != nil {
			return err
		}
		return c.trace(ctx, tx, audit.Messaged, s, m, "message", map[string]string{"message": id})
	})
}

// RequestSupplement asks the person for something, to be sent in at the
// latest on a day ("2006-01-02"; empty = the board's usual time).
func (c *Casework) RequestSupplement(ctx context.Context, officer, caseID, key string, items []string, more, dueDay string) error {
	ask, err := checkAsked(items, more)
	if err != nil {
		return err
	}
	return c.asOfficer(ctx, officer, caseID, func(tx *db.Tx, s Staff, m matter) error {
		board, err := c.opt.Board(m.Board)
		if err != nil {
			return err
		}
		due := dueDay
		if due == "" {
			due = c.dueDay(tx.Now, board)
		}
		if !isDay(due) || due <= c.day(tx.Now) || due > c.day(tx.Now.AddDate(1, 0, 0)) {
			return fault.New(fault.Invalid, "the last day must be a day to come, within a year")
		}
		x := Supplement{ID: db.NewID(), DueDay: due, Staff: s.ID}
		once := c.once(append([]string{"supplement", m.ID, key, ask.Text, due}, ask.Items...)...)
		if isNew, err := c.putSupplement(ctx, tx, m, x, ask, once); err != nil || !isNew {
			return err
		}
		return c.trace(ctx, tx, audit.Messaged, s, m, "supplement", map[string]string{"due": due})
	})
}

func checkAsked(items []string, more string) (asked, error) {
	ask := asked{Text: strings.TrimSpace(strings.ReplaceAll(more, "\r\n", "\n"))}
	for _, item := range items {
		if item = strings.TrimSpace(item); item != "" {
			ask.Items = append(ask.Items, item)
		}
		if tooLong(item, 500) {
			return ask, fault.New(fault.TooLarge, "one of the things is too long")
		}
	}
	switch {
	case len(ask.Items) == 0:
		return ask, fault.New(fault.Invalid, "nothing is asked for")
	case len(ask.Items) > maxItems || tooLong(ask.Text, MaxText):
		return ask, fault.New(fault.TooLarge, "too much is asked for at once")
	}
	return ask, nil
}

// RecordCommunication puts on record that the party has been given what
// matters with a time to answer, has answered, or why it was not done
// (25 § förvaltningslagen, M-63).
func (c *Casework) RecordCommunication(ctx context.Context, officer, caseID, key string, x Communication) error {
	reason, err := written(x.Text)
	if err != nil {
		return err
	}
	if err := x.check(c.Today()); err != nil {
		return err
	}
	return c.asOfficer(ctx, officer, caseID, func(tx *db.Tx, s Staff, m matter) error {
		if m.State.ended() {
			return fault.New(fault.Conflict, "the case is decided")
		}
		id := db.NewID()
		sealed, err := c.seal(m.Board, "communication", id, text{reason})
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `INSERT INTO casework_communication (id, case_id, kind, on_day, reply_by, at, staff, once, sealed)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT (once) DO NOTHING`, id, m.ID, string(x.Kind), x.Day, x.ReplyBy,
			db.Millis(tx.Now), s.ID, c.once("communication", m.ID, key, string(x.Kind), x.Day, x.ReplyBy, reason), sealed)
		if err != nil || n == 0 {
			return err
		}
		kind := map[CommunicationKind]EventKind{Communicated: EventCommunicated, Replied: EventReplied, Excepted: EventExcepted}[x.Kind]
		if err := happen(ctx, tx, m.ID, kind, s.ID, x.ReplyBy); err != nil {
			return err
		}
		return c.trace(ctx, tx, audit.Recorded, s, m, "communication", map[string]string{"kind": string(x.Kind), "day": x.Day})
	})
}

// check refuses dates that cannot be. It completes nothing.
func (x Communication) check(today string) error {
	switch x.Kind {
	case Excepted:
		if x.Day != "" || x.ReplyBy != "" {
			return fault.New(fault.Invalid, "an exception has no day")
		}
		return nil
	case Communicated, Replied:
	default:
		return fault.New(fault.Invalid, "no such kind of communication")
	}
	if !isDay(x.Day) || x.Day > today {
		return fault.New(fault.Invalid, "the day must be one that has come")
	}
	if x.Kind == Communicated && (!isDay(x.ReplyBy) || x.ReplyBy < x.Day) || x.Kind == Replied && x.ReplyBy != "" {
		return fault.New(fault.Invalid, "the last day to answer must be on or after the day itself")
	}
	return nil
}

// heard tells whether the party has had its say, or need not have: an answer
// or an exception is on record, or the time to answer has run out.
func heard(list []Communication, today string) bool {
	for _, x := range list {
		if x.Kind != Communicated || x.ReplyBy < today {
			return true
		}
	}
	return false
}

// Close ends a decided case: nothing more happens in it.
func (c *Casework) Close(ctx context.Context, officer, caseID string) error {
	return c.asOfficer(ctx, officer, caseID, func(tx *db.Tx, s Staff, m matter) error {
		if m.State == StateClosed {
			return nil
		}
		if err := m.State.next(StateClosed); err != nil {
			return err
		}
		if err := setState(ctx, tx, m.ID, StateClosed); err != nil {
			return err
		}
		if err := happen(ctx, tx, m.ID, EventClosed, s.ID, ""); err != nil {
			return err
		}
		return c.trace(ctx, tx, audit.Recorded, s, m, "case", map[string]string{"state": string(StateClosed)})
	})
}
