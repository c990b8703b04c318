package audit

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"medborgarnavet/internal/db"
)

// disposal is the signed word that every row up to a number was disposed.
type disposal struct {
	upto      int64
	before    int64
	at        int64
	signature []byte
}

func (d disposal) message() []byte {
	return fmt.Appendf(nil, "medborgarnavet audit disposal 1\n%d\n%d\n%d\n", d.upto, d.before, d.at)
}

// Dispose removes the content of the sealed rows from before a moment, and the
// rows of whole past months, and tells how many rows lost their content. It
// goes by the order of sealing and stops at the first row that is not old
// enough. That it was done is an event in the log itself (M-120).
func (l *Log) Dispose(ctx context.Context, before time.Time) (int, error) {
	n := 0
	err := l.db.Tx(ctx, func(tx *db.Tx) (err error) {
		n, err = l.dispose(ctx, tx, before)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("audit: dispose: %w", err)
	}
	return n, nil
}

func (l *Log) dispose(ctx context.Context, tx *db.Tx, before time.Time) (int, error) {
	var young, last sql.NullInt64
	if err := tx.QueryRow(ctx, `SELECT min(seq) FROM audit_row WHERE at >= $1`, db.Millis(before)).Scan(&young); err != nil {
		return 0, err
	}
	if err := tx.QueryRow(ctx, `SELECT max(last_seq) FROM audit_segment`).Scan(&last); err != nil {
		return 0, err
	}
	d := disposal{upto: last.Int64, before: db.Millis(before), at: db.Millis(tx.Now)}
	if young.Valid {
		d.upto = young.Int64 - 1
	}
	n, err := tx.Exec(ctx, `
		UPDATE audit_row SET payload = NULL, salt = NULL, actor = NULL, subject = NULL, case_id = NULL
		WHERE seq <= $1 AND payload IS NOT NULL`, d.upto)
	if err != nil {
		return 0, err
	}
	if n > 0 {
		if err := l.recordDisposal(ctx, tx, d, n); err != nil {
			return 0, err
		}
	}
	return int(n), removeSegments(ctx, tx)
}

func (l *Log) recordDisposal(ctx context.Context, tx *db.Tx, d disposal, n int64) error {
	d.signature = l.ring.Sign(keyPurpose, d.message())
	if _, err := tx.Exec(ctx, `INSERT INTO audit_disposal (upto, before, at, signature) VALUES ($1, $2, $3, $4)`,
		d.upto, d.before, d.at, d.signature); err != nil {
		return err
	}
	return l.Write(ctx, tx, Event{
		Action: Erased, Actor: System, Category: "audit",
		Details: map[string]string{
			"rows":   strconv.FormatInt(n, 10),
			"upto":   strconv.FormatInt(d.upto, 10),
			"before": db.Time(d.before).Format(time.RFC3339),
		},
	})
}

// removeSegments removes the rows of past months of which nothing is left but
// commitments. The signed heads stay.
func removeSegments(ctx context.Context, tx *db.Tx) error {
	const empty = `
		segment < $1 AND disposed_at IS NULL AND last_seq <= (SELECT max(upto) FROM audit_disposal)`
	month := tx.Now.Format("2006-01")
	if _, err := tx.Exec(ctx, `
		DELETE FROM audit_row WHERE segment IN (SELECT segment FROM audit_segment WHERE `+empty+`)`, month); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE audit_segment SET disposed_at = $2 WHERE `+empty, month, db.Millis(tx.Now))
	return err
}
