//go:build unix

package db

import (
	"os"
	"syscall"

	"medborgarnavet/internal/fault"
)

// lockFile takes the exclusive lock that keeps two processes from writing to
// one SQLite database. It is a file beside the database: opening and closing
// the database file itself would drop the locks that SQLite holds on it. The
// kernel lets go of it when the process ends, however it ends.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "db: lock file")
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fault.Wrap(fault.Conflict, err, "db: another process holds this database")
	}
	return f, nil
}
