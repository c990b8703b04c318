package db_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
)

func containsSecret(s string) bool { return strings.Contains(s, "geheim") }

func TestAtLeast(t *testing.T) {
	for _, c := range []struct {
		version string
		want    bool
	}{{"3.51.3", true}, {"3.51.2", false}, {"3.54.1", true}, {"3.6.23", false}, {"4.0.0", true}, {"3.51", false}, {"x.y.z", false}} {
		if got := db.AtLeast(c.version, "3.51.3"); got != c.want {
			t.Errorf("%s: %v", c.version, got)
		}
	}
}

// I-16, I-7: the settings that durability and disposal hang on hold on every
// connection of both pools, not only on the first.
func TestPragmasOnEveryConnection(t *testing.T) {
	d := open(t, db.WithMigrations(dbtest.SQLite(t), things))
	write, read := db.PoolOf(d)
	check := func(pool *sql.DB, n int, queryOnly string) {
		for range n {
			conn, err := pool.Conn(t.Context()) // kept open, so the next is another
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			for pragma, want := range map[string]string{
				"journal_mode": "wal", "synchronous": "2", "secure_delete": "1", "foreign_keys": "1",
				"trusted_schema": "0", "query_only": queryOnly, "busy_timeout": "5000", "journal_size_limit": "67108864",
			} {
				var got string
				if err := conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
					t.Errorf("%s = %s, want %s (%v)", pragma, got, want, err)
				}
			}
		}
	}
	check(write, 1, "0")
	check(read, db.Readers, "1")
}

func TestOnlyOneProcessWrites(t *testing.T) {
	o := db.WithMigrations(dbtest.SQLite(t), things)
	first := open(t, o)
	if _, err := db.Open(t.Context(), o); fault.KindOf(err) != fault.Conflict {
		t.Errorf("opened twice: %v", err)
	}
	// looking at it beside the process that writes is allowed
	beside := o
	beside.ReadOnly = true
	second := open(t, beside)
	if err := insert(t.Context(), first, "a", 1); err != nil {
		t.Fatal(err)
	}
	if n := count(t, second); n != 1 {
		t.Errorf("seen beside: %d rows", n)
	}
	if err := insert(t.Context(), second, "b", 1); fault.KindOf(err) != fault.Internal {
		t.Errorf("written beside: %v", err)
	}
	if err := second.Backup(t.Context(), filepath.Join(t.TempDir(), "copy.db")); err != nil {
		t.Errorf("backup beside: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, o) // let go of when closed
}

func TestReadOnlyNeedsADatabase(t *testing.T) {
	o := dbtest.SQLite(t)
	o.ReadOnly = true
	if _, err := db.Open(t.Context(), o); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
}

func TestFilesArePrivate(t *testing.T) {
	o := db.WithMigrations(dbtest.SQLite(t), things)
	d := open(t, o)
	if err := insert(t.Context(), d, "a", 1); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(o.DSN + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %04o", suffix, mode)
		}
	}
}

const marker = "GULDGRUVA-7f3a"

func markers(t *testing.T, dir string) (n int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		n += bytes.Count(raw, []byte(marker))
	}
	return n
}

// I-7: after deletion and a checkpoint no byte of it is left in the database
// or its journal, nor in a copy made afterwards.
func TestDeletedContentIsGone(t *testing.T) {
	ctx := t.Context()
	o := db.WithMigrations(dbtest.SQLite(t), things)
	d := open(t, o)
	body := bytes.Repeat([]byte(marker+" "), 400) // spills over into overflow pages
	for range 20 {
		if err := d.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO thing (id, n, note, body) VALUES ($1, 1, $2, $3)`, db.NewID(), db.NewID()+marker, body)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if markers(t, filepath.Dir(o.DSN)) == 0 {
		t.Fatal("the marker is not found where it should be")
	}
	if err := d.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM thing`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := d.Checkpoint(ctx); err != nil {
		t.Fatal(err)
	}
	if n := markers(t, filepath.Dir(o.DSN)); n != 0 {
		t.Errorf("%d traces after the checkpoint", n)
	}
	if info, err := os.Stat(o.DSN + "-wal"); err != nil || info.Size() != 0 {
		t.Errorf("the journal is not empty: %v", err)
	}
}

// A reader in the way of a checkpoint is waited for, then said.
func TestCheckpointWithAReaderInTheWay(t *testing.T) {
	d := open(t, db.WithMigrations(dbtest.SQLite(t), things))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		var n int
		if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM thing`).Scan(&n); err != nil {
			return err
		}
		if err := insert(t.Context(), d, "a", 1); err != nil {
			return err
		}
		if err := d.Checkpoint(ctx); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("checkpoint under a reader: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Checkpoint(t.Context()); err != nil {
		t.Errorf("checkpoint afterwards: %v", err)
	}
}

// D-12: a full disk is said as such, loses nothing that was there, leaves
// reading as it was, and when there is room again writing goes on.
func TestFullDisk(t *testing.T) {
	d := open(t, db.WithMigrations(dbtest.SQLite(t), things))
	write, _ := db.PoolOf(d)
	ctx := t.Context()
	if err := insert(ctx, d, "before", 1); err != nil {
		t.Fatal(err)
	}
	limit := func(pages string) {
		if _, err := write.ExecContext(ctx, "PRAGMA max_page_count = "+pages); err != nil {
			t.Fatal(err)
		}
	}
	limit("1") // SQLite takes the present size as the least
	err := d.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO thing (id, n, body) VALUES ('big', 1, $1)`, make([]byte, 1<<20))
		return err
	})
	if fault.KindOf(err) != fault.Unavailable || errors.Is(err, db.ErrUnknownOutcome) {
		t.Errorf("on a full disk: %v", err)
	}
	if n := count(t, d); n != 1 {
		t.Errorf("%d rows", n)
	}
	limit("100000")
	if err := insert(ctx, d, "after", 1); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// Time rules run on real SQLite in a synctest bubble, where a week is no time.
func TestInsideSynctest(t *testing.T) {
	o := db.WithMigrations(dbtest.SQLite(t), things)
	synctest.Test(t, func(t *testing.T) {
		d, err := db.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		ctx := t.Context()
		if ok, err := d.Lease(ctx, "job", 7*24*time.Hour); !ok || err != nil {
			t.Fatal(ok, err)
		}
		time.Sleep(7 * 24 * time.Hour)
		if err := d.Read(ctx, func(tx *db.Tx) error {
			var until int64
			if err := tx.QueryRow(ctx, `SELECT until FROM lease WHERE name = 'job'`).Scan(&until); err != nil {
				return err
			}
			if until != db.Millis(tx.Now) {
				return errors.New("seven days are not seven days")
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
}
