package booth_test

import (
	"context"
	"encoding/base64"
	"strings"
	"sync"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/booth"
	"medborgarnavet/internal/petition/tally"
)

// P-04, P-09, P-10: from login to vote and back, on both engines; a ticket that
// is used again changes nothing and says so.
func TestVote(t *testing.T) {
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		w := newWorld(t, o, nil)
		id, who := w.petition(false), voter(t, 1)
		first := w.admit(id, who)
		if first.Voted || first.Leave || first.Petition != id || first.Title != "Bänkar längs ån" || !first.ClosesAt.Equal(closes) || len(first.Ticket) > 512 {
			t.Errorf("the admission %+v", first)
		}
		w.casts("a vote", first.Ticket, false, ballot.Accepted)
		w.casts("the same sent twice", first.Ticket, false, ballot.Voted)
		second := w.admit(id, who)
		if !second.Voted {
			t.Error("the voter is not told that they have voted")
		}
		w.casts("with another ticket", second.Ticket, false, ballot.Voted)
		w.casts("taken back", second.Ticket, true, ballot.Withdrawn)
		w.casts("taken back twice", second.Ticket, true, ballot.NotVoted)
		if n := w.count(id); n != 0 {
			t.Errorf("%d votes", n)
		}
		w.casts("voted again", second.Ticket, false, ballot.Accepted)
		if _, petition, err := w.booth.Cast(t.Context(), first.Ticket, false); err != nil || petition != id {
			t.Errorf("the page cannot lead back: %q, %v", petition, err)
		}
		if n := w.count(id); n != 1 {
			t.Errorf("%d votes", n)
		}
	})
}

// P-10: a hundred tickets of one person at once are one vote.
func TestManyTicketsOneVote(t *testing.T) {
	w := sqliteWorld(t, nil)
	id := w.petition(false)
	var tickets []string
	for range 100 {
		tickets = append(tickets, w.admit(id, voter(t, 1)).Ticket)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	outcomes := map[booth.Outcome]int{}
	for _, ticket := range tickets {
		all.Go(func() {
			out, _, err := w.booth.Cast(context.Background(), ticket, false)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			outcomes[out]++
			mu.Unlock()
		})
	}
	all.Wait()
	if outcomes[ballot.Accepted] != 1 || outcomes[ballot.Voted] != 99 || w.count(id) != 1 {
		t.Errorf("%v, %d votes", outcomes, w.count(id))
	}
}

// P-04, M-23, I-15: who may vote, by e-ID and age. The age is that of the day
// in Sweden, of coordination numbers too.
func TestWhoMayVote(t *testing.T) {
	const just18 = "200809032386" // 18 on 3 September 2026
	evening := time.Date(2026, 9, 2, 22, 30, 0, 0, time.UTC)
	as := func(change func(a *identity.Authentication)) func(a *identity.Authentication) { return change }
	for _, row := range []struct {
		name   string
		person string
		rules  booth.Rules
		env    identity.Environment
		at     time.Time
		change func(a *identity.Authentication)
		reason string
	}{
		{name: "a grown-up", person: "198507099805", rules: booth.Rules{MinAge: 16}},
		{name: "aged 11", person: "201412062380", rules: booth.Rules{MinAge: 16}, reason: booth.ReasonTooYoung},
		{name: "aged 12", person: "201412062380", rules: booth.Rules{MinAge: 16}, at: time.Date(2026, 12, 6, 9, 0, 0, 0, time.UTC), reason: booth.ReasonTooYoung},
		{name: "aged 12, where there is no least age", person: "201412062380"},
		{name: "18 tomorrow", person: just18, rules: booth.Rules{MinAge: 18}, at: evening.Add(-time.Hour), reason: booth.ReasonTooYoung},
		{name: "18 since half an hour in Sweden", person: just18, rules: booth.Rules{MinAge: 18}, at: evening},
		{name: "coordination number, 56", person: "197010632391", rules: booth.Rules{MinAge: 56}},
		{name: "coordination number, too young for 57", person: "197010632391", rules: booth.Rules{MinAge: 57}, reason: booth.ReasonTooYoung},
		{name: "coordination number of a child", person: "202601612381", rules: booth.Rules{MinAge: 16}, reason: booth.ReasonTooYoung},
		{name: "level 2", person: "198507099805", change: as(func(a *identity.Authentication) { a.Assurance.Level = 2 }), reason: booth.ReasonLevelTooLow},
		{name: "level 2, where that is enough", person: "198507099805", rules: booth.Rules{MinLevel: 2}, change: as(func(a *identity.Authentication) { a.Assurance.Level = 2 })},
		{name: "level 3, where 4 is asked", person: "198507099805", rules: booth.Rules{MinLevel: 4}, reason: booth.ReasonLevelTooLow},
		{name: "unknown scheme", person: "198507099805", change: as(func(a *identity.Authentication) { a.Assurance.Scheme = "facebook" }), reason: booth.ReasonLevelTooLow},
		{name: "test e-ID in production", person: "198507099805", env: identity.Production, reason: booth.ReasonLevelTooLow},
		{name: "the test scheme, said to be production", person: "198507099805", env: identity.Production,
			change: as(func(a *identity.Authentication) { a.Environment = identity.Production }), reason: booth.ReasonLevelTooLow},
		{name: "nobody", person: "198507099805", change: as(func(a *identity.Authentication) { a.Subject = pnr.Number{} }), reason: booth.ReasonLevelTooLow},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := sqliteWorld(t, func(o *booth.Options) {
				o.Rules = row.rules
				if row.env != "" {
					o.Environment = row.env
				}
			})
			if row.at.IsZero() {
				row.at = today
			}
			w.clock.Set(row.at)
			id := w.petition(false)
			w.tx(func(tx *db.Tx) error { return ballot.SetClosing(t.Context(), tx, id, row.at.Add(time.Hour)) })
			auth := login(number(t, row.person))
			if row.change != nil {
				row.change(&auth)
			}
			a, err := w.booth.Admit(t.Context(), id, auth, time.Time{})
			if row.reason == "" {
				if err != nil || a.Ticket == "" {
					t.Errorf("refused: %v", err)
				}
				return
			}
			w.refused(row.name, err, fault.Forbidden, row.reason)
			if a != (booth.Admission{}) || strings.Contains(err.Error(), row.person[2:]) {
				t.Errorf("a refusal gives %+v, %v", a, err)
			}
		})
	}
}

// P-16: a petition that takes no votes, from the login on and in between. Who
// had begun before the closing has the grace.
func TestWhatTakesVotes(t *testing.T) {
	w := sqliteWorld(t, nil)
	admit := func(id string, begun time.Time) error {
		_, err := w.booth.Admit(t.Context(), id, login(voter(t, 1)), begun)
		return err
	}
	cast := func(ticket string) error {
		_, _, err := w.booth.Cast(t.Context(), ticket, false)
		return err
	}
	w.refused("unknown", admit(db.NewID(), today), fault.NotFound, booth.ReasonUnknown)
	w.refused("no id", admit("1; DROP TABLE petition_ballot", today), fault.NotFound, booth.ReasonUnknown)

	paused := w.petition(false)
	ticket := w.admit(paused, voter(t, 1)).Ticket
	w.tx(func(tx *db.Tx) error { return ballot.Pause(t.Context(), tx, paused, true) })
	w.refused("paused", admit(paused, today), fault.Conflict, booth.ReasonPaused)
	w.refused("paused in between", cast(ticket), fault.Conflict, booth.ReasonPaused)

	stopped := w.petition(false)
	ticket = w.admit(stopped, voter(t, 1)).Ticket
	w.tx(func(tx *db.Tx) error { return ballot.Stop(t.Context(), tx, stopped) })
	w.refused("stopped", admit(stopped, today), fault.Gone, booth.ReasonClosed)
	w.refused("stopped in between", cast(ticket), fault.Gone, booth.ReasonClosed)

	id := w.petition(false)
	before := closes.Add(-time.Second)
	w.clock.Set(before)
	ticket = w.admit(id, voter(t, 2)).Ticket
	w.clock.Set(closes.Add(2 * time.Minute))
	if err := cast(ticket); err != nil {
		t.Errorf("admitted before, voted in the grace: %v", err)
	}
	a, err := w.booth.Admit(t.Context(), id, login(voter(t, 3)), before)
	if err != nil {
		t.Errorf("begun before, admitted in the grace: %v", err)
	} else if err := cast(a.Ticket); err != nil {
		t.Errorf("begun before, voted in the grace: %v", err)
	}
	w.refused("begun after", admit(id, closes), fault.Gone, booth.ReasonClosed)
	w.refused("begun in the future", admit(id, closes.Add(time.Hour)), fault.Gone, booth.ReasonClosed)
	w.clock.Set(closes.Add(14 * time.Minute))
	a, err = w.booth.Admit(t.Context(), id, login(voter(t, 4)), before)
	if err != nil {
		t.Fatal(err)
	}
	w.clock.Set(closes.Add(ballot.Grace))
	w.refused("after the grace", admit(id, before), fault.Gone, booth.ReasonClosed)
	w.refused("after the grace, with a good ticket", cast(a.Ticket), fault.Gone, booth.ReasonClosed)
	if n := w.count(id); n != 2 {
		t.Errorf("%d votes", n)
	}
}

// I-17: a ticket is good for five minutes, here alone, for its petition alone,
// and only as it was made; an hour later its key is gone.
func TestTickets(t *testing.T) {
	w := sqliteWorld(t, nil)
	id, other := w.petition(false), w.petition(false)
	named := "" // which petition a refusal leads back to
	cast := func(ticket string) error {
		_, petition, err := w.booth.Cast(t.Context(), ticket, false)
		if err != nil && petition != named {
			t.Errorf("the refusal leads back to %q, want %q", petition, named)
		}
		return err
	}
	ticket := w.admit(id, voter(t, 1)).Ticket
	for name, text := range map[string]string{
		"empty": "", "words": "ja tack", "long": strings.Repeat("A", 4<<20), "short": ticket[:40], "longer": ticket + "AAAA",
		"another alphabet": strings.NewReplacer("-", "+", "_", "/").Replace(ticket) + "==",
	} {
		w.refused(name, cast(text), fault.Invalid, booth.ReasonNoTicket)
	}
	sealed, err := base64.RawURLEncoding.DecodeString(ticket)
	if err != nil {
		t.Fatal(err)
	}
	for at := range sealed {
		sealed[at] ^= 1
		if err := cast(base64.RawURLEncoding.EncodeToString(sealed)); !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Gone) {
			t.Errorf("byte %d does not count: %v", at, err)
		}
		sealed[at] ^= 1
	}
	for name, plain := range map[string]string{"of another purpose": "draft", "of another form": "vote-ticket"} {
		raw, err := w.ring.SealDue(today.Add(time.Minute), plain, []byte("ja"))
		if err != nil {
			t.Fatal(err)
		}
		w.refused(name, cast(base64.RawURLEncoding.EncodeToString(raw)), fault.Invalid, booth.ReasonNoTicket)
	}
	elsewhere := w.options // another municipality
	elsewhere.Ring = keyringtest.New(t, w.clock)
	_, _, err = w.open(elsewhere).Cast(t.Context(), ticket, false)
	w.refused("in another municipality", err, fault.Gone, booth.ReasonExpired) // it has no such key

	w.clock.Advance(booth.TicketFor - time.Millisecond)
	w.casts("in its last moment", ticket, false, ballot.Accepted)
	if w.count(id) != 1 || w.count(other) != 0 {
		t.Error("the vote went to another petition")
	}
	w.clock.Advance(time.Millisecond)
	named = id // too old, but it can be read
	w.refused("after five minutes", cast(ticket), fault.Gone, booth.ReasonExpired)
	_, err = w.booth.Receipt(t.Context(), ticket)
	w.refused("a receipt after five minutes", err, fault.Gone, booth.ReasonExpired)
	w.clock.Set(today.Add(-2 * time.Minute))
	w.refused("the clock went back", cast(ticket), fault.Gone, booth.ReasonExpired)
	w.clock.Set(today.Add(time.Hour))
	if n, err := w.ring.DestroyDue(w.clock.Now()); err != nil || n != 1 {
		t.Errorf("%d keys destroyed, %v", n, err)
	}
	w.clock.Set(today)
	named = ""
	w.refused("its key is gone, whatever the clock says", cast(ticket), fault.Gone, booth.ReasonExpired)
}

// A ticket of one node is good on another, and after a restart.
func TestAnyNodeTakesATicket(t *testing.T) {
	w := sqliteWorld(t, nil)
	id := w.petition(false)
	ticket := w.admit(id, voter(t, 1)).Ticket
	node := w.options
	node.Ring = w.openRing()
	if out, _, err := w.open(node).Cast(t.Context(), ticket, false); err != nil || out != ballot.Accepted {
		t.Errorf("%q, %v", out, err)
	}
}

// Receipts: only where switched on, only of a vote, and what Audit reads.
func TestReceipt(t *testing.T) {
	w := sqliteWorld(t, nil)
	off, on := w.petition(false), w.petition(true)
	ticket := w.admit(off, voter(t, 1)).Ticket
	w.casts("a vote", ticket, false, ballot.Accepted)
	_, err := w.booth.Receipt(t.Context(), ticket)
	w.refused("switched off", err, fault.Forbidden, booth.ReasonNoReceipts)
	a := w.admit(on, voter(t, 1))
	if !a.Receipts {
		t.Error("the page does not know of receipts")
	}
	_, err = w.booth.Receipt(t.Context(), a.Ticket)
	w.refused("not voted", err, fault.NotFound, booth.ReasonNoVote)
	w.casts("a vote", a.Ticket, false, ballot.Accepted)
	r, err := w.booth.Receipt(t.Context(), a.Ticket)
	if err != nil || r.Petition != on || len(r.Nullifier) != 64 {
		t.Errorf("%+v, %v", r, err)
	}
	if again, err := w.booth.Receipt(t.Context(), w.admit(on, voter(t, 1)).Ticket); err != nil || again != r {
		t.Errorf("another ticket gives another receipt: %+v, %v", again, err)
	}
	var _ tally.Receipt = r
}

// A stopped program and a full queue have their own words.
func TestUnavailable(t *testing.T) {
	w := sqliteWorld(t, nil)
	id := w.petition(false)
	ticket := w.admit(id, voter(t, 1)).Ticket
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, petition, err := w.booth.Cast(gone, ticket, false)
	w.refused("nobody waits", err, fault.Unavailable, booth.ReasonUnavailable)
	if petition != id {
		t.Error("the page cannot lead back")
	}
	w.stop()
	_, _, err = w.booth.Cast(t.Context(), ticket, false)
	w.refused("the program stops", err, fault.Unavailable, booth.ReasonUnavailable)
}

// What cannot work is refused at the start.
func TestOptions(t *testing.T) {
	w := sqliteWorld(t, nil)
	for name, change := range map[string]func(o *booth.Options){
		"no box":                        func(o *booth.Options) { o.Box = nil },
		"no ring":                       func(o *booth.Options) { o.Ring = nil },
		"no petitions":                  func(o *booth.Options) { o.Petition = nil },
		"residents without a register":  func(o *booth.Options) { o.Rules.Resident = true },
		"a level that does not exist":   func(o *booth.Options) { o.Rules.MinLevel = 5 },
		"an age before the first birth": func(o *booth.Options) { o.Rules.MinAge = -1 },
	} {
		o := w.options
		change(&o)
		if _, err := booth.New(o); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
