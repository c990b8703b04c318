package app_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"medborgarnavet/internal/app"
	"medborgarnavet/internal/web/route"
)

// I-1, I-13, M-18, M-70, M-123: every route, tried without a login, with
// another person's login, and with a login of the other kind, using Anna's
// real ids. Nothing of hers comes back.
func TestEveryRouteRefusesOthers(t *testing.T) {
	w := newWalker(t)
	for _, line := range []string{
		"login 198507099805 /ansok/ekbist", "fill manad 2026-11", "press Börja ansökan", `keep handed /ansokan/([0-9A-Z]+)`,
		"get /ansokan/$handed/granska", "fill intygar ja", "press Godkänn", "press Lämna in", `keep receipt /kvitto/([0-9A-Z]+)`,
		"get /arenden", "wait Ansökan för november 2026", `keep case href="/arenden/([0-9A-Z]+)"`,
		"get /ansok/ekbist", "fill manad 2026-12", "press Börja ansökan", `keep draft /ansokan/([0-9A-Z]+)`,
		"get /ansokan/$draft/verifikat", "file verifikat.filer.annat anna.png", "press Spara och stanna här", `keep file /fil/([0-9A-Z]+)`,
	} {
		w.where = line
		w.do(line)
	}
	intruders := map[string]string{
		"nobody":              "",
		"another resident":    "login 199001012385 /mina-sidor",
		"officer, no cases":   "staff 194607137454",
		"steward":             "staff 190910199827",
		"officer of the case": "staff 192109099180",
	}
	for who, in := range intruders {
		w.use(who)
		if in != "" {
			w.do(in)
		}
		for _, r := range app.RoutesOf(w.run.app, "ekbacka") {
			if !strings.Contains(r.Pattern, "{") || r.Access == route.Public || allowed(who, r.Pattern) {
				continue
			}
			t.Run(who+" "+r.Pattern, func(t *testing.T) { w.tryAs(t, r.Pattern) })
		}
	}
}

// allowed are the routes that are the intruder's own business.
func allowed(who, pattern string) bool {
	if strings.Contains(pattern, "/ansok/{eservice}") {
		return true
	}
	return who == "officer of the case" && strings.Contains(pattern, "/handlaggare/")
}

func (w *walker) tryAs(t *testing.T, pattern string) {
	method, path, _ := strings.Cut(pattern, " ")
	for _, ids := range []map[string]string{
		{"id": w.kept["draft"]}, {"id": w.kept["receipt"]}, {"id": w.kept["case"]}, {"id": w.kept["handed"]},
	} {
		at := fillPattern(path, ids["id"], w.kept["file"])
		body, kind := []byte(nil), ""
		if method == http.MethodPost {
			body, kind = []byte("gor=spara&rev=1&sett=x&text=x"), "application/x-www-form-urlencoded"
		}
		w.open(method, at, body, kind)
		if w.b.status == http.StatusOK && !strings.Contains(w.b.url.Path, "/logga-in") && w.b.url.Path != "/utloggad" {
			t.Errorf("%s %s answered 200 at %s", method, at, w.b.url.Path)
		}
		for _, secret := range []string{"Anna Berglund", "Alma", "19850709", "anna.png"} {
			if strings.Contains(w.b.body, secret) {
				t.Errorf("%s %s shows %q", method, at, secret)
			}
		}
	}
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func fillPattern(path, id, file string) string {
	return placeholder.ReplaceAllStringFunc(path, func(p string) string {
		switch p {
		case "{id}":
			return id
		case "{section}":
			return "bostad"
		default:
			return file
		}
	})
}

// I-4, M-54, M-104: a person with protected data, flagged in the case or in
// an answer, sees byte for byte what a person with nothing sees.
func TestProtectedLooksLikeNothing(t *testing.T) {
	pages := map[string][]string{}
	for who, number := range map[string]string{"nothing": "199001012385", "in an answer": "198107249289", "in the case": "194510168885"} {
		w := newWalker(t)
		for _, line := range []string{
			"login " + number + " /ansok/ekbist", "fill manad 2026-12", "press Börja ansökan", `keep draft /ansokan/([0-9A-Z]+)`,
			"get /ansokan/$draft/inkomster", "press Hämta", "wait Visa beloppen",
		} {
			w.where = who + ": " + line
			w.do(line)
		}
		for _, path := range []string{"/inkomster/hamtning", "/inkomster", "/granska", ""} {
			w.open("GET", "/ansokan/"+w.kept["draft"]+path, nil, "")
			pages[who] = append(pages[who], anonymous(w.b.body))
		}
		w.do("get /mina-sidor/mina-uppgifter")
		w.do("see Hämtat från myndigheter")
		pages[who] = append(pages[who], anonymous(w.b.body))
		if got := w.run.out.SSBTEK.Calls(); who == "in the case" && got != 0 {
			t.Errorf("a person protected in the case: %d calls left the house", got)
		}
		if log := w.run.logs.String(); strings.Contains(log, number) {
			t.Errorf("%s: the log holds the identity number", who)
		}
	}
	for who, got := range pages {
		for i := range got {
			if got[i] != pages["nothing"][i] {
				t.Errorf("page %d of a person protected %s differs from that of a person with nothing", i, who)
			}
		}
	}
}

var differing = []*regexp.Regexp{
	regexp.MustCompile(`01[0-9A-Z]{24}`), regexp.MustCompile(`(Cecilia Holm|Dina Farah|Irja Niemi)`),
	regexp.MustCompile(`kl\. \d+\.\d+`), regexp.MustCompile(`data-[a-z]+="\d+"`), regexp.MustCompile(`datetime="[^"]*"`),
	regexp.MustCompile(`name="sett" value="[0-9a-f]+"`), regexp.MustCompile(`\d{8}-\d{4}`), regexp.MustCompile(`EB-\d+-\d+`),
}

// anonymous takes away what differs between any two people: who they are,
// their ids and the time of day.
func anonymous(page string) string {
	for _, re := range differing {
		page = re.ReplaceAllString(page, "…")
	}
	return page
}

// I-3, I-9, M-119: after a whole journey no identity number, name, amount or
// typed text lies in a log, and none in the clear in a database file.
func TestNothingInTheClear(t *testing.T) {
	w := newWalker(t)
	for _, line := range []string{
		"login 198507099805 /ansok/ekbist", "fill manad 2026-12", "press Börja ansökan", `keep draft /ansokan/([0-9A-Z]+)`,
		"get /ansokan/$draft/inkomster", "press Hämta", "wait Visa beloppen", "get /ansokan/$draft/inkomster",
		"fill inkomster.fk.barnbidrag.own 777", "fill inkomster.fk.barnbidrag.comment markspraket-zzz", "press Spara och stanna här",
	} {
		w.where = line
		w.do(line)
	}
	look := func(when string) {
		t.Helper()
		data, logs := readAll(t, w.run.dir+"/data"), w.run.logs.String()
		for _, secret := range []string{"198507099805", "8507099805", "850709-9805", "Berglund", "markspraket-zzz", "Allmänt barnbidrag", "125000", "201701102384"} {
			if strings.Contains(data, secret) {
				t.Errorf("%s: the data files hold %q in the clear", when, secret)
			}
			if strings.Contains(logs, secret) {
				t.Errorf("%s: the log holds %q", when, secret)
			}
		}
	}
	look("with a draft")
	for _, line := range []string{"get /ansokan/$draft/granska", "fill intygar ja", "press Godkänn", "press Lämna in", "see Din ansökan är inlämnad"} {
		w.where = line
		w.do(line)
	}
	look("after handing in")
}
