package page

import (
	"net/http/httptest"
	"strings"
	"testing"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/web/page/pagetest"
)

func renderSample(t testing.TB, set *Set, s sample, lang string) []byte {
	t.Helper()
	w := httptest.NewRecorder()
	if err := set.Render(w, get("/"+s.name+"?a=1&b=2", lang, "auto"), 200, "sample.html", s.data); err != nil {
		t.Fatalf("%s in %s: %v", s.name, lang, err)
	}
	return w.Body.Bytes()
}

// ux.md §8: every page of the gallery keeps the DOM contract in every
// language.
func TestContract(t *testing.T) {
	r, set, towns := galleryRenderer(t)
	for _, lang := range Languages() {
		for _, s := range samples(towns[0]) {
			t.Run(lang+"/"+s.name, func(t *testing.T) { pagetest.Check(t, renderSample(t, set, s, lang), lang) })
		}
		for _, kind := range []fault.Kind{fault.Invalid, fault.Unauthenticated, fault.Forbidden, fault.NotFound, fault.WrongMethod, fault.Conflict,
			fault.Gone, fault.TooLarge, fault.TooMany, fault.Unavailable, fault.Internal} {
			w := httptest.NewRecorder()
			err := r.Problem(w, get("/x", lang, "auto"), Data{Municipality: towns[1]}, fault.New(kind, "198507099805"), "7F3A2")
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			pagetest.Check(t, w.Body.Bytes(), lang)
			if strings.Contains(w.Body.String(), "198507099805") {
				t.Errorf("%s: the error's own text is on the page", kind)
			}
			if !strings.Contains(w.Body.String(), "7F3A2") {
				t.Errorf("%s: no reference", kind)
			}
		}
		// a form from another site is not somebody's wrong login (M-123)
		w := httptest.NewRecorder()
		if err := r.Problem(w, get("/x", lang, "auto"), Data{Municipality: towns[1]}, fault.ErrElsewhere, "7F3A2"); err != nil {
			t.Fatal(err)
		}
		pagetest.Check(t, w.Body.Bytes(), lang)
		said := map[string]string{Swedish: "från en annan webbplats", Easy: "från en annan webbplats", English: "from another website"}[lang]
		if w.Code != 403 || !strings.Contains(w.Body.String(), said) {
			t.Errorf("%s: a form from another site: %d", lang, w.Code)
		}
	}
}
