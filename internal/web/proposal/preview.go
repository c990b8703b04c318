package proposal

import (
	"errors"
	"net/http"
	"slices"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// similarBody are public petitions that are like a text.
type similarBody struct {
	Items  []similarItem
	Failed bool // nobody could look
}

type similarItem struct {
	Title, URL, Registry string
	State                page.Tag
	// Quarantine: settled so lately that a new one is likely not to be taken up.
	Quarantine bool
}

// similar looks for petitions that are like a text; nil when that is switched
// off. It is a help: one can go on without it.
func (p *Pages) similar(r *route.Request, t petition.Text) *similarBody {
	if !p.On(featureSearch) {
		return nil
	}
	select {
	case p.searches <- struct{}{}:
		defer func() { <-p.searches }()
	default:
		return &similarBody{Failed: true}
	}
	found, err := p.Petitions.FindSimilar(r.Context(), t)
	if err != nil {
		return &similarBody{Failed: true}
	}
	b := &similarBody{}
	for _, s := range found {
		tag := page.Tag{Text: page.T("proposal.state." + stage(s.Standing) + ".title"), Tone: page.Neutral}
		if s.Standing.Voting == petition.Open && s.Standing.Outcome == petition.None {
			tag.Tone = page.Info
		}
		b.Items = append(b.Items, similarItem{s.Title, petitionPath + s.ID, s.Registry, tag, s.Quarantine})
	}
	return b
}

// previewBody is the proposal as it will be sent.
type previewBody struct {
	Title   string
	Text    page.Summary
	Similar *similarBody
	Record  page.Notice
	Hidden  []page.HiddenValue
	Send    page.Button
	Change  page.Button
}

// preview shows a proposal before it is sent, with what is like it and what
// looks like personal data; or the form again, with what is wrong.
func (p *Pages) preview(w http.ResponseWriter, r *route.Request) error {
	d, err := read(r)
	switch {
	case err != nil:
		return p.unread(w, r, err)
	case !p.On(featurePropose):
		return p.closed(w, r, d)
	}
	f, err := p.check(&d)
	if err != nil {
		return err
	}
	if len(f) > 0 {
		return p.form(w, r, d, f, nil)
	}
	return p.review(w, r, http.StatusOK, d, nil)
}

// review is the preview. A notice tells why sending did not work.
func (p *Pages) review(w http.ResponseWriter, r *route.Request, status int, d draft, notice *page.Notice) error {
	data := p.data(r, page.T("proposal.preview.title"))
	data.Lead = page.T("proposal.preview.lead")
	if notice != nil {
		data.Notices = append(data.Notices, *notice)
	}
	if warn := p.findings(d.Text); warn != nil {
		data.Notices = append(data.Notices, *warn)
	}
	data.Body = previewBody{Title: shown(d.Text.Title), Text: p.summary(d), Similar: p.similar(r, d.Text), Hidden: d.hidden(),
		Record: page.Notice{Tone: page.Info, Title: page.T("proposal.preview.record"), Body: page.T("proposal.preview.record_text")},
		Send:   page.Button{Text: page.T("proposal.preview.send")},
		Change: page.Button{Text: page.T("proposal.preview.change"), Variant: page.Secondary, Action: Path + "#ditt-forslag"}}
	return p.set.Render(w, r.Request, status, "preview.html", data)
}

// summary is a draft row by row.
func (p *Pages) summary(d draft) page.Summary {
	s := page.Summary{Rows: textRows(d.Text)}
	for _, one := range p.Petitions.Settings().Durations {
		if durationValue(one) == d.Duration {
			s.Rows = append(s.Rows, page.SummaryRow{Term: page.T("proposal.field.duration"), Value: durationWords(one)})
		}
	}
	address := page.SummaryRow{Term: page.T("proposal.field.mail"), Value: page.T("proposal.preview.no_mail")}
	if d.Mail != "" {
		address.Value, address.Note = page.FileName(shown(d.Mail)), page.N("proposal.field.mail_confirm", p.Petitions.Settings().ConfirmHours)
	}
	s.Rows = append(s.Rows, address)
	return s
}

func textRows(t petition.Text) []page.SummaryRow {
	rows := []page.SummaryRow{{Term: page.T("proposal.field.title"), Value: prose(t.Title, "")}, {Term: page.T("proposal.field.what"), Value: prose(t.What, "")}}
	if t.Why != "" {
		rows = append(rows, page.SummaryRow{Term: page.T("proposal.field.why"), Value: prose(t.Why, "")})
	}
	return rows
}

// findings warns of what looks like personal data; nil when nothing does.
func (p *Pages) findings(t petition.Text) *page.Notice {
	var items []page.Text
	var said []string
	for _, f := range t.Findings(p.Clock.Now()) {
		key := "proposal.finding." + f.Kind + "_" + f.Field
		if !slices.Contains(said, key) {
			said = append(said, key)
			items = append(items, page.T("proposal.finding."+f.Kind, "field", page.T("proposal.finding.where."+f.Field)))
		}
	}
	if len(items) == 0 {
		return nil
	}
	return &page.Notice{Tone: page.Warning, Title: page.T("proposal.finding.title"), Body: page.List{Items: append(items, page.T("proposal.finding.text"))}}
}

// refusedText is the notice for a proposal that was not received; nil when the
// error is of another kind.
func (p *Pages) refusedText(d draft, err error) (*page.Notice, int) {
	n := &page.Notice{Tone: page.Warning, Live: true}
	wait := page.Text(page.T("proposal.often.text"))
	switch fault.KindOf(err) {
	case fault.TooMany:
		n.Title = page.T("proposal.often.title")
		var refusal *petition.Refusal
		if errors.As(err, &refusal) {
			wait = page.T("proposal.error.mail_often")
		}
		n.Body = spaced(append([]page.Text{wait, page.T("proposal.often.kept")}, p.reach()...)...)
		return n, http.StatusTooManyRequests
	case fault.Unavailable, fault.Internal:
		n.Tone, n.Title = page.Critical, page.T("proposal.broken.title")
		n.Body = spaced(append([]page.Text{page.T("proposal.broken.text")}, p.reach()...)...)
		return n, http.StatusServiceUnavailable
	}
	return nil, 0
}
