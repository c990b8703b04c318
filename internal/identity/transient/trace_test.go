package transient

import (
	"context"
	"strings"
	"testing"

	fake "medborgarnavet/fake/bankid"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/flow"
)

// gate is a provider whose answers wait until the test lets them through.
type gate struct {
	identity.Provider
	answered, pass chan struct{}
}

func (g gate) Continue(ctx context.Context, state []byte, in identity.Input) (identity.Step, error) {
	step, err := g.Provider.Continue(ctx, state, in)
	g.answered <- struct{}{}
	<-g.pass
	return step, err
}

// An answer that comes after the person cancelled, or asked for a new order, or
// after the time was out, is dropped.
func TestLateAnswerIsDropped(t *testing.T) {
	for name, meanwhile := range map[string]func(b browser) flow.State{
		"cancelled": func(b browser) flow.State { _ = b.Cancel(b.t.Context(), b.handle, b.secret); return flow.Cancelled },
		"restarted": func(b browser) flow.State {
			if _, err := b.Restart(b.t.Context(), b.handle, b.secret, false); err != nil {
				b.t.Error(err)
			}
			return flow.Started
		},
		"expired": func(b browser) flow.State { b.clock.Advance(lifetime); return flow.Expired },
	} {
		t.Run(name, func(t *testing.T) {
			g := gate{answered: make(chan struct{}), pass: make(chan struct{})}
			w := newWorld(t, func(o *Options) { g.Provider = o.Providers[0]; o.Providers = []identity.Provider{g} })
			w.fake.Script(anna, fake.Approve)
			b := w.begin(input())
			w.clock.Advance(collectEvery)
			polled := make(chan flow.View, 1)
			go func() {
				v, err := b.Poll(t.Context(), b.handle, b.secret)
				if err != nil {
					t.Error(err)
				}
				polled <- v
			}()
			<-g.answered
			want := meanwhile(b)
			g.pass <- struct{}{}
			if v := <-polled; v.State != want {
				t.Errorf("state %s, want %s", v.State, want)
			}
			if a, err := b.take(); err == nil {
				t.Errorf("took %v", a)
			}
		})
	}
}

// I-17: whatever ends a login, what was known of the person is overwritten
// where it lay, and nobody's name or number is in the log.
func TestNothingIsLeft(t *testing.T) {
	for name, end := range map[string]func(b browser){
		"taken":     func(b browser) { _, _ = b.take() },
		"cancelled": func(b browser) { _ = b.Cancel(b.t.Context(), b.handle, b.secret) },
		"expired":   func(b browser) { b.clock.Advance(lifetime); b.sweep() },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			b := w.begin(input())
			b.poll()
			e := w.all[hash(b.handle)]
			request, order := e.request, e.order
			if len(request) == 0 || len(order) == 0 {
				t.Fatal("nothing was there to begin with")
			}
			b.scan(anna, fake.Approve)
			b.want(b.later(), flow.Done, flow.MsgDone)
			answer := e.answer
			if len(answer) == 0 || e.request != nil || e.order != nil {
				t.Fatal("an answer is there, and only that")
			}
			end(b)
			for what, bytes := range map[string][]byte{"request": request, "order": order, "answer": answer} {
				for _, c := range bytes {
					if c != 0 {
						t.Fatalf("the %s is still in memory", what)
					}
				}
			}
			if e.live() || e.request != nil || e.order != nil || e.answer != nil || e.way != (wayBack{}) {
				t.Errorf("left: %+v", e.state)
			}
			for _, bad := range []string{anna, "Berglund", "192.0.2.44", path, b.handle, b.secret} {
				if strings.Contains(w.log.String(), bad) {
					t.Errorf("the log tells %q", bad)
				}
			}
		})
	}
}
