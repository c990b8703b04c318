package transient

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	fake "medborgarnavet/fake/bankid"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/bankid"
	"medborgarnavet/internal/identity/flow"
)

const (
	anna = "198507099805"
	bo   = "197101169295"
	path = "/forslag/01JD0000000000000000000000"
)

var start = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// world is logins with the BankID provider, a fake BankID and one clock.
type world struct {
	*Logins
	t        *testing.T
	clock    *clock.Manual
	fake     *fake.Server
	provider identity.Provider
	log      *bytes.Buffer
}

func newWorld(t *testing.T, change ...func(*Options)) world {
	t.Helper()
	w := world{t: t, clock: clock.NewManual(start), log: &bytes.Buffer{}}
	var err error
	w.fake, err = fake.Start(fake.Options{Now: w.clock.Now, MinCollect: 1900 * time.Millisecond, Persons: []fake.Person{
		{Number: anna, GivenName: "Anna", Surname: "Berglund"}, {Number: bo, GivenName: "Bo", Surname: "Ek"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.fake.Close() })
	log := slog.New(slog.NewTextHandler(w.log, nil))
	w.provider, err = bankid.New(bankid.Options{HTTP: client(t, w.fake), BaseURL: w.fake.APIURL(), LaunchURL: w.fake.LaunchURL(),
		Service: "Ekbacka kommun", Purpose: "Du loggar in på kommunens e-tjänst.", Environment: identity.Test, Clock: w.clock, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Clock: w.clock, Log: log, Environment: identity.Test, Providers: []identity.Provider{w.provider}}
	for _, f := range change {
		f(&o)
	}
	if w.Logins, err = New(o); err != nil {
		t.Fatal(err)
	}
	return w
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

func input() flow.BeginInput {
	return flow.BeginInput{Provider: bankid.ID, Kind: identity.Citizen, ReturnTo: path, ClientIP: "192.0.2.44", UserAgent: "Firefox"}
}

// onPhone is a login on the device that shows the page.
func onPhone() flow.BeginInput {
	in := input()
	in.SameDevice, in.ReturnURL = true, "https://ekbacka.example/rosta/logga-in/ater"
	return in
}

func (w world) begin(in flow.BeginInput) browser {
	w.t.Helper()
	handle, secret, err := w.Begin(w.t.Context(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return browser{w, handle, secret}
}

func (b browser) poll() flow.View {
	b.t.Helper()
	v, err := b.Poll(b.t.Context(), b.handle, b.secret)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// later polls when the provider may be asked again.
func (b browser) later() flow.View {
	b.t.Helper()
	b.clock.Advance(collectEvery)
	return b.poll()
}

func (b browser) want(v flow.View, state flow.State, message string) flow.View {
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

// scan answers in the app with the code that the page shows.
func (b browser) scan(person string, outcome fake.Outcome) {
	b.t.Helper()
	if err := b.fake.Scan(b.poll().QR, person, outcome); err != nil {
		b.t.Fatal(err)
	}
}

// open starts the app with the page's link and gives the way back's nonce.
func (b browser) open(v flow.View, person string) (nonce string) {
	b.t.Helper()
	u, err := url.Parse(v.LaunchURL)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.fake.Open(u.Query().Get("autostarttoken"), person, fake.Approve); err != nil {
		b.t.Fatal(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	r, err := identity.OpenedRequest(b.all[hash(b.handle)].request, start)
	if err != nil {
		b.t.Fatal(err)
	}
	back, err := url.Parse(r.ReturnURL)
	if err != nil {
		b.t.Fatal(err)
	}
	return back.Query().Get("n")
}

func (w world) calls(endpoint string) (n int) {
	for _, e := range w.fake.Transcript() {
		if e.Endpoint == endpoint {
			n++
		}
	}
	return n
}

// atOnce runs fn n times at the same moment.
func atOnce(n int, fn func(i int)) {
	var ready, done sync.WaitGroup
	gun := make(chan struct{})
	for i := range n {
		ready.Add(1)
		done.Add(1)
		go func() {
			defer done.Done()
			ready.Done()
			<-gun
			fn(i)
		}()
	}
	ready.Wait()
	close(gun)
	done.Wait()
}
