// Package keyringtest opens real key rings for tests, each with a master key
// and a directory of short-lived keys of its own. It owns nothing else.
package keyringtest

import (
	"path/filepath"
	"testing"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/keyring"
)

// New is a ring with fresh keys in the test's own directory.
func New(t testing.TB, c clock.Clock) *keyring.Ring {
	t.Helper()
	ring, err := keyring.Open(Options(t, c))
	if err != nil {
		t.Fatalf("open a test key ring: %v", err)
	}
	return ring
}

// Options is where the fresh keys lie, for a test that opens them itself.
func Options(t testing.TB, c clock.Clock) keyring.Options {
	t.Helper()
	dir := t.TempDir()
	o := keyring.Options{
		LastingKeyFile: filepath.Join(dir, "master.key"),
		DueKeyDir:      filepath.Join(dir, "due"),
		Clock:          c,
	}
	if err := keyring.Init(o.LastingKeyFile); err != nil {
		t.Fatal(err)
	}
	if err := keyring.InitDueDir(o.DueKeyDir); err != nil {
		t.Fatal(err)
	}
	return o
}
