package diff

import (
	"strings"
	"testing"
)

// Issue 3: "each fault its own words": every reason has a whole sentence in
// both languages, with the page where it concerns one.
func TestTexts(t *testing.T) {
	seen := map[string]why{}
	for w, both := range texts {
		for _, page := range []int{0, 2} {
			en, sv := w.text(page)
			for _, s := range []string{en, sv} {
				if !strings.HasSuffix(s, ".") || strings.ContainsAny(s, "{}") || strings.Contains(s, "  ") {
					t.Errorf("%s: %q", w, s)
				}
			}
		}
		if other, twice := seen[both[1]]; twice {
			t.Errorf("%s and %s say the same", w, other)
		}
		seen[both[1]] = w
	}
	for _, list := range []map[string]why{named(keyReasons), named(catalogReasons)} {
		for k, w := range list {
			if _, ok := texts[w]; !ok {
				t.Errorf("%s has no sentence for %s", k, w)
			}
		}
	}
	for _, f := range []finding{{kind: Undefined, why: whyPageContent, page: 2}} {
		v := judge([]finding{f}, Policy{DocMDP: 3})
		if v.Allowed || v.Changes[0].ReasonSv != "Sidan 2 har fått nytt innehåll efter underskriften." {
			t.Errorf("%+v", v)
		}
	}
	for code := range riskTexts {
		if en, sv := riskText(code, 3); en == "" || sv == "" || strings.ContainsAny(en+sv, "{}") {
			t.Errorf("%s: %q %q", code, en, sv)
		}
	}
}

func named[K ~string](m map[K]why) map[string]why {
	out := map[string]why{}
	for k, w := range m {
		out[string(k)] = w
	}
	return out
}

// A composed glyph name and one by number mean the letters they say.
func TestGlyphNames(t *testing.T) {
	for name, want := range map[string]string{"aring": "å", "Adieresis": "Ä", "odieresis": "ö", "uni0161": "š", "nine": "9", "A": "A", "Eng": "Ŋ", "g37": "\uFFFD"} {
		if !sameText(string(glyphRunes(name)), want) {
			t.Errorf("%s: %q", name, string(glyphRunes(name)))
		}
	}
}

// What a field shows is its value whatever its spaces and composition, and, for
// scripts from the right, whatever the order in which it is drawn.
func TestSameText(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		same bool
	}{
		{"Å b", "A\u030Ab", true}, {"100", "900", false}, {"100", "001", false},
		{"سلام", "مالس", true}, {"سلام", "سلاب", false}, {"", " \n", true}, {"", "x", false},
	} {
		if sameText(tc.a, tc.b) != tc.same {
			t.Errorf("%q %q", tc.a, tc.b)
		}
	}
}
