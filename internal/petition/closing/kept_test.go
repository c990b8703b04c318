package closing_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/tally"
)

// left is what a petition shows besides its count.
func (w *world) left(t *testing.T, id string) (days []ballot.Day, shown []ballot.District, others int64) {
	t.Helper()
	if err := w.db.Read(context.Background(), func(tx *db.Tx) (err error) {
		if days, err = ballot.Series(context.Background(), tx, id); err == nil {
			shown, others, err = ballot.Districts(context.Background(), tx, id)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return days, shown, others
}

// P-07, P-17, petitions.md §2.2 rule 6: the days and the large districts outlive
// the votes; the small ones do not, and a restored backup brings none of them
// back: what is shown is again what was shown at the closing.
func TestWhatOutlivesTheVotes(t *testing.T) {
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		h := newHost(t, "D1", o)
		w := h.mustStart(t, clock.NewManual(today), nil)
		id := w.open(t, tally.Publication{})
		from := func(district string, a, b int) {
			for i := a; i < b; i++ {
				if _, err := w.box.CastFrom(t.Context(), id, voter(i), time.Time{}, district); err != nil {
					t.Fatal(err)
				}
			}
		}
		from("norra", 0, 8)
		from("sodra", 8, 11)
		back := copyOf(t, h, w, id)
		from("norra", 11, 41)
		from("ostra", 41, 72)
		w.clock.Set(closes.Add(-time.Minute)) // the next day, which is the last
		if _, err := w.box.Tidy(t.Context(), 5); err != nil {
			t.Fatal(err)
		}
		w.clock.Set(closes.Add(time.Hour))
		w.run(t)
		wantDays := []ballot.Day{{Day: "2026-11-22", Few: true}, {Day: "2026-11-23", Count: 70}}
		wantShown, wantOthers := []ballot.District{{Code: "norra", Count: 35}}, int64(30) // östra stands with södra's three
		days, shown, others := w.left(t, id)
		if !reflect.DeepEqual(days, wantDays) || !reflect.DeepEqual(shown, wantShown) || others != wantOthers {
			t.Errorf("after the closing %v, %v, %d", days, shown, others)
		}
		back()
		w = h.mustStart(t, clock.NewManual(closes.Add(2*time.Hour)), nil)
		if done, err := w.machine.Reapply(t.Context()); err != nil || len(done.Erased) != 1 {
			t.Fatalf("%+v, %v", done, err)
		}
		leaseOver(t, w)
		w.run(t)
		days, shown, others = w.left(t, id)
		if last := days[len(days)-1]; last != wantDays[1] || !reflect.DeepEqual(shown, wantShown) || others != wantOthers {
			t.Errorf("after the backup %v, %v, %d", days, shown, others)
		}
		if p := w.load(t, id); p.State != closing.Reported || !p.Restored {
			t.Errorf("it is %s", p.State)
		}
		var small int
		if err := w.db.Read(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT count(*) FROM petition_district WHERE n < 25 OR n <> shown`).Scan(&small)
		}); err != nil || small != 0 {
			t.Errorf("%d small cells are left, %v", small, err)
		}
	})
}
