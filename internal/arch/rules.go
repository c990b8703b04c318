package arch

import "strings"

// module is this module's path.
const module = "medborgarnavet"

// Rule says what the packages that match Packages may import of ours.
type Rule struct {
	// Packages is a path below the module; a last element "*" means every
	// package below it.
	Packages string
	// May are patterns of the same form; "std" is always allowed.
	May []string
	Why string
}

// ground are the shared packages, each importing only earlier ones.
var ground = []string{"internal/fault", "internal/clock", "internal/config", "internal/db", "internal/keyring",
	"internal/audit", "internal/outbox", "internal/retention", "internal/mail"}

// steps are the citizen's path, in order; each may import earlier steps.
var steps = []string{"internal/identity", "internal/catalog", "internal/form", "internal/broker", "internal/workspace",
	"internal/submission", "internal/casework", "internal/validation", "internal/extract"}

// Rules is the whole table, made from the lists above and the rest of the
// house.
func Rules() []Rule {
	rules := []Rule{
		{"plugin", nil, "a third party can read the contract alone"},
		{"block/*", []string{"block/*"}, "reusable: no municipality, no database, no web"},
		{"plugins/*", []string{"plugin", "block/*"}, "our own plug-ins live by the third-party rules"},
		{"fake/*", []string{"block/*", "fake/*"}, "a fake shares nothing with what it answers, else a codec tests itself"},
	}
	for i, g := range ground {
		rules = append(rules, Rule{g, join([]string{"block/*", "plugin"}, ground[:i]),
			"shared ground imports only earlier ground, and knows no step"})
	}
	for i, s := range steps {
		may := join([]string{"plugin", "block/*"}, ground, steps[:i], below(steps[:i]))
		rules = append(rules, Rule{s, join(may, []string{s + "/*"}), "the path reads one way: a step imports only earlier steps"})
		if s == "internal/identity" || s == "internal/validation" {
			rules = append(rules, Rule{s + "/*", join(may, []string{s, s + "/*"}), "the parts of a step live by the step's rule"})
		}
	}
	web := join(steps, below(steps), []string{"plugin", "internal/web/page", "internal/web/paper", "internal/web/route", "internal/fault", "internal/clock", "block/pnr"})
	// Pages about petitions. They see no database, no case and no other page.
	reading := []string{"internal/petition", "internal/petition/*", "internal/web/page", "internal/web/paper", "internal/web/route", "internal/web/shelf",
		"internal/fault", "internal/clock", "block/*"}
	return append(rules,
		Rule{"internal/petition", join([]string{"block/*", "internal/identity"}, ground), "the life of a petition: reaches none of the personal-data steps, and no vote"},
		Rule{"internal/petition/*", join([]string{"block/*", "internal/identity", "internal/petition/*"}, ground), "votes: a voter must not be reachable from any case"},
		Rule{"internal/db/dbtest", []string{"internal/*"}, "tests only: opens both engines"},
		Rule{"internal/db/faultdb", []string{"internal/db", "internal/fault"}, "tests only: injects faults"},
		Rule{"internal/keyring/keyringtest", []string{"internal/*"}, "tests only: a ring in a temporary folder"},
		Rule{"internal/web/page", []string{"plugin", "internal/fault", "internal/clock"}, "renders forms and blocks; knows no step"},
		Rule{"internal/web/paper", []string{"block/*", "internal/web/page"}, "what a page shows, as a document"},
		Rule{"internal/web/page/texttest", []string{"internal/web/page", "internal/web/page/pagetest", "internal/web/page/texttest"}, "tests only: what a package's texts must keep"},
		Rule{"internal/web/page/pagetest", []string{"internal/web/page"}, "tests only: what a page must keep"},
		Rule{"internal/web/route", []string{"internal/fault", "internal/clock", "internal/identity", "internal/identity/session"},
			"every route with its rule; knows logins and no pages"},
		Rule{"internal/web/route/apitest", nil, "tests only: what an interface for programs must keep"},
		Rule{"internal/web/citizen", web, "pages hold no SQL and no rules"},
		Rule{"internal/web/desk", web, "pages hold no SQL and no rules"},
		Rule{"internal/web/public", join(web, []string{"internal/web/eid"}), "pages hold no SQL and no rules"},
		Rule{"internal/web/validate", join(web, []string{"internal/validation", "internal/validation/etsi", "block/pdf"}), "pages hold no SQL and no rules; the verdict is validation's"},
		Rule{"internal/web/shelf", []string{"internal/fault", "internal/clock"}, "prepared bytes; knows no page"},
		Rule{"internal/web/eid", []string{"internal/web/page", "internal/web/route", "internal/fault", "internal/clock", "internal/identity", "internal/identity/*"},
			"the pages of a login; knows no step but who somebody is"},
		Rule{"internal/web/petition", reading, "reading petitions: reaches none of the personal-data steps"},
		Rule{"internal/web/proposal", reading, "proposing and following: reaches none of the personal-data steps"},
		Rule{"internal/web/opendata", reading, "what is public anyway"},
		Rule{"internal/web/status", reading, "how the service has been"},
		Rule{"internal/web/moderation", reading, "staff of petitions: reaches no case and no vote"},
		Rule{"internal/web/vote", join(reading, []string{"internal/identity", "internal/identity/*", "internal/web/eid"}), "voting: a voter must not be reachable from any case"},
		Rule{"internal/app", []string{"plugin", "block/*", "plugins/*", "internal/*"}, "the only place that wires"},
		Rule{"internal/arch", nil, "reads the house from outside"},
		Rule{"conformance", []string{"block/*", "fake/*"}, "others judge what the blocks make"},
		Rule{"cmd/medborgarnavet", []string{"internal/app", "internal/clock", "internal/config", "internal/keyring", "plugins/ssbtek",
			"block/*", "internal/fault", "internal/validation", "internal/validation/*", "internal/petition", "internal/petition/*"},
			"serve is app; a tool subcommand is one file and imports exactly what it exposes"},
		Rule{"cmd/demo", []string{"internal/app", "internal/clock", "internal/petition", "cmd/demo/town", "block/pnr"}, "the demo is the product with a town around it, and petitions in it"},
		Rule{"cmd/demo/town", []string{"internal/config", "internal/keyring", "internal/petition/seal", "block/*", "fake/*"},
			"the town needs its outside world, and a second holder of keys; tests walk it too"},
	)
}

// TestOnly are packages that no product code may import.
var TestOnly = []string{"internal/db/dbtest", "internal/db/faultdb", "internal/keyring/keyringtest", "internal/web/page/pagetest", "internal/web/page/texttest", "internal/web/route/apitest"}

// BannedNames mean nothing.
var BannedNames = []string{"util", "utils", "common", "helpers", "misc", "base", "shared", "service", "model", "manager", "types"}

func join(lists ...[]string) []string {
	var out []string
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

func below(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, s+"/*")
	}
	return out
}

// matches tells whether a package path (below the module) fits a pattern.
func matches(pattern, path string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "/*"); ok {
		return strings.HasPrefix(path, prefix+"/")
	}
	return pattern == path
}

// ruleFor is the most exact rule of a package.
func ruleFor(path string) (Rule, bool) {
	var best Rule
	found := false
	for _, r := range Rules() {
		if matches(r.Packages, path) && (!found || len(r.Packages) > len(best.Packages)) {
			best, found = r, true
		}
	}
	return best, found
}
