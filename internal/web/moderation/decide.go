package moderation

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// kind is one of a moderator's decisions.
type kind struct {
	slug string // in addresses and names of fields
	move petition.Move
	do   func(p *petition.Petitions, ctx context.Context, staff, id string, d petition.Decision) error
}

// kinds are the decisions, in the order they stand on the sheet.
var kinds = []kind{
	{"godkann", petition.MoveAccept, (*petition.Petitions).Accept},
	{"komplettera", petition.MoveAskMore, (*petition.Petitions).AskMore},
	{"avsla", petition.MoveReject, (*petition.Petitions).Reject},
	{"slaihop", petition.MoveMerge, (*petition.Petitions).Merge},
	{"dolj", petition.MoveHide, (*petition.Petitions).Hide},
}

func kindOf(slug string) (kind, error) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.slug == slug })
	if i < 0 {
		return kind{}, fault.New(fault.NotFound, "no such decision")
	}
	return kinds[i], nil
}

func (k kind) name(field string) string { return k.slug + "." + field }

// decisionForm is one decision on the sheet.
type decisionForm struct {
	Slug    string
	Action  string
	Open    bool
	Summary page.Text
	About   page.Text
	Code    *selection
	Parts   []page.Component
	Submit  []page.Button
}

// selection chooses one of many short texts, where a group of buttons would
// push the text that one reads out of sight.
type selection struct {
	Name         string
	Label, Error page.Text
	Value        string
	Options      []page.Option
}

// decisions are the forms of what can be decided now: on a proposal that one
// holds, or to hide what is settled.
func (p *Pages) decisions(s petition.Sheet, a *attempt) []decisionForm {
	var out []decisionForm
	for _, k := range kinds {
		if !legal(k.move, s, petition.RoleModerator) || s.Standing.Moderation == petition.Reviewing && !s.Mine {
			continue
		}
		f := decisionForm{Slug: k.slug, Action: list + "/" + s.ID + "/beslut/" + k.slug, Summary: page.T("moderation.decide." + k.slug),
			About: page.T("moderation.about." + k.slug), Code: codeOf(k, a), Parts: p.decisionParts(k, s, a)}
		preview := page.Button{Text: page.T("moderation.preview.go"), Action: f.Action + "/granska", Variant: page.Secondary}
		if k.move == petition.MoveAccept {
			f.Submit = []page.Button{{Text: page.T("moderation.decide.godkann")}, preview}
		} else {
			f.Submit = []page.Button{preview}
		}
		if k.move == petition.MoveHide && s.Standing.Moderation != petition.Reviewing {
			f.About = page.T("moderation.about.dolj-at-once")
		}
		f.Open = k.move == petition.MoveAccept && len(a.faults) == 0 && !edited(a)
		for _, e := range a.faults {
			f.Open = f.Open || strings.HasPrefix(e.Field, k.slug+".")
		}
		for name := range a.typed {
			f.Open = f.Open || strings.HasPrefix(name, k.slug+".")
		}
		out = append(out, f)
	}
	return out
}

func edited(a *attempt) bool {
	for name := range a.typed {
		if slug, _, ok := strings.Cut(name, "."); ok && slices.ContainsFunc(kinds, func(k kind) bool { return k.slug == slug }) {
			return true
		}
	}
	return false
}

func (p *Pages) decisionParts(k kind, s petition.Sheet, a *attempt) []page.Component {
	choice := func(field string, options []page.Option) page.Choice {
		name := k.name(field)
		return page.Choice{Name: name, Label: page.T("moderation.field." + field), Values: a.typed[name], Error: a.fault(name), Options: options}
	}
	var parts []page.Component
	switch k.move {
	case petition.MoveReject:
		where := choice("tjanst", nil)
		where.Hint = page.T("moderation.code.where")
		for _, v := range p.Petitions.Settings().Services {
			where.Options = append(where.Options, page.Option{Value: v.ID, Label: v.Name})
		}
		if len(where.Options) > 0 {
			parts = append(parts, where)
		}
	case petition.MoveMerge:
		var same []page.Option
		for _, x := range s.Similar {
			same = append(same, page.Option{Value: x.ID, Label: x.Title, Hint: page.CaseNumber(x.Registry)})
		}
		if len(same) > 0 {
			parts = append(parts, choice("val", same))
		}
		name := k.name("nummer")
		parts = append(parts, page.Field{Name: name, Label: page.T("moderation.field.nummer"), Hint: page.T("moderation.merge.number-hint"), Optional: len(same) > 0,
			Value: a.value(name, ""), Error: a.fault(name), Width: "m"})
	}
	name := k.name("ord")
	parts = append(parts, page.Field{Name: name, Kind: page.LongInput, Rows: 4, Label: page.T("moderation.words." + k.slug), Hint: page.T("moderation.words.hint"),
		Optional: k.move == petition.MoveAccept || k.move == petition.MoveMerge, Value: a.value(name, ""), Error: a.fault(name), MaxLength: petition.MaxWords})
	if k.move == petition.MoveReject {
		parts = append(parts, page.Confirm{Name: k.name("dolda"), Label: page.T("moderation.words.hidden"), Hint: page.T("moderation.words.hidden-hint"),
			Ticked: a.value(k.name("dolda"), "") != ""})
	}
	return parts
}

// codeOf chooses the code of a decision that needs one.
func codeOf(k kind, a *attempt) *selection {
	if k.move != petition.MoveReject && k.move != petition.MoveHide {
		return nil
	}
	name := k.name("kod")
	out := &selection{Name: name, Label: page.T("moderation.field.kod"), Error: a.fault(name), Value: a.value(name, ""),
		Options: []page.Option{{Label: page.T("moderation.code.choose")}}}
	for _, c := range petition.Codes() {
		switch {
		case c.ID == petition.CodeWithdrawn:
		case k.move == petition.MoveReject:
			out.Options = append(out.Options, page.Option{Value: c.ID, Label: codeLabel(c)})
		default:
			out.Options = append(out.Options, page.Option{Value: c.ID, Label: c.Label})
		}
	}
	return out
}

// decision reads what a moderator has written, and says what is missing.
func (p *Pages) decision(r *route.Request, k kind, a *attempt) (petition.Decision, error) {
	d := petition.Decision{Key: a.value(keyField, ""), Code: a.value(k.name("kod"), ""), Words: a.value(k.name("ord"), ""), WordsHidden: a.value(k.name("dolda"), "") != ""}
	var err error
	if d.Version, err = strconv.Atoi(a.value(versionField, "")); err != nil {
		return d, fault.New(fault.Invalid, "a decision without the version that was read")
	}
	d.Service = a.value(k.name("tjanst"), "")
	if k.move != petition.MoveMerge {
		return d, nil
	}
	d.Into = a.value(k.name("val"), "")
	number := strings.TrimSpace(a.value(k.name("nummer"), ""))
	switch {
	case number != "":
		d.Into, err = p.Petitions.Find(r.Context(), r.StaffID, number)
		if fault.Is(err, fault.NotFound) {
			a.refuse(k.name("nummer"), page.T("moderation.wrong.number-unknown"))
			return d, nil
		}
	case d.Into == "":
		a.refuse(k.name("nummer"), page.T("moderation.wrong.number-missing"))
	}
	return d, err
}

// trouble puts what petition would not take beside the form's fields. It tells
// whether it could.
func (k kind) trouble(a *attempt, err error) bool {
	fields := map[string]string{"words": k.name("ord"), "code": k.name("kod"), "service": k.name("tjanst")}
	switch {
	case mended(err):
		return a.remarks(err, fields)
	case k.move == petition.MoveMerge && (fault.Is(err, fault.NotFound) || errors.Is(err, petition.ErrNotMergeable)):
		a.refuse(k.name("nummer"), page.T("moderation.wrong.number-not"))
		return true
	}
	return false
}

type previewBody struct {
	Subject, Mailed page.Text
	Letter          []page.Text
	Public          []page.Text
	Action          string
	Edit            string
	Values          []page.HiddenValue
	Submit          page.Button
}

// previewDecision shows the letter before it is sent (ux.md P17), with what
// everyone else will see.
func (p *Pages) previewDecision(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	k, err := kindOf(r.PathValue("slag"))
	if err != nil {
		return err
	}
	if a.value("andra", "") != "" { // back from the preview, with everything kept
		return p.sheetPage(w, r, a)
	}
	d, err := p.decision(r, k, a)
	if err != nil {
		return err
	}
	if len(a.faults) > 0 {
		return p.sheetPage(w, r, a)
	}
	letter, err := p.Petitions.Preview(r.Context(), r.StaffID, r.PathValue("id"), k.move, d)
	if k.trouble(a, err) {
		return p.sheetPage(w, r, a)
	}
	if fault.Is(err, fault.Conflict) {
		return p.conflict(w, r, a)
	}
	if err != nil {
		return err
	}
	s, err := p.Petitions.Read(r.Context(), r.StaffID, r.PathValue("id"))
	if err != nil {
		return err
	}
	body := previewBody{Subject: letter.Subject, Letter: lines(strings.TrimSpace(letter.Text)), Public: public(k, s, d),
		Action: list + "/" + s.ID + "/beslut/" + k.slug, Edit: list + "/" + s.ID + "/beslut/" + k.slug + "/granska",
		Submit: page.Button{Text: page.T("moderation.confirm." + k.slug)}}
	if k.move == petition.MoveHide {
		body.Submit.Variant = page.Danger
	}
	if body.Mailed = page.T("moderation.preview.mailed", "minutes", strconv.Itoa(p.Petitions.Settings().UndoMinutes)); !letter.Mailed {
		body.Mailed = page.T("moderation.preview.no-mail")
	} else if s.Standing.Moderation != petition.Reviewing {
		body.Mailed = page.T("moderation.preview.at-once")
	}
	for name, values := range a.typed {
		if name == keyField || name == versionField || strings.HasPrefix(name, k.slug+".") {
			for _, v := range values {
				body.Values = append(body.Values, page.HiddenValue{Name: name, Value: v})
			}
		}
	}
	slices.SortFunc(body.Values, func(a, b page.HiddenValue) int { return strings.Compare(a.Name, b.Name) })
	f := p.data(r, page.T("moderation.preview.title."+k.slug))
	f.Service = []page.Text{page.CaseNumber(s.Registry), ", ", s.Text.Title}
	f.Back = &page.Link{URL: list + "/" + s.ID, Text: page.T("moderation.back")}
	f.Body = body
	return p.render(w, r, http.StatusOK, "preview.html", f)
}

// public is what everyone else will see of a decision.
func public(k kind, s petition.Sheet, d petition.Decision) []page.Text {
	code, _ := petition.CodeOf(d.Code)
	var out []page.Text
	switch k.move {
	case petition.MoveAskMore:
		return append(out, page.T("moderation.public.nothing"))
	case petition.MoveAccept:
		return append(out, page.T("moderation.public.not-yet"))
	case petition.MoveMerge:
		return append(out, page.T("moderation.public.merged"))
	case petition.MoveHide:
		out = append(out, page.T("moderation.public.code", "code", code.Label), page.T("moderation.public.text-hidden"), page.T("moderation.public.words-hidden"))
		if s.Standing.Moderation != petition.Reviewing {
			out = append(out, page.T("moderation.public.at-once"))
		}
		if v := s.Standing.Voting; v == petition.Planned || v == petition.Open || v == petition.Paused {
			out = append(out, page.T("moderation.stops"))
		}
		return out
	}
	out = append(out, page.T("moderation.public.code", "code", code.Label))
	if code.HidesText {
		out = append(out, page.T("moderation.public.text-hidden"))
	}
	if d.WordsHidden || code.HidesText {
		return append(out, page.T("moderation.public.words-hidden"))
	}
	return append(out, page.T("moderation.public.words"))
}

// decide makes the decision, once.
func (p *Pages) decide(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	k, err := kindOf(r.PathValue("slag"))
	if err != nil {
		return err
	}
	d, err := p.decision(r, k, a)
	if err != nil {
		return err
	}
	if len(a.faults) == 0 {
		err = k.do(p.Petitions, r.Context(), r.StaffID, r.PathValue("id"), d)
	}
	if len(a.faults) > 0 || k.trouble(a, err) {
		return p.sheetPage(w, r, a)
	}
	return p.finish(w, r, a, err, k.slug, "text")
}
