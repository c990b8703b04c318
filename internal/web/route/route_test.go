package route

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/session"
	"medborgarnavet/internal/keyring/keyringtest"
)

const (
	anna = "198507099805"
	eva  = "192109099180"
	olof = "194607137454"
)

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// site is a router with real sessions and a staff directory that knows Eva.
type site struct {
	t        *testing.T
	clock    *clock.Manual
	db       *db.DB
	sessions *session.Store
	log      bytes.Buffer
	proxies  []string
}

func newSite(t *testing.T) *site {
	c := clock.NewManual(start)
	o := dbtest.SQLite(t)
	o.Clock = c
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	ring := keyringtest.New(t, c)
	return &site{t: t, clock: c, db: d,
		sessions: session.NewStore(session.Options{DB: d, Ring: ring, Audit: audit.New(d, ring, c), Environment: identity.Test})}
}

func (s *site) options() Options {
	return Options{Clock: s.clock, Log: slog.New(slog.NewJSONHandler(&s.log, nil)), Sessions: s.sessions, TrustedProxies: s.proxies,
		FormAction: []string{"https://eid.example"},
		StaffRoles: func(_ context.Context, login session.Session) (string, []string, error) {
			switch login.Subject.Plain() {
			case eva:
				return "eva.lind", []string{"officer", "decider"}, nil
			case olof:
				return "olof.wik", nil, nil
			}
			return "", nil, fault.New(fault.Forbidden, "not of the staff")
		},
		Fail: func(w http.ResponseWriter, r *Request, err error) {
			status := map[fault.Kind]int{fault.Unauthenticated: 401, fault.Forbidden: 403, fault.NotFound: 404, fault.WrongMethod: 405, fault.TooLarge: 413,
				fault.Invalid: 422, fault.Unavailable: 503}[fault.KindOf(err)]
			if status == 0 {
				status = 500
			}
			w.WriteHeader(status)
			fmt.Fprintf(w, "felsida %s", r.ID)
		}}
}

// serve builds a router; what it answers is the handler's own word.
func (s *site) serve(routes ...Route) *Router {
	s.t.Helper()
	rt, err := New(s.options(), routes)
	if err != nil {
		s.t.Fatal(err)
	}
	return rt
}

func (s *site) login(person string, kind identity.Kind) *http.Cookie {
	s.t.Helper()
	n, err := pnr.Parse(person, start)
	if err != nil {
		s.t.Fatal(err)
	}
	token, _, err := s.sessions.Create(s.t.Context(), identity.Authentication{Subject: n, Name: "Anna Berglund", Method: "test", Provider: "bankid",
		Assurance: identity.Assurance{Level: 3, Scheme: identity.SchemeSE, URI: "loa3"}, At: s.clock.Now(), TxnID: "1", Environment: identity.Test}, kind, "")
	if err != nil {
		s.t.Fatal(err)
	}
	name := CitizenCookie
	if kind == identity.Staff {
		name = StaffCookie
	}
	return &http.Cookie{Name: name, Value: token}
}

// get and post send a request and give the status, the body and the headers.
func get(h http.Handler, path string, cookies ...*http.Cookie) (int, string, http.Header) {
	return send(h, httptest.NewRequest("GET", path, nil), cookies...)
}

func post(h http.Handler, path string, headers map[string]string, cookies ...*http.Cookie) (int, string, http.Header) {
	r := httptest.NewRequest("POST", path, strings.NewReader("a=1"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, v := range headers {
		r.Header.Set(name, v)
	}
	return send(h, r, cookies...)
}

func send(h http.Handler, r *http.Request, cookies ...*http.Cookie) (int, string, http.Header) {
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String(), w.Header()
}

func say(text string) Handler {
	return func(w http.ResponseWriter, r *Request) error {
		fmt.Fprint(w, text, " ", r.LoggedIn(), " ", r.StaffID)
		return nil
	}
}

// I-13, M-123: a table with a route that has no rule, or is no route, refuses
// to start.
func TestTableWithAFaultRefusesToStart(t *testing.T) {
	s := newSite(t)
	ok := Route{Pattern: "GET /a", Access: Public, Do: say("a")}
	for name, bad := range map[string]Route{
		"no rule":               {Pattern: "GET /b", Do: say("b")},
		"a rule that is none":   {Pattern: "GET /b", Access: "anyone", Do: say("b")},
		"staff without a role":  {Pattern: "GET /b", Access: Staff, Do: say("b")},
		"staff with no name":    {Pattern: "GET /b", Access: Staff, Roles: []string{""}, Do: say("b")},
		"roles for citizens":    {Pattern: "GET /b", Access: Citizen, Roles: []string{"officer"}, Do: say("b")},
		"no handler":            {Pattern: "GET /b", Access: Public},
		"no method":             {Pattern: "/b", Access: Public, Do: say("b")},
		"another method":        {Pattern: "PUT /b", Access: Public, Do: say("b")},
		"no path":               {Pattern: "GET b", Access: Public, Do: say("b")},
		"a host":                {Pattern: "GET example.se/b", Access: Public, Do: say("b")},
		"twice":                 ok,
		"in each other's way":   {Pattern: "GET /{x}", Access: Public, Do: say("b")},
		"data of the logged in": {Pattern: "GET /b", Access: Public, AnyOrigin: true, Do: say("b")},
		"a post from anywhere":  {Pattern: "POST /b", Access: Public, Discreet: true, AnyOrigin: true, Do: say("b")},
		"unreadable":            {Pattern: "GET /{", Access: Public, Do: say("b")},
	} {
		routes := []Route{ok, bad}
		if name == "in each other's way" {
			routes = append(routes, Route{Pattern: "GET /{y}", Access: Citizen, Do: say("c")})
		}
		if rt, err := New(s.options(), routes); err == nil || rt != nil {
			t.Errorf("%s: serves", name)
		}
	}
	if rt := s.serve(ok); len(rt.Routes()) != 1 {
		t.Error("the table is not as given")
	}
}

// I-13, M-123: who comes in is decided by the login of the route's kind and,
// for staff, by the directory's roles; an address without a route is not there.
func TestWhoComesIn(t *testing.T) {
	s := newSite(t)
	rt := s.serve(
		Route{Pattern: "GET /oppen", Access: Public, Do: say("oppen")},
		Route{Pattern: "GET /min", Access: Citizen, Do: say("min")},
		Route{Pattern: "POST /min", Access: Citizen, Do: say("sparat")},
		Route{Pattern: "GET /bord", Access: Staff, Roles: []string{"officer", "steward"}, Do: say("bord")},
		Route{Pattern: "GET /plugg", Access: Staff, Roles: []string{"steward"}, Do: say("plugg")},
	)
	citizen, officer, noRole, outsider := s.login(anna, identity.Citizen), s.login(eva, identity.Staff), s.login(olof, identity.Staff), s.login(anna, identity.Staff)
	evaHome := s.login(eva, identity.Citizen)
	as := func(c *http.Cookie, name string) *http.Cookie { return &http.Cookie{Name: name, Value: c.Value} }
	for _, c := range []struct {
		who    string
		path   string
		cookie *http.Cookie
		status int
		body   string
	}{
		{"nobody", "/oppen", nil, 200, "oppen false "},
		{"a citizen", "/oppen", citizen, 200, "oppen true "},
		{"nobody", "/min", nil, 401, ""},
		{"a citizen", "/min", citizen, 200, "min true "},
		{"an officer", "/min", officer, 401, ""},
		{"an officer with the other cookie's name", "/min", as(officer, CitizenCookie), 401, ""},
		{"a made-up token", "/min", &http.Cookie{Name: CitizenCookie, Value: strings.Repeat("A", 43)}, 401, ""},
		{"nobody", "/bord", nil, 401, ""},
		{"an officer", "/bord", officer, 200, "bord true eva.lind"},
		{"a citizen", "/bord", citizen, 401, ""},
		{"a citizen with the other cookie's name", "/bord", as(citizen, StaffCookie), 401, ""},
		{"the same person at home", "/bord", evaHome, 401, ""},
		{"the same person at home, renamed", "/bord", as(evaHome, StaffCookie), 401, ""},
		{"staff without a role", "/bord", noRole, 403, ""},
		{"not of the staff", "/bord", outsider, 403, ""},
		{"an officer without that role", "/plugg", officer, 403, ""},
		{"a citizen", "/finns-inte", citizen, 404, ""},
		{"a citizen", "/min/", citizen, 404, ""},
	} {
		var cookies []*http.Cookie
		if c.cookie != nil {
			cookies = append(cookies, c.cookie)
		}
		status, body, _ := get(rt, c.path, cookies...)
		if status != c.status || c.body != "" && body != c.body || status != 200 && !strings.HasPrefix(body, "felsida ") {
			t.Errorf("%s at %s: %d %q, want %d %q", c.who, c.path, status, body, c.status, c.body)
		}
	}
	for _, method := range []string{"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"} {
		if status, _, _ := send(rt, httptest.NewRequest(method, "/min", nil), citizen); status == 200 {
			t.Errorf("%s is answered", method)
		}
	}
	if status, body, _ := post(rt, "/oppen", nil); status != 405 {
		t.Errorf("a post to what is only read: %d %q", status, body)
	}
}

// I-14: what is open to anyone stays so when logins cannot be looked up; what
// is not, says that it is our fault and lets nobody in.
func TestSessionsDown(t *testing.T) {
	s := newSite(t)
	rt := s.serve(Route{Pattern: "GET /oppen", Access: Public, Do: say("oppen")}, Route{Pattern: "GET /min", Access: Citizen, Do: say("min")})
	c := s.login(anna, identity.Citizen)
	_ = s.db.Close()
	if status, body, _ := get(rt, "/oppen", c); status != 200 || body != "oppen false " {
		t.Errorf("open: %d %q", status, body)
	}
	if status, body, _ := get(rt, "/min", c); status < 500 || strings.Contains(body, "min") {
		t.Errorf("closed: %d %q", status, body)
	}
}

// Quiet requests do not count as the person's activity.
func TestQuietDoesNotProlong(t *testing.T) {
	s := newSite(t)
	rt := s.serve(Route{Pattern: "GET /fraga", Access: Citizen, Quiet: true, Do: say("svar")}, Route{Pattern: "GET /min", Access: Citizen, Do: say("min")})
	c := s.login(anna, identity.Citizen)
	for range 29 { // minutes of polling
		s.clock.Advance(time.Minute)
		if status, _, _ := get(rt, "/fraga", c); status != 200 {
			t.Fatalf("poll: %d", status)
		}
	}
	s.clock.Advance(2 * time.Minute)
	if status, _, _ := get(rt, "/min", c); status != 401 {
		t.Errorf("polling kept the login alive: %d", status)
	}
}

// M-123: a post from another site is refused before anything is done, also
// with a login; our own pages' are not.
func TestCrossSitePosts(t *testing.T) {
	s := newSite(t)
	done := 0
	rt := s.serve(Route{Pattern: "POST /spara", Access: Citizen, Do: func(w http.ResponseWriter, _ *Request) error { done++; return nil }})
	c := s.login(anna, identity.Citizen)
	for name, h := range map[string]map[string]string{
		"another site":      {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
		"a sister site":     {"Sec-Fetch-Site": "same-site", "Origin": "https://annan.example.com"},
		"an older browser":  {"Origin": "https://evil.example"},
		"a hidden origin":   {"Origin": "null"},
		"another port":      {"Origin": "http://example.com:81"},
		"a name that lies":  {"Origin": "https://example.com.evil.example"},
		"no site, no words": {"Sec-Fetch-Site": "nonsense"},
	} {
		if status, _, _ := post(rt, "/spara", h, c); status != 403 || done != 0 {
			t.Errorf("%s: %d, done %d", name, status, done)
		}
	}
	for i, h := range []map[string]string{{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://example.com"}, {"Sec-Fetch-Site": "none"}, nil} {
		if status, _, _ := post(rt, "/spara", h, c); status != 200 || done != i+1 {
			t.Errorf("our own %v: %d", h, status)
		}
	}
}

// I-3: every answer has the headers that keep a page from leaking or being
// framed, error pages too; what tells who is logged in is not stored.
func TestHeaders(t *testing.T) {
	s := newSite(t)
	rt := s.serve(
		Route{Pattern: "GET /oppen", Access: Public, Do: say("oppen")},
		Route{Pattern: "GET /stil", Access: Public, Quiet: true, Do: func(w http.ResponseWriter, _ *Request) error {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			return nil
		}},
		Route{Pattern: "GET /min", Access: Citizen, Do: say("min")},
		Route{Pattern: "GET /fel", Access: Citizen, Do: func(http.ResponseWriter, *Request) error { return errors.New("x") }},
	)
	c := s.login(anna, identity.Citizen)
	for _, path := range []string{"/oppen", "/stil", "/min", "/fel", "/finns-inte"} {
		_, _, h := get(rt, path, c)
		csp := h.Get("Content-Security-Policy")
		for _, need := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self' https://eid.example"} {
			if !strings.Contains(csp, need) {
				t.Errorf("%s: the policy lacks %q", path, need)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %s", path, csp)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000"} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
	}
	for path, want := range map[string]string{"/min": "no-store", "/fel": "no-store", "/oppen": "no-store", "/stil": "public, max-age=31536000, immutable"} {
		if _, _, h := get(rt, path, c); h.Get("Cache-Control") != want {
			t.Errorf("%s with a login: %q", path, h.Get("Cache-Control"))
		}
	}
	if _, _, h := get(rt, "/oppen"); h.Get("Cache-Control") != "" {
		t.Errorf("open, without a login: %q", h.Get("Cache-Control"))
	}
	if _, _, h := get(rt, "/min"); h.Get("Cache-Control") != "no-store" {
		t.Error("the way to the login may be stored")
	}
}

// I-9, I-14: a panic or a fault becomes an error page without data; the log
// tells the route and the place, never the address, the value or who.
func TestPanicsAndFaults(t *testing.T) {
	s := newSite(t)
	secret := "Alma 201701102384 7654321"
	rt := s.serve(
		Route{Pattern: "GET /a/{id}", Access: Citizen, Do: func(http.ResponseWriter, *Request) error { panic(secret) }},
		Route{Pattern: "GET /b/{id}", Access: Citizen, Do: func(http.ResponseWriter, *Request) error { panic(errors.New(secret)) }},
		Route{Pattern: "GET /c/{id}", Access: Citizen, Do: func(http.ResponseWriter, *Request) error {
			var list []int
			_ = list[len(secret)]
			return nil
		}},
		Route{Pattern: "GET /d/{id}", Access: Citizen, Do: func(http.ResponseWriter, *Request) error { return errors.New("row 3 cannot be read") }},
	)
	c := s.login(anna, identity.Citizen)
	ids := map[string]bool{}
	for _, p := range []string{"a", "b", "c", "d"} {
		status, body, _ := get(rt, "/"+p+"/hemlig?q=hemlig", c)
		id, isPage := strings.CutPrefix(body, "felsida ")
		if status != 500 || !isPage || ids[id] || !strings.Contains(s.log.String(), id) {
			t.Errorf("%s: %d %q", p, status, body)
		}
		ids[id] = true
	}
	log := s.log.String()
	for _, bad := range []string{"Alma", "201701102384", "7654321", "hemlig", anna, "Berglund"} {
		if strings.Contains(log, bad) {
			t.Errorf("the log tells %q", bad)
		}
	}
	for _, need := range []string{"TestPanicsAndFaults", "runtime.boundsError", "row 3 cannot be read", `"route":"GET /d/{id}"`} {
		if !strings.Contains(log, need) {
			t.Errorf("the log lacks %q:\n%s", need, log)
		}
	}
	line, _, _ := strings.Cut(log, "\n")
	var first struct{ At []string }
	if err := json.Unmarshal([]byte(line), &first); err != nil || len(first.At) == 0 || !strings.Contains(first.At[0], "TestPanicsAndFaults") {
		t.Errorf("the place of the panic is %v (%v)", first.At, err)
	}
}

// A handler that drops the connection may do so.
func TestAbort(t *testing.T) {
	s := newSite(t)
	rt := s.serve(Route{Pattern: "GET /a", Access: Public, Do: func(http.ResponseWriter, *Request) error { panic(http.ErrAbortHandler) }})
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("%v", p)
		}
	}()
	get(rt, "/a")
	t.Error("the abort was swallowed")
}
