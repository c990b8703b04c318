package audit

import (
	"context"
	"encoding/json"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// maxRecords bounds one reading of the log.
const maxRecords = 1000

// Record is an event as it stands in the log.
type Record struct {
	ID  string
	At  time.Time
	Seq int64 // 0 while not sealed
	Event
}

const selectRecords = `SELECT payload, COALESCE(seq, 0) FROM audit_row WHERE payload IS NOT NULL AND `

// ByCase gives the events of a case, oldest first, at most 1000 (M-118).
func (l *Log) ByCase(ctx context.Context, caseID string) ([]Record, error) {
	return l.records(ctx, `case_id = $1 ORDER BY at, id LIMIT $2`, caseID, maxRecords)
}

// ByActor gives what someone did from a moment until before another, oldest
// first, at most 1000. The actor is what Log.Actor gives.
func (l *Log) ByActor(ctx context.Context, actor string, from, to time.Time) ([]Record, error) {
	return l.records(ctx, `actor = $1 AND at >= $2 AND at < $3 ORDER BY at, id LIMIT $4`,
		actor, db.Millis(from), db.Millis(to), maxRecords)
}

// BySubject gives what was done with someone's data, as ByActor does.
func (l *Log) BySubject(ctx context.Context, subject string, from, to time.Time) ([]Record, error) {
	return l.records(ctx, `subject = $1 AND at >= $2 AND at < $3 ORDER BY at, id LIMIT $4`,
		subject, db.Millis(from), db.Millis(to), maxRecords)
}

// Sample gives n events drawn at random from a period, for the regular sample
// checks (M-118, stickprov).
func (l *Log) Sample(ctx context.Context, n int, from, to time.Time) ([]Record, error) {
	return l.records(ctx, `at >= $1 AND at < $2 ORDER BY random() LIMIT $3`,
		db.Millis(from), db.Millis(to), min(n, maxRecords))
}

func (l *Log) records(ctx context.Context, where string, args ...any) ([]Record, error) {
	var all []Record
	err := l.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, selectRecords+where, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var text string
			var r Record
			if err := rows.Scan(&text, &r.Seq); err != nil {
				return err
			}
			var p payload
			if err := json.Unmarshal([]byte(text), &p); err != nil {
				return fault.New(fault.Internal, "audit: a row cannot be read; verify the log")
			}
			r.ID, r.At, r.Event = p.ID, db.Time(p.At), p.Event
			all = append(all, r)
		}
		return rows.Err()
	})
	return all, err
}
