package ekbist

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"medborgarnavet/plugin"
)

func TestMenuOrder(t *testing.T) {
	// M-30, M-77: source 004's menu, the parts that are the form's.
	p, err := New(host(""))
	if err != nil {
		t.Fatal(err)
	}
	f, err := p.EService.Form(t.Context(), plugin.FormRequest{Language: "sv", Month: "2026-12"})
	if err != nil {
		t.Fatal(err)
	}
	var ids, menu []string
	for _, s := range f.Sections {
		ids, menu = append(ids, s.ID), append(menu, s.Menu)
	}
	wantMenu := []string{"Hushåll", "Bostad", "Period", "Inkomster", "Tillgångar", "Sysselsättn.", "Söker för", "Verifikat"}
	wantIDs := []string{"hushall", "bostad", "period", "inkomster", "tillgangar", "sysselsattning", "soker-for", "verifikat"}
	if !slices.Equal(menu, wantMenu) || !slices.Equal(ids, wantIDs) {
		t.Errorf("menu = %v %v, want %v %v", menu, ids, wantMenu, wantIDs)
	}
	if f.Version != "2026-11" || f.ID != "ekbist" {
		t.Errorf("form = %s %s", f.ID, f.Version)
	}
}

func TestDocumentsCanBeSwitchedOff(t *testing.T) {
	// M-96, M-31: "ej anv."
	for _, c := range []struct {
		settings string
		unused   bool
	}{{"", false}, {`{"supportingDocuments":true}`, false}, {`{"supportingDocuments":false}`, true}} {
		p, err := New(host(c.settings))
		if err != nil {
			t.Fatal(err)
		}
		f, err := p.EService.Form(t.Context(), plugin.FormRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if last := f.Sections[len(f.Sections)-1]; last.ID != "verifikat" || last.Unused != c.unused {
			t.Errorf("%s: %s unused = %v", c.settings, last.ID, last.Unused)
		}
	}
}

func TestIncomeRowsAreTheSources(t *testing.T) {
	// M-37, M-38, M-39: every row of the mock-up, in its order, with the
	// rows of ssbtek.md §3.2 between and after.
	var got []string
	for _, r := range amountRows(definition(Settings{})) {
		got = append(got, strings.TrimPrefix(r.path, "inkomster."))
	}
	want := []string{
		"fk.barnbidrag", "fk.bostadsbidrag", "fk.dagersattning", "fk.pension", "fk.handikapp", "fk.underhallsstod",
		"fk.bostadstillagg", "pm.pension", "pm.bostadstillagg",
		"csn.studiemedel", "csn.studiebidrag", "csn.inackordering", "csn.hemutrustning", "csn.studiestart",
		"andra.lon", "andra.arbetsloshet", "andra.afa", "andra.skatt",
		"andra.underhall", "andra.tjanstepension", "andra.hyra", "andra.swish", "andra.kapital",
		"andra.ovrig-myndighet", "andra.annan",
	}
	if !slices.Equal(got, want) {
		t.Errorf("rows\n got %v\nwant %v", got, want)
	}
}

func TestFirstQuestionOfIncomes(t *testing.T) {
	// M-35: "Har du några inkomster?" stands first. No hides what only the
	// person can fill in, and never what an agency has paid.
	f := definition(Settings{})
	s := f.Sections[3]
	if first := s.Groups[0].Fields[0]; first.Kind != plugin.FieldYesNo || first.Label != "Har du några inkomster?" {
		t.Errorf("first = %v", first)
	}
	no := map[string]string{hasIncomePath: "nej"}
	for _, r := range amountRows(f) {
		visible := slices.ContainsFunc(answers(f, no), func(a answer) bool { return a.path == r.path })
		if visible != (r.field.Bind != nil) {
			t.Errorf("%s shown = %v with no incomes, bound = %v", r.path, visible, r.field.Bind != nil)
		}
		if !slices.ContainsFunc(answers(f, nil), func(a answer) bool { return a.path == r.path }) {
			t.Errorf("%s is hidden before the question is answered", r.path)
		}
	}
}

func TestFetchAsksForNoMoreThanTheRowsNeed(t *testing.T) {
	// M-34, M-65: payments of the payers that fill a row, and whether the
	// person is registered as a job seeker.
	p, err := New(host(`{"source":"ssbtek"}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"FK/payments", "PM/payments", "CSN/payments", "SO/payments", "AF/registration"}
	f, _ := p.EService.Form(t.Context(), plugin.FormRequest{})
	for _, s := range f.Sections {
		if s.ID == "inkomster" {
			if s.Fetch == nil || s.Fetch.Source != "ssbtek" || !slices.Equal(s.Fetch.Datasets, want) {
				t.Errorf("fetch = %v", s.Fetch)
			}
		} else if s.Fetch != nil {
			t.Errorf("%s fetches", s.ID)
		}
	}
	if w := p.Manifest.Wants; len(w) != 1 || w[0].Source != "ssbtek" || !slices.Equal(w[0].Datasets, want) {
		t.Errorf("manifest wants %v", w)
	}
	for _, origin := range payers(f) {
		if !slices.Contains(want, origin+"/payments") {
			t.Errorf("a row is filled by %s, which is not asked", origin)
		}
	}
}

func TestDefinitionHoldsTogether(t *testing.T) {
	f := definition(Settings{})
	idOK := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	kinds := map[string]plugin.FieldKind{}
	for _, s := range f.Sections {
		if !idOK.MatchString(s.ID) || s.Title == "" || s.Menu == "" || len(s.Groups) == 0 {
			t.Errorf("section %q is not whole", s.ID)
		}
		groups := map[string]bool{}
		for _, g := range s.Groups {
			if groups[g.ID] || !idOK.MatchString(g.ID) || (g.Repeat > 0) != (g.Item != "") {
				t.Errorf("group %s.%s: not unique, not an id, or repeat without item", s.ID, g.ID)
			}
			groups[g.ID] = true
		}
	}
	eachField(f, func(path string, g plugin.Group, field plugin.Field) {
		if _, twice := kinds[path]; twice || !idOK.MatchString(field.ID) || field.Label == "" {
			t.Errorf("%s: not unique, not an id, or without a label", path)
		}
		kinds[path] = field.Kind
		if field.Kind == plugin.FieldMoney && (field.Example == "" || field.AskAboveOre <= 0) {
			t.Errorf("%s: an amount needs an example and a limit to ask above", path)
		}
		choice := field.Kind == plugin.FieldChoice || field.Kind == plugin.FieldChoices
		if choice != (len(field.Options) > 1) {
			t.Errorf("%s: options do not fit the kind", path)
		}
		seen := map[string]bool{}
		for _, o := range field.Options {
			if seen[o.Value] || !idOK.MatchString(o.Value) || o.Label == "" {
				t.Errorf("%s: option %q", path, o.Value)
			}
			seen[o.Value] = true
		}
		if field.Needed && neededWords(path) == "" {
			t.Errorf("%s is needed, but nothing says what to do", path)
		}
		if field.Kind == plugin.FieldAmountRow && (field.Needed || field.Payer == "" || field.AskAboveOre <= 0) {
			t.Errorf("%s: an amount row is never needed and has a payer and a limit", path)
		}
	})
	for _, s := range f.Sections {
		for _, g := range s.Groups {
			checkCondition(t, f, kinds, s.ID+"."+g.ID, g.ShowIf)
			for _, field := range g.Fields {
				checkCondition(t, f, kinds, s.ID+"."+g.ID+"."+field.ID, field.ShowIf)
			}
		}
	}
}

// checkCondition: a condition refers to a field that exists, that is no amount
// and that can have the value.
func checkCondition(t *testing.T, f plugin.Form, kinds map[string]plugin.FieldKind, at string, c *plugin.Condition) {
	t.Helper()
	if c == nil {
		return
	}
	kind, ok := kinds[c.Field]
	if !ok || c.Field == at {
		t.Fatalf("%s: condition on %q", at, c.Field)
	}
	values := c.In
	if c.Op == "eq" || c.Op == "ne" {
		values = []string{c.Value}
	}
	eachField(f, func(path string, _ plugin.Group, field plugin.Field) {
		for _, v := range values {
			known := slices.ContainsFunc(field.Options, func(o plugin.Option) bool { return o.Value == v })
			if path == c.Field && !known && (kind != plugin.FieldYesNo || (v != "ja" && v != "nej")) {
				t.Errorf("%s: %s can never be %q", at, c.Field, v)
			}
		}
	})
}

func TestNothingKnownIsAskedFor(t *testing.T) {
	// WCAG 2.2, 3.3.7 and ux.md P6: name, identity number and who the
	// household is come from login and case. Only a new child's are asked.
	eachField(definition(Settings{}), func(path string, g plugin.Group, field plugin.Field) {
		known := field.Kind == plugin.FieldIdentity || field.Autocomplete == "name"
		if known && path != "hushall.nya-barn.personnummer" {
			t.Errorf("%s asks for what is known", path)
		}
		if path == "hushall.kontakt.telefon" && field.Autocomplete != "tel" ||
			path == "bostad.andring.adress" && field.Autocomplete != "address-line1" {
			t.Errorf("%s: autocomplete %q (WCAG 1.3.5)", path, field.Autocomplete)
		}
	})
}

func TestEveryExpenseCodeHasAField(t *testing.T) {
	// ssbtek.md §3.3: the expenses a person may apply for.
	want := map[string]string{
		"RENT": rentPath, "ELECTRICITY": "soker-for.hem.el", "HOME_INSURANCE": "soker-for.hem.hemforsakring",
		"INTERNET": "soker-for.hem.bredband", "UNEMPLOYMENT_FUND": "soker-for.arbete.akassa",
		"UNION_FEE": "soker-for.arbete.fack", "TRAVEL_APPROVED": "soker-for.arbete.resor",
		"TRAVEL_MEDICAL_TRANSPORT": "soker-for.vard.sjukresor", "MEDICAL_CARE": "soker-for.vard.lakare",
		"MEDICINE": "soker-for.vard.medicin", "MUNICIPAL_FEES": "soker-for.kommun.avgifter",
		"ACUTE_DENTAL": "soker-for.vard.tandvard", "OTHER": "soker-for.annat.belopp",
		"barnomsorg": "soker-for.kommun.barnomsorg",
	}
	got := map[string]bool{}
	eachField(definition(Settings{}), func(path string, _ plugin.Group, field plugin.Field) {
		if field.Kind == plugin.FieldMoney {
			got[path] = true
		}
	})
	for code, path := range want {
		if !got[path] {
			t.Errorf("%s: no field %s", code, path)
		}
	}
}

func TestManifest(t *testing.T) {
	// M-16, M-23, M-58, M-61, M-105, M-113, M-114.
	p, err := New(host(""))
	if err != nil {
		t.Fatal(err)
	}
	m := p.Manifest
	if err := m.Validate(); err != nil {
		t.Error(err)
	}
	if m.Kind != plugin.KindEService || m.Handling != plugin.HandlingDesk || m.MinAssurance != 3 || m.NeedsIdentityNumber {
		t.Errorf("manifest = %+v", m)
	}
	if m.Owner.OrgNumber != "2120009911" {
		t.Errorf("owner = %v, want the board's authority", m.Owner)
	}
	if p.EService.Receive != nil || p.EService.Progress != nil {
		t.Error("the case desk handles it; the e-service receives nothing")
	}
	for _, doc := range []string{m.Documents.Accessibility, m.Documents.DataProtection} {
		if _, err := os.Stat("../../" + doc); err != nil {
			t.Error(err)
		}
	}
	p, err = New(host(`{"owner":{"name":"Föreningen","orgNumber":"2120009929","contact":"Förvaltningen"}}`))
	if err != nil || p.Manifest.Owner.Name != "Föreningen" {
		t.Errorf("owner = %v, %v", p.Manifest.Owner, err)
	}
}
