package ssbtek

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// Protected personal data: Försäkringskassan says it with skyddad (of the
// person, of children and relatives), Arbetsförmedlingen with
// Sekretessmarkering, CSN with an attribute sekretess. Whoever in an answer it
// is said of, the answer is shown to nobody (I-4). When in doubt the flag is up.

// flagName tells whether an element, attribute or member is such a flag.
func flagName(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "sekretess") || strings.Contains(name, "skyddad")
}

// raised reads a flag's value. Only what plainly says no is no; CSN's attribute
// is blank for most people, and its other values are in no public catalogue.
func raised(value string) bool {
	no := []string{"", "0", "00", "n", "nej", "false", "no", "-"}
	return !slices.Contains(no, strings.ToLower(strings.TrimSpace(value)))
}

// statedName are elements whose free text explains a status; an agency may
// refuse to answer with such words instead of a flag.
var statedName = regexp.MustCompile(`(?i)^(felmeddelande|feltext|resultattext|statussokandeinformationkodtext|statussvarandeorganisation|faultstring|meddelandetext)$`)

var statedText = regexp.MustCompile(`(?i)sekretessmarker|skydda(d|de) (identitet|personuppgift|folkbokf|uppgift|person)`)

// protectedXML looks for a raised flag in a whole tree.
func protectedXML(root *element) bool {
	found := false
	root.walk(func(e *element) {
		for _, a := range e.attrs {
			found = found || flagName(a.Name.Local) && a.Name.Space != "xmlns" && raised(a.Value)
		}
		found = found || flagName(e.name.Local) && raised(e.text) ||
			statedName.MatchString(e.name.Local) && statedText.MatchString(e.text)
	})
	return found
}

// protectedJSON looks for a raised flag in a whole JSON value.
func protectedJSON(v any) bool {
	switch v := v.(type) {
	case object:
		return protectedJSON(map[string]any(v))
	case map[string]any:
		for name, m := range v {
			if flagName(name) && raisedJSON(m) || protectedJSON(m) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, protectedJSON)
	}
	return false
}

func raisedJSON(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return raised(v)
	case json.Number:
		return raised(v.String())
	case []any:
		return slices.ContainsFunc(v, raisedJSON)
	}
	return true
}

var rawFlag = regexp.MustCompile(`(?i)(sekretess|skyddad)[a-z]*["']?\s*[:=>]\s*["']?(true|j|1|s)`)

// protectedRaw looks for a raised flag in what could not be read.
func protectedRaw(doc []byte) bool { return rawFlag.Match(doc) }
