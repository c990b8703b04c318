package uptime

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
)

// The parts. The names are those of Options.Probes too.
const (
	Service  = "service"  // this program
	Database = "database" // reading and writing
	EID      = "e-id"     // the e-ID's provider
	Sealer   = "sealer"   // the keys that votes need
	Mail     = "mail"     // letters can be handed over

	Own    = "own"    // service and database: what nobody else answers for
	Voting = "voting" // all that a vote needs

	// unheld is when nobody could vote and nothing held the closing: own and
	// the e-ID. A sealer that is away is not in it, since closing's Watch holds
	// voting for it at once.
	unheld = "votes"
)

// Parts are those that are tried, in the order they are shown.
func Parts() []string { return []string{Service, Database, EID, Sealer, Mail} }

const (
	leaseName = "uptime"
	// leaseFor has run out when the next minute begins, so that the node that
	// comes first takes over from one that died without a minute lost.
	leaseFor   = 45 * time.Second
	probeLimit = 10 * time.Second
	storeLimit = 15 * time.Second
	// maxPending is how many minutes are remembered while the database is away.
	maxPending = 2 * 24 * 60
)

// Options is what a Log uses.
type Options struct {
	DB    *db.DB
	Clock clock.Clock // a *clock.Steady can hold it
	// Probes try a part; the keys are Database, EID, Sealer and Mail. Without
	// one for the database it is pinged; a part without one is left out.
	Probes map[string]func(ctx context.Context) error
	Log    *slog.Logger // names of parts only; nil is silent
}

// State is whether a part is up.
type State struct {
	Part string
	Up   bool
}

// Current is what this node saw last. It needs no database.
type Current struct {
	At    time.Time // zero before the first minute
	Parts []State   // those that are tried, in the order of Parts
}

// minute is what was seen in one minute.
type minute struct {
	at time.Time // its beginning
	up map[string]bool
}

// Log is one municipality's record. Safe for concurrent use.
type Log struct {
	o Options

	beating sync.Mutex // one Beat at a time
	pending []minute

	mu      sync.Mutex
	current Current
}

// New is the record; Run or Beat makes it grow.
func New(o Options) *Log {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	probes := map[string]func(context.Context) error{Database: o.DB.Ping}
	for part, try := range o.Probes {
		if try != nil && slices.Contains(Parts(), part) && part != Service {
			probes[part] = try
		}
	}
	o.Probes = probes
	return &Log{o: o}
}

// Run beats at once and then at the beginning of each minute, until the
// context ends. A minute that failed is no reason to stop.
func (l *Log) Run(ctx context.Context) error {
	for {
		if err := l.Beat(ctx); err != nil && ctx.Err() == nil {
			l.o.Log.Warn("uptime not written", "error", err)
		}
		now := l.o.Clock.Now()
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(now.Truncate(time.Minute).Add(time.Minute).Sub(now)):
		}
	}
}

// Now is what this node saw last.
func (l *Log) Now() Current {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Current{At: l.current.At, Parts: slices.Clone(l.current.Parts)}
}

// Beat tries every part and writes the minute. Call it before anything is
// closed at a start: time lost before it is known after it.
func (l *Log) Beat(ctx context.Context) error {
	l.beating.Lock()
	defer l.beating.Unlock()
	now, ok := clock.Settled(l.o.Clock)
	if !ok {
		return nil
	}
	m := minute{at: now.UTC().Truncate(time.Minute), up: l.try(ctx)}
	if err := ctx.Err(); err != nil {
		return err // we were stopped, and know nothing of the parts
	}
	all := append(slices.Clone(l.pending), m)
	err := l.write(ctx, all)
	if err != nil && ctx.Err() != nil {
		return err // likewise, while it was written
	}
	if err != nil {
		m.up[Database] = false
	}
	m.sum()
	l.see(m)
	if err != nil {
		all[len(all)-1] = m
		l.pending = all[max(0, len(all)-maxPending):]
		return err
	}
	l.pending = nil
	return nil
}

// write stores the minutes, unless another node does so.
func (l *Log) write(ctx context.Context, all []minute) error {
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	mine, err := l.o.DB.Lease(ctx, leaseName, leaseFor)
	if err != nil || !mine {
		return err
	}
	return l.o.DB.Tx(ctx, func(tx *db.Tx) error { return store(ctx, tx, all) })
}

// try asks all parts at the same time.
func (l *Log) try(ctx context.Context) map[string]bool {
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	type answer struct {
		part string
		up   bool
	}
	answers := make(chan answer, len(l.o.Probes))
	for part, probe := range l.o.Probes {
		go func() { answers <- answer{part, ask(ctx, probe)} }()
	}
	up := map[string]bool{Service: true}
	for part := range l.o.Probes {
		up[part] = false
	}
	for range l.o.Probes {
		select {
		case a := <-answers:
			up[a.part] = a.up
		case <-ctx.Done(): // whoever has not answered is away
			return (&minute{up: up}).sum()
		}
	}
	return (&minute{up: up}).sum()
}

// ask runs one probe; a panic in it is its failure.
func ask(ctx context.Context, probe func(context.Context) error) (up bool) {
	defer func() {
		if recover() != nil {
			up = false
		}
	}()
	return probe(ctx) == nil
}

// sum works out the two sums.
func (m *minute) sum() map[string]bool {
	has := func(part string) bool {
		up, tried := m.up[part]
		return up || !tried
	}
	m.up[Own] = has(Service) && has(Database)
	m.up[unheld] = m.up[Own] && has(EID)
	m.up[Voting] = m.up[unheld] && has(Sealer)
	return m.up
}

// see remembers the minute and logs what changed.
func (l *Log) see(m minute) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.current.Parts
	l.current = Current{At: m.at}
	for _, part := range Parts() {
		up, tried := m.up[part]
		if !tried {
			continue
		}
		l.current.Parts = append(l.current.Parts, State{part, up})
		if slices.Contains(before, State{part, !up}) {
			l.o.Log.Warn("a part changed", "part", part, "up", up)
		}
	}
}
