package validate

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"log/slog"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdfa"
	"medborgarnavet/block/revocation"
	"medborgarnavet/block/tsp"
	"medborgarnavet/fake/tsa"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/validation/trust"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/page/pagetest"
	"medborgarnavet/internal/web/route"
)

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// counter is the page behind its router, with an issuer that it trusts.
type counter struct {
	t     *testing.T
	url   string
	clock *clock.Manual
	ca    *tsa.Authority
	pages *Pages
}

func newCounter(t *testing.T, change ...func(*Deps)) *counter {
	t.Helper()
	c := &counter{t: t, clock: clock.NewManual(start)}
	var err error
	if c.ca, err = tsa.Start(tsa.Options{Clock: c.clock.Now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.ca.Close() })
	store := &trust.Store{}
	if _, err := store.AddPEM(c.ca.RootPEM()); err != nil {
		t.Fatal(err)
	}
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	public, _ := key.Public().(ed25519.PublicKey)
	v := &validation.Validator{Trust: store, Clock: c.clock}
	renderer, municipality := look(t)
	d := Deps{Renderer: renderer, Municipality: municipality, Clock: c.clock,
		Validate: func(ctx context.Context, data []byte) (validation.Report, error) {
			return v.Validate(ctx, data, validation.Options{PDFA: true})
		},
		Sign: func(msg []byte) []byte { return ed25519.Sign(key, msg) }, Verify: func(msg, sig []byte) bool { return ed25519.Verify(public, msg, sig) },
		BaseURL: func(*http.Request) string { return "https://ekbacka.example" }, Contact: "kontakt@ekbacka.example"}
	for _, f := range change {
		f(&d)
	}
	if c.pages, err = New(d); err != nil {
		t.Fatal(err)
	}
	fail := func(w http.ResponseWriter, r *route.Request, err error) {
		told := func() error {
			return renderer.Problem(w, r.Request, page.Data{Municipality: municipality, Lang: page.LangOf(r.Request)}, err, r.ID)
		}
		if strings.HasPrefix(r.URL.Path, APIPath) { // as the product has it
			told = func() error { return Problem(w, r, err) }
		}
		if err := told(); err != nil {
			t.Error(err)
		}
	}
	router, err := route.New(route.Options{Clock: c.clock, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Fail: fail}, c.pages.Routes())
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(router)
	t.Cleanup(srv.Close)
	c.url = srv.URL
	return c
}

func look(t *testing.T) (*page.Renderer, *page.Municipality) {
	t.Helper()
	cat, err := page.NewCatalogue()
	if err == nil {
		err = Texts(cat)
	}
	if err != nil {
		t.Fatal(err)
	}
	theme, err := page.BuiltInTheme("ekbacka")
	if err != nil {
		t.Fatal(err)
	}
	r, err := page.New(page.Options{Catalogue: cat, Themes: []*page.Theme{theme}})
	if err != nil {
		t.Fatal(err)
	}
	return r, &page.Municipality{ID: "ekbacka", Name: "Ekbacka kommun", Theme: theme, Phone: "0000-12 34 56"}
}

// contract is an unsigned PDF/A.
func contract(t *testing.T) []byte {
	t.Helper()
	data, err := pdfa.Write(pdfa.Document{Meta: pdfa.Meta{Title: "Avtal", Language: "sv", Created: start},
		Blocks: []pdfa.Block{pdfa.Title{Text: "Avtal"}, pdfa.Paragraph{Text: pdfa.Plain("Avgiften är 1 000 kr.")}}})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// signed signs a file as a person.
func (c *counter) signed(file []byte, given, surname string, level pades.Level) []byte {
	c.t.Helper()
	id, err := c.ca.Person(tsa.Person{GivenName: given, Surname: surname})
	if err != nil {
		c.t.Fatal(err)
	}
	res, err := pades.Sign(c.t.Context(), file, pades.Signer{Certificate: id.Certificate, Chain: id.Chain, Key: id.Key},
		pades.Options{Level: level, Time: c.clock.Now(), Clock: c.clock.Now, TSA: tsp.Client{URL: c.ca.TSAURL()}, Revocation: &revocation.Fetcher{Clock: c.clock.Now}})
	var short *pades.LevelError
	if errors.As(err, &short) {
		return short.Result.File
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return res.File
}

// changedPage is a file with other content on its first page.
func changedPage(t *testing.T, file []byte) []byte {
	t.Helper()
	f, err := pdf.Read(file, pdf.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := f.Latest().Pages()
	if err != nil {
		t.Fatal(err)
	}
	u := f.Update()
	first := pdf.Dict{}
	for k, v := range pages[0].Dict {
		first[k] = v
	}
	first["Contents"] = u.Add(&pdf.Stream{Dict: pdf.Dict{}, Raw: []byte("BT ET")})
	u.Set(pages[0].Ref, first)
	more, err := u.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return append(bytes.Clone(file), more...)
}

// unsignedAgain is a file whose form a later revision took away.
func unsignedAgain(t *testing.T, file []byte) []byte {
	t.Helper()
	f, err := pdf.Read(file, pdf.Options{})
	if err != nil {
		t.Fatal(err)
	}
	root, ok := f.Latest().Trailer()["Root"].(pdf.Ref)
	if !ok {
		t.Fatal("no root")
	}
	u, cat := f.Update(), maps.Clone(f.Latest().Catalog())
	delete(cat, "AcroForm")
	u.Set(root, cat)
	more, err := u.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return append(bytes.Clone(file), more...)
}

// form is a post of a file as a browser sends it.
func form(t *testing.T, name string, data []byte) (string, io.Reader) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("fil", name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), &b
}

// send sends a file in a language and gives the page, whose promises hold.
func (c *counter) send(lang, name string, data []byte) (*http.Response, string) {
	c.t.Helper()
	kind, body := form(c.t, name, data)
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+Path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	req.AddCookie(&http.Cookie{Name: "sprak", Value: lang})
	return c.do(req, lang)
}

func (c *counter) do(req *http.Request, lang string) (*http.Response, string) {
	c.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		pagetest.Check(c.t, text, lang)
	}
	return resp, string(text)
}
