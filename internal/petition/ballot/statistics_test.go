package ballot_test

import (
	"testing"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/petition/seal"
)

// I-10, P-17: PostgreSQL's statistics keep samples of columns, in tables of
// their own that no dropping empties. Of votes they have none, neither of a new
// table nor of one that was rewritten.
func TestNoStatisticsOfVotes(t *testing.T) {
	if !dbtest.HavePostgres(t) {
		return // SQLite keeps samples only where it is asked to
	}
	o := dbtest.Postgres(t)
	o.Clock = clock.NewManual(today)
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	w := newWorld(t, d, nil, seal.NewMAC(keys(t)))
	w.run()
	w.castAll(0, 50)
	w.stop()
	samples := func() (n int) {
		w.tx(func(tx *db.Tx) error {
			if _, err := tx.Exec(t.Context(), `ANALYZE petition_vote_`+lower(w.petition)); err != nil {
				return err
			}
			return tx.QueryRow(t.Context(), `SELECT count(*) FROM pg_stats WHERE tablename = $1`, "petition_vote_"+lower(w.petition)).Scan(&n)
		})
		return n
	}
	if n := samples(); n != 0 {
		t.Errorf("samples of %d columns", n)
	}
	if err := w.box.Rewrite(t.Context(), w.petition); err != nil {
		t.Fatal(err)
	}
	if n := samples(); n != 0 {
		t.Errorf("after the rewriting, samples of %d columns", n)
	}
}
