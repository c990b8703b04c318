package moderation

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

const (
	disposalField = "publicera.gallring"
	whenField     = "publicera.nar"
	openField     = "publicera.dag"
	publishWords  = "publicera.ord"
	categoryField = "undanta.kategori"
	maxAhead      = 366 * 24 * time.Hour
)

type publishBody struct {
	Action   string
	Disposal page.Field
	When     page.Choice
	Words    page.Field
	Exempt   *page.Choice
	ExemptTo string
}

// publishForm asks what it takes to put a petition to the vote.
func (p *Pages) publishForm(w http.ResponseWriter, r *route.Request) error {
	return p.publishPage(w, r, &attempt{status: http.StatusOK})
}

// accepted reads a petition that can be published.
func (p *Pages) accepted(r *route.Request) (petition.Sheet, error) {
	s, err := p.Petitions.Read(r.Context(), r.StaffID, r.PathValue("id"))
	if err == nil && !legal(petition.MovePublish, s, petition.RoleModerator) {
		err = fault.New(fault.Conflict, "it is not to be published now")
	}
	return s, err
}

func (p *Pages) publishPage(w http.ResponseWriter, r *route.Request, a *attempt) error {
	s, err := p.accepted(r)
	if fault.Is(err, fault.Conflict) {
		return p.conflict(w, r, a)
	}
	if err != nil {
		return err
	}
	base := list + "/" + s.ID
	d := p.data(r, page.T("moderation.publish.title"))
	d.Service = []page.Text{page.CaseNumber(s.Registry), ", ", s.Text.Title}
	d.Back = &page.Link{URL: base, Text: page.T("moderation.back")}
	d.Errors = a.faults
	body := publishBody{Action: base + "/publicera/granska",
		Disposal: page.Field{Name: disposalField, Label: page.T("moderation.field.gallring"), Hint: page.T("moderation.publish.disposal-hint"),
			Value: a.value(disposalField, p.Disposal), Error: a.fault(disposalField)},
		When: page.Choice{Name: whenField, Label: page.T("moderation.publish.when"), Values: []string{a.value(whenField, "nu")}, Error: a.fault(whenField), Options: []page.Option{
			{Value: "nu", Label: page.T("moderation.publish.now")},
			{Value: "dag", Label: page.T("moderation.publish.later"), Reveal: []page.Component{
				a.date(openField, page.T("moderation.publish.day"), page.T("moderation.publish.day-hint"), time.Time{})}}}},
		Words: page.Field{Name: publishWords, Kind: page.LongInput, Rows: 2, Label: page.T("moderation.publish.words"), Optional: true,
			Value: a.value(publishWords, ""), Error: a.fault(publishWords), MaxLength: petition.MaxWords}}
	if all := p.Petitions.Settings().ExemptCategories; len(all) > 0 {
		body.Exempt, body.ExemptTo = &page.Choice{Name: categoryField, Label: page.T("moderation.exempt.category"), Hint: page.T("moderation.exempt.hint"),
			Values: a.typed[categoryField], Error: a.fault(categoryField)}, base+"/undanta"
		for _, c := range all {
			body.Exempt.Options = append(body.Exempt.Options, page.Option{Value: c, Label: category(c)})
		}
	}
	d.Body = body
	return p.render(w, r, a.status, "publish.html", d)
}

// category is what a kind of petition that needs no votes is called.
func category(id string) page.Text {
	if id == "minority-language" {
		return page.T("moderation.category.minority-language")
	}
	return id
}

// publication reads the form, and says what is missing.
func (p *Pages) publication(a *attempt) petition.Publication {
	pub := petition.Publication{Key: a.value(keyField, ""), Disposal: a.value(disposalField, ""), Sealer: p.Sealer, Words: a.value(publishWords, "")}
	if a.value(whenField, "") != "dag" {
		return pub
	}
	day, _ := p.readDate(a, openField)
	now := p.Clock.Now()
	switch {
	case day.IsZero():
		a.refuse(openField, page.T("moderation.wrong.date"))
	case !day.After(now):
		a.refuse(openField, page.T("moderation.wrong.day-passed"))
	case day.Sub(now) > maxAhead:
		a.refuse(openField, page.T("moderation.wrong.day-far"))
	}
	pub.OpensAt = day
	return pub
}

type confirmPublishBody struct {
	Facts        page.Summary
	Action, Edit string
	Values       []page.HiddenValue
}

// previewPublish says when it opens and closes, and how many votes it takes.
func (p *Pages) previewPublish(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	pub := p.publication(a)
	if pub.Disposal == "" {
		a.refuse(disposalField, page.T("moderation.wrong.disposal-missing"))
	}
	if a.value("andra", "") != "" || len(a.faults) > 0 {
		return p.publishPage(w, r, a)
	}
	s, err := p.accepted(r)
	if fault.Is(err, fault.Conflict) {
		return p.conflict(w, r, a)
	}
	if err != nil {
		return err
	}
	opens, begins := p.Clock.Now(), page.Text(page.T("moderation.publish.now"))
	if !pub.OpensAt.IsZero() {
		opens, begins = pub.OpensAt, page.Date(pub.OpensAt)
	}
	last := p.Petitions.ClosesAt(s.Duration, opens).Add(-time.Millisecond)
	row := func(key string, value page.Text) page.SummaryRow {
		return page.SummaryRow{Term: page.T("moderation.publish." + key), Value: value}
	}
	base := list + "/" + s.ID + "/publicera"
	body := confirmPublishBody{Action: base, Edit: base + "/granska", Facts: page.Summary{Rows: []page.SummaryRow{
		row("opens", begins),
		row("closes", []page.Text{page.Date(last), " (", durationWords(s.Duration), ")"}),
		row("threshold", page.N("moderation.votes", int(p.Petitions.Settings().Threshold.Number()))),
		row("sealer", pub.Sealer), row("disposal", pub.Disposal)}}}
	if pub.Words != "" {
		body.Facts.Rows = append(body.Facts.Rows, row("words", lines(pub.Words)))
	}
	body.Values = []page.HiddenValue{{Name: keyField, Value: newKey()}}
	for _, name := range []string{disposalField, whenField, openField + ".day", openField + ".month", openField + ".year", publishWords} {
		body.Values = append(body.Values, page.HiddenValue{Name: name, Value: a.value(name, "")})
	}
	d := p.data(r, page.T("moderation.publish.confirm"))
	d.Service = []page.Text{page.CaseNumber(s.Registry), ", ", s.Text.Title}
	d.Lead = page.T("moderation.publish.lead")
	d.Back = &page.Link{URL: list + "/" + s.ID, Text: page.T("moderation.back")}
	d.Body = body
	return p.render(w, r, http.StatusOK, "publish-confirm.html", d)
}

func (p *Pages) publish(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	pub := p.publication(a)
	if len(a.faults) == 0 {
		err = p.Petitions.Publish(r.Context(), r.StaffID, r.PathValue("id"), pub)
	}
	if len(a.faults) > 0 || mended(err) && a.remarks(err, map[string]string{"disposal": disposalField, "words": publishWords}) {
		return p.publishPage(w, r, a)
	}
	if fault.Is(err, fault.Unavailable) { // it may be published: voting then opens when the keys can be made
		if s, readErr := p.Petitions.Read(r.Context(), r.StaffID, r.PathValue("id")); readErr == nil && s.Standing.Voting == petition.Planned {
			return back(w, r, "publicerat", "text")
		}
	}
	return p.finish(w, r, a, err, "publicerat", "text")
}

// exempt sends a petition on without votes.
func (p *Pages) exempt(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return err
	}
	err = p.Petitions.Exempt(r.Context(), r.StaffID, r.PathValue("id"), a.value(categoryField, ""))
	if mended(err) && a.remarks(err, map[string]string{"category": categoryField}) {
		return p.publishPage(w, r, a)
	}
	return p.finish(w, r, a, err, "undantaget", "utfall")
}

// outcome is what has become of a petition that was published, nil before.
func (p *Pages) outcome(s petition.Sheet) *page.Summary {
	if s.Standing.Voting == petition.None && s.Standing.Outcome == petition.None {
		return nil
	}
	out := &page.Summary{}
	row := func(key string, value page.Text) {
		out.Rows = append(out.Rows, page.SummaryRow{Term: page.T("moderation.outcome-row." + key), Value: value})
	}
	if s.Standing.Voting != petition.None {
		row("voting", []page.Text{page.T("moderation.voting." + string(s.Standing.Voting)), ". ", page.T("moderation.outcome-row.period",
			"from", page.Date(s.OpensAt), "to", page.Date(s.ClosesAt.Add(-time.Millisecond)))})
		row("votes", count(s))
		row("disposal", []page.Text{s.Disposal, ". ", page.T("moderation.outcome-row.sealer", "name", s.Sealer)})
	}
	if s.Standing.Outcome != petition.None {
		row("state", page.T("moderation.outcome."+string(s.Standing.Outcome)))
	}
	if s.Category != "" {
		row("category", category(s.Category))
	}
	if s.Body != "" {
		row("body", []page.Text{s.Body, " ", quiet(page.CaseNumber(s.BodyRegistry))})
	}
	if s.Decision != "" {
		row("decision", []page.Text{page.T("moderation.decision." + s.Decision), ", ", page.Date(s.DecidedAt), ", ", s.Paragraph})
	}
	if e, ok := lastPublic(s); ok && (e.NextStep != "" || e.NextDay != "") {
		next := []page.Text{nextWords(e.NextStep)}
		if e.NextDay != "" {
			next = append(next, ", ", page.DayOf(e.NextDay))
		}
		row("next", next)
	}
	return out
}

// lastPublic is the last event that everyone sees.
func lastPublic(s petition.Sheet) (petition.Event, bool) {
	for _, e := range slices.Backward(s.Events) {
		if e.Public && !e.Undone {
			return e, true
		}
	}
	return petition.Event{}, false
}

// count is the number of votes as everyone sees it.
func count(s petition.Sheet) page.Text {
	c := s.Count
	switch {
	case !c.Known:
		return page.T("moderation.count.unknown")
	case c.Fewer:
		return page.T("moderation.count.fewer", "floor", strconv.FormatInt(c.Votes, 10), "threshold", strconv.FormatInt(s.Threshold, 10))
	}
	return page.T("moderation.count.of", "votes", strconv.FormatInt(c.Votes, 10), "threshold", strconv.FormatInt(s.Threshold, 10))
}
