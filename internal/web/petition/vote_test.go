package petition_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/web/page"
	pages "medborgarnavet/internal/web/petition"
)

// P-05, P-08: the form leads to the vote with the petition in a field and never
// in an address, both ways stand there, and what cannot be undone is said
// before. Following is another form (P-14).
func TestVoteForm(t *testing.T) {
	s := newSquare(t, func(set *petition.Settings) { set.VoteAge = 13 })
	id := s.opened(bike)
	s.stored.Register = "folkbokföringen"
	body := s.shows("/forslag/"+id, `<input type="hidden" name="forslag" value="`+id+`">`, "Du kan ångra rösten till och med 20 februari 2027.",
		"När omröstningen har stängt går det inte att ta tillbaka rösten.", "Ångra rösten", "fyllt 13 år", "folkbokföringen", "Logga aldrig in för att någon ringer")
	form := regexp.MustCompile(`(?s)<form[^>]*action="/rosta/logga-in".*?</form>`).FindString(body)
	for _, want := range []string{`method="post"`, `name="enhet" value="denna"`, `name="enhet" value="annan"`, `name="forslag"`} {
		if !strings.Contains(form, want) {
			t.Errorf("the form lacks %s: %s", want, form)
		}
	}
	if strings.Contains(form, "epost") || strings.Contains(form, "formaction") || regexp.MustCompile(`(href|action)="/rosta[^"]*`+id).MatchString(body) {
		t.Error("voting and following are mixed, or an address names both voting and the petition")
	}
	follow := regexp.MustCompile(`(?s)<form[^>]*action="/forslag/` + id + `/folj".*?</form>`).FindString(body)
	if !strings.Contains(follow, `type="email"`) || strings.Contains(follow, "forslag\" value") {
		t.Errorf("following: %s", follow)
	}
}

// petitions.md §2.2: what the page promises follows the sealer, in every
// language, and never says more than is true.
func TestPromise(t *testing.T) {
	nobody := map[string]string{page.Swedish: "Ingen på kommunen kan ta reda på", page.Easy: "Ingen på kommunen kan se att du har röstat", page.English: "Nobody at the municipality can find out"}
	operator := map[string]string{page.Swedish: "Den som sköter driften skulle kunna", page.Easy: "Den personen skulle kunna ta reda på det", page.English: "Whoever runs the computers could find out"}
	demo := map[string]string{page.Swedish: "demonstration", page.Easy: "Det här är ett prov", page.English: "This is a demonstration"}
	for name, c := range map[string]struct {
		promise    seal.Promise
		says, nots []map[string]string
	}{
		"D1":                    {seal.NewMAC(nil).Promise(), []map[string]string{operator}, []map[string]string{nobody, demo}},
		"D2":                    {seal.NewSplit(nil, nil, true).Promise(), []map[string]string{nobody}, []map[string]string{operator, demo}},
		"D2 in a demonstration": {seal.NewSplit(nil, nil, false).Promise(), []map[string]string{operator, demo}, []map[string]string{nobody}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSquare(t)
			s.promise = c.promise
			at := "/forslag/" + s.opened(bike)
			for _, lang := range page.Languages() {
				for _, words := range c.says {
					s.showsIn(lang, at, words[lang])
				}
				for _, words := range c.nots {
					s.showsIn(lang, at, "-"+words[lang])
				}
			}
		})
	}
}

// P-10, I-10: the box says what is kept, where and until when, and which keys
// there are.
func TestStored(t *testing.T) {
	s := newSquare(t)
	s.stored = pages.Stored{Second: "Sambruk ideell förening"}
	s.stored.Publication.Leaves = true
	at := "/forslag/" + s.opened(bike)
	s.shows(at, "Det här finns sparat nu", "En kod för varje röst", "Omröstningen slutar 20 februari 2027", "En del hos kommunen och en hos", "Sambruk ideell förening",
		"Bara i datorns minne", "Nyckeln finns aldrig i dem", "E-postadresser till dem som följer", "30 dagar efter slutet", "En lista med ett tal", "Läggs bland filerna för kontroll när rösterna är räknade", disposal, "-förstördes")
	s.shows(at, "-E-postadressen till den som lämnade förslaget")
	s.showsIn(page.English, at, "One part with the municipality and one with", "Only in the computer")
}

// P-10, P-18: the box also names the proposer's address and the numbers of each
// part of the municipality, while they are kept.
func TestStoredBesidesVotes(t *testing.T) {
	s := newSquare(t)
	s.mail = "siv@exempel.test"
	id := s.opened(bike)
	at := "/forslag/" + id
	s.shows(at, "E-postadressen till den som lämnade förslaget", "90 dagar efter slutet", "-siv@exempel.test",
		"Hur många röster varje del av kommunen har", "De exakta talen tills rösterna är räknade")
	s.closed(id, 3)
	s.stored.RowsDropped = s.clock.Now()
	s.later()
	s.shows(at, "E-postadressen till den som lämnade förslaget", "-De exakta talen")
}

// days are daily numbers of a petition that began fewer days ago than n.
func days(n int, each int64) []ballot.Day {
	var out []ballot.Day
	for i := range n {
		count := int64(i) * each
		d := ballot.Day{Day: start.AddDate(0, 0, i).Format(time.DateOnly), Count: count}
		if count < ballot.Floor {
			d.Count, d.Few = 0, true
		}
		out = append(out, d)
	}
	return out
}

// P-18: the graph is a named drawing with the same in a table, with the
// threshold, and nothing below the floor.
func TestGraph(t *testing.T) {
	s := newSquare(t)
	id := s.opened(bike)
	at := "/forslag/" + id
	s.shows(at, "Kurvan visas när det har kommit tillräckligt många röster", "-<polyline")
	s.series = days(40, 2)
	s.clock.Set(start.AddDate(0, 0, 40))
	s.votes.set(id, 90)
	body := s.shows(at, `<svg role="img" aria-labelledby="graf-titel graf-text"`, "<title id=\"graf-titel\">Rösterna dag för dag</title>",
		"Kurvan går från 6 röster 25 november 2026 till 90 röster 1 januari 2027. Gränsen är 500 röster.", "Den streckade linjen är gränsen: 500 röster.", "Från 22 november 2026 till 20 februari 2027.", "färre än 5", "Samma siffror som tabell")
	line := regexp.MustCompile(`<polyline points="([^"]*)"`).FindStringSubmatch(body)
	if line == nil || len(strings.Fields(line[1])) != 38 { // 40 days, 3 of them below the floor, and now
		t.Errorf("the line: %v", line)
	}
	if n := strings.Count(body, "färre än 5"); n != 3 {
		t.Errorf("%d days below the floor in the table", n)
	}
	if strings.Contains(body, "style=") {
		t.Error("a style that the content security policy stops")
	}
	s.votes.set(id, 2)
	s.series = days(3, 2)
	s.later()
	s.shows(at, "-<polyline", "Kurvan visas när")
	s.showsIn(page.English, at, "The line is shown when")
}

// P-18: districts are shown only when there are any to show, the others
// together.
func TestDistricts(t *testing.T) {
	s := newSquare(t)
	at := "/forslag/" + s.opened(bike)
	s.shows(at, "-Röster från olika delar")
	s.districts, s.others = []pages.District{{Name: "Centrum", Count: 120}, {Name: "<b>Väst</b>", Count: 25}}, 60
	s.later()
	s.shows(at, "Röster från olika delar", "Centrum", "120", "Övriga tillsammans", "60", "&lt;b&gt;Väst", "-<b>Väst")
}
