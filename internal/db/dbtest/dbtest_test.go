package dbtest

import (
	"testing"

	"medborgarnavet/internal/db"
)

// Opening the same database again after closing it finds what was written.
func TestEachReopens(t *testing.T) {
	Each(t, func(t *testing.T, open func() *db.DB) {
		d := open()
		if ok, err := d.Lease(t.Context(), "job", 1e12); err != nil || !ok {
			t.Fatalf("lease: %v %v", ok, err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		d = open()
		if ok, err := d.Lease(t.Context(), "job", 1e12); err != nil || ok {
			t.Fatalf("lease of another holder after reopening: %v %v", ok, err)
		}
	})
}
