// Package citizen is what a logged-in resident sees: my pages, the
// application section by section, fetching, supporting documents, review,
// hand-in, receipt, and the person's own cases.
//
// The files stand in the order of the path, one action a file. A page holds
// no rule and no SQL: whose data it is comes from the login (I-1), what may
// be done is decided by the steps behind. Everything is complete without
// JavaScript; every POST answers with a redirect, except when there is
// something to correct.
package citizen

import (
	"context"
	"embed"
	"net/http"
	"strconv"
	"time"

	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/catalog"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/extract"
	"medborgarnavet/internal/submission"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/workspace"
	"medborgarnavet/plugin"
)

//go:embed pages
var pagesFS embed.FS

//go:embed texts
var textsFS embed.FS

// Texts adds this package's texts to a catalogue.
func Texts(c *page.Catalogue) error { return c.Add(textsFS) }

// Deps are what the pages use.
type Deps struct {
	Renderer     *page.Renderer
	Municipality *page.Municipality
	Clock        clock.Clock
	Catalog      *catalog.Catalog
	Cases        broker.Cases
	Broker       *broker.Broker
	Workspace    *workspace.Workspace
	Submissions  *submission.Store
	Casework     *casework.Casework
	Extract      *extract.Maker
	// ControlMonth is the month whose payments are summed for a month of
	// application, by the board's terms.
	ControlMonth func(board, month string) (string, error)
	// BoardName is the name of an authority.
	BoardName func(board string) string
	// Terms are a board's terms as they are told to people.
	Terms func(board string) Terms
	// Extend prolongs the login.
	Extend func(ctx context.Context, r *route.Request) (time.Time, error)
}

// Terms are numbers of days that texts tell.
type Terms struct {
	FetchedDays    int // what is fetched is kept
	SupplementDays int // to send in what is missing
}

// Pages are the handlers. See New.
type Pages struct {
	Deps
	set *page.Set
}

// New parses the page templates.
func New(d Deps) (*Pages, error) {
	set, err := d.Renderer.Parse(pagesFS)
	return &Pages{Deps: d, set: set}, err
}

// Routes are the citizen's routes. All need a citizen's login.
func (p *Pages) Routes() []route.Route {
	get := func(pattern string, do route.Handler) route.Route {
		return route.Route{Pattern: "GET " + pattern, Access: route.Citizen, Do: do}
	}
	post := func(pattern string, do route.Handler) route.Route {
		return route.Route{Pattern: "POST " + pattern, Access: route.Citizen, Do: do}
	}
	save := post("/ansokan/{id}/{section}", p.saveSection)
	save.MaxBytes, save.NoLogin = workspace.MaxFileSize+(1<<20), p.stash
	poll := get("/ansokan/{id}/{section}/hamtning/svar", p.fetchPart)
	poll.Quiet = true
	answer := post("/arenden/{id}/komplettera", p.answerSupplement)
	answer.MaxBytes = workspace.MaxFileSize + (1 << 20)
	return []route.Route{
		get("/mina-sidor", p.home),
		post("/forlang", p.extend),
		get("/ansok/{eservice}", p.apply),
		post("/ansok/{eservice}", p.begin),
		get("/ansokan/{id}", p.overview),
		get("/ansokan/{id}/{section}", p.section),
		save,
		get("/ansokan/{id}/{section}/hamtning", p.fetching),
		poll,
		get("/ansokan/{id}/{section}/fil/{file}", p.file),
		get("/ansokan/{id}/granska", p.review),
		post("/ansokan/{id}/godkann", p.approve),
		get("/ansokan/{id}/lamna-in", p.lastStep),
		post("/ansokan/{id}/lamna-in", p.handIn),
		get("/ansokan/{id}/ta-bort", p.confirmRemove),
		post("/ansokan/{id}/ta-bort", p.remove),
		get("/mina-sidor/mina-uppgifter", p.own),
		get("/kvitto/{id}", p.receipt),
		get("/kvitto/{id}/fil/{file}", p.handedInFile),
		get("/kvitto/{id}/pdf", p.receiptPDF),
		get("/arenden", p.cases),
		get("/arenden/{id}", p.caseEvents),
		get("/arenden/{id}/beslut", p.decision),
		get("/arenden/{id}/fil/{file}", p.answerFile),
		get("/arenden/{id}/beslut/pdf", p.decisionPDF),
		answer,
	}
}

// login is the person of the request, from the session (I-1).
func login(r *route.Request) broker.Login {
	return broker.Login{Subject: r.Session.Subject, Assurance: r.Session.Assurance.Level}
}

// data is the frame of a page for the logged-in person.
func (p *Pages) data(r *route.Request, title page.Text) page.Data {
	now := p.Clock.Now()
	return page.Data{
		Title: title, Municipality: p.Municipality, Lang: page.LangOf(r.Request),
		User:    &page.UserInfo{Name: r.Session.Name, HomeURL: "/mina-sidor", LogoutURL: "/logga-ut"},
		Session: &page.Session{Ends: r.Session.IdleExpires, Left: r.Session.IdleExpires.Sub(now), ExtendURL: "/forlang"},
		Nav: []page.NavItem{
			{Text: page.T("citizen.nav.home"), URL: "/mina-sidor", Current: r.URL.Path == "/mina-sidor"},
			{Text: page.T("citizen.nav.cases"), URL: "/arenden", Current: r.URL.Path == "/arenden"},
			{Text: page.T("citizen.nav.own"), URL: ownURL, Current: r.URL.Path == ownURL},
		},
	}
}

func (p *Pages) render(w http.ResponseWriter, r *route.Request, status int, name string, d page.Data) error {
	return p.set.Render(w, r.Request, status, name, d)
}

// swedish are words that are Swedish whatever the page's language, such as a
// board's name or what an officer wrote. The catalogue has this text in
// Swedish only and so marks it lang="sv" elsewhere (WCAG 3.1.2).
func swedish(s string) page.Text {
	if s == "" {
		return nil
	}
	return page.T("citizen.swedish", "text", s)
}

// displayForm is the draft's form in the reader's language, if the e-service
// has that very version in it; else the form as it was pinned.
func (p *Pages) displayForm(ctx context.Context, d workspace.Draft, lang string) plugin.Form {
	if lang == page.Swedish {
		return d.Form
	}
	e, err := p.Catalog.Use(d.EService, plugin.KindEService)
	if err != nil {
		return d.Form
	}
	f, err := e.Plugin.EService.Form(ctx, plugin.FormRequest{Language: lang, Month: d.Month})
	if err != nil || f.Version != d.Form.Version || len(f.Sections) != len(d.Form.Sections) {
		return d.Form
	}
	return f
}

// extend prolongs the login, for the script of the dialog that warns. Without
// it any page that is opened does the same.
func (p *Pages) extend(w http.ResponseWriter, r *route.Request) error {
	ends, err := p.Extend(r.Context(), r)
	if err != nil {
		return err
	}
	w.Header().Set("Session-Left", strconv.Itoa(int(ends.Sub(p.Clock.Now()).Seconds())))
	w.WriteHeader(http.StatusNoContent)
	return nil
}
