package citizen

import (
	"context"
	"net/http"
	"slices"
	"time"

	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/workspace"
	"medborgarnavet/plugin"
)

type applyBody struct {
	EService string
	Month    page.MonthChoice
	Prepare  page.List
	Board    page.Text
	Purpose  string
}

// apply asks for the month and tells what is good to have at hand.
func (p *Pages) apply(w http.ResponseWriter, r *route.Request) error {
	return p.applyPage(w, r, http.StatusOK, "", nil)
}

func (p *Pages) applyPage(w http.ResponseWriter, r *route.Request, status int, chosen string, problem page.Text) error {
	id := r.PathValue("eservice")
	m, c, f, refusal, err := p.admission(r.Context(), r, id, p.months()[1].Format("2006-01"))
	if err != nil {
		return err
	}
	if refusal != "" {
		return p.refuse(w, r, refusal)
	}
	d := p.data(r, f.Title)
	d.Lead = f.Intro
	body := applyBody{EService: id, Board: swedish(p.BoardName(c.Board)), Purpose: m.RecipientInformation,
		Prepare: page.List{Items: page.Strings(f.Prepare...)},
		Month: page.MonthChoice{Name: "manad", Label: page.T("citizen.apply.month"), Hint: page.T("citizen.apply.month_hint"),
			Value: chosen, Months: p.months(), Error: problem}}
	if problem != nil {
		d.Errors = []page.FieldError{{Field: "manad", Text: problem}}
	}
	return p.render(w, r, status, "apply.html", withBody(d, body))
}

// months that can be applied for: last, this and next.
func (p *Pages) months() []time.Time {
	now := p.Clock.Now()
	this := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	return []time.Time{this.AddDate(0, -1, 0), this, this.AddDate(0, 1, 0)}
}

// refusal is why a person cannot apply here; each has its own words and says
// how to apply otherwise (ux.md, "every refusal").
type refusal string

const (
	refusedNoCase refusal = "nocase"
	refusedAdults refusal = "adults"
	refusedParty  refusal = "party"
	refusedMinor  refusal = "minor"
	refusedPilot  refusal = "pilot"
)

// admission finds out whether the person may apply through the e-service.
func (p *Pages) admission(ctx context.Context, r *route.Request, id, month string) (plugin.Manifest, broker.Case, plugin.Form, refusal, error) {
	fail := func(why refusal, err error) (plugin.Manifest, broker.Case, plugin.Form, refusal, error) {
		return plugin.Manifest{}, broker.Case{}, plugin.Form{}, why, err
	}
	e, err := p.Catalog.Use(id, plugin.KindEService)
	if err != nil {
		return fail("", err)
	}
	if r.Session.Assurance.Level < e.Plugin.Manifest.MinAssurance {
		return fail("", fault.New(fault.Forbidden, "the login's level of assurance is too low"))
	}
	now := p.Clock.Now()
	if r.Session.Subject.Age(now) < 18 {
		return fail(refusedMinor, nil)
	}
	if !e.Admits(r.Session.Subject) {
		return fail(refusedPilot, nil)
	}
	c, err := p.Cases.OpenCase(ctx, r.Session.Subject, id, month)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return fail(refusedNoCase, nil)
	case err != nil:
		return fail("", err)
	case c.Household.Adults != 1:
		return fail(refusedAdults, nil)
	case c.MayFetch(now) != nil:
		return fail(refusedParty, nil)
	}
	f, err := e.Plugin.EService.Form(ctx, plugin.FormRequest{Language: page.LangOf(r.Request), Month: month})
	return e.Plugin.Manifest, c, f, "", err
}

type refusedBody struct{ Why, Instead page.Text }

func (p *Pages) refuse(w http.ResponseWriter, r *route.Request, why refusal) error {
	d := p.data(r, page.T("citizen.refused."+string(why)+".title"))
	body := refusedBody{Why: page.T("citizen.refused." + string(why) + ".text"),
		Instead: page.T("citizen.refused.instead", "phone", page.Phone(p.Municipality.Phone))}
	return p.render(w, r, http.StatusOK, "refused.html", withBody(d, body))
}

// begin makes the draft, or finds the one there is.
func (p *Pages) begin(w http.ResponseWriter, r *route.Request) error {
	month := r.PostFormValue("manad")
	if !slices.ContainsFunc(p.months(), func(t time.Time) bool { return t.Format("2006-01") == month }) {
		return p.applyPage(w, r, http.StatusUnprocessableEntity, "", page.T("citizen.apply.month_error"))
	}
	id := r.PathValue("eservice")
	_, c, _, why, err := p.admission(r.Context(), r, id, month)
	if err != nil {
		return err
	}
	if why != "" {
		return p.refuse(w, r, why)
	}
	e, err := p.Catalog.Use(id, plugin.KindEService)
	if err != nil {
		return err
	}
	// What is handed in is Swedish, whatever language it is read in.
	pinned, err := e.Plugin.EService.Form(r.Context(), plugin.FormRequest{Language: page.Swedish, Month: month})
	if err != nil {
		return err
	}
	control, err := p.ControlMonth(c.Board, month)
	if err != nil {
		return err
	}
	d, err := p.Workspace.Begin(r.Context(), login(r), workspace.BeginInput{EService: id, Month: month, ControlMonth: control, Case: c, Form: pinned,
		MinAssurance: e.Plugin.Manifest.MinAssurance})
	if err != nil {
		return err
	}
	return route.SeeOther(w, r, "/ansokan/"+d.ID)
}
