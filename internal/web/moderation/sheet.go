package moderation

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

type sheetBody struct {
	Base  string
	Jump  []page.Link
	Facts page.Table
	// Take, Force and Release are the lock's buttons, nil when there is
	// nothing to press.
	Take, Force, Release *page.ActionButton
	HeldBy               page.Text

	Found            []page.Text
	Title, What, Why page.Text
	Service          page.Text // where it was sent, or what it was merged with
	Rules            []page.Text
	Codes            []page.Text
	ShowRules        bool
	Decisions        []decisionForm
	HowToDecide      page.Text
	Key, Version     string
	Next             []page.Button // what comes of it
	Outcome          *page.Summary
	Similar          page.Table
	Versions         []page.Details
	Events           page.Timeline
	Older            []page.Text
	Note             *page.Field
	Flag             *page.ActionButton
	Reopen           *page.Field
	Remove           *page.Button
	Publish          *page.Button
}

// openSheet shows a proposal. The reading is logged by petition.
func (p *Pages) openSheet(w http.ResponseWriter, r *route.Request) error {
	return p.sheetPage(w, r, &attempt{status: http.StatusOK, notice: savedNotice(r.URL.Query().Get("sparat"))})
}

// saved are what a page can say was just stored: the value of "sparat".
var saved = []string{"last", "slappt", "anteckning", "markering", "avmarkering", "angrat", "ater", "godkann", "komplettera", "avsla", "dolj", "slaihop",
	"publicerat", "undantaget", "steg", "borttaget"}

func savedNotice(what string) *page.Notice {
	if !slices.Contains(saved, what) {
		return nil
	}
	return &page.Notice{Tone: page.Success, Title: page.T("moderation.saved." + what), Live: true, Level: -1}
}

func (p *Pages) sheetPage(w http.ResponseWriter, r *route.Request, a *attempt) error {
	s, err := p.Petitions.Read(r.Context(), r.StaffID, r.PathValue("id"))
	if err != nil {
		return err
	}
	d := p.data(r, s.Text.Title)
	d.Service = page.CaseNumber(s.Registry)
	d.Back = &page.Link{URL: list, Text: page.T("moderation.nav.queue")}
	d.Errors = a.faults
	if a.notice != nil {
		d.Notices = append(d.Notices, *a.notice)
	}
	if s.MayUndo && has(r, roleModerator) {
		d.Notices = append(d.Notices, undoNotice(s))
	}
	if d.Body, err = p.sheetBody(r.Context(), r, s, a); err != nil {
		return err
	}
	return p.render(w, r, a.status, "sheet.html", d)
}

// undoNotice tells until when a decision can be taken back.
func undoNotice(s petition.Sheet) page.Notice {
	return page.Notice{Title: page.T("moderation.undo.title", "time", page.Clock(s.UndoUntil)), Body: []page.Text{page.T("moderation.undo.body"), " ",
		page.ActionButton{URL: list + "/" + s.ID + "/angra", Button: page.Button{Text: page.T("moderation.undo.do"), Variant: page.Secondary}}}}
}

func (p *Pages) sheetBody(ctx context.Context, r *route.Request, s petition.Sheet, a *attempt) (sheetBody, error) {
	base := list + "/" + s.ID
	b := sheetBody{Base: base, Facts: p.facts(s), Found: found(s.Findings), Key: newKey(), Version: strconv.Itoa(s.Version),
		Title: marked(s.Text.Title, "title", s.Findings), What: marked(s.Text.What, "what", s.Findings), Similar: similar(s), Versions: versions(s)}
	if s.Text.Why != "" {
		b.Why = marked(s.Text.Why, "why", s.Findings)
	}
	b.Codes, b.ShowRules = codeList(), s.Standing.Moderation == petition.Submitted || s.Standing.Moderation == petition.Reviewing
	for _, rule := range []string{"competence", "one", "clear", "persons", "respect"} {
		b.Rules = append(b.Rules, page.T("moderation.rule."+rule))
	}
	var err error
	if b.Service, err = p.target(ctx, r, s); err != nil {
		return b, err
	}
	b.Events, b.Older = p.history(s)
	if has(r, roleModerator) {
		p.moderatorParts(&b, s, a)
	}
	if has(r, roleModerator) || has(r, roleHandler) {
		b.Note = &page.Field{Name: noteField, Kind: page.LongInput, Rows: 3, Label: page.T("moderation.field.anteckning"), Hint: page.T("moderation.note.hint"),
			Value: a.value(noteField, ""), Error: a.fault(noteField), MaxLength: petition.MaxWords}
	}
	if has(r, roleHandler) {
		b.Next = steps(s)
	}
	if has(r, roleSteward) && s.Standing.Moderation != petition.Removed {
		b.Remove = &page.Button{Text: page.T("moderation.remove.go"), URL: base + "/ta-bort", Variant: page.Danger}
	}
	b.Outcome = p.outcome(s)
	for _, part := range []string{"text", "utfall", "liknande", "versioner", "handelser", "anteckna"} {
		if part == "utfall" && b.Outcome == nil && len(b.Next) == 0 || part == "anteckna" && b.Note == nil || part == "versioner" && len(b.Versions) == 0 {
			continue
		}
		b.Jump = append(b.Jump, page.Link{URL: "#" + part, Text: page.T("moderation.part." + part)})
	}
	return b, nil
}

// moderatorParts are what a moderator can do where the proposal stands.
func (p *Pages) moderatorParts(b *sheetBody, s petition.Sheet, a *attempt) {
	m := s.Standing.Moderation
	button := func(path, key string, variant page.ButtonVariant, hidden ...page.HiddenValue) *page.ActionButton {
		return &page.ActionButton{URL: b.Base + path, Button: page.Button{Text: page.T(key), Variant: variant}, Hidden: hidden}
	}
	switch {
	case m == petition.Submitted, m == petition.Reviewing && s.LockedBy == "":
		b.Take = button("/las", "moderation.lock.take", page.Primary)
	case m == petition.Reviewing && s.Mine:
		b.Release = button("/slapp", "moderation.lock.release", page.Secondary)
		b.HeldBy = page.T("moderation.lock.mine", "time", page.Clock(s.LockedUntil))
	case m == petition.Reviewing:
		b.HeldBy = page.T("moderation.lock.other", "name", p.name(s.LockedBy), "time", page.Clock(s.LockedUntil))
		b.Force = button("/las", "moderation.lock.force", page.Secondary, page.HiddenValue{Name: "tvinga", Value: "ja"})
	}
	if b.Decisions = p.decisions(s, a); len(b.Decisions) > 0 {
		b.Codes = nil // they stand in the forms
	}
	if m == petition.Submitted || m == petition.Reviewing && !s.Mine {
		b.HowToDecide = page.T("moderation.decide.take-first")
	}
	if legal(petition.MovePublish, s, petition.RoleModerator) {
		b.Publish = &page.Button{Text: page.T("moderation.publish.go"), URL: b.Base + "/publicera"}
	}
	if legal(petition.MoveFlag, s, petition.RoleModerator) && (s.Standing.Voting != petition.None || s.Standing.Outcome != petition.None) {
		if s.ReviewAgain {
			b.Flag = button("/markera", "moderation.flag.off", page.Secondary, page.HiddenValue{Name: "igen", Value: "nej"})
		} else {
			b.Flag = button("/markera", "moderation.flag.on", page.Secondary, page.HiddenValue{Name: "igen", Value: "ja"})
		}
	}
	if legal(petition.MoveReopen, s, petition.RoleModerator) && s.UndoUntil.IsZero() {
		b.Reopen = &page.Field{Name: reopenField, Kind: page.LongInput, Rows: 2, Label: page.T("moderation.reopen.words"), Hint: page.T("moderation.reopen.hint"),
			Optional: true, Value: a.value(reopenField, ""), Error: a.fault(reopenField), MaxLength: petition.MaxWords}
	}
}

// legal tells whether a role may make a move where a petition stands.
func legal(m petition.Move, s petition.Sheet, by petition.Role) bool {
	return slices.ContainsFunc(petition.Transitions(), func(t petition.Transition) bool { return t.Move == m && t.Legal(s.Standing, by) })
}

func codeList() []page.Text {
	var out []page.Text
	for _, c := range petition.Codes() {
		if c.ID != petition.CodeWithdrawn {
			out = append(out, codeLabel(c))
		}
	}
	return out
}

// codeLabel is a code with what comes of it.
func codeLabel(c petition.Code) []page.Text {
	switch {
	case c.HidesText:
		return []page.Text{c.Label, ". ", page.T("moderation.code.hides")}
	case c.Routes:
		return []page.Text{c.Label, ". ", page.T("moderation.code.routes")}
	}
	return []page.Text{c.Label, "."}
}

// facts are what is looked up most, in one line.
func (p *Pages) facts(s petition.Sheet) page.Table {
	t := page.Table{Caption: page.T("moderation.facts.caption"), HideCaption: true, Columns: columns("state", "clock", "received", "reader", "sender", "duration")}
	var reader, duration page.Text = page.T("moderation.none"), durationWords(s.Duration)
	if s.LockedBy != "" {
		reader = p.name(s.LockedBy)
	}
	var clock page.Text = page.T("moderation.none")
	if s.Standing.Moderation == petition.Submitted || s.Standing.Moderation == petition.Reviewing {
		clock = clockTag(s.QueueItem)
	}
	t.Rows = []page.TableRow{{Cells: []page.Text{stateTags(s.QueueItem), clock, page.DateTime(s.ReceivedAt), reader,
		sender(s.QueueItem), duration}}}
	return t
}

func durationWords(d petition.Duration) page.Text {
	switch {
	case d.Months > 0 && d.Days > 0:
		return []page.Text{page.N("moderation.months", d.Months), ", ", page.N("moderation.days", d.Days)}
	case d.Months > 0:
		return page.N("moderation.months", d.Months)
	}
	return page.N("moderation.days", d.Days)
}

// target is where a proposal was sent instead, or what it was merged with.
func (p *Pages) target(ctx context.Context, r *route.Request, s petition.Sheet) (page.Text, error) {
	if s.Target == "" {
		return nil, nil
	}
	for _, v := range p.Petitions.Settings().Services {
		if v.ID == s.Target {
			return page.T("moderation.target.service", "service", v.Name), nil
		}
	}
	found, err := p.Petitions.Titles(r.Context(), r.StaffID, []string{s.Target})
	if into, ok := found[s.Target]; err == nil && ok {
		return []page.Text{page.T("moderation.target.merged"), " ", proposal(into)}, nil
	}
	return nil, err
}

func similar(s petition.Sheet) page.Table {
	t := page.Table{Caption: page.T("moderation.part.liknande"), HideCaption: true, Columns: columns("proposal", "state", "quarantine"), Empty: page.T("moderation.similar.none")}
	for _, x := range s.Similar {
		var lately page.Text = page.T("moderation.none")
		if x.Quarantine {
			lately = page.Tag{Text: page.T("moderation.similar.quarantine"), Tone: page.Warning}
		}
		i := petition.QueueItem{ID: x.ID, Registry: x.Registry, Title: x.Title, Standing: x.Standing}
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{proposal(i), stateTags(i), lately}})
	}
	return t
}

// versions are the earlier texts with what the next one changed, newest first.
func versions(s petition.Sheet) []page.Details {
	var out []page.Details
	all := append(slices.Clone(s.Versions), s.Text)
	for i := len(all) - 2; i >= 0; i-- {
		a, b := all[i], all[i+1]
		body := []page.Text{}
		for _, f := range []struct{ key, before, after string }{{"title", a.Title, b.Title}, {"what", a.What, b.What}, {"why", a.Why, b.Why}} {
			if f.before == "" && f.after == "" {
				continue
			}
			body = append(body, openPart, page.T("moderation.text."+f.key), ": ")
			if f.before == f.after {
				body = append(body, page.T("moderation.change.same"), closePart)
				continue
			}
			body = append(body, changed(f.before, f.after), closePart)
		}
		out = append(out, page.Details{Summary: page.T("moderation.change.summary", "from", strconv.Itoa(i+1), "to", strconv.Itoa(i+2)), Body: body, Open: i == len(all)-2})
	}
	return out
}

const latest = 8

// history is what has happened, newest first; the oldest folded.
func (p *Pages) history(s petition.Sheet) (page.Timeline, []page.Text) {
	t := page.Timeline{Level: 3}
	for _, e := range slices.Backward(s.Events) {
		t.Events = append(t.Events, p.event(e))
	}
	if len(t.Events) <= latest {
		return t, nil
	}
	older := page.Timeline{Level: 3, Events: t.Events[latest:]}
	t.Events = t.Events[:latest]
	return t, []page.Text{page.Details{Summary: page.N("moderation.history.older", len(older.Events)), Body: older}}
}

func (p *Pages) event(e petition.Event) page.Event {
	out := page.Event{At: e.At, Title: page.T("moderation.move." + string(e.Move)), By: page.T("moderation.by." + string(e.Role))}
	if e.Staff != "" {
		out.By = []page.Text{out.By, ", ", p.name(e.Staff)}
	}
	var body []page.Text
	add := func(parts ...page.Text) {
		body = append(append(append(body, openPart), parts...), closePart)
	}
	if e.Undone {
		add(page.Tag{Text: page.T("moderation.history.undone"), Shape: "dash"})
	}
	if code, ok := petition.CodeOf(e.Code); ok {
		add(code.Label)
	}
	if said := e.Written(); said != "" {
		add(lines(said)...)
	}
	if e.NextDay != "" {
		add(page.T("moderation.history.next", "step", nextWords(e.NextStep), "day", page.DayOf(e.NextDay)))
	}
	if e.Link != "" {
		add(page.T("moderation.history.source"), " ", page.Link{URL: e.Link, Text: e.Link})
	}
	if !e.Public {
		add(quiet(page.T("moderation.history.internal")))
	}
	if len(body) > 0 {
		out.Body = body
	}
	return out
}

// mended tells faults that can be mended in the form from those that end the
// request.
func mended(err error) bool {
	k := fault.KindOf(err)
	return k == fault.Invalid || k == fault.TooLarge
}
