package ssbtek_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// lefiSchema is what the test reads of LEFI's OpenAPI file, by its regular
// indentation: per schema its properties, and the enumerations.
type lefiSchema struct {
	properties map[string]map[string]property
	enums      map[string][]string
	required   map[string][]string
}

// property is a reference to a schema, or a primitive type; many is an array.
type property struct {
	ref, kind string
	many      bool
}

var (
	schemaLine   = regexp.MustCompile(`^    ([A-Za-z0-9]+):$`)
	propertyLine = regexp.MustCompile(`^        ([A-Za-zåäöÅÄÖ]+):$`)
	valueLine    = regexp.MustCompile(`^ {6}- (\S+)$`)
	refLine      = regexp.MustCompile(`^ {10,12}\$ref: '#/components/schemas/([A-Za-z0-9]+)'$`)
	typeLine     = regexp.MustCompile(`^( {10,12})type: ([a-z]+)$`)
)

func readLEFISchema(t *testing.T, dir string) *lefiSchema {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "se/forsakringskassan/schema/lefi/lefi-formansinformation-v9.openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s := &lefiSchema{map[string]map[string]property{}, map[string][]string{}, map[string][]string{}}
	_, text, _ := strings.Cut(string(raw), "\n  schemas:\n")
	schema, name, section := "", "", ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if m := schemaLine.FindStringSubmatch(line); m != nil {
			schema, name, section = m[1], "", ""
			s.properties[schema] = map[string]property{}
			continue
		}
		if trimmed := strings.TrimPrefix(line, "      "); len(line) > 6 && trimmed[0] != ' ' && trimmed[0] != '-' {
			section = strings.TrimSuffix(trimmed, ":")
		}
		switch {
		case section == "enum" && valueLine.MatchString(line):
			s.enums[schema] = append(s.enums[schema], valueLine.FindStringSubmatch(line)[1])
		case section == "required" && valueLine.MatchString(line):
			s.required[schema] = append(s.required[schema], valueLine.FindStringSubmatch(line)[1])
		case section == "properties":
			s.property(schema, &name, line)
		}
	}
	if len(s.properties) < 150 || len(s.enums["LefiFkFormanGruppKod"]) != 27 {
		t.Fatalf("the OpenAPI file is not read: %d schemas", len(s.properties))
	}
	return s
}

func (s *lefiSchema) property(schema string, name *string, line string) {
	if m := propertyLine.FindStringSubmatch(line); m != nil {
		*name = m[1]
		s.properties[schema][*name] = property{}
		return
	}
	p := s.properties[schema][*name]
	if m := refLine.FindStringSubmatch(line); m != nil {
		p.ref = m[1]
	}
	if m := typeLine.FindStringSubmatch(line); m != nil {
		switch {
		case m[2] == "array":
			p.many = true
		case len(m[1]) == 10 || p.kind == "":
			p.kind = m[2]
		}
	}
	s.properties[schema][*name] = p
}

// check holds a LEFI answer against LefiExternFormansinformationSvar: no
// property the schema does not know, no wrong type, no unknown code.
func (s *lefiSchema) check(t *testing.T, who, document string) {
	t.Helper()
	var answer map[string]any
	if err := json.Unmarshal([]byte(document), &answer); err != nil {
		t.Errorf("%s: LEFI answer: %v", who, err)
		return
	}
	for _, why := range s.faults("LefiExternFormansinformationSvar", "svar", answer) {
		t.Errorf("%s: LEFI answer: %s", who, why)
	}
}

func (s *lefiSchema) faults(schema, path string, value any) []string {
	if codes := s.enums[schema]; codes != nil {
		if code, _ := value.(string); !slices.Contains(codes, code) {
			return []string{path + ": not a code of " + schema}
		}
		return nil
	}
	fields, isObject := value.(map[string]any)
	if !isObject {
		return []string{path + ": not an object"}
	}
	var out []string
	for _, name := range s.required[schema] {
		if _, ok := fields[name]; !ok {
			out = append(out, path+"."+name+": missing")
		}
	}
	for name, v := range fields {
		p, known := s.properties[schema][name]
		if !known {
			out = append(out, path+"."+name+": unknown to "+schema)
			continue
		}
		out = append(out, s.propertyFaults(p, path+"."+name, v)...)
	}
	return out
}

func (s *lefiSchema) propertyFaults(p property, path string, value any) []string {
	if p.many {
		list, isList := value.([]any)
		if !isList {
			return []string{path + ": not a list"}
		}
		var out []string
		one := p
		one.many = false
		for _, item := range list {
			out = append(out, s.propertyFaults(one, path, item)...)
		}
		return out
	}
	if p.ref != "" {
		return s.faults(p.ref, path, value)
	}
	number, isNumber := value.(float64)
	_, isText := value.(string)
	_, isFlag := value.(bool)
	ok := map[string]bool{
		"string": isText, "boolean": isFlag, "number": isNumber, "integer": isNumber && number == float64(int64(number)),
	}[p.kind]
	if !ok {
		return []string{path + ": not " + p.kind}
	}
	return nil
}
