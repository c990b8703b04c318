package transient

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	fake "medborgarnavet/fake/bankid"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/bankid"
	"medborgarnavet/internal/identity/flow"
)

// P-05, I-17: from Begin to Take with the code that the page shows. What is
// handed out has no name and nothing that the e-ID could be asked about.
func TestLoginWithQRCode(t *testing.T) {
	w := newWorld(t)
	b := w.begin(input())
	v := b.want(b.poll(), flow.Pending, bankid.MsgRFA1)
	if v.Kind != identity.Citizen || v.Provider != bankid.ID || v.ReturnTo != path || !v.Expires.Equal(start.Add(lifetime)) || v.LaunchURL != "" {
		t.Errorf("view %+v", v)
	}
	b.wantNotTaken("before anybody answered", fault.Conflict)
	w.clock.Advance(500 * time.Millisecond)
	b.scan(anna, fake.Approve)
	b.want(b.later(), flow.Done, flow.MsgDone)
	a, kind, returnTo, err := b.Take(t.Context(), b.handle, b.secret)
	if err != nil || a.Subject.Plain() != anna || kind != identity.Citizen || returnTo != path || a.Assurance.Level != 3 || a.Environment != identity.Test {
		t.Errorf("took %v %s %s, %v", a, kind, returnTo, err)
	}
	if a.Name != "" || a.TxnID != "" {
		t.Error("the answer tells more than who")
	}
	if begun := w.Begun(b.secret); !begun.Equal(start) || !w.Begun("x.y").IsZero() || !w.Begun("").IsZero() {
		t.Errorf("begun %v", begun)
	}
	b.wantNotTaken("twice", fault.Conflict)
	if v := b.want(b.poll(), flow.Taken, ""); v.ReturnTo != path {
		t.Errorf("another tab cannot go on to %q", v.ReturnTo)
	}
	if w.Taken() != 1 || w.calls("auth") != 1 {
		t.Errorf("%d taken, %d orders", w.Taken(), w.calls("auth"))
	}
}

// identity.md §4.2: the handle is worth nothing in another browser.
func TestHandleOfAnotherBrowser(t *testing.T) {
	w := newWorld(t)
	b, other := w.begin(input()), w.begin(input())
	for _, secret := range []string{"", "x", other.secret, strings.Split(b.secret, ".")[0]} {
		thief := browser{w, b.handle, secret}
		if _, err := w.Poll(t.Context(), b.handle, secret); fault.KindOf(err) != fault.NotFound {
			t.Errorf("poll: %v", err)
		}
		thief.wantNotTaken("another browser", fault.NotFound)
		if err := w.Cancel(t.Context(), b.handle, secret); fault.KindOf(err) != fault.NotFound {
			t.Errorf("cancel: %v", err)
		}
		if _, err := w.Restart(t.Context(), b.handle, secret, false); fault.KindOf(err) != fault.NotFound {
			t.Errorf("restart: %v", err)
		}
		if err := w.Return(t.Context(), b.handle, secret, "n"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("return: %v", err)
		}
	}
	b.want(b.poll(), flow.Pending, bankid.MsgRFA1)
}

// The provider is asked at most every two seconds, by one at a time, however
// many poll; and one of many gets the login.
func TestManyAtOnceGetOneLogin(t *testing.T) {
	w := newWorld(t)
	b := w.begin(input())
	b.scan(anna, fake.Approve)
	before := w.calls("collect")
	atOnce(16, func(int) { b.poll() })
	if n := w.calls("collect") - before; n != 0 {
		t.Errorf("%d collects within two seconds", n)
	}
	w.clock.Advance(collectEvery)
	atOnce(16, func(int) { b.poll() })
	if n := w.calls("collect") - before; n != 1 {
		t.Errorf("%d collects", n)
	}
	b.want(b.poll(), flow.Done, flow.MsgDone)
	var taken atomic.Int32
	atOnce(16, func(int) {
		if _, err := b.take(); err == nil {
			taken.Add(1)
		} else if fault.KindOf(err) != fault.Conflict {
			t.Error(err)
		}
	})
	if taken.Load() != 1 || w.Taken() != 1 {
		t.Errorf("taken %d times", taken.Load())
	}
}

// M-23: a login on the same device must come back through the app, so that a
// launch link sent to somebody else gains nothing.
func TestSameDeviceMustComeBack(t *testing.T) {
	w := newWorld(t)
	b := w.begin(onPhone())
	nonce := b.open(b.poll(), anna)
	b.want(b.later(), flow.Pending, flow.MsgReturn)
	b.wantNotTaken("not back yet", fault.Conflict)
	if err := w.Return(t.Context(), b.handle, b.secret, "wrong"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a made-up way back: %v", err)
	}
	if err := w.Return(t.Context(), b.handle, b.secret, nonce); err != nil {
		t.Fatal(err)
	}
	b.want(b.poll(), flow.Done, flow.MsgDone)
	if a, err := b.take(); err != nil || a.Subject.Plain() != anna {
		t.Errorf("took %v, %v", a, err)
	}
	if err := w.Return(t.Context(), b.handle, b.secret, nonce); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the way back of what is over: %v", err)
	}

	// A new order has a way back of its own.
	c := w.begin(onPhone())
	c.poll()
	old := c.seenNonce()
	v, err := w.Restart(t.Context(), c.handle, c.secret, true)
	if err != nil || v.LaunchURL == "" || !v.SameDevice {
		t.Fatalf("%+v, %v", v, err)
	}
	c.want(v, flow.Started, bankid.MsgRFA13)
	if err := w.Return(t.Context(), c.handle, c.secret, old); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the old way back: %v", err)
	}
	in := onPhone()
	in.ReturnURL = "//evil.example"
	if _, _, err := w.Begin(t.Context(), in); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a way back that is no address: %v", err)
	}
}

// seenNonce is the nonce of the way back of the order under way.
func (b browser) seenNonce() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, err := identity.OpenedRequest(b.all[hash(b.handle)].request, start)
	if err != nil {
		b.t.Fatal(err)
	}
	_, nonce, _ := strings.Cut(r.ReturnURL, "n=")
	return nonce
}

// Five minutes in all, two for what is done; after that nothing is left, and
// BankID is asked no more.
func TestExpiry(t *testing.T) {
	w := newWorld(t)
	b := w.begin(input())
	w.clock.Advance(lifetime)
	before := w.calls("collect")
	if v := b.want(b.poll(), flow.Expired, flow.MsgExpired); v.ReturnTo != path {
		t.Errorf("return to %q", v.ReturnTo)
	}
	if w.calls("collect") != before {
		t.Error("BankID was asked about an expired login")
	}
	b.wantNotTaken("expired", fault.Gone)
	if _, err := b.Restart(t.Context(), b.handle, b.secret, false); fault.KindOf(err) != fault.Gone {
		t.Errorf("restart: %v", err)
	}
	if err := b.Cancel(t.Context(), b.handle, b.secret); err != nil {
		t.Errorf("cancel: %v", err)
	}
	done := w.begin(input())
	done.scan(anna, fake.Approve)
	done.want(done.later(), flow.Done, flow.MsgDone)
	w.clock.Advance(takeWithin)
	done.wantNotTaken("left alone", fault.Gone)
	w.clock.Advance(lifetime + tellWithin)
	if n, _ := w.Count(); n != 0 || len(w.all) != 0 {
		t.Errorf("%d under way, %d kept", n, len(w.all))
	}
	if _, err := b.Poll(t.Context(), b.handle, b.secret); fault.KindOf(err) != fault.NotFound {
		t.Errorf("forgotten: %v", err)
	}
}

func TestCancel(t *testing.T) {
	w := newWorld(t)
	b := w.begin(input())
	code := b.poll().QR
	for range 2 {
		if err := b.Cancel(t.Context(), b.handle, b.secret); err != nil {
			t.Fatal(err)
		}
	}
	if v := b.want(b.later(), flow.Cancelled, flow.MsgCancelled); v.Code != identity.FailCancel || v.QR != "" {
		t.Errorf("view %+v", v)
	}
	if err := w.fake.Scan(code, anna, fake.Approve); err == nil {
		t.Error("the order lives on at BankID")
	}
	b.wantNotTaken("cancelled", fault.Conflict)
	late := w.begin(input())
	late.scan(anna, fake.Approve)
	late.want(late.later(), flow.Done, flow.MsgDone)
	if err := late.Cancel(t.Context(), late.handle, late.secret); err != nil {
		t.Fatal(err)
	}
	late.wantNotTaken("cancelled after the answer", fault.Conflict)
}

// I-17, P-14: who has failed and then says no more leaves nothing, and gives
// the place to the next.
func TestCancelAfterFailure(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Max = 1 })
	b := w.begin(input())
	b.scan(anna, fake.Cancel)
	b.want(b.later(), flow.Failed, bankid.MsgRFA6)
	if _, _, err := w.Begin(t.Context(), input()); !errors.Is(err, ErrFull) {
		t.Errorf("who may try again has lost the place: %v", err)
	}
	if err := b.Cancel(t.Context(), b.handle, b.secret); err != nil {
		t.Fatal(err)
	}
	if e := w.all[hash(b.handle)]; e.request != nil || e.order != nil || e.answer != nil {
		t.Error("something is left of a person")
	}
	if n, _ := w.Count(); n != 0 {
		t.Errorf("%d under way", n)
	}
	w.begin(input())
}

// After a failure a new order is made in the same login; it does not prolong it.
func TestRestart(t *testing.T) {
	w := newWorld(t)
	w.fake.Break("auth", fake.Fault{Status: 503, Code: "Maintenance"}, 1)
	b := w.begin(input())
	b.want(b.poll(), flow.Failed, bankid.MsgRFA5)
	w.clock.Advance(time.Minute)
	v, err := b.Restart(t.Context(), b.handle, b.secret, false)
	if err != nil || !v.Expires.Equal(start.Add(lifetime)) {
		t.Fatalf("%+v, %v", v, err)
	}
	b.want(v, flow.Started, bankid.MsgRFA1)
	b.scan(anna, fake.Cancel)
	if v := b.want(b.later(), flow.Failed, bankid.MsgRFA6); v.Code != identity.FailCancel {
		t.Errorf("code %s", v.Code)
	}
	if _, err := b.Restart(t.Context(), b.handle, b.secret, false); err != nil {
		t.Fatal(err)
	}
	b.scan(anna, fake.Approve)
	b.want(b.later(), flow.Done, flow.MsgDone)
	if _, err := b.Restart(t.Context(), b.handle, b.secret, false); fault.KindOf(err) != fault.Conflict {
		t.Errorf("restarted when done: %v", err)
	}
}

// I-17: which petition is not told by anything that is kept, and the secret
// tells it to this process alone.
func TestWayOnIsTheBrowsersOwn(t *testing.T) {
	w := newWorld(t)
	b := w.begin(input())
	e := w.all[hash(b.handle)]
	for what, kept := range map[string]string{"request": string(e.request), "order": string(e.order), "secret": b.secret} {
		if strings.Contains(kept, "01JD") || strings.Contains(kept, "forslag") {
			t.Errorf("the %s names the petition", what)
		}
	}
	other := newWorld(t)
	if _, _, ok := other.paths.open(b.secret); ok {
		t.Error("another process reads it")
	}
	random, sealed, _ := strings.Cut(b.secret, ".")
	if _, _, ok := w.paths.open(strings.Repeat("A", len(random)) + "." + sealed); ok {
		t.Error("it can be moved to another secret")
	}
	in := input()
	in.ReturnTo = "//evil.example/"
	if _, _, err := w.Begin(t.Context(), in); fault.KindOf(err) != fault.Invalid {
		t.Errorf("open redirect: %v", err)
	}
}

// Full is told apart from an address that starts too many, and costs no start.
func TestBounds(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Max, o.StartsPerMinute = 2, 3 })
	a := w.begin(input())
	w.begin(input())
	for range 5 {
		if _, _, err := w.Begin(t.Context(), input()); !errors.Is(err, ErrFull) || fault.KindOf(err) != fault.TooMany {
			t.Fatalf("full: %v", err)
		}
	}
	if n, most := w.Count(); n != 2 || most != 2 {
		t.Errorf("%d of %d", n, most)
	}
	if err := a.Cancel(t.Context(), a.handle, a.secret); err != nil {
		t.Fatal(err)
	}
	b := w.begin(input())
	_ = b.Cancel(t.Context(), b.handle, b.secret)
	if _, _, err := w.Begin(t.Context(), input()); errors.Is(err, ErrFull) || fault.KindOf(err) != fault.TooMany {
		t.Errorf("the fourth of an address: %v", err)
	}
	for range 20 { // what is over does not pile up
		w.clock.Advance(time.Minute)
		c := w.begin(input())
		_ = c.Cancel(t.Context(), c.handle, c.secret)
		if len(w.all) > 2*w.max+1 {
			t.Fatalf("%d kept", len(w.all))
		}
	}
}

// P-18: addresses are counted by household, under a key that changes each day
// and so cannot be guessed back from what is kept.
func TestLimiter(t *testing.T) {
	l := NewBrake(1)
	for i, tt := range []struct {
		addr string
		want bool
	}{
		{"2001:db8::1", true}, {"2001:db8::ffff", false}, {"2001:db8:0:1::1", true},
		{"192.0.2.1", true}, {"::ffff:192.0.2.1", false}, {"junk", true}, {"other junk", false},
	} {
		if got := l.Allow(tt.addr, start); got != tt.want {
			t.Errorf("%d %s: %v", i, tt.addr, got)
		}
	}
	today := l.keyed("192.0.2.1")
	if !l.Allow("192.0.2.1", start.Add(time.Minute)) || l.keyed("192.0.2.1") != today {
		t.Error("the next minute")
	}
	if !l.Allow("192.0.2.1", start.Add(24*time.Hour)) || l.keyed("192.0.2.1") == today || NewBrake(1).keyed("192.0.2.1") == today {
		t.Error("the key does not change")
	}
	if !NewBrake(-1).Allow("192.0.2.1", start) {
		t.Error("no limit means no limit")
	}
}

// I-15: a test provider in production, and what leaves our page.
func TestNewRefuses(t *testing.T) {
	w := newWorld(t)
	for name, o := range map[string]Options{
		"test provider in production": {Environment: identity.Production, Providers: []identity.Provider{w.provider}},
		"the same twice":              {Environment: identity.Test, Providers: []identity.Provider{w.provider, w.provider}},
		"redirect family":             {Environment: identity.Test, Providers: []identity.Provider{redirecting{w.provider}}},
	} {
		if _, err := New(o); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	in := input()
	in.Provider = "other"
	if _, _, err := w.Begin(t.Context(), in); fault.KindOf(err) != fault.Invalid {
		t.Errorf("no such provider: %v", err)
	}
}

type redirecting struct{ identity.Provider }

func (redirecting) Describe() identity.Description {
	return identity.Description{ID: "saml", Family: identity.RedirectFamily, Environment: identity.Test}
}
