package app_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"medborgarnavet/cmd/demo/town"
	"medborgarnavet/internal/app"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/closing"
)

// P-16, petitions.md §3 rule 4: what nobody can vote on now is not closed now.
// The e-ID is away over midnight; the petition closes when it is back and the
// time is given back.
func TestClosingWaitsForTheEID(t *testing.T) {
	m := clock.NewManual(noon)
	var way *wire
	p := newPolls(t, m, func(cfg *config.Config, out *town.Outside) {
		u, err := url.Parse(out.BankID.APIURL())
		if err != nil {
			t.Fatal(err)
		}
		way = newWire(t, u.Host)
		u.Host = way.l.Addr().String()
		cfg.Municipalities[0].BankID.Endpoint = u.String()
	})
	id := p.open("ekbacka", "Bygg en bro")
	closes := p.poll("ekbacka", id).Ballot.ClosesAt
	m.Advance(closes.Sub(m.Now()) - 10*time.Minute)
	p.serve()
	p.minute()
	way.set(true)
	for range 40 {
		p.minute()
	}
	if poll := p.poll("ekbacka", id); poll.State != closing.Open || !poll.There {
		t.Fatalf("half an hour past midnight, and the e-ID is away: %s", poll.State)
	}
	way.set(false)
	for range 3 {
		p.minute()
	}
	poll := p.poll("ekbacka", id)
	if moved := poll.Ballot.ClosesAt.Sub(closes); poll.State != closing.Open || moved < 38*time.Minute || moved > 42*time.Minute {
		t.Errorf("%s, and the closing was moved by %s for forty minutes", poll.State, moved)
	}
	if r := p.vote(p.ticket("ekbacka", id, voter(1))); r.status != http.StatusSeeOther {
		t.Errorf("a vote when it is back: %d", r.status)
	}
	for range 30 {
		p.minute()
	}
	if poll := p.poll("ekbacka", id); poll.State != closing.Reported || poll.Ballot.Count() != 1 {
		t.Errorf("it does not close: %s, %d votes", poll.State, poll.Ballot.Count())
	}
}

// P-12: what is hidden lets nobody in to vote from that moment on, before
// anything has been told to those that take the votes.
func TestHiddenLetsNobodyIn(t *testing.T) {
	p := newPolls(t, clock.NewManual(noon), nil)
	id := p.open("ekbacka", "Bygg en mur")
	life, _ := p.app.Petitions("ekbacka")
	if err := life.Hide(t.Context(), moderators["ekbacka"], id, petition.Decision{Version: 1, Code: "unlawful", Words: "Texten bryter mot lagen.", Key: "hide-the-text-now"}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := app.Ticket(ctx, p.app, "ekbacka", id, voter(1)); !fault.Is(err, fault.Gone) {
		t.Errorf("a ticket for what is hidden: %v", err)
	}
}
