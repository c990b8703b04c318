package citizen

import (
	"net/http"
	"strings"

	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/plugin"
)

// startFetch begins a fetch for the section and leads to the page that shows
// how the sources answer. Nothing is fetched without this button (M-26, M-44).
func (p *Pages) startFetch(w http.ResponseWriter, r *route.Request, v sectionView) error {
	pinned, _ := v.draft.Section(v.section.ID)
	if pinned.Fetch == nil {
		return fault.New(fault.NotFound, "the section fetches nothing")
	}
	id, err := p.Broker.Start(r.Context(), broker.Ask{Login: login(r), Audience: v.draft.EService, Want: *pinned.Fetch,
		Month: v.draft.Month, Space: v.draft.ID, Case: v.draft.CaseID})
	if err == nil {
		err = p.Workspace.SetFetch(r.Context(), login(r), v.draft.ID, id)
	}
	if err == nil {
		return route.SeeOther(w, r, "/ansokan/"+v.draft.ID+"/"+v.section.ID+"/hamtning")
	}
	kind := fault.KindOf(err)
	if kind != fault.Unavailable && kind != fault.TooMany {
		return err
	}
	v.status = map[fault.Kind]int{fault.Unavailable: http.StatusServiceUnavailable, fault.TooMany: http.StatusTooManyRequests}[kind]
	v.notice = &page.Notice{Tone: page.Warning, Title: page.T("citizen.fetch." + string(kind)), Body: page.T("citizen.fetch.go_on"), Live: true}
	return p.sectionPage(w, r, v)
}

type fetchBody struct {
	Sources  page.Sources
	Continue page.Button
	Done     bool
	Lead     page.Text
}

// fetching shows the sources as they answer, one by one.
func (p *Pages) fetching(w http.ResponseWriter, r *route.Request) error {
	v, err := p.view(r)
	if err != nil {
		return p.handedIn(w, r, err)
	}
	if v.fetch.ID == "" {
		return route.SeeOther(w, r, "/ansokan/"+v.draft.ID+"/"+v.section.ID)
	}
	data := p.draftData(r, v.draft, page.T("citizen.fetch.title"), v.section.ID)
	return p.render(w, r, http.StatusOK, "fetch.html", withBody(data, p.fetchBody(v)))
}

// fetchPart is the part of the page that the script asks for again.
func (p *Pages) fetchPart(w http.ResponseWriter, r *route.Request) error {
	v, err := p.view(r)
	if err != nil {
		return err
	}
	data := p.data(r, page.T("citizen.fetch.title"))
	return p.set.RenderPart(w, r.Request, http.StatusOK, "fetch-part", withBody(data, p.fetchBody(v)))
}

func (p *Pages) fetchBody(v sectionView) fetchBody {
	base := "/ansokan/" + v.draft.ID + "/" + v.section.ID
	b := fetchBody{Sources: p.sources(v), Done: v.fetch.Done, Continue: page.Button{URL: base, Text: page.T("citizen.fetch.show")}}
	if !v.fetch.Done {
		b.Continue.Text, b.Continue.Variant = page.T("citizen.fetch.show_so_far"), page.Secondary
		b.Sources.PollURL, b.Sources.RefreshURL = base+"/hamtning/svar", base+"/hamtning"
	}
	return b
}

// sources are the states of the fetch, or of the one that was bound. Those
// that were not asked are left out: the person did not wonder about them.
func (p *Pages) sources(v sectionView) page.Sources {
	var out page.Sources
	for _, part := range v.fetch.Parts {
		if part.State == broker.PartState(plugin.StateNotAsked) {
			continue
		}
		s := page.Source{Key: strings.ToLower(part.Origin), Name: swedish(part.Name), At: part.At}
		if part.Final() {
			s.State = plugin.State(part.State)
		} else {
			s.Waiting = true
			if part.State == broker.PartReceived {
				s.Note = page.T("citizen.fetch.received")
			}
		}
		out.Sources = append(out.Sources, s)
	}
	return out
}

// fetchPanel is the button and what has been fetched, above the amounts.
func (p *Pages) fetchPanel(v sectionView) *fetchPanel {
	pinned, _ := v.draft.Section(v.section.ID)
	if pinned.Fetch == nil {
		return nil
	}
	f := &fetchPanel{Sources: p.sources(v), Gone: v.draft.FetchGone, KeptDays: p.Terms(v.draft.Board).FetchedDays, Has: v.fetch.ID != "",
		Explain: page.T("citizen.fetch.explain", "board", swedish(p.BoardName(v.draft.Board)), "sources", p.sourceNames(*pinned.Fetch)),
		Button:  page.Button{Text: page.T("citizen.fetch.button"), Name: "gor", Value: "hamta"}}
	if f.Has || f.Gone {
		f.Button.Text, f.Button.Variant = page.T("citizen.fetch.again"), page.Secondary
	}
	if !v.fetch.Done && f.Has {
		f.Sources.RefreshURL = "/ansokan/" + v.draft.ID + "/" + v.section.ID + "/hamtning"
	}
	return f
}

// sourceNames lists the sources that are asked, from what is switched on
// (M-34).
func (p *Pages) sourceNames(want plugin.Want) page.Text {
	e, err := p.Catalog.Use(want.Source, plugin.KindSource)
	if err != nil {
		return nil
	}
	var names []string
	for _, o := range e.Plugin.Manifest.Offers {
		for _, d := range want.Datasets {
			if strings.HasPrefix(d, o.ID+"/") {
				names = append(names, o.Name)
				break
			}
		}
	}
	if len(names) < 2 {
		return swedish(strings.Join(names, ""))
	}
	last := len(names) - 1
	return page.T("citizen.fetch.sources", "some", swedish(strings.Join(names[:last], ", ")), "last", swedish(names[last]))
}
