package opendata

import (
	"bytes"
	"context"
	"encoding/json"
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
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/mail"
	"medborgarnavet/internal/outbox"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/web/shelf"
)

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

const base = "https://ekbacka.example"

// booth gives the counts that a test says.
type booth struct{ counts map[string]int64 }

func (b *booth) Open(context.Context, petition.Opening) error { return nil }
func (b *booth) Stop(context.Context, string) error           { return nil }
func (b *booth) Shown(context.Context, *db.Tx, []string) (map[string]int64, error) {
	return b.counts, nil
}

type staff struct{}

func (staff) Staff(_ context.Context, id string) (petition.Staff, error) {
	if id != "maja" {
		return petition.Staff{}, fault.ErrNotFound
	}
	return petition.Staff{ID: id, Actor: "pseudonym", Roles: []petition.Role{petition.RoleModerator, petition.RoleSteward}}, nil
}

// office is the interface and the page in front of a real database with the
// documented example in it: a petition that is carried out, one below the
// threshold, one rejected, and one that is open.
type office struct {
	*petition.Petitions
	t     *testing.T
	db    *db.DB
	clock *clock.Manual
	booth *booth
	open  string // id of the open one
	off   bool
	days  []Day
	log   bytes.Buffer
	url   string
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, clock: clock.NewManual(start), booth: &booth{}}
	options := dbtest.SQLite(t)
	options.Clock = o.clock
	var err error
	if o.db, err = db.Open(t.Context(), options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.db.Close() })
	o.life()
	o.fill()
	o.serve()
	return o
}

func (o *office) life() {
	o.t.Helper()
	ring := keyringtest.New(o.t, o.clock)
	box := outbox.New(o.db, nil)
	set := petition.Defaults()
	set.Board, set.Series = "kommunstyrelsen", "KS"
	var err error
	o.Petitions, err = petition.New(petition.Options{DB: o.db, Ring: ring, Audit: audit.New(o.db, ring, o.clock), Outbox: box, Clock: o.clock,
		Mail:   mail.New(mail.Options{DB: o.db, Ring: ring, Outbox: box, Clock: o.clock, Sender: mail.SMTP{Host: "localhost", Port: 1, From: "a@ekbacka.example"}}),
		Voting: o.booth, Directory: staff{}, Settings: set, Municipality: "Ekbacka kommun",
		Link: func(_ petition.Link, id string) string { return base + "/forslag/" + id }})
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) ok(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) fill() {
	o.t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "..", "docs", "petition-import", "example.csv"))
	o.ok(err)
	defer file.Close()
	_, err = o.Import(o.t.Context(), "gamla-tjansten", file, petition.FormatCSV, false)
	o.ok(err)
	queue, err := o.Queue(o.t.Context(), "maja", petition.ShowReady)
	o.ok(err)
	o.open = queue[0].ID
	o.ok(o.Publish(o.t.Context(), "maja", o.open, petition.Publication{Disposal: "KS 2026/114", Sealer: "Sambruk"}))
	o.booth.counts = map[string]int64{o.open: 35}
	o.days = []Day{{On: "2026-11-22", Votes: 5, Few: true}, {On: "2026-11-23", Votes: 35}}
}

func deps(t *testing.T) Deps {
	t.Helper()
	cat, err := page.NewCatalogue()
	if err == nil {
		err = Texts(cat)
	}
	if err != nil {
		t.Fatal(err)
	}
	theme, err := page.BuiltInTheme("ekbacka")
	if err != nil {
		t.Fatal(err)
	}
	r, err := page.New(page.Options{Catalogue: cat, Themes: []*page.Theme{theme}})
	if err != nil {
		t.Fatal(err)
	}
	return Deps{Renderer: r, Municipality: &page.Municipality{ID: "ekbacka", Name: "Ekbacka kommun", Theme: theme, Phone: "0000-12 34 56"},
		BaseURL: base, OrgNumber: "2120009911", ContactName: "Öppna data, Ekbacka kommun", ContactEmail: "oppnadata@ekbacka.example",
		Since: start, Docs: base + "/docs/petition-data"}
}

func (o *office) serve() {
	o.t.Helper()
	log := slog.New(slog.NewTextHandler(&o.log, nil))
	books := shelf.New(shelf.Options{Clock: o.clock, Log: log})
	o.t.Cleanup(books.Close)
	d := deps(o.t)
	d.Clock, d.Shelf, d.Petitions = o.clock, books, o.Petitions
	d.Daily = func(context.Context, string) ([]Day, error) { return o.days, nil }
	d.On = func() bool { return !o.off }
	p, err := New(d)
	o.ok(err)
	router, err := route.New(route.Options{Clock: o.clock, Log: log, Fail: func(w http.ResponseWriter, r *route.Request, err error) {
		if err := Problem(w, r, err); err != nil {
			o.t.Error(err)
		}
	}}, p.Routes())
	o.ok(err)
	srv := httptest.NewServer(router)
	o.t.Cleanup(srv.Close)
	o.url = srv.URL
}

// get asks for an address, with headers in pairs.
func (o *office) get(path string, header ...string) (*http.Response, string) {
	o.t.Helper()
	return o.ask(http.MethodGet, path, header...)
}

// ask sends a request of any method and gives the answer and its body.
func (o *office) ask(method, path string, header ...string) (*http.Response, string) {
	o.t.Helper()
	req, err := http.NewRequestWithContext(o.t.Context(), method, o.url+path, nil)
	o.ok(err)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	o.ok(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	o.ok(err)
	return resp, string(text)
}

// read asks the interface for JSON.
func (o *office) read(path string, into any) {
	o.t.Helper()
	resp, text := o.get(APIPath + path)
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil || resp.StatusCode != http.StatusOK {
		o.t.Fatalf("%s: %d %v: %s", path, resp.StatusCode, err, text)
	}
}
