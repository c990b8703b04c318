package desk

import (
	"net/http"
	"strings"
	"time"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// What an officer writes: requests, messages, notes and communications. Each
// form carries a key, so that sending it twice counts once. A form that is
// refused comes back as it was typed.

const (
	keyField     = "nyckel"
	itemsField   = "krav"
	moreField    = "mer"
	dueField     = "senast"
	messageName  = "meddelande"
	noteField    = "anteckning"
	noteKind     = "slag_anteckning"
	secretField  = "sekretess"
	heardField   = "kommunicerat"
	heardKind    = "slag_kommunicering"
	heardDay     = "dag"
	heardReplyBy = "svar_senast"
)

// supplementForm asks the person for something.
type supplementForm struct {
	Items, More page.Field
	Due         page.DateParts
}

func supplementAsked(f casework.CaseFile, a *attempt) supplementForm {
	return supplementForm{
		Items: page.Field{Name: itemsField, Kind: page.LongInput, Rows: 4, Label: page.T("desk.supplement.items"), Hint: page.T("desk.supplement.items_hint"),
			Value: a.value(itemsField, ""), Error: a.fault(itemsField)},
		More: page.Field{Name: moreField, Kind: page.LongInput, Rows: 3, Label: page.T("desk.supplement.more"), Optional: true, Value: a.value(moreField, "")},
		Due:  dateParts(dueField, page.T("desk.supplement.due"), page.T("desk.supplement.due_hint"), f.NextDueDay, a),
	}
}

// dateParts is a date as typed, or as it stands.
func dateParts(name string, label, hint page.Text, stands string, a *attempt) page.DateParts {
	d := page.DateParts{Name: name, Label: label, Hint: hint, Error: a.fault(name)}
	var day, month, year string
	if t, err := time.Parse(time.DateOnly, stands); err == nil {
		day, month, year = t.Format("2"), t.Format("1"), t.Format("2006")
	}
	d.Day, d.Month, d.Year = a.value(name+".day", day), a.value(name+".month", month), a.value(name+".year", year)
	return d
}

// readDate puts the parts of a date together; "" when they are no date.
func readDate(r *route.Request, name string) string {
	part := func(s string) string { return strings.TrimSpace(r.PostForm.Get(name + "." + s)) }
	t, err := time.Parse("2006-1-2", part("year")+"-"+part("month")+"-"+part("day"))
	if err != nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

// begin reads a posted form.
func begin(r *route.Request) (*attempt, error) {
	if err := r.ParseForm(); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the form cannot be read")
	}
	return &attempt{status: http.StatusOK, typed: typed(r.PostForm)}, nil
}

// finish leads back, or shows the form again with what was wrong in a field.
func (p *Pages) finish(w http.ResponseWriter, r *route.Request, a *attempt, err error, what, part, field string, wrong page.Text) error {
	if invalid(err) {
		a.refuse(field, wrong)
	}
	if fault.Is(err, fault.Conflict) {
		a.overtaken(nil)
		return p.casePage(w, r, a)
	}
	if len(a.faults) > 0 {
		return p.casePage(w, r, a)
	}
	if err != nil {
		return err
	}
	return back(w, r, what, part)
}

func (p *Pages) requestSupplement(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	due := readDate(r, dueField)
	if due == "" || due <= p.Casework.Today() {
		a.refuse(dueField, page.T("desk.supplement.due_error"))
	}
	items := strings.Split(strings.ReplaceAll(r.PostForm.Get(itemsField), "\r\n", "\n"), "\n")
	if strings.TrimSpace(strings.Join(items, "")) == "" {
		a.refuse(itemsField, page.T("desk.supplement.items_error"))
	}
	if len(a.faults) == 0 {
		err = p.Casework.RequestSupplement(r.Context(), r.StaffID, r.PathValue("id"), r.PostForm.Get(keyField), items, r.PostForm.Get(moreField), due)
	}
	return p.finish(w, r, a, err, "komplettering", "komplettering", itemsField, page.T("desk.supplement.too_much"))
}

func messageField(a *attempt) page.Field {
	return page.Field{Name: messageName, Kind: page.LongInput, Rows: 5, Label: page.T("desk.message.label"), Hint: page.T("desk.message.hint"),
		Value: a.value(messageName, ""), Error: a.fault(messageName)}
}

func (p *Pages) sendMessage(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	err = p.Casework.SendMessage(r.Context(), r.StaffID, r.PathValue("id"), r.PostForm.Get(keyField), r.PostForm.Get(messageName))
	return p.finish(w, r, a, err, "meddelande", "meddelanden", messageName, page.T("desk.message.error"))
}

// noteForm writes a journal entry or a working note.
type noteForm struct {
	Kind   page.Choice
	Text   page.Field
	Secret page.Confirm
}

func noteOf(a *attempt) noteForm {
	option := func(k casework.NoteKind) page.Option {
		return page.Option{Value: string(k), Label: page.T("desk.note.kind." + string(k)), Hint: page.T("desk.note.about." + string(k))}
	}
	return noteForm{
		Kind: page.Choice{Name: noteKind, Label: page.T("desk.note.kind_label"), Values: []string{a.value(noteKind, "")}, Error: a.fault(noteKind),
			Options: []page.Option{option(casework.NoteJournal), option(casework.NoteWorking)}},
		Text:   page.Field{Name: noteField, Kind: page.LongInput, Rows: 4, Label: page.T("desk.note.label"), Value: a.value(noteField, ""), Error: a.fault(noteField)},
		Secret: page.Confirm{Name: secretField, Label: page.T("desk.note.secret"), Hint: page.T("desk.note.secret_hint"), Ticked: a.value(secretField, "") != ""},
	}
}

func (p *Pages) writeNote(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	kind := casework.NoteKind(r.PostForm.Get(noteKind))
	if kind == "" {
		a.refuse(noteKind, page.T("desk.note.kind_error"))
	}
	if strings.TrimSpace(r.PostForm.Get(noteField)) == "" {
		a.refuse(noteField, page.T("desk.note.error"))
	}
	if len(a.faults) == 0 {
		err = p.Casework.WriteNote(r.Context(), r.StaffID, r.PathValue("id"), r.PostForm.Get(keyField), kind,
			r.PostForm.Get(secretField) != "", r.PostForm.Get(noteField))
	}
	return p.finish(w, r, a, err, "anteckning", "anteckningar", noteField, page.T("desk.note.error"))
}

// communicationForm puts on record that the party has been heard, or why not.
type communicationForm struct {
	Kind         page.Choice
	Day, ReplyBy page.DateParts
	Text         page.Field
}

func communicationOf(a *attempt) communicationForm {
	f := communicationForm{
		Kind:    page.Choice{Name: heardKind, Label: page.T("desk.heard.kind"), Values: []string{a.value(heardKind, "")}, Error: a.fault(heardKind)},
		Day:     dateParts(heardDay, page.T("desk.heard.day"), page.T("desk.heard.day_hint"), "", a),
		ReplyBy: dateParts(heardReplyBy, page.T("desk.heard.reply_by"), page.T("desk.heard.reply_by_hint"), "", a),
		Text: page.Field{Name: heardField, Kind: page.LongInput, Rows: 3, Label: page.T("desk.heard.text"), Hint: page.T("desk.heard.text_hint"),
			Value: a.value(heardField, ""), Error: a.fault(heardField)},
	}
	for _, k := range []casework.CommunicationKind{casework.Communicated, casework.Replied, casework.Excepted} {
		f.Kind.Options = append(f.Kind.Options, page.Option{Value: string(k), Label: page.T("desk.heard.option." + string(k))})
	}
	return f
}

func (p *Pages) communicate(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	x := casework.Communication{Kind: casework.CommunicationKind(r.PostForm.Get(heardKind)), Text: r.PostForm.Get(heardField)}
	today := p.Casework.Today()
	if x.Kind == "" {
		a.refuse(heardKind, page.T("desk.heard.kind_error"))
	}
	if x.Kind == casework.Communicated || x.Kind == casework.Replied {
		if x.Day = readDate(r, heardDay); x.Day == "" || x.Day > today {
			a.refuse(heardDay, page.T("desk.heard.day_error"))
		}
	}
	if x.Kind == casework.Communicated {
		if x.ReplyBy = readDate(r, heardReplyBy); x.ReplyBy == "" || x.ReplyBy < x.Day {
			a.refuse(heardReplyBy, page.T("desk.heard.reply_by_error"))
		}
	}
	if strings.TrimSpace(x.Text) == "" {
		a.refuse(heardField, page.T("desk.heard.error"))
	}
	if len(a.faults) == 0 {
		err = p.Casework.RecordCommunication(r.Context(), r.StaffID, r.PathValue("id"), r.PostForm.Get(keyField), x)
	}
	return p.finish(w, r, a, err, "kommunicering", "kommunicering", heardField, page.T("desk.heard.error"))
}

// closeCase ends a decided case.
func (p *Pages) closeCase(w http.ResponseWriter, r *route.Request) error {
	if err := p.Casework.Close(r.Context(), r.StaffID, r.PathValue("id")); err != nil {
		return err
	}
	return back(w, r, "avslutat", "handelser")
}
