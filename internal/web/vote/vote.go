// Package vote is the pages where somebody votes: from the button on a
// petition's page over the e-ID to what became of it.
//
// Every address begins with /rosta and none names a petition: an address and a
// time in some log between here and the browser must not tell who voted for
// what (P-05, I-17). Every route is discreet, nothing is kept by the browser or
// on the way, and what the pages must remember travels sealed in the browser
// itself: the ticket in the form, the outcome in a cookie of five minutes, the
// place in the queue in another. No login of another kind is looked at.
//
//	petition's page → (waiting room) → e-ID → confirm → voted, withdrawn
//	                                                 ↘ refused, in plain words
//
// It owns the pages, their words and the waiting room's queue, which is in
// memory and knows numbers only. It owns no vote and no rule of who may vote:
// that is petition/booth. GET never votes.
package vote

import (
	"context"
	"embed"
	"net/http"
	"strings"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/transient"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/booth"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/tally"
	"medborgarnavet/internal/web/eid"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

//go:embed pages
var pagesFS embed.FS

//go:embed texts
var textsFS embed.FS

// Texts adds this package's texts to a catalogue.
func Texts(c *page.Catalogue) error { return c.Add(textsFS) }

// Paths of the pages.
const (
	Path        = "/rosta"
	LoginPath   = Path + "/logga-in" // where a petition's page posts forslag and enhet
	donePath    = Path + "/klart"
	waitPath    = Path + "/vanta"
	receiptPath = Path + "/kvitto"
	petitions   = "/forslag"
)

// Logins are identity/transient's.
type Logins interface {
	eid.Logins
	Count() (underWay, most int)
}

// Booth turns an e-ID's answer into a vote: petition/booth.
type Booth interface {
	Admit(ctx context.Context, petition string, auth identity.Authentication, begun time.Time) (booth.Admission, error)
	Cast(ctx context.Context, ticket string, withdraw bool) (outcome ballot.Outcome, petition string, err error)
	Receipt(ctx context.Context, ticket string) (tally.Receipt, error)
}

// Deps are what the pages use.
type Deps struct {
	Renderer     *page.Renderer
	Municipality *page.Municipality
	Clock        clock.Clock
	Logins       Logins
	Booth        Booth
	// Petition tells how a petition stands; fault.NotFound when it is not one
	// that the public may see.
	Petition func(ctx context.Context, id string) (booth.Standing, error)
	// Promise is what can truly be said of who could see a vote.
	Promise func() seal.Promise
	// MinAge is said to those who are too young; 0 = no age is named.
	MinAge int
	// On tells whether voting is switched on; nil = always.
	On func() bool
	// Full tells that votes come faster than they are written, so that nobody
	// more is let in; nil = never.
	Full func() bool
	// Waiting is how many may wait to be let in; 0 = 10 000.
	Waiting int
}

// Pages are the handlers. See New.
type Pages struct {
	Deps
	set  *page.Set
	seal sealer
	room *room
	come *transient.Brake // on how many places in the queue an address takes
	zone *time.Location   // where the last day of voting ends
}

// New parses the page templates.
func New(d Deps) (*Pages, error) {
	if d.Waiting == 0 {
		d.Waiting = 10_000
	}
	s, err := newSealer(d.Clock)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return nil, err
	}
	set, err := d.Renderer.Parse(pagesFS)
	return &Pages{Deps: d, zone: zone, set: set, seal: s, room: newRoom(d.Clock, d.Waiting), come: transient.NewBrake(placesPerMinute)}, err
}

// Routes are open to anyone, beside those of the Door.
func (p *Pages) Routes() []route.Route {
	open := func(pattern string, do route.Handler) route.Route {
		return route.Route{Pattern: pattern, Access: route.Public, Discreet: true, MaxBytes: 16 << 10, Do: unkept(do)}
	}
	return []route.Route{
		open("GET "+Path, p.help),
		open("GET "+LoginPath, p.toHelp),
		open("POST "+Path, p.cast),
		open("GET "+donePath, p.done),
		open("GET "+waitPath, p.waiting),
		open("POST "+waitPath, p.leave),
		open("POST "+receiptPath, p.receipt),
		open("GET "+receiptPath, p.toHelp),
	}
}

// Door is the login that ends in a vote, for eid.New.
func (p *Pages) Door() eid.Door {
	return eid.Door{Path: Path, Kind: identity.Citizen, Cookie: "__Host-rosta-login", Logins: p.Logins, Discreet: true,
		Title: page.T("vote.wait.title"), Again: Path, Start: p.start, Finish: p.confirm,
		Promise: func() eid.Promise {
			return eid.Promise{Text: page.T("vote.wait.promise"), Details: page.Details{Summary: page.T("vote.wait.what"), Body: p.promise()}}
		},
		Cancelled: func(returnTo string) string {
			if returnTo == "" {
				return Path
			}
			return returnTo
		}}
}

// unkept keeps an answer out of every cache.
func unkept(do route.Handler) route.Handler {
	never := []string{"no-store"}
	return func(w http.ResponseWriter, r *route.Request) error {
		w.Header()["Cache-Control"] = never
		return do(w, r)
	}
}

// promise is what can truly be said of who could see a vote. It follows the
// sealer that is in use, never a setting (P-08).
func (p *Pages) promise() page.Text {
	s := p.Promise()
	switch {
	case s.Blind:
		return page.T("vote.promise.blind")
	case s.Design == seal.DesignSplit:
		return page.T("vote.promise.demo")
	}
	return page.T("vote.promise.seen")
}

// data is the frame of a page.
func (p *Pages) data(r *route.Request, title page.Text) page.Data {
	return page.Data{Title: title, Municipality: p.Municipality, Lang: page.LangOf(r.Request)}
}

// swedish are words that are Swedish whatever the page's language: what
// somebody proposed. The catalogue has this text in Swedish only, and so marks
// it lang="sv" elsewhere (WCAG 3.1.2).
func swedish(s string) page.Text { return page.T("vote.swedish", "text", s) }

func petitionPath(id string) string {
	if id == "" {
		return petitions
	}
	return petitions + "/" + id
}

type helpBody struct {
	Steps page.Steps
	Way   page.Button
}

// help says where voting begins. An address with a vote in it is told that no
// address votes.
func (p *Pages) help(w http.ResponseWriter, r *route.Request) error {
	status := http.StatusOK
	data := p.data(r, page.T("vote.help.title"))
	if q := r.URL.Query(); q.Has("biljett") || q.Has("val") || q.Has("forslag") {
		status = http.StatusMethodNotAllowed
		w.Header().Set("Allow", "POST")
		data.Notices = []page.Notice{{Tone: page.Warning, Title: page.T("vote.help.nothing"), Body: page.T("vote.help.nothing_text"), Live: true}}
	}
	data.Body = helpBody{Way: page.Button{Text: page.T("vote.help.way"), URL: petitions},
		Steps: page.Steps{Items: []page.Text{page.T("vote.help.step1"), page.T("vote.help.step2"), page.T("vote.help.step3")}}}
	return p.set.Render(w, r.Request, status, "help.html", data)
}

func (p *Pages) toHelp(w http.ResponseWriter, r *route.Request) error {
	return route.SeeOther(w, r, Path)
}

// votable refuses a petition that takes no votes of who begins now. A made-up
// id is one that is not there.
func (p *Pages) votable(ctx context.Context, id string) error {
	if seal.CheckPetition(id) != nil {
		return fault.ErrNotFound
	}
	s, err := p.Petition(ctx, id)
	switch {
	case err != nil:
		return err
	case !s.ClosesAt.IsZero() && !p.Clock.Now().Before(s.ClosesAt):
		return errClosed
	case !s.Open:
		return errNotOpen
	case s.Paused:
		return errPaused
	}
	return nil
}

// start answers the button on a petition's page: voting must be on, the
// petition open and room at the e-ID, before anybody is sent there.
func (p *Pages) start(w http.ResponseWriter, r *route.Request, begin eid.Begin) error {
	id := r.PostFormValue("forslag")
	if p.On != nil && !p.On() {
		return p.refuse(w, r, id, errOff)
	}
	if err := p.votable(r.Context(), id); err != nil {
		return p.refuse(w, r, id, err)
	}
	return p.admit(w, r, id, begin)
}

type confirmBody struct {
	Name    page.Text
	Ticket  string
	Voted   bool
	Gone    bool // may take the vote back, and not vote again
	Until   page.Text
	Promise page.Text
	Button  page.Button
	Leave   page.Link
	Receipt *page.Button
}

// confirm is the page after the e-ID: nobody votes by logging in.
func (p *Pages) confirm(w http.ResponseWriter, r *route.Request, a identity.Authentication, returnTo string, begun time.Time) error {
	id := strings.TrimPrefix(returnTo, petitions+"/")
	in, err := p.Booth.Admit(r.Context(), id, a, begun)
	if err != nil {
		return p.refuse(w, r, id, err)
	}
	b := confirmBody{Name: swedish(in.Title), Ticket: in.Ticket, Voted: in.Voted, Gone: in.Leave, Promise: p.promise(),
		Button: page.Button{Text: page.T("vote.confirm.vote"), Name: "val", Value: "rosta"},
		Leave:  page.Link{Text: page.T("vote.confirm.leave"), URL: petitionPath(id)}}
	if p.Clock.Now().Before(in.ClosesAt) { // in the grace after it nothing is promised
		b.Until = page.T("vote.confirm.until", "last", page.Until(in.ClosesAt, p.zone))
	}
	data := p.data(r, page.T("vote.confirm.title"))
	if in.Voted {
		data.Title = page.T("vote.confirm.voted_title")
		b.Button = page.Button{Text: page.T("vote.confirm.take_back"), Name: "val", Value: "aterta", Variant: page.Secondary}
		b.Leave.Text = page.T("vote.confirm.keep")
		if in.Receipts {
			b.Receipt = &page.Button{Text: page.T("vote.receipt.ask"), Variant: page.Quiet}
		}
	}
	data.Body = b
	return p.set.Render(w, r.Request, http.StatusOK, "confirm.html", data)
}

var (
	errOff     = fault.New(fault.Unavailable, "vote: voting is switched off")
	errClosed  = fault.New(fault.Gone, "vote: the petition is closed")
	errNotOpen = fault.New(fault.Gone, "vote: the petition is not open, or was closed early")
	errPaused  = fault.New(fault.Conflict, "vote: voting is paused")
)
