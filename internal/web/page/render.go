package page

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"time"
)

// view is what the layout's template sees.
type view struct {
	Data
	Lang, Base, Scheme string
	Dir                string
	Main               template.HTML
	Styles             []string
	Script             string
	Here               string // the page's own address, to come back to
	Errors             ErrorSummary
}

// Render writes a page: the named template within the layout. Nothing is
// written before all of it is rendered, so an error means that the caller
// still can answer something else.
func (s *Set) Render(w http.ResponseWriter, r *http.Request, status int, name string, d Data) error {
	if d.Municipality == nil || d.Municipality.Theme == nil {
		return fmt.Errorf("page: %s has no municipality", name)
	}
	u, main, err := s.execute(r, name, &d)
	if err != nil {
		return err
	}
	v := view{
		Data: d, Lang: u.lang, Base: base(u.lang), Dir: "ltr", Scheme: schemeOf(r), Main: main,
		Styles: u.assets.styles(d.Municipality.Theme), Script: u.assets.URL("kommun.js"),
		Here: r.URL.RequestURI(), Errors: ErrorSummary{Errors: d.Errors},
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		v.Here = r.URL.Path
	}
	var b bytes.Buffer
	if err := u.tpl.ExecuteTemplate(&b, "layout/page.html", v); err != nil {
		return fmt.Errorf("page: layout of %s: %w", name, err)
	}
	setHeaders(w.Header(), u.lang, d.User != nil)
	w.WriteHeader(status)
	_, err = w.Write(b.Bytes())
	return err
}

// RenderPart writes one template of the set alone, without the layout: what
// data-poll fetches.
func (s *Set) RenderPart(w http.ResponseWriter, r *http.Request, status int, name string, d Data) error {
	u, main, err := s.execute(r, name, &d)
	if err != nil {
		return err
	}
	setHeaders(w.Header(), u.lang, true)
	w.WriteHeader(status)
	_, err = w.Write([]byte(main))
	return err
}

func (s *Set) execute(r *http.Request, name string, d *Data) (*ui, template.HTML, error) {
	if d.Lang == "" {
		d.Lang = LangOf(r)
	}
	u, ok := s.r.langs[d.Lang]
	if !ok {
		return nil, "", fmt.Errorf("page: no language %q", d.Lang)
	}
	var b bytes.Buffer
	if err := s.langs[d.Lang].ExecuteTemplate(&b, name, *d); err != nil {
		return nil, "", fmt.Errorf("page: %s: %w", name, err)
	}
	return u, template.HTML(b.String()), nil
}

// SessionSeconds is what the script counts down from.
func (v view) SessionSeconds() int { return int(v.Session.Left / time.Second) }
