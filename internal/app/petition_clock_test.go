package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/app"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/petition/closing"
)

// minute is one minute of a service that runs.
func (p *polls) minute() {
	p.t.Helper()
	p.clock.Advance(time.Minute)
	if err := app.Beat(p.t.Context(), p.app, "ekbacka"); err != nil {
		p.t.Fatal(err)
	}
	if err := app.CloseDue(p.t.Context(), p.app, "ekbacka"); err != nil {
		p.t.Fatal(err)
	}
}

// eve lets the time pass until some minutes before a petition closes, and the
// service begin then: what it was before is not recorded.
func eve(t *testing.T, opened time.Time, minutes int) (p *polls, id string, closes time.Time) {
	t.Helper()
	m := clock.NewManual(opened)
	p = newPolls(t, m, nil)
	id = p.open("ekbacka", "Bygg en bro")
	closes = p.poll("ekbacka", id).Ballot.ClosesAt
	m.Advance(closes.Sub(m.Now()) - time.Duration(minutes)*time.Minute)
	p.serve()
	return p, id, closes
}

func stockholm(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// P-04, P-12: voting ends at midnight in Sweden, also when summer time begins
// or ends meanwhile: a vote a minute before counts, one after does not, who had
// begun has the grace, and the result comes when all is erased.
func TestClosesAtMidnightInSweden(t *testing.T) {
	for name, opened := range map[string]time.Time{
		"winter":             time.Date(2026, 11, 22, 11, 0, 0, 0, time.UTC),
		"summer time begins": time.Date(2027, 1, 28, 11, 0, 0, 0, time.UTC),
		"summer time ends":   time.Date(2027, 9, 2, 11, 0, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			p, id, closes := eve(t, opened, 4)
			if at := closes.In(stockholm(t)).Format("15:04:05"); at != "00:00:00" {
				t.Fatalf("it closes at %s", at)
			}
			if r := p.vote(p.ticket("ekbacka", id, voter(1))); r.status != http.StatusSeeOther {
				t.Errorf("four minutes before: %d", r.status)
			}
			p.minute()
			p.minute()
			begun := p.ticket("ekbacka", id, voter(2))
			p.minute()
			if poll := p.poll("ekbacka", id); poll.State != closing.Open || !poll.Ballot.ClosesAt.Equal(closes) {
				t.Fatalf("a minute before midnight: %s, closes %s", poll.State, poll.Ballot.ClosesAt)
			}
			p.minute()
			if poll := p.poll("ekbacka", id); poll.State != closing.Closing {
				t.Errorf("at midnight: %s", poll.State)
			}
			if _, err := app.Ticket(t.Context(), p.app, "ekbacka", id, voter(3)); err == nil {
				t.Error("a ticket was given after midnight")
			}
			p.minute()
			if r := p.vote(begun); r.status != http.StatusSeeOther {
				t.Errorf("who had begun before midnight is answered %d", r.status)
			}
			for range 13 {
				p.minute()
			}
			if poll := p.poll("ekbacka", id); poll.State != closing.Closing || poll.Rows != 2 {
				t.Errorf("fourteen minutes past: %s, %d rows", poll.State, poll.Rows)
			}
			p.minute()
			if poll := p.poll("ekbacka", id); poll.State != closing.Reported || poll.There || poll.Ballot.Count() != 2 || len(poll.Pauses) != 0 {
				t.Errorf("a quarter past: %s, rows there: %v, %d votes, pauses %v", poll.State, poll.There, poll.Ballot.Count(), poll.Pauses)
			}
		})
	}
}

// D-12, issue 4 "bad input": the machine's clock jumps over the closing time.
// Nothing closes, no key is destroyed and nothing is written of the time; when
// the clock is right again voting goes on as if nothing had happened.
func TestClockJumpsOverTheClosing(t *testing.T) {
	for name, jump := range map[string]time.Duration{"an hour": time.Hour, "a year": 365 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			p, id, closes := eve(t, noon, 30)
			p.minute()
			right := p.clock.Now()
			p.clock.Set(right.Add(jump))
			for range 5 {
				p.minute()
				p.work()
			}
			if poll := p.poll("ekbacka", id); poll.State != closing.Open || !poll.There || !poll.Ballot.ClosesAt.Equal(closes) {
				t.Fatalf("after a jump: %s, rows there: %v, closes %s", poll.State, poll.There, poll.Ballot.ClosesAt)
			}
			if r := p.get("/forslag/" + id); r.status != http.StatusOK || strings.Contains(r.words(), "Omröstningen är slut") {
				t.Errorf("the page says that it is over: %d", r.status)
			}
			p.clock.Set(right.Add(5 * time.Minute))
			p.minute()
			if r := p.vote(p.ticket("ekbacka", id, voter(1))); r.status != http.StatusSeeOther {
				t.Errorf("voting when the clock is right again: %d", r.status)
			}
			for range 60 {
				p.minute()
			}
			poll := p.poll("ekbacka", id)
			if poll.State != closing.Reported || poll.Ballot.Count() != 1 {
				t.Errorf("it does not close at its time: %s, %d votes", poll.State, poll.Ballot.Count())
			}
			if late := poll.Ballot.ClosesAt.Sub(closes); late < 0 || late > 8*time.Minute {
				t.Errorf("the closing was moved by %s for five minutes", late)
			}
		})
	}
}

// D-12, P-12, issue 4 "bad input": the machine starts in another year. Nothing
// closes, no key is destroyed, nothing is written of the time, and the log and
// the steward's page say so; a start more is no better. When the clock is right
// again voting goes on, and closes at its time.
func TestStartsInAnotherYear(t *testing.T) {
	for name, off := range map[string]time.Duration{"ahead": 365 * 24 * time.Hour, "behind": -365 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			p, id, closes := eve(t, noon, 40)
			p.minute()
			app.Tidy(p.app)
			right := p.clock.Now()
			for range 2 {
				p.stop()
				p.clock.Set(right.Add(off))
				p.build()
				p.serve()
				for range 5 {
					p.minute()
					p.work()
				}
				if poll := p.poll("ekbacka", id); poll.State != closing.Open || !poll.There || !poll.Ballot.ClosesAt.Equal(closes) {
					t.Fatalf("started in another year: %s, rows there: %v, closes %s", poll.State, poll.There, poll.Ballot.ClosesAt)
				}
			}
			if !strings.Contains(p.logs.String(), "clock is far from when the service ran last") {
				t.Error("the log does not say so")
			}
			if text := p.as(p.visit("karin", "staff 190910199827"), http.MethodGet, "/handlaggare/forslag/drift"); !strings.Contains(text.words(), "Serverns klocka kan gå fel") {
				t.Errorf("the steward is not told: %d", text.status)
			}
			p.clock.Set(right.Add(12 * time.Minute))
			p.minute()
			if r := p.vote(p.ticket("ekbacka", id, voter(1))); r.status != http.StatusSeeOther {
				t.Errorf("voting when the clock is right again: %d", r.status)
			}
			for range 60 {
				p.minute()
			}
			poll := p.poll("ekbacka", id)
			if late := poll.Ballot.ClosesAt.Sub(closes); poll.State != closing.Reported || poll.Ballot.Count() != 1 || late < 0 || late > 15*time.Minute {
				t.Errorf("it does not close at its time: %s, %d votes, moved by %s", poll.State, poll.Ballot.Count(), late)
			}
		})
	}
}

// D-12, I-10: a service that really was away for long waits an hour, and then
// does what is due.
func TestAwayForLong(t *testing.T) {
	p, id, _ := eve(t, noon, 40)
	p.minute()
	app.Tidy(p.app)
	p.stop()
	p.clock.Advance(closing.MaxPause + 60*24*time.Hour)
	p.build()
	p.minute()
	if poll := p.poll("ekbacka", id); poll.State != closing.Open || !poll.There {
		t.Fatalf("at once: %s", poll.State)
	}
	p.clock.Advance(clock.SettleTime - 10*time.Minute)
	p.minute()
	if poll := p.poll("ekbacka", id); poll.State != closing.Open {
		t.Fatalf("within the hour: %s", poll.State)
	}
	for range 30 {
		p.minute()
	}
	if poll := p.poll("ekbacka", id); poll.State != closing.Reported || poll.There {
		t.Errorf("after the hour: %s, rows there: %v", poll.State, poll.There)
	}
}

// P-01, petitions.md §3 rule 4: the process is dead over the closing time. It
// closes nothing when it comes back: the lost time is given back, stands in the
// timeline, and who waited can vote.
func TestDeadOverTheClosing(t *testing.T) {
	p, id, closes := eve(t, noon, 30)
	for range 20 {
		p.minute()
	}
	left := closes.Sub(p.clock.Now())
	p.stop()
	p.clock.Advance(3 * time.Hour)
	p.build()
	p.serve()
	p.minute()
	poll := p.poll("ekbacka", id)
	if poll.State != closing.Open || poll.Ballot.ClosesAt.Sub(p.clock.Now()) < left-2*time.Minute {
		t.Fatalf("%s, closes in %s; %s were left when it died", poll.State, poll.Ballot.ClosesAt.Sub(p.clock.Now()), left)
	}
	if added := poll.Ballot.ClosesAt.Sub(closes); added < 178*time.Minute || added > 182*time.Minute {
		t.Errorf("%s were given back for three hours", added)
	}
	if r := p.vote(p.ticket("ekbacka", id, voter(1))); r.status != http.StatusSeeOther {
		t.Errorf("voting: %d", r.status)
	}
	p.comesBack(func() bool {
		p.clock.Advance(15 * time.Second)
		return strings.Contains(p.get("/forslag/"+id).words(), "på grund av ett avbrott")
	})
	for range 40 {
		p.minute()
	}
	if poll := p.poll("ekbacka", id); poll.State != closing.Reported || poll.Ballot.Count() != 1 {
		t.Errorf("then it closes: %s, %d votes", poll.State, poll.Ballot.Count())
	}
}
