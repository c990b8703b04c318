package route

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// D-09, issue 4 part 4: what is there and cannot be asked for in that way is
// 405 with the ways there are; OPTIONS asks for just that; what is not there is
// 404 by every method; and only open data may be read by pages of other sites.
func TestMethods(t *testing.T) {
	s := newSite(t)
	rt := s.serve(
		Route{Pattern: "GET /data/{id}", Access: Public, Discreet: true, AnyOrigin: true, Do: say("data")},
		Route{Pattern: "GET /sida", Access: Public, Do: say("sida")},
		Route{Pattern: "POST /sida", Access: Public, Do: say("sparat")},
		Route{Pattern: "POST /bord", Access: Staff, Roles: []string{"officer"}, Do: say("bord")},
	)
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
		open         bool
	}{
		{"GET", "/data/1", 200, "", true},
		{"HEAD", "/data/1", 200, "", true},
		{"POST", "/data/1", 405, "GET, HEAD, OPTIONS", true},
		{"PUT", "/data/1", 405, "GET, HEAD, OPTIONS", true},
		{"BREW", "/data/1", 405, "GET, HEAD, OPTIONS", true},
		{"OPTIONS", "/data/1", 204, "GET, HEAD, OPTIONS", true},
		{"PUT", "/data", 404, "", false},
		{"OPTIONS", "/data", 404, "", false},
		{"DELETE", "/sida", 405, "GET, HEAD, POST, OPTIONS", false},
		{"OPTIONS", "/sida", 204, "GET, HEAD, POST, OPTIONS", false},
		{"GET", "/bord", 405, "POST, OPTIONS", false},
		{"HEAD", "/bord", 405, "POST, OPTIONS", false},
	} {
		status, body, header := send(rt, httptest.NewRequest(c.method, c.path, nil))
		if status != c.status || header.Get("Allow") != c.allow || (header.Get("Access-Control-Allow-Origin") == "*") != c.open {
			t.Errorf("%s %s: %d, Allow %q, other sites %q", c.method, c.path, status, header.Get("Allow"), header.Get("Access-Control-Allow-Origin"))
		}
		if c.method == "OPTIONS" && (header.Get("Access-Control-Allow-Methods") == "GET, HEAD") != c.open {
			t.Errorf("OPTIONS %s: other sites may %q", c.path, header.Get("Access-Control-Allow-Methods"))
		}
		if c.status == 405 && !strings.HasPrefix(body, "felsida") {
			t.Errorf("%s %s: %q", c.method, c.path, body)
		}
	}
	if s.log.Len() > 0 && strings.Contains(s.log.String(), "/data/1") {
		t.Errorf("the log tells who asked: %s", s.log.String())
	}
	// A post from another site is refused before anything else (M-123).
	if status, _, header := post(rt, "/data/1", map[string]string{"Sec-Fetch-Site": "cross-site"}); status != 403 || header.Get("Allow") != "" {
		t.Errorf("a post of another site: %d", status)
	}
}
