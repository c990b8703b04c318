package dbtest

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Disk is a file beside the databases of a benchmark, to tell what the disk
// alone takes in the same moment. It is written over from the beginning again
// and again, as SQLite writes its journal, so that a sync need not make it
// longer.
type Disk struct {
	f  *os.File
	at int64
}

const diskSize = 4 << 20

// NewDisk makes the file in the benchmark's own directory.
func NewDisk(t testing.TB) *Disk {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "raw"))
	if err == nil {
		_, err = f.Write(make([]byte, diskSize))
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return &Disk{f: f}
}

// Sync writes n bytes and syncs, and tells how long both took.
func (d *Disk) Sync(t testing.TB, n int) time.Duration {
	t.Helper()
	page := make([]byte, n)
	page[0] = byte(d.at / int64(n))
	began := time.Now()
	_, err := d.f.WriteAt(page, d.at)
	if err == nil {
		err = d.f.Sync()
	}
	took := time.Since(began)
	if err != nil {
		t.Fatal(err)
	}
	if d.at += int64(n); d.at+int64(n) > diskSize {
		d.at = 0
	}
	return took
}
