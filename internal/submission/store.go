package submission

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/outbox"
	"medborgarnavet/internal/workspace"
	"medborgarnavet/plugin"
)

// Options are what a store is built from.
type Options struct {
	DB          *db.DB
	Ring        *keyring.Ring
	Audit       *audit.Log
	Outbox      *outbox.Outbox
	Clock       clock.Clock
	Log         *slog.Logger
	Workspace   *workspace.Workspace
	Cases       broker.Cases
	Environment string
	// Series is the prefix of a board's registry series: "EB".
	Series func(board string) string
	// Review asks the e-service what is missing in an application.
	Review func(ctx context.Context, eservice string, a plugin.Application) (plugin.Review, error)
}

// Store takes applications in and keeps them. See New.
type Store struct{ opt Options }

// New makes a store.
func New(opt Options) *Store {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	return &Store{opt}
}

// Receipt is what a person gets for handing in.
type Receipt struct {
	ID        string
	Reference string
	EService  string
	Month     string
	At        time.Time
}

// person is this step's own pseudonym (I-18).
func (s *Store) person(n pnr.Number) string { return s.opt.Ring.Pseudonym("submission", n.Plain()) }

// Hash is the hex SHA-256 of a summary: what is seen is what is stored.
func Hash(summary []SummarySection) (string, error) {
	canonical, err := json.Marshal(summary)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:]), nil
}

const receiptColumns = `id, reference, eservice, month, received_at`

func scanReceipt(row interface{ Scan(...any) error }) (Receipt, error) {
	var r Receipt
	var at int64
	err := row.Scan(&r.ID, &r.Reference, &r.EService, &r.Month, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return Receipt{}, fault.New(fault.NotFound, "no such submission")
	}
	r.At = db.Time(at)
	return r, err
}

// byDraft finds the receipt of a draft that has been handed in before.
func (s *Store) byDraft(ctx context.Context, tx *db.Tx, login broker.Login, draft string) (Receipt, error) {
	return scanReceipt(tx.QueryRow(ctx, `SELECT `+receiptColumns+` FROM submission WHERE draft_id=$1 AND person=$2`, draft, s.person(login.Subject)))
}

// Receipt gives one of the person's receipts. Another person's is NotFound.
func (s *Store) Receipt(ctx context.Context, login broker.Login, id string) (Receipt, error) {
	var r Receipt
	err := s.opt.DB.Read(ctx, func(tx *db.Tx) error {
		var err error
		r, err = scanReceipt(tx.QueryRow(ctx, `SELECT `+receiptColumns+` FROM submission WHERE id=$1 AND person=$2`, id, s.person(login.Subject)))
		return err
	})
	return r, err
}

// ReceiptOfDraft gives the receipt of a draft that the person has handed in.
func (s *Store) ReceiptOfDraft(ctx context.Context, login broker.Login, draft string) (Receipt, error) {
	var r Receipt
	err := s.opt.DB.Read(ctx, func(tx *db.Tx) error {
		var err error
		r, err = s.byDraft(ctx, tx, login, draft)
		return err
	})
	return r, err
}

// List gives the person's receipts, newest first.
func (s *Store) List(ctx context.Context, login broker.Login) ([]Receipt, error) {
	var list []Receipt
	err := s.opt.DB.Read(ctx, func(tx *db.Tx) error {
		list = nil
		rows, err := tx.Query(ctx, `SELECT `+receiptColumns+` FROM submission WHERE person=$1 ORDER BY received_at DESC, id DESC`, s.person(login.Subject))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			r, err := scanReceipt(rows)
			if err != nil {
				return err
			}
			list = append(list, r)
		}
		return rows.Err()
	})
	return list, err
}

// FileOfPerson gives a supporting document of one of the person's records.
func (s *Store) FileOfPerson(ctx context.Context, login broker.Login, id, file string) (name, mediaType string, data []byte, err error) {
	if _, err := s.Receipt(ctx, login, id); err != nil {
		return "", "", nil, err
	}
	return s.File(ctx, id, file)
}

// OfPerson gives the full record behind one of the person's receipts.
func (s *Store) OfPerson(ctx context.Context, login broker.Login, id string) (Record, error) {
	if _, err := s.Receipt(ctx, login, id); err != nil {
		return Record{}, err
	}
	return s.Load(ctx, id)
}

// Load gives a record. Who may see it is decided by the caller's step.
func (s *Store) Load(ctx context.Context, id string) (Record, error) {
	var rec Record
	err := s.opt.DB.Read(ctx, func(tx *db.Tx) error {
		var board string
		var sealed []byte
		err := tx.QueryRow(ctx, `SELECT board, sealed FROM submission WHERE id=$1`, id).Scan(&board, &sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "no such submission")
		}
		if err != nil {
			return err
		}
		plain, err := s.opt.Ring.OpenLasting(board, recordAAD(id), sealed)
		if err != nil {
			return err
		}
		return json.Unmarshal(plain, &rec)
	})
	return rec, err
}

// File gives a supporting document of a record. Who may see it is decided by
// the caller's step.
func (s *Store) File(ctx context.Context, id, file string) (name, mediaType string, data []byte, err error) {
	rec, err := s.Load(ctx, id)
	if err != nil {
		return "", "", nil, err
	}
	for _, f := range rec.Application.Files {
		if f.ID != file {
			continue
		}
		err := s.opt.DB.Read(ctx, func(tx *db.Tx) error {
			var sealed []byte
			if err := tx.QueryRow(ctx, `SELECT sealed FROM submission_file WHERE id=$1 AND submission_id=$2`, file, id).Scan(&sealed); err != nil {
				return err
			}
			var err error
			data, err = s.opt.Ring.OpenLasting(rec.Board, fileAAD(id, file), sealed)
			return err
		})
		return f.Name, f.Type, data, err
	}
	return "", "", nil, fault.New(fault.NotFound, "no such document")
}

// Dispose removes a record and its documents, in the transaction that disposes
// of its case. When that is, is the caller's step's to know.
func (s *Store) Dispose(ctx context.Context, tx *db.Tx, id string) (documents []string, err error) {
	rows, err := tx.Query(ctx, `SELECT id FROM submission_file WHERE submission_id=$1`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var document string
		if err := rows.Scan(&document); err != nil {
			return nil, err
		}
		documents = append(documents, document)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM submission_file WHERE submission_id=$1`, id); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM submission WHERE id=$1`, id)
	return documents, err
}

// nextReference takes the next number of a board's registry series of a year
// in Sweden. It is given back when the transaction fails, so that there are
// no gaps.
func nextReference(ctx context.Context, tx *db.Tx, board, series string, now time.Time) (string, error) {
	year, err := strconv.Atoi(broker.Day(now)[:4])
	if err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO registry_series (board, year, last) VALUES ($1,$2,0) ON CONFLICT (board, year) DO NOTHING`, board, year); err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, `UPDATE registry_series SET last=last+1 WHERE board=$1 AND year=$2`, board, year); err != nil {
		return "", err
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT last FROM registry_series WHERE board=$1 AND year=$2`, board, year).Scan(&n); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %d-%06d", series, year, n), nil
}

func recordAAD(id string) string     { return "submission|" + id }
func fileAAD(id, file string) string { return "submission_file|" + id + "|" + file }
