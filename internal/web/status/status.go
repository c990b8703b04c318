// Package status shows how the e-petition service is and has been: what is up
// now, the true availability, the latest outages and the time that was given
// back to proposers, as a page and for programs (P-01, petitions.md §3 rule 6).
//
// It owns the words, the figures' form and what was last read. It measures
// nothing (uptime does) and moves no closing time (closing does). No login is
// looked up, and nobody is told apart.
//
// # States of what is shown
//
// read now → last read, with its time, while the database is away → only what
// this node sees by itself, when nothing was ever read.
package status

import (
	"context"
	"embed"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/switches"
	"medborgarnavet/internal/petition/uptime"
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

// Paths of the page and of the same for programs.
const (
	Path    = "/status"
	APIPath = "/api/petitions/v1/status"
)

// Added is time given back to a petition's proposer.
type Added struct {
	Petition, Title string
	Reason          string // code of a pause: closing.ReasonOutage, …
	From            time.Time
	By              time.Duration // how far the closing was moved
}

// Deps are what the page uses. None of the functions may hang.
type Deps struct {
	Renderer     *page.Renderer
	Municipality *page.Municipality
	Clock        clock.Clock
	Shelf        *shelf.Shelf
	Log          *slog.Logger // nil is silent
	// Now and Off need no database: uptime.Log.Now, switches.Switches.Off.
	Now func() uptime.Current
	Off func() []switches.Switch
	// Report and Outages are uptime.Log's.
	Report  func(ctx context.Context, days int) (uptime.Report, error)
	Outages func(ctx context.Context, since time.Time) ([]uptime.Outage, error)
	// Added are the times that published petitions were given since a moment,
	// the newest first: closing.Pauses with titles. Nil shows none.
	Added func(ctx context.Context, since time.Time) ([]Added, error)
}

// spans are the times that the availability is told for, in days.
var spans = []int{30, 90, 365}

const (
	listed = 90 * 24 * time.Hour // how far back outages are listed
	// trusted is how old this node's own view may be.
	trusted  = 3 * time.Minute
	patience = 4 * time.Second // less than the shelf's
	maxRows  = 50
)

// Pages are the handlers. See New.
type Pages struct {
	Deps
	set  *page.Set
	kept kept
}

// New parses the page template.
func New(d Deps) (*Pages, error) {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Added == nil {
		d.Added = func(context.Context, time.Time) ([]Added, error) { return nil, nil }
	}
	set, err := d.Renderer.Parse(pagesFS)
	return &Pages{Deps: d, set: set}, err
}

// Routes are open to anyone, and look at nobody.
func (p *Pages) Routes() []route.Route {
	return []route.Route{
		{Pattern: "GET " + Path, Access: route.Public, Discreet: true, Do: p.page},
		{Pattern: "GET " + APIPath, Access: route.Public, Discreet: true, Do: p.api},
	}
}

// page is the same for all who have chosen the same language and look.
func (p *Pages) page(w http.ResponseWriter, r *route.Request) error {
	lang, look := page.LangOf(r.Request), lookOf(r.Request)
	return p.Shelf.Serve(w, r.Request, "status/"+lang+"/"+look, func(ctx context.Context) (shelf.Item, error) {
		anyone, err := plainRequest(ctx, lang, look)
		if err != nil {
			return shelf.Item{}, err
		}
		v := p.look(ctx)
		item, err := shelf.Record(func(w http.ResponseWriter) error {
			return p.set.Render(w, anyone, http.StatusOK, "page.html", page.Data{Title: page.T("status.title"), Lead: page.T("status.lead"),
				Municipality: p.Municipality, Lang: lang, Body: v.body(lang)})
		})
		if item.Header == nil {
			item.Header = http.Header{}
		}
		item.Header.Add("Vary", "Cookie")
		return item, err
	})
}

func (p *Pages) api(w http.ResponseWriter, r *route.Request) error {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	return p.Shelf.Serve(w, r.Request, "status/json", func(ctx context.Context) (shelf.Item, error) {
		text, err := json.Marshal(p.look(ctx).wire())
		if err != nil {
			return shelf.Item{}, fault.Wrap(fault.Internal, err, "status: encode")
		}
		return shelf.Item{Body: append(text, '\n'), Type: "application/json"}, nil
	})
}

// lookOf is the reader's choice of light or dark, "" for none.
func lookOf(r *http.Request) string {
	c, err := r.Cookie("utseende")
	if err != nil || (c.Value != "light" && c.Value != "dark") {
		return ""
	}
	return c.Value
}

// plainRequest is a request that tells only what everyone with the same bytes
// has chosen.
func plainRequest(ctx context.Context, lang, look string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, Path, nil)
	if err != nil {
		return nil, err
	}
	r.AddCookie(&http.Cookie{Name: "sprak", Value: lang})
	if look != "" {
		r.AddCookie(&http.Cookie{Name: "utseende", Value: look})
	}
	return r, nil
}
