// Package eid is the pages that lead a browser through one login with an
// e-ID: how to do it, the code or the link to the app, how it goes, a new
// try, and the way back. They are the same for everyone who needs an e-ID's
// answer; a Door says where they stand and what the answer is for.
//
// It owns the pages, their words and the cookie of a login under way. It owns
// no login: identity/flow leads those that end in a session, and
// identity/transient those that must leave nothing behind. What the answer
// becomes is the door's own. The pages never type or show a personal identity
// number: who logs in is told by the e-ID alone.
//
//	start (or the door's own page) → wait ⇄ new try → finish → the door's own
//	                                      ↘ cancelled, lost
package eid

import (
	"context"
	"embed"
	"fmt"
	"net/http"
	"strings"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/flow"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

//go:embed pages
var pagesFS embed.FS

//go:embed texts
var textsFS embed.FS

// Texts adds this package's texts to a catalogue.
func Texts(c *page.Catalogue) error { return c.Add(textsFS) }

// Logins lead browsers through logins: flow.Flow and transient.Logins.
type Logins interface {
	Begin(ctx context.Context, in flow.BeginInput) (handle, browserSecret string, err error)
	Poll(ctx context.Context, handle, browserSecret string) (flow.View, error)
	Return(ctx context.Context, handle, browserSecret, nonce string) error
	Restart(ctx context.Context, handle, browserSecret string, sameDevice bool) (flow.View, error)
	Cancel(ctx context.Context, handle, browserSecret string) error
	Take(ctx context.Context, handle, browserSecret string) (a identity.Authentication, kind identity.Kind, returnTo string, err error)
}

// beginner are logins that can tell when one of them began.
type beginner interface {
	Begun(browserSecret string) time.Time
}

// Door is where one kind of login comes in.
type Door struct {
	// Path begins the door's addresses, without a slash at the end: the pages
	// are at Path + "/logga-in…".
	Path string
	Kind identity.Kind
	// Cookie is the name of the cookie of a login under way.
	Cookie string
	Logins Logins
	// Discreet makes every route of the door discreet, and its pages are kept
	// nowhere (see route.Route).
	Discreet bool
	// Home is where a login leads that does not say where to.
	Home string
	// Service stands above the heading of every page; nil = nothing.
	Service page.Text
	// Title is the heading while waiting, nil = the usual; Promise is said
	// below it, nil = nothing.
	Title   page.Text
	Promise func() Promise
	// Start answers the post that begins a login, in place of reading the
	// address to go on to from the field "till". It calls begin, which sets
	// the cookie and leads to the page that waits, or answers itself. A door
	// with a Start has buttons of its own: no page tells how to begin.
	Start func(w http.ResponseWriter, r *route.Request, begin Begin) error
	// Finish does what the login was for. The answer is handed out this once.
	// begun is when the login began, zero if the logins do not tell.
	Finish func(w http.ResponseWriter, r *route.Request, a identity.Authentication, returnTo string, begun time.Time) error
	// Cancelled is where one who cancels is led; nil = the page that tells how
	// to begin.
	Cancelled func(returnTo string) string
	// Again is where one whose login is lost can begin anew; "" = the page
	// that tells how to begin.
	Again string
}

// Promise is what becomes of the e-ID's answer: in a sentence, and in full for
// who asks.
type Promise struct {
	Text    page.Text
	Details page.Details
}

// Begin starts a login that leads to a path, and answers. A fault of kind
// TooMany means that nothing was answered.
type Begin func(returnTo string) error

// Deps are what the pages use.
type Deps struct {
	Renderer     *page.Renderer
	Municipality *page.Municipality
	// Provider is the e-ID to log in with.
	Provider string
	// BaseURL is this site's own address as the browser sees it, without a
	// slash at the end.
	BaseURL func(*http.Request) string
}

// Pages are the handlers. See New.
type Pages struct {
	Deps
	set   *page.Set
	doors []Door
}

// New parses the page templates and refuses a door that leads nowhere.
func New(d Deps, doors ...Door) (*Pages, error) {
	for _, door := range doors {
		if door.Logins == nil || door.Finish == nil || door.Cookie == "" || !door.Kind.Valid() {
			return nil, fmt.Errorf("eid: the door %q lacks its logins, its end, its cookie or its kind", door.Path)
		}
		if door.Start != nil && (door.Cancelled == nil || door.Again == "") {
			return nil, fmt.Errorf("eid: the door %q has no page to go back to", door.Path)
		}
	}
	set, err := d.Renderer.Parse(pagesFS)
	return &Pages{Deps: d, set: set, doors: doors}, err
}

// Routes are open to anyone.
func (p *Pages) Routes() (routes []route.Route) {
	for _, d := range p.doors {
		add := func(pattern string, quiet bool, do route.Handler) {
			method, path, _ := strings.Cut(pattern, " ")
			if d.Discreet {
				do = unkept(do)
			}
			routes = append(routes, route.Route{Pattern: method + " " + d.Path + path, Access: route.Public, Quiet: quiet, Discreet: d.Discreet, Do: do})
		}
		if d.Start == nil {
			add("GET /logga-in", false, p.instruct(d))
		}
		add("POST /logga-in", false, p.start(d))
		add("GET /logga-in/ater", false, p.back(d))
		add("GET /logga-in/{handle}", false, p.wait(d))
		add("GET /logga-in/{handle}/lage", true, p.waitPart(d))
		add("GET /logga-in/{handle}/qr", true, p.qr(d))
		add("POST /logga-in/{handle}/ny", false, p.again(d))
		add("POST /logga-in/{handle}/avbryt", false, p.cancel(d))
		add("GET /logga-in/{handle}/klar", false, p.finish(d))
	}
	return routes
}

func unkept(do route.Handler) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		return do(w, r)
	}
}

// data is the frame of a page. Nobody is shown as logged in on the way in.
func (p *Pages) data(r *route.Request, d Door, title page.Text) page.Data {
	return page.Data{Title: title, Service: d.Service, Municipality: p.Municipality, Lang: page.LangOf(r.Request)}
}

// pageOf is the address of a login's page.
func (d Door) pageOf(handle string) string { return d.Path + "/logga-in/" + handle }

var errNoLogin = fault.New(fault.NotFound, "no login under way in this browser")

// underWay reads this browser's login under way from its cookie. The handle
// of the address, if there is one, must be the same.
func underWay(r *route.Request, d Door) (handle, secret string, err error) {
	c, err := r.Cookie(d.Cookie)
	if err != nil {
		return "", "", errNoLogin
	}
	handle, secret, ok := strings.Cut(c.Value, ".")
	if at := r.PathValue("handle"); !ok || at != "" && at != handle {
		return "", "", errNoLogin
	}
	return handle, secret, nil
}

// poll asks how the login stands.
func (p *Pages) poll(r *route.Request, d Door) (flow.View, error) {
	handle, secret, err := underWay(r, d)
	if err != nil {
		return flow.View{}, err
	}
	return d.Logins.Poll(r.Context(), handle, secret)
}
