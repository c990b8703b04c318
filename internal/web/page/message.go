package page

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
)

// message is a Msg as HTML: the text escaped, its arguments shown, and marked
// with its language when it had to be taken from another one.
func (u *ui) message(m Msg) (template.HTML, error) {
	text, lang, err := u.cat.wording(u.lang, m)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = fill(text, m, func(literal string) { b.WriteString(string(isolate(literal))) },
		func(arg Text) error {
			h, err := u.show(arg)
			b.WriteString(string(h))
			return err
		})
	if err != nil {
		return "", err
	}
	if base(lang) != base(u.lang) {
		return template.HTML(`<span lang="` + lang + `">` + b.String() + `</span>`), nil
	}
	return template.HTML(b.String()), nil
}

// plain is a Msg without mark-up.
func (c *Catalogue) plain(u *ui, m Msg) (string, error) {
	text, _, err := c.wording(u.lang, m)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = fill(text, m, func(literal string) { b.WriteString(literal) },
		func(arg Text) error {
			s, err := u.plain(arg)
			b.WriteString(s)
			return err
		})
	return b.String(), err
}

// wording chooses the form for the number. Swedish and English know one and
// other; one is exactly 1.
func (c *Catalogue) wording(lang string, m Msg) (text, in string, err error) {
	e, in, err := c.find(lang, m.Key)
	if err != nil {
		return "", "", err
	}
	if m.Many && m.N == 1 && e.One != "" {
		return e.One, in, nil
	}
	return e.Other, in, nil
}

// fill walks a text and hands out its literals and arguments in order.
func fill(text string, m Msg, literal func(string), argument func(Text) error) error {
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		literal(before)
		if !found {
			return nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return fmt.Errorf("page: text %q has an open brace", m.Key)
		}
		arg, ok := m.arg(name)
		if !ok {
			return fmt.Errorf("page: text %q wants {%s}", m.Key, name)
		}
		if err := argument(arg); err != nil {
			return err
		}
		text = after
	}
	return nil
}

func (m Msg) arg(name string) (Text, bool) {
	if name == "n" && m.Many {
		return group(int64(m.N)), true
	}
	for i := 0; i+1 < len(m.Args); i += 2 {
		if m.Args[i] != name {
			continue
		}
		if n, ok := m.Args[i+1].(int); ok {
			return strconv.Itoa(n), true
		}
		return m.Args[i+1], true
	}
	return nil, false
}

// base is the language without its variant: easy reading is Swedish.
func base(lang string) string {
	b, _, _ := strings.Cut(lang, "-")
	return b
}
