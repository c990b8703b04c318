package citizen

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/extract"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/page/pagetest"
)

// onlySwedish is the text that other languages lack on purpose: see swedish.
const onlySwedish = "citizen.swedish"

// texts are the catalogue with this package's texts. That it can be made at
// all shows that every language has the same placeholders as Swedish, and no
// text that Swedish lacks.
func texts(t *testing.T) (*page.Catalogue, []string) {
	t.Helper()
	c, err := page.NewCatalogue()
	if err == nil {
		err = Texts(c)
	}
	if err != nil {
		t.Fatal(err)
	}
	var own []string
	for _, key := range c.Keys() {
		if strings.HasPrefix(key, "citizen.") {
			own = append(own, key)
		}
	}
	if len(own) < 100 {
		t.Fatalf("%d texts", len(own))
	}
	return c, own
}

func TestTextsAreWholeAndPlain(t *testing.T) {
	c, keys := texts(t)
	for _, lang := range page.Languages() {
		for _, key := range keys {
			e, ok := c.Entry(lang, key)
			if want := key != onlySwedish || lang != page.English; ok != want {
				t.Errorf("%s %s: written %t, want %t", lang, key, ok, want)
			}
			for _, form := range []string{e.One, e.Other} {
				for _, fault := range pagetest.Plain(lang, form) {
					t.Errorf("%s %s: %s", lang, key, fault)
				}
			}
		}
	}
}

// Every text that the code and the templates name is there, and every text is
// named. A key that the code puts together begins with one of the prefixes.
func TestTextsAreThoseThatAreUsed(t *testing.T) {
	c, keys := texts(t)
	named := map[string]bool{}
	for _, pattern := range []string{"*.go", "pages/*.html"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`"(citizen\.[a-z0-9_.-]*[a-z0-9_])"`).FindAllSubmatch(source, -1) {
				named[string(m[1])] = true
				if !c.Has(string(m[1])) {
					t.Errorf("%s names %s, which is no text", file, m[1])
				}
			}
		}
	}
	for _, key := range madeKeys() {
		named[key] = true
		if !c.Has(key) {
			t.Errorf("no text %s", key)
		}
	}
	for _, key := range keys {
		if !named[key] {
			t.Errorf("nothing shows %s", key)
		}
	}
}

// madeKeys are the keys that the code puts together.
func madeKeys() (keys []string) {
	for _, why := range []refusal{refusedNoCase, refusedAdults, refusedParty, refusedMinor, refusedPilot} {
		keys = append(keys, "citizen.refused."+string(why)+".title", "citizen.refused."+string(why)+".text")
	}
	for _, code := range []string{"money", "number", "range", "date", "month", "choice", "identity"} {
		keys = append(keys, "citizen.fault."+code)
	}
	for _, name := range []string{"name", "number", "shown_at", "login_until", "board", "case", "begun", "saved", "gone", "reference", "received",
		"state", "adults", "child", "fetched_at", "outcome", "decided", "decider", "amount", "reasons", "legal", "appeal"} {
		keys = append(keys, "citizen.own."+name)
	}
	for _, by := range []extract.By{extract.You, extract.Staff, extract.System} {
		keys = append(keys, "citizen.own.by."+string(by))
	}
	for action := range told {
		keys = append(keys, actionKey(action))
	}
	keys = append(keys, actionKey("what is new"))
	for _, k := range []fault.Kind{fault.TooLarge, fault.TooMany, fault.Invalid} {
		keys = append(keys, "citizen.document."+string(k), "citizen.supplement."+string(k))
	}
	for _, k := range []fault.Kind{fault.Unavailable, fault.TooMany} {
		keys = append(keys, "citizen.fetch."+string(k))
	}
	for _, s := range []casework.State{casework.StateReceived, casework.StateOpened, casework.StateSupplement, casework.StateDecided, casework.StateClosed} {
		keys = append(keys, "citizen.state."+string(s))
	}
	return keys
}

// What is Swedish is marked so in English and nowhere else, also where it
// stands inside a sentence.
func TestSwedishIsMarked(t *testing.T) {
	c, _ := texts(t)
	theme, err := page.BuiltInTheme("ekbacka")
	if err != nil {
		t.Fatal(err)
	}
	r, err := page.New(page.Options{Catalogue: c, Themes: []*page.Theme{theme}})
	if err != nil {
		t.Fatal(err)
	}
	set, err := r.Parse(fstest.MapFS{"x.html": {Data: []byte(`<p>{{t "citizen.apply.who" "board" .Body}}</p>`)}})
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{
		page.English: `to <span lang="sv">Social &amp; vård</span>.`,
		page.Swedish: `till Social &amp; vård.`,
		page.Easy:    `till Social &amp; vård.`,
	} {
		w := httptest.NewRecorder()
		d := page.Data{Title: "x", Municipality: &page.Municipality{Name: "Ekbacka", Theme: theme}, Lang: lang, Body: swedish("Social & vård")}
		if err := set.RenderPart(w, httptest.NewRequest("GET", "/", nil), 200, "x.html", d); err != nil {
			t.Fatal(err)
		}
		if got := w.Body.String(); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", lang, got, want)
		}
	}
	if swedish("") != nil {
		t.Error("nothing is marked as Swedish")
	}
}
