// Package public is what anyone sees: the start page, help, and the statements
// that the law asks for; and it is where a login begins and ends.
//
// There are two separate kinds of login, of residents and of staff, each with
// its own address and its own cookie; a login of one kind opens nothing of the
// other. The pages between the first button and the e-ID's answer are eid's.
package public

import (
	"context"
	"embed"
	"net/http"

	"medborgarnavet/internal/catalog"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/identity/flow"
	"medborgarnavet/internal/identity/session"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
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
	Flow         *flow.Flow
	Sessions     *session.Store
	// Terms are each board's.
	Terms []Terms
	// Petitions tells whether the municipality takes e-petitions.
	Petitions bool
	// StaffHome is the page on which a member of staff begins, by what they may
	// do. Nil: the desk.
	StaffHome func(ctx context.Context, s session.Session) string
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

// Routes are open to anyone.
func (p *Pages) Routes() []route.Route {
	open := func(pattern string, do route.Handler) route.Route {
		return route.Route{Pattern: pattern, Access: route.Public, Do: do}
	}
	quiet := func(pattern string, do route.Handler) route.Route {
		return route.Route{Pattern: pattern, Access: route.Public, Do: do, Quiet: true}
	}
	routes := []route.Route{
		open("GET /{$}", p.start),
		open("GET /hjalp", p.withTerms("help")),
		open("GET /tillganglighet", p.static("accessibility")),
		open("GET /personuppgifter", p.withTerms("privacy")),
		open("GET /utloggad", p.static("loggedout")),
		quiet(page.LanguagePattern, plain(page.ChooseLanguage)),
		quiet(page.LookPattern, plain(page.ChooseLook)),
		quiet("GET /assets/", plain(p.Renderer.Assets().ServeHTTP)),
	}
	for _, d := range doors {
		routes = append(routes, open("POST "+d.path+"/logga-ut", p.logOut(d)))
	}
	return routes
}

func plain(h http.HandlerFunc) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		h(w, r.Request)
		return nil
	}
}

// data is the frame of a public page.
func (p *Pages) data(r *route.Request, title page.Text) page.Data {
	d := page.Data{Title: title, Municipality: p.Municipality, Lang: page.LangOf(r.Request)}
	if r.LoggedIn() {
		d.User = &page.UserInfo{Name: r.Session.Name, HomeURL: "/mina-sidor", LogoutURL: "/logga-ut"}
	}
	return d
}

// swedish are words that are Swedish whatever the page's language, such as a
// service's name. The catalogue has this text in Swedish only and so marks it
// lang="sv" elsewhere (WCAG 3.1.2).
func swedish(s string) page.Text {
	if s == "" {
		return nil
	}
	return page.T("public.swedish", "text", s)
}

type startBody struct {
	Hero   page.Hero
	Cards  page.Cards
	Closed bool
}

// start offers what one can do here, as tasks.
func (p *Pages) start(w http.ResponseWriter, r *route.Request) error {
	var body startBody
	for _, e := range p.Catalog.All() {
		m := e.Plugin.Manifest
		if m.Kind != plugin.KindEService {
			continue
		}
		if _, err := p.Catalog.Use(m.ID, plugin.KindEService); err != nil {
			body.Closed = true
			continue
		}
		body.Cards.Cards = append(body.Cards.Cards, page.Card{Title: page.T("public.start.apply", "service", swedish(m.Name)), URL: "/ansok/" + m.ID,
			Body: swedish(m.Description), Meta: page.T("public.start.needs_eid")})
	}
	body.Cards.Cards = append(body.Cards.Cards,
		page.Card{Title: page.T("public.start.follow"), URL: "/arenden", Body: page.T("public.start.follow_text"), Meta: page.T("public.start.needs_eid")})
	if p.Petitions {
		body.Cards.Cards = append(body.Cards.Cards,
			page.Card{Title: page.T("public.start.petitions"), URL: "/forslag", Body: page.T("public.start.petitions_text"), Meta: page.T("public.start.petitions_eid")},
			page.Card{Title: page.T("public.start.propose"), URL: "/lamna-forslag", Body: page.T("public.start.propose_text"), Meta: page.T("public.start.open")})
	}
	body.Cards.Cards = append(body.Cards.Cards,
		page.Card{Title: page.T("public.start.validate"), URL: "/validera", Body: page.T("public.start.validate_text"), Meta: page.T("public.start.open")})
	d := p.data(r, page.T("public.start.title"))
	d.OwnHeading = true
	body.Hero = page.Hero{Title: page.T("public.start.title"), Lead: page.T("public.start.lead", "municipality", p.Municipality.Name)}
	d.Body = body
	return p.set.Render(w, r.Request, http.StatusOK, "start.html", d)
}

func (p *Pages) static(name string) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		d := p.data(r, page.T("public."+name+".title"))
		return p.set.Render(w, r.Request, http.StatusOK, name+".html", d)
	}
}
