//go:build !unix

package db

import (
	"os"

	"medborgarnavet/internal/fault"
)

// lockFile: without flock nothing keeps two processes apart, so SQLite is
// refused here; PostgreSQL works.
func lockFile(string) (*os.File, error) {
	return nil, fault.New(fault.Unavailable, "db: sqlite needs flock, which this system does not have")
}
