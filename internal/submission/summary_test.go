package submission

import (
	"slices"
	"strings"
	"testing"

	"medborgarnavet/plugin"
)

func ore(n int64) *int64 { return &n }

// M-36, M-93: the summary says what the person said, beside what the agency
// said, and what could not be fetched. What is no amount is still what was
// typed: the agency's amount is not put in its place.
func TestSummaryOfARow(t *testing.T) {
	for name, c := range map[string]struct {
		row   plugin.Row
		typed string
		want  SummaryLine
		shown bool
	}{
		"agrees":      {plugin.Row{FetchedOre: ore(125050)}, "", SummaryLine{Value: "1\u00a0250,50\u00a0kr", Fetched: "1\u00a0250,50\u00a0kr"}, true},
		"corrects":    {plugin.Row{FetchedOre: ore(100), OwnOre: ore(200)}, "2", SummaryLine{Value: "2\u00a0kr", Fetched: "1\u00a0kr", Changed: true}, true},
		"says 0":      {plugin.Row{FetchedOre: ore(100), OwnOre: ore(0)}, "0", SummaryLine{Value: "0\u00a0kr", Fetched: "1\u00a0kr", Changed: true}, true},
		"the same":    {plugin.Row{FetchedOre: ore(100), OwnOre: ore(100)}, "1", SummaryLine{Value: "1\u00a0kr", Fetched: "1\u00a0kr"}, true},
		"no amount":   {plugin.Row{FetchedOre: ore(100)}, "cirka 900", SummaryLine{Value: "cirka 900", Fetched: "1\u00a0kr", Changed: true}, true},
		"by hand":     {plugin.Row{State: plugin.StateNotAsked, OwnOre: ore(300)}, "3", SummaryLine{Value: "3\u00a0kr"}, true},
		"unavailable": {plugin.Row{State: plugin.StateUnavailable}, "", SummaryLine{Fetched: "kunde inte hämtas"}, true},
		"told beside": {plugin.Row{State: plugin.StateUnavailable, OwnOre: ore(300)}, "3", SummaryLine{Value: "3\u00a0kr", Fetched: "kunde inte hämtas"}, true},
		"a comment":   {plugin.Row{State: plugin.StateNothing, Comment: "Kommer i december"}, "", SummaryLine{Comment: "Kommer i december"}, true},
		"nothing":     {plugin.Row{State: plugin.StateNothing}, "", SummaryLine{}, false},
		"not asked":   {plugin.Row{State: plugin.StateNotAsked}, "", SummaryLine{}, false},
	} {
		c.row.Payer, c.want.Label = "FK", "FK: Barnbidrag"
		got, shown := rowLine("Barnbidrag", c.row, c.typed)
		if shown != c.shown || shown && got != c.want {
			t.Errorf("%s: %+v %v, want %+v", name, got, shown, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	options := []plugin.Option{{Value: "a", Label: "Alfa"}, {Value: "b", Label: "Beta"}}
	for _, c := range []struct {
		kind     plugin.FieldKind
		in, want string
	}{
		{plugin.FieldYesNo, "ja", "Ja"}, {plugin.FieldYesNo, "nej", "Nej"}, {plugin.FieldChoice, "b", "Beta"}, {plugin.FieldChoices, "a,b", "Alfa, Beta"},
		{plugin.FieldMoney, "6 200", "6\u00a0200\u00a0kr"}, {plugin.FieldMoney, "tolv", "tolv"}, {plugin.FieldDate, "2026-11-02", "2 november 2026"},
		{plugin.FieldDate, "2026--", "2026--"}, {plugin.FieldMonth, "2026-12", "december 2026"}, {plugin.FieldIdentity, "201701102384", "20170110-2384"},
		{plugin.FieldIdentity, "170110-2384", "170110-2384"}, {plugin.FieldIdentity, "ååååååå", "ååååååå"}, {plugin.FieldIdentity, "åååååå", "åååååå"},
		{plugin.FieldText, "Hej", "Hej"}, {plugin.FieldNumber, "12", "12"},
	} {
		if got := Words(plugin.Field{Kind: c.kind, Options: options}, c.in); got != c.want {
			t.Errorf("%s %q: %q", c.kind, c.in, got)
		}
	}
}

func TestKronor(t *testing.T) {
	for in, want := range map[int64]string{0: "0 kr", 5: "0,05 kr", 100: "1 kr", 125050: "1 250,50 kr", 99999900: "999 999 kr", 100000000: "1 000 000 kr", -125000: "−1 250 kr"} {
		if got := strings.ReplaceAll(Kronor(in), "\u00a0", " "); got != want {
			t.Errorf("%d: %s", in, got)
		}
	}
}

// M-93: hidden answers and sections that are not used are not in the summary;
// items of a repeating group have their number; the hash is of every word.
func TestSummarise(t *testing.T) {
	f := testForm()
	f.Sections = append(f.Sections, plugin.Section{ID: "av", Title: "Av", Unused: true, Groups: []plugin.Group{{ID: "g", Fields: []plugin.Field{{ID: "x", Kind: plugin.FieldText, Label: "X"}}}}},
		plugin.Section{ID: "barn", Title: "Barn", Groups: []plugin.Group{{ID: "b", Repeat: 3, Item: "barn", Fields: []plugin.Field{{ID: "namn", Kind: plugin.FieldText, Label: "Namn"}}}}})
	a := plugin.Application{Values: map[string]string{"hem.g.flyttat": "nej", "hem.g.vart": "dolt", "av.g.x": "x", "barn.b.n": "2", "barn.b.0.namn": "Alma", "barn.b.1.namn": "Olle"},
		Files: []plugin.File{{Path: "papper.f.hyra", Name: "a.pdf"}, {Path: "papper.f.hyra", Name: "b.pdf"}}}
	var lines, titles []string
	sections := Summarise(f, a)
	for _, s := range sections {
		titles = append(titles, s.Title)
		for _, l := range s.Lines {
			lines = append(lines, l.Label+"="+l.Value)
		}
	}
	if want := []string{"Har du flyttat?=Nej", "Hyresavi=a.pdf, b.pdf", "barn 1: Namn=Alma", "barn 2: Namn=Olle"}; !slices.Equal(lines, want) {
		t.Errorf("%v", lines)
	}
	if want := []string{"Hem", "Inkomster", "Papper", "Barn"}; !slices.Equal(titles, want) {
		t.Errorf("%v", titles)
	}
	first, err := Hash(sections)
	if err != nil || len(first) != 64 {
		t.Fatal(first, err)
	}
	a.Values["barn.b.1.namn"] = "Olla"
	if second, _ := Hash(Summarise(f, a)); second == first {
		t.Error("a letter more or less is the same hash")
	}
}
