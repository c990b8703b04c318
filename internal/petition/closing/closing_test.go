package closing_test

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/tally"
)

// P-06, P-07, P-16, I-10: from opening to report, step by step. Nothing of a
// result is published before the keys and the rows are gone, and what is
// published holds by itself.
func TestLife(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.open(t, tally.Publication{})
		w.vote(t, id, 0, 12)
		if out, err := w.box.Withdraw(t.Context(), id, voter(3), time.Time{}); err != nil || out != ballot.Withdrawn {
			t.Fatal(out, err)
		}
		w.clock.Set(today.Add(24*time.Hour - time.Second))
		if done := w.run(t); done.Steps != 0 {
			t.Errorf("%d steps before the closing time", done.Steps)
		}
		begun := w.clock.Now()
		w.clock.Set(closes)
		if w.run(t); w.load(t, id).State != closing.Closing {
			t.Fatalf("at the closing time it is %s", w.load(t, id).State)
		}
		w.clock.Set(closes.Add(10 * time.Minute))
		if _, err := w.box.Cast(t.Context(), id, voter(50), begun); err != nil {
			t.Errorf("one who had begun before: %v", err)
		}
		if w.run(t); w.load(t, id).State != closing.Closing || len(w.published(t, id)) != 0 {
			t.Error("it went on within the grace")
		}
		w.clock.Set(closes.Add(15 * time.Minute))
		done := w.run(t)
		p := w.load(t, id)
		if len(done.Reported) != 1 || p.State != closing.Reported || p.Count != 12 {
			t.Fatalf("%+v, %s with %d", done, p.State, p.Count)
		}
		if w.exists(t, id) {
			t.Error("the rows are there")
		}
		if _, err := w.box.Cast(t.Context(), id, voter(51), begun); !fault.Is(err, fault.Gone) {
			t.Errorf("a vote afterwards: %v", err)
		}
		v := tally.Audit(w.published(t, id), w.ring.Public(tally.Purpose))
		if !v.OK() || v.Count != 12 || len(w.published(t, id)) != 2 {
			t.Errorf("audit: %+v", v)
		}
		r := reportOf(t, w.published(t, id))
		if !r.Method.Agree || r.Method.Accepted != 13 || r.Method.Withdrawn != 1 || len(r.Destroyed) != len(p.Ballot.Commitment.Keys) || r.Disposal == "" {
			t.Errorf("report %+v", r)
		}
		if done := w.run(t); done.Steps != 0 {
			t.Error("it was reported twice")
		}
	})
}

func reportOf(t *testing.T, files []tally.File) (r tally.Report) {
	t.Helper()
	for _, f := range files {
		var s tally.Signed
		if err := json.Unmarshal(f.Data, &s); err != nil {
			continue
		}
		if err := json.Unmarshal([]byte(s.Document), &r); err == nil && r.Kind == tally.KindReport {
			return r
		}
	}
	t.Fatal("no report")
	return r
}

// P-15: without the reference of a disposal decision nothing opens; leaves and
// receipts need the data protection officer's decision.
func TestWhatOpeningNeeds(t *testing.T) {
	w := newHost(t, "D1", dbtest.SQLite(t)).mustStart(t, clock.NewManual(today), nil)
	good := closing.Opening{Petition: db.NewID(), Registry: "KS 2026/100", Disposal: "KS 2026-10-01 § 12", ClosesAt: closes, Limit: seal.Limit{Total: 9}}
	for name, change := range map[string]func(o *closing.Opening){
		"no id":       func(o *closing.Opening) { o.Petition = "x" },
		"no disposal": func(o *closing.Opening) { o.Disposal = "" },
		"no registry": func(o *closing.Opening) { o.Registry = "" },
		"past":        func(o *closing.Opening) { o.ClosesAt = today },
		"no cap":      func(o *closing.Opening) { o.Limit.Total = 0 },
		"leaves":      func(o *closing.Opening) { o.Publication.Leaves = true },
		"receipts":    func(o *closing.Opening) { o.Publication.Receipts = true },
	} {
		o := good
		change(&o)
		if _, err := w.machine.Open(t.Context(), o); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.machine.Open(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	if _, err := w.machine.Open(t.Context(), good); !fault.Is(err, fault.Conflict) {
		t.Errorf("opening twice: %v", err)
	}
}

// I-10: where a recorded decision switched them on, the leaves are published
// after the keys are gone, and a voter finds their own by the receipt.
func TestPublishedLeaves(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		on := tally.Publication{Leaves: true, Receipts: true, Decision: "DSO 2026/7"}
		id, few := w.open(t, on), w.open(t, on)
		w.vote(t, id, 0, 9)
		w.vote(t, few, 0, 4)
		own, err := w.box.Receipt(t.Context(), id, voter(4))
		if err != nil || len(own) != 32 {
			t.Fatal(own, err)
		}
		w.clock.Set(closes.Add(time.Hour))
		w.run(t)
		receipt := func(nullifier []byte) tally.File {
			raw, _ := json.Marshal(tally.Receipt{Petition: id, Nullifier: hexOf(nullifier)})
			return tally.File{Name: "receipt.json", Data: raw}
		}
		files := w.published(t, id)
		if v := tally.Audit(append(files, receipt(own)), w.ring.Public(tally.Purpose)); !v.OK() || len(files) != 3 {
			t.Errorf("audit: %+v", v)
		}
		own[0] ^= 1
		if v := tally.Audit(append(files, receipt(own)), nil); v.OK() {
			t.Error("a made-up receipt holds")
		}
		if files := w.published(t, few); len(files) != 2 {
			t.Errorf("%d files of a petition below the floor", len(files))
		}
	})
}

// One stuck petition stops no other, is an alarm after a day, and goes on by
// itself when what stopped it is gone (petitions.md §2.2 rule 9, I-14).
func TestStuck(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		stuck, fine := w.open(t, tally.Publication{}), w.open(t, tally.Publication{})
		w.vote(t, stuck, 0, 6)
		w.vote(t, fine, 0, 7)
		w.clock.Set(closes.Add(time.Hour))
		// a table that was broken by hand: its rows cannot be counted
		if err := w.db.Tx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `ALTER TABLE petition_vote_`+lower(stuck)+` RENAME TO aside`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		done, err := w.machine.Run(t.Context())
		if err == nil || len(done.Reported) != 1 || done.Reported[0] != fine {
			t.Errorf("%+v, %v", done, err)
		}
		if late, err := w.machine.Alarms(t.Context()); err != nil || len(late) != 0 {
			t.Errorf("alarms after an hour: %v, %v", late, err)
		}
		w.clock.Set(closes.Add(24*time.Hour + time.Second))
		late, err := w.machine.Alarms(t.Context())
		if err != nil || len(late) != 1 || late[0].Petition != stuck || late[0].Failed == "" {
			t.Errorf("alarms after a day: %v, %v", late, err)
		}
		if err := w.db.Tx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `ALTER TABLE aside RENAME TO petition_vote_`+lower(stuck))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if done := w.run(t); len(done.Reported) != 1 || w.load(t, stuck).Count != 6 {
			t.Errorf("afterwards %+v", done)
		}
	})
}

// I-10, I-14: while a holder cannot be reached, the other's key is gone all the
// same and nothing is published; when it answers, the closing ends.
func TestHolderIsDownAtClosing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.open(t, tally.Publication{})
		w.vote(t, id, 0, 6)
		w.switch_.set(true)
		w.clock.Set(closes.Add(time.Hour))
		if _, err := w.machine.Run(t.Context()); !fault.Is(err, fault.Unavailable) {
			t.Errorf("a run with a holder down: %v", err)
		}
		p := w.load(t, id)
		if p.State != closing.Counted || len(w.published(t, id)) != 0 || p.Failed != fault.Unavailable {
			t.Errorf("%s, failed %q, %d files", p.State, p.Failed, len(w.published(t, id)))
		}
		if w.design == "D2" && len(p.Destroyed) != 1 {
			t.Error("our own key waits for the other")
		}
		w.switch_.set(false)
		if done := w.run(t); len(done.Reported) != 1 {
			t.Errorf("%+v", done)
		}
	})
}

// Two runs at the same moment on one node, which share its lease, wait for each
// other: nothing is done twice and neither fails.
func TestRunsAtTheSameMoment(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.open(t, tally.Publication{})
		w.vote(t, id, 0, 6)
		w.clock.Set(closes.Add(time.Hour))
		var done [4]closing.Result
		var failed [4]error
		var all sync.WaitGroup
		for i := range done {
			all.Go(func() { done[i], failed[i] = w.machine.Run(t.Context()) })
		}
		all.Wait()
		steps, reported := 0, 0
		for i, d := range done {
			if failed[i] != nil || d.NotMine || d.Held {
				t.Errorf("run %d: %+v, %v", i, d, failed[i])
			}
			steps, reported = steps+d.Steps, reported+len(d.Reported)
		}
		if p := w.load(t, id); steps != 5 || reported != 1 || p.State != closing.Reported || p.Count != 6 {
			t.Errorf("%d steps, %d reports, %s with %d", steps, reported, p.State, p.Count)
		}
	})
}

// D-12: while the clock has jumped nothing closes; a moved hand destroys no key.
func TestClockJumps(t *testing.T) {
	w := newHost(t, "D1", dbtest.SQLite(t)).mustStart(t, clock.NewManual(today), nil)
	id := w.open(t, tally.Publication{})
	w.vote(t, id, 0, 6)
	steady := clock.Guard(w.clock)
	machine := closing.New(closing.Options{DB: w.db, Sealer: w.sealer, Heads: w.heads, Audit: w.log, Clock: steady})
	w.clock.Set(closes.Add(48 * time.Hour))
	for range 3 {
		if done, err := machine.Run(t.Context()); err != nil || !done.Held {
			t.Errorf("%+v, %v", done, err)
		}
	}
	if p := w.load(t, id); p.State != closing.Open {
		t.Errorf("it is %s", p.State)
	}
	w.clock.Set(today)
	if done, err := machine.Run(t.Context()); err != nil || done.Held || done.Steps != 0 {
		t.Errorf("the hand moved back: %+v, %v", done, err)
	}
	w.clock.Advance(25 * time.Hour)
	if done, err := machine.Run(t.Context()); err != nil || len(done.Reported) != 1 {
		t.Errorf("when the time has passed: %+v, %v", done, err)
	}
	// a hand moved back over the closing time opens nothing again
	w.clock.Set(today)
	if _, err := w.box.Cast(t.Context(), id, voter(9), time.Time{}); !fault.Is(err, fault.Gone) {
		t.Errorf("a vote after the clock went back: %v", err)
	}
}

// D-12: a clock that jumps while a run is under way closes nothing that the run
// had not begun.
func TestClockJumpsDuringRun(t *testing.T) {
	w := newHost(t, "D1", dbtest.SQLite(t)).mustStart(t, clock.NewManual(today), nil)
	due, waiting := w.open(t, tally.Publication{}), w.open(t, tally.Publication{})
	w.vote(t, waiting, 0, 6)
	machine := closing.New(closing.Options{DB: w.db, Sealer: w.sealer, Heads: w.heads, Audit: w.log, Clock: clock.Guard(w.clock),
		Trace: func(string, string) { w.clock.Set(closes.Add(48 * time.Hour)) }})
	if err := machine.CloseEarly(t.Context(), due); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Minute)
	done, err := machine.Run(t.Context())
	if err != nil || done.Steps != 1 {
		t.Errorf("%+v, %v", done, err)
	}
	if first, second := w.load(t, due), w.load(t, waiting); first.State != closing.Closing || second.State != closing.Open {
		t.Errorf("they are %s and %s", first.State, second.State)
	}
}

// P-16: the last day ends when the next begins in Sweden, on days of 23, 24
// and 25 hours.
func TestEndOfDay(t *testing.T) {
	for _, row := range []struct {
		y    int
		m    time.Month
		d    int
		want string
	}{
		{2026, 11, 30, "2026-11-30T23:00:00Z"},
		{2026, 12, 31, "2026-12-31T23:00:00Z"},
		{2026, 7, 1, "2026-07-01T22:00:00Z"},
		{2027, 3, 27, "2027-03-27T23:00:00Z"},  // the night before summer time
		{2027, 3, 28, "2027-03-28T22:00:00Z"},  // 23 hours
		{2026, 10, 24, "2026-10-24T22:00:00Z"}, // the night before winter time
		{2026, 10, 25, "2026-10-25T23:00:00Z"}, // 25 hours
		{2028, 2, 29, "2028-02-29T23:00:00Z"},
	} {
		got, err := closing.EndOfDay(row.y, row.m, row.d)
		if err != nil || got.Format(time.RFC3339) != row.want {
			t.Errorf("%d-%d-%d ends %v, %v; want %s", row.y, row.m, row.d, got, err, row.want)
		}
	}
}

// petitions.md §3 rule 4: time when nobody could vote moves the closing, once,
// and stands in the ledger and the report.
func TestLedger(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.open(t, tally.Publication{})
		w.vote(t, id, 0, 5)
		w.clock.Advance(time.Hour)
		w.switch_.set(true)
		for range 2 {
			if err := w.machine.Watch(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.box.Cast(t.Context(), id, voter(8), time.Time{}); !fault.Is(err, fault.Unavailable) {
			t.Errorf("a vote while paused: %v", err)
		}
		w.clock.Advance(90 * time.Minute)
		w.switch_.set(false)
		if err := w.machine.Watch(t.Context()); err != nil {
			t.Fatal(err)
		}
		// half of this outage is in the ledger already
		n, err := w.machine.Outage(t.Context(), today.Add(2*time.Hour), today.Add(150*time.Minute), closing.ReasonOutage)
		if err != nil || n != 0 {
			t.Errorf("an outage within a pause moved %d, %v", n, err)
		}
		w.clock.Advance(time.Hour)
		n, err = w.machine.Outage(t.Context(), today.Add(2*time.Hour), today.Add(3*time.Hour), closing.ReasonOutage)
		if err != nil || n != 1 {
			t.Errorf("an outage moved %d, %v", n, err)
		}
		if p := w.load(t, id); p.Ballot.ClosesAt != closes.Add(2*time.Hour) || p.Planned != closes {
			t.Errorf("it closes %v", p.Ballot.ClosesAt)
		}
		// a pause at the closing time holds the closing, though not for ever
		if err := w.machine.Pause(t.Context(), id, closing.ReasonSteward); err != nil {
			t.Fatal(err)
		}
		if err := w.machine.Watch(t.Context()); err != nil || !w.load(t, id).Ballot.Paused {
			t.Errorf("the watch ended a steward's pause: %v", err)
		}
		w.clock.Set(closes.Add(4 * time.Hour))
		if done := w.run(t); done.Steps != 0 {
			t.Error("a paused petition closed")
		}
		w.clock.Set(closes.Add(closing.MaxPause + 3*time.Hour))
		if done := w.run(t); len(done.Reported) != 1 {
			t.Errorf("after the longest pause %+v", done)
		}
		if r := reportOf(t, w.published(t, id)); len(r.Pauses) != 3 || r.Pauses[0].Extended != 90*time.Minute {
			t.Errorf("the report's pauses: %+v", r.Pauses)
		}
	})
}

// Signed heads while open: at least k votes and a day apart, chained.
// P-16: time that was lost over the closing time is given back whole, and once,
// however often it is told.
func TestOutageOverTheClosing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.open(t, tally.Publication{})
		w.clock.Set(closes.Add(5 * time.Minute)) // away since ten minutes before the closing
		for i := range 3 {
			n, err := w.machine.Outage(t.Context(), closes.Add(-10*time.Minute), closes.Add(5*time.Minute), closing.ReasonOutage)
			if err != nil || (n == 1) != (i == 0) {
				t.Errorf("telling %d moved %d, %v", i+1, n, err)
			}
		}
		if p := w.load(t, id); p.Ballot.ClosesAt != closes.Add(15*time.Minute) {
			t.Errorf("it closes %v", p.Ballot.ClosesAt)
		}
		w.clock.Set(closes.Add(30 * time.Minute))
		if n, err := w.machine.Outage(t.Context(), closes.Add(20*time.Minute), closes.Add(25*time.Minute), closing.ReasonOutage); err != nil || n != 0 {
			t.Errorf("an outage after the closing moved %d, %v", n, err)
		}
	})
}

func TestRunningHeads(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.heads.Step = 10
		id := w.open(t, tally.Publication{})
		made := func(want int) {
			t.Helper()
			if n, err := w.heads.Run(context.Background()); err != nil || n != want {
				t.Errorf("%d heads, %v; want %d", n, err, want)
			}
		}
		w.vote(t, id, 0, 9)
		made(0)
		w.vote(t, id, 9, 12)
		made(1)
		w.vote(t, id, 12, 40)
		made(0) // on the same day
		w.clock.Advance(23*time.Hour + 59*time.Minute)
		made(0)
		w.clock.Set(closes.Add(-time.Nanosecond))
		if err := w.machine.Pause(t.Context(), id, closing.ReasonOutage); err != nil {
			t.Fatal(err)
		}
		w.clock.Set(closes.Add(time.Hour))
		made(1)
		if err := w.machine.Resume(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		w.clock.Set(closes.Add(3 * time.Hour))
		w.run(t)
		files := w.published(t, id)
		if v := tally.Audit(files, w.ring.Public(tally.Purpose)); !v.OK() || v.Count != 40 || len(files) != 4 {
			t.Errorf("%d files, %+v", len(files), v)
		}
		if v := tally.Audit(append(files[:1:1], files[2:]...), nil); v.OK() {
			t.Error("a head left out is not seen")
		}
	})
}
