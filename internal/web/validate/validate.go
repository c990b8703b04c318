// Package validate lets anyone ask what an electronic signature is worth: a
// page without login, and the same as an interface for programs.
//
// It owns the upload, the words of the answer, the report to keep, and the
// limits on how much is done at once. It owns no verdict: that is validation's.
// A file is read to memory, judged and forgotten; nothing of it reaches a disk,
// a log or a database, and the page says so before it is sent (S-06, ux.md
// P15). A report that somebody wants to keep travels in the page itself, under
// our signature, and comes back to be made into a document.
//
// Every request is alone: form → answer, or form → what is wrong with the file.
package validate

import (
	"context"
	"embed"
	"net/http"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

//go:embed pages
var pagesFS embed.FS

//go:embed texts
var textsFS embed.FS

// Texts adds this package's texts to a catalogue.
func Texts(c *page.Catalogue) error { return c.Add(textsFS) }

// Deps are what the pages use.
type Deps struct {
	Renderer     *page.Renderer
	Municipality *page.Municipality
	Clock        clock.Clock
	// Validate judges a file.
	Validate func(ctx context.Context, data []byte) (validation.Report, error)
	// Sign and Verify are this municipality's signature on a report that
	// comes back from the page.
	Sign   func(msg []byte) []byte
	Verify func(msg, signature []byte) bool
	// Token issues a validation token for a fresh report (RFC 9321); nil when
	// the municipality has no certificate for it.
	Token func(rep validation.Report, data []byte) (string, error)
	// BaseURL is this site's own address, without a slash at the end.
	BaseURL func(*http.Request) string
	// Contact is the address of a function that answers questions about the
	// interface, never a person's.
	Contact string
	// Uploads and Runs bound how many files are received, and judged, at the
	// same time; 0 is 6 and 2.
	Uploads, Runs int
}

// MaxBytes is the largest file that is received. People are told toldBytes, so
// that "50 MB" holds whichever way their computer counts.
const (
	MaxBytes  = 50 << 20
	toldBytes = 50_000_000
)

const (
	// maxBody is how much is read, and thrown away, of a file that is too
	// large, so that the browser gets to read the answer.
	maxBody = 400 << 20
	// patience is how long a file waits for its turn to be judged.
	patience = 8 * time.Second
)

// Pages are the handlers. See New.
type Pages struct {
	Deps
	set     *page.Set
	uploads chan struct{}
	runs    chan struct{}
}

// New parses the page templates.
func New(d Deps) (*Pages, error) {
	if d.Uploads == 0 {
		d.Uploads = 6
	}
	if d.Runs == 0 {
		d.Runs = 2
	}
	set, err := d.Renderer.Parse(pagesFS)
	return &Pages{Deps: d, set: set, uploads: make(chan struct{}, d.Uploads), runs: make(chan struct{}, d.Runs)}, err
}

// Paths of the page and the interface.
const (
	Path    = "/validera"
	APIPath = "/api/validation/v1"
)

// Routes are open to anyone.
func (p *Pages) Routes() []route.Route {
	open := func(pattern string, do route.Handler) route.Route {
		return route.Route{Pattern: pattern, Access: route.Public, Do: do}
	}
	upload := func(pattern string, do route.Handler) route.Route {
		return route.Route{Pattern: pattern, Access: route.Public, Do: do, Stream: true, MaxBytes: maxBody}
	}
	return []route.Route{
		open("GET "+Path, p.form),
		upload("POST "+Path, p.check),
		{Pattern: "POST " + Path + "/rapport", Access: route.Public, Do: p.report, MaxBytes: 2 * maxReport},
		{Pattern: "GET " + Path + "/rapport", Access: route.Public, Do: p.lost},
		open("GET "+APIPath, p.apiInfo),
		open("GET "+APIPath+"/api-info", p.apiInfo),
		open("GET "+APIPath+"/openapi.json", p.apiDocument),
		upload("POST "+APIPath+"/validations", p.apiValidate),
	}
}

// data is the frame of a page.
func (p *Pages) data(r *route.Request, title page.Text) page.Data {
	d := page.Data{Title: title, Municipality: p.Municipality, Lang: page.LangOf(r.Request)}
	if r.LoggedIn() {
		d.User = &page.UserInfo{Name: r.Session.Name, HomeURL: "/mina-sidor", LogoutURL: "/logga-ut"}
	}
	return d
}

// lang is the language of what validation says, on a page in a language.
func lang(l string) validation.Lang {
	if l == page.English {
		return validation.English
	}
	return validation.Swedish
}
