// Package petition shows e-petitions to anyone: the list, each petition with
// where it stands and what is stored of it, and the published files by which a
// count can be checked (P-11, P-13, ux.md P11 and P12).
//
// It owns these pages, their words and the graph of progress. It owns no
// petition, no vote and no count, and nothing here changes anything: voting,
// following and proposing are forms that lead to other packages. Every answer
// comes from prepared bytes (web/shelf), so that reading survives a dead
// database; a key is municipality, address, language and light or dark, and
// never anything about who reads. No login is looked up.
//
// Every request is alone. What a petition's page says follows its standing:
// planned → open ⇄ paused → closing → counted → erased or stopped, then what
// comes of it; or rejected, hidden, merged, withdrawn. What is removed is 410.
package petition

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"time"
	_ "time/tzdata" // the last day of voting is a day in Sweden

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/tally"
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

// Petitions are what the pages show.
type Petitions interface {
	List(ctx context.Context, f petition.Filter) (petition.List, error)
	One(ctx context.Context, id string) (petition.Page, error)
	Settings() petition.Settings
}

// District is a part of the municipality with so many votes that its number
// may be shown.
type District struct {
	Name  string
	Count int64
}

// Stored is what is kept of a petition's votes, for the box that says so. The
// zero value is that nothing was ever kept.
type Stored struct {
	// Second is the name of who keeps the second key; empty when the
	// municipality keeps the only one.
	Second string
	// Register is the name of the population register that is asked whether a
	// voter lives here; empty when none is.
	Register string
	// KeysDestroyed and RowsDropped are when the keys and the votes' codes were
	// erased. Zero: not yet.
	KeysDestroyed, RowsDropped time.Time
	// BackupsGone is when the last copy from before is gone, LogsGone the last
	// line of a log.
	BackupsGone, LogsGone time.Time
	// Publication is what more than count and head is published.
	Publication tally.Publication
}

// Deps are what the pages use. A nil func is a feature that is not there.
type Deps struct {
	Renderer     *page.Renderer
	Municipality *page.Municipality
	Clock        clock.Clock
	Petitions    Petitions
	// Shelf keeps the pages. Searches keeps what people search for, so that
	// many different searches push no page out; nil is Shelf.
	Shelf, Searches *shelf.Shelf
	// On tells whether a feature is switched on: propose, vote, follow, mail,
	// search, graph, districts, opendata. Nil: all are.
	On func(name string) bool
	// Promise is what can truly be said of who could see a vote on a petition.
	Promise func(ctx context.Context, id string) (seal.Promise, error)
	Stored  func(ctx context.Context, id string) (Stored, error)
	// Series is the public count at the end of each day, oldest first.
	Series func(ctx context.Context, id string) ([]ballot.Day, error)
	// Districts are those that may be shown, and the votes of all others.
	Districts func(ctx context.Context, id string) (shown []District, others int64, err error)
	// Files are the signed files of the audit, in order: heads and report.
	Files func(ctx context.Context, id string) ([]tally.File, error)
	// Leaves is the list of leaves, which may be large and is read only when it
	// is saved; fault.NotFound where none is published. Stored.Publication says
	// whether the page names it.
	Leaves func(ctx context.Context, id string) (tally.File, error)
	// ErasureReport is the report of the erasure as a PDF; fault.NotFound before
	// there is one.
	ErasureReport func(ctx context.Context, id string) ([]byte, error)
	// PublicKey is the key that the published files are signed with, in
	// hexadecimal.
	PublicKey string
}

// Addresses.
const (
	Path        = "/forslag"
	proposePath = "/lamna-forslag"
	votePath    = "/rosta/logga-in"
	openData    = "/api/petitions/v1/petitions/"
)

// Pages are the handlers. See New.
type Pages struct {
	Deps
	set  *page.Set
	zone *time.Location
}

// New parses the page templates.
func New(d Deps) (*Pages, error) {
	if d.Renderer == nil || d.Municipality == nil || d.Clock == nil || d.Petitions == nil || d.Shelf == nil || d.Promise == nil || d.Stored == nil {
		return nil, fault.New(fault.Internal, "web/petition: something that the pages need is missing")
	}
	if d.Searches == nil {
		d.Searches = d.Shelf
	}
	if d.On == nil {
		d.On = func(string) bool { return true }
	}
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "web/petition: time zone")
	}
	set, err := d.Renderer.Parse(pagesFS)
	return &Pages{Deps: d, set: set, zone: zone}, err
}

// Routes are open to anyone, and tell no log who read what.
func (p *Pages) Routes() []route.Route {
	open := func(pattern string, do route.Handler) route.Route {
		return route.Route{Pattern: "GET " + Path + pattern, Access: route.Public, Discreet: true, Do: do}
	}
	return []route.Route{
		open("", p.list),
		open("/{id}", p.known(p.one)),
		open("/{id}/antal.json", p.known(p.count)),
		open("/{id}/kontroll", p.known(p.audit)),
		open("/{id}/kontroll/{file}", p.known(p.file)),
		open("/{id}/raderingsrapport", p.known(p.report)),
	}
}

// known lets through what can be the id of a petition.
func (p *Pages) known(do route.Handler) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		if seal.CheckPetition(r.PathValue("id")) != nil {
			return fault.New(fault.NotFound, "no such petition")
		}
		return do(w, r)
	}
}

// Forget takes a petition's pages and every list from the shelf: it has been
// hidden, removed or published at this moment, and old bytes must not say
// otherwise. Without it the pages follow within seconds.
func (p *Pages) Forget(id string) {
	for _, s := range []*shelf.Shelf{p.Shelf, p.Searches} {
		for _, address := range []string{Path + "/" + id, Path + "?", Path + " "} {
			s.Forget(p.keyOf(address))
		}
	}
}

func (p *Pages) keyOf(address string) string { return p.Municipality.ID + " " + address }

// look is all that a page depends on besides its address.
type look struct{ lang, scheme string }

// schemeCookie holds the reader's choice of light or dark, as web/page names it.
const schemeCookie = "utseende"

func lookOf(r *http.Request) look {
	l := look{lang: page.LangOf(r), scheme: "auto"}
	if c, err := r.Cookie(schemeCookie); err == nil && slices.Contains([]string{"light", "dark"}, c.Value) {
		l.scheme = c.Value
	}
	return l
}

// request is a request that asks for an address and says nothing else.
func (l look) request(ctx context.Context, address string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fault.New(fault.Invalid, "web/petition: an address cannot be read")
	}
	r.AddCookie(&http.Cookie{Name: schemeCookie, Value: l.scheme})
	return r, nil
}

// built is a page that is ready to be rendered.
type built struct {
	template string
	data     page.Data
}

// shelved answers with the page at an address, which is its whole path and
// query in their one form.
func (p *Pages) shelved(s *shelf.Shelf, w http.ResponseWriter, r *route.Request, address string, build func(context.Context, look) (built, error)) error {
	l := lookOf(r.Request)
	key := p.keyOf(address) + " " + l.lang + " " + l.scheme
	return s.Serve(w, r.Request, key, func(ctx context.Context) (shelf.Item, error) {
		b, err := build(ctx, l)
		if err != nil {
			return shelf.Item{}, err
		}
		alone, err := l.request(ctx, address)
		if err != nil {
			return shelf.Item{}, err
		}
		b.data.Municipality, b.data.Lang = p.Municipality, l.lang
		return shelf.Record(func(w http.ResponseWriter) error {
			return p.set.Render(w, alone, http.StatusOK, b.template, b.data)
		})
	})
}
