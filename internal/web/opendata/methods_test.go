package opendata

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// D-09: every address of the interface and the catalogue is for reading: other
// methods are told so as a problem (RFC 9457) with Allow, HEAD is GET without
// its body, OPTIONS says what can be asked, and a browser's question before a
// page of another site asks is answered.
func TestMethods(t *testing.T) {
	o := newOffice(t)
	paths := []string{DCATPath, APIPath, APIPath + "/petitions/" + o.open, APIPath + "/petitions/" + o.open + "/count", APIPath + "/petitions/" + o.open + "/daily"}
	described, _ := o.contract().Doc["paths"].(object)
	for path := range described {
		if !strings.Contains(path, "{") {
			paths = append(paths, APIPath+path)
		}
	}
	if len(paths) != 10 {
		t.Errorf("%d addresses", len(paths))
	}
	for _, path := range paths {
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "TRACE", "LINK"} {
			resp, text := o.ask(method, path)
			var p problem
			if err := json.Unmarshal([]byte(text), &p); err != nil || resp.StatusCode != 405 || p.Status != 405 || p.Type != "urn:medborgarnavet:problem:wrong-method" ||
				resp.Header.Get("Allow") != "GET, HEAD, OPTIONS" || resp.Header.Get("Content-Type") != "application/problem+json" || resp.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s %s: %d %s %v", method, path, resp.StatusCode, text, err)
			}
		}
		get, _ := o.get(path, "Accept-Encoding", "identity")
		head, text := o.ask("HEAD", path, "Accept-Encoding", "identity")
		for _, name := range []string{"Content-Type", "ETag", "Cache-Control", "Access-Control-Allow-Origin"} {
			if head.Header.Get(name) != get.Header.Get(name) {
				t.Errorf("HEAD %s: %s is %q, by GET %q", path, name, head.Header.Get(name), get.Header.Get(name))
			}
		}
		if head.StatusCode != 200 || text != "" || !strings.Contains(get.Header.Get("Cache-Control"), "public, max-age=") {
			t.Errorf("HEAD %s: %d, %d bytes, %s", path, head.StatusCode, len(text), get.Header.Get("Cache-Control"))
		}
		options, text := o.ask("OPTIONS", path, "Origin", "https://elsewhere.example", "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "if-none-match")
		allowed := []string{options.Header.Get("Allow"), options.Header.Get("Access-Control-Allow-Origin"), options.Header.Get("Access-Control-Allow-Methods"), options.Header.Get("Access-Control-Allow-Headers")}
		if options.StatusCode != 204 || text != "" || !slices.Equal(allowed, []string{"GET, HEAD, OPTIONS", "*", "GET, HEAD", "*"}) {
			t.Errorf("OPTIONS %s: %d %v", path, options.StatusCode, allowed)
		}
	}
	if resp, _ := o.ask("OPTIONS", APIPath+"/no-such"); resp.StatusCode != 404 {
		t.Errorf("what is not there: %d", resp.StatusCode)
	}
}
