package ekbist

import (
	"slices"
	"testing"

	"medborgarnavet/plugin"
)

// whole has everything the board needs.
func whole() plugin.Application {
	a := application("2026-12", map[string]string{
		"hushall.andring.stammer": "ja", "hushall.barn.dagar-andrat": "inga", "bostad.andring.bor-kvar": "ja",
		rentPath: "6 200", monthPath: "2026-12", "period.vistelse.hemma": "ja", hasIncomePath: "ja",
		"tillgangar.fraga.har": "nej", occupationPath: "soker", "soker-for.norm.omfattning": "hel",
		"soker-for.utbetalning.samma": "ja",
	}, plugin.Row{Path: "inkomster.fk.barnbidrag", State: plugin.StateAnswered, FetchedOre: kr(1250)})
	for _, origin := range []string{"FK", "PM", "CSN", "SO"} {
		a.Sources = append(a.Sources, plugin.SourceState{Origin: origin, State: plugin.StateAnswered})
	}
	return a
}

func texts(remarks []plugin.Remark) []string {
	var out []string
	for _, r := range remarks {
		out = append(out, spacesOf(r.Text))
	}
	return out
}

func TestAWholeApplicationGetsNoRemarks(t *testing.T) {
	if r := reviewDraft(definition(Settings{}), whole()); len(r.Missing)+len(r.Questions) > 0 {
		t.Errorf("missing %v, questions %v", texts(r.Missing), texts(r.Questions))
	}
}

func TestAnEmptyDraftIsToldWhatIsMissing(t *testing.T) {
	// ux.md P5, P8: what the board will ask for; nothing is a stop.
	p, err := New(host(""))
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.EService.Review(t.Context(), application("2026-12", nil))
	if err != nil {
		t.Fatalf("an empty draft is no error: %v", err)
	}
	want := []string{
		"Hushåll: svara om ni är samma personer i hushållet.",
		"Hushåll: svara om barnens dagar hos dig har ändrats.",
		"Bostad: svara om du bor kvar i samma bostad.",
		"Bostad: skriv hur mycket du betalar i hyra.",
		"Period: svara om du är i kommunen hela månaden.",
		"Inkomster: svara om du har några inkomster.",
		"Tillgångar: svara om du har några tillgångar.",
		"Sysselsättning: välj vad du gjorde.",
		"Söker för: välj vad du söker för.",
		"Söker för: svara om pengarna ska till samma konto.",
	}
	if got := texts(r.Missing); !slices.Equal(got, want) {
		t.Errorf("missing\n got %v\nwant %v", got, want)
	}
	if rent := r.Missing[3]; rent.Section != "bostad" || rent.Field != rentPath {
		t.Errorf("the remark leads to %s %s", rent.Section, rent.Field)
	}
	if len(r.Questions) > 0 {
		t.Errorf("questions %v", texts(r.Questions))
	}
}

// change is one thing done to a whole application.
type change func(*plugin.Application)

func set(path, value string) change {
	return func(a *plugin.Application) { a.Values[path] = value }
}

func own(path string, fetched, own *int64, comment string) change {
	return func(a *plugin.Application) {
		a.Rows = append(a.Rows, plugin.Row{Path: path, State: plugin.StateAnswered, FetchedOre: fetched, OwnOre: own, Comment: comment})
	}
}

func down(origin string) change {
	return func(a *plugin.Application) {
		for i := range a.Sources {
			if a.Sources[i].Origin == origin {
				a.Sources[i].State = plugin.StateUnavailable
			}
		}
	}
}

type reviewCase struct {
	name     string
	changes  []change
	missing  []string
	question []string
}

func (c reviewCase) run(t *testing.T) {
	t.Helper()
	form, a := definition(Settings{}), whole()
	for _, change := range c.changes {
		change(&a)
	}
	r := reviewDraft(form, a)
	if !slices.Equal(texts(r.Missing), c.missing) || !slices.Equal(texts(r.Questions), c.question) {
		t.Errorf("%s:\n missing %q\n questions %q", c.name, texts(r.Missing), texts(r.Questions))
	}
	for _, remark := range slices.Concat(r.Missing, r.Questions) {
		lint(t, c.name, spacesOf(remark.Text), 20)
		if !slices.ContainsFunc(form.Sections, func(s plugin.Section) bool { return s.ID == remark.Section }) {
			t.Errorf("%s: no section %q", c.name, remark.Section)
		}
	}
}

func TestReviewOfAnswers(t *testing.T) {
	for _, c := range []reviewCase{
		{"rent with a lost comma", []change{set(rentPath, "102 200")},
			nil, []string{"Hyra: du skrev 102 200 kr. Stämmer det?"}},
		{"rent that is no amount", []change{set(rentPath, "vet inte")},
			[]string{"Bostad: skriv beloppet med siffror, till exempel 6 200. Det gäller Hyra per månad."}, nil},
		{"a changed household wants words", []change{set("hushall.andring.stammer", "nej")},
			[]string{"Hushåll: skriv vad som har ändrats."}, nil},
		{"hidden fields are not needed", []change{set(occupationPath, "sjuk,pension")},
			[]string{"Sysselsättning: välj hur mycket du var sjukskriven."}, nil},
		{"another account", []change{set("soker-for.utbetalning.samma", "nej"), set("soker-for.utbetalning.bank", "Banken")},
			[]string{"Söker för: skriv bankens clearingnummer.", "Söker för: skriv ditt kontonummer."}, nil},
		{"an amount for nothing", []change{set("soker-for.annat.0.belopp", "500")},
			[]string{"Söker för: skriv vad kostnaden på 500 kr är till."}, nil},
		{"nothing known of what it costs", []change{set("soker-for.annat.0.vad", "Glasögon")},
			[]string{"Söker för: skriv vad det kostar: Glasögon."}, nil},
		{"a large cost of the open list", []change{set("soker-for.annat.0.vad", "Spis"), set("soker-for.annat.0.belopp", "65000")},
			nil, []string{"Spis: du skrev 65 000 kr. Stämmer det?"}},
	} {
		c.run(t)
	}
}

func TestReviewOfIncomes(t *testing.T) {
	// M-36, M-41, I-6: large and unlike amounts are questioned, silence is
	// told, and nothing stops the person.
	const unemployment = "inkomster.andra.arbetsloshet"
	for _, c := range []reviewCase{
		{"no incomes, but the agency has paid", []change{set(hasIncomePath, "nej")}, nil,
			[]string{"Du svarade att du inte har några inkomster. Allmänt barnbidrag är 1 250 kr enligt uppgiften vi hämtade. Stämmer det?"}},
		{"the mock-up's 10 024 and 1 022", []change{own("inkomster.csn.studiemedel", kr(10024), kr(1022), "")}, nil,
			[]string{"Studiemedel: du skrev 1 022 kr. Uppgiften vi hämtade är 10 024 kr. Stämmer det du skrev?"}},
		{"a near correction is not questioned", []change{own("inkomster.csn.studiemedel", kr(10024), kr(9000), "")}, nil, nil},
		{"a large own amount", []change{own("inkomster.andra.lon", nil, kr(102200), "")}, nil,
			[]string{"Lön: du skrev 102 200 kr. Stämmer det?"}},
		{"another income without words", []change{own(otherIncome, nil, kr(100), "")},
			[]string{"Inkomster: skriv vad det är för annan inkomst."}, nil},
		{"another income with words", []change{own(otherIncome, nil, kr(100), "Sålde en cykel")}, nil, nil},
		{"a-kassan down", []change{down("SO")}, nil,
			[]string{"Vi fick inget svar från a-kassan. Vet du vad du har fått därifrån? Skriv det i så fall. Annars tar vi reda på det."}},
		{"a-kassan down, and the person has written it", []change{down("SO"), own(unemployment, nil, kr(1350), "")}, nil, nil},
		{"two are down", []change{down("FK"), down("CSN")}, nil,
			[]string{"Vi fick inget svar från Försäkringskassan och CSN. Vet du vad du har fått därifrån? Skriv det i så fall. Annars tar vi reda på det."}},
		{"incomes, and not one amount", []change{func(a *plugin.Application) { a.Rows, a.Sources = nil, nil }},
			[]string{"Inkomster: hämta dina uppgifter, eller skriv vilka inkomster du har."}, nil},
		{"another month than the draft's", []change{set(monthPath, "2026-11")}, nil,
			[]string{"Du skrev november 2026, men ansökan gäller december 2026. Vilken månad söker du för?"}},
	} {
		c.run(t)
	}
}

func TestSwitchedOffDocumentsAreNotReviewed(t *testing.T) {
	off := false
	f := definition(Settings{SupportingDocuments: &off})
	if slices.ContainsFunc(answers(f, nil), func(a answer) bool { return a.section.ID == "verifikat" }) {
		t.Error("an unused section is shown")
	}
}

func TestConditions(t *testing.T) {
	values := map[string]string{"a": "ja", "b": "x,y", "s.g.0.n": "1"}
	eq := func(f, v string) plugin.Condition { return plugin.Condition{Field: f, Op: "eq", Value: v} }
	for name, c := range map[string]struct {
		c    *plugin.Condition
		want bool
	}{
		"none":          {nil, true},
		"eq":            {&plugin.Condition{Field: "a", Op: "eq", Value: "ja"}, true},
		"eq of several": {&plugin.Condition{Field: "b", Op: "eq", Value: "y"}, true},
		"ne":            {&plugin.Condition{Field: "a", Op: "ne", Value: "ja"}, false},
		"ne of nothing": {&plugin.Condition{Field: "c", Op: "ne", Value: "ja"}, true},
		"in":            {&plugin.Condition{Field: "b", Op: "in", In: []string{"z", "x"}}, true},
		"filled":        {&plugin.Condition{Field: "c", Op: "filled"}, false},
		"empty":         {&plugin.Condition{Field: "c", Op: "empty"}, true},
		"all":           {&plugin.Condition{All: []plugin.Condition{eq("a", "ja"), eq("b", "z")}}, false},
		"any":           {&plugin.Condition{Any: []plugin.Condition{eq("a", "nej"), eq("b", "x")}}, true},
		"same item":     {&plugin.Condition{Field: ".n", Op: "eq", Value: "1"}, true},
		"unknown op":    {&plugin.Condition{Field: "a", Op: "like", Value: "ja"}, false},
	} {
		if got := shown(c.c, values, "s.g.0."); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
