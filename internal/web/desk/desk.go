// Package desk is what officers of a board see: the queue of their cases, a
// case with everything a decision needs, and the decision in two steps.
//
// The pages are dense and calm: the agency's, the applicant's and the used
// amount stand beside each other in one row, differences are marked with one
// neutral word, and nothing moves or reloads by itself. They hold no rule: who
// may open which case is decided by casework, from the board's staff
// directory, and every reading is logged there. Whatever an officer has typed
// comes back when it cannot be stored.
package desk

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
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
	Casework     *casework.Casework
	// Validation is what is kept of the validation of a received document.
	Validation func(ctx context.Context, document string) (rec validation.Record, kept bool, err error)
	// BoardName is the name of an authority.
	BoardName func(board string) string
	// Extend prolongs the login and tells when it then ends. Nil: the page
	// tells when the login ends and offers nothing.
	Extend func(ctx context.Context, r *route.Request) (time.Time, error)
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

// Routes are for staff who handle or decide cases.
func (p *Pages) Routes() []route.Route {
	staff := func(pattern string, do route.Handler) route.Route {
		return route.Route{Pattern: pattern, Access: route.Staff, Roles: []string{casework.RoleOfficer, casework.RoleDecider}, Do: do}
	}
	const one = "/handlaggare/arenden/{id}"
	routes := []route.Route{
		staff("GET /handlaggare", p.queue),
		staff("GET "+one, p.openCase),
		staff("POST "+one+"/berakning", p.saveWorksheet),
		staff("POST "+one+"/anteckning", p.writeNote),
		staff("POST "+one+"/meddelande", p.sendMessage),
		staff("POST "+one+"/komplettering", p.requestSupplement),
		staff("POST "+one+"/kommunicering", p.communicate),
		staff("GET "+one+"/beslut", p.decisionForm),
		staff("POST "+one+"/beslut/granska", p.previewDecision),
		staff("POST "+one+"/beslut", p.decide),
		staff("POST "+one+"/avsluta", p.closeCase),
		staff("GET "+one+"/fil/{file}", p.document),
		staff("GET "+one+"/underlag", p.export),
	}
	for i := range routes {
		if strings.HasPrefix(routes[i].Pattern, "POST ") {
			routes[i].NoLogin = p.lost
		}
	}
	if p.Extend != nil {
		routes = append(routes, staff("POST /handlaggare/forlang", p.extend))
	}
	return routes
}

// data is the frame of a page for the logged-in officer.
func (p *Pages) data(r *route.Request, title page.Text) page.Data {
	ends := r.Session.Expires()
	d := page.Data{
		Title: title, Municipality: p.Municipality, Lang: page.LangOf(r.Request), Wide: true, Dense: true,
		User: &page.UserInfo{Name: r.Session.Name, Role: page.T("desk.role"), HomeURL: "/handlaggare", LogoutURL: "/handlaggare/logga-ut"},
		Nav:  []page.NavItem{{Text: page.T("desk.nav.queue"), URL: "/handlaggare", Current: r.URL.Path == "/handlaggare"}},
	}
	if slices.ContainsFunc(r.Roles, petitionRole) {
		d.Nav = append(d.Nav, page.NavItem{Text: page.T("desk.nav.petitions"), URL: "/handlaggare/forslag"})
	}
	if !ends.IsZero() {
		d.Session = &page.Session{Ends: ends, Left: ends.Sub(p.Clock.Now())}
		if p.Extend != nil {
			d.Session.ExtendURL = "/handlaggare/forlang"
		}
	}
	return d
}

// petitionRole tells whether a role has to do with e-petitions, whose pages are
// another package's.
func petitionRole(role string) bool {
	return role == casework.RoleModerator || role == casework.RoleHandler || role == casework.RoleSteward
}

func (p *Pages) render(w http.ResponseWriter, r *route.Request, status int, name string, d page.Data) error {
	return p.set.Render(w, r.Request, status, name, d)
}

func (p *Pages) extend(w http.ResponseWriter, r *route.Request) error {
	ends, err := p.Extend(r.Context(), r)
	if err != nil {
		return err
	}
	w.Header().Set("Session-Left", strconv.Itoa(int(ends.Sub(p.Clock.Now()).Seconds())))
	w.WriteHeader(http.StatusNoContent)
	return nil
}
