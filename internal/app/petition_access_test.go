package app_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"medborgarnavet/cmd/demo/town"
	"medborgarnavet/internal/app"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/route"
)

// everyField is what any form of the staff pages needs, so that it is the
// access that stops it.
var everyField = url.Values{"nyckel": {"k-k-k-k-k-k-k-k-k-k"}, "version": {"1"}, "sett": {"1"}, "anteckning": {"x"}, "igen": {"ja"}, "ater.ord": {"x"},
	"avsla.kod": {"unclear"}, "avsla.ord": {"x"}, "publicera.gallring": {"KS 2026/2"}, "publicera.nar": {"nu"}, "undanta.kategori": {"minority-language"},
	"nyhet.ord": {"x"}, "ta-bort.ord": {"x"}, "drift.ord": {"x"}, "drift.saker": {"ja"}, "del": {"vote"}, "lage": {"av"}}

// visitor is somebody's cookies on Ekbacka's site.
type visitor struct{ cookie string }

// visit logs somebody in.
func (p *polls) visit(name, login string) visitor {
	p.t.Helper()
	w := p.walker(name)
	if strings.Contains(name, "Havsnäs") {
		w.host = siteOf["havsnas"]
	}
	w.do(login)
	var all []string
	for k, v := range w.b.cookies[w.host] {
		all = append(all, k+"="+v)
	}
	if len(all) == 0 {
		p.t.Fatalf("%s got no cookie", name)
	}
	return visitor{strings.Join(all, "; ")}
}

func (p *polls) as(v visitor, method, path string) reply {
	p.t.Helper()
	q := ask{method: method, path: path, header: map[string]string{"Cookie": v.cookie}}
	if method == http.MethodPost {
		q.form = everyField
	}
	return p.send(q)
}

// I-1, I-13, M-123, P-12: every staff address of petitions in the wired
// product, tried by everyone who may not: nobody, a resident, staff without the
// roles, staff with the roles on another board, staff of another municipality
// with their own login there, and cookies under another name. None of it tells
// what the proposal says or leaves anything behind.
func TestEveryPetitionRouteRefusesOthers(t *testing.T) {
	p := newPolls(t, clock.NewManual(noon), func(cfg *config.Config, _ *town.Outside) {
		// Kim has every role of petitions, on the board that has none.
		addStaff(t, cfg.Municipalities[0].Boards[0].StaffFile, map[string]any{"id": "kim.akesson", "personnummer": "198112189876", "name": "Kim Åkesson",
			"title": "Socialsekreterare", "roles": []string{"officer", "moderator", "handler", "steward"}, "assignments": []string{}})
	})
	const title = "Bygg en hemlighet"
	id := p.propose("ekbacka", petition.Text{Title: title, What: "En hemlighet.", Why: "Den behövs."}).ID
	p.serve()
	resident := p.visit("resident", "login 198507099805 /mina-sidor")
	maja := p.visit("Maja in Havsnäs", "staff 191006089807")
	visitors := map[string]visitor{
		"nobody":                              {},
		"a forged cookie":                     {route.StaffCookie + "=" + strings.Repeat("A", 43)},
		"a resident":                          resident,
		"a resident, renamed cookie":          {strings.ReplaceAll(resident.cookie, route.CitizenCookie+"=", route.StaffCookie+"=")},
		"an officer without the roles":        p.visit("olof", "staff 194607137454"),
		"the roles on another board":          p.visit("kim", "staff 198112189876"),
		"Havsnäs' moderator, her login there": maja,
		"a thousand cookies":                  {strings.Repeat("a=b; ", 1000) + route.StaffCookie + "=x"},
	}
	tried := 0
	for _, r := range app.RoutesOf(p.app, "ekbacka") {
		method, path, _ := strings.Cut(r.Pattern, " ")
		if !strings.HasPrefix(path, "/handlaggare/forslag") {
			continue
		}
		tried++
		path = strings.NewReplacer("{id}", id, "{slag}", "avsla", "{steg}", "nyhet").Replace(path)
		for who, v := range visitors {
			got := p.as(v, method, path)
			switch got.status {
			case http.StatusForbidden, http.StatusUnauthorized:
				plainWords(t, who+" "+r.Pattern, got)
			case http.StatusSeeOther:
				if !strings.HasPrefix(got.header.Get("Location"), "/handlaggare/logga-in") {
					t.Errorf("%s, %s: led to %s", who, r.Pattern, got.header.Get("Location"))
				}
			default:
				t.Errorf("%s, %s: answers %d", who, r.Pattern, got.status)
			}
			if strings.Contains(got.body, title) || strings.Contains(got.body, "En hemlighet") {
				t.Errorf("%s, %s: the answer tells what the proposal says", who, r.Pattern)
			}
		}
	}
	if tried < 25 {
		t.Errorf("%d addresses were tried", tried)
	}
	p.untouched(id, title)
}

// addStaff writes somebody into a board's directory.
func addStaff(t *testing.T, file string, who map[string]any) {
	t.Helper()
	raw, err := os.ReadFile(file)
	var d map[string]any
	if err = errors.Join(err, json.Unmarshal(raw, &d)); err != nil {
		t.Fatal(err)
	}
	d["staff"] = append(d["staff"].([]any), who)
	if raw, err = json.Marshal(d); err == nil {
		err = os.WriteFile(file, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// untouched: the proposal still waits to be read.
func (p *polls) untouched(id, title string) {
	p.t.Helper()
	life, _ := p.app.Petitions("ekbacka")
	queue, err := life.Queue(p.t.Context(), moderators["ekbacka"], petition.ShowToRead)
	if err != nil || len(queue) != 1 || queue[0].ID != id || queue[0].Title != title {
		p.t.Errorf("a refused request changed the queue: %+v %v", queue, err)
	}
	if r := p.get("/rosta?val=x"); r.status != http.StatusMethodNotAllowed || strings.Contains(p.get("/forslag").body, "stängd av") {
		p.t.Error("a refused request turned something off")
	}
}

// P-12: a moderator cannot do what is a steward's, nor the other way around.
func TestPetitionRolesAreApartInTheProduct(t *testing.T) {
	p := newPolls(t, clock.NewManual(noon), nil)
	id := p.propose("ekbacka", petition.Text{Title: "Bygg en bro", What: "En bro.", Why: "Den behövs."}).ID
	p.serve()
	roles := map[string][]string{"vera": {"moderator", "handler"}, "karin": {"steward"}}
	logins := map[string]visitor{"vera": p.visit("vera", "staff 190905271474"), "karin": p.visit("karin", "staff 190910199827")}
	for _, r := range app.RoutesOf(p.app, "ekbacka") {
		method, path, _ := strings.Cut(r.Pattern, " ")
		if !strings.HasPrefix(path, "/handlaggare/forslag") {
			continue
		}
		path = strings.NewReplacer("{id}", id, "{slag}", "avsla", "{steg}", "nyhet").Replace(path)
		for who, v := range logins {
			may := slices.ContainsFunc(r.Roles, func(role string) bool { return slices.Contains(roles[who], role) })
			if may && method == http.MethodPost {
				continue // it would do something
			}
			got := p.as(v, method, path)
			if (got.status == http.StatusForbidden) == may || got.status >= 500 {
				t.Errorf("%s, %s: answers %d", who, r.Pattern, got.status)
			}
		}
	}
	for who, home := range map[string]string{"vera": "/handlaggare/forslag", "karin": "/handlaggare/forslag/drift"} {
		if r := p.as(logins[who], http.MethodGet, "/handlaggare"); r.status != http.StatusSeeOther || r.header.Get("Location") != home {
			t.Errorf("%s has no cases and is led to %d %q", who, r.status, r.header.Get("Location"))
		}
		if r := p.as(logins[who], http.MethodPost, "/handlaggare/forlang"); r.status != http.StatusForbidden {
			t.Errorf("%s at the desk: %d", who, r.status)
		}
	}
	p.untouched(id, "Bygg en bro")
}

// P-13 (bad input): the webhook takes what is signed with the secret, now, and
// nothing else; told again, the same event changes nothing.
func TestWebhookFromOutside(t *testing.T) {
	m := clock.NewManual(noon)
	secret := []byte("a secret of forty characters, or nearly so")
	p := newPolls(t, m, func(cfg *config.Config, out *town.Outside) {
		file := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(file, append(secret, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg.Municipalities[0].Petitions.CaseEventSecretFiles = []string{file}
	})
	p.serve()
	body := `{"registry":"KS 2026-000099","step":{"move":"news","words":"Det går framåt."}}`
	sign := func(key []byte, id string, at time.Time, text string) map[string]string {
		seconds := strconv.FormatInt(at.Unix(), 10)
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.%s", id, seconds, text)
		return map[string]string{"Content-Type": "application/json", "webhook-id": id, "webhook-timestamp": seconds,
			"webhook-signature": "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))}
	}
	with := func(h map[string]string, key, value string) map[string]string { h[key] = value; return h }
	for name, row := range map[string]struct {
		header map[string]string
		body   string
		want   int
	}{
		"signed, of no petition":    {sign(secret, "e1", noon, body), body, http.StatusNotFound},
		"unsigned":                  {map[string]string{"Content-Type": "application/json"}, body, http.StatusUnauthorized},
		"another secret":            {sign([]byte("another"), "e2", noon, body), body, http.StatusUnauthorized},
		"an empty secret":           {sign(nil, "e2", noon, body), body, http.StatusUnauthorized},
		"another body":              {sign(secret, "e3", noon, body), body + " ", http.StatusUnauthorized},
		"another id":                {with(sign(secret, "e4", noon, body), "webhook-id", "e5"), body, http.StatusUnauthorized},
		"six minutes old":           {sign(secret, "e6", noon.Add(-6*time.Minute), body), body, http.StatusUnauthorized},
		"from the future":           {sign(secret, "e7", noon.Add(6*time.Minute), body), body, http.StatusUnauthorized},
		"a time that is none":       {with(sign(secret, "e8", noon, body), "webhook-timestamp", "now"), body, http.StatusUnauthorized},
		"another version":           {with(sign(secret, "e9", noon, body), "webhook-signature", "v2,AAAA"), body, http.StatusUnauthorized},
		"a signature of thousands":  {with(sign(secret, "e10", noon, body), "webhook-signature", strings.Repeat("v1,AAAA ", 3000)), body, http.StatusUnauthorized},
		"not JSON":                  {sign(secret, "e11", noon, "hej"), "hej", http.StatusBadRequest},
		"two objects":               {sign(secret, "e12", noon, body+body), body + body, http.StatusBadRequest},
		"a member that is not ours": {sign(secret, "e13", noon, `{"registry":"x","vote":1}`), `{"registry":"x","vote":1}`, http.StatusBadRequest},
		"deep":                      {sign(secret, "e14", noon, strings.Repeat("[", 30_000)), strings.Repeat("[", 30_000), http.StatusBadRequest},
		"a move of ours":            {sign(secret, "e15", noon, `{"registry":"KS 2026-000099","step":{"move":"closed"}}`), `{"registry":"KS 2026-000099","step":{"move":"closed"}}`, http.StatusUnprocessableEntity},
		"as a form":                 {with(sign(secret, "e16", noon, body), "Content-Type", "text/plain"), body, http.StatusUnsupportedMediaType},
	} {
		got := p.send(ask{method: "POST", path: "/api/petitions/v1/case-events", body: bytes.NewReader([]byte(row.body)), header: row.header, bare: true})
		if got.status != row.want && !(row.want == http.StatusUnprocessableEntity && got.status == http.StatusNotFound) {
			t.Errorf("%s: answers %d, want %d: %s", name, got.status, row.want, short(got.body))
		}
		if kind := got.header.Get("Content-Type"); !strings.Contains(kind, "problem+json") {
			t.Errorf("%s: the answer is %s", name, kind)
		}
	}
	if r := p.get("/api/petitions/v1/case-events"); r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") != "POST, OPTIONS" {
		t.Errorf("reading the webhook answers %d", r.status)
	}
	if strings.Contains(p.logs.String(), "framåt") || strings.Contains(p.logs.String(), string(secret)) {
		t.Error("the log holds what the webhook said")
	}
}
