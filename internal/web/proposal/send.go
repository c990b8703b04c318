package proposal

import (
	"net/http"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// receiptBody is the answer to a proposal. Its link is kept nowhere: the page
// answers the post itself, so that no browser need keep it either.
type receiptBody struct {
	Receipt page.Receipt
	Next    page.Steps
	Link    linkBody
	Once    page.Text // that it is shown now
	Mail    page.Text // what to do now about the address; nil when there is none
}

// linkBody shows the proposer's own link.
type linkBody struct {
	URL   string // path
	Whole page.FileName
}

func (p *Pages) link(secret string) linkBody {
	return linkBody{OwnPath + secret, page.FileName(p.Link(petition.LinkManage, secret))}
}

// send receives a proposal. Sent again, it is the same proposal with a new
// link, so that a reload shows a receipt and not a fault.
func (p *Pages) send(w http.ResponseWriter, r *route.Request) error {
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
	got, err := p.Petitions.Receive(r.Context(), p.proposal(d, r.ClientIP))
	switch {
	case fault.Is(err, fault.Conflict):
		return p.sentBefore(w, r)
	case err != nil:
		return p.notReceived(w, r, d, err)
	}
	return p.receipt(w, r, got)
}

// notReceived keeps what was written, and says why it is not sent.
func (p *Pages) notReceived(w http.ResponseWriter, r *route.Request, d draft, err error) error {
	notice, status := p.refusedText(d, err)
	if notice == nil {
		f, err := p.faultsOf(d, err)
		if err != nil {
			return err
		}
		return p.form(w, r, d, f, nil)
	}
	w.Header().Set("Retry-After", "600")
	if status == http.StatusServiceUnavailable {
		p.Log.Error("a proposal could not be received", "route", "POST "+sendPath, "outcome", string(fault.KindOf(err)), "error", err)
	}
	return p.review(w, r, status, d, notice)
}

func (p *Pages) receipt(w http.ResponseWriter, r *route.Request, got petition.Received) error {
	set := p.Petitions.Settings()
	d := p.data(r, page.T("proposal.receipt.title"))
	d.OwnHeading = true
	b := receiptBody{Link: p.link(got.Manage), Once: page.T("proposal.receipt.once"), Receipt: page.Receipt{Title: page.T("proposal.receipt.title"), NumberLabel: page.T("proposal.receipt.number"),
		Number: page.CaseNumber(got.Registry), At: got.At}}
	if got.Again {
		b.Once = page.T("proposal.receipt.again")
	}
	if got.Confirm {
		b.Mail = page.N("proposal.receipt.mail", set.ConfirmHours)
		if set.MailRequired {
			b.Mail = spaced(b.Mail, page.T("proposal.receipt.mail_first"))
		}
	}
	b.Next.Items = []page.Text{page.N("proposal.step.read", set.TargetDays), page.T("proposal.receipt.ask"), page.T("proposal.receipt.told")}
	d.Body = b
	return p.set.Render(w, r.Request, http.StatusOK, "receipt.html", d)
}

// sentBefore answers a form that was sent long ago.
func (p *Pages) sentBefore(w http.ResponseWriter, r *route.Request) error {
	return p.say(w, r, http.StatusConflict, page.T("proposal.before.title"), message{
		Texts: []page.Text{page.T("proposal.before.text"), page.T("proposal.thanks.lost")},
		Ways:  page.Buttons{Buttons: []page.Button{{URL: Path, Text: page.T("proposal.before.new")}}}})
}

// thanks stands where a receipt was: it shows once.
func (p *Pages) thanks(w http.ResponseWriter, r *route.Request) error {
	return p.say(w, r, http.StatusOK, page.T("proposal.thanks.title"), message{
		Texts: []page.Text{page.T("proposal.thanks.text"), page.T("proposal.thanks.lost"), spaced(p.reach()...)},
		Ways:  page.Buttons{Buttons: []page.Button{{URL: "/forslag", Text: page.T("proposal.closed.read")}}}})
}
