//go:build unix

package seal

import (
	"os"
	"path/filepath"
	"syscall"

	"medborgarnavet/internal/fault"
)

// lockDir keeps two processes from counting in one directory. The kernel lets
// go of it when the process ends, however it ends.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "seal: lock the directory of petition keys")
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fault.Wrap(fault.Conflict, err, "seal: another process holds the directory of petition keys")
	}
	return f, nil
}
