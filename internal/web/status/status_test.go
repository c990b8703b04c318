package status

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/switches"
	"medborgarnavet/internal/petition/uptime"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/page/pagetest"
	"medborgarnavet/internal/web/page/texttest"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/web/shelf"
)

// start is 10.00 in Sweden.
var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// M-48, P-01: every text is there in every language, plain, and shown somewhere;
// so is every reason why voting is held.
func TestTexts(t *testing.T) {
	var made []string
	for _, r := range closing.Reasons() {
		made = append(made, "status.reason."+r)
	}
	texttest.Texts{Add: Texts, Prefix: "status.", Least: 60, Made: made}.Check(t)
}

// tower is the page in front of a real record and a real database.
type tower struct {
	t        *testing.T
	db       *db.DB
	clock    *clock.Manual
	uptime   *uptime.Log
	switches *switches.Switches
	eid      error
	added    []Added
	books    *shelf.Shelf
	log      strings.Builder
	url      string
}

func newTower(t *testing.T) *tower {
	t.Helper()
	w := &tower{t: t, clock: clock.NewManual(start)}
	o := dbtest.SQLite(t)
	o.Clock = w.clock
	var err error
	if w.db, err = db.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.db.Close() })
	w.uptime = uptime.New(uptime.Options{DB: w.db, Clock: w.clock, Probes: map[string]func(context.Context) error{
		uptime.EID: func(context.Context) error { return w.eid }, uptime.Mail: func(context.Context) error { return nil }}})
	w.switches = switches.New(w.db, audit.New(w.db, keyringtest.New(t, w.clock), w.clock), w.clock)
	w.serve()
	return w
}

// serve is a new process in front of the same database.
func (w *tower) serve() {
	w.t.Helper()
	log := slog.New(slog.NewTextHandler(&w.log, nil))
	cat, err := page.NewCatalogue()
	if err == nil {
		err = Texts(cat)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	theme, err := page.BuiltInTheme("ekbacka")
	if err != nil {
		w.t.Fatal(err)
	}
	renderer, err := page.New(page.Options{Catalogue: cat, Themes: []*page.Theme{theme}})
	if err != nil {
		w.t.Fatal(err)
	}
	m := &page.Municipality{ID: "ekbacka", Name: "Ekbacka kommun", Theme: theme, Phone: "0000-12 34 56"}
	w.books = shelf.New(shelf.Options{Clock: w.clock, Log: log})
	w.t.Cleanup(w.books.Close)
	p, err := New(Deps{Renderer: renderer, Municipality: m, Clock: w.clock, Shelf: w.books, Log: log, Now: w.uptime.Now, Off: w.switches.Off,
		Report: w.uptime.Report, Outages: w.uptime.Outages,
		Added: func(context.Context, time.Time) ([]Added, error) { return w.added, nil }})
	if err != nil {
		w.t.Fatal(err)
	}
	fail := func(rw http.ResponseWriter, r *route.Request, err error) {
		_ = renderer.Problem(rw, r.Request, page.Data{Municipality: m}, err, r.ID)
	}
	router, err := route.New(route.Options{Clock: w.clock, Log: log, Fail: fail}, p.Routes())
	if err != nil {
		w.t.Fatal(err)
	}
	srv := httptest.NewServer(router)
	w.t.Cleanup(srv.Close)
	w.url = srv.URL
}

func (w *tower) beat(n int) {
	w.t.Helper()
	for range n {
		if err := w.uptime.Beat(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
		w.clock.Advance(time.Minute)
	}
}

// get asks, and gets nothing that was made before.
func (w *tower) get(path, lang string) (*http.Response, string) {
	w.t.Helper()
	w.books.Forget("status")
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.url+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "sprak", Value: lang})
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		pagetest.Check(w.t, text, lang)
		if dir := os.Getenv("STATUS_PAGES"); dir != "" { // to look at
			name := strings.NewReplacer("/", "-").Replace(w.t.Name()) + "-" + lang + ".html"
			_ = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
	}
	return resp, strings.ReplaceAll(string(text), "\u00a0", " ")
}

func (w *tower) want(text string, parts ...string) {
	w.t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			w.t.Errorf("the page lacks %q:\n%s", part, text)
		}
	}
}

// P-01: a page without login tells how it is and has been, in every language,
// and the same for programs.
func TestPage(t *testing.T) {
	w := newTower(t)
	w.beat(10)
	w.eid = errors.New("away")
	w.beat(3)
	w.eid = nil
	w.clock.Advance(7 * time.Minute) // the program is dead
	w.beat(5)
	w.added = []Added{{Petition: "01J00000000000000000000000", Title: "Lekplats i <Ekbacka>", Reason: "outage", From: start.Add(13 * time.Minute), By: 7 * time.Minute}}
	_, text := w.get(Path, page.Swedish)
	w.want(text, "Allt fungerar", "Senaste 365 dagarna", "72,00 %", "60,00 %", "83,33 %", "7 minuter", "3 minuter", "22 november 2026 kl. 10.00",
		"Lekplats i &lt;Ekbacka&gt;", `href="/forslag/01J00000000000000000000000"`, "Planerade stopp räknas som avbrott")
	for lang, word := range map[string]string{page.English: "72.00%", "sv-x-lattlast": "Så ofta har det fungerat"} {
		if _, text := w.get(Path, lang); !strings.Contains(text, word) {
			t.Errorf("%s lacks %q", lang, word)
		}
	}
	resp, raw := w.get(APIPath, page.Swedish)
	var got wireStatus
	if err := json.Unmarshal([]byte(raw), &got); err != nil {
		t.Fatal(err)
	}
	if resp.Header.Get("Content-Type") != "application/json" || !got.Fresh || len(got.Availability) != 3 || got.Availability[0].Sums[0] != (wireCount{"own", 25, 18}) ||
		len(got.Outages) != 2 || got.Outages[0].Part != "service" || got.Added[0].Seconds != 420 || len(got.Now.Parts) != 4 {
		t.Errorf("%+v", got)
	}
	if resp.Header.Get("Etag") == "" || !strings.Contains(resp.Header.Get("Cache-Control"), "stale-if-error") {
		t.Errorf("headers %v", resp.Header)
	}
}

// P-01: an e-ID that is away is told apart from us, and what is switched off
// is told with its words.
func TestWhatIsAway(t *testing.T) {
	w := newTower(t)
	if _, text := w.get(Path, page.Swedish); !strings.Contains(text, "Vi vet inte just nu") {
		t.Error("something is known before the first minute")
	}
	w.beat(2)
	w.eid = errors.New("away")
	w.beat(1)
	_, text := w.get(Path, page.Swedish)
	w.want(text, "Något fungerar inte just nu", "Den sköts av andra än kommunen", "Pågår")
	w.eid = nil
	w.beat(1)
	if err := w.switches.Set(t.Context(), "actor", switches.Vote, false, "Vi byter <server>."); err != nil {
		t.Fatal(err)
	}
	_, text = w.get(Path, page.Swedish)
	w.want(text, "En del är avstängt", "Det går inte att rösta", "Vi byter &lt;server&gt;.")
	if _, raw := w.get(APIPath, page.Swedish); !strings.Contains(raw, `"feature":"vote"`) {
		t.Errorf("programs are not told: %s", raw)
	}
}

// P-01: the page survives a dead database, with what was last known and when;
// also in a process that never read it.
func TestDeadDatabase(t *testing.T) {
	w := newTower(t)
	w.beat(10)
	if _, text := w.get(Path, page.Swedish); !strings.Contains(text, "100,00 %") {
		t.Error("no figures")
	}
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Minute)
	resp, text := w.get(Path, page.Swedish)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d", resp.StatusCode)
	}
	w.want(text, "Vi når inte databasen just nu. Siffrorna är från", "22 november 2026 kl. 10.10", "100,00 %", "Något fungerar inte just nu")
	if _, raw := w.get(APIPath, page.Swedish); !strings.Contains(raw, `"fresh":false`) || !strings.Contains(raw, `{"part":"database","up":false}`) {
		t.Errorf("programs are not told: %s", raw)
	}
	w.serve()
	_, text = w.get(Path, page.Swedish)
	w.want(text, "Därför kan vi inte visa några siffror")
	if strings.Contains(w.log.String(), "closed") {
		t.Error("the log tells more than the kind of a fault")
	}
}

// I-17: nothing about who asks is in what is kept or logged, and the pages of
// two languages are not mixed up.
func TestNobodyIsToldApart(t *testing.T) {
	w := newTower(t)
	w.beat(1)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+Path+"?q=hemligt", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: route.CitizenCookie, Value: "hemligt"})
	req.AddCookie(&http.Cookie{Name: "utseende", Value: "dark"})
	req.Header.Set("User-Agent", "hemligt")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || strings.Contains(string(text), "hemligt") || strings.Contains(w.log.String(), "hemligt") {
		t.Errorf("something of the reader is left (%v)", err)
	}
	if !strings.Contains(resp.Header.Get("Vary"), "Cookie") || !strings.Contains(string(text), "dark") {
		t.Errorf("Vary %q", resp.Header.Get("Vary"))
	}
	_, sv := w.get(Path, page.Swedish)
	_, en := w.get(Path, page.English)
	if !strings.Contains(sv, "Allt fungerar") || !strings.Contains(en, "Everything works") {
		t.Error("languages are mixed up")
	}
}

// Times are told in words without being rounded up.
func TestLength(t *testing.T) {
	cat, err := page.NewCatalogue()
	if err == nil {
		err = Texts(cat)
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := page.New(page.Options{Catalogue: cat})
	if err != nil {
		t.Fatal(err)
	}
	for d, want := range map[time.Duration]string{
		0: "0 minuter", 20 * time.Second: "mindre än en minut", time.Minute: "1 minut", 59*time.Minute + 59*time.Second: "59 minuter",
		time.Hour: "1 timme", 61 * time.Minute: "1 timme 1 minut", 24 * time.Hour: "1 dag", 50*time.Hour + 59*time.Minute: "2 dagar 2 timmar",
	} {
		if got, err := r.Text(page.Swedish, length(d)); err != nil || strings.ReplaceAll(got, "\u00a0", " ") != want {
			t.Errorf("%v: %q (%v), want %q", d, got, err, want)
		}
	}
	if got, ok := share(uptime.Availability{Minutes: 525600, Up: 525599}, page.Swedish).(page.Msg); !ok || got.Args[1] != "99,99" {
		t.Errorf("a lost minute is rounded away: %v", got)
	}
}
