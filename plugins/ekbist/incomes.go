package ekbist

import (
	"maps"
	"slices"
	"strings"

	"medborgarnavet/plugin"
)

// incomes gives one line per income row of the form, in its order, also where
// nothing is known: the officer may know more. The amount used is the
// officer's, else 0 for a row the board's rules do not count, else the
// applicant's, else the agency's.
func (d *desk) incomes(s Settings, form plugin.Form, a plugin.Application) []plugin.IncomeLine {
	rows := make(map[string]plugin.Row, len(a.Rows))
	for _, row := range a.Rows {
		rows[row.Path] = row
	}
	excluded := d.excludedRows(s, a.Month)
	lines := []plugin.IncomeLine{}
	for _, known := range amountRows(form) {
		row, handed := rows[known.path]
		delete(rows, known.path)
		if !handed {
			row = plugin.Row{Path: known.path, State: plugin.StateNotAsked}
		}
		lines = append(lines, d.income(row, known.field, excluded[known.path]))
	}
	// A row the form does not know cannot be; were it there, its money
	// must still be seen.
	for _, path := range slices.Sorted(maps.Keys(rows)) {
		row := rows[path]
		lines = append(lines, d.income(row, plugin.Field{Label: row.Label, Payer: row.Payer}, ""))
	}
	d.silentPayers(form, lines)
	return lines
}

func (d *desk) income(row plugin.Row, f plugin.Field, excluded string) plugin.IncomeLine {
	line := plugin.IncomeLine{
		Key: row.Path, Label: f.Label, Payer: f.Payer, State: row.State,
		AgencyOre: d.countable(row, f, row.FetchedOre), ApplicantOre: d.countable(row, f, row.OwnOre),
		Comment: row.Comment, Payments: row.Counted, Others: row.Others,
	}
	if line.Payer == payerOther {
		line.Payer = "" // the group's name, which says nothing of who pays
	}
	without := line.ApplicantOre
	if without == nil {
		without = line.AgencyOre
	}
	if excluded != "" && without != nil {
		without = new(int64)
		line.Reason = excluded
	}
	if without != nil {
		line.UsedOre = *without
	}
	expected := without
	if expected == nil && (f.Bind == nil || hasAnswered(row.State)) {
		expected = new(int64)
	}
	ore, reason, entered := d.entry(row.Path, f.Label, expected)
	if entered {
		line.UsedOre, line.Reason = ore, reason
	} else if reason != "" {
		line.Reason = join(line.Reason, reason)
	}
	line.Differs = differs(line, f.Bind != nil)
	return line
}

// differs compares only what can be compared: a payer that has not answered
// has no amount to differ from (I-6).
func differs(l plugin.IncomeLine, bound bool) bool {
	if !bound || l.ApplicantOre == nil || !hasAnswered(l.State) {
		return false
	}
	if l.AgencyOre == nil {
		return *l.ApplicantOre != 0
	}
	return *l.ApplicantOre != *l.AgencyOre
}

func hasAnswered(s plugin.State) bool {
	return s == plugin.StateAnswered || s == plugin.StateNothing
}

// countable keeps amounts that can be summed. A negative one would raise the
// assistance unseen: it is a problem until the officer has said what counts.
func (d *desk) countable(row plugin.Row, f plugin.Field, ore *int64) *int64 {
	if ore == nil || (*ore >= 0 && *ore <= maxOre) {
		return ore
	}
	if d.entries[row.Path].AmountOre == nil {
		d.problem("%s: beloppet %s går inte att räkna med. Skriv rätt belopp.", f.Label, kronor(*ore))
	}
	return nil
}

// silentPayers finds the payers that could not answer and whose amounts
// nobody has given: they are unknown, not 0 (I-6). A payer is settled when
// each of its rows has an amount from the applicant or above 0 from the
// officer, or when the officer has given a reason with an amount on any row.
// The row for other payments follows its payers.
func (d *desk) silentPayers(form plugin.Form, lines []plugin.IncomeLine) {
	unknown, explained := map[string]bool{}, map[string]bool{}
	for i, row := range amountRows(form) {
		bind := row.field.Bind
		if bind == nil || bind.Rest || lines[i].State != plugin.StateUnavailable {
			continue
		}
		entry := d.entries[row.path]
		given := entry.AmountOre != nil && *entry.AmountOre > 0
		if given || lines[i].ApplicantOre != nil {
			continue
		}
		for _, origin := range bind.Origins {
			unknown[origin] = true
		}
	}
	for _, row := range amountRows(form) {
		entry := d.entries[row.path]
		if row.field.Bind == nil || entry.AmountOre == nil || strings.TrimSpace(entry.Reason) == "" {
			continue
		}
		for _, origin := range row.field.Bind.Origins {
			explained[origin] = explained[origin] || !row.field.Bind.Rest
		}
	}
	for _, origin := range slices.Sorted(maps.Keys(unknown)) {
		if !explained[origin] {
			d.problem("Uppgift från %s saknas. Skriv belopp, eller 0 med skäl. Ett skäl på en av raderna räcker.",
				originName(origin))
		}
	}
}

// excludedRows are the rows that the board's rules for the month do not
// count, with the reason.
func (d *desk) excludedRows(s Settings, month string) map[string]string {
	out := map[string]string{}
	for _, rules := range s.IncomeRules {
		if (span{rules.From, rules.To}).covers(month) {
			for _, x := range rules.Excluded {
				out[x.Row] = x.Reason
			}
			return out
		}
	}
	if len(s.IncomeRules) > 0 {
		d.problem("Regler för vilka inkomster som räknas saknas för %s.", monthName(month))
	}
	return out
}
