package dcat

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the vector file anew")

const site = "https://ekbacka.example"

// full is a catalogue with everything in it.
func full() Catalog {
	day := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	contact := Contact{IRI: site + "/oppna-data#kontakt", Name: "Öppna data, Ekbacka kommun", Email: "oppnadata@ekbacka.example", URL: site + "/oppna-data"}
	schema := Standard{IRI: site + "/docs/petition-data", Title: Text{"sv": "E-förslag, schema 1.1", "en": "E-petitions, schema 1.1"}}
	api := site + "/api/petitions/v1"
	words := Words{"sv": {"e-förslag", "medborgardialog"}, "en": {"petitions"}}
	return Catalog{
		IRI: site + "/datasets/dcat", Title: Text{"sv": "Öppna data från Ekbacka", "en": "Open data from Ekbacka"},
		Description: Text{"sv": "Text med <märken>, \"citat\" & 'tecken'.", "en": "All open data."},
		Publisher:   Agent{IRI: Organisation("2120009911"), Name: "Ekbacka kommun", Type: LocalAuthority, Identifier: "2120009911", Homepage: site + "/"},
		Homepage:    site + "/oppna-data", Languages: []string{Language("SWE"), Language("ENG")}, Spatial: []string{"http://sws.geonames.org/2661886"},
		Issued: day, Modified: day.AddDate(0, 0, 1),
		Datasets: []Dataset{{
			IRI: site + "/oppna-data#forslag", Title: Text{"sv": "E-förslag", "en": "Petitions"}, Description: Text{"sv": "Alla förslag.", "en": "All petitions."},
			Contact: contact, Keywords: words, Themes: []string{Theme("GOVE")}, Identifier: "forslag", Version: "1.1", Languages: []string{Language("SWE")},
			Spatial: []string{"http://sws.geonames.org/2661886"}, From: day, Resolution: "P1D", Issued: day, Modified: day, Frequency: Frequency("UPDATE_CONT"),
			Landing: site + "/oppna-data", Documentation: []string{site + "/docs/petition-data"}, ConformsTo: []Standard{schema},
			Distributions: []Distribution{
				{IRI: site + "/oppna-data#csv", Title: Text{"sv": "CSV"}, Description: Text{"sv": "Alla på en gång."}, AccessURL: site + "/oppna-data", DownloadURL: api + "/petitions.csv",
					MediaType: "text/csv", License: CC0, Availability: Availability("STABLE"), ConformsTo: []Standard{schema}},
				{IRI: site + "/oppna-data#json", AccessURL: api + "/petitions?a=1&b=2", MediaType: "application/json", License: CC0, Service: api},
			}}},
		Services: []Service{{
			IRI: api, Title: Text{"sv": "API", "en": "API"}, Description: Text{"sv": "Läs förslag."}, EndpointURL: api, Endpoint: api + "/openapi.json", License: CC0,
			Contact: contact, Keywords: words, Themes: []string{Theme("GOVE")}, Landing: site + "/oppna-data", Documentation: []string{site + "/docs/petition-data"},
			ConformsTo: []Standard{{IRI: "https://www.dataportal.se/rest-api-profil", Title: Text{"sv": "REST API-profil"}}}, Serves: []string{site + "/oppna-data#forslag"},
		}},
	}
}

func written(t *testing.T, c Catalog) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// D-09: the file is the same bytes each time, and those of the vector file.
func TestVector(t *testing.T) {
	got := written(t, full())
	path := filepath.Join("testdata", "full.rdf")
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if !bytes.Equal(got, want) {
			t.Fatalf("the file is not the vector:\n%s", got)
		}
		got = written(t, full())
	}
}

// D-09: the file is well-formed also by the reckoning of another program.
func TestXMLLint(t *testing.T) {
	lint, err := exec.LookPath("xmllint")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("xmllint is not here")
		}
		t.Skip("SKIPPED: xmllint is not here, so no other program has read the file")
	}
	cmd := exec.CommandContext(t.Context(), lint, "--noout", "--nonet", "-")
	cmd.Stdin = bytes.NewReader(written(t, full()))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// statement is one triple of the file, with short names.
type statement struct{ subject, property, object string }

// statements reads RDF/XML of the form that this package writes, by its own
// reading of it.
func statements(t *testing.T, file []byte) []statement {
	t.Helper()
	short := map[string]string{}
	for _, ns := range namespaces {
		short[ns[1]] = ns[0]
	}
	name := func(n xml.Name) string {
		if p, ok := short[n.Space]; ok {
			return p + ":" + n.Local
		}
		return n.Space + " " + n.Local
	}
	attr := func(e xml.StartElement, want string) string {
		for _, a := range e.Attr {
			if name(a.Name) == want || a.Name.Local == "lang" && want == "lang" {
				return a.Value
			}
		}
		return ""
	}
	var all []statement
	var stack []xml.StartElement
	var subjects []string
	var text strings.Builder
	d := xml.NewDecoder(bytes.NewReader(file))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			text.Reset()
			stack = append(stack, e)
			if depth := len(stack); depth%2 == 0 { // rdf:RDF is 1, a thing 2, its properties 3
				subject := attr(e, "rdf:about")
				subjects = append(subjects, subject)
				all = append(all, statement{subject, "a", name(e.Name)})
				if depth > 2 {
					all = append(all, statement{subjects[len(subjects)-2], name(stack[depth-2].Name), "node"})
				}
			} else if to := attr(e, "rdf:resource"); to != "" {
				all = append(all, statement{subjects[len(subjects)-1], name(e.Name), "<" + to + ">"})
			}
		case xml.CharData:
			text.Write(e)
		case xml.EndElement:
			depth, start := len(stack), stack[len(stack)-1]
			stack = stack[:depth-1]
			if words := strings.TrimSpace(text.String()); depth > 2 && depth%2 == 1 && words != "" {
				if lang := attr(start, "lang"); lang != "" {
					words += "@" + lang
				} else if kind := attr(start, "rdf:datatype"); kind != "" {
					words += "^^" + strings.TrimPrefix(kind, xsd)
				}
				all = append(all, statement{subjects[len(subjects)-1], name(start.Name), words})
			}
			if depth%2 == 0 {
				subjects = subjects[:len(subjects)-1]
			}
			text.Reset()
		}
	}
	return all
}

func objects(all []statement, subject, property string) (out []string) {
	for _, s := range all {
		if s.subject == subject && s.property == property {
			out = append(out, s.object)
		}
	}
	return out
}

// rule is one line of the profile.
type rule struct {
	class, property string
	must            bool
	subject         string
	want            []string // what the full catalogue has there
}

const (
	ca = site + "/datasets/dcat"
	da = site + "/oppna-data#forslag"
	di = site + "/oppna-data#csv"
	ds = site + "/api/petitions/v1"
	co = site + "/oppna-data#kontakt"
	ag = "http://dataportal.se/organisation/SE2120009911"
	eu = "http://publications.europa.eu/resource/authority/"
)

// profile is every mandatory and recommended property of DCAT-AP-SE 3.0.1 for
// the classes that are written.
var profile = []rule{
	{"dcat:Catalog", "dcterms:title", true, ca, []string{"Open data from Ekbacka@en", "Öppna data från Ekbacka@sv"}},
	{"dcat:Catalog", "dcterms:description", true, ca, []string{"All open data.@en", "Text med <märken>, \"citat\" & 'tecken'.@sv"}},
	{"dcat:Catalog", "dcterms:publisher", true, ca, []string{"<" + ag + ">"}},
	{"dcat:Catalog", "dcat:dataset", true, ca, []string{"<" + da + ">"}},
	{"dcat:Catalog", "dcterms:license", true, ca, []string{"<http://creativecommons.org/publicdomain/zero/1.0/>"}}, // must be CC0
	{"dcat:Catalog", "dcat:service", false, ca, []string{"<" + ds + ">"}},
	{"dcat:Catalog", "foaf:homepage", false, ca, []string{"<" + site + "/oppna-data>"}},
	{"dcat:Catalog", "dcterms:language", false, ca, []string{"<" + eu + "language/SWE>", "<" + eu + "language/ENG>"}},
	{"dcat:Catalog", "dcterms:issued", false, ca, []string{"2026-11-22^^date"}},
	{"dcat:Catalog", "dcterms:modified", false, ca, []string{"2026-11-23^^date"}},
	{"dcat:Catalog", "dcterms:spatial", false, ca, []string{"<http://sws.geonames.org/2661886>"}},
	{"dcat:Catalog", "dcat:themeTaxonomy", false, ca, []string{"<" + eu + "data-theme>"}},
	{"foaf:Agent", "foaf:name", true, ag, []string{"Ekbacka kommun"}},
	{"foaf:Agent", "dcterms:type", true, ag, []string{"<http://purl.org/adms/publishertype/LocalAuthority>"}}, // since 3.0.1
	{"foaf:Agent", "dcterms:identifier", false, ag, []string{"2120009911"}},
	{"dcat:Dataset", "dcterms:title", true, da, []string{"Petitions@en", "E-förslag@sv"}},
	{"dcat:Dataset", "dcterms:description", true, da, []string{"All petitions.@en", "Alla förslag.@sv"}},
	{"dcat:Dataset", "dcterms:publisher", true, da, []string{"<" + ag + ">"}},
	{"dcat:Dataset", "dcat:contactPoint", false, da, []string{"<" + co + ">"}},
	{"dcat:Dataset", "dcat:keyword", false, da, []string{"petitions@en", "e-förslag@sv", "medborgardialog@sv"}},
	{"dcat:Dataset", "dcat:theme", false, da, []string{"<" + eu + "data-theme/GOVE>"}},
	{"dcat:Dataset", "dcterms:temporal", false, da, []string{"node"}},
	{"dcat:Dataset", "dcterms:issued", false, da, []string{"2026-11-22^^date"}},
	{"dcat:Dataset", "dcterms:accessRights", false, da, []string{"<" + eu + "access-right/PUBLIC>"}},
	{"dcat:Dataset", "dcterms:spatial", false, da, []string{"<http://sws.geonames.org/2661886>"}},
	{"dcat:Dataset", "dcterms:conformsTo", false, da, []string{"<" + site + "/docs/petition-data>"}}, // recommended since 3.0.0
	{"dcat:Dataset", "dcat:distribution", false, da, []string{"<" + di + ">", "<" + site + "/oppna-data#json>"}},
	{"dcat:Dataset", "dcterms:accrualPeriodicity", false, da, []string{"<" + eu + "frequency/UPDATE_CONT>"}},
	{"dcat:Dataset", "dcat:version", false, da, []string{"1.1"}}, // not owl:versionInfo since 3.0.0
	{"dcat:Dataset", "dcat:temporalResolution", false, da, []string{"P1D^^duration"}},
	{"dcat:Distribution", "dcat:accessURL", true, di, []string{"<" + site + "/oppna-data>"}},
	{"dcat:Distribution", "dcterms:description", false, di, []string{"Alla på en gång.@sv"}},
	{"dcat:Distribution", "dcterms:format", false, di, []string{"text/csv"}},
	{"dcat:Distribution", "dcat:mediaType", false, di, []string{"<https://www.iana.org/assignments/media-types/text/csv>"}},
	{"dcat:Distribution", "dcterms:license", false, di, []string{"<http://creativecommons.org/publicdomain/zero/1.0/>"}},
	{"dcat:Distribution", "dcatap:availability", false, di, []string{"<" + eu + "planned-availability/STABLE>"}},
	{"dcat:Distribution", "dcat:downloadURL", false, di, []string{"<" + ds + "/petitions.csv>"}},
	{"dcat:Distribution", "dcat:accessService", false, site + "/oppna-data#json", []string{"<" + ds + ">"}},
	{"dcat:DataService", "dcterms:title", true, ds, []string{"API@en", "API@sv"}},
	{"dcat:DataService", "dcat:endpointURL", true, ds, []string{"<" + ds + ">"}},
	{"dcat:DataService", "dcat:endpointDescription", false, ds, []string{"<" + ds + "/openapi.json>"}},
	{"dcat:DataService", "dcterms:license", false, ds, []string{"<http://creativecommons.org/publicdomain/zero/1.0/>"}},
	{"dcat:DataService", "dcterms:accessRights", false, ds, []string{"<" + eu + "access-right/PUBLIC>"}},
	{"dcat:DataService", "dcterms:publisher", false, ds, []string{"<" + ag + ">"}},
	{"dcat:DataService", "dcterms:conformsTo", false, ds, []string{"<https://www.dataportal.se/rest-api-profil>"}},
	{"dcat:DataService", "dcterms:type", false, ds, []string{"<http://www.wikidata.org/entity/Q749568>"}},
	{"dcat:DataService", "dcat:servesDataset", false, ds, []string{"<" + da + ">"}},
	{"vcard:Organization", "vcard:fn", true, co, []string{"Öppna data, Ekbacka kommun"}},
	{"vcard:Organization", "vcard:hasEmail", true, co, []string{"<mailto:oppnadata@ekbacka.example>"}},
	{"dcterms:Standard", "dcterms:title", true, site + "/docs/petition-data", []string{"E-petitions, schema 1.1@en", "E-förslag, schema 1.1@sv"}},
}

// D-09: everything that the profile demands or recommends is in the file, in
// the form it has there, and each thing is described once, with a name.
func TestProfile(t *testing.T) {
	all := statements(t, written(t, full()))
	for _, r := range profile {
		if got := objects(all, r.subject, "a"); !slices.Equal(got, []string{r.class}) {
			t.Errorf("%s is a %v, want one %s", r.subject, got, r.class)
		}
		if got := objects(all, r.subject, r.property); !slices.Equal(got, r.want) {
			t.Errorf("%s %s is %q, want %q", r.class, r.property, got, r.want)
		}
	}
	if got := objects(all, "", "a"); !slices.Equal(got, []string{"dcterms:PeriodOfTime"}) {
		t.Errorf("things without a name: %v", got)
	}
	for _, s := range all {
		if strings.HasPrefix(s.object, "<") && !strings.HasPrefix(s.object, "<http") && !strings.HasPrefix(s.object, "<mailto:") {
			t.Errorf("%s %s: %s is not absolute", s.subject, s.property, s.object)
		}
	}
}

// breaking takes each mandatory thing away, and puts in what may not be there.
var breaking = map[string]struct {
	property string
	spoil    func(*Catalog)
}{
	"catalogue without a title":        {"dcterms:title", func(c *Catalog) { c.Title = nil }},
	"catalogue without a description":  {"dcterms:description", func(c *Catalog) { c.Description = Text{} }},
	"catalogue with an empty title":    {"dcterms:title", func(c *Catalog) { c.Title = Text{"sv": "  "} }},
	"catalogue without a publisher":    {"rdf:about", func(c *Catalog) { c.Publisher = Agent{Name: "Ekbacka kommun", Type: LocalAuthority} }},
	"catalogue without a dataset":      {"dcat:dataset", func(c *Catalog) { c.Datasets, c.Services[0].Serves = nil, nil }},
	"catalogue without a name":         {"rdf:about", func(c *Catalog) { c.IRI = "" }},
	"a relative name":                  {"rdf:about", func(c *Catalog) { c.IRI = "/datasets/dcat" }},
	"agent without a name":             {"foaf:name", func(c *Catalog) { c.Publisher.Name = "" }},
	"agent without a type":             {"dcterms:type", func(c *Catalog) { c.Publisher.Type = "" }},
	"agent of an unknown type":         {"dcterms:type", func(c *Catalog) { c.Publisher.Type = publisherTypes + "Kommun" }},
	"dataset without a title":          {"dcterms:title", func(c *Catalog) { c.Datasets[0].Title = nil }},
	"dataset without a description":    {"dcterms:description", func(c *Catalog) { c.Datasets[0].Description = nil }},
	"dataset without a name":           {"rdf:about", func(c *Catalog) { c.Datasets[0].IRI, c.Services[0].Serves = "", nil }},
	"distribution without accessURL":   {"dcat:accessURL", func(c *Catalog) { c.Datasets[0].Distributions[0].AccessURL = "" }},
	"distribution without a name":      {"rdf:about", func(c *Catalog) { c.Datasets[0].Distributions[0].IRI = "" }},
	"service without a title":          {"dcterms:title", func(c *Catalog) { c.Services[0].Title = nil }},
	"service without endpointURL":      {"dcat:endpointURL", func(c *Catalog) { c.Services[0].EndpointURL = "" }},
	"contact without a name":           {"vcard:fn", func(c *Catalog) { c.Datasets[0].Contact.Name, c.Services[0].Contact.Name = "", "" }},
	"contact without a mail":           {"vcard:hasEmail", func(c *Catalog) { c.Datasets[0].Contact.Email, c.Services[0].Contact.Email = "", "" }},
	"standard without a title":         {"dcterms:title", func(c *Catalog) { c.Services[0].ConformsTo[0].Title = nil }},
	"a licence in a language":          {"dcterms:license", func(c *Catalog) { c.Services[0].License = "https://creativecommons.org/publicdomain/zero/1.0/deed.sv" }},
	"a licence over https":             {"dcterms:license", func(c *Catalog) { c.Datasets[0].Distributions[0].License = strings.Replace(CC0, "http", "https", 1) }},
	"an unknown theme":                 {"dcat:theme", func(c *Catalog) { c.Datasets[0].Themes = []string{Theme("GOVERNMENT")} }},
	"an unknown frequency":             {"dcterms:accrualPeriodicity", func(c *Catalog) { c.Datasets[0].Frequency = "daily" }},
	"an unknown availability":          {"dcatap:availability", func(c *Catalog) { c.Datasets[0].Distributions[0].Availability = "STABLE" }},
	"a language by its word":           {"dcterms:language", func(c *Catalog) { c.Languages = []string{"sv"} }},
	"a language tag with a quote":      {"dcterms:title", func(c *Catalog) { c.Title = Text{`sv" x="`: "a"} }},
	"a media type with a name":         {"dcterms:format", func(c *Catalog) { c.Datasets[0].Distributions[0].MediaType = "CSV" }},
	"an address with a space":          {"foaf:homepage", func(c *Catalog) { c.Homepage = site + "/a b" }},
	"an address with a password":       {"foaf:homepage", func(c *Catalog) { c.Homepage = "https://a:b@ekbacka.example/" }},
	"an address that runs":             {"dcat:landingPage", func(c *Catalog) { c.Datasets[0].Landing = "javascript:alert(1)" }},
	"a mail address with an angle":     {"vcard:hasEmail", func(c *Catalog) { c.Services[0].Contact.Email = "a@b.c?subject=x" }},
	"a control character":              {"dcterms:description", func(c *Catalog) { c.Description["sv"] = "a\x00b" }},
	"bytes that are no characters":     {"foaf:name", func(c *Catalog) { c.Publisher.Name = "Ekbacka \xff" }},
	"a contact with the agent's name":  {"rdf:about", func(c *Catalog) { c.Datasets[0].Contact.IRI = ag }},
	"two contacts with one name":       {"rdf:about", func(c *Catalog) { c.Services[0].Contact.Name = "Någon annan" }},
	"two datasets with one name":       {"rdf:about", func(c *Catalog) { c.Datasets = append(c.Datasets, c.Datasets[0]) }},
	"a service that is not there":      {"dcat:accessService", func(c *Catalog) { c.Datasets[0].Distributions[1].Service = site + "/api" }},
	"a dataset that is not there":      {"dcat:servesDataset", func(c *Catalog) { c.Services[0].Serves = []string{site + "/x"} }},
	"changed before it was issued":     {"dcterms:modified", func(c *Catalog) { c.Modified = c.Issued.AddDate(0, 0, -1) }},
	"a resolution that is no duration": {"dcat:temporalResolution", func(c *Catalog) { c.Datasets[0].Resolution = "one day" }},
}

// D-09: what breaks the profile is refused, with the property, and nothing is
// written.
func TestBreaches(t *testing.T) {
	if err := full().Check(); err != nil {
		t.Fatal(err)
	}
	for name, b := range breaking {
		c := full()
		b.spoil(&c)
		var out bytes.Buffer
		err := Write(&out, c)
		var found Breaches
		if !errors.As(err, &found) || out.Len() > 0 {
			t.Errorf("%s: %v, %d bytes written", name, err, out.Len())
			continue
		}
		if !slices.ContainsFunc(found, func(f Breach) bool { return f.Property == b.property && f.Thing != "" && f.Problem != "" }) {
			t.Errorf("%s: %v", name, found)
		}
	}
}

// D-09: everything that is wrong is told at once, and every mandatory property
// of the profile is one that is missed.
func TestAllBreachesAtOnce(t *testing.T) {
	empty := Catalog{IRI: ca, Publisher: Agent{IRI: ag}, Services: []Service{{IRI: ds, Contact: Contact{IRI: co}, ConformsTo: []Standard{{IRI: site + "/docs/petition-data"}}}},
		Datasets: []Dataset{{IRI: da, Contact: Contact{IRI: co}, Distributions: []Distribution{{IRI: di}}}}}
	var found Breaches
	if !errors.As(empty.Check(), &found) {
		t.Fatal("an empty catalogue is taken")
	}
	built := []string{"dcterms:publisher", "dcterms:license", "dcat:dataset"} // always there: by the type, or shown above
	for _, r := range profile {
		if !r.must || slices.Contains(built, r.property) {
			continue
		}
		if !slices.ContainsFunc(found, func(f Breach) bool { return f.Thing == r.subject && f.Property == r.property }) {
			t.Errorf("%s %s is not missed", r.class, r.property)
		}
	}
}
