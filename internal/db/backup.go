package db

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"

	"medborgarnavet/internal/fault"
)

// Backup writes a consistent copy of a SQLite database to a new file, checks
// the copy, and only then gives it its name. What was deleted is not in it.
// The keys are not in it either: a restore loses what was sealed with short-
// lived keys that are gone by then (I-7, M-126). On PostgreSQL it is a fault
// that says to use pg_dump.
func (d *DB) Backup(ctx context.Context, path string) error {
	if d.engine != SQLite {
		return fault.New(fault.Invalid, "db: copy a PostgreSQL database with pg_dump; see docs/operations.md")
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Conflict, "db: there is already a file where the copy should be")
	}
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(fault.Unavailable, err, "db: remove an unfinished copy")
	}
	if err := createPrivate(part); err != nil { // VACUUM INTO fills an empty file
		return fault.Wrap(fault.Unavailable, err, "db: create the copy")
	}
	// a connection of its own: those that may only query may not copy either
	err := onFile(ctx, d.path, func(pool *sql.DB) error {
		_, err := pool.ExecContext(ctx, "VACUUM INTO ?1", part)
		return fault.Wrap(fault.Unavailable, err, "db: copy")
	})
	if err == nil {
		err = onFile(ctx, part, func(pool *sql.DB) error { return checkWhole(ctx, pool) })
	}
	if err != nil {
		_ = os.Remove(part)
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return fault.Wrap(fault.Unavailable, err, "db: name the copy")
	}
	return fault.Wrap(fault.Unavailable, syncFiles(path, filepath.Dir(path)), "db: sync the copy")
}

// onFile opens an existing SQLite file for fn on one connection.
func onFile(ctx context.Context, path string, fn func(pool *sql.DB) error) error {
	path, err := filepath.Abs(path) // in a URL the first part of a relative one is a host
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "db: path of a file")
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: "mode=rw&_pragma=busy_timeout(5000)&_defensive=1"}
	connector, err := sqlite.NewConnector(u.String())
	if err != nil {
		return fault.Wrap(fault.Internal, err, "db: open a file")
	}
	pool := sql.OpenDB(connector)
	defer pool.Close()
	pool.SetMaxOpenConns(1)
	if err := pool.PingContext(ctx); err != nil {
		return fault.Wrap(fault.Unavailable, err, "db: open a file")
	}
	return fn(pool)
}

// checkWhole asks SQLite whether a file is undamaged.
func checkWhole(ctx context.Context, pool *sql.DB) error {
	var verdict string
	if err := pool.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return fault.Wrap(fault.Unavailable, err, "db: check the copy")
	}
	if verdict != "ok" {
		return fault.New(fault.Internal, "db: the copy is damaged")
	}
	return nil
}

// syncFiles makes files and directories durable.
func syncFiles(paths ...string) error {
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		err = f.Sync()
		if closed := f.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return err
		}
	}
	return nil
}
