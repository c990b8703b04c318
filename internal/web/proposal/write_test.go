package proposal

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// with is a form with some fields changed.
func with(v url.Values, pairs ...string) url.Values {
	out := maps.Clone(v)
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = []string{pairs[i+1]}
	}
	return out
}

// P-05, P-19: without a login and with nothing stored in the browser somebody
// writes, looks it over, changes it, sends it, and gets a number and a link.
func TestPropose(t *testing.T) {
	h := newHall(t, nil)
	for _, lang := range page.Languages() {
		h.want(200, h.do(lang, "GET", Path, nil))
	}
	first := h.want(200, h.get(Path))
	first.says(t, "Du behöver inte logga in", "blir en allmän handling", "diarienummer", "Är du under 16 år", "Felanmälan", "0000-12 34 56", "Högst 1 000 tecken",
		"bekräftar adressen inom 48 timmar", "90 dagar efter", "de senaste 12 månaderna", "Får det 100 röster")
	preview := h.want(200, h.do(page.Swedish, "POST", previewPath, h.written(bike)))
	preview.says(t, "Granska ditt förslag", "Bygg en cykelväg till badet", "inte inskickat än", "allmän handling")
	again := h.want(200, h.do(page.Swedish, "POST", Path, preview.form(t, sendPath)))
	for k, want := range bike {
		if got := again.form(t, previewPath); got.Get(k) != want[0] {
			t.Errorf("%s came back as %q", k, got.Get(k))
		}
	}
	receipt := h.want(200, h.do(page.Swedish, "POST", sendPath, preview.form(t, sendPath)))
	receipt.says(t, "KS 2026-000001", "22 november 2026 kl. 10.30", "innan det visas", "7 dagar", "Länken visas bara nu", site+OwnPath)
	own := h.want(200, h.get(OwnPath+h.secret(receipt)))
	own.says(t, "Väntar på att bli läst", "KS 2026-000001", "Bygg en cykelväg till badet", "Väntas senast den 29 november 2026")
	for path, want := range map[string]string{previewPath: Path, sendPath: thanksPath} { // from the choice of language
		if a := h.want(303, h.get(path)); a.Header.Get("Location") != want {
			t.Errorf("%s leads to %s", path, a.Header.Get("Location"))
		}
	}
	h.want(200, h.get(thanksPath)).says(t, "Kvittot visas bara en gång")
}

// P-05, P-18: every route is open, and none leaves a trace of who came.
func TestRoutesAreDiscreet(t *testing.T) {
	for _, r := range (&Pages{}).Routes() {
		if r.Access != route.Public || !r.Discreet {
			t.Errorf("%s: %s, discreet %t", r.Pattern, r.Access, r.Discreet)
		}
	}
}

// P-05, P-19: whatever is sent gets the right status and words that say what to
// mend, everything that was written stands there still, and none of it is
// mark-up.
func TestWhatIsWrongIsSaid(t *testing.T) {
	h := newHall(t, func(s *petition.Settings) { s.Durations = []petition.Duration{{Months: 3}, {Months: 1, Days: 15}} })
	good := with(h.written(bike), fieldDuration, "3-0")
	tests := []struct {
		name, field, value string
		status             int
		says               string
	}{
		{"good", fieldTitle, "Cykelväg", 200, "3 månader"},
		{"empty title", fieldTitle, "", 422, "Skriv en rubrik, till exempel: Bygg en cykelväg till badet."},
		{"spaces", fieldWhat, " \r\n ", 422, "Skriv vad du vill att kommunen ska göra."},
		{"one too many", fieldTitle, strings.Repeat("å", 101), 422, "Ta bort minst 1 tecken ur rubriken. Den får vara högst 100."},
		{"far too many", fieldWhy, strings.Repeat("a\r\nb", 3000), 422, "Ta bort minst 6 000 tecken ur texten om varför. Den får vara högst 3 000."},
		{"100 000 of them", fieldWhat, strings.Repeat("å", 100_000), 422, "Ta bort minst 99 000 tecken ur texten om vad du vill."},
		{"emoji alone", fieldTitle, "🚲🚲", 422, "Skriv rubriken med ord."},
		{"emoji", fieldTitle, "Cykel 🚲 👨‍👩‍👧 ❤️", 200, "Cykel 🚲 👨‍👩‍👧 ❤️"},
		{"bidi override", fieldTitle, "Bygg \u202egäv", 422, "Rubriken har ett tecken som inte går att visa."},
		{"Arabic", fieldTitle, "طريق للدراجات", 200, "طريق للدراجات"},
		{"NUL", fieldWhat, "en\x00väg till badet", 422, "Texten om vad du vill har ett tecken som inte går att visa."},
		{"not UTF-8", fieldWhy, "d\xe4rf\xf6r att", 422, "Texten om varför har ett tecken som inte går att visa."},
		{"HTML", fieldWhat, `<script>alert(1)</script> "onclick='x' </textarea><b>fet`, 200, `<script>alert(1)</script> "onclick='x' </textarea><b>fet`},
		{"SQL", fieldTitle, "'; DROP TABLE petition; --", 200, "'; DROP TABLE petition; --"},
		{"address", fieldMail, "bo", 422, "Skriv e-postadressen så här: namn@exempel.se."},
		{"header", fieldMail, "bo@test.example\r\nBcc: a@test.example", 422, "Skriv e-postadressen så här"},
		{"two addresses", fieldMail, "bo@test.example, a@test.example", 422, "Skriv e-postadressen så här"},
		{"long address", fieldMail, strings.Repeat("b", 300) + "@test.example", 422, "Skriv e-postadressen så här"},
		{"no duration", fieldDuration, "", 422, "Välj hur länge man ska kunna rösta."},
		{"made up duration", fieldDuration, "99-0", 422, "Välj hur länge man ska kunna rösta."},
		{"the other duration", fieldDuration, "1-15", 200, "1 månad och 15 dagar"},
	}
	for _, tc := range tests {
		form := with(good, tc.field, tc.value)
		for _, path := range []string{previewPath, sendPath} {
			if path == sendPath && tc.status == 200 {
				continue
			}
			a := h.do(page.Swedish, "POST", path, form)
			if a.StatusCode != tc.status {
				t.Errorf("%s: %s answers %d, want %d: %s", tc.name, path, a.StatusCode, tc.status, a.text())
				continue
			}
			a.says(t, tc.says)
			kept := sendPath
			if tc.status != 200 {
				kept = previewPath
			}
			back := a.form(t, kept)
			for _, field := range []string{fieldTitle, fieldWhat, fieldWhy, fieldMail, fieldOnce} {
				want := strings.ReplaceAll(strings.ToValidUTF8(form.Get(field), "\uFFFD"), "\x00", "\uFFFD")
				if got := back.Get(field); plain(got) != plain(want) {
					t.Errorf("%s: %s came back as %.60q, was %.60q", tc.name, field, got, want)
				}
			}
		}
	}
	if a := h.want(422, h.do(page.English, "POST", previewPath, with(good, fieldTitle, "", fieldWhat, ""))); !strings.Contains(a.text(), "Write a title") {
		t.Errorf("in English it says %s", a.text())
	}
}

// plain takes away what a browser's way with line ends changes.
func plain(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
}

// P-01: what is too large for a form is read to its end and answered in words.
func TestTooLarge(t *testing.T) {
	h := newHall(t, nil)
	secret := h.sent(bike)
	for _, path := range []string{Path, previewPath, sendPath, OwnPath + secret + "/komplettera"} {
		a := h.want(413, h.do(page.Swedish, "POST", path, with(bike, fieldWhat, strings.Repeat("cykelväg ", 10<<20/10))))
		a.says(t, "Det du skickade är för långt", "högst 4 100 tecken", "0000-12 34 56")
	}
	for kind, body := range map[string]string{"text/plain": "rubrik=x", "multipart/form-data; boundary=x": "--x--", "application/x-www-form-urlencoded": "rubrik=%zz"} {
		req, err := http.NewRequestWithContext(t.Context(), "POST", h.url+previewPath, bytes.NewReader([]byte(body)))
		h.ok(err)
		req.Header.Set("Content-Type", kind)
		h.want(400, h.send(req, page.Swedish))
	}
}

// ux.md P13: what is like it is shown while writing and before sending, without
// script, and what was settled lately is said to be.
func TestSimilar(t *testing.T) {
	h := newHall(t, nil)
	id, _ := h.published(bike)
	show := func() answer {
		t.Helper()
		return h.want(200, h.do(page.Swedish, "POST", Path, with(h.written(url.Values{fieldTitle: {"Cykelvägar till badplatsen"}}), fieldSimilar, "ja")))
	}
	a := show()
	a.says(t, "Förslag som liknar ditt", "Bygg en cykelväg till badet", "Röstas på nu", "öppnas i en ny flik")
	if !strings.Contains(a.body, `href="/forslag/`+id+`" target="_blank" rel="noopener"`) || a.form(t, previewPath).Get(fieldTitle) != "Cykelvägar till badplatsen" {
		t.Errorf("no link, or the text is lost: %s", a.body)
	}
	if strings.Contains(a.text(), "avgjordes nyligen") || strings.Contains(h.get(Path).text(), "Förslag som liknar ditt") {
		t.Error("it says what is not so")
	}
	h.want(200, h.do(page.Swedish, "POST", previewPath, h.written(bike))).says(t, "Förslag som liknar ditt", "Röstas på nu")
	none := with(h.written(url.Values{fieldTitle: {"Ny brandstation"}}), fieldSimilar, "ja")
	h.want(200, h.do(page.Swedish, "POST", Path, none)).says(t, "Vi hittade inga förslag som liknar ditt")
	for _, m := range []petition.Move{petition.MoveClose, petition.MoveCount, petition.MoveErase} {
		h.ok(h.FollowVoting(t.Context(), petition.VotingEvent{Petition: id, Key: string(m), Move: m, Count: 7}))
	}
	show().says(t, "Fick för få röster", "Frågan avgjordes nyligen")
	h.turn(featureSearch, true)
	if a := show(); strings.Contains(a.text(), "liknar ditt") || strings.Contains(a.body, "Visa liknande") {
		t.Error("the search is switched off and shown")
	}
}

// P-15: what looks like personal data is pointed out before it is sent, and
// does not hinder.
func TestFindings(t *testing.T) {
	h := newHall(t, nil)
	a := h.want(200, h.do(page.Swedish, "POST", previewPath, h.written(with(bike, fieldWhat, "Fråga 19850709-9805 eller mig på 070-123 45 67.", fieldWhy, "Skriv till bo@test.example"))))
	a.says(t, "Det ser ut som ett personnummer i texten om vad du vill.", "Det ser ut som ett telefonnummer i texten om vad du vill.", "Det ser ut som en e-postadress i texten om varför.")
	if a := h.do(page.Swedish, "POST", previewPath, h.written(bike)); strings.Contains(a.text(), "Titta på det här") {
		t.Error("it warns of nothing")
	}
}

// P-05: a form that is sent twice, or whose receipt is read again, is one
// proposal; one that was changed after it was sent is another.
func TestDoublePost(t *testing.T) {
	h := newHall(t, nil)
	form := h.want(200, h.do(page.Swedish, "POST", previewPath, h.written(bike))).form(t, sendPath)
	links := map[string]bool{}
	for _, words := range []string{"Länken visas bara nu", "Du har redan skickat in det här"} {
		a := h.want(200, h.do(page.Swedish, "POST", sendPath, form))
		a.says(t, "KS 2026-000001", words)
		links[h.secret(a)] = true
	}
	for secret := range links {
		h.want(200, h.get(OwnPath+secret)).says(t, "KS 2026-000001")
	}
	if len(links) != 2 {
		t.Error("one link was shown twice: it is kept somewhere")
	}
	h.want(200, h.do(page.Swedish, "POST", sendPath, with(form, fieldWhy, "Något annat."))).says(t, "KS 2026-000002")
	var all sync.WaitGroup // at the same moment
	third := with(form, fieldWhy, "En gång till.").Encode()
	for range 6 {
		all.Go(func() {
			resp, err := http.Post(h.url+sendPath, "application/x-www-form-urlencoded", strings.NewReader(third))
			if err != nil {
				t.Error(err)
				return
			}
			_ = resp.Body.Close()
			if resp.StatusCode != 200 {
				t.Errorf("one of them got %d", resp.StatusCode)
			}
		})
	}
	all.Wait()
	if n := h.count("petition"); n != 3 {
		t.Errorf("%d proposals", n)
	}
	h.clock.Advance(time.Hour)
	h.want(409, h.do(page.Swedish, "POST", sendPath, form)).says(t, "Förslaget är redan inskickat")
}

// P-18: a program that fills in every field sends nothing, and a person whose
// browser did it sends at the second try.
func TestTrap(t *testing.T) {
	h := newHall(t, nil)
	form := with(h.written(bike), fieldTrap, "https://spam.example")
	for _, path := range []string{previewPath, sendPath} {
		a := h.want(422, h.do(page.Swedish, "POST", path, form))
		a.says(t, "Skicka en gång till", "Det du skrev finns kvar")
		again := a.form(t, previewPath)
		if again.Get(fieldTrap) != "" || again.Get(fieldTitle) != bike.Get(fieldTitle) || again.Get(fieldOnce) == form.Get(fieldOnce) {
			t.Errorf("the form is %v", again)
		}
		h.want(200, h.do(page.Swedish, "POST", previewPath, again))
	}
	for _, key := range []string{"", "short", strings.Repeat("k", 300)} {
		h.want(422, h.do(page.Swedish, "POST", sendPath, with(h.written(bike), fieldOnce, key)))
	}
	if hidden := strings.Contains(h.get(Path).body, `<div hidden><label for="f-webbplats">`); !hidden {
		t.Error("people meet the trap")
	}
	if secret := h.sent(bike); secret == "" || !strings.Contains(h.get(OwnPath+secret).text(), "KS 2026-000001") {
		t.Error("something was received before")
	}
}

// P-18: more than the limit gets 429, in words that say how else to send, and
// nothing that was written is lost.
func TestTooOften(t *testing.T) {
	h := newHall(t, func(s *petition.Settings) { s.PerTenMinutes, s.MailsPerDay = 2, 1 })
	h.sent(bike)
	h.sent(with(bike, fieldMail, "bo@test.example"))
	preview := h.want(200, h.do(page.Swedish, "POST", previewPath, h.written(bike)))
	a := h.want(429, h.do(page.Swedish, "POST", sendPath, preview.form(t, sendPath)))
	a.says(t, "Förslaget är inte inskickat", "Vänta tio minuter", "0000-12 34 56", "kommun@ekbacka.example", "finns kvar")
	if a.Header.Get("Retry-After") == "" {
		t.Error("it does not say when to try again")
	}
	h.clock.Advance(11 * time.Minute)
	h.want(200, h.do(page.Swedish, "POST", sendPath, a.form(t, sendPath)))
	h.from = "192.0.2.8"
	often := h.want(429, h.do(page.Swedish, "POST", sendPath, with(a.form(t, sendPath), fieldMail, "Bo+x@test.example", fieldWhy, "")))
	often.says(t, "Vi har redan skickat flera mejl till adressen i dag", "skicka in utan adress")
	h.want(200, h.do(page.Swedish, "POST", sendPath, with(often.form(t, sendPath), fieldMail, "")))
}

// P-01: a switch closes the door in words, and so does a database that is away;
// what was written stands on the page, and in no log.
func TestClosedAndBroken(t *testing.T) {
	h := newHall(t, nil)
	secret := h.sent(bike)
	form := h.want(200, h.do(page.Swedish, "POST", previewPath, h.written(bike))).form(t, sendPath)
	h.turn(featureMail, true)
	if strings.Contains(h.want(200, h.get(Path)).body, `name="`+fieldMail+`"`) {
		t.Error("an address is asked for that no letter reaches")
	}
	h.turn(featurePropose, true)
	h.want(503, h.get(Path)).says(t, "Just nu går det inte att lämna förslag", "0000-12 34 56", "Se läget för tjänsten")
	for _, path := range []string{Path, previewPath, sendPath} {
		h.want(503, h.do(page.Swedish, "POST", path, form)).says(t, "Här är det du skrev", "farligt för barnen")
	}
	h.turn(featurePropose, false)
	h.ok(h.db.Close())
	h.want(200, h.get(Path))
	h.want(200, h.do(page.Swedish, "POST", Path, with(form, fieldSimilar, "ja"))).says(t, "Just nu går det inte att söka")
	h.want(503, h.do(page.Swedish, "POST", OwnPath+secret+"/komplettera", with(form, fieldVersion, "1"))).says(t, "Texten sparades inte", "farligt för barnen")
	a := h.want(503, h.do(page.Swedish, "POST", sendPath, form))
	a.says(t, "Vi kunde inte ta emot förslaget", "Förslaget är inte inskickat", "farligt för barnen")
	if a.form(t, sendPath).Get(fieldOnce) != form.Get(fieldOnce) {
		t.Error("the form that comes back is another one")
	}
	log := h.log.String()
	if !strings.Contains(log, "could not be received") {
		t.Errorf("nobody is told: %s", log)
	}
	for _, bad := range []string{"cykel", "barnen", form.Get(fieldOnce), h.from, secret} {
		if strings.Contains(log, bad) {
			t.Errorf("the log holds %q: %s", bad, log)
		}
	}
}

// Settings are what the page says: a fixed time, an age, what is asked.
func TestSettingsAreSaid(t *testing.T) {
	for i, tc := range []struct {
		change func(*petition.Settings)
		says   string
	}{
		{func(s *petition.Settings) { s.GuardianBelow = 0 }, "Alla får lämna förslag, även barn och unga."},
		{func(s *petition.Settings) { s.QuarantineMonths = 0 }, "Samma fråga ska inte redan vara på gång."},
		{func(s *petition.Settings) { s.Durations = []petition.Duration{{Days: 1}} }, "går det att rösta på det i 1 dag."},
		{func(s *petition.Settings) { s.MailRequired = true }, "Med en bekräftad adress börjar vi läsa förslaget tidigare."},
		{func(s *petition.Settings) { s.Threshold = petition.Threshold{PerMille: 1, Population: 77_000} }, "Får det 77 röster"},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			h := newHall(t, tc.change)
			h.want(200, h.get(Path)).says(t, tc.says)
		})
	}
}
