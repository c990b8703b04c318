package vote

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"

	fake "medborgarnavet/fake/bankid"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/page/pagetest"
)

// browser is a browser without script that checks what every page must keep.
type browser struct {
	*town
	http   *http.Client
	lang   string
	agent  string
	at     *url.URL
	status int
	header http.Header
	body   string
	seen   []string // every address it was on
}

func (w *town) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	client := w.server.Client()
	b := &browser{town: w, lang: page.Swedish, http: &http.Client{Transport: client.Transport, Jar: jar}}
	b.http.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		b.seen = append(b.seen, r.URL.RequestURI())
		b.unkept(r.Response)
		return nil
	}
	return b
}

// unkept checks that an answer of the voting pages stays nowhere.
func (b *browser) unkept(r *http.Response) {
	b.t.Helper()
	if !strings.HasPrefix(r.Request.URL.Path, "/rosta") {
		return
	}
	refused := r.StatusCode == http.StatusForbidden || r.StatusCode == http.StatusRequestEntityTooLarge // before any page of ours
	if r.Header.Get("Cache-Control") != "no-store" && !refused || r.Header.Get("Referrer-Policy") != "no-referrer" {
		b.t.Errorf("%s %s (%d): %q, %q", r.Request.Method, r.Request.URL.Path, r.StatusCode, r.Header.Get("Cache-Control"), r.Header.Get("Referrer-Policy"))
	}
}

func (b *browser) send(method, path string, form url.Values, headers ...string) *browser {
	b.t.Helper()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("User-Agent", b.agent)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	req.AddCookie(&http.Cookie{Name: "sprak", Value: b.lang})
	b.seen = append(b.seen, req.URL.RequestURI())
	resp, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.unkept(resp)
	b.at, b.status, b.header, b.body = resp.Request.URL, resp.StatusCode, resp.Header, string(text)
	if strings.HasPrefix(b.at.Path, "/rosta") && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") && !strings.HasSuffix(b.at.Path, "/lage") {
		pagetest.Check(b.t, text, b.lang)
	}
	return b
}

func (b *browser) get(path string) *browser {
	b.t.Helper()
	return b.send(http.MethodGet, path, nil)
}

func (b *browser) post(path string, pairs ...string) *browser {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return b.send(http.MethodPost, path, form)
}

// see wants a status and words on the page.
func (b *browser) see(status int, words ...string) *browser {
	b.t.Helper()
	if b.status != status {
		b.t.Errorf("%s: status %d, want %d", b.at.Path, b.status, status)
	}
	for _, s := range words {
		if !strings.Contains(b.text(), s) {
			b.t.Errorf("%s does not say %q:\n%s", b.at.Path, s, b.text())
		}
	}
	return b
}

// text is the words of the page's main part.
func (b *browser) text() string {
	doc, err := html.Parse(strings.NewReader(b.body))
	if err != nil {
		b.t.Fatal(err)
	}
	var out strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style" || n.Data == "head") {
			return
		}
		if n.Type == html.TextNode {
			out.WriteString(n.Data + " ")
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	return strings.Join(strings.Fields(out.String()), " ")
}

// field is the value of a form's hidden field.
func (b *browser) field(name string) string {
	b.t.Helper()
	_, rest, ok := strings.Cut(b.body, `name="`+name+`" value="`)
	if !ok {
		b.t.Fatalf("%s has no field %s:\n%s", b.at.Path, name, b.text())
	}
	value, _, _ := strings.Cut(rest, `"`)
	return html.UnescapeString(value)
}

// begin presses the button on a petition's page.
func (b *browser) begin(petition string) *browser {
	b.t.Helper()
	return b.post(LoginPath, "forslag", petition, "enhet", "annan")
}

// logIn goes from a petition's page through BankID to the page after it.
func (b *browser) logIn(petition, person string) *browser {
	b.t.Helper()
	return b.begin(petition).see(http.StatusOK).answer(person, fake.Approve)
}

// answer scans the code of the page, does something in the app, and presses
// "Jag har skannat koden".
func (b *browser) answer(person string, outcome fake.Outcome) *browser {
	b.t.Helper()
	handle, secret, _ := strings.Cut(b.cookie("__Host-rosta-login"), ".")
	v, err := b.logins.Poll(b.t.Context(), handle, secret)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.fake.Scan(v.QR, person, outcome); err != nil {
		b.t.Fatal(err)
	}
	b.clock.Advance(2 * time.Second)
	return b.get(b.at.Path)
}

func (b *browser) cookie(name string) string {
	site, err := url.Parse(b.url)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.http.Jar.Cookies(site) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// vote goes all the way.
func (b *browser) vote(petition, person string) *browser {
	b.t.Helper()
	b.logIn(petition, person).see(http.StatusOK, "Rösta på förslaget", title)
	return b.post(Path, "biljett", b.field("biljett"), "val", "rosta")
}
