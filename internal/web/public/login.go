package public

import (
	"net/http"
	"net/url"
	"strings"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/flow"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

type instructBody struct {
	Action   string
	Till     string
	Steps    page.Steps
	Other    page.Button
	Same     page.Button
	Phone    page.Phone
	Staff    bool
	SameTop  bool
	LoggedTo string
}

// instruct tells how to log in before anything starts: a code that begins by
// itself shuts out those who need time (ux.md P2).
func (p *Pages) instruct(d door) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		q := r.URL.Query()
		data := p.loginData(r, d, page.T("public.login.title"))
		if q.Has("utloggad") {
			data.Notices = append(data.Notices, page.Notice{Tone: page.Info, Title: page.T("public.login.expired"), Body: page.T("public.login.expired_text"), Live: true})
		}
		if q.Has("avbruten") {
			data.Notices = append(data.Notices, page.Notice{Tone: page.Info, Title: page.T("eid.login.cancelled"), Live: true})
		}
		data.Body = instructBody{
			Action: d.path + "/logga-in", Till: q.Get("till"), Phone: page.Phone(p.Municipality.Phone), Staff: d.kind == identity.Staff,
			SameTop: onPhone(r.UserAgent()),
			Steps: page.Steps{Items: []page.Text{page.T("public.login.step1"), page.T("public.login.step2"),
				page.T("public.login.step3"), page.T("public.login.step4")}},
			Other: page.Button{Text: page.T("public.login.other"), Name: "enhet", Value: "annan", Variant: variant(!onPhone(r.UserAgent()))},
			Same:  page.Button{Text: page.T("public.login.same"), Name: "enhet", Value: "denna", Variant: variant(onPhone(r.UserAgent()))},
		}
		return p.set.Render(w, r.Request, http.StatusOK, "login.html", data)
	}
}

func variant(primary bool) page.ButtonVariant {
	if primary {
		return page.Primary
	}
	return page.Secondary
}

func onPhone(ua string) bool {
	return strings.Contains(ua, "Mobile") || strings.Contains(ua, "Android") || strings.Contains(ua, "iPhone")
}

func (p *Pages) loginData(r *route.Request, d door, title page.Text) page.Data {
	data := p.data(r, title)
	data.User = nil
	if d.kind == identity.Staff {
		data.Service = page.T("public.login.staff")
	}
	return data
}

// beginLogin starts an order at the e-ID.
func (p *Pages) beginLogin(d door) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		till := r.PostFormValue("till")
		if till == "" {
			till = d.home
		}
		handle, secret, err := p.Flow.Begin(r.Context(), flow.BeginInput{Provider: p.Provider, Kind: d.kind, ReturnTo: till,
			ClientIP: r.ClientIP, UserAgent: r.UserAgent(), SameDevice: sameDevice(r), ReturnURL: p.BaseURL(r.Request) + d.path + "/logga-in/ater"})
		if err != nil {
			return err
		}
		route.SetCookie(w, d.login, handle+"."+secret)
		return route.SeeOther(w, r, d.path+"/logga-in/"+handle)
	}
}

func sameDevice(r *route.Request) bool { return r.PostFormValue("enhet") == "denna" }

var errNoLogin = fault.New(fault.NotFound, "no login under way in this browser")

// underWay reads this browser's login under way from its cookie. The handle
// of the address, if there is one, must be the same.
func underWay(r *route.Request, d door) (handle, secret string, err error) {
	c, err := r.Cookie(d.login)
	if err != nil {
		return "", "", errNoLogin
	}
	handle, secret, ok := strings.Cut(c.Value, ".")
	if at := r.PathValue("handle"); !ok || at != "" && at != handle {
		return "", "", errNoLogin
	}
	return handle, secret, nil
}

// poll asks the flow how the login stands.
func (p *Pages) poll(r *route.Request, d door) (flow.View, error) {
	handle, secret, err := underWay(r, d)
	if err != nil {
		return flow.View{}, err
	}
	return p.Flow.Poll(r.Context(), handle, secret)
}

// back is where the app on the same device returns to.
func (p *Pages) back(d door) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		handle, secret, err := underWay(r, d)
		if err == nil {
			err = p.Flow.Return(r.Context(), handle, secret, r.URL.Query().Get("n"))
		}
		if err != nil {
			return p.lost(w, r, d, err)
		}
		return route.SeeOther(w, r, d.path+"/logga-in/"+handle)
	}
}

type waitBody struct {
	Panel   page.QRPanel
	Status  page.QRStatus
	Launch  string
	Again   string
	Cancel  string
	QR      bool
	Failed  bool
	PollURL string
}

// wait shows the code, or the link to the app on this device, and how it goes.
func (p *Pages) wait(d door) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		v, err := p.poll(r, d)
		if err != nil {
			return p.lost(w, r, d, err)
		}
		if v.State == flow.Done {
			return route.SeeOther(w, r, d.path+"/logga-in/"+r.PathValue("handle")+"/klar")
		}
		if v.State == flow.Taken {
			return route.SeeOther(w, r, v.ReturnTo)
		}
		data := p.loginData(r, d, page.T("public.wait.title"))
		data.Plain = true
		data.Body = p.waitBody(r, d, v)
		w.Header().Set("Cache-Control", "no-store")
		return p.set.Render(w, r.Request, http.StatusOK, "wait.html", data)
	}
}

// waitPart is the line that changes, for the script.
func (p *Pages) waitPart(d door) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		v, err := p.poll(r, d)
		if err != nil {
			return err
		}
		data := p.loginData(r, d, page.T("public.wait.title"))
		data.Body = p.waitBody(r, d, v)
		w.Header().Set("Cache-Control", "no-store")
		return p.set.RenderPart(w, r.Request, http.StatusOK, "wait-part", data)
	}
}

// waitBody is how the login stands. A page that still shows a code asks with
// ?kod, and is told to load anew when the code has been used.
func (p *Pages) waitBody(r *route.Request, d door, v flow.View) waitBody {
	base := d.path + "/logga-in/" + r.PathValue("handle")
	message := page.T("eid." + v.MessageID)
	b := waitBody{PollURL: base + "/lage", Again: base + "/ny", Cancel: base + "/avbryt", Launch: v.LaunchURL, QR: v.QR != "",
		Failed: v.State == flow.Failed || v.State == flow.Cancelled || v.State == flow.Expired, Status: page.QRStatus{Status: message}}
	if v.State == flow.Done {
		b.Status.Go, b.Status.GoText = base+"/klar", page.T("public.wait.go_on")
	}
	if b.Failed || r.URL.Query().Has("kod") && !b.QR && v.State != flow.Done {
		b.Status.Go, b.Status.GoText = base, page.T("public.wait.go_on")
	}
	if b.QR {
		b.Panel = page.QRPanel{Code: v.QR, RefreshURL: base + "/qr", StatusURL: base + "/lage?kod", Name: page.T("public.wait.qr_name"), Status: message,
			Steps: []page.Text{page.T("public.login.step1"), page.T("public.login.step2"), page.T("public.login.step3"), page.T("public.login.step4")}}
	}
	return b
}

// qr is the code of this second as a picture.
func (p *Pages) qr(d door) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		v, err := p.poll(r, d)
		if err != nil {
			return err
		}
		if v.QR == "" {
			w.WriteHeader(http.StatusNoContent) // scanned, or over: the line beside it says which
			return nil
		}
		svg, err := page.QRSVG(v.QR)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "image/svg+xml")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(svg)
		return nil
	}
}

// lost helps a browser that has no such login under way: too old, cancelled,
// or of another browser.
func (p *Pages) lost(w http.ResponseWriter, r *route.Request, d door, err error) error {
	if k := fault.KindOf(err); k != fault.NotFound && k != fault.Gone && k != fault.Conflict {
		return err
	}
	data := p.loginData(r, d, page.T("public.lost.title"))
	data.Body = d.path + "/logga-in"
	return p.set.Render(w, r.Request, http.StatusNotFound, "lost.html", data)
}

// again gives a new code within the same login.
func (p *Pages) again(d door) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		handle, secret, err := underWay(r, d)
		if err == nil {
			_, err = p.Flow.Restart(r.Context(), handle, secret, sameDevice(r))
		}
		if err != nil {
			return p.lost(w, r, d, err)
		}
		return route.SeeOther(w, r, d.path+"/logga-in/"+r.PathValue("handle"))
	}
}

func (p *Pages) cancel(d door) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		if handle, secret, err := underWay(r, d); err == nil {
			if err := p.Flow.Cancel(r.Context(), handle, secret); err != nil && fault.KindOf(err) != fault.NotFound {
				return err
			}
		}
		route.ClearCookie(w, d.login)
		return route.SeeOther(w, r, d.path+"/logga-in?avbruten")
	}
}

// finish turns an e-ID's answer into a login, once.
func (p *Pages) finish(d door) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		handle, secret, err := underWay(r, d)
		if err != nil {
			return p.lost(w, r, d, err)
		}
		auth, kind, back, err := p.Flow.Take(r.Context(), handle, secret)
		if err != nil {
			return p.lost(w, r, d, err)
		}
		if kind != d.kind {
			return fault.New(fault.Forbidden, "login of another kind")
		}
		old := ""
		if c, err := r.Cookie(d.cookie); err == nil {
			old = c.Value
		}
		token, _, err := p.Sessions.Create(r.Context(), auth, kind, old)
		if err != nil {
			return err
		}
		route.ClearCookie(w, d.login)
		route.SetCookie(w, d.cookie, token)
		w.Header().Set("Cache-Control", "no-store")
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
