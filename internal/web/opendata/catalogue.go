package opendata

import (
	"bytes"

	"medborgarnavet/block/dcat"
	"medborgarnavet/internal/petition"
)

const rdf = dcat.MediaType

// profile is what the interface conforms to.
var profile = dcat.Standard{IRI: "https://www.dataportal.se/rest-api-profil",
	Title: dcat.Text{"sv": "Nationell REST API-profil", "en": "Sweden's national REST API profile"}}

// harvest is the catalogue as the data portal reads it.
func (p *Pages) harvest() ([]byte, error) {
	var b bytes.Buffer
	err := dcat.Write(&b, p.describeAll())
	return b.Bytes(), err
}

func (p *Pages) describeAll() dcat.Catalog {
	here, api := p.BaseURL+Path, p.BaseURL+APIPath
	service := dcat.Service{
		IRI:         here + "#tjanst",
		Title:       dcat.Text{"sv": "API för e-förslag", "en": "API for e-petitions"},
		Description: dcat.Text{"sv": "Läs e-förslag, röstetal, röster per dag och statistik om hur förslag granskas. Inget konto behövs.", "en": "Read e-petitions, counts, votes a day and statistics of moderation. No account is needed."},
		EndpointURL: api, Endpoint: api + "/openapi.json", License: dcat.CC0, Contact: p.contact(), Keywords: keywords(),
		Themes: []string{dcat.Theme("GOVE")}, Landing: here, ConformsTo: []dcat.Standard{profile},
		Serves: []string{here + "#forslag", here + "#granskning"},
	}
	if p.Docs != "" {
		service.Documentation = []string{p.Docs}
	}
	return dcat.Catalog{
		IRI:   p.BaseURL + DCATPath,
		Title: dcat.Text{"sv": "Öppna data om e-förslag", "en": "Open data about e-petitions"},
		Description: dcat.Text{"sv": "Det som är offentligt om kommunens e-förslag: förslagen, röstetalen, vad det blev av dem och hur de granskas.",
			"en": "What is public about the municipality's e-petitions: the petitions, the counts, what became of them and how they are moderated."},
		Publisher: dcat.Agent{IRI: dcat.Organisation(p.OrgNumber), Name: p.Municipality.Name, Type: dcat.LocalAuthority, Identifier: p.OrgNumber, Homepage: p.BaseURL + "/"},
		Homepage:  here, Languages: []string{dcat.Language("SWE"), dcat.Language("ENG")}, Spatial: p.Spatial, Issued: p.Since,
		Datasets: []dcat.Dataset{p.petitions(here, api), p.statistics(here, api)},
		Services: []dcat.Service{service},
	}
}

func keywords() dcat.Words {
	return dcat.Words{"sv": {"e-förslag", "medborgarförslag", "medborgardialog", "demokrati"}, "en": {"petitions", "participation", "democracy"}}
}

func (p *Pages) contact() dcat.Contact {
	return dcat.Contact{IRI: p.BaseURL + Path + "#kontakt", Name: p.ContactName, Email: p.ContactEmail, URL: p.BaseURL + Path}
}

// schema is what the data look like; its address is where the page says it.
func (p *Pages) schema() dcat.Standard {
	return dcat.Standard{IRI: p.BaseURL + Path + "#schema", Title: dcat.Text{"sv": "E-förslag, schema " + petition.SchemaVersion, "en": "E-petitions, schema " + petition.SchemaVersion}}
}

// dataset is what all datasets have in common.
func (p *Pages) dataset(iri string) dcat.Dataset {
	d := dcat.Dataset{IRI: iri, Contact: p.contact(), Keywords: keywords(), Themes: []string{dcat.Theme("GOVE")}, Version: petition.SchemaVersion,
		Languages: []string{dcat.Language("SWE")}, Spatial: p.Spatial, From: p.Since, Issued: p.Since, Landing: p.BaseURL + Path,
		ConformsTo: []dcat.Standard{p.schema()}}
	if p.Docs != "" {
		d.Documentation = []string{p.Docs}
	}
	return d
}

func (p *Pages) petitions(here, api string) dcat.Dataset {
	d := p.dataset(here + "#forslag")
	d.Title = dcat.Text{"sv": "E-förslag", "en": "E-petitions"}
	d.Description = dcat.Text{
		"sv": "Alla e-förslag som har publicerats, med text, läge, antal röster, beslut och händelser. Små röstetal är utelämnade. Vem som har lämnat ett förslag eller röstat finns inte med.",
		"en": "All published e-petitions with text, standing, votes, decision and events. Small counts are left out. Nothing tells who proposed or voted."}
	d.Resolution, d.Frequency = "P1D", dcat.Frequency("UPDATE_CONT")
	d.Distributions = []dcat.Distribution{
		{IRI: here + "#forslag-csv", Title: dcat.Text{"sv": "Alla e-förslag som CSV", "en": "All e-petitions as CSV"},
			Description: dcat.Text{"sv": "En rad för varje förslag, utan långa texter och händelser.", "en": "One line for each petition, without long texts and events."},
			AccessURL:   here, DownloadURL: api + "/petitions.csv", MediaType: "text/csv", License: dcat.CC0, Availability: dcat.Availability("AVAILABLE"), ConformsTo: d.ConformsTo},
		{IRI: here + "#forslag-json", Title: dcat.Text{"sv": "E-förslag genom API", "en": "E-petitions by API"},
			Description: dcat.Text{"sv": "Sidor med förslag, ett förslag i taget, röstetal och röster per dag.", "en": "Pages of petitions, single petitions, counts and votes a day."},
			AccessURL:   api + "/petitions", MediaType: "application/json", License: dcat.CC0, Availability: dcat.Availability("AVAILABLE"), ConformsTo: d.ConformsTo,
			Service: here + "#tjanst"},
	}
	return d
}

func (p *Pages) statistics(here, api string) dcat.Dataset {
	d := p.dataset(here + "#granskning")
	d.Title = dcat.Text{"sv": "Hur e-förslag granskas", "en": "How e-petitions are moderated"}
	d.Description = dcat.Text{
		"sv": "Antal inkomna och godkända förslag, skäl till att förslag inte har gått vidare och hur lång tid granskningen har tagit, per hela månader. Små tal är utelämnade.",
		"en": "Proposals received and accepted, reasons for those that did not go on and how long moderation took, by whole months. Small numbers are left out."}
	d.Resolution, d.Frequency = "P1M", dcat.Frequency("MONTHLY")
	d.Distributions = []dcat.Distribution{
		{IRI: here + "#granskning-json", Title: dcat.Text{"sv": "Granskningsstatistik genom API", "en": "Moderation statistics by API"},
			Description: dcat.Text{"sv": "Välj månader med from och to.", "en": "Choose months by from and to."},
			AccessURL:   api + "/statistics/moderation", MediaType: "application/json", License: dcat.CC0, Availability: dcat.Availability("AVAILABLE"), ConformsTo: d.ConformsTo,
			Service: here + "#tjanst"},
	}
	return d
}
