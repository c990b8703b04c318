package public

import (
	"net/http"
	"net/url"
	"time"

	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/web/eid"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// door is where one kind of login comes in.
type door struct {
	kind   identity.Kind
	path   string // prefix of the addresses
	cookie string
	login  string // cookie of a login under way
	home   string
}

var doors = []door{
	{identity.Citizen, "", route.CitizenCookie, "__Host-mnv-login", "/mina-sidor"},
	{identity.Staff, "/handlaggare", route.StaffCookie, "__Host-mnv-desk-login", "/handlaggare"},
}

// Doors are the two logins that end in a session, for eid.New.
func (p *Pages) Doors() (all []eid.Door) {
	for _, d := range doors {
		e := eid.Door{Path: d.path, Kind: d.kind, Cookie: d.login, Logins: p.Flow, Home: d.home, Finish: p.logIn(d)}
		if d.kind == identity.Staff {
			e.Service = page.T("public.login.staff")
		}
		all = append(all, e)
	}
	return all
}

// logIn turns an e-ID's answer into a session.
func (p *Pages) logIn(d door) func(http.ResponseWriter, *route.Request, identity.Authentication, string, time.Time) error {
	return func(w http.ResponseWriter, r *route.Request, auth identity.Authentication, back string, _ time.Time) error {
		old := ""
		if c, err := r.Cookie(d.cookie); err == nil {
			old = c.Value
		}
		token, s, err := p.Sessions.Create(r.Context(), auth, d.kind, old)
		if err != nil {
			return err
		}
		route.SetCookie(w, d.cookie, token)
		if d.kind == identity.Staff && back == d.home && p.StaffHome != nil {
			back = p.StaffHome(r.Context(), s)
		}
		return route.SeeOther(w, r, back)
	}
}

func (p *Pages) logOut(d door) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		if c, err := r.Cookie(d.cookie); err == nil {
			if err := p.Sessions.End(r.Context(), c.Value, d.kind); err != nil {
				return err
			}
		}
		route.ClearCookie(w, d.cookie)
		w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
		return route.SeeOther(w, r, "/utloggad?fran="+url.QueryEscape(string(d.kind)))
	}
}
