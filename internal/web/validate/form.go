package validate

import (
	"errors"
	"net/http"

	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

type formBody struct {
	Kept   page.Notice
	File   page.Files
	Button page.Button
	Looks  page.List
	API    page.Text
}

// form asks for a file, and says before it is sent what becomes of it.
func (p *Pages) form(w http.ResponseWriter, r *route.Request) error {
	return p.ask(w, r, "")
}

// ask shows the form, with what was wrong with the file that came.
func (p *Pages) ask(w http.ResponseWriter, r *route.Request, t trouble) error {
	d := p.data(r, page.T("validate.form.title"))
	d.Lead = page.T("validate.form.lead")
	d.Back = &page.Link{URL: "/", Text: page.T("validate.form.back")}
	b := formBody{
		Kept:   page.Notice{Tone: page.Info, Title: page.T("validate.form.kept"), Body: page.T("validate.form.kept_text")},
		File:   fileField(),
		Button: page.Button{Text: page.T("validate.form.check")},
		Looks: page.List{Items: []page.Text{page.T("validate.form.looks_who"), page.T("validate.form.looks_changed"),
			page.T("validate.form.looks_issuer"), page.T("validate.form.looks_pdfa")}},
		API: []page.Text{page.T("validate.form.api", "address", page.CaseNumber(APIPath+"/validations")), " ",
			page.Link{URL: APIPath + "/openapi.json", Text: page.T("validate.form.api_doc")}},
	}
	status := http.StatusOK
	switch {
	case t == busy:
		status = t.status()
		w.Header().Set("Retry-After", "60")
		d.Notices = []page.Notice{{Tone: page.Warning, Title: page.T("validate.trouble.busy"), Body: page.T("validate.trouble.busy_text"), Live: true}}
	case t != "":
		status = t.status()
		b.File.Error = page.T("validate.trouble." + string(t))
		if t == tooBig {
			b.File.Error = page.T("validate.trouble.too_big", "size", page.Bytes(toldBytes))
		}
		d.Errors = []page.FieldError{{Field: b.File.Name, Text: b.File.Error}}
	}
	d.Body = b
	w.Header().Set("Cache-Control", "no-store")
	return p.set.Render(w, r.Request, status, "form.html", d)
}

func fileField() page.Files {
	return page.Files{Name: "fil", Label: page.T("validate.form.file"), Accept: "application/pdf,.pdf", Hint: page.T("validate.form.limit", "size", page.Bytes(toldBytes))}
}

// check answers with the verdict on the file that was sent. The file is not
// kept, so there is no address to be led to: the answer is the page itself.
func (p *Pages) check(w http.ResponseWriter, r *route.Request) error {
	up, rep, err := p.take(w, r)
	var t trouble
	switch {
	case errors.As(err, &t):
		return p.ask(w, r, t)
	case err != nil:
		return err
	}
	return p.answer(w, r, up, rep)
}

// lost leads from an address that only answers posts to the form.
func (p *Pages) lost(w http.ResponseWriter, r *route.Request) error {
	return route.SeeOther(w, r, Path)
}
