// Package clock tells the time, so that everything that depends on it can be
// tried without waiting.
//
// Code that stores or compares a moment takes a Clock. The product uses System;
// tests use Manual, or System inside a testing/synctest bubble. Deadlines of
// calls are contexts and need no Clock.
//
// Steady watches a clock for jumps. A wall clock that is suddenly wrong must
// not destroy drafts or close a vote, so purging and closing take the time from Settled.
// It owns no time zones and no calendar rules.
package clock

import (
	"sync"
	"time"
)

// Clock tells the wall-clock time.
type Clock interface {
	Now() time.Time
}

// System is the machine's clock.
func System() Clock { return system{} }

type system struct{}

func (system) Now() time.Time { return time.Now() }

// elapser is a clock that knows, apart from its wall time, how much time has
// really passed. The reference point is arbitrary.
type elapser interface {
	Elapsed() time.Duration
}

// Manual is a clock that stands still until it is told. Safe for concurrent
// use. It is for tests and for the demo's stories.
type Manual struct {
	mu      sync.Mutex
	wall    time.Time
	elapsed time.Duration
}

// NewManual makes a manual clock that shows t.
func NewManual(t time.Time) *Manual { return &Manual{wall: t} }

// Now is the time shown.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.wall
}

// Advance lets time pass: the wall time and the real time both move on.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wall = m.wall.Add(d)
	m.elapsed += d
}

// Set moves the hands of the clock without any time passing: to a Steady that
// guards it, this is a jump.
func (m *Manual) Set(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wall = t
}

// Elapsed is the sum of all Advance, unmoved by Set.
func (m *Manual) Elapsed() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.elapsed
}
