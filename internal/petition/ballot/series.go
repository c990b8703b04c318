package ballot

import (
	"context"
	"time"
	_ "time/tzdata" // the same days on a machine without a zone database

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// Day is the public count at the end of a day in Sweden.
type Day struct {
	Day   string // 2026-11-22
	Count int64  // in steps; 0 when Few
	Few   bool   // fewer than Floor
}

// Series is a petition's count from day to day, oldest first, one row a day
// from the day it opened to the last day of voting; the present day is not in
// it. A day that a restored backup had lost is missing. It survives the
// erasure of the votes (petitions.md §2.2 rule 6).
func Series(ctx context.Context, tx *db.Tx, petition string) ([]Day, error) {
	rows, err := tx.Query(ctx, `SELECT day, count FROM petition_day WHERE petition = $1 ORDER BY day`, petition)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Day
	for rows.Next() {
		var d Day
		if err := rows.Scan(&d.Day, &d.Count); err != nil {
			return nil, err
		}
		d.Few = d.Count < Floor
		all = append(all, d)
	}
	return all, rows.Err()
}

// swedishDay is the date of a moment in Sweden.
func swedishDay(t time.Time) (string, error) {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return "", fault.New(fault.Internal, "ballot: the time zone Europe/Stockholm is not known")
	}
	return t.In(zone).Format(time.DateOnly), nil
}

// today is the day that a ballot is in: voting that has ended stays in its
// last day, which for one that closes at midnight is the day before.
func (b Ballot) today(now time.Time) (string, error) {
	if last := b.ClosesAt.Add(-time.Millisecond); now.After(last) {
		now = last
	}
	return swedishDay(now)
}

// endDays writes a row for each day that has ended since the last time, with
// the count that has been shown since, and lets the districts' numbers move.
// Days when nothing ran get the number they had. When the clock has gone back,
// the days that have not been yet are taken away again.
func endDays(ctx context.Context, tx *db.Tx, b Ballot, today string) error {
	if b.Day == today {
		return nil
	}
	if today < b.Day {
		if _, err := tx.Exec(ctx, `DELETE FROM petition_day WHERE petition = $1 AND day >= $2`, b.ID, today); err != nil {
			return err
		}
		return setDay(ctx, tx, b.ID, today)
	}
	for day := b.Day; day != "" && day < today; {
		if err := writeDay(ctx, tx, b.ID, day, b.Public().Count); err != nil {
			return err
		}
		var err error
		if day, err = dayAfter(day); err != nil {
			return err
		}
	}
	if err := showDistricts(ctx, tx, b); err != nil {
		return err
	}
	return setDay(ctx, tx, b.ID, today)
}

func dayAfter(day string) (string, error) {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return "", fault.New(fault.Internal, "ballot: a day of the series is no date")
	}
	return t.AddDate(0, 0, 1).Format(time.DateOnly), nil
}

func writeDay(ctx context.Context, tx *db.Tx, petition, day string, count int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO petition_day (petition, day, count) VALUES ($1, $2, $3)
		ON CONFLICT (petition, day) DO UPDATE SET count = excluded.count`, petition, day, count)
	return err
}

func setDay(ctx context.Context, tx *db.Tx, petition, day string) error {
	_, err := tx.Exec(ctx, `UPDATE petition_ballot SET day = $2 WHERE id = $1`, petition, day)
	return err
}

// endDay brings one ballot to the present day.
func (b *Box) endDay(ctx context.Context, petition string) error {
	return b.o.DB.Tx(ctx, func(tx *db.Tx) error {
		fresh, err := lock(ctx, tx, petition)
		if err != nil {
			return err
		}
		today, err := fresh.today(tx.Now)
		if err != nil {
			return err
		}
		return endDays(ctx, tx, fresh, today)
	})
}

// Kept is what outlives the votes besides their number.
type Kept struct {
	Shown     int64      `json:"shown"` // the public count at the end
	Districts []District `json:"districts,omitempty"`
	Others    int64      `json:"others,omitempty"`
}

// KeptOf reads it of a ballot that has stopped.
func KeptOf(ctx context.Context, tx *db.Tx, b Ballot) (Kept, error) {
	shown, others, err := Districts(ctx, tx, b.ID)
	return Kept{Shown: b.Shown, Districts: shown, Others: others}, err
}

// Restore puts back what was kept, in place of what an old backup has: the row
// of the last day, and the districts as they may be shown.
func Restore(ctx context.Context, tx *db.Tx, b Ballot, k Kept) error {
	b.Shown = k.Shown
	last, err := b.today(b.ClosesAt)
	if err != nil {
		return err
	}
	if err := writeDay(ctx, tx, b.ID, last, b.Public().Count); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE petition_ballot SET shown = $2, day = $3 WHERE id = $1`, b.ID, k.Shown, last); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM petition_district WHERE petition = $1`, b.ID); err != nil {
		return err
	}
	if err := setShown(ctx, tx, b.ID, k.Districts, k.Others); err != nil {
		return err
	}
	return closeDistricts(ctx, tx, b.ID)
}
