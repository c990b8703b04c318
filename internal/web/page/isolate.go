package page

import (
	"html/template"
	"regexp"
	"strings"
)

// figures finds amounts, identity numbers and telephone numbers that stand as
// plain words in a text, such as an example in an error text or a sentence
// from an agency.
var figures = regexp.MustCompile(`\b0\d{1,3}-\d{2,3}(?:[ \x{a0}]\d{2,3})+\b|\d{6,8}[-+]\d{4}\b|\d{1,3}(?:[ \x{a0}]\d{3})+(?:,\d{1,2})?(?:[ \x{a0}]kr\b)?|\d+(?:,\d{1,2})?[ \x{a0}]kr\b`)

// isolate escapes a text and gives each such figure its own direction and
// no-break spaces, as values with a type of their own have.
func isolate(s string) template.HTML {
	if !strings.ContainsAny(s, "0123456789") {
		return escape(s)
	}
	var b strings.Builder
	at := 0
	for _, m := range figures.FindAllStringIndex(s, -1) {
		b.WriteString(string(escape(s[at:m[0]])))
		b.WriteString(`<bdi dir="ltr">` + string(escape(strings.ReplaceAll(s[m[0]:m[1]], " ", nbsp))) + `</bdi>`)
		at = m[1]
	}
	b.WriteString(string(escape(s[at:])))
	return template.HTML(b.String())
}
