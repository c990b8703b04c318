package opendata

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/dcat"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page/pagetest"
	"medborgarnavet/internal/web/page/texttest"
)

var filterAll = petition.Filter{Limit: 100}

// M-48: every text is there in every language, plain, and shown somewhere.
func TestTexts(t *testing.T) {
	texttest.Texts{Add: Texts, Prefix: "opendata.", Least: 30, Made: madeKeys()}.Check(t)
}

// madeKeys are the keys that the code puts together.
func madeKeys() (keys []string) {
	for part, names := range map[string]string{"what": "texts counts outcome moderation", "not": "proposer voters unread", "numbers": "steps floor days former",
		"address": "caption what where form csv list one count daily moderation openapi dcat", "schema": "text docs", "licence": "text", "contact": "text"} {
		for _, name := range strings.Fields(names) {
			keys = append(keys, "opendata."+part+"."+name)
		}
	}
	return keys
}

// D-09: what is asked wrongly is told in plain words as a problem (RFC 9457),
// in Swedish to those who ask for it.
func TestBadInput(t *testing.T) {
	o := newOffice(t)
	for path, want := range map[string]struct {
		status      int
		code, field string
	}{
		"/petitions?page=0":                                        {400, "page", "page"},
		"/petitions?page=-1":                                       {400, "page", "page"},
		"/petitions?page=1.5":                                      {400, "page", "page"},
		"/petitions?page=":                                         {400, "page", "page"},
		"/petitions?page=99999999999999999999":                     {400, "page", "page"},
		"/petitions?limit=100000":                                  {400, "limit", "limit"},
		"/petitions?limit=0":                                       {400, "limit", "limit"},
		"/petitions?limit=tjugo":                                   {400, "limit", "limit"},
		"/petitions?offset=20":                                     {400, "unknown-field", "offset"},
		"/petitions?Page=1":                                        {400, "unknown-field", "Page"},
		"/petitions?page=1&page=2":                                 {400, "twice", "page"},
		"/petitions?state=removed":                                 {400, "state", "state"},
		"/petitions?sort=title":                                    {400, "sort", "sort"},
		"/petitions?q=" + strings.Repeat("a", 201):                 {400, "q", "q"},
		"/petitions?q=%ff":                                         {400, "q", "q"},
		"/petitions?%zz":                                           {400, "query", ""},
		"/petitions?%3Cscript%3E%00=1":                             {400, "unknown-field", ""},
		"/petitions.csv?page=2":                                    {400, "unknown-field", "page"},
		"/petitions/01JD000000000000000000000A":                    {404, "not-found", ""},
		"/petitions/01JD000000000000000000000A/count":              {404, "not-found", ""},
		"/petitions/01JD000000000000000000000A/daily":              {404, "not-found", ""},
		"/petitions/%27%20OR%201=1":                                {404, "not-found", ""},
		"/petitions/" + strings.Repeat("a", 5000):                  {404, "not-found", ""},
		"/petitions/..%2f..%2fetc":                                 {404, "not-found", ""},
		"/no-such":                                                 {404, "not-found", ""},
		"/petitions/" + o.open + "?fields=votes":                   {400, "unknown-field", "fields"},
		"/statistics/moderation?from=2026-10-02":                   {400, "month", "from"},
		"/statistics/moderation?to=2026-12-01":                     {400, "month", "to"},
		"/statistics/moderation?to=i%20dag":                        {400, "month", "to"},
		"/statistics/moderation?from=2026-10-01&to=2026-10-01":     {400, "months", "from"},
		"/statistics/moderation?from=0001-01-01&to=2026-10-01":     {400, "month", "from"},
		"/statistics/moderation?from=2026-10-01T00:00:00Z":         {400, "month", "from"},
		"/statistics/moderation?from=2026-10-01&to=2026-11-01&x=1": {400, "unknown-field", "x"},
	} {
		resp, text := o.get(APIPath + path)
		var p problem
		d := json.NewDecoder(strings.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(&p); err != nil {
			t.Errorf("%s: %v: %s", path, err, text)
			continue
		}
		if resp.StatusCode != want.status || p.Status != want.status || p.Type != "urn:medborgarnavet:problem:"+want.code || p.Field != want.field ||
			p.Title == "" || len(p.Detail) < 20 || p.Instance == "" || resp.Header.Get("Content-Type") != "application/problem+json" || resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %+v", path, resp.StatusCode, p)
		}
		if strings.HasPrefix(path, "/petitions") && resp.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: other sites cannot read the problem", path)
		}
	}
	if resp, text := o.get(APIPath+"/petitions?page=0", "Accept-Language", "sv-SE,sv;q=0.9"); !strings.Contains(text, "Första sidan är 1") || resp.Header.Get("Content-Language") != "sv" {
		t.Errorf("in Swedish: %s", text)
	}
	for _, accept := range []string{"application/xml", "text/html", "application/json;q=0", "application/json; q=0.0"} {
		if resp, text := o.get(APIPath+"/petitions", "Accept", accept); resp.StatusCode != http.StatusNotAcceptable {
			t.Errorf("%s: %d %s", accept, resp.StatusCode, text)
		}
	}
	for _, accept := range []string{"", "*/*", "application/*", "application/json", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"} {
		if resp, text := o.get(APIPath+"/petitions", "Accept", accept); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", accept, resp.StatusCode, text)
		}
	}
	for _, code := range problems {
		if code.en[0] == "" || code.en[1] == "" || code.sv[0] == "" || code.sv[1] == "" {
			t.Errorf("a problem without words: %+v", code)
		}
	}
}

// D-09: lists come by pages, with the ways on, by state, order and words.
func TestPages(t *testing.T) {
	o := newOffice(t)
	var seen []string
	next := APIPath + "/petitions?limit=1"
	for next != "" {
		resp, text := o.get(next)
		var l listed
		o.ok(json.Unmarshal([]byte(text), &l))
		if l.Total != 4 || l.Pages != 4 || l.Limit != 1 || len(l.Petitions) != 1 || l.Schema != petition.SchemaVersion || l.Floor != 5 {
			t.Fatalf("%s: %+v", next, l)
		}
		seen = append(seen, l.Petitions[0].ID)
		said := resp.Header.Get("Link")
		if strings.Contains(said, `rel="next"`) != (l.Links.Next != "") || !strings.Contains(said, l.Links.Last) || (l.Links.Prev == "") != (len(seen) == 1) {
			t.Errorf("the header says %s, the answer %+v", said, l.Links)
		}
		next = strings.TrimPrefix(l.Links.Next, base)
	}
	slices.Sort(seen)
	if len(slices.Compact(seen)) != 4 {
		t.Errorf("the pages hold %v", seen)
	}
	for query, want := range map[string]int{"?state=open": 1, "?state=decided": 1, "?state=ended": 1, "?state=rejected": 1, "?state=handled": 0,
		"?q=b%C3%A4nkar": 1, "?q=inget+s%C3%A5dant+ord": 0, "?q=%20": 4, "?sort=votes": 4, "?sort=closing": 4, "?page=77": 4} {
		var l listed
		o.read("/petitions"+query, &l)
		if l.Total != want || query == "?page=77" && (len(l.Petitions) != 0 || l.Links.Prev == "") {
			t.Errorf("%s: %d petitions, %+v", query, l.Total, l.Links)
		}
	}
}

// D-09, P-16: counts are in steps and above the floor, and those of the former
// service stand apart; days never tell the hour.
func TestCounts(t *testing.T) {
	o := newOffice(t)
	var c petition.OpenCount
	o.read("/petitions/"+o.open+"/count", &c)
	if *c.Votes != 35 || c.VotesBelow != nil || *c.Former.Votes != 97 || c.Threshold != 100 {
		t.Errorf("%+v", c)
	}
	var s series
	o.read("/petitions/"+o.open+"/daily", &s)
	if len(s.Days) != 2 || s.Days[0].Votes != nil || *s.Days[0].VotesBelow != 5 || *s.Days[1].Votes != 35 || s.Days[1].On != "2026-11-23" {
		t.Errorf("%+v", s)
	}
	var m statistics
	o.read("/statistics/moderation", &m)
	if m.From != "2025-11-01" || m.To != "2026-11-01" || m.Received != nil || m.Floor != 5 {
		t.Errorf("%+v", m)
	}
	if _, text := o.get(APIPath + "/petitions/" + o.open); regexp.MustCompile(`\d\d:\d\d`).MatchString(text) {
		t.Errorf("a time of day is told: %s", text)
	}
}

// D-09: all petitions are a CSV file, also by what is asked for.
func TestCSV(t *testing.T) {
	o := newOffice(t)
	for path, accept := range map[string]string{"/petitions.csv": "*/*", "/petitions": "text/csv"} {
		resp, text := o.get(APIPath+path, "Accept", accept)
		lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || len(lines) != 5 || len(lines[0]) != 26 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/csv") || resp.Header.Get("Vary") == "" {
			t.Errorf("%s: %v, %d lines, %s", path, err, len(lines), resp.Header.Get("Content-Type"))
		}
	}
	if resp, _ := o.get(APIPath+"/petitions.csv", "Accept", "application/json"); resp.StatusCode != http.StatusNotAcceptable {
		t.Errorf("JSON of the CSV file: %d", resp.StatusCode)
	}
}

// P-01, D-09: bytes have tags, caches may keep them, other sites may read the
// interface and not the page, and nobody is looked at.
func TestCachesAndOrigins(t *testing.T) {
	o := newOffice(t)
	for path, open := range map[string]bool{APIPath + "/petitions": true, APIPath + "/petitions/" + o.open: true, APIPath + "/petitions/" + o.open + "/count": true,
		APIPath + "/petitions.csv": true, APIPath + "/statistics/moderation": true, DCATPath: true, Path: false} {
		resp, text := o.get(path, "Cookie", "__Host-mnv=somebody")
		tag := resp.Header.Get("ETag")
		if resp.StatusCode != http.StatusOK || tag == "" || !strings.Contains(resp.Header.Get("Cache-Control"), "public") || resp.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %v", path, resp.StatusCode, resp.Header)
		}
		if (resp.Header.Get("Access-Control-Allow-Origin") == "*") != open || resp.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: other sites: %q", path, resp.Header.Get("Access-Control-Allow-Origin"))
		}
		if resp, again := o.get(path, "If-None-Match", tag); resp.StatusCode != http.StatusNotModified || again != "" {
			t.Errorf("%s again: %d, %d bytes", path, resp.StatusCode, len(again))
		}
		if text == "" {
			t.Errorf("%s is empty", path)
		}
	}
	for _, secret := range []string{o.open, "somebody", "127.0.0.1"} {
		if strings.Contains(o.log.String(), secret) {
			t.Errorf("the log holds %s", secret)
		}
	}
}

// P-01: with the database gone, what was read before is read still; what was
// not is a problem that says to try again.
func TestDeadDatabase(t *testing.T) {
	o := newOffice(t)
	paths := []string{"/petitions", "/petitions/" + o.open, "/petitions.csv"}
	before := map[string]string{}
	for _, path := range paths {
		_, before[path] = o.get(APIPath + path)
	}
	o.ok(o.db.Close())
	o.clock.Advance(time.Hour)
	for _, path := range paths {
		if resp, text := o.get(APIPath + path); resp.StatusCode != http.StatusOK || text != before[path] {
			t.Errorf("%s: %d %.200s", path, resp.StatusCode, text)
		}
	}
	for _, path := range []string{"/petitions?state=open", "/petitions/" + o.open + "/count", "/petitions?q=cykel"} {
		resp, text := o.get(APIPath + path)
		if resp.StatusCode < 500 || resp.Header.Get("Content-Type") != "application/problem+json" || strings.Contains(text, "sql") {
			t.Errorf("%s: %d %s", path, resp.StatusCode, text)
		}
	}
	if resp, _ := o.get(Path); resp.StatusCode != http.StatusOK {
		t.Errorf("the page: %d", resp.StatusCode)
	}
}

// P-01: the interface can be switched off, and says so; the catalogue and the
// page stay.
func TestSwitchedOff(t *testing.T) {
	o := newOffice(t)
	o.off = true
	for path, want := range map[string]int{APIPath + "/petitions": 503, APIPath + "/petitions.csv": 503, APIPath + "/statistics/moderation": 503,
		APIPath + "/api-info": 200, APIPath + "/openapi.json": 200, DCATPath: 200, Path: 200} {
		resp, text := o.get(path)
		if resp.StatusCode != want || want == 503 && (resp.Header.Get("Retry-After") == "" || !strings.Contains(text, "problem:off")) {
			t.Errorf("%s: %d %.200s", path, resp.StatusCode, text)
		}
	}
}

var addresses = regexp.MustCompile(`rdf:(?:resource|about)="` + base + `([^"#]*)`)

// D-09: the catalogue is one for the municipality, by the profile, and every
// address of this site in it answers.
func TestDCAT(t *testing.T) {
	o := newOffice(t)
	resp, text := o.get(DCATPath)
	if resp.Header.Get("Content-Type") != "application/rdf+xml" || strings.Count(text, "<dcat:Catalog ") != 1 || strings.Count(text, "<dcat:Dataset ") != 2 ||
		strings.Count(text, "<dcat:DataService ") != 1 || strings.Count(text, "<dcat:Distribution ") != 3 || strings.Count(text, "<foaf:Agent ") != 1 {
		t.Errorf("%s:\n%s", resp.Header.Get("Content-Type"), text)
	}
	if err := xml.Unmarshal([]byte(text), &struct{}{}); err != nil {
		t.Error(err)
	}
	answered := 0
	for _, m := range addresses.FindAllStringSubmatch(text, -1) {
		switch m[1] {
		case "/", "/docs/petition-data", APIPath: // the site's own start, documents, and the root of the interface
			continue
		}
		answered++
		if resp, _ := o.get(m[1]); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", m[1], resp.StatusCode)
		}
	}
	if answered < 10 {
		t.Errorf("%d addresses", answered)
	}
}

// D-09: a catalogue that lacks something is told of when the program starts.
func TestCatalogueIsChecked(t *testing.T) {
	o := newOffice(t)
	for name, spoil := range map[string]func(*Deps){
		"mail":    func(d *Deps) { d.ContactEmail = "" },
		"name":    func(d *Deps) { d.ContactName = "" },
		"address": func(d *Deps) { d.BaseURL = "" },
		"slash":   func(d *Deps) { d.BaseURL += "/" },
		"place":   func(d *Deps) { d.Spatial = []string{"Ekbacka"} },
	} {
		d := deps(t)
		d.Clock, d.Petitions = o.clock, o.Petitions
		spoil(&d)
		if _, err := New(d); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	var found dcat.Breaches
	if err := (dcat.Catalog{}).Check(); err == nil || fmt.Sprintf("%T", err) != fmt.Sprintf("%T", found) {
		t.Errorf("%T", err)
	}
}

// M-48, D-09: the page is readable in every language, and names every address.
func TestPage(t *testing.T) {
	o := newOffice(t)
	for lang, title := range map[string]string{"sv": "Öppna data om e-förslag", "sv-x-lattlast": "Öppna data om e-förslag", "en": "Open data about e-petitions"} {
		resp, text := o.get(Path, "Cookie", "sprak="+lang)
		pagetest.Check(t, []byte(text), lang)
		if resp.StatusCode != http.StatusOK || !strings.Contains(text, title) {
			t.Errorf("%s: %d", lang, resp.StatusCode)
		}
		for _, has := range []string{APIPath + "/petitions.csv", DCATPath, APIPath + "/openapi.json", `id="schema"`, `id="kontakt"`, "oppnadata@ekbacka.example", "CC0"} {
			if !strings.Contains(text, has) {
				t.Errorf("%s: no %s", lang, has)
			}
		}
		if dir := os.Getenv("OPENDATA_PAGES"); dir != "" { // to look at
			o.ok(os.WriteFile(filepath.Join(dir, lang+".html"), []byte(text), 0o600))
		}
	}
}
