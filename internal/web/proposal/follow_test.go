package proposal

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
)

func mailed(address string) url.Values { return url.Values{fieldMail: {address}} }

// P-13, P-15: anyone follows with an address, after a press on a button; every
// letter has a link that ends it, by a press or by a mail program alone.
func TestFollow(t *testing.T) {
	h := newHall(t, nil)
	id, _ := h.published(bike)
	path := petitionPath + id + "/folj"
	form := h.want(200, h.get(path))
	form.says(t, "Följ förslaget", "Bygg en cykelväg till badet", "inom 48 timmar", "30 dagar efter", "Att följa är inte att rösta")
	h.led(h.do(page.Swedish, "POST", path, with(form.form(t, path), fieldMail, " greta@test.example "))).says(t, "Titta i din e-post", "Om adressen inte redan följer")
	letter, link := h.letter("greta@test.example", petition.LinkFollow)
	if !strings.Contains(letter.Text, "Ekbacka kommun") || !strings.Contains(letter.Text, "Var det inte du?") || strings.Contains(letter.Text, "cykel") {
		t.Errorf("the letter is %s", letter.Text)
	}
	asked := h.want(200, h.get(link))
	asked.says(t, "Vill du få mejl", "Bygg en cykelväg till badet", "KS 2026-000001")
	h.want(200, h.act(asked, link)).says(t, "Nu följer du förslaget")
	h.want(404, h.get(link))
	h.ok(h.FollowVoting(t.Context(), petition.VotingEvent{Petition: id, Key: "c", Move: petition.MoveClose}))
	letter, away := h.letter("greta@test.example", petition.LinkUnfollow)
	for _, want := range []string{"Ekbacka kommun", "22 november 2026: Omröstningen är slut.", "Du får mejlet för att du följer förslaget.", "Sluta följa här:"} {
		if !strings.Contains(letter.Text, want) {
			t.Errorf("the letter does not say %q: %s", want, letter.Text)
		}
	}
	if letter.Header.Get("List-Unsubscribe") != "<"+site+away+">" {
		t.Errorf("List-Unsubscribe is %q", letter.Header.Get("List-Unsubscribe"))
	}
	end := h.want(200, h.get(away))
	end.says(t, "Vill du sluta få mejl?")
	if h.count("petition_follow") != 1 {
		t.Error("a GET ended it")
	}
	// RFC 8058: a mail program posts by itself, from anywhere, in either form
	req, err := http.NewRequestWithContext(t.Context(), "POST", h.url+away, strings.NewReader("List-Unsubscribe=One-Click"))
	h.ok(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	h.want(200, h.send(req, page.Swedish)).says(t, "Du får inga fler mejl")
	if h.count("petition_follow") != 0 {
		t.Error("the address is kept")
	}
	h.want(200, h.act(end, away)).says(t, "Du får inga fler mejl") // again is no fault
	h.want(404, h.get(away+"x"))
}

// P-15: nobody learns whether an address follows: not by the answer, not by
// asking so often that no more letters go.
func TestFollowTellsNothing(t *testing.T) {
	h := newHall(t, func(s *petition.Settings) { s.MailsPerDay = 2 })
	id, _ := h.published(bike)
	path := petitionPath + id + "/folj"
	h.want(303, h.do(page.Swedish, "POST", path, mailed("greta@test.example")))
	_, link := h.letter("greta@test.example", petition.LinkFollow)
	h.want(200, h.do(page.Swedish, "POST", link, url.Values{}))
	var said [2]string
	for range 5 {
		for i, address := range []string{"greta@test.example", "hans@test.example"} {
			a := h.want(303, h.do(page.Swedish, "POST", path, mailed(address)))
			said[i] += a.Header.Get("Location")
		}
	}
	h.ok(h.box.Drain(t.Context()))
	if n := len(h.post.To("hans@test.example")); said[0] != said[1] || n != 2 {
		t.Errorf("%d letters; %s, %s", n, said[0], said[1])
	}
	if log := h.log.String(); strings.Contains(log, "greta") || strings.Contains(log, id) || strings.Contains(log, h.from) {
		t.Errorf("the log tells who follows: %s", log)
	}
}

// P-18: what is wrong is said at the field; programs, crowds and what is over
// get their own words.
func TestFollowRefused(t *testing.T) {
	h := newHall(t, func(s *petition.Settings) { s.PerDay = 4 })
	id, _ := h.published(bike)
	path := petitionPath + id + "/folj"
	for _, bad := range []string{"", "greta", "greta@localhost", "Greta <greta@test.example>", "greta@test.example\r\nBcc: a@test.example", "greta@test.example\x00",
		"\xff@test.example", strings.Repeat("g", 300) + "@test.example", strings.Repeat("g", 100_000)} {
		h.want(422, h.do(page.Swedish, "POST", path, mailed(bad))).says(t, "Skriv e-postadressen så här: namn@exempel.se.")
	}
	h.want(422, h.do(page.Swedish, "POST", path, with(mailed("greta@test.example"), fieldTrap, "x"))).says(t, "Skicka en gång till")
	for i := range 5 {
		status := 303
		if i == 4 {
			status = 429
		}
		a := h.want(status, h.do(page.Swedish, "POST", path, mailed("greta"+strings.Repeat("a", i)+"@test.example")))
		if status == 429 {
			a.says(t, "Inget mejl är skickat", "Försök igen i morgon")
		}
	}
	h.want(413, h.do(page.Swedish, "POST", path, mailed(strings.Repeat("g", 1<<20)))).says(t, "Skriv e-postadressen så här")
	h.turn(featureFollow, true)
	h.want(503, h.get(path)).says(t, "Just nu går det inte att följa förslag", "Se läget för tjänsten")
	h.want(503, h.do(page.Swedish, "POST", path, mailed("greta@test.example")))
	h.turn(featureFollow, false)
	h.want(404, h.get(petitionPath+"finns-inte/folj"))
	h.want(404, h.do(page.Swedish, "POST", petitionPath+h.id(h.sent(bike))+"/folj", mailed("greta@test.example"))) // not read yet
	for _, m := range []petition.Move{petition.MoveClose, petition.MoveCount, petition.MoveErase} {
		h.ok(h.FollowVoting(t.Context(), petition.VotingEvent{Petition: id, Key: string(m), Move: m, Count: 7}))
	}
	h.clock.Advance(time.Hour)
	h.want(404, h.get(path)).says(t, "Det går inte att följa förslaget")
}

// P-15: the proposer ends the letters by the link in one, too, and keeps the
// proposal; a page of another site cannot.
func TestProposerEndsLetters(t *testing.T) {
	h := newHall(t, nil)
	secret := h.sent(with(bike, fieldMail, "bo@test.example"))
	_, link := h.letter("bo@test.example", petition.LinkConfirm)
	h.want(303, h.do(page.Swedish, "POST", link, url.Values{}))
	id := h.id(secret)
	h.ok(h.CheckOut(t.Context(), maja, id, false))
	h.ok(h.Accept(t.Context(), maja, id, petition.Decision{Version: 1}))
	h.clock.Advance(11 * time.Minute)
	_, err := h.Run(t.Context())
	h.ok(err)
	letter, away := h.letter("bo@test.example", petition.LinkUnfollow)
	if letter.Subject != "Ditt förslag är godkänt" || away == "" || strings.Contains(letter.Text, "Så här skriver") {
		t.Errorf("the letter is %q: %s", letter.Subject, letter.Text)
	}
	req, err := http.NewRequestWithContext(t.Context(), "POST", h.url+away, nil)
	h.ok(err)
	req.Header.Set("Origin", "https://elsewhere.example")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := http.DefaultClient.Do(req)
	h.ok(err)
	_ = resp.Body.Close()
	if resp.StatusCode != 403 || h.count("petition_author") != 1 {
		t.Errorf("another site's page got %d", resp.StatusCode)
	}
	h.want(200, h.do(page.Swedish, "POST", away, url.Values{}))
	if h.count("petition_author") != 0 {
		t.Error("the address is kept")
	}
	h.want(200, h.get(OwnPath+secret)).says(t, "Ingen adress", "KS 2026-000001")
}
