package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/db/faultdb"
	"medborgarnavet/internal/fault"
)

// things is a table for the tests of this package.
var things = map[string]string{"9000_things.sql": `
	CREATE TABLE thing (
		id   TEXT NOT NULL PRIMARY KEY,
		n    {{int}} NOT NULL,
		note TEXT UNIQUE,
		body {{blob}}
	) {{strict}};
	CREATE INDEX thing_n ON thing (n);`}

func open(t *testing.T, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// each opens a database with the table on every engine.
func each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) { fn(t, open(t, db.WithMigrations(o, things))) })
}

func insert(ctx context.Context, d *db.DB, id string, n int) error {
	return d.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO thing (id, n) VALUES ($1, $2)`, id, n)
		return err
	})
}

func count(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT count(*) FROM thing`).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCommitAndRollback(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		if err := insert(ctx, d, "a", 1); err != nil {
			t.Fatal(err)
		}
		boom := errors.New("boom")
		err := d.Tx(ctx, func(tx *db.Tx) error {
			if n, err := tx.Exec(ctx, `UPDATE thing SET n = n + 1 WHERE id <> $1`, "none"); err != nil || n != 1 {
				t.Errorf("rows affected: %d %v", n, err)
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Errorf("the error of fn: %v", err)
		}
		func() {
			defer func() { _ = recover() }()
			_ = d.Tx(ctx, func(tx *db.Tx) error {
				_, _ = tx.Exec(ctx, `DELETE FROM thing`)
				panic("a bug")
			})
		}()
		var n int
		err = d.Read(ctx, func(tx *db.Tx) error {
			return tx.QueryRow(ctx, `SELECT n FROM thing WHERE id = $1`, "a").Scan(&n)
		})
		if err != nil || n != 1 {
			t.Errorf("after an error and a panic: n = %d, %v", n, err)
		}
		if err := insert(ctx, d, "a", 2); !db.IsUnique(err) {
			t.Errorf("a key that is there: %v", err)
		}
		if err := insert(ctx, d, "b", 2); err != nil || db.IsUnique(err) {
			t.Errorf("the writer after all that: %v", err)
		}
	})
}

// What one asked to be undone, by leaving, is undone; a commit is not cut off.
func TestCancelledContext(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		err := d.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO thing (id, n) VALUES ('a', 1)`)
			cancel()
			return err
		})
		if !errors.Is(err, context.Canceled) || fault.KindOf(err) != fault.Unavailable {
			t.Errorf("cancelled: %v", err)
		}
		if n := count(t, d); n != 0 {
			t.Errorf("%d rows after a cancelled transaction", n)
		}
	})
}

func TestTimeOfTransaction(t *testing.T) {
	at := time.Date(2026, 11, 22, 10, 30, 0, 123_456_789, time.FixedZone("CET", 3600))
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		o.Clock = clock.NewManual(at)
		d := open(t, db.WithMigrations(o, things))
		want := time.Date(2026, 11, 22, 9, 30, 0, 123_000_000, time.UTC)
		for name, run := range map[string]func(context.Context, func(*db.Tx) error) error{"Tx": d.Tx, "Read": d.Read} {
			if err := run(t.Context(), func(tx *db.Tx) error {
				if tx.Now != want {
					t.Errorf("%s: Now = %v, want %v", name, tx.Now, want)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		if back := db.Time(db.Millis(at)); back != want {
			t.Errorf("Time(Millis) = %v", back)
		}
	})
}

func TestReadIsReadOnlyAndASnapshot(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		err := d.Read(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO thing (id, n) VALUES ('x', 1)`)
			return err
		})
		if err == nil {
			t.Error("Read wrote")
		}
		err = d.Read(ctx, func(tx *db.Tx) error {
			var before, after int
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM thing`).Scan(&before); err != nil {
				return err
			}
			if err := insert(ctx, d, "y", 1); err != nil {
				return err
			}
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM thing`).Scan(&after); err != nil {
				return err
			}
			if before != 0 || after != 0 {
				t.Errorf("a snapshot that changes: %d, then %d", before, after)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := count(t, d); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}

// Transactions are serializable on both engines: read, think, write loses no
// update.
func TestSerializable(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		if err := insert(ctx, d, "counter", 0); err != nil {
			t.Fatal(err)
		}
		const workers, rounds = 4, 10
		var all sync.WaitGroup
		for range workers {
			all.Go(func() {
				for range rounds {
					err := d.Tx(ctx, func(tx *db.Tx) error {
						var n int
						if err := tx.QueryRow(ctx, `SELECT n FROM thing WHERE id = 'counter'`).Scan(&n); err != nil {
							return err
						}
						_, err := tx.Exec(ctx, `UPDATE thing SET n = $1 WHERE id = 'counter'`, n+1)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		var n int
		if err := d.Read(ctx, func(tx *db.Tx) error {
			return tx.QueryRow(ctx, `SELECT n FROM thing WHERE id = 'counter'`).Scan(&n)
		}); err != nil || n != workers*rounds {
			t.Errorf("counted %d of %d, %v", n, workers*rounds, err)
		}
	})
}

// D-12, I-16: whatever call of a transaction fails, all of it has happened or
// nothing has, and the database goes on. The commit whose answer is lost says
// that nobody knows.
func TestFaultAtEveryCall(t *testing.T) {
	points := map[string]faultdb.Point{
		"exec": faultdb.Exec, "query": faultdb.Query, "begin": faultdb.Begin,
		"commit": faultdb.CommitBefore, "lost answer": faultdb.CommitAfter,
	}
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		plan := new(faultdb.Plan)
		o.Wrap = plan.Wrap
		d := open(t, db.WithMigrations(o, things))
		for name, point := range points {
			for n := 1; ; n++ {
				before := count(t, d)
				plan.FailNth(point, n)
				err := writeThree(t.Context(), d)
				reached := plan.Reached()
				if reached != (err != nil) {
					t.Fatalf("%s %d: reached %v, err %v", name, n, reached, err)
				}
				added := count(t, d) - before
				lost := errors.Is(err, db.ErrUnknownOutcome)
				switch {
				case !reached && added != 3,
					reached && point == faultdb.CommitAfter && !(lost && added == 3),
					reached && point == faultdb.Exec && lost,
					reached && point != faultdb.CommitAfter && added != 0:
					t.Errorf("%s %d: %d rows added, err %v", name, n, added, err)
				}
				if !reached {
					break
				}
			}
		}
	})
}

func writeThree(ctx context.Context, d *db.DB) error {
	return d.Tx(ctx, func(tx *db.Tx) error {
		for i := range 3 {
			if _, err := tx.Exec(ctx, `INSERT INTO thing (id, n) VALUES ($1, $2)`, db.NewID(), i); err != nil {
				return err
			}
		}
		var n int
		return tx.QueryRow(ctx, `SELECT count(*) FROM thing`).Scan(&n)
	})
}

func TestLease(t *testing.T) {
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		manual := clock.NewManual(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
		o.Clock = manual
		o = db.WithMigrations(o, things)
		first := open(t, o)
		take := func(d *db.DB, want bool) {
			t.Helper()
			if ok, err := d.Lease(t.Context(), "job", time.Minute); err != nil || ok != want {
				t.Errorf("lease: %v %v, want %v", ok, err, want)
			}
		}
		take(first, true)
		take(first, true) // kept
		if o.Driver == db.SQLite {
			_ = first.Close() // the process died: nobody else can hold the file, so the lease is free at once
			take(open(t, o), true)
			return
		}
		second := open(t, o)
		take(second, false)
		manual.Advance(time.Minute - time.Millisecond)
		take(second, false)
		manual.Advance(time.Millisecond)
		take(second, true)
		if err := second.Release(t.Context(), "job"); err != nil {
			t.Fatal(err)
		}
		take(second, true)
		manual.Advance(365 * 24 * time.Hour) // D-12: a clock was a year ahead, and is right again
		take(first, true)
		manual.Set(manual.Now().AddDate(-1, 0, 0))
		take(second, true)
		take(first, false)
	})
}

func TestNewID(t *testing.T) {
	if got := db.Encode([16]byte{}); got != "00000000000000000000000000" {
		t.Error(got)
	}
	full := [16]byte{}
	for i := range full {
		full[i] = 0xFF
	}
	if got := db.Encode(full); got != "7ZZZZZZZZZZZZZZZZZZZZZZZZZ" {
		t.Error(got)
	}
	seen := make(map[string]bool)
	last := ""
	for range 5 {
		for range 200 {
			id := db.NewID()
			if len(id) != 26 || seen[id] {
				t.Fatalf("%q", id)
			}
			seen[id] = true
			if id[:10] < last {
				t.Fatalf("%s sorts before %s", id, last)
			}
			last = id[:10]
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func TestNoRowsIsPlain(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			var n int
			return tx.QueryRow(t.Context(), `SELECT n FROM thing WHERE id = $1`, "none").Scan(&n)
		})
		if !errors.Is(err, sql.ErrNoRows) {
			t.Error(err)
		}
	})
}

func TestOpenRefusesNonsense(t *testing.T) {
	for _, o := range []db.Options{
		{Driver: db.SQLite, DSN: "x.db"},
		{Driver: "mysql", DSN: "x", Environment: "test"},
		{Driver: db.SQLite, DSN: ":memory:", Environment: "test"},
		{Driver: db.SQLite, DSN: "file:x.db?mode=ro", Environment: "test"},
		{Driver: db.Postgres, DSN: "host=localhost password=geheim", Environment: "test"},
		{Driver: db.Postgres, DSN: "postgres://u:geheim@[::bad/x", Environment: "test"},
	} {
		_, err := db.Open(t.Context(), o)
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s %q: %v", o.Driver, o.DSN, err)
		}
		if s := fmt.Sprint(err); len(s) > 0 && containsSecret(s) {
			t.Errorf("the error tells the password: %s", s)
		}
	}
}
