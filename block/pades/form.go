package pades

import (
	"fmt"
	"strconv"
	"strings"

	"medborgarnavet/block/pdf"
)

const (
	sigFlagsBoth = 3       // SignaturesExist and AppendOnly
	widgetFlags  = 4 | 128 // Print and Locked
	widgetHidden = 1 | 2 | 32
)

// target is the field that is about to be signed.
type target struct {
	name   string
	field  pdf.Ref // zero for a new field
	widget pdf.Ref
	dict   pdf.Dict // the field's dictionary as it was; nil for a new field
	page   *pdf.Page
	rect   [4]float64 // in user space; zero for an invisible field
}

// freeName is prefix and the first number for which no field is named so.
func (w *fieldWalk) freeName(prefix string) string {
	for i := 1; ; i++ {
		name := prefix + strconv.Itoa(i)
		if !w.names[name] {
			return name
		}
	}
}

// find looks the named field up. A field that is there must be an empty
// signature field; nil means that a new one is to be made.
func (w *fieldWalk) find(name string) (*field, error) {
	var found *field
	for i := range w.fields {
		if w.fields[i].name == name {
			if found != nil {
				return nil, fmt.Errorf("%w: several fields have that name", ErrField)
			}
			found = &w.fields[i]
		}
	}
	switch {
	case found == nil && w.names[name]:
		return nil, fmt.Errorf("%w: the name belongs to a group of fields", ErrField)
	case found == nil && strings.Contains(name, "."):
		return nil, fmt.Errorf("%w: a new field's name cannot have a full stop", ErrField)
	case found == nil:
		return nil, nil
	case found.kind != "Sig":
		return nil, fmt.Errorf("%w: it is not a signature field", ErrField)
	case found.value != nil:
		return nil, fmt.Errorf("%w: it is signed already", ErrField)
	case found.ref == (pdf.Ref{}) || len(found.widgets) != 1 || len(found.faults) > 0:
		return nil, fmt.Errorf("%w: it is not an ordinary field", ErrField)
	case found.widgets[0].ref == (pdf.Ref{}):
		return nil, fmt.Errorf("%w: its widget is not an object of its own", ErrField)
	}
	return found, nil
}

// addToForm puts a new field in the form, and the form in the catalog when
// there is none. Everything else in the form stays.
func (e *editor) addToForm(field pdf.Ref) {
	catalog := e.peekDict(e.root)
	held, inPlace := e.extend(e.peekDict(catalog["AcroForm"])["Fields"], field)
	form := e.editSub(e.root, "AcroForm")
	if !inPlace {
		form["Fields"] = held
	}
}

// markSigned sets the form's signature flags.
func (e *editor) markSigned() {
	form := e.peekDict(e.peekDict(e.root)["AcroForm"])
	if n, ok := e.d.Int(form["SigFlags"]); ok && n&sigFlagsBoth == sigFlagsBoth {
		return
	}
	e.editSub(e.root, "AcroForm")["SigFlags"] = int64(sigFlagsBoth)
}

// newField makes a field that is its own widget and puts it on its page.
func (e *editor) newField(t *target, value pdf.Ref, appearance pdf.Ref, alt string) (pdf.Ref, error) {
	if t.page == nil || t.page.Ref == (pdf.Ref{}) {
		return pdf.Ref{}, ErrPage
	}
	dict := pdf.Dict{
		"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Sig"),
		"T": textString(t.name), "TU": textString(alt),
		"P": t.page.Ref, "Rect": rectArray(t.rect), "F": int64(widgetFlags),
		"AP": pdf.Dict{"N": appearance},
	}
	if value != (pdf.Ref{}) {
		dict["V"] = value
	}
	ref := e.add(dict)
	if err := e.tag(ref, dict, t.page.Ref, alt); err != nil {
		return pdf.Ref{}, err
	}
	e.extendIn(t.page.Ref, "Annots", ref)
	e.addToForm(ref)
	return ref, nil
}

// fillField gives an empty field its value and its widget its appearance.
func (e *editor) fillField(t *target, value pdf.Ref, appearance pdf.Ref) {
	e.edit(t.field)["V"] = value
	w := e.edit(t.widget)
	flags, _ := e.d.Int(w["F"])
	w["F"] = flags&^widgetHidden | widgetFlags
	w["AP"] = pdf.Dict{"N": appearance}
}

func rectArray(r [4]float64) pdf.Array {
	out := make(pdf.Array, 4)
	for i, v := range r {
		out[i] = number(v)
	}
	return out
}

// number is v as a PDF number with at most three decimals.
func number(v float64) pdf.Object {
	rounded := float64(int64(v*1000+half(v))) / 1000
	if rounded == float64(int64(rounded)) {
		return int64(rounded)
	}
	return rounded
}

func half(v float64) float64 {
	if v < 0 {
		return -0.5
	}
	return 0.5
}
