package main

import (
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
)

// P-16, D-08: time that a demonstration lets pass is no jump of the clock, so
// that what closes and purges goes on; and it never goes backwards.
func TestTownClock(t *testing.T) {
	c := newTownClock()
	guard := clock.Guard(c)
	before := c.Now()
	var out strings.Builder
	c.obey(strings.NewReader("advance 20m\nadvance -1h\nsleep\n"), &out)
	if got := c.Now().Sub(before); got < 20*time.Minute || got > 21*time.Minute {
		t.Errorf("%v passed, not 20 minutes", got)
	}
	if guard.Jumped() {
		t.Error("time that has passed is taken for a jump")
	}
	if got, want := out.String(), "{\"advanced\":true}\n{\"advanced\":false}\n{\"advanced\":false}\n"; got != want {
		t.Errorf("answers %q, want %q", got, want)
	}
}
