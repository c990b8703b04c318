package petition_test

import (
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	pages "medborgarnavet/internal/web/petition"
)

// P-11: the list has each petition with where it stands, days left and votes of
// the threshold, filtered by state and words, in three orders, and leads to what
// is told of the service (P-16, P-18).
func TestList(t *testing.T) {
	s := newSquare(t)
	s.shows("/forslag", "Det finns inga förslag än", `href="/lamna-forslag"`, `href="/status"`, `href="/oppna-data"`, `href="/rosta"`)
	id := s.opened(bike)
	s.votes.set(id, 312)
	no := s.received(petition.Text{Title: "Laga lampan vid skolan", What: "Lampan är trasig och ska lagas.", Why: "Det är mörkt."})
	s.ok(s.Reject(t.Context(), maja, no.ID, petition.Decision{Version: 1, Code: "unclear", Words: "Vilken skola?"}))
	s.later()
	s.later() // the decision can no longer be undone
	s.shows("/forslag", "Bygg en cykelväg till badet", "312 av 500 röster", "90 dagar kvar", "Öppet för röster", "KS 2026-000001",
		`href="/forslag/`+id+`"`, "Laga lampan vid skolan", "Går inte till omröstning", "Det går inte att förstå vad förslaget vill", "2 förslag")
	s.shows("/forslag?status=oppna", "Bygg en cykelväg", "-Laga lampan", "1 förslag", "Visa alla förslag")
	s.shows("/forslag?status=avvisade", "-Bygg en cykelväg", "Laga lampan")
	s.shows("/forslag?status=beslutade", "Det finns inga sådana förslag just nu.")
	s.shows("/forslag?sok=cykelväg", "Bygg en cykelväg", "-Laga lampan")
	s.shows("/forslag?sok=cykelvägar", "Bygg en cykelväg", "-Laga lampan") // stemmed
	s.shows("/forslag?sok=buss", "Inga förslag hittades för", "buss", "Prova ett annat ord.", "-Bygg en cykelväg")
	for _, order := range []string{"slutar", "roster"} {
		body := s.shows("/forslag?ordning=" + order)
		if strings.Index(body, "Bygg en") > strings.Index(body, "Laga lampan") {
			t.Errorf("%s: the rejected one is first", order)
		}
	}
	for lang, words := range map[string]string{page.English: "312 of 500 votes", page.Easy: "Du kan rösta nu"} {
		s.showsIn(lang, "/forslag", words)
	}
}

// P-11: a long list is led through by links that keep what was chosen.
func TestPages(t *testing.T) {
	s := newSquare(t)
	for range 23 {
		s.opened(bike)
	}
	s.shows("/forslag?status=oppna&sok=cykelväg", "23 förslag", `href="/forslag?sok=cykelv%C3%A4g&amp;status=oppna&amp;sida=2"`)
	body := s.shows("/forslag?status=oppna&sok=cykelväg&sida=2", `rel="prev"`)
	if n := strings.Count(body, "k-card__title"); n != 3 {
		t.Errorf("%d cards on the last page", n)
	}
	s.status(404, "/forslag?sida=3")
	s.shows("/forslag?sok=100%25&status=fel", "Inga förslag hittades") // a percent sign is no placeholder
}

// P-13, ux.md P12: what the page says in each state of voting, in every
// language.
func TestStates(t *testing.T) {
	s := newSquare(t)
	id := s.planned(bike, start.AddDate(0, 0, 2))
	at := "/forslag/" + id
	s.shows(at, "Omröstningen har inte börjat", "Den börjar 24 november 2026", "Börjar snart", "-/rosta/logga-in", "Inget om dem som ska rösta")
	s.clock.Advance(49 * time.Hour)
	_, err := s.Run(t.Context())
	s.ok(err)
	s.votes.set(id, 3)
	s.shows(at, "Färre än 5 av 500 röster", `action="/rosta/logga-in"`, "Sista dagen att rösta")
	s.ok(s.FollowVoting(t.Context(), petition.VotingEvent{Petition: id, Key: "p1", Move: petition.MovePause, Words: "E-legitimationen svarar inte."}))
	s.later()
	s.shows(at, "Omröstningen är pausad", "Tiden läggs till i slutet", "E-legitimationen svarar inte.", "-/rosta/logga-in")
	s.ok(s.FollowVoting(t.Context(), petition.VotingEvent{Petition: id, Key: "p2", Move: petition.MoveResume, ClosesAt: start.AddDate(0, 0, 100)}))
	s.later()
	s.shows(at, "Omröstningen är igång igen", `action="/rosta/logga-in"`)
	s.voting(id, 0, petition.MoveClose)
	s.later()
	s.shows(at, "Vi räknar", "-/rosta/logga-in", "- av 500 röster", "En kod för varje röst", "Tills rösterna är räknade. Omröstningen är slut.", "-Omröstningen slutar")
	s.voting(id, 0, petition.MoveCount)
	s.later()
	s.shows(at, "Vi räknar", "- av 500 röster")
	s.stored = pages.Stored{KeysDestroyed: s.clock.Now(), RowsDropped: s.clock.Now(), BackupsGone: start.AddDate(0, 2, 0), LogsGone: start.AddDate(0, 2, 0)}
	s.voting(id, 1612, petition.MoveErase)
	s.later()
	s.shows(at, "1 612 röster. Det behövdes 500.", "Nyckeln till koderna förstördes", "Koderna för rösterna raderades", "De är borta senast 22 januari 2027",
		"Efter det kan ingen ta reda på vem som har röstat.", "-En kod för varje röst", "-Den som sköter driften", disposal)
	s.clock.Advance(100 * 24 * time.Hour)
	s.shows(at, "Den sista säkerhetskopian med koder försvann 22 januari 2027", "Vi har inte berättat något på länge", "Det finns ingen nyhet på 90 dagar")
	s.shows(at, "-Den som ansvarar har fått veta det", "-Rösterna dag för dag") // nobody is told, and no curve can come
	s.showsIn(page.English, at, "1 612 votes. 500 were needed.", `lang="sv"`, "There has been no news for 90 days")
	s.showsIn(page.Easy, at, "Förslaget fick nog med röster. Nu går det vidare.")
}

// P-13: that somebody has been told of the silence is said where somebody is.
func TestSilenceIsTold(t *testing.T) {
	s := newSquare(t, func(set *petition.Settings) { set.Owner = "kansliet@ekbacka.example" })
	id := s.opened(bike)
	s.closed(id, 700)
	s.clock.Advance(91 * 24 * time.Hour)
	s.shows("/forslag/"+id, "Det finns ingen nyhet på 90 dagar", "Den som ansvarar har fått veta det")
}

// P-13: what came of it, whose turn it is, the next step and day, the board,
// its number and the minutes; the newest first.
func TestOutcome(t *testing.T) {
	s := newSquare(t)
	id := s.opened(bike)
	s.closed(id, 700)
	at := "/forslag/" + id
	s.shows(at, "Kommunens. Förslaget ska lämnas över", "Nådde gränsen")
	s.later()
	s.step(id, petition.Step{Move: petition.MoveHandOver, Body: "tekniska nämnden", Registry: "TN 2026/88", NextStep: petition.MoveDecide, NextDay: "2026-12-15"})
	s.later()
	s.shows(at, "Den som ansvarar: ", "tekniska nämnden", "TN 2026/88", "Nästa steg", "15 december 2026", "Överlämnat")
	s.step(id, petition.Step{Move: petition.MoveDecide, Decision: petition.PartlyGranted, Paragraph: "§ 112", Link: "https://ekbacka.example/protokoll/112",
		Words: "Halva vägen byggs nästa år.", NextStep: petition.MoveStart, NextDay: "2027-03-01"})
	s.later()
	body := s.shows(at, "Ja till en del av förslaget", "§ 112", `href="https://ekbacka.example/protokoll/112"`, "Halva vägen byggs nästa år.", "1 mars 2027", "Beslutat")
	if strings.Index(body, "Beslutet är fattat") > strings.Index(body, "Förslaget är överlämnat") {
		t.Error("the newest does not come first")
	}
	s.step(id, petition.Step{Move: petition.MoveComplete, NextStep: petition.MoveFollowUp, NextDay: "2027-06-01"})
	s.later()
	s.shows(at, "Genomfört", "Ingens. Det är klart.")
	s.showsIn(page.English, at, "Yes to a part of the proposal", "Carried out", `lang="sv"`)
}

// P-12, petitions.md §4: what is not put to the vote says why, as far as it may
// be told; what is hidden shows no text; what is merged leads on; what is
// removed is 410; what nobody has read yet is not there.
func TestModerated(t *testing.T) {
	s := newSquare(t)
	secret := petition.Text{Title: "Hemlig rubrik", What: "Det här ska ingen läsa nu.", Why: "Hemligt skäl."}
	ctx := t.Context()
	unread := s.received(secret)
	rejected, hidden, merged, quiet := s.received(bike), s.received(secret), s.received(secret), s.received(secret)
	into := s.opened(bike)
	s.ok(s.Reject(ctx, maja, rejected.ID, petition.Decision{Version: 1, Code: "several-questions", Words: "Dela upp förslaget i två."}))
	s.ok(s.Reject(ctx, maja, quiet.ID, petition.Decision{Version: 1, Code: "personal-data", Words: "Inre ord om saken.", WordsHidden: true}))
	s.ok(s.Hide(ctx, maja, hidden.ID, petition.Decision{Version: 1, Code: "offensive", Words: "Skriv utan hårda ord."}))
	s.ok(s.Merge(ctx, maja, merged.ID, petition.Decision{Version: 1, Into: into, Words: "Det är samma förslag."}))
	s.status(404, "/forslag/"+rejected.ID) // it can still be undone
	s.later()
	s.later()
	s.status(404, "/forslag/"+unread.ID)
	s.shows("/forslag/"+rejected.ID, "Förslaget går inte till omröstning", "Förslaget rymmer flera frågor", "Dela upp förslaget i två.", "Bygg en cykelväg", "-/rosta", "-Sista dagen att rösta")
	s.shows("/forslag/"+quiet.ID, "Texten innehåller personuppgifter", "Texten visas inte", "-Inre ord", "-Hemlig", "Förslag KS 2026-")
	s.shows("/forslag/"+hidden.ID, "Kommunen visar inte texten", "Texten är kränkande", "-Hemlig", "-/folj")
	s.shows("/forslag/"+merged.ID, "hör nu ihop med ett annat", `href="/forslag/`+into+`"`, "Bygg en cykelväg till badet", "-Hemlig")
	for _, id := range []string{quiet.ID, hidden.ID, merged.ID} {
		s.shows("/forslag?status=avvisade", `href="/forslag/`+id+`"`, "-Hemlig")
	}
	s.shows("/forslag/"+into, "Bygg en cykelväg")
	s.ok(s.Remove(ctx, sten, into, "Borttaget efter beslut.", ""))
	s.pages.Forget(into)
	s.status(410, "/forslag/"+into)
	s.status(410, "/forslag/"+into+"/antal.json")
	s.status(410, "/forslag/"+into+"/kontroll")
	s.shows("/forslag/"+merged.ID, "hör nu ihop med ett annat")
}

// Stopped voting has no result, and a text that was public remains.
func TestWithdrawn(t *testing.T) {
	s := newSquare(t)
	got := s.received(bike)
	s.ok(s.Accept(t.Context(), maja, got.ID, petition.Decision{Version: 1}))
	s.ok(s.Publish(t.Context(), maja, got.ID, petition.Publication{Disposal: disposal, Sealer: "Sambruk"}))
	s.votes.set(got.ID, 77)
	s.ok(s.Withdraw(t.Context(), got.Manage))
	s.shows("/forslag/"+got.ID, "har tagit tillbaka det", "Bygg en cykelväg", "Tillbakataget", "-/rosta", "-77 av", "-Sista dagen att rösta")
}

// What is switched off says so in words, and what one cannot do has no form.
func TestSwitches(t *testing.T) {
	s := newSquare(t)
	id := s.opened(bike)
	s.off = []string{"vote", "follow", "search", "graph", "districts", "opendata", "propose"}
	s.series = days(60, 12)
	s.shows("/forslag/"+id, "Röstningen är avstängd just nu", "-/rosta", "Det går inte att börja följa", "-/folj", "Diagrammet är avstängt", "-<polyline", "-/api/")
	s.shows("/forslag?sok=buss", "Sökningen är avstängd", "Bygg en cykelväg", "Det går inte att lämna förslag just nu", `-name="sok"`, "-/lamna-forslag")
	s.off = nil
	s.later()
	s.shows("/forslag/"+id, `action="/rosta/logga-in"`, `action="/forslag/`+id+`/folj"`, `name="epost"`, "<polyline", "/api/petitions/v1/petitions/"+id)
}

// P-03: what came from the former service says so, with its count apart, and no
// graph or vote is made of it.
func TestImported(t *testing.T) {
	s := newSquare(t)
	file := `[{"id": "17", "addresses": ["/gamla/17"], "title": "Fler bänkar längs ån", "what": "Ställ ut bänkar längs ån.", "why": "Många vill vila.",
		"received": "2024-03-04", "opened": "2024-03-11", "closed": "2024-06-09", "count": 312, "standing": "carried-out", "body": "kommunstyrelsen",
		"body_registry": "KS 2024/231", "decision": "granted", "decided": "2024-10-15", "paragraph": "§ 142", "registry": "EF 2024/17"}]`
	_, err := s.Import(t.Context(), "gamla-tjansten", strings.NewReader(file), petition.FormatJSON, false)
	s.ok(err)
	list, err := s.List(t.Context(), petition.Filter{})
	s.ok(err)
	if len(list.Cards) != 1 {
		t.Fatalf("%d cards", len(list.Cards))
	}
	s.shows("/forslag", "Fler bänkar", "Den tidigare tjänsten räknade", "-av 500 röster")
	for lang, words := range map[string]string{page.Swedish: "Den tidigare tjänsten räknade 312 röster.", page.English: "They are not added to votes here.", page.Easy: "Vi har flyttat förslaget hit"} {
		s.showsIn(lang, "/forslag/"+list.Cards[0].ID, words, "-/rosta", "-<polyline", "-gamla-tjansten")
	}
	s.shows("/forslag/"+list.Cards[0].ID, "Genomfört", "§ 142", "KS 2024/231", "9 juni 2024", "Ja till förslaget", "-Kurvan visas")
}
