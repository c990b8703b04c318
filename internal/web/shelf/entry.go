package shelf

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"medborgarnavet/internal/fault"
)

// retry is how long after a failure a key is left alone, while there are old
// bytes to hand out.
const retry = time.Second

// entry is what there is under one key.
type entry struct {
	kept    atomic.Pointer[kept]
	used    atomic.Int64 // unix nanoseconds
	failing atomic.Bool  // the last maker failed
	maker   atomic.Pointer[func(context.Context) (Item, error)]

	mu    sync.Mutex
	done  chan struct{} // closed when the maker at work is done; nil when none is
	err   error         // of the last maker
	after time.Time     // no new maker before this
}

func (e *entry) fault() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}

// renew sets a maker to work unless one is, and gives what is closed when the
// work is done. It is nil when the key is left alone for now.
func (s *Shelf) renew(e *entry, key string, now time.Time, maker func(context.Context) (Item, error)) <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.done != nil {
		return e.done
	}
	if e.kept.Load() != nil && now.Before(e.after) && e.after.Sub(now) <= retry {
		return nil
	}
	s.mu.RLock()
	if s.closed {
		s.mu.RUnlock()
		return nil
	}
	s.makers.Add(1)
	s.mu.RUnlock()
	done := make(chan struct{})
	e.done = done
	e.maker.Store(&maker)
	go func() {
		defer s.makers.Done()
		s.finish(e, key, done, s.make(e, key, maker))
	}()
	return done
}

// make runs a maker, when it is its turn, and puts what it made on the shelf.
func (s *Shelf) make(e *entry, key string, maker func(context.Context) (Item, error)) (err error) {
	ctx, cancel := context.WithTimeout(s.ctx, s.opt.Patience)
	defer cancel()
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "shelf: too much is being made")
	}
	defer func() { <-s.slots }()
	defer func() {
		if p := recover(); p != nil { // the value may hold data: its type alone (I-9)
			err = fault.New(fault.Internal, "shelf: a maker panicked with %s", fmt.Sprintf("%T", p))
		}
	}()
	item, err := maker(ctx)
	if err != nil {
		return err
	}
	old := e.kept.Load()
	k, err := prepare(item, old, s.opt)
	if err != nil {
		return err
	}
	s.keep(key, e, k)
	return nil
}

// finish writes down how it went. A maker that says that there is no such thing
// is believed; one that could not find out is not.
func (s *Shelf) finish(e *entry, key string, done chan struct{}, err error) {
	kind := fault.KindOf(err)
	dead := kind == fault.Unavailable || kind == fault.Internal || kind == fault.TooMany
	if err != nil && (!dead || e.kept.Load() == nil) {
		s.drop(key, e)
	}
	if dead && e.failing.CompareAndSwap(false, true) {
		s.opt.Log.Warn("shelf: old bytes are shown", "kind", string(kind), "error", err)
	}
	if err == nil {
		e.failing.Store(false)
	}
	e.mu.Lock()
	e.err, e.done = err, nil
	if err != nil {
		e.after = s.opt.Clock.Now().Add(retry)
	}
	e.mu.Unlock()
	close(done)
}
