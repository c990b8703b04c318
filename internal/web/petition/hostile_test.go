package petition_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
)

// Bad input: addresses of nothing are 404 with plain words, whatever they hold,
// and nothing of them comes back in the page or the log.
func TestForgedAddresses(t *testing.T) {
	s := newSquare(t)
	id := s.opened(bike)
	for _, bad := range []string{db.NewID(), strings.ToLower(id), id + "0", id[:25], "1", "..%2f..%2fetc%2fpasswd", "%00", "'%20OR%201=1--", "%F0%9F%9A%B2",
		"%E2%80%AEtxt", strings.Repeat("A", 2000), "%3Cscript%3Ealert(1)%3C%2Fscript%3E"} {
		for _, rest := range []string{"", "/antal.json", "/kontroll", "/raderingsrapport", "/kontroll/" + id + "-001-final.json"} {
			resp, body := s.get(page.Swedish, "/forslag/"+bad+rest)
			if resp.StatusCode != http.StatusNotFound || strings.Contains(body, "<script>alert") {
				t.Errorf("%s%s: %d", bad, rest, resp.StatusCode)
			}
		}
	}
	for _, file := range []string{"x", id, id + "-finns-inte.json", id + "-..%2f..%2fx", strings.Repeat("x", 500)} {
		s.status(404, "/forslag/"+id+"/kontroll/"+file)
	}
	for _, path := range []string{"/forslag/" + id + "/folj", "/forslag/" + id + "/", "/forslag/" + id + "/annat"} {
		s.status(404, path)
	}
	if strings.Contains(s.log.String(), "passwd") || strings.Contains(s.log.String(), "OR 1") {
		t.Error("the log repeats what was asked for")
	}
}

// Bad input: searches of every sort get a page; what is too long is told and not
// looked up, and a wrong page or choice is the nearest right one.
func TestForgedSearches(t *testing.T) {
	s := newSquare(t)
	id := s.opened(bike)
	for _, q := range []string{"sok=" + url.QueryEscape("<script>alert(1)</script>"), "sok=" + url.QueryEscape(`"><b>x`), "sok=%E2%80%AEssub", "sok=%FF%FE%00",
		"sok=" + url.QueryEscape("🚲🚲🚲"), "sok=" + url.QueryEscape("'; DROP TABLE petition;--"), "sok=%25d%25s", "sok=" + url.QueryEscape("مسار للدراجات"), "sok=+++"} {
		resp, body := s.get(page.Swedish, "/forslag?"+q)
		if resp.StatusCode != http.StatusOK || strings.Contains(body, "<script>alert") || strings.Contains(body, "<b>x") || strings.Contains(body, "%!") {
			t.Errorf("%s: %d", q, resp.StatusCode)
		}
	}
	for _, q := range []string{"sida=-1", "sida=0", "sida=x", "sida=1e9", "sida=99999999999999999999", "limit=100000", "status=xyz", "ordning=%00", "status=a&status=b", "%", "%zz=1", ";;", "a=" + strings.Repeat("b", 4000)} {
		s.shows("/forslag?"+q, "Bygg en cykelväg", id)
	}
	s.status(404, "/forslag?sida=1001")
	long := "Ordet" + strings.Repeat("x", 300)
	resp, body := s.get(page.Swedish, "/forslag?sok="+long)
	if resp.StatusCode != http.StatusBadRequest || !strings.Contains(body, "högst") || strings.Contains(body, "xxxx") {
		t.Errorf("a long search: %d", resp.StatusCode)
	}
	if keys, _ := s.shelf.Size(); keys > 4 {
		t.Errorf("%d keys: bad addresses fill the shelf", keys)
	}
}

// Bad input: what a proposal holds is text and nothing else, wherever it stands,
// and turns no direction outside itself round.
func TestProposalIsText(t *testing.T) {
	s := newSquare(t)
	evil := petition.Text{Title: `<script>alert(1)</script> "><img src=x onerror=alert(2)> مرحبا 1 250 kr`, What: "</p></section><form action=https://evil.example>\n{{.Body}} <b>fet</b>",
		Why: "' OR 1=1 -- \u05d0\u05d1 {text} {{t \"x\"}}"}
	id := s.opened(evil)
	for _, lang := range page.Languages() {
		for _, path := range []string{"/forslag", "/forslag/" + id, "/forslag/" + id + "/kontroll"} {
			body := s.showsIn(lang, path, "-<script>alert", "-<img src=x", "-<form action=https", "-<b>fet")
			if !strings.Contains(body, "&lt;script&gt;") {
				t.Errorf("%s %s: the title is not there as it was written", lang, path)
			}
		}
	}
	_, body := s.get(page.Swedish, "/forslag/"+id)
	doc, err := html.Parse(strings.NewReader(body))
	s.ok(err)
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && strings.Contains(n.Data, "مرحبا") && n.Parent.Data != "title" && n.Parent.Data != "bdi" {
			t.Errorf("the title stands in a %s, where it can turn its surroundings round", n.Parent.Data)
		}
		if n.Data == "title" && !strings.HasPrefix(n.FirstChild.Data, "\u2068") && strings.Contains(n.FirstChild.Data, "مرحبا") {
			t.Errorf("the page's title is open at its ends: %q", n.FirstChild.Data)
		}
	}
}
