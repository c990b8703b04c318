package citizen

import (
	"errors"
	"net/http"
	"net/url"

	"medborgarnavet/internal/submission"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/paper"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/workspace"
	"medborgarnavet/plugin"
)

type reviewBody struct {
	Missing     []page.Link
	Questions   []page.Link
	Sections    []page.Summary
	Changed     int
	Approve     string
	HandIn      string
	Back        string
	Seen        string
	Declaration string
	Confirm     page.Confirm
	Board       page.Text
	// Days is how long the person has to send in what is missing.
	Days int
}

// review shows everything as it will be handed in (M-93).
func (p *Pages) review(w http.ResponseWriter, r *route.Request) error {
	return p.reviewPage(w, r, http.StatusOK, nil, nil)
}

func (p *Pages) reviewPage(w http.ResponseWriter, r *route.Request, status int, problem page.Text, notice *page.Notice) error {
	d, err := p.draft(r)
	if err != nil {
		return p.handedIn(w, r, err)
	}
	if d, _, err = p.Workspace.Refresh(r.Context(), login(r), d); err != nil {
		return err
	}
	preview, err := p.Submissions.Preview(r.Context(), d)
	if err != nil {
		return err
	}
	data := p.draftData(r, d, page.T("citizen.review.title"), "granska")
	if notice != nil {
		data.Notices = append(data.Notices, *notice)
	}
	body := p.reviewOf(d, preview)
	body.Confirm = page.Confirm{Name: "intygar", Label: page.T("citizen.review.confirm"), Error: problem}
	if problem != nil {
		data.Errors = []page.FieldError{{Field: "intygar", Text: problem}}
	}
	return p.render(w, r, status, "review.html", withBody(data, body))
}

func (p *Pages) reviewOf(d workspace.Draft, preview submission.Preview) reviewBody {
	base := "/ansokan/" + d.ID
	body := reviewBody{Approve: base + "/godkann", HandIn: base + "/lamna-in", Back: base + "/granska", Seen: preview.SHA256,
		Declaration: d.Form.Declaration, Board: swedish(p.BoardName(d.Board)), Days: p.Terms(d.Board).SupplementDays}
	link := func(m plugin.Remark) page.Link { return page.Link{URL: base + "/" + m.Section, Text: swedish(m.Text)} }
	for _, m := range preview.Review.Missing {
		body.Missing = append(body.Missing, link(m))
	}
	for _, m := range preview.Review.Questions {
		body.Questions = append(body.Questions, link(m))
	}
	body.Sections, body.Changed = summaries(preview.Summary, base)
	return body
}

// summaries are the summary's sections as shown; base is "" when nothing can
// be changed any more.
func summaries(list []submission.SummarySection, base string) (out []page.Summary, changed int) {
	for _, s := range list {
		sum := page.Summary{Title: swedish(s.Title)}
		if base != "" {
			sum.ChangeURL = base + "/" + s.ID
		}
		for _, l := range s.Lines {
			row := page.SummaryRow{Term: swedish(l.Label), Changed: l.Changed}
			row.Value, row.Note = swedish(l.Value), lineNote(l)
			if l.Changed {
				changed++
			}
			sum.Rows = append(sum.Rows, row)
		}
		if len(s.Lines) == 0 {
			sum.Rows = []page.SummaryRow{{Term: page.T("citizen.review.section"), Value: page.T("citizen.review.empty")}}
		}
		out = append(out, sum)
	}
	return out, changed
}

func lineNote(l submission.SummaryLine) page.Text {
	var notes []page.Text
	if l.Fetched != "" && (l.Changed || l.Value == "") {
		notes = append(notes, page.T("citizen.review.fetched", "amount", l.Fetched))
	}
	if l.Comment != "" {
		if len(notes) > 0 {
			notes = append(notes, " ")
		}
		notes = append(notes, page.T("citizen.review.comment", "text", l.Comment))
	}
	if len(notes) == 0 {
		return nil
	}
	return notes
}

// approve is the first of two steps: the person has seen the summary and
// stands by it. It changes nothing; it leads to the page with the last button.
func (p *Pages) approve(w http.ResponseWriter, r *route.Request) error {
	if r.PostFormValue("intygar") == "" {
		return p.reviewPage(w, r, http.StatusUnprocessableEntity, page.T("citizen.review.confirm_error"), nil)
	}
	return route.SeeOther(w, r, "/ansokan/"+url.PathEscape(r.PathValue("id"))+"/lamna-in?sett="+url.QueryEscape(r.PostFormValue("sett")))
}

// lastStep shows the button that hands in, if the summary is still the one
// that was approved.
func (p *Pages) lastStep(w http.ResponseWriter, r *route.Request) error {
	d, err := p.draft(r)
	if err != nil {
		return p.handedIn(w, r, err)
	}
	preview, err := p.Submissions.Preview(r.Context(), d)
	if err != nil {
		return err
	}
	if preview.SHA256 != r.URL.Query().Get("sett") {
		return p.reviewPage(w, r, http.StatusConflict, nil, changedNotice())
	}
	data := p.draftData(r, d, page.T("citizen.handin.title"), "granska")
	return p.render(w, r, http.StatusOK, "handin.html", withBody(data, p.reviewOf(d, preview)))
}

func changedNotice() *page.Notice {
	return &page.Notice{Tone: page.Warning, Title: page.T("citizen.review.changed_since"), Live: true}
}

// handIn is the second step. Pressing it again gives the same receipt (I-8).
func (p *Pages) handIn(w http.ResponseWriter, r *route.Request) error {
	receipt, err := p.Submissions.HandIn(r.Context(), login(r), r.Session.Name, r.PathValue("id"), r.PostFormValue("sett"))
	if errors.Is(err, submission.ErrOtherSummary) {
		return p.reviewPage(w, r, http.StatusConflict, nil, changedNotice())
	}
	if err != nil {
		return err
	}
	return route.SeeOther(w, r, "/kvitto/"+receipt.ID)
}

type receiptBody struct {
	Receipt  page.Receipt
	Sections []page.Summary
	Missing  []page.Text
	Cases    string
	PDF      string
	Days     int // to send in what is missing
}

// receipt is what the person keeps. It survives a reload and can be printed.
func (p *Pages) receipt(w http.ResponseWriter, r *route.Request) error {
	receipt, rec, err := p.handedInRecord(r)
	if err != nil {
		return err
	}
	data := p.data(r, page.T("citizen.receipt.title"))
	data.OwnHeading = true
	body := receiptBody{Cases: "/arenden", PDF: "/kvitto/" + receipt.ID + "/pdf", Days: p.Terms(rec.Board).SupplementDays}
	body.Sections, _ = summaries(rec.Summary, "")
	for i := range body.Sections {
		body.Sections[i].Level = 3
	}
	for _, m := range rec.Missing {
		body.Missing = append(body.Missing, swedish(m.Text))
	}
	body.Receipt = page.Receipt{Title: page.T("citizen.receipt.title"), NumberLabel: page.T("citizen.receipt.number"),
		Number: page.CaseNumber(receipt.Reference), At: receipt.At,
		Body:      p.receivedText(receipt, rec),
		NextTitle: page.T("citizen.receipt.next"), Next: nextSteps()}
	return p.render(w, r, http.StatusOK, "receipt.html", withBody(data, body))
}

func (p *Pages) handedInRecord(r *route.Request) (submission.Receipt, submission.Record, error) {
	receipt, err := p.Submissions.Receipt(r.Context(), login(r), r.PathValue("id"))
	if err != nil {
		return submission.Receipt{}, submission.Record{}, err
	}
	rec, err := p.Submissions.OfPerson(r.Context(), login(r), receipt.ID)
	return receipt, rec, err
}

func (p *Pages) receivedText(receipt submission.Receipt, rec submission.Record) page.Text {
	return page.T("citizen.receipt.text", "month", page.MonthOf(receipt.Month), "board", swedish(p.BoardName(rec.Board)))
}

func nextSteps() []page.Text {
	return []page.Text{page.T("citizen.receipt.next1"), page.T("citizen.receipt.next2"), page.T("citizen.receipt.next3")}
}

// receiptPDF is the receipt to keep, with what was handed in.
func (p *Pages) receiptPDF(w http.ResponseWriter, r *route.Request) error {
	receipt, rec, err := p.handedInRecord(r)
	if err != nil {
		return err
	}
	s := paper.New(p.Renderer, p.Municipality, paper.Head{Board: p.BoardName(rec.Board), Kind: page.T("citizen.receipt.kind"),
		Title: page.T("citizen.receipt.title"), Number: receipt.Reference, At: receipt.At})
	s.Paragraph(p.receivedText(receipt, rec))
	s.Facts(paper.Fact{Label: page.T("citizen.receipt.from"), Value: rec.Name},
		paper.Fact{Label: page.T("citizen.receipt.at"), Value: page.DateTime(receipt.At)})
	s.Heading(page.T("citizen.receipt.next"))
	s.List(nextSteps())
	if len(rec.Missing) > 0 {
		s.Heading(page.T("citizen.receipt.missing"))
		var missing []page.Text
		for _, m := range rec.Missing {
			missing = append(missing, swedish(m.Text))
		}
		s.List(missing)
		s.Paragraph(page.N("citizen.receipt.missing_text", p.Terms(rec.Board).SupplementDays))
	}
	s.Heading(page.T("citizen.receipt.content"))
	sections, _ := summaries(rec.Summary, "")
	for _, sum := range sections {
		s.Summary(sum)
	}
	return s.Send(w, "Kvitto "+receipt.Reference+".pdf")
}

type removeBody struct{ Action, Back string }

// confirmRemove asks before a draft is thrown away.
func (p *Pages) confirmRemove(w http.ResponseWriter, r *route.Request) error {
	d, err := p.draft(r)
	if err != nil {
		return err
	}
	return p.render(w, r, http.StatusOK, "remove.html", withBody(p.draftData(r, d, page.T("citizen.remove.title"), ""),
		removeBody{Action: "/ansokan/" + d.ID + "/ta-bort", Back: "/ansokan/" + d.ID}))
}

func (p *Pages) remove(w http.ResponseWriter, r *route.Request) error {
	if err := p.Workspace.Discard(r.Context(), login(r), r.PathValue("id")); err != nil {
		return err
	}
	return route.SeeOther(w, r, "/mina-sidor")
}
