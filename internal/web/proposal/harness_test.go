package proposal

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"medborgarnavet/fake/ca"
	fakemail "medborgarnavet/fake/mail"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/mail"
	"medborgarnavet/internal/outbox"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/page/pagetest"
	"medborgarnavet/internal/web/route"
)

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

const (
	maja     = "maja.moderator"
	site     = "https://ekbacka.example"
	disposal = "KS 2026/114, kommunstyrelsen 2026-10-05"
)

type staff struct{}

func (staff) Staff(_ context.Context, id string) (petition.Staff, error) {
	if id != maja {
		return petition.Staff{}, fault.ErrNotFound
	}
	return petition.Staff{ID: id, Actor: "pseudonym", Roles: []petition.Role{petition.RoleModerator}}, nil
}

// votes takes none: only that voting began and stopped is asked of it here.
type votes struct{}

func (votes) Open(context.Context, petition.Opening) error { return nil }
func (votes) Stop(context.Context, string) error           { return nil }
func (votes) Shown(context.Context, *db.Tx, []string) (map[string]int64, error) {
	return map[string]int64{}, nil
}

// hall is the pages behind their router, with petitions on a real database and
// a real mail server.
type hall struct {
	*petition.Petitions
	t     *testing.T
	url   string
	db    *db.DB
	box   *outbox.Outbox
	clock *clock.Manual
	post  *fakemail.Server
	log   *bytes.Buffer
	mu    sync.Mutex
	off   map[string]bool
	from  string // the network address that requests come from
}

func newHall(t *testing.T, change func(*petition.Settings)) *hall {
	t.Helper()
	h := &hall{t: t, clock: clock.NewManual(start), log: &bytes.Buffer{}, off: map[string]bool{}, from: "192.0.2.7"}
	options := dbtest.SQLite(t)
	options.Clock = h.clock
	var err error
	if h.db, err = db.Open(t.Context(), options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.db.Close() })
	h.box = outbox.New(h.db, nil)
	ring := keyringtest.New(t, h.clock)
	queue := mail.New(mail.Options{DB: h.db, Ring: ring, Outbox: h.box, Clock: h.clock, Sender: h.postOffice()})
	set := petition.Defaults()
	set.Board, set.Series, set.GuardianBelow = "kommunstyrelsen", "KS", 16
	set.PerTenMinutes, set.PerDay = 1000, 1000
	set.Services = []petition.Service{{ID: "felanmalan", Name: "Felanmälan", URL: site + "/felanmalan"}}
	if change != nil {
		change(&set)
	}
	link := func(kind petition.Link, value string) string {
		if path := Address(kind, value); path != "" {
			return site + path
		}
		return site + petitionPath + value
	}
	h.Petitions, err = petition.New(petition.Options{DB: h.db, Ring: ring, Audit: audit.New(h.db, ring, h.clock), Outbox: h.box, Mail: queue, Clock: h.clock,
		Voting: votes{}, Directory: staff{}, Settings: set, Municipality: "Ekbacka kommun", Link: link})
	if err != nil {
		t.Fatal(err)
	}
	h.serve(link)
	return h
}

func (h *hall) postOffice() mail.SMTP {
	h.t.Helper()
	authority, err := ca.New("town")
	if err != nil {
		h.t.Fatal(err)
	}
	cert, err := authority.TLS(ca.Options{CommonName: "localhost", Server: true})
	if err != nil {
		h.t.Fatal(err)
	}
	h.post = fakemail.New(fakemail.Options{Certificate: cert})
	if err := h.post.Start("127.0.0.1:0", "127.0.0.1:0"); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = h.post.Close() })
	return mail.SMTP{Host: "localhost", Port: h.post.Port(), Roots: authority.Pool(), From: "noreply@ekbacka.example", Name: "Ekbacka kommun"}
}

func (h *hall) serve(link func(petition.Link, string) string) {
	h.t.Helper()
	cat, err := page.NewCatalogue()
	if err == nil {
		err = Texts(cat)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	theme, err := page.BuiltInTheme("ekbacka")
	if err != nil {
		h.t.Fatal(err)
	}
	renderer, err := page.New(page.Options{Catalogue: cat, Themes: []*page.Theme{theme}})
	if err != nil {
		h.t.Fatal(err)
	}
	m := &page.Municipality{ID: "ekbacka", Name: "Ekbacka kommun", Theme: theme, Phone: "0000-12 34 56", Email: "kommun@ekbacka.example"}
	log := slog.New(slog.NewTextHandler(h.log, nil))
	pages, err := New(Deps{Renderer: renderer, Municipality: m, Clock: h.clock, Log: log, Petitions: h.Petitions, Link: link, On: h.on})
	if err != nil {
		h.t.Fatal(err)
	}
	fail := func(w http.ResponseWriter, r *route.Request, err error) {
		if err := renderer.Problem(w, r.Request, page.Data{Municipality: m, Lang: page.LangOf(r.Request)}, err, r.ID); err != nil {
			h.t.Error(err)
		}
	}
	router, err := route.New(route.Options{Clock: h.clock, Log: log, Fail: fail, TrustedProxies: []string{"127.0.0.1"}}, pages.Routes())
	if err != nil {
		h.t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", renderer.Assets())
	mux.Handle("/", router)
	srv := httptest.NewServer(mux)
	h.t.Cleanup(srv.Close)
	h.url = srv.URL
}

func (h *hall) on(feature string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.off[feature]
}

func (h *hall) turn(feature string, off bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.off[feature] = off
}

// answer is a page as it came.
type answer struct {
	*http.Response
	body string
	doc  *html.Node
}

// do sends a request as a browser with nothing stored would, but for the
// reader's language, and holds the page to its promises.
func (h *hall) do(lang, method, path string, form url.Values) answer {
	h.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, body)
	if err != nil {
		h.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if lang != page.Swedish {
		req.AddCookie(&http.Cookie{Name: "sprak", Value: lang})
	}
	return h.send(req, lang)
}

func (h *hall) send(req *http.Request, lang string) answer {
	h.t.Helper()
	req.Header.Set("X-Forwarded-For", h.from)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	a := answer{Response: resp, body: string(raw)}
	if a.doc, err = html.Parse(strings.NewReader(a.body)); err != nil {
		h.t.Fatal(err)
	}
	h.promises(req, a, raw, lang)
	return a
}

// promises hold of every answer of these pages: P-05, P-11, P-18.
func (h *hall) promises(req *http.Request, a answer, raw []byte, lang string) {
	h.t.Helper()
	where := req.Method + " " + req.URL.Path
	if len(a.Cookies()) != 0 {
		h.t.Errorf("%s sets a cookie", where)
	}
	if a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Referrer-Policy") != "no-referrer" {
		h.t.Errorf("%s may be stored or told on: %q, %q", where, a.Header.Get("Cache-Control"), a.Header.Get("Referrer-Policy"))
	}
	if a.StatusCode < 300 && req.URL.Path != Path && !strings.Contains(a.Header.Get("X-Robots-Tag"), "noindex") {
		h.t.Errorf("%s may be indexed", where)
	}
	if strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") && a.StatusCode/100 != 3 {
		pagetest.Check(h.t, raw, lang)
	}
	for n := range a.doc.Descendants() {
		for _, attr := range n.Attr {
			if (attr.Key == "src" || attr.Key == "action" || attr.Key == "formaction") && !strings.HasPrefix(attr.Val, "/") || attr.Key == "src" && strings.HasPrefix(attr.Val, "//") {
				h.t.Errorf("%s loads or sends elsewhere: %s", where, attr.Val)
			}
		}
	}
}

func (h *hall) get(path string) answer { h.t.Helper(); return h.do(page.Swedish, "GET", path, nil) }

// want holds a status against what is expected.
func (h *hall) want(status int, a answer) answer {
	h.t.Helper()
	if a.StatusCode != status {
		h.t.Fatalf("%s %s: status %d, want %d\n%s", a.Request.Method, a.Request.URL.Path, a.StatusCode, status, a.text())
	}
	return a
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// text is what the page's main part says.
func (a answer) text() string {
	var b strings.Builder
	for n := range a.doc.Descendants() {
		if n.Type == html.TextNode && inside(n, "main") && !inside(n, "textarea") {
			b.WriteString(n.Data)
			b.WriteString(" ")
		}
	}
	return strings.ReplaceAll(strings.Join(strings.Fields(strings.ReplaceAll(b.String(), "\u00a0", " ")), " "), " .", ".")
}

func inside(n *html.Node, name string) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == name {
			return true
		}
	}
	return false
}

// says fails the test for each text that the page does not say.
func (a answer) says(t *testing.T, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if !strings.Contains(a.text(), s) {
			t.Errorf("%s does not say %q: %s", a.Request.URL.Path, s, a.text())
		}
	}
}

// form gives the address and the values of the page's form with an action.
func (a answer) form(t *testing.T, action string) url.Values {
	t.Helper()
	for n := range a.doc.Descendants() {
		if n.Data != "form" || !strings.Contains(attr(n, "action"), action) {
			continue
		}
		v := url.Values{}
		for c := range n.Descendants() {
			switch {
			case c.Data == "textarea" && c.FirstChild != nil:
				v.Set(attr(c, "name"), c.FirstChild.Data)
			case c.Data == "textarea", c.Data == "input" && (attr(c, "type") != "radio" || hasAttr(c, "checked")):
				v.Set(attr(c, "name"), attr(c, "value"))
			}
		}
		return v
	}
	t.Fatalf("no form posts to %s: %s", action, a.text())
	return nil
}

func hasAttr(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

var (
	bike    = url.Values{fieldTitle: {"Bygg en cykelväg till badet"}, fieldWhat: {"Jag vill att kommunen bygger en cykelväg mellan Ekbacka och badplatsen."}, fieldWhy: {"I dag är det farligt för barnen."}}
	ownLink = regexp.MustCompile(`/mitt-forslag/([A-Za-z0-9_-]{32})`)
)

// written is an empty form filled in.
func (h *hall) written(values url.Values) url.Values {
	h.t.Helper()
	v := h.want(200, h.get(Path)).form(h.t, previewPath)
	for k, s := range values {
		v[k] = s
	}
	return v
}

// sent sends a proposal by the pages and gives the secret of its own page.
func (h *hall) sent(values url.Values) string {
	h.t.Helper()
	preview := h.want(200, h.do(page.Swedish, "POST", previewPath, h.written(values)))
	receipt := h.want(200, h.do(page.Swedish, "POST", sendPath, preview.form(h.t, sendPath)))
	return h.secret(receipt)
}

func (h *hall) secret(a answer) string {
	h.t.Helper()
	m := ownLink.FindStringSubmatch(a.body)
	if m == nil {
		h.t.Fatalf("no link: %s", a.text())
	}
	return m[1]
}

func (h *hall) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// letter is the newest letter to an address, and the path of a link in it.
func (h *hall) letter(to string, kind petition.Link) (fakemail.Letter, string) {
	h.t.Helper()
	h.ok(h.box.Drain(h.t.Context()))
	all := h.post.To(to)
	if len(all) == 0 {
		h.t.Fatalf("no letter to %s", to)
	}
	last := all[len(all)-1]
	m := regexp.MustCompile(regexp.QuoteMeta(site+Address(kind, "")) + `([A-Za-z0-9_.-]+)`).FindStringSubmatch(last.Text)
	if m == nil {
		return last, ""
	}
	return last, Address(kind, m[1])
}

// published is a petition that is open for votes; its own page's secret.
func (h *hall) published(values url.Values) (id, secret string) {
	h.t.Helper()
	secret = h.sent(values)
	own, err := h.Manage(h.t.Context(), secret)
	h.ok(err)
	h.ok(h.CheckOut(h.t.Context(), maja, own.ID, false))
	h.ok(h.Accept(h.t.Context(), maja, own.ID, petition.Decision{Version: 1}))
	h.ok(h.Publish(h.t.Context(), maja, own.ID, petition.Publication{Disposal: disposal, Sealer: "Sambruk"}))
	return own.ID, secret
}
