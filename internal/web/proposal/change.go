package proposal

import (
	"net/http"
	"net/url"
	"strconv"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// supplement takes another text. What cannot be taken stands on the page.
func (p *Pages) supplement(w http.ResponseWriter, r *route.Request) error {
	secret := r.PathValue("secret")
	v, err := fields(r)
	if err != nil {
		return p.unread(w, r, err)
	}
	d := draft{Text: textOf(v)}
	version, err := strconv.Atoi(v.Get(fieldVersion))
	if err != nil {
		version = 0 // of no text: it has changed since
	}
	err = p.Petitions.Supplement(r.Context(), secret, version, d.Text)
	switch fault.KindOf(err) {
	case "":
		return done(w, r, secret, doneSupplement)
	case fault.NotFound, fault.Gone:
		return p.lost(w, r, err)
	case fault.Conflict:
		return p.showOwn(w, r, ownPage{status: http.StatusConflict, text: &d.Text,
			notice: &page.Notice{Tone: page.Warning, Title: page.T("proposal.own.late"), Body: page.T("proposal.own.late_text"), Live: true}})
	}
	f, broken := p.faultsOf(d, err)
	if broken != nil {
		p.Log.Error("a text could not be saved", "route", "POST "+OwnPath+"{secret}/komplettera", "error", broken)
		return p.kept(w, r, page.T("proposal.own.late"), page.T("proposal.own.broken"), d.Text)
	}
	return p.showOwn(w, r, ownPage{status: http.StatusUnprocessableEntity, text: &d.Text, faults: f})
}

// withdraw asks whether the proposal is to be taken back.
func (p *Pages) withdraw(w http.ResponseWriter, r *route.Request) error {
	secret := r.PathValue("secret")
	own, err := p.Petitions.Manage(r.Context(), secret)
	if err != nil {
		return p.lost(w, r, err)
	}
	if !own.MayWithdraw {
		return p.tooLate(w, r)
	}
	texts := []page.Text{page.T("proposal.withdraw.text", "number", page.CaseNumber(own.Registry)), page.T("proposal.withdraw.record")}
	if own.Public {
		texts = append(texts, page.T("proposal.withdraw.votes"))
	}
	return p.ask(w, r, page.T("proposal.withdraw.title"), confirmBody{Texts: append(texts, page.T("proposal.withdraw.final")),
		Button: page.ActionButton{Button: page.Button{Text: page.T("proposal.withdraw.button"), Variant: page.Danger}, Hidden: []page.HiddenValue{{Name: fieldSure, Value: "ja"}}},
		Other:  &page.Link{URL: OwnPath + url.PathEscape(secret), Text: page.T("proposal.withdraw.no")}})
}

func (p *Pages) tooLate(w http.ResponseWriter, r *route.Request) error {
	return p.showOwn(w, r, ownPage{status: http.StatusConflict,
		notice: &page.Notice{Tone: page.Warning, Title: page.T("proposal.withdraw.late"), Body: page.T("proposal.withdraw.late_text"), Live: true}})
}

// withdrawn takes the proposal back, when the question has been answered.
func (p *Pages) withdrawn(w http.ResponseWriter, r *route.Request) error {
	if r.PostFormValue(fieldSure) != "ja" {
		return p.withdraw(w, r)
	}
	err := p.Petitions.Withdraw(r.Context(), r.PathValue("secret"))
	switch fault.KindOf(err) {
	case "":
		return done(w, r, r.PathValue("secret"), doneWithdraw)
	case fault.Conflict:
		if own, err := p.Petitions.Manage(r.Context(), r.PathValue("secret")); err == nil && stage(own.Standing) == "withdrawn" {
			return done(w, r, r.PathValue("secret"), doneWithdraw) // pressed twice
		}
		return p.tooLate(w, r)
	}
	return p.lost(w, r, err)
}

// rotate ends all links and leads to the new one.
func (p *Pages) rotate(w http.ResponseWriter, r *route.Request) error {
	next := r.PostFormValue(fieldNext)
	if err := p.Petitions.Rotate(r.Context(), r.PathValue("secret"), next); err != nil {
		return p.lost(w, r, err)
	}
	return done(w, r, next, doneRotate)
}

// forget erases the proposer's address.
func (p *Pages) forget(w http.ResponseWriter, r *route.Request) error {
	if err := p.Petitions.ForgetMail(r.Context(), r.PathValue("secret")); err != nil {
		return p.lost(w, r, err)
	}
	return done(w, r, r.PathValue("secret"), doneForget)
}
