package vote

import (
	"encoding/json"
	"net/http"

	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

type receiptBody struct {
	Ticket string
	Warn   page.Notice
	Button page.Button
	Code   string
	Keep   page.List
	Way    page.Link
}

// receipt shows a voter their own receipt, after a warning of its own: whoever
// sees it knows how they voted.
func (p *Pages) receipt(w http.ResponseWriter, r *route.Request) error {
	ticket := r.PostFormValue("biljett")
	if ticket == "" {
		return p.refuse(w, r, "", errNoTicket)
	}
	got, err := p.Booth.Receipt(r.Context(), ticket) // also before the warning: no page for nothing
	if err != nil {
		return p.refuse(w, r, "", err)
	}
	b := receiptBody{Ticket: ticket, Way: page.Link{URL: petitionPath(got.Petition), Text: page.T("vote.done.way")},
		Warn:   page.Notice{Tone: page.Warning, Title: page.T("vote.receipt.warning"), Body: page.T("vote.receipt.warning_text")},
		Button: page.Button{Text: page.T("vote.receipt.show"), Name: "visa", Value: "ja"}}
	switch r.PostFormValue("visa") {
	case "fil": // as docs/petition-audit.md has it
		file, _ := json.Marshal(got) // two strings always marshal
		page.Download(w, "rostkvitto.json", "application/json", append(file, '\n'))
		return nil
	case "ja":
		b.Code = got.Nullifier
		b.Button = page.Button{Text: page.T("vote.receipt.save"), Name: "visa", Value: "fil"}
		b.Keep = page.List{Items: []page.Text{page.T("vote.receipt.keep1"), page.T("vote.receipt.keep2"), page.T("vote.receipt.keep3")}}
	}
	data := p.data(r, page.T("vote.receipt.title"))
	data.Body = b
	return p.set.Render(w, r.Request, http.StatusOK, "receipt.html", data)
}
