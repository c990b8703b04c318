// Package apitest is for tests of our interfaces for programs: it holds what an
// interface answers against its own OpenAPI document, and the document against
// DIGG's national REST profile, rule by rule.
//
// It owns the reading of the document and the rules; what is asked of which
// server is the test's.
package apitest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// Object is a JSON object.
type Object = map[string]any

// Contract is an OpenAPI document as it is served.
type Contract struct{ Doc Object }

// Read reads a document.
func Read(t testing.TB, text string) Contract {
	t.Helper()
	c := Contract{}
	if err := json.Unmarshal([]byte(text), &c.Doc); err != nil {
		t.Fatal(err)
	}
	return c
}

// Operation is one method of one path.
type Operation struct {
	Path, Method string
	Item         any
}

// Operations are all that the document describes.
func (c Contract) Operations() (all []Operation) {
	paths, _ := c.Doc["paths"].(Object)
	for path, item := range paths {
		methods, _ := item.(Object)
		for method, operation := range methods {
			all = append(all, Operation{path, strings.ToUpper(method), operation})
		}
	}
	slices.SortFunc(all, func(a, b Operation) int { return strings.Compare(a.Path+a.Method, b.Path+b.Method) })
	return all
}

// Answer tells how an answer breaks what the operation says of its status.
func (c Contract) Answer(o Operation, status int, kind, body string) (all []string) {
	kind, _, _ = strings.Cut(kind, ";")
	where := fmt.Sprintf("%s %s %d", o.Method, o.Path, status)
	content := At(c.resolved(At(o.Item, "responses", fmt.Sprint(status))), "content", kind)
	switch {
	case content == nil:
		return []string{where + ": " + kind + " is not in the description"}
	case !strings.Contains(kind, "json"):
		return nil
	}
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		return []string{where + ": " + err.Error()}
	}
	return c.Breaks(At(content, "schema"), v, where)
}

// Examples tells which examples of answers are not as their schemas say, and
// gives each to also.
func (c Contract) Examples(also func(o Operation, status, kind string, value any)) (seen int, all []string) {
	for _, o := range c.Operations() {
		responses, _ := At(o.Item, "responses").(Object)
		for status, response := range responses {
			content, _ := At(c.resolved(response), "content").(Object)
			for kind, form := range content {
				examples, _ := At(form, "examples").(Object)
				for name := range examples {
					seen++
					value := At(examples[name], "value")
					all = append(all, c.Breaks(At(form, "schema"), value, o.Path+" "+status+" "+kind)...)
					also(o, status, kind, value)
				}
			}
		}
	}
	return seen, all
}

// resolved follows a reference within the document.
func (c Contract) resolved(v any) any {
	if ref := Words(At(v, "$ref")); ref != "" {
		return At(c.Doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
	}
	return v
}

// At walks into a value.
func At(v any, path ...string) any {
	for _, step := range path {
		o, _ := v.(Object)
		v = o[step]
	}
	return v
}

// Words is a value as text, "" when it is none.
func Words(v any) string { s, _ := v.(string); return s }

// Breaks tells where a value is not as a schema says: the part of JSON Schema
// 2020-12 that our documents use, and no other, so that nothing in it is
// passed over.
func (c Contract) Breaks(schema, v any, where string) (all []string) {
	s, _ := schema.(Object)
	if ref := Words(s["$ref"]); ref != "" {
		return c.Breaks(At(c.Doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...), v, where)
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
	case Object:
		all = append(all, c.breaksObject(s, v, where)...)
	case []any:
		for i, one := range v {
			all = append(all, c.Breaks(s["items"], one, fmt.Sprintf("%s[%d]", where, i))...)
		}
	case string:
		if pattern := Words(s["pattern"]); pattern != "" && !regexp.MustCompile(pattern).MatchString(v) {
			say("%q is not as %s", v, pattern)
		}
		if problem := badFormat(Words(s["format"]), v); problem != "" {
			say("%q %s", v, problem)
		}
	}
	return all
}

func (c Contract) breaksObject(s, v Object, where string) (all []string) {
	required, _ := s["required"].([]any)
	for _, name := range required {
		if _, there := v[Words(name)]; !there {
			all = append(all, fmt.Sprintf("%s: %v is missing", where, name))
		}
	}
	known, _ := s["properties"].(Object)
	for name, value := range v {
		switch more := s["additionalProperties"].(type) {
		case bool:
			if known[name] == nil && !more {
				all = append(all, where+": "+name+" is not in the schema")
				continue
			}
		case Object:
			if known[name] == nil {
				all = append(all, c.Breaks(more, value, where+"."+name)...)
			}
		}
		if known[name] != nil {
			all = append(all, c.Breaks(known[name], value, where+"."+name)...)
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
