package moderation_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/oversight"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/web/moderation"
)

const driftPath = "/handlaggare/forslag/drift"

// voter makes the i-th synthetic person: birth numbers 980 to 989 are never
// given to anyone.
func voter(t *testing.T, i int) pnr.Number {
	t.Helper()
	nine := time.Date(1950, 1, 1+i/10, 0, 0, 0, 0, time.UTC).Format("060102") + strconv.Itoa(980+i%10)
	sum := 0
	for at, c := range nine {
		d := int(c-'0') * (2 - at%2)
		sum += d/10 + d%10
	}
	n, err := pnr.ParseLenient(fmt.Sprintf("19%s%d", nine, (10-sum%10)%10), start)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// P-08, petitions.md §2.2: the steward's page tells what must be looked at, and
// neither who voted nor a number that the public does not see.
func TestOperationsPage(t *testing.T) {
	h := newHall(t)
	open := h.published(bike, "")
	for i := range 3 { // below the floor
		if _, err := h.ballots.Cast(t.Context(), open, voter(t, i), time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	other := h.published(petition.Text{Title: "Plantera träd", What: "Plantera fler träd vid torget."}, "")
	old := h.closed(petition.Text{Title: "Fler bänkar", What: "Ställ ut fler bänkar."}, 312)
	steward := h.staff(karin)
	text := steward.page(driftPath)
	says(t, "the page", text, "Inga larm.", "Bygg en cykelväg", "När 20 februari 2027 är slut", "Öppet för röster", "Stäng i förtid", "Pausa alla", "Skriv in ett avbrott", "Mindre än en tiondel",
		"Alla förslag har färska nyheter", "Ingen uppföljning väntar", "Rösta", "färre än 5", "Det finns inga mätningar än", "brev väntar på att skickas")
	silent(t, "the page", text, "3 röster", voter(t, 0).Plain(), "Fortsätt alla", " 3 av")

	h.clock.Advance(25 * time.Hour)
	says(t, "paused by hand", h.staff(karin).post(driftPath+"/paus", url.Values{"forslag": {other}, "drift.ord": {"Vi byter server."}}), "Det är gjort", "Pausat: Pausad av förvaltaren", "Fortsätt alla", "pågår")
	h.ok(h.db.Tx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE petition_ballot SET drift = 1 WHERE id = $1`, open)
		return err
	}))
	h.ok(h.machine.CloseEarly(t.Context(), other)) // and nobody runs the machine
	h.clock.Advance(90 * 24 * time.Hour)
	text = h.staff(karin).page(driftPath)
	says(t, "alarms", text, "En omröstning är inte avslutad i tid", "Räkningen stämmer inte", "Ett förslag har inte fått några nyheter på länge", "Inga nyheter på länge Förslag Läge Senaste nytt", "Fler bänkar", "91 dagar")
	silent(t, "alarms", text, "Inga larm.")
	_ = old
}

// P-01: what the steward does asks first, is done once, and is in the audit log.
func TestStewardActs(t *testing.T) {
	h := newHall(t)
	one, two := h.published(bike, ""), h.published(petition.Text{Title: "Plantera träd", What: "Plantera fler träd vid torget."}, "")
	steward := h.staff(karin)
	for path, want := range map[string]string{
		"/paus?forslag=" + one: "Pausa omröstningen?", "/paus": "Pausa alla omröstningar?", "/fortsatt?forslag=" + one: "Låta omröstningen fortsätta?",
		"/fortsatt": "Låta alla omröstningar fortsätta?", "/stang?forslag=" + one: "Stänga omröstningen i förtid?", "/avbrott": "Skriv in ett avbrott i efterhand",
		"/brytare?del=vote": "Stänga av?",
	} {
		says(t, path, steward.page(driftPath+path), want)
	}
	if n := h.audited(`"outcome":"pause"`); n != 0 {
		t.Error("a question has done something")
	}
	w := steward.do("POST", driftPath+"/paus", url.Values{})
	says(t, "pausing without a reason", steward.shown(w, http.StatusUnprocessableEntity), "Fel: Skriv en text")
	for _, said := range []string{"a\x00b", strings.Repeat("ord ", 151), "!"} { // nothing is done with words that cannot be told
		if w := steward.do("POST", driftPath+"/paus", url.Values{"drift.ord": {said}}); w.Code != http.StatusUnprocessableEntity || h.audited(`"outcome":"pause"`) != 0 {
			t.Errorf("words that cannot be shown: status %d", w.Code)
		}
	}
	says(t, "all paused", steward.post(driftPath+"/paus", url.Values{"drift.ord": {"Vi byter server."}}), "Det gällde 2 omröstningar.", "Pausad av förvaltaren", "Fortsätt alla")
	says(t, "paused again", steward.post(driftPath+"/paus", url.Values{"drift.ord": {"Vi byter server."}}), "Det gällde 0 omröstningar.")
	h.clock.Advance(time.Hour)
	before := h.closesAt(one)
	says(t, "one goes on", h.staff(karin).post(driftPath+"/fortsatt", url.Values{"forslag": {one}}), "Öppet för röster", "60 minuter", "21 februari 2027 kl. 01.00")
	if moved := h.closesAt(one).Sub(before); moved != time.Hour {
		t.Errorf("the closing moved %v", moved)
	}
	says(t, "all go on", h.staff(karin).post(driftPath+"/fortsatt", url.Values{}), "Det gällde en omröstning.")
	if n := h.audited(`"outcome":"pause"`); n != 2 {
		t.Errorf("the pauses are in the audit log %d times", n)
	}

	steward = h.staff(karin)
	w = steward.do("POST", driftPath+"/stang", url.Values{"forslag": {two}, "drift.ord": {"Efter beslut."}})
	says(t, "closing unsure", steward.shown(w, http.StatusUnprocessableEntity), "Kryssa i rutan", "Efter beslut.")
	steward.post(driftPath+"/stang", url.Values{"forslag": {two}, "drift.ord": {"Efter beslut."}, "drift.saker": {"ja"}})
	if at := h.closesAt(two); at.After(h.clock.Now()) {
		t.Errorf("it closes at %v", at)
	}
	if w := steward.do("POST", driftPath+"/stang", url.Values{"drift.ord": {"x"}, "drift.saker": {"ja"}}); w.Code != http.StatusNotFound {
		t.Errorf("closing nothing: status %d", w.Code)
	}
	w = steward.do("POST", driftPath+"/paus", url.Values{"forslag": {h.receive(bike, "").ID}, "drift.ord": {"Hej"}})
	if w.Code != http.StatusNotFound && w.Code != http.StatusConflict {
		t.Errorf("pausing what is not open: status %d", w.Code)
	}
}

func (h *hall) closesAt(id string) (at time.Time) {
	h.t.Helper()
	p, err := oversight.Read(h.t.Context(), oversight.Options{DB: h.db, Alarms: h.machine.Alarms})
	h.ok(err)
	for _, v := range p.Voting {
		if v.Petition == id {
			return v.ClosesAt
		}
	}
	h.t.Fatal("no such voting")
	return at
}

// petitions.md §3 rule 4: an outage can be entered after the fact, and the same
// time counts once.
func TestOutage(t *testing.T) {
	h := newHall(t)
	id := h.published(bike, "")
	h.clock.Advance(24 * time.Hour)
	steward, before := h.staff(karin), h.closesAt(id)
	form := func(day, from, until string) url.Values {
		return url.Values{"drift.fran.day": {day}, "drift.fran.month": {"11"}, "drift.fran.year": {"2026"}, "drift.fran.tid": {from},
			"drift.till.day": {day}, "drift.till.month": {"11"}, "drift.till.year": {"2026"}, "drift.till.tid": {until}}
	}
	for _, wrong := range []struct {
		form url.Values
		want string
	}{
		{form("31", "14.00", "15.00"), "Skriv en dag som finns"}, {form("22", "mitt på dan", "15.00"), "Skriv ett klockslag"},
		{form("22", "15.00", "14.00"), "måste sluta efter"}, {form("23", "10.00", "23.00"), "Avbrottet måste vara slut"},
	} {
		says(t, wrong.want, steward.shown(steward.do("POST", driftPath+"/avbrott", wrong.form), http.StatusUnprocessableEntity), wrong.want)
	}
	says(t, "entered", steward.post(driftPath+"/avbrott", form("22", "14.00", "14:45")), "Det gällde en omröstning.", "Avbrott", "45 minuter", "22 november 2026 kl. 14.00")
	says(t, "entered again", steward.post(driftPath+"/avbrott", form("22", "14.00", "14.45")), "Det gällde 0 omröstningar.")
	if moved := h.closesAt(id).Sub(before); moved != 45*time.Minute {
		t.Errorf("the closing moved %v", moved)
	}
}

// petitions.md §3 rule 3: features are turned off with words, and on again.
func TestSwitches(t *testing.T) {
	h := newHall(t)
	steward := h.staff(karin)
	w := steward.do("GET", driftPath+"/brytare?del=search", nil)
	says(t, "the question", steward.shown(w, http.StatusOK), "Stänga av?", "Sökning", "går det inte att söka")
	form := steward.form(w.Body.Bytes(), driftPath+"/brytare", nil)
	says(t, "without words", steward.shown(steward.do("POST", driftPath+"/brytare", form), http.StatusUnprocessableEntity), "Skriv en text")
	form.Set("drift.ord", "Två\nrader")
	says(t, "two lines", steward.shown(steward.do("POST", driftPath+"/brytare", form), http.StatusUnprocessableEntity), "Skriv högst 300 tecken på en rad")
	form.Set("drift.ord", "Sökningen är tillbaka i kväll.")
	for range 2 { // the same form again turns nothing back
		says(t, "off", steward.post(driftPath+"/brytare", form), "Sökningen är tillbaka i kväll.", "Sätt på")
	}
	if h.switches.On("search") || !h.switches.On("vote") {
		t.Error("the wrong thing is off")
	}
	w = steward.do("GET", driftPath+"/brytare?del=search", nil)
	steward.post(driftPath+"/brytare", steward.form(w.Body.Bytes(), driftPath+"/brytare", nil))
	if !h.switches.On("search") {
		t.Error("it is not on again")
	}
	if n := h.audited(`"switch":"search"`); n != 2 {
		t.Errorf("the switch is in the audit log %d times", n)
	}
}

// D-12, P-01, P-16: what the page cannot know it leaves out, what it knows it
// says in words, and a failure to read is a failure.
func TestOperationsWithout(t *testing.T) {
	h := newHall(t, func(d *moderation.Deps) {
		d.Voting, d.Oversight, d.Switches, d.Availability, d.MailWaiting, d.Extend, d.StaffName = nil, nil, nil, nil, nil, nil, nil
	})
	steward := h.staff(karin)
	text := steward.page(driftPath)
	says(t, "the page", text, "Granskning det senaste året", "Förslag som väntar på nyheter")
	silent(t, "the page", text, "Brytare", "Pausa", "Larm", "Inga larm.")
	for _, act := range []string{"/paus", "/stang", "/brytare"} {
		if w := steward.do("POST", driftPath+act, url.Values{"drift.ord": {"x"}}); w.Code != http.StatusNotFound && w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: status %d", act, w.Code)
		}
	}
	down := newHall(t, func(d *moderation.Deps) {
		d.Oversight = func(context.Context) (oversight.Picture, error) {
			return oversight.Picture{}, fault.New(fault.Unavailable, "down")
		}
	})
	if w := down.staff(karin).do("GET", driftPath, nil); w.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d", w.Code)
	}
	alarmed := newHall(t, func(d *moderation.Deps) {
		d.Oversight = func(context.Context) (oversight.Picture, error) {
			return oversight.Picture{Jumped: true, Holders: []oversight.Holder{{Name: "Ekbacka kommun", Answers: true}, {Name: "Sambruk", Answers: false}},
				KeyLost: []string{"P1"}, Pauses: []oversight.Pause{{Petition: "P6", Reason: closing.ReasonWrongKey}, {Petition: "P7", Reason: closing.ReasonSwitch}}, Unanswered: []string{"P2"}, Keys: []oversight.Usage{
					{Petition: "P3", Holder: seal.Own, Asked: 850, Limit: 1000, Refused: 7}, {Petition: "P4", Holder: "2120009929", Asked: 3, Limit: 1000}, {Petition: "P5"}}}, nil
		}
	})
	text = alarmed.staff(karin).page(driftPath)
	says(t, "alarms", text, "En nyckel är borta", "Nyckelns användning är okänd", "En nyckel har sagt nej", "Minst 80 procent", "Mindre än en tiondel", "Utan gräns", "2120009929",
		"Serverns klocka kan gå fel", "Nu stängs ingen omröstning", "Ekbacka kommun Läge Svarar Sambruk Läge Svarar inte", "Sambruk svarar inte. Tills", "P6 Skäl Den som har nyckeln svarade fel", "P7 Skäl Röstningen är avstängd", "Den som har nyckeln är Kommunen.")
	if strings.Contains(text, "850") {
		t.Error("the page tells how much a key has been asked")
	}
}
