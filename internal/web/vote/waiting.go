package vote

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity/transient"
	"medborgarnavet/internal/web/eid"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

const (
	// placeCookie holds a place in the queue, and which petition it was for.
	placeCookie = "__Host-rosta-plats"
	placeLife   = 2 * time.Hour
	// placesPerMinute is how many places one network address may take: a
	// library or a school, not a program.
	placesPerMinute = 120
)

// free is how many more may be at the e-ID, which is none while the votes that
// come cannot be written as fast.
func (p *Pages) free() int {
	if p.Full != nil && p.Full() {
		return 0
	}
	n, most := p.Logins.Count()
	return most - n
}

// admit lets somebody on to the e-ID: straight on, because it is their turn, or
// by way of a place in the queue.
func (p *Pages) admit(w http.ResponseWriter, r *route.Request, petition string, begin eid.Begin) error {
	n, has := p.seal.get(r, placeCookie)
	if has && p.room.hasTurn(n.Place) || p.room.open(p.free()) {
		if has {
			route.ClearCookie(w, placeCookie)
		}
		err := begin(petitionPath(petition))
		switch {
		case err == nil:
			p.room.leave(n.Place)
			return nil
		case fault.KindOf(err) != fault.TooMany:
			return err
		case !errors.Is(err, transient.ErrFull):
			return p.refuse(w, r, petition, err) // this address, not all of us
		}
		if has && p.room.hasTurn(n.Place) { // taken by somebody else this moment: the turn remains
			return p.toRoom(w, r, note{Petition: petition, Place: n.Place})
		}
	}
	if has { // one place a browser: it keeps the one it has
		if _, _, known := p.room.look(n.Place, p.free(), false); known {
			return p.toRoom(w, r, note{Petition: petition, Place: n.Place})
		}
	}
	if !p.come.Allow(r.ClientIP, p.Clock.Now()) {
		return p.refuse(w, r, petition, errOften)
	}
	number, ok := p.room.enter()
	if !ok {
		return p.refuse(w, r, petition, errQueueFull)
	}
	return p.toRoom(w, r, note{Petition: petition, Place: number})
}

func (p *Pages) toRoom(w http.ResponseWriter, r *route.Request, n note) error {
	p.seal.set(w, placeCookie, n, placeLife)
	return route.SeeOther(w, r, waitPath)
}

type waitingBody struct {
	Turn     bool
	Petition string
	Stands   page.Text
	Still    bool
	Buttons  page.Buttons
	Renew    page.Link
	Leave    page.Button
}

// waiting says how a place in the queue stands. The page renews itself without
// script, unless the reader has asked it to stand still (WCAG 2.2.2). When it is
// one's turn it stands still by itself: what begins must be begun by a person.
func (p *Pages) waiting(w http.ResponseWriter, r *route.Request) error {
	n, ok := p.seal.get(r, placeCookie)
	if !ok {
		return p.refuse(w, r, "", errNoPlace)
	}
	still := r.URL.Query().Has("stilla")
	ahead, turn, known := p.room.look(n.Place, p.free(), still)
	if !known {
		route.ClearCookie(w, placeCookie)
		return p.refuse(w, r, n.Petition, errNoPlace)
	}
	p.seal.set(w, placeCookie, n, placeLife)
	b := waitingBody{Turn: turn, Petition: n.Petition, Still: still, Stands: page.N("vote.queue.ahead", ahead),
		Leave: page.Button{Text: page.T("vote.queue.leave"), Variant: page.Quiet}}
	if ahead == 0 {
		b.Stands = page.T("vote.queue.first")
	}
	data := p.data(r, page.T("vote.queue.title"))
	switch {
	case turn:
		data.Title = page.T("vote.queue.turn")
		b.Buttons = eid.Buttons(r.Request)
	case still:
		b.Renew = page.Link{URL: waitPath, Text: page.T("vote.queue.renew")}
	default:
		b.Renew = page.Link{URL: waitPath + "?stilla", Text: page.T("vote.queue.still")}
		w.Header().Set("Refresh", strconv.Itoa(int(refreshEvery.Seconds())))
	}
	data.Body = b
	return p.set.Render(w, r.Request, http.StatusOK, "waiting.html", data)
}

// leave gives a place up.
func (p *Pages) leave(w http.ResponseWriter, r *route.Request) error {
	n, ok := p.seal.get(r, placeCookie)
	if ok {
		p.room.leave(n.Place)
	}
	route.ClearCookie(w, placeCookie)
	return route.SeeOther(w, r, petitionPath(n.Petition))
}
