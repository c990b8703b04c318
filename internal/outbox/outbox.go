package outbox

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

const (
	pollEvery   = time.Second
	handleLimit = 30 * time.Second // for one event
	leaseFor    = 45 * time.Second // longer than one event may take
	batch       = 50
	firstPause  = time.Second
	longPause   = time.Hour
	parkAfter   = 24 * time.Hour
	maxKey      = 200
)

// Handler does what an event asks for. It may be called again for the same key.
type Handler func(ctx context.Context, key string) error

// Outbox is one municipality's outbox.
type Outbox struct {
	db     *db.DB
	log    *slog.Logger
	topics []*topic
}

// topic is a handler with what keeps it from running twice at once here.
type topic struct {
	name   string
	handle Handler
	held   func() bool // nil = never
	wake   chan struct{}
	mu     sync.Mutex
	leased time.Time // when the lease was last taken or kept
}

func (t *topic) lease() string { return "outbox " + t.name }

// New is the outbox in a database. A nil log is silent.
func New(d *db.DB, log *slog.Logger) *Outbox {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Outbox{db: d, log: log}
}

// Handle says who takes a topic's events. Call it before Run and Drain, once
// for a topic.
func (o *Outbox) Handle(name string, fn func(ctx context.Context, key string) error) {
	o.topics = append(o.topics, &topic{name: name, handle: fn, wake: make(chan struct{}, 1)})
}

// Hold lets a topic's events wait, untried, for as long as held says so: a
// switch that is off. Call it after Handle and before Run and Drain.
func (o *Outbox) Hold(name string, held func() bool) {
	for _, t := range o.topics {
		if t.name == name {
			t.held = held
		}
	}
}

// Add puts an event in the outbox, in the transaction of what it tells about.
// The key is an id; a personal identity number is refused (I-9).
func (o *Outbox) Add(ctx context.Context, tx *db.Tx, topic, key string) error {
	if _, err := pnr.ParseLenient(key, tx.Now); err == nil || len(key) > maxKey {
		return fault.New(fault.Internal, "outbox: the key of an event of %s is not an id", topic)
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO outbox (id, topic, event_key, created_at, due_at, attempts, fault)
		VALUES ($1, $2, $3, $4, $4, 0, '')`, db.NewID(), topic, key, db.Millis(tx.Now))
	return err
}

// Wake makes Run look at once. Call it after a commit that added an event; to
// forget it costs at most a second.
func (o *Outbox) Wake() {
	for _, t := range o.topics {
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
}

// Run hands events on until ctx ends, and returns when the last handler has.
func (o *Outbox) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, t := range o.topics {
		all.Go(func() { o.run(ctx, t) })
	}
	all.Wait()
	for _, t := range o.topics { // so that another node need not wait it out
		t.mu.Lock()
		if !t.leased.IsZero() {
			t.leased = time.Time{}
			_ = o.db.Release(context.WithoutCancel(ctx), t.lease())
		}
		t.mu.Unlock()
	}
}

func (o *Outbox) run(ctx context.Context, t *topic) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if _, err := o.work(ctx, t); err != nil && ctx.Err() == nil {
			o.log.Error("outbox cannot work", "topic", t.name, "kind", fault.KindOf(err), "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-t.wake:
		}
	}
}

// Drain hands on everything that is due now, and what that leads to, and
// returns the first failure of a handler. What failed stays for later.
func (o *Outbox) Drain(ctx context.Context) error {
	var first error
	for {
		handled := 0
		for _, t := range o.topics {
			n, err := o.work(ctx, t)
			handled += n
			if first == nil {
				first = err
			}
		}
		if handled == 0 || ctx.Err() != nil {
			return first
		}
	}
}
