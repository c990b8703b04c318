package moderation

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/switches"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// What a steward does, each on a page of its own that says what will happen
// before it does.

// act is one of them.
type act struct {
	slug  string
	needs func(Deps) bool
	// danger: it cannot be undone, or stops something for everyone.
	danger bool
	do     func(p *Pages, r *route.Request, a *attempt) (done url.Values, err error)
}

var acts = []act{
	{"paus", withVoting, true, (*Pages).pause},
	{"fortsatt", withVoting, false, (*Pages).resume},
	{"stang", withVoting, true, (*Pages).closeEarly},
	{"avbrott", withVoting, false, (*Pages).outage},
	{"brytare", func(d Deps) bool { return d.Switches != nil }, true, (*Pages).turn},
}

func withVoting(d Deps) bool { return d.Voting != nil && d.Oversight != nil }

const (
	petitionField = "forslag"
	partField     = "del"
	stateField    = "lage"
	actWords      = "drift.ord"
	sureField     = "drift.saker"
	fromField     = "drift.fran"
	untilField    = "drift.till"
)

type actBody struct {
	Action string
	Values []page.HiddenValue
	Says   []page.Text
	Parts  []page.Component
	Submit page.Button
}

func (p *Pages) actForm(x act) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		q := r.URL.Query()
		return p.actPage(w, r, x, &attempt{status: http.StatusOK, typed: url.Values{petitionField: q[petitionField], partField: q[partField]}})
	}
}

func (p *Pages) actPage(w http.ResponseWriter, r *route.Request, x act, a *attempt) error {
	body := actBody{Action: drift + "/" + x.slug, Submit: page.Button{Text: page.T("moderation.do." + x.slug)}}
	if x.danger {
		body.Submit.Variant = page.Danger
	}
	d := p.data(r, page.T("moderation.act-title."+x.slug))
	d.Back = &page.Link{URL: drift, Text: page.T("moderation.drift.title")}
	d.Errors = a.faults
	id := a.typed.Get(petitionField)
	switch {
	case x.slug == "brytare":
		if err := p.switchParts(&d, &body, a); err != nil {
			return err
		}
	case x.slug == "avbrott":
		body.Says = []page.Text{page.T("moderation.act-says.avbrott")}
		body.Parts = p.outageParts(a)
	case id != "":
		found, err := p.Petitions.Titles(r.Context(), r.StaffID, []string{id})
		if err != nil {
			return err
		}
		i, ok := found[id]
		if !ok {
			return fault.New(fault.NotFound, "no such petition")
		}
		d.Service = []page.Text{page.CaseNumber(i.Registry), ", ", i.Title}
		body.Says = []page.Text{page.T("moderation.act-says." + x.slug)}
		body.Values = []page.HiddenValue{{Name: petitionField, Value: id}}
	case x.slug == "stang": // one at a time
		return fault.New(fault.NotFound, "no petition to close")
	default:
		d.Title = page.T("moderation.act-title." + x.slug + "-alla")
		body.Submit.Text = page.T("moderation.act." + x.slug + "-alla")
		body.Says = []page.Text{page.T("moderation.act-says." + x.slug + "-alla")}
	}
	if x.slug == "paus" || x.slug == "stang" || x.slug == "fortsatt" {
		body.Parts = append(body.Parts, page.Field{Name: actWords, Kind: page.LongInput, Rows: 3, Label: page.T("moderation.field.ord"), Hint: page.T("moderation.act-words." + x.slug),
			Optional: x.slug == "fortsatt", Value: a.value(actWords, ""), Error: a.fault(actWords), MaxLength: petition.MaxWords})
	}
	if x.slug == "stang" {
		body.Parts = append(body.Parts, page.Confirm{Name: sureField, Label: page.T("moderation.act.sure"), Ticked: a.value(sureField, "") != "", Error: a.fault(sureField)})
	}
	d.Body = body
	return p.render(w, r, a.status, "act.html", d)
}

// act does it and leads back to the steward's page.
func (p *Pages) act(x act) route.Handler {
	return func(w http.ResponseWriter, r *route.Request) error {
		a, err := begin(r)
		if err != nil {
			return err
		}
		done, err := x.do(p, r, a)
		switch {
		case fault.Is(err, fault.Conflict):
			a.status = http.StatusConflict
			a.faults = append(a.faults, page.FieldError{Field: actWords, Text: page.T("moderation.act.conflict")})
		case mended(err) && len(a.faults) == 0:
			a.refuse(actWords, page.T("moderation.wrong.act"))
		case err != nil && len(a.faults) == 0:
			return err
		}
		if len(a.faults) > 0 {
			return p.actPage(w, r, x, a)
		}
		if done == nil {
			done = url.Values{}
		}
		done.Set("sparat", x.slug)
		return route.SeeOther(w, r, drift+"?"+done.Encode())
	}
}

// words are the steward's, which must be there where others are stopped.
func (a *attempt) words(needed bool) string {
	said := strings.TrimSpace(a.value(actWords, ""))
	if needed && said == "" {
		a.refuse(actWords, page.T("moderation.wrong.words-missing"))
	}
	a.remarks(petition.CheckWords(said), map[string]string{"words": actWords})
	return said
}

func (p *Pages) pause(r *route.Request, a *attempt) (url.Values, error) {
	said := a.words(true)
	if len(a.faults) > 0 {
		return nil, nil
	}
	return p.each(r, a, "pause", false, func(ctx context.Context, id string) error { return p.Voting.Pause(ctx, id, said) })
}

func (p *Pages) resume(r *route.Request, a *attempt) (url.Values, error) {
	said := a.words(false)
	if len(a.faults) > 0 {
		return nil, nil
	}
	return p.each(r, a, "resume", true, func(ctx context.Context, id string) error { return p.Voting.Resume(ctx, id, said) })
}

// each does something to one petition, or to all that are paused, or that are
// not. One that fails stops no other.
func (p *Pages) each(r *route.Request, a *attempt, what string, paused bool, do func(ctx context.Context, id string) error) (url.Values, error) {
	steward := func(id string) error {
		return p.Petitions.Steward(r.Context(), r.StaffID, id, what, func(ctx context.Context) error { return do(ctx, id) })
	}
	if id := a.value(petitionField, ""); id != "" {
		return nil, steward(id)
	}
	picture, err := p.Oversight(r.Context())
	if err != nil {
		return nil, err
	}
	done, failed := 0, 0
	for _, v := range picture.Voting {
		if v.Paused != paused {
			continue
		}
		if err := steward(v.Petition); err != nil {
			if fault.Is(err, fault.Forbidden) {
				return nil, err
			}
			failed++
			continue
		}
		done++
	}
	return url.Values{"antal": {strconv.Itoa(done)}, "fel": {strconv.Itoa(failed)}}, nil
}

func (p *Pages) closeEarly(r *route.Request, a *attempt) (url.Values, error) {
	said, id := a.words(true), a.value(petitionField, "")
	if a.value(sureField, "") == "" {
		a.refuse(sureField, page.T("moderation.wrong.sure"))
	}
	if len(a.faults) > 0 {
		return nil, nil
	}
	if id == "" {
		return nil, fault.New(fault.NotFound, "no petition to close")
	}
	return nil, p.Petitions.Steward(r.Context(), r.StaffID, id, "close-early", func(ctx context.Context) error { return p.Voting.CloseEarly(ctx, id, said) })
}

func (p *Pages) outageParts(a *attempt) []page.Component {
	clock := func(name, key string) page.Field {
		return page.Field{Name: name + ".tid", Label: page.T("moderation.act." + key), Hint: page.T("moderation.act.time-hint"), Value: a.value(name+".tid", ""),
			Error: a.fault(name + ".tid"), Width: "s"}
	}
	return []page.Component{a.date(fromField, page.T("moderation.act.from-day"), nil, time.Time{}), clock(fromField, "from-time"),
		a.date(untilField, page.T("moderation.act.until-day"), nil, time.Time{}), clock(untilField, "until-time")}
}

// moment reads a day and a time of day in Sweden.
func (p *Pages) moment(a *attempt, name string) time.Time {
	day, _ := p.readDate(a, name)
	if day.IsZero() {
		a.refuse(name, page.T("moderation.wrong.date"))
	}
	clock, err := time.Parse("15.4", strings.ReplaceAll(strings.TrimSpace(a.value(name+".tid", "")), ":", "."))
	if err != nil {
		a.refuse(name+".tid", page.T("moderation.wrong.time"))
	}
	y, m, d := day.Date()
	return time.Date(y, m, d, clock.Hour(), clock.Minute(), 0, 0, p.zone)
}

// outage enters lost time after the fact. The same time twice counts once:
// closing sees to that.
func (p *Pages) outage(r *route.Request, a *attempt) (url.Values, error) {
	from, until := p.moment(a, fromField), p.moment(a, untilField)
	if len(a.faults) > 0 {
		return nil, nil
	}
	switch {
	case until.After(p.Clock.Now()):
		a.refuse(untilField, page.T("moderation.wrong.outage-ahead"))
	case !until.After(from):
		a.refuse(untilField, page.T("moderation.wrong.outage-order"))
	}
	if len(a.faults) > 0 {
		return nil, nil
	}
	moved := 0
	err := p.Petitions.Steward(r.Context(), r.StaffID, "", "outage", func(ctx context.Context) (err error) {
		moved, err = p.Voting.Outage(ctx, from.UTC(), until.UTC())
		return err
	})
	if mended(err) {
		a.refuse(untilField, page.T("moderation.wrong.outage-long"))
		return nil, nil
	}
	return url.Values{"antal": {strconv.Itoa(moved)}}, err
}

// switchOf is the switch that the form is about.
func (p *Pages) switchOf(a *attempt) (switches.Switch, error) {
	all := p.Switches.All()
	i := slices.IndexFunc(all, func(s switches.Switch) bool { return string(s.Name) == a.value(partField, "") })
	if i < 0 {
		return switches.Switch{}, fault.New(fault.NotFound, "no such switch")
	}
	return all[i], nil
}

func (p *Pages) switchParts(d *page.Data, body *actBody, a *attempt) error {
	s, err := p.switchOf(a)
	if err != nil {
		return err
	}
	d.Service = page.T("moderation.feature." + string(s.Name))
	on := !s.On
	if v := a.value(stateField, ""); v != "" {
		on = v == "pa"
	}
	state := "av"
	if on {
		state = "pa"
		body.Submit.Variant = page.Primary
	} else {
		body.Parts = []page.Component{page.Field{Name: actWords, Label: page.T("moderation.act.why-off"), Hint: page.T("moderation.act-words.brytare"),
			Value: a.value(actWords, ""), Error: a.fault(actWords), Width: "l"}}
	}
	d.Title = page.T("moderation.act-title.brytare-" + state)
	body.Submit.Text = page.T("moderation.act." + state)
	body.Says = []page.Text{page.T("moderation.switch-off." + string(s.Name))}
	body.Values = []page.HiddenValue{{Name: partField, Value: string(s.Name)}, {Name: stateField, Value: state}}
	return nil
}

// turn sets a switch as the form said it would, whatever it stands at now.
func (p *Pages) turn(r *route.Request, a *attempt) (url.Values, error) {
	s, err := p.switchOf(a)
	if err != nil {
		return nil, err
	}
	on := a.value(stateField, "") == "pa"
	said := a.words(!on)
	if len(a.faults) > 0 {
		return nil, nil
	}
	actor, err := p.Actor(r.Context(), r.StaffID)
	if err != nil {
		return nil, err
	}
	return nil, p.Switches.Set(r.Context(), actor, s.Name, on, said)
}
