package moderation_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"medborgarnavet/internal/identity/session"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/moderation"
)

// everything a form needs, so that it is the access that stops it.
var everything = url.Values{"nyckel": {"k"}, "version": {"1"}, "sett": {"1"}, "anteckning": {"x"}, "igen": {"ja"}, "ater.ord": {"x"}, "avsla.kod": {"unclear"},
	"avsla.ord": {"x"}, "publicera.gallring": {disposal}, "publicera.nar": {"nu"}, "undanta.kategori": {"minority-language"}, "nyhet.ord": {"x"}, "ta-bort.ord": {"x"},
	"drift.ord": {"x"}, "drift.saker": {"ja"}, "del": {"vote"}, "lage": {"av"}}

// P-12, I-13, M-123: every address, tried by everyone who may not; and none of
// it leaves anything behind.
func TestEveryRouteRefuses(t *testing.T) {
	h := newHall(t)
	id := h.receive(bike, "").ID
	before, events := h.sheet(id).Standing, h.sheet(id).Last()
	visitors := map[string]struct {
		b    *browser
		want int
	}{
		"nobody":                                {&browser{h, nil}, http.StatusUnauthorized},
		"a forged cookie":                       {&browser{h, &http.Cookie{Name: h.staff(eva).cookie.Name, Value: strings.Repeat("A", 43)}}, http.StatusUnauthorized},
		"a resident":                            {h.login(anna, session.Citizen), http.StatusUnauthorized},
		"not staff":                             {h.staff(anna), http.StatusForbidden},
		"a moderator of the other municipality": {h.staff(maja), http.StatusForbidden},
		"an officer of another board":           {h.staff(officer), http.StatusForbidden},
	}
	staffed := 0
	for _, rt := range h.routes {
		method, path, _ := strings.Cut(rt.Pattern, " ")
		if path == moderation.EventsPath {
			continue
		}
		staffed++
		path = strings.NewReplacer("{id}", id, "{slag}", "avsla", "{steg}", "nyhet").Replace(path)
		for who, v := range visitors {
			var form url.Values
			if method == "POST" {
				form = everything
			}
			w := v.b.do(method, path, form)
			if w.Code != v.want {
				t.Errorf("%s, %s: status %d, want %d", who, rt.Pattern, w.Code, v.want)
			}
			if strings.Contains(w.Body.String(), "cykelväg") {
				t.Errorf("%s, %s: the answer tells what the proposal says", who, rt.Pattern)
			}
		}
	}
	if staffed < 25 {
		t.Errorf("%d addresses were tried", staffed)
	}
	if s := h.sheet(id); s.Standing != before || s.Last() != events {
		t.Error("a refused request changed the petition")
	}
	for _, s := range h.switches.All() {
		if !s.On {
			t.Errorf("a refused request turned %s off", s.Name)
		}
	}
}

// P-12: each role has its own addresses, and a moderator cannot do what is a
// steward's, nor the other way around.
func TestRolesAreApart(t *testing.T) {
	h := newHall(t)
	id := h.receive(bike, "").ID
	roles := map[string]string{"moderator": eva, "handler": olof, "steward": karin}
	for _, rt := range h.routes {
		method, path, _ := strings.Cut(rt.Pattern, " ")
		if path == moderation.EventsPath {
			continue
		}
		path = strings.NewReplacer("{id}", id, "{slag}", "avsla", "{steg}", "nyhet").Replace(path)
		for role, person := range roles {
			if slices.Contains(rt.Roles, role) {
				continue
			}
			if w := h.staff(person).do(method, path, url.Values{}); w.Code != http.StatusForbidden {
				t.Errorf("a %s, %s: status %d", role, rt.Pattern, w.Code)
			}
		}
	}
	for _, path := range []string{"/handlaggare/forslag/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/handlaggare/forslag/%2e%2e", "/handlaggare/forslag/" + id + "/steg/hopp",
		"/handlaggare/forslag/drift/hopp", "/handlaggare/forslag/drift/stang", "/handlaggare/forslag/drift/paus?forslag=hopp", "/handlaggare/forslag/drift/brytare?del=hopp"} {
		who := h.staff(karin)
		if strings.Contains(path, "/steg/") {
			who = h.staff(olof)
		}
		if w := who.do("GET", path, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	if w := h.staff(eva).do("POST", "/handlaggare/forslag/"+id+"/beslut/hopp", everything); w.Code != http.StatusNotFound {
		t.Errorf("a decision that is none: status %d", w.Code)
	}
}

// What was typed when the login had run out comes back to the same browser, and
// can be sent again.
func TestExpiredLoginLosesNothing(t *testing.T) {
	h := newHall(t)
	id := h.receive(bike, "").ID
	path := "/handlaggare/forslag/" + id + "/anteckning"
	typed := "En lång <anteckning> som inte får gå förlorad"
	w := (&browser{h, nil}).do("POST", path, url.Values{"anteckning": {typed}, "nyckel": {"k"}})
	text := (&browser{h, nil}).shown(w, http.StatusUnauthorized)
	says(t, "the page", text, "Du är utloggad", "Skicka igen")
	moderator := h.staff(eva)
	says(t, "the sheet after sending again", moderator.post(path, moderator.form(w.Body.Bytes(), path, nil)), typed, "Anteckningen är sparad")
}

// A form of another site changes nothing.
func TestCrossSite(t *testing.T) {
	h := newHall(t)
	id := h.receive(bike, "").ID
	r := httptest.NewRequest("POST", "/handlaggare/forslag/"+id+"/las", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.AddCookie(h.staff(eva).cookie)
	w := httptest.NewRecorder()
	h.router.ServeHTTP(w, r)
	if s := h.sheet(id); w.Code != http.StatusForbidden || s.Standing.Moderation != petition.Submitted {
		t.Errorf("status %d, %v", w.Code, s.Standing)
	}
}
