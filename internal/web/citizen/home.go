package citizen

import (
	"net/http"

	"medborgarnavet/internal/form"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/workspace"
	"medborgarnavet/plugin"
)

type homeBody struct {
	Drafts []page.Card
	Apply  []page.Card
	Cases  []page.Card
}

// home is "Mina sidor": the next thing to do first.
func (p *Pages) home(w http.ResponseWriter, r *route.Request) error {
	drafts, err := p.Workspace.List(r.Context(), login(r))
	if err != nil {
		return err
	}
	cases, err := p.Casework.ForParty(r.Context(), r.Session.Subject)
	if err != nil {
		return err
	}
	var body homeBody
	has := map[string]bool{}
	for _, d := range drafts {
		has[d.EService] = true
		body.Drafts = append(body.Drafts, p.draftCard(d))
	}
	for _, e := range p.Catalog.All() {
		m := e.Plugin.Manifest
		if _, err := p.Catalog.Use(m.ID, plugin.KindEService); err != nil || has[m.ID] {
			continue
		}
		body.Apply = append(body.Apply, page.Card{Title: swedish(m.Name), URL: "/ansok/" + m.ID, Body: swedish(m.Description)})
	}
	for i, c := range cases {
		if i < 3 {
			body.Cases = append(body.Cases, p.caseCard(c))
		}
	}
	return p.render(w, r, http.StatusOK, "home.html", withBody(p.data(r, page.T("citizen.home.title")), body))
}

func (p *Pages) draftCard(d workspace.Draft) page.Card {
	done, total := p.progress(d)
	return page.Card{
		Title: page.T("citizen.home.draft", "month", page.MonthOf(d.Month)),
		URL:   "/ansokan/" + d.ID,
		Tag:   &page.Tag{Text: page.T("citizen.home.not_sent"), Tone: page.Warning},
		Body:  page.N("citizen.overview.progress", done, "total", total),
		Meta:  page.T("citizen.draft.deleted", "date", page.Date(d.DeleteAt)),
	}
}

// progress counts the sections that are done, of those that are used.
func (p *Pages) progress(d workspace.Draft) (done, total int) {
	for _, s := range d.Form.Sections {
		switch d.Status(s, p.Clock.Now()) {
		case form.StatusUnused:
		case form.StatusDone:
			done, total = done+1, total+1
		default:
			total++
		}
	}
	return done, total
}

func withBody(d page.Data, body any) page.Data {
	d.Body = body
	return d
}
