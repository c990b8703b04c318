package app_test

import (
	"net/http"
	"testing"
	"time"

	"medborgarnavet/internal/app"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/switches"
)

// P-01, petitions.md §3 rule 3: with letters switched off they wait, as the
// steward and the status page are told, and go when letters are on again.
func TestLettersAreSwitchedOff(t *testing.T) {
	m := clock.NewManual(noon)
	p := newPolls(t, m, nil)
	flip := func(on bool) {
		t.Helper()
		if err := app.Switch(t.Context(), p.app, "ekbacka", switches.Mail, on); err != nil {
			t.Fatal(err)
		}
	}
	flip(false)
	life, _ := p.app.Petitions("ekbacka")
	if _, err := life.Receive(t.Context(), petition.Proposal{Text: petition.Text{Title: "Bygg en bro", What: "En bro.", Why: "Den behövs."},
		Mail: "siv@exempel.test", Once: "while-letters-are-off", From: "127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		p.work()
		m.Advance(9 * time.Hour)
	}
	if n := len(p.out.Mail.To("siv@exempel.test")); n != 0 {
		t.Fatalf("%d letters while they are switched off", n)
	}
	flip(true)
	p.work()
	if n := len(p.out.Mail.To("siv@exempel.test")); n != 1 {
		t.Errorf("%d letters when they are on again, want one", n)
	}
}

// P-01, P-16, petitions.md §3 rule 4: with voting switched off every open
// petition is paused and says so, nobody votes, and when it is on again the
// closing has moved by as long as it lasted.
func TestVotingIsSwitchedOff(t *testing.T) {
	m := clock.NewManual(noon)
	p := newPolls(t, m, nil)
	id := p.open("ekbacka", "Bygg en bro")
	p.serve()
	ticket := p.ticket("ekbacka", id, voter(1))
	closes := p.poll("ekbacka", id).Ballot.ClosesAt
	flip := func(on bool) {
		t.Helper()
		if err := app.Switch(t.Context(), p.app, "ekbacka", switches.Vote, on); err != nil {
			t.Fatal(err)
		}
		m.Advance(10 * time.Second)
		p.work()
	}
	flip(false)
	if poll := p.poll("ekbacka", id); !poll.Ballot.Paused {
		t.Error("switched off, and not paused")
	}
	if r := p.vote(ticket); r.status != http.StatusServiceUnavailable {
		t.Errorf("a vote while it is off: %d", r.status)
	}
	m.Advance(2 * time.Hour)
	flip(true)
	poll := p.poll("ekbacka", id)
	if got := poll.Ballot.ClosesAt.Sub(closes); poll.Ballot.Paused || got < 2*time.Hour || got > 2*time.Hour+time.Minute {
		t.Errorf("on again: paused %v, the closing moved by %s", poll.Ballot.Paused, got)
	}
	p.timelineSays(id, "pausat")
	if r := p.vote(p.ticket("ekbacka", id, voter(1))); r.status != http.StatusSeeOther || p.poll("ekbacka", id).Rows != 1 {
		t.Errorf("a vote when it is on again: %d", r.status)
	}
}
