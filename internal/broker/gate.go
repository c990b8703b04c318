package broker

import (
	"context"
	"sync"
	"time"

	"medborgarnavet/internal/clock"
)

// A gate keeps one group of origins from hurting the others: at most width
// calls at a time (bulkhead), and after tripAfter failures in a row no calls
// at all for restFor (breaker), then one to try. Failures in a row for one
// person count once: what is wrong may be that person's data.
type gate struct {
	slots    chan struct{}
	failures int
	last     string    // whose call failed last
	closed   time.Time // no calls before this
}

const (
	width     = 32
	tripAfter = 5
	restFor   = 20 * time.Second
)

type gates struct {
	clock clock.Clock
	mu    *sync.Mutex
	byKey map[string]*gate
}

func newGates(c clock.Clock) gates {
	return gates{clock: c, mu: &sync.Mutex{}, byKey: map[string]*gate{}}
}

// enter waits for a place. code is BREAKER or BUSY when there is none; else
// release must be called when the call has come back.
func (g gates) enter(ctx context.Context, key string) (release func(), code string) {
	e, open := g.gate(key)
	if !open {
		return nil, "BREAKER"
	}
	select {
	case e.slots <- struct{}{}:
		return func() { <-e.slots }, ""
	case <-ctx.Done():
		return nil, "BUSY"
	}
}

// gate finds a gate and tells whether it lets a call through now.
func (g gates) gate(key string) (*gate, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	e := g.byKey[key]
	if e == nil {
		e = &gate{slots: make(chan struct{}, width)}
		g.byKey[key] = e
	}
	if e.failures < tripAfter {
		return e, true
	}
	now := g.clock.Now()
	if now.Before(e.closed) {
		return e, false
	}
	e.closed = now.Add(restFor) // this call is the one that tries
	return e, true
}

// report tells the gate how a call for a person (a pseudonym) went.
func (g gates) report(key, person string, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	e := g.byKey[key]
	switch {
	case ok:
		e.failures, e.last = 0, ""
	case e.last != person:
		e.failures, e.last = e.failures+1, person
		if e.failures >= tripAfter {
			e.closed = g.clock.Now().Add(restFor)
		}
	}
}
