package desk

import (
	"net/http"
	"slices"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/plugin"
)

const (
	outcomeField = "utfall"
	reasonsField = "motivering"
	seenField    = "sett"
)

type decideBody struct {
	Action   string
	Case     string
	Outcome  page.Choice
	Reasons  page.Field
	Problems []string
}

// decisionForm is the first of two steps: what the decision is, and why.
func (p *Pages) decisionForm(w http.ResponseWriter, r *route.Request) error {
	return p.decidePage(w, r, &attempt{status: http.StatusOK}, nil)
}

func (p *Pages) decidePage(w http.ResponseWriter, r *route.Request, a *attempt, problems []string) error {
	f, err := p.Casework.Open(r.Context(), r.StaffID, r.PathValue("id"))
	if err != nil {
		return err
	}
	if f.Decision != nil {
		return route.SeeOther(w, r, "/handlaggare/arenden/"+r.PathValue("id")+"#beslut")
	}
	if !f.MayDecide {
		return fault.New(fault.Forbidden, "the officer may not decide for the board")
	}
	base := "/handlaggare/arenden/" + f.ID
	d := p.data(r, page.T("desk.decide.title", "name", f.Name, "month", page.MonthOf(f.Month)))
	d.Service = []page.Text{page.CaseNumber(f.Reference), ", ", f.BoardName}
	d.Back = &page.Link{URL: base, Text: page.T("desk.decide.back")}
	d.Errors = a.faults
	if a.notice != nil {
		d.Notices = append(d.Notices, *a.notice)
	}
	body := decideBody{Action: base + "/beslut/granska", Case: base, Problems: problems,
		Outcome: page.Choice{Name: outcomeField, Label: page.T("desk.decide.outcome"), Values: []string{a.value(outcomeField, "")}, Error: a.fault(outcomeField)},
		Reasons: page.Field{Name: reasonsField, Kind: page.LongInput, Rows: 8, Label: page.T("desk.decide.reasons"), Hint: page.T("desk.decide.reasons_hint"),
			Value: a.value(reasonsField, ""), Error: a.fault(reasonsField)}}
	for _, o := range casework.Outcomes() {
		body.Outcome.Options = append(body.Outcome.Options, page.Option{Value: string(o), Label: page.T("desk.outcome." + string(o)),
			Hint: page.T("desk.decide.says", "words", o.Text())})
	}
	d.Body = body
	return p.render(w, r, a.status, "decide.html", d)
}

// input reads what the decider has written.
func input(r *route.Request) casework.DecisionInput {
	return casework.DecisionInput{Outcome: casework.Outcome(r.PostForm.Get(outcomeField)), Reasons: r.PostForm.Get(reasonsField)}
}

type previewBody struct {
	Decision decisionView
	Action   string
	Edit     string
	Outcome  string
	Reasons  string
	Seen     string
}

// previewDecision is the second step: exactly what the person gets, with the
// button that decides. What stands in the way is listed in the first step.
func (p *Pages) previewDecision(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	in := input(r)
	if !slices.Contains(casework.Outcomes(), in.Outcome) {
		a.refuse(outcomeField, page.T("desk.decide.outcome_error"))
		return p.decidePage(w, r, a, nil)
	}
	if r.PostForm.Get("andra") != "" { // back from the preview, with everything kept
		return p.decidePage(w, r, a, nil)
	}
	proposal, err := p.Casework.Propose(r.Context(), r.StaffID, r.PathValue("id"), in)
	switch {
	case fault.Is(err, fault.Conflict):
		return route.SeeOther(w, r, "/handlaggare/arenden/"+r.PathValue("id")+"#beslut")
	case invalid(err):
		a.refuse(reasonsField, page.T("desk.decide.reasons_long"))
		return p.decidePage(w, r, a, nil)
	case err != nil:
		return err
	case len(proposal.Problems) > 0:
		a.status = http.StatusUnprocessableEntity
		return p.decidePage(w, r, a, proposal.Problems)
	}
	base := "/handlaggare/arenden/" + r.PathValue("id")
	d := p.data(r, page.T("desk.preview.title"))
	d.Service = page.CaseNumber(proposal.Decision.Reference)
	d.Lead = page.T("desk.preview.lead")
	d.Back = &page.Link{URL: base, Text: page.T("desk.decide.back")}
	d.Body = previewBody{Decision: p.decisionView(proposal.Decision), Action: base + "/beslut", Edit: base + "/beslut/granska",
		Outcome: string(in.Outcome), Reasons: in.Reasons, Seen: proposal.SHA256}
	return p.render(w, r, http.StatusOK, "preview.html", d)
}

// decide makes the decision that was shown, once.
func (p *Pages) decide(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	_, err = p.Casework.Decide(r.Context(), r.StaffID, r.PathValue("id"), input(r), r.PostForm.Get(seenField))
	if fault.Is(err, fault.Conflict) {
		a.status = http.StatusConflict
		a.notice = &page.Notice{Tone: page.Warning, Title: page.T("desk.decide.changed"), Live: true}
		return p.decidePage(w, r, a, nil)
	}
	if err != nil {
		return err
	}
	return back(w, r, "beslut", "beslut")
}

// decisionView is a decision as the person reads it.
type decisionView struct {
	Words   string
	Term    string
	Month   page.Text
	Number  page.CaseNumber
	Amount  page.Text // nil when nothing is paid
	Reasons []string
	Legal   string
	Appeal  string
	Decider string
	Board   string
	Decided page.Text // nil before
	Noticed page.Text
	Tables  []page.Component
	Norm    string
}

func (p *Pages) decisionView(d casework.Decision) decisionView {
	v := decisionView{Words: d.OutcomeText, Term: d.Outcome.Term(), Month: page.MonthOf(d.Month), Number: page.CaseNumber(d.Reference),
		Reasons: paragraphs(d.Reasons), Legal: d.Legal, Appeal: d.Appeal, Decider: d.Decider + ", " + d.DeciderTitle, Board: d.Board}
	if d.AmountOre > 0 {
		v.Amount = page.Amount(d.AmountOre)
	}
	if !d.DecidedAt.IsZero() {
		v.Decided = page.DateTime(d.DecidedAt)
		v.Noticed = page.T("desk.decision.unread")
		if !d.NoticedAt.IsZero() {
			v.Noticed = page.T("desk.decision.noticed", "at", page.DateTime(d.NoticedAt))
		}
	}
	if d.Worksheet != nil {
		v.Tables, v.Norm = frozen(*d.Worksheet), d.Worksheet.NormSource
	}
	return v
}

// frozen is the calculation as it goes to the person: no inputs, no marks,
// every row.
func frozen(w plugin.Worksheet) []page.Component {
	e := entries{a: &attempt{}}
	incomes := page.Table{Caption: page.T("desk.sheet.incomes"), Foot: foot(5, 3, page.Amount(w.IncomesOre)), Empty: page.T("desk.sheet.no_incomes"),
		Columns: e.inputs([]page.Column{{Text: page.T("desk.sheet.income")}, number("desk.sheet.agency"), number("desk.sheet.applicant"), number("desk.sheet.used")})}
	for _, l := range w.Incomes {
		incomes.Rows = append(incomes.Rows, page.TableRow{Cells: []page.Text{label(l.Label, l.Payer), e.agency(l), page.AmountOf(l.ApplicantOre, page.T("desk.none")),
			e.used(l), l.Reason}})
	}
	return []page.Component{e.norm(w), e.costs(w), incomes, sums(w)}
}
