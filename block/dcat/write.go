package dcat

import (
	"encoding/xml"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// namespaces of the file, in the order they are declared.
var namespaces = [][2]string{
	{"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"},
	{"xsd", "http://www.w3.org/2001/XMLSchema#"},
	{"dcterms", "http://purl.org/dc/terms/"},
	{"dcat", "http://www.w3.org/ns/dcat#"},
	{"dcatap", "http://data.europa.eu/r5r/"},
	{"foaf", "http://xmlns.com/foaf/0.1/"},
	{"vcard", "http://www.w3.org/2006/vcard/ns#"},
}

const xsd = "http://www.w3.org/2001/XMLSchema#"

// MediaType is that of the file.
const MediaType = "application/rdf+xml"

// Write writes the catalogue. It writes nothing when Check finds something.
func Write(w io.Writer, c Catalog) error {
	if err := c.Check(); err != nil {
		return err
	}
	f := &file{done: map[string]bool{}}
	f.WriteString(xml.Header + "<rdf:RDF")
	for _, ns := range namespaces {
		f.WriteString("\n\txmlns:" + ns[0] + `="` + ns[1] + `"`)
	}
	f.WriteString(">\n")
	f.catalog(c)
	for _, d := range c.Datasets {
		f.dataset(c, d)
	}
	for _, s := range c.Services {
		f.service(c, s)
	}
	f.WriteString("</rdf:RDF>\n")
	_, err := io.WriteString(w, f.String())
	return err
}

// file is the file as it grows. Things that several refer to are written once.
type file struct {
	strings.Builder
	done map[string]bool
}

func (f *file) node(class, iri string, fill func()) {
	if f.done[iri] {
		return
	}
	f.done[iri] = true
	f.WriteString("<" + class + ` rdf:about="`)
	f.escape(iri)
	f.WriteString("\">\n")
	fill()
	f.WriteString("</" + class + ">\n")
}

func (f *file) escape(s string) { _ = xml.EscapeText(&f.Builder, []byte(s)) } // a Builder takes everything

// to refers to other things.
func (f *file) to(property string, iris ...string) {
	for _, iri := range iris {
		if iri == "" {
			continue
		}
		f.WriteString("\t<" + property + ` rdf:resource="`)
		f.escape(iri)
		f.WriteString("\"/>\n")
	}
}

// literal writes words, with a language or a datatype.
func (f *file) literal(property, words, attribute string) {
	if words == "" {
		return
	}
	f.WriteString("\t<" + property + attribute + ">")
	f.escape(words)
	f.WriteString("</" + property + ">\n")
}

func (f *file) text(property string, text Text) {
	for _, tag := range sorted(text) {
		f.literal(property, text[tag], ` xml:lang="`+tag+`"`)
	}
}

func (f *file) keywords(words Words) {
	for _, tag := range sorted(words) {
		for _, word := range words[tag] {
			f.literal("dcat:keyword", word, ` xml:lang="`+tag+`"`)
		}
	}
}

func (f *file) typed(property, value, datatype string) {
	f.literal(property, value, ` rdf:datatype="`+xsd+datatype+`"`)
}

func (f *file) date(property string, day time.Time) {
	if !day.IsZero() {
		f.typed(property, day.Format(time.DateOnly), "date")
	}
}

func (f *file) conforms(all []Standard) {
	for _, s := range all {
		f.to("dcterms:conformsTo", s.IRI)
	}
}

func (f *file) catalog(c Catalog) {
	f.node("dcat:Catalog", c.IRI, func() {
		f.text("dcterms:title", c.Title)
		f.text("dcterms:description", c.Description)
		f.to("dcterms:publisher", c.Publisher.IRI)
		f.to("dcterms:license", CC0)
		f.to("foaf:homepage", c.Homepage)
		f.to("dcterms:language", c.Languages...)
		f.to("dcterms:spatial", c.Spatial...)
		f.date("dcterms:issued", c.Issued)
		f.date("dcterms:modified", c.Modified)
		f.to("dcat:themeTaxonomy", themeTaxonomy)
		for _, d := range c.Datasets {
			f.to("dcat:dataset", d.IRI)
		}
		for _, s := range c.Services {
			f.to("dcat:service", s.IRI)
		}
	})
	a := c.Publisher
	f.node("foaf:Agent", a.IRI, func() {
		f.literal("foaf:name", a.Name, "")
		f.to("dcterms:type", a.Type)
		f.literal("dcterms:identifier", a.Identifier, "")
		f.to("foaf:homepage", a.Homepage)
	})
}

func (f *file) dataset(c Catalog, d Dataset) {
	f.node("dcat:Dataset", d.IRI, func() {
		f.text("dcterms:title", d.Title)
		f.text("dcterms:description", d.Description)
		f.to("dcterms:publisher", c.Publisher.IRI)
		f.to("dcat:contactPoint", d.Contact.IRI)
		f.keywords(d.Keywords)
		f.to("dcat:theme", d.Themes...)
		f.literal("dcterms:identifier", d.Identifier, "")
		f.literal("dcat:version", d.Version, "")
		f.to("dcterms:language", d.Languages...)
		f.to("dcterms:spatial", d.Spatial...)
		f.period(d.From)
		f.typed("dcat:temporalResolution", d.Resolution, "duration")
		f.date("dcterms:issued", d.Issued)
		f.date("dcterms:modified", d.Modified)
		f.to("dcterms:accrualPeriodicity", d.Frequency)
		f.to("dcterms:accessRights", public)
		f.to("dcat:landingPage", d.Landing)
		f.to("foaf:page", d.Documentation...)
		f.conforms(d.ConformsTo)
		for _, one := range d.Distributions {
			f.to("dcat:distribution", one.IRI)
		}
	})
	f.contact(d.Contact)
	f.standards(d.ConformsTo)
	for _, one := range d.Distributions {
		f.distribution(one)
	}
}

// period is a time that has not ended: the one node that nobody refers to.
func (f *file) period(from time.Time) {
	if from.IsZero() {
		return
	}
	f.WriteString("\t<dcterms:temporal>\n\t\t<dcterms:PeriodOfTime>\n\t\t")
	f.date("dcat:startDate", from)
	f.WriteString("\t\t</dcterms:PeriodOfTime>\n\t</dcterms:temporal>\n")
}

func (f *file) distribution(d Distribution) {
	f.node("dcat:Distribution", d.IRI, func() {
		f.text("dcterms:title", d.Title)
		f.text("dcterms:description", d.Description)
		f.to("dcat:accessURL", d.AccessURL)
		f.to("dcat:downloadURL", d.DownloadURL)
		// the Swedish profile has the media type as a word, DCAT-AP as an address
		if f.literal("dcterms:format", d.MediaType, ""); d.MediaType != "" {
			f.to("dcat:mediaType", mediaTypes+d.MediaType)
		}
		f.to("dcterms:license", d.License)
		f.to("dcatap:availability", d.Availability)
		f.conforms(d.ConformsTo)
		f.to("dcat:accessService", d.Service)
	})
	f.standards(d.ConformsTo)
}

func (f *file) service(c Catalog, s Service) {
	f.node("dcat:DataService", s.IRI, func() {
		f.text("dcterms:title", s.Title)
		f.text("dcterms:description", s.Description)
		f.to("dcat:endpointURL", s.EndpointURL)
		f.to("dcat:endpointDescription", s.Endpoint)
		f.to("dcterms:publisher", c.Publisher.IRI)
		f.to("dcat:contactPoint", s.Contact.IRI)
		f.keywords(s.Keywords)
		f.to("dcat:theme", s.Themes...)
		f.to("dcterms:license", s.License)
		f.to("dcterms:accessRights", public)
		f.to("dcterms:type", REST)
		f.to("dcat:landingPage", s.Landing)
		f.to("foaf:page", s.Documentation...)
		f.conforms(s.ConformsTo)
		f.to("dcat:servesDataset", s.Serves...)
	})
	f.contact(s.Contact)
	f.standards(s.ConformsTo)
}

func (f *file) contact(c Contact) {
	f.node("vcard:Organization", c.IRI, func() {
		f.literal("vcard:fn", c.Name, "")
		f.to("vcard:hasEmail", "mailto:"+c.Email)
		f.to("vcard:hasURL", c.URL)
	})
}

func (f *file) standards(all []Standard) {
	for _, s := range all {
		f.node("dcterms:Standard", s.IRI, func() { f.text("dcterms:title", s.Title) })
	}
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
