package moderation_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/petition"
)

const base = "/handlaggare/forslag/"

// P-12, ux.md P17: the queue is oldest first, with the clock in words, who
// reads, and what is known of the sender.
func TestQueuePage(t *testing.T) {
	h := newHall(t)
	old := h.receive(bike, "farid@test.example")
	h.clock.Advance(4 * 24 * time.Hour)
	for i := range 2 {
		h.receive(petition.Text{Title: fmt.Sprintf("Plantera träd %d", i), What: "Plantera fler träd vid torget."}, "farid@test.example")
	}
	h.clock.Advance(11 * 24 * time.Hour)
	young := h.receive(petition.Text{Title: "Fler bänkar", What: "Ställ ut fler bänkar."}, "")
	moderator := h.staff(eva)
	moderator.post(base+young.ID+"/las", url.Values{})
	text := moderator.page("/handlaggare/forslag")
	says(t, "the queue", text, "Att läsa (4)", "Försenade (3)", "4 förslag. Det äldsta står först.", "Bygg en cykelväg till badet", old.Registry, "Försenat", "Snart försenat",
		"I tid", "15 dagar", "i dag", "Eva Lind", "Läses", "Oläst", "Adress bekräftad", "Ingen adress", "Har redan flera förslag")
	silent(t, "the queue", text, "farid@test.example", "192.0.2.7", "Drift")
	if i, j := strings.Index(text, "Bygg en cykelväg"), strings.Index(text, "Fler bänkar"); i < 0 || j < i {
		t.Error("the oldest does not come first")
	}
	late := moderator.page("/handlaggare/forslag?visa=forsenade")
	says(t, "those that are late", late, "3 förslag", "Plantera träd 1")
	silent(t, "those that are late", late, "Fler bänkar")
	for _, visa := range []string{"vantar", "att-publicera", "igen", "foljda", "avgjorda", "hopp"} {
		if empty := moderator.page("/handlaggare/forslag?visa=" + visa); visa == "vantar" {
			silent(t, "an empty view", empty, "0 förslag.", "Det äldsta står först")
		}
	}
	says(t, "the handler's queue", h.staff(olof).page("/handlaggare/forslag"), "Inget förslag är på väg till ett beslut.")
	says(t, "the steward's", h.staff(karin).page("/handlaggare/forslag"), "Drift")
}

// ux.md P17: the sheet has the text beside the rules and codes, what looks like
// personal data marked in words, what is similar, and the history.
func TestSheetPage(t *testing.T) {
	h := newHall(t)
	open := h.published(bike, "")
	text := petition.Text{Title: "En cykelväg till badet", What: "Ring 070-123 45 67.\nFråga Bo, 19710116-9295 <b>nu</b>.", Why: "bo@test.example vet."}
	got := h.receive(text, "farid@test.example")
	moderator := h.staff(eva)
	w := moderator.do("GET", base+got.ID, nil)
	page := moderator.shown(w, http.StatusOK)
	says(t, "the sheet", page, got.Registry, "Ta för läsning", "Ta förslaget för läsning för att besluta", "ser ut som ett personnummer: 19710116-9295 slut på markering",
		"Ett personnummer", "En e-postadress", "Ett telefonnummer", "<b>nu</b>", "Kommunen ska få besluta i frågan", "Det finns redan ett sådant förslag",
		"Texten är reklam. Texten visas inte för andra.", "Bygg en cykelväg till badet", "Öppet för röster", "Förslaget kom in", "E-postadressen bekräftades", "90 dagar")
	silent(t, "the sheet", page, "farid@test.example", "Avvisa: ")
	if !strings.Contains(w.Body.String(), "<mark>") || strings.Contains(w.Body.String(), "<b>nu</b>") {
		t.Error("nothing is marked, or the text is mark-up")
	}
	page = moderator.post(base+got.ID+"/las", url.Values{})
	says(t, "the sheet when it is held", page, "Du läser förslaget nu", "Låset gäller till kl. 11.00", "Välj regel och skriv varför. Texten skickas till den som lämnade förslaget.",
		"Vilken regel?", "Begär komplettering", "Slå ihop", "Dölj", "Läsningen började")
	if n := h.audited(`"outcome":"read"`); n < 2 {
		t.Errorf("the reading is logged %d times", n)
	}
	other := h.staff(nils)
	says(t, "another's sheet", other.page(base+got.ID), "Eva Lind läser förslaget", "Ta över läsningen")
	w = other.do("POST", base+got.ID+"/las", url.Values{})
	says(t, "without force", other.shown(w, http.StatusConflict), "Någon annan hann före")
	says(t, "with force", other.post(base+got.ID+"/las", url.Values{"tvinga": {"ja"}}), "Läsningen togs över", "Du läser förslaget")
	says(t, "the history", moderator.page(base+got.ID), "Nils Ek läser förslaget")
	for range 2 { // releasing twice is no fault
		says(t, "released", other.post(base+got.ID+"/slapp", url.Values{}), "Förslaget är släppt", "Ta för läsning")
	}
	for range 2 { // a form sent twice counts once
		says(t, "a note", moderator.post(base+got.ID+"/anteckning", url.Values{"anteckning": {"Ring tekniska."}, "nyckel": {"n1"}}), "Ring tekniska.", "Visas inte för alla")
	}
	if n := strings.Count(moderator.page(base+got.ID), "Ring tekniska."); n != 1 {
		t.Errorf("the note is there %d times", n)
	}
	w = moderator.do("POST", base+got.ID+"/anteckning", url.Values{"anteckning": {" "}, "nyckel": {"n2"}})
	says(t, "an empty note", moderator.shown(w, http.StatusUnprocessableEntity), "Fel: Skriv en text")
	says(t, "flagged", moderator.post(base+open+"/markera", url.Values{"igen": {"ja"}}), "Ska läsas igen", "Ta bort markeringen")
	says(t, "the queue of those", moderator.page("/handlaggare/forslag?visa=igen"), "Bygg en cykelväg")
	says(t, "not any more", moderator.post(base+open+"/markera", url.Values{"igen": {"nej"}}), "Markera för ny läsning")
}

// ux.md P17: a rejection needs a code and words, the letter is read before it is
// sent, and the decision can be taken back for ten minutes.
func TestReject(t *testing.T) {
	h := newHall(t)
	const address = "farid@test.example"
	got := h.receive(bike, address)
	moderator := h.staff(eva)
	moderator.post(base+got.ID+"/las", url.Values{})
	action := base + got.ID + "/beslut/avsla"
	fill := func(more url.Values) url.Values {
		form := moderator.form(moderator.do("GET", base+got.ID, nil).Body.Bytes(), action+"/granska", more)
		return form
	}
	w := moderator.do("POST", action+"/granska", fill(url.Values{"avsla.ord": {"Mina egna ord"}}))
	says(t, "without a code", moderator.shown(w, http.StatusUnprocessableEntity), "Välj en regel i listan", "Mina egna ord")
	w = moderator.do("POST", action+"/granska", fill(url.Values{"avsla.kod": {"unclear"}}))
	says(t, "without words", moderator.shown(w, http.StatusUnprocessableEntity), "Skriv en text")
	w = moderator.do("POST", action+"/granska", fill(url.Values{"avsla.kod": {"fault-report"}, "avsla.ord": {"Det är en felanmälan."}}))
	says(t, "without a service", moderator.shown(w, http.StatusUnprocessableEntity), "Välj vart förslaget hör", "Det är en felanmälan.")
	w = moderator.do("POST", action+"/granska", fill(url.Values{"avsla.kod": {"unclear"}, "avsla.ord": {"a\x00b"}}))
	says(t, "a character that does not show", moderator.shown(w, http.StatusUnprocessableEntity), "Texten har ett tecken som inte går att visa")

	w = moderator.do("POST", action+"/granska", fill(url.Values{"avsla.kod": {"unclear"}, "avsla.ord": {strings.Repeat("ord ", 151)}}))
	says(t, "much too long", moderator.shown(w, http.StatusUnprocessableEntity), "Texten är för lång. Korta den", "ord ord ord")
	if w := moderator.do("POST", action+"/granska", fill(url.Values{"avsla.ord": {strings.Repeat("x", 1<<20)}})); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a megabyte: status %d", w.Code)
	}

	form := fill(url.Values{"avsla.kod": {"fault-report"}, "avsla.tjanst": {"felanmalan"}, "avsla.ord": {"Lampan lagas av\r\ntekniska."}})
	w = moderator.do("POST", action+"/granska", form)
	page := moderator.shown(w, http.StatusOK)
	says(t, "the preview", page, "Avvisa förslaget?", "Ditt förslag går inte till omröstning", "Lampan lagas av tekniska.", "https://ekbacka.example/felanmalan",
		"(förslagsställarens egen länk)", "Brevet skickas om 10 minuter", "Koden: Det är en felanmälan", "Dina ord, förslagets text och numret")
	silent(t, "the preview", page, "/unfollow/", "/manage/")
	if h.sheet(got.ID).Standing.Moderation != petition.Reviewing {
		t.Error("the preview has decided")
	}
	confirm := moderator.form(w.Body.Bytes(), action, nil)
	edit := moderator.do("POST", action+"/granska", mergeForms(confirm, url.Values{"andra": {"ja"}}))
	says(t, "changing it", moderator.shown(edit, http.StatusOK), "Lampan lagas av", "tekniska.")
	for range 2 { // the same form again is no second decision
		says(t, "decided", moderator.post(action, confirm), "Förslaget är avvisat", "Beslutet kan ångras till kl. 10.40", "Avvisat", "Hör till Felanmälan")
	}
	h.ok(h.box.Drain(t.Context()))
	if n := len(h.post.To(address)); n != 1 { // the letter that asked to confirm
		t.Errorf("%d letters before the time to undo is over", n)
	}
	for range 2 {
		says(t, "undone", moderator.post(base+got.ID+"/angra", url.Values{}), "Beslutet är ångrat", "Ångrat", "Läses")
	}
	says(t, "decided again with the same form", moderator.post(action, confirm), "Förslaget är avvisat")
	h.clock.Advance(10 * time.Minute)
	_, err := h.Run(t.Context())
	h.ok(err)
	says(t, "the letter", h.letter(address), "Lampan lagas av\ntekniska.", "https://ekbacka.example/felanmalan")
	says(t, "the service's letter", h.letter("felanmalan@ekbacka.example"), got.Registry, bike.Title, bike.What)
	silent(t, "the service's letter", h.letter("felanmalan@ekbacka.example"), address)
	w = moderator.do("POST", base+got.ID+"/angra", url.Values{})
	says(t, "too late", moderator.shown(w, http.StatusConflict), "Det går inte att ångra längre")
	says(t, "reopened", moderator.post(base+got.ID+"/ater", url.Values{"ater.ord": {"Vi läste fel."}, "nyckel": {"r"}}), "Förslaget är uppe igen", "Vi läste fel.")
}

func mergeForms(all ...url.Values) url.Values {
	out := url.Values{}
	for _, form := range all {
		for name, values := range form {
			out[name] = values
		}
	}
	return out
}

// P-12: a form about a text that has changed since is answered in plain words,
// with what was written kept.
func TestStaleVersion(t *testing.T) {
	h := newHall(t)
	got := h.receive(bike, "")
	moderator := h.staff(eva)
	moderator.post(base+got.ID+"/las", url.Values{})
	stale := url.Values{"version": {"1"}, "nyckel": {"a"}, "komplettera.ord": {"Vilken väg menar du?"}}
	says(t, "asked", moderator.post(base+got.ID+"/beslut/komplettera", stale), "Frågan är sparad", "Väntar på svar")
	h.clock.Advance(11 * time.Minute)
	_, err := h.Run(t.Context())
	h.ok(err)
	newer := bike
	newer.What = "Jag vill att kommunen bygger en bred cykelväg mellan Ekbacka och badplatsen.\nDen ska ha lampor."
	h.ok(h.Supplement(t.Context(), got.Manage, 1, newer))
	says(t, "the versions", moderator.post(base+got.ID+"/las", url.Values{}), "Ändringar från version 1 till version 2", "tillagt: bred slut på ändring", "Rubrik: oförändrad.")
	for _, slug := range []string{"avsla", "godkann", "komplettera", "dolj"} {
		form := url.Values{"version": {"1"}, "nyckel": {"b"}, slug + ".kod": {"unclear"}, slug + ".ord": {"Det här skrev jag & sparade inte"}}
		for _, path := range []string{"/beslut/" + slug, "/beslut/" + slug + "/granska"} {
			w := moderator.do("POST", base+got.ID+path, form)
			says(t, slug, moderator.shown(w, http.StatusConflict), "Det här har ändrats sedan du öppnade det", "Det här skrev jag & sparade inte", "Öppna förslaget")
		}
	}
	if w := moderator.do("POST", base+got.ID+"/beslut/avsla", url.Values{"avsla.kod": {"unclear"}, "avsla.ord": {"x"}}); w.Code != http.StatusBadRequest && w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a form without version: status %d", w.Code)
	}
	if s := h.sheet(got.ID); s.Standing.Moderation != petition.Reviewing {
		t.Errorf("something was decided: %v", s.Standing)
	}
	// another has taken over meanwhile
	other := h.staff(nils)
	other.post(base+got.ID+"/las", url.Values{"tvinga": {"ja"}})
	w := moderator.do("POST", base+got.ID+"/beslut/godkann", url.Values{"version": {"2"}, "nyckel": {"c"}, "godkann.ord": {"Bra förslag"}})
	says(t, "taken over", moderator.shown(w, http.StatusConflict), "Det här har ändrats", "Bra förslag")
}

// P-12: merging by choice or number, and hiding: with what everyone will see
// said before.
func TestMergeAndHide(t *testing.T) {
	h := newHall(t)
	open := h.published(bike, "")
	number := h.sheet(open).Registry
	moderator := h.staff(eva)
	for i, way := range []url.Values{{"slaihop.val": {open}}, {"slaihop.nummer": {" " + number + " "}}} {
		same := h.receive(bike, "")
		moderator.post(base+same.ID+"/las", url.Values{})
		action := base + same.ID + "/beslut/slaihop"
		for _, wrong := range []url.Values{{}, {"slaihop.nummer": {"KS 1999-000001"}}, {"slaihop.nummer": {h.sheet(same.ID).Registry}}, {"slaihop.val": {"hopp"}}} {
			w := moderator.do("POST", action+"/granska", mergeForms(url.Values{"version": {"1"}, "nyckel": {"k"}}, wrong))
			says(t, "a number that is none", moderator.shown(w, http.StatusUnprocessableEntity), "Fel: ")
		}
		form := mergeForms(url.Values{"version": {"1"}, "nyckel": {fmt.Sprint("m", i)}}, way)
		says(t, "the preview", moderator.shown(moderator.do("POST", action+"/granska", form), http.StatusOK), "Slå ihop förslagen?", "med en länk", "Det finns ingen bekräftad adress")
		says(t, "merged", moderator.post(action, form), "Förslagen är ihopslagna", "Ihopslaget med:", number)
	}
	action := base + open + "/beslut/dolj"
	form := url.Values{"version": {"1"}, "nyckel": {"h"}, "dolj.kod": {"personal-data"}, "dolj.ord": {"Namnet på en granne."}}
	says(t, "the preview", moderator.shown(moderator.do("POST", action+"/granska", form), http.StatusOK), "Dölj texten?", "Det händer direkt och går inte att ångra",
		"Omröstningen avbryts utan resultat", "Dina ord visas inte")
	page := moderator.post(action, form)
	says(t, "hidden", page, "Texten är dold", "Dolt", "Texten innehåller personuppgifter eller sekretess")
	silent(t, "hidden", page, "Beslutet kan ångras")
	if one, err := h.One(t.Context(), open); err != nil || !one.HiddenText {
		t.Errorf("everyone sees %+v (%v)", one, err)
	}
}

// A petition can be taken away by a steward, on a page that says what happens.
func TestRemove(t *testing.T) {
	h := newHall(t)
	open := h.published(bike, "")
	steward, path := h.staff(karin), base+open+"/ta-bort"
	says(t, "the sheet", steward.page(base+open), "Bara när en lag eller en dom kräver det")
	w := steward.do("GET", path, nil)
	says(t, "the question", steward.shown(w, http.StatusOK), "går inte att ta tillbaka", "Omröstningen avbryts", "Handlingen finns kvar")
	form := steward.form(w.Body.Bytes(), path, nil)
	says(t, "without words", steward.shown(steward.do("POST", path, form), http.StatusUnprocessableEntity), "Skriv en text")
	form.Set("ta-bort.ord", "Efter dom.")
	for range 2 {
		says(t, "removed", steward.post(path, form), "Förslaget är borttaget", "Efter dom.")
	}
	w = steward.do("GET", path, nil)
	says(t, "again", steward.shown(w, http.StatusConflict), "Det här har ändrats")
}
