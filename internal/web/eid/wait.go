package eid

import (
	"net/http"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity/flow"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

type waitBody struct {
	Panel   page.QRPanel
	Status  page.QRStatus
	Promise *Promise
	Launch  string
	Again   string
	Cancel  string
	QR      bool
	Failed  bool
	PollURL string
}

// wait shows the code, or the link to the app on this device, and how it goes.
func (p *Pages) wait(d Door) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		v, err := p.poll(r, d)
		if err != nil {
			return p.lost(w, r, d, err)
		}
		if v.State == flow.Done {
			return route.SeeOther(w, r, d.pageOf(r.PathValue("handle"))+"/klar")
		}
		if v.State == flow.Taken {
			return route.SeeOther(w, r, v.ReturnTo)
		}
		data := p.waitData(r, d)
		data.Plain = true
		data.Body = p.waitBody(r, d, v)
		w.Header().Set("Cache-Control", "no-store")
		return p.set.Render(w, r.Request, http.StatusOK, "wait.html", data)
	}
}

func (p *Pages) waitData(r *route.Request, d Door) page.Data {
	title := d.Title
	if title == nil {
		title = page.T("eid.wait.title")
	}
	return p.data(r, d, title)
}

// waitPart is the line that changes, for the script.
func (p *Pages) waitPart(d Door) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		v, err := p.poll(r, d)
		if err != nil {
			return err
		}
		data := p.waitData(r, d)
		data.Body = p.waitBody(r, d, v)
		w.Header().Set("Cache-Control", "no-store")
		return p.set.RenderPart(w, r.Request, http.StatusOK, "wait-part", data)
	}
}

// waitBody is how the login stands. A page that still shows a code asks with
// ?kod, and is told to load anew when the code has been used.
func (p *Pages) waitBody(r *route.Request, d Door, v flow.View) waitBody {
	base := d.pageOf(r.PathValue("handle"))
	message := page.T("eid." + v.MessageID)
	b := waitBody{PollURL: base + "/lage", Again: base + "/ny", Cancel: base + "/avbryt", Launch: v.LaunchURL, QR: v.QR != "",
		Failed: v.State == flow.Failed || v.State == flow.Cancelled || v.State == flow.Expired, Status: page.QRStatus{Status: message}}
	if d.Promise != nil {
		promise := d.Promise()
		b.Promise = &promise
	}
	if v.State == flow.Done {
		b.Status.Go, b.Status.GoText = base+"/klar", page.T("eid.wait.go_on")
	}
	if b.Failed || r.URL.Query().Has("kod") && !b.QR && v.State != flow.Done {
		b.Status.Go, b.Status.GoText = base, page.T("eid.wait.go_on")
	}
	if b.QR {
		b.Panel = page.QRPanel{Code: v.QR, RefreshURL: base + "/qr", StatusURL: base + "/lage?kod", Name: page.T("eid.wait.qr_name"), Status: message, Steps: steps()}
	}
	return b
}

// qr is the code of this second as a picture.
func (p *Pages) qr(d Door) route.Handler {
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
func (p *Pages) lost(w http.ResponseWriter, r *route.Request, d Door, err error) error {
	if k := fault.KindOf(err); k != fault.NotFound && k != fault.Gone && k != fault.Conflict {
		return err
	}
	data := p.data(r, d, page.T("eid.lost.title"))
	again := d.Again
	if again == "" {
		again = d.Path + "/logga-in"
	}
	data.Body = again
	return p.set.Render(w, r.Request, http.StatusNotFound, "lost.html", data)
}
