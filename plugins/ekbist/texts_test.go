package ekbist

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"medborgarnavet/plugin"
)

func keysOf(f plugin.Form) map[string]string {
	out := map[string]string{}
	eachText(&f, func(key string, text *string) { out[key] = *text })
	return out
}

// staysSwedish are texts that are the same in every language: amounts and the
// payers' own names.
func staysSwedish(key, text string) bool {
	if strings.HasSuffix(key, ".example") {
		return !strings.ContainsFunc(text, unicode.IsLetter)
	}
	return strings.HasSuffix(key, ".payer") && slices.Contains([]string{payerFK, payerPM, payerCSN}, text)
}

func TestEveryLanguageHasEveryText(t *testing.T) {
	catalogues, err := readCatalogues()
	if err != nil {
		t.Fatal(err)
	}
	swedish := keysOf(definition(Settings{}))
	for language, c := range catalogues {
		for key, text := range swedish {
			if c[key] == "" && !staysSwedish(key, text) {
				t.Errorf("%s lacks %s (%q)", language, key, text)
			}
		}
		for key := range c {
			if swedish[key] == "" {
				t.Errorf("%s has %s, which no text of the form has", language, key)
			}
		}
	}
}

func TestTranslationKeepsTheForm(t *testing.T) {
	// The wire: same ids, values, conditions and bindings in every language.
	p, err := New(host(""))
	if err != nil {
		t.Fatal(err)
	}
	bare := func(language string) string {
		f, err := p.EService.Form(t.Context(), plugin.FormRequest{Language: language, Month: "2026-12"})
		if err != nil {
			t.Fatal(err)
		}
		eachText(&f, func(_ string, text *string) { *text = "x" })
		return dump(t, f)
	}
	title := func(language string) string {
		f, _ := p.EService.Form(t.Context(), plugin.FormRequest{Language: language})
		return f.Title
	}
	for _, language := range []string{"en", "sv-x-lattlast", "ar"} {
		if bare(language) != bare("sv") {
			t.Errorf("%s: another form than the Swedish one", language)
		}
	}
	for language, want := range map[string]string{
		"sv": "Ansökan om ekonomiskt bistånd", "sv-SE": "Ansökan om ekonomiskt bistånd", "": "Ansökan om ekonomiskt bistånd",
		"ar": "Ansökan om ekonomiskt bistånd", "sv-x-lattlast": "Sök ekonomiskt bistånd",
		"en": "Application for economic assistance", "en-GB": "Application for economic assistance",
	} {
		if got := title(language); got != want {
			t.Errorf("%q: title %q, want %q", language, got, want)
		}
	}
}

func TestAFormIsNobodyElses(t *testing.T) {
	p, err := New(host(""))
	if err != nil {
		t.Fatal(err)
	}
	f, _ := p.EService.Form(t.Context(), plugin.FormRequest{})
	f.Sections[0].Groups[0].Fields[0].Label = "changed"
	f.Sections[3].Fetch.Datasets[0] = "changed"
	again, _ := p.EService.Form(t.Context(), plugin.FormRequest{})
	if again.Sections[0].Groups[0].Fields[0].Label == "changed" || again.Sections[3].Fetch.Datasets[0] == "changed" {
		t.Error("a caller changed the form for the next one")
	}
}

var (
	sentenceEnd = regexp.MustCompile(`[.!?:](\s+|$)`)
	banned      = regexp.MustCompile(`(?i)(^|\PL)(vänligen|ogiltig|avser|erhåll|inkommen|härmed|gällande|beträffande|samt |bilägg|inkomstslag)`)
)

// lint finds sentences that are too long and words that are not plain.
func lint(t *testing.T, where, text string, most int) {
	t.Helper()
	if word := banned.FindString(text); word != "" {
		t.Errorf("%s: %q is not plain Swedish: %s", where, word, text)
	}
	for _, sentence := range sentenceEnd.Split(text, -1) {
		if n := len(strings.Fields(sentence)); n > most {
			t.Errorf("%s: %d words, at most %d: %s", where, n, most, sentence)
		}
	}
	if strings.ContainsAny(text, "<>{}") || text != strings.TrimSpace(text) {
		t.Errorf("%s: %q", where, text)
	}
}

func TestTextsArePlain(t *testing.T) {
	// Språklagen 11 §, ux.md §8.
	m := manifest(Settings{LegalReference: "x"}, plugin.Controller{})
	for _, text := range []string{m.Name, m.Description, m.Purpose, m.RecipientInformation} {
		lint(t, "manifest", text, 20)
	}
	for key, text := range keysOf(definition(Settings{})) {
		lint(t, key, text, 20)
	}
	catalogues, err := readCatalogues()
	if err != nil {
		t.Fatal(err)
	}
	for key, text := range catalogues["sv-x-lattlast"] {
		lint(t, "lättläst "+key, text, 12)
	}
	for key, text := range catalogues["en"] {
		lint(t, "en "+key, text, 22)
	}
	eachField(definition(Settings{}), func(path string, _ plugin.Group, field plugin.Field) {
		if field.Needed {
			lint(t, path, "Bostad: "+neededWords(path)+".", 20)
		}
	})
}
