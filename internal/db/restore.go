package db

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"medborgarnavet/internal/fault"
)

// Restore puts a copy that Backup made in the place of a SQLite database that
// is not there any more, and opens it once, which migrates it and checks its
// environment. It refuses (fault.Conflict) while a database is there: move it
// aside first. What was sealed with short-lived keys that are gone stays gone
// (I-7); tell the people whose drafts those were. On PostgreSQL it is a fault
// that says to use pg_restore.
func Restore(ctx context.Context, o Options, from string) error {
	if o.Driver != SQLite {
		return fault.New(fault.Invalid, "db: restore a PostgreSQL database with pg_restore; see docs/operations.md")
	}
	if err := onFile(ctx, from, func(pool *sql.DB) error { return checkWhole(ctx, pool) }); err != nil {
		return err
	}
	lock, err := lockFile(o.DSN + ".lock")
	if err != nil {
		return err
	}
	for _, name := range []string{o.DSN, o.DSN + "-wal"} {
		if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
			_ = lock.Close()
			return fault.New(fault.Conflict, "db: there is a database where the copy should go; move it and its -wal file aside")
		}
	}
	err = putInPlace(from, o.DSN)
	if closed := lock.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "db: put the copy in place")
	}
	d, err := Open(ctx, o)
	if err != nil {
		for _, name := range []string{o.DSN, o.DSN + "-wal", o.DSN + "-shm"} {
			_ = os.Remove(name) // the copy it came from is still there
		}
		return err
	}
	return d.Close()
}

// putInPlace copies a file so that its new name appears only when it is whole
// and durable.
func putInPlace(from, to string) error {
	part := to + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := createPrivate(part); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(part, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	if closed := out.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(part, to)
	}
	if err == nil {
		err = syncFiles(filepath.Dir(to))
	}
	return err
}
