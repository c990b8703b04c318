package eid

import (
	"net/http"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/web/route"
)

// back is where the app on the same device returns to.
func (p *Pages) back(d Door) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		handle, secret, err := underWay(r, d)
		if err == nil {
			err = d.Logins.Return(r.Context(), handle, secret, r.URL.Query().Get("n"))
		}
		if err != nil {
			return p.lost(w, r, d, err)
		}
		return route.SeeOther(w, r, d.pageOf(handle))
	}
}

// again gives a new code within the same login.
func (p *Pages) again(d Door) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		handle, secret, err := underWay(r, d)
		if err == nil {
			_, err = d.Logins.Restart(r.Context(), handle, secret, sameDevice(r))
		}
		if err != nil {
			return p.lost(w, r, d, err)
		}
		return route.SeeOther(w, r, d.pageOf(handle))
	}
}

func (p *Pages) cancel(d Door) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		way := d.Path + "/logga-in?avbruten"
		if d.Cancelled != nil {
			way = d.Cancelled("")
		}
		if handle, secret, err := underWay(r, d); err == nil {
			if err := d.Logins.Cancel(r.Context(), handle, secret); err != nil && fault.KindOf(err) != fault.NotFound {
				return err
			}
			if d.Cancelled != nil { // what is cancelled is asked of nobody: this only tells where it was going
				if v, err := d.Logins.Poll(r.Context(), handle, secret); err == nil {
					way = d.Cancelled(v.ReturnTo)
				}
			}
		}
		route.ClearCookie(w, d.Cookie)
		return route.SeeOther(w, r, way)
	}
}

// finish hands the e-ID's answer to the door, once.
func (p *Pages) finish(d Door) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		handle, secret, err := underWay(r, d)
		if err != nil {
			return p.lost(w, r, d, err)
		}
		auth, kind, returnTo, err := d.Logins.Take(r.Context(), handle, secret)
		if err != nil {
			return p.lost(w, r, d, err)
		}
		if kind != d.Kind {
			return fault.New(fault.Forbidden, "login of another kind")
		}
		var begun time.Time
		if b, ok := d.Logins.(beginner); ok {
			begun = b.Begun(secret)
		}
		route.ClearCookie(w, d.Cookie)
		w.Header().Set("Cache-Control", "no-store")
		return d.Finish(w, r, auth, returnTo, begun)
	}
}
