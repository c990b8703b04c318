package petition_test

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/mail"
	"medborgarnavet/internal/outbox"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/tally"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/page/pagetest"
	pages "medborgarnavet/internal/web/petition"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/web/shelf"
)

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

const (
	maja     = "maja.moderator"
	hanna    = "hanna.handler"
	sten     = "sten.steward"
	disposal = "KS 2026/114, kommunstyrelsen 2026-10-05"
)

// staff are this municipality's.
type staff map[string][]petition.Role

func (s staff) Staff(_ context.Context, id string) (petition.Staff, error) {
	if roles, ok := s[id]; ok {
		return petition.Staff{ID: id, Actor: "pseudonym of " + id, Roles: roles}, nil
	}
	return petition.Staff{}, fault.ErrNotFound
}

// counts stand in the place of those that take votes: a test says how many
// there are.
type counts struct {
	mu sync.Mutex
	n  map[string]int64
}

func (c *counts) Open(context.Context, petition.Opening) error { return nil }
func (c *counts) Stop(context.Context, string) error           { return nil }
func (c *counts) Shown(context.Context, *db.Tx, []string) (map[string]int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n, nil
}

func (c *counts) set(id string, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n = map[string]int64{id: n}
}

// square is the pages behind their router, on real petitions in a real
// database. What the packages below tell is what a test says.
type square struct {
	*petition.Petitions
	t         *testing.T
	url       string
	clock     *clock.Manual
	db        *db.DB
	ring      *keyring.Ring
	votes     *counts
	shelf     *shelf.Shelf
	pages     *pages.Pages
	router    *route.Router
	log       *strings.Builder
	off       []string
	promise   seal.Promise
	stored    pages.Stored
	series    []ballot.Day
	districts []pages.District
	others    int64
	files     []tally.File
	leaves    []byte
	pdf       []byte
	once      int
	mail      string // of who proposes
}

func newSquare(t *testing.T, change ...func(*petition.Settings)) *square {
	t.Helper()
	s := &square{t: t, clock: clock.NewManual(start), votes: &counts{}, log: &strings.Builder{}, promise: seal.NewMAC(nil).Promise()}
	o := dbtest.SQLite(t)
	o.Clock = s.clock
	var err error
	s.db, err = db.Open(t.Context(), o)
	s.ok(err)
	t.Cleanup(func() { _ = s.db.Close() })
	s.ring = keyringtest.New(t, s.clock)
	set := petition.Defaults()
	set.Board, set.Series, set.Threshold.Votes, set.PerTenMinutes, set.PerDay = "kommunstyrelsen", "KS", 500, 1000, 1000
	for _, f := range change {
		f(&set)
	}
	box := outbox.New(s.db, nil)
	s.Petitions, err = petition.New(petition.Options{DB: s.db, Ring: s.ring, Audit: audit.New(s.db, s.ring, s.clock), Outbox: box,
		Mail:  mail.New(mail.Options{DB: s.db, Ring: s.ring, Outbox: box, Clock: s.clock, Sender: mail.SMTP{Host: "localhost", From: "noreply@ekbacka.example"}}),
		Clock: s.clock, Voting: s.votes, Settings: set, Municipality: "Ekbacka kommun",
		Directory: staff{maja: {petition.RoleModerator}, hanna: {petition.RoleHandler}, sten: {petition.RoleSteward}},
		Link: func(kind petition.Link, value string) string {
			return "https://ekbacka.example/" + string(kind) + "/" + value
		}})
	s.ok(err)
	s.serve()
	return s
}

// serve sets up shelf, pages and router.
func (s *square) serve() {
	s.t.Helper()
	s.shelf = shelf.New(shelf.Options{Clock: s.clock, Patience: 5 * time.Second})
	s.t.Cleanup(s.shelf.Close)
	searches := shelf.New(shelf.Options{Clock: s.clock, Max: 20})
	s.t.Cleanup(searches.Close)
	renderer, municipality := s.looks()
	var err error
	s.pages, err = pages.New(pages.Deps{Renderer: renderer, Municipality: municipality, Clock: s.clock, Petitions: s.Petitions, Shelf: s.shelf,
		Searches: searches,
		On:       func(name string) bool { return !slices.Contains(s.off, name) },
		Promise:  func(context.Context, string) (seal.Promise, error) { return s.promise, nil },
		Stored:   func(context.Context, string) (pages.Stored, error) { return s.stored, nil },
		Series:   func(context.Context, string) ([]ballot.Day, error) { return s.series, nil },
		Districts: func(context.Context, string) ([]pages.District, int64, error) {
			return s.districts, s.others, nil
		},
		Files: func(context.Context, string) ([]tally.File, error) { return s.files, nil },
		Leaves: func(_ context.Context, id string) (tally.File, error) {
			if s.leaves == nil {
				return tally.File{}, fault.ErrNotFound
			}
			return tally.File{Name: id + "-leaves.txt", Data: s.leaves}, nil
		},
		ErasureReport: func(context.Context, string) ([]byte, error) {
			if s.pdf == nil {
				return nil, fault.ErrNotFound
			}
			return s.pdf, nil
		},
		PublicKey: hexOf(s)})
	s.ok(err)
	fail := func(w http.ResponseWriter, r *route.Request, err error) {
		if err := renderer.Problem(w, r.Request, page.Data{Municipality: municipality, Lang: page.LangOf(r.Request)}, err, r.ID); err != nil {
			s.t.Error(err)
		}
	}
	s.router, err = route.New(route.Options{Clock: s.clock, Log: slog.New(slog.NewTextHandler(s.log, nil)), Fail: fail}, s.pages.Routes())
	s.ok(err)
	mux := http.NewServeMux()
	mux.Handle("/", s.router)
	mux.Handle("GET "+page.AssetsPath, renderer.Assets())
	srv := httptest.NewServer(mux)
	s.t.Cleanup(srv.Close)
	s.url = srv.URL
}

func (s *square) looks() (*page.Renderer, *page.Municipality) {
	s.t.Helper()
	cat, err := page.NewCatalogue()
	s.ok(err)
	s.ok(pages.Texts(cat))
	theme, err := page.BuiltInTheme("ekbacka")
	s.ok(err)
	r, err := page.New(page.Options{Catalogue: cat, Themes: []*page.Theme{theme}})
	s.ok(err)
	return r, &page.Municipality{ID: "ekbacka", Name: "Ekbacka kommun", Theme: theme, Phone: "0000-12 34 56"}
}

func hexOf(s *square) string { return hex.EncodeToString(s.key()) }

func (s *square) key() ed25519.PublicKey { return s.ring.Public(tally.Purpose) }

func (s *square) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

var bike = petition.Text{Title: "Bygg en cykelväg till badet", What: "Jag vill att kommunen bygger en cykelväg mellan Ekbacka och badplatsen.\n\nDen ska ha belysning.", Why: "I dag är det farligt för barnen."}

func (s *square) received(text petition.Text) petition.Received {
	s.t.Helper()
	s.once++
	got, err := s.Receive(s.t.Context(), petition.Proposal{Text: text, Mail: s.mail, From: "192.0.2.7", Once: "form-key-0123456789-" + strings.Repeat("x", s.once)})
	s.ok(err)
	s.ok(s.CheckOut(s.t.Context(), maja, got.ID, false))
	return got
}

// opened makes a petition that is open for votes.
func (s *square) opened(text petition.Text) string {
	s.t.Helper()
	return s.planned(text, time.Time{})
}

func (s *square) planned(text petition.Text, opens time.Time) string {
	s.t.Helper()
	got := s.received(text)
	s.ok(s.Accept(s.t.Context(), maja, got.ID, petition.Decision{Version: 1}))
	s.ok(s.Publish(s.t.Context(), maja, got.ID, petition.Publication{Disposal: disposal, Sealer: "Sambruk", OpensAt: opens}))
	return got.ID
}

// voting tells the petition what has happened to its voting.
func (s *square) voting(id string, count int64, moves ...petition.Move) {
	s.t.Helper()
	for _, m := range moves {
		s.ok(s.FollowVoting(s.t.Context(), petition.VotingEvent{Petition: id, Key: string(m), Move: m, Count: count}))
	}
}

func (s *square) closed(id string, count int64) {
	s.t.Helper()
	s.voting(id, count, petition.MoveClose, petition.MoveCount, petition.MoveErase)
}

func (s *square) step(id string, step petition.Step) {
	s.t.Helper()
	s.ok(s.Progress(s.t.Context(), hanna, id, step))
}

// later lets every page be made anew.
func (s *square) later() { s.clock.Advance(10 * time.Minute) }

// get reads a page in a language, whose promises hold.
func (s *square) get(lang, path string, header ...string) (*http.Response, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	s.ok(err)
	req.AddCookie(&http.Cookie{Name: "sprak", Value: lang})
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	s.ok(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	s.ok(err)
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		pagetest.Check(s.t, body, lang)
	}
	return resp, string(body)
}

// directions sets figures and names apart in a page; a reader does not see it.
var directions = regexp.MustCompile(`</?bdi[^>]*>`)

// shows wants a page in Swedish that says each of the words, in order of
// nothing, and none that begins with "-".
func (s *square) shows(path string, words ...string) string {
	s.t.Helper()
	return s.showsIn(page.Swedish, path, words...)
}

func (s *square) showsIn(lang, path string, words ...string) string {
	s.t.Helper()
	resp, body := s.get(lang, path)
	if resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %d", path, resp.StatusCode)
	}
	said := directions.ReplaceAllString(strings.ReplaceAll(body, "\u00a0", " "), "")
	for _, w := range words {
		if unwanted, no := strings.CutPrefix(w, "-"); no && strings.Contains(said, unwanted) {
			s.t.Errorf("%s %s says %q", lang, path, unwanted)
		} else if !no && !strings.Contains(said, w) {
			s.t.Errorf("%s %s does not say %q", lang, path, w)
		}
	}
	return said
}

func (s *square) status(want int, path string) {
	s.t.Helper()
	if resp, _ := s.get(page.Swedish, path); resp.StatusCode != want {
		s.t.Errorf("%s: %d, want %d", path, resp.StatusCode, want)
	}
}

// listen serves a handler and gives its address.
func (s *square) listen(h http.Handler) string {
	srv := httptest.NewServer(h)
	s.t.Cleanup(srv.Close)
	return srv.URL
}

// rate is how many answers a second eight readers get.
func (s *square) rate(url string, d time.Duration) float64 {
	s.t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 8}}
	defer client.CloseIdleConnections()
	begun, n := time.Now(), make([]int, 8)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			for time.Since(begun) < d {
				resp, err := client.Get(url)
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
				n[i]++
			}
		})
	}
	wg.Wait()
	sum := 0
	for _, one := range n {
		sum += one
	}
	return float64(sum) / time.Since(begun).Seconds()
}
