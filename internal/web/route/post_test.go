package route

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/identity"
)

// What is posted when the login has run out goes to NoLogin, which is asked
// for nothing else.
func TestNoLogin(t *testing.T) {
	s := newSite(t)
	rt := s.serve(
		Route{Pattern: "POST /spara", Access: Citizen, Do: say("sparat"), NoLogin: func(w http.ResponseWriter, r *Request) error {
			fmt.Fprint(w, "undan ", r.PostFormValue("a"))
			return nil
		}},
		Route{Pattern: "POST /bord", Access: Staff, Roles: []string{"officer"}, Do: say("bord"), NoLogin: say("undan")},
	)
	if status, body, _ := post(rt, "/spara", nil); status != 200 || body != "undan 1" {
		t.Errorf("without a login: %d %q", status, body)
	}
	if _, body, _ := post(rt, "/spara", nil, s.login(anna, identity.Citizen)); body != "sparat true " {
		t.Errorf("with a login: %q", body)
	}
	if status, body, _ := post(rt, "/bord", nil, s.login(olof, identity.Staff)); status != 403 || strings.Contains(body, "undan") {
		t.Errorf("without a role: %d %q", status, body)
	}
	s.clock.Advance(time.Hour)
	if _, body, _ := post(rt, "/spara", nil, s.login(anna, identity.Citizen)); body != "sparat true " {
		t.Errorf("with a new login: %q", body)
	}
}

// A post that is too large or cannot be read reaches no handler.
func TestPostIsReadWhole(t *testing.T) {
	s := newSite(t)
	done := 0
	rt := s.serve(Route{Pattern: "POST /spara", Access: Public, MaxBytes: 100, Do: func(http.ResponseWriter, *Request) error { done++; return nil }})
	form := func(body io.Reader, kind string) int {
		r := httptest.NewRequest("POST", "/spara", body)
		r.Header.Set("Content-Type", kind)
		status, _, _ := send(rt, r)
		return status
	}
	var parts bytes.Buffer
	m := multipart.NewWriter(&parts)
	_ = m.WriteField("a", strings.Repeat("x", 200)) // cannot fail
	_ = m.Close()
	for name, c := range map[string]struct {
		status int
		want   int
	}{
		"too large":            {form(strings.NewReader(url.Values{"a": {strings.Repeat("x", 200)}}.Encode()), "application/x-www-form-urlencoded"), 413},
		"too large, in parts":  {form(bytes.NewReader(parts.Bytes()), m.FormDataContentType()), 413},
		"half of it, in parts": {form(bytes.NewReader(parts.Bytes()[:80]), m.FormDataContentType()), 422},
		"not a form's bytes":   {form(strings.NewReader("a=%zz"), "application/x-www-form-urlencoded"), 422},
	} {
		if c.status != c.want || done != 0 {
			t.Errorf("%s: %d, done %d", name, c.status, done)
		}
	}
}

// The e-ID is told the address of the person, not what a person claims
// (identity.md, X-Forwarded-For).
func TestClientIP(t *testing.T) {
	s := newSite(t)
	s.proxies = []string{"10.0.0.1", "10.0.0.2", "::1"}
	rt := s.serve(Route{Pattern: "GET /ip", Access: Public, Do: func(w http.ResponseWriter, r *Request) error {
		fmt.Fprint(w, r.ClientIP)
		return nil
	}})
	for _, c := range []struct {
		remote string
		xff    []string
		want   string
	}{
		{"203.0.113.7:1234", nil, "203.0.113.7"},
		{"[2001:db8::1]:1234", nil, "2001:db8::1"},
		{"203.0.113.7:1234", []string{"198.51.100.9"}, "203.0.113.7"},
		{"10.0.0.1:1234", nil, "10.0.0.1"},
		{"10.0.0.1:1234", []string{"198.51.100.9"}, "198.51.100.9"},
		{"10.0.0.1:1234", []string{"1.1.1.1, 198.51.100.9"}, "198.51.100.9"},
		{"10.0.0.1:1234", []string{"1.1.1.1", "198.51.100.9"}, "198.51.100.9"},
		{"10.0.0.1:1234", []string{"198.51.100.9, 10.0.0.2"}, "198.51.100.9"},
		{"10.0.0.1:1234", []string{"1.1.1.1, 198.51.100.9, 10.0.0.2"}, "198.51.100.9"},
		{"10.0.0.1:1234", []string{"198507099805"}, "10.0.0.1"},
		{"10.0.0.1:1234", []string{"198.51.100.9, <script>"}, "10.0.0.1"},
		{"[::ffff:10.0.0.1]:1234", []string{"::ffff:198.51.100.9"}, "198.51.100.9"},
		{"[::1]:1234", []string{"2001:db8::7"}, "2001:db8::7"},
		{"@", nil, "@"},
	} {
		r := httptest.NewRequest("GET", "/ip", nil)
		r.RemoteAddr = c.remote
		for _, v := range c.xff {
			r.Header.Add("X-Forwarded-For", v)
		}
		if _, got, _ := send(rt, r); got != c.want {
			t.Errorf("%s %v: %s, want %s", c.remote, c.xff, got, c.want)
		}
	}
}

// The cookies are tied to the host, to TLS and away from scripts.
func TestCookies(t *testing.T) {
	w := httptest.NewRecorder()
	SetCookie(w, CitizenCookie, "token")
	ClearCookie(w, StaffCookie)
	for i, c := range w.Result().Cookies() {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("%v", c)
		}
		if i == 1 && (c.Value != "" || c.MaxAge >= 0) {
			t.Errorf("not taken back: %v", c)
		}
	}
	if err := SeeOther(w, &Request{Request: httptest.NewRequest("POST", "/", nil)}, "/kvitto/1"); err != nil {
		t.Error(err)
	}
}
