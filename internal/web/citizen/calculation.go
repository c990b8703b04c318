package citizen

import (
	"medborgarnavet/internal/web/page"
	"medborgarnavet/plugin"
)

// calculation is a worksheet as the person reads it: what the norm gives,
// costs, incomes, and what is left.
func calculation(ws plugin.Worksheet) []page.Table {
	return []page.Table{normTable(ws), costTable(ws), incomeTable(ws), sumTable(ws)}
}

func amountColumn(key string) page.Column { return page.Column{Text: page.T(key), Number: true} }

func normTable(ws plugin.Worksheet) page.Table {
	t := page.Table{Caption: page.T("citizen.decision.norm"), Columns: []page.Column{{Text: page.T("citizen.decision.what")}, amountColumn("citizen.decision.amount")},
		Foot: []page.Text{page.T("citizen.decision.sum"), page.Amount(ws.NormOre)}}
	for _, l := range ws.Norm {
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{swedish(withNote(l.Label, l.Note)), page.AmountOf(l.AmountOre, "–")}})
	}
	return t
}

func costTable(ws plugin.Worksheet) page.Table {
	t := page.Table{Caption: page.T("citizen.decision.costs"), Columns: []page.Column{{Text: page.T("citizen.decision.what")},
		amountColumn("citizen.decision.applied"), amountColumn("citizen.decision.approved"), {Text: page.T("citizen.decision.reason")}},
		Foot: []page.Text{page.T("citizen.decision.sum"), "", page.Amount(ws.CostsOre), ""}, Empty: page.T("citizen.decision.no_costs")}
	for _, l := range ws.Costs { // their notes are the officer's, from before the decision
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{swedish(l.Label), page.Amount(l.AppliedOre), page.Amount(l.ApprovedOre), swedish(l.Reason)}})
	}
	return t
}

func incomeTable(ws plugin.Worksheet) page.Table {
	t := page.Table{Caption: page.T("citizen.decision.incomes"), Columns: []page.Column{{Text: page.T("citizen.decision.what")},
		amountColumn("citizen.decision.agency"), amountColumn("citizen.decision.yours"), amountColumn("citizen.decision.used"), {Text: page.T("citizen.decision.reason")}},
		Foot: []page.Text{page.T("citizen.decision.sum"), "", "", page.Amount(ws.IncomesOre), ""}, Empty: page.T("citizen.decision.no_incomes")}
	for _, l := range ws.Incomes {
		if bare(l) {
			continue
		}
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{swedish(withNote(l.Label, l.Payer)), agencyWord(l), page.AmountOf(l.ApplicantOre, "–"),
			page.Amount(l.UsedOre), swedish(l.Reason)}})
	}
	return t
}

// bare tells whether an income line says nothing: no amount from anyone, and
// an agency that answered. The sum holds without it.
func bare(l plugin.IncomeLine) bool {
	return l.AgencyOre == nil && l.ApplicantOre == nil && l.UsedOre == 0 && l.Reason == "" && l.State != plugin.StateUnavailable
}

// agencyWord is the agency's amount, or the state in words: the two are never
// confused (I-6).
func agencyWord(l plugin.IncomeLine) page.Text {
	switch {
	case l.AgencyOre != nil:
		return page.Amount(*l.AgencyOre)
	case l.State == plugin.StateUnavailable:
		return page.T("citizen.decision.unavailable")
	case l.State == plugin.StateNothing:
		return page.T("citizen.decision.nothing")
	}
	return "–"
}

func sumTable(ws plugin.Worksheet) page.Table {
	row := func(key string, ore int64) page.TableRow {
		return page.TableRow{Cells: []page.Text{page.T(key), page.Amount(ore)}}
	}
	t := page.Table{Caption: page.T("citizen.decision.together"), Columns: []page.Column{{Text: page.T("citizen.decision.what")}, amountColumn("citizen.decision.amount")},
		Rows: []page.TableRow{row("citizen.decision.norm", ws.NormOre), row("citizen.decision.plus_costs", ws.CostsOre), row("citizen.decision.minus_incomes", -ws.IncomesOre)},
		Foot: []page.Text{page.T("citizen.decision.left"), page.Amount(ws.ResultOre)}}
	if ws.CarriedOverOre != 0 {
		t.Rows = append(t.Rows, row("citizen.decision.minus_carried", -ws.CarriedOverOre))
	}
	return t
}

func withNote(label, note string) string {
	if note == "" {
		return label
	}
	return label + " (" + note + ")"
}
