package citizen

import (
	"net/http"
	"strconv"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/paper"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/workspace"
)

type casesBody struct{ Cases []page.Card }

// cases is "Mina ärenden": everything the person is a party of.
func (p *Pages) cases(w http.ResponseWriter, r *route.Request) error {
	list, err := p.Casework.ForParty(r.Context(), r.Session.Subject)
	if err != nil {
		return err
	}
	var body casesBody
	for _, c := range list {
		body.Cases = append(body.Cases, p.caseCard(c))
	}
	return p.render(w, r, http.StatusOK, "cases.html", withBody(p.data(r, page.T("citizen.cases.title")), body))
}

// caseCard is a case in a list: whose turn it is comes first.
func (p *Pages) caseCard(c casework.CaseSummary) page.Card {
	card := page.Card{Title: page.T("citizen.cases.case", "month", page.MonthOf(c.Month)), URL: "/arenden/" + c.ID,
		Tag: &page.Tag{Text: stateText(c.State), Tone: page.Info}, Meta: page.CaseNumber(c.Reference)}
	switch {
	case c.YourTurn:
		card.Tag.Tone = page.Warning
		card.Body = page.T("citizen.cases.your_turn", "date", page.DayOf(c.DueDay))
	case !c.DecidedAt.IsZero():
		card.Tag.Tone = page.Success
		card.Body = page.T("citizen.cases.decided", "date", page.Date(c.DecidedAt))
	default:
		card.Body = page.T("citizen.cases.received", "date", page.Date(c.ReceivedAt))
	}
	if c.Unread > 0 {
		card.Body = []page.Text{card.Body, " ", page.N("citizen.cases.unread", c.Unread)}
	}
	return card
}

// stateText is how far a case has come, in words for the person.
func stateText(s casework.State) page.Text { return page.T("citizen.state." + string(s)) }

type caseBody struct {
	Timeline    page.Timeline
	Supplements []supplementView
	Messages    []messageView
	Decision    string
	Receipt     string
	Number      page.CaseNumber
	State       page.Tag
}

type supplementView struct {
	ID      string
	Asked   page.Text
	Due     page.Text
	Text    page.Text
	Items   []page.Text
	Open    bool
	Action  string
	Answer  page.Field
	Files   page.Files
	Answers []answerView
}

type answerView struct {
	At    page.Text
	Text  string
	Files []page.FileName
}

type messageView struct{ At, From, Text page.Text }

// caseEvents shows what has happened and what the person can do (M-72, M-95).
func (p *Pages) caseEvents(w http.ResponseWriter, r *route.Request) error {
	return p.casePage(w, r, http.StatusOK, "", nil)
}

func (p *Pages) casePage(w http.ResponseWriter, r *route.Request, status int, typed string, problem page.Text) error {
	c, err := p.Casework.OfParty(r.Context(), r.Session.Subject, r.PathValue("id"))
	if err != nil {
		return err
	}
	data := p.data(r, page.T("citizen.cases.case", "month", page.MonthOf(c.Month)))
	data.Back = &page.Link{URL: "/arenden", Text: page.T("citizen.nav.cases")}
	body := caseBody{Number: page.CaseNumber(c.Reference), State: page.Tag{Text: stateText(c.State), Tone: page.Info}}
	for _, e := range c.Events {
		body.Timeline.Events = append(body.Timeline.Events, page.Event{At: e.At, Title: swedish(e.Text)})
	}
	for _, s := range c.Supplements {
		if problem == nil || s.ID != r.PostFormValue("komplettering") {
			body.Supplements = append(body.Supplements, p.supplement(c.ID, s, "", nil))
			continue
		}
		body.Supplements = append(body.Supplements, p.supplement(c.ID, s, typed, problem))
		data.Errors = []page.FieldError{{Field: "text-" + s.ID, Text: problem}}
	}
	for _, m := range c.Messages {
		body.Messages = append(body.Messages, messageView{page.DateTime(m.At), swedish(m.From), swedish(m.Text)})
	}
	if !c.DecidedAt.IsZero() {
		body.Decision = "/arenden/" + c.ID + "/beslut"
	}
	if err := p.render(w, r, status, "case.html", withBody(data, body)); err != nil {
		return err
	}
	if len(c.Messages) > 0 {
		return p.Casework.ReadMessages(r.Context(), r.Session.Subject, c.ID)
	}
	return nil
}

func (p *Pages) supplement(caseID string, s casework.Supplement, typed string, problem page.Text) supplementView {
	v := supplementView{ID: s.ID, Asked: page.Date(s.AskedAt), Due: page.DayOf(s.DueDay), Text: swedish(s.Text), Open: s.Open,
		Action: "/arenden/" + caseID + "/komplettera"}
	for _, item := range s.Items {
		v.Items = append(v.Items, swedish(item))
	}
	v.Answer = page.Field{Name: "text-" + s.ID, Kind: page.LongInput, Label: page.T("citizen.supplement.text"), Value: typed, Error: problem, MaxLength: casework.MaxText}
	v.Files = page.Files{Name: "filer-" + s.ID, Label: page.T("citizen.supplement.files"), Accept: ".pdf,.jpg,.jpeg,.png,.heic,image/*",
		MaxBytes: workspace.MaxFileSize, Many: true, Locked: s.FilesLeft == 0}
	for _, a := range s.Answers {
		av := answerView{At: page.DateTime(a.At), Text: a.Text}
		for _, f := range a.Files {
			av.Files = append(av.Files, page.FileName(f.Name))
		}
		v.Answers = append(v.Answers, av)
	}
	return v
}

// answerSupplement takes what the board asked for.
func (p *Pages) answerSupplement(w http.ResponseWriter, r *route.Request) error {
	asked := r.PostFormValue("komplettering")
	var files []casework.Upload
	if r.MultipartForm != nil {
		for _, h := range r.MultipartForm.File["filer-"+asked] {
			data, err := content(h)
			if err != nil {
				return err
			}
			if len(data) > 0 {
				files = append(files, casework.Upload{Name: h.Filename, Data: data})
			}
		}
	}
	id, text := r.PathValue("id"), r.PostFormValue("text-"+asked)
	if casework.TooLong(text) {
		return p.casePage(w, r, http.StatusUnprocessableEntity, text, page.T("citizen.supplement.too_long", "most", strconv.Itoa(casework.MaxText)))
	}
	err := p.Casework.Answer(r.Context(), r.Session.Subject, id, asked, text, files)
	switch k := fault.KindOf(err); k {
	case "":
		return route.SeeOther(w, r, "/arenden/"+id)
	case fault.Invalid, fault.TooLarge, fault.TooMany:
		return p.casePage(w, r, http.StatusUnprocessableEntity, text, page.T("citizen.supplement."+string(k)))
	}
	return err
}

type decisionBody struct {
	Outcome  page.Text
	Amount   page.Text
	Number   page.CaseNumber
	Reasons  string
	Legal    string
	Appeal   string
	Decider  page.Text
	Decided  page.Text
	Board    page.Text
	Tables   []page.Table
	Result   page.Text
	Surplus  bool
	NormFrom string
	PDF      string
}

// decision shows the decision with the calculation that it rests on (M-72).
func (p *Pages) decision(w http.ResponseWriter, r *route.Request) error {
	d, err := p.Casework.Decision(r.Context(), r.Session.Subject, r.PathValue("id"))
	if err != nil {
		return err
	}
	data := p.data(r, page.T("citizen.decision.title", "month", page.MonthOf(d.Month)))
	data.Back = &page.Link{URL: "/arenden/" + r.PathValue("id"), Text: page.T("citizen.decision.back")}
	body := decisionBody{PDF: "/arenden/" + r.PathValue("id") + "/beslut/pdf", Outcome: swedish(d.OutcomeText), Number: page.CaseNumber(d.Reference), Reasons: d.Reasons, Legal: d.Legal, Appeal: d.Appeal,
		Decider: deciderOf(d), Decided: page.Date(d.DecidedAt), Board: swedish(p.BoardName(d.Board))}
	if d.AmountOre > 0 {
		body.Amount = page.Amount(d.AmountOre)
	}
	if d.Worksheet != nil {
		body.Tables = calculation(*d.Worksheet)
		body.NormFrom = d.Worksheet.NormSource
		body.Result, body.Surplus = page.Amount(d.Worksheet.ResultOre), d.Worksheet.ResultOre < 0
	}
	return p.render(w, r, http.StatusOK, "decision.html", withBody(data, body))
}

func deciderOf(d casework.Decision) page.Text {
	if d.DeciderTitle == "" {
		return swedish(d.Decider)
	}
	return swedish(d.Decider + ", " + d.DeciderTitle)
}

// decisionPDF is the decision with its calculation, to keep (M-72).
func (p *Pages) decisionPDF(w http.ResponseWriter, r *route.Request) error {
	d, err := p.Casework.Decision(r.Context(), r.Session.Subject, r.PathValue("id"))
	if err != nil {
		return err
	}
	board := p.BoardName(d.Board)
	s := paper.New(p.Renderer, p.Municipality, paper.Head{Board: board, Kind: page.T("citizen.decision.kind"),
		Title: page.T("citizen.decision.title", "month", page.MonthOf(d.Month)), Number: d.Reference, At: d.DecidedAt})
	s.Important(swedish(d.OutcomeText))
	if d.AmountOre > 0 {
		s.Paragraph(page.T("citizen.decision.you_get", "amount", page.Amount(d.AmountOre)))
	}
	s.Heading(page.T("citizen.decision.why"))
	s.Paragraph(d.Reasons)
	s.Paragraph(d.Legal)
	if d.Worksheet != nil {
		s.Heading(page.T("citizen.decision.calculation"))
		for _, t := range calculation(*d.Worksheet) {
			s.Table(t)
		}
		if d.Worksheet.ResultOre < 0 {
			s.Paragraph(page.T("citizen.decision.surplus"))
		}
		s.Paragraph(d.Worksheet.NormSource)
	}
	s.Heading(page.T("citizen.decision.appeal"))
	s.Paragraph(d.Appeal)
	s.Paragraph(page.T("citizen.decision.decider", "name", deciderOf(d), "date", page.Date(d.DecidedAt), "board", swedish(board)))
	return s.Send(w, "Beslut "+d.Reference+".pdf")
}
