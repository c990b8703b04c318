package citizen

import (
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/extract"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/page/texttest"
)

// own are this package's texts.
func own() texttest.Texts {
	return texttest.Texts{Add: Texts, Prefix: "citizen.", Least: 100, Made: madeKeys(),
		NotInEnglish: []string{"citizen.swedish"}}
}

// M-48: every text is there in every language, plain, and shown somewhere.
func TestTexts(t *testing.T) { own().Check(t) }

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
	c, _ := own().Catalogue(t)
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
