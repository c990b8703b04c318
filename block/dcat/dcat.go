// Package dcat writes a catalogue of open data as RDF/XML, by DCAT-AP-SE 3.0.1
// (docs.dataportal.se/dcat/3.0.1), Sweden's profile of DCAT-AP 3, as the
// national data portal harvests it.
//
// It owns the rules of the profile and the form of the file. It owns no data
// and asks no network: whoever makes a Catalog says what there is. Check tells
// every breach at once, with the thing and the property; Write writes nothing
// that Check does not pass. The same Catalog is always the same bytes.
//
// What the harvester asks for is built in: only absolute addresses, a name of
// its own for each thing and never the same for two, no nameless nodes for
// what is referred to, licences by their canonical address, CC0 for the
// catalogue itself.
//
// Not here: dataset series, catalogues within catalogues, high-value datasets,
// fees and geometry.
package dcat

import "time"

// Text is words in languages: the key is a language tag, "sv" or "en". Free
// text should be in both.
type Text map[string]string

// Words are keywords by language.
type Words map[string][]string

// Catalog is a dcat:Catalog: one for each publisher.
type Catalog struct {
	IRI         string
	Title       Text
	Description Text
	// Publisher is that of every dataset and service too: the portal advises
	// against several in one catalogue.
	Publisher Agent
	Homepage  string
	Languages []string // of the European authority table, see Language
	Spatial   []string // addresses of places, such as http://sws.geonames.org/2661886
	Issued    time.Time
	Modified  time.Time
	Datasets  []Dataset
	Services  []Service
}

// Dataset is a dcat:Dataset.
type Dataset struct {
	IRI         string
	Title       Text
	Description Text
	Contact     Contact
	Keywords    Words
	Themes      []string // see Theme
	Identifier  string
	Version     string
	Languages   []string
	Spatial     []string
	From        time.Time // the first day that the data are about; zero is not said
	// Resolution is the least time between two of the data, as xsd:duration:
	// "P1D".
	Resolution    string
	Issued        time.Time
	Modified      time.Time
	Frequency     string // see Frequency
	Landing       string // a page about the dataset
	Documentation []string
	ConformsTo    []Standard
	Distributions []Distribution
}

// Distribution is a dcat:Distribution: the same data in one form.
type Distribution struct {
	IRI          string
	Title        Text
	Description  Text
	AccessURL    string
	DownloadURL  string // "" where nothing can be fetched whole
	MediaType    string // IANA's: "text/csv"
	License      string // see the licences
	Availability string // see Availability
	ConformsTo   []Standard
	Service      string // IRI of a service of the catalogue, "" for a file
}

// Service is a dcat:DataService: an interface for programs.
type Service struct {
	IRI           string
	Title         Text
	Description   Text
	EndpointURL   string
	Endpoint      string // address of the endpoint's description: OpenAPI
	License       string
	Contact       Contact
	Keywords      Words
	Themes        []string
	Landing       string
	Documentation []string
	ConformsTo    []Standard
	Serves        []string // IRIs of datasets of the catalogue
}

// Agent is a foaf:Agent: the publisher.
type Agent struct {
	// IRI is best http://dataportal.se/organisation/SE and ten digits: see
	// Organisation.
	IRI        string
	Name       string
	Type       string // see LocalAuthority
	Identifier string // organisation number
	Homepage   string
}

// Contact is a vcard:Organization: a function, never a person.
type Contact struct {
	IRI   string
	Name  string
	Email string
	URL   string
}

// Standard is a dcterms:Standard that something conforms to.
type Standard struct {
	IRI   string
	Title Text
}
