package opendata

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// problem is a fault as RFC 9457 has it.
type problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Instance string `json:"instance"`
	Field    string `json:"field,omitempty"` // of the query, or the header, that is wrong
}

// mistake is what was asked wrongly.
type mistake struct{ code, field string }

func wrong(code, field string) error { return mistake{code, field} }

func (m mistake) Error() string { return "opendata: " + m.code }

// said is a problem in words, in English and Swedish.
type said struct {
	status int
	en, sv [2]string // title, detail
}

var problems = map[string]said{
	"query": {400, [2]string{"The query cannot be read", "Something in the address after the question mark is not written as an address is."},
		[2]string{"Frågan går inte att läsa", "Något i adressen efter frågetecknet är inte skrivet som i en adress."}},
	"unknown-field": {400, [2]string{"Unknown field", "There is no such field here. openapi.json names those that there are."},
		[2]string{"Okänt fält", "Det finns inget sådant fält här. De som finns står i openapi.json."}},
	"twice": {400, [2]string{"A field is there twice", "Give the field once."},
		[2]string{"Ett fält finns två gånger", "Ange fältet en gång."}},
	"page": {400, [2]string{"No such page number", "page is a whole number from 1 to 10000. The first page is 1."},
		[2]string{"Sidnumret finns inte", "page är ett heltal från 1 till 10000. Första sidan är 1."}},
	"limit": {400, [2]string{"No such limit", "limit is a whole number from 1 to 100. Take more pages, or petitions.csv, which has everything."},
		[2]string{"Antalet går inte att få", "limit är ett heltal från 1 till 100. Hämta fler sidor, eller petitions.csv, som har allt."}},
	"state": {400, [2]string{"Unknown state", "state is open, handled, decided, ended or rejected. Leave it out for all."},
		[2]string{"Okänt läge", "state är open, handled, decided, ended eller rejected. Utelämna det för alla."}},
	"sort": {400, [2]string{"Unknown order", "sort is newest, closing or votes."},
		[2]string{"Okänd ordning", "sort är newest, closing eller votes."}},
	"q": {400, [2]string{"The search is too long", "q is text of at most 200 characters, in UTF-8."},
		[2]string{"Sökningen är för lång", "q är text med högst 200 tecken, i UTF-8."}},
	"month": {400, [2]string{"Not a month that has passed", "from and to are the first day of a month, such as 2026-10-01. The latest is the first of this month; to is not included."},
		[2]string{"Inte en månad som har gått", "from och to är den första dagen i en månad, som 2026-10-01. Den senaste är den första i den här månaden. Dagen i to ingår inte."}},
	"months": {400, [2]string{"from is not before to", "from must be at least a month before to."},
		[2]string{"from är inte före to", "from måste vara minst en månad före to."}},
	"not-acceptable": {406, [2]string{"Not in that form", "The answer is application/json; all petitions are also text/csv, at petitions.csv."},
		[2]string{"Finns inte i den formen", "Svaret är application/json. Alla förslag finns också som text/csv, på petitions.csv."}},
	"busy": {503, [2]string{"Many are searching", "Try again in a minute."},
		[2]string{"Många söker just nu", "Försök igen om en minut."}},
	"off": {503, [2]string{"Switched off for now", "The municipality has switched the interface off for a time. The petitions are on the site as usual."},
		[2]string{"Avstängt just nu", "Kommunen har stängt av gränssnittet en stund. Förslagen finns på webbplatsen som vanligt."}},
	"not-found": {404, [2]string{"Not here", "There is no such petition, or it is not public yet. Or there is no such address."},
		[2]string{"Finns inte", "Det finns inget sådant förslag, eller så är det inte offentligt än. Eller så finns inte adressen."}},
	"wrong-method": {405, [2]string{"Not with that method", "The address is here and does not take that method. Allow names those that it takes."},
		[2]string{"Inte med den metoden", "Adressen finns men tar inte den metoden. De som går står i Allow."}},
	"gone": {410, [2]string{"Removed", "The petition was here and has been removed."},
		[2]string{"Borttaget", "Förslaget har funnits här och är borttaget."}},
	"unavailable": {503, [2]string{"Not right now", "The data cannot be read at the moment. Try again in a minute."},
		[2]string{"Inte just nu", "Det går inte att läsa uppgifterna för tillfället. Försök igen om en minut."}},
}

// Problem writes an error as problem+json (RFC 9457), in Swedish when that is
// asked for. Of a fault of ours nothing is told but its kind.
func Problem(w http.ResponseWriter, r *route.Request, err error) error {
	var m mistake
	if !errors.As(err, &m) {
		m.code = string(fault.KindOf(err))
	}
	text, known := problems[m.code]
	if !known {
		status := page.StatusOf(err)
		text = said{status, [2]string{http.StatusText(status), m.code}, [2]string{http.StatusText(status), m.code}}
	}
	words, lang := text.en, "en"
	if strings.HasPrefix(strings.ToLower(r.Header.Get("Accept-Language")), "sv") {
		words, lang = text.sv, "sv"
	}
	p := problem{Type: "about:blank", Title: words[0], Status: text.status, Detail: words[1], Instance: r.URL.EscapedPath(), Field: m.field}
	if known {
		p.Type = "urn:medborgarnavet:problem:" + m.code
	}
	if len(p.Field) > 40 || strings.ContainsFunc(p.Field, func(c rune) bool { return c <= ' ' || c > '~' }) {
		p.Field = ""
	}
	if len(p.Instance) > 200 {
		p.Instance = p.Instance[:200]
	}
	h := w.Header()
	if text.status == http.StatusServiceUnavailable && h.Get("Retry-After") == "" {
		h.Set("Retry-After", "60")
	}
	h.Set("Content-Language", lang)
	h.Set("Cache-Control", "no-store")
	h.Del("ETag")
	return writeJSON(w, p.Status, "application/problem+json", p)
}

func writeJSON(w http.ResponseWriter, status int, kind string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "opendata: encode")
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the reader has gone away; nothing to tell anyone
	return nil
}
