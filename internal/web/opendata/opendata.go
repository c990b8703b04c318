// Package opendata gives what is public about the petitions to whoever wants
// it: an interface for programs by DIGG's REST profile, a catalogue that the
// national data portal harvests, and a page about both (D-09).
//
// It owns addresses, paging, the words of what was asked wrongly, the
// catalogue's content, and openapi.json. It owns no data: what is public, and
// which numbers are too small to show, is petition's to say. Nothing is asked
// of who reads; no login is looked up, and no line tells of one request.
//
// # States of an answer
//
// asked wrongly → a problem (RFC 9457) · on the shelf → those bytes · else made
// from the database and kept on the shelf. Searches are made each time, a few
// at once. When the interface is switched off it says so (503); the page and
// the catalogue stay.
package opendata

import (
	"context"
	"embed"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/web/shelf"
)

//go:embed pages
var pagesFS embed.FS

//go:embed texts
var textsFS embed.FS

// Texts adds this package's texts to a catalogue.
func Texts(c *page.Catalogue) error { return c.Add(textsFS) }

// Paths of the page, the catalogue and the interface.
const (
	Path     = "/oppna-data"
	DCATPath = "/datasets/dcat"
	APIPath  = "/api/petitions/v1"
)

// Source is what is public; *petition.Petitions is one.
type Source interface {
	OpenList(ctx context.Context, f petition.Filter) (petition.OpenList, error)
	OpenOne(ctx context.Context, id string) (petition.OpenRecord, error)
	OpenCount(ctx context.Context, id string) (petition.OpenCount, error)
	OpenCSV(ctx context.Context, w io.Writer) error
	Moderation(ctx context.Context, from, to time.Time) (petition.Statistics, error)
	Settings() petition.Settings
}

// Day is the number of votes at the end of a day, as it was shown.
type Day struct {
	On    string // a date in Sweden
	Votes int64
	Few   bool // fewer than the floor
}

// Deps are what the package uses.
type Deps struct {
	Renderer     *page.Renderer
	Municipality *page.Municipality
	Clock        clock.Clock
	// Shelf is best one of its own: programs ask for many pages of lists.
	Shelf     *shelf.Shelf
	Petitions Source
	// Daily is the daily series of a petition: ballot.Series.
	Daily func(ctx context.Context, petition string) ([]Day, error)
	// On tells whether the interface is switched on; nil is always.
	On func() bool
	// BaseURL is this site's own address, without a slash at the end.
	BaseURL string
	// OrgNumber is the municipality's, ten digits.
	OrgNumber string
	// ContactName and ContactEmail are a function that answers questions about
	// the data, never a person.
	ContactName, ContactEmail string
	// Spatial are addresses of the municipality's area, best geonames; Sweden
	// when empty.
	Spatial []string
	// Since is the day when the data were first published; zero is not said.
	Since time.Time
	// Docs is the address of docs/petition-data.md as published, or "".
	Docs string
}

const (
	searches = 2 // at once
	patience = 3 * time.Second
	sweden   = "http://sws.geonames.org/2661886"
)

// Pages are the handlers. See New.
type Pages struct {
	Deps
	set       *page.Set
	zone      *time.Location
	document  []byte // openapi.json
	catalogue []byte
	searching chan struct{}
}

// New makes the catalogue and the description of the interface. What a
// catalogue may not lack is told here, all at once.
func New(d Deps) (*Pages, error) {
	if len(d.Spatial) == 0 {
		d.Spatial = []string{sweden}
	}
	if u, err := url.Parse(d.BaseURL); err != nil || u.Host == "" || strings.HasSuffix(d.BaseURL, "/") {
		return nil, errors.New("opendata: BaseURL is not an address without a slash at the end")
	}
	p := &Pages{Deps: d, searching: make(chan struct{}, searches)}
	var err error
	if p.set, err = d.Renderer.Parse(pagesFS); err != nil {
		return nil, err
	}
	if p.zone, err = time.LoadLocation("Europe/Stockholm"); err != nil {
		return nil, err
	}
	if p.document, err = p.describe(); err != nil {
		return nil, err
	}
	p.catalogue, err = p.harvest()
	return p, err
}

// Routes are open to anyone, and look at nobody.
func (p *Pages) Routes() []route.Route {
	open := func(path string, do route.Handler) route.Route {
		return route.Route{Pattern: "GET " + path, Access: route.Public, Discreet: true, AnyOrigin: true, Do: do}
	}
	api := func(path string, do route.Handler) route.Route { return open(APIPath+path, p.guard(do)) }
	return []route.Route{
		{Pattern: "GET " + Path, Access: route.Public, Discreet: true, Do: p.page},
		open(DCATPath, p.dcat),
		open(APIPath, p.info), // the catalogue gives the root, so it says what it is
		open(APIPath+"/api-info", p.info),
		open(APIPath+"/openapi.json", p.openAPI),
		api("/petitions", p.list),
		api("/petitions.csv", p.csv),
		api("/petitions/{id}", p.one),
		api("/petitions/{id}/count", p.count),
		api("/petitions/{id}/daily", p.daily),
		api("/statistics/moderation", p.moderation),
	}
}

// page is the same for all who have chosen the same language and look.
func (p *Pages) page(w http.ResponseWriter, r *route.Request) error {
	lang, look := page.LangOf(r.Request), lookOf(r.Request)
	return p.Shelf.Serve(w, r.Request, "opendata/page/"+lang+"/"+look, func(ctx context.Context) (shelf.Item, error) {
		anyone, err := http.NewRequestWithContext(ctx, http.MethodGet, Path, nil)
		if err != nil {
			return shelf.Item{}, err
		}
		anyone.AddCookie(&http.Cookie{Name: "sprak", Value: lang})
		if look != "" {
			anyone.AddCookie(&http.Cookie{Name: "utseende", Value: look})
		}
		item, err := shelf.Record(func(w http.ResponseWriter) error {
			return p.set.Render(w, anyone, http.StatusOK, "page.html", page.Data{Title: page.T("opendata.title"), Lead: page.T("opendata.lead"),
				Municipality: p.Municipality, Lang: lang, Body: p.body()})
		})
		if item.Header == nil {
			item.Header = http.Header{}
		}
		item.Header.Add("Vary", "Cookie")
		return item, err
	})
}

// lookOf is the reader's choice of light or dark, "" for none.
func lookOf(r *http.Request) string {
	c, err := r.Cookie("utseende")
	if err != nil || c.Value != "light" && c.Value != "dark" {
		return ""
	}
	return c.Value
}

func (p *Pages) dcat(w http.ResponseWriter, r *route.Request) error {
	return p.Shelf.Serve(w, r.Request, "opendata/dcat", func(context.Context) (shelf.Item, error) {
		return shelf.Item{Body: p.catalogue, Type: rdf}, nil
	})
}
