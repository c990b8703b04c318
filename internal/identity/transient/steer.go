package transient

import (
	"context"
	"crypto/subtle"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/flow"
)

// Cancel ends a login because the person said so on the page. It wins over an
// answer that is on its way, and over one that has come but is not taken. A
// failed login, which may be tried again, is over then too.
// Cancelling what has ended changes nothing.
func (l *Logins) Cancel(ctx context.Context, handle, browserSecret string) error {
	l.mu.Lock()
	e, err := l.find(handle, browserSecret)
	if err != nil || !e.live() {
		l.mu.Unlock()
		return err
	}
	order := e.seen().order
	e.end(flow.Cancelled, flow.MsgCancelled, identity.FailCancel)
	l.mu.Unlock()
	l.dropOrder(ctx, l.provider(e.provider), order)
	return nil
}

// Restart makes a new order in the same login, on this or another device: after
// a failure, or because the person changed their mind about the device. The
// time of the whole login is not prolonged. Faults: NotFound, Gone when the login
// is over, Conflict when it is done, TooMany.
func (l *Logins) Restart(ctx context.Context, handle, browserSecret string, sameDevice bool) (flow.View, error) {
	e, old, err := l.reclaim(handle, browserSecret)
	if err != nil {
		return flow.View{}, err
	}
	provider := l.provider(old.provider)
	request, err := identity.OpenedRequest(old.request, l.clock.Now())
	clear(old.request)
	if err != nil {
		return flow.View{}, err
	}
	l.dropOrder(ctx, provider, old.order)
	request.SameDevice = sameDevice
	way, err := demandReturn(&request) // who came back from an earlier order proves nothing about this
	if err != nil {
		return flow.View{}, err
	}
	step := l.start(ctx, provider, request)

	l.mu.Lock()
	if e.turn != old.turn {
		l.mu.Unlock()
		l.dropOrder(ctx, provider, step.State)
		return flow.View{}, fault.New(fault.Conflict, "identity: the login changed meanwhile")
	}
	clear(e.request)
	e.way, e.sameDevice, e.request = way, sameDevice, request.ForSealing()
	l.apply(e, step, flow.Started)
	e.turn++
	e.askAt = l.clock.Now()
	seen := e.seen()
	l.mu.Unlock()
	return l.view(seen, browserSecret)
}

// reclaim makes the caller the only one to act on a login, and gives what it
// was.
func (l *Logins) reclaim(handle, browserSecret string) (*login, login, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, err := l.find(handle, browserSecret)
	if err != nil {
		return nil, login{}, err
	}
	switch e.state {
	case flow.Expired, flow.Cancelled:
		return nil, login{}, fault.New(fault.Gone, "identity: the login is over")
	case flow.Done, flow.Taken:
		return nil, login{}, fault.New(fault.Conflict, "identity: the login is done")
	}
	request, err := identity.OpenedRequest(e.request, l.clock.Now())
	if err != nil {
		return nil, login{}, err
	}
	if !l.limit.Allow(request.ClientIP, l.clock.Now()) {
		return nil, login{}, errOften
	}
	e.askAt = l.clock.Now().Add(claimFor)
	e.turn++
	return e, e.seen(), nil
}

// Return notes that the browser came back through the app on the same device:
// nonce is the parameter n of the address that it came to. Faults: NotFound for
// another browser's login, Forbidden for a nonce that is not this login's.
func (l *Logins) Return(_ context.Context, handle, browserSecret, nonce string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, err := l.find(handle, browserSecret)
	if err != nil {
		return err
	}
	if got := hash(nonce); !e.way.demanded || subtle.ConstantTimeCompare(e.way.nonce[:], got[:]) != 1 {
		return fault.New(fault.Forbidden, "identity: not the way back of this login")
	}
	e.way.returned = true
	return nil
}

// Take hands out a completed login, once, and forgets it: of two at the same
// time one gets it and the other a fault of kind Conflict. The answer has no
// name and no id of the transaction. Faults: NotFound, Gone when the time is out.
func (l *Logins) Take(_ context.Context, handle, browserSecret string) (a identity.Authentication, kind identity.Kind, returnTo string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, err := l.find(handle, browserSecret)
	if err != nil {
		return identity.Authentication{}, "", "", err
	}
	returnTo, _, ok := l.paths.open(browserSecret)
	switch {
	case e.state == flow.Expired:
		err = fault.New(fault.Gone, "identity: the login's time is out")
	case e.state != flow.Done || !e.way.returned || !ok:
		err = fault.New(fault.Conflict, "identity: the login is not there to be taken")
	default:
		a, err = identity.OpenedAuthentication(e.answer, l.clock.Now())
	}
	if err != nil {
		return identity.Authentication{}, "", "", err
	}
	kind = e.kind
	e.end(flow.Taken, "", "")
	l.taken.Add(1)
	return a, kind, returnTo, nil
}
