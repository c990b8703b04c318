package uptime

import (
	"context"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/retention"
)

// minutesKept is how long single minutes are kept; their days stay.
const minutesKept = 400 * 24 * time.Hour

// ledger is what store works with: the last minute there is, and the outages
// that last, by part.
type ledger struct {
	last    time.Time
	lasting map[string]string // part → id
}

// store writes minutes in their order. One that is there already, or lies
// before the last, was another node's and stays as it is.
func store(ctx context.Context, tx *db.Tx, all []minute) error {
	if err := forgetFuture(ctx, tx, all[len(all)-1].at); err != nil {
		return err
	}
	l, err := open(ctx, tx)
	if err != nil {
		return err
	}
	for _, m := range all {
		if !m.at.After(l.last) {
			continue
		}
		if err := l.gap(ctx, tx, m.at); err != nil {
			return err
		}
		if err := l.write(ctx, tx, m); err != nil {
			return err
		}
		l.last = m.at
	}
	return nil
}

func open(ctx context.Context, tx *db.Tx) (*ledger, error) {
	l := &ledger{lasting: make(map[string]string)}
	var err error
	if l.last, err = lastMinute(ctx, tx); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT part, id FROM uptime_outage WHERE ended = 0`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var part, id string
		if err := rows.Scan(&part, &id); err != nil {
			return nil, err
		}
		l.lasting[part] = id
	}
	return l, rows.Err()
}

// lastMinute is the zero time when there is none.
func lastMinute(ctx context.Context, tx *db.Tx) (time.Time, error) {
	var ms int64
	err := tx.QueryRow(ctx, `SELECT COALESCE(max(minute), 0) FROM uptime_minute`).Scan(&ms)
	if err != nil || ms == 0 {
		return time.Time{}, err
	}
	return db.Time(ms), nil
}

// forgetFuture removes what lies far after now: a clock that was wrong, and
// believed for a while, wrote it. Left there, nothing would be written until
// that time comes. Days that it counted too early are counted again, and outages
// that it ended last until they are ended again.
func forgetFuture(ctx context.Context, tx *db.Tx, now time.Time) error {
	last, err := lastMinute(ctx, tx)
	if err != nil || !last.After(now.Add(clock.JumpLimit)) {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM uptime_day WHERE day >= $1`, dayOf(now)); err != nil {
		return err
	}
	for _, query := range []string{`DELETE FROM uptime_minute WHERE minute >= $1`, `DELETE FROM uptime_outage WHERE began >= $1`,
		`UPDATE uptime_outage SET ended = 0 WHERE ended > $1`} {
		if _, err := tx.Exec(ctx, query, db.Millis(now)); err != nil {
			return err
		}
	}
	return nil
}

// gap settles the time between the last minute and the one to come: the
// service was dead, and what it did not see of others is not held against them.
func (l *ledger) gap(ctx context.Context, tx *db.Tx, next time.Time) error {
	if l.last.IsZero() {
		return nil
	}
	if day := dayOf(l.last); day != dayOf(next) {
		if err := roll(ctx, tx, day, l.last); err != nil {
			return err
		}
	}
	from := l.last.Add(time.Minute)
	if !from.Before(next) {
		return nil
	}
	for _, part := range Parts()[1:] {
		if err := l.end(ctx, tx, part, from); err != nil {
			return err
		}
	}
	for _, part := range []string{Service, unheld} {
		if err := l.begin(ctx, tx, part, from); err != nil {
			return err
		}
	}
	return nil
}

func (l *ledger) write(ctx context.Context, tx *db.Tx, m minute) error {
	for part, up := range m.up {
		n := 0
		settle := l.begin
		if up {
			n, settle = 1, l.end
		}
		if part != unheld {
			if _, err := tx.Exec(ctx, `INSERT INTO uptime_minute (minute, part, up) VALUES ($1, $2, $3)`, db.Millis(m.at), part, n); err != nil {
				return err
			}
		}
		if part == Own || part == Voting { // sums of others' outages
			continue
		}
		if err := settle(ctx, tx, part, m.at); err != nil {
			return err
		}
	}
	return nil
}

func (l *ledger) begin(ctx context.Context, tx *db.Tx, part string, at time.Time) error {
	if l.lasting[part] != "" {
		return nil
	}
	id := db.NewID()
	l.lasting[part] = id
	_, err := tx.Exec(ctx, `INSERT INTO uptime_outage (id, part, began, ended, told) VALUES ($1, $2, $3, 0, 0)`, id, part, db.Millis(at))
	return err
}

func (l *ledger) end(ctx context.Context, tx *db.Tx, part string, at time.Time) error {
	id := l.lasting[part]
	if id == "" {
		return nil
	}
	delete(l.lasting, part)
	_, err := tx.Exec(ctx, `UPDATE uptime_outage SET ended = $2 WHERE id = $1`, id, db.Millis(at))
	return err
}

// roll counts the minutes of a day that has ended.
func roll(ctx context.Context, tx *db.Tx, day string, within time.Time) error {
	begins, ends := bounds(within)
	_, err := tx.Exec(ctx, `
		INSERT INTO uptime_day (day, part, began, minutes, up)
		SELECT $1, part, min(minute), count(*), sum(up) FROM uptime_minute
		WHERE minute >= $2 AND minute < $3 GROUP BY part
		ON CONFLICT (day, part) DO NOTHING`, day, db.Millis(begins), db.Millis(ends))
	return err
}

// Rule removes single minutes when they are 400 days old. Their days stay.
func (l *Log) Rule() retention.Rule {
	return retention.Rule{Name: "uptime minutes", Purge: func(ctx context.Context, now time.Time) (int, error) {
		var removed int64
		err := l.o.DB.Tx(ctx, func(tx *db.Tx) error {
			last, err := lastMinute(ctx, tx)
			if err != nil || last.IsZero() {
				return err
			}
			before, _ := bounds(last) // the last day is not counted yet
			if kept := now.Add(-minutesKept); kept.Before(before) {
				before = kept
			}
			begins, _ := bounds(before) // whole days
			removed, err = tx.Exec(ctx, `DELETE FROM uptime_minute WHERE minute < $1`, db.Millis(begins))
			return err
		})
		return int(removed), err
	}}
}

// dayOf is the date in Sweden.
func dayOf(t time.Time) string { return t.In(zone()).Format(time.DateOnly) }

// bounds are the beginnings of t's day in Sweden and of the next.
func bounds(t time.Time) (begins, ends time.Time) {
	y, m, d := t.In(zone()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone()), time.Date(y, m, d+1, 0, 0, 0, 0, zone())
}

func zone() *time.Location {
	if z, err := time.LoadLocation("Europe/Stockholm"); err == nil {
		return z
	}
	return time.UTC
}
