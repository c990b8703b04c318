package casework

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"strings"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/workspace"
)

// Upload is a document that a person sends in.
type Upload struct {
	Name string
	Data []byte
}

// Answer sends in what a supplement asked for: a text, documents or both. It
// may be done several times until the case is decided; the very same content
// again counts once.
//
// Faults: NotFound, Invalid (nothing sent, or a kind of document that is not
// taken), TooLarge, TooMany (more than MaxFiles for the request), Conflict
// (the case is decided), Forbidden (a party who may only read).
func (c *Casework) Answer(ctx context.Context, person pnr.Number, caseID, supplementID, words string, uploads []Upload) error {
	words = strings.TrimSpace(strings.ReplaceAll(words, "\r\n", "\n"))
	if err := checkUploads(words, uploads); err != nil {
		return err
	}
	return c.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		m, err := c.asParty(ctx, tx, person, caseID, true)
		if err != nil {
			return err
		}
		if m.State.ended() {
			return fault.New(fault.Conflict, "the case is decided")
		}
		isNew, err := c.putAnswer(ctx, tx, m, supplementID, words, uploads)
		if err != nil || !isNew {
			return err
		}
		if err := c.backToBoard(ctx, tx, m); err != nil {
			return err
		}
		who := c.opt.Audit.Actor(person)
		return c.opt.Audit.Write(ctx, tx, audit.Event{Action: audit.Submitted, Actor: who, Subject: who, Board: m.Board, Case: m.ID,
			Category: "supplement", Details: map[string]string{"supplement": supplementID}})
	})
}

func checkUploads(words string, uploads []Upload) error {
	switch {
	case words == "" && len(uploads) == 0:
		return fault.New(fault.Invalid, "nothing was sent in")
	case tooLong(words, MaxText):
		return fault.New(fault.TooLarge, "the text is too long")
	case len(uploads) > MaxFiles:
		return fault.New(fault.TooMany, "too many documents")
	}
	for _, u := range uploads {
		switch {
		case len(u.Data) > MaxFileSize:
			return fault.New(fault.TooLarge, "a document is too large")
		case workspace.MediaType(u.Data) == "":
			return fault.New(fault.Invalid, "not a kind of document that is taken")
		}
	}
	return nil
}

// putAnswer stores an answer; false when the very same is there already.
func (c *Casework) putAnswer(ctx context.Context, tx *db.Tx, m matter, supplementID, words string, uploads []Upload) (bool, error) {
	var have int
	err := tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM casework_file f WHERE f.supplement_id=s.id)
		FROM casework_supplement s WHERE s.id=$1 AND s.case_id=$2`, supplementID, m.ID).Scan(&have)
	if errors.Is(err, sql.ErrNoRows) {
		return false, fault.New(fault.NotFound, "no such request")
	}
	if err != nil {
		return false, err
	}
	id := db.NewID()
	content := answered{Text: words}
	same := []string{"answer", supplementID, words}
	for _, u := range uploads {
		sum := sha256.Sum256(u.Data)
		content.Files = append(content.Files, AnswerFile{ID: db.NewID(), Name: workspace.FileName(u.Name),
			Type: workspace.MediaType(u.Data), Size: int64(len(u.Data))})
		same = append(same, hex.EncodeToString(sum[:]))
	}
	sealed, err := c.seal(m.Board, "answer", id, content)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO casework_answer (id, supplement_id, case_id, at, once, sealed) VALUES ($1,$2,$3,$4,$5,$6)
		ON CONFLICT (once) DO NOTHING`, id, supplementID, m.ID, db.Millis(tx.Now), c.once(same...), sealed)
	if err != nil || n == 0 {
		return false, err
	}
	if have+len(uploads) > MaxFiles {
		return false, fault.New(fault.TooMany, "too many documents")
	}
	for i, u := range uploads {
		if err := c.putFile(ctx, tx, m, id, supplementID, content.Files[i].ID, u.Data); err != nil {
			return false, err
		}
		if err := c.announce(ctx, tx, m.ID, content.Files[i].ID); err != nil {
			return false, err
		}
	}
	_, err = tx.Exec(ctx, `UPDATE casework_supplement SET answered_at=$2 WHERE id=$1`, supplementID, db.Millis(tx.Now))
	return true, err
}

func fileAAD(id string) string { return "casework_file|" + id }

func (c *Casework) putFile(ctx context.Context, tx *db.Tx, m matter, answer, supplement, id string, data []byte) error {
	sealed, err := c.opt.Ring.SealLasting(m.Board, fileAAD(id), data)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO casework_file (id, answer_id, supplement_id, case_id, sealed) VALUES ($1,$2,$3,$4,$5)`,
		id, answer, supplement, m.ID, sealed)
	return err
}

// backToBoard gives the turn to the board when nothing is waited for any more.
func (c *Casework) backToBoard(ctx context.Context, tx *db.Tx, m matter) error {
	if err := happen(ctx, tx, m.ID, EventAnswered, "", ""); err != nil {
		return err
	}
	var open int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM casework_supplement WHERE case_id=$1 AND answered_at IS NULL`, m.ID).Scan(&open); err != nil {
		return err
	}
	if m.State != StateSupplement || open > 0 {
		return nil
	}
	to := StateOpened
	if m.OpenedAt.IsZero() {
		to = StateReceived
	}
	if err := m.State.next(to); err != nil {
		return err
	}
	return setState(ctx, tx, m.ID, to)
}

// AnswerFile gives a document that was sent in with an answer.
func (c *Casework) AnswerFile(ctx context.Context, person pnr.Number, caseID, fileID string) (name, mediaType string, data []byte, err error) {
	err = c.opt.DB.Read(ctx, func(tx *db.Tx) error {
		m, err := c.asParty(ctx, tx, person, caseID, false)
		if err != nil {
			return err
		}
		name, mediaType, data, err = c.answerFile(ctx, tx, m, fileID)
		return err
	})
	return name, mediaType, data, err
}

// answerFile reads a document of a case that the caller may see.
func (c *Casework) answerFile(ctx context.Context, tx *db.Tx, m matter, fileID string) (name, mediaType string, data []byte, err error) {
	var sealed []byte
	err = tx.QueryRow(ctx, `SELECT sealed FROM casework_file WHERE id=$1 AND case_id=$2`, fileID, m.ID).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", nil, fault.New(fault.NotFound, "no such document")
	}
	if err != nil {
		return "", "", nil, err
	}
	answers, err := c.loadAnswers(ctx, tx, m)
	if err != nil {
		return "", "", nil, err
	}
	for _, list := range answers {
		for _, a := range list {
			for _, f := range a.Files {
				if f.ID == fileID {
					data, err = c.opt.Ring.OpenLasting(m.Board, fileAAD(fileID), sealed)
					return f.Name, f.Type, data, err
				}
			}
		}
	}
	return "", "", nil, fault.New(fault.NotFound, "no such document")
}
