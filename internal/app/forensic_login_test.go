package app_test

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"strings"
	"time"

	"medborgarnavet/fake/bankid"
)

// login is a whole login to vote over HTTP, with the fake e-ID approving:
// the page that asks comes back with a ticket. cookie is what the browser has
// besides, such as a login to Mina sidor.
func (h *host) login(number, address, cookie string) (ticket string) {
	h.t.Helper()
	return h.door("/rosta", url.Values{"forslag": {h.id}, "enhet": {"annan"}}, number, address, cookie)
}

// citizen logs in to Mina sidor and gives the cookie.
func (h *host) citizen(number, address string) (cookie string) {
	h.t.Helper()
	return h.door("", url.Values{"till": {"/mina-sidor"}, "enhet": {"annan"}}, number, address, "")
}

// door goes through a login. It gives the ticket of a vote, or the cookie of
// another login.
func (h *host) door(path string, form url.Values, number, address, cookie string) string {
	h.t.Helper()
	h.out.BankID.Script(number, bankid.Approve)
	resp, err := h.post(path+"/logga-in", form, address, cookie)
	if err != nil || resp.StatusCode != http.StatusSeeOther {
		h.t.Fatalf("a login begins: %v, %v", resp, err)
	}
	cookies := forensicCookies(cookie, resp)
	for range 60 {
		at := resp.Header.Get("Location")
		if at == "" {
			at = resp.Request.URL.Path
		}
		if resp, err = h.get(at, address, cookies); err != nil {
			h.t.Fatal(err)
		}
		cookies = forensicCookies(cookies, resp)
		body := resp.Body.(readBody).String()
		if _, rest, ok := strings.Cut(body, `name="biljett" value="`); ok {
			value, _, _ := strings.Cut(rest, `"`)
			return html.UnescapeString(value)
		}
		if resp.StatusCode == http.StatusSeeOther && resp.Header.Get("Location") == "/mina-sidor" {
			return cookies
		}
		if resp.StatusCode == http.StatusOK {
			time.Sleep(30 * time.Millisecond)
			h.clock.Advance(2 * time.Second)
		}
	}
	h.t.Fatalf("the login does not end: %d", resp.StatusCode)
	return ""
}

// forensicCookies are what the browser has after an answer.
func forensicCookies(before string, resp *http.Response) string {
	all := map[string]string{}
	for _, c := range strings.Split(before, "; ") {
		if name, value, ok := strings.Cut(c, "="); ok {
			all[name] = value
		}
	}
	for _, c := range resp.Cookies() {
		if all[c.Name] = c.Value; c.MaxAge < 0 {
			delete(all, c.Name)
		}
	}
	var parts []string
	for name, value := range all {
		parts = append(parts, name+"="+value)
	}
	return strings.Join(parts, "; ")
}

// orders are the e-ID's references of every order that was made.
func (h *host) orders() (refs []string) {
	seen := map[string]bool{}
	for _, e := range h.out.BankID.Transcript() {
		var body struct{ OrderRef string }
		if json.Unmarshal(e.Body, &body) == nil && body.OrderRef != "" && !seen[body.OrderRef] {
			seen[body.OrderRef] = true
			refs = append(refs, body.OrderRef)
		}
	}
	return refs
}
