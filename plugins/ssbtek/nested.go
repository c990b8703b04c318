package ssbtek

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"

	"medborgarnavet/block/soap"
)

// Documents within the document: base64 with JSON (LEFI) or XML (CSN), and XML
// as text (Skatteverket). Each is held to the same limits as the whole.

var errNested = errors.New("ssbtek: a document within the answer cannot be read")

// decodeBase64 takes xsd:base64Binary, which may be broken into lines; padding
// that was left out is forgiven.
func decodeBase64(s string) ([]byte, error) {
	s = strings.Join(strings.Fields(s), "")
	out, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil || len(out) == 0 {
		return nil, errNested
	}
	return out, nil
}

var latinDeclaration = regexp.MustCompile(`(?i)^<\?xml[^>]*encoding=["'](iso-8859-1|latin1|windows-1252)["'][^>]*\?>`)

var xmlDeclaration = regexp.MustCompile(`^\s*<\?xml\s[^>]*\?>`)

// parseNested reads XML from within the answer. Older services behind SSBTEK may
// declare Latin-1; that is turned into UTF-8 first.
func parseNested(doc []byte, l soap.Limits) (*element, error) {
	doc = bytes.TrimSpace(bytes.TrimPrefix(doc, []byte("\ufeff")))
	if m := latinDeclaration.Find(doc); m != nil {
		var utf strings.Builder
		for _, b := range doc[len(m):] {
			utf.WriteRune(rune(b))
		}
		doc = []byte(utf.String())
	}
	return parseXML(doc, l)
}

// object is a JSON object read for what it says, member by member, so that an
// unknown or oddly shaped member hurts nothing but itself.
type object map[string]any

// parseJSON reads one object and nothing after it, within the limits.
func parseJSON(doc []byte, l soap.Limits) (object, error) {
	doc = bytes.TrimPrefix(doc, []byte("\ufeff"))
	if !withinJSON(doc, l) {
		return nil, errNested
	}
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber() // amounts keep their digits
	var v map[string]any
	if err := d.Decode(&v); err != nil || v == nil {
		return nil, errNested
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errNested
	}
	return v, nil
}

// withinJSON counts levels and values without building anything.
func withinJSON(doc []byte, l soap.Limits) bool {
	if int64(len(doc)) > l.MaxBytes {
		return false
	}
	depth, values, inString, escaped := 0, 0, false, false
	for _, b := range doc {
		switch {
		case escaped:
			escaped = false
		case inString:
			escaped, inString = b == '\\', b != '"'
		case b == '"':
			inString = true
		case b == '{' || b == '[':
			depth++
			values++
		case b == '}' || b == ']':
			depth--
		case b == ',':
			values++
		}
		if depth > l.MaxDepth || values > l.MaxElements {
			return false
		}
	}
	return true
}

// member follows a path of names; nil when it ends early.
func member(v any, path ...string) any {
	for _, name := range path {
		switch m := v.(type) {
		case map[string]any:
			v = m[name]
		case object:
			v = m[name]
		default:
			return nil
		}
	}
	return v
}

// items gives a list's members; a single object where a list is usual is a list
// of one.
func items(v any, path ...string) []any {
	switch m := member(v, path...).(type) {
	case []any:
		return m
	case map[string]any:
		return []any{m}
	}
	return nil
}

// word is the text of a string or a number, else "".
func word(v any, path ...string) string {
	switch m := member(v, path...).(type) {
	case string:
		return strings.TrimSpace(m)
	case json.Number:
		return m.String()
	}
	return ""
}

// first is the first non-empty of several words.
func first(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// truth is a JSON true.
func truth(v any, path ...string) bool {
	b, _ := member(v, path...).(bool)
	return b
}
