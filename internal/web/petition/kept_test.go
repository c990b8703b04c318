package petition_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/tally"
	"medborgarnavet/internal/web/page"
)

// petitions.md §3 rule 2: every page survives a dead database, and can be kept
// by anyone in between.
func TestDeadDatabase(t *testing.T) {
	s := newSquare(t)
	id := s.opened(bike)
	paths := []string{"/forslag", "/forslag/" + id, "/forslag/" + id + "/antal.json", "/forslag/" + id + "/kontroll"}
	was := map[string]string{}
	for _, path := range paths {
		_, was[path] = s.get(page.Swedish, path)
	}
	s.ok(s.db.Close())
	for range 3 {
		s.clock.Advance(24 * time.Hour)
		for _, path := range paths {
			resp, body := s.get(page.Swedish, path)
			if resp.StatusCode != http.StatusOK || body != was[path] {
				t.Errorf("%s: %d, the same %t", path, resp.StatusCode, body == was[path])
			}
			if cache := resp.Header.Get("Cache-Control"); !strings.HasPrefix(cache, "public, max-age=") || !strings.Contains(cache, "stale-while-revalidate=") || !strings.Contains(cache, "stale-if-error=") {
				t.Errorf("%s: %q", path, cache)
			}
		}
	}
	if resp, body := s.get(page.English, "/forslag"); resp.StatusCode < 500 || strings.Contains(body, "sql") {
		t.Errorf("what nobody has read: %d", resp.StatusCode)
	}
}

// A page has a tag, answers 304 and HEAD, and is one for all who read in the
// same language and look: nothing that a browser says of itself or of who has
// logged in is in it (P-08).
func TestNothingOfTheReader(t *testing.T) {
	s := newSquare(t)
	id := s.opened(bike)
	for _, path := range []string{"/forslag", "/forslag/" + id, "/forslag/" + id + "/kontroll", "/forslag/" + id + "/antal.json"} {
		first, body := s.get(page.Swedish, path)
		second, same := s.get(page.Swedish, path, "Cookie", "__Host-mnv=inloggad; __Host-rosta=hemligt", "User-Agent", "Spårbar/1.0 iPhone", "Referer", "https://evil.example/", "X-Forwarded-For", "192.0.2.9")
		if body != same || second.Header.Get("Set-Cookie") != "" || strings.Contains(body, "logga-ut") {
			t.Errorf("%s: another page for one who is logged in", path)
		}
		tag := first.Header.Get("Etag")
		if third, none := s.get(page.Swedish, path, "If-None-Match", tag); third.StatusCode != http.StatusNotModified || none != "" {
			t.Errorf("%s: %d with %s", path, third.StatusCode, tag)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodHead, s.url+path, nil)
		s.ok(err)
		head, err := http.DefaultClient.Do(req)
		s.ok(err)
		_ = head.Body.Close()
		if head.StatusCode != http.StatusOK || head.ContentLength <= 0 {
			t.Errorf("HEAD %s: %d, %d bytes", path, head.StatusCode, head.ContentLength)
		}
		if strings.HasSuffix(path, ".json") {
			continue
		}
		if !strings.Contains(strings.Join(first.Header.Values("Vary"), ","), "Cookie") {
			t.Errorf("%s varies by %v", path, first.Header.Values("Vary"))
		}
		_, dark := s.get(page.Swedish, path, "Cookie", "utseende=dark")
		_, odd := s.get(page.Swedish, path, "Cookie", `utseende="><script>`)
		if !strings.Contains(dark, `data-color-scheme="dark"`) || !strings.Contains(body, `data-color-scheme="auto"`) || odd != body {
			t.Errorf("%s: the choice of light or dark is lost", path)
		}
		if _, english := s.get(page.English, path); english == body {
			t.Errorf("%s: one page for all languages", path)
		}
	}
	before, _ := s.shelf.Size()
	for _, tail := range []string{"?utm_source=x", "?fbclid=1", "?sida=1"} {
		s.shows("/forslag"+tail, "Bygg en cykelväg")
	}
	if after, _ := s.shelf.Size(); after != before {
		t.Errorf("%d keys became %d: an address is kept in more than one form", before, after)
	}
}

// I-17: no log tells which petition somebody read.
func TestDiscreet(t *testing.T) {
	s := newSquare(t)
	id := s.opened(bike)
	s.shows("/forslag/"+id, "Bygg en cykelväg")
	s.status(404, "/forslag/"+id+"/kontroll/"+id+"-x")
	s.router.TellRequests()
	if log := s.log.String(); strings.Contains(log, id) || !strings.Contains(log, "GET /forslag/{id}") {
		t.Errorf("the log: %s", log)
	}
	for _, r := range s.pages.Routes() {
		if !r.Discreet || r.Access != "public" || !strings.HasPrefix(r.Pattern, "GET ") {
			t.Errorf("%s: discreet %t, %s", r.Pattern, r.Discreet, r.Access)
		}
	}
}

// The public count for programs: in steps, nothing below the floor, and no more
// exact a time than the count has.
func TestCount(t *testing.T) {
	s := newSquare(t)
	id := s.opened(bike)
	read := func() (c struct {
		Petition                string
		Count, Below, Threshold *int64
		At                      time.Time
	}) {
		s.later()
		resp, body := s.get(page.Swedish, "/forslag/"+id+"/antal.json")
		if err := json.Unmarshal([]byte(body), &c); err != nil || resp.Header.Get("Content-Type") != "application/json" || !strings.HasPrefix(resp.Header.Get("Cache-Control"), "public, max-age=60,") {
			t.Fatalf("%v %v %s", err, resp.Header, body)
		}
		return c
	}
	s.votes.set(id, 4)
	if c := read(); c.Count != nil || c.Below == nil || *c.Below != 5 || *c.Threshold != 500 || !c.At.Equal(c.At.Truncate(time.Minute)) {
		t.Errorf("below the floor: %+v", c)
	}
	s.votes.set(id, 312)
	if c := read(); c.Count == nil || *c.Count != 312 || c.Below != nil {
		t.Errorf("%+v", c)
	}
	s.voting(id, 0, petition.MoveClose)
	if c := read(); c.Count != nil || c.Below != nil {
		t.Errorf("while it is counted: %+v", c)
	}
}

// P-11, petitions.md §2.4: the published files are named with what they say and
// the key they are signed with, and those that are saved from the page stand
// the audit.
func TestAudit(t *testing.T) {
	s := newSquare(t)
	id := s.opened(bike)
	at := "/forslag/" + id + "/kontroll"
	s.shows(at, "Det finns inga filer än", "medborgarnavet petition audit")
	s.status(404, "/forslag/"+id+"/raderingsrapport")
	sign := func(name string, document any) {
		data, err := tally.Sign(s.ring, document)
		s.ok(err)
		s.files = append(s.files, tally.File{Name: id + name, Data: data})
	}
	sign("-001-final.json", tally.Head{Kind: tally.KindFinal, Municipality: "2120009911", Petition: id, Count: 3, At: start})
	s.later()
	s.shows(at, "Det är för få för att visas här", "-3 röster")
	s.shows("/forslag/"+id, "Kontrollera räkningen av rösterna", "-raderingsrapport")
	s.files = nil
	sign("-001-final.json", tally.Head{Kind: tally.KindFinal, Municipality: "2120009911", Petition: id, Count: 1612, Root: strings.Repeat("ab", 32), At: start})
	sign("-002-report.json", tally.Report{Kind: tally.KindReport, Petition: id, Count: 1612})
	s.pdf = []byte("%PDF-1.7 rapport")
	s.later()
	s.shows(at, "Slutsiffran: 1 612 röster, 22 november 2026 kl. 10.30", id+"-001-final.json", "Rapporten om raderingen", strings.ToLower(hexOf(s)))
	s.shows("/forslag/"+id, `href="/forslag/`+id+`/raderingsrapport"`)
	var saved []tally.File
	for _, f := range s.files {
		resp, body := s.get(page.Swedish, at+"/"+f.Name)
		if !strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment") || resp.Header.Get("Content-Type") != "application/json" || !bytes.Equal([]byte(body), f.Data) {
			t.Errorf("%s: %v", f.Name, resp.Header)
		}
		saved = append(saved, tally.File{Name: f.Name, Data: []byte(body)})
	}
	if v := tally.Audit(saved[:1], s.key()); !v.OK() || v.Count != 1612 {
		t.Errorf("the saved file does not stand the audit: %+v", v)
	}
	s.status(404, at+"/"+id+"-leaves.txt")
	s.leaves, s.stored.Publication.Leaves = []byte("medborgarnavet petition leaves 1\n"), true
	s.later()
	s.shows(at, "Listan med ett tal för varje röst", id+"-leaves.txt")
	if _, body := s.get(page.Swedish, at+"/"+id+"-leaves.txt"); body != string(s.leaves) {
		t.Errorf("the leaves: %q", body)
	}
	resp, body := s.get(page.Swedish, "/forslag/"+id+"/raderingsrapport")
	if body != string(s.pdf) || resp.Header.Get("Content-Type") != "application/pdf" || !strings.Contains(resp.Header.Get("Content-Disposition"), "raderingsrapport-"+id+".pdf") {
		t.Errorf("the report: %v", resp.Header)
	}
}

// performance.md §8: a petition's page, with everything on it, against a handler
// that writes the same bytes; both over HTTP, in turns within one run. The bound
// tells a kept page from one that is rendered each time, on a busy machine too;
// web/shelf has the strict measure.
func TestAgainstConstantBytes(t *testing.T) {
	s := newSquare(t)
	id := s.opened(bike)
	s.series = days(60, 12)
	_, body := s.get(page.Swedish, "/forslag/"+id)
	raw := []byte(body)
	constant := s.listen(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
		_, _ = w.Write(raw)
	}))
	s.shows("/forslag/" + id)
	var limit, ours float64
	for range 4 {
		limit += s.rate(constant, 150*time.Millisecond)
		ours += s.rate(s.url+"/forslag/"+id, 150*time.Millisecond)
	}
	t.Logf("page of %d bytes: %.0f/s, constant bytes %.0f/s, ratio %.2f", len(body), ours/4, limit/4, ours/limit)
	if ours/limit < 0.2 {
		t.Errorf("ratio %.2f", ours/limit)
	}
}
