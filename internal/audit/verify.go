package audit

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"medborgarnavet/internal/db"
)

const (
	verifyPage = 5000
	// tailLimit is how old an unsealed row may be before Verify flags it: the
	// seal job runs far more often.
	tailLimit = 15 * time.Minute
	maxFaults = 100
)

// Fault is one thing that is not as it was sealed.
type Fault struct {
	Seq     int64  // of the row; 0 when a whole segment or disposal is meant
	Segment string // "2026-11"
	What    string // plain English
}

// Report is what Verify found.
type Report struct {
	Intact   int           // sealed rows that are as they were written
	Disposed int           // sealed rows whose content is gone, as disposal said
	Faults   []Fault       // what was tampered with; at most 100 are listed
	Unsealed int           // rows in the tail, which nothing guards yet
	Oldest   time.Duration // the age of the oldest of them
	Head     Head          // the end of the chain; note it down elsewhere
}

// Tampered reports whether anything is not as it was sealed.
func (r Report) Tampered() bool { return len(r.Faults) > 0 }

// TailLate reports whether the tail has waited for its seal longer than 15
// minutes: the job that seals does not run.
func (r Report) TailLate() bool { return r.Unsealed > 0 && r.Oldest > tailLimit }

// Verify goes through the whole log and tells intact, disposed and tampered
// apart. Known heads, noted down earlier, are looked up in the chain too. An
// error means that it could not look, not that it found something.
func (l *Log) Verify(ctx context.Context, known ...Head) (Report, error) {
	for try := 0; ; try++ {
		v := verification{log: l, known: known}
		if err := v.run(ctx); err != nil {
			return Report{}, fmt.Errorf("audit: verify: %w", err)
		}
		var upto int64
		if err := l.db.Read(ctx, func(tx *db.Tx) error {
			return tx.QueryRow(ctx, `SELECT COALESCE(max(upto), 0) FROM audit_disposal`).Scan(&upto)
		}); err != nil {
			return Report{}, fmt.Errorf("audit: verify: %w", err)
		}
		// a disposal in the middle of it makes old and new look at odds: again
		if upto == v.upto || try == 2 {
			return v.report, nil
		}
	}
}

// verification is one pass over the log.
type verification struct {
	log      *Log
	known    []Head
	segments []segment
	upto     int64 // disposal has gone this far, by its signed word
	report   Report
}

func (v *verification) fault(seq int64, segment, format string, args ...any) {
	if len(v.report.Faults) < maxFaults {
		v.report.Faults = append(v.report.Faults, Fault{Seq: seq, Segment: segment, What: fmt.Sprintf(format, args...)})
	}
}

func (v *verification) run(ctx context.Context) error {
	if err := v.log.db.Read(ctx, func(tx *db.Tx) error { return v.load(ctx, tx) }); err != nil {
		return err
	}
	prev, next := make([]byte, sha256.Size), int64(1)
	for _, s := range v.segments {
		if !ed25519.Verify(v.log.PublicKey(), s.message(), s.signature) {
			v.fault(0, s.name, "the signature of the head does not hold")
		}
		if s.first != next || !bytes.Equal(s.prev, prev) {
			v.fault(0, s.name, "the segment does not follow on the one before")
		}
		if err := v.segment(ctx, s); err != nil {
			return err
		}
		prev, next = s.head, s.last+1
	}
	v.report.Head = Head{Seq: next - 1, Chain: hex.EncodeToString(prev)}
	return v.lookUpKnown(ctx)
}

// load reads what stands beside the rows, in one snapshot.
func (v *verification) load(ctx context.Context, tx *db.Tx) error {
	if err := v.loadSegments(ctx, tx); err != nil {
		return err
	}
	if err := v.loadDisposals(ctx, tx); err != nil {
		return err
	}
	var last int64
	if len(v.segments) > 0 {
		last = v.segments[len(v.segments)-1].last
	}
	var beyond int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM audit_row WHERE seq > $1 OR (seq IS NULL) <> (chain IS NULL)`, last).
		Scan(&beyond); err != nil {
		return err
	}
	if beyond > 0 {
		v.fault(0, "", "%d rows claim to be sealed but no head covers them", beyond)
	}
	var oldest sql.NullInt64
	if err := tx.QueryRow(ctx, `SELECT count(*), min(at) FROM audit_row WHERE seq IS NULL`).
		Scan(&v.report.Unsealed, &oldest); err != nil {
		return err
	}
	if oldest.Valid {
		v.report.Oldest = v.log.clock.Now().Sub(db.Time(oldest.Int64))
	}
	return nil
}

func (v *verification) loadSegments(ctx context.Context, tx *db.Tx) error {
	rows, err := tx.Query(ctx, `
		SELECT segment, first_seq, last_seq, prev, head, signed_at, signature, disposed_at
		FROM audit_segment ORDER BY first_seq`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var s segment
		var disposed sql.NullInt64
		if err := rows.Scan(&s.name, &s.first, &s.last, &s.prev, &s.head, &s.signedAt, &s.signature, &disposed); err != nil {
			return err
		}
		s.disposed = disposed.Valid
		v.segments = append(v.segments, s)
	}
	return rows.Err()
}

func (v *verification) loadDisposals(ctx context.Context, tx *db.Tx) error {
	rows, err := tx.Query(ctx, `SELECT upto, before, at, signature FROM audit_disposal ORDER BY upto`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var d disposal
		if err := rows.Scan(&d.upto, &d.before, &d.at, &d.signature); err != nil {
			return err
		}
		if !ed25519.Verify(v.log.PublicKey(), d.message(), d.signature) {
			v.fault(0, "", "the signature of the disposal up to number %d does not hold", d.upto)
			continue
		}
		v.upto = max(v.upto, d.upto)
	}
	return rows.Err()
}

// segment goes through the rows of one segment, page by page.
func (v *verification) segment(ctx context.Context, s segment) error {
	if s.disposed {
		return v.disposedSegment(ctx, s)
	}
	chain, next := s.prev, s.first
	for next <= s.last {
		page, err := v.page(ctx, next, min(next+verifyPage-1, s.last))
		if err != nil {
			return err
		}
		for _, r := range page {
			if r.seq != next {
				v.fault(next, s.name, "%d rows are missing", r.seq-next)
				chain = nil // nothing to hold the next row against
			}
			chain = v.row(s, r, chain)
			next = r.seq + 1
		}
		if end := min(next+verifyPage-1, s.last); len(page) == 0 {
			v.fault(next, s.name, "%d rows are missing", end-next+1)
			chain, next = nil, end+1
		}
	}
	if chain != nil && !bytes.Equal(chain, s.head) {
		v.fault(s.last, s.name, "the chain does not lead to the signed head")
	}
	return nil
}

// disposedSegment: the rows are gone, which must be so and must have been said.
func (v *verification) disposedSegment(ctx context.Context, s segment) error {
	page, err := v.page(ctx, s.first, s.last)
	if err != nil {
		return err
	}
	if len(page) > 0 || s.last > v.upto {
		v.fault(0, s.name, "the segment is said to be disposed, but no disposal covers it or rows are there")
		return nil
	}
	v.report.Disposed += int(s.last - s.first + 1)
	return nil
}

// sealedRow is a row as it lies in the table.
type sealedRow struct {
	id, segment, actor, subject, caseID string
	at, seq                             int64
	text                                sql.NullString
	salt, commitment, chain             []byte
}

func (v *verification) page(ctx context.Context, from, to int64) ([]sealedRow, error) {
	var page []sealedRow
	err := v.log.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT id, COALESCE(segment, ''), COALESCE(actor, ''), COALESCE(subject, ''), COALESCE(case_id, ''),
				at, seq, payload, salt, commitment, chain
			FROM audit_row WHERE seq BETWEEN $1 AND $2 ORDER BY seq LIMIT $3`, from, to, verifyPage)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var r sealedRow
			if err := rows.Scan(&r.id, &r.segment, &r.actor, &r.subject, &r.caseID,
				&r.at, &r.seq, &r.text, &r.salt, &r.commitment, &r.chain); err != nil {
				return err
			}
			page = append(page, r)
		}
		return rows.Err()
	})
	return page, err
}

// row holds one row against the link before it (nil when that is lost) and
// gives the link after it.
func (v *verification) row(s segment, r sealedRow, prev []byte) []byte {
	switch {
	case r.segment != s.name:
		v.fault(r.seq, s.name, "the row says that it lies in segment %s", r.segment)
	case prev != nil && !bytes.Equal(link(prev, r.commitment), r.chain):
		v.fault(r.seq, s.name, "the row's link does not follow on the one before")
	case !r.text.Valid && r.seq > v.upto:
		v.fault(r.seq, s.name, "the content is gone and no disposal covers it")
	case !r.text.Valid:
		v.report.Disposed++
	case !bytes.Equal(commitment(r.salt, []byte(r.text.String)), r.commitment):
		v.fault(r.seq, s.name, "the content is not what was sealed")
	case !r.columnsMatch():
		v.fault(r.seq, s.name, "the columns do not match the content")
	default:
		v.report.Intact++
	}
	return r.chain
}

// columnsMatch: what searches go by must be what was committed to.
func (r sealedRow) columnsMatch() bool {
	var p payload
	if err := json.Unmarshal([]byte(r.text.String), &p); err != nil {
		return false
	}
	return p.ID == r.id && p.At == r.at && p.Actor == r.actor && p.Subject == r.subject && p.Case == r.caseID
}

// lookUpKnown asks whether the chain still has the heads noted down earlier.
func (v *verification) lookUpKnown(ctx context.Context) error {
	for _, k := range v.known {
		chain, err := v.chainAt(ctx, k.Seq)
		if err != nil {
			return err
		}
		if chain == "unknown" { // within a disposed segment: only its end is left
			continue
		}
		if chain != k.Chain {
			v.fault(k.Seq, "", "the log does not lead to the head noted down for this number")
		}
	}
	return nil
}

func (v *verification) chainAt(ctx context.Context, seq int64) (string, error) {
	i := slices.IndexFunc(v.segments, func(s segment) bool { return s.first <= seq && seq <= s.last })
	if i < 0 {
		return "", nil
	}
	if s := v.segments[i]; s.last == seq {
		return hex.EncodeToString(s.head), nil
	} else if s.disposed {
		return "unknown", nil
	}
	var chain []byte
	err := v.log.db.Read(ctx, func(tx *db.Tx) error {
		err := tx.QueryRow(ctx, `SELECT chain FROM audit_row WHERE seq = $1`, seq).Scan(&chain)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return hex.EncodeToString(chain), err
}
