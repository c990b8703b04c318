package db

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"

	"medborgarnavet/internal/fault"
)

const (
	// minSQLite is the first version without the WAL-reset bug, which could
	// corrupt a database (performance.md §1.4).
	minSQLite = "3.51.3"
	readers   = 4
)

// pragmas of every connection. They stand in the DSN because a pragma run once
// reaches only one connection of a pool.
var pragmas = []string{
	"busy_timeout(5000)",
	"journal_mode(WAL)",
	"synchronous(FULL)", // acknowledged means durable (I-16)
	"foreign_keys(1)",
	"secure_delete(1)", // deleted content is overwritten (I-7)
	"trusted_schema(0)",
	"journal_size_limit(67108864)",
	"mmap_size(0)", // an I/O error must be an error, not a signal
	"temp_store(MEMORY)",
}

// openSQLite takes the lock and opens the writer and the readers.
func (d *DB) openSQLite(ctx context.Context, o Options) error {
	if o.DSN == "" || strings.ContainsAny(o.DSN, "?") || strings.HasPrefix(o.DSN, ":") || strings.HasPrefix(o.DSN, "file:") {
		return fault.New(fault.Invalid, "db: the DSN of sqlite is the plain path of a file")
	}
	path, err := filepath.Abs(o.DSN)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "db: path of the database")
	}
	d.path = path
	if err := refuseNetworkDisk(filepath.Dir(path)); err != nil {
		return err
	}
	if o.ReadOnly {
		if _, err := os.Stat(path); err != nil {
			return fault.Wrap(fault.NotFound, err, "db: open read-only")
		}
		if d.read, err = d.pool(o, readers, "mode=ro", "query_only(1)", "cache_size(-8000)"); err != nil {
			return err
		}
		return d.checkSQLiteVersion(ctx)
	}
	if d.lock, err = lockFile(path + ".lock"); err != nil {
		return err
	}
	if err := createPrivate(path); err != nil {
		return fault.Wrap(fault.Unavailable, err, "db: create the database file")
	}
	if d.write, err = d.pool(o, 1, "_txlock=immediate", "cache_size(-16000)", "wal_autocheckpoint(16384)"); err != nil {
		return err
	}
	if d.aside, err = d.asidePool(o); err != nil {
		return err
	}
	if d.read, err = d.pool(o, readers, "_txlock=deferred", "query_only(1)", "cache_size(-8000)"); err != nil {
		return err
	}
	if err := d.write.PingContext(ctx); err != nil { // sets WAL before a reader comes
		return fault.Wrap(fault.Unavailable, err, "db: open sqlite")
	}
	return d.checkSQLiteVersion(ctx)
}

// pool opens n connections that never time out, each with the pragmas.
func (d *DB) pool(o Options, n int, mode string, extra ...string) (*sql.DB, error) {
	u := url.URL{Scheme: "file", OmitHost: false, Path: d.path}
	query := mode
	for _, p := range append(pragmas, extra...) {
		if o.ReadOnly && strings.HasPrefix(p, "journal_mode") {
			continue // only the owner may turn it on
		}
		query += "&_pragma=" + url.QueryEscape(p)
	}
	u.RawQuery = query + "&_dqs=0&_defensive=1"
	connector, err := sqlite.NewConnector(u.String())
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "db: open sqlite")
	}
	pool := sql.OpenDB(o.Wrap(keeper{connector}))
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	pool.SetConnMaxLifetime(0)
	return pool, nil
}

func (d *DB) checkSQLiteVersion(ctx context.Context) error {
	var version string
	if err := d.read.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return fault.Wrap(fault.Unavailable, err, "db: ask for the version of SQLite")
	}
	if !atLeast(version, minSQLite) {
		return fault.New(fault.Internal, "db: SQLite %s can corrupt a database; %s or later is needed", version, minSQLite)
	}
	return nil
}

// atLeast compares dotted version numbers.
func atLeast(version, least string) bool {
	v, l := strings.Split(version, "."), strings.Split(least, ".")
	for i := range l {
		if i >= len(v) {
			return false
		}
		a, err := strconv.Atoi(v[i])
		b, _ := strconv.Atoi(l[i])
		if err != nil || a < b {
			return false
		}
		if a > b {
			return true
		}
	}
	return true
}

// createPrivate makes sure that the file exists and that it and its journals,
// which take over its mode, can be read by this user alone.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if os.IsExist(err) {
		return nil // never opened and closed here: that would drop SQLite's own locks
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
