package flow

import (
	"bytes"
	"strings"
	"testing"
	"time"

	fake "medborgarnavet/fake/bankid"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/bankid"
)

// M-23: from Begin to Take with the code that the page shows.
func TestLoginWithQRCode(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		in := input()
		in.Kind, in.ReturnTo = identity.Staff, "/handlaggning/kö"
		if _, _, err := w.Begin(t.Context(), in); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a return path that is not encoded: %v", err)
		}
		in.ReturnTo = "/handlaggning?ko=alla"
		b := w.begin(in)
		v := b.want(b.poll(), Pending, bankid.MsgRFA1)
		if v.Kind != identity.Staff || v.Provider != bankid.ID || v.ReturnTo != in.ReturnTo || !v.Expires.Equal(start.Add(10*time.Minute)) || v.LaunchURL != "" {
			t.Errorf("view %+v", v)
		}
		b.wantNotTaken("before anybody answered", fault.Conflict)
		b.clock.Advance(500 * time.Millisecond)
		if err := w.fake.Scan(b.poll().QR, anna, fake.Approve); err != nil {
			t.Fatal(err)
		}
		b.want(b.later(), Done, MsgDone)
		a, kind, returnTo, err := b.Take(t.Context(), b.handle, b.secret)
		if err != nil || a.Subject.Plain() != anna || a.Name != "Anna Berglund" || kind != identity.Staff || returnTo != in.ReturnTo || a.Environment != identity.Test {
			t.Errorf("took %v %s %s, %v", a, kind, returnTo, err)
		}
		b.wantNotTaken("twice", fault.Conflict)
		if v := b.want(b.poll(), Taken, ""); v.ReturnTo != in.ReturnTo {
			t.Errorf("another tab cannot go on to %q", in.ReturnTo)
		}
		if n := w.calls("auth"); n != 1 {
			t.Errorf("%d orders", n)
		}
	})
}

// identity.md §4.2: the handle is worth nothing in another browser.
func TestHandleOfAnotherBrowser(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		mine, theirs := w.begin(input()), w.begin(input())
		if err := w.fake.Scan(mine.poll().QR, anna, fake.Approve); err != nil {
			t.Fatal(err)
		}
		mine.want(mine.later(), Done, MsgDone)
		for name, b := range map[string]browser{
			"handle with the secret of another login": {w, mine.handle, theirs.secret},
			"handle without a secret":                 {w, mine.handle, ""},
			"secret without a handle":                 {w, "", mine.secret},
			"handle as secret":                        {w, mine.handle, mine.handle},
			"hash as handle":                          {w, string(hash(mine.handle)), mine.secret},
		} {
			if _, err := b.Poll(t.Context(), b.handle, b.secret); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: poll: %v", name, err)
			}
			if err := b.Cancel(t.Context(), b.handle, b.secret); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: cancel: %v", name, err)
			}
			if _, err := b.Restart(t.Context(), b.handle, b.secret, true); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: restart: %v", name, err)
			}
			if err := b.Return(t.Context(), b.handle, b.secret, "n"); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: return: %v", name, err)
			}
			b.wantNotTaken(name, fault.NotFound)
		}
		if a, err := mine.take(); err != nil || a.Subject.Plain() != anna {
			t.Errorf("the right browser: %v", err)
		}
	})
}

// identity.md §4.2: forged return paths.
func TestReturnPathIsChecked(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		for _, bad := range []string{"//evil.example", `/\evil.example`, "https://evil.example", "javascript:alert(1)", "/%2f%2fevil.example", "/a\r\nb"} {
			in := input()
			in.ReturnTo = bad
			if _, _, err := w.Begin(t.Context(), in); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%q: %v", bad, err)
			}
		}
		for name, change := range map[string]func(*BeginInput){
			"unknown provider":   func(in *BeginInput) { in.Provider = "freja" },
			"unknown kind":       func(in *BeginInput) { in.Kind = "admin" },
			"relative way back":  func(in *BeginInput) { in.ReturnURL = "/klar" },
			"script as way back": func(in *BeginInput) { in.ReturnURL = "javascript://x/" },
		} {
			in := input()
			change(&in)
			if _, _, err := w.Begin(t.Context(), in); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := w.calls("auth"); n != 0 {
			t.Errorf("BankID was asked %d times", n)
		}
	})
}

// BankID is asked at most every two seconds, whatever the browser does; the
// code is new each second all the same. The fake refuses what is quicker.
func TestPollingIsPolite(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		b, codes := w.begin(input()), map[string]bool{}
		for range 40 {
			codes[b.want(b.poll(), Pending, bankid.MsgRFA1).QR] = true
			w.clock.Advance(250 * time.Millisecond)
		}
		if n := w.calls("collect"); n != 5 {
			t.Errorf("%d collects in 10 seconds", n)
		}
		if len(codes) != 10 {
			t.Errorf("%d codes in 10 seconds", len(codes))
		}
		for _, e := range w.fake.Transcript() {
			if e.Status != 200 {
				t.Errorf("%s was answered %d %s", e.Endpoint, e.Status, e.Error)
			}
		}
	})
}

func TestExpired(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		b := w.begin(input())
		w.clock.Advance(10 * time.Minute)
		before := w.calls("collect")
		if v := b.want(b.poll(), Expired, MsgExpired); v.ReturnTo != "/ansokan" {
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
		if err := w.fake.Scan(done.poll().QR, anna, fake.Approve); err != nil {
			t.Fatal(err)
		}
		done.want(done.later(), Done, MsgDone)
		w.clock.Advance(takeWithin) // left in the browser of a library
		done.wantNotTaken("left alone", fault.Gone)
	})
}

func TestCancel(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		b := w.begin(input())
		code := b.poll().QR
		for range 2 {
			if err := b.Cancel(t.Context(), b.handle, b.secret); err != nil {
				t.Fatal(err)
			}
		}
		if v := b.want(b.later(), Cancelled, MsgCancelled); v.Code != identity.FailCancel || v.QR != "" {
			t.Errorf("view %+v", v)
		}
		if err := w.fake.Scan(code, anna, fake.Approve); err == nil {
			t.Error("the order lives on at BankID")
		}
		b.wantNotTaken("cancelled", fault.Conflict)

		// Cancelled when the answer has come but is not taken: cancelled it is.
		late := w.begin(input())
		if err := w.fake.Scan(late.poll().QR, anna, fake.Approve); err != nil {
			t.Fatal(err)
		}
		late.want(late.later(), Done, MsgDone)
		if err := late.Cancel(t.Context(), late.handle, late.secret); err != nil {
			t.Fatal(err)
		}
		late.wantNotTaken("cancelled after the answer", fault.Conflict)
		late.want(late.poll(), Cancelled, MsgCancelled)
	})
}

// After a failure a new order is made in the same login, without reload.
func TestRestart(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		b := w.begin(input())
		if err := w.fake.Scan(b.poll().QR, anna, fake.Cancel); err != nil {
			t.Fatal(err)
		}
		v := b.want(b.later(), Failed, bankid.MsgRFA6)
		if v.Code != identity.FailCancel {
			t.Errorf("code %s", v.Code)
		}
		v, err := b.Restart(t.Context(), b.handle, b.secret, true)
		if err != nil || !v.SameDevice || v.LaunchURL == "" || v.QR != "" {
			t.Fatalf("%+v, %v", v, err)
		}
		b.want(v, Started, bankid.MsgRFA13)
		// Changed their mind about the device: the old order must not log in.
		old := v
		v, err = b.Restart(t.Context(), b.handle, b.secret, false)
		if err != nil || v.SameDevice || v.LaunchURL != "" {
			t.Fatalf("%+v, %v", v, err)
		}
		if err := w.fake.Open(old.LaunchURL[strings.Index(old.LaunchURL, "=")+1:], bo, fake.Approve); err == nil {
			t.Error("the order that was replaced lives on")
		}
		if err := w.fake.Scan(v.QR, anna, fake.Approve); err != nil {
			t.Fatal(err)
		}
		b.want(b.later(), Done, MsgDone)
		if _, err := b.Restart(t.Context(), b.handle, b.secret, false); fault.KindOf(err) != fault.Conflict {
			t.Errorf("restarted when done: %v", err)
		}
		if a, err := b.take(); err != nil || a.Subject.Plain() != anna {
			t.Errorf("took %v, %v", a, err)
		}
	})
}

// I-14: BankID is down at the start; the login says so and can be tried again.
func TestProviderDownAtStart(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.fake.Break("auth", fake.Fault{Status: 503, Code: "Maintenance"}, 1)
		b := w.begin(input())
		if v := b.want(b.poll(), Failed, bankid.MsgRFA5); v.Code != identity.FailTechnical {
			t.Errorf("code %s", v.Code)
		}
		v, err := b.Restart(t.Context(), b.handle, b.secret, false)
		if err != nil {
			t.Fatal(err)
		}
		b.want(v, Started, bankid.MsgRFA1)
	})
}

// A renewed order is stored like the first: the page just shows a new code.
func TestRenewedOrder(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		b := w.begin(input())
		b.poll()
		w.clock.Advance(31 * time.Second)
		v := b.want(b.poll(), Pending, bankid.MsgRFA1)
		if n := w.calls("auth"); n != 2 {
			t.Errorf("%d orders", n)
		}
		if err := w.fake.Scan(v.QR, anna, fake.Approve); err != nil {
			t.Fatal(err)
		}
		b.want(b.later(), Done, MsgDone)
	})
}

func TestStartsAreLimited(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.limit = newLimiter(3)
		for range 3 {
			w.begin(input())
		}
		if _, _, err := w.Begin(t.Context(), input()); fault.KindOf(err) != fault.TooMany {
			t.Errorf("the fourth: %v", err)
		}
		other := input()
		other.ClientIP = "192.0.2.45"
		w.begin(other)
		w.clock.Advance(time.Minute)
		w.begin(input())
	})
}

func TestLimiterCountsHouseholds(t *testing.T) {
	l := newLimiter(1)
	for i, tt := range []struct {
		addr string
		want bool
	}{
		{"2001:db8::1", true}, {"2001:db8::ffff", false}, {"2001:db8:0:1::1", true},
		{"192.0.2.1", true}, {"::ffff:192.0.2.1", false}, {"junk", true}, {"other junk", false},
	} {
		if got := l.allow(tt.addr, start); got != tt.want {
			t.Errorf("%d %s: %v", i, tt.addr, got)
		}
	}
	if !newLimiter(-1).allow("192.0.2.1", start) {
		t.Error("no limit means no limit")
	}
}

// I-15: a test provider in production, and what the flow cannot lead.
func TestNewRefuses(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		if _, err := New(Options{Environment: identity.Production, Providers: []identity.Provider{w.provider}}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("test provider in production: %v", err)
		}
		if _, err := New(Options{Environment: identity.Test, Providers: []identity.Provider{w.provider, w.provider}}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("the same twice: %v", err)
		}
		if _, err := New(Options{Environment: identity.Test, Providers: []identity.Provider{redirecting{w.provider}}}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("redirect family: %v", err)
		}
		if got := w.Providers(identity.Staff); len(got) != 1 || got[0].ID != bankid.ID {
			t.Errorf("providers %v", got)
		}
	})
}

type redirecting struct{ identity.Provider }

func (redirecting) Describe() identity.Description {
	return identity.Description{ID: "saml", Family: identity.RedirectFamily, Environment: identity.Test}
}

// I-7, I-9: neither handle, secret, order nor person can be read in the table,
// and rows go when their time is out.
func TestNothingReadableAtRest(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		b := w.begin(input())
		code := b.poll().QR
		if err := w.fake.Scan(code, anna, fake.Approve); err != nil {
			t.Fatal(err)
		}
		b.want(b.later(), Done, MsgDone)
		raw := w.stored()
		for _, secret := range []string{b.handle, b.secret, anna, "Berglund", "192.0.2.44", "Firefox", strings.Split(code, ".")[1]} {
			if bytes.Contains(raw, []byte(secret)) {
				t.Errorf("the table holds %q", secret)
			}
		}
		purge := func(want int) {
			t.Helper()
			if n, err := w.Rule().Purge(t.Context(), w.clock.Now()); n != want || err != nil {
				t.Errorf("purged %d, %v, want %d", n, err, want)
			}
		}
		w.clock.Advance(31 * time.Minute)
		purge(0)
		w.clock.Advance(time.Minute)
		purge(1)
		if _, err := b.Poll(t.Context(), b.handle, b.secret); fault.KindOf(err) != fault.NotFound {
			t.Errorf("purged: %v", err)
		}
	})
}

// A login that came to nothing is in the audit log, without a person.
func TestFailuresAreAudited(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		b := w.begin(input())
		if err := w.fake.Scan(b.poll().QR, anna, fake.CertificateError); err != nil {
			t.Fatal(err)
		}
		b.want(b.later(), Failed, bankid.MsgRFA16)
		var payload string
		err := w.db.Read(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT payload FROM audit_row`).Scan(&payload)
		})
		if err != nil || !strings.Contains(payload, `"login-failed"`) || !strings.Contains(payload, `"cert"`) || strings.Contains(payload, `"actor"`) {
			t.Errorf("%v: %s", err, payload)
		}
	})
}
