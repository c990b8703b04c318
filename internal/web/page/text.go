package page

import (
	"fmt"
	"html/template"
	"strings"
	"time"
)

// Text is what people read: a string (shown as it is, escaped), a Msg (looked
// up in the catalogue), a value with a form of its own (Amount, Date,
// DateTime, Clock, Month, PersonNumber, CaseNumber, Phone, FileName, Bytes),
// template.HTML made by this package, a Component, or a []Text of these in
// sequence. Anything else is an error when the page is rendered.
type Text any

// Msg is a message of the catalogue with its arguments.
type Msg struct {
	Key  string
	N    int  // the number that chooses the plural form and fills {n}
	Many bool // whether N is used
	Args []any
}

// T is the message with that key. Args are pairs of placeholder name and
// value: T("citizen.draft.kept", "date", page.Date(t)).
func T(key string, args ...any) Msg { return Msg{Key: key, Args: args} }

// N is a message that depends on a number, which fills {n}.
func N(key string, n int, args ...any) Msg { return Msg{Key: key, N: n, Many: true, Args: args} }

// Values with a form of their own. Each is shown in <bdi dir="ltr"> with
// no-break spaces, so that it is neither broken over lines nor turned round
// in right-to-left text.
type (
	// Amount is in öre: Amount(125050) is "1 250,50 kr".
	Amount int64
	// Date is "22 november 2026".
	Date time.Time
	// DateTime is "22 november 2026 kl. 10.32".
	DateTime time.Time
	// Clock is a time of day: "10.32".
	Clock time.Time
	// Month is "november 2026".
	Month time.Time
	// PersonNumber is twelve digits, shown "19850709-9805". Only for pages
	// where the number has to be seen.
	PersonNumber string
	// CaseNumber is a reference number of any form.
	CaseNumber string
	// Phone is a telephone number as written.
	Phone string
	// FileName is the name of a file.
	FileName string
	// Bytes is a size: "2,4 MB".
	Bytes int64
)

// DayOf reads "2006-01-02" as a Text: a Date, or the string itself if it is
// not a date.
func DayOf(s string) Text {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return Date(t)
}

// MonthOf reads "2006-01" as a Text: a Month, or the string itself.
func MonthOf(s string) Text {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return s
	}
	return Month(t)
}

// AmountOf is the amount, or the text given when there is none. A missing
// amount is never shown as 0 kr (I-6).
func AmountOf(ore *int64, none Text) Text {
	if ore == nil {
		return none
	}
	return Amount(*ore)
}

// Strings turns strings into Texts.
func Strings(s ...string) []Text {
	out := make([]Text, len(s))
	for i, v := range s {
		out[i] = v
	}
	return out
}

// Component is a part of a page made from a typed struct; see show.
type Component interface {
	// component is the name of the template in ui/*.html.
	component() string
}

// show renders any Text for the page.
func (u *ui) show(v Text) (template.HTML, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return isolate(v), nil
	case template.HTML:
		return v, nil
	case Msg:
		return u.message(v)
	case []Text:
		return u.sequence(v)
	case []Component:
		var b strings.Builder
		for _, c := range v {
			h, err := u.show(c)
			if err != nil {
				return "", err
			}
			b.WriteString(string(h))
		}
		return template.HTML(b.String()), nil
	case Component:
		return u.render(v)
	}
	if name, ok := v.(FileName); ok {
		return `<bdi dir="ltr" class="k-break">` + escape(string(name)) + `</bdi>`, nil
	}
	if s, ok := u.value(v); ok {
		if _, long := v.(DateTime); long { // may break between day and time
			return `<bdi dir="ltr" class="k-break">` + escape(s) + `</bdi>`, nil
		}
		return `<bdi dir="ltr">` + escape(s) + `</bdi>`, nil
	}
	return "", fmt.Errorf("page: %T is no text, value or component", v)
}

func (u *ui) sequence(parts []Text) (template.HTML, error) {
	var b strings.Builder
	for _, p := range parts {
		h, err := u.show(p)
		if err != nil {
			return "", err
		}
		b.WriteString(string(h))
	}
	return template.HTML(b.String()), nil
}

// plain is a Text without mark-up, for attributes and <title>.
func (u *ui) plain(v Text) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case Msg:
		return u.cat.plain(u, v)
	case []Text:
		var b strings.Builder
		for _, p := range v {
			s, err := u.plain(p)
			if err != nil {
				return "", err
			}
			b.WriteString(s)
		}
		return b.String(), nil
	}
	if s, ok := u.value(v); ok {
		return s, nil
	}
	return "", fmt.Errorf("page: %T has no plain form", v)
}

func escape(s string) template.HTML { return template.HTML(template.HTMLEscapeString(s)) }
