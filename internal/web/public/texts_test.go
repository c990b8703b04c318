package public

import (
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/page/texttest"
)

// own are this package's texts.
func own() texttest.Texts {
	return texttest.Texts{Add: Texts, Prefix: "public.", Least: 50, Made: madeKeys(),
		NotInEnglish: []string{"public.swedish"}}
}

// M-48: every text is there in every language, plain, and shown somewhere.
func TestTexts(t *testing.T) { own().Check(t) }

// madeKeys are the keys that the code puts together: the titles of the pages
// without data.
func madeKeys() []string {
	return []string{"public.help.title", "public.accessibility.title", "public.privacy.title", "public.loggedout.title"}
}

// What is Swedish is marked so in English and nowhere else.
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
	set, err := r.Parse(fstest.MapFS{"x.html": {Data: []byte(`<p>{{t "public.start.apply" "service" .Body}}</p>`)}})
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{
		page.English: `<p><span lang="sv">Stöd &amp; hjälp</span></p>`,
		page.Swedish: `<p>Stöd &amp; hjälp</p>`,
		page.Easy:    `<p>Stöd &amp; hjälp</p>`,
	} {
		w := httptest.NewRecorder()
		d := page.Data{Title: "x", Municipality: &page.Municipality{Name: "Ekbacka", Theme: theme}, Lang: lang, Body: swedish("Stöd & hjälp")}
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
