package page

// Link is a link in running text.
type Link struct {
	URL  string
	Text Text
	// About is read out after the text and not shown: "Ändra" + "hyra".
	About Text
}

// BackLink leads one step back, above the heading.
type BackLink struct {
	URL  string
	Text Text // nil = "Tillbaka"
}

// Button submits the form it stands in, or is a link that looks like a button
// when it has a URL.
type Button struct {
	Text    Text
	URL     string
	Variant ButtonVariant
	// Name and Value are sent when this button is the one pressed.
	Name, Value string
	// About is read out after the text and not shown.
	About Text
	Icon  string
	// Action posts the form to another address than the form's own.
	Action string
}

// ButtonVariant is how much a button weighs. One primary button a page.
type ButtonVariant string

const (
	Primary   ButtonVariant = ""          // the one thing to do here
	Secondary ButtonVariant = "secondary" // a fair alternative
	Quiet     ButtonVariant = "tertiary"  // looks like a link
	Danger    ButtonVariant = "danger"    // cannot be undone
)

// Buttons stand in one row and wrap.
type Buttons struct{ Buttons []Button }

// ActionButton is a form of its own with one button, for POST from anywhere.
type ActionButton struct {
	URL    string
	Button Button
	Hidden []HiddenValue
}

// HiddenValue is a hidden input.
type HiddenValue struct{ Name, Value string }

func (Link) component() string         { return "link" }
func (BackLink) component() string     { return "backlink" }
func (Button) component() string       { return "button" }
func (Buttons) component() string      { return "buttons" }
func (ActionButton) component() string { return "actionbutton" }

// Color is the role of the button's colour in the style sheet.
func (b Button) Color() string {
	if b.Variant == Danger {
		return "danger"
	}
	return "accent"
}

// Weight is the button's data-variant.
func (b Button) Weight() string {
	if b.Variant == Danger {
		return ""
	}
	return string(b.Variant)
}
