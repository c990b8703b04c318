package flow

import (
	"context"
	"net/url"
	"sync"
	"testing"
	"time"

	fake "medborgarnavet/fake/bankid"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/bankid"
)

// gate is a provider whose answers wait until the test lets them through.
type gate struct {
	identity.Provider
	answered chan struct{} // an answer is there
	pass     chan struct{}
}

func newGate(p identity.Provider) gate {
	return gate{p, make(chan struct{}), make(chan struct{})}
}

func (g gate) Continue(ctx context.Context, state []byte, in identity.Input) (identity.Step, error) {
	step, err := g.Provider.Continue(ctx, state, in)
	g.answered <- struct{}{}
	<-g.pass
	return step, err
}

// identity.md §4.2: double complete. Many browsers tabs and nodes at once ask
// BankID once, and one of them gets the login.
func TestManyAtOnceGetOneLogin(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		b := w.begin(input())
		if err := w.fake.Scan(b.poll().QR, anna, fake.Approve); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(collectEvery)
		before := w.calls("collect")
		nodes := []*Flow{w.Flow, w.node(w.provider), w.node(w.provider)}
		atOnce(9, func(i int) {
			if _, err := nodes[i%3].Poll(t.Context(), b.handle, b.secret); err != nil {
				t.Error(err)
			}
		})
		if n := w.calls("collect") - before; n != 1 {
			t.Errorf("%d collects", n)
		}
		b.want(b.poll(), Done, MsgDone)
		var mu sync.Mutex
		taken := 0
		atOnce(9, func(i int) {
			a, _, _, err := nodes[i%3].Take(t.Context(), b.handle, b.secret)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil && a.Subject.Plain() == anna:
				taken++
			case fault.KindOf(err) != fault.Conflict:
				t.Error(err)
			}
		})
		if taken != 1 {
			t.Errorf("taken %d times", taken)
		}
	})
}

func atOnce(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
}

// identity.md §4.2: cancelled then complete. The person cancels on the page
// while BankID's "complete" is on its way: nobody is logged in.
func TestCancelBeatsAnAnswerOnItsWay(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		g := newGate(w.provider)
		w.Flow = w.node(g)
		b := w.begin(input())
		w.fake.Script(anna, fake.Approve)
		b2 := w.begin(input())
		polled := make(chan View)
		go func() { v, _ := b2.Poll(t.Context(), b2.handle, b2.secret); polled <- v }()
		<-g.answered
		if err := b2.Cancel(t.Context(), b2.handle, b2.secret); err != nil {
			t.Fatal(err)
		}
		g.pass <- struct{}{}
		b.want(<-polled, Cancelled, MsgCancelled)
		b2.wantNotTaken("cancelled", fault.Conflict)
	})
}

// The same with a restart: the answer to the old order is dropped.
func TestRestartBeatsAnAnswerOnItsWay(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		g := newGate(w.provider)
		w.Flow = w.node(g)
		w.fake.Script(bo, fake.Approve)
		b := w.begin(input())
		polled := make(chan View)
		go func() { v, _ := b.Poll(t.Context(), b.handle, b.secret); polled <- v }()
		<-g.answered
		if _, err := b.Restart(t.Context(), b.handle, b.secret, false); err != nil {
			t.Fatal(err)
		}
		g.pass <- struct{}{}
		v := b.want(<-polled, Started, bankid.MsgRFA1)
		if err := w.fake.Scan(v.QR, anna, fake.Approve); err != nil {
			t.Fatal(err)
		}
		go func() { <-g.answered; g.pass <- struct{}{} }()
		b.want(b.later(), Done, MsgDone)
		if a, err := b.take(); err != nil || a.Subject.Plain() != anna {
			t.Errorf("took %v, %v", a, err)
		}
	})
}

// While one node waits for a slow answer no other asks; the page still moves.
func TestSlowAnswer(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		g := newGate(w.provider)
		slow := w.node(g)
		b := w.begin(input())
		done := make(chan error)
		go func() { _, err := slow.Poll(t.Context(), b.handle, b.secret); done <- err }()
		<-g.answered
		before, collects := b.poll().QR, w.calls("collect")
		w.clock.Advance(callLimit)
		if after := b.poll().QR; after == before || after == "" {
			t.Error("the code stands still")
		}
		if n := w.calls("collect"); n != collects {
			t.Errorf("asked %d times meanwhile", n-collects)
		}
		g.pass <- struct{}{}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// A browser that closes while BankID hands out its only answer loses nothing.
func TestClosedBrowserLosesNoAnswer(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		g := newGate(w.provider)
		w.Flow = w.node(g)
		w.fake.Script(anna, fake.Approve)
		b := w.begin(input())
		ctx, closed := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { _, _ = b.Poll(ctx, b.handle, b.secret); close(done) }()
		<-g.answered
		closed()
		g.pass <- struct{}{}
		<-done
		b.want(b.poll(), Done, MsgDone)
	})
}

// identity.md §1.4: on the same device the login is bound to the browser that
// the app goes back to. A launch link sent to a victim gains nothing.
func TestSameDeviceComesBackThroughTheApp(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		in := input()
		in.SameDevice, in.ReturnURL = true, "https://ekbacka.example/logga-in/ater?v=1"
		attacker := w.begin(in)
		// The attacker opens the first link, so knows its way back.
		first := w.wayBack()
		if err := attacker.Return(t.Context(), attacker.handle, attacker.secret, first); err != nil {
			t.Fatal(err)
		}
		v, err := attacker.Restart(t.Context(), attacker.handle, attacker.secret, true)
		if err != nil {
			t.Fatal(err)
		}
		second := w.wayBack()
		// The victim opens the new link and approves; their browser, not the
		// attacker's, gets the new way back.
		attacker.open(v, anna, fake.Approve)
		attacker.want(attacker.later(), Pending, MsgReturn)
		attacker.wantNotTaken("without coming back", fault.Conflict)
		for _, nonce := range []string{"", first, second + "x"} {
			if err := attacker.Return(t.Context(), attacker.handle, attacker.secret, nonce); fault.KindOf(err) != fault.Forbidden {
				t.Errorf("came back with a wrong nonce: %v", err)
			}
		}
		attacker.wantNotTaken("with wrong nonces", fault.Conflict)
		if first == second {
			t.Error("the way back is the same for every order")
		}
		// An honest browser comes back itself.
		if err := attacker.Return(t.Context(), attacker.handle, attacker.secret, second); err != nil {
			t.Fatal(err)
		}
		attacker.want(attacker.poll(), Done, MsgDone)
		if _, err := attacker.take(); err != nil {
			t.Error(err)
		}
	})
}

// wayBack is the nonce that the latest order's app was told to go back with.
func (w world) wayBack() string {
	w.t.Helper()
	var sent struct {
		ReturnURL string `json:"returnUrl"`
	}
	log := w.fake.Transcript()
	for i := len(log) - 1; i >= 0; i-- {
		if log[i].Endpoint == "auth" {
			decode(w.t, log[i].Body, &sent)
			break
		}
	}
	u, err := url.Parse(sent.ReturnURL)
	if err != nil || u.Query().Get("v") != "1" || len(u.Query().Get("n")) != 43 {
		w.t.Fatalf("return address %q, %v", sent.ReturnURL, err)
	}
	return u.Query().Get("n")
}

// The app on the same device may come back before the answer is collected.
func TestReturnDuringCollect(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		g := newGate(w.provider)
		w.Flow = w.node(g)
		in := input()
		in.SameDevice, in.ReturnURL = true, "https://ekbacka.example/logga-in/ater?v=1"
		w.fake.Script(anna, fake.Approve)
		b := w.begin(in)
		done := make(chan struct{})
		go func() { _, _ = b.Poll(t.Context(), b.handle, b.secret); close(done) }()
		<-g.answered
		if err := b.Return(t.Context(), b.handle, b.secret, w.wayBack()); err != nil {
			t.Fatal(err)
		}
		g.pass <- struct{}{}
		<-done
		b.want(b.poll(), Done, MsgDone)
		w.clock.Advance(time.Second)
		if _, err := b.take(); err != nil {
			t.Error(err)
		}
	})
}
