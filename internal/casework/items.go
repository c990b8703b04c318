package casework

import (
	"context"
	"database/sql"
	"time"

	"medborgarnavet/internal/db"
)

// What is written in a case, besides the decision: requests and answers,
// messages, notes and communications, with their reading.

// Supplement is a request for what is missing, with what came of it.
type Supplement struct {
	ID      string
	AskedAt time.Time
	// DueDay is the last day to answer.
	DueDay string
	// Items are what is asked for, Text more about it.
	Items []string
	Text  string
	// Staff asked, by id; empty when the application itself did.
	Staff      string
	AnsweredAt time.Time
	Answers    []Answer
	// Open: an answer can still be added. FilesLeft is how many files.
	Open      bool
	FilesLeft int
}

// asked is the sealed part of a supplement.
type asked struct {
	Items []string `json:"items"`
	Text  string   `json:"text,omitempty"`
}

// Answer is what a person sent in.
type Answer struct {
	ID    string
	At    time.Time
	Text  string
	Files []AnswerFile
}

// AnswerFile is a document of an answer, without its content.
type AnswerFile struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"`
}

// answered is the sealed part of an answer.
type answered struct {
	Text  string       `json:"text,omitempty"`
	Files []AnswerFile `json:"files,omitempty"`
}

// Message is what the board has written to the person.
type Message struct {
	ID     string
	At     time.Time
	Text   string
	Unread bool
	// From is the officer's name and the board's.
	From string
}

// wrote is the sealed part of a message.
type wrote struct {
	Text string `json:"text"`
	From string `json:"from"`
}

// NoteKind tells case record from working note.
type NoteKind string

const (
	// NoteJournal is a fact that must be documented: part of the file, and
	// the party's to read unless it is marked secret.
	NoteJournal NoteKind = "journal"
	// NoteWorking is the officer's own memory and never leaves the desk.
	NoteWorking NoteKind = "working"
)

// Note is a journal entry or a working note.
type Note struct {
	ID   string
	Kind NoteKind
	// Secret: another person's data, or a reporter's. It is not shown to
	// the party (M-69).
	Secret bool
	At     time.Time
	Staff  string
	Text   string
}

// CommunicationKind is what is on record about 25 § förvaltningslagen.
type CommunicationKind string

const (
	Communicated CommunicationKind = "communicated" // the party got what matters, and a time to answer
	Replied      CommunicationKind = "answered"     // the party has answered
	Excepted     CommunicationKind = "exception"    // it was not done, and why
)

// Communication is one record of it (M-63).
type Communication struct {
	ID   string
	Kind CommunicationKind
	// Day is when it happened; ReplyBy the last day to answer.
	Day, ReplyBy string
	// Text is what was communicated or answered, or the exception's reason.
	Text  string
	At    time.Time
	Staff string
}

type text struct {
	Text string `json:"text"`
}

func (c *Casework) loadSupplements(ctx context.Context, tx *db.Tx, m matter) ([]Supplement, error) {
	answers, err := c.loadAnswers(ctx, tx, m)
	if err != nil {
		return nil, err
	}
	return collect(ctx, tx, func(row scanner) (Supplement, error) {
		var s Supplement
		var at int64
		var done sql.NullInt64
		var sealed []byte
		if err := row.Scan(&s.ID, &at, &s.DueDay, &done, &s.Staff, &sealed); err != nil {
			return s, err
		}
		var a asked
		if err := c.open(m.Board, "supplement", s.ID, sealed, &a); err != nil {
			return s, err
		}
		s.AskedAt, s.AnsweredAt, s.Items, s.Text, s.Answers = db.Time(at), timeOf(done), a.Items, a.Text, answers[s.ID]
		s.FilesLeft = MaxFiles
		for _, x := range s.Answers {
			s.FilesLeft -= len(x.Files)
		}
		s.Open = !m.State.ended()
		return s, nil
	}, `SELECT id, asked_at, due_day, answered_at, staff, sealed FROM casework_supplement WHERE case_id=$1
		ORDER BY asked_at DESC, id DESC LIMIT 100`, m.ID)
}

// loadAnswers gives a case's answers by supplement, oldest first.
func (c *Casework) loadAnswers(ctx context.Context, tx *db.Tx, m matter) (map[string][]Answer, error) {
	type row struct {
		supplement string
		a          Answer
	}
	rows, err := collect(ctx, tx, func(s scanner) (r row, err error) {
		var at int64
		var sealed []byte
		if err := s.Scan(&r.a.ID, &r.supplement, &at, &sealed); err != nil {
			return r, err
		}
		var x answered
		if err := c.open(m.Board, "answer", r.a.ID, sealed, &x); err != nil {
			return r, err
		}
		r.a.At, r.a.Text, r.a.Files = db.Time(at), x.Text, x.Files
		return r, nil
	}, `SELECT id, supplement_id, at, sealed FROM casework_answer WHERE case_id=$1 ORDER BY at, id LIMIT 500`, m.ID)
	out := map[string][]Answer{}
	for _, r := range rows {
		out[r.supplement] = append(out[r.supplement], r.a)
	}
	return out, err
}

func (c *Casework) loadMessages(ctx context.Context, tx *db.Tx, m matter) ([]Message, error) {
	return collect(ctx, tx, func(row scanner) (Message, error) {
		var x Message
		var at int64
		var read sql.NullInt64
		var sealed []byte
		if err := row.Scan(&x.ID, &at, &read, &sealed); err != nil {
			return x, err
		}
		var w wrote
		if err := c.open(m.Board, "message", x.ID, sealed, &w); err != nil {
			return x, err
		}
		x.At, x.Unread, x.Text, x.From = db.Time(at), !read.Valid, w.Text, w.From
		return x, nil
	}, `SELECT id, at, read_at, sealed FROM casework_message WHERE case_id=$1 ORDER BY at DESC, id DESC LIMIT 200`, m.ID)
}

// loadNotes gives a case's notes, newest first; for the party only the case
// record that is not secret (M-69).
func (c *Casework) loadNotes(ctx context.Context, tx *db.Tx, m matter, toParty bool) ([]Note, error) {
	all, err := collect(ctx, tx, func(row scanner) (Note, error) {
		var n Note
		var at int64
		var secret int
		var sealed []byte
		if err := row.Scan(&n.ID, &n.Kind, &secret, &at, &n.Staff, &sealed); err != nil {
			return n, err
		}
		n.Secret, n.At = secret != 0, db.Time(at)
		if toParty && (n.Secret || n.Kind != NoteJournal) {
			return Note{}, nil
		}
		var t text
		err := c.open(m.Board, "note", n.ID, sealed, &t)
		n.Text = t.Text
		return n, err
	}, `SELECT id, kind, secret, at, staff, sealed FROM casework_note WHERE case_id=$1 ORDER BY at DESC, id DESC LIMIT 500`, m.ID)
	out := all[:0]
	for _, n := range all {
		if n.ID != "" {
			out = append(out, n)
		}
	}
	return out, err
}

func (c *Casework) loadCommunications(ctx context.Context, tx *db.Tx, m matter) ([]Communication, error) {
	return collect(ctx, tx, func(row scanner) (Communication, error) {
		var x Communication
		var at int64
		var sealed []byte
		if err := row.Scan(&x.ID, &x.Kind, &x.Day, &x.ReplyBy, &at, &x.Staff, &sealed); err != nil {
			return x, err
		}
		var t text
		err := c.open(m.Board, "communication", x.ID, sealed, &t)
		x.Text, x.At = t.Text, db.Time(at)
		return x, err
	}, `SELECT id, kind, on_day, reply_by, at, staff, sealed FROM casework_communication WHERE case_id=$1
		ORDER BY at DESC, id DESC LIMIT 100`, m.ID)
}
