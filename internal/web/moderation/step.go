package moderation

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// What comes of a petition: one form a step, each with words, what is expected
// next and its day (P-13).

// stepKind is one of the steps.
type stepKind struct {
	slug string
	move petition.Move
	// Next are the steps that usually follow.
	next []petition.Move
}

var stepKinds = []stepKind{
	{"lamna", petition.MoveHandOver, []petition.Move{petition.MovePrepare, petition.MovePlan, petition.MoveDecide}},
	{"bered", petition.MovePrepare, []petition.Move{petition.MovePlan, petition.MoveDecide}},
	{"planera", petition.MovePlan, []petition.Move{petition.MoveDecide}},
	{"besluta", petition.MoveDecide, []petition.Move{petition.MoveStart, petition.MoveComplete, petition.MoveFollowUp}},
	{"paborja", petition.MoveStart, []petition.Move{petition.MoveComplete}},
	{"slutfor", petition.MoveComplete, []petition.Move{petition.MoveFollowUp}},
	{"lagg-ned", petition.MoveDrop, []petition.Move{petition.MoveFollowUp}},
	{"nyhet", petition.MoveNews, []petition.Move{petition.MoveHandOver, petition.MovePrepare, petition.MovePlan, petition.MoveDecide, petition.MoveStart, petition.MoveComplete}},
	{"folj-upp", petition.MoveFollowUp, []petition.Move{petition.MoveFollowUp, petition.MoveComplete}},
}

func (k stepKind) name(field string) string { return k.slug + "." + field }

// possible tells whether a step can be taken from where a petition stands.
func (k stepKind) possible(s petition.Sheet) bool {
	granted := s.Decision == petition.Granted || s.Decision == petition.PartlyGranted
	carried := k.move == petition.MoveStart || k.move == petition.MoveComplete || k.move == petition.MoveDrop
	return legal(k.move, s, petition.RoleHandler) && (granted || !carried)
}

// steps are buttons to what can be written down now.
func steps(s petition.Sheet) []page.Button {
	var out []page.Button
	for _, k := range stepKinds {
		if k.possible(s) {
			out = append(out, page.Button{Text: page.T("moderation.step." + k.slug), URL: list + "/" + s.ID + "/steg/" + k.slug, Variant: page.Secondary})
		}
	}
	return out
}

// nextWords are what is expected next.
func nextWords(step string) page.Text {
	for _, k := range stepKinds {
		if string(k.move) == step {
			return page.T("moderation.next." + k.slug)
		}
	}
	switch petition.Move(step) {
	case petition.MoveCheckOut:
		return page.T("moderation.next.begin")
	case petition.MoveAccept:
		return page.T("moderation.next.read")
	case petition.MoveOpen:
		return page.T("moderation.next.open")
	case petition.MoveClose:
		return page.T("moderation.next.close")
	}
	return page.T("moderation.next.news")
}

type stepBody struct {
	Action, Key, Seen string
	Parts             []page.Component
	Submit            page.Text
}

func stepOf(r *route.Request) (stepKind, error) {
	i := slices.IndexFunc(stepKinds, func(k stepKind) bool { return k.slug == r.PathValue("steg") })
	if i < 0 {
		return stepKind{}, fault.New(fault.NotFound, "no such step")
	}
	return stepKinds[i], nil
}

func (p *Pages) stepForm(w http.ResponseWriter, r *route.Request) error {
	k, err := stepOf(r)
	if err != nil {
		return err
	}
	return p.stepPage(w, r, k, &attempt{status: http.StatusOK})
}

func (p *Pages) stepPage(w http.ResponseWriter, r *route.Request, k stepKind, a *attempt) error {
	s, err := p.Petitions.Read(r.Context(), r.StaffID, r.PathValue("id"))
	if err != nil {
		return err
	}
	if !k.possible(s) {
		return p.conflict(w, r, a)
	}
	base := list + "/" + s.ID
	d := p.data(r, page.T("moderation.step."+k.slug))
	d.Service = []page.Text{page.CaseNumber(s.Registry), ", ", s.Text.Title}
	d.Lead = page.T("moderation.step-about." + k.slug)
	d.Back = &page.Link{URL: base + "#utfall", Text: page.T("moderation.back")}
	d.Errors = a.faults
	d.Body = stepBody{Action: base + "/steg/" + k.slug, Key: newKey(), Seen: strconv.Itoa(s.Last()), Parts: p.stepParts(k, a), Submit: page.T("moderation.step.save")}
	return p.render(w, r, a.status, "step.html", d)
}

func (p *Pages) stepParts(k stepKind, a *attempt) []page.Component {
	field := func(name string, hint page.Text, optional bool, width string) page.Field {
		full := k.name(name)
		return page.Field{Name: full, Label: page.T("moderation.field." + name), Hint: hint, Optional: optional, Value: a.value(full, ""), Error: a.fault(full), Width: width}
	}
	var parts []page.Component
	switch k.move {
	case petition.MoveHandOver:
		body := field("organ", nil, false, "l")
		body.Value = a.value(body.Name, p.Petitions.Settings().ReceivingBody)
		parts = append(parts, body, field("diarienr", page.T("moderation.step.registry-hint"), false, "m"))
	case petition.MoveDecide:
		name := k.name("beslut")
		c := page.Choice{Name: name, Label: page.T("moderation.field.beslut"), Values: a.typed[name], Error: a.fault(name)}
		for _, d := range []string{petition.Granted, petition.PartlyGranted, petition.Declined, petition.Answered} {
			c.Options = append(c.Options, page.Option{Value: d, Label: page.T("moderation.decision." + d)})
		}
		parts = append(parts, c, a.date(k.name("dag"), page.T("moderation.step.decided"), nil, p.Clock.Now().In(p.zone)),
			field("paragraf", page.T("moderation.step.paragraph-hint"), false, "m"))
	}
	words := field("ord", page.T("moderation.step.words-hint"), k.move != petition.MoveNews && k.move != petition.MoveFollowUp, "")
	words.Kind, words.Rows, words.MaxLength = page.LongInput, 4, petition.MaxWords
	parts = append(parts, words)
	next := page.Choice{Name: k.name("nasta"), Label: page.T("moderation.field.nasta"), Hint: page.T("moderation.step.next-hint"), Values: a.typed[k.name("nasta")], Error: a.fault(k.name("nasta"))}
	for _, m := range k.next {
		next.Options = append(next.Options, page.Option{Value: string(m), Label: nextWords(string(m))})
	}
	day := page.T("moderation.step.next-day")
	if k.move == petition.MovePlan {
		day = page.T("moderation.step.plan-day")
	} else {
		parts = append(parts, next)
	}
	return append(parts, a.date(k.name("nasta-dag"), day, page.T("moderation.step.next-hint"), time.Time{}),
		field("lank", page.T("moderation.step.link-hint"), true, "l"))
}

// readStep reads the form, and says what is missing in it.
func (p *Pages) readStep(k stepKind, a *attempt) petition.Step {
	get := func(field string) string { return strings.TrimSpace(a.value(k.name(field), "")) }
	seen, _ := strconv.Atoi(a.value(seenField, "")) // without one there is nothing to hold it against
	s := petition.Step{Move: k.move, Key: a.value(keyField, ""), Seen: seen, Words: get("ord"), NextStep: petition.Move(get("nasta")), Link: get("lank"),
		Body: get("organ"), Registry: get("diarienr"), Decision: get("beslut"), Paragraph: get("paragraf")}
	if k.move == petition.MovePlan {
		s.NextStep = petition.MoveDecide
	}
	if s.NextStep != "" && k.move != petition.MovePlan && !slices.Contains(k.next, s.NextStep) {
		a.refuse(k.name("nasta"), page.T("moderation.wrong.next-unknown"))
	}
	today := p.Clock.Now().In(p.zone).Format(time.DateOnly)
	if day, empty := p.readDate(a, k.name("nasta-dag")); !day.IsZero() {
		s.NextDay = day.Format(time.DateOnly)
		if s.NextDay < today {
			a.refuse(k.name("nasta-dag"), page.T("moderation.wrong.day-passed"))
		}
	} else if !empty {
		a.refuse(k.name("nasta-dag"), page.T("moderation.wrong.date"))
	}
	if k.move == petition.MoveDecide {
		day, _ := p.readDate(a, k.name("dag"))
		switch s.Day = day.Format(time.DateOnly); {
		case day.IsZero():
			a.refuse(k.name("dag"), page.T("moderation.wrong.date"))
		case s.Day > today:
			a.refuse(k.name("dag"), page.T("moderation.wrong.day-ahead"))
		}
	}
	if u, err := url.Parse(s.Link); s.Link != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		a.refuse(k.name("lank"), page.T("moderation.wrong.link-unknown"))
	}
	return s
}

// step writes a step down.
func (p *Pages) step(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	k, err := stepOf(r)
	if err != nil {
		return err
	}
	s := p.readStep(k, a)
	if len(a.faults) == 0 {
		err = p.Petitions.Progress(r.Context(), r.StaffID, r.PathValue("id"), s)
	}
	fields := map[string]string{"words": k.name("ord"), "next": k.name("nasta"), "day": k.name("nasta-dag"), "link": k.name("lank"),
		"registry": k.name("diarienr"), "body": k.name("organ"), "decision": k.name("beslut"), "paragraph": k.name("paragraf")}
	if len(a.faults) > 0 || mended(err) && a.remarks(err, fields) {
		return p.stepPage(w, r, k, a)
	}
	return p.finish(w, r, a, err, "steg", "utfall")
}
