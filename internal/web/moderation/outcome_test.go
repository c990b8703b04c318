package moderation_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/petition"
)

// P-16, P-12: nothing opens without the disposal decision; closing day and
// threshold are said before, and the same form twice is one publication.
func TestPublish(t *testing.T) {
	h := newHall(t)
	id := h.accepted(bike, "")
	moderator, path := h.staff(eva), base+id+"/publicera"
	says(t, "the sheet", moderator.page(base+id), "Publicera", "Beslutet kan ångras")
	w := moderator.do("GET", path, nil)
	says(t, "the form", moderator.shown(w, http.StatusOK), "["+disposal+"]", "Förslag om minoritetsspråk", "När ska omröstningen öppna?")
	w = moderator.do("POST", path+"/granska", url.Values{"publicera.gallring": {""}, "publicera.nar": {"nu"}, "publicera.ord": {"Välkomna att rösta"}})
	says(t, "without a disposal decision", moderator.shown(w, http.StatusUnprocessableEntity), "Utan det kan omröstningen inte öppna", "Välkomna att rösta")
	for day, want := range map[string]string{"31.2.2027": "Skriv en dag som finns", "21.11.2026": "inte har passerat", "1.1.2029": "inom ett år", "..": "Skriv en dag som finns"} {
		part := strings.Split(day, ".")
		w = moderator.do("POST", path+"/granska", url.Values{"publicera.gallring": {disposal}, "publicera.nar": {"dag"}, "publicera.dag.day": {part[0]},
			"publicera.dag.month": {part[1]}, "publicera.dag.year": {part[2]}})
		says(t, day, moderator.shown(w, http.StatusUnprocessableEntity), want)
	}
	w = moderator.do("POST", path+"/granska", url.Values{"publicera.gallring": {disposal}, "publicera.nar": {"dag"}, "publicera.dag.day": {"1"},
		"publicera.dag.month": {"12"}, "publicera.dag.year": {"2026"}, "publicera.ord": {"Nu kan du rösta."}})
	says(t, "the question", moderator.shown(w, http.StatusOK), "1 december 2026", "Sista dag att rösta 1 mars 2027 (90 dagar)", "100 röster", "Ekbacka kommun", disposal, "Nu kan du rösta.")
	if s := h.sheet(id); s.Standing.Voting != petition.None {
		t.Errorf("the question has published: %v", s.Standing)
	}
	form := moderator.form(w.Body.Bytes(), path, nil)
	says(t, "changing it", moderator.shown(moderator.do("POST", path+"/granska", mergeForms(form, url.Values{"andra": {"ja"}})), http.StatusOK), "[2026]", "Nu kan du rösta.")
	if w := moderator.do("POST", path, url.Values{"publicera.nar": {"nu"}, "nyckel": {"x"}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("publishing without a disposal decision: status %d", w.Code)
	}
	for range 2 {
		says(t, "published", moderator.post(path, form), "Förslaget är publicerat", "Öppnar senare", "Nu kan du rösta.", disposal)
	}
	form.Set("nyckel", "another")
	says(t, "published by two", moderator.shown(moderator.do("POST", path, form), http.StatusConflict), "Det här har ändrats", "Nu kan du rösta.")
	says(t, "the form then", moderator.shown(moderator.do("GET", path, nil), http.StatusConflict), "Det här har ändrats")
	h.clock.Set(time.Date(2026, 11, 30, 23, 0, 0, 0, time.UTC)) // midnight in Sweden
	_, err := h.Run(t.Context())
	h.ok(err)
	if s := h.sheet(id); s.Standing.Voting != petition.Open {
		t.Errorf("on its day it is %v", s.Standing)
	}
	// P-08: no number that the public does not see
	says(t, "the count", h.staff(eva).page(base+id), "Färre än 5 av 100.")
}

// P-13: of an exempt kind, it goes on without votes.
func TestExempt(t *testing.T) {
	h := newHall(t)
	id := h.accepted(bike, "")
	moderator := h.staff(eva)
	w := moderator.do("POST", base+id+"/undanta", url.Values{})
	says(t, "no kind", moderator.shown(w, http.StatusUnprocessableEntity), "Välj vilket slags förslag det är")
	for range 2 {
		says(t, "exempt", moderator.post(base+id+"/undanta", url.Values{"undanta.kategori": {"minority-language"}}), "går vidare utan omröstning", "Ska lämnas över", "Förslag om minoritetsspråk")
	}
}

// P-13: every step of the outcome with words, what is next and its day; what is
// wrong comes back as it was typed.
func TestOutcome(t *testing.T) {
	h := newHall(t)
	id := h.closed(bike, 312)
	handler := h.staff(olof)
	says(t, "the follow list", handler.page("/handlaggare/forslag"), "Följda (1)", "Bygg en cykelväg", "Ska lämnas över")
	page := handler.page(base + id)
	says(t, "the sheet", page, "312 av 100.", "Lämna över", "Skriv en nyhet", "Uppgifterna om vem som röstade raderades")
	silent(t, "the sheet", page, "Börja bereda", "Ta för läsning", "Avvisa", "Ta bort förslaget")

	take := func(slug string, fill url.Values) url.Values {
		path := base + id + "/steg/" + slug
		w := handler.do("GET", path, nil)
		handler.shown(w, http.StatusOK)
		return handler.form(w.Body.Bytes(), path, fill)
	}
	refused := func(slug string, fill url.Values, want string) {
		t.Helper()
		w := handler.do("POST", base+id+"/steg/"+slug, take(slug, fill))
		says(t, slug, handler.shown(w, http.StatusUnprocessableEntity), want, "Mina ord")
	}
	words := "Mina ord om saken"
	refused("lamna", url.Values{"lamna.organ": {"Tekniska nämnden"}, "lamna.ord": {words}}, "Skriv ärendets nummer")
	refused("lamna", url.Values{"lamna.organ": {"a\x00"}, "lamna.diarienr": {"TN 1"}, "lamna.ord": {words}}, "tecken som inte går att visa")
	refused("lamna", url.Values{"lamna.diarienr": {"TN 1"}, "lamna.nasta-dag.day": {"1"}, "lamna.nasta-dag.month": {"2"}, "lamna.nasta-dag.year": {"2020"}, "lamna.ord": {words}}, "inte har passerat")
	refused("lamna", url.Values{"lamna.diarienr": {"TN 1"}, "lamna.nasta": {"opened"}, "lamna.ord": {words}}, "Välj ett steg i listan")
	refused("lamna", url.Values{"lamna.diarienr": {"TN 1"}, "lamna.lank": {"http://ekbacka.example/x"}, "lamna.ord": {words}}, "börjar med https://")
	hand := take("lamna", url.Values{"lamna.organ": {"Tekniska nämnden"}, "lamna.diarienr": {"TN 2027/31"}, "lamna.ord": {words}, "lamna.nasta": {"decision-planned"},
		"lamna.nasta-dag.day": {"15"}, "lamna.nasta-dag.month": {"3"}, "lamna.nasta-dag.year": {"2027"}})
	stale := take("nyhet", url.Values{"nyhet.ord": {"Jag såg inte att det var överlämnat"}})
	for range 2 {
		says(t, "handed over", handler.post(base+id+"/steg/lamna", hand), "Steget är sparat", "Tekniska nämnden", "TN 2027/31", words, "Dagen för beslut bestäms, 15 mars 2027")
	}
	w := handler.do("POST", base+id+"/steg/nyhet", stale)
	says(t, "what was read is old", handler.shown(w, http.StatusConflict), "Det här har ändrats sedan du öppnade det", "Jag såg inte att det var överlämnat")
	if w := handler.do("GET", base+id+"/steg/lamna", nil); w.Code != http.StatusConflict {
		t.Errorf("a step that is taken: status %d", w.Code)
	}
	refused("nyhet", url.Values{"nyhet.lank": {"https://ekbacka.example/Mina ord"}}, "Skriv en text")
	handler.post(base+id+"/steg/bered", take("bered", url.Values{}))
	refused("planera", url.Values{"planera.ord": {words}}, "Skriv dagen för beslutet")
	handler.post(base+id+"/steg/planera", take("planera", url.Values{"planera.nasta-dag.day": {"20"}, "planera.nasta-dag.month": {"3"}, "planera.nasta-dag.year": {"2027"},
		"planera.lank": {"https://ekbacka.example/kallelse"}}))
	refused("besluta", url.Values{"besluta.ord": {words}, "besluta.paragraf": {"§ 12"}, "besluta.dag.day": {"22"}, "besluta.dag.month": {"11"}, "besluta.dag.year": {"2026"}}, "Välj vad beslutet blev")
	refused("besluta", url.Values{"besluta.ord": {words}, "besluta.beslut": {"granted"}, "besluta.dag.day": {"22"}, "besluta.dag.month": {"11"}, "besluta.dag.year": {"2026"}}, "Skriv paragrafen")
	refused("besluta", url.Values{"besluta.ord": {words}, "besluta.beslut": {"granted"}, "besluta.dag.day": {"23"}, "besluta.dag.month": {"11"}, "besluta.dag.year": {"2026"}}, "inte är senare än i dag")
	says(t, "decided", handler.post(base+id+"/steg/besluta", take("besluta", url.Values{"besluta.beslut": {"partly-granted"}, "besluta.paragraf": {"§ 12"}, "besluta.ord": {"Vi bygger halva."},
		"besluta.dag.day": {"20"}, "besluta.dag.month": {"11"}, "besluta.dag.year": {"2026"}})), "Delvis bifall, 20 november 2026, § 12", "Vi bygger halva.")
	handler.post(base+id+"/steg/paborja", take("paborja", url.Values{}))
	h.clock.Set(start.AddDate(0, 6, 1))
	handler = h.staff(olof)
	handler.post(base+id+"/steg/folj-upp", take("folj-upp", url.Values{"folj-upp.ord": {"Halva är byggd."}}))
	says(t, "carried out", handler.post(base+id+"/steg/slutfor", take("slutfor", url.Values{"slutfor.ord": {"Klart."}})), "Genomfört", "Halva är byggd.", "8 äldre händelser")
	one, err := h.One(t.Context(), id)
	h.ok(err)
	if last := one.Timeline[len(one.Timeline)-1]; one.Standing.Outcome != petition.CarriedOut || last.Words != "Klart." || one.Paragraph != "§ 12" {
		t.Errorf("everyone sees %+v", one)
	}
}
