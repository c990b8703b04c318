// Package shelf keeps prepared bytes of pages that everyone sees alike, so that
// a page that many read at once costs no rendering and survives a dead
// database (performance.md §4, petitions.md §3 rule 2).
//
// It owns the bytes, their compressed form and their tag, when they are made
// anew, and what caches in between are told. It owns no page, and knows of a
// request only what it asks of caches: nothing about who reads may be in a key
// or in the bytes.
//
// # States of a key
//
//	none → being made → fresh → stale → (being made anew) → fresh
//
// Fresh bytes are handed out at once. Stale ones too, while one maker renews
// them behind. Older ones wait for the maker, who may fail: then the old bytes
// are handed out with a warning, as long as the program runs. A maker that
// says that the thing is gone, hidden or was never there is believed, and
// takes the old bytes away. What is forgotten is made anew at once, by the maker
// that made it last, so that it is there when the database dies. One maker at a time works for a key, and a few in
// all; the number of keys and of bytes is bounded, the longest unused go first.
package shelf

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
)

// Options say how long bytes live and how many there are. Zero is the default.
type Options struct {
	Clock clock.Clock
	Log   *slog.Logger
	// Fresh is how long bytes are handed out without a thought: 10 seconds.
	Fresh time.Duration
	// Stale is how long after that they are handed out at once while they are
	// renewed behind: a minute.
	Stale time.Duration
	// Max is the most keys: 2 000. MaxBytes is the most bytes of all keys
	// together, compressed forms included: 64 MiB.
	Max      int
	MaxBytes int64
	// Makers is how many make something at the same time: 4.
	Makers int
	// Patience is how long a reader waits for bytes that must be made: 5
	// seconds. A maker is given as long.
	Patience time.Duration
}

// Item is what a maker makes.
type Item struct {
	Body []byte
	Type string // media type
	// Header are more headers of the answer: Content-Language, Vary, ….
	Header http.Header
	// Fresh replaces the shelf's for this key, when it is not 0.
	Fresh time.Duration
}

// Shelf is a bounded store of prepared answers. Safe for concurrent use.
type Shelf struct {
	opt    Options
	ctx    context.Context
	cancel context.CancelFunc
	slots  chan struct{}
	makers sync.WaitGroup

	mu     sync.RWMutex
	closed bool
	keys   map[string]*entry
	bytes  int64
	lost   map[string]*entry // forgotten, and not made anew yet
	remade bool              // somebody makes them
}

// New is an empty shelf.
func New(o Options) *Shelf {
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Fresh = either(o.Fresh, 10*time.Second)
	o.Stale = either(o.Stale, time.Minute)
	o.Max = either(o.Max, 2000)
	o.MaxBytes = either(o.MaxBytes, 64<<20)
	o.Makers = either(o.Makers, 4)
	o.Patience = either(o.Patience, 5*time.Second)
	s := &Shelf{opt: o, slots: make(chan struct{}, o.Makers), keys: map[string]*entry{}, lost: map[string]*entry{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

func either[T int | int64 | time.Duration](value, otherwise T) T {
	if value <= 0 {
		return otherwise
	}
	return value
}

// Close stops the makers and waits for them. What is on the shelf is handed
// out as long as somebody asks; nothing is renewed.
func (s *Shelf) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.makers.Wait()
}

// Forget takes away every key that begins with a prefix: what it showed is no
// longer so. What is being made at that moment is not kept. All of it is made
// anew behind, one after the other.
func (s *Shelf) Forget(prefix string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, e := range s.keys {
		if !strings.HasPrefix(key, prefix) {
			continue
		}
		s.remove(key, e)
		if len(s.lost) < s.opt.Max && e.maker.Load() != nil {
			s.lost[key] = e
		}
	}
	if len(s.lost) > 0 && !s.remade && !s.closed {
		s.remade = true
		s.makers.Go(s.remake)
	}
}

// remake makes anew what was forgotten and that no reader has asked for since.
func (s *Shelf) remake() {
	for {
		key, old, there := s.nextLost()
		if old == nil {
			return
		}
		if there {
			continue
		}
		e := s.entry(key)
		e.used.Store(old.used.Load()) // nobody has read it
		if done := s.renew(e, key, s.opt.Clock.Now(), *old.maker.Load()); done != nil {
			<-done
		}
	}
}

// nextLost takes one of the forgotten keys, and tells whether it is on the shelf
// again. It is nil when there is none.
func (s *Shelf) nextLost() (key string, old *entry, there bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, old := range s.lost {
		if s.closed {
			break
		}
		delete(s.lost, key)
		_, there := s.keys[key]
		return key, old, there
	}
	s.remade = false
	return "", nil, false
}

// mostShare: one key may take an eighth of all bytes.
const mostShare = 8

// Size is how many keys and bytes are kept.
func (s *Shelf) Size() (keys int, bytes int64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.keys), s.bytes
}

// Serve answers a GET or HEAD with the bytes of a key, which make makes when
// they are not there or too old. The context that make is given is not the
// request's: others may be waiting for the same bytes.
//
// Faults: those of make when there are no bytes to fall back on, and
// Unavailable when the making takes too long or too much is being made.
func (s *Shelf) Serve(w http.ResponseWriter, r *http.Request, key string, maker func(ctx context.Context) (Item, error)) error {
	now := s.opt.Clock.Now()
	e := s.entry(key)
	e.used.Store(now.UnixNano())
	k := e.kept.Load()
	if k != nil && k.age(now) < k.fresh {
		k.write(w, r, false)
		return nil
	}
	done := s.renew(e, key, now, maker)
	if k != nil && (k.age(now) < k.fresh+s.opt.Stale || done == nil) {
		k.write(w, r, e.failing.Load())
		return nil
	}
	err := s.wait(r.Context(), done)
	if err == nil {
		err = e.fault()
	}
	if k = e.kept.Load(); k != nil {
		k.write(w, r, e.failing.Load())
		return nil
	}
	if err == nil {
		err = fault.New(fault.Unavailable, "shelf: the bytes were taken away at once")
	}
	return err
}

// wait waits for a maker.
func (s *Shelf) wait(ctx context.Context, done <-chan struct{}) error {
	if done == nil {
		return fault.New(fault.Unavailable, "shelf: nothing can be made now")
	}
	patience := time.NewTimer(s.opt.Patience)
	defer patience.Stop()
	select {
	case <-done:
		return nil
	case <-patience.C:
		return fault.New(fault.Unavailable, "shelf: making a page takes too long")
	case <-ctx.Done():
		return fault.Wrap(fault.Unavailable, ctx.Err(), "shelf: the reader has gone")
	}
}

// entry finds a key's entry or makes an empty one.
func (s *Shelf) entry(key string) *entry {
	s.mu.RLock()
	e := s.keys[key]
	s.mu.RUnlock()
	if e != nil {
		return e
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.keys[key]; e != nil {
		return e
	}
	e = &entry{}
	e.used.Store(s.opt.Clock.Now().UnixNano())
	if len(s.keys) >= s.opt.Max {
		s.evict()
	}
	s.keys[key] = e
	return e
}

// evict takes away the key that has been unused the longest. The lock is held.
func (s *Shelf) evict() {
	var oldest *entry
	var name string
	for key, e := range s.keys {
		if oldest == nil || e.used.Load() < oldest.used.Load() {
			oldest, name = e, key
		}
	}
	if oldest != nil {
		s.remove(name, oldest)
	}
}

// remove takes a key away. The lock is held.
func (s *Shelf) remove(key string, e *entry) {
	if s.keys[key] != e {
		return
	}
	delete(s.keys, key)
	s.bytes -= e.kept.Load().size()
}

// keep puts made bytes in an entry, and makes room for them. Bytes that would
// push out much else are for those who wait alone.
func (s *Shelf) keep(key string, e *entry, k *kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := e.kept.Swap(k)
	if s.keys[key] != e { // taken away while it was made
		return
	}
	s.bytes += k.size() - old.size()
	if k.size() > s.opt.MaxBytes/mostShare {
		s.remove(key, e)
	}
	for s.bytes > s.opt.MaxBytes && len(s.keys) > 0 {
		s.evict()
	}
}

// drop takes a key away for good, with the bytes that readers may still hold on to.
func (s *Shelf) drop(key string, e *entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(key, e)
	e.kept.Store(nil)
}
