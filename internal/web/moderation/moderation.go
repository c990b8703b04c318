// Package moderation is what staff see of e-petitions: the queue of proposals
// to read, a proposal beside the rules with everything a decision needs, what
// comes of a petition afterwards, and the steward's page about the voting. It
// also takes in what the board's case system tells (docs/casesystem.md).
//
// The pages are dense and calm as the desk's are. They hold no rule: who may do
// what from where is decided by petition, which logs it. No page knows who
// voted, and none shows a count that the public does not see.
//
// What a member of staff has written comes back when it cannot be stored: in
// its field, on the page that says that somebody else was first, or in the form
// that waits for a new login.
package moderation

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/oversight"
	"medborgarnavet/internal/petition/switches"
	"medborgarnavet/internal/petition/uptime"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

//go:embed pages
var pagesFS embed.FS

//go:embed texts
var textsFS embed.FS

// Texts adds this package's texts to a catalogue.
func Texts(c *page.Catalogue) error { return c.Add(textsFS) }

// The roles, as the staff directory names them.
const (
	roleModerator = string(petition.RoleModerator)
	roleHandler   = string(petition.RoleHandler)
	roleSteward   = string(petition.RoleSteward)
)

// Voting is what a steward can do with the voting on a petition. words are for
// the petition's timeline and may be empty.
type Voting interface {
	Pause(ctx context.Context, petition, words string) error
	Resume(ctx context.Context, petition, words string) error
	CloseEarly(ctx context.Context, petition, words string) error
	// Outage gives back time that was lost, to every petition that was open
	// in it, and tells how many those were.
	Outage(ctx context.Context, from, until time.Time) (moved int, err error)
}

// Switches are the features that can be turned off; *switches.Switches is.
type Switches interface {
	All() []switches.Switch
	Set(ctx context.Context, staffActor string, n switches.Name, on bool, words string) error
}

// Deps are what the pages use. Of the steward's page, what is nil is left out.
type Deps struct {
	Renderer     *page.Renderer
	Municipality *page.Municipality
	Clock        clock.Clock
	Petitions    *petition.Petitions
	// StaffName is what a member of staff is called; nil, or "": their id.
	StaffName func(id string) string
	// Actor is the audit log's pseudonym of a member of staff.
	Actor func(ctx context.Context, staffID string) (string, error)
	// Disposal is the reference of the disposal decision, filled in
	// beforehand. Sealer is who seals the votes, as the public reads it.
	Disposal, Sealer string

	Voting       Voting
	Oversight    func(ctx context.Context) (oversight.Picture, error)
	Switches     Switches
	Availability func(ctx context.Context) (uptime.Report, error)
	// MailWaiting is how many letters are not sent yet.
	MailWaiting func(ctx context.Context) (int, error)

	// Secrets sign what the case system tells, the present one and those on
	// their way out. Nil: the address does not exist.
	Secrets func() [][]byte
	// Extend prolongs the login and tells when it then ends. Nil: the page
	// tells when the login ends and offers nothing.
	Extend func(ctx context.Context, r *route.Request) (time.Time, error)
}

// Pages are the handlers. See New.
type Pages struct {
	Deps
	set  *page.Set
	zone *time.Location
}

// New parses the page templates.
func New(d Deps) (*Pages, error) {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return nil, err
	}
	set, err := d.Renderer.Parse(pagesFS)
	return &Pages{Deps: d, set: set, zone: zone}, err
}

const (
	list  = "/handlaggare/forslag"
	one   = list + "/{id}"
	drift = list + "/drift"
)

// Routes are for moderators, handlers and stewards, each their own, and for
// the case system.
func (p *Pages) Routes() []route.Route {
	staff := func(pattern string, do route.Handler, roles ...string) route.Route {
		r := route.Route{Pattern: pattern, Access: route.Staff, Roles: roles, Do: do}
		if strings.HasPrefix(pattern, "POST ") {
			r.NoLogin = p.lost
		}
		return r
	}
	all := []string{roleModerator, roleHandler, roleSteward}
	routes := []route.Route{
		staff("GET "+list, p.queue, all...),
		staff("GET "+one, p.openSheet, all...),
		staff("POST "+one+"/las", p.checkOut, roleModerator),
		staff("POST "+one+"/slapp", p.release, roleModerator),
		staff("POST "+one+"/anteckning", p.note, roleModerator, roleHandler),
		staff("POST "+one+"/markera", p.flag, roleModerator),
		staff("POST "+one+"/angra", p.undo, roleModerator),
		staff("POST "+one+"/ater", p.reopen, roleModerator),
		staff("POST "+one+"/beslut/{slag}/granska", p.previewDecision, roleModerator),
		staff("POST "+one+"/beslut/{slag}", p.decide, roleModerator),
		staff("GET "+one+"/publicera", p.publishForm, roleModerator),
		staff("POST "+one+"/publicera/granska", p.previewPublish, roleModerator),
		staff("POST "+one+"/publicera", p.publish, roleModerator),
		staff("POST "+one+"/undanta", p.exempt, roleModerator),
		staff("GET "+one+"/steg/{steg}", p.stepForm, roleHandler),
		staff("POST "+one+"/steg/{steg}", p.step, roleHandler),
		staff("GET "+one+"/ta-bort", p.removeForm, roleSteward),
		staff("POST "+one+"/ta-bort", p.remove, roleSteward),

		staff("GET "+drift, p.operations, roleSteward),
	}
	for _, a := range acts {
		if a.needs(p.Deps) {
			routes = append(routes, staff("GET "+drift+"/"+a.slug, p.actForm(a), roleSteward), staff("POST "+drift+"/"+a.slug, p.act(a), roleSteward))
		}
	}
	if p.Secrets != nil {
		routes = append(routes, route.Route{Pattern: "POST " + EventsPath, Access: route.Public, Stream: true, MaxBytes: maxEvent, Do: p.caseEvent})
	}
	if p.Extend != nil {
		routes = append(routes, staff("POST "+list+"/forlang", p.extend, all...))
	}
	return routes
}

// data is the frame of a page for the one who is logged in.
func (p *Pages) data(r *route.Request, title page.Text) page.Data {
	ends := r.Session.Expires()
	d := page.Data{
		Title: title, Municipality: p.Municipality, Lang: page.LangOf(r.Request), Wide: true, Dense: true,
		User: &page.UserInfo{Name: r.Session.Name, Role: page.T("moderation.role"), HomeURL: list, LogoutURL: "/handlaggare/logga-ut"},
	}
	if slices.Contains(r.Roles, "officer") || slices.Contains(r.Roles, "decider") {
		d.Nav = append(d.Nav, page.NavItem{Text: page.T("moderation.nav.cases"), URL: "/handlaggare"})
	}
	d.Nav = append(d.Nav, page.NavItem{Text: page.T("moderation.nav.queue"), URL: list, Current: r.URL.Path == list})
	if has(r, roleSteward) {
		d.Nav = append(d.Nav, page.NavItem{Text: page.T("moderation.nav.drift"), URL: drift, Current: r.URL.Path == drift})
	}
	if !ends.IsZero() {
		d.Session = &page.Session{Ends: ends, Left: ends.Sub(p.Clock.Now())}
		if p.Extend != nil {
			d.Session.ExtendURL = list + "/forlang"
		}
	}
	return d
}

func has(r *route.Request, role string) bool { return slices.Contains(r.Roles, role) }

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

// name is what a member of staff is called.
func (p *Pages) name(staff string) string {
	if p.StaffName != nil {
		if name := p.StaffName(staff); name != "" {
			return name
		}
	}
	return staff
}
