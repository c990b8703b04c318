package petition

import (
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
)

// voteBox is where one votes, or why one cannot.
type voteBox struct {
	Title  page.Text
	Notice page.Component
	// Action is where the form leads; empty when one cannot vote. The petition
	// stands in the form and never in an address.
	Action  string
	ID      string
	Before  page.List
	Buttons []page.Button
	How     page.Details
	Undo    page.Details
}

func (p *Pages) voteBox(f facts) voteBox {
	b := voteBox{Title: page.T("petition.vote.title")}
	if f.Standing.Moderation != petition.Accepted {
		return voteBox{}
	}
	say := func(tone page.Tone, key string, body ...page.Text) voteBox {
		n := page.Notice{Tone: tone, Title: page.T("petition.vote." + key), Level: -1}
		if len(body) > 0 {
			n.Body = body
		}
		b.Notice = n
		return b
	}
	switch f.Standing.Voting {
	case petition.None:
		return voteBox{}
	case petition.Planned:
		return say(page.Info, "planned", paragraph(page.T("petition.vote.planned_text", "day", page.Date(f.OpensAt), "last", page.Until(f.ClosesAt, p.zone))))
	case petition.Paused:
		return say(page.Warning, "paused", paragraph(page.T("petition.vote.paused_text")), p.saidAt(f, petition.MovePause))
	case petition.Closing, petition.Counted:
		return say(page.Info, "counting", paragraph(page.T("petition.vote.counting_text")))
	case petition.Erased:
		return p.ended(f)
	case petition.Stopped:
		return say(page.Info, "stopped", paragraph(page.T("petition.vote.stopped_text")))
	}
	if !p.On("vote") {
		return say(page.Warning, "off", paragraph(page.T("petition.vote.off_text")))
	}
	return p.ballotBox(f, b)
}

// ballotBox is the form. What one must know before voting stands before it.
func (p *Pages) ballotBox(f facts, b voteBox) voteBox {
	items := []page.Text{[]page.Text{page.T("petition.vote.can_undo", "last", page.Until(f.ClosesAt, p.zone)), " ", page.T("petition.vote.cannot_undo")}, page.T("petition.vote.one")}
	if age := f.settings.VoteAge; age > 0 {
		items = append(items, page.N("petition.vote.age", age))
	}
	if f.stored.Register != "" {
		items = append(items, page.T("petition.vote.resident", "register", swedish(f.stored.Register)))
	}
	b.Action, b.ID, b.Before = votePath, f.ID, page.List{Items: items}
	// Whoever wrote the page cannot know what it is read on: both ways stand
	// there, and the one that works on a phone first.
	b.Buttons = []page.Button{
		{Text: page.T("petition.vote.same"), Name: "enhet", Value: "denna"},
		{Text: page.T("petition.vote.other"), Name: "enhet", Value: "annan", Variant: page.Secondary},
	}
	b.How = page.Details{Summary: page.T("petition.vote.how"), Body: []page.Text{
		page.Steps{Items: []page.Text{page.T("petition.vote.step1"), page.T("petition.vote.step2"), page.T("petition.vote.step3"), page.T("petition.vote.step4")}},
		paragraph(page.T("petition.vote.safety")), paragraph(page.T("petition.vote.no_eid", "phone", page.Phone(p.Municipality.Phone)))}}
	b.Undo = page.Details{Summary: page.T("petition.vote.undo"), Body: []page.Text{
		paragraph(page.T("petition.vote.undo_text")), paragraph(page.T("petition.vote.undo_last", "last", page.Until(f.ClosesAt, p.zone)))}}
	return b
}

// ended is the result.
func (p *Pages) ended(f facts) voteBox {
	b := voteBox{Title: page.T("petition.vote.result")}
	n := page.Notice{Tone: page.Info, Title: page.T("petition.vote.ended"), Level: -1}
	body := []page.Text{paragraph(page.T("petition.vote.ended_text"))}
	if count := votes(f.Card); count != nil {
		n.Title = count
		if f.Standing.Outcome == petition.BelowThreshold {
			body = append(body, paragraph(page.T("petition.vote.below")))
		} else if f.Standing.Outcome != petition.None {
			body = append(body, paragraph(page.T("petition.vote.reached")))
		}
	}
	n.Body = body
	b.Notice = n
	return b
}
