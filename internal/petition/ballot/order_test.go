package ballot_test

import (
	"bytes"
	"context"
	"database/sql"
	"math"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/seal"
)

// I-10, performance.md §0: after the rewriting, nothing in a copy of the files
// tells in which order votes came. The files are looked at as bytes: a SELECT
// would prove nothing. Before it they do tell, which shows that the test sees.
func TestOrderIsGone(t *testing.T) {
	const votes = 90 // one page of SQLite, so that offsets mean something
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		o.Clock = clock.NewManual(today)
		d, err := db.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		sealer := seal.NewMAC(keys(t))
		w := newWorld(t, d, nil, sealer)
		w.run()
		var order [][]byte
		for i := range votes { // one by one: each is a commit
			w.cast(i)
			order = append(order, w.nullifier(i))
		}
		w.stop()
		if err := d.Checkpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
		if before := math.Abs(rank(offsets(t, o, w.petition, order))); before < 0.9 {
			t.Errorf("before the rewriting the files do not tell the order (%.2f): this test sees nothing", before)
		}
		if err := w.box.Rewrite(t.Context(), w.petition); err != nil {
			t.Fatal(err)
		}
		after := rank(offsets(t, o, w.petition, order))
		if math.Abs(after) > 0.55 { // 90 random ranks: five times the standard deviation of 0.11
			t.Errorf("after the rewriting the order of offsets follows the order of votes: %.2f", after)
		}
		if o.Driver == db.SQLite {
			if wal, err := os.ReadFile(o.DSN + "-wal"); err != nil || len(wal) != 0 {
				t.Errorf("the journal has %d bytes, %v", len(wal), err)
			}
		} else {
			oneTransaction(t, d, w.petition)
		}
		w.holds(votes)
	})
}

// nullifier is what the i-th voter is in the table.
func (w *world) nullifier(i int) []byte {
	w.t.Helper()
	var c seal.Commitment
	err := w.db.Read(context.Background(), func(tx *db.Tx) error {
		b, err := ballot.Load(context.Background(), tx, w.petition)
		c = b.Commitment
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	r := w.sealer.Seal(context.Background(), []seal.Request{{Commitment: &c, Voter: voter(w.t, i)}})
	if r[0].Err != nil {
		w.t.Fatal(r[0].Err)
	}
	return r[0].Nullifier[:]
}

// offsets finds each nullifier in the raw bytes of the table.
func offsets(t *testing.T, o db.Options, petition string, order [][]byte) []float64 {
	t.Helper()
	raw := tableBytes(t, o, petition)
	out := make([]float64, len(order))
	for i, n := range order {
		at := bytes.LastIndex(raw, n)
		if at < 0 {
			t.Fatal("a vote is not in the files")
		}
		out[i] = float64(at)
	}
	return out
}

// tableBytes is the file that a copy of the disk would have of the table.
func tableBytes(t *testing.T, o db.Options, petition string) []byte {
	t.Helper()
	path := o.DSN
	if o.Driver == db.Postgres {
		pool, err := sql.Open("pgx", o.DSN)
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		var dir, file string
		if _, err := pool.ExecContext(t.Context(), `CHECKPOINT`); err != nil {
			t.Fatal(err)
		}
		if err := pool.QueryRowContext(t.Context(), `SELECT current_setting('data_directory'), pg_relation_filepath('petition_vote_' || lower($1))`,
			petition).Scan(&dir, &file); err != nil {
			t.Fatal(err)
		}
		path = filepath.Join(dir, file)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("the database's files cannot be read, so nothing is shown: %v", err)
	}
	return raw
}

// rank is Spearman's correlation between the places 0, 1, 2 … and the ranks of
// the values.
func rank(values []float64) float64 {
	n := float64(len(values))
	sum := 0.0
	for i, v := range values {
		r := 0.0
		for _, other := range values {
			if other < v {
				r++
			}
		}
		sum += (float64(i) - r) * (float64(i) - r)
	}
	return 1 - 6*sum/(n*(n*n-1))
}

// oneTransaction: on PostgreSQL every row is of the rewriting's transaction and
// lies in key order.
func oneTransaction(t *testing.T, d *db.DB, petition string) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		var transactions, outOfOrder int
		err := tx.QueryRow(t.Context(), `SELECT count(DISTINCT xmin::text),
			count(*) FILTER (WHERE place <> key) FROM (
				SELECT xmin, row_number() OVER (ORDER BY ctid) AS place, row_number() OVER (ORDER BY nullifier) AS key
				FROM petition_vote_`+lower(petition)+`) AS votes`).Scan(&transactions, &outOfOrder)
		if transactions != 1 || outOfOrder != 0 {
			t.Errorf("%d transactions, %d rows out of key order", transactions, outOfOrder)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func lower(s string) string { return string(bytes.ToLower([]byte(s))) }
