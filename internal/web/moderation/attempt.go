package moderation

import (
	"crypto/rand"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// attempt is what somebody tried to store: what was typed comes back, with what
// was wrong by name of the field.
type attempt struct {
	status int
	typed  url.Values
	faults []page.FieldError
	notice *page.Notice
}

// begin reads a posted form.
func begin(r *route.Request) (*attempt, error) {
	if err := r.ParseForm(); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the form cannot be read")
	}
	a := &attempt{status: http.StatusOK, typed: url.Values{}}
	for name, values := range r.PostForm {
		for _, v := range values {
			a.typed.Add(name, strings.ToValidUTF8(v, "\ufffd"))
		}
	}
	return a, nil
}

// refuse adds a fault. The error summary and the field say the same words.
func (a *attempt) refuse(field string, text page.Text) {
	a.status = http.StatusUnprocessableEntity
	a.faults = append(a.faults, page.FieldError{Field: field, Text: text})
}

// fault is what was wrong with a field, or nil.
func (a *attempt) fault(field string) page.Text {
	for _, f := range a.faults {
		if f.Field == field {
			return f.Text
		}
	}
	return nil
}

// value is what was typed in a field, or what stands there.
func (a *attempt) value(field, stands string) string {
	if v := a.typed[field]; len(v) > 0 {
		return v[0]
	}
	return stands
}

// remarks puts what petition would not take beside the fields: its own name of
// a field to the form's. It tells whether there was anything.
func (a *attempt) remarks(err error, fields map[string]string) bool {
	var refusal *petition.Refusal
	if !errors.As(err, &refusal) {
		return false
	}
	for _, m := range refusal.Remarks {
		field, ok := fields[m.Field]
		if !ok {
			return false
		}
		key := "moderation.wrong." + m.Field + "-" + m.Code
		if m.Code == "character" || m.Code == "too-long" || m.Code == "no-words" {
			key = "moderation.wrong." + m.Code
		}
		a.refuse(field, page.T(key))
	}
	return len(refusal.Remarks) > 0
}

// newKey is a form's own key, so that a form sent twice counts once.
func newKey() string { return rand.Text() }

const (
	keyField     = "nyckel"
	versionField = "version"
	seenField    = "sett"
)

// date is a date as typed, or as it stands.
func (a *attempt) date(name string, label, hint page.Text, stands time.Time) page.DateParts {
	d := page.DateParts{Name: name, Label: label, Hint: hint, Error: a.fault(name)}
	var day, month, year string
	if !stands.IsZero() {
		day, month, year = stands.Format("2"), stands.Format("1"), stands.Format("2006")
	}
	d.Day, d.Month, d.Year = a.value(name+".day", day), a.value(name+".month", month), a.value(name+".year", year)
	return d
}

// readDate puts the parts of a date together. empty: nothing was typed; when
// that is false and the day is zero, what was typed is no date.
func (p *Pages) readDate(a *attempt, name string) (day time.Time, empty bool) {
	part := func(s string) string { return strings.TrimSpace(a.value(name+"."+s, "")) }
	text := part("year") + "-" + part("month") + "-" + part("day")
	day, err := time.ParseInLocation("2006-1-2", text, p.zone)
	if err != nil {
		return time.Time{}, text == "--"
	}
	return day, false
}

// back leads to the sheet after something was stored.
func back(w http.ResponseWriter, r *route.Request, what, part string) error {
	return route.SeeOther(w, r, list+"/"+url.PathEscape(r.PathValue("id"))+"?sparat="+what+"#"+part)
}

// finish leads back after a wordless act, or says that somebody was first.
func (p *Pages) finish(w http.ResponseWriter, r *route.Request, a *attempt, err error, what, part string) error {
	if fault.Is(err, fault.Conflict) {
		return p.conflict(w, r, a)
	}
	if err != nil {
		return err
	}
	return back(w, r, what, part)
}

type conflictBody struct {
	Written []written
	Sheet   page.Button
}

// written is something that was typed and could not be stored.
type written struct {
	Label page.Text
	Text  []page.Text
}

// writtenFields are the ends of the names of fields in which one writes.
var writtenFields = []string{"ord", "anteckning", "nummer", "organ", "diarienr", "paragraf", "lank", "gallring"}

// conflict answers a form that came too late: what was written is shown, to be
// copied, and nothing is stored.
func (p *Pages) conflict(w http.ResponseWriter, r *route.Request, a *attempt) error {
	d := p.data(r, page.T("moderation.conflict.title"))
	d.Lead = page.T("moderation.conflict.lead")
	body := conflictBody{Sheet: page.Button{Text: page.T("moderation.conflict.open"), URL: list + "/" + url.PathEscape(r.PathValue("id"))}}
	for _, name := range slices.Sorted(maps.Keys(a.typed)) {
		end := name[strings.LastIndex(name, ".")+1:]
		if text := strings.TrimSpace(a.typed.Get(name)); text != "" && slices.Contains(writtenFields, end) {
			body.Written = append(body.Written, written{page.T("moderation.field." + end), paragraphs(text)})
		}
	}
	d.Body = body
	return p.render(w, r, http.StatusConflict, "conflict.html", d)
}

// paragraphs are a text's lines that are not empty.
func paragraphs(text string) []page.Text {
	var out []page.Text
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if strings.TrimSpace(line) != "" {
			out = append(out, line)
		}
	}
	return out
}

type lostBody struct {
	Action, Login string
	Values        []page.HiddenValue
}

// lost answers a form that came after the login had run out. What was typed
// goes back to the same browser, in a form that sends it again once somebody
// has logged in; nothing is kept here.
func (p *Pages) lost(w http.ResponseWriter, r *route.Request) error {
	a, err := begin(r)
	if err != nil {
		return fault.New(fault.Unauthenticated, "no login")
	}
	body := lostBody{Action: r.URL.EscapedPath(), Login: "/handlaggare/logga-in"}
	for _, name := range slices.Sorted(maps.Keys(a.typed)) {
		for _, v := range a.typed[name] {
			body.Values = append(body.Values, page.HiddenValue{Name: name, Value: v})
		}
	}
	return p.render(w, r, http.StatusUnauthorized, "lost.html", page.Data{Title: page.T("moderation.lost.title"), Lead: page.T("moderation.lost.lead"),
		Municipality: p.Municipality, Lang: page.LangOf(r.Request), Body: body})
}
