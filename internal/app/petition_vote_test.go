package app_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"medborgarnavet/cmd/demo/town"
	"medborgarnavet/internal/app"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/petition"
)

var noon = time.Date(2026, 11, 22, 11, 0, 0, 0, time.UTC)

// P-05, P-12 (bad input): nothing but a ticket of this petition, posted from
// our own page within five minutes, is a vote; each other attempt gets its
// status and plain words, and nothing is counted.
func TestVotesThatAreNone(t *testing.T) {
	m := clock.NewManual(noon)
	p := newPolls(t, m, func(cfg *config.Config, _ *town.Outside) {
		cfg.Municipalities[1].Petitions.Register = config.Register{} // anybody may vote there
	})
	id := p.open("ekbacka", "Bygg en bro")
	other := p.open("havsnas", "Bygg en bro")
	p.serve()
	good := p.ticket("ekbacka", id, voter(1))
	form := func(ticket, choice string) url.Values { return url.Values{"biljett": {ticket}, "val": {choice}} }
	query := "?" + form(good, "rosta").Encode()
	for name, row := range map[string]struct {
		ask  ask
		want int
	}{
		"by GET":                       {ask{path: "/rosta" + query}, http.StatusMethodNotAllowed},
		"by HEAD":                      {ask{method: "HEAD", path: "/rosta" + query}, http.StatusMethodNotAllowed},
		"by PUT":                       {ask{method: "PUT", path: "/rosta", form: form(good, "rosta")}, http.StatusMethodNotAllowed},
		"by DELETE":                    {ask{method: "DELETE", path: "/rosta", form: form(good, "rosta")}, http.StatusMethodNotAllowed},
		"in the address of a post":     {ask{method: "POST", path: "/rosta" + query, form: url.Values{}}, http.StatusBadRequest},
		"from another site":            {ask{method: "POST", path: "/rosta", form: form(good, "rosta"), header: map[string]string{"Origin": "https://evil.example"}}, http.StatusForbidden},
		"from nowhere":                 {ask{method: "POST", path: "/rosta", form: form(good, "rosta"), header: map[string]string{"Origin": "null"}}, http.StatusForbidden},
		"cross-site by the browser":    {ask{method: "POST", path: "/rosta", form: form(good, "rosta"), header: map[string]string{"Sec-Fetch-Site": "cross-site"}}, http.StatusForbidden},
		"from a neighbour site":        {ask{method: "POST", path: "/rosta", form: form(good, "rosta"), header: map[string]string{"Sec-Fetch-Site": "same-site"}}, http.StatusForbidden},
		"from the other municipality":  {ask{method: "POST", path: "/rosta", form: form(good, "rosta"), header: map[string]string{"Origin": "http://localhost"}}, http.StatusForbidden},
		"another municipality's":       {ask{method: "POST", path: "/rosta", form: form(p.ticket("havsnas", other, voter(1)), "rosta")}, http.StatusGone},
		"at the other municipality":    {ask{site: "havsnas", method: "POST", path: "/rosta", form: form(good, "rosta")}, http.StatusGone},
		"without a choice":             {ask{method: "POST", path: "/rosta", form: form(good, "")}, http.StatusBadRequest},
		"with another choice":          {ask{method: "POST", path: "/rosta", form: form(good, "ja")}, http.StatusBadRequest},
		"without a ticket":             {ask{method: "POST", path: "/rosta", form: form("", "rosta")}, http.StatusBadRequest},
		"a cut ticket":                 {ask{method: "POST", path: "/rosta", form: form(good[:len(good)-2], "rosta")}, http.StatusBadRequest},
		"a changed ticket":             {ask{method: "POST", path: "/rosta", form: form(good[:90]+"AAAA"+good[94:], "rosta")}, http.StatusBadRequest},
		"a made-up ticket":             {ask{method: "POST", path: "/rosta", form: form("✓🔥' OR 1=1 --\x00", "rosta")}, http.StatusBadRequest},
		"a long ticket":                {ask{method: "POST", path: "/rosta", form: form(strings.Repeat("A", 15_000), "rosta")}, http.StatusBadRequest},
		"as JSON":                      {ask{method: "POST", path: "/rosta", body: strings.NewReader(`{"biljett":"` + good + `","val":"rosta"}`), header: map[string]string{"Content-Type": "application/json"}}, http.StatusBadRequest},
		"a form that cannot be read":   {ask{method: "POST", path: "/rosta", body: strings.NewReader("biljett=%zz&val=rosta")}, http.StatusBadRequest},
		"to an address with something": {ask{method: "POST", path: "/rosta/" + id, form: form(good, "rosta")}, http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			r := p.send(row.ask)
			if r.status != row.want {
				t.Errorf("answers %d, want %d: %s", r.status, row.want, short(r.words()))
			}
			if row.ask.method != "HEAD" {
				plainWords(t, name, r)
			}
			if r.status != http.StatusMethodNotAllowed && strings.Contains(r.body, good[:30]) {
				t.Error("the answer holds the ticket")
			}
		})
	}
	for _, site := range []struct{ municipality, id string }{{"ekbacka", id}, {"havsnas", other}} {
		if poll := p.poll(site.municipality, site.id); poll.Rows != 0 || poll.Ballot.Accepted != 0 {
			t.Fatalf("%s: %d votes were counted", site.municipality, poll.Rows)
		}
	}
	stale(t, p, m, id, good)
}

// stale has tickets sent again, and too late.
func stale(t *testing.T, p *polls, m *clock.Manual, id, good string) {
	t.Helper()
	for range 3 {
		if r := p.vote(good); r.status != http.StatusSeeOther || r.header.Get("Location") != "/rosta/klart" {
			t.Errorf("a ticket sent again: %d", r.status)
		}
	}
	if poll := p.poll("ekbacka", id); poll.Rows != 1 {
		t.Errorf("%d votes for a ticket sent three times", poll.Rows)
	}
	late := p.ticket("ekbacka", id, voter(2))
	m.Advance(5*time.Minute + time.Second)
	for _, ticket := range []string{good, late} {
		r := p.vote(ticket)
		if r.status != http.StatusGone || !strings.Contains(r.words(), "Ingen röst har räknats") {
			t.Errorf("a ticket older than five minutes: %d: %s", r.status, r.words())
		}
		plainWords(t, "an old ticket", r)
	}
	if poll := p.poll("ekbacka", id); poll.Rows != 1 {
		t.Errorf("%d votes after the tickets had run out", poll.Rows)
	}
}

// P-04, P-12 (bad input): what is not open takes no vote, not even with a
// ticket from while it was; the page says why.
func TestVotesOnWhatIsNotOpen(t *testing.T) {
	m := clock.NewManual(noon)
	p := newPolls(t, m, nil)
	life, _ := p.app.Petitions("ekbacka")
	ctx, vera := t.Context(), moderators["ekbacka"]
	text := func(title string) petition.Text {
		return petition.Text{Title: title, What: title + " snart.", Why: "Det behövs."}
	}
	withdrawn := p.propose("ekbacka", text("Bygg en återvändsgränd"))
	p.publish("ekbacka", withdrawn.ID)
	hidden, paused, closed := p.open("ekbacka", "Bygg en mur"), p.open("ekbacka", "Bygg en väg"), p.open("ekbacka", "Bygg en bro")
	removed := p.open("ekbacka", "Bygg ett torn")
	merged, rejected, fresh := p.propose("ekbacka", text("Bygg en gångbro")).ID, p.propose("ekbacka", text("Bygg en raket")).ID, p.propose("ekbacka", text("Bygg en bänk")).ID
	p.serve()
	tickets := map[string]string{}
	for _, id := range []string{withdrawn.ID, hidden, paused, closed, removed} {
		if r := p.vote(p.ticket("ekbacka", id, voter(1))); r.status != http.StatusSeeOther {
			t.Fatalf("voting does not work at all: %d", r.status)
		}
		tickets[id] = p.ticket("ekbacka", id, voter(2))
	}
	m.Advance(time.Second)
	err := errors.Join(life.Withdraw(ctx, withdrawn.Manage), life.Hide(ctx, vera, hidden, petition.Decision{Version: 1, Code: "unlawful", Words: "Texten bryter mot lagen.", Key: "hide-the-text-now"}),
		life.Remove(ctx, "karin.stahl", removed, "Den är borttagen.", "remove-it-for-good"),
		life.CheckOut(ctx, vera, merged, false), life.Merge(ctx, vera, merged, petition.Decision{Version: 1, Words: "Samma sak.", Into: closed}),
		life.CheckOut(ctx, vera, rejected, false), life.Reject(ctx, vera, rejected, petition.Decision{Version: 1, Code: "outside-competence", Words: "Rymden är inte kommunens."}),
		app.Steward(p.app, "ekbacka").Pause(ctx, paused, "Vi lagar något."), app.Steward(p.app, "ekbacka").CloseEarly(ctx, closed, "Klart."))
	if err != nil {
		t.Fatal(err)
	}
	p.work()
	m.Advance(time.Minute)
	p.work()
	p.refused(m, tickets, map[string]standstill{
		"withdrawn":  {withdrawn.ID, http.StatusGone, http.StatusGone, 1},
		"hidden":     {hidden, http.StatusGone, http.StatusGone, 1},
		"removed":    {removed, http.StatusGone, http.StatusGone, 1},
		"paused":     {paused, http.StatusConflict, http.StatusConflict, 1},
		"closed":     {closed, http.StatusSeeOther, http.StatusGone, 2}, // the grace of those who had begun
		"merged":     {merged, 0, http.StatusGone, 0},
		"rejected":   {rejected, 0, http.StatusGone, 0},
		"not read":   {fresh, 0, http.StatusNotFound, 0},
		"unknown":    {"01J00000000000000000000000", 0, http.StatusNotFound, 0},
		"no id":      {"../../forslag", 0, http.StatusNotFound, 0},
		"a sentence": {"' OR 1=1 --\x00", 0, http.StatusNotFound, 0},
	})
}

// standstill is a petition that is not open, and what it answers.
type standstill struct {
	id   string
	cast int // with a ticket from before
	door int // beginning to log in, when no decision can be undone any more
	rows int64
}

func (p *polls) refused(m *clock.Manual, tickets map[string]string, rows map[string]standstill) {
	t := p.t
	t.Helper()
	for name, row := range rows {
		if row.cast == 0 {
			continue
		}
		r := p.vote(tickets[row.id])
		if r.status != row.cast {
			t.Errorf("%s: a vote is answered %d, want %d", name, r.status, row.cast)
		}
		if row.cast != http.StatusSeeOther {
			plainWords(t, name, r)
		}
		if poll := p.poll("ekbacka", row.id); poll.There && poll.Rows != row.rows {
			t.Errorf("%s: %d rows, want %d", name, poll.Rows, row.rows)
		}
	}
	m.Advance(12 * time.Minute)
	p.work()
	for name, row := range rows {
		r := p.send(ask{method: "POST", path: "/rosta/logga-in", form: url.Values{"forslag": {row.id}, "enhet": {"annan"}}})
		if r.status != row.door {
			t.Errorf("%s: the door answers %d, want %d: %s", name, r.status, row.door, short(r.words()))
		}
		plainWords(t, name, r)
	}
}
