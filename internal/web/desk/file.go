package desk

import (
	"slices"
	"strings"
	"time"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/submission"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/plugin"
)

// What a case holds besides the calculation, in words.

// sources tell how each agency answered, and as of when.
func sources(f casework.CaseFile) page.Table {
	t := page.Table{Caption: page.T("desk.sources.caption"), HideCaption: true, Empty: page.T("desk.sources.none"),
		Columns: []page.Column{{Text: page.T("desk.sources.who")}, {Text: page.T("desk.sources.state")}, {Text: page.T("desk.sources.at")}}}
	for _, s := range f.Record.Application.Sources {
		var at page.Text = page.T("desk.none")
		if when, err := time.Parse(time.RFC3339, s.At); err == nil && s.State != plugin.StateNotAsked {
			at = page.DateTime(when)
		}
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{s.Name, sourceTag(s.State), at}})
	}
	return t
}

func sourceTag(s plugin.State) page.Tag {
	t := page.Tag{Text: page.T("desk.state_word." + stateWord(s)), Tone: page.Neutral}
	switch s {
	case plugin.StateAnswered:
		t.Tone, t.Shape = page.Success, "done"
	case plugin.StateNothing:
		t.Shape = "circle"
	case plugin.StateUnavailable:
		t.Tone, t.Shape = page.Warning, "check"
	default:
		t.Shape = "dash"
	}
	return t
}

// application is what was handed in, section by section, folded.
func application(f casework.CaseFile) (out []page.Details) {
	for _, s := range f.Record.Summary {
		sum := page.Summary{}
		changed := 0
		for _, l := range s.Lines {
			if l.Changed {
				changed++
			}
			sum.Rows = append(sum.Rows, answer(l))
		}
		title := []page.Text{s.Title}
		if changed > 0 {
			title = append(title, " ", page.Tag{Text: page.T("desk.sheet.differs_mark"), Tone: page.Info, Shape: "dot"})
		}
		out = append(out, page.Details{Summary: title, Body: sum})
	}
	return out
}

func answer(l submission.SummaryLine) page.SummaryRow {
	row := page.SummaryRow{Term: l.Label}
	if l.Value != "" {
		row.Value = l.Value
	}
	var notes []page.Text
	if l.Fetched != "" {
		notes = append(notes, page.T("desk.application.fetched", "amount", l.Fetched))
	}
	if l.Comment != "" {
		notes = append(notes, page.T("desk.application.comment", "text", l.Comment))
	}
	for i, n := range notes {
		if i > 0 {
			row.Note = []page.Text{row.Note, " ", n}
			continue
		}
		row.Note = n
	}
	return row
}

// documents are those of the application and of answers.
func documents(f casework.CaseFile, base string, checked map[string]page.Text) page.Table {
	t := page.Table{Caption: page.T("desk.documents.caption"), HideCaption: true, Empty: page.T("desk.documents.none"),
		Columns: []page.Column{{Text: page.T("desk.documents.name")}, {Text: page.T("desk.documents.from")}, {Text: page.T("desk.documents.came")}, number("desk.documents.size"), {Text: page.T("desk.documents.checked")}}}
	add := func(id, name string, from page.Text, at time.Time, size int64) {
		check := checked[id]
		if check == nil {
			check = "–" // only a PDF can be signed, or be PDF/A
		}
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{page.Link{URL: base + "/fil/" + id, Text: page.FileName(name)}, from, page.Date(at), page.Bytes(size), check}})
	}
	for _, x := range f.Record.Application.Files {
		add(x.ID, x.Name, page.T("desk.documents.application"), f.ReceivedAt, x.Size)
	}
	for _, s := range f.Supplements {
		for _, a := range s.Answers {
			for _, x := range a.Files {
				add(x.ID, x.Name, page.T("desk.documents.supplement"), a.At, x.Size)
			}
		}
	}
	return t
}

// months are the latest months' decisions.
func months(f casework.CaseFile) page.Table {
	t := page.Table{Caption: page.T("desk.months.caption"), HideCaption: true, Empty: page.T("desk.months.none"),
		Columns: []page.Column{{Text: page.T("desk.months.month")}, {Text: page.T("desk.months.outcome")}, number("desk.months.amount"),
			number("desk.months.surplus"), {Text: page.T("desk.months.decided")}, {Text: page.T("desk.months.calculation")}}}
	for _, m := range f.Earlier {
		var sum page.Text = page.T("desk.months.elsewhere")
		if m.Worksheet != nil {
			sum = page.Details{Summary: page.T("desk.months.show", "month", page.MonthOf(m.Month)), Body: sums(*m.Worksheet)}
		} else if m.CaseID != "" {
			sum = page.T("desk.months.untried")
		}
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{page.MonthOf(m.Month), m.Outcome.Term(), page.Amount(m.AmountOre),
			page.Amount(m.SurplusOre), page.Date(m.DecidedAt), sum}})
	}
	return t
}

// since is what the person has sent in or said after the application, which
// the calculation does not know of.
func (p *Pages) since(f casework.CaseFile) (out []page.Text) {
	for _, s := range f.Supplements {
		for _, a := range s.Answers {
			out = append(out, page.N("desk.since.answer", len(a.Files), "at", page.DateTime(a.At)))
		}
	}
	for _, c := range f.Communications {
		if c.Kind == casework.Replied {
			out = append(out, page.T("desk.since.replied", "day", page.DayOf(c.Day)))
		}
	}
	slices.Reverse(out)
	return out
}

// supplementView is a request with what came of it.
type supplementView struct {
	Title   page.Text
	Tag     page.Tag
	Items   []string
	Text    []string
	Answers []answerView
}

type answerView struct {
	At    page.Text
	Text  []string
	Files []page.Link
}

func (p *Pages) supplements(f casework.CaseFile, base string) (out []supplementView) {
	for _, s := range f.Supplements {
		v := supplementView{Title: page.T("desk.supplement.asked", "by", p.who(s.Staff, "desk.supplement.itself"), "at", page.Date(s.AskedAt)),
			Items: s.Items, Text: paragraphs(s.Text), Tag: page.Tag{Text: page.T("desk.supplement.waiting", "day", page.DayOf(s.DueDay)), Tone: page.Neutral, Shape: "waiting"}}
		if !s.AnsweredAt.IsZero() {
			v.Tag = page.Tag{Text: page.T("desk.supplement.answered"), Tone: page.Success, Shape: "done"}
		} else if s.DueDay < p.Casework.Today() {
			v.Tag = page.Tag{Text: page.T("desk.supplement.late", "day", page.DayOf(s.DueDay)), Tone: page.Warning}
		}
		for _, a := range s.Answers {
			av := answerView{At: page.DateTime(a.At), Text: paragraphs(a.Text)}
			for _, x := range a.Files {
				av.Files = append(av.Files, page.Link{URL: base + "/fil/" + x.ID, Text: page.FileName(x.Name)})
			}
			v.Answers = append(v.Answers, av)
		}
		out = append(out, v)
	}
	return out
}

// who is the officer's name; the text with the key for nobody.
func (p *Pages) who(staff, nobody string) page.Text {
	if staff == "" {
		return page.T(nobody)
	}
	if s, err := p.Casework.Staff(staff); err == nil {
		return s.Name
	}
	return staff
}

// paragraphs are a text's lines that are not empty.
func paragraphs(text string) (out []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// writingView is a message, a note or a communication.
type writingView struct {
	Title page.Text
	Tags  []page.Tag
	Text  []string
}

func messages(f casework.CaseFile) (out []writingView) {
	for _, m := range f.Messages {
		v := writingView{Title: []page.Text{page.DateTime(m.At), ", ", m.From}, Text: paragraphs(m.Text)}
		if m.Unread {
			v.Tags = []page.Tag{{Text: page.T("desk.message.unread"), Tone: page.Neutral}}
		}
		out = append(out, v)
	}
	return out
}

func (p *Pages) notes(f casework.CaseFile) (out []writingView) {
	for _, n := range f.Notes {
		v := writingView{Title: []page.Text{page.DateTime(n.At), ", ", p.who(n.Staff, "desk.none")}, Text: paragraphs(n.Text),
			Tags: []page.Tag{{Text: page.T("desk.note.kind." + string(n.Kind)), Tone: page.Neutral}}}
		if n.Secret {
			v.Tags = append(v.Tags, page.Tag{Text: page.T("desk.note.secret_tag"), Tone: page.Warning, Shape: "lock"})
		}
		out = append(out, v)
	}
	return out
}

func (p *Pages) communications(f casework.CaseFile) (out []writingView) {
	for _, c := range f.Communications {
		title := page.T("desk.heard."+string(c.Kind), "day", page.DayOf(c.Day), "reply_by", page.DayOf(c.ReplyBy))
		out = append(out, writingView{Title: []page.Text{title, " ", page.DateTime(c.At), ", ", p.who(c.Staff, "desk.none")}, Text: paragraphs(c.Text)})
	}
	return out
}

// latest is how many events are shown unfolded.
const latest = 6

// events are the case's whole story, newest first.
func (p *Pages) events(f casework.CaseFile) (page.Timeline, []page.Text) {
	all := page.Timeline{Level: 3}
	for _, e := range f.Events {
		x := page.Event{At: e.At, Title: page.T("desk.event." + string(e.Kind)), By: p.who(e.Staff, "desk.event.by_itself")}
		if e.DueDay != "" {
			x.Body = page.T("desk.event.due", "day", page.DayOf(e.DueDay))
		}
		all.Events = append(all.Events, x)
	}
	if len(all.Events) <= latest {
		return all, nil
	}
	older := page.Timeline{Level: 3, Events: all.Events[latest:]}
	all.Events = all.Events[:latest]
	return all, []page.Text{page.Details{Summary: page.N("desk.event.older", len(older.Events)), Body: older}}
}
