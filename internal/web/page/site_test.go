package page

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"rsc.io/qr"
)

// assetFS is our own files without what the build copies in.
func assetFS(t *testing.T, dist string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	sub, err := fs.Sub(builtIn, "assets")
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"css/*.css", "kommun.js"} {
		names, err := fs.Glob(sub, pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(pattern, err)
		}
		for _, n := range names {
			body, err := fs.ReadFile(sub, n)
			if err != nil {
				t.Fatal(err)
			}
			out[n] = &fstest.MapFile{Data: body}
		}
	}
	if dist != "" {
		out["dist/designsystemet.css"] = &fstest.MapFile{Data: []byte(dist)}
	}
	return out
}

// The pages stand with and without the third-party style sheet, and ours
// comes first, so that its layer of fallbacks lies beneath.
func TestAssetsWithAndWithoutTheBuild(t *testing.T) {
	theme, err := BuiltInTheme("ekbacka")
	if err != nil {
		t.Fatal(err)
	}
	for dist, want := range map[string]int{"": 2, "@layer ds.base{}": 3} {
		r, err := New(Options{Themes: []*Theme{theme}, Assets: assetFS(t, dist)})
		if err != nil {
			t.Fatal(err)
		}
		styles := r.Assets().styles(theme)
		if len(styles) != want || r.Assets().Complete() != (dist != "") {
			t.Errorf("with %q: %v", dist, styles)
		}
		if !strings.HasPrefix(styles[0], "/assets/kommun.") || !strings.HasPrefix(styles[len(styles)-1], "/assets/tema-ekbacka.") {
			t.Errorf("order: %v", styles)
		}
	}
	if _, err := New(Options{Assets: fstest.MapFS{}}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a product without style sheet starts: %v", err)
	}
}

func TestAssetsAreServedForEver(t *testing.T) {
	r, m := testRenderer(t)
	for _, url := range []string{r.Assets().URL("kommun.css"), r.Assets().URL("kommun.js"), r.Assets().URL(m.Theme.MarkName()), r.Assets().URL(m.Theme.motifName())} {
		req := httptest.NewRequest(http.MethodGet, url, nil)
		req.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		r.Assets().ServeHTTP(w, req)
		if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: %d %v", url, w.Code, w.Header())
		}
		z, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(z)
		if err != nil || len(body) == 0 {
			t.Errorf("%s: %d bytes, %v", url, len(body), err)
		}
	}
	for _, bad := range []string{"/assets/", "/assets/kommun.css", "/assets/../doc.go", "/assets/kommun.000000000000.css"} {
		w := httptest.NewRecorder()
		r.Assets().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://x"+bad, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
}

// ux.md §8: the first view, page and all that it fetches, is at most 60 KB
// compressed; the script at most 6 KB as it is.
func TestByteBudget(t *testing.T) {
	r, set, towns := galleryRenderer(t)
	for _, m := range towns {
		total := r.Assets().files[strings.TrimPrefix(r.Assets().URL("kommun.js"), AssetsPath)]
		if len(total.body) > 6000 {
			t.Errorf("the script is %d bytes", len(total.body))
		}
		bytes := len(total.zipped)
		for _, url := range append(r.Assets().styles(m.Theme), r.Assets().URL(m.Theme.MarkName()), r.Assets().URL(m.Theme.motifName())) {
			bytes += len(r.Assets().files[strings.TrimPrefix(url, AssetsPath)].zipped)
		}
		for _, s := range samples(m) {
			if got := bytes + zippedSize(t, renderSample(t, set, s, Swedish)); got > 60_000 {
				t.Errorf("%s %s: %d bytes", m.ID, s.name, got)
			} else if s.name == "inkomster" {
				t.Logf("%s %s: %d bytes, with Designsystemet: %v", m.ID, s.name, got, r.Assets().Complete())
			}
		}
	}
}

func zippedSize(t *testing.T, body []byte) int {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

// Our style sheet mirrors itself in right-to-left text, scales with the
// reader's type size, and asks nothing of another site.
func TestStyleSheetKeepsTheRules(t *testing.T) {
	css, err := ownStyle(assetFS(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]*regexp.Regexp{
		"physical side":         regexp.MustCompile(`(?m)[\s;{](?:(?:margin|padding|border|inset)-(?:left|right)|left|right|float)\s*:`),
		"physical alignment":    regexp.MustCompile(`text-align:\s*(?:left|right)`),
		"type size not in rem":  regexp.MustCompile(`font-size:\s*[\d.]+px`),
		"address of other site": regexp.MustCompile(`url\(|@import|https?:`),
		"animation":             regexp.MustCompile(`(?m)^\s*(?:animation|transition):`),
		"all capitals":          regexp.MustCompile(`text-transform:\s*uppercase`),
		"italics":               regexp.MustCompile(`font-style:\s*italic`),
		"outline away":          regexp.MustCompile(`outline:\s*0`),
	}
	for name, rule := range rules {
		if hit := rule.Find(css); hit != nil {
			t.Errorf("%s: %s", name, hit)
		}
	}
	for _, want := range []string{"forced-colors: active", "prefers-reduced-motion", "@media print", ":focus-visible"} {
		if !bytes.Contains(css, []byte(want)) {
			t.Errorf("nothing for %s", want)
		}
	}
}

// A class that a template uses and no style sheet knows is a slip of the pen.
func TestClassesAreStyled(t *testing.T) {
	css, err := ownStyle(assetFS(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	bare := map[string]bool{"k-header": true, "k-cell": true, "k-summary": true, "k-blocks": true, "k-group": true, "k-side": true, "k-main": true, "k-back": true, "k-confirm": true, "k-files": true, "k-progress": true, "ds-field": true}
	class := regexp.MustCompile(`class="([^"{]*)"`)
	err = fs.WalkDir(templates, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(templates, name)
		if err != nil {
			return err
		}
		for _, m := range class.FindAllStringSubmatch(string(body), -1) {
			for _, c := range strings.Fields(m[1]) {
				known := regexp.MustCompile(`\.` + regexp.QuoteMeta(c) + `\b`).Match(css)
				if !known && !bare[c] && !strings.HasPrefix(c, "k-layout") {
					t.Errorf("%s: no rule for .%s", name, c)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestChoicesLeadBackAndNowhereElse(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc(LanguagePattern, ChooseLanguage)
	mux.HandleFunc(LookPattern, ChooseLook)
	cases := []struct{ url, to, cookie string }{
		{"/sprak/en?till=/arenden%3Fsida%3D2", "/arenden?sida=2", "sprak=en"},
		{"/sprak/sv-x-lattlast?till=/", "/", "sprak=sv-x-lattlast"},
		{"/sprak/de?till=/a", "/a", ""},
		{"/utseende/dark?till=/a", "/a", "utseende=dark"},
		{"/utseende/pink", "/", ""},
		{"/sprak/en?till=//evil.example", "/", "sprak=en"},
		{"/sprak/en?till=https://evil.example", "/", "sprak=en"},
		{"/sprak/en?till=/%5Cevil.example", "/", "sprak=en"},
		{"/sprak/en?till=javascript:alert(1)", "/", "sprak=en"},
		{"/sprak/en?till=/%09/evil.example", "/", "sprak=en"},
	}
	for _, tc := range cases {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, tc.url, nil))
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != tc.to {
			t.Errorf("%s: %d %s", tc.url, w.Code, w.Header().Get("Location"))
		}
		if got := w.Header().Get("Set-Cookie"); !strings.HasPrefix(got, tc.cookie) || (got == "") != (tc.cookie == "") {
			t.Errorf("%s: cookie %q", tc.url, got)
		}
	}
}

func TestRender(t *testing.T) {
	_, set, towns := galleryRenderer(t)
	body := parts{[]Text{"hej"}}
	user, session := anna()
	w := httptest.NewRecorder()
	if err := set.Render(w, get("/x", English, "dark"), 422, "sample.html", Data{Title: "T", Municipality: towns[0], User: user, Session: session, Body: body}); err != nil {
		t.Fatal(err)
	}
	page := w.Body.String()
	for _, want := range []string{`<html lang="en" dir="ltr" data-color-scheme="dark">`, "Logged in until <bdi", `data-left="1800"`, `<title>T – Ekbacka kommun</title>`,
		`href="/sprak/sv?till=%2Fx"`, `action="/logga-ut"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
	if w.Code != 422 || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Content-Language") != "en" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	w = httptest.NewRecorder()
	if err := set.RenderPart(w, get("/x", Swedish, "auto"), 200, "sample.html", Data{Body: body}); err != nil || strings.TrimSpace(w.Body.String()) != "hej" {
		t.Errorf("part: %q %v", w.Body.String(), err)
	}
	for name, d := range map[string]Data{
		"no municipality": {Title: "T", Body: body},
		"wrong body":      {Title: "T", Municipality: towns[0], Body: 3},
		"wrong text":      {Title: struct{}{}, Municipality: towns[0], Body: body},
		"wrong language":  {Title: "T", Municipality: towns[0], Body: body, Lang: "de"},
	} {
		w := httptest.NewRecorder()
		if err := set.Render(w, get("/x", Swedish, "auto"), 200, "sample.html", d); err == nil || w.Body.Len() > 0 {
			t.Errorf("%s: rendered %d bytes, %v", name, w.Body.Len(), err)
		}
	}
}

// M-29: the header of a form page shows who is logged in, Logga ut and Hjälp,
// and a link leads to the bottom.
func TestFormPageHeader(t *testing.T) {
	_, set, towns := galleryRenderer(t)
	for _, s := range samples(towns[0]) {
		if s.data.Side == nil {
			continue
		}
		page := string(renderSample(t, set, s, Swedish))
		for _, want := range []string{"Anna Berglund", ">Logga ut</button>", `href="/hjalp"`, `href="#nerst">Gå längst ner</a>`, `id="nerst"`} {
			if !strings.Contains(page, want) {
				t.Errorf("%s has no %s", s.name, want)
			}
		}
	}
}

// All faults of a template are found at start.
func TestParseRefuses(t *testing.T) {
	r, _ := testRenderer(t)
	for name, body := range map[string]string{
		"unknown text":     `{{t "x.nothing"}}`,
		"unknown in if":    `{{if .Body}}{{with .Title}}{{range .Nav}}{{n "x.nothing" 2}}{{end}}{{end}}{{end}}`,
		"unknown function": `{{tt "page.skip"}}`,
		"open action":      `{{if .Title}}`,
		"unsafe place":     `<script>var a = "{{.Title}}</script>`,
		"missing part":     `{{template "nothing"}}`,
	} {
		if _, err := r.Parse(fstest.MapFS{"a.html": {Data: []byte(body)}}); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if _, err := r.Parse(fstest.MapFS{"a/x.html": {Data: []byte("a")}, "b/x.html": {Data: []byte("b")}}); err == nil {
		t.Error("two pages of one name were accepted")
	}
}

// The drawn path is the code's own modules, with the quiet zone around it.
func TestQRPathIsTheCode(t *testing.T) {
	const text = "bankid.67df3917-fa0d-44e5-b327-edcc928297f8.0.dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8"
	side, path, err := qrPath(text)
	if err != nil {
		t.Fatal(err)
	}
	want, err := qr.Encode(text, qr.L)
	if err != nil {
		t.Fatal(err)
	}
	if side != want.Size+8 {
		t.Errorf("side %d", side)
	}
	dark := map[[2]int]bool{}
	for _, run := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(path, -1) {
		for i := range atoi(run[3]) {
			dark[[2]int{atoi(run[1]) + i, atoi(run[2])}] = true
		}
	}
	for y := range side {
		for x := range side {
			if dark[[2]int{x, y}] != want.Black(x-4, y-4) {
				t.Fatalf("module %d,%d", x, y)
			}
		}
	}
	svg, err := QRSVG(text)
	if err != nil || !bytes.HasPrefix(svg, []byte("<svg xmlns=")) || bytes.Contains(svg, []byte("style")) {
		t.Errorf("%v %.60s", err, svg)
	}
}

func atoi(s string) int {
	n := 0
	for _, c := range s {
		n = n*10 + int(c-'0')
	}
	return n
}
