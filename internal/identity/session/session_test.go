package session

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/keyring/keyringtest"
)

const (
	anna = "198507099805"
	eva  = "192109099180"
)

var start = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

type world struct {
	*Store
	t     *testing.T
	db    *db.DB
	ring  *keyring.Ring
	clock *clock.Manual
}

// each runs a test on every engine, at a standing clock.
func each(t *testing.T, fn func(t *testing.T, w world)) {
	t.Helper()
	now := clock.NewManual(start)
	dbtest.EachAt(t, now, func(t *testing.T, open func() *db.DB) {
		now.Set(start)
		d, ring := open(), keyringtest.New(t, now)
		store := NewStore(Options{DB: d, Ring: ring, Audit: audit.New(d, ring, now), Environment: identity.Test})
		fn(t, world{store, t, d, ring, now})
	})
}

func number(t *testing.T, s string) pnr.Number {
	t.Helper()
	n, err := pnr.Parse(s, start)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// auth is a fresh authentication of a person by the test e-ID.
func (w world) auth(person string) identity.Authentication {
	return identity.Authentication{
		Subject: number(w.t, person), Name: "Anna Berglund", Assurance: identity.Assurance{Level: 3, Scheme: identity.SchemeTest, URI: "test-loa3"},
		Method: "bankid-other-device", Provider: "bankid", At: w.clock.Now(), TxnID: "67df3917-fa0d-44e5-b327-edcc928297f8", Environment: identity.Test,
	}
}

func (w world) create(person string, kind identity.Kind) (string, Session) {
	w.t.Helper()
	token, s, err := w.Create(w.t.Context(), w.auth(person), kind, "")
	if err != nil {
		w.t.Fatal(err)
	}
	return token, s
}

func (w world) wantLive(token string, kind identity.Kind, touch bool) Session {
	w.t.Helper()
	s, err := w.Get(w.t.Context(), token, kind, touch)
	if err != nil {
		w.t.Fatalf("after %v: %v", w.clock.Now().Sub(start), err)
	}
	return s
}

func (w world) wantNone(why, token string, kind identity.Kind) {
	w.t.Helper()
	if s, err := w.Get(w.t.Context(), token, kind, Touch); fault.KindOf(err) != fault.Unauthenticated || s != (Session{}) {
		w.t.Errorf("%s: %v, %v", why, s, err)
	}
}

func TestWhoIsLoggedIn(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		token, made := w.create(anna, Citizen)
		got := w.wantLive(token, Citizen, Touch)
		if got != made || got.Subject.Plain() != anna || got.Name != "Anna Berglund" || got.Assurance.Level != 3 || !got.AuthAt.Equal(start) ||
			!got.IdleExpires.Equal(start.Add(30*time.Minute)) || !got.AbsoluteExpires.Equal(start.Add(4*time.Hour)) {
			t.Errorf("got %v, made %v", got, made)
		}
		if len(token) != 43 || strings.Contains(got.ID, token) || strings.Contains(token, got.ID) {
			t.Errorf("token %q, id %q", token, got.ID)
		}
	})
}

// identity.md §4.2: fixation. A login always makes a new token and ends the
// old session; a token that an attacker planted is worth nothing.
func TestNewTokenAtLogin(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		first, _ := w.create(anna, Citizen)
		second, s, err := w.Create(t.Context(), w.auth(anna), Citizen, first)
		if err != nil || second == first {
			t.Fatalf("%v; the token is the old one: %v", err, second == first)
		}
		w.wantNone("the browser's old session", first, Citizen)
		w.wantLive(second, Citizen, Touch)

		planted := strings.Repeat("A", 43)
		third, _, err := w.Create(t.Context(), w.auth(anna), Citizen, planted)
		if err != nil || third == planted {
			t.Errorf("planted token: %v", err)
		}
		w.wantNone("a planted token", planted, Citizen)
		w.wantLive(second, Citizen, Touch)
		if w.wantLive(third, Citizen, Touch).ID == s.ID {
			t.Error("two sessions have one id")
		}
	})
}

// I-13: the kinds never mix, also for the same person.
func TestKindsNeverMix(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		staff, _ := w.create(eva, Staff)
		citizen, _ := w.create(eva, Citizen)
		w.wantNone("a staff token on a citizen page", staff, Citizen)
		w.wantNone("a citizen token on a staff page", citizen, Staff)
		w.wantNone("an invented kind", staff, "admin")
		if err := w.End(t.Context(), staff, Citizen); err != nil {
			t.Error(err)
		}
		w.wantLive(staff, Staff, Touch)
		if _, _, err := w.Create(t.Context(), w.auth(eva), Citizen, staff); err != nil {
			t.Error(err)
		}
		w.wantLive(staff, Staff, Touch)
		if _, err := w.Extend(t.Context(), staff, Citizen); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("extended as the other kind: %v", err)
		}
		if _, _, err := w.Create(t.Context(), w.auth(eva), "admin", ""); fault.KindOf(err) != fault.Invalid {
			t.Errorf("created an invented kind: %v", err)
		}
	})
}

// identity.md §4.1: 30 and 20 minutes idle; use moves it on, polling does not.
func TestIdleTime(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		for kind, idle := range map[identity.Kind]time.Duration{Citizen: 30 * time.Minute, Staff: 20 * time.Minute} {
			used, _ := w.create(anna, kind)
			polled, _ := w.create(anna, kind)
			left, _ := w.create(anna, kind)
			w.clock.Advance(idle - time.Minute)
			if got := w.wantLive(used, kind, Touch); !got.IdleExpires.Equal(w.clock.Now().Add(idle)) {
				t.Errorf("%s: used, idle until %v", kind, got.IdleExpires)
			}
			before := w.wantLive(polled, kind, NoTouch).IdleExpires
			w.clock.Advance(time.Minute - time.Millisecond)
			if got := w.wantLive(polled, kind, NoTouch); !got.IdleExpires.Equal(before) {
				t.Errorf("%s: polling moved the idle time", kind)
			}
			w.clock.Advance(time.Millisecond)
			w.wantNone("polled to the end", polled, kind)
			w.wantNone("left alone", left, kind)
			w.wantLive(used, kind, Touch)
			if _, err := w.Extend(t.Context(), left, kind); fault.KindOf(err) != fault.Unauthenticated {
				t.Errorf("%s: extended after its end: %v", kind, err)
			}
		}
	})
}

func TestTouchIsWrittenOnceAMinute(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		token, made := w.create(anna, Citizen)
		w.clock.Advance(59 * time.Second)
		if got := w.wantLive(token, Citizen, Touch); !got.IdleExpires.Equal(made.IdleExpires) {
			t.Error("written within the minute")
		}
		w.clock.Advance(time.Second)
		if got := w.wantLive(token, Citizen, Touch); !got.IdleExpires.Equal(w.clock.Now().Add(30 * time.Minute)) {
			t.Error("not written after a minute")
		}
		w.clock.Advance(time.Second)
		s, err := w.Extend(t.Context(), token, Citizen)
		if err != nil || !s.IdleExpires.Equal(w.clock.Now().Add(30*time.Minute)) {
			t.Errorf("extend writes at once: %v, %v", s.IdleExpires, err)
		}
	})
}

func TestAbsoluteTime(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		for kind, absolute := range map[identity.Kind]time.Duration{Citizen: 4 * time.Hour, Staff: 8 * time.Hour} {
			token, made := w.create(anna, kind)
			for range int(absolute/(10*time.Minute)) - 1 {
				w.clock.Advance(10 * time.Minute)
				w.wantLive(token, kind, Touch)
			}
			s, err := w.Extend(t.Context(), token, kind)
			if err != nil || !s.IdleExpires.Equal(made.AbsoluteExpires) || !s.Expires().Equal(made.AbsoluteExpires) {
				t.Errorf("%s: extended past the end: %v, %v", kind, s.IdleExpires, err)
			}
			w.clock.Advance(10 * time.Minute)
			w.wantNone("after its absolute time", token, kind)
		}
	})
}

func TestEnd(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		token, _ := w.create(anna, Citizen)
		other, _ := w.create(anna, Citizen)
		for range 2 { // the second time there is nothing left to end
			if err := w.End(t.Context(), token, Citizen); err != nil {
				t.Fatal(err)
			}
			w.wantNone("logged out", token, Citizen)
		}
		w.wantLive(other, Citizen, Touch)
	})
}

func TestEndAllOfAPerson(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		a, _ := w.create(anna, Citizen)
		b, _ := w.create(anna, Staff)
		c, _ := w.create(eva, Staff)
		n, err := w.EndAll(t.Context(), number(t, anna), audit.System)
		if n != 2 || err != nil {
			t.Errorf("ended %d, %v", n, err)
		}
		w.wantNone("one", a, Citizen)
		w.wantNone("two", b, Staff)
		w.wantLive(c, Staff, Touch)
		if n, err := w.EndAll(t.Context(), number(t, anna), audit.System); n != 0 || err != nil {
			t.Errorf("again: %d, %v", n, err)
		}
	})
}

// I-15, M-23: what may not become a session.
func TestCreateRefuses(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		for name, tt := range map[string]struct {
			change func(*identity.Authentication)
			want   fault.Kind
		}{
			"nobody":         {func(a *identity.Authentication) { a.Subject = pnr.Number{} }, fault.Forbidden},
			"level 2":        {func(a *identity.Authentication) { a.Assurance.Level = 2 }, fault.Forbidden},
			"unknown scheme": {func(a *identity.Authentication) { a.Assurance.Scheme = "own" }, fault.Forbidden},
			"a real e-ID":    {func(a *identity.Authentication) { a.Environment = identity.Production }, fault.Forbidden},
			"old":            {func(a *identity.Authentication) { a.At = start.Add(-11 * time.Minute) }, fault.Unauthenticated},
			"from ahead":     {func(a *identity.Authentication) { a.At = start.Add(2 * time.Minute) }, fault.Unauthenticated},
		} {
			a := w.auth(anna)
			tt.change(&a)
			if token, _, err := w.Create(t.Context(), a, Citizen, ""); fault.KindOf(err) != tt.want || token != "" {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// I-15: a production instance refuses a test login, and a test session that is
// somehow in its database.
func TestProductionRefusesTestSessions(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		token, _ := w.create(anna, Citizen)
		production := NewStore(Options{DB: w.db, Ring: w.ring, Audit: w.audit, Environment: identity.Production})
		if _, err := production.Get(t.Context(), token, Citizen, Touch); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("a test session: %v", err)
		}
		if _, _, err := production.Create(t.Context(), w.auth(anna), Citizen, ""); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a test login: %v", err)
		}
	})
}

func TestJunkTokens(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		token, s := w.create(anna, Citizen)
		sum := sha256.Sum256([]byte(token))
		for _, junk := range []string{"", s.ID, token[:42], token + "A", strings.ToUpper(token), string(sum[:]), fmt.Sprintf("%x", sum), "' OR 1=1 --" + token[11:]} {
			if junk != token {
				w.wantNone("junk", junk, Citizen)
			}
		}
	})
}

// I-7: when its time is out a session's row goes, and before that its key.
func TestRetention(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		token, _ := w.create(anna, Citizen)
		w.clock.Advance(20 * time.Minute)
		later, _ := w.create(eva, Citizen)
		purge := func(want int) {
			t.Helper()
			if n, err := w.Rule().Purge(t.Context(), w.clock.Now()); n != want || err != nil {
				t.Errorf("purged %d, %v, want %d", n, err, want)
			}
		}
		purge(0)
		w.clock.Advance(10 * time.Minute)
		purge(1)
		w.wantNone("purged", token, Citizen)
		w.wantLive(later, Citizen, Touch)

		if _, err := w.ring.DestroyDue(start.Add(6 * time.Hour)); err != nil {
			t.Fatal(err)
		}
		w.wantNone("key destroyed", later, Citizen)
	})
}

// I-9, I-18: the database file names nobody and holds no token; nor does the
// audit log, which tells of the login under a pseudonym of its own.
func TestNothingReadableAtRest(t *testing.T) {
	now := clock.NewManual(start)
	o := dbtest.SQLite(t)
	o.Clock = now
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ring := keyringtest.New(t, now)
	w := world{NewStore(Options{DB: d, Ring: ring, Audit: audit.New(d, ring, now), Environment: identity.Test}), t, d, ring, now}
	token, s := w.create(anna, Citizen)
	ended, _ := w.create(anna, Citizen)
	if err := w.End(t.Context(), ended, Citizen); err != nil {
		t.Fatal(err)
	}

	var person, rows string
	err = d.Read(t.Context(), func(tx *db.Tx) error {
		if err := tx.QueryRow(t.Context(), `SELECT person FROM identity_session`).Scan(&person); err != nil {
			return err
		}
		return tx.QueryRow(t.Context(), `SELECT group_concat(payload) FROM audit_row`).Scan(&rows)
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(rows, `"login"`) || !strings.Contains(rows, `"logout"`) || !strings.Contains(rows, s.ID) || strings.Contains(rows, person) {
		t.Errorf("audit rows: %s", rows)
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(o.DSN), "*"))
	if err != nil || len(files) == 0 {
		t.Fatal("no database files", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{anna, anna[2:], "Berglund", token} {
			if bytes.Contains(raw, []byte(secret)) {
				t.Errorf("%s holds %q", filepath.Base(file), secret)
			}
		}
	}
	if printed := fmt.Sprintf("%v %+v %#v", s, s, s); strings.Contains(printed, "Berglund") || strings.Contains(printed, "1985") {
		t.Errorf("prints as %s", printed)
	}
}

func TestEndedContextIsNoLogout(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		token, _ := w.create(anna, Citizen)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := w.Get(ctx, token, Citizen, Touch); err == nil || fault.KindOf(err) == fault.Unauthenticated {
			t.Errorf("a database that cannot be asked looks like a logout: %v", err)
		}
	})
}
