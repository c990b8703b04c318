// Package dbtest opens real databases for tests: SQLite always, and
// PostgreSQL where PGTEST_DSN names a server (postgres.sh starts one).
//
// A store test runs its body through Each, so that both engines are held to
// the same behaviour. Each PostgreSQL test gets a schema of its own, dropped
// afterwards. Without PGTEST_DSN it says loudly that half was not tested, and
// with CI=true that is a failure. It owns no assertions.
package dbtest

import (
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver named pgx

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
)

// Each runs fn on every engine that is there, as subtests "sqlite" and
// "postgres". open opens one and the same database each time it is called;
// close it in between to play a restart. What is left open is closed when the
// test ends.
func Each(t *testing.T, fn func(t *testing.T, open func() *db.DB)) {
	t.Helper()
	EachAt(t, clock.System(), fn)
}

// EachAt is Each with the database's clock given.
func EachAt(t *testing.T, c clock.Clock, fn func(t *testing.T, open func() *db.DB)) {
	t.Helper()
	EachOptions(t, func(t *testing.T, o db.Options) {
		o.Clock = c
		fn(t, func() *db.DB {
			t.Helper()
			d, err := db.Open(t.Context(), o)
			if err != nil {
				t.Fatalf("open the %s test database: %v", o.Driver, err)
			}
			t.Cleanup(func() { _ = d.Close() })
			return d
		})
	})
}

// EachOptions gives the options of an empty database instead of opening it.
func EachOptions(t *testing.T, fn func(t *testing.T, o db.Options)) {
	t.Helper()
	t.Run(db.SQLite, func(t *testing.T) { fn(t, SQLite(t)) })
	if HavePostgres(t) {
		t.Run(db.Postgres, func(t *testing.T) { fn(t, Postgres(t)) })
	}
}

// SQLite is the options of an empty SQLite database in the test's own directory.
func SQLite(t testing.TB) db.Options {
	t.Helper()
	return db.Options{Driver: db.SQLite, DSN: filepath.Join(t.TempDir(), "test.db"), Environment: "test"}
}

// HavePostgres reports whether there is a PostgreSQL server to test on, and
// says loudly when there is none; with CI=true that fails the test.
func HavePostgres(t testing.TB) bool {
	t.Helper()
	if os.Getenv("PGTEST_DSN") != "" {
		return true
	}
	const say = "NOT TESTED ON POSTGRESQL: PGTEST_DSN is not set (internal/db/dbtest/postgres.sh starts a server)"
	if os.Getenv("CI") == "true" {
		t.Errorf("%s, and with CI=true that is a failure", say)
	} else {
		t.Log(say)
	}
	return false
}

// Postgres is the options of an empty schema on the test server.
func Postgres(t testing.TB) db.Options {
	t.Helper()
	base := os.Getenv("PGTEST_DSN")
	schema := "t_" + strings.ToLower(db.NewID())
	run := func(statement string) error {
		pool, err := sql.Open("pgx", base)
		if err != nil {
			return err
		}
		defer pool.Close()
		_, err = pool.Exec(statement)
		return err
	}
	if err := run("CREATE SCHEMA " + schema); err != nil {
		t.Fatalf("make a schema on the test server: %v", err)
	}
	t.Cleanup(func() {
		if err := run("DROP SCHEMA " + schema + " CASCADE"); err != nil {
			t.Errorf("drop the test's schema: %v", err)
		}
	})
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal("PGTEST_DSN is not a URL")
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return db.Options{Driver: db.Postgres, DSN: u.String(), Environment: "test"}
}
