package page

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// The languages of the product. Easy reading is a language of its own, chosen
// by the reader, never by the browser's settings: a language matcher takes
// its tag for plain Swedish (ux.md §4).
const (
	Swedish = "sv"
	Easy    = "sv-x-lattlast"
	English = "en"
)

// Languages are the languages that can be chosen, in the order shown.
func Languages() []string { return []string{Swedish, Easy, English} }

// fallback is where a language takes a text that it lacks. Swedish lacks none.
func fallback(lang string) string {
	if lang == Swedish {
		return ""
	}
	return Swedish
}

//go:embed texts
var ownTexts embed.FS

// Entry is one text: Other, and One where the wording for exactly one differs.
type Entry struct{ One, Other string }

// Catalogue holds every text by language and key. Fill it at start with Add;
// after that it is only read.
type Catalogue struct {
	texts map[string]map[string]Entry
}

// NewCatalogue is a catalogue with this package's own texts.
func NewCatalogue() (*Catalogue, error) {
	c := &Catalogue{texts: map[string]map[string]Entry{}}
	for _, lang := range Languages() {
		c.texts[lang] = map[string]Entry{}
	}
	return c, c.Add(ownTexts)
}

// Add reads every file named LANG.toml or NAME.LANG.toml (sv, sv-x-lattlast,
// en) anywhere in fsys; other files are left alone. Tables join into keys
// with dots: a package's keys begin with its name ("citizen.start.title"). A
// table with nothing but "one" and "other" is one text with a plural. A key
// given twice in a language is an error, as is a placeholder that the
// Swedish text lacks, an empty text, or a "<". All faults are reported.
func (c *Catalogue) Add(fsys fs.FS) error {
	var faults []error
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".toml" {
			return err
		}
		stem := strings.TrimSuffix(path.Base(name), ".toml")
		lang := stem[strings.LastIndex(stem, ".")+1:]
		if c.texts[lang] == nil {
			return nil
		}
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		var tree map[string]any
		if err := toml.Unmarshal(raw, &tree); err != nil {
			return fmt.Errorf("texts %s: %w", name, err)
		}
		faults = append(faults, c.flatten(name, lang, "", tree)...)
		return nil
	})
	if err != nil {
		faults = append(faults, err)
	}
	return errors.Join(append(faults, c.check()...)...)
}

func (c *Catalogue) flatten(file, lang, prefix string, tree map[string]any) (faults []error) {
	for name, v := range tree {
		key := strings.TrimPrefix(prefix+"."+name, ".")
		switch v := v.(type) {
		case string:
			faults = append(faults, c.put(file, lang, key, Entry{Other: v}))
		case map[string]any:
			if e, ok := plural(v); ok {
				faults = append(faults, c.put(file, lang, key, e))
				continue
			}
			faults = append(faults, c.flatten(file, lang, key, v)...)
		default:
			faults = append(faults, fmt.Errorf("texts %s: %s is no text", file, key))
		}
	}
	return faults
}

func plural(t map[string]any) (Entry, bool) {
	one, ok1 := t["one"].(string)
	other, ok2 := t["other"].(string)
	return Entry{One: one, Other: other}, ok1 && ok2 && len(t) == 2
}

func (c *Catalogue) put(file, lang, key string, e Entry) error {
	if _, twice := c.texts[lang][key]; twice {
		return fmt.Errorf("texts %s: %s is given twice", file, key)
	}
	c.texts[lang][key] = e
	for _, s := range e.forms() {
		if strings.TrimSpace(s) == "" || strings.Contains(s, "<") {
			return fmt.Errorf("texts %s: %s is empty or has mark-up", file, key)
		}
	}
	return nil
}

func (e Entry) forms() []string {
	if e.One == "" {
		return []string{e.Other}
	}
	return []string{e.One, e.Other}
}

// check compares placeholders and finds texts that Swedish lacks.
func (c *Catalogue) check() (faults []error) {
	for lang, texts := range c.texts {
		for key, e := range texts {
			sv, ok := c.texts[Swedish][key]
			if !ok {
				faults = append(faults, fmt.Errorf("texts: %s is in %s and not in Swedish", key, lang))
				continue
			}
			want := placeholders(sv.Other)
			for _, form := range e.forms() {
				if got := placeholders(form); !slices.Equal(got, want) && !oneWithoutNumber(e, form, got, want) {
					faults = append(faults, fmt.Errorf("texts: %s in %s has placeholders %v, not %v", key, lang, got, want))
				}
			}
		}
	}
	return faults
}

// oneWithoutNumber: the singular may say "en" instead of {n}.
func oneWithoutNumber(e Entry, form string, got, want []string) bool {
	return form == e.One && slices.Equal(got, slices.DeleteFunc(slices.Clone(want), func(s string) bool { return s == "n" }))
}

// placeholders are the names in braces, sorted, each once.
func placeholders(s string) []string {
	var names []string
	for {
		_, rest, ok := strings.Cut(s, "{")
		if !ok {
			break
		}
		name, tail, ok := strings.Cut(rest, "}")
		if !ok {
			break
		}
		names = append(names, name)
		s = tail
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Has tells whether a key is known.
func (c *Catalogue) Has(key string) bool { _, ok := c.texts[Swedish][key]; return ok }

// Keys are all keys, sorted.
func (c *Catalogue) Keys() []string {
	keys := make([]string, 0, len(c.texts[Swedish]))
	for k := range c.texts[Swedish] {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Entry is a text as written in that very language; false when it is taken
// from the fallback.
func (c *Catalogue) Entry(lang, key string) (Entry, bool) {
	e, ok := c.texts[lang][key]
	return e, ok
}

// find is a text in a language or its fallback, and the language it is in.
func (c *Catalogue) find(lang, key string) (Entry, string, error) {
	for l := lang; l != ""; l = fallback(l) {
		if e, ok := c.texts[l][key]; ok {
			return e, l, nil
		}
	}
	return Entry{}, "", fmt.Errorf("page: no text %q", key)
}
