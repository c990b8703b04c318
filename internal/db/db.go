package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
)

// The two engines, as Options.Driver and DB.Engine name them.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// Options says which database to open and as what.
type Options struct {
	Driver      string      // SQLite or Postgres
	DSN         string      // the path of the SQLite file, or a postgres:// URL
	Clock       clock.Clock // default clock.System()
	Environment string      // "test" or "production"; must be the database's own mark
	// ReadOnly opens an existing, migrated database beside the process that
	// writes to it, for inspection and copies: no lock, no migration, no Tx.
	ReadOnly bool
	// Wrap lets a test stand between database/sql and the driver (faultdb).
	Wrap func(driver.Connector) driver.Connector

	migrations fs.FS // tests of this package: other files than the embedded ones
}

// DB is one municipality's database.
type DB struct {
	engine   string
	path     string  // of the SQLite file, else ""
	write    *sql.DB // SQLite: one connection. PostgreSQL: the pool.
	read     *sql.DB // SQLite: four query-only connections. PostgreSQL: the same pool.
	aside    *sql.DB // SQLite: one connection for tidy
	clock    clock.Clock
	lock     *os.File
	holder   string // who this opened database is, in leases
	readOnly bool
	commits  atomic.Int64
	tidying  sync.Mutex
	closed   sync.Once
}

// Open opens the database, brings its schema up to date and checks that it
// belongs to this environment. It refuses (fault.Conflict) a database that is
// newer than this binary, is marked for another environment, or is held by
// another process.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Environment != "test" && o.Environment != "production" {
		return nil, fault.New(fault.Invalid, "db: environment must be test or production, not %q", o.Environment)
	}
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	if o.Wrap == nil {
		o.Wrap = func(c driver.Connector) driver.Connector { return c }
	}
	if o.migrations == nil {
		o.migrations = migrationFiles
	}
	d := &DB{engine: o.Driver, clock: o.Clock, holder: NewID(), readOnly: o.ReadOnly}
	var err error
	switch o.Driver {
	case SQLite:
		err = d.openSQLite(ctx, o)
	case Postgres:
		err = d.openPostgres(ctx, o)
	default:
		err = fault.New(fault.Invalid, "db: driver must be sqlite or postgres, not %q", o.Driver)
	}
	if err == nil {
		err = d.prepare(ctx, o)
	}
	if err != nil {
		_ = d.Close()
		return nil, err
	}
	return d, nil
}

// prepare migrates and checks the environment mark.
func (d *DB) prepare(ctx context.Context, o Options) error {
	if o.ReadOnly {
		if err := d.checkVersions(ctx, o.migrations); err != nil {
			return err
		}
		return d.checkEnvironment(ctx, o.Environment)
	}
	if err := d.migrate(ctx, o); err != nil {
		return err
	}
	if err := d.markEnvironment(ctx, o.Environment); err != nil {
		return err
	}
	return d.dropLeases(ctx)
}

// dropLeases: a SQLite file is open in one process alone, so whoever held a
// lease in it is gone. Work goes on at once after a crash.
func (d *DB) dropLeases(ctx context.Context) error {
	if d.engine != SQLite {
		return nil
	}
	return d.Tx(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM lease`)
		return err
	})
}

// Close lets go of the database. Transactions under way end first.
func (d *DB) Close() error {
	var first error
	keep := func(err error) {
		if first == nil {
			first = err
		}
	}
	if d.aside != nil {
		d.closed.Do(d.tidying.Lock) // the round under way ends, and none begins
		keep(d.aside.Close())
	}
	if d.read != nil && d.read != d.write {
		keep(d.read.Close())
	}
	if d.write != nil {
		keep(d.write.Close())
	}
	if d.lock != nil {
		keep(d.lock.Close())
		d.lock = nil
	}
	return first
}

// Engine is "sqlite" or "postgres".
func (d *DB) Engine() string { return d.engine }

// Ping reports whether the database answers, for readiness.
func (d *DB) Ping(ctx context.Context) error {
	return fault.Wrap(fault.Unavailable, d.read.PingContext(ctx), "db: ping")
}

// now is the clock's time as the database keeps it: UTC, whole milliseconds.
func (d *DB) now() time.Time { return Time(Millis(d.clock.Now())) }

// Millis is a moment as the database keeps it: milliseconds since 1970, UTC.
func Millis(t time.Time) int64 { return t.UnixMilli() }

// Time is the moment that Millis made.
func Time(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
