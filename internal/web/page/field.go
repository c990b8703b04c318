package page

import (
	"slices"
	"strings"
)

// FieldID is the id of the field with that name; the error summary leads to
// it.
func FieldID(name string) string {
	return "f-" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, name)
}

// InputKind is how one line of input behaves.
type InputKind string

const (
	TextInput   InputKind = ""
	LongInput   InputKind = "long" // several lines
	MoneyInput  InputKind = "money"
	NumberInput InputKind = "number"
	EmailInput  InputKind = "email"
	PhoneInput  InputKind = "phone"
	PersonInput InputKind = "person" // a personal identity number
)

// Field is a labelled input of one value. There is no placeholder: a hint
// stays when one writes (ux.md §1).
type Field struct {
	Name  string
	Kind  InputKind
	Label Text
	Hint  Text
	Error Text
	Value string
	// Autocomplete is the token of WCAG 1.3.5, such as "name".
	Autocomplete string
	// Optional adds "(frivilligt)" to the label.
	Optional bool
	// MaxLength is in characters; 0 = none. The browser does not hold to it,
	// since it would cut what is pasted without a word: where one writes at
	// length it is told below, and the server says what is too long.
	MaxLength int
	// Rows of a LongInput; 0 = 5.
	Rows int
	// Width is "s", "m", "l", or empty for what fits the kind.
	Width string
	// Big makes the label the page's question (larger type).
	Big bool
	// HideLabel shows the label to screen readers only, where a column
	// heading says it.
	HideLabel bool
}

// ID is the input's id.
func (f Field) ID() string { return FieldID(f.Name) }

// Size is the width class.
func (f Field) Size() string {
	if f.Width != "" {
		return f.Width
	}
	switch f.Kind {
	case MoneyInput, NumberInput:
		return "s"
	case PhoneInput, PersonInput:
		return "m"
	}
	return "l"
}

// InputMode is the keyboard that a phone shows.
func (f Field) InputMode() string {
	switch f.Kind {
	case MoneyInput:
		return "decimal"
	case NumberInput, PersonInput:
		return "numeric"
	}
	return ""
}

// Type is the input's type. Money and numbers are text: what a person writes
// ("1 250,50 kr") must reach the server as written.
func (f Field) Type() string {
	switch f.Kind {
	case EmailInput:
		return "email"
	case PhoneInput:
		return "tel"
	}
	return "text"
}

// RowCount is the height of a LongInput.
func (f Field) RowCount() int {
	if f.Rows > 0 {
		return f.Rows
	}
	return 5
}

// Describes are the ids that describe the input.
func (f Field) Describes() string {
	ids := describes(f.ID(), f.Hint, f.Error)
	if f.TellsLimit() {
		ids = strings.TrimSpace(ids + " " + f.ID() + "-limit")
	}
	return ids
}

// TellsLimit tells whether the limit stands below the input.
func (f Field) TellsLimit() bool { return f.MaxLength > 0 && f.Kind == LongInput }

func describes(id string, hint, fault Text) string {
	var ids []string
	if hint != nil {
		ids = append(ids, id+"-hint")
	}
	if fault != nil {
		ids = append(ids, id+"-error")
	}
	return strings.Join(ids, " ")
}

// DateParts is a date in three inputs: day, month, year. Names are
// Name+".day" and so on; the error summary leads to the first.
type DateParts struct {
	Name             string
	Label            Text
	Hint             Text
	Error            Text
	Day, Month, Year string
	// Birth marks the date as the reader's birthday, for autocomplete.
	Birth bool
	Big   bool
}

// ID is the id of the first input.
func (d DateParts) ID() string { return FieldID(d.Name) }

// Describes are the ids that describe the group.
func (d DateParts) Describes() string { return describes(d.ID(), d.Hint, d.Error) }

// Parts are the three inputs.
func (d DateParts) Parts() []DatePart {
	auto := func(s string) string {
		if d.Birth {
			return "bday-" + s
		}
		return ""
	}
	return []DatePart{
		{d.ID(), d.Name + ".day", T("page.date.day"), d.Day, 2, auto("day")},
		{d.ID() + "-month", d.Name + ".month", T("page.date.month"), d.Month, 2, auto("month")},
		{d.ID() + "-year", d.Name + ".year", T("page.date.year"), d.Year, 4, auto("year")},
	}
}

// DatePart is one input of a date.
type DatePart struct {
	ID, Name     string
	Label        Text
	Value        string
	Length       int
	Autocomplete string
}

// Option is one choice.
type Option struct {
	Value string
	Label Text
	Hint  Text
	// Reveal is shown below the option: fields that belong to it. It is
	// always there without script; nothing moves when one chooses.
	Reveal []Component
}

// Choice is a group of radio buttons, or of check boxes when Many.
type Choice struct {
	Name  string
	Label Text
	Hint  Text
	Error Text
	// Values are the chosen ones. Nothing is chosen beforehand.
	Values  []string
	Options []Option
	Many    bool
	// Row sets short options side by side.
	Row bool
	Big bool
}

// ID is the first option's id.
func (c Choice) ID() string { return FieldID(c.Name) }

// Describes are the ids that describe the group.
func (c Choice) Describes() string { return describes(c.ID(), c.Hint, c.Error) }

// Chosen tells whether an option is chosen.
func (c Choice) Chosen(value string) bool { return slices.Contains(c.Values, value) }

// Type is the inputs' type.
func (c Choice) Type() string {
	if c.Many {
		return "checkbox"
	}
	return "radio"
}

// YesNo is a question with the answers "ja" and "nej".
type YesNo struct {
	Name               string
	Label, Hint, Error Text
	Value              string
	Big                bool
}

// Choice is the question as a group of radio buttons.
func (y YesNo) Choice() Choice {
	return Choice{Name: y.Name, Label: y.Label, Hint: y.Hint, Error: y.Error, Values: []string{y.Value}, Row: true, Big: y.Big,
		Options: []Option{{Value: "ja", Label: T("page.yes")}, {Value: "nej", Label: T("page.no")}}}
}

// Confirm is a single check box with a sentence: "Jag har gått igenom
// beloppen". It is never ticked beforehand.
type Confirm struct {
	Name               string
	Label, Hint, Error Text
	// Value is sent when ticked; empty = "ja".
	Value  string
	Ticked bool
}

// ID is the check box's id.
func (c Confirm) ID() string { return FieldID(c.Name) }

// Describes are the ids that describe the box.
func (c Confirm) Describes() string { return describes(c.ID(), c.Hint, c.Error) }

// Sent is the value when ticked.
func (c Confirm) Sent() string {
	if c.Value == "" {
		return "ja"
	}
	return c.Value
}

func (Field) component() string     { return "field" }
func (DateParts) component() string { return "dateparts" }
func (Choice) component() string    { return "choice" }
func (YesNo) component() string     { return "yesno" }
func (Confirm) component() string   { return "confirm" }
