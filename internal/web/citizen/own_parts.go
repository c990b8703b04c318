package citizen

import (
	"strings"
	"time"

	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/extract"
	"medborgarnavet/internal/submission"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/plugin"
)

// The parts of "Det som finns om dig".

func household(h plugin.Household) []page.SummaryRow {
	rows := []page.SummaryRow{fact("adults", page.N("citizen.own.people", h.Adults))}
	for _, c := range h.Children {
		rows = append(rows, fact("child", page.N("citizen.own.child_is", c.Age, "name", swedish(c.Name))))
	}
	return rows
}

// ownSummary is what was typed, in the e-service's words.
func ownSummary(list []submission.SummarySection) (out []page.Component) {
	for _, s := range list {
		if len(s.Lines) == 0 {
			continue
		}
		sum := page.Summary{Title: page.T("citizen.own.hidden"), Level: 3}
		if s.Title != "" {
			sum.Title = swedish(s.Title)
		}
		for _, l := range s.Lines {
			sum.Rows = append(sum.Rows, page.SummaryRow{Term: swedish(l.Label), Value: swedish(l.Value), Changed: l.Changed, Note: wholeNote(l)})
		}
		out = append(out, sum)
	}
	return out
}

// wholeNote is lineNote with the agency's amount always told.
func wholeNote(l submission.SummaryLine) page.Text {
	l.Changed = true
	return lineNote(l)
}

// fetched is all that the agencies answered, by origin.
func fetched(f broker.Fetch) []page.Component {
	sources := page.Summary{Title: page.T("citizen.own.fetched"), Level: 3,
		Rows: []page.SummaryRow{fact("fetched_at", page.DateTime(f.StartedAt)), fact("gone", page.DateTime(f.ExpiresAt))}}
	var parts []page.Component
	for _, part := range f.Parts {
		sources.Rows = append(sources.Rows, sourceRow(part.Name, part.State, part.At))
		if len(part.Part.Payments) > 0 {
			parts = append(parts, paymentTable(swedish(part.Name), part.Part.Payments))
		}
		if len(part.Part.Facts) > 0 {
			parts = append(parts, factTable(part))
		}
	}
	return append([]page.Component{sources}, parts...)
}

func sourceRow(name string, state broker.PartState, at time.Time) page.SummaryRow {
	row := page.SummaryRow{Term: swedish(name), Value: page.T("page.source.not-asked")}
	switch plugin.State(state) {
	case plugin.StateAnswered, plugin.StateNothing, plugin.StateUnavailable:
		row.Value = page.T("page.source." + string(state))
	case plugin.StateNotAsked:
		return row
	default:
		row.Value = page.T("page.source.waiting")
	}
	if !at.IsZero() {
		row.Note = page.DateTime(at)
	}
	return row
}

func factTable(part broker.FetchPart) page.Table {
	t := page.Table{Caption: swedish(part.Name), Columns: []page.Column{{Text: page.T("citizen.own.fact")}, {Text: page.T("citizen.own.value")}, {Text: page.T("citizen.own.period")}}}
	for _, f := range part.Part.Facts {
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{swedish(f.Label), swedish(f.Value), span(f.Period)}})
	}
	return t
}

// paymentTable has every payment with all that the payer said of it.
func paymentTable(caption page.Text, list []plugin.Payment) page.Table {
	t := page.Table{Caption: caption, Columns: []page.Column{{Text: page.T("citizen.own.benefit")}, {Text: page.T("citizen.own.paid")}, {Text: page.T("citizen.own.period")},
		{Text: page.T("citizen.own.net"), Number: true}, {Text: page.T("citizen.own.gross"), Number: true}}}
	for _, x := range list {
		name := x.Benefit
		if x.BenefitCode != "" {
			name = strings.TrimSpace(name + " (" + x.BenefitCode + ")")
		}
		what := []page.Text{swedish(x.Payer), ": ", swedish(name)}
		for _, part := range x.Parts {
			what = append(what, ", ", swedish(part.Label), " ", page.Amount(part.AmountOre))
		}
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{what, page.PaymentLine{Payment: x}.When(), span(x.Period),
			page.AmountOf(x.NetOre, "–"), page.AmountOf(x.GrossOre, "–")}})
	}
	return t
}

func span(s *plugin.Period) page.Text {
	if s == nil || s.From == "" {
		return "–"
	}
	return []page.Text{page.DayOf(s.From), " – ", page.DayOf(s.To)}
}

// handedInSources is what an application keeps of what was fetched: how each
// source answered, and the payments.
func handedInSources(a plugin.Application) (out []page.Component) {
	if len(a.Sources) > 0 {
		sum := page.Summary{Title: page.T("citizen.own.fetched"), Level: 3}
		for _, s := range a.Sources {
			at, _ := time.Parse(time.RFC3339, s.At) // none: not told
			sum.Rows = append(sum.Rows, sourceRow(s.Name, broker.PartState(s.State), at))
		}
		out = append(out, sum)
	}
	if list := extract.Payments(a.Rows); len(list) > 0 {
		out = append(out, paymentTable(page.T("citizen.own.payments"), list))
	}
	return out
}

// documents lists files with links to them; where is a file's address.
func documents(files []plugin.File, where func(plugin.File) string) []page.Component {
	if len(files) == 0 {
		return nil
	}
	t := page.Table{Caption: page.T("citizen.own.documents"), Columns: []page.Column{{Text: page.T("citizen.own.document")}, {Text: page.T("citizen.own.size"), Number: true}}}
	for _, f := range files {
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{page.Link{URL: where(f), Text: page.FileName(f.Name)}, page.Bytes(f.Size)}})
	}
	return []page.Component{t}
}

// sectionOf is the section that a file's field stands in.
func sectionOf(f plugin.File) string {
	section, _, _ := strings.Cut(f.Path, ".")
	return section
}

func (p *Pages) ownCase(c extract.Case) ownSection {
	s := ownSection{Title: page.T("citizen.own.case_of", "month", page.MonthOf(c.Month))}
	facts := page.Summary{Rows: []page.SummaryRow{fact("board", swedish(p.BoardName(c.Board))), fact("reference", page.CaseNumber(c.Reference)),
		fact("state", stateText(c.State)), fact("received", page.DateTime(c.ReceivedAt))}}
	s.Parts = append(s.Parts, facts)
	events := page.Summary{Title: page.T("citizen.cases.events"), Level: 3}
	for _, e := range c.Events {
		events.Rows = append(events.Rows, page.SummaryRow{Term: page.DateTime(e.At), Value: swedish(e.Text)})
	}
	s.Parts = append(s.Parts, events)
	if len(c.Supplements) > 0 {
		sum := page.Summary{Title: page.T("citizen.own.supplements"), Level: 3}
		for _, x := range c.Supplements {
			sum.Rows = append(sum.Rows, supplementRows(c.ID, x)...)
		}
		s.Parts = append(s.Parts, sum)
	}
	if len(c.Messages) > 0 {
		sum := page.Summary{Title: page.T("citizen.cases.messages"), Level: 3}
		for _, m := range c.Messages {
			sum.Rows = append(sum.Rows, page.SummaryRow{Term: []page.Text{page.DateTime(m.At), ", ", swedish(m.From)}, Value: swedish(m.Text)})
		}
		s.Parts = append(s.Parts, sum)
	}
	if len(c.Record) > 0 {
		sum := page.Summary{Title: page.T("citizen.own.record"), Level: 3}
		for _, n := range c.Record {
			sum.Rows = append(sum.Rows, page.SummaryRow{Term: page.DateTime(n.At), Value: swedish(n.Text)})
		}
		s.Parts = append(s.Parts, sum)
	}
	if c.Decision != nil {
		s.Parts = append(s.Parts, p.ownDecision(*c.Decision)...)
	}
	return s
}

// supplementRows are a request and what was sent in for it.
func supplementRows(caseID string, x casework.Supplement) []page.SummaryRow {
	asked := strings.Join(append(append([]string(nil), x.Items...), x.Text), "\n")
	rows := []page.SummaryRow{{Term: page.T("citizen.own.asked", "date", page.DateTime(x.AskedAt)), Value: swedish(strings.TrimSpace(asked)),
		Note: page.T("citizen.supplement.due", "date", page.DayOf(x.DueDay))}}
	for _, a := range x.Answers {
		value := []page.Text{a.Text}
		for _, f := range a.Files {
			value = append(value, " ", page.Link{URL: "/arenden/" + caseID + "/fil/" + f.ID, Text: page.FileName(f.Name)})
		}
		rows = append(rows, page.SummaryRow{Term: page.T("citizen.own.answered", "date", page.DateTime(a.At)), Value: value})
	}
	return rows
}

func (p *Pages) ownDecision(d casework.Decision) []page.Component {
	sum := page.Summary{Title: page.T("citizen.own.decision"), Level: 3, Rows: []page.SummaryRow{fact("outcome", swedish(d.OutcomeText)),
		fact("decided", page.DateTime(d.DecidedAt)), fact("decider", deciderOf(d))}}
	if d.AmountOre > 0 {
		sum.Rows = append(sum.Rows, fact("amount", page.Amount(d.AmountOre)))
	}
	for _, x := range []struct{ key, text string }{{"reasons", d.Reasons}, {"legal", d.Legal}, {"appeal", d.Appeal}} {
		if x.text != "" {
			sum.Rows = append(sum.Rows, fact(x.key, swedish(x.text)))
		}
	}
	out := []page.Component{sum}
	if d.Worksheet != nil {
		for _, t := range calculation(*d.Worksheet) {
			out = append(out, t)
		}
	}
	return out
}
