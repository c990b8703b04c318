package page

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

var plainMark = []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"></svg>`)

// ux.md §3: any municipality's colour gives a theme whose pairs all hold, in
// light and dark. Digdir's own palette fails this for about half of them.
func TestAnyColourGivesAThemeThatHolds(t *testing.T) {
	random := rand.New(rand.NewPCG(2026, 1122))
	colours := []string{"#000000", "#ffffff", "#ffff00", "#00ff00", "#0000ff", "#ff0000", "#808080", "#767676", "#757575",
		"#006aa7", "#fecc02", "#004b87", "#e4002b", "#00843d", "#c8102e"}
	for range 500 {
		colours = append(colours, fmt.Sprintf("#%06x", random.IntN(1<<24)))
	}
	adjusted := 0
	for i, c := range colours {
		in := ThemeInput{ID: "x", Brand: c, Second: colours[(i+7)%len(colours)], Mark: plainMark,
			Paper: []string{"warm", "cool", "plain"}[i%3], Panel: []string{"brand", "second"}[i%2]}
		_, v, err := MakeTheme(in)
		if err != nil {
			for _, p := range v.Pairs {
				if !p.OK() {
					t.Errorf("%s %s: %s on %s is %.2f, must be %.1f (%s)", c, p.Scheme, p.Front, p.Back, p.Ratio, p.Need, p.Name)
				}
			}
			continue
		}
		if v.Adjusted {
			adjusted++
		}
		if len(v.Pairs) < 24 || len(v.Says) == 0 {
			t.Fatalf("%s: %d pairs, says %v", c, len(v.Pairs), v.Says)
		}
	}
	if adjusted == 0 || adjusted == len(colours) {
		t.Errorf("%d of %d colours were adjusted: the rule does not tell them apart", adjusted, len(colours))
	}
}

func TestThemeKeepsAGoodBrandColour(t *testing.T) {
	for id, brand := range map[string]string{"ekbacka": "#1f5f3f", "havsnas": "#0b4f8a"} {
		theme, err := BuiltInTheme(id)
		if err != nil {
			t.Fatal(err)
		}
		if got := theme.light.roles["accent"].baseDefault.hex(); got != brand {
			t.Errorf("%s: buttons are %s, not the brand colour %s", id, got, brand)
		}
		if theme.BandColor() != brand {
			t.Errorf("%s: the header is %s", id, theme.BandColor())
		}
	}
	if _, err := BuiltInTheme("storstad"); err == nil {
		t.Error("a theme that does not exist was found")
	}
}

// ux.md §3: the administrator is told in words.
func TestVerdictInWords(t *testing.T) {
	r, _ := testRenderer(t)
	_, v, err := MakeTheme(ThemeInput{ID: "x", Brand: "#f7d117", Mark: plainMark})
	if err != nil {
		t.Fatal(err)
	}
	said, err := r.Text(Swedish, v.Says)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"för ljus för knappar (1,4:1", "din färg i sidhuvudet", "Texten i sidhuvudet blir därför mörk"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q does not say %q", said, want)
		}
	}
	for _, bad := range []ThemeInput{{ID: "x", Brand: "grön", Mark: plainMark}, {ID: "x", Brand: "#1f5f3f"},
		{Brand: "#1f5f3f", Mark: plainMark}, {ID: "x", Brand: "#1f5f3f", Second: "#12", Mark: plainMark}} {
		if _, _, err := MakeTheme(bad); err == nil {
			t.Errorf("%+v was accepted", bad)
		}
	}
}

func TestContrastIsWCAGs(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want float64
	}{{"#000000", "#ffffff", 21}, {"#767676", "#ffffff", 4.54}, {"#ffffff", "#ffffff", 1}, {"#0000ff", "#ffffff", 8.59}} {
		a, err1 := parseHex(tc.a)
		b, err2 := parseHex(tc.b)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if got := contrast(a, b); got < tc.want-0.01 || got > tc.want+0.01 {
			t.Errorf("%s on %s: %.3f, want %.2f", tc.a, tc.b, got, tc.want)
		}
		if back := a.lch().rgb().hex(); back != tc.a {
			t.Errorf("%s came back as %s", tc.a, back)
		}
	}
}
