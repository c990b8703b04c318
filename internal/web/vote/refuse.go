package vote

import (
	"errors"
	"net/http"
	"strconv"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/booth"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

var (
	errNoTicket  = fault.New(fault.Invalid, "vote: the post holds no vote")
	errQueueFull = fault.New(fault.TooMany, "vote: no place in the queue")
	errOften     = fault.New(fault.TooMany, "vote: too many places for one address")
	errNoPlace   = fault.New(fault.NotFound, "vote: no place in the queue")
)

// refusal is a page of plain words: what happened, and that nothing was counted.
type refusal struct {
	status int
	name   string // of the texts vote.refuse.NAME and …_text
}

// refusalOf is the page for an error; false for our own mistakes.
func refusalOf(err error) (refusal, bool) {
	switch {
	case errors.Is(err, errOff):
		return refusal{http.StatusServiceUnavailable, "off"}, true
	case errors.Is(err, errNotOpen):
		return refusal{http.StatusGone, "not_open"}, true
	case errors.Is(err, errQueueFull):
		return refusal{http.StatusServiceUnavailable, "queue"}, true
	case errors.Is(err, errNoPlace):
		return refusal{http.StatusNotFound, "place"}, true
	}
	switch booth.Reason(err) {
	case booth.ReasonTooYoung:
		return refusal{http.StatusForbidden, "young"}, true
	case booth.ReasonLevelTooLow:
		return refusal{http.StatusForbidden, "level"}, true
	case booth.ReasonNotResident:
		return refusal{http.StatusForbidden, "resident"}, true
	case booth.ReasonNoReceipts:
		return refusal{http.StatusForbidden, "receipts"}, true
	case booth.ReasonNoVote:
		return refusal{http.StatusNotFound, "no_vote"}, true
	case booth.ReasonExpired:
		return refusal{http.StatusGone, "ticket"}, true
	case booth.ReasonRegister:
		return refusal{http.StatusServiceUnavailable, "register"}, true
	case booth.ReasonBusy:
		return refusal{http.StatusServiceUnavailable, "busy"}, true
	}
	r, ok := map[fault.Kind]refusal{
		fault.Invalid:     {http.StatusBadRequest, "invalid"},
		fault.NotFound:    {http.StatusNotFound, "missing"},
		fault.Conflict:    {http.StatusConflict, "paused"},
		fault.Gone:        {http.StatusGone, "closed"},
		fault.TooMany:     {http.StatusTooManyRequests, "often"},
		fault.Unavailable: {http.StatusServiceUnavailable, "down"},
	}[fault.KindOf(err)]
	return r, ok
}

type refuseBody struct {
	Text    page.Text
	Nothing page.Text
	Ways    page.Buttons
}

// refuse says in plain words why somebody cannot vote now. Our own mistakes go
// to the page for those.
func (p *Pages) refuse(w http.ResponseWriter, r *route.Request, petition string, err error) error {
	why, ok := refusalOf(err)
	if !ok {
		return err
	}
	data := p.data(r, page.T("vote.refuse."+why.name))
	b := refuseBody{Text: page.T("vote.refuse." + why.name + "_text"), Nothing: page.T("vote.refuse.nothing")}
	if why.name == "young" && p.MinAge > 0 {
		b.Text = page.T("vote.refuse.young_age", "age", strconv.Itoa(p.MinAge))
	}
	if why.name != "missing" && petition != "" {
		b.Ways.Buttons = append(b.Ways.Buttons, page.Button{Text: page.T("vote.refuse.petition"), URL: petitionPath(petition)})
	}
	if why.name == "off" || why.name == "down" { // what is known of it stands there
		b.Ways.Buttons = append(b.Ways.Buttons, page.Button{Text: page.T("vote.refuse.service"), URL: "/status", Variant: page.Secondary})
	}
	b.Ways.Buttons = append(b.Ways.Buttons, page.Button{Text: page.T("vote.refuse.all"), URL: petitions, Variant: page.Secondary})
	if why.status == http.StatusServiceUnavailable || why.status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "60")
	}
	data.Body = b
	return p.set.Render(w, r.Request, why.status, "refuse.html", data)
}
