package proposal

import (
	"net/http"
	"net/url"
	"slices"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// confirmBody asks for one click.
type confirmBody struct {
	Texts  []page.Text
	Button page.ActionButton
	Other  *page.Link
}

// ask shows a page with one button that posts to the page's own address.
func (p *Pages) ask(w http.ResponseWriter, r *route.Request, title page.Text, b confirmBody) error {
	b.Button.URL = (&url.URL{Path: r.URL.Path}).EscapedPath()
	d := p.data(r, title)
	d.Body = b
	return p.set.Render(w, r.Request, http.StatusOK, "confirm.html", d)
}

// lost answers a link that leads nowhere. The words are the same for one that
// never was, one that is used and one that is too old: only who holds an old
// one can see by the status that it once led somewhere.
func (p *Pages) lost(w http.ResponseWriter, r *route.Request, err error) error {
	status := http.StatusNotFound
	switch {
	case fault.Is(err, fault.Gone):
		status = http.StatusGone
	case !fault.Is(err, fault.NotFound):
		return err
	}
	return p.say(w, r, status, page.T("proposal.lost.title"), message{
		Texts: []page.Text{page.List{Items: []page.Text{page.T("proposal.lost.used"), page.T("proposal.lost.old"), page.T("proposal.lost.cut")}},
			page.T("proposal.lost.done"), spaced(p.reach()...)},
		Ways: page.Buttons{Buttons: []page.Button{{URL: "/forslag", Text: page.T("proposal.closed.read")}}}})
}

// confirm asks whether the address is to be the proposer's. A GET changes
// nothing: programs that read mail open links.
func (p *Pages) confirm(w http.ResponseWriter, r *route.Request) error {
	registry, err := p.Petitions.ConfirmLink(r.Context(), r.PathValue("secret"))
	if err != nil {
		return p.lost(w, r, err)
	}
	return p.ask(w, r, page.T("proposal.confirm.title"), confirmBody{
		Texts:  []page.Text{page.T("proposal.confirm.text", "number", page.CaseNumber(registry)), page.T("proposal.confirm.not")},
		Button: page.ActionButton{Button: page.Button{Text: page.T("proposal.confirm.button")}}})
}

// confirmed leads to the proposal, by a new link.
func (p *Pages) confirmed(w http.ResponseWriter, r *route.Request) error {
	got, err := p.Petitions.Confirm(r.Context(), r.PathValue("secret"))
	if err != nil {
		return p.lost(w, r, err)
	}
	return done(w, r, got.Manage, doneConfirm)
}

// What has just been done is told by the address that a post leads to; the
// words are the page's own.
const (
	doneKey        = "klart"
	doneConfirm    = "adress"
	doneSupplement = "komplettering"
	doneWithdraw   = "aterkallat"
	doneRotate     = "lank"
	doneForget     = "glomd"
)

func done(w http.ResponseWriter, r *route.Request, secret, what string) error {
	return route.SeeOther(w, r, OwnPath+url.PathEscape(secret)+"?"+doneKey+"="+what)
}

// back leads from an address that only answers posts.
func (p *Pages) back(w http.ResponseWriter, r *route.Request) error {
	return route.SeeOther(w, r, OwnPath+url.PathEscape(r.PathValue("secret")))
}

// doneNotice says what has just been done; nil when nothing has.
func doneNotice(what string) *page.Notice {
	if !slices.Contains([]string{doneConfirm, doneSupplement, doneWithdraw, doneRotate, doneForget}, what) {
		return nil
	}
	return &page.Notice{Tone: page.Success, Title: page.T("proposal.done." + what), Body: page.T("proposal.done." + what + "_text"), Live: true}
}

// ownBody is a proposal as its proposer sees it.
type ownBody struct {
	State    page.Text
	About    page.Text
	Next     page.Text
	NextDay  page.Text
	Question page.Text // of the moderator; nil when there is none
	Public   string    // path; "" when nobody else sees it
	Into     string    // path of the petition that it was merged with, or ""
	Text     page.Summary
	Timeline page.Timeline
	Change   *changeBody
	Copy     page.Text // what could not be saved
	Withdraw string    // path; "" when it cannot be
	Forget   *page.ActionButton
	Asked    bool // an address waits to be confirmed
	Rotate   page.ActionButton
	Link     linkBody
	Powers   page.Text // what whoever has the link can do
}

// powers is what whoever has the link can do with it now.
func powers(own petition.Own) page.Text {
	switch {
	case own.MaySupplement:
		return page.T("proposal.own.link_text")
	case own.MayWithdraw:
		return page.T("proposal.own.link_withdraw")
	}
	return page.T("proposal.own.link_see")
}

// changeBody is the form for another text.
type changeBody struct {
	URL              string
	Title, What, Why page.Field
	Version          int
	Open             bool
	Button           page.Button
}

// own shows the proposal.
func (p *Pages) own(w http.ResponseWriter, r *route.Request) error {
	return p.showOwn(w, r, ownPage{status: http.StatusOK, notice: doneNotice(r.URL.Query().Get(doneKey))})
}

// ownPage is what the proposer's page says besides how the proposal stands.
type ownPage struct {
	status int
	notice *page.Notice
	text   *petition.Text // as it was sent and not taken
	faults faults
}

func (p *Pages) showOwn(w http.ResponseWriter, r *route.Request, say ownPage) error {
	secret := r.PathValue("secret")
	own, err := p.Petitions.Manage(r.Context(), secret)
	if err != nil {
		return p.lost(w, r, err)
	}
	d := p.data(r, page.T("proposal.own.title"))
	d.Lead = prose(own.Text.Title, "")
	d.Errors = say.faults.list()
	if say.notice != nil {
		d.Notices = []page.Notice{*say.notice}
	}
	name := stage(own.Standing)
	path := OwnPath + url.PathEscape(secret)
	b := ownBody{State: page.T("proposal.state." + name + ".title"), About: p.about(own, name), Text: p.ownSummary(own),
		Timeline: timeline(own.Events, d.Lang), Link: p.link(secret), Asked: own.MailAsked,
		Rotate: page.ActionButton{URL: path + "/ny-lank", Button: page.Button{Text: page.T("proposal.own.rotate_button"), Variant: page.Secondary},
			Hidden: []page.HiddenValue{{Name: fieldNext, Value: petition.NewSecret()}}}}
	if e := next(own.Events); e != nil && own.Standing.Moderation != petition.SupplementRequested {
		b.Next, b.NextDay = nextWords(*e)
	}
	if own.Standing.Moderation == petition.SupplementRequested {
		b.Question = question(own.Events, d.Lang)
	}
	if own.Public {
		b.Public = petitionPath + own.ID
	}
	if own.MergedInto != "" {
		b.Into = petitionPath + own.MergedInto
	}
	b.Powers = powers(own)
	if own.MayWithdraw {
		b.Withdraw = path + "/aterkalla"
	}
	if own.Mail || own.MailAsked {
		b.Forget = &page.ActionButton{URL: path + "/glom-adress", Button: page.Button{Text: page.T("proposal.own.forget_button"), Variant: page.Secondary}}
	}
	p.change(&b, own, path, say)
	d.Body = b
	return p.set.Render(w, r.Request, say.status, "own.html", d)
}

// change puts the form for another text on the page, where one may be sent.
func (p *Pages) change(b *ownBody, own petition.Own, path string, say ownPage) {
	text := own.Text
	if say.text != nil {
		text = *say.text
	}
	if !own.MaySupplement {
		if say.text != nil {
			b.Copy = spacedText(text)
		}
		return
	}
	c := &changeBody{URL: path + "/komplettera", Version: own.Version, Button: page.Button{Text: page.T("proposal.own.save")},
		Open: say.text != nil || own.Standing.Moderation == petition.SupplementRequested}
	c.Title, c.What, c.Why = p.textFields(text, say.faults)
	b.Change = c
}

// about says in words what the standing means.
func (p *Pages) about(own petition.Own, name string) page.Text {
	text := page.Text(page.T("proposal.state." + name + ".text"))
	if words := codeWords(own.Code); words != nil && own.Standing.Moderation != petition.Accepted && own.Standing.Moderation != petition.Withdrawn {
		return spaced(text, page.T("proposal.own.because", "reason", words))
	}
	return text
}

func (p *Pages) ownSummary(own petition.Own) page.Summary {
	mail := page.T("proposal.own.no_mail")
	switch {
	case own.Mail:
		mail = page.T("proposal.own.has_mail")
	case own.MailAsked:
		mail = page.T("proposal.own.asked_mail")
	}
	rows := []page.SummaryRow{{Term: page.T("proposal.receipt.number"), Value: page.CaseNumber(own.Registry)}, {Term: page.T("proposal.own.received"), Value: page.DateTime(own.At)}}
	rows = append(append(rows, textRows(own.Text)...), page.SummaryRow{Term: page.T("proposal.field.mail"), Value: mail})
	return page.Summary{Rows: rows}
}

// nextWords are the next step and its day; both may be missing.
func nextWords(e petition.Event) (step, day page.Text) {
	step = page.T("proposal.next.other")
	if slices.Contains(ahead(), petition.Move(e.NextStep)) {
		step = page.T("proposal.next." + e.NextStep)
	}
	if e.NextDay != "" {
		day = page.T("proposal.next.day", "day", page.DayOf(e.NextDay))
	}
	return step, day
}

// question is what the moderator asked last.
func question(events []petition.Event, lang string) page.Text {
	for _, e := range slices.Backward(events) {
		if e.Move == petition.MoveAskMore {
			return staffWords(e.Words, lang)
		}
	}
	return nil
}
