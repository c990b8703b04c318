package transient

import (
	"context"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/flow"
)

// Poll says where the login stands, and asks the provider first if that is due.
// It may be called as often as the browser likes. Faults: NotFound when there is
// no such login in this browser.
func (l *Logins) Poll(ctx context.Context, handle, browserSecret string) (flow.View, error) {
	l.mu.Lock()
	e, err := l.find(handle, browserSecret)
	if err != nil {
		l.mu.Unlock()
		return flow.View{}, err
	}
	now := l.clock.Now()
	if due := e.waiting() && !e.askAt.After(now); !due {
		seen := e.seen()
		l.mu.Unlock()
		return l.view(seen, browserSecret)
	}
	// From here on nobody else asks until this answer is there.
	e.askAt = now.Add(claimFor)
	e.turn++
	asking := e.seen()
	l.mu.Unlock()

	step := l.ask(ctx, l.provider(asking.provider), asking.order)
	clear(asking.order)
	clear(asking.request)
	l.mu.Lock()
	if e.turn == asking.turn {
		l.apply(e, step, flow.Pending)
		e.askAt = now.Add(collectEvery)
	} else { // cancelled, restarted or expired meanwhile: the answer is dropped
		clear(step.State)
	}
	l.age(e, l.clock.Now())
	seen := e.seen()
	l.mu.Unlock()
	return l.view(seen, browserSecret)
}

// ask is one Continue that the browser's going away does not cut off: the
// provider may hand out its result only this once.
func (l *Logins) ask(ctx context.Context, p identity.Provider, order []byte) identity.Step {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callLimit)
	defer cancel()
	step, err := p.Continue(ctx, order, identity.Input{})
	return l.sound(step, err, p)
}

// view shows a copy of a login, and overwrites it.
func (l *Logins) view(e login, browserSecret string) (flow.View, error) {
	defer e.wipe()
	returnTo, _, ok := l.paths.open(browserSecret)
	if !ok {
		return flow.View{}, fault.New(fault.Internal, "identity: a browser's secret is unreadable")
	}
	v := flow.View{State: e.state, MessageID: e.message, Code: e.code, Kind: e.kind, Provider: e.provider,
		ReturnTo: returnTo, Expires: e.deadline, SameDevice: e.sameDevice}
	switch {
	case e.state == flow.Done && e.way.returned:
		v.MessageID = flow.MsgDone
	case e.state == flow.Done:
		v.State, v.MessageID = flow.Pending, flow.MsgReturn
	case e.waiting() && e.order != nil:
		show, err := l.provider(e.provider).Show(e.order, l.clock.Now())
		if err != nil {
			return flow.View{}, err
		}
		v.MessageID, v.QR, v.LaunchURL = show.MessageID, show.QR, show.LaunchURL
	}
	return v, nil
}
