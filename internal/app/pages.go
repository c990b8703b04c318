package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/session"
	"medborgarnavet/internal/web/citizen"
	"medborgarnavet/internal/web/eid"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/public"
	"medborgarnavet/internal/web/route"
)

// buildPages makes the pages and the one table of their routes.
func (t *town) buildPages(renderer *page.Renderer) error {
	pub, err := public.New(public.Deps{Renderer: renderer, Municipality: t.look, Clock: t.clock, Catalog: t.catalog, Flow: t.flow,
		Sessions: t.sessions, Terms: t.publicTerms(), Petitions: t.cfg.Petitions.Configured(), StaffHome: t.staffHome})
	if err != nil {
		return err
	}
	petitions, petitionDoors, err := t.petitionPages(renderer)
	if err != nil {
		return fmt.Errorf("pages about petitions: %w", err)
	}
	doors, err := eid.New(eid.Deps{Renderer: renderer, Municipality: t.look, Provider: t.eid.Describe().ID, BaseURL: t.baseURL},
		append(pub.Doors(), petitionDoors...)...)
	if err != nil {
		return err
	}
	cit, err := citizen.New(citizen.Deps{Renderer: renderer, Municipality: t.look, Clock: t.clock, Catalog: t.catalog, Cases: t.cases,
		Broker: t.broker, Workspace: t.space, Submissions: t.subs, Casework: t.casework, Extract: t.extract, ControlMonth: t.controlMonth,
		BoardName: t.boardName, Terms: t.toldTerms, Extend: t.extend(route.CitizenCookie, identity.Citizen)})
	if err != nil {
		return err
	}
	dsk, err := t.buildDesk(renderer)
	if err != nil {
		return err
	}
	val, err := t.buildValidate(renderer)
	if err != nil {
		return err
	}
	routes := slices.Concat(pub.Routes(), doors.Routes(), cit.Routes(), dsk.Routes(), val.Routes(), petitions)
	t.router, err = route.New(route.Options{Clock: t.clock, Log: t.log, Sessions: t.sessions, StaffRoles: t.staffRoles,
		Fail: t.fail(renderer), TrustedProxies: t.server.TrustedProxies}, routes)
	return err
}

// baseURL is the site's own address: as configured, else as the browser
// wrote it, which ServeHTTP has found to be one of ours.
func (t *town) baseURL(r *http.Request) string {
	if base := t.server.BaseURLs[t.cfg.ID]; base != "" {
		return strings.TrimSuffix(base, "/")
	}
	return "http://" + r.Host
}

// ownAddress is the site's own address where no request tells it: in letters.
func (t *town) ownAddress() string {
	if base := t.server.BaseURLs[t.cfg.ID]; base != "" {
		return strings.TrimSuffix(base, "/")
	}
	_, port, err := net.SplitHostPort(t.server.Listen)
	if err != nil {
		return "http://" + t.cfg.Hosts[0]
	}
	return "http://" + net.JoinHostPort(t.cfg.Hosts[0], port)
}

// extend prolongs a login of a kind.
func (t *town) extend(cookie string, kind identity.Kind) func(context.Context, *route.Request) (time.Time, error) {
	return func(ctx context.Context, r *route.Request) (time.Time, error) {
		c, err := r.Cookie(cookie)
		if err != nil {
			return time.Time{}, fault.New(fault.Unauthenticated, "no login")
		}
		s, err := t.sessions.Extend(ctx, c.Value, kind)
		return s.IdleExpires, err
	}
}

// staffRoles asks the board's staff directory who a login belongs to.
func (t *town) staffRoles(ctx context.Context, s session.Session) (string, []string, error) {
	return t.casework.Roles(ctx, s.Subject)
}

// staffHome is where a member of staff begins: the desk of those who have
// cases, the e-petitions of those who read or follow them, and the operation of
// those who mind it.
func (t *town) staffHome(ctx context.Context, s session.Session) string {
	_, roles, err := t.casework.Roles(ctx, s.Subject)
	may := func(role string) bool { return slices.Contains(roles, role) }
	switch {
	case err != nil || may(casework.RoleOfficer) || may(casework.RoleDecider) || !t.cfg.Petitions.Configured():
		return deskPath
	case may(casework.RoleModerator) || may(casework.RoleHandler):
		return "/handlaggare/forslag"
	case may(casework.RoleSteward):
		return "/handlaggare/forslag/drift"
	}
	return deskPath
}

// deskPath is where officers begin.
const deskPath = "/handlaggare"

// ledHome leads a member of staff who has no cases from the desk to where they
// begin.
func (t *town) ledHome(w http.ResponseWriter, r *route.Request, err error) bool {
	if fault.KindOf(err) != fault.Forbidden || r.Method != http.MethodGet || r.URL.Path != deskPath {
		return false
	}
	home := t.staffHome(r.Context(), r.Session)
	if home != deskPath {
		http.Redirect(w, r.Request, home, http.StatusSeeOther)
	}
	return home != deskPath
}

// loginPage leads to the login of the address's kind and back again.
func loginPage(w http.ResponseWriter, r *route.Request) {
	door := "/logga-in"
	if strings.HasPrefix(r.URL.Path, deskPath) {
		door = "/handlaggare/logga-in"
	}
	http.Redirect(w, r.Request, door+"?till="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
}

func userInfo(r *route.Request) *page.UserInfo {
	if r.StaffID != "" {
		return &page.UserInfo{Name: r.Session.Name, HomeURL: deskPath, LogoutURL: "/handlaggare/logga-ut"}
	}
	return &page.UserInfo{Name: r.Session.Name, HomeURL: "/mina-sidor", LogoutURL: "/logga-ut"}
}
