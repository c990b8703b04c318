package app_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"medborgarnavet/internal/clock"
)

// P-03, P-11 (bad input): strange addresses, query strings, methods and cookies
// on every public page of petitions get a page of plain words, lead to no other
// site, and cost no error.
func TestStrangeAddresses(t *testing.T) {
	p := newPolls(t, clock.NewManual(noon), nil)
	life, _ := p.app.Petitions("ekbacka")
	former := "id,title,what,received,standing,closed,count,addresses\n9,Bygg en bro,En bro.,2024-01-02,below-threshold,2024-03-02,3,/gamla/9 /visa.aspx?id=9\n"
	if r, err := life.Import(t.Context(), "gamla", strings.NewReader(former), "csv", false); err != nil {
		t.Fatalf("%v %+v", err, r.Faults)
	}
	id := p.open("ekbacka", "Bygg en väg")
	p.serve()
	home := regexp.MustCompile(`^/forslag/[0-9A-Z]{26}$`)
	for _, path := range []string{"/gamla/9", "/gamla/9/", "/visa.aspx?id=9", "/visa.aspx?id=9&till=https://evil.example", "/gamla/9?next=//evil.example", "/visa.aspx?fbclid=abc&id=9&utm_source=x"} {
		r := p.get(path)
		if r.status != http.StatusMovedPermanently || !home.MatchString(r.header.Get("Location")) {
			t.Errorf("%s: %d to %s", path, r.status, r.header.Get("Location"))
		}
	}
	strange := []string{"//evil.example/gamla/9", "/%2fevil.example/gamla/9", "/\\evil.example", "/gamla/9%0d%0aLocation:%20https://evil.example", "/gamla/9%00",
		"/https://evil.example/gamla/9", "/forslag/%2e%2e/%2e%2e/etc/passwd", "/forslag/" + strings.Repeat("A", 5000), "/forslag/" + strings.ToLower(id), "/forslag/" + id + "/kontroll/..%2f..%2fmaster.key",
		"/forslag/" + id + "/kontroll/%00", "/forslag/" + id + "/raderingsrapport", "/FORSLAG", "/forslag/", "/api/petitions/v1/", "/api/petitions/v1/petitions/" + strings.Repeat("9", 4000)}
	for _, q := range []string{"sok=%00", "sok=%ff%fe", "sok=" + strings.Repeat("a", 5000), "sok=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "sida=-1", "sida=99999999999999999999", "sida=NaN",
		"status=%27%20OR%201=1--", "ordning=../..", "%zz", "a=b;c=d", "sok=*%22AND%22", "sok=NEAR(%22a%22", strings.Repeat("a=1&", 2000), "lang=en&spr%C3%A5k=xx", "till=https://evil.example"} {
		for _, at := range []string{"/forslag", "/forslag/" + id, "/forslag/" + id + "/antal.json", "/status", "/lamna-forslag", "/rosta", "/rosta/klart", "/rosta/vanta", "/api/petitions/v1/petitions", "/datasets/dcat"} {
			strange = append(strange, at+"?"+q)
		}
	}
	for _, path := range strange {
		r, ok := p.raw(path)
		if !ok {
			continue // the client itself refuses to send it
		}
		if r.status >= 500 {
			t.Errorf("%s: %d", short(path), r.status)
		}
		if to := r.header.Get("Location"); to != "" && !ownPath.MatchString(to) || strings.Contains(r.header.Get("Refresh"), "evil") {
			t.Errorf("%s leads to %s", short(path), to)
		}
		asText(t, short(path), r)
	}
	p.otherMethods(id)
	if strings.Contains(p.logs.String(), "level=ERROR") {
		t.Errorf("errors in the log")
	}
	if strings.Contains(p.logs.String(), "evil.example") || strings.Contains(p.logs.String(), "alert(1)") {
		t.Error("the log repeats what stood in an address")
	}
}

// ownPath is a place on the same site, whatever a browser makes of it.
var ownPath = regexp.MustCompile(`^/($|[^/\\\\])`)

// raw sends a path as it is written.
func (p *polls) raw(path string) (reply, bool) {
	if _, err := url.ParseRequestURI(path); err != nil {
		return reply{}, false
	}
	r, err := p.try(ask{path: path})
	return r, err == nil
}

// otherMethods tries HEAD, unknown methods and cookies of all sizes.
func (p *polls) otherMethods(id string) {
	p.t.Helper()
	pages := []string{"/forslag", "/forslag/" + id, "/forslag/" + id + "/antal.json", "/forslag/" + id + "/kontroll", "/status", "/lamna-forslag", "/rosta", "/datasets/dcat",
		"/api/petitions/v1", "/api/petitions/v1/api-info", "/api/petitions/v1/petitions", "/api/petitions/v1/petitions/" + id + "/count"}
	for _, path := range pages {
		get, head := p.get(path), p.send(ask{method: "HEAD", path: path})
		if head.status != get.status || head.body != "" || head.header.Get("Content-Type") != get.header.Get("Content-Type") {
			p.t.Errorf("HEAD %s: %d, %d bytes, %s; GET is %d", path, head.status, len(head.body), head.header.Get("Content-Type"), get.status)
		}
		for method, want := range map[string]int{"PUT": 405, "DELETE": 405, "PATCH": 405, "TRACE": 405, "BREW": 405, "OPTIONS": 204} {
			if r := p.send(ask{method: method, path: path}); r.status != want || !strings.HasPrefix(r.header.Get("Allow"), "GET, HEAD") {
				p.t.Errorf("%s %s: %d, Allow %q", method, path, r.status, r.header.Get("Allow"))
			} else if data := strings.Contains(path, "dcat") || strings.Contains(path, "/api/"); want == 405 && data != strings.Contains(r.header.Get("Content-Type"), "problem+json") {
				p.t.Errorf("%s %s: is told as %s", method, path, r.header.Get("Content-Type"))
			}
		}
		for _, cookie := range []string{"__Host-mnv=" + strings.Repeat("A", 20_000), "__Host-rosta=" + strings.Repeat("%00", 900), strings.Repeat("a=b; ", 4000), "utseende=<script>; sprak=../../x",
			"__Host-mnv=\x80\xff; __Host-rosta-login='--"} {
			if r := p.send(ask{path: path, header: map[string]string{"Cookie": cookie}}); r.status != get.status {
				p.t.Errorf("%s with a strange cookie of %d bytes: %d", path, len(cookie), r.status)
			}
		}
		if r, err := p.try(ask{path: path, header: map[string]string{"Cookie": "a=" + strings.Repeat("A", 60_000)}}); err == nil && r.status != http.StatusRequestHeaderFieldsTooLarge {
			p.t.Errorf("%s with a cookie of 60 kB: %d", path, r.status)
		}
	}
}
