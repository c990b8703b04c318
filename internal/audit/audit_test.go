package audit_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/keyring/keyringtest"
)

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// place is a log with everything around it.
type place struct {
	t     *testing.T
	clock *clock.Manual
	ring  *keyring.Ring
	db    *db.DB
	log   *audit.Log
}

func each(t *testing.T, fn func(t *testing.T, p *place)) {
	t.Helper()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		p := &place{t: t, clock: clock.NewManual(start)}
		o.Clock = p.clock
		d, err := db.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		p.db, p.ring = d, keyringtest.New(t, p.clock)
		p.log = audit.New(d, p.ring, p.clock)
		fn(t, p)
	})
}

func number(t *testing.T, digits string) pnr.Number {
	t.Helper()
	n, err := pnr.Parse(digits, start)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (p *place) write(events ...audit.Event) {
	p.t.Helper()
	for _, e := range events {
		if err := p.db.Tx(p.t.Context(), func(tx *db.Tx) error { return p.log.Write(p.t.Context(), tx, e) }); err != nil {
			p.t.Fatal(err)
		}
	}
}

// writeN writes n events of a case, a minute apart.
func (p *place) writeN(n int, caseID string) {
	p.t.Helper()
	for range n {
		p.write(audit.Event{Action: audit.Accessed, Actor: audit.System, Case: caseID})
		p.clock.Advance(time.Minute)
	}
}

func (p *place) seal(want int) {
	p.t.Helper()
	if n, err := p.log.Seal(p.t.Context()); n != want || err != nil {
		p.t.Fatalf("sealed %d, want %d: %v", n, want, err)
	}
}

func (p *place) verify(known ...audit.Head) audit.Report {
	p.t.Helper()
	r, err := p.log.Verify(p.t.Context(), known...)
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

func (p *place) exec(query string, args ...any) {
	p.t.Helper()
	if err := p.db.Tx(p.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(p.t.Context(), query, args...)
		return err
	}); err != nil {
		p.t.Fatal(err)
	}
}

// An event is there if and only if what it tells about is there.
func TestWrittenWithTheBusiness(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		undone := errors.New("undone")
		err := p.db.Tx(t.Context(), func(tx *db.Tx) error {
			if err := p.log.Write(t.Context(), tx, audit.Event{Action: audit.Decided, Case: "A"}); err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		p.write(audit.Event{Action: audit.Decided, Case: "B"})
		for id, want := range map[string]int{"A": 0, "B": 1} {
			if got, err := p.log.ByCase(t.Context(), id); len(got) != want || err != nil {
				t.Errorf("case %s: %d events, %v", id, len(got), err)
			}
		}
	})
}

// M-118: the log answers who did what in a case, what a person did, what was
// done with a person's data, and gives a random sample.
func TestReading(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		eva, olof := p.log.Actor(number(t, "192109099180")), p.log.Actor(number(t, "194607137454"))
		anna := p.log.Actor(number(t, "198507099805"))
		e := audit.Event{
			Action: audit.Accessed, Actor: eva, Subject: anna, Board: "socialnamnden", Case: "A", Category: "ansökan",
			Purpose: "Handläggning av ekonomiskt bistånd", Outcome: "ok", Details: map[string]string{"pages": "3"},
		}
		p.write(e)
		p.clock.Advance(time.Hour)
		p.write(audit.Event{Action: audit.Decided, Actor: olof, Subject: anna, Case: "A"},
			audit.Event{Action: audit.Login, Actor: eva})
		p.seal(3)

		inCase, err := p.log.ByCase(t.Context(), "A")
		if err != nil || len(inCase) != 2 {
			t.Fatalf("by case: %v %v", inCase, err)
		}
		first := inCase[0]
		if first.At != start || first.Seq == 0 || first.ID == "" || first.Details["pages"] != "3" ||
			first.Purpose != e.Purpose || first.Actor != eva || first.Action != audit.Accessed {
			t.Errorf("the first event: %+v", first)
		}
		count := func(records []audit.Record, err error) int {
			if err != nil {
				t.Error(err)
			}
			return len(records)
		}
		day := 24 * time.Hour
		for name, c := range map[string]struct{ got, want int }{
			"by actor":            {count(p.log.ByActor(t.Context(), eva, start, start.Add(day))), 2},
			"by actor, one hour":  {count(p.log.ByActor(t.Context(), eva, start, start.Add(time.Hour))), 1},
			"by another":          {count(p.log.ByActor(t.Context(), olof, start, start.Add(day))), 1},
			"by subject":          {count(p.log.BySubject(t.Context(), anna, start, start.Add(day))), 2},
			"sample of two":       {count(p.log.Sample(t.Context(), 2, start, start.Add(day))), 2},
			"sample of more":      {count(p.log.Sample(t.Context(), 50, start, start.Add(day))), 3},
			"sample of yesterday": {count(p.log.Sample(t.Context(), 50, start.Add(-day), start)), 0},
		} {
			if c.got != c.want {
				t.Errorf("%s: %d, want %d", name, c.got, c.want)
			}
		}
	})
}

// M-118: a sample is drawn, not the first ones.
func TestSampleIsRandom(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.writeN(30, "A")
		seen := make(map[string]bool)
		for range 20 {
			records, err := p.log.Sample(t.Context(), 1, start, p.clock.Now())
			if err != nil || len(records) != 1 {
				t.Fatal(records, err)
			}
			seen[records[0].ID] = true
		}
		if len(seen) < 5 {
			t.Errorf("20 samples of 30 events drew only %d", len(seen))
		}
	})
}

// M-119, I-9: what the log must not hold is refused, and a person is a
// pseudonym of the log's own.
func TestMinimised(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		const digits = "198507099805"
		for name, e := range map[string]audit.Event{
			"no action":          {},
			"words as action":    {Action: "Har läst"},
			"number as actor":    {Action: audit.Login, Actor: digits},
			"number as subject":  {Action: audit.Login, Subject: "850709-9805"},
			"number as case":     {Action: audit.Login, Case: digits},
			"number in a detail": {Action: audit.Login, Details: map[string]string{"ids": "A1, " + digits}},
			"number as a key":    {Action: audit.Login, Details: map[string]string{digits: "x"}},
			"coordination":       {Action: audit.Login, Outcome: "19701063-2391"},
			"several lines":      {Action: audit.Login, Details: map[string]string{"x": "a\nb"}},
			"long text":          {Action: audit.Login, Category: strings.Repeat("a", 301)},
		} {
			err := p.db.Tx(t.Context(), func(tx *db.Tx) error { return p.log.Write(t.Context(), tx, e) })
			if fault.KindOf(err) != fault.Internal {
				t.Errorf("%s: %v", name, err)
			} else if strings.Contains(err.Error(), digits) {
				t.Errorf("%s: the error repeats the number", name)
			}
		}
		actor := p.log.Actor(number(t, digits))
		if len(actor) != 32 || strings.Contains(actor, digits) || actor != p.ring.Pseudonym("audit", digits) {
			t.Errorf("actor %q", actor)
		}
		if p.log.Actor(pnr.Number{}) != "" {
			t.Error("nobody has a pseudonym")
		}
	})
}

// M-64: the four kinds of processing that the source names are actions.
func TestKindsOfProcessing(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		all := []string{audit.Collected, audit.Recorded, audit.Presented, audit.Disclosed, audit.Erased}
		for _, action := range all {
			p.write(audit.Event{Action: action, Actor: audit.System, Case: "A"})
		}
		records, err := p.log.ByCase(t.Context(), "A")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range records {
			got = append(got, r.Action)
		}
		slices.Sort(got)
		slices.Sort(all)
		if !slices.Equal(got, all) {
			t.Errorf("got %v", got)
		}
	})
}
