package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed all:assets
var builtIn embed.FS

// AssetsPath is where the assets handler is mounted, without access rule or
// login: "GET /assets/".
const AssetsPath = "/assets/"

// vendored is the third-party style sheet that the build copies in. Without
// it the pages stand on kommun.css alone.
const vendored = "designsystemet.css"

// Assets are the files that a browser fetches beside a page. Each has its
// content's hash in its name and may be kept for ever.
type Assets struct {
	urls  map[string]string // plain name → address
	files map[string]asset  // served name → content
}

type asset struct {
	kind         string
	body, zipped []byte
}

// newAssets takes css/*.css, kommun.js and what is in dist from fsys (nil =
// the built-in files), and each theme's style sheet and pictures.
func newAssets(fsys fs.FS, themes []*Theme) (*Assets, error) {
	a := &Assets{urls: map[string]string{}, files: map[string]asset{}}
	if fsys == nil {
		sub, err := fs.Sub(builtIn, "assets")
		if err != nil {
			return nil, err
		}
		fsys = sub
	}
	css, err := ownStyle(fsys)
	if err != nil {
		return nil, err
	}
	if err := a.add("kommun.css", css); err != nil {
		return nil, err
	}
	for _, name := range []string{"kommun.js", "dist/" + vendored} {
		body, err := fs.ReadFile(fsys, name)
		if errors.Is(err, fs.ErrNotExist) && name == "dist/"+vendored {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("page: asset: %w", err)
		}
		if err := a.add(path.Base(name), body); err != nil {
			return nil, err
		}
	}
	for _, t := range themes {
		for name, body := range t.files {
			if err := a.add(name, body); err != nil {
				return nil, err
			}
		}
		if err := a.add(t.styleName(), t.style(a.URL)); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// ownStyle is our style sheet, kept in parts that follow each other by name.
func ownStyle(fsys fs.FS) ([]byte, error) {
	parts, err := fs.Glob(fsys, "css/*.css")
	if err != nil || len(parts) == 0 {
		return nil, fmt.Errorf("page: no style sheet: %w", errors.Join(err, fs.ErrNotExist))
	}
	var all []byte
	for _, name := range parts {
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("page: asset: %w", err)
		}
		all = append(append(all, body...), '\n')
	}
	return all, nil
}

func (a *Assets) add(name string, body []byte) error {
	if _, twice := a.urls[name]; twice {
		return fmt.Errorf("page: two assets are named %s", name)
	}
	kind, ok := map[string]string{
		".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	}[path.Ext(name)]
	if !ok {
		return fmt.Errorf("page: asset %s is of no known kind", name)
	}
	sum := sha256.Sum256(body)
	served := strings.TrimSuffix(name, path.Ext(name)) + "." + hex.EncodeToString(sum[:6]) + path.Ext(name)
	var z bytes.Buffer
	w, err := gzip.NewWriterLevel(&z, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(body); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	a.urls[name] = AssetsPath + served
	a.files[served] = asset{kind: kind, body: body, zipped: z.Bytes()}
	return nil
}

// URL is the address of a file by its plain name; empty when there is none.
func (a *Assets) URL(name string) string { return a.urls[name] }

// Complete tells whether the third-party style sheet is built in. The
// command check refuses production without it.
func (a *Assets) Complete() bool { return a.urls[vendored] != "" }

// styles are in the order in which they apply: ours comes first, so that its
// layer of fallbacks lies beneath the third-party one; all else of ours is in
// no layer and wins over both.
func (a *Assets) styles(t *Theme) []string {
	list := []string{a.URL("kommun.css")}
	if a.Complete() {
		list = append(list, a.URL(vendored))
	}
	return append(list, a.URL(t.styleName()))
}

// ServeHTTP serves GET /assets/NAME.HASH.EXT.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := a.files[strings.TrimPrefix(r.URL.Path, AssetsPath)]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	h.Add("Vary", "Accept-Encoding")
	body := f.body
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = f.zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body) // the reader has gone away; nothing to do about it
}
