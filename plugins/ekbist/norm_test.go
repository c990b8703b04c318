package ekbist

import (
	"slices"
	"strings"
	"testing"

	"medborgarnavet/plugin"
)

func TestNorm2023(t *testing.T) {
	// Reckoned by hand from the table of ssbtek.md §3.4, in kronor.
	s := norm2023(t)
	child := func(age, days int) plugin.Child { return plugin.Child{Name: "Barn", Age: age, DaysPerMonth: days} }
	cases := []struct {
		name     string
		adults   int
		children []plugin.Child
		lines    []int64
		want     int64
	}{
		{"one adult alone", 1, nil,
			[]int64{3490, 1130}, 4620},
		{"one adult, a child of nine", 1, []plugin.Child{child(9, 30)},
			[]int64{3490, 3380, 1250}, 8120},
		{"two adults, children of 1, 5 and 16", 2, []plugin.Child{child(1, 31), child(5, 30), child(16, 30)},
			[]int64{6300, 2700, 2700, 4390, 2060}, 18150},
		// 3890 · 15/30 = 1945. Shared: 1130 + (1250 − 1130) · 15/30 = 1190.
		{"one adult, a child of twelve every other week", 1, []plugin.Child{child(12, 15)},
			[]int64{3490, 1945, 1190}, 6625},
		// 2410 · 10/30 = 803.33 → 803. Shared: for two 1250 + (1580 − 1250) · 10/30 = 1360.
		{"one child whole, one for ten days", 1, []plugin.Child{child(3, 10), child(0, 30)},
			[]int64{3490, 803, 2420, 1360}, 8073},
		// Eight persons: 2510 + 180.
		{"eight persons", 2, []plugin.Child{child(7, 30), child(7, 30), child(8, 30), child(8, 30), child(9, 30), child(10, 30)},
			[]int64{6300, 3380, 3380, 3380, 3380, 3380, 3380, 2690}, 29270},
		// Edges of the bands: 0, 1, 3, 4, 11, 15, 19, 20; shared for nine: 2510 + 2 · 180.
		{"the edges of the bands", 1, []plugin.Child{child(0, 30), child(1, 30), child(3, 30), child(4, 30),
			child(11, 30), child(15, 30), child(19, 30), child(20, 30)},
			[]int64{3490, 2420, 2700, 2410, 2700, 3890, 4390, 4430, 4430, 2870}, 33730},
	}
	for _, c := range cases {
		a := application("2023-06", nil)
		a.Household = plugin.Household{Adults: c.adults, Children: c.children}
		w := calculate(s, plugin.WorksheetRequest{Application: a})
		var got []int64
		for _, l := range w.Norm {
			got = append(got, *l.AmountOre/100)
		}
		if !slices.Equal(got, c.lines) || w.NormOre != c.want*100 || len(w.Problems) > 0 {
			t.Errorf("%s: %v = %d öre %v, want %v = %d kr", c.name, got, w.NormOre, w.Problems, c.lines, c.want)
		}
		if len(w.Household) != c.adults+len(c.children) || w.NormSource != "Riksnormen 2023" {
			t.Errorf("%s: household %v, source %q", c.name, w.Household, w.NormSource)
		}
	}
}

func TestNormIsNeverGuessed(t *testing.T) {
	s := norm2023(t)
	with := func(month string, h plugin.Household) plugin.Application {
		a := application(month, nil)
		a.Household = h
		return a
	}
	one := plugin.Household{Adults: 1}
	cases := map[string]struct {
		a       plugin.Application
		problem string
		norm    int64
	}{
		"after the table":  {with("2024-01", one), "Riksnorm saknas för januari 2024", 0},
		"before the table": {with("2022-12", one), "Riksnorm saknas för december 2022", 0},
		"not a month":      {with("", one), "Riksnorm saknas för månaden", 0},
		"no adult":         {with("2023-01", plugin.Household{}), "Ärendet har 0 vuxna", 0},
		"three adults":     {with("2023-01", plugin.Household{Adults: 3}), "Ärendet har 3 vuxna", 0},
		"too old a child": {with("2023-01", plugin.Household{Adults: 1, Children: []plugin.Child{{Name: "Alma", Age: 21, DaysPerMonth: 30}}}),
			"Alma, 21 år: riksnormen har inget belopp", 462000},
		"days not known": {with("2023-01", plugin.Household{Adults: 1, Children: []plugin.Child{{Name: "Alma", Age: 9}}}),
			"Alma, 9 år: antal dagar per månad saknas", 462000},
	}
	for name, c := range cases {
		w := calculate(s, plugin.WorksheetRequest{Application: c.a})
		if len(w.Problems) != 1 || !strings.Contains(w.Problems[0], c.problem) || w.NormOre != c.norm {
			t.Errorf("%s: %v, norm %d", name, w.Problems, w.NormOre)
		}
	}
}

func TestLunchOnlyIfTheTableHasIt(t *testing.T) {
	s := norm2023(t)
	household := plugin.Household{Adults: 1, Children: []plugin.Child{
		{Name: "Liten", Age: 5, DaysPerMonth: 30}, {Name: "Stor", Age: 9, DaysPerMonth: 30}}}
	norm := func(s Settings, lunch string) (int64, string) {
		a := application("2023-06", map[string]string{lunchPath: lunch})
		a.Household = household
		w := calculate(s, plugin.WorksheetRequest{Application: a})
		return *w.Norm[1].AmountOre/100*10000 + *w.Norm[2].AmountOre/100, w.Norm[1].Note
	}
	if got, note := norm(s, "ja"); got != 2700_3380 || note != "" {
		t.Errorf("without lower amounts in the table: %d %q", got, note)
	}
	lower := s
	lower.Norms = []NormTable{s.Norms[0]}
	lower.Norms[0].Children = slices.Clone(s.Norms[0].Children)
	lower.Norms[0].Children[3].LunchOre = 2400_00
	for lunch, want := range map[string]int64{"ja": 2400_3380, "nej": 2700_3380, "nagra": 2700_3380, "": 2700_3380, "inga": 2700_3380} {
		got, note := norm(lower, lunch)
		if got != want || (note == "") != (lunch != "ja" && lunch != "nagra") {
			t.Errorf("lunch %q: %d %q, want %d", lunch, got, note, want)
		}
	}
}

func TestPartRoundsToTheNearestKrona(t *testing.T) {
	for _, c := range []struct {
		ore  int64
		days int
		want int64
	}{{389000, 15, 194500}, {241000, 10, 80300}, {100, 15, 100}, {100, 14, 0}, {300, 5, 100}, {12000, 1, 400}, {338000, 29, 326700}} {
		if got := part(c.ore, c.days); got != c.want {
			t.Errorf("%d öre, %d days: %d, want %d", c.ore, c.days, got, c.want)
		}
	}
}
