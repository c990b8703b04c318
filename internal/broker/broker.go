package broker

import (
	"context"
	"crypto/ed25519"
	"log/slog"
	"slices"
	"sync"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/plugin"
)

// Terms are a board's dated terms for asking (I-2). The period asked for
// reaches from AskMonthsBack before the application's month to its end; sums
// are of the month SumMonthsBack before it.
type Terms struct {
	Controller    plugin.Controller
	AskMonthsBack int
	SumMonthsBack int
	// KeepDays is how long fetched answers are kept, at most 7.
	KeepDays int
	// Legal is the text of the legal reference in force.
	Legal string
}

// Attached is a source that a municipality may ask.
type Attached struct {
	Plugin plugin.Plugin
	// Deadline is how long one group of origins may take; 0 = 30 s.
	Deadline time.Duration
	// OneRequest asks all groups in one call, where an agreement demands it.
	OneRequest bool
}

// Options are what a broker is built from.
type Options struct {
	Municipality string
	DB           *db.DB
	Ring         *keyring.Ring
	Audit        *audit.Log
	Clock        clock.Clock
	Log          *slog.Logger
	Cases        Cases
	// Source gives an active source, or a fault that says why there is none.
	Source func(id string) (Attached, error)
	// Audience gives the manifest of an active plug-in that wants data.
	Audience func(id string) (plugin.Manifest, error)
	// Terms gives a board's terms in force at a time.
	Terms func(board, legalReference string, at time.Time) (Terms, error)
	// Admits tells whether a plug-in is open to a person (M-55); nil = to
	// everyone.
	Admits func(plugin string, person pnr.Number) bool
}

// Broker fetches and keeps. Its zero value is not usable; see New.
type Broker struct {
	opt   Options
	key   ed25519.PrivateKey
	gates gates

	mu      sync.Mutex
	pace    map[string][]time.Duration // recent durations by source and group, for I-4
	running sync.WaitGroup
	stop    context.CancelFunc
	ctx     context.Context
}

// New makes a broker. Close ends what it has started.
func New(opt Options) *Broker {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Admits == nil {
		opt.Admits = func(string, pnr.Number) bool { return true }
	}
	ctx, stop := context.WithCancel(context.Background())
	return &Broker{opt: opt, key: opt.Ring.PrivateKey("grant"), pace: map[string][]time.Duration{},
		gates: newGates(opt.Clock), ctx: ctx, stop: stop}
}

// GrantKey is the public key of this municipality's grants.
func GrantKey(ring *keyring.Ring) ed25519.PublicKey { return ring.Public("grant") }

// Close waits for running fetches; they are cut off, and what has not been
// answered by then could not answer.
func (b *Broker) Close() {
	b.stop()
	b.running.Wait()
}

// Login is what the broker must know of the person who asks: it comes from
// the session and never from a request (I-1).
type Login struct {
	Subject   pnr.Number
	Assurance int
}

// Ask is a wish to fetch.
type Ask struct {
	Login Login
	// Audience is the plug-in that will read the answer.
	Audience string
	Want     plugin.Want
	// Month is the application's month, "2006-01".
	Month string
	// Space is the communication space the answer is fetched into.
	Space string
	// Case is the case that the space belongs to (M-13). When it is not
	// empty, another open case of the same person is refused (M-14).
	Case string
}

// PartState is a part's state while a fetch runs. The last four are
// plugin.State.
type PartState string

const (
	PartAsking   PartState = "asking"
	PartReceived PartState = "received"
)

// Fetch is a fetch as its audience may see it.
type Fetch struct {
	ID        string
	Case      string
	Month     string
	StartedAt time.Time
	ExpiresAt time.Time
	// Done is true when every part has its final state.
	Done  bool
	Parts []FetchPart
}

// FetchPart is one origin of a fetch.
type FetchPart struct {
	Origin string
	Name   string
	State  PartState
	// At is when the state was reached; zero while asking.
	At time.Time
	// Part is set when State is final.
	Part plugin.Part
}

// Final tells whether a part has reached its last state.
func (p FetchPart) Final() bool { return p.State != PartAsking && p.State != PartReceived }

// Final lists the parts that have reached their last state.
func (f Fetch) Final() []plugin.Part {
	var parts []plugin.Part
	for _, p := range f.Parts {
		if p.Final() {
			parts = append(parts, p.Part)
		}
	}
	return parts
}

// groups splits a want into groups of origins that are asked together, in
// the source's order, and lists the origins that are not asked.
func groups(m plugin.Manifest, want plugin.Want) (asked [][]plugin.Origin, notAsked []plugin.Origin) {
	index := map[string]int{}
	for _, o := range m.Offers {
		if !wants(o, want) {
			notAsked = append(notAsked, o)
			continue
		}
		i, ok := index[o.Group]
		if !ok {
			i = len(asked)
			index[o.Group] = i
			asked = append(asked, nil)
		}
		asked[i] = append(asked[i], o)
	}
	return asked, notAsked
}

func wants(o plugin.Origin, want plugin.Want) bool {
	return slices.ContainsFunc(o.Datasets, func(d string) bool { return slices.Contains(want.Datasets, o.ID+"/"+d) })
}
