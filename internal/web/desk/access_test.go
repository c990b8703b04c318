package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"medborgarnavet/internal/identity/session"
)

// I-13, M-70, M-123: every route of the desk, tried by everyone who may not.
func TestEveryRouteRefuses(t *testing.T) {
	o := newOffice(t)
	annas := o.caseOf(anna, "Anna Berglund", "EB 2026-000001")
	evas := o.caseOf(eva, "Eva Lind", "EB 2026-000002")
	olofs := o.caseOf(olof, "Olof Wik", "EB 2026-000003")
	visitors := map[string]*browser{
		"nobody":          {o, nil},
		"a resident":      o.login(anna, "Anna Berglund", session.Citizen),
		"not staff":       o.login(anna, "Anna Berglund", session.Staff),
		"a steward":       o.login(karin, "Karin Ståhl", session.Staff),
		"no assignment":   o.login(olof, "Olof Wik", session.Staff),
		"the officer":     o.login(eva, "Eva Lind", session.Staff),
		"a forged cookie": {o, &http.Cookie{Name: o.login(eva, "Eva Lind", session.Staff).cookie.Name, Value: strings.Repeat("A", 43)}},
	}
	tests := []struct {
		who, id      string
		get, post    int
		queueAllowed bool
	}{
		{"nobody", annas, 401, 401, false},
		{"a forged cookie", annas, 401, 401, false},
		{"a resident", annas, 401, 401, false},
		{"not staff", annas, 403, 403, false},
		{"a steward", annas, 403, 403, false},
		{"no assignment", annas, 404, 404, true},
		{"no assignment", olofs, 404, 404, true},
		{"the officer", evas, 403, 403, true}, // her own case
		{"the officer", "01ARZ3NDEKTSV4RRFFQ69G5FAV", 404, 404, true},
		{"the officer", "%2e%2e", 404, 404, true},
	}
	// Everything a form needs, so that it is the access that stops it.
	form := url.Values{"version": {"0"}, "belopp.hyra": {"1"}, "nyckel": {"k"}, "anteckning": {"x"}, "slag_anteckning": {"working"}, "meddelande": {"x"},
		"krav": {"x"}, "senast.day": {"1"}, "senast.month": {"12"}, "senast.year": {"2026"}, "slag_kommunicering": {"exception"}, "kommunicerat": {"x"},
		"utfall": {"granted"}, "motivering": {"x"}, "sett": {"x"}}
	for _, test := range tests {
		for _, rt := range o.routes {
			method, path, _ := strings.Cut(rt.Pattern, " ")
			open := !strings.Contains(path, "{id}")
			path = strings.ReplaceAll(strings.ReplaceAll(path, "{id}", test.id), "{file}", "FIL1")
			var w = visitors[test.who].do(method, path, nil)
			want := test.get
			if method == "POST" {
				w, want = visitors[test.who].do(method, path, form), test.post
			}
			if open && test.queueAllowed {
				continue // the queue and the session are theirs; what the queue shows is TestQueuePage's
			}
			if w.Code != want {
				t.Errorf("%s, %s of %s: status %d, want %d", test.who, rt.Pattern, test.id, w.Code, want)
			}
			for _, secret := range []string{"Berglund", anna, "Studiemedel"} {
				if strings.Contains(w.Body.String(), secret) {
					t.Errorf("%s, %s: the answer tells %q", test.who, rt.Pattern, secret)
				}
			}
		}
	}
	// None of it left anything behind.
	for _, id := range []string{annas, evas, olofs} {
		for _, person := range []string{anna, eva, olof} {
			c, err := o.OfParty(t.Context(), number(t, person), id)
			if err == nil && (len(c.Messages)+len(c.Supplements) > 0 || c.State != "received") {
				t.Errorf("a refused request changed the case: %+v", c)
			}
		}
	}
}

// What was typed when the login had run out comes back to the same browser.
func TestExpiredLoginLosesNothing(t *testing.T) {
	o := newOffice(t)
	id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001")
	nobody := &browser{o, nil}
	typed := "En lång <anteckning> som inte får gå förlorad"
	form := url.Values{"anteckning": {typed}, "slag_anteckning": {"journal"}, "nyckel": {"k"}}
	w := nobody.do("POST", "/handlaggare/arenden/"+id+"/anteckning", form)
	text := nobody.shown(w, http.StatusUnauthorized)
	says(t, "the page", text, "Du är utloggad", "["+typed+"]", "Skicka igen")
	officer := o.login(eva, "Eva Lind", session.Staff)
	says(t, "the case after logging in and sending again", officer.post("/handlaggare/arenden/"+id+"/anteckning", form), typed)
}

// A form of another site changes nothing.
func TestCrossSite(t *testing.T) {
	o := newOffice(t)
	id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001")
	r := newRequest("POST", "/handlaggare/arenden/"+id+"/meddelande", url.Values{"meddelande": {"x"}, "nyckel": {"k"}})
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.AddCookie(o.login(eva, "Eva Lind", session.Staff).cookie)
	if w := o.answer(r); w.Code != http.StatusForbidden {
		t.Errorf("status %d", w.Code)
	}
}
