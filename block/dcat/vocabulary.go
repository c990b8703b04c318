package dcat

import (
	"regexp"
	"slices"
)

// CC0 is the licence of every catalogue; data have one of Licences.
const CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"

// REST is the type of every service (dcterms:type).
const REST = "http://www.wikidata.org/entity/Q749568"

// LocalAuthority is the type of a municipality (ADMS publisher type).
const LocalAuthority = publisherTypes + "LocalAuthority"

const (
	authority      = "http://publications.europa.eu/resource/authority/"
	publisherTypes = "http://purl.org/adms/publishertype/"
	themeTaxonomy  = authority + "data-theme"
	public         = authority + "access-right/PUBLIC"
	mediaTypes     = "https://www.iana.org/assignments/media-types/"
)

// Theme, Language, Frequency and Availability give the address of a code in
// the European Union's authority tables: GOVE, SWE, DAILY, AVAILABLE.
func Theme(code string) string        { return authority + "data-theme/" + code }
func Language(code string) string     { return authority + "language/" + code }
func Frequency(code string) string    { return authority + "frequency/" + code }
func Availability(code string) string { return authority + "planned-availability/" + code }

// Organisation is the portal's address of an organisation with a number of ten
// digits.
func Organisation(number string) string { return "http://dataportal.se/organisation/SE" + number }

// Licences are those of the profile, each in the one form that the portal
// knows again: http, with the slash at the end, in no language.
func Licences() []string {
	all := []string{CC0}
	for _, code := range []string{"by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd"} {
		all = append(all, "http://creativecommons.org/licenses/"+code+"/4.0/")
	}
	return all
}

var codes = map[string][]string{
	"data-theme/": {"AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "INTR", "JUST", "OP_DATPRO", "REGI", "SOCI", "TECH", "TRAN"},
	"frequency/": {"ANNUAL", "ANNUAL_2", "ANNUAL_3", "BIENNIAL", "BIMONTHLY", "BIWEEKLY", "CONT", "DAILY", "DAILY_2", "IRREG", "MONTHLY",
		"MONTHLY_2", "MONTHLY_3", "OTHER", "QUARTERLY", "TRIENNIAL", "UNKNOWN", "UPDATE_CONT", "WEEKLY", "WEEKLY_2", "WEEKLY_3"},
	"planned-availability/": {"AVAILABLE", "EXPERIMENTAL", "STABLE", "TEMPORARY"},
}

var agentTypes = []string{"Academia-ScientificOrganisation", "Company", "IndustryConsortium", "LocalAuthority", "NationalAuthority",
	"NonGovernmentalOrganisation", "NonProfitOrganisation", "PrivateIndividual(s)", "RegionalAuthority", "StandardisationBody", "SupraNationalAuthority"}

// inTable tells whether an address is a code of one of the authority tables.
func inTable(table, iri string) bool {
	return slices.ContainsFunc(codes[table], func(code string) bool { return iri == authority+table+code })
}

var (
	languageIRI = regexp.MustCompile(`^` + regexp.QuoteMeta(authority) + `language/[A-Z]{3}$`)
	languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
	mediaType   = regexp.MustCompile(`^\w+/[-.\w]+(\+[-.\w]+)?$`)
	duration    = regexp.MustCompile(`^P(\d+Y|\d+M|\d+D|T\d+H|T\d+M|T\d+S)$`)
	mailAddress = regexp.MustCompile(`^[^\s@<>"{}|\\^` + "`" + `?#]+@[^\s@<>"{}|\\^` + "`" + `?#]+\.[^\s@<>"{}|\\^` + "`" + `?#]+$`)
)
