// Package texttest is for tests of packages of pages: it asks of all a package's
// texts that they are in every language, plain, and used. It owns no text and
// no rule of plain words (pagetest does).
package texttest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/page/pagetest"
)

// Texts is what a package of pages has in the catalogue.
type Texts struct {
	// Add adds the package's texts, as it does for the product.
	Add func(*page.Catalogue) error
	// Prefix begins all its keys: "citizen.".
	Prefix string
	// Least is how many there are at least: an empty catalogue shows nothing.
	Least int
	// NotInEnglish are keys that English lacks on purpose: what is in Swedish
	// is marked so.
	NotInEnglish []string
	// Made are the keys that the code puts together.
	Made []string
	// Named finds more keys in the package's sources: of each match, the first
	// group with the prefix given.
	Named map[string]*regexp.Regexp
}

// Catalogue is the catalogue with the package's texts, and its own keys. That
// it can be made shows that every language has the same placeholders as
// Swedish, and no text that Swedish lacks.
func (x Texts) Catalogue(t testing.TB) (*page.Catalogue, []string) {
	t.Helper()
	c, err := page.NewCatalogue()
	if err == nil {
		err = x.Add(c)
	}
	if err != nil {
		t.Fatal(err)
	}
	var own []string
	for _, key := range c.Keys() {
		if strings.HasPrefix(key, x.Prefix) {
			own = append(own, key)
		}
	}
	if len(own) < x.Least {
		t.Fatalf("%d texts", len(own))
	}
	return c, own
}

// Check wants every text in every language and in plain words, every text that
// the package's code and templates name, and every text named by them.
func (x Texts) Check(t testing.TB) {
	t.Helper()
	c, keys := x.Catalogue(t)
	missing := map[string]bool{}
	for _, key := range x.NotInEnglish {
		missing[key] = true
	}
	for _, lang := range page.Languages() {
		for _, key := range keys {
			e, ok := c.Entry(lang, key)
			if want := lang != page.English || !missing[key]; ok != want {
				t.Errorf("%s %s: written %t, want %t", lang, key, ok, want)
			}
			for _, form := range []string{e.One, e.Other} {
				for _, fault := range pagetest.Plain(lang, form) {
					t.Errorf("%s %s: %s", lang, key, fault)
				}
			}
		}
	}
	named := x.named(t)
	for key := range named {
		if !c.Has(key) {
			t.Errorf("no text %s", key)
		}
	}
	for _, key := range keys {
		if !named[key] {
			t.Errorf("nothing shows %s", key)
		}
	}
}

// named are the keys that stand in the package's sources.
func (x Texts) named(t testing.TB) map[string]bool {
	t.Helper()
	named := map[string]bool{}
	for _, key := range x.Made {
		named[key] = true
	}
	literal := regexp.MustCompile(`"(` + regexp.QuoteMeta(x.Prefix) + `[a-z0-9_.-]*[a-z0-9_])"`)
	for _, pattern := range []string{"*.go", "pages/*.html"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range literal.FindAllSubmatch(source, -1) {
				named[string(m[1])] = true
			}
			for prefix, find := range x.Named {
				for _, m := range find.FindAllSubmatch(source, -1) {
					named[prefix+string(m[1])] = true
				}
			}
		}
	}
	return named
}
