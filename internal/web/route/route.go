// Package route is every route of a municipality's site with its access rule.
//
// A route says who may come in: anyone, a logged-in citizen, or staff with
// one of the named roles. There is no default: a route without a rule is a
// fault at start, and an address without a route does not exist (I-13,
// M-123). The package looks the login up, refuses cross-site posts, sets the
// security headers, gives each request an id, and turns the error that a
// handler returns into a page in one place. It knows nothing of what the
// pages do; who may reach which case is decided by the steps behind them.
package route

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"slices"
	"strings"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity/session"
)

// Access says who may use a route.
type Access string

const (
	Public  Access = "public"
	Citizen Access = "citizen"
	Staff   Access = "staff"
)

// Handler answers a request or returns a fault for the error page.
type Handler func(w http.ResponseWriter, r *Request) error

// Route is a method and pattern (net/http syntax: "POST /arenden/{id}") with
// its rule.
type Route struct {
	Pattern string
	Access  Access
	// Roles are the staff roles that may enter; at least one for Staff.
	Roles []string
	// Quiet marks requests that a page makes by itself: they do not count
	// as activity of the person (polling must not extend the idle time).
	Quiet bool
	// Discreet is for what nobody may be found out to have done, such as
	// voting: no login is looked up, no line tells of one request, and an
	// error page has no id. Only for Public. See DiscreetLog.
	Discreet bool
	// AnyOrigin lets pages of other sites read the answer: open data, the same
	// for all. Only for Discreet GET.
	AnyOrigin bool
	// MaxBytes limits the body; 0 = 256 KiB.
	MaxBytes int64
	// Stream leaves the body to the handler, which reads it as it comes:
	// for a file so large that a place must be free for it first.
	Stream bool
	Do     Handler
	// NoLogin answers instead of the error page when the login has run out,
	// so that what was posted is not lost.
	NoLogin Handler
}

// Request is a request with what the rule has established.
type Request struct {
	*http.Request
	// ID identifies the request in logs and on error pages.
	ID string
	// Session is the login; the zero value on public routes without one.
	Session session.Session
	// StaffID and Roles are the officer's, on staff routes.
	StaffID string
	Roles   []string
	// ClientIP is the address the e-ID provider is told.
	ClientIP string
}

// LoggedIn tells whether the request has a login of the route's kind.
func (r *Request) LoggedIn() bool { return r.Session.ID != "" }

// Options are what the router needs from the rest.
type Options struct {
	Clock    clock.Clock
	Log      *slog.Logger
	Sessions *session.Store
	// StaffRoles tells which staff member a login belongs to and with what
	// roles, from the board's staff directory; never from the login.
	StaffRoles func(ctx context.Context, s session.Session) (staffID string, roles []string, err error)
	// Fail writes the error page.
	Fail func(w http.ResponseWriter, r *Request, err error)
	// TrustedProxies are addresses or networks whose X-Forwarded-For is believed.
	TrustedProxies []string
	// FormAction are further origins forms may post to (e-ID providers).
	FormAction []string
}

// Cookie names. The __Host- prefix ties them to this host, path / and TLS.
const (
	CitizenCookie = "__Host-mnv"
	StaffCookie   = "__Host-mnv-desk"
)

// Router serves the routes of one municipality.
type Router struct {
	opt     Options
	quiet   *slog.Logger // for Discreet routes
	counted tally        // of Discreet routes
	fixed   []header     // of every answer
	peers   proxies
	mux     *http.ServeMux
	cross   *http.CrossOriginProtection
	routes  []Route
}

// New builds a router. Every fault in the table is an error: a router with a
// route that has no rule never serves.
func New(opt Options, routes []Route) (*Router, error) {
	rt := &Router{opt: opt, quiet: DiscreetLog(opt.Log), fixed: headers(opt.FormAction), peers: readProxies(opt.TrustedProxies),
		mux: http.NewServeMux(), cross: http.NewCrossOriginProtection(), routes: routes}
	for _, route := range routes {
		if err := check(route); err != nil {
			return nil, err
		}
		if err := rt.add(route); err != nil {
			return nil, err
		}
	}
	rt.mux.HandleFunc("/", rt.nowhere)
	return rt, nil
}

// add gives a route its place; the mux panics for a pattern that it cannot
// read or that another route has.
func (rt *Router) add(route Route) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("route %q: %v", route.Pattern, p)
		}
	}()
	rt.mux.HandleFunc(route.Pattern, rt.serve(route))
	return nil
}

func check(route Route) error {
	method, path, ok := strings.Cut(route.Pattern, " ")
	switch {
	case !ok || !strings.HasPrefix(path, "/"), method != "GET" && method != "POST":
		return fmt.Errorf("route %q: the pattern must be GET or POST and a path", route.Pattern)
	case route.Do == nil:
		return fmt.Errorf("route %q has no handler", route.Pattern)
	case route.Access == Staff && (len(route.Roles) == 0 || slices.Contains(route.Roles, "")):
		return fmt.Errorf("route %q lets staff in without naming a role", route.Pattern)
	case route.Access != Public && route.Access != Citizen && route.Access != Staff:
		return fmt.Errorf("route %q has no access rule", route.Pattern)
	case route.Discreet && (route.Access != Public || route.NoLogin != nil):
		return fmt.Errorf("route %q is discreet and has logins", route.Pattern)
	case route.AnyOrigin && (!route.Discreet || method != "GET"):
		return fmt.Errorf("route %q may be read by any site and is more than open data", route.Pattern)
	case route.Access != Staff && len(route.Roles) > 0:
		return fmt.Errorf("route %q names roles but is not for staff", route.Pattern)
	}
	return nil
}

// Routes lists the table, for tests that try every route.
func (rt *Router) Routes() []Route { return rt.routes }

// ServeHTTP implements http.Handler.
func (rt *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for _, f := range rt.fixed {
		h[f.name] = f.value
	}
	if err := rt.cross.Check(r); err != nil {
		rt.finish(w, rt.request(r), fault.ErrElsewhere)
		return
	}
	rt.mux.ServeHTTP(w, r)
}

func (rt *Router) serve(route Route) http.HandlerFunc {
	limit := route.MaxBytes
	if limit == 0 {
		limit = 256 << 10
	}
	if route.Discreet {
		return rt.serveDiscreet(route, limit)
	}
	return func(w http.ResponseWriter, hr *http.Request) {
		r := rt.request(hr)
		r.limit(w, limit)
		defer rt.recover(w, r)
		start := rt.opt.Clock.Now()
		do := route.Do
		err := rt.admit(w, r, route)
		if route.NoLogin != nil && fault.KindOf(err) == fault.Unauthenticated {
			do, err = route.NoLogin, nil
		}
		if err == nil && !route.Stream {
			err = parse(r, limit)
		}
		if err == nil {
			err = do(w, r)
		}
		rt.finish(w, r, err)
		rt.opt.Log.Info("request", "id", r.ID, "route", route.Pattern, "ms", rt.opt.Clock.Now().Sub(start).Milliseconds(),
			"outcome", string(fault.KindOf(err)))
	}
}

// limit lets no more be read of the body than that, where there is one.
func (r *Request) limit(w http.ResponseWriter, most int64) {
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = http.MaxBytesReader(w, r.Body, most)
	}
}

// parse reads a post as a whole, so that no handler takes half a form for a
// form. All of it stays in memory: a document must not lie in a temporary file.
func parse(r *Request, limit int64) error {
	if r.Method != http.MethodPost {
		return nil
	}
	// First ParseForm: ParseMultipartForm would forget that it failed.
	err := r.ParseForm()
	if err == nil && inParts(r.Header["Content-Type"]) {
		err = r.ParseMultipartForm(limit)
	}
	if errors.Is(err, http.ErrNotMultipart) {
		err = nil
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return fault.New(fault.TooLarge, "the post is too large")
	case err != nil:
		return fault.New(fault.Invalid, "the post cannot be read")
	}
	return nil
}

// inParts tells whether a post may be of parts: most are not, and need not
// be looked at twice.
func inParts(types []string) bool {
	const kind = "multipart/"
	return len(types) > 0 && len(types[0]) >= len(kind) && strings.EqualFold(types[0][:len(kind)], kind)
}

// admit finds the login that the rule asks for, or says why not.
func (rt *Router) admit(w http.ResponseWriter, r *Request, route Route) error {
	kind, cookie := session.Citizen, CitizenCookie
	if route.Access == Staff {
		kind, cookie = session.Staff, StaffCookie
	}
	if route.Access != Public {
		w.Header().Set("Cache-Control", "no-store")
	}
	if c, err := r.Cookie(cookie); err == nil {
		s, err := rt.opt.Sessions.Get(r.Context(), c.Value, kind, !route.Quiet)
		switch {
		case err == nil:
			r.Session = s
			w.Header().Set("Cache-Control", "no-store") // a public page too tells who is logged in
		case route.Access == Public: // open to anyone, also when logins cannot be looked up
		case fault.KindOf(err) == fault.Unauthenticated:
		default:
			return err
		}
	}
	if route.Access == Public {
		return nil
	}
	if !r.LoggedIn() {
		return fault.New(fault.Unauthenticated, "no login")
	}
	if route.Access == Staff {
		return rt.admitStaff(r, route.Roles)
	}
	return nil
}

func (rt *Router) admitStaff(r *Request, wanted []string) error {
	id, roles, err := rt.opt.StaffRoles(r.Context(), r.Session)
	if err != nil {
		return err
	}
	r.StaffID, r.Roles = id, roles
	if !slices.ContainsFunc(wanted, func(role string) bool { return slices.Contains(roles, role) }) {
		return fault.New(fault.Forbidden, "no role for this page")
	}
	return nil
}

func (rt *Router) request(r *http.Request) *Request {
	return &Request{Request: r, ID: newID(), ClientIP: rt.clientIP(r)}
}

func (rt *Router) finish(w http.ResponseWriter, r *Request, err error) {
	if err == nil {
		return
	}
	if fault.KindOf(err) == fault.Internal {
		rt.opt.Log.Error("fault", "id", r.ID, "error", err)
	}
	rt.opt.Fail(w, r, err)
}

func (rt *Router) recover(w http.ResponseWriter, r *Request) {
	p := recover()
	switch p {
	case nil:
		return
	case http.ErrAbortHandler:
		panic(p) // the server's own way to drop a connection
	}
	rt.opt.Log.Error("panic", "id", r.ID, "kind", typeName(p), "at", places())
	rt.opt.Fail(w, r, fault.New(fault.Internal, "panic"))
}

func typeName(v any) string { return fmt.Sprintf("%T", v) }

// places are the functions and lines that led to a panic. The value of a
// panic and the arguments in a stack trace may hold data; these cannot (I-9).
func places() []string {
	pcs := make([]uintptr, 16)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs)])
	var out []string
	for {
		f, more := frames.Next()
		out = append(out, fmt.Sprintf("%s:%d", f.Function, f.Line))
		if !more {
			return out
		}
	}
}

func newID() string {
	var b [5]byte
	rand.Read(b[:])
	return base32.StdEncoding.EncodeToString(b[:])
}
