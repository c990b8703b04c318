package ekbist

import (
	"slices"
	"strings"
	"testing"

	"medborgarnavet/plugin"
)

// annas is Anna's application of June 2023, with the mock-up's figures: CSN
// says 10 024, she says 1 022.
func annas() plugin.Application {
	a := application("2023-06", map[string]string{
		rentPath: "6 200", hasIncomePath: "ja",
		"soker-for.hem.el": "412,50", "soker-for.annat.0.vad": "Glasögon", "soker-for.annat.0.belopp": "1500",
		"soker-for.annat.0.varfor": "Mina är trasiga", "soker-for.annat.n": "1",
		"hushall.andring.stammer": "nej", "hushall.andring.vad": "Min syster har flyttat ut",
		"hushall.nya-barn.0.personnummer": "201701012393",
		"tillgangar.fraga.har":            "ja", "tillgangar.pengar.konton": "1 250", "tillgangar.fordon.0.regnr": "ABC123",
		"sysselsattning.nu.vad": "studier,soker",
	},
		plugin.Row{Path: "inkomster.fk.barnbidrag", State: plugin.StateAnswered, FetchedOre: kr(1250),
			Counted: []plugin.Payment{{Payer: "FK", BenefitCode: "ABB", NetOre: kr(1250)}}},
		plugin.Row{Path: "inkomster.fk.handikapp", State: plugin.StateAnswered, FetchedOre: kr(900)},
		plugin.Row{Path: "inkomster.csn.studiemedel", State: plugin.StateAnswered, FetchedOre: kr(10024), OwnOre: kr(1022),
			Comment: "Jag slutade", Others: []plugin.Payment{{Payer: "CSN", BenefitCode: "GRUND"}}},
		plugin.Row{Path: "inkomster.andra.arbetsloshet", State: plugin.StateNothing},
		plugin.Row{Path: "inkomster.andra.lon", State: plugin.StateNotAsked, OwnOre: kr(500)},
	)
	a.Household.Children = []plugin.Child{{Name: "Alma", Age: 9, DaysPerMonth: 30}}
	a.Sources = []plugin.SourceState{{Origin: "FK", State: plugin.StateAnswered}, {Origin: "PM", State: plugin.StateNothing},
		{Origin: "CSN", State: plugin.StateAnswered}, {Origin: "SO", State: plugin.StateNothing}}
	return a
}

func TestWorksheetByHand(t *testing.T) {
	s := norm2023(t)
	s.IncomeRules = []IncomeRules{{From: "2023-01", To: "2023-12", Source: "Nämndens riktlinjer",
		Excluded: []ExcludedRow{{Row: "inkomster.fk.handikapp", Reason: "Räknas inte: går till merkostnader."}}}}
	w := calculate(s, plugin.WorksheetRequest{Application: annas(), CarriedOverOre: kr(300), Entries: map[string]plugin.Entry{
		"soker-for.annat.0.belopp": {AmountOre: kr(1000), Reason: "Enklare bågar räcker"},
	}})
	// Norm 3490 + 3380 + 1250; costs 6200 + 412,50 + 1000; incomes
	// 1250 + 0 + 1022 + 500; carried over 300.
	if w.NormOre != 812000 || w.CostsOre != 761250 || w.IncomesOre != 277200 || w.CarriedOverOre != 30000 {
		t.Errorf("sums %d %d %d %d", w.NormOre, w.CostsOre, w.IncomesOre, w.CarriedOverOre)
	}
	if w.ResultOre != 1266050 || len(w.Problems) != 0 {
		t.Errorf("result %d, problems %v", w.ResultOre, w.Problems)
	}
	glasses := w.Costs[len(w.Costs)-1]
	if glasses.Label != "Glasögon" || glasses.AppliedOre != 150000 || glasses.ApprovedOre != 100000 ||
		glasses.RefusedOre != 50000 || glasses.Reason != "Enklare bågar räcker" || glasses.Note != "Mina är trasiga" {
		t.Errorf("glasses %+v", glasses)
	}
	if rent := w.Costs[0]; rent.Label != "Hyra" || rent.ApprovedOre != 620000 || rent.Note != proposal {
		t.Errorf("rent %+v", rent)
	}
	csn := row(t, w, "inkomster.csn.studiemedel")
	if !csn.Differs || csn.UsedOre != 102200 || *csn.AgencyOre != 1002400 || *csn.ApplicantOre != 102200 ||
		csn.Comment != "Jag slutade" || len(csn.Others) != 1 || csn.Payer != "CSN" {
		t.Errorf("CSN %+v", csn)
	}
	benefit := row(t, w, "inkomster.fk.handikapp")
	if benefit.UsedOre != 0 || *benefit.AgencyOre != 90000 || benefit.Reason != "Räknas inte: går till merkostnader." {
		t.Errorf("excluded %+v", benefit)
	}
	if child := row(t, w, "inkomster.fk.barnbidrag"); len(child.Payments) != 1 || child.Differs {
		t.Errorf("M-87: sums lead to payments: %+v", child)
	}
	if len(w.Incomes) != len(amountRows(definition(s))) {
		t.Errorf("%d income lines; the officer sees every row", len(w.Incomes))
	}
}

func TestWorksheetTellsTheRest(t *testing.T) {
	// ux.md P16: assets, occupation, changes; and what was not fetched.
	a := annas()
	a.Sources = a.Sources[:2]
	w := calculate(norm2023(t), plugin.WorksheetRequest{Application: a})
	find := func(lines []plugin.Line, key string) plugin.Line {
		i := slices.IndexFunc(lines, func(l plugin.Line) bool { return l.Key == key })
		if i < 0 {
			t.Errorf("no line %s in %v", key, lines)
			return plugin.Line{}
		}
		return lines[i]
	}
	if l := find(w.Assets, "tillgangar.pengar.konton"); l.AmountOre == nil || *l.AmountOre != 125000 {
		t.Errorf("account %+v", l)
	}
	if l := find(w.Assets, "tillgangar.fordon.0.regnr"); l.Label != "Fordon 1: Registreringsnummer" || l.Note != "ABC123" {
		t.Errorf("vehicle %+v", l)
	}
	if l := find(w.Notes, "hushall.andring.vad"); l.Note != "Min syster har flyttat ut" {
		t.Errorf("change %+v", l)
	}
	if l := find(w.Notes, "sysselsattning.nu.vad"); l.Note != "Jag sökte jobb, Jag studerade något annat" &&
		l.Note != "Jag studerade något annat, Jag sökte jobb" {
		t.Errorf("occupation %+v", l)
	}
	if l := find(w.Notes, "note.not-fetched"); l.Note != "Ingen har frågat CSN och a-kassan." {
		t.Errorf("not fetched %+v", l)
	}
	for _, l := range slices.Concat(w.Notes, w.Assets, w.Household) {
		if strings.Contains(l.Note+l.Label, "201701012393") {
			t.Errorf("a child's identity number in the calculation: %s", l.Key)
		}
	}
}

type entryCase struct {
	name    string
	rows    []plugin.Row
	entries map[string]plugin.Entry
	problem string
	// result is in kronor; without rows and entries it is 10 620: norm
	// 4 620 and rent 6 000.
	result int64
}

func (c entryCase) run(t *testing.T) {
	t.Helper()
	a := application("2023-06", map[string]string{rentPath: "6000"}, c.rows...)
	w := calculate(norm2023(t), plugin.WorksheetRequest{Application: a, Entries: c.entries})
	all := strings.Join(w.Problems, "\n")
	if (c.problem == "") != (all == "") || !strings.Contains(all, c.problem) || len(w.Problems) > 1 {
		t.Errorf("%s: problems %q, want %q", c.name, all, c.problem)
	}
	if w.ResultOre != c.result*100 {
		t.Errorf("%s: result %d öre, want %d kr", c.name, w.ResultOre, c.result)
	}
	for _, p := range w.Problems {
		lint(t, c.name, spacesOf(p), 20)
	}
}

func entry(kronor int64, reason string) plugin.Entry {
	return plugin.Entry{AmountOre: kr(kronor), Reason: reason}
}

const (
	aKassan = "inkomster.andra.arbetsloshet"
	barn    = "inkomster.fk.barnbidrag"
	dag     = "inkomster.fk.dagersattning"
)

func TestEntriesNeedReasons(t *testing.T) {
	for _, c := range []entryCase{
		{"rent approved as applied", nil, map[string]plugin.Entry{rentPath: entry(6000, "")}, "", 10620},
		{"rent refused in part without a reason", nil, map[string]plugin.Entry{rentPath: entry(5000, " ")}, "Hyra: skriv varför", 9620},
		{"rent refused with a reason", nil, map[string]plugin.Entry{rentPath: entry(0, "Betald")}, "", 4620},
		{"more than applied, with a reason", nil, map[string]plugin.Entry{rentPath: entry(6100, "Enligt avin")}, "", 10720},
		{"a negative amount is not used", nil, map[string]plugin.Entry{rentPath: entry(-1, "x")}, "måste vara 0 eller mer", 10620},
		{"another amount than the agency's", []plugin.Row{{Path: dag, State: plugin.StateAnswered, FetchedOre: kr(5000)}},
			map[string]plugin.Entry{dag: entry(4000, "")}, "Dagersättning: skriv varför", 6620},
		{"an income nobody spoke of", nil, map[string]plugin.Entry{"inkomster.andra.lon": entry(700, "")}, "Lön: skriv varför", 9920},
		{"the norm lowered with a reason", nil, map[string]plugin.Entry{"norm.shared": entry(1000, "Delar bostad")}, "", 10490},
		{"the norm lowered without", nil, map[string]plugin.Entry{"norm.shared": entry(1000, "")}, "Gemensamma kostnader, en person: skriv varför", 10490},
		{"a negative sum from an agency", []plugin.Row{{Path: dag, State: plugin.StateAnswered, FetchedOre: kr(-50)}}, nil,
			"går inte att räkna med", 10620},
		{"a negative sum mended", []plugin.Row{{Path: dag, State: plugin.StateAnswered, FetchedOre: kr(-50)}},
			map[string]plugin.Entry{dag: entry(0, "Återkrav")}, "", 10620},
	} {
		c.run(t)
	}
}

func TestASilentPayerIsNotZero(t *testing.T) {
	// I-6: what a payer could not answer is unknown until somebody has
	// said an amount, or 0 with a reason.
	bo := func(state plugin.State, own *int64) plugin.Row {
		return plugin.Row{Path: aKassan, State: state, OwnOre: own}
	}
	fk := func(name string, state plugin.State) plugin.Row {
		return plugin.Row{Path: "inkomster.fk." + name, State: state}
	}
	silent, nothing := plugin.StateUnavailable, plugin.StateNothing
	for _, c := range []entryCase{
		{"a-kassan down, nothing entered", []plugin.Row{bo(silent, nil)}, nil, "Uppgift från a-kassan saknas", 10620},
		{"a-kassan down, the applicant knows", []plugin.Row{bo(silent, kr(1350))}, nil, "", 9270},
		{"a-kassan down, the officer knows", []plugin.Row{bo(silent, nil)}, map[string]plugin.Entry{aKassan: entry(1350, "")}, "", 9270},
		{"a-kassan down, 0 without a reason", []plugin.Row{bo(silent, nil)}, map[string]plugin.Entry{aKassan: entry(0, "")},
			"Uppgift från a-kassan saknas", 10620},
		{"a-kassan down, 0 with a reason", []plugin.Row{bo(silent, nil)}, map[string]plugin.Entry{aKassan: entry(0, "Ringt dem")}, "", 10620},
		{"a reason without an amount", []plugin.Row{bo(silent, nil)}, map[string]plugin.Entry{aKassan: {Reason: "Ringt dem"}},
			"Uppgift från a-kassan saknas", 10620},
		{"a-kassan has nothing, and that is an answer", []plugin.Row{bo(nothing, nil)}, nil, "", 10620},
		{"one row of a silent payer entered, the other not", []plugin.Row{fk("barnbidrag", silent), fk("dagersattning", silent)},
			map[string]plugin.Entry{barn: entry(1250, "")}, "Uppgift från Försäkringskassan saknas", 9370},
		{"one reason is enough for a silent payer", []plugin.Row{fk("barnbidrag", silent), fk("dagersattning", silent)},
			map[string]plugin.Entry{barn: entry(1250, "Ringt dem")}, "", 9370},
		{"a reason on another payer's row is not", []plugin.Row{fk("barnbidrag", silent), bo(silent, nil)},
			map[string]plugin.Entry{barn: entry(0, "Ringt dem")}, "Uppgift från a-kassan saknas", 10620},
	} {
		c.run(t)
	}
}

func TestCouldNotAnswerIsNotNothing(t *testing.T) {
	// I-6: an own amount beside silence differs from nothing.
	for state, differ := range map[plugin.State]bool{
		plugin.StateAnswered: true, plugin.StateNothing: true, plugin.StateUnavailable: false, plugin.StateNotAsked: false,
	} {
		a := application("2023-06", nil, plugin.Row{Path: "inkomster.fk.bostadsbidrag", State: state, OwnOre: kr(400)})
		l := row(t, calculate(norm2023(t), plugin.WorksheetRequest{Application: a}), "inkomster.fk.bostadsbidrag")
		if l.Differs != differ || l.State != state || l.AgencyOre != nil || l.UsedOre != 40000 {
			t.Errorf("%s: %+v", state, l)
		}
	}
}

func TestRulesAreDated(t *testing.T) {
	s := norm2023(t)
	s.IncomeRules = []IncomeRules{{From: "2024-01", To: "2024-12", Source: "x",
		Excluded: []ExcludedRow{{Row: "inkomster.fk.handikapp", Reason: "Räknas inte."}}}}
	a := application("2023-06", nil, plugin.Row{Path: "inkomster.fk.handikapp", State: plugin.StateAnswered, FetchedOre: kr(900)})
	w := calculate(s, plugin.WorksheetRequest{Application: a})
	if w.IncomesOre != 90000 || len(w.Problems) != 1 || !strings.Contains(w.Problems[0], "saknas för juni 2023") {
		t.Errorf("incomes %d, problems %v", w.IncomesOre, w.Problems)
	}
	s.IncomeRules[0].From, s.IncomeRules[0].To = "2023-01", "2023-12"
	entered := map[string]plugin.Entry{"inkomster.fk.handikapp": {AmountOre: kr(200), Reason: "Går inte till merkostnader"}}
	w = calculate(s, plugin.WorksheetRequest{Application: a, Entries: entered})
	if w.IncomesOre != 20000 || len(w.Problems) != 0 {
		t.Errorf("entered over the rule: %d, %v", w.IncomesOre, w.Problems)
	}
}

func TestCostsThatSayTooLittle(t *testing.T) {
	a := application("2023-06", map[string]string{
		rentPath: "sextusen", "soker-for.annat.0.vad": "Vinterskor", "soker-for.annat.2.belopp": "300",
		"soker-for.annat.10.belopp": "400", "soker-for.annat.10.vad": "Spis",
	})
	w := calculate(norm2023(t), plugin.WorksheetRequest{Application: a})
	var got []string
	for _, c := range w.Costs {
		got = append(got, c.Label+" "+spacesOf(kronor(c.AppliedOre)))
	}
	want := []string{"Hyra 0 kr", "Vinterskor 0 kr", "Annan kostnad 300 kr", "Spis 400 kr"}
	if !slices.Equal(got, want) {
		t.Errorf("costs %v, want %v", got, want)
	}
	if len(w.Problems) != 1 || !strings.Contains(w.Problems[0], "Hyra: beloppet i ansökan går inte att läsa") {
		t.Errorf("problems %v", w.Problems)
	}
	w = calculate(norm2023(t), plugin.WorksheetRequest{Application: a, Entries: map[string]plugin.Entry{rentPath: entry(6000, "Enligt avin")}})
	if len(w.Problems) != 0 || w.Costs[0].ApprovedOre != 600000 {
		t.Errorf("mended by the officer: %v %+v", w.Problems, w.Costs[0])
	}
}

func TestSurplus(t *testing.T) {
	a := application("2023-06", nil, plugin.Row{Path: "inkomster.andra.lon", State: plugin.StateNotAsked, OwnOre: kr(9000)})
	w := calculate(norm2023(t), plugin.WorksheetRequest{Application: a, CarriedOverOre: kr(120)})
	if w.ResultOre != (4620-9000-120)*100 {
		t.Errorf("result %d", w.ResultOre)
	}
	w = calculate(norm2023(t), plugin.WorksheetRequest{Application: a, CarriedOverOre: kr(-120)})
	if w.CarriedOverOre != 0 || len(w.Problems) != 1 {
		t.Errorf("negative surplus: %d %v", w.CarriedOverOre, w.Problems)
	}
}

func TestARowTheFormDoesNotKnowIsSeen(t *testing.T) {
	a := application("2023-06", nil, plugin.Row{Path: "inkomster.fk.okand", Label: "Okänd", State: plugin.StateAnswered, FetchedOre: kr(10)})
	w := calculate(norm2023(t), plugin.WorksheetRequest{Application: a})
	if l := row(t, w, "inkomster.fk.okand"); l.UsedOre != 1000 || l.Label != "Okänd" || w.IncomesOre != 1000 {
		t.Errorf("%+v", l)
	}
}
