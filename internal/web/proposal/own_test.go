package proposal

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
)

// count is a table's number of rows.
func (h *hall) count(table string) (n int) {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(h.t.Context(), `SELECT count(*) FROM `+table).Scan(&n)
	}))
	return n
}

// act presses the button of a page that posts to an address.
func (h *hall) act(a answer, path string) answer {
	h.t.Helper()
	return h.do(page.Swedish, "POST", path, a.form(h.t, path))
}

// follow goes where a page leads.
func (h *hall) led(a answer) answer {
	h.t.Helper()
	return h.want(200, h.get(h.want(303, a).Header.Get("Location")))
}

// P-05, P-15: an address is the proposer's after a press on a button; opening
// the letter's link, as programs do, changes nothing. The letter says who it is
// from, why it came, and that one need do nothing.
func TestConfirm(t *testing.T) {
	h := newHall(t, nil)
	secret := h.sent(with(bike, fieldMail, "bo@test.example"))
	h.want(200, h.get(OwnPath+secret)).says(t, "Inte bekräftad än")
	mailed, link := h.letter("bo@test.example", petition.LinkConfirm)
	for _, want := range []string{"Ekbacka kommun", "KS 2026-000001", "Länken gäller i 48 timmar.", "Var det inte du?"} {
		if !strings.Contains(mailed.Text, want) {
			t.Errorf("the letter does not say %q: %s", want, mailed.Text)
		}
	}
	if strings.Contains(mailed.Text, "cykel") {
		t.Error("the letter spreads what somebody wrote")
	}
	var asked answer
	for range 3 {
		asked = h.want(200, h.get(link))
		asked.says(t, "Är det du som har lämnat förslaget KS 2026-000001", "Är det inte du?")
	}
	h.want(200, h.get(OwnPath+secret)).says(t, "Inte bekräftad än")
	own := h.led(h.act(asked, link))
	own.says(t, "Din e-postadress är bekräftad", "E-postadressen bekräftades", site+OwnPath)
	h.want(404, h.get(link))
	h.want(404, h.do(page.Swedish, "POST", link, url.Values{}))
	forget := h.secretPath(own) + "/glom-adress"
	after := h.led(h.act(own, forget))
	after.says(t, "Din e-postadress är borttagen", "Ingen adress")
	if h.count("petition_author") != 0 || strings.Contains(after.body, "glom-adress") {
		t.Error("the address is kept")
	}
}

// secretPath is the path of the own page that a page tells of.
func (h *hall) secretPath(a answer) string { h.t.Helper(); return OwnPath + h.secret(a) }

// P-05: links that are forged, of another kind, used, replaced or too old are
// all answered in the same words; 410 is for the last alone.
func TestLostLinks(t *testing.T) {
	h := newHall(t, nil)
	secret := h.sent(with(bike, fieldMail, "bo@test.example"))
	_, old := h.letter("bo@test.example", petition.LinkConfirm)
	h.clock.Advance(time.Minute)
	h.sent(with(bike, fieldMail, "cecilia@test.example", fieldWhy, ""))
	_, used := h.letter("cecilia@test.example", petition.LinkConfirm)
	h.want(303, h.do(page.Swedish, "POST", used, url.Values{}))
	own := h.want(200, h.get(OwnPath+secret))
	rotate := own.form(t, "/ny-lank")
	for range 2 { // pressed twice: the new link is not lost
		h.led(h.do(page.Swedish, "POST", OwnPath+secret+"/ny-lank", rotate)).says(t, "Du har fått en ny länk", "KS 2026-000001")
	}
	h.clock.Advance(48*time.Hour - time.Minute)
	words := ""
	try := func(status int, method, path string) {
		t.Helper()
		var form url.Values
		if method == "POST" {
			form = with(rotate, fieldVersion, "1", fieldTitle, "x", fieldSure, "ja", fieldNext, petition.NewSecret())
		}
		a := h.want(status, h.do(page.Swedish, method, path, form))
		if words == "" {
			words = a.text()
		}
		if a.text() != words {
			t.Errorf("%s %s says something else: %s", method, path, a.text())
		}
	}
	forged := []string{"x", "AAAA", strings.Repeat("A", 32), strings.Repeat("A", 5000), url.PathEscape("' OR 1=1 --"), url.PathEscape("../../admin"), "%00", "%ff", "%F0%9F%9A%B2"}
	for _, prefix := range []string{OwnPath, confirmPath, followPath, unfollowPath} {
		for _, s := range forged {
			try(404, "GET", prefix+s)
			if prefix != OwnPath {
				try(404, "POST", prefix+s)
			}
		}
	}
	for _, end := range []string{"/komplettera", "/aterkalla", "/ny-lank", "/glom-adress"} {
		try(404, "POST", OwnPath+"AAAA"+end)
	}
	try(404, "GET", OwnPath+"AAAA/aterkalla")
	try(404, "GET", used)                                              // used
	try(404, "GET", OwnPath+secret)                                    // replaced
	try(404, "GET", OwnPath+strings.TrimPrefix(used, confirmPath))     // of another kind
	try(410, "GET", old)                                               // too old
	try(410, "POST", old)                                              // the same
	try(404, "GET", unfollowPath+"01M81CHHQRFDSACPXHRFCHDXTX."+secret) // forged
	if strings.Contains(h.log.String(), secret) || strings.Contains(h.log.String(), h.from) {
		t.Errorf("the log tells who came: %s", h.log)
	}
}

// P-13: the proposer sees what is asked, answers, and sees what is expected
// next; what came too late is not lost.
func TestSupplement(t *testing.T) {
	h := newHall(t, nil)
	secret := h.sent(with(bike, fieldMail, "bo@test.example"))
	_, link := h.letter("bo@test.example", petition.LinkConfirm)
	h.want(303, h.do(page.Swedish, "POST", link, url.Values{}))
	path := OwnPath + secret
	id := h.id(secret)
	change := path + "/komplettera"
	h.want(200, h.get(path)).form(t, change) // it can be changed before it is read

	h.ok(h.CheckOut(t.Context(), maja, id, false))
	reading := h.want(200, h.get(path))
	reading.says(t, "Vi läser ditt förslag", "Vi bestämmer om förslaget går till omröstning.", "Kommunen började läsa")
	late := h.want(409, h.do(page.Swedish, "POST", change, with(bike, fieldVersion, "1", fieldWhy, "Något nytt.")))
	late.says(t, "Texten sparades inte", "Det här skrev du", "Något nytt.")

	h.ok(h.AskMore(t.Context(), maja, id, petition.Decision{Version: 1, Words: "Vilken väg <menar> du?\nFinns det en karta?"}))
	if strings.Contains(h.get(path).text(), "Vilken väg") {
		t.Error("a question that can still be taken back is told")
	}
	h.clock.Advance(11 * time.Minute)
	_, err := h.Run(t.Context())
	h.ok(err)
	mailed, own := h.letter("bo@test.example", petition.LinkManage)
	for _, want := range []string{"Ekbacka kommun", "KS 2026-000001", "Vilken väg <menar> du?", "komplettera ditt förslag", "Du får mejlet för att du lämnade förslaget"} {
		if !strings.Contains(mailed.Text, want) {
			t.Errorf("the letter does not say %q: %s", want, mailed.Text)
		}
	}
	asked := h.want(200, h.get(own))
	asked.says(t, "Väntar på dig", "Vi behöver veta mer", "Vilken väg <menar> du?", "Kommunen ställde en fråga")
	h.want(200, h.do(page.English, "GET", own, nil)).says(t, "Waiting for you", "Vilken väg <menar> du?")
	form := asked.form(t, own+"/komplettera")
	wrong := h.want(422, h.do(page.Swedish, "POST", own+"/komplettera", with(form, fieldTitle, "", fieldWhy, "Kartan: "+strings.Repeat("x", 3000))))
	wrong.says(t, "Skriv en rubrik", "tecken ur texten om varför")
	if back := wrong.form(t, own+"/komplettera"); !strings.HasPrefix(back.Get(fieldWhy), "Kartan: ") {
		t.Error("the text is lost")
	}
	h.want(409, h.do(page.Swedish, "POST", own+"/komplettera", with(form, fieldVersion, "x")))
	after := h.led(h.do(page.Swedish, "POST", own+"/komplettera", with(form, fieldWhy, "Vägen längs sjön.")))
	after.says(t, "Din nya text är sparad", "Väntar på att bli läst", "Vägen längs sjön.", "Texten ändrades")
	h.want(303, h.get(own+"/komplettera"))
	if a := h.get(own + "?klart=hittepa"); strings.Contains(a.text(), "hittepa") {
		t.Error("the address writes on the page")
	}
}

func (h *hall) id(secret string) string {
	h.t.Helper()
	own, err := h.Manage(h.t.Context(), secret)
	h.ok(err)
	return own.ID
}

// P-13, P-19: a proposal is taken back after a question, in words that say what
// remains; asked too late, nothing happens.
func TestWithdraw(t *testing.T) {
	h := newHall(t, nil)
	_, secret := h.published(bike)
	path := OwnPath + secret
	own := h.want(200, h.get(path))
	own.says(t, "Röstas på nu", "Omröstningen slutar.", "Se förslaget som andra ser det", "Omröstningen började")
	asked := h.want(200, h.get(path+"/aterkalla"))
	asked.says(t, "Vill du ta tillbaka förslaget?", "KS 2026-000001", "allmän handling", "avslutas omröstningen utan resultat", "Det går inte att ångra", "Nej, gå tillbaka")
	h.want(200, h.do(page.Swedish, "POST", path+"/aterkalla", url.Values{})) // the question again
	h.want(200, h.get(path)).says(t, "Röstas på nu")
	for range 2 {
		h.led(h.act(asked, path+"/aterkalla")).says(t, "Du har tagit tillbaka förslaget", "Tillbakataget", "Förslaget togs tillbaka", "Alla som har länken kan se den här sidan.")
	}
	h.want(409, h.get(path+"/aterkalla")).says(t, "Det går inte att ta tillbaka förslaget nu")

	rejected := h.sent(bike)
	h.ok(h.CheckOut(t.Context(), maja, h.id(rejected), false))
	h.ok(h.Reject(t.Context(), maja, h.id(rejected), petition.Decision{Version: 1, Code: "several-questions", Words: "Dela upp det i två."}))
	h.want(200, h.get(OwnPath+rejected)).says(t, "Vi läser ditt förslag") // it can still be undone
	h.want(409, h.do(page.Swedish, "POST", OwnPath+rejected+"/aterkalla", url.Values{fieldSure: {"ja"}}))
	h.clock.Advance(11 * time.Minute)
	for _, lang := range page.Languages() {
		h.want(200, h.do(lang, "GET", OwnPath+rejected, nil)).says(t, "Dela upp det i två.")
	}
	a := h.want(200, h.get(OwnPath+rejected))
	a.says(t, "Går inte till omröstning", "Skäl: Förslaget rymmer flera frågor.")
	if strings.Contains(a.text(), "Nästa steg") {
		t.Errorf("it promises what will not come: %s", a.text())
	}
}

// P-13: to the end, the proposer's page tells where the proposal stands; each
// state is a word and a sentence.
func TestOwnToTheEnd(t *testing.T) {
	h := newHall(t, nil)
	id, secret := h.published(bike)
	for _, step := range []struct {
		move petition.Move
		says string
	}{{petition.MovePause, "Omröstningen är pausad"}, {petition.MoveResume, "Röstas på nu"}, {petition.MoveClose, "Rösterna räknas."},
		{petition.MoveCount, "Sedan visas resultatet."}, {petition.MoveErase, "Fick tillräckligt många röster"}} {
		h.ok(h.FollowVoting(t.Context(), petition.VotingEvent{Petition: id, Key: string(step.move), Move: step.move, Count: 312}))
		for _, lang := range page.Languages() {
			h.want(200, h.do(lang, "GET", OwnPath+secret, nil))
		}
		h.want(200, h.get(OwnPath+secret)).says(t, step.says)
	}
	h.get(OwnPath+secret).says(t, "Nästa steg: Förslaget lämnas över.", "Uppgifterna om vem som röstade togs bort")
}

// P-13: merged with another, the proposer is led to the one that goes on, once
// everyone can see it; the letter does not lead astray either.
func TestMerged(t *testing.T) {
	h := newHall(t, nil)
	open, _ := h.published(bike)
	waiting := h.id(h.sent(bike))
	for into, shown := range map[string]bool{open: true, waiting: false} {
		address := strings.ToLower(into) + "@test.example"
		secret := h.sent(with(bike, fieldMail, address, fieldWhy, address))
		_, link := h.letter(address, petition.LinkConfirm)
		h.want(303, h.do(page.Swedish, "POST", link, url.Values{}))
		h.ok(h.CheckOut(t.Context(), maja, h.id(secret), false))
		h.ok(h.Merge(t.Context(), maja, h.id(secret), petition.Decision{Version: 1, Into: into}))
		h.clock.Advance(11 * time.Minute)
		_, err := h.Run(t.Context())
		h.ok(err)
		letter, _ := h.letter(address, petition.LinkManage)
		a := h.want(200, h.get(OwnPath+secret))
		a.says(t, "Ihopslaget med ett annat")
		if strings.Contains(a.text(), "Läs det andra") != shown || strings.Contains(letter.Text, into) != shown {
			t.Errorf("shown %t: %s\n%s", shown, a.text(), letter.Text)
		}
	}
}
