package ekbist

import (
	"fmt"
	"slices"
	"strings"

	"medborgarnavet/plugin"
)

// calculate turns a handed-in application and what the officer has entered
// into lines and sums in whole öre (M-87). It decides nothing: where no entry
// stands, an approved cost is a proposal. Lines that come from the form have
// the field's path as their key.
//
// An officer's amount needs a reason where it departs from what the line
// would say without it; so does a 0 for a payer that could not answer.
func calculate(s Settings, r plugin.WorksheetRequest) plugin.Worksheet {
	form := definition(s)
	given := answers(form, r.Application.Values)
	norm := normFor(s, r.Application)
	d := desk{entries: r.Entries, problems: norm.problems}
	w := plugin.Worksheet{
		Month:          r.Application.Month,
		Household:      norm.household,
		Norm:           d.norm(norm.lines),
		NormSource:     norm.source,
		Costs:          d.costs(given),
		Incomes:        d.incomes(s, form, r.Application),
		Assets:         statements(given, isAsset),
		Notes:          append(notFetched(form, r.Application), statements(given, isNote)...),
		CarriedOverOre: d.carriedOver(r.CarriedOverOre),
	}
	w.Problems = d.problems
	for _, l := range w.Norm {
		w.NormOre += *l.AmountOre
	}
	for _, c := range w.Costs {
		w.CostsOre += c.ApprovedOre
	}
	for _, i := range w.Incomes {
		w.IncomesOre += i.UsedOre
	}
	w.ResultOre = w.NormOre + w.CostsOre - w.IncomesOre - w.CarriedOverOre
	return w
}

// desk is what the officer has entered, and the problems met on the way.
type desk struct {
	entries  map[string]plugin.Entry
	problems []string
}

func (d *desk) problem(format string, args ...any) {
	d.problems = append(d.problems, fmt.Sprintf(format, args...))
}

// entry gives the officer's amount on a line. An amount that departs from
// what the line says without it needs a reason.
func (d *desk) entry(key, label string, without *int64) (ore int64, reason string, entered bool) {
	e := d.entries[key]
	reason = strings.TrimSpace(e.Reason)
	if e.AmountOre == nil {
		return 0, reason, false
	}
	ore = *e.AmountOre
	if ore < 0 || ore > maxOre {
		d.problem("%s: beloppet måste vara 0 eller mer, till exempel 6 200.", label)
		return 0, reason, false
	}
	if reason == "" && without != nil && *without != ore {
		d.problem("%s: skriv varför beloppet är ett annat.", label)
	}
	return ore, reason, true
}

// norm lets the officer depart from the norm on a line, with a reason.
func (d *desk) norm(lines []plugin.Line) []plugin.Line {
	lines = slices.Clone(lines)
	for i, l := range lines {
		ore, reason, entered := d.entry(l.Key, l.Label, l.AmountOre)
		if entered && ore != *l.AmountOre {
			lines[i].Note = join("Ändrat från "+kronor(*l.AmountOre)+".", reason)
			lines[i].AmountOre = &ore
		}
	}
	return lines
}

const (
	proposal  = "Förslag, inte prövat än."
	looseCost = "Annan kostnad"
)

// costs are the amounts applied for, in the form's order. Refused is what is
// left of the applied amount; more than was applied may be approved, with a
// reason (the bill says so).
func (d *desk) costs(given []answer) []plugin.CostLine {
	lines := []plugin.CostLine{}
	for _, a := range given {
		if !isCost(a) || (a.value == "" && a.item == "") {
			continue
		}
		label, note := costWords(a, given)
		applied, ok := parseOre(a.value)
		switch {
		case a.value == "":
			note = join("Beloppet saknas i ansökan.", note)
		case !ok && d.entries[a.path].AmountOre == nil:
			d.problem("%s: beloppet i ansökan går inte att läsa. Skriv beloppet, eller 0 med skäl.", label)
		}
		line := plugin.CostLine{Key: a.path, Label: label, AppliedOre: applied, ApprovedOre: applied}
		ore, reason, entered := d.entry(a.path, label, &applied)
		if entered {
			line.ApprovedOre = ore
		} else {
			note = join(proposal, note)
		}
		line.RefusedOre = max(0, applied-line.ApprovedOre)
		line.Reason, line.Note = reason, note
		lines = append(lines, line)
	}
	return lines
}

// costWords: a cost of the open list is called what the person calls it.
func costWords(a answer, given []answer) (label, note string) {
	if a.path == rentPath {
		return "Hyra", ""
	}
	if a.item == "" {
		return a.field.Label, ""
	}
	label = looseCost
	for _, b := range given {
		if b.item != a.item || b.group.ID != a.group.ID || b.value == "" {
			continue
		}
		switch b.field.ID {
		case "vad":
			label = b.value
		case "varfor":
			note = b.value
		}
	}
	return label, note
}

func (d *desk) carriedOver(ore *int64) int64 {
	if ore == nil {
		return 0
	}
	if *ore < 0 || *ore > maxOre {
		d.problem("Överskottet från förra månaden måste vara 0 eller mer.")
		return 0
	}
	return *ore
}
