package citizen

import (
	"net/http"

	"medborgarnavet/internal/extract"
	"medborgarnavet/internal/submission"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/plugin"
)

const ownURL = "/mina-sidor/mina-uppgifter"

type ownBody struct {
	Made     page.Text
	Sections []ownSection
	Phone    string
}

// ownSection is one thing that is held: a draft, an application, a case.
type ownSection struct {
	Title page.Text
	Parts []page.Component
}

// own is everything that there is about the person, at once, to read and to
// print (decision 0014). Each opening of it is in the audit log.
func (p *Pages) own(w http.ResponseWriter, r *route.Request) error {
	x, err := p.Extract.Of(r.Context(), login(r))
	if err != nil {
		return err
	}
	body := ownBody{Made: page.DateTime(x.At), Phone: p.Municipality.Phone, Sections: []ownSection{p.ownLogin(r)}}
	for _, d := range x.Drafts {
		body.Sections = append(body.Sections, p.ownDraft(d))
	}
	for _, rec := range x.Submissions {
		body.Sections = append(body.Sections, p.ownSubmission(rec))
	}
	for _, c := range x.Cases {
		body.Sections = append(body.Sections, p.ownCase(c))
	}
	body.Sections = append(body.Sections, p.ownTrail(x.Trail))
	return p.render(w, r, http.StatusOK, "own.html", withBody(p.data(r, page.T("citizen.own.title")), body))
}

func fact(key string, value page.Text) page.SummaryRow {
	return page.SummaryRow{Term: page.T("citizen.own." + key), Value: value}
}

// ownLogin is what the session holds.
func (p *Pages) ownLogin(r *route.Request) ownSection {
	s := r.Session
	return ownSection{Title: page.T("citizen.own.login"), Parts: []page.Component{page.Summary{Rows: []page.SummaryRow{
		fact("name", s.Name), fact("number", page.PersonNumber(s.Subject.Plain())), fact("shown_at", page.DateTime(s.AuthAt)),
		fact("login_until", page.DateTime(s.Expires()))}}}}
}

func (p *Pages) ownDraft(d extract.Draft) ownSection {
	s := ownSection{Title: page.T("citizen.own.draft", "month", page.MonthOf(d.Month))}
	facts := []page.SummaryRow{fact("board", swedish(p.BoardName(d.Board))), fact("case", page.CaseNumber(d.CaseID)),
		fact("begun", page.DateTime(d.CreatedAt)), fact("saved", page.DateTime(d.SavedAt)), fact("gone", page.DateTime(d.DeleteAt))}
	s.Parts = append(s.Parts, page.Summary{Rows: append(facts, household(d.Household)...)})
	s.Parts = append(s.Parts, ownSummary(d.Summary)...)
	if len(d.Hidden) > 0 {
		s.Parts = append(s.Parts, ownSummary([]submission.SummarySection{{Lines: d.Hidden}})[0])
	}
	if d.Fetch.ID != "" {
		s.Parts = append(s.Parts, fetched(d.Fetch)...)
	}
	s.Parts = append(s.Parts, documents(d.Files, func(f plugin.File) string { return "/ansokan/" + d.ID + "/" + sectionOf(f) + "/fil/" + f.ID })...)
	return s
}

func (p *Pages) ownSubmission(rec submission.Record) ownSection {
	a := rec.Application
	s := ownSection{Title: page.T("citizen.own.submission", "month", page.MonthOf(a.Month))}
	facts := []page.SummaryRow{fact("board", swedish(p.BoardName(rec.Board))), fact("reference", page.CaseNumber(rec.Reference)),
		fact("case", page.CaseNumber(rec.CaseID)), fact("received", page.DateTime(rec.ReceivedAt))}
	s.Parts = append(s.Parts, page.Summary{Rows: append(facts, household(a.Household)...)})
	s.Parts = append(s.Parts, ownSummary(rec.Summary)...)
	if len(rec.Missing) > 0 {
		missing := page.Summary{Title: page.T("citizen.review.missing"), Level: 3}
		for _, m := range rec.Missing {
			missing.Rows = append(missing.Rows, page.SummaryRow{Term: page.T("citizen.own.missing"), Value: swedish(m.Text)})
		}
		s.Parts = append(s.Parts, missing)
	}
	s.Parts = append(s.Parts, handedInSources(a)...)
	s.Parts = append(s.Parts, documents(a.Files, func(f plugin.File) string { return "/kvitto/" + rec.ID + "/fil/" + f.ID })...)
	return s
}

// ownTrail is who has done what. Officers are named by their authority.
func (p *Pages) ownTrail(list []extract.Entry) ownSection {
	t := page.Table{Caption: page.T("citizen.own.trail"), HideCaption: true, Columns: []page.Column{{Text: page.T("citizen.own.when")},
		{Text: page.T("citizen.own.what")}, {Text: page.T("citizen.own.who")}}}
	for _, e := range list {
		var who page.Text = page.T("citizen.own.by." + string(e.By))
		if e.By == extract.Staff && e.Board != "" {
			who = []page.Text{who, ", ", swedish(p.BoardName(e.Board))}
		}
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{page.DateTime(e.At), page.T(actionKey(e.Action)), who}})
	}
	return ownSection{Title: page.T("citizen.own.trail"), Parts: []page.Component{t}}
}

// told are the actions of the audit log that have words of their own.
var told = map[string]bool{"collected": true, "recorded": true, "presented": true, "disclosed": true, "erased": true, "accessed": true,
	"submitted": true, "decided": true, "messaged": true, "login": true, "logout": true}

func actionKey(action string) string {
	if !told[action] {
		action = "other"
	}
	return "citizen.own.did." + action
}
