package ssbtek

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// element is one line of the fake's own statement of the v10 request: which
// elements, in which order, how often, with which content. It restates
// sammansatt_bastjanst_v10.xsd by hand; the tests hold both against xmllint.
type element struct {
	name     string
	optional bool
	many     bool
	// include marks an agency element: it has the required attribute inkludera.
	include bool
	// content is the check of a simple type; nil means that there are children.
	content  func(string) error
	children []element
}

var (
	orgNumberPattern = regexp.MustCompile(`^[0-9]{4}[2-9][0-9]{7}$`)
	personPattern    = regexp.MustCompile(`^[0-9]{12}$`)
	zonePattern      = regexp.MustCompile(`(Z|[+-][0-9]{2}:[0-9]{2})$`)
)

func period(name string, optional bool) element {
	return element{name: name, optional: optional, children: []element{
		{name: "fromDatum", content: isDate},
		{name: "tomDatum", content: isDate},
	}}
}

// question is the content of hamtaBastjanstInformation.
func question() []element {
	return []element{
		{name: "generellaFrageparametrar", children: []element{
			{name: "frageTidpunkt", optional: true, content: isDateTime},
			{name: "korrelationsid", optional: true, content: isAny},
			{name: "fraganSkallInkluderasISvaret", content: isFlagOrEmpty},
			{name: "ingivare", children: []element{
				{name: "organisationsnummer", content: isOrgNumber},
				{name: "namn", content: isNonEmpty},
				{name: "handlaggare", content: isNonEmpty},
			}},
			{name: "personidentitet", content: isPerson},
			{name: "arendeidentitet", content: isNonEmpty},
			period("tidsperiod", false),
			{name: "personuppgiftsbitrade", optional: true, many: true, children: []element{
				{name: "ordningsnummer", optional: true, content: isShort},
				{name: "organisationsnummer", content: isOrgNumber},
				{name: "namn", content: isNonEmpty},
			}},
			// The schema lets these two be empty; the service does not.
			{name: "syfte", content: isNonEmpty},
			{name: "lagtext", content: isNonEmpty},
		}},
		{name: "specifikaFrageparametrar", children: []element{
			{name: "AF", include: true, children: []element{period("tidsperiod", true)}},
			{name: "CSN", include: true, children: []element{period("tidsperiod", true)}},
			{name: "FK", include: true, children: []element{{name: "fraga", optional: true, children: []element{
				{name: "version", optional: true, content: isAny},
				{name: "aktorsid", content: isAny},
				{name: "lefiJsonFraga", content: isBase64},
			}}}},
			{name: "SKV", include: true},
			{name: "SO", include: true, children: []element{period("tidsperiod", true)}},
			{name: "TNS", include: true, children: []element{period("tidsperiod", true)}},
			{name: "MIV", include: true},
		}},
	}
}

// check holds the children of n against want, in order. The fault names
// elements only, never what stood in them.
func check(n *node, want []element) *Fault {
	rest := n.children
	for _, w := range want {
		count := 0
		for len(rest) > 0 && rest[0].name.Local == w.name && rest[0].name.Space == nsV10 && (w.many || count == 0) {
			if f := checkOne(rest[0], w); f != nil {
				return f
			}
			rest = rest[1:]
			count++
		}
		if count == 0 && !w.optional {
			return missing(n, w, rest)
		}
	}
	if len(rest) > 0 {
		return &Fault{CodeOrder, fmt.Sprintf("%s: oväntat element %s", n.name.Local, rest[0].name.Local)}
	}
	return nil
}

func missing(n *node, w element, rest []*node) *Fault {
	if slices.ContainsFunc(n.children, func(c *node) bool { return c.name.Local == w.name }) && len(rest) > 0 {
		return &Fault{CodeOrder, fmt.Sprintf("%s: %s väntades före %s, i ssbt-namnrymden", n.name.Local, w.name, rest[0].name.Local)}
	}
	return &Fault{CodeMissing, fmt.Sprintf("%s: %s saknas", n.name.Local, w.name)}
}

func checkOne(n *node, w element) *Fault {
	if f := checkAttributes(n, w); f != nil {
		return f
	}
	if w.content != nil {
		if len(n.children) > 0 {
			return &Fault{CodeOrder, fmt.Sprintf("%s: har element i stället för ett värde", w.name)}
		}
		if err := w.content(n.text); err != nil {
			return &Fault{CodeValue, fmt.Sprintf("%s: %v", w.name, err)}
		}
		return nil
	}
	if strings.TrimSpace(n.text) != "" {
		return &Fault{CodeOrder, fmt.Sprintf("%s: har text mellan elementen", w.name)}
	}
	return check(n, w.children)
}

func checkAttributes(n *node, w element) *Fault {
	included, found := false, false
	for _, a := range n.attrs {
		switch {
		case a.Name.Space == nsInstance:
		case w.include && a.Name.Space == "" && a.Name.Local == "inkludera":
			flag, ok := parseBool(a.Value)
			if !ok {
				return &Fault{CodeValue, fmt.Sprintf("%s: inkludera är inte true eller false", w.name)}
			}
			included, found = flag, true
		default:
			return &Fault{CodeOrder, fmt.Sprintf("%s: okänt attribut %s", w.name, a.Name.Local)}
		}
	}
	switch {
	case !w.include:
		return nil
	case !found:
		return &Fault{CodeMissing, fmt.Sprintf("%s: attributet inkludera saknas", w.name)}
	case !included && len(n.children) > 0:
		return &Fault{CodeInclude, fmt.Sprintf("%s: inkludera är false men underliggande element finns", w.name)}
	case included && w.name == "FK" && n.child("fraga") == nil:
		return &Fault{CodeInclude, "FK: inkludera är true men fraga saknas"}
	}
	return nil
}

func parseBool(s string) (value, ok bool) {
	switch strings.TrimSpace(s) {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return false, false
}

func isAny(string) error { return nil }

func isNonEmpty(s string) error {
	if strings.TrimSpace(s) == "" {
		return fmt.Errorf("är tomt")
	}
	return nil
}

func isFlagOrEmpty(s string) error {
	if _, ok := parseBool(s); !ok && strings.TrimSpace(s) != "" {
		return fmt.Errorf("är inte true eller false")
	}
	return nil
}

func isOrgNumber(s string) error {
	if !orgNumberPattern.MatchString(strings.TrimSpace(s)) {
		return fmt.Errorf("följer inte mönstret för organisationsnummer")
	}
	return nil
}

func isPerson(s string) error {
	if !personPattern.MatchString(strings.TrimSpace(s)) {
		return fmt.Errorf("är inte tolv siffror")
	}
	return nil
}

func isShort(s string) error {
	if _, err := strconv.ParseInt(strings.TrimSpace(s), 10, 16); err != nil {
		return fmt.Errorf("är inte ett litet heltal")
	}
	return nil
}

func isDate(s string) error {
	if _, err := parseDate(s); err != nil {
		return fmt.Errorf("är inte ett datum")
	}
	return nil
}

// parseDate reads an xs:date; its time zone, if any, does not move the day.
func parseDate(s string) (time.Time, error) {
	return time.Parse(time.DateOnly, zonePattern.ReplaceAllString(strings.TrimSpace(s), ""))
}

func isDateTime(s string) error {
	s = zonePattern.ReplaceAllString(strings.TrimSpace(s), "")
	if _, err := time.Parse("2006-01-02T15:04:05.999999999", s); err != nil {
		return fmt.Errorf("är inte en tidpunkt")
	}
	return nil
}

func isBase64(s string) error {
	if _, err := decodeBase64(s); err != nil {
		return fmt.Errorf("är inte base64")
	}
	return nil
}

func decodeBase64(s string) ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
}
