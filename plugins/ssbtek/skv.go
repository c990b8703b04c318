package ssbtek

import (
	"regexp"
	"strings"
	"unicode"

	"medborgarnavet/plugin"
)

// Skatteverket: tax data, as XML in a text. The contract types it as a string;
// no public schema describes it. So only what carries its own meaning is taken:
// numbers, wherever they stand in the person's data (such as Kapitaluppgift),
// but not those whose names say that they identify, locate or classify.

const maxTaxDigits = 9 // no personal or organisation number fits

var notTax = regexp.MustCompile(`(?i)identi|nummer|postn|version|status|kod$|datum|tid|^(lan|kommun|forsamling)|sekel|^id$`)

var skvLabels = map[string]string{
	"taxeringsar":            "Taxeringsår",
	"inkomstar":              "Inkomstår",
	"summaintakterpakapital": "Summa intäkter av kapital",
	"overskottpakapital":     "Överskott av kapital",
	"underskottpakapital":    "Underskott av kapital",
}

func (d *decoder) skv(data *element) []plugin.Part {
	if code := first(data.value("Exception", "MeddelandeKod"), data.value("MeddelandeKod")); code != "" {
		return one(unavailable(originSKV, sourceBT, code))
	}
	svar := data.find("svar")
	if svar == nil {
		return one(unavailable(originSKV, sourceBT, codeUnreadable))
	}
	root := svar
	if len(svar.children) == 0 {
		text := strings.TrimSpace(svar.text)
		if text == "" {
			return one(answered(plugin.Part{Origin: originSKV}))
		}
		var err error
		// What the text says of its own encoding no longer holds in here.
		text = xmlDeclaration.ReplaceAllString(text, "")
		if root, err = parseNested([]byte(text), d.expect.Limits); err != nil {
			d.protected = d.protected || protectedRaw([]byte(text))
			return one(unavailable(originSKV, sourceBT, codeUnreadable))
		}
	}
	d.protected = d.protected || protectedXML(root)
	return one(d.skvPersons(root))
}

func (d *decoder) skvPersons(root *element) plugin.Part {
	p := plugin.Part{Origin: originSKV}
	code := ""
	root.walk(func(e *element) {
		if strings.EqualFold(e.name.Local, "MeddelandeKod") {
			code = strings.TrimSpace(e.text)
		}
	})
	if code != "" {
		return unavailable(originSKV, sourceBT, code)
	}
	persons := root.outermost("Personuppgift")
	if len(persons) == 0 { // another shape: what it holds must not be taken for nothing (I-6)
		persons = []*element{root}
	}
	status, wrong := "", false
	for _, person := range persons {
		if !samePerson(d.expect.Person, person.value("IdentitetsbeteckningFysiskPerson")) {
			wrong = true
			continue
		}
		if s := person.value("StatusPersonuppgiftKod"); strings.Trim(s, "0") != "" {
			status = s
		}
		p.Facts = append(p.Facts, skvGroup(person)...)
	}
	p = answered(p)
	switch {
	case p.State == plugin.StateNothing && wrong:
		return wrongPerson(originSKV)
	case p.State == plugin.StateNothing && status != "":
		// A status without data: its meaning is in no public catalogue (I-6).
		return unavailable(originSKV, sourceBT, status)
	}
	return p
}

// skvGroup takes the numbers of a group and of the groups in it.
func skvGroup(group *element) []plugin.Fact {
	var facts []plugin.Fact
	for _, e := range group.children {
		if len(e.children) > 0 {
			facts = append(facts, skvGroup(e)...)
			continue
		}
		value := strings.TrimSpace(e.text)
		if ore(value) == nil || len(digitsOf(value)) > maxTaxDigits || notTax.MatchString(e.name.Local) {
			continue
		}
		label := skvLabels[strings.ToLower(e.name.Local)]
		facts = append(facts, plugin.Fact{Dataset: "tax", Label: first(label, spaced(e.name.Local)), Value: value})
	}
	return facts
}

// spaced makes words of a name: "SummaInkomst" is "Summa inkomst".
func spaced(name string) string {
	var out strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			out.WriteByte(' ')
			r = unicode.ToLower(r)
		}
		out.WriteRune(r)
	}
	return out.String()
}
