// Package proposal is the pages of the one who proposes something to the
// municipality and of those who follow a petition by mail (ux.md P13).
//
// It owns the writing, the preview, the receipt, the proposer's own page and
// the clicks that begin and end letters. It owns no petition and no rule:
// package petition does. Nobody logs in here and nothing is stored in the
// browser: what is written travels in the page from step to step, and a
// proposal is reached by a secret link that only its proposer has (P-05, P-11).
// No page needs script, and nothing on them comes from anybody else (P-18).
//
// The steps: writing → preview → sent, with a receipt that shows the link once;
// then the own page, where a GET changes nothing. Links that are forged, used
// or ended are all answered alike, so that nobody learns what once was there.
package proposal

import (
	"embed"
	"log/slog"
	"net/http"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/petition"
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
	Log          *slog.Logger // nil: none
	Petitions    *petition.Petitions
	// Link makes whole addresses, as petition.Options.Link does.
	Link func(kind petition.Link, value string) string
	// On tells whether the municipality has a feature switched on: "propose",
	// "follow", "search", "mail". nil: everything is on.
	On func(feature string) bool
}

// The features that these pages ask for.
const (
	featurePropose = "propose"
	featureFollow  = "follow"
	featureSearch  = "search"
	featureMail    = "mail"
)

// Addresses of the pages.
const (
	Path         = "/lamna-forslag"
	previewPath  = Path + "/granska"
	sendPath     = Path + "/skicka"
	thanksPath   = Path + "/tack"
	confirmPath  = "/bekrafta-forslag/"
	OwnPath      = "/mitt-forslag/"
	followPath   = "/folj-forslag/"
	unfollowPath = "/sluta-folja/"
	petitionPath = "/forslag/"
)

// Pages are the handlers. See New.
type Pages struct {
	Deps
	set *page.Set
	// searches are the places for looking for what is like a text: it reads
	// much, and everyone may ask.
	searches chan struct{}
}

// mostSearches at the same time; who finds no place gets no list.
const mostSearches = 4

// New parses the page templates.
func New(d Deps) (*Pages, error) {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	d.Log = route.DiscreetLog(d.Log)
	if d.On == nil {
		d.On = func(string) bool { return true }
	}
	set, err := d.Renderer.Parse(pagesFS)
	return &Pages{Deps: d, set: set, searches: make(chan struct{}, mostSearches)}, err
}

// Address is the path of a link in a letter, for petition.Options.Link. Links
// to the petition and to the desk belong to others; their path is "".
func Address(kind petition.Link, value string) string {
	switch kind {
	case petition.LinkConfirm:
		return confirmPath + value
	case petition.LinkManage:
		return OwnPath + value
	case petition.LinkFollow:
		return followPath + value
	case petition.LinkUnfollow:
		return unfollowPath + value
	}
	return ""
}

// Routes are open to anyone, and no log tells who came.
func (p *Pages) Routes() []route.Route {
	open := func(pattern string, do route.Handler) route.Route {
		return route.Route{Pattern: pattern, Access: route.Public, Discreet: true, Do: private(do)}
	}
	text := func(pattern string, do route.Handler) route.Route {
		r := open(pattern, do)
		r.Stream, r.MaxBytes = true, mostDrained
		return r
	}
	own := OwnPath + "{secret}"
	return []route.Route{
		open("GET "+Path, p.begin),
		text("POST "+Path, p.write),
		text("POST "+previewPath, p.preview),
		open("GET "+previewPath, to(Path)),
		text("POST "+sendPath, p.send),
		open("GET "+sendPath, to(thanksPath)),
		open("GET "+thanksPath, p.thanks),

		open("GET "+confirmPath+"{secret}", p.confirm),
		open("POST "+confirmPath+"{secret}", p.confirmed),
		open("GET "+own, p.own),
		text("POST "+own+"/komplettera", p.supplement),
		open("GET "+own+"/komplettera", p.back),
		open("GET "+own+"/aterkalla", p.withdraw),
		open("POST "+own+"/aterkalla", p.withdrawn),
		open("POST "+own+"/ny-lank", p.rotate),
		open("GET "+own+"/ny-lank", p.back),
		open("POST "+own+"/glom-adress", p.forget),
		open("GET "+own+"/glom-adress", p.back),

		open("GET "+petitionPath+"{id}/folj", p.askFollow),
		text("POST "+petitionPath+"{id}/folj", p.follow),
		open("GET "+followPath+"{secret}", p.confirmFollow),
		open("POST "+followPath+"{secret}", p.followed),
		open("GET "+unfollowPath+"{secret}", p.unfollow),
		open("POST "+unfollowPath+"{secret}", p.unfollowed),
	}
}

// private keeps a page out of stores, search engines and other sites' logs:
// secrets stand in addresses, and what is written stands in the pages.
func private(do route.Handler) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		if r.URL.Path != Path {
			h.Set("X-Robots-Tag", "noindex, nofollow")
		}
		return do(w, r)
	}
}

// to leads from an address that only answers posts.
func to(path string) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error { return route.SeeOther(w, r, path) }
}

// data is the frame of a page. Nobody is logged in here, whoever it is.
func (p *Pages) data(r *route.Request, title page.Text) page.Data {
	return page.Data{Title: title, Municipality: p.Municipality, Lang: page.LangOf(r.Request)}
}

// message is a page that says one thing and leads on.
type message struct {
	Texts []page.Text
	Ways  page.Buttons
}

// passage is a text, or a component that cannot stand in a paragraph.
type passage struct {
	Text  page.Text
	Block bool
}

// passages are texts one by one.
func passages(texts []page.Text) []passage {
	var out []passage
	for _, t := range texts {
		_, block := t.(page.Component)
		out = append(out, passage{t, block})
	}
	return out
}

// Passages are the message's texts, for the template.
func (m message) Passages() []passage { return passages(m.Texts) }

// Passages are the texts, for the template.
func (b confirmBody) Passages() []passage { return passages(b.Texts) }

// say answers with a message.
func (p *Pages) say(w http.ResponseWriter, r *route.Request, status int, title page.Text, m message) error {
	d := p.data(r, title)
	d.Body = m
	return p.set.Render(w, r.Request, status, "message.html", d)
}

// reach says how else the municipality can be reached.
func (p *Pages) reach() []page.Text {
	var out []page.Text
	if p.Municipality.Phone != "" {
		out = append(out, page.T("proposal.reach.phone", "phone", page.Phone(p.Municipality.Phone)))
	}
	if p.Municipality.Email != "" {
		out = append(out, page.T("proposal.reach.mail", "mail", page.FileName(p.Municipality.Email)))
	}
	if len(out) == 0 {
		out = append(out, page.T("proposal.reach.any"))
	}
	return out
}

// spaced puts texts after each other with a space between.
func spaced(parts ...page.Text) page.Text {
	var out []page.Text
	for i, t := range parts {
		if i > 0 {
			out = append(out, " ")
		}
		out = append(out, t)
	}
	return out
}
