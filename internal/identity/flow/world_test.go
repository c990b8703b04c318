package flow

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	fake "medborgarnavet/fake/bankid"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/bankid"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/keyring/keyringtest"
)

const (
	anna = "198507099805"
	bo   = "197101169295"
)

var start = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// world is a flow with the BankID provider, a fake BankID and a clock that all
// of them and the database share.
type world struct {
	*Flow
	t        *testing.T
	db       *db.DB
	ring     *keyring.Ring
	clock    *clock.Manual
	fake     *fake.Server
	provider identity.Provider
}

// each runs a test on every engine.
func each(t *testing.T, fn func(t *testing.T, w world)) {
	t.Helper()
	now := clock.NewManual(start)
	dbtest.EachAt(t, now, func(t *testing.T, open func() *db.DB) {
		now.Set(start)
		fn(t, newWorld(t, open(), now))
	})
}

func newWorld(t *testing.T, d *db.DB, now *clock.Manual) world {
	t.Helper()
	server, err := fake.Start(fake.Options{Now: now.Now, MinCollect: 1900 * time.Millisecond, Persons: []fake.Person{
		{Number: anna, GivenName: "Anna", Surname: "Berglund"}, {Number: bo, GivenName: "Bo", Surname: "Ek"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	provider, err := bankid.New(bankid.Options{
		HTTP: client(t, server), BaseURL: server.APIURL(), LaunchURL: server.LaunchURL(), Service: "Ekbacka kommun",
		Environment: identity.Test, Clock: now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ring := keyringtest.New(t, now)
	w := world{t: t, db: d, ring: ring, clock: now, fake: server, provider: provider}
	w.Flow = w.node(provider)
	return w
}

// node is one more process on the same database.
func (w world) node(providers ...identity.Provider) *Flow {
	w.t.Helper()
	f, err := New(Options{DB: w.db, Ring: w.ring, Audit: audit.New(w.db, w.ring, w.clock), Clock: w.clock,
		Log: slog.New(slog.DiscardHandler), Environment: identity.Test, Providers: providers})
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

func client(t *testing.T, server *fake.Server) *http.Client {
	t.Helper()
	certPEM, keyPEM, err := server.RelyingParty("Ekbacka kommun")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(server.RootsPEM())
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// browser is one login under way in one browser.
type browser struct {
	world
	handle, secret string
}

func input() BeginInput {
	return BeginInput{Provider: bankid.ID, Kind: identity.Citizen, ReturnTo: "/ansokan", ClientIP: "192.0.2.44", UserAgent: "Firefox"}
}

func (w world) begin(in BeginInput) browser {
	w.t.Helper()
	handle, secret, err := w.Begin(w.t.Context(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return browser{w, handle, secret}
}

func (b browser) poll() View {
	b.t.Helper()
	v, err := b.Poll(b.t.Context(), b.handle, b.secret)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// later polls when the provider may be asked again.
func (b browser) later() View {
	b.t.Helper()
	b.clock.Advance(collectEvery)
	return b.poll()
}

func (b browser) want(v View, state State, message string) View {
	b.t.Helper()
	if v.State != state || v.MessageID != message {
		b.t.Errorf("state %s, message %s; want %s, %s", v.State, v.MessageID, state, message)
	}
	return v
}

func (b browser) take() (identity.Authentication, error) {
	a, _, _, err := b.Take(b.t.Context(), b.handle, b.secret)
	return a, err
}

func (b browser) wantNotTaken(why string, kind fault.Kind) {
	b.t.Helper()
	if a, err := b.take(); fault.KindOf(err) != kind || !a.Subject.IsZero() {
		b.t.Errorf("%s: took %v, %v; want %s", why, a, err, kind)
	}
}

// open starts the app with the page's link and goes to an outcome there.
func (b browser) open(v View, person string, outcome fake.Outcome) {
	b.t.Helper()
	u, err := url.Parse(v.LaunchURL)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.fake.Open(u.Query().Get("autostarttoken"), person, outcome); err != nil {
		b.t.Fatal(err)
	}
}

func (w world) calls(endpoint string) (n int) {
	for _, e := range w.fake.Transcript() {
		if e.Endpoint == endpoint {
			n++
		}
	}
	return n
}

// stored is everything in the table, for tests that search it.
func (w world) stored() []byte {
	w.t.Helper()
	var out bytes.Buffer
	err := w.db.Read(w.t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(w.t.Context(), `SELECT handle_hash, browser_hash, nonce_hash, sealed, id, return_to FROM identity_login`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var a, b, c, d []byte
			var id, returnTo string
			if err := rows.Scan(&a, &b, &c, &d, &id, &returnTo); err != nil {
				return err
			}
			for _, column := range [][]byte{a, b, c, d, []byte(id), []byte(returnTo)} {
				out.Write(column)
			}
		}
		return rows.Err()
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out.Bytes()
}

func decode(t *testing.T, body []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatal(err)
	}
}
