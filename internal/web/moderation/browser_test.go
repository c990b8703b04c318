package moderation_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/session"
	"medborgarnavet/internal/web/page/pagetest"
	"medborgarnavet/internal/web/route"
)

// login gives a browser that a person has logged in with.
func (h *hall) login(person string, kind identity.Kind) *browser {
	h.t.Helper()
	n, err := pnr.ParseLenient(person, start)
	h.ok(err)
	token, _, err := h.sessions.Create(h.t.Context(), identity.Authentication{Subject: n, Name: "Eva Lind", Assurance: identity.Assurance{Level: 3, Scheme: identity.SchemeTest},
		Method: "test", Provider: "test", At: h.clock.Now(), TxnID: "t", Environment: identity.Test}, kind, "")
	h.ok(err)
	cookie := route.StaffCookie
	if kind == session.Citizen {
		cookie = route.CitizenCookie
	}
	return &browser{h, &http.Cookie{Name: cookie, Value: token}}
}

func (h *hall) staff(person string) *browser { return h.login(person, session.Staff) }

// browser asks for pages.
type browser struct {
	h      *hall
	cookie *http.Cookie
}

func (b *browser) do(method, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	w := httptest.NewRecorder()
	b.h.router.ServeHTTP(w, r)
	return w
}

// page gets a page, which must be there and keep the promises of every page.
func (b *browser) page(path string) string {
	b.h.t.Helper()
	return b.shown(b.do("GET", path, nil), http.StatusOK)
}

// shown is a page that answered with a status.
func (b *browser) shown(w *httptest.ResponseRecorder, status int) string {
	b.h.t.Helper()
	if w.Code != status {
		b.h.t.Fatalf("status %d, want %d\n%s", w.Code, status, words(w.Body.Bytes()))
	}
	pagetest.Check(b.h.t, w.Body.Bytes(), "sv")
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		b.h.t.Errorf("Cache-Control is %q", got)
	}
	return words(w.Body.Bytes())
}

// post sends a form and follows the redirect that must come.
func (b *browser) post(path string, form url.Values) string {
	b.h.t.Helper()
	w := b.do("POST", path, form)
	if w.Code != http.StatusSeeOther {
		b.h.t.Fatalf("POST %s: status %d\n%s", path, w.Code, words(w.Body.Bytes()))
	}
	to, _, _ := strings.Cut(w.Header().Get("Location"), "#")
	return b.page(to)
}

// form are the hidden values of the form on a page that posts to an address,
// with what a person fills in.
func (b *browser) form(doc []byte, action string, fill url.Values) url.Values {
	b.h.t.Helper()
	root, err := html.Parse(bytes.NewReader(doc))
	b.h.ok(err)
	out := url.Values{}
	for n := range root.Descendants() {
		if n.Data != "form" || attr(n, "action") != action && !slices.Contains(buttons(n), action) {
			continue
		}
		for in := range n.Descendants() {
			if in.Data == "input" && attr(in, "type") == "hidden" {
				out.Add(attr(in, "name"), attr(in, "value"))
			}
		}
		for name, values := range fill {
			out[name] = values
		}
		return out
	}
	b.h.t.Fatalf("no form to %s", action)
	return nil
}

// buttons are the addresses that a form's buttons post to.
func buttons(form *html.Node) (out []string) {
	for n := range form.Descendants() {
		if n.Data == "button" {
			out = append(out, attr(n, "formaction"))
		}
	}
	return out
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// words are what a page says, with plain spaces.
func words(doc []byte) string {
	root, err := html.Parse(bytes.NewReader(doc))
	if err != nil {
		return err.Error()
	}
	var out strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			out.WriteString(n.Data + " ")
		}
		if n.Type == html.ElementNode && n.Data == "input" && attr(n, "type") != "hidden" {
			out.WriteString("[" + attr(n, "value") + "] ")
		}
	}
	text := strings.Join(strings.Fields(strings.ReplaceAll(out.String(), "\u00a0", " ")), " ")
	return strings.NewReplacer(" ,", ",", " .", ".").Replace(text)
}

func says(t *testing.T, what, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%s does not say %q:\n%s", what, want, text)
		}
	}
}

func silent(t *testing.T, what, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(text, w) {
			t.Errorf("%s says %q", what, w)
		}
	}
}
