package db_test

import (
	"fmt"
	"testing"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
)

// A statement that is kept prepared gives what it gave the first time: asked
// again while its own rows are open, with other values, after the schema has
// changed, and when more statements have passed than are kept.
func TestKeptStatements(t *testing.T) {
	d := open(t, db.WithMigrations(dbtest.SQLite(t), things))
	ctx := t.Context()
	for i := range 3 {
		if err := insert(ctx, d, fmt.Sprint(i), i); err != nil {
			t.Fatal(err)
		}
	}
	const ask = `SELECT id FROM thing WHERE n>=$1 ORDER BY n`
	read := func(tx *db.Tx, least int, each func()) (ids string) {
		rows, err := tx.Query(ctx, ask, least)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				t.Fatal(err)
			}
			ids += id
			each()
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return ids
	}
	none := func() {}
	err := d.Tx(ctx, func(tx *db.Tx) error {
		if got := read(tx, 1, none); got != "12" {
			t.Errorf("the first time %q", got)
		}
		inner := ""
		if got := read(tx, 0, func() { inner += read(tx, 2, none) + "." }); got != "012" || inner != "2.2.2." {
			t.Errorf("within itself %q and %q", got, inner)
		}
		if _, err := tx.Exec(ctx, `ALTER TABLE thing ADD COLUMN more TEXT`); err != nil {
			return err
		}
		if got := read(tx, 2, none); got != "2" {
			t.Errorf("after a change of the schema %q", got)
		}
		for i := range 2 * db.MostKept {
			var n int
			if err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT %d+count(*) FROM thing`, i)).Scan(&n); err != nil || n != i+3 {
				t.Fatalf("statement %d gives %d, %v", i, n, err)
			}
		}
		if got := read(tx, 0, none); got != "012" {
			t.Errorf("after many others %q", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// A statement that fails leaves itself whole.
	if err := insert(ctx, d, "1", 9); err == nil {
		t.Error("the same key twice")
	}
	if err := insert(ctx, d, "9", 9); err != nil {
		t.Errorf("after a failure: %v", err)
	}
}
