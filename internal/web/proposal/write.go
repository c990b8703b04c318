package proposal

import (
	"net/http"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// writeBody is the writing page.
type writeBody struct {
	Record   page.Notice
	Rules    page.List
	Steps    page.Steps
	Title    page.Field
	What     page.Field
	Why      page.Field
	Duration *page.Choice // nil: there is nothing to choose
	Mail     *page.Field  // nil: no letters are sent now
	Trap     string
	Once     string
	Similar  *similarBody
	Show     page.Button
	Button   page.Button
	Keep     page.Details
	Other    []service
	Reach    page.Text
}

// service is where something that is no petition goes instead.
type service struct{ Name, URL string }

// begin shows an empty form, and what is to be known before one sends it.
func (p *Pages) begin(w http.ResponseWriter, r *route.Request) error {
	if !p.On(featurePropose) {
		return p.closed(w, r, draft{})
	}
	return p.form(w, r, draft{}, nil, nil)
}

// write shows the form with what was written: from the preview, or to see
// proposals that are like it.
func (p *Pages) write(w http.ResponseWriter, r *route.Request) error {
	d, err := read(r)
	switch {
	case err != nil:
		return p.unread(w, r, err)
	case !p.On(featurePropose):
		return p.closed(w, r, d)
	}
	var similar *similarBody
	if d.Similar {
		similar = p.similar(r, d.Text)
	}
	return p.form(w, r, d, nil, similar)
}

// form is the writing page with a draft and what is wrong with it.
func (p *Pages) form(w http.ResponseWriter, r *route.Request, d draft, f faults, similar *similarBody) error {
	if f.trouble() || len(d.Once) < 16 {
		d.Once = petition.NewSecret()
	}
	data := p.data(r, page.T("proposal.write.title"))
	data.Lead = page.T("proposal.write.lead", "municipality", p.Municipality.Name)
	data.Back = &page.Link{URL: "/forslag", Text: page.T("proposal.write.back")}
	data.Errors = f.list()
	status := http.StatusOK
	if len(f) > 0 {
		status = http.StatusUnprocessableEntity
	}
	if f.trouble() {
		data.Notices = []page.Notice{{Tone: page.Warning, Title: page.T("proposal.error.again_title"), Body: page.T("proposal.error.again"), Live: true}}
	}
	set := p.Petitions.Settings()
	b := writeBody{
		Record: page.Notice{Tone: page.Info, Title: page.T("proposal.write.record"), Body: page.T("proposal.write.record_text")},
		Rules:  p.rules(), Steps: p.steps(),
		Duration: p.durations(d.Duration, f[fieldDuration]),
		Once:     d.Once, Similar: similar, Reach: spaced(p.reach()...),
		Button: page.Button{Text: page.T("proposal.write.preview")},
		Keep:   page.Details{Summary: page.T("proposal.write.keep"), Body: p.keep()},
	}
	b.Title, b.What, b.Why = p.textFields(d.Text, f)
	if p.On(featureMail) {
		b.Mail = p.mailField(d.Mail, f[fieldMail])
	}
	if p.On(featureSearch) {
		b.Show = page.Button{Text: page.T("proposal.write.similar"), Variant: page.Secondary, Name: fieldSimilar, Value: "ja", Action: Path + "#liknande"}
	}
	for _, s := range set.Services {
		b.Other = append(b.Other, service{s.Name, s.URL})
	}
	data.Body = b
	return p.set.Render(w, r.Request, status, "write.html", data)
}

// textFields are the fields of a proposal's text.
func (p *Pages) textFields(t petition.Text, f faults) (title, what, why page.Field) {
	set := p.Petitions.Settings()
	title = page.Field{Name: fieldTitle, Label: page.T("proposal.field.title"), Hint: page.T("proposal.field.title_hint", "most", number(set.TitleRunes)),
		Value: shown(t.Title), Error: f[fieldTitle], MaxLength: set.TitleRunes}
	what = page.Field{Name: fieldWhat, Kind: page.LongInput, Label: page.T("proposal.field.what"), Hint: page.T("proposal.field.what_hint"),
		Value: shown(t.What), Error: f[fieldWhat], MaxLength: set.WhatRunes, Rows: 6}
	why = page.Field{Name: fieldWhy, Kind: page.LongInput, Label: page.T("proposal.field.why"), Hint: page.T("proposal.field.why_hint"),
		Value: shown(t.Why), Error: f[fieldWhy], MaxLength: set.WhyRunes, Rows: 6, Optional: true}
	return title, what, why
}

func (p *Pages) mailField(value string, fault page.Text) *page.Field {
	set := p.Petitions.Settings()
	hint := spaced(page.T("proposal.field.mail_hint"), page.N("proposal.field.mail_confirm", set.ConfirmHours), page.N("proposal.field.mail_kept", set.AuthorDays),
		page.T("proposal.field.mail_record"))
	if set.MailRequired {
		hint = spaced(hint, page.T("proposal.field.mail_faster"))
	}
	return &page.Field{Name: fieldMail, Kind: page.EmailInput, Label: page.T("proposal.field.mail"), Hint: hint, Value: shown(value), Error: fault,
		Autocomplete: "email", Optional: true}
}

// durations is the choice of how long to take votes, where there is one.
func (p *Pages) durations(chosen string, fault page.Text) *page.Choice {
	all := p.Petitions.Settings().Durations
	if len(all) < 2 {
		return nil
	}
	c := &page.Choice{Name: fieldDuration, Label: page.T("proposal.field.duration"), Hint: page.T("proposal.field.duration_hint"), Error: fault, Values: []string{chosen}}
	for _, d := range all {
		c.Options = append(c.Options, page.Option{Value: durationValue(d), Label: durationWords(d)})
	}
	return c
}

func durationWords(d petition.Duration) page.Text {
	switch {
	case d.Months > 0 && d.Days > 0:
		return page.T("proposal.duration.both", "months", page.N("proposal.duration.months", d.Months), "days", page.N("proposal.duration.days", d.Days))
	case d.Months > 0:
		return page.N("proposal.duration.months", d.Months)
	}
	return page.N("proposal.duration.days", d.Days)
}

// rules are what a proposal must keep, in five points.
func (p *Pages) rules() page.List {
	set := p.Petitions.Settings()
	fresh := page.Text(page.T("proposal.rule.fresh"))
	if set.QuarantineMonths > 0 {
		fresh = page.N("proposal.rule.fresh_months", set.QuarantineMonths)
	}
	young := page.Text(page.T("proposal.rule.anyone"))
	if set.GuardianBelow > 0 {
		young = page.N("proposal.rule.guardian", set.GuardianBelow)
	}
	return page.List{Items: []page.Text{page.T("proposal.rule.competence"), spaced(page.T("proposal.rule.one"), fresh),
		page.T("proposal.rule.persons"), page.T("proposal.rule.respect"), young}}
}

// steps are what happens to a proposal.
func (p *Pages) steps() page.Steps {
	set := p.Petitions.Settings()
	open := page.Text(page.T("proposal.step.open_chosen"))
	if len(set.Durations) == 1 {
		open = page.T("proposal.step.open", "duration", durationWords(set.Durations[0]))
	}
	return page.Steps{Items: []page.Text{page.N("proposal.step.read", set.TargetDays), open,
		page.T("proposal.step.handed", "votes", page.N("proposal.votes", int(set.Threshold.Number())), "body", set.ReceivingBody), page.T("proposal.step.told")}}
}

// keep says what is kept of the one who writes, and until when.
func (p *Pages) keep() page.Text {
	set := p.Petitions.Settings()
	return page.List{Items: []page.Text{page.T("proposal.keep.text"),
		spaced(page.N("proposal.keep.mail_unconfirmed", set.ConfirmHours), page.N("proposal.keep.mail", set.AuthorDays)),
		page.T("proposal.keep.network"), page.T("proposal.keep.nothing")}}
}

// closed says that no proposals are taken now, and how else to say something.
// What was written stands on the page, to be copied.
func (p *Pages) closed(w http.ResponseWriter, r *route.Request, d draft) error {
	return p.kept(w, r, page.T("proposal.closed.title"), page.T("proposal.closed.text"), d.Text)
}

// kept says that something does not work now, with what was written, to be
// copied.
func (p *Pages) kept(w http.ResponseWriter, r *route.Request, title, why page.Text, t petition.Text) error {
	m := message{Texts: []page.Text{why, spaced(p.reach()...)},
		Ways: waysOn()}
	if t != (petition.Text{}) {
		m.Texts = append(m.Texts, page.T("proposal.closed.copy"), page.Inset{Body: spacedText(t)})
	}
	return p.say(w, r, http.StatusServiceUnavailable, title, m)
}

// waysOn is what one can do while something is switched off: why it is stands on
// the page about the service.
func waysOn() page.Buttons {
	return page.Buttons{Buttons: []page.Button{{URL: "/forslag", Text: page.T("proposal.closed.read")},
		{URL: "/status", Text: page.T("proposal.closed.service"), Variant: page.Secondary}}}
}

// unread answers a form that could not be read.
func (p *Pages) unread(w http.ResponseWriter, r *route.Request, err error) error {
	if !fault.Is(err, fault.TooLarge) {
		return err
	}
	set := p.Petitions.Settings()
	return p.say(w, r, http.StatusRequestEntityTooLarge, page.T("proposal.large.title"), message{
		Texts: []page.Text{page.T("proposal.large.text", "most", number(set.TitleRunes+set.WhatRunes+set.WhyRunes)), page.T("proposal.large.back"), spaced(p.reach()...)},
		Ways:  page.Buttons{Buttons: []page.Button{{URL: Path, Text: page.T("proposal.large.again")}}}})
}
