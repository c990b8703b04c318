package vote

import (
	"net/http"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

const (
	// outcomeCookie tells the page after a vote what became of it.
	outcomeCookie = "__Host-rosta"
	outcomeLife   = 5 * time.Minute
)

// cast is the vote, or its being taken back. What became of it is read from the
// address after it, so that loading that page again does nothing.
func (p *Pages) cast(w http.ResponseWriter, r *route.Request) error {
	ticket, choice := r.PostFormValue("biljett"), r.PostFormValue("val")
	if ticket == "" || choice != "rosta" && choice != "aterta" {
		return p.refuse(w, r, "", errNoTicket)
	}
	if p.On != nil && !p.On() {
		return p.again(w, r, ticket, choice, errOff)
	}
	outcome, petition, err := p.Booth.Cast(r.Context(), ticket, choice == "aterta")
	switch kind := fault.KindOf(err); {
	case kind == fault.TooMany || kind == fault.Unavailable:
		return p.again(w, r, ticket, choice, err)
	case err != nil:
		return p.refuse(w, r, petition, err)
	}
	p.seal.set(w, outcomeCookie, note{Petition: petition, Outcome: string(outcome)}, outcomeLife)
	return route.SeeOther(w, r, donePath)
}

type againBody struct {
	Ticket string
	Button page.Button
}

// again keeps the ticket while votes cannot be taken: one button, no new login.
func (p *Pages) again(w http.ResponseWriter, r *route.Request, ticket, choice string, err error) error {
	title := page.T("vote.again.down")
	if fault.KindOf(err) == fault.TooMany {
		title = page.T("vote.again.many")
	}
	data := p.data(r, title)
	data.Body = againBody{Ticket: ticket, Button: page.Button{Text: page.T("vote.again.again"), Name: "val", Value: choice}}
	w.Header().Set("Retry-After", "5")
	return p.set.Render(w, r.Request, http.StatusServiceUnavailable, "again.html", data)
}

type doneBody struct {
	Answer  page.Answer
	Name    page.Text
	Next    []page.Text
	Promise page.Text
	Way     page.Link
}

// done tells once what became of a vote.
func (p *Pages) done(w http.ResponseWriter, r *route.Request) error {
	n, ok := p.seal.get(r, outcomeCookie)
	route.ClearCookie(w, outcomeCookie)
	b, known := outcomes[ballot.Outcome(n.Outcome)]
	if !ok || !known {
		return p.toHelp(w, r)
	}
	// The title is a courtesy: what became of the vote is told without it.
	if s, err := p.Petition(r.Context(), n.Petition); err == nil {
		b.Name = swedish(s.Title)
		if b.Answer.Kind == page.AnswerYes && p.Clock.Now().Before(s.ClosesAt) && n.Outcome != string(ballot.Withdrawn) {
			b.Next = []page.Text{page.T("vote.done.until", "last", page.Until(s.ClosesAt, p.zone))}
			if s.Receipts {
				b.Next = append(b.Next, page.T("vote.done.receipt"))
			}
		}
	}
	b.Promise = p.promise()
	b.Way = page.Link{URL: petitionPath(n.Petition), Text: page.T("vote.done.way")}
	data := p.data(r, b.Answer.Title)
	data.OwnHeading = true
	data.Body = b
	return p.set.Render(w, r.Request, http.StatusOK, "done.html", data)
}

// outcomes are the words for what became of it.
var outcomes = map[ballot.Outcome]doneBody{
	ballot.Accepted:  {Answer: page.Answer{Kind: page.AnswerYes, Title: page.T("vote.done.accepted"), Body: page.T("vote.done.accepted_text")}},
	ballot.Voted:     {Answer: page.Answer{Kind: page.AnswerYes, Title: page.T("vote.done.voted"), Body: page.T("vote.done.voted_text")}},
	ballot.Withdrawn: {Answer: page.Answer{Kind: page.AnswerYes, Title: page.T("vote.done.withdrawn"), Body: page.T("vote.done.withdrawn_text")}},
	ballot.NotVoted:  {Answer: page.Answer{Kind: page.AnswerNone, Title: page.T("vote.done.none"), Body: page.T("vote.done.none_text")}},
}
