package page

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // people read local time wherever the server stands
)

//go:embed ui layout
var templates embed.FS

// Options are what a Renderer is made from. Zero fields get their defaults.
type Options struct {
	// Catalogue holds the texts of every web package; nil = only page's own.
	Catalogue *Catalogue
	// Themes are those of all municipalities that this process serves.
	Themes []*Theme
	// Assets replaces the built-in files, in tests.
	Assets fs.FS
	// Location is the zone that people read times in; nil = Europe/Stockholm.
	Location *time.Location
}

// Renderer renders pages. One serves a whole process; it is safe for
// concurrent use.
type Renderer struct {
	cat    *Catalogue
	assets *Assets
	langs  map[string]*ui
	own    *Set

	mu   sync.Mutex
	sets map[embed.FS]*Set // each web package's, which all municipalities share
}

// ui is what a page in one language needs.
type ui struct {
	lang   string
	cat    *Catalogue
	loc    *time.Location
	assets *Assets
	tpl    *template.Template
}

// New parses the components and the layout, and checks that each text they
// name exists.
func New(o Options) (*Renderer, error) {
	if o.Catalogue == nil {
		c, err := NewCatalogue()
		if err != nil {
			return nil, err
		}
		o.Catalogue = c
	}
	if o.Location == nil {
		loc, err := time.LoadLocation("Europe/Stockholm")
		if err != nil {
			return nil, fmt.Errorf("page: zone: %w", err)
		}
		o.Location = loc
	}
	assets, err := newAssets(o.Assets, o.Themes)
	if err != nil {
		return nil, err
	}
	r := &Renderer{cat: o.Catalogue, assets: assets, langs: map[string]*ui{}, sets: map[embed.FS]*Set{}}
	for _, lang := range Languages() {
		u := &ui{lang: lang, cat: o.Catalogue, loc: o.Location, assets: assets}
		u.tpl = template.New("").Funcs(u.funcs()).Option("missingkey=error")
		if err := parseInto(u.tpl, templates, func(name string) string { return name }); err != nil {
			return nil, err
		}
		r.langs[lang] = u
	}
	if err := checkKeys(r.langs[Swedish].tpl, r.cat); err != nil {
		return nil, err
	}
	r.own, err = r.Parse(ownPages())
	return r, err
}

// ownPages are the pages that this package itself shows: errors.
func ownPages() fs.FS {
	sub, err := fs.Sub(templates, "layout/pages")
	if err != nil {
		return templates
	}
	return sub
}

// Set is the templates of one web package, ready in every language.
type Set struct {
	r     *Renderer
	langs map[string]*template.Template
}

// Parse reads every *.html of fsys as a page named by its base name. A file
// may {{define}} parts of its own, which RenderPart renders alone; such names
// are shared by the whole set. A fault in any template, and any text named in
// a template that the catalogue lacks, is an error: nothing waits until a
// person meets it. Files that are built into the program are read once.
func (r *Renderer) Parse(fsys fs.FS) (*Set, error) {
	built, ok := fsys.(embed.FS)
	if !ok {
		return r.parse(fsys)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.sets[built]; s != nil {
		return s, nil
	}
	s, err := r.parse(fsys)
	if err == nil {
		r.sets[built] = s
	}
	return s, err
}

func (r *Renderer) parse(fsys fs.FS) (*Set, error) {
	s := &Set{r: r, langs: map[string]*template.Template{}}
	for lang, u := range r.langs {
		t := template.New("").Funcs(u.funcs()).Option("missingkey=error")
		if err := parseInto(t, fsys, path.Base); err != nil {
			return nil, err
		}
		if err := escapeAll(t); err != nil {
			return nil, err
		}
		s.langs[lang] = t
	}
	return s, checkKeys(s.langs[Swedish], r.cat)
}

func parseInto(t *template.Template, fsys fs.FS, name func(string) string) error {
	return fs.WalkDir(fsys, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(file) != ".html" {
			return err
		}
		if strings.Contains(file, "pages/") && fsys == fs.FS(templates) {
			return nil
		}
		raw, err := fs.ReadFile(fsys, file)
		if err != nil {
			return err
		}
		if t.Lookup(name(file)) != nil {
			return fmt.Errorf("page: two templates are named %s", name(file))
		}
		if _, err := t.New(name(file)).Parse(string(raw)); err != nil {
			return fmt.Errorf("page: %w", err)
		}
		return nil
	})
}

// escapeAll makes html/template find its own faults now (an unclosed
// attribute, a value in a place where it cannot be made safe) and not at the
// first execution: it executes once against nothing and looks only for that
// kind of error.
func escapeAll(t *template.Template) error {
	for _, part := range t.Templates() {
		if part.Tree == nil {
			continue
		}
		var fault *template.Error
		if err := part.Execute(&bytes.Buffer{}, nil); errors.As(err, &fault) {
			return fmt.Errorf("page: %w", fault)
		}
	}
	return nil
}

// render renders a component.
func (u *ui) render(c Component) (template.HTML, error) {
	var b bytes.Buffer
	if err := u.tpl.ExecuteTemplate(&b, c.component(), c); err != nil {
		return "", fmt.Errorf("page: %T: %w", c, err)
	}
	return template.HTML(bytes.TrimSpace(b.Bytes())), nil
}

// Component renders one component outside a page, for parts that are sent
// alone and for tests.
func (r *Renderer) Component(lang string, c Component) (template.HTML, error) {
	u, ok := r.langs[lang]
	if !ok {
		return "", fmt.Errorf("page: no language %q", lang)
	}
	return u.show(c)
}

// Text is a Text as plain words, for e-mail, an e-ID's text and tests.
func (r *Renderer) Text(lang string, t Text) (string, error) {
	u, ok := r.langs[lang]
	if !ok {
		return "", fmt.Errorf("page: no language %q", lang)
	}
	return u.plain(t)
}

// Assets is the handler and the addresses of the style sheets, the script and
// the municipalities' marks.
func (r *Renderer) Assets() *Assets { return r.assets }

// setHeaders says what the body is and who may keep it. Security headers are
// web/route's, on every answer.
func setHeaders(h http.Header, lang string, private bool) {
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", base(lang))
	h.Add("Vary", "Cookie")
	if private {
		h.Set("Cache-Control", "no-store")
	} else if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-cache")
	}
}
