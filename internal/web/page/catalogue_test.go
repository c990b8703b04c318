package page

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"medborgarnavet/internal/web/page/pagetest"
)

func allTexts(t *testing.T) *Catalogue {
	t.Helper()
	c, err := NewCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTextsArePlain(t *testing.T) {
	c := allTexts(t)
	for _, lang := range Languages() {
		for _, key := range c.Keys() {
			e, ok := c.Entry(lang, key)
			if !ok {
				continue
			}
			for _, form := range []string{e.One, e.Other} {
				for _, fault := range pagetest.Plain(lang, form) {
					t.Errorf("%s %s: %s", lang, key, fault)
				}
			}
		}
	}
}

func TestPlainFindsFaults(t *testing.T) {
	for text, want := range map[string]string{
		"Vänligen fyll i":            "officialese",
		"Beloppet är ogiltigt":       "officialese",
		"SKICKA IN":                  "capitals",
		strings.Repeat("ord ", 19):   "19 words",
		"BankID":                     "",
		"Kort. Och en till. Och så.": "",
	} {
		got := strings.Join(pagetest.Plain(Swedish, text), "; ")
		if !strings.Contains(got, want) || (got == "") != (want == "") {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Every Swedish text is in English too. Easy reading may lean on Swedish.
func TestEnglishIsWhole(t *testing.T) {
	c := allTexts(t)
	for _, key := range c.Keys() {
		if _, ok := c.Entry(English, key); !ok {
			t.Errorf("%s is not in English", key)
		}
	}
}

// What the code names and no template does must be there.
func TestTextsNamedByCode(t *testing.T) {
	c := allTexts(t)
	var keys []string
	for _, s := range schemes {
		keys = append(keys, "page.look."+s)
	}
	for _, s := range []Status{NotFilled, Started, Done, ToCheck, NotUsed} {
		keys = append(keys, "page.status."+string(s))
	}
	for _, key := range keys {
		if !c.Has(key) {
			t.Errorf("no text %s", key)
		}
	}
}

func TestAddRefuses(t *testing.T) {
	cases := map[string]struct{ sv, en, want string }{
		"twice":              {"[page]\nskip = \"x\"", "", "given twice"},
		"empty":              {"[x]\na = \" \"", "", "empty"},
		"mark-up":            {"[x]\na = \"<b>x</b>\"", "", "mark-up"},
		"not a text":         {"[x]\na = 3", "", "no text"},
		"only in English":    {"", "[x]\na = \"x\"", "not in Swedish"},
		"other placeholders": {"[x]\na = \"{n} röster\"", "[x]\na = \"{count} votes\"", "placeholders"},
		"broken file":        {"[x\n", "", "texts sv.toml"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			err := allTexts(t).Add(fstest.MapFS{"sv.toml": {Data: []byte(tc.sv)}, "en.toml": {Data: []byte(tc.en)}, "README": {Data: []byte("x")}})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func TestMessages(t *testing.T) {
	r, _ := testRenderer(t)
	if err := r.cat.Add(fstest.MapFS{"a.sv.toml": {Data: []byte(`[x]
votes = { one = "En röst av {who}", other = "{n} röster av {who}" }
only = "Bara på svenska & så"`)}, "a.en.toml": {Data: []byte(`[x]
votes = { one = "{n} vote by {who}", other = "{n} votes by {who}" }`)}}); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		lang string
		msg  Msg
		want string
	}{
		{Swedish, N("x.votes", 1, "who", "<Bo>"), "En röst av &lt;Bo&gt;"},
		{Swedish, N("x.votes", 1250, "who", "Bo"), `<bdi dir="ltr">1` + nbsp + `250</bdi> röster av Bo`},
		{Easy, N("x.votes", 0, "who", Amount(100)), `0 röster av <bdi dir="ltr">1` + nbsp + `kr</bdi>`},
		{English, N("x.votes", 1, "who", "Bo"), "1 vote by Bo"},
		{English, T("x.only"), `<span lang="sv">Bara på svenska &amp; så</span>`},
		{Easy, T("x.only"), `Bara på svenska &amp; så`},
	}
	for _, tc := range cases {
		got, err := r.langs[tc.lang].show(tc.msg)
		if err != nil || string(got) != tc.want {
			t.Errorf("%s %v: %s (%v), want %s", tc.lang, tc.msg, got, err, tc.want)
		}
	}
	for _, bad := range []Text{T("x.nothing"), T("x.votes"), struct{}{}, 3} {
		if got, err := r.langs[Swedish].show(bad); err == nil {
			t.Errorf("%v was shown as %q", bad, got)
		}
	}
}

func TestPlaceholders(t *testing.T) {
	if got := placeholders("{b} och {a} och {b}"); !slices.Equal(got, []string{"a", "b"}) {
		t.Error(got)
	}
}
