package page

import (
	"testing"
)

func testRenderer(t testing.TB) (*Renderer, *Municipality) {
	t.Helper()
	ek, err := BuiltInTheme("ekbacka")
	if err != nil {
		t.Fatal(err)
	}
	hav, err := BuiltInTheme("havsnas")
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(Options{Themes: []*Theme{ek, hav}})
	if err != nil {
		t.Fatal(err)
	}
	return r, &Municipality{ID: "ekbacka", Name: "Ekbacka kommun", Theme: ek, Phone: "0000-12 34 56", Hours: "Vardagar 8–16", TestMode: true}
}

func TestNew(t *testing.T) { testRenderer(t) }
