package plugin

// Form is the definition of an e-service's form. A draft keeps the version
// it was begun with.
type Form struct {
	ID       string    `json:"id"`
	Version  string    `json:"version"`
	Title    string    `json:"title"`
	Intro    string    `json:"intro,omitempty"`
	Sections []Section `json:"sections"`
	// Declaration is what the person confirms when handing in.
	Declaration string `json:"declaration"`
	// Prepare lists what is good to have at hand before beginning.
	Prepare []string `json:"prepare,omitempty"`
}

// Section is one page of the form. Sections may be filled in in any order.
type Section struct {
	ID string `json:"id"`
	// Title is the page's heading, Menu the short name in the menu.
	Title  string  `json:"title"`
	Menu   string  `json:"menu"`
	Intro  string  `json:"intro,omitempty"`
	Groups []Group `json:"groups"`
	// Fetch names the want that this section's fetch button asks for.
	Fetch *Want `json:"fetch,omitempty"`
	// Unused is true when the board does not use the section ("ej anv.").
	Unused bool `json:"unused,omitempty"`
}

// Group is a few fields under one heading.
type Group struct {
	ID    string `json:"id"`
	Title string `json:"title,omitempty"`
	Hint  string `json:"hint,omitempty"`
	// Repeat is the most items a repeating group may have; 0 = not
	// repeating. Item i's fields have the path "section.group.i.field".
	Repeat int `json:"repeat,omitempty"`
	// Item names one item of a repeating group: "barn".
	Item   string     `json:"item,omitempty"`
	Fields []Field    `json:"fields"`
	ShowIf *Condition `json:"showIf,omitempty"`
}

// FieldKind decides how a field is shown and checked.
type FieldKind string

const (
	FieldText      FieldKind = "text"
	FieldLongText  FieldKind = "longtext"
	FieldYesNo     FieldKind = "yesno"    // value "ja" or "nej"
	FieldChoice    FieldKind = "choice"   // value = an option's value
	FieldChoices   FieldKind = "choices"  // value = options' values joined by ","
	FieldMoney     FieldKind = "money"    // kronor, "1 250,50" accepted
	FieldNumber    FieldKind = "number"   // whole number
	FieldDate      FieldKind = "date"     // "2006-01-02"
	FieldMonth     FieldKind = "month"    // "2006-01"
	FieldFiles     FieldKind = "files"    // supporting documents
	FieldAmountRow FieldKind = "amount"   // fetched value | own value | comment
	FieldNote      FieldKind = "note"     // text only, no input
	FieldIdentity  FieldKind = "identity" // a child's personal identity number
)

// Field is one question. A field outside a repeating group has the path
// "section.group.field". An amount row has two inputs: path+".own" (kronor,
// empty means that the fetched amount is right) and path+".comment".
type Field struct {
	ID    string    `json:"id"`
	Kind  FieldKind `json:"kind"`
	Label string    `json:"label"`
	Hint  string    `json:"hint,omitempty"`
	// Example completes the error text: "till exempel 6 200".
	Example string `json:"example,omitempty"`
	// Needed marks what the board must have to decide. Nothing is needed
	// to hand in.
	Needed  bool     `json:"needed,omitempty"`
	Options []Option `json:"options,omitempty"`
	// MaxLength is in characters; 0 = 500 for text, 4000 for long text.
	MaxLength int `json:"maxLength,omitempty"`
	// AskAboveOre: a larger amount is questioned, not refused.
	AskAboveOre  int64      `json:"askAboveOre,omitempty"`
	Min          int        `json:"min,omitempty"`
	Max          int        `json:"max,omitempty"`
	Autocomplete string     `json:"autocomplete,omitempty"`
	ShowIf       *Condition `json:"showIf,omitempty"`
	// Payer heads an amount row: "Försäkringskassan".
	Payer string `json:"payer,omitempty"`
	// Bind says which payments fill an amount row. Nil: by hand only.
	Bind *Binding `json:"bind,omitempty"`
}

// Option is one choice.
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"`
	Hint  string `json:"hint,omitempty"`
}

// Binding selects payments for an amount row. A payment goes to the first
// row of the form that matches; Rest takes what no other row took, so that
// no payment is ever dropped.
type Binding struct {
	// Origins whose state decides the row's state ("could not answer").
	Origins []string `json:"origins"`
	Payer   string   `json:"payer,omitempty"`
	// Codes are benefit codes; one that ends in "*" is a prefix.
	Codes []string `json:"codes,omitempty"`
	Rest  bool     `json:"rest,omitempty"`
}

// Condition decides whether something is shown. Exactly one of Field, All
// and Any is used. It is data, not a language.
type Condition struct {
	// Field is a path; within a repeating group ".name" means the same
	// item's field.
	Field string `json:"field,omitempty"`
	// Op is eq, ne, in, filled or empty.
	Op    string      `json:"op,omitempty"`
	Value string      `json:"value,omitempty"`
	In    []string    `json:"in,omitempty"`
	All   []Condition `json:"all,omitempty"`
	Any   []Condition `json:"any,omitempty"`
}

// Row is an amount row with values: what the payer says, what the person
// says, and the payments behind it.
type Row struct {
	// Path is the field's path.
	Path  string `json:"path"`
	Label string `json:"label"`
	Payer string `json:"payer,omitempty"`
	// State is that of the row's origins: unavailable if any of them is
	// and no sum can be trusted.
	State State `json:"state"`
	// FetchedOre sums the paid net amounts of the control month; nil when
	// there is nothing to sum. It is never 0 for "does not know" (I-6).
	FetchedOre *int64 `json:"fetchedOre,omitempty"`
	// Counted are the payments in the sum, Others those shown beside it:
	// of other months, planned, or without a net amount.
	Counted []Payment `json:"counted,omitempty"`
	Others  []Payment `json:"others,omitempty"`
	// OwnOre is what the person says is right; nil = agrees.
	OwnOre  *int64 `json:"ownOre,omitempty"`
	Comment string `json:"comment,omitempty"`
	// Changed is true when a new fetch gave another sum than the person
	// has seen (I-5).
	Changed bool `json:"changed,omitempty"`
}

// EffectiveOre is what the person stands by: the own amount, else the
// fetched one, else nil.
func (r Row) EffectiveOre() *int64 {
	if r.OwnOre != nil {
		return r.OwnOre
	}
	return r.FetchedOre
}

// Application is a draft under review or a handed-in application: values in,
// rows beside them. Hidden fields are not in it.
type Application struct {
	FormID      string `json:"formId"`
	FormVersion string `json:"formVersion"`
	Month       string `json:"month"`
	// ControlMonth is the month whose payments are summed.
	ControlMonth string `json:"controlMonth"`
	// Values are by path, as typed and accepted.
	Values map[string]string `json:"values"`
	Rows   []Row             `json:"rows,omitempty"`
	// Sources tell how each origin answered and when.
	Sources []SourceState `json:"sources,omitempty"`
	Files   []File        `json:"files,omitempty"`
	// Household is what the case says.
	Household Household `json:"household"`
}

// SourceState is how one origin answered, and when.
type SourceState struct {
	Origin string `json:"origin"`
	Name   string `json:"name"`
	State  State  `json:"state"`
	At     string `json:"at"`
}

// File is a supporting document: its name and what it is, not its content.
type File struct {
	ID     string `json:"id"`
	Path   string `json:"path"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Household is who the case is about, as the municipality's case system has
// it.
type Household struct {
	Adults   int     `json:"adults"`
	Children []Child `json:"children,omitempty"`
}

// Child is a child of the household. Age is in whole years in the month of
// the application.
type Child struct {
	Name         string `json:"name"`
	Age          int    `json:"age"`
	DaysPerMonth int    `json:"daysPerMonth"`
}
