package db_test

import (
	"os"
	"testing"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
)

// What is committed comes from the journal into the file long before the
// writer would have to move it; and closing twice, with a round under way, is
// no harm.
func TestJournalIsMovedBesideTheWriter(t *testing.T) {
	o := db.WithMigrations(dbtest.SQLite(t), things)
	d := open(t, o)
	if err := d.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	size := func() int64 {
		file, err := os.Stat(o.DSN)
		if err != nil {
			t.Fatal(err)
		}
		return file.Size()
	}
	before := size()
	for i := range 1000 {
		if err := insert(t.Context(), d, "n"+db.NewID(), i); err != nil {
			t.Fatal(err)
		}
	}
	for give := time.Now().Add(10 * time.Second); size() == before; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(give) {
			t.Fatal("nothing has been moved after 1000 commits")
		}
	}
	for range 2 {
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
