package page

import (
	"strconv"
	"strings"
	"time"

	"medborgarnavet/plugin"
)

// FormField is a field of an e-service's definition with what stands in it.
type FormField struct {
	Field plugin.Field
	// Path is the input's name: "section.group.field", or
	// "section.group.2.field" in a repeating group.
	Path string
	// Value is as typed. A date is "2006-01-02" or, when it could not be
	// read, what was typed with "-" between the parts.
	Value string
	Error Text
	// Row is the amount row; Own and Comment are as typed.
	Row          *plugin.Row
	Own, Comment string
	CommentError Text
	Fresh        time.Time
	ControlMonth string
	Ask          Text
	// Files are those of a field for supporting documents.
	Files Files
	// Months to choose among.
	Months []time.Time
	// Locked shows amount rows without inputs.
	Locked bool
}

// FormGroup is a group of fields under a heading. For a repeating group make
// one FormGroup an item, with the item's number in Title.
type FormGroup struct {
	ID     string
	Title  Text
	Hint   Text
	Fields []FormField
	// Buttons below: add an item, remove this one.
	Buttons []Button
}

func (FormGroup) component() string { return "formgroup" }

// Parts are the group's components. Amount rows that follow each other stand
// in one table.
func (g FormGroup) Parts() []Component {
	var out []Component
	var rows *IncomeTable
	for _, f := range g.Fields {
		if f.Field.Kind == plugin.FieldAmountRow {
			if rows == nil {
				rows = &IncomeTable{Caption: g.Title, Locked: f.Locked}
			}
			rows.Rows = append(rows.Rows, f.IncomeRow())
			continue
		}
		if rows != nil {
			out, rows = append(out, *rows), nil
		}
		if c := f.Component(); c != nil {
			out = append(out, c)
		}
	}
	if rows != nil {
		out = append(out, *rows)
	}
	if len(g.Buttons) > 0 {
		out = append(out, Buttons{g.Buttons})
	}
	return out
}

// ErrorName is the name that a FieldError of this field carries, so that the
// summary leads to the right input.
func (f FormField) ErrorName() string {
	if f.Field.Kind == plugin.FieldAmountRow {
		return f.Path + ".own"
	}
	return f.Path
}

// Component is the field as it is shown.
func (f FormField) Component() Component {
	d := f.Field
	switch d.Kind {
	case plugin.FieldNote:
		return Notice{Tone: Info, Title: textOf(d.Label), Body: textOf(d.Hint), Level: -1}
	case plugin.FieldYesNo:
		return YesNo{Name: f.Path, Label: d.Label, Hint: textOf(d.Hint), Error: f.Error, Value: f.Value}
	case plugin.FieldChoice, plugin.FieldChoices:
		return f.choice()
	case plugin.FieldMonth:
		return f.months()
	case plugin.FieldDate:
		return f.date()
	case plugin.FieldFiles:
		files := f.Files
		files.Name, files.Label, files.Error = f.Path, d.Label, f.Error
		if files.Hint == nil {
			files.Hint = textOf(d.Hint)
		}
		return files
	case plugin.FieldAmountRow:
		return IncomeTable{Caption: d.Label, Rows: []IncomeRow{f.IncomeRow()}, Locked: f.Locked}
	}
	return f.line()
}

func (f FormField) line() Field {
	d := f.Field
	kinds := map[plugin.FieldKind]InputKind{
		plugin.FieldLongText: LongInput, plugin.FieldMoney: MoneyInput,
		plugin.FieldNumber: NumberInput, plugin.FieldIdentity: PersonInput,
	}
	length := d.MaxLength
	if length == 0 {
		length = 500
		if d.Kind == plugin.FieldLongText {
			length = 4000
		}
	}
	return Field{Name: f.Path, Kind: kinds[d.Kind], Label: d.Label, Hint: textOf(d.Hint), Error: f.Error,
		Value: f.Value, Autocomplete: d.Autocomplete, MaxLength: length}
}

func (f FormField) choice() Choice {
	d := f.Field
	c := Choice{Name: f.Path, Label: d.Label, Hint: textOf(d.Hint), Error: f.Error, Many: d.Kind == plugin.FieldChoices}
	c.Values = []string{f.Value}
	if c.Many {
		c.Values = strings.Split(f.Value, ",")
	}
	for _, o := range d.Options {
		c.Options = append(c.Options, Option{Value: o.Value, Label: o.Label, Hint: textOf(o.Hint)})
	}
	return c
}

func (f FormField) months() Component {
	d := f.Field
	if len(f.Months) == 0 {
		return f.line()
	}
	return MonthChoice{Name: f.Path, Label: d.Label, Hint: textOf(d.Hint), Error: f.Error, Value: f.Value, Months: f.Months}.Choice()
}

func (f FormField) date() DateParts {
	d := f.Field
	p := DateParts{Name: f.Path, Label: d.Label, Hint: textOf(d.Hint), Error: f.Error}
	parts := strings.SplitN(f.Value, "-", 3)
	if len(parts) == 3 {
		p.Year, p.Month, p.Day = parts[0], trimZero(parts[1], f.Error), trimZero(parts[2], f.Error)
	}
	return p
}

// trimZero drops the leading zero of a good value; a faulty one stays as
// typed.
func trimZero(s string, fault Text) string {
	if n, err := strconv.Atoi(s); err == nil && fault == nil {
		return strconv.Itoa(n)
	}
	return s
}

// IncomeRow is an amount row with its values.
func (f FormField) IncomeRow() IncomeRow {
	d := f.Field
	r := IncomeRow{Name: f.Path, Label: d.Label, Payer: textOf(d.Payer), Hint: textOf(d.Hint), ByHand: d.Bind == nil,
		Own: f.Own, Comment: f.Comment, Error: f.Error, CommentError: f.CommentError, Ask: f.Ask, Fresh: f.Fresh, State: plugin.StateNotAsked}
	if f.Row == nil {
		return r
	}
	r.State, r.FetchedOre, r.Changed, r.UsedOre = f.Row.State, f.Row.FetchedOre, f.Row.Changed, f.Row.OwnOre
	r.Payments = Payments{Counted: f.Row.Counted, Others: f.Row.Others, ControlMonth: f.ControlMonth}
	return r
}

// MonthChoice chooses one of a few months.
type MonthChoice struct {
	Name               string
	Label, Hint, Error Text
	// Value is "2006-01".
	Value  string
	Months []time.Time
}

func (MonthChoice) component() string { return "monthchoice" }

// Choice is the months as radio buttons.
func (m MonthChoice) Choice() Choice {
	c := Choice{Name: m.Name, Label: m.Label, Hint: m.Hint, Error: m.Error, Values: []string{m.Value}}
	for _, t := range m.Months {
		c.Options = append(c.Options, Option{Value: t.Format("2006-01"), Label: Month(t)})
	}
	return c
}

// textOf is nil for an empty string, so that nothing is shown for it.
func textOf(s string) Text {
	if s == "" {
		return nil
	}
	return s
}
