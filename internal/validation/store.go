package validation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
)

// Unusable is the verdict that is kept of a file that could not be read as a
// PDF. No Report has it.
const Unusable Verdict = "unusable"

// Subject is what a validation belongs to: a kind of record, such as
// "attachment", and its id. Board is whose key seals the report.
type Subject struct{ Kind, ID, Board string }

// Record is a validation that was kept.
type Record struct {
	ID      string
	Subject Subject
	SHA256  string
	Verdict Verdict
	At      time.Time
	// Claimed, Conformant and Disagree are about PDF/A.
	Claimed              string
	Conformant, Disagree bool
	Checkers             []CheckerResult
}

// Store keeps validations. It owns the tables validation and
// validation_checker (S-06, S-11, S-12).
type Store struct{ ring *keyring.Ring }

// NewStore makes a store.
func NewStore(ring *keyring.Ring) *Store { return &Store{ring} }

// Keep keeps a report with what it belongs to, in the caller's transaction.
// A subject may have several, one for each time it was validated.
func (s *Store) Keep(ctx context.Context, tx *db.Tx, subject Subject, rep Report) (string, error) {
	plain, err := rep.Full()
	if err != nil {
		return "", err
	}
	rec := Record{Subject: subject, SHA256: rep.SHA256, Verdict: rep.Verdict}
	if rep.PDFA != nil {
		rec.Claimed, rec.Conformant, rec.Disagree, rec.Checkers = rep.PDFA.Claimed, rep.PDFA.Conformant, rep.PDFA.Disagree, rep.PDFA.Results
	}
	return s.insert(ctx, tx, rec, plain)
}

// KeepUnusable keeps that a file could not be validated, and the kind of fault.
func (s *Store) KeepUnusable(ctx context.Context, tx *db.Tx, subject Subject, data []byte, cause error) (string, error) {
	sum := sha256.Sum256(data)
	rep := Report{Verdict: Unusable, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data)), At: tx.Now,
		Reasons: []Reason{unusable(fault.KindOf(cause))}}
	plain, err := rep.Full()
	if err != nil {
		return "", err
	}
	return s.insert(ctx, tx, Record{Subject: subject, SHA256: rep.SHA256, Verdict: Unusable}, plain)
}

func unusable(k fault.Kind) Reason {
	if k == fault.TooLarge {
		return because(whyUnfinished)
	}
	return because(whyNotReadable)
}

func (s *Store) insert(ctx context.Context, tx *db.Tx, r Record, plain []byte) (string, error) {
	if r.Subject.Kind == "" || r.Subject.ID == "" || r.Subject.Board == "" {
		return "", fault.New(fault.Internal, "validation: a record belongs to something")
	}
	id := db.NewID()
	sealed, err := s.ring.SealLasting(r.Subject.Board, aad(id), plain)
	if err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO validation (id, subject_kind, subject_id, board, sha256, verdict, pdfa, conformant, disagree, at, sealed)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)`, id, r.Subject.Kind, r.Subject.ID, r.Subject.Board, r.SHA256, string(r.Verdict),
		r.Claimed, number(r.Conformant), number(r.Disagree), db.Millis(tx.Now), sealed); err != nil {
		return "", err
	}
	for i, c := range r.Checkers {
		if _, err := tx.Exec(ctx, `INSERT INTO validation_checker (validation_id, seq, name, version, profile, conformant, findings, failed)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`, id, i, c.Name, c.Version, c.Profile, number(c.Conformant), c.Findings, number(c.Failed != "")); err != nil {
			return "", err
		}
	}
	return id, nil
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

func aad(id string) string { return "validation|" + id }

// Of gives a subject's records, the newest first.
func (s *Store) Of(ctx context.Context, tx *db.Tx, kind, id string) ([]Record, error) {
	rows, err := tx.Query(ctx, `SELECT id, board, sha256, verdict, pdfa, conformant, disagree, at FROM validation
		WHERE subject_kind=$1 AND subject_id=$2 ORDER BY at DESC, id DESC`, kind, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Record
	for rows.Next() {
		r := Record{Subject: Subject{Kind: kind, ID: id}}
		var at int64
		var conformant, disagree int
		if err := rows.Scan(&r.ID, &r.Subject.Board, &r.SHA256, &r.Verdict, &r.Claimed, &conformant, &disagree, &at); err != nil {
			return nil, err
		}
		r.At, r.Conformant, r.Disagree = db.Time(at), conformant == 1, disagree == 1
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	for i := range out {
		if out[i].Checkers, err = s.checkers(ctx, tx, out[i].ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Store) checkers(ctx context.Context, tx *db.Tx, id string) ([]CheckerResult, error) {
	rows, err := tx.Query(ctx, `SELECT name, version, profile, conformant, findings, failed FROM validation_checker
		WHERE validation_id=$1 ORDER BY seq`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []CheckerResult
	for rows.Next() {
		var c CheckerResult
		var conformant, failed int
		if err := rows.Scan(&c.Name, &c.Version, &c.Profile, &conformant, &c.Findings, &failed); err != nil {
			return nil, err
		}
		c.Conformant = conformant == 1
		if failed == 1 {
			c.Failed = notChecked
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// Report opens a record's report. Who may see it is decided by the step that
// the subject belongs to.
func (s *Store) Report(ctx context.Context, tx *db.Tx, r Record) (Report, error) {
	var sealed []byte
	if err := tx.QueryRow(ctx, `SELECT sealed FROM validation WHERE id=$1`, r.ID).Scan(&sealed); err != nil {
		return Report{}, err
	}
	plain, err := s.ring.OpenLasting(r.Subject.Board, aad(r.ID), sealed)
	if err != nil {
		return Report{}, err
	}
	return ReadFull(plain)
}

// Delete removes a subject's records: whoever disposes of the subject calls it
// in the same transaction.
func (s *Store) Delete(ctx context.Context, tx *db.Tx, kind, id string) (int, error) {
	if _, err := tx.Exec(ctx, `DELETE FROM validation_checker WHERE validation_id IN
		(SELECT id FROM validation WHERE subject_kind=$1 AND subject_id=$2)`, kind, id); err != nil {
		return 0, err
	}
	n, err := tx.Exec(ctx, `DELETE FROM validation WHERE subject_kind=$1 AND subject_id=$2`, kind, id)
	return int(n), err
}
