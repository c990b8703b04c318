package ballot

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/seal"
)

// Outcome is what became of what a person asked.
type Outcome string

// The outcomes. Status is "voted" or "not-voted"; so is asking twice.
const (
	Accepted  Outcome = "accepted"
	Withdrawn Outcome = "withdrawn"
	Voted     Outcome = "voted"     // the vote was there already
	NotVoted  Outcome = "not-voted" // there was none to withdraw
)

// Grace is for those who had begun to log in before the closing time.
const Grace = 15 * time.Minute

// RetryAfter is how long to wait when the queue is full.
const RetryAfter = 2 * time.Second

// ErrFull is in the chain of the error when the queue is full.
var ErrFull = errors.New("ballot: the queue is full")

const (
	defaultQueue = 4096
	groupSize    = 256
	readyGroups  = 16 // sealed while the writer is busy, so that the next commit takes them all
	stopLimit    = 20 * time.Second
	many         = 8 // slips in a commit: from so many on the writer waits a moment for more
	restCommits  = 3
	longestWait  = 8 * time.Millisecond
)

// Options is what a Box uses.
type Options struct {
	DB      *db.DB
	Sealer  seal.Sealer
	Log     *slog.Logger // kinds and counts only; nil is silent
	Queue   int          // 0 = 4096
	Sealers int          // goroutines that seal; 0 = 2
}

// Box takes votes for all petitions of a municipality on this node.
type Box struct {
	o     Options
	queue chan *slip
	ready chan []*slip // sealed

	mu      sync.Mutex
	stopped bool
	known   map[string]*seal.Commitment
	stats   Stats
}

// Stats is the writer's work since the start, for metrics.
type Stats struct {
	Commits int64
	Slips   int64 // votes, withdrawals and questions committed
	Refused int64 // because the queue was full
	Replays int64 // groups that had to be done one by one
	Failed  int64 // slips answered with a fault
}

// New is a box; Run makes it work.
func New(o Options) *Box {
	if o.Queue == 0 {
		o.Queue = defaultQueue
	}
	if o.Sealers == 0 {
		o.Sealers = 2
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Box{o: o, queue: make(chan *slip, o.Queue), ready: make(chan []*slip, readyGroups), known: make(map[string]*seal.Commitment)}
}

// action is what a slip asks for.
type action int

const (
	cast action = iota
	withdraw
	ask
	receipt
)

// slip is one request on its way. The voter is forgotten when sealed.
type slip struct {
	action   action
	petition string
	voter    pnr.Number
	begun    time.Time // when the voter's login began
	district string    // to count the vote in; "" is none

	ctx       context.Context
	sealed    seal.Nullifier
	outcome   Outcome
	nullifier []byte // for a receipt
	err       error
	done      chan struct{}
}

// Cast votes for a petition. begun is when the voter's login began: those who
// had begun before the closing time have a grace of some minutes; zero = now.
func (b *Box) Cast(ctx context.Context, petition string, voter pnr.Number, begun time.Time) (Outcome, error) {
	return b.CastFrom(ctx, petition, voter, begun, "")
}

// CastFrom is Cast by somebody from a district, which is counted with the vote
// and kept with no row: at most 16 of A-Z a-z 0-9 -, "" for none.
func (b *Box) CastFrom(ctx context.Context, petition string, voter pnr.Number, begun time.Time, district string) (Outcome, error) {
	s, err := b.put(ctx, &slip{action: cast, petition: petition, voter: voter, begun: begun, district: countable(district)})
	return s.outcome, err
}

// Withdraw takes a vote back, as long as the petition takes votes.
func (b *Box) Withdraw(ctx context.Context, petition string, voter pnr.Number, begun time.Time) (Outcome, error) {
	return b.WithdrawFrom(ctx, petition, voter, begun, "")
}

// WithdrawFrom is Withdraw by somebody from a district.
func (b *Box) WithdrawFrom(ctx context.Context, petition string, voter pnr.Number, begun time.Time, district string) (Outcome, error) {
	s, err := b.put(ctx, &slip{action: withdraw, petition: petition, voter: voter, begun: begun, district: countable(district)})
	return s.outcome, err
}

// Status tells a voter whether they have voted.
func (b *Box) Status(ctx context.Context, petition string, voter pnr.Number) (Outcome, error) {
	s, err := b.put(ctx, &slip{action: ask, petition: petition, voter: voter})
	return s.outcome, err
}

// Receipt gives a voter their own nullifier, where receipts are switched on.
// Showing it to somebody proves that one voted; the page says so first.
func (b *Box) Receipt(ctx context.Context, petition string, voter pnr.Number) ([]byte, error) {
	s, err := b.put(ctx, &slip{action: receipt, petition: petition, voter: voter})
	return s.nullifier, err
}

// put waits in the queue and for the answer. Whoever gives up may still have
// voted: doing it again is harmless.
func (b *Box) put(ctx context.Context, s *slip) (*slip, error) {
	none := &slip{}
	if err := seal.CheckPetition(s.petition); err != nil {
		return none, fault.ErrNotFound
	}
	if s.voter.IsZero() {
		return none, fault.New(fault.Unauthenticated, "ballot: a vote needs a voter")
	}
	s.ctx, s.done = ctx, make(chan struct{})
	if err := b.enter(s); err != nil {
		return none, err
	}
	select {
	case <-s.done:
		return s, s.err
	case <-ctx.Done():
		return none, fault.Wrap(fault.Unavailable, ctx.Err(), "ballot: waited for the writer")
	}
}

func (b *Box) enter(s *slip) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return fault.New(fault.Unavailable, "ballot: the program is stopping")
	}
	select {
	case b.queue <- s:
		return nil
	default:
		b.stats.Refused++
		return fault.New(fault.TooMany, "%w; try again in %s", ErrFull, RetryAfter)
	}
}

// Stats gives the figures so far; Waiting is the length of the queue.
func (b *Box) Stats() (s Stats, waiting int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stats, len(b.queue)
}

// Run seals and writes until ctx ends, then answers what is in the queue and
// returns.
func (b *Box) Run(ctx context.Context) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var sealers, writer sync.WaitGroup
	for range b.o.Sealers {
		sealers.Go(func() { b.sealAll(work) })
	}
	writer.Go(func() { b.writeAll(work) })
	<-ctx.Done()
	b.mu.Lock()
	b.stopped = true
	close(b.queue) // nobody enters any more; sealers end when it is empty
	b.mu.Unlock()
	late := time.AfterFunc(stopLimit, cancel)
	defer late.Stop()
	sealers.Wait()
	close(b.ready)
	writer.Wait()
}

func (s *slip) answer() { close(s.done) }
