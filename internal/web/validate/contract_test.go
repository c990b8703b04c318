package validate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"medborgarnavet/block/pades"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/web/route/apitest"
)

// ask asks the interface without a body.
func (c *counter) ask(method, path string) (*http.Response, string) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+APIPath+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.do(req, "")
}

// S-06: openapi.json is true: what answers is in it, and what it says is what
// is answered, of files of every sort.
func TestDescriptionIsTrue(t *testing.T) {
	c := newCounter(t, func(d *Deps) { d.Token = func(validation.Report, []byte) (string, error) { return "a.b.c", nil } })
	bare := newCounter(t)
	_, text := c.ask("GET", "/openapi.json")
	document := apitest.Read(t, text)
	described := map[string]apitest.Operation{}
	for _, o := range document.Operations() {
		described[o.Method+" "+APIPath+o.Path] = o
	}
	check := func(o apitest.Operation, resp *http.Response, text string) {
		t.Helper()
		for _, fault := range document.Answer(o, resp.StatusCode, resp.Header.Get("Content-Type"), text) {
			t.Error(fault)
		}
	}
	for _, path := range []string{"/api-info", "/openapi.json"} {
		resp, text := c.ask("GET", path)
		check(described["GET "+APIPath+path], resp, text)
	}
	post := described["POST "+APIPath+"/validations"]
	example := apitest.Words(apitest.At(post.Item, "requestBody", "content", "application/pdf", "examples", "example", "value"))
	signed := c.signed(contract(t), "Anna", "Berglund", pades.BLTA)
	for _, f := range []struct {
		at     *counter
		query  string
		file   []byte
		status int
	}{
		{c, "", signed, 200}, {c, "?svt=true", signed, 200}, {c, "?report=etsi", signed, 200}, {c, "", changedPage(t, signed), 200},
		{c, "", contract(t), 200}, {c, "", []byte(example), 200}, {bare, "", signed, 200}, {bare, "?svt=true", signed, 501}, {c, "?svt=true", contract(t), 422},
		{c, "", []byte("hej"), 422}, {c, "", nil, 422}, {c, "", []byte("%PDF-1.7\n1 0 obj"), 422},
	} {
		resp, text := f.at.call(f.query, "application/pdf", bytes.NewReader(f.file))
		if resp.StatusCode != f.status {
			t.Errorf("%s of %d bytes: %d, want %d", f.query, len(f.file), resp.StatusCode, f.status)
		}
		check(post, resp, text)
	}
	resp, text := c.call("", "multipart/form-data; boundary=a", strings.NewReader("--a\r\n\xf0 x: y\r\n"))
	check(post, resp, text)
	var served []string
	for _, r := range c.pages.Routes() {
		if _, path, _ := strings.Cut(r.Pattern, " "); strings.HasPrefix(path, APIPath+"/") { // the root is /api-info once more
			served = append(served, r.Pattern)
		}
	}
	slices.Sort(served)
	if all := slices.Sorted(maps.Keys(described)); !slices.Equal(served, all) {
		t.Errorf("served %v, described %v", served, all)
	}
}

// S-06, D-09: the description keeps the national REST profile, its examples are
// as its schemas and what is answered, and api-info stands at the root too.
func TestRESTProfile(t *testing.T) {
	c := newCounter(t)
	_, text := c.ask("GET", "/openapi.json")
	document := apitest.Read(t, text)
	document.Profile(t, apitest.Expected{Base: "https://ekbacka.example" + APIPath, Version: apiVersion, Email: "kontakt@ekbacka.example"})
	troubles := map[string][2]string{}
	for name, said := range apiTroubles {
		troubles[strings.ReplaceAll(string(name), "_", "-")] = said
	}
	told := map[string]bool{}
	seen, broken := document.Examples(func(_ apitest.Operation, status, kind string, value any) {
		if kind != "application/problem+json" {
			return
		}
		code := strings.TrimPrefix(apitest.Words(apitest.At(value, "type")), "urn:medborgarnavet:problem:")
		told[code] = true
		if said, known := troubles[code]; known && (said[0] != apitest.At(value, "title") || said[1] != apitest.At(value, "detail") || status != fmt.Sprint(apitest.At(value, "status"))) {
			t.Errorf("the example of %s is not what is answered", code)
		}
	})
	for _, fault := range broken {
		t.Error(fault)
	}
	for code := range troubles {
		if !told[code] {
			t.Errorf("the description does not tell of %s", code)
		}
	}
	if seen < 12 {
		t.Errorf("%d examples", seen)
	}
	resp, about := c.ask("GET", "/api-info")
	if _, root := c.ask("GET", ""); root != about || resp.StatusCode != 200 {
		t.Errorf("the root says %s", root)
	}
	var info apiAbout
	if err := json.Unmarshal([]byte(about), &info); err != nil || info != (apiAbout{"validation", apiVersion, apiReleased, "https://ekbacka.example" + APIPath + "/openapi.json", "active"}) {
		t.Errorf("%v %+v", err, info)
	}
}

// S-06: what cannot be asked in that way is told so as a problem, with the ways
// there are; nothing here is for pages of other sites.
func TestMethods(t *testing.T) {
	c := newCounter(t)
	for path, allow := range map[string]string{"": "GET, HEAD, OPTIONS", "/api-info": "GET, HEAD, OPTIONS", "/openapi.json": "GET, HEAD, OPTIONS", "/validations": "POST, OPTIONS"} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
			resp, text := c.ask(method, path)
			if resp.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s %s: other sites may read it", method, path)
			}
			if method != "OPTIONS" && strings.Contains(allow, method) {
				continue
			}
			var p problem
			switch {
			case resp.Header.Get("Allow") != allow:
				t.Errorf("%s %s: Allow %q", method, path, resp.Header.Get("Allow"))
			case method == "OPTIONS" && resp.StatusCode != 204, method != "OPTIONS" && resp.StatusCode != 405:
				t.Errorf("%s %s: %d", method, path, resp.StatusCode)
			case method == "OPTIONS", method == "HEAD":
			case json.Unmarshal([]byte(text), &p) != nil || p.Type != "urn:medborgarnavet:problem:wrong-method" || p.Status != 405 || resp.Header.Get("Content-Type") != "application/problem+json":
				t.Errorf("%s %s: %s", method, path, text)
			}
		}
	}
}
