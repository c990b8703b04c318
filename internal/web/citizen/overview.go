package citizen

import (
	"net/http"

	"medborgarnavet/internal/form"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/workspace"
	"medborgarnavet/plugin"
)

type overviewBody struct {
	Tasks   page.TaskList
	Deleted page.Text
	Review  page.Button
	Remove  string
}

// draft loads the draft of the address. Another person's does not exist.
func (p *Pages) draft(r *route.Request) (workspace.Draft, error) {
	return p.Workspace.Get(r.Context(), login(r), r.PathValue("id"))
}

// overview is the application's welcome page: its parts in any order.
func (p *Pages) overview(w http.ResponseWriter, r *route.Request) error {
	d, err := p.draft(r)
	if err != nil {
		return p.handedIn(w, r, err)
	}
	data := p.draftData(r, d, page.T("citizen.overview.title", "month", page.MonthOf(d.Month)), "")
	f := p.displayForm(r.Context(), d, data.Lang)
	data.Side = nil // the list on the page is the menu
	done, total := p.progress(d)
	body := overviewBody{Deleted: page.T("citizen.draft.deleted_long", "date", page.Date(d.DeleteAt)),
		Review: page.Button{Text: page.T("citizen.overview.review"), URL: "/ansokan/" + d.ID + "/granska"}, Remove: "/ansokan/" + d.ID + "/ta-bort"}
	body.Tasks.Intro = page.N("citizen.overview.progress", done, "total", total)
	for i, s := range f.Sections {
		task := page.Task{Title: s.Title, Hint: s.Intro, Status: statusOf(d, d.Form.Sections[i], p)}
		if !s.Unused {
			task.URL = "/ansokan/" + d.ID + "/" + s.ID
		}
		body.Tasks.Tasks = append(body.Tasks.Tasks, task)
	}
	return p.render(w, r, http.StatusOK, "overview.html", withBody(data, body))
}

// handedIn leads to the receipt when a draft is gone because it was handed
// in: the back button and a second tab must not end in "not found".
func (p *Pages) handedIn(w http.ResponseWriter, r *route.Request, err error) error {
	if receipt, err := p.Submissions.ReceiptOfDraft(r.Context(), login(r), r.PathValue("id")); err == nil {
		return route.SeeOther(w, r, "/kvitto/"+receipt.ID)
	}
	return err
}

func statusOf(d workspace.Draft, s plugin.Section, p *Pages) page.Status {
	return map[form.Status]page.Status{
		form.StatusEmpty: page.NotFilled, form.StatusStarted: page.Started, form.StatusDone: page.Done,
		form.StatusCheck: page.ToCheck, form.StatusUnused: page.NotUsed,
	}[d.Status(s, p.Clock.Now())]
}

// draftData is the frame of a page within an application: with the menu of
// source 004 (M-29, M-30, M-31).
func (p *Pages) draftData(r *route.Request, d workspace.Draft, title page.Text, current string) page.Data {
	data := p.data(r, title)
	f := p.displayForm(r.Context(), d, data.Lang)
	base := "/ansokan/" + d.ID
	done, total := p.progress(d)
	side := &page.SideMenu{Done: done, Total: total}
	side.Items = append(side.Items, page.SideItem{Text: page.T("citizen.menu.welcome"), URL: base, Current: current == ""})
	for i, s := range f.Sections {
		side.Items = append(side.Items, page.SideItem{Text: s.Menu, URL: base + "/" + s.ID, Status: statusOf(d, d.Form.Sections[i], p), Current: current == s.ID})
	}
	side.Items = append(side.Items, page.SideItem{Text: page.T("citizen.menu.review"), URL: base + "/granska", Current: current == "granska"})
	side.More = []page.NavItem{{Text: page.T("citizen.menu.events"), URL: "/arenden"}}
	data.Side = side
	data.Service = f.Title
	return data
}
