package ekbist

import (
	"cmp"
	"fmt"
	"slices"

	"medborgarnavet/plugin"
)

// The national norm (riksnormen) is personal costs per person plus shared
// costs by the size of the household (ssbtek.md §3.4). Amounts come only
// from the board's table for the month.
//
// Part of a month: a child who lives d days of the month with the applicant
// counts d/30, 30 days or more counting whole. The personal costs are that
// part of the table's amount. The shared costs are those of the members who
// count whole, plus, for each other child in turn (most days first), that
// part of the step to the next size. Each part is rounded to the nearest
// whole krona, half a krona upwards.
const daysOfMonth = 30

// normResult is the norm's lines with what stands in the way of them.
type normResult struct {
	household []plugin.Line
	lines     []plugin.Line
	source    string
	problems  []string
}

// normFor counts the norm for a household in a month.
func normFor(s Settings, a plugin.Application) normResult {
	r := normResult{household: householdLines(a.Household)}
	table, ok := s.normTable(a.Month)
	if !ok {
		r.problems = append(r.problems, "Riksnorm saknas för "+monthName(a.Month)+
			". Nämndens tabell behöver läggas in innan beslut.")
		return r
	}
	r.source = table.Source
	adults := a.Household.Adults
	switch adults {
	case 1:
		r.add("norm.personal.adult", "Personliga kostnader, en vuxen", "", table.AdultSingleOre)
	case 2:
		r.add("norm.personal.adult", "Personliga kostnader, två vuxna", "", table.AdultCoupleOre)
	default:
		r.problems = append(r.problems, fmt.Sprintf("Ärendet har %d vuxna. Riksnormen räknas för en eller två.", adults))
		return r
	}
	counted := make([]plugin.Child, 0, len(a.Household.Children))
	for i, child := range a.Household.Children {
		if r.addChild(table, i, child, a.Values[lunchPath]) {
			counted = append(counted, child)
		}
	}
	shared, note := table.shared(adults, counted)
	r.add("norm.shared", fmt.Sprintf("Gemensamma kostnader, %s", persons(adults+len(counted))), note, shared)
	return r
}

func (r *normResult) add(key, label, note string, ore int64) {
	r.lines = append(r.lines, plugin.Line{Key: key, Label: label, Note: note, AmountOre: &ore})
}

// addChild adds a child's personal costs, or says why they cannot be counted.
func (r *normResult) addChild(t NormTable, i int, c plugin.Child, lunch string) bool {
	who := childName(c)
	days, note := c.DaysPerMonth, ""
	if days < 1 || days > 31 {
		r.problems = append(r.problems, who+": antal dagar per månad saknas i ärendet.")
		return false
	}
	band := slices.IndexFunc(t.Children, func(b NormChild) bool { return b.FromAge <= c.Age && c.Age <= b.ToAge })
	if band < 0 {
		r.problems = append(r.problems, who+": riksnormen har inget belopp för åldern.")
		return false
	}
	amount := t.Children[band].AmountOre
	if lower := t.Children[band].LunchOre; lower > 0 {
		switch lunch {
		case "ja":
			amount, note = lower, "Lägre belopp: barnet äter lunch i förskola eller skola."
		case "nagra":
			note = "Några av barnen äter lunch i förskola. Lägre belopp är " + kronor(lower) + "."
		}
	}
	if days < daysOfMonth {
		amount = part(amount, days)
		note = join(fmt.Sprintf("%d av %d dagar.", days, daysOfMonth), note)
	}
	r.add(fmt.Sprintf("norm.personal.child.%d", i+1), "Personliga kostnader, "+who, note, amount)
	return true
}

// shared counts the shared costs, with a note when a child counts in part.
func (t NormTable) shared(adults int, children []plugin.Child) (int64, string) {
	children = slices.Clone(children)
	slices.SortStableFunc(children, func(a, b plugin.Child) int { return cmp.Compare(b.DaysPerMonth, a.DaysPerMonth) })
	whole, ore, note := adults, t.sharedFor(adults), ""
	for _, c := range children {
		step := t.sharedFor(whole+1) - t.sharedFor(whole)
		if c.DaysPerMonth < daysOfMonth {
			step = part(step, c.DaysPerMonth)
			note = "Barn som bor i hushållet en del av månaden räknas efter antal dagar."
		}
		ore += step
		whole++
	}
	return ore, note
}

func (t NormTable) sharedFor(size int) int64 {
	if last := len(t.SharedOre); size > last {
		return t.SharedOre[last-1] + int64(size-last)*t.SharedExtraOre
	}
	return t.SharedOre[size-1]
}

func (s Settings) normTable(month string) (NormTable, bool) {
	for _, t := range s.Norms {
		if (span{t.From, t.To}).covers(month) {
			return t, true
		}
	}
	return NormTable{}, false
}

// part is days/30 of an amount, to the nearest whole krona, half upwards.
func part(ore int64, days int) int64 {
	const krona = 100
	return (2*ore*int64(days) + daysOfMonth*krona) / (2 * daysOfMonth * krona) * krona
}

func householdLines(h plugin.Household) []plugin.Line {
	var out []plugin.Line
	for i := range min(h.Adults, 2) {
		out = append(out, plugin.Line{Key: fmt.Sprintf("household.adult.%d", i+1), Label: "Vuxen"})
	}
	for i, c := range h.Children {
		note := ""
		if c.DaysPerMonth > 0 && c.DaysPerMonth < daysOfMonth {
			note = fmt.Sprintf("Bor här %d dagar i månaden.", c.DaysPerMonth)
		}
		out = append(out, plugin.Line{Key: fmt.Sprintf("household.child.%d", i+1), Label: childName(c), Note: note})
	}
	return out
}

func childName(c plugin.Child) string {
	name := c.Name
	if name == "" {
		name = "Barn"
	}
	return fmt.Sprintf("%s, %d år", name, c.Age)
}

func persons(n int) string {
	if n == 1 {
		return "en person"
	}
	return fmt.Sprintf("%d personer", n)
}
