package app_test

import (
	"encoding/json"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/fake/bankid"
	"medborgarnavet/internal/app"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/db"
)

// forensicFields are all that a line about what must be discreet may have.
var forensicFields = []string{"time", "level", "msg", "municipality", "route", "outcome", "count", "error", "kind", "at", "provider", "endpoint", "code"}

// forensicTells is what no value of a line may look like: an id, a secret or a
// ticket, a number, an address.
var forensicTells = regexp.MustCompile(`[0-9A-Z]{26}|[0-9A-Za-z_-]{40}|[0-9]{6}|(\d+\.){3}\d+:\d|2001:db8|192\.0\.2`)

// indiscreet is what is wrong with a line of the log, "" for nothing.
func indiscreet(line []byte) string {
	var fields map[string]any
	if err := json.Unmarshal(line, &fields); err != nil {
		return "no line of the program's own"
	}
	for name, value := range fields {
		if !slices.Contains(forensicFields, name) {
			return "a field " + name
		}
		raw, _ := json.Marshal(value)
		if name != "time" && name != "at" && forensicTells.Match(raw) {
			return "a telling value"
		}
	}
	at, err := time.Parse(time.RFC3339Nano, fields["time"].(string))
	if err != nil || !at.Truncate(time.Minute).Equal(at) {
		return "an exact time"
	}
	if msg := fields["msg"].(string); strings.ContainsAny(msg, "0123456789") {
		return "a message that differs"
	}
	return ""
}

// I-9, I-17, P-08, P-15: whatever is asked of the pages of petitions, a line
// about it has only fields of the list and the minute: also of what is
// refused, cannot be read, comes from another site, fails at the e-ID, panics
// or finds no database.
func TestDiscreetLines(t *testing.T) {
	h := newHost(t, db.SQLite, config.DesignSplit)
	h.quiet = true
	h.start()
	h.id = h.petition("Bygg en bro")
	from := h.logged()
	h.everything()
	h.discreetLines("as it is", from)

	from = h.logged()
	for _, f := range []struct {
		endpoint string
		fault    bankid.Fault
	}{
		{"auth", bankid.Fault{Status: 503, Code: "Maintenance"}}, {"auth", bankid.Fault{Garbage: `{"orderRef":"198507099805`}},
		{"auth", bankid.Fault{Status: 400, Code: "198507099805"}}, {"auth", bankid.Fault{Garbage: "198507099805 Berglund"}},
		{"collect", bankid.Fault{Garbage: `{"orderRef":"198507099805"}`}}, {"collect", bankid.Fault{Status: 500, Code: "2001:db8::1"}},
		{"collect", bankid.Fault{Garbage: "<html>2001:db8::1"}},
	} {
		h.out.BankID.Break(f.endpoint, f.fault, 1)
		resp, err := h.post("/rosta/logga-in", url.Values{"forslag": {h.id}, "enhet": {"annan"}}, "192.0.2.77", "")
		if err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(3 * time.Second)
		if at := resp.Header.Get("Location"); at != "" {
			for _, end := range []string{"", "/lage", "/klar", "/qr"} {
				if _, err := h.get(at+end, "192.0.2.77", forensicCookies("", resp)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	h.discreetLines("with the e-ID at fault", from)

	from = h.logged()
	h.panics()
	h.discreetLines("with panics", from)
	if !strings.Contains(h.logSince(from), `"panic"`) {
		t.Error("nothing panicked: this shows nothing")
	}

	from = h.logged()
	if err := app.LoseDatabase(h.app, hostTown); err != nil {
		t.Fatal(err)
	}
	h.everything()
	h.panics()
	h.discreetLines("without a database", from)
	if !strings.Contains(h.logSince(from), `"unavailable"`) {
		t.Error("nothing was unavailable: this shows nothing")
	}
}

// TestServersOwnLines: what Go's server itself complains of goes to the same
// log, without the address and the time that it would write.
//
// I-17, P-15.
func TestServersOwnLines(t *testing.T) {
	var elsewhere strings.Builder
	log.SetOutput(&syncWriter{w: &elsewhere})
	defer log.SetOutput(os.Stderr)
	h := newHost(t, db.SQLite, config.DesignMAC)
	h.start()
	from := h.logged()
	complain := app.Complaints(h.app)
	complain.Printf("http: panic serving 192.0.2.77:4711: 198507099805\ngoroutine 1 [running]:")
	complain.Printf("http: TLS handshake error from 192.0.2.77:4711: EOF")
	complain.Printf("http: superfluous response.WriteHeader call from 192.0.2.77")
	h.stop()
	lines := h.logSince(from)
	if elsewhere.Len() != 0 || strings.Count(lines, `"kind":"panic"`) != 1 || strings.Count(lines, "the server complains") != 3 {
		t.Errorf("the log has %s, and elsewhere stands %q", lines, elsewhere.String())
	}
	for _, line := range strings.Split(lines, "\n") {
		if strings.Contains(line, "the server complains") {
			if fault := indiscreet([]byte(line)); fault != "" {
				t.Errorf("%s: %s", fault, line)
			}
		}
	}
}

func (h *host) logged() int { return len(h.logSince(0)) }

func (h *host) logSince(from int) string {
	h.t.Helper()
	app.TellRequests(h.app)
	raw, err := os.ReadFile(h.log.Name())
	if err != nil {
		h.t.Fatal(err)
	}
	return string(raw[from:])
}

// everything asks every page of petitions that anybody may ask, rightly and
// wrongly.
func (h *host) everything() {
	h.t.Helper()
	long := strings.Repeat("a", 43)
	fill := strings.NewReplacer("{id}", h.id, "{secret}", long, "{handle}", long, "{file}", "rapport.json", "{rest...}", "x")
	personal := url.Values{"rubrik": {"Bygg 198507099805"}, "vad": {"Anna Berglund, 2001:db8::1"}, "varfor": {"850709-9805"}, "epost": {"anna@exempel.test"},
		"forslag": {h.id}, "enhet": {"annan"}, "biljett": {long + long}, "val": {"rosta"}, "tid": {"0-60"}}
	routes := 0
	for _, r := range app.RoutesOf(h.app, hostTown) {
		if !r.Discreet {
			continue
		}
		routes++
		method, path, _ := strings.Cut(r.Pattern, " ")
		paths := []string{fill.Replace(path), strings.ReplaceAll(fill.Replace(path), h.id, "01AAAAAAAAAAAAAAAAAAAAAAAA"), fill.Replace(path) + "?forslag=" + h.id + "&x=198507099805"}
		for _, at := range paths {
			if method == http.MethodGet {
				h.any(http.MethodGet, at, "", "")
				continue
			}
			h.any(method, at, personal.Encode(), "http://"+h.addr)
			h.any(method, at, personal.Encode(), "http://elsewhere.example")
			h.any(method, at, "%zz=198507099805", "http://"+h.addr)
			h.any(method, at, "val=rosta&biljett="+strings.Repeat("x", 300<<10), "http://"+h.addr)
		}
	}
	for _, path := range []string{"/rosta/198507099805", "/forslag/" + h.id + "/198507099805", "/lamna-forslag/198507099805"} {
		h.any(http.MethodGet, path, "", "")
		h.any(http.MethodPost, path, "a=b", "http://"+h.addr)
		h.any("BREW", path, "", "")
	}
	if routes < 25 {
		h.t.Errorf("only %d discreet routes", routes)
	}
}

func (h *host) any(method, path, body, origin string) {
	h.t.Helper()
	req, err := http.NewRequest(method, "http://"+h.addr+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if origin != "" {
		req.Header.Set("Origin", origin)
	}
	resp, err := forensicSend(req, "192.0.2.77", "__Host-mnv="+strings.Repeat("b", 43))
	if err != nil {
		return // the server may close on what is far too large
	}
	if resp.StatusCode == http.StatusOK && origin == "http://elsewhere.example" {
		h.t.Errorf("%s from another site was answered", path)
	}
}

// panics lets reading the form panic, with something personal.
func (h *host) panics() {
	h.t.Helper()
	for _, path := range []string{"/rosta", "/rosta/logga-in", "/rosta/vanta", "/lamna-forslag/skicka", "/forslag/" + h.id + "/folj"} {
		req := httptest.NewRequest(http.MethodPost, "http://"+h.addr+path, panicking{})
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer := httptest.NewRecorder()
		h.app.ServeHTTP(answer, req)
		if answer.Code < 400 {
			h.t.Errorf("%s with a panic was answered %d", path, answer.Code)
		}
	}
}

type panicking struct{}

// Read implements io.Reader.
func (panicking) Read([]byte) (int, error) { panic("198507099805 from 2001:db8::1") }
