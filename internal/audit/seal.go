package audit

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"medborgarnavet/internal/db"
)

const (
	sealBatch = 500
	sealLease = time.Minute
)

// Head is the end of the chain at some moment. Note one down elsewhere, and
// Verify can be asked whether the log still leads to it.
type Head struct {
	Seq   int64
	Chain string // hexadecimal
}

// segment is one month of sealed rows. Its head is signed anew each time rows
// are sealed into it.
type segment struct {
	name      string // "2026-11", the month of sealing, UTC
	first     int64
	last      int64
	prev      []byte // the chain before the first row
	head      []byte // the chain after the last row
	signedAt  int64
	signature []byte
	disposed  bool // its rows are gone
}

// message is what the signature of a head covers.
func (s segment) message() []byte {
	return fmt.Appendf(nil, "medborgarnavet audit head 1\n%s\n%d\n%d\n%s\n%s\n%d\n",
		s.name, s.first, s.last, hex.EncodeToString(s.prev), hex.EncodeToString(s.head), s.signedAt)
}

// PublicKey verifies the signatures of heads and disposals, for a verifier
// that is not given the master key.
func (l *Log) PublicKey() ed25519.PublicKey { return l.ring.Public(keyPurpose) }

// Seal gives every row that has none its number and its link in the chain, and
// signs the head. It is a leased job: on another node's turn it does nothing.
// It tells how many rows it sealed.
func (l *Log) Seal(ctx context.Context) (int, error) {
	total := 0
	for {
		mine, err := l.db.Lease(ctx, "audit seal", sealLease)
		if err != nil || !mine {
			return total, err
		}
		n := 0
		err = l.db.Tx(ctx, func(tx *db.Tx) (err error) {
			n, err = l.sealBatch(ctx, tx)
			return err
		})
		if err != nil {
			return total, fmt.Errorf("audit: seal: %w", err)
		}
		total += n
		if n < sealBatch {
			return total, nil
		}
	}
}

func (l *Log) sealBatch(ctx context.Context, tx *db.Tx) (int, error) {
	rows, err := unsealed(ctx, tx)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	s, err := nextSegment(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, r := range rows {
		s.last++
		s.head = link(s.head, r.commitment)
		if _, err := tx.Exec(ctx, `UPDATE audit_row SET seq = $1, chain = $2, segment = $3 WHERE id = $4`,
			s.last, s.head, s.name, r.id); err != nil {
			return 0, err
		}
	}
	s.signedAt = db.Millis(tx.Now)
	s.signature = l.ring.Sign(keyPurpose, s.message())
	_, err = tx.Exec(ctx, `
		INSERT INTO audit_segment (segment, first_seq, last_seq, prev, head, signed_at, signature)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (segment) DO UPDATE SET last_seq = excluded.last_seq, head = excluded.head,
			signed_at = excluded.signed_at, signature = excluded.signature`,
		s.name, s.first, s.last, s.prev, s.head, s.signedAt, s.signature)
	return len(rows), err
}

type unsealedRow struct {
	id         string
	commitment []byte
}

func unsealed(ctx context.Context, tx *db.Tx) ([]unsealedRow, error) {
	rows, err := tx.Query(ctx, `SELECT id, commitment FROM audit_row WHERE seq IS NULL ORDER BY at, id LIMIT $1`, sealBatch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []unsealedRow
	for rows.Next() {
		var r unsealedRow
		if err := rows.Scan(&r.id, &r.commitment); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// nextSegment is the segment that rows sealed now go into: the last one, or a
// new one when a month has begun since. A clock that went back opens none.
func nextSegment(ctx context.Context, tx *db.Tx) (segment, error) {
	s := segment{prev: make([]byte, sha256.Size), head: make([]byte, sha256.Size)}
	err := tx.QueryRow(ctx, `
		SELECT segment, first_seq, last_seq, prev, head FROM audit_segment ORDER BY last_seq DESC LIMIT 1`).
		Scan(&s.name, &s.first, &s.last, &s.prev, &s.head)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return segment{}, err
	}
	if month := tx.Now.Format("2006-01"); month > s.name {
		s.name, s.first, s.prev = month, s.last+1, s.head
	}
	return s, nil
}
