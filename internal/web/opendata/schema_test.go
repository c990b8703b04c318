package opendata

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"medborgarnavet/internal/web/route/apitest"
)

type object = apitest.Object

// contract is openapi.json as it is served.
func (o *office) contract() apitest.Contract {
	o.t.Helper()
	resp, text := o.get(APIPath + "/openapi.json")
	if resp.StatusCode != http.StatusOK {
		o.t.Fatalf("%d", resp.StatusCode)
	}
	return apitest.Read(o.t, text)
}

// examples are what a path is asked with: each parameter's example.
func examples(path string, operation any) string {
	q := url.Values{}
	params, _ := apitest.At(operation, "parameters").([]any)
	for _, p := range params {
		name, value := apitest.Words(apitest.At(p, "name")), fmt.Sprint(apitest.At(p, "example"))
		switch {
		case apitest.At(p, "example") == nil:
		case apitest.At(p, "in") == "path":
			path = strings.ReplaceAll(path, "{"+name+"}", value)
		default:
			q.Set(name, value)
		}
	}
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return path
}

// D-09: openapi.json is true: every address in it answers, in the status, form
// and fields it says, and every address that answers is in it.
func TestDescriptionIsTrue(t *testing.T) {
	o := newOffice(t)
	c := o.contract()
	list, err := o.OpenList(t.Context(), filterAll)
	o.ok(err)
	asked := 0
	check := func(op apitest.Operation, path string, want int) {
		t.Helper()
		resp, text := o.get(APIPath + path)
		asked++
		if resp.StatusCode != want {
			t.Errorf("%s: %d, want %d: %s", path, resp.StatusCode, want, text)
			return
		}
		for _, problem := range c.Answer(op, want, resp.Header.Get("Content-Type"), text) {
			t.Error(problem)
		}
		headers, _ := apitest.At(op.Item, "responses", fmt.Sprint(want), "headers").(object)
		for name := range headers {
			if resp.Header.Get(name) == "" {
				t.Errorf("%s: no %s", path, name)
			}
		}
	}
	for _, op := range c.Operations() {
		if !strings.Contains(op.Path, "{id}") {
			check(op, examples(op.Path, op.Item), 200)
			if apitest.At(op.Item, "responses", "400") != nil {
				check(op, op.Path+"?no=such", 400)
			}
			continue
		}
		for _, one := range list.Petitions {
			check(op, strings.ReplaceAll(op.Path, "{id}", one.ID), 200)
		}
		check(op, strings.ReplaceAll(op.Path, "{id}", "01JD000000000000000000000A"), 404)
		check(op, strings.ReplaceAll(op.Path, "{id}", o.open)+"?no=such", 400)
	}
	if asked < 25 || len(list.Petitions) != 4 {
		t.Errorf("%d answers were looked at, %d petitions", asked, len(list.Petitions))
	}
	paths, _ := c.Doc["paths"].(object)
	o.sameRoutes(t, paths)
}

// sameRoutes: the routes and the description name the same addresses.
func (o *office) sameRoutes(t *testing.T, paths object) {
	t.Helper()
	d := deps(t)
	d.Clock, d.Petitions = o.clock, o.Petitions
	p, err := New(d)
	o.ok(err)
	served := []string{}
	for _, r := range p.Routes() {
		if path, ok := strings.CutPrefix(r.Pattern, "GET "+APIPath); ok && path != "" { // the root is /api-info once more
			served = append(served, path)
		}
		if !r.Discreet {
			t.Errorf("%s looks at who asks", r.Pattern)
		}
	}
	slices.Sort(served)
	if described := slices.Sorted(maps.Keys(paths)); !slices.Equal(served, described) {
		t.Errorf("served %v, described %v", served, described)
	}
}

// D-09: what openapi.json gives as examples is as its schemas say, and problems
// are told in the words of the example.
func TestExamplesAreTrue(t *testing.T) {
	c := newOffice(t).contract()
	seen, broken := c.Examples(func(o apitest.Operation, status, kind string, value any) {
		if kind != "application/problem+json" {
			return
		}
		code := strings.TrimPrefix(apitest.Words(apitest.At(value, "type")), "urn:medborgarnavet:problem:")
		if p, known := problems[code]; !known || fmt.Sprint(p.status) != status || p.en[0] != apitest.At(value, "title") || p.en[1] != apitest.At(value, "detail") {
			t.Errorf("%s %s: the example is not what is answered for %q", o.Path, status, code)
		}
	})
	for _, problem := range broken {
		t.Error(problem)
	}
	if seen < 30 {
		t.Errorf("%d examples", seen)
	}
}

// D-09, issue 4 part 4: the national REST profile's rules for a description,
// and api-info as the profile has it, at the root as well.
func TestRESTProfile(t *testing.T) {
	o := newOffice(t)
	o.contract().Profile(t, apitest.Expected{Base: base + APIPath, Version: Version, Email: "oppnadata@ekbacka.example"})
	if licence := apitest.At(o.contract().Doc, "info", "license", "url"); licence != "http://creativecommons.org/publicdomain/zero/1.0/" {
		t.Errorf("the licence is %v", licence)
	}
	_, text := o.get(APIPath + "/api-info")
	if _, root := o.get(APIPath); root != text {
		t.Errorf("the root says %s", root)
	}
	var a about
	o.ok(json.Unmarshal([]byte(text), &a))
	if a != (about{"petitions", Version, released, base + APIPath + "/openapi.json", "active"}) {
		t.Errorf("%+v", a)
	}
}
