package opendata

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

type object = map[string]any

// contract is openapi.json as it is served.
type contract struct {
	doc object
}

func (o *office) contract() contract {
	o.t.Helper()
	resp, text := o.get(APIPath + "/openapi.json")
	c := contract{object{}}
	if err := json.Unmarshal([]byte(text), &c.doc); err != nil || resp.StatusCode != http.StatusOK {
		o.t.Fatalf("%d %v", resp.StatusCode, err)
	}
	return c
}

// at walks into the document.
func at(v any, path ...string) any {
	for _, step := range path {
		o, _ := v.(object)
		v = o[step]
	}
	return v
}

func words(v any) string { s, _ := v.(string); return s }

// breaks tells where a value is not as a schema says: the part of JSON Schema
// 2020-12 that openapi.json uses, and no other, so that nothing in it is
// passed over.
func (c contract) breaks(schema, v any, where string) (all []string) {
	s, _ := schema.(object)
	if ref := words(s["$ref"]); ref != "" {
		return c.breaks(at(c.doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...), v, where)
	}
	say := func(format string, args ...any) { all = append(all, where+": "+fmt.Sprintf(format, args...)) }
	if s == nil {
		say("no schema")
		return all
	}
	for word := range s {
		if !slices.Contains([]string{"type", "description", "required", "additionalProperties", "properties", "items", "enum", "format", "minimum", "maximum", "maxLength", "pattern", "default"}, word) {
			say("the schema says %q, which this test does not know", word)
		}
	}
	kinds := []any{s["type"]}
	if many, ok := s["type"].([]any); ok {
		kinds = many
	}
	if !slices.Contains(kinds, any(kindOf(v))) {
		say("is %s, not %v", kindOf(v), kinds)
		return all
	}
	if enum, ok := s["enum"].([]any); ok && !slices.Contains(enum, v) {
		say("%v is not one of %v", v, enum)
	}
	if least, ok := s["minimum"].(float64); ok && v != nil && v.(float64) < least {
		say("%v is less than %v", v, least)
	}
	switch v := v.(type) {
	case object:
		all = append(all, c.breaksObject(s, v, where)...)
	case []any:
		for i, one := range v {
			all = append(all, c.breaks(s["items"], one, fmt.Sprintf("%s[%d]", where, i))...)
		}
	case string:
		if problem := badFormat(words(s["format"]), v); problem != "" {
			say("%q %s", v, problem)
		}
	}
	return all
}

func (c contract) breaksObject(s, v object, where string) (all []string) {
	required, _ := s["required"].([]any)
	for _, name := range required {
		if _, there := v[words(name)]; !there {
			all = append(all, fmt.Sprintf("%s: %v is missing", where, name))
		}
	}
	known, _ := s["properties"].(object)
	for name, value := range v {
		switch more := s["additionalProperties"].(type) {
		case bool:
			if known[name] == nil && !more {
				all = append(all, where+": "+name+" is not in the schema")
				continue
			}
		case object:
			if known[name] == nil {
				all = append(all, c.breaks(more, value, where+"."+name)...)
			}
		}
		if known[name] != nil {
			all = append(all, c.breaks(known[name], value, where+"."+name)...)
		}
	}
	return all
}

func kindOf(v any) string {
	switch n := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case float64:
		if n == float64(int64(n)) {
			return "integer"
		}
		return "number"
	}
	return "object"
}

func badFormat(format, v string) string {
	var err error
	switch format {
	case "":
	case "date":
		_, err = time.Parse(time.DateOnly, v)
	case "date-time":
		var at time.Time
		if at, err = time.Parse(time.RFC3339, v); err == nil && !strings.HasSuffix(v, "Z") {
			return "is not UTC: " + at.String()
		}
	case "uri":
		var u *url.URL
		if u, err = url.Parse(v); err == nil && !u.IsAbs() {
			return "is not absolute"
		}
	default:
		return "has a format that this test does not know: " + format
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// examples are what a path is asked with: each parameter's example.
func examples(path string, operation any) string {
	q := url.Values{}
	params, _ := at(operation, "parameters").([]any)
	for _, p := range params {
		value := fmt.Sprint(at(p, "example"))
		switch {
		case at(p, "example") == nil:
		case at(p, "in") == "path":
			path = strings.ReplaceAll(path, "{"+words(at(p, "name"))+"}", value)
		default:
			q.Set(words(at(p, "name")), value)
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
	paths, _ := c.doc["paths"].(object)
	list, err := o.OpenList(t.Context(), filterAll)
	o.ok(err)
	asked := 0
	check := func(path string, operation any, want string) {
		t.Helper()
		resp, text := o.get(APIPath + path)
		asked++
		if fmt.Sprint(resp.StatusCode) != want {
			t.Errorf("%s: %d, want %s: %s", path, resp.StatusCode, want, text)
			return
		}
		kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
		content := at(operation, "responses", want, "content", kind)
		if content == nil {
			t.Errorf("%s: answers %s as %s, which is not in the description", path, want, kind)
			return
		}
		if !strings.Contains(kind, "json") {
			return
		}
		var v any
		o.ok(json.Unmarshal([]byte(text), &v))
		for _, problem := range c.breaks(at(content, "schema"), v, path) {
			t.Error(problem)
		}
		if headers, ok := at(operation, "responses", want, "headers").(object); ok {
			for name := range headers {
				if resp.Header.Get(name) == "" {
					t.Errorf("%s: no %s", path, name)
				}
			}
		}
	}
	for path, item := range paths {
		operation := at(item, "get")
		if !strings.Contains(path, "{id}") {
			check(examples(path, operation), operation, "200")
			if at(operation, "responses", "400") != nil {
				check(path+"?no=such", operation, "400")
			}
			continue
		}
		for _, one := range list.Petitions {
			check(strings.ReplaceAll(path, "{id}", one.ID), operation, "200")
		}
		check(strings.ReplaceAll(path, "{id}", "01JD000000000000000000000A"), operation, "404")
		check(strings.ReplaceAll(path, "{id}", o.open)+"?no=such", operation, "400")
	}
	if asked < 25 || len(list.Petitions) != 4 {
		t.Errorf("%d answers were looked at, %d petitions", asked, len(list.Petitions))
	}
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
		if path, ok := strings.CutPrefix(r.Pattern, "GET "+APIPath); ok {
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

// D-09: what openapi.json gives as examples is as its schemas say.
func TestExamplesAreTrue(t *testing.T) {
	c := newOffice(t).contract()
	paths, _ := c.doc["paths"].(object)
	seen := 0
	for path, item := range paths {
		responses, _ := at(item, "get", "responses").(object)
		for status, response := range responses {
			content, _ := at(response, "content").(object)
			for kind, form := range content {
				seen++
				value := at(form, "examples", "example", "value")
				for _, problem := range c.breaks(at(form, "schema"), value, path+" "+status+" "+kind) {
					t.Error(problem)
				}
				if kind == "application/problem+json" {
					code := strings.TrimPrefix(words(at(value, "type")), "urn:medborgarnavet:problem:")
					if p, known := problems[code]; !known || fmt.Sprint(p.status) != status || p.en[0] != at(value, "title") || p.en[1] != at(value, "detail") {
						t.Errorf("%s %s: the example is not what is answered for %q", path, status, code)
					}
				}
			}
		}
	}
	if seen < 30 {
		t.Errorf("%d examples", seen)
	}
}

var (
	plainPath = regexp.MustCompile(`^(/([a-z0-9.-]+|\{[a-zA-Z]+\}))+$`)
	snake     = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
)

// The national REST profile's rules for a description, by their ids.
func TestRESTProfile(t *testing.T) {
	c := newOffice(t).contract()
	info := at(c.doc, "info")
	for rule, holds := range map[string]bool{
		"DOK.17 newest OpenAPI":     strings.HasPrefix(words(c.doc["openapi"]), "3.1"),
		"DOK.01 documents online":   words(at(c.doc, "externalDocs", "url")) != "" && words(at(c.doc, "externalDocs", "description")) != "",
		"DOK.03 who is asked":       words(at(info, "contact", "email")) == "oppnadata@ekbacka.example" && words(at(info, "contact", "url")) == base+Path && words(at(info, "contact", "name")) != "",
		"DOK.03 licence":            words(at(info, "license", "url")) == "http://creativecommons.org/publicdomain/zero/1.0/" && words(at(info, "version")) == Version,
		"DOK.06 in two languages":   strings.Contains(words(at(info, "description")), "e-förslag") && strings.Contains(words(at(info, "description")), "e-petitions"),
		"DOK.08 level of service":   words(at(info, "x-sla", "availability")) != "" && words(at(info, "x-sla", "responseTime")) != "" && words(at(info, "x-sla", "support")) != "",
		"DOK.09 limits":             strings.Contains(words(at(info, "description")), "begränsning"),
		"VER.06 api-info":           at(c.doc, "paths", "/api-info", "get") != nil,
		"SAK.09 no logins":          at(c.doc, "components", "securitySchemes") == nil,
		"UFN.01, UFN.02, VER.05":    fmt.Sprint(at(c.doc, "servers")) == fmt.Sprint([]any{object{"url": base + APIPath, "description": "Ekbacka kommun"}}),
		"FEL.01 RFC 9457":           fmt.Sprint(at(c.doc, "components", "schemas", "Problem", "required")) == "[type title status detail instance]",
		"FNS.07-09 paging has both": fmt.Sprint(at(c.doc, "paths", "/petitions", "get", "parameters")) != "",
	} {
		if !holds {
			t.Errorf("%s does not hold", rule)
		}
	}
	paths, _ := c.doc["paths"].(object)
	for path, item := range paths {
		get := at(item, "get")
		if !plainPath.MatchString(path) || len(path) > 2048 { // RES.06, UFN.05–09
			t.Errorf("UFN: %s", path)
		}
		if methods, _ := item.(object); len(methods) != 1 || at(get, "requestBody") != nil { // FOR.02
			t.Errorf("FOR.02: %s", path)
		}
		if words(at(get, "description")) == "" || words(at(get, "summary")) == "" { // DOK.19
			t.Errorf("DOK.19: %s", path)
		}
		params, _ := at(get, "parameters").([]any)
		for _, p := range params {
			name := words(at(p, "name"))
			usual := at(p, "schema", "default")
			switch {
			case words(at(p, "description")) == "", at(p, "in") == "query" && (!snake.MatchString(name) || at(p, "required") != false): // FNS.01, 03, 05, 06
				t.Errorf("FNS: %s %s", path, name)
			case name == "page" && usual != 1.0, name == "limit" && usual != 20.0: // FNS.08, 09
				t.Errorf("FNS.08–09: %s is usually %v", name, usual)
			case strings.Contains(name, "pnr"), strings.Contains(name, "person"): // RES.02
				t.Errorf("RES.02: %s", name)
			}
		}
		responses, _ := at(get, "responses").(object)
		for status, r := range responses {
			if words(at(r, "description")) == "" { // DOK.20
				t.Errorf("DOK.20: %s %s", path, status)
			}
			content, _ := at(r, "content").(object)
			for kind, form := range content {
				if at(form, "examples") == nil || (status >= "400") != (kind == "application/problem+json") { // DOK.15, FEL.02
					t.Errorf("DOK.15, FEL.02: %s %s %s", path, status, kind)
				}
			}
		}
	}
	schemas, _ := at(c.doc, "components", "schemas").(object)
	for name, s := range schemas {
		fields, _ := at(s, "properties").(object)
		for field := range fields {
			if !snake.MatchString(field) { // AME.04, 05, 07
				t.Errorf("AME: %s.%s", name, field)
			}
		}
	}
}
