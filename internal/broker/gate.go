package broker

import (
	"context"
	"sync"
	"time"

	"medborgarnavet/internal/clock"
)

// A gate keeps one group of origins from hurting the others: at most width
// calls at a time (bulkhead), and after tripAfter failures in a row no calls
// at all for restFor (breaker), then one to try.
type gate struct {
	slots    chan struct{}
	failures int
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
// leave must be called with how the call went.
func (g gates) enter(ctx context.Context, key string) (leave func(ok bool), code string) {
	g.mu.Lock()
	e := g.byKey[key]
	if e == nil {
		e = &gate{slots: make(chan struct{}, width)}
		g.byKey[key] = e
	}
	now := g.clock.Now()
	if e.failures >= tripAfter {
		if now.Before(e.closed) {
			g.mu.Unlock()
			return nil, "BREAKER"
		}
		e.closed = now.Add(restFor) // this call is the one that tries
	}
	g.mu.Unlock()
	select {
	case e.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, "BUSY"
	}
	return func(ok bool) {
		<-e.slots
		g.mu.Lock()
		defer g.mu.Unlock()
		if ok {
			e.failures = 0
			return
		}
		e.failures++
		if e.failures >= tripAfter {
			e.closed = g.clock.Now().Add(restFor)
		}
	}, ""
}
