package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/db/faultdb"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/outbox"
)

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// place is an outbox whose handler writes down what it was given.
type place struct {
	t      *testing.T
	clock  *clock.Manual
	db     *db.DB
	box    *outbox.Outbox
	log    *bytes.Buffer
	fail   map[string]error // by key
	mu     sync.Mutex
	handed []string
}

func each(t *testing.T, fn func(t *testing.T, p *place)) {
	t.Helper()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) { fn(t, newPlace(t, o)) })
}

func newPlace(t *testing.T, o db.Options) *place {
	t.Helper()
	p := &place{t: t, clock: clock.NewManual(start), log: new(bytes.Buffer), fail: make(map[string]error)}
	o.Clock = p.clock
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	p.db, p.box = d, outbox.New(d, slog.New(slog.NewTextHandler(p.log, nil)))
	p.box.Handle("submitted", p.handle)
	return p
}

func (p *place) handle(_ context.Context, key string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.handed = append(p.handed, key)
	return p.fail[key]
}

func (p *place) seen() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.handed)
}

func (p *place) add(topic string, keys ...string) {
	p.t.Helper()
	err := p.db.Tx(p.t.Context(), func(tx *db.Tx) error {
		for _, key := range keys {
			if err := p.box.Add(p.t.Context(), tx, topic, key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) stats() outbox.Stats {
	p.t.Helper()
	s, err := p.box.Stats(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

// D-12: an event is handed on if and only if its transaction was made, once
// when nothing fails.
func TestHandedOn(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		undone := errors.New("undone")
		if err := p.db.Tx(t.Context(), func(tx *db.Tx) error {
			if err := p.box.Add(t.Context(), tx, "submitted", "never"); err != nil {
				return err
			}
			return undone
		}); !errors.Is(err, undone) {
			t.Fatal(err)
		}
		p.add("submitted", "a", "b")
		p.add("unheard", "c")
		for range 2 {
			if err := p.box.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		got := p.seen()
		slices.Sort(got)
		if !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("handed on: %v", got)
		}
		p.clock.Advance(time.Hour)
		if s := p.stats(); s.Waiting != 1 || s.Oldest != time.Hour {
			t.Errorf("the event nobody takes does not wait: %+v", s)
		}
	})
}

// What a handler adds is handed on in the same Drain.
func TestChain(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.box.Handle("first", func(ctx context.Context, key string) error {
			return p.db.Tx(ctx, func(tx *db.Tx) error { return p.box.Add(ctx, tx, "submitted", key+"!") })
		})
		p.add("first", "a")
		if err := p.box.Drain(t.Context()); err != nil || !slices.Equal(p.seen(), []string{"a!"}) {
			t.Errorf("%v %v", p.seen(), err)
		}
	})
}

// A failing event does not stop the others, comes back after growing pauses,
// and succeeds when it can.
func TestTriedAgain(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.fail["bad"] = fault.New(fault.Unavailable, "the case system is down")
		p.add("submitted", "bad")
		p.clock.Advance(time.Millisecond)
		p.add("submitted", "good")
		if err := p.box.Drain(t.Context()); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("the failure is not told: %v", err)
		}
		if got := p.seen(); !slices.Equal(got, []string{"bad", "good"}) {
			t.Errorf("handed on: %v", got)
		}
		var pauses []time.Duration
		for range 4 {
			before := len(p.seen())
			waited := time.Duration(0)
			for len(p.seen()) == before {
				p.clock.Advance(250 * time.Millisecond)
				waited += 250 * time.Millisecond
				_ = p.box.Drain(t.Context())
			}
			pauses = append(pauses, waited)
		}
		if !slices.IsSorted(pauses) || pauses[0] > 1500*time.Millisecond || pauses[3] < 8*time.Second {
			t.Errorf("pauses %v", pauses)
		}
		delete(p.fail, "bad")
		p.clock.Advance(time.Hour)
		if err := p.box.Drain(t.Context()); err != nil || p.stats().Waiting != 0 {
			t.Errorf("%v %+v", err, p.stats())
		}
	})
}

// After a day of failures an event is parked, seen in the figures, and revived
// by an operator.
func TestParked(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.fail["bad"] = errors.New("a bug")
		p.add("submitted", "bad")
		for range 40 {
			_ = p.box.Drain(t.Context())
			p.clock.Advance(75 * time.Minute)
		}
		tries := len(p.seen())
		if s := p.stats(); s.Parked != 1 || s.Waiting != 0 || tries < 15 || tries > 40 {
			t.Errorf("%+v after %d tries", s, tries)
		}
		if err := p.box.Drain(t.Context()); err != nil || len(p.seen()) != tries {
			t.Errorf("a parked event was tried: %v", err)
		}
		delete(p.fail, "bad")
		if n, err := p.box.Revive(t.Context()); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if err := p.box.Drain(t.Context()); err != nil || p.stats() != (outbox.Stats{}) {
			t.Errorf("%v %+v", err, p.stats())
		}
	})
}

// A handler that panics fails alone.
func TestPanic(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.box.Handle("bug", func(context.Context, string) error { panic("198507099805") })
		p.add("bug", "a")
		p.add("submitted", "b")
		if err := p.box.Drain(t.Context()); fault.KindOf(err) != fault.Internal {
			t.Error(err)
		}
		if !slices.Equal(p.seen(), []string{"b"}) {
			t.Errorf("handed on: %v", p.seen())
		}
		if strings.Contains(p.log.String(), "198507099805") {
			t.Error("I-9: what the panic said is in the log")
		}
	})
}

// I-9: a key is an id, and only the kind of a failure is stored, never its words.
func TestNothingPersonalIsStored(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		for _, key := range []string{"198507099805", "850709-9805", strings.Repeat("x", 201)} {
			err := p.db.Tx(t.Context(), func(tx *db.Tx) error { return p.box.Add(t.Context(), tx, "submitted", key) })
			if fault.KindOf(err) != fault.Internal || strings.Contains(err.Error(), key) {
				t.Errorf("a key that is no id: %v", err)
			}
		}
		p.fail["bad"] = fault.New(fault.Invalid, "198507099805 is not known")
		p.add("submitted", "bad")
		_ = p.box.Drain(t.Context())
		var stored string
		if err := p.db.Read(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT fault FROM outbox`).Scan(&stored)
		}); err != nil || stored != string(fault.Invalid) {
			t.Errorf("stored %q, %v", stored, err)
		}
	})
}

// Run hands on what was woken for, by the clock of the machine, and stops when
// told, after the handler at work.
func TestRun(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx, stop := context.WithCancel(t.Context())
		stopped := make(chan struct{})
		go func() {
			p.box.Run(ctx)
			close(stopped)
		}()
		p.add("submitted", "a")
		p.box.Wake()
		p.add("submitted", "b") // without Wake: found by itself
		deadline := time.Now().Add(10 * time.Second)
		for p.stats().Waiting > 0 && time.Now().Before(deadline) {
			time.Sleep(5 * time.Millisecond)
		}
		stop()
		select {
		case <-stopped:
		case <-time.After(10 * time.Second):
			t.Fatal("Run does not stop")
		}
		if got := p.seen(); len(got) != 2 {
			t.Errorf("handed on: %v", got)
		}
		p.add("submitted", "c")
		if len(p.seen()) != 2 {
			t.Error("handed on after the stop")
		}
	})
}

// Another node with the lease does the work; when it dies, this one takes over.
func TestLease(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		// the lease as another node would hold it
		if err := p.db.Tx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO lease (name, holder, until) VALUES ('outbox submitted', 'other', $1)`,
				db.Millis(tx.Now.Add(time.Minute)))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		p.add("submitted", "a")
		if err := p.box.Drain(t.Context()); err != nil || len(p.seen()) != 0 {
			t.Errorf("beside the holder: %v %v", p.seen(), err)
		}
		p.clock.Advance(time.Minute)
		if err := p.box.Drain(t.Context()); err != nil || len(p.seen()) != 1 {
			t.Errorf("after the holder's death: %v %v", p.seen(), err)
		}
	})
}

// D-12: whatever database call fails, no event is lost; it may come twice.
func TestNothingIsLost(t *testing.T) {
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		plan := new(faultdb.Plan)
		o.Wrap = plan.Wrap
		p := newPlace(t, o)
		for _, point := range []faultdb.Point{faultdb.Exec, faultdb.Query, faultdb.Begin, faultdb.CommitBefore, faultdb.CommitAfter} {
			for n := 1; ; n++ {
				p.handed = nil
				p.add("submitted", "a", "b", "c")
				plan.FailNth(point, n)
				err := p.box.Drain(t.Context())
				reached := plan.Reached()
				if reached && err == nil {
					t.Errorf("point %d, call %d: the failure is not told", point, n)
				}
				p.clock.Advance(5 * time.Minute)
				if err := p.box.Drain(t.Context()); err != nil {
					t.Fatalf("point %d, call %d: afterwards: %v", point, n, err)
				}
				got := p.seen()
				for _, key := range []string{"a", "b", "c"} {
					if !slices.Contains(got, key) {
						t.Errorf("point %d, call %d: %s was lost", point, n, key)
					}
				}
				if s := p.stats(); s.Waiting+s.Parked != 0 || len(got) > 4 {
					t.Errorf("point %d, call %d: %+v, handed on %v", point, n, s, got)
				}
				if !reached {
					break
				}
			}
		}
	})
}
