package uptime

import (
	"context"
	"time"

	"medborgarnavet/internal/db"
)

// Outage is a time when a part was away.
type Outage struct {
	ID          string
	Part        string
	From, Until time.Time // whole minutes; Until is zero while it lasts
}

// Availability is how many minutes a part was up of those that were counted.
type Availability struct {
	Part        string
	Minutes, Up int64
}

// Down is the minutes that were lost.
func (a Availability) Down() int64 { return a.Minutes - a.Up }

// Share is the part of the time that was up, 0 to 1; 0 when nothing was
// counted.
func (a Availability) Share() float64 {
	if a.Minutes == 0 {
		return 0
	}
	return float64(a.Up) / float64(a.Minutes)
}

// Report is the availability over some days.
type Report struct {
	Days int // asked for, today included
	// From is the first minute counted: the beginning of the first day, or
	// when measuring began, whichever is later. Zero: nothing is measured yet.
	From, Until time.Time
	// Own counts every minute, also those when the service was dead, and is
	// what we answer for. Voting counts every minute too, and asks that the
	// e-ID and the key holders were up as well.
	Own, Voting Availability
	// Parts are the parts one by one, in the order of Parts. Those of others
	// count only minutes when they were tried.
	Parts []Availability
}

// Report counts true minutes over the last days, today included.
func (l *Log) Report(ctx context.Context, days int) (Report, error) {
	r := Report{Days: days}
	sums := make(map[string]Availability)
	err := l.o.DB.Read(ctx, func(tx *db.Tx) error {
		clear(sums)
		first, last, err := measured(ctx, tx)
		if err != nil || last.IsZero() {
			return err
		}
		r.Until = last.Add(time.Minute)
		if now := tx.Now.Truncate(time.Minute); now.After(r.Until) {
			r.Until = now // minutes that are not written yet are lost until they are
		}
		r.From, _ = bounds(tx.Now.In(zone()).AddDate(0, 0, 1-days))
		if first.After(r.From) {
			r.From = first
		}
		today, _ := bounds(last) // the only day that is not counted yet
		if err := add(ctx, tx, sums, `SELECT part, sum(minutes), sum(up) FROM uptime_day WHERE day >= $1 GROUP BY part`, dayOf(r.From)); err != nil {
			return err
		}
		if today.Before(r.From) {
			today = r.From
		}
		return add(ctx, tx, sums, `SELECT part, count(*), sum(up) FROM uptime_minute WHERE minute >= $1 GROUP BY part`, db.Millis(today))
	})
	if err != nil || r.From.IsZero() {
		return r, err
	}
	whole := func(part string) Availability {
		a := Availability{Part: part, Minutes: max(int64(r.Until.Sub(r.From)/time.Minute), 0)}
		a.Up = min(sums[part].Up, a.Minutes)
		return a
	}
	r.Own, r.Voting = whole(Own), whole(Voting)
	for _, part := range Parts() {
		a, counted := sums[part]
		switch {
		case part == Service:
			a = whole(part)
		case !counted:
			continue
		}
		r.Parts = append(r.Parts, a)
	}
	return r, nil
}

// measured are the first and the last minute there ever was.
func measured(ctx context.Context, tx *db.Tx) (first, last time.Time, err error) {
	last, err = lastMinute(ctx, tx)
	if err != nil || last.IsZero() {
		return first, last, err
	}
	var days, minutes int64
	err = tx.QueryRow(ctx, `SELECT (SELECT COALESCE(min(began), 0) FROM uptime_day), (SELECT min(minute) FROM uptime_minute)`).Scan(&days, &minutes)
	if days > 0 {
		minutes = min(minutes, days)
	}
	return db.Time(minutes), last, err
}

func add(ctx context.Context, tx *db.Tx, sums map[string]Availability, query string, from any) error {
	rows, err := tx.Query(ctx, query, from)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var part string
		var minutes, up int64
		if err := rows.Scan(&part, &minutes, &up); err != nil {
			return err
		}
		sum := sums[part]
		sums[part] = Availability{Part: part, Minutes: sum.Minutes + minutes, Up: sum.Up + up}
	}
	return rows.Err()
}

// Outages are the times since a moment when a part was away, the newest first,
// those that last among them.
func (l *Log) Outages(ctx context.Context, since time.Time) ([]Outage, error) {
	return l.outages(ctx, `SELECT id, part, began, ended FROM uptime_outage
		WHERE part <> $1 AND (ended = 0 OR ended > $2) ORDER BY began DESC, part`, unheld, db.Millis(since))
}

// maxHandedOn is the longest outage that closing takes: its MaxPause.
const maxHandedOn = 30 * 24 * time.Hour

// NewOutages are the ended times when nobody could vote, because we or the e-ID
// were away, that were not Told of yet, the oldest first. They never overlap. Of
// one longer than closing takes, the last part is given. Key holders that are
// away are not among them: closing holds voting for those at once.
func (l *Log) NewOutages(ctx context.Context) ([]Outage, error) {
	all, err := l.outages(ctx, `SELECT id, part, began, ended FROM uptime_outage
		WHERE part = $1 AND ended > 0 AND told = 0 ORDER BY began`, unheld)
	for i, o := range all {
		all[i].Part = Voting
		if earliest := o.Until.Add(-maxHandedOn); o.From.Before(earliest) {
			all[i].From = earliest
		}
	}
	return all, err
}

// Lasting is since when nobody can vote because we or the e-ID are away, as it
// was written last; the zero time when voting works. A petition whose time
// comes meanwhile waits for what HandOn will give it back.
func (l *Log) Lasting(ctx context.Context) (time.Time, error) {
	all, err := l.outages(ctx, `SELECT id, part, began, ended FROM uptime_outage WHERE part = $1 AND ended = 0`, unheld)
	if err != nil || len(all) == 0 {
		return time.Time{}, err
	}
	return all[0].From, nil
}

// Told says that closing times have been moved for an outage; NewOutages does
// not give it again, also after a restart.
func (l *Log) Told(ctx context.Context, o Outage) error {
	return l.o.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE uptime_outage SET told = 1 WHERE id = $1`, o.ID)
		return err
	})
}

// HandOn gives each new outage to do, which is closing's Machine.Outage, and
// marks it. A program that dies between the two gives it again, and closing
// counts the same time once.
func (l *Log) HandOn(ctx context.Context, do func(ctx context.Context, from, until time.Time) error) error {
	all, err := l.NewOutages(ctx)
	for _, o := range all {
		if err := do(ctx, o.From, o.Until); err != nil {
			return err
		}
		if err := l.Told(ctx, o); err != nil {
			return err
		}
	}
	return err
}

func (l *Log) outages(ctx context.Context, query string, args ...any) ([]Outage, error) {
	var all []Outage
	err := l.o.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		rows, err := tx.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var o Outage
			var began, ended int64
			if err := rows.Scan(&o.ID, &o.Part, &began, &ended); err != nil {
				return err
			}
			o.From = db.Time(began)
			if ended > 0 {
				o.Until = db.Time(ended)
			}
			all = append(all, o)
		}
		return rows.Err()
	})
	return all, err
}
