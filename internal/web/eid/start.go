package eid

import (
	"net/http"
	"strings"

	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/flow"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

type instructBody struct {
	Action  string
	Till    string
	Steps   page.Steps
	Buttons page.Buttons
	Phone   page.Phone
	Staff   bool
}

// Buttons are the two ways to begin, for a form that posts to a door: the code
// for another device, and the app on this one. The likelier comes first.
func Buttons(r *http.Request) page.Buttons {
	other := page.Button{Text: page.T("eid.start.other"), Name: "enhet", Value: "annan"}
	same := page.Button{Text: page.T("eid.start.same"), Name: "enhet", Value: "denna"}
	if onPhone(r.UserAgent()) {
		other.Variant = page.Secondary
		return page.Buttons{Buttons: []page.Button{same, other}}
	}
	same.Variant = page.Secondary
	return page.Buttons{Buttons: []page.Button{other, same}}
}

func onPhone(ua string) bool {
	return strings.Contains(ua, "Mobile") || strings.Contains(ua, "Android") || strings.Contains(ua, "iPhone")
}

// steps are how to log in with the code.
func steps() []page.Text {
	return []page.Text{page.T("eid.start.step1"), page.T("eid.start.step2"), page.T("eid.start.step3"), page.T("eid.start.step4")}
}

// instruct tells how to log in before anything starts: a code that begins by
// itself shuts out those who need time (ux.md P2).
func (p *Pages) instruct(d Door) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		q := r.URL.Query()
		data := p.data(r, d, page.T("eid.start.title"))
		if q.Has("utloggad") {
			data.Notices = append(data.Notices, page.Notice{Tone: page.Info, Title: page.T("eid.start.expired"), Body: page.T("eid.start.expired_text"), Live: true})
		}
		if q.Has("avbruten") {
			data.Notices = append(data.Notices, page.Notice{Tone: page.Info, Title: page.T("eid.login.cancelled"), Live: true})
		}
		data.Body = instructBody{Action: d.Path + "/logga-in", Till: q.Get("till"), Phone: page.Phone(p.Municipality.Phone),
			Staff: d.Kind == identity.Staff, Steps: page.Steps{Items: steps()}, Buttons: Buttons(r.Request)}
		return p.set.Render(w, r.Request, http.StatusOK, "login.html", data)
	}
}

// start answers the post that begins a login.
func (p *Pages) start(d Door) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		begin := func(returnTo string) error { return p.begin(w, r, d, returnTo) }
		if d.Start != nil {
			return d.Start(w, r, begin)
		}
		till := r.PostFormValue("till")
		if till == "" {
			till = d.Home
		}
		return begin(till)
	}
}

// begin starts an order at the e-ID.
func (p *Pages) begin(w http.ResponseWriter, r *route.Request, d Door, returnTo string) error {
	handle, secret, err := d.Logins.Begin(r.Context(), flow.BeginInput{Provider: p.Provider, Kind: d.Kind, ReturnTo: returnTo,
		ClientIP: r.ClientIP, UserAgent: r.UserAgent(), SameDevice: sameDevice(r), ReturnURL: p.BaseURL(r.Request) + d.Path + "/logga-in/ater"})
	if err != nil {
		return err
	}
	route.SetCookie(w, d.Cookie, handle+"."+secret)
	return route.SeeOther(w, r, d.pageOf(handle))
}

func sameDevice(r *route.Request) bool { return r.PostFormValue("enhet") == "denna" }
