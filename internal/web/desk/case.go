package desk

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// attempt is something that an officer tried to store and that could not be:
// what was typed comes back, with what was wrong by name of the field.
type attempt struct {
	status int
	typed  map[string]string
	faults []page.FieldError
	notice *page.Notice
}

// refuse adds a fault. The error summary and the field say the same words.
func (a *attempt) refuse(field string, text page.Text) {
	a.status = http.StatusUnprocessableEntity
	a.faults = append(a.faults, page.FieldError{Field: field, Text: text})
}

// overtaken: something else happened first. The notice is for a case that is
// still open.
func (a *attempt) overtaken(notice *page.Notice) { a.status, a.notice = http.StatusConflict, notice }

// ended says that a case was decided before what was typed could be stored,
// and shows it so that it is not lost: the form is no longer there.
func (a *attempt) ended() *page.Notice {
	var lines []page.Text
	for _, field := range []string{itemsField, moreField, heardField} {
		lines = append(lines, page.Strings(paragraphs(a.typed[field])...)...)
	}
	for _, name := range slices.Sorted(maps.Keys(a.typed)) {
		if strings.HasPrefix(name, amountField) || strings.HasPrefix(name, reasonField) {
			lines = append(lines, page.Strings(paragraphs(a.typed[name])...)...)
		}
	}
	n := &page.Notice{Tone: page.Warning, Title: page.T("desk.case.ended"), Live: true}
	if len(lines) > 0 {
		n.Body = page.List{Items: lines}
	}
	return n
}

// fault is what was wrong with a field, or nil.
func (a *attempt) fault(field string) page.Text {
	for _, f := range a.faults {
		if f.Field == field {
			return f.Text
		}
	}
	return nil
}

// value is what was typed in a field, or what stands there.
func (a *attempt) value(field, stands string) string {
	if v, ok := a.typed[field]; ok {
		return v
	}
	return stands
}

type caseBody struct {
	Base     string
	Jump     []page.Link
	Facts    page.Table
	Decision *decisionView
	// Close and Decide are where the buttons lead; empty when there is none.
	Close        string
	CloseButton  page.Button
	Decide       string
	DecideButton page.Button

	Sheet       sheetView
	Sources     page.Table
	Application []page.Details
	Documents   page.Table
	Months      page.Table
	Since       []page.Text // what has happened since the hand-in

	Supplements []supplementView
	Ask         supplementForm
	Messages    []writingView
	Message     page.Field
	Notes       []writingView
	Note        noteForm
	Heard       []writingView
	Communicate communicationForm
	Events      page.Timeline // the latest
	Older       []page.Text   // the rest, folded

	Key  string
	Open bool // the case can still be changed
}

// openCase shows a case. The reading is logged by casework.
func (p *Pages) openCase(w http.ResponseWriter, r *route.Request) error {
	return p.casePage(w, r, &attempt{status: http.StatusOK, notice: savedNotice(r.URL.Query().Get("sparat"))})
}

// saved are what a page can say was just stored: the value of "sparat".
var saved = map[string]bool{"berakning": true, "anteckning": true, "meddelande": true, "komplettering": true,
	"kommunicering": true, "beslut": true, "avslutat": true}

func savedNotice(what string) *page.Notice {
	if !saved[what] {
		return nil
	}
	return &page.Notice{Tone: page.Success, Title: page.T("desk.saved." + what), Live: true, Level: -1}
}

// back leads to the case after something was stored, at the part it is about.
func back(w http.ResponseWriter, r *route.Request, what, part string) error {
	return route.SeeOther(w, r, "/handlaggare/arenden/"+r.PathValue("id")+"?sparat="+what+"#"+part)
}

func (p *Pages) casePage(w http.ResponseWriter, r *route.Request, a *attempt) error {
	f, err := p.Casework.Open(r.Context(), r.StaffID, r.PathValue("id"))
	if err != nil {
		return err
	}
	checked, err := p.received(r.Context(), f)
	if err != nil {
		return err
	}
	a.named(f.Worksheet)
	d := p.data(r, page.T("desk.case.title", "name", f.Name, "month", page.MonthOf(f.Month)))
	d.Service = []page.Text{page.CaseNumber(f.Reference), ", ", f.BoardName}
	d.Back = &page.Link{URL: "/handlaggare", Text: page.T("desk.nav.queue")}
	d.Errors = a.faults
	if a.status == http.StatusConflict && f.Decision != nil {
		a.notice = a.ended()
	}
	if a.notice != nil {
		d.Notices = append(d.Notices, *a.notice)
	}
	if f.Protected {
		d.Notices = append(d.Notices, page.Notice{Tone: page.Critical, Title: page.T("desk.protected"), Body: page.T("desk.case.protected")})
	}
	d.Body = p.caseBody(f, a, checked)
	return p.render(w, r, a.status, "case.html", d)
}

func (p *Pages) caseBody(f casework.CaseFile, a *attempt, checked map[string]page.Text) caseBody {
	base := "/handlaggare/arenden/" + f.ID
	open := f.Decision == nil
	b := caseBody{Base: base, Jump: jumps(), Facts: facts(f), Open: open, Key: casework.NewKey(),
		Sheet: sheet(f, a, open), Sources: sources(f), Application: application(f), Documents: documents(f, base, checked), Months: months(f),
		Since:       p.since(f),
		Supplements: p.supplements(f, base), Ask: supplementAsked(f, a), Messages: messages(f), Message: messageField(a),
		Notes: p.notes(f), Note: noteOf(a), Heard: p.communications(f), Communicate: communicationOf(a)}
	b.Events, b.Older = p.events(f)
	if f.Decision != nil {
		v := p.decisionView(*f.Decision)
		b.Decision = &v
		if f.State == casework.StateDecided {
			b.Close, b.CloseButton = base+"/avsluta", page.Button{Text: page.T("desk.decision.close"), Variant: page.Secondary}
		}
	}
	if open && f.MayDecide {
		b.Decide = base + "/beslut"
		b.DecideButton = page.Button{Text: page.T("desk.decide.go"), URL: b.Decide, Variant: page.Secondary}
	}
	return b
}

// jumps lead within the page.
func jumps() (out []page.Link) {
	for _, part := range []string{"berakning", "ansokan", "handlingar", "komplettering", "meddelanden", "anteckningar", "kommunicering", "manader", "handelser"} {
		out = append(out, page.Link{URL: "#" + part, Text: page.T("desk.part." + part)})
	}
	return out
}

// facts are what is looked up most, in one line.
func facts(f casework.CaseFile) page.Table {
	column := func(key string) page.Column { return page.Column{Text: page.T("desk.facts." + key)} }
	result := page.Column{Text: page.T("desk.facts.result"), Number: true}
	var sum page.Text = page.T("desk.facts.unknown")
	if f.Worksheet != nil {
		sum = page.Amount(f.Worksheet.ResultOre)
	}
	return page.Table{Caption: page.T("desk.facts.caption"), HideCaption: true,
		Columns: []page.Column{column("person"), column("number"), column("household"), column("received"), column("state"), result},
		Rows: []page.TableRow{{Cells: []page.Text{f.Name, page.PersonNumber(f.Record.Person), household(f),
			[]page.Text{page.DateTime(f.ReceivedAt), " (", age(f.Days), ")"}, stateTags(f.QueueItem), sum}}}}
}

func household(f casework.CaseFile) page.Text {
	h := f.Record.Application.Household
	out := []page.Text{page.N("desk.facts.adults", h.Adults)}
	for _, c := range h.Children {
		out = append(out, ", ", page.T("desk.facts.child", "name", c.Name, "age", strconv.Itoa(c.Age), "days", strconv.Itoa(c.DaysPerMonth)))
	}
	return out
}

// age is how many days ago something came in.
func age(days int) page.Text {
	if days == 0 {
		return page.T("desk.queue.today")
	}
	return page.N("desk.queue.days", days)
}

// invalid tells faults that the officer can mend from those that end the
// request.
func invalid(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.TooLarge, fault.TooMany:
		return true
	}
	return false
}
