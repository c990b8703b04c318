package desk

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

type lostBody struct {
	Action string
	Login  string
	Values []page.HiddenValue
}

// lost answers a form that came after the login had run out. What was typed
// goes back to the same browser, in a form that sends it again once the
// officer has logged in; nothing is kept here.
func (p *Pages) lost(w http.ResponseWriter, r *route.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Unauthenticated, "no login")
	}
	body := lostBody{Action: r.URL.Path, Login: "/handlaggare/logga-in"}
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		body.Values = append(body.Values, page.HiddenValue{Name: name, Value: strings.ToValidUTF8(r.PostForm.Get(name), "")})
	}
	return p.render(w, r, http.StatusUnauthorized, "lost.html", page.Data{Title: page.T("desk.lost.title"), Lead: page.T("desk.lost.lead"),
		Municipality: p.Municipality, Lang: page.LangOf(r.Request), Body: body})
}
