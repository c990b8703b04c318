package page

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The reader's choices are links that set a cookie and lead back. They are
// mounted without access rule: "GET /sprak/{val}" and "GET /utseende/{val}".
const (
	LanguagePattern = "GET /sprak/{val}"
	LookPattern     = "GET /utseende/{val}"
)

// languageNames are what each language calls itself.
var languageNames = map[string]string{Swedish: "Svenska", Easy: "Lättläst", English: "English"}

// choice is a link of the language or look switch.
type choice struct {
	Name, Lang string
	Text       Text
	URL        string
	Current    bool
}

// Choices are the languages.
func (v view) Choices() []choice {
	var out []choice
	for _, l := range Languages() {
		out = append(out, choice{Name: languageNames[l], Lang: l, Current: l == v.Lang, URL: "/sprak/" + l + "?till=" + url.QueryEscape(v.Here)})
	}
	return out
}

// Looks are automatic, light and dark.
func (v view) Looks() []choice {
	var out []choice
	for _, s := range schemes {
		out = append(out, choice{Text: T("page.look." + s), Current: s == v.Scheme, URL: "/utseende/" + s + "?till=" + url.QueryEscape(v.Here)})
	}
	return out
}

// HelpURL is where the help page is.
func (v view) HelpURL() string {
	if v.Municipality.HelpURL != "" {
		return v.Municipality.HelpURL
	}
	return "/hjalp"
}

// Phone is the number for help.
func (v view) Phone() Text { return Phone(v.Municipality.Phone) }

// SessionEnd is the time of day when the login ends.
func (v view) SessionEnd() Text { return Clock(v.Session.Ends) }

// ChooseLanguage answers LanguagePattern.
func ChooseLanguage(w http.ResponseWriter, r *http.Request) { choose(w, r, langCookie, Languages()) }

// ChooseLook answers LookPattern.
func ChooseLook(w http.ResponseWriter, r *http.Request) { choose(w, r, schemeCookie, schemes) }

func choose(w http.ResponseWriter, r *http.Request, cookie string, allowed []string) {
	if v := r.PathValue("val"); slices.Contains(allowed, v) {
		http.SetCookie(w, &http.Cookie{Name: cookie, Value: v, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
			HttpOnly: true, SameSite: http.SameSiteLaxMode})
	}
	http.Redirect(w, r, localPath(r.URL.Query().Get("till")), http.StatusSeeOther)
}

// localPath lets through a path on this site and nothing that a browser would
// read as another one.
func localPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return "/"
	}
	return s
}
