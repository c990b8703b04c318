package dbtest

import (
	"testing"

	"medborgarnavet/internal/db"
)

// Opening the same database again after closing it finds what was written.
func TestEachReopens(t *testing.T) {
	Each(t, func(t *testing.T, open func() *db.DB) {
		d := open()
		add := func(d *db.DB) error {
			return d.Tx(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `INSERT INTO registry_series (board, year, last) VALUES ($1,$2,0)`, "board", 2026)
				return err
			})
		}
		if err := add(d); err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		d = open()
		if err := add(d); !db.IsUnique(err) {
			t.Fatalf("after reopening the row is not there: %v", err)
		}
	})
}
