package transient

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/flow"
)

const (
	// lifetime is how long a browser has from Begin to Take.
	lifetime = 5 * time.Minute
	// takeWithin is how long a completed login waits to be taken.
	takeWithin = 2 * time.Minute
	// tellWithin is how long a browser that comes late is told that its login
	// is over. Nothing but two hashes is kept for it.
	tellWithin = 5 * time.Minute
	// collectEvery is the least time between two questions about one order.
	collectEvery = 2 * time.Second
	// callLimit is for one step of a provider; claimFor outlasts it.
	callLimit = 11 * time.Second
	claimFor  = 12 * time.Second
	// defaultMax is how many logins may be under way on a node.
	defaultMax = 2000
	// maxUserAgent is in bytes.
	maxUserAgent = 300
)

// ErrFull is in the chain of Begin's fault when as many logins as there may be
// are under way: the moment for a waiting room.
var ErrFull = fault.New(fault.TooMany, "identity: as many logins as there may be are under way")

// Options are what logins need.
type Options struct {
	Clock       clock.Clock
	Log         *slog.Logger // a provider's name and a kind of fault, nothing else
	Environment identity.Environment
	Providers   []identity.Provider
	// Max is how many logins may be under way at the same time; 0 = 2000.
	Max int
	// StartsPerMinute is how many orders one network address may start in a
	// minute: 0 means 60, negative means no limit.
	StartsPerMinute int
}

// Logins are the logins under way on this node. See New.
type Logins struct {
	clock     clock.Clock
	log       *slog.Logger
	providers []identity.Provider
	max       int
	paths     paths
	taken     atomic.Int64

	mu    sync.Mutex
	limit *Brake
	all   map[digest]*login
}

// New refuses, with a fault of kind Invalid, providers of another environment
// (I-15), of the same name, or of a family that leaves our page.
func New(o Options) (*Logins, error) {
	l := &Logins{clock: o.Clock, log: o.Log, max: o.Max, limit: NewBrake(o.StartsPerMinute), all: map[digest]*login{}}
	if l.max == 0 {
		l.max = defaultMax
	}
	var err error
	if l.paths, err = newPaths(); err != nil {
		return nil, err
	}
	for _, p := range o.Providers {
		d := p.Describe()
		switch {
		case d.Environment != o.Environment:
			return nil, fault.New(fault.Invalid, "identity: provider %s is of environment %q, this instance of %q", d.ID, d.Environment, o.Environment)
		case d.Family != identity.PollFamily:
			return nil, fault.New(fault.Invalid, "identity: provider %s is of family %q, which cannot be led without a trace", d.ID, d.Family)
		case l.provider(d.ID) != nil:
			return nil, fault.New(fault.Invalid, "identity: two providers are called %s", d.ID)
		}
		l.providers = append(l.providers, p)
	}
	return l, nil
}

func (l *Logins) provider(id string) identity.Provider {
	for _, p := range l.providers {
		if p.Describe().ID == id {
			return p
		}
	}
	return nil
}

// Count tells how many logins are under way and how many there may be.
func (l *Logins) Count() (underWay, most int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tidy()
	return l.underWay(), l.max
}

// Taken is how many logins have been handed out since the process started, for
// the daily counter: a number, no more.
func (l *Logins) Taken() int64 { return l.taken.Load() }

// Begin starts a login and gives the handle and the secret that the browser
// must show from now on; the secret belongs in a cookie. If the provider cannot
// start, the login begins as failed, with its words in View. Faults: Invalid
// for input that no page of ours sends; TooMany when one address starts too
// many, or, with ErrFull in its chain, when no more are let in.
func (l *Logins) Begin(ctx context.Context, in flow.BeginInput) (handle, browserSecret string, err error) {
	provider := l.provider(in.Provider)
	if provider == nil || !slices.Contains(provider.Describe().Kinds, in.Kind) {
		return "", "", fault.New(fault.Invalid, "identity: no such provider for this kind of login")
	}
	returnTo, err := identity.ReturnPath(in.ReturnTo)
	if err != nil {
		return "", "", err
	}
	request := identity.Request{Kind: in.Kind, Person: in.Person, ClientIP: in.ClientIP,
		UserAgent: in.UserAgent[:min(len(in.UserAgent), maxUserAgent)], SameDevice: in.SameDevice, ReturnURL: in.ReturnURL}
	way, err := demandReturn(&request)
	if err != nil {
		return "", "", err
	}
	now := l.clock.Now()
	handle, browserSecret = randomText(), l.paths.secret(returnTo, now)
	entry := &login{browser: hash(browserSecret), kind: in.Kind, provider: in.Provider, state: flow.Started, way: way,
		request: request.ForSealing(), sameDevice: in.SameDevice, askAt: now.Add(claimFor),
		deadline: now.Add(lifetime), gone: now.Add(lifetime + tellWithin)}
	if err := l.admit(hash(handle), entry, in.ClientIP); err != nil {
		return "", "", err
	}
	time.AfterFunc(lifetime+time.Second, l.sweep)
	step := l.start(ctx, provider, request)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.apply(entry, step, flow.Started)
	entry.askAt = now // at once: the first question is not too early
	return handle, browserSecret, nil
}

// admit gives a login its place, if there is one.
func (l *Logins) admit(handle digest, entry *login, clientIP string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tidy()
	if l.underWay() >= l.max {
		return ErrFull
	}
	if !l.limit.Allow(clientIP, l.clock.Now()) {
		return errOften
	}
	l.all[handle] = entry
	return nil
}

var errOften = fault.New(fault.TooMany, "identity: too many logins from one address")

// start asks the provider to begin; an error of its own becomes a failed step.
// The browser's going away does not cut it off, or an order would be lost.
func (l *Logins) start(ctx context.Context, p identity.Provider, r identity.Request) identity.Step {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callLimit)
	defer cancel()
	step, err := p.Begin(ctx, r)
	return l.sound(step, err, p)
}

// sound turns a provider's error, or a step that is none, into a failed step.
func (l *Logins) sound(step identity.Step, err error, p identity.Provider) identity.Step {
	if err == nil && (step.Poll != nil || step.Done != nil || step.Failed != nil) {
		return step
	}
	l.log.Error("identity: provider failed", "provider", p.Describe().ID, "kind", string(fault.KindOf(err)))
	return identity.Step{Failed: &identity.Failure{Code: identity.FailTechnical, MessageID: flow.MsgTechnical}}
}

// dropOrder tells the provider that nobody waits any more. Best effort: an
// order that is not told ends by itself within minutes.
func (l *Logins) dropOrder(ctx context.Context, p identity.Provider, order []byte) {
	if order == nil || p == nil {
		return
	}
	defer clear(order)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callLimit)
	defer cancel()
	if err := p.Cancel(ctx, order); err != nil {
		l.log.Warn("identity: an order could not be cancelled", "provider", p.Describe().ID, "kind", string(fault.KindOf(err)))
	}
}
