package vote

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	fake "medborgarnavet/fake/bankid"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/bankid"
	"medborgarnavet/internal/identity/transient"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/booth"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/web/eid"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

const (
	anna  = "198507099805"
	bo    = "197101169295"
	jonas = "200002292399"
	alma  = "201701102384" // nine years old
	title = "Bänkar längs ån"
)

var (
	start  = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	closes = start.Add(30 * 24 * time.Hour)
)

// town is the pages behind their router, with a real box of votes, a real booth
// and a BankID of its own.
type town struct {
	t      *testing.T
	url    string
	clock  *clock.Manual
	fake   *fake.Server
	db     *db.DB
	sealer seal.Sealer
	box    *ballot.Box
	log    *buffer
	pages  *Pages
	logins *transient.Logins
	server *httptest.Server
	router *route.Router
	off    bool
	never  string // a petition that was never put to the vote
	full   bool
	lost   error // what the petitions answer with, when not nil
}

// buffer is a log that many may write to.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *buffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *buffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// setup is what a test may want otherwise.
type setup struct {
	rules  booth.Rules
	logins transient.Options
	deps   Deps
}

func newTown(t *testing.T, change ...func(*setup)) *town {
	t.Helper()
	w := &town{t: t, clock: clock.NewManual(start), log: &buffer{}}
	var s setup
	for _, f := range change {
		f(&s)
	}
	log := slog.New(slog.NewJSONHandler(w.log, nil))
	quiet := route.DiscreetLog(log)
	w.openVotes(quiet)
	ring := keyringtest.New(t, w.clock)
	b, err := booth.New(booth.Options{Box: w.box, Ring: ring, Clock: w.clock, Environment: identity.Test, Petition: w.standing, Rules: s.rules})
	if err != nil {
		t.Fatal(err)
	}
	s.logins.Clock, s.logins.Log, s.logins.Environment = w.clock, quiet, identity.Test
	s.logins.Providers = []identity.Provider{w.openBankID(quiet)}
	if w.logins, err = transient.New(s.logins); err != nil {
		t.Fatal(err)
	}
	renderer, municipality := look(t)
	d := s.deps
	d.Renderer, d.Municipality, d.Clock, d.Logins, d.Booth, d.Petition = renderer, municipality, w.clock, w.logins, b, w.standing
	d.Promise = func() seal.Promise { return seal.NewMAC(nil).Promise() }
	d.On, d.Full = func() bool { return !w.off }, func() bool { return w.full }
	if w.pages, err = New(d); err != nil {
		t.Fatal(err)
	}
	doors, err := eid.New(eid.Deps{Renderer: renderer, Municipality: municipality, Provider: bankid.ID,
		BaseURL: func(*http.Request) string { return w.url }}, w.pages.Door())
	if err != nil {
		t.Fatal(err)
	}
	fail := func(rw http.ResponseWriter, r *route.Request, err error) {
		if err := renderer.Problem(rw, r.Request, page.Data{Municipality: municipality, Lang: page.LangOf(r.Request)}, err, r.ID); err != nil {
			t.Error(err)
		}
	}
	routes := append(w.pages.Routes(), doors.Routes()...)
	for _, r := range routes {
		if !r.Discreet || r.Access != route.Public {
			t.Fatalf("%s is not discreet", r.Pattern)
		}
	}
	routes = append(routes, route.Route{Pattern: "GET /forslag/{id}", Access: route.Public, Discreet: true, Do: petitionPage},
		route.Route{Pattern: "GET /assets/", Access: route.Public, Discreet: true, Do: func(rw http.ResponseWriter, r *route.Request) error {
			renderer.Assets().ServeHTTP(rw, r.Request)
			return nil
		}})
	router, err := route.New(route.Options{Clock: w.clock, Log: log, Fail: fail}, routes)
	if err != nil {
		t.Fatal(err)
	}
	w.router, w.server = router, httptest.NewTLSServer(router)
	t.Cleanup(w.server.Close)
	w.url = w.server.URL
	return w
}

// petitionPage stands for the page that has the buttons.
func petitionPage(rw http.ResponseWriter, r *route.Request) error {
	_, err := fmt.Fprintf(rw, `<!doctype html><title>Förslag</title><p>Sidan med förslaget</p><form method="post" action="/rosta/logga-in">`+
		`<input type="hidden" name="forslag" value="%s"><button name="enhet" value="annan">Visa QR-kod</button>`+
		`<button name="enhet" value="denna">Öppna BankID</button></form>`, r.PathValue("id"))
	return err
}

func (w *town) openVotes(log *slog.Logger) {
	w.t.Helper()
	o := dbtest.SQLite(w.t)
	o.Clock = w.clock
	var err error
	if w.db, err = db.Open(w.t.Context(), o); err != nil {
		w.t.Fatal(err)
	}
	dir := w.t.TempDir() + "/keys"
	if err := seal.InitStore(dir); err != nil {
		w.t.Fatal(err)
	}
	store, err := seal.OpenStore(seal.StoreOptions{Dir: dir, Clock: w.clock})
	if err != nil {
		w.t.Fatal(err)
	}
	w.sealer = seal.NewMAC(store.For(seal.Own))
	w.box = ballot.New(ballot.Options{DB: w.db, Sealer: w.sealer, Log: log})
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { w.box.Run(ctx) })
	w.t.Cleanup(func() {
		cancel()
		done.Wait()
		_ = store.Close()
		_ = w.db.Close()
	})
}

func (w *town) openBankID(log *slog.Logger) identity.Provider {
	w.t.Helper()
	var err error
	w.fake, err = fake.Start(fake.Options{Now: w.clock.Now, MinCollect: -1, Persons: []fake.Person{
		{Number: anna, GivenName: "Anna", Surname: "Berglund"}, {Number: bo, GivenName: "Bo", Surname: "Ek"},
		{Number: jonas, GivenName: "Jonas", Surname: "Kvist"}, {Number: alma, GivenName: "Alma", Surname: "Berglund"}}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = w.fake.Close() })
	certPEM, keyPEM, err := w.fake.RelyingParty("Ekbacka kommun")
	if err != nil {
		w.t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		w.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(w.fake.RootsPEM())
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}}
	w.t.Cleanup(tr.CloseIdleConnections)
	provider, err := bankid.New(bankid.Options{HTTP: &http.Client{Transport: tr}, BaseURL: w.fake.APIURL(), LaunchURL: w.fake.LaunchURL(),
		Service: "Ekbacka kommun", Purpose: "Du loggar in på kommunens e-tjänst.", Environment: identity.Test, Clock: w.clock, Log: log})
	if err != nil {
		w.t.Fatal(err)
	}
	return provider
}

func look(t *testing.T) (*page.Renderer, *page.Municipality) {
	t.Helper()
	cat, err := page.NewCatalogue()
	for _, add := range []func(*page.Catalogue) error{eid.Texts, Texts} {
		if err == nil {
			err = add(cat)
		}
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
	return r, &page.Municipality{ID: "ekbacka", Name: "Ekbacka kommun", Theme: theme, Phone: "0000-12 34 56"}
}

// standing reads a petition as the program does.
func (w *town) standing(ctx context.Context, id string) (s booth.Standing, err error) {
	if w.lost != nil {
		return s, w.lost
	}
	if id == w.never {
		return booth.Standing{Title: title}, nil
	}
	err = w.db.Read(ctx, func(tx *db.Tx) error {
		b, err := ballot.Load(ctx, tx, id)
		s = booth.Standing{Title: title, Open: b.Accepting, Paused: b.Paused, ClosesAt: b.ClosesAt, Receipts: b.Receipts}
		return err
	})
	return s, err
}

func (w *town) tx(fn func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.db.Tx(context.Background(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// petition opens one.
func (w *town) petition(receipts bool) string {
	w.t.Helper()
	id := db.NewID()
	c, err := w.sealer.Make(context.Background(), id, seal.Limit{Total: 1 << 40})
	if err != nil {
		w.t.Fatal(err)
	}
	w.tx(func(tx *db.Tx) error {
		return ballot.Create(context.Background(), tx, ballot.Opening{Commitment: c, Receipts: receipts, ClosesAt: closes, Grace: ballot.Grace})
	})
	return id
}

func (w *town) count(petition string) (n int64) {
	w.t.Helper()
	if err := w.db.Read(context.Background(), func(tx *db.Tx) (err error) {
		n, err = ballot.Rows(context.Background(), tx, petition)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return n
}
