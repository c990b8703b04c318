package proposal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// Names of the fields.
const (
	fieldTitle    = "rubrik"
	fieldWhat     = "vad"
	fieldWhy      = "varfor"
	fieldDuration = "tid"
	fieldMail     = "epost"
	fieldTrap     = "webbplats" // people do not see it, and programs fill it in
	fieldOnce     = "nyckel"
	fieldSimilar  = "liknande"
	fieldVersion  = "version"
	fieldNext     = "ny"
	fieldSure     = "sakert"
)

const (
	// mostRead is how much of a form is read: far more than anyone writes, so
	// that what is too long comes back with a word about it.
	mostRead = 1 << 20
	// mostDrained is how much more is read and thrown away, so that the browser
	// gets to read the answer.
	mostDrained = 32 << 20
)

// draft is what somebody is writing. It lives in the page alone.
type draft struct {
	Text     petition.Text
	Duration string
	Mail     string
	Trap     string
	Once     string
	Similar  bool // asked for, while writing
}

var errTooMuch = fault.New(fault.TooLarge, "proposal: more than a form holds")

// fields reads a form as it comes. What is too large is read to its end and
// forgotten.
func fields(r *route.Request) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, fault.New(fault.Invalid, "proposal: not a form of ours")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, mostRead+1))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, errTooMuch
	case err != nil:
		return nil, fault.New(fault.Invalid, "proposal: the form did not come whole")
	case len(body) > mostRead:
		_, _ = io.Copy(io.Discard, r.Body) // the route bounds it
		return nil, errTooMuch
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fault.New(fault.Invalid, "proposal: the form cannot be read")
	}
	return values, nil
}

// read takes a draft from a form.
func read(r *route.Request) (draft, error) {
	v, err := fields(r)
	return draft{Text: textOf(v), Duration: v.Get(fieldDuration), Mail: v.Get(fieldMail), Trap: v.Get(fieldTrap),
		Once: v.Get(fieldOnce), Similar: v.Get(fieldSimilar) != ""}, err
}

func textOf(v url.Values) petition.Text {
	return petition.Text{Title: v.Get(fieldTitle), What: v.Get(fieldWhat), Why: v.Get(fieldWhy)}
}

// proposal is the draft as the petitions take it. Its key is the form's with
// what is in it: the same sent twice is one proposal, and one that was changed
// after it was sent is another.
func (p *Pages) proposal(d draft, from string) petition.Proposal {
	in := petition.Proposal{Text: d.Text, Mail: d.Mail, Trap: d.Trap, From: from}
	if len(d.Once) >= 16 {
		sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q", d.Text.Title, d.Text.What, d.Text.Why, d.Duration, d.Mail))
		in.Once = d.Once + "." + hex.EncodeToString(sum[:16])
	}
	for _, one := range p.Petitions.Settings().Durations {
		if d.Duration == durationValue(one) {
			in.Duration = one
		}
	}
	return in
}

func durationValue(d petition.Duration) string { return fmt.Sprintf("%d-%d", d.Months, d.Days) }

// faults are what is wrong with a draft, by field.
type faults map[string]page.Text

// trouble are the fields that belong to no person: the form must be sent again.
func (f faults) trouble() bool { return f[fieldTrap] != nil || f[fieldOnce] != nil }

// list is the error summary, in the order of the fields.
func (f faults) list() []page.FieldError {
	var out []page.FieldError
	for _, name := range []string{fieldTitle, fieldWhat, fieldWhy, fieldDuration, fieldMail} {
		if t := f[name]; t != nil {
			out = append(out, page.FieldError{Field: name, Text: t})
		}
	}
	return out
}

// check tells what is wrong with a draft. One that has nothing wrong comes back
// with its text in order.
func (p *Pages) check(d *draft) (faults, error) {
	in := p.proposal(*d, "")
	text, err := p.Petitions.Check(in)
	f, err := p.faultsOf(*d, err)
	if err != nil {
		return nil, err
	}
	set := p.Petitions.Settings()
	if f[fieldDuration] == nil && len(set.Durations) > 1 && !slices.ContainsFunc(set.Durations, func(one petition.Duration) bool { return durationValue(one) == d.Duration }) {
		f[fieldDuration] = page.T("proposal.error.duration")
	}
	if len(f) == 0 {
		d.Text = text
	}
	return f, nil
}

// faultsOf puts a refusal into words. Another error is given back.
func (p *Pages) faultsOf(d draft, err error) (faults, error) {
	f := faults{}
	if err == nil {
		return f, nil
	}
	if fault.Is(err, fault.TooLarge) {
		return p.tooLarge(d), nil
	}
	var refusal *petition.Refusal
	if !errors.As(err, &refusal) {
		return nil, err
	}
	for _, m := range refusal.Remarks {
		name := map[string]string{"title": fieldTitle, "what": fieldWhat, "why": fieldWhy, "duration": fieldDuration, "mail": fieldMail,
			"trap": fieldTrap, "once": fieldOnce}[m.Field]
		switch {
		case m.Code == "too-long":
			f[name] = p.tooLong(d, name)
		case name == fieldMail && m.Code == "often":
			f[name] = page.T("proposal.error.mail_often")
		case name == fieldMail:
			f[name] = page.T("proposal.error.mail")
		case name == fieldDuration:
			f[name] = page.T("proposal.error.duration")
		case name == fieldTrap || name == fieldOnce:
			f[name] = page.T("proposal.error.again")
		default:
			f[name] = page.T("proposal.error." + m.Field + "_" + strings.ReplaceAll(m.Code, "-", "_"))
		}
	}
	return f, nil
}

// tooLarge finds the fields that hold more than anyone types.
func (p *Pages) tooLarge(d draft) faults {
	f := faults{}
	for _, name := range []string{fieldTitle, fieldWhat, fieldWhy} {
		if have, most := p.length(d, name); have > most {
			f[name] = p.tooLong(d, name)
		}
	}
	if len(f) == 0 {
		f[fieldMail] = page.T("proposal.error.mail")
	}
	return f
}

// length is how long a field is and may be, in characters as people count.
func (p *Pages) length(d draft, name string) (have, most int) {
	set := p.Petitions.Settings()
	value := map[string]string{fieldTitle: d.Text.Title, fieldWhat: d.Text.What, fieldWhy: d.Text.Why}[name]
	most = map[string]int{fieldTitle: set.TitleRunes, fieldWhat: set.WhatRunes, fieldWhy: set.WhyRunes}[name]
	value = strings.TrimSpace(norm.NFC.String(strings.ReplaceAll(value, "\r\n", "\n")))
	return utf8.RuneCountInString(value), most
}

func (p *Pages) tooLong(d draft, name string) page.Text {
	have, most := p.length(d, name)
	key := map[string]string{fieldTitle: "title", fieldWhat: "what", fieldWhy: "why"}[name]
	return page.N("proposal.error."+key+"_too_long", max(have-most, 1), "most", number(most))
}

// number is a number in a text.
func number(n int) page.Text { return page.N("proposal.number", n) }

// shown is a text as it can stand on a page: what is not UTF-8 becomes a mark.
func shown(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// hidden carries a draft to the next step.
func (d draft) hidden() []page.HiddenValue {
	var out []page.HiddenValue
	for _, one := range []page.HiddenValue{{Name: fieldTitle, Value: d.Text.Title}, {Name: fieldWhat, Value: d.Text.What}, {Name: fieldWhy, Value: d.Text.Why},
		{Name: fieldDuration, Value: d.Duration}, {Name: fieldMail, Value: d.Mail}, {Name: fieldOnce, Value: d.Once}} {
		if one.Value != "" {
			one.Value = shown(one.Value)
			out = append(out, one)
		}
	}
	return out
}
