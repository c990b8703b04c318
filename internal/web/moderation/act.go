package moderation

import (
	"net/http"
	"strings"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// What is done to a proposal with one press, and the words that go with it.

const (
	noteField   = "anteckning"
	reopenField = "ater.ord"
	removeField = "ta-bort.ord"
)

// checkOut takes a proposal to read, from another when that is said.
func (p *Pages) checkOut(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	err = p.Petitions.CheckOut(r.Context(), r.StaffID, r.PathValue("id"), a.value("tvinga", "") == "ja")
	if fault.Is(err, fault.Conflict) { // the page tells who reads it
		a.status = http.StatusConflict
		a.notice = &page.Notice{Tone: page.Warning, Title: page.T("moderation.lock.conflict"), Live: true}
		return p.sheetPage(w, r, a)
	}
	return p.finish(w, r, a, err, "last", "text")
}

// release lets a proposal go. One that is free already is as was asked.
func (p *Pages) release(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	err = p.Petitions.Release(r.Context(), r.StaffID, r.PathValue("id"))
	if fault.Is(err, fault.Conflict) {
		err = nil
	}
	return p.finish(w, r, a, err, "slappt", "text")
}

func (p *Pages) note(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	err = p.Petitions.Note(r.Context(), r.StaffID, r.PathValue("id"), a.value(noteField, ""), a.value(keyField, ""))
	if mended(err) && a.remarks(err, map[string]string{"words": noteField}) {
		return p.sheetPage(w, r, a)
	}
	return p.finish(w, r, a, err, "anteckning", "handelser")
}

// flag marks a published petition to be read again, or takes the mark away.
func (p *Pages) flag(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	again, what := a.value("igen", "") == "ja", "avmarkering"
	if again {
		what = "markering"
	}
	return p.finish(w, r, a, p.Petitions.Flag(r.Context(), r.StaffID, r.PathValue("id"), again), what, "text")
}

// undo takes a decision back. When that is done already, by the same person,
// nothing is wrong.
func (p *Pages) undo(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	err = p.Petitions.Undo(r.Context(), r.StaffID, r.PathValue("id"))
	if fault.Is(err, fault.Conflict) {
		s, readErr := p.Petitions.Read(r.Context(), r.StaffID, r.PathValue("id"))
		if readErr != nil {
			return readErr
		}
		if s.Standing.Moderation == petition.Reviewing && s.Mine {
			return back(w, r, "angrat", "text")
		}
		a.status = http.StatusConflict
		a.notice = &page.Notice{Tone: page.Warning, Title: page.T("moderation.undo.late"), Body: page.T("moderation.undo.late-body"), Live: true}
		return p.sheetPage(w, r, a)
	}
	return p.finish(w, r, a, err, "angrat", "text")
}

func (p *Pages) reopen(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	err = p.Petitions.Reopen(r.Context(), r.StaffID, r.PathValue("id"), a.value(reopenField, ""), a.value(keyField, ""))
	if mended(err) && a.remarks(err, map[string]string{"words": reopenField}) {
		return p.sheetPage(w, r, a)
	}
	return p.finish(w, r, a, err, "ater", "text")
}

type removeBody struct {
	Action, Key string
	Words       page.Field
	Says        []page.Text
}

// removeForm asks before a petition is taken away for good.
func (p *Pages) removeForm(w http.ResponseWriter, r *route.Request) error {
	return p.removePage(w, r, &attempt{status: http.StatusOK})
}

func (p *Pages) removePage(w http.ResponseWriter, r *route.Request, a *attempt) error {
	s, err := p.Petitions.Read(r.Context(), r.StaffID, r.PathValue("id"))
	if err != nil {
		return err
	}
	if s.Standing.Moderation == petition.Removed {
		return p.conflict(w, r, a)
	}
	base := list + "/" + s.ID
	d := p.data(r, page.T("moderation.remove.title"))
	d.Service = []page.Text{page.CaseNumber(s.Registry), ", ", s.Text.Title}
	d.Back = &page.Link{URL: base, Text: page.T("moderation.back")}
	d.Errors = a.faults
	body := removeBody{Action: base + "/ta-bort", Key: newKey(), Says: []page.Text{page.T("moderation.remove.gone"), page.T("moderation.remove.kept")},
		Words: page.Field{Name: removeField, Kind: page.LongInput, Rows: 3, Label: page.T("moderation.remove.words"), Hint: page.T("moderation.remove.hint"),
			Value: a.value(removeField, ""), Error: a.fault(removeField), MaxLength: petition.MaxWords}}
	if v := s.Standing.Voting; v == petition.Planned || v == petition.Open || v == petition.Paused {
		body.Says = append(body.Says, page.T("moderation.stops"))
	}
	d.Body = body
	return p.render(w, r, a.status, "remove.html", d)
}

func (p *Pages) remove(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	if strings.TrimSpace(a.value(removeField, "")) == "" {
		a.refuse(removeField, page.T("moderation.wrong.words-missing"))
		return p.removePage(w, r, a)
	}
	err = p.Petitions.Remove(r.Context(), r.StaffID, r.PathValue("id"), a.value(removeField, ""), a.value(keyField, ""))
	if mended(err) && a.remarks(err, map[string]string{"words": removeField}) {
		return p.removePage(w, r, a)
	}
	return p.finish(w, r, a, err, "borttaget", "text")
}
