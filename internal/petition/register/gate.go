package register

import (
	"context"
	"sync"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
)

const (
	width     = 32               // questions at a time
	tripAfter = 5                // failures in a row
	restFor   = 20 * time.Second // without questions, then one to try
)

// gate keeps a register that is away from holding up voters: at most width
// questions wait for it, and none while it rests.
type gate struct {
	clock clock.Clock
	slots chan struct{}
	state *struct {
		sync.Mutex
		failures int
		closed   time.Time // no question before this
	}
}

func newGate(c clock.Clock) gate {
	return gate{clock: c, slots: make(chan struct{}, width), state: &struct {
		sync.Mutex
		failures int
		closed   time.Time
	}{}}
}

// enter waits for a place until ctx ends. leave must be called with how it
// went; a voter who gave up says nothing about the register.
func (g gate) enter(ctx context.Context) (leave func(ok, gaveUp bool), err error) {
	if !g.open() {
		return nil, fault.New(fault.Unavailable, "population register: resting after %d failures in a row", tripAfter)
	}
	select {
	case g.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fault.New(fault.Unavailable, "population register: too many questions at a time")
	}
	return func(ok, gaveUp bool) {
		<-g.slots
		if ok || !gaveUp {
			g.report(ok)
		}
	}, nil
}

func (g gate) open() bool {
	g.state.Lock()
	defer g.state.Unlock()
	if g.state.failures < tripAfter {
		return true
	}
	now := g.clock.Now()
	if now.Before(g.state.closed) {
		return false
	}
	g.state.closed = now.Add(restFor) // this question is the one that tries
	return true
}

func (g gate) report(ok bool) {
	g.state.Lock()
	defer g.state.Unlock()
	if ok {
		g.state.failures = 0
		return
	}
	if g.state.failures++; g.state.failures >= tripAfter {
		g.state.closed = g.clock.Now().Add(restFor)
	}
}
