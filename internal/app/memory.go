package app

import (
	"os"
	"runtime/debug"
)

// A server here holds little and answers much: what lives is some ten megabytes,
// so that garbage would be collected after each few more. It may grow to four
// times what lives before it is, which takes a tenth to a fifth off the
// processor time of a request (docs/benchmarks.md), and near the soft limit Go
// collects as often as it must. GOGC and GOMEMLIMIT of the environment go first.
const (
	garbagePercent = 300
	memoryLimit    = 900 << 20 // bytes; with all places for validation taken, what lives may come near it
)

// TuneMemory is for a process that serves.
func TuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}
