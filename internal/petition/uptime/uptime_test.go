package uptime_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/db/faultdb"
	"medborgarnavet/internal/petition/uptime"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// house is one node with parts that can be taken away.
type house struct {
	t     *testing.T
	db    *db.DB
	plan  *faultdb.Plan
	clock *clock.Manual
	away  map[string]bool
	log   *uptime.Log
}

func each(t *testing.T, fn func(t *testing.T, h *house)) {
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		h := &house{t: t, clock: clock.NewManual(start), plan: &faultdb.Plan{}, away: map[string]bool{}}
		o.Clock, o.Wrap = h.clock, h.plan.Wrap
		var err error
		if h.db, err = db.Open(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = h.db.Close() })
		h.restart()
		fn(t, h)
	})
}

// restart forgets what was in memory.
func (h *house) restart() {
	probes := map[string]func(context.Context) error{"unknown": func(context.Context) error { panic("asked") }}
	for _, part := range []string{uptime.EID, uptime.Sealer, uptime.Mail} {
		probes[part] = func(context.Context) error {
			if h.away[part] {
				return errors.New("away")
			}
			return nil
		}
	}
	h.log = uptime.New(uptime.Options{DB: h.db, Clock: h.clock, Probes: probes})
}

// beat lets n minutes pass, each with its beat.
func (h *house) beat(n int) {
	h.t.Helper()
	for range n {
		if err := h.log.Beat(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
		h.clock.Advance(time.Minute)
	}
}

// deaf is beats while the database does not answer.
func (h *house) deaf(n int) {
	h.t.Helper()
	for range n {
		h.plan.FailNth(faultdb.Begin, 1)
		if err := h.log.Beat(h.t.Context()); err == nil {
			h.t.Fatal("written without a database")
		}
		h.clock.Advance(time.Minute)
	}
}

func (h *house) report(days int) uptime.Report {
	h.t.Helper()
	r, err := h.log.Report(h.t.Context(), days)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

// outages are written as part from-until in minutes after the start.
func (h *house) outages() string {
	h.t.Helper()
	all, err := h.log.Outages(h.t.Context(), start.AddDate(-1, 0, 0))
	if err != nil {
		h.t.Fatal(err)
	}
	return said(all)
}

func (h *house) fresh() string {
	h.t.Helper()
	all, err := h.log.NewOutages(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return said(all)
}

func said(all []uptime.Outage) string {
	out := ""
	for _, o := range all {
		until := "…"
		if !o.Until.IsZero() {
			until = fmt.Sprint(int(o.Until.Sub(start).Minutes()))
		}
		out += fmt.Sprintf("%s %d-%s; ", o.Part, int(o.From.Sub(start).Minutes()), until)
	}
	return out
}

func (h *house) expect(what, got, want string) {
	h.t.Helper()
	if got != want {
		h.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// P-01: true minutes, part by part; a dead program is a gap, and an e-ID that
// is away is told apart from us.
func TestMinutes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		if r := h.report(30); !r.From.IsZero() || r.Own.Share() != 0 {
			t.Errorf("something is measured before the first minute: %+v", r)
		}
		h.beat(10) // 0-10
		h.away[uptime.EID] = true
		h.beat(5) // 10-15
		h.expect("lasting", h.outages(), "e-id 10-…; ")
		h.expect("not ended", h.fresh(), "")
		h.away[uptime.EID] = false
		h.beat(5)                        // 15-20
		h.clock.Advance(7 * time.Minute) // 20-27: the program is dead
		h.restart()
		h.beat(3) // 27-30
		h.away[uptime.Mail] = true
		h.beat(2) // 30-32
		h.expect("what voting lost", h.fresh(), "voting 10-15; voting 20-27; ")
		r := h.report(30)
		if !r.From.Equal(start) || !r.Until.Equal(start.Add(32*time.Minute)) {
			t.Errorf("counted from %v until %v", r.From, r.Until)
		}
		h.expect("own", fmt.Sprint(r.Own), "{own 32 25}")
		h.expect("voting", fmt.Sprint(r.Voting), "{voting 32 20}")
		h.expect("parts", fmt.Sprint(r.Parts), "[{service 32 25} {database 25 25} {e-id 25 20} {sealer 25 25} {mail 25 23}]")
		h.expect("outages", h.outages(), "mail 30-…; service 20-27; e-id 10-15; ")
		h.away[uptime.Sealer] = true
		h.beat(2) // 32-34
		h.away[uptime.Sealer] = false
		h.beat(1)
		h.expect("a sealer is held by closing", h.fresh(), "voting 10-15; voting 20-27; ")
		h.expect("and counts", fmt.Sprint(h.report(30).Voting), "{voting 35 21}")
		if now := h.log.Now(); !now.At.Equal(start.Add(34*time.Minute)) || len(now.Parts) != 5 || now.Parts[4] != (uptime.State{Part: uptime.Mail}) || !now.Parts[0].Up {
			t.Errorf("now: %+v", now)
		}
	})
}

// P-01: minutes without a database are kept until it is back, and are its
// outage and not the program's; a program that dies meanwhile leaves a gap.
func TestDeadDatabase(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.beat(5) // 0-5
		h.away[uptime.EID] = true
		h.deaf(4) // 5-9
		if now := h.log.Now(); now.Parts[1].Up || now.Parts[2].Up {
			t.Errorf("now: %+v", now)
		}
		h.away[uptime.EID] = false
		h.beat(1) // 9-10
		h.expect("outages", h.outages(), "database 5-9; e-id 5-9; ")
		h.expect("what voting lost", h.fresh(), "voting 5-9; ")
		h.expect("own", fmt.Sprint(h.report(30).Own), "{own 10 6}")
		h.deaf(3) // 10-13
		h.restart()
		h.beat(1) // 13-14
		h.expect("after a restart", h.outages(), "service 10-13; database 5-9; e-id 5-9; ")
		h.expect("what voting lost", h.fresh(), "voting 5-9; voting 10-13; ")
	})
}

// A program that is stopped while it writes has not seen the database away.
func TestStoppedWhileWriting(t *testing.T) {
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		hand := &stopping{Manual: clock.NewManual(start)}
		o.Clock = hand
		d, err := db.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		ctx, stop := context.WithCancel(t.Context())
		hand.stop = stop // the database asks for the time when the lease is written
		log := uptime.New(uptime.Options{DB: d, Clock: hand.Manual})
		if err := log.Beat(ctx); err == nil || ctx.Err() == nil {
			t.Fatalf("stopped: %v, failed: %v", ctx.Err(), err)
		}
		if now := log.Now(); !now.At.IsZero() {
			t.Errorf("it saw %+v", now)
		}
	})
}

// stopping is a clock whose reader is stopped.
type stopping struct {
	*clock.Manual
	stop func()
}

func (s *stopping) Now() time.Time {
	if s.stop != nil {
		s.stop()
	}
	return s.Manual.Now()
}

// Of two nodes one writes a minute, and the other takes over at the next when
// it dies: no minute is lost and none is there twice.
func TestNodes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		o := uptime.Options{DB: h.db, Clock: h.clock}
		other := uptime.New(o)
		for i := range 6 {
			for _, node := range []*uptime.Log{h.log, other} {
				if node == h.log && i >= 3 {
					continue // dead
				}
				if err := node.Beat(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			h.clock.Advance(time.Minute)
		}
		h.expect("own", fmt.Sprint(h.report(30).Own), "{own 6 6}")
		h.expect("outages", h.outages(), "")
	})
}

// Days that have ended are counted once, also those of 25 hours; single
// minutes go after 400 days and the figures stay.
func TestDays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		autumn := time.Date(2026, 10, 24, 21, 58, 0, 0, time.UTC) // two minutes before the 25-hour day
		h.clock.Set(autumn)
		h.beat(4)
		h.clock.Set(time.Date(2026, 10, 25, 22, 58, 0, 0, time.UTC))
		h.away[uptime.Sealer] = true
		h.beat(4)
		r := h.report(1)
		h.expect("the day that goes on", fmt.Sprint(r.Own, r.Voting), "{own 2 2} {voting 2 0}")
		r = h.report(2)
		h.expect("with the day of 25 hours", fmt.Sprint(r.Own, r.Voting), "{own 1502 6} {voting 1502 2}")
		r = h.report(30)
		h.expect("in all", fmt.Sprint(r.Own, r.From.Equal(autumn)), "{own 1504 8} true")

		h.clock.Advance(398 * 24 * time.Hour)
		h.beat(1)
		purge := func() int {
			t.Helper()
			n, err := h.log.Rule().Purge(t.Context(), h.clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := purge(); n != 0 {
			t.Errorf("%d minutes removed too early", n)
		}
		before := h.report(1000)
		h.clock.Advance(3 * 24 * time.Hour)
		if n := purge(); n == 0 || purge() != 0 {
			t.Errorf("%d minutes removed", n)
		}
		h.clock.Advance(-3 * 24 * time.Hour)
		if after := h.report(1000); fmt.Sprint(after) != fmt.Sprint(before) || after.Own.Up != 9 {
			t.Errorf("after the removal %v, before %v", after, before)
		}
	})
}

// A clock that jumped writes nothing, and one that goes back writes no minute
// twice.
func TestClock(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		steady := clock.Guard(h.clock)
		h.log = uptime.New(uptime.Options{DB: h.db, Clock: steady})
		h.beat(2)
		h.clock.Set(h.clock.Now().Add(time.Hour))
		h.beat(2)
		h.expect("while it is wrong", fmt.Sprint(h.report(30).Own.Up), "2")
		h.clock.Set(start.Add(time.Minute))
		steady.Accept()
		h.beat(3)
		h.expect("after", fmt.Sprint(h.report(30).Own, h.outages()), "{own 4 4}")
	})
}

// D-12, P-01: a clock that was a year ahead, and was believed, leaves nothing
// behind when it is right again: the record goes on, and today counts whole.
func TestWrongYearIsForgotten(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.beat(3)
		h.clock.Set(h.clock.Now().AddDate(1, 0, 0))
		h.away[uptime.EID] = true
		h.beat(3)
		h.away[uptime.EID] = false
		h.clock.Set(start.Add(5 * time.Minute))
		h.beat(4)
		h.clock.Set(start.Add(24 * time.Hour))
		h.beat(1)
		r := h.report(2)
		h.expect("the minutes", fmt.Sprint(r.From, r.Own.Up), fmt.Sprint(start, 8))
		h.expect("the outages", h.outages(), "service 9-1440; service 3-5; ")
	})
}

// A probe that hangs or panics is a part that is away, and holds nothing up.
func TestProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, err := db.Open(t.Context(), dbtest.SQLite(t))
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		hang := make(chan struct{})
		l := uptime.New(uptime.Options{DB: d, Clock: clock.System(), Probes: map[string]func(context.Context) error{
			uptime.EID:    func(context.Context) error { <-hang; return nil },
			uptime.Sealer: func(context.Context) error { panic("a part") },
			uptime.Mail:   nil,
		}})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- l.Run(ctx) }()
		time.Sleep(150 * time.Second)
		close(hang)
		stop()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		r, err := l.Report(t.Context(), 30)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(r.Own, r.Parts); got != "{own 3 3} [{service 3 3} {database 3 3} {e-id 3 0} {sealer 3 0}]" {
			t.Error(got)
		}
	})
}
