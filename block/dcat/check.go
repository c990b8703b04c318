package dcat

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Breach is a rule of the profile that a catalogue does not keep.
type Breach struct {
	Thing    string // its IRI, or its class when it has none
	Property string // as the profile names it: "dcterms:title"
	Problem  string
}

// Breaches are all of them. It is the error of Check and Write.
type Breaches []Breach

func (b Breaches) Error() string {
	lines := make([]string, len(b))
	for i, one := range b {
		lines[i] = fmt.Sprintf("%s %s: %s", one.Thing, one.Property, one.Problem)
	}
	return "dcat: " + strings.Join(lines, "; ")
}

const missing = "missing"

// checker collects what is wrong.
type checker struct {
	found Breaches
	named map[string]any // IRI → the thing that has it
}

// Check tells everything that the profile does not allow; nil when the
// catalogue can be written.
func (c Catalog) Check() error {
	k := &checker{named: map[string]any{}}
	t := k.thing("dcat:Catalog", c.IRI, nil)
	t.text("dcterms:title", c.Title, true)
	t.text("dcterms:description", c.Description, true)
	t.address("foaf:homepage", c.Homepage, false)
	t.addresses("dcterms:spatial", c.Spatial)
	t.languages(c.Languages)
	t.dates(c.Issued, c.Modified)
	if len(c.Datasets) == 0 {
		t.breach("dcat:dataset", missing)
	}
	k.agent(c.Publisher)
	for _, d := range c.Datasets {
		k.dataset(c, d)
	}
	for _, s := range c.Services {
		k.service(c, s)
	}
	if len(k.found) == 0 {
		return nil
	}
	return k.found
}

func (k *checker) agent(a Agent) {
	t := k.thing("foaf:Agent", a.IRI, a)
	t.words("foaf:name", a.Name, true)
	if !strings.HasPrefix(a.Type, publisherTypes) || !slices.Contains(agentTypes, strings.TrimPrefix(a.Type, publisherTypes)) {
		t.breach("dcterms:type", "not one of the ADMS publisher types")
	}
	t.words("dcterms:identifier", a.Identifier, false)
	t.address("foaf:homepage", a.Homepage, false)
}

func (k *checker) contact(c Contact) {
	t := k.thing("vcard:Organization", c.IRI, c)
	t.words("vcard:fn", c.Name, true)
	if !mailAddress.MatchString(c.Email) || !plainXML(c.Email) {
		t.breach("vcard:hasEmail", "not a mail address")
	}
	t.address("vcard:hasURL", c.URL, false)
}

func (k *checker) dataset(c Catalog, d Dataset) {
	t := k.thing("dcat:Dataset", d.IRI, nil)
	t.text("dcterms:title", d.Title, true)
	t.text("dcterms:description", d.Description, true)
	t.keywords(d.Keywords)
	t.themes(d.Themes)
	t.words("dcterms:identifier", d.Identifier, false)
	t.words("dcat:version", d.Version, false)
	t.languages(d.Languages)
	t.addresses("dcterms:spatial", d.Spatial)
	t.dates(d.Issued, d.Modified)
	t.address("dcat:landingPage", d.Landing, false)
	t.addresses("foaf:page", d.Documentation)
	if d.Resolution != "" && !duration.MatchString(d.Resolution) {
		t.breach("dcat:temporalResolution", "not a duration")
	}
	if d.Frequency != "" && !inTable("frequency/", d.Frequency) {
		t.breach("dcterms:accrualPeriodicity", "not in the authority table")
	}
	t.standards(k, d.ConformsTo)
	k.contact(d.Contact)
	for _, one := range d.Distributions {
		k.distribution(c, one)
	}
}

func (k *checker) distribution(c Catalog, d Distribution) {
	t := k.thing("dcat:Distribution", d.IRI, nil)
	t.text("dcterms:title", d.Title, false)
	t.text("dcterms:description", d.Description, false)
	t.address("dcat:accessURL", d.AccessURL, true)
	t.address("dcat:downloadURL", d.DownloadURL, false)
	if d.MediaType != "" && !mediaType.MatchString(d.MediaType) {
		t.breach("dcterms:format", "not a media type")
	}
	t.license(d.License)
	if d.Availability != "" && !inTable("planned-availability/", d.Availability) {
		t.breach("dcatap:availability", "not in the authority table")
	}
	t.standards(k, d.ConformsTo)
	if d.Service != "" && !slices.ContainsFunc(c.Services, func(s Service) bool { return s.IRI == d.Service }) {
		t.breach("dcat:accessService", "no such service in the catalogue")
	}
}

func (k *checker) service(c Catalog, s Service) {
	t := k.thing("dcat:DataService", s.IRI, nil)
	t.text("dcterms:title", s.Title, true)
	t.text("dcterms:description", s.Description, false)
	t.address("dcat:endpointURL", s.EndpointURL, true)
	t.address("dcat:endpointDescription", s.Endpoint, false)
	t.license(s.License)
	t.keywords(s.Keywords)
	t.themes(s.Themes)
	t.address("dcat:landingPage", s.Landing, false)
	t.addresses("foaf:page", s.Documentation)
	t.standards(k, s.ConformsTo)
	for _, iri := range s.Serves {
		if !slices.ContainsFunc(c.Datasets, func(d Dataset) bool { return d.IRI == iri }) {
			t.breach("dcat:servesDataset", "no such dataset in the catalogue")
		}
	}
	k.contact(s.Contact)
}

// thing is one node that is looked at.
type thing struct {
	*checker
	name string
}

// thing looks at a node's own name. The same name may come again with the
// same content (a contact of two datasets) and never for anything else; a nil
// value is never the same.
func (k *checker) thing(class, iri string, value any) thing {
	t := thing{k, iri}
	if problem := badAddress(iri, true); problem != "" {
		t.name = class
		t.breach("rdf:about", problem)
		return t
	}
	if before, taken := k.named[iri]; taken && (value == nil || before != value) {
		t.breach("rdf:about", "two things have this name")
	}
	k.named[iri] = value
	return t
}

func (t thing) breach(property, problem string) {
	t.found = append(t.found, Breach{t.name, property, problem})
}

func (t thing) text(property string, text Text, must bool) {
	if must && len(text) == 0 {
		t.breach(property, missing)
	}
	for _, tag := range sorted(text) {
		if !languageTag.MatchString(tag) {
			t.breach(property, "not a language tag")
		}
		t.words(property, text[tag], true)
	}
}

func (t thing) words(property, words string, must bool) {
	switch {
	case must && strings.TrimSpace(words) == "":
		t.breach(property, missing)
	case !plainXML(words):
		t.breach(property, "a character that XML cannot hold")
	}
}

func (t thing) keywords(words Words) {
	for _, tag := range sorted(words) {
		for _, word := range words[tag] {
			t.text("dcat:keyword", Text{tag: word}, true)
		}
	}
}

func (t thing) address(property, iri string, must bool) {
	if problem := badAddress(iri, must); problem != "" {
		t.breach(property, problem)
	}
}

func (t thing) addresses(property string, iris []string) {
	for _, iri := range iris {
		t.address(property, iri, true)
	}
}

func (t thing) languages(iris []string) {
	for _, iri := range iris {
		if !languageIRI.MatchString(iri) {
			t.breach("dcterms:language", "not in the authority table")
		}
	}
}

func (t thing) themes(iris []string) {
	for _, iri := range iris {
		if !inTable("data-theme/", iri) {
			t.breach("dcat:theme", "not in the authority table")
		}
	}
}

func (t thing) license(iri string) {
	if iri != "" && !slices.Contains(Licences(), iri) {
		t.breach("dcterms:license", "not a licence of the profile in its canonical form")
	}
}

func (t thing) dates(issued, modified time.Time) {
	if !issued.IsZero() && !modified.IsZero() && modified.Before(issued) {
		t.breach("dcterms:modified", "before it was issued")
	}
}

func (t thing) standards(k *checker, all []Standard) {
	for _, s := range all {
		of := k.thing("dcterms:Standard", s.IRI, "standard "+fmt.Sprint(s.Title)) // a map prints in the order of its keys
		of.text("dcterms:title", s.Title, true)
	}
}

// badAddress tells what is wrong with an address: it must be an absolute http
// address with nothing in it that RFC 3987 does not allow.
func badAddress(iri string, must bool) string {
	if iri == "" {
		if must {
			return missing
		}
		return ""
	}
	u, err := url.Parse(iri)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return "not an absolute http address"
	}
	if strings.ContainsAny(iri, " <>\"{}|\\^`") || !plainXML(iri) || strings.ContainsAny(iri, "\t\r\n") {
		return "a character that must be escaped"
	}
	return ""
}

// plainXML: every character may stand in an XML document.
func plainXML(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff
	})
}
