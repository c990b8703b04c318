package mail_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"medborgarnavet/fake/ca"
	fakemail "medborgarnavet/fake/mail"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/mail"
	"medborgarnavet/internal/outbox"
)

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

const secret = "correct horse battery"

// office is a queue with a real database and a real mail server.
type office struct {
	*mail.Queue
	t     *testing.T
	db    *db.DB
	dsn   string
	box   *outbox.Outbox
	clock *clock.Manual
	post  *fakemail.Server
	smtp  mail.SMTP
	log   *bytes.Buffer
}

func server(t *testing.T) (*fakemail.Server, *ca.CA) {
	t.Helper()
	authority, err := ca.New("town")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := authority.TLS(ca.Options{CommonName: "localhost", Server: true})
	if err != nil {
		t.Fatal(err)
	}
	s := fakemail.New(fakemail.Options{Certificate: cert, User: "medborgarnavet", Password: secret})
	if err := s.Start("127.0.0.1:0", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, authority
}

func each(t *testing.T, fn func(t *testing.T, o *office)) {
	t.Helper()
	dbtest.EachOptions(t, func(t *testing.T, options db.Options) {
		post, authority := server(t)
		o := &office{t: t, clock: clock.NewManual(start), post: post, log: &bytes.Buffer{}, dsn: options.DSN}
		options.Clock = o.clock
		var err error
		if o.db, err = db.Open(t.Context(), options); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = o.db.Close() })
		log := slog.New(slog.NewTextHandler(o.log, nil))
		o.box = outbox.New(o.db, log)
		o.smtp = mail.SMTP{Host: "localhost", Port: post.Port(), Roots: authority.Pool(), User: "medborgarnavet", Password: secret,
			From: "noreply@ekbacka.example", Name: "Ekbacka kommun", Timeout: 5 * time.Second}
		o.Queue = mail.New(mail.Options{DB: o.db, Ring: keyringtest.New(t, o.clock), Outbox: o.box, Clock: o.clock, Log: log, Sender: o})
		fn(t, o)
	})
}

// Send lets a test change the sender under way.
func (o *office) Send(ctx context.Context, id string, at time.Time, m mail.Message) error {
	return o.smtp.Send(ctx, id, at, m)
}

func (o *office) add(m mail.Message) error {
	o.t.Helper()
	return o.db.Tx(o.t.Context(), func(tx *db.Tx) error { return o.Add(o.t.Context(), tx, m) })
}

func (o *office) waiting(want int) {
	o.t.Helper()
	if n, err := o.Waiting(o.t.Context()); err != nil || n != want {
		o.t.Errorf("%d letters wait, want %d (%v)", n, want, err)
	}
}

var letter = mail.Message{To: "bo.ek@test.example", Subject: "Åäö och " + strings.Repeat("långt ", 20), Text: "Hej!\n\n.punkt först\nÅäö 🚲 " + strings.Repeat("lång rad ", 30) + "\nFrån mig\n", Unsubscribe: "https://ekbacka.example/a/b"}

// M-119, I-9: a letter arrives as it was written, over TLS, and is gone; while it waits no file holds its
// address, and no log does after.
func TestLetterArrives(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		if err := o.add(letter); err != nil {
			t.Fatal(err)
		}
		o.waiting(1)
		if o.db.Engine() == db.SQLite {
			files, err := filepath.Glob(o.dsn + "*")
			if err != nil || len(files) == 0 {
				t.Fatalf("no files: %v", err)
			}
			for _, file := range files {
				raw, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if bytes.Contains(raw, []byte("bo.ek@")) {
					t.Errorf("%s holds the address", filepath.Base(file))
				}
			}
		}
		if err := o.box.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		o.waiting(0)
		all := o.post.Letters()
		if len(all) != 1 {
			t.Fatalf("%d letters", len(all))
		}
		got := all[0]
		if got.To != letter.To || got.From != "noreply@ekbacka.example" || got.Subject != letter.Subject || got.Text != letter.Text || !got.TLS {
			t.Errorf("got %+v", got)
		}
		for name, want := range map[string]string{"List-Unsubscribe": "<https://ekbacka.example/a/b>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Auto-Submitted": "auto-generated",
			"Date": "Sun, 22 Nov 2026 09:30:00 +0000", "Mime-Version": "1.0"} {
			if got.Header.Get(name) != want {
				t.Errorf("%s is %q", name, got.Header.Get(name))
			}
		}
		if o.log.Len() != 0 {
			t.Errorf("the log says %s", o.log)
		}
	})
}

// I-14: a server that is away, busy, slow, without TLS, with a wrong
// certificate or a wrong password makes a letter wait; one that refuses ends
// it. No log tells to whom.
func TestTrouble(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		good := o.smtp
		_, stranger := server(t)
		tests := []struct {
			name  string
			spoil func()
			waits bool
		}{
			{"busy", func() { o.post.Control(fakemail.Controls{Busy: true}) }, true},
			{"no TLS", func() { o.post.Control(fakemail.Controls{NoTLS: true}) }, true},
			{"slow", func() {
				o.smtp.Timeout = 200 * time.Millisecond
				o.post.Control(fakemail.Controls{Silence: time.Second})
			}, true},
			{"unknown certificate", func() { o.smtp.Roots = stranger.Pool() }, true},
			{"another host's certificate", func() { o.smtp.Host = "127.0.0.2" }, true},
			{"wrong password", func() { o.smtp.Password = "wrong" }, true},
			{"away", func() { o.smtp.Port = closedPort(t) }, true},
			{"refused", func() { o.post.Control(fakemail.Controls{Refuse: true}) }, false},
		}
		for _, tc := range tests {
			o.smtp = good
			o.post.Control(fakemail.Controls{})
			tc.spoil()
			if err := o.add(letter); err != nil {
				t.Fatal(err)
			}
			err := o.box.Drain(t.Context())
			if (err != nil) != tc.waits || tc.waits && !fault.Is(err, fault.Unavailable) {
				t.Errorf("%s: %v", tc.name, err)
			}
			if strings.Contains(fmt.Sprint(err), "bo.ek") {
				t.Errorf("%s: the error names the address", tc.name)
			}
		}
		if len(o.post.Letters()) != 0 {
			t.Error("something was sent all the same")
		}
		for _, bad := range []string{"bo.ek", secret, "långt", "Hej"} {
			if strings.Contains(o.log.String(), bad) {
				t.Errorf("the log holds %q: %s", bad, o.log)
			}
		}
		o.waiting(7)
		o.smtp = good
		o.post.Control(fakemail.Controls{})
		o.clock.Advance(time.Hour)
		if err := o.box.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		o.waiting(0)
		if n := len(o.post.Letters()); n != 7 {
			t.Errorf("%d letters came in the end", n)
		}
	})
}

// closedPort is where nobody listens.
func closedPort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatal("no port")
	}
	return a.Port
}

// I-7: after three days nobody can send a letter or read whom it was to.
func TestTooOld(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		if err := o.add(letter); err != nil {
			t.Fatal(err)
		}
		o.clock.Advance(73 * time.Hour)
		if err := o.box.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		o.waiting(0)
		if len(o.post.Letters()) != 0 {
			t.Error("it was sent")
		}
		if err := o.add(letter); err != nil {
			t.Fatal(err)
		}
		o.clock.Advance(73 * time.Hour)
		if n, err := o.Retention().Purge(t.Context(), o.clock.Now()); n != 1 || err != nil {
			t.Errorf("purged %d (%v)", n, err)
		}
	})
}

// Nothing that somebody writes becomes a header, or a second recipient.
func TestForgedLetters(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		for name, spoil := range map[string]func(*mail.Message){
			"recipient":   func(m *mail.Message) { m.To = "a@test.example\r\nBcc: b@test.example" },
			"two":         func(m *mail.Message) { m.To = "a@test.example, b@test.example" },
			"none":        func(m *mail.Message) { m.To = "" },
			"subject":     func(m *mail.Message) { m.Subject = "x\r\nBcc: b@test.example" },
			"no subject":  func(m *mail.Message) { m.Subject = "" },
			"unsubscribe": func(m *mail.Message) { m.Unsubscribe = "https://a.example>\r\nBcc: b@test.example" },
			"large":       func(m *mail.Message) { m.Text = strings.Repeat("x", 200_000) },
		} {
			m := letter
			spoil(&m)
			if err := o.add(m); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		o.waiting(0)
	})
}

// Addresses in their one form, and what is none.
func TestAddress(t *testing.T) {
	for in, want := range map[string]string{
		"bo@test.example": "bo@test.example", "Bo.Ek+x@TEST.example": "Bo.Ek+x@test.example", "bo@räksmörgås.example": "bo@xn--rksmrgs-5wao1o.example",
		"bo": "", "bo@": "", "@test.example": "", "bo@localhost": "", "bo@[192.0.2.1]": "", "Bo <bo@test.example>": "", `"bo ek"@test.example`: "",
		"bö@test.example": "", "bo@test..example": "", "bo@-.example": "", " bo@test.example": "", "bo@test.example(x)": "", strings.Repeat("a", 65) + "@test.example": "",
	} {
		got, err := mail.Address(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q became %q (%v)", in, got, err)
		}
	}
	if mail.Canonical("Bo.Ek+forslag@TEST.example") != "bo.ek@test.example" {
		t.Error("two forms of one address are counted apart")
	}
	if s := fmt.Sprintf("%v %+v %#v", mail.SMTP{Password: secret}, mail.SMTP{Password: secret}, mail.SMTP{Password: secret}); strings.Contains(s, secret) {
		t.Error("the password shows itself")
	}
}

// FuzzAddress: what is taken is one line of ASCII with one @, and stays as it is.
func FuzzAddress(f *testing.F) {
	f.Add("bo@test.example")
	f.Add("bo@räk.example\r\n")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := mail.Address(s)
		if err != nil {
			return
		}
		if strings.Count(got, "@") != 1 || strings.ContainsAny(got, "\r\n <>\"") || strings.ContainsFunc(got, func(r rune) bool { return r > '~' }) {
			t.Errorf("%q became %q", s, got)
		}
		if again, err := mail.Address(got); again != got || err != nil {
			t.Errorf("%q became %q, then %q (%v)", s, got, again, err)
		}
	})
}
