package proposal

import (
	"net/http"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// followBody is the form to follow a petition.
type followBody struct {
	URL    string
	Mail   page.Field
	Trap   string
	Kept   page.List
	Button page.Button
}

const doneAsked = "brev"

// askFollow shows the form, or that a letter is on its way.
func (p *Pages) askFollow(w http.ResponseWriter, r *route.Request) error {
	if r.URL.Query().Get(doneKey) == doneAsked {
		return p.asked(w, r)
	}
	return p.followForm(w, r, http.StatusOK, "", nil, nil)
}

// asked says the same whether the address follows already or not.
func (p *Pages) asked(w http.ResponseWriter, r *route.Request) error {
	return p.say(w, r, http.StatusOK, page.T("proposal.follow.asked"), message{
		Texts: []page.Text{page.N("proposal.follow.asked_text", p.Petitions.Settings().ConfirmHours), page.T("proposal.follow.none")},
		Ways:  page.Buttons{Buttons: []page.Button{{URL: petitionPath + r.PathValue("id"), Text: page.T("proposal.follow.back")}}}})
}

func (p *Pages) followForm(w http.ResponseWriter, r *route.Request, status int, mail string, wrong page.Text, notice *page.Notice) error {
	if !p.On(featureFollow) || !p.On(featureMail) {
		return p.say(w, r, http.StatusServiceUnavailable, page.T("proposal.follow.closed"), message{Texts: []page.Text{page.T("proposal.follow.closed_text")},
			Ways: waysOn()})
	}
	id := r.PathValue("id")
	one, err := p.Petitions.One(r.Context(), id)
	if err != nil {
		return err
	}
	if !one.MayFollow {
		return p.over(w, r)
	}
	d := p.data(r, page.T("proposal.follow.title"))
	d.Lead = prose(one.Text.Title, "")
	d.Back = &page.Link{URL: petitionPath + id, Text: page.T("proposal.follow.back")}
	if wrong != nil {
		d.Errors = []page.FieldError{{Field: fieldMail, Text: wrong}}
	}
	if notice != nil {
		d.Notices = []page.Notice{*notice}
	}
	set := p.Petitions.Settings()
	d.Body = followBody{URL: petitionPath + id + "/folj", Button: page.Button{Text: page.T("proposal.follow.button")},
		Mail: page.Field{Name: fieldMail, Kind: page.EmailInput, Label: page.T("proposal.field.mail"), Hint: page.T("proposal.follow.hint"), Value: shown(mail),
			Error: wrong, Autocomplete: "email"},
		Kept: page.List{Items: []page.Text{page.N("proposal.follow.confirm", set.ConfirmHours), page.N("proposal.follow.kept", set.FollowersDays), page.T("proposal.follow.apart")}}}
	return p.set.Render(w, r.Request, status, "follow.html", d)
}

// over says that nothing more is to be told of a petition.
func (p *Pages) over(w http.ResponseWriter, r *route.Request) error {
	return p.say(w, r, http.StatusNotFound, page.T("proposal.follow.over"), message{Texts: []page.Text{page.T("proposal.follow.over_text")},
		Ways: page.Buttons{Buttons: []page.Button{{URL: petitionPath + r.PathValue("id"), Text: page.T("proposal.follow.back")}}}})
}

// follow asks an address to confirm itself.
func (p *Pages) follow(w http.ResponseWriter, r *route.Request) error {
	v, err := fields(r)
	switch {
	case fault.Is(err, fault.TooLarge):
		return p.followForm(w, r, http.StatusRequestEntityTooLarge, "", page.T("proposal.error.mail"), nil)
	case err != nil:
		return err
	}
	id, mail := r.PathValue("id"), v.Get(fieldMail)
	if !p.On(featureFollow) || !p.On(featureMail) {
		return p.followForm(w, r, http.StatusServiceUnavailable, mail, nil, nil)
	}
	if v.Get(fieldTrap) != "" {
		return p.followForm(w, r, http.StatusUnprocessableEntity, mail, nil,
			&page.Notice{Tone: page.Warning, Title: page.T("proposal.error.again_title"), Body: page.T("proposal.error.again"), Live: true})
	}
	err = p.Petitions.Follow(r.Context(), id, mail, r.ClientIP)
	switch fault.KindOf(err) {
	case "":
		return route.SeeOther(w, r, petitionPath+id+"/folj?"+doneKey+"="+doneAsked)
	case fault.Invalid, fault.TooLarge:
		if len(mail) > mostShown {
			mail = ""
		}
		return p.followForm(w, r, http.StatusUnprocessableEntity, mail, page.T("proposal.error.mail"), nil)
	case fault.TooMany:
		w.Header().Set("Retry-After", "3600")
		return p.followForm(w, r, http.StatusTooManyRequests, mail, nil,
			&page.Notice{Tone: page.Warning, Title: page.T("proposal.follow.often"), Body: page.T("proposal.follow.often_text"), Live: true})
	}
	return err
}

// mostShown is the longest address that comes back to be mended, in bytes.
const mostShown = 1000

// confirmFollow asks whether the address is to follow. A GET changes nothing.
func (p *Pages) confirmFollow(w http.ResponseWriter, r *route.Request) error {
	id, err := p.Petitions.FollowLink(r.Context(), r.PathValue("secret"))
	if err != nil {
		return p.lost(w, r, err)
	}
	texts := []page.Text{page.T("proposal.follow.confirm_text")}
	if one, err := p.Petitions.One(r.Context(), id); err == nil {
		texts = append(texts, page.Inset{Body: spaced(prose(one.Text.Title, ""), page.CaseNumber(one.Registry))})
	}
	return p.ask(w, r, page.T("proposal.follow.title"), confirmBody{Texts: append(texts, page.T("proposal.confirm.not")),
		Button: page.ActionButton{Button: page.Button{Text: page.T("proposal.follow.yes")}}})
}

func (p *Pages) followed(w http.ResponseWriter, r *route.Request) error {
	id, err := p.Petitions.ConfirmFollow(r.Context(), r.PathValue("secret"))
	if err != nil {
		return p.lost(w, r, err)
	}
	return p.say(w, r, http.StatusOK, page.T("proposal.follow.done"), message{
		Texts: []page.Text{page.T("proposal.follow.done_text"), page.T("proposal.follow.stop")},
		Ways:  page.Buttons{Buttons: []page.Button{{URL: petitionPath + id, Text: page.T("proposal.follow.back")}}}})
}

// unfollow asks whether the letters are to end.
func (p *Pages) unfollow(w http.ResponseWriter, r *route.Request) error {
	if err := p.Petitions.UnfollowLink(r.PathValue("secret")); err != nil {
		return p.lost(w, r, err)
	}
	return p.ask(w, r, page.T("proposal.unfollow.title"), confirmBody{Texts: []page.Text{page.T("proposal.unfollow.text")},
		Button: page.ActionButton{Button: page.Button{Text: page.T("proposal.unfollow.button")}}})
}

// unfollowed ends the letters. A mail program may post here by itself, without
// a page before (RFC 8058): the address is all that is needed.
func (p *Pages) unfollowed(w http.ResponseWriter, r *route.Request) error {
	if err := p.Petitions.Unfollow(r.Context(), r.PathValue("secret")); err != nil {
		return p.lost(w, r, err)
	}
	return p.say(w, r, http.StatusOK, page.T("proposal.unfollow.done"), message{Texts: []page.Text{page.T("proposal.unfollow.done_text")},
		Ways: page.Buttons{Buttons: []page.Button{{URL: "/forslag", Text: page.T("proposal.closed.read")}}}})
}
