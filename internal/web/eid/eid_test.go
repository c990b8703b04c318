package eid

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	fake "medborgarnavet/fake/bankid"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/bankid"
	"medborgarnavet/internal/identity/transient"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/page/pagetest"
	"medborgarnavet/internal/web/route"
)

const anna = "198507099805"

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// house has two doors to the same logins: an ordinary one, and a discreet one
// with buttons of its own.
type house struct {
	t      *testing.T
	url    string
	clock  *clock.Manual
	fake   *fake.Server
	logins *transient.Logins
	client *http.Client
	routes []route.Route
	begun  time.Time // what the last finished login began at
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, clock: clock.NewManual(start)}
	var err error
	if h.logins, err = transient.New(transient.Options{Clock: h.clock, Log: slog.New(slog.DiscardHandler), Environment: identity.Test,
		Providers: []identity.Provider{h.bankID()}}); err != nil {
		t.Fatal(err)
	}
	renderer, municipality := look(t)
	finish := func(w http.ResponseWriter, r *route.Request, a identity.Authentication, returnTo string, begun time.Time) error {
		h.begun = begun
		_, err := fmt.Fprintf(w, "%s till %s", a.Subject.Plain(), returnTo)
		return err
	}
	doors, err := New(Deps{Renderer: renderer, Municipality: municipality, Provider: bankid.ID, BaseURL: func(*http.Request) string { return h.url }},
		Door{Path: "/dorr", Kind: identity.Staff, Cookie: "__Host-dorr", Logins: h.logins, Home: "/hem", Service: page.T("eid.start.how"), Finish: finish},
		Door{Path: "/rosta", Kind: identity.Citizen, Cookie: "__Host-rosta", Logins: h.logins, Discreet: true, Title: page.T("eid.start.how"),
			Promise: func() Promise {
				return Promise{Text: page.T("eid.start.none"), Details: page.Details{Summary: page.T("eid.start.how"), Body: page.T("eid.start.step1")}}
			},
			Start: func(w http.ResponseWriter, r *route.Request, begin Begin) error {
				return begin("/forslag/" + r.PostFormValue("forslag"))
			},
			Cancelled: func(returnTo string) string { return returnTo + "?avbruten" }, Again: "/rosta", Finish: finish})
	if err != nil {
		t.Fatal(err)
	}
	h.routes = doors.Routes()
	fail := func(w http.ResponseWriter, r *route.Request, err error) { http.Error(w, "fel", page.StatusOf(err)) }
	router, err := route.New(route.Options{Clock: h.clock, Log: slog.New(slog.DiscardHandler), Fail: fail}, h.routes)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(router)
	t.Cleanup(server.Close)
	h.url, h.client = server.URL, server.Client()
	return h
}

func (h *house) bankID() identity.Provider {
	h.t.Helper()
	var err error
	if h.fake, err = fake.Start(fake.Options{Now: h.clock.Now, MinCollect: -1, Persons: []fake.Person{{Number: anna, GivenName: "Anna", Surname: "Berglund"}}}); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = h.fake.Close() })
	certPEM, keyPEM, err := h.fake.RelyingParty("Ekbacka kommun")
	if err != nil {
		h.t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		h.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(h.fake.RootsPEM())
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}}
	h.t.Cleanup(tr.CloseIdleConnections)
	p, err := bankid.New(bankid.Options{HTTP: &http.Client{Transport: tr}, BaseURL: h.fake.APIURL(), LaunchURL: h.fake.LaunchURL(),
		Service: "Ekbacka kommun", Environment: identity.Test, Clock: h.clock, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

func look(t *testing.T) (*page.Renderer, *page.Municipality) {
	t.Helper()
	c, _ := own().Catalogue(t)
	theme, err := page.BuiltInTheme("ekbacka")
	if err != nil {
		t.Fatal(err)
	}
	r, err := page.New(page.Options{Catalogue: c, Themes: []*page.Theme{theme}})
	if err != nil {
		t.Fatal(err)
	}
	return r, &page.Municipality{ID: "ekbacka", Name: "Ekbacka kommun", Theme: theme, Phone: "0000-12 34 56"}
}

// browser keeps cookies and follows nothing by itself.
type browser struct {
	*house
	http  *http.Client
	agent string
	last  *http.Response
	body  string
}

func (h *house) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &browser{house: h, http: &http.Client{Transport: h.client.Transport, Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *browser) do(method, path string, pairs ...string) *browser {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", b.agent)
	if b.last, err = b.http.Do(req); err != nil {
		b.t.Fatal(err)
	}
	defer b.last.Body.Close()
	text, err := io.ReadAll(b.last.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if b.body = string(text); strings.Contains(b.body, "<!doctype") {
		pagetest.Check(b.t, text, page.Swedish)
	}
	return b
}

// want checks the status, and where the answer leads or what it says.
func (b *browser) want(status int, says ...string) *browser {
	b.t.Helper()
	where := b.last.Header.Get("Location")
	if b.last.StatusCode != status {
		b.t.Errorf("%s: status %d (%s), want %d", b.last.Request.URL.Path, b.last.StatusCode, where, status)
	}
	for _, s := range says {
		if !strings.Contains(where+"\n"+b.body, s) {
			b.t.Errorf("%s leads to %q and does not say %q:\n%s", b.last.Request.URL.Path, where, s, b.body)
		}
	}
	return b
}

// to is where the last answer leads.
func (b *browser) to() string { return b.last.Header.Get("Location") }

// approve answers in the app that the code of the login's page is scanned by.
func (b *browser) approve(cookie string) {
	b.t.Helper()
	site, err := url.Parse(b.url)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.http.Jar.Cookies(site) {
		if c.Name != cookie {
			continue
		}
		handle, secret, _ := strings.Cut(c.Value, ".")
		v, err := b.logins.Poll(b.t.Context(), handle, secret)
		if err == nil && v.QR != "" {
			err = b.fake.Scan(v.QR, anna, fake.Approve)
		} else if err == nil {
			u, _ := url.Parse(v.LaunchURL)
			err = b.fake.Open(u.Query().Get("autostarttoken"), anna, fake.Approve)
		}
		if err != nil {
			b.t.Fatal(err)
		}
	}
	b.clock.Advance(2 * time.Second)
}

// M-23, ux.md P2: how to do it, the code, how it goes, the answer; and where it
// leads is where one was going.
func TestDoor(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.do("GET", "/dorr/logga-in?till=/min/sida").want(200, "Visa QR-kod", "Så gör du", `value="/min/sida"`, "Logga aldrig in")
	b.do("GET", "/dorr/logga-in?utloggad").want(200, "Du är utloggad")
	b.do("POST", "/dorr/logga-in", "till", "/min/sida", "enhet", "annan").want(303, "/dorr/logga-in/")
	at := b.to()
	b.do("GET", at).want(200, "Öppna BankID-appen", "Jag har skannat koden", `data-refresh="`+at+`/qr"`)
	b.do("GET", at+"/qr").want(200, "<svg")
	b.do("GET", at+"/lage?kod").want(200, "Öppna BankID-appen")
	h.browser().do("GET", at).want(404, "Inloggningen finns inte längre", "/dorr/logga-in")
	b.approve("__Host-dorr")
	b.do("GET", at).want(303, at+"/klar")
	b.do("GET", at+"/qr").want(204)
	b.do("GET", at+"/klar").want(200, anna+" till /min/sida")
	if !h.begun.Equal(start) {
		t.Errorf("begun %v", h.begun)
	}
	b.do("GET", at+"/klar").want(404, "Inloggningen finns inte längre")
	b.do("POST", "/dorr/logga-in").want(303)
	b.approve("__Host-dorr")
	b.do("GET", b.to()).do("GET", b.to()).want(200, anna+" till /hem")
	b.do("POST", "/dorr/logga-in", "till", "https://evil.example/").want(400)
}

// M-23: cancelling, a new code, and an expired login.
func TestSteering(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.do("POST", "/dorr/logga-in", "enhet", "annan")
	at := b.to()
	b.do("POST", at+"/ny", "enhet", "denna").want(303, at)
	b.do("GET", at).want(200, "Öppna BankID", "autostarttoken", "Jag är klar i appen")
	b.do("POST", at+"/avbryt").want(303, "/dorr/logga-in?avbruten")
	b.do("GET", b.to()).want(200, "Du avbröt")
	b.do("POST", at+"/ny").want(404)
	b.do("POST", "/dorr/logga-in")
	at = b.to()
	h.clock.Advance(10 * time.Minute)
	b.do("GET", at).want(200, "Det tog för lång tid")
	b.do("GET", "/dorr/logga-in/ater?n=x").want(403) // expired: nothing to come back to
}

// M-23: on a phone the app on it comes first; the login is done when the app has
// come back to this browser.
func TestPhone(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile"
	b.do("GET", "/dorr/logga-in").want(200)
	if strings.Index(b.body, "denna") > strings.Index(b.body, "annan") {
		t.Error("the code comes first on a phone")
	}
	b.do("POST", "/dorr/logga-in", "enhet", "denna")
	at := b.to()
	b.approve("__Host-dorr")
	b.do("GET", at).want(200, "Gå tillbaka hit från BankID-appen")
	b.do("GET", "/dorr/logga-in/ater?n=wrong").want(403)
	b.do("GET", at+"/klar").want(404)
}

// P-05, I-17: a discreet door has only discreet routes, none for how to begin,
// is kept nowhere, and says what becomes of the answer.
func TestDiscreetDoor(t *testing.T) {
	h := newHouse(t)
	for _, r := range h.routes {
		if r.Discreet != strings.Contains(r.Pattern, " /rosta/") || r.Pattern == "GET /rosta/logga-in" {
			t.Errorf("%s: discreet %t", r.Pattern, r.Discreet)
		}
	}
	b := h.browser()
	b.do("POST", "/rosta/logga-in", "forslag", "7", "enhet", "annan").want(303)
	at := b.to()
	b.do("GET", at).want(200, "Har du ingen e-legitimation?")
	for _, path := range []string{at, at + "/qr", at + "/lage", at + "/klar", "/rosta/logga-in/ater"} {
		if b.do("GET", path).last.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept", path)
		}
	}
	b.do("POST", at+"/avbryt").want(303, "/forslag/7?avbruten")
	b.do("POST", at+"/avbryt").want(303, "?avbruten")
	b.do("GET", at).want(404, `href="/rosta"`)
	b.do("POST", "/rosta/logga-in", "forslag", "7", "enhet", "annan")
	b.approve("__Host-rosta")
	b.do("GET", b.to()).do("GET", b.to()).want(200, anna+" till /forslag/7")
}

// A login of one door is worth nothing at another, and a door that leads
// nowhere is refused.
func TestDoorsAreApart(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.do("POST", "/rosta/logga-in", "forslag", "7", "enhet", "annan")
	handle := strings.TrimPrefix(b.to(), "/rosta/logga-in/")
	b.approve("__Host-rosta")
	b.do("GET", "/dorr/logga-in/"+handle+"/klar").want(404)
	site, _ := url.Parse(h.url)
	for _, c := range b.http.Jar.Cookies(site) {
		if c.Name == "__Host-rosta" {
			b.http.Jar.SetCookies(site, []*http.Cookie{{Name: "__Host-dorr", Value: c.Value, Path: "/", Secure: true}})
		}
	}
	b.do("GET", "/rosta/logga-in/"+handle)
	b.do("GET", "/dorr/logga-in/"+handle+"/klar").want(403)
	renderer, m := look(t)
	d := Door{Path: "/x", Kind: identity.Citizen, Cookie: "x", Logins: h.logins,
		Finish: func(http.ResponseWriter, *route.Request, identity.Authentication, string, time.Time) error {
			return nil
		}}
	for name, change := range map[string]func(*Door){
		"no logins": func(d *Door) { d.Logins = nil }, "no end": func(d *Door) { d.Finish = nil }, "no cookie": func(d *Door) { d.Cookie = "" },
		"no kind": func(d *Door) { d.Kind = "" },
		"no page": func(d *Door) { d.Start = func(http.ResponseWriter, *route.Request, Begin) error { return nil } },
	} {
		bad := d
		change(&bad)
		if _, err := New(Deps{Renderer: renderer, Municipality: m}, bad); err == nil {
			t.Errorf("%s: opens", name)
		}
	}
}
