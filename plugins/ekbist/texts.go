package ekbist

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"medborgarnavet/plugin"
)

//go:embed texts/*.json
var textFiles embed.FS

// catalogue is another language's texts by key: the path of what the text
// belongs to and which of its texts it is, "bostad.hyra.belopp.label". What
// it lacks stays Swedish.
type catalogue map[string]string

// languages are those with a catalogue; Swedish stands in the definition.
var languages = [...]string{"sv-x-lattlast", "en"}

func readCatalogues() (map[string]catalogue, error) {
	out := make(map[string]catalogue, len(languages))
	for _, language := range languages {
		raw, err := textFiles.ReadFile("texts/" + language + ".json")
		if err != nil {
			return nil, err
		}
		var c catalogue
		if err := json.Unmarshal(raw, &c); err != nil {
			return nil, fmt.Errorf("%s: %w", language, err)
		}
		out[language] = c
	}
	return out, nil
}

// languageOf finds the catalogue for a BCP 47 tag: the tag itself, else its
// first part ("en-GB" reads "en"); "" means Swedish.
func languageOf(tag string) string {
	tag = strings.ToLower(tag)
	if slices.Contains(languages[:], tag) {
		return tag
	}
	first, _, _ := strings.Cut(tag, "-")
	if slices.Contains(languages[:], first) {
		return first
	}
	return ""
}

// translate puts a catalogue's texts on a form. Ids, values and conditions
// are the same in every language.
func translate(f *plugin.Form, c catalogue) {
	if len(c) == 0 {
		return
	}
	eachText(f, func(key string, text *string) {
		if t, ok := c[key]; ok {
			*text = t
		}
	})
}

// eachText visits every text of a form that has one.
func eachText(f *plugin.Form, visit func(key string, text *string)) {
	see := func(key string, text *string) {
		if *text != "" {
			visit(key, text)
		}
	}
	see("form.title", &f.Title)
	see("form.intro", &f.Intro)
	see("form.declaration", &f.Declaration)
	for i := range f.Prepare {
		see("form.prepare."+strconv.Itoa(i+1), &f.Prepare[i])
	}
	for i := range f.Sections {
		s := &f.Sections[i]
		see(s.ID+".title", &s.Title)
		see(s.ID+".menu", &s.Menu)
		see(s.ID+".intro", &s.Intro)
		for j := range s.Groups {
			eachGroupText(s.ID+"."+s.Groups[j].ID, &s.Groups[j], see)
		}
	}
}

func eachGroupText(at string, g *plugin.Group, see func(key string, text *string)) {
	see(at+".title", &g.Title)
	see(at+".hint", &g.Hint)
	see(at+".item", &g.Item)
	for i := range g.Fields {
		f := &g.Fields[i]
		path := at + "." + f.ID
		see(path+".label", &f.Label)
		see(path+".hint", &f.Hint)
		see(path+".example", &f.Example)
		see(path+".payer", &f.Payer)
		for j := range f.Options {
			option := path + "." + f.Options[j].Value
			see(option+".option", &f.Options[j].Label)
			see(option+".option-hint", &f.Options[j].Hint)
		}
	}
}
