package submission

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/internal/form"
	"medborgarnavet/plugin"
)

// Summarise puts an application into the words the person approves. It is a
// pure function of the form and the application, in the form's language.
func Summarise(f plugin.Form, a plugin.Application) []SummarySection {
	var out []SummarySection
	rows := map[string]plugin.Row{}
	for _, r := range a.Rows {
		rows[r.Path] = r
	}
	for _, s := range f.Sections {
		if s.Unused {
			continue
		}
		sec := SummarySection{ID: s.ID, Title: s.Title}
		for _, it := range form.Items(s, a.Values) {
			if it.Visible(a.Values) {
				if line, ok := line(it, a, rows); ok {
					sec.Lines = append(sec.Lines, line)
				}
			}
		}
		out = append(out, sec)
	}
	return out
}

func line(it form.Item, a plugin.Application, rows map[string]plugin.Row) (SummaryLine, bool) {
	label := it.Field.Label
	if it.Index >= 0 {
		label = fmt.Sprintf("%s %d: %s", it.Group.Item, it.Index+1, label)
	}
	switch it.Field.Kind {
	case plugin.FieldNote:
		return SummaryLine{}, false
	case plugin.FieldAmountRow:
		return rowLine(label, rows[it.Path], a.Values[it.Path+".own"])
	case plugin.FieldFiles:
		var names []string
		for _, f := range a.Files {
			if f.Path == it.Path {
				names = append(names, f.Name)
			}
		}
		return SummaryLine{Label: label, Value: strings.Join(names, ", ")}, len(names) > 0
	}
	v := a.Values[it.Path]
	return SummaryLine{Label: label, Value: Words(it.Field, v)}, v != ""
}

// rowLine shows an amount row that has something to say. typed is what was
// written as the own amount: what is no amount is still what was said.
func rowLine(label string, r plugin.Row, typed string) (SummaryLine, bool) {
	l := SummaryLine{Label: label, Comment: r.Comment}
	if r.Payer != "" {
		l.Label = r.Payer + ": " + label
	}
	switch {
	case r.FetchedOre != nil:
		l.Fetched = Kronor(*r.FetchedOre)
	case r.State == plugin.StateUnavailable:
		l.Fetched = "kunde inte hämtas"
	}
	switch {
	case r.OwnOre != nil:
		l.Value = Kronor(*r.OwnOre)
		l.Changed = r.FetchedOre != nil && *r.FetchedOre != *r.OwnOre
	case typed != "":
		l.Value, l.Changed = typed, r.FetchedOre != nil
	case r.FetchedOre != nil:
		l.Value = Kronor(*r.FetchedOre)
	}
	return l, l.Value != "" || l.Fetched != "" || l.Comment != ""
}

// Words is a field's value in words.
func Words(f plugin.Field, v string) string {
	switch f.Kind {
	case plugin.FieldYesNo:
		return map[string]string{"ja": "Ja", "nej": "Nej"}[v]
	case plugin.FieldChoice, plugin.FieldChoices:
		var labels []string
		for _, one := range strings.Split(v, ",") {
			for _, o := range f.Options {
				if o.Value == one {
					labels = append(labels, o.Label)
				}
			}
		}
		return strings.Join(labels, ", ")
	case plugin.FieldMoney:
		if ore, ok := form.Ore(v); ok {
			return Kronor(ore)
		}
	case plugin.FieldDate:
		if t, err := time.Parse(time.DateOnly, v); err == nil {
			return Date(t)
		}
	case plugin.FieldMonth:
		if t, err := time.Parse("2006-01", v); err == nil {
			return Month(t)
		}
	case plugin.FieldIdentity:
		notDigit := func(r rune) bool { return r < '0' || r > '9' }
		if len(v) == 12 && !strings.ContainsFunc(v, notDigit) { // a century that was not written is not guessed
			return v[:8] + "-" + v[8:]
		}
	}
	return v
}

var months = [...]string{"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"}

// Date is "22 november 2026".
func Date(t time.Time) string { return fmt.Sprintf("%d %s %d", t.Day(), months[t.Month()-1], t.Year()) }

// Month is "november 2026".
func Month(t time.Time) string { return fmt.Sprintf("%s %d", months[t.Month()-1], t.Year()) }

// Kronor is "1 250 kr" or "1 250,50 kr", with no-break spaces.
func Kronor(ore int64) string {
	sign := ""
	if ore < 0 {
		sign, ore = "−", -ore
	}
	digits := strconv.FormatInt(ore/100, 10)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteRune('\u00a0')
		}
		b.WriteRune(d)
	}
	if ore%100 != 0 {
		fmt.Fprintf(&b, ",%02d", ore%100)
	}
	return sign + b.String() + "\u00a0kr"
}
