package app_test

import (
	"bytes"
	"fmt"
	"io"
	"medborgarnavet/block/pdfa"
	"mime/multipart"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"medborgarnavet/fake/bankid"
	"medborgarnavet/fake/ssbtek"
	"medborgarnavet/internal/app"
	"medborgarnavet/internal/clock"
)

// walker is one or more browsers without JavaScript. Commands:
//
//	clock 2026-11-22T10:00:00Z       start the town at a time (first line)
//	advance 168h                     move the clock
//	purge                            let the retention job run
//	browser anna                     go on in another browser
//	municipality havsnas             the site that addresses are on
//	login 198507099805 [path|here]   log in as a resident, to a path, or on the page that is open
//	staff 192109099180               log in as staff
//	get /path                        open a page
//	follow Text of a link            follow the first link with that text
//	fill name value                  type into a field of the page's form
//	file name filename               choose a document (a small PNG)
//	press Text of a button           send the form that has the button
//	see text / nosee text            the page's words hold it, or do not
//	status 404                       the last answer's status
//	at /path                         where the browser is (a regular expression)
//	wait text                        open the page again until it says so
//	agency person agency down|up     what a fake agency does
//	keep name regexp                 keep the first group as $name
//	work                             let the petitions' jobs run
//	vote 198507099805                log in to vote, from a petition's page
//	nothing text                     no file of the data or keys holds it, nor the log
//	letter a@b.example               open the first address in the last letter
type walker struct {
	t        *testing.T
	run      *running
	clock    *clock.Manual
	where    string
	host     string
	browsers map[string]*browser
	b        *browser
	kept     map[string]string
}

type browser struct {
	cookies map[string]map[string]string // by host
	url     *url.URL
	status  int
	body    string
	doc     *html.Node
	fields  url.Values
	files   map[string]string
}

func newWalker(t *testing.T) *walker {
	return &walker{t: t, browsers: map[string]*browser{}, kept: map[string]string{}, host: "127.0.0.1"}
}

func (w *walker) fatalf(format string, args ...any) {
	w.t.Helper()
	page := ""
	if w.b != nil && w.b.doc != nil {
		page = "\n--- page " + w.b.url.Path + " " + strconv.Itoa(w.b.status) + "\n" + words(w.b.doc)
	}
	if w.b != nil && w.b.status >= 500 {
		page += "\n--- log\n" + w.run.logs.String()
	}
	w.t.Fatalf("%s: %s%s", w.where, fmt.Sprintf(format, args...), page)
}

func (w *walker) do(line string) {
	w.t.Helper()
	cmd, arg, _ := strings.Cut(line, " ")
	arg = strings.TrimSpace(arg)
	for k, v := range w.kept {
		arg = strings.ReplaceAll(arg, "$"+k, v)
	}
	if w.run == nil {
		start := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
		if cmd == "clock" {
			var err error
			if start, err = time.Parse(time.RFC3339, arg); err != nil {
				w.fatalf("clock: %v", err)
			}
		}
		w.clock = clock.NewManual(start)
		w.run = startTown(w.t, w.clock)
		w.use("main")
		if cmd == "clock" {
			return
		}
	}
	name, rest, _ := strings.Cut(arg, " ")
	switch cmd {
	case "advance":
		d, err := time.ParseDuration(arg)
		if err != nil {
			w.fatalf("%v", err)
		}
		w.clock.Advance(d)
	case "purge":
		app.Tidy(w.run.app)
	case "browser":
		w.use(arg)
	case "municipality":
		w.host = map[string]string{"ekbacka": "127.0.0.1", "havsnas": "localhost"}[arg]
	case "login":
		w.login("/logga-in", name, rest)
	case "staff":
		w.login("/handlaggare/logga-in", name, rest)
	case "get":
		w.open("GET", arg, nil, "")
	case "follow":
		w.follow(arg)
	case "fill":
		w.fill(name, rest)
	case "file":
		w.b.files[name] = rest
	case "press":
		w.press(arg)
	case "see":
		if !strings.Contains(words(w.b.doc), arg) {
			w.fatalf("the page does not say %q", arg)
		}
	case "nosee":
		if strings.Contains(words(w.b.doc), arg) {
			w.fatalf("the page says %q", arg)
		}
	case "status":
		if strconv.Itoa(w.b.status) != arg {
			w.fatalf("status %d, want %s", w.b.status, arg)
		}
	case "at":
		if !regexp.MustCompile("^" + arg + "$").MatchString(w.b.url.Path) {
			w.fatalf("at %s, want %s", w.b.url.Path, arg)
		}
	case "wait":
		w.wait(arg)
	case "agency":
		w.agency(arg)
	case "keep":
		w.keep(name, rest)
	case "work":
		if err := app.Work(w.run.app); err != nil {
			w.fatalf("%v", err)
		}
	case "vote":
		w.approve(name, "Rösta med QR-kod")
	case "nothing":
		if strings.Contains(readAll(w.t, filepath.Join(w.run.dir, "data"))+readAll(w.t, filepath.Join(w.run.dir, "keys"))+w.run.logs.String(), arg) {
			w.fatalf("it is in a file or in the log")
		}
	case "letter":
		w.letter(arg)
	default:
		w.fatalf("no command %q", cmd)
	}
}

func (w *walker) use(name string) {
	if w.browsers[name] == nil {
		w.browsers[name] = &browser{cookies: map[string]map[string]string{}, url: &url.URL{Path: "/"}, fields: url.Values{}, files: map[string]string{}}
	}
	w.b = w.browsers[name]
}

// open sends a request and follows redirects, keeping cookies as a browser
// does on a secure site.
func (w *walker) open(method, path string, body []byte, contentType string) {
	w.t.Helper()
	for range 10 {
		u, err := w.b.url.Parse(path)
		if err != nil {
			w.fatalf("%v", err)
		}
		u.Scheme, u.Host = "http", fmt.Sprintf("%s:%d", w.host, w.run.port)
		req, err := http.NewRequestWithContext(w.t.Context(), method, u.String(), bytes.NewReader(body))
		if err != nil {
			w.fatalf("%v", err)
		}
		if contentType != "" {
			req.Header.Set("Content-Type", contentType)
			req.Header.Set("Origin", "http://"+u.Host)
		}
		for k, v := range w.b.cookies[w.host] {
			req.AddCookie(&http.Cookie{Name: k, Value: v})
		}
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			w.fatalf("%v", err)
		}
		raw, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		for _, c := range resp.Cookies() {
			if w.b.cookies[w.host] == nil {
				w.b.cookies[w.host] = map[string]string{}
			}
			if c.MaxAge < 0 {
				delete(w.b.cookies[w.host], c.Name)
			} else {
				w.b.cookies[w.host][c.Name] = c.Value
			}
		}
		w.b.url, w.b.status, w.b.body = u, resp.StatusCode, string(raw)
		w.b.doc, _ = html.Parse(bytes.NewReader(raw))
		w.b.fields, w.b.files = url.Values{}, map[string]string{}
		location := resp.Header.Get("Location")
		if resp.StatusCode/100 != 3 || location == "" {
			return
		}
		method, path, body, contentType = "GET", location, nil, ""
	}
	w.fatalf("too many redirects")
}

// login goes through the pages of the e-ID, with the fake phone approving.
func (w *walker) login(door, number, to string) {
	w.t.Helper()
	if to != "" {
		to = "?till=" + url.QueryEscape(to)
	}
	if to != "?till=here" {
		w.open("GET", door+to, nil, "")
	}
	w.approve(number, "Visa QR-kod")
}

// approve goes through the code's page, from a page with its button.
func (w *walker) approve(number, button string) {
	w.t.Helper()
	w.run.out.BankID.Script(number, bankid.Approve)
	w.press(button)
	for range 40 {
		if !strings.Contains(w.b.url.Path, "/logga-in/") || strings.HasSuffix(w.b.url.Path, "/klar") {
			return
		}
		time.Sleep(60 * time.Millisecond)
		w.clock.Advance(2 * time.Second)
		w.open("GET", w.b.url.Path, nil, "")
	}
	w.fatalf("the login does not end")
}

func (w *walker) follow(text string) {
	w.t.Helper()
	var href string
	each(w.b.doc, func(n *html.Node) {
		if n.Data == "a" && href == "" && strings.Contains(words(n), text) {
			href = attr(n, "href")
		}
	})
	if href == "" {
		w.fatalf("no link %q", text)
	}
	w.open("GET", href, nil, "")
}

// fill types into a field, which must be on the page.
func (w *walker) fill(name, value string) {
	w.t.Helper()
	found := false
	each(w.b.doc, func(n *html.Node) { found = found || attr(n, "name") == name })
	if !found {
		w.fatalf("no field %q", name)
	}
	w.b.fields[name] = []string{value}
}

// press sends the form with the button, with what stands in it and what has
// been filled.
func (w *walker) press(text string) {
	w.t.Helper()
	var button, form *html.Node
	each(w.b.doc, func(n *html.Node) {
		if n.Data == "button" && button == nil && strings.Contains(words(n), text) {
			button = n
		}
	})
	for n := button; n != nil; n = n.Parent {
		if n.Data == "form" {
			form = n
		}
	}
	if form == nil {
		w.fatalf("no button %q in a form", text)
	}
	values := formValues(form)
	for k, v := range w.b.fields {
		values[k] = v
	}
	if name := attr(button, "name"); name != "" {
		values.Set(name, attr(button, "value"))
	}
	action := attr(form, "action")
	if a := attr(button, "formaction"); a != "" {
		action = a
	}
	if attr(form, "enctype") != "multipart/form-data" {
		w.open("POST", action, []byte(values.Encode()), "application/x-www-form-urlencoded")
		return
	}
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for k, list := range values {
		for _, v := range list {
			_ = m.WriteField(k, v)
		}
	}
	for field, name := range w.b.files {
		part, _ := m.CreateFormFile(field, name)
		_, _ = part.Write(content(w.t, name))
	}
	_ = m.Close()
	w.open("POST", action, body.Bytes(), m.FormDataContentType())
}

// formValues are what a browser would send: typed values, ticked boxes,
// chosen options.
func formValues(form *html.Node) url.Values {
	values := url.Values{}
	each(form, func(n *html.Node) {
		name := attr(n, "name")
		if name == "" {
			return
		}
		switch n.Data {
		case "textarea":
			values.Add(name, words(n))
		case "select":
			each(n, func(o *html.Node) {
				if o.Data == "option" && (has(o, "selected") || !values.Has(name)) {
					values.Set(name, attr(o, "value"))
				}
			})
		case "input":
			switch attr(n, "type") {
			case "radio", "checkbox":
				if has(n, "checked") {
					values.Add(name, attr(n, "value"))
				}
			case "file", "submit":
			default:
				values.Add(name, attr(n, "value"))
			}
		}
	})
	return values
}

func (w *walker) wait(text string) {
	w.t.Helper()
	for range 100 {
		if strings.Contains(words(w.b.doc), text) {
			return
		}
		time.Sleep(100 * time.Millisecond)
		w.open("GET", w.b.url.RequestURI(), nil, "")
	}
	w.fatalf("the page never says %q", text)
}

func (w *walker) agency(arg string) {
	f := strings.Fields(arg)
	b := ssbtek.Behaviour{}
	if f[2] == "down" {
		b.Error = &ssbtek.AgencyError{Source: "SSBT", Code: "T2001"}
	}
	w.run.out.SSBTEK.Set(f[0], ssbtek.Agency(f[1]), b)
}

// letter opens the first address in the last letter to somebody.
func (w *walker) letter(to string) {
	w.t.Helper()
	for range 50 {
		if all := w.run.out.Mail.To(to); len(all) > 0 {
			at := regexp.MustCompile(`https?://\S+`).FindString(all[len(all)-1].Text)
			u, err := url.Parse(at)
			if err != nil || u.Path == "" {
				w.fatalf("no address in the letter: %s", all[len(all)-1].Text)
			}
			w.open("GET", u.RequestURI(), nil, "")
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	w.fatalf("no letter to %s", to)
}

func (w *walker) keep(name, pattern string) {
	m := regexp.MustCompile(pattern).FindStringSubmatch(w.b.url.Path + "\n" + w.b.body)
	if len(m) < 2 {
		w.fatalf("nothing matches %s", pattern)
	}
	w.kept[name] = m[1]
}

func each(n *html.Node, fn func(*html.Node)) {
	if n == nil {
		return
	}
	if n.Type == html.ElementNode {
		fn(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		each(c, fn)
	}
}

// words are a page's words, as read: spaces folded, no scripts or styles.
func words(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style") {
			return
		}
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if n.Type == html.ElementNode && n.Data != "bdi" && n.Data != "span" && n.Data != "strong" && n.Data != "a" {
			b.WriteByte(' ')
		}
	}
	if n != nil {
		walk(n)
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(b.String(), "\u00a0", " ")), " ")
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func itoa(n int) string { return strconv.Itoa(n) }

// syncWriter lets many goroutines log to one builder.
type syncWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *syncWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

// onePixel is the smallest PNG.
var onePixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89" +
	"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xdc\xccY\xe7\x00\x00\x00\x00IEND\xaeB`\x82")

// content is what a file of that name has in it: a letter, or a photo.
func content(t *testing.T, name string) []byte {
	t.Helper()
	if !strings.HasSuffix(name, ".pdf") {
		return onePixel
	}
	letter, err := pdfa.Write(pdfa.Document{Meta: pdfa.Meta{Title: "Hyresavi", Created: time.Unix(1763800000, 0).UTC()},
		Blocks: []pdfa.Block{pdfa.Title{Text: "Hyresavi"}, pdfa.Paragraph{Text: pdfa.Plain("Hyra för december: 6 200 kr.")}}})
	if err != nil {
		t.Fatal(err)
	}
	return letter
}
