package pades

import (
	"medborgarnavet/block/pdf"
)

const (
	maxFieldDepth = 32
	maxFieldSteps = 400_000 // fields and widgets that are looked at in one form
)

// field is one terminal field of the form, or one that has a value of its own
// though it is not terminal.
type field struct {
	name     string // full name, partial names joined by dots
	ref      pdf.Ref
	dict     pdf.Dict
	kind     pdf.Name // FT, inherited
	value    pdf.Object
	valueRef pdf.Ref // zero when V is direct
	widgets  []widget
	faults   []Fault
}

// widget is a field's place on a page; it is the field itself where the two
// are merged.
type widget struct {
	ref  pdf.Ref
	dict pdf.Dict
}

// fieldWalk gathers a form's fields.
type fieldWalk struct {
	d      *pdf.Document
	seen   map[pdf.Ref]int // how often each indirect field was met
	fields []field
	names  map[string]bool // every partial and full name in use
	steps  int
}

// inherited is what a field has from its ancestors.
type inherited struct {
	name  string
	named bool
	kind  pdf.Name
	value bool // an ancestor has a V
	ref   pdf.Ref
	depth int
}

// walkFields reads the whole form, tolerantly: what is odd becomes a fault of
// the field it is found in.
func walkFields(d *pdf.Document) *fieldWalk {
	w := &fieldWalk{d: d, seen: map[pdf.Ref]int{}, names: map[string]bool{}}
	form := d.Dict(d.Catalog()["AcroForm"])
	for _, o := range d.Array(form["Fields"]) {
		w.visit(o, inherited{})
	}
	for i := range w.fields {
		if r := w.fields[i].ref; r != (pdf.Ref{}) && w.seen[r] > 1 {
			w.fields[i].fault(FaultFieldTwice)
		}
	}
	return w
}

func (f *field) fault(code string) { f.faults = append(f.faults, newFault(code)) }

func (w *fieldWalk) visit(o pdf.Object, up inherited) {
	if w.steps++; w.steps > maxFieldSteps {
		return
	}
	ref, _ := o.(pdf.Ref)
	if ref != (pdf.Ref{}) {
		w.seen[ref]++
		if w.seen[ref] > 1 {
			return
		}
	}
	dict := w.d.Dict(o)
	if dict == nil || up.depth > maxFieldDepth {
		return
	}
	f := field{ref: ref, dict: dict, kind: up.kind, name: up.name}
	if k := w.d.Name(dict["FT"]); k != "" {
		f.kind = k
	}
	if _, has := dict["T"]; has {
		f.name = joinName(up.name, w.d.Text(dict["T"]), up.named)
	}
	w.names[f.name] = true
	if up.depth > 0 {
		if p, _ := dict["Parent"].(pdf.Ref); p != up.ref {
			f.fault(FaultKidParent)
		}
	}
	f.value = w.d.Resolve(dict["V"])
	f.valueRef, _ = dict["V"].(pdf.Ref)
	if up.value && f.value == nil {
		f.fault(FaultInheritedValue)
	}
	w.descend(&f, inherited{name: f.name, named: up.named || dict["T"] != nil, kind: f.kind,
		value: up.value || f.value != nil, ref: ref, depth: up.depth + 1})
}

// descend sorts a field's kids into widgets and further fields, and keeps the
// field itself when it is terminal or has a value.
func (w *fieldWalk) descend(f *field, down inherited) {
	terminal := true
	for _, k := range w.d.Array(f.dict["Kids"]) {
		if w.steps++; w.steps > maxFieldSteps {
			return
		}
		kid := w.d.Dict(k)
		if kid == nil {
			continue
		}
		if _, isField := kid["T"]; isField || kid["Kids"] != nil || kid["V"] != nil {
			terminal = false
			w.visit(k, down)
			continue
		}
		r, _ := k.(pdf.Ref)
		f.widgets = append(f.widgets, widget{ref: r, dict: kid})
	}
	if f.dict["Kids"] == nil || w.d.Name(f.dict["Subtype"]) == "Widget" {
		f.widgets = append(f.widgets, widget{ref: f.ref, dict: f.dict})
	}
	if !terminal && f.value == nil {
		return
	}
	if !terminal {
		f.fault(FaultInheritedValue)
	}
	w.fields = append(w.fields, *f)
}

func joinName(parent, partial string, named bool) string {
	if !named {
		return partial
	}
	return parent + "." + partial
}

// signatureDict is the signature dictionary that is the field's value, or nil.
func (f *field) signatureDict() pdf.Dict {
	d, _ := f.value.(pdf.Dict)
	return d
}

// isSignature tells whether the field is one for signatures, by its type or by
// what it holds.
func (f *field) isSignature() bool {
	if f.kind == "Sig" {
		return true
	}
	_, has := f.signatureDict()["ByteRange"]
	return has
}
