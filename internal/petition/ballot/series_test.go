package ballot_test

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/seal"
)

func (w *world) series() (days []ballot.Day) {
	w.t.Helper()
	w.tx(func(tx *db.Tx) (err error) {
		days, err = ballot.Series(context.Background(), tx, w.petition)
		return err
	})
	return days
}

func (w *world) tidy(step int64) ballot.Tidied {
	w.t.Helper()
	done, err := w.box.Tidy(context.Background(), step)
	if err != nil {
		w.t.Fatal(err)
	}
	return done
}

func (w *world) wantSeries(name string, want ...string) {
	w.t.Helper()
	var got []string
	for _, d := range w.series() {
		n := fmt.Sprint(d.Count)
		if d.Few {
			n = "few"
		}
		got = append(got, d.Day+" "+n)
	}
	if len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
		w.t.Errorf("%s: %v, want %v", name, got, want)
	}
}

// P-16, petitions.md §2.2 rule 6: one row a day in Sweden, in steps and never
// below the floor, also for days when nothing ran; the last day has one at the
// closing, and all of them outlive the votes.
func TestSeries(t *testing.T) {
	c := clock.NewManual(today)
	dbtest.EachAt(t, c, func(t *testing.T, open func() *db.DB) {
		c.Set(today) // 22 November, 10.00 in Sweden
		w := newWorld(t, open(), c, seal.NewMAC(keys(t)))
		w.run()
		defer w.stop()
		closes := time.Date(2026, 11, 29, 23, 0, 0, 0, time.UTC) // midnight: the 29th is the last day
		w.tx(func(tx *db.Tx) error { return ballot.SetClosing(t.Context(), tx, w.petition, closes) })
		w.castAll(0, 3)
		c.Advance(time.Minute)
		if w.tidy(5); len(w.series()) != 0 {
			t.Error("the present day is in the series")
		}
		c.Set(time.Date(2026, 11, 22, 22, 59, 0, 0, time.UTC))
		w.castAll(3, 13)
		w.tidy(5) // shows 10
		w.castAll(13, 21)
		c.Set(time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC)) // the 23rd in Sweden
		if done := w.tidy(5); done.Days != 1 || done.Shown != 1 {
			t.Errorf("at midnight %+v", done)
		}
		w.wantSeries("the day's end is before the count moves", "2026-11-22 10")
		if done := w.tidy(5); done.Days != 0 {
			t.Error("the day ended twice")
		}
		c.Set(time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)) // days of standstill
		w.tidy(5)
		w.wantSeries("after a standstill", "2026-11-22 10", "2026-11-23 20", "2026-11-24 20", "2026-11-25 20")

		c.Set(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)) // the hand was wrong
		w.tidy(5)
		w.wantSeries("the clock went back", "2026-11-22 10", "2026-11-23 20")

		c.Set(closes.Add(-time.Minute))
		w.castAll(21, 31)
		w.tidy(5)
		c.Set(closes.Add(14 * time.Minute)) // the grace is no day of its own
		if _, err := w.box.Cast(t.Context(), w.petition, voter(t, 31), closes.Add(-time.Second)); err != nil {
			t.Fatal(err)
		}
		w.tidy(1)
		for range 2 {
			w.tx(func(tx *db.Tx) error { return ballot.Stop(t.Context(), tx, w.petition) })
		}
		want := []string{"2026-11-22 10", "2026-11-23 20", "2026-11-24 20", "2026-11-25 20", "2026-11-26 20", "2026-11-27 20", "2026-11-28 20", "2026-11-29 32"}
		w.wantSeries("at the closing", want...)
		c.Advance(72 * time.Hour)
		w.tidy(5)
		w.tx(func(tx *db.Tx) error { return ballot.Drop(t.Context(), tx, w.petition) })
		w.wantSeries("after the erasure", want...)
	})
}

// Few votes are not told by the series either.
func TestSeriesOfFew(t *testing.T) {
	w := newWorld(t, openSQLite(t), nil, seal.NewMAC(keys(t)))
	w.run()
	defer w.stop()
	w.castAll(0, 4)
	w.tx(func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE petition_ballot SET shown = 4`) // as a step of 1 would
		return err
	})
	w.tx(func(tx *db.Tx) error { return ballot.Stop(t.Context(), tx, w.petition) })
	w.wantSeries("four votes", "2026-11-22 few")
	if days := w.series(); days[0].Count != 0 {
		t.Errorf("the row holds %d", days[0].Count)
	}
}

// from casts the vote of the i-th voter from a district, or takes it back.
func (w *world) from(i int, district string, want ballot.Outcome) {
	w.t.Helper()
	do := w.box.CastFrom
	if want == ballot.Withdrawn || want == ballot.NotVoted {
		do = w.box.WithdrawFrom
	}
	if out, err := do(context.Background(), w.petition, voter(w.t, i), time.Time{}, district); err != nil || out != want {
		w.t.Errorf("%q, %v; want %q", out, err, want)
	}
}

func (w *world) districts() (shown []ballot.District, others int64) {
	w.t.Helper()
	w.tx(func(tx *db.Tx) (err error) {
		shown, others, err = ballot.Districts(context.Background(), tx, w.petition)
		return err
	})
	return shown, others
}

// cells are the counters themselves.
func (w *world) cells() map[string]int64 {
	w.t.Helper()
	all := map[string]int64{}
	w.tx(func(tx *db.Tx) error {
		rows, err := tx.Query(context.Background(), `SELECT district, n FROM petition_district WHERE petition = $1`, w.petition)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var code string
			var n int64
			if err := rows.Scan(&code, &n); err != nil {
				return err
			}
			all[code] = n
		}
		return rows.Err()
	})
	return all
}

// petitions.md §2.2 rule 6: votes are counted by district in the commit of the
// vote, once a person, and never below 0; what is shown moves once a day, is
// rounded, and leaves no number of fewer than 25 to be worked out; at closing
// only that is kept.
func TestDistricts(t *testing.T) {
	c := clock.NewManual(today)
	dbtest.EachAt(t, c, func(t *testing.T, open func() *db.DB) {
		c.Set(today)
		w := newWorld(t, open(), c, seal.NewMAC(keys(t)))
		w.tx(func(tx *db.Tx) error { return ballot.SetClosing(t.Context(), tx, w.petition, today.Add(100*time.Hour)) })
		w.run()
		defer w.stop()
		var all sync.WaitGroup
		for i := range 150 {
			all.Go(func() {
				code := map[bool]string{true: "norra", false: "ostra"}[i < 63]
				if i >= 110 {
					code = []string{"by-1", "by-2", "", "så fel kod'; --"}[i%4] // ten each
				}
				w.from(i, code, ballot.Accepted)
				w.from(i, code, ballot.Voted)
			})
		}
		all.Wait()
		got := w.cells()
		if want := map[string]int64{"norra": 63, "ostra": 47, "by-1": 10, "by-2": 10}; !reflect.DeepEqual(got, want) {
			t.Errorf("the cells are %v, want %v", got, want)
		}
		if shown, others := w.districts(); len(shown) != 0 || others != 0 {
			t.Errorf("on the first day %v, %d", shown, others)
		}
		w.from(0, "norra", ballot.Withdrawn)
		w.from(0, "norra", ballot.NotVoted)
		for i := 110; i < 121; i++ { // who moved since: from a cell that runs out
			w.from(i, "by-1", ballot.Withdrawn)
		}
		if n := w.cells(); n["by-1"] != 0 || n["norra"] != 62 {
			t.Errorf("after withdrawals %v", n)
		}
		c.Advance(24 * time.Hour)
		w.tidy(5)
		check := func(name string) {
			t.Helper()
			shown, others := w.districts()
			// others: 138 votes less 62 and 47
			if want := []ballot.District{{Code: "norra", Count: 60}, {Code: "ostra", Count: 45}}; !reflect.DeepEqual(shown, want) || others != 25 {
				t.Errorf("%s: %v, others %d", name, shown, others)
			}
		}
		check("the next day")
		w.from(150, "ostra", ballot.Accepted)
		w.from(151, "ostra", ballot.Accepted)
		w.from(152, "ostra", ballot.Accepted)
		c.Advance(time.Hour)
		w.tidy(5)
		check("within the day")
		for i := 150; i < 153; i++ {
			w.from(i, "ostra", ballot.Withdrawn)
		}
		for range 2 {
			w.tx(func(tx *db.Tx) error { return ballot.Stop(t.Context(), tx, w.petition) })
		}
		check("at the closing")
		if want := map[string]int64{"norra": 60, "ostra": 45, "": 25}; !reflect.DeepEqual(w.cells(), want) {
			t.Errorf("after the closing the cells are %v, want %v", w.cells(), want)
		}
	})
}

// What may be shown, by the numbers: nothing under 25, not by subtraction from
// the total either, which is public in the end.
func TestNoDistrictBySubtraction(t *testing.T) {
	for _, row := range []struct {
		name   string
		cells  map[string]int64
		bare   int // votes without a district
		shown  map[string]int64
		others int64
	}{
		{"none", nil, 30, nil, 0},
		{"one at the floor", map[string]int64{"a": 25}, 0, map[string]int64{"a": 25}, 0},
		{"one below", map[string]int64{"a": 24}, 0, nil, 0},
		{"one small beside one", map[string]int64{"a": 40, "b": 3}, 0, nil, 40},
		{"one small beside two", map[string]int64{"a": 40, "b": 3, "c": 31}, 0, map[string]int64{"a": 40}, 30},
		{"many small", map[string]int64{"a": 40, "b": 13, "c": 14}, 0, map[string]int64{"a": 40}, 25},
		{"few without a district", map[string]int64{"a": 40, "b": 30}, 2, map[string]int64{"a": 40}, 30},
		{"many without a district", map[string]int64{"a": 40, "b": 30}, 28, map[string]int64{"a": 40, "b": 30}, 25},
		{"all small", map[string]int64{"a": 4, "b": 9}, 0, nil, 0},
	} {
		w := newWorld(t, openSQLite(t), nil, seal.NewMAC(keys(t)))
		w.tx(func(tx *db.Tx) error {
			total := int64(row.bare)
			for code, n := range row.cells {
				total += n
				if _, err := tx.Exec(t.Context(), `INSERT INTO petition_district (petition, district, n, shown) VALUES ($1, $2, $3, 0)`, w.petition, code, n); err != nil {
					return err
				}
			}
			_, err := tx.Exec(t.Context(), `UPDATE petition_ballot SET accepted = $1`, total)
			return err
		})
		w.tx(func(tx *db.Tx) error { return ballot.Stop(t.Context(), tx, w.petition) })
		shown, others := w.districts()
		got := map[string]int64{}
		for _, d := range shown {
			got[d.Code] = d.Count
		}
		if len(got) != len(row.shown) || len(got) > 0 && !reflect.DeepEqual(got, row.shown) || others != row.others {
			t.Errorf("%s: %v, others %d; want %v, %d", row.name, got, others, row.shown, row.others)
		}
	}
}
