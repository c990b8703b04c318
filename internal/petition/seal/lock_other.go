//go:build !unix

package seal

import (
	"os"
	"path/filepath"

	"medborgarnavet/internal/fault"
)

// lockDir marks the directory; on this system nothing stops a second process.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	return f, fault.Wrap(fault.Unavailable, err, "seal: lock the directory of petition keys")
}
