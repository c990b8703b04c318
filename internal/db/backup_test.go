package db_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
)

// M-126: a copy is whole, can be opened, and holds nothing that was deleted.
func TestBackup(t *testing.T) {
	ctx := t.Context()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		o = db.WithMigrations(o, things)
		d := open(t, o)
		for _, id := range []string{"kept", marker} {
			if err := insert(ctx, d, id, 1); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM thing WHERE id = $1`, marker)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "copy.db")
		err := d.Backup(ctx, path)
		if o.Driver == db.Postgres {
			if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "pg_dump") {
				t.Errorf("on PostgreSQL: %v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if n := markers(t, filepath.Dir(path)); n != 0 {
			t.Errorf("%d traces of what was deleted in the copy", n)
		}
		here, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		relative, err := filepath.Rel(here, filepath.Join(t.TempDir(), "copy.db"))
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Backup(ctx, relative); err != nil { // as docs/commands.md names it
			t.Errorf("to a relative path: %v", err)
		}
		if err := d.Backup(ctx, path); fault.KindOf(err) != fault.Conflict {
			t.Errorf("over an older copy: %v", err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode of the copy: %v %v", info.Mode(), err)
		}
		restore(t, o, path)
	})
}

// restore puts the copy in an empty place; over a database, from a damaged copy
// or in another environment it is refused.
func restore(t *testing.T, o db.Options, copied string) {
	t.Helper()
	if err := db.Restore(t.Context(), o, copied); fault.KindOf(err) != fault.Conflict {
		t.Errorf("over the database in use: %v", err)
	}
	elsewhere := o
	elsewhere.DSN = filepath.Join(t.TempDir(), "restored.db")
	elsewhere.Environment = "production"
	if err := db.Restore(t.Context(), elsewhere, copied); fault.KindOf(err) != fault.Conflict {
		t.Errorf("into another environment: %v", err)
	}
	elsewhere.Environment = o.Environment
	raw, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	damaged := filepath.Join(t.TempDir(), "damaged.db")
	if err := os.WriteFile(damaged, append(raw[:len(raw)/2], make([]byte, len(raw)/2)...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := db.Restore(t.Context(), elsewhere, damaged); err == nil {
		t.Error("from a damaged copy")
	}
	if err := db.Restore(t.Context(), elsewhere, copied); err != nil {
		t.Fatal(err)
	}
	if n := count(t, open(t, elsewhere)); n != 1 {
		t.Errorf("%d rows in the restored database", n)
	}
	if err := db.Restore(t.Context(), elsewhere, copied); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a second time: %v", err)
	}
}
