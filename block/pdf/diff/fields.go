package diff

import (
	"medborgarnavet/block/pdf"
)

// field is a form field or one of its widgets.
type field struct {
	ref    pdf.Ref
	parent *field
	name   string   // full name
	ft     pdf.Name // type, inherited
	flags  int64    // Ff, inherited
	widget bool     // a widget only, without a name of its own
}

// owner is the field that the value belongs to.
func (f *field) owner() *field {
	for f.widget && f.parent != nil {
		f = f.parent
	}
	return f
}

// value is the field's value in one revision, which a widget has from its
// field.
func (f *field) value(d *pdf.Document) pdf.Object {
	for i := 0; f != nil && i < maxDepth; i++ {
		if v := d.Dict(f.ref)["V"]; d.Resolve(v) != nil {
			return v
		}
		f = f.parent
	}
	return nil
}

// fieldOf reads a field's own and inherited properties.
func fieldOf(d *pdf.Document, r pdf.Ref, parent *field) *field {
	dict := d.Dict(r)
	f := &field{ref: r, parent: parent}
	if parent != nil {
		f.name, f.ft, f.flags = parent.name, parent.ft, parent.flags
	}
	if ft := d.Name(dict["FT"]); ft != "" {
		f.ft = ft
	}
	if ff, ok := d.Int(dict["Ff"]); ok {
		f.flags = ff
	}
	t, named := d.Str(dict["T"])
	switch {
	case !named || t == "":
		f.widget = parent != nil
	case f.name == "":
		f.name = d.Text(dict["T"])
	default:
		f.name += "." + d.Text(dict["T"])
	}
	return f
}

// walkForm gives the interactive form, its fields and their parts their uses.
func (g *graph) walkForm(d *pdf.Document, form pdf.Object, u use) {
	dict := d.Dict(form)
	if dict == nil {
		return
	}
	u.role, u.why = roleForm, whyForm
	w, _ := g.enter(form, u)
	for _, k := range sortedKeys(dict) {
		if k != "Fields" {
			g.fix(dict[k], w.as(whyFormDefaults).deeper(k))
		}
	}
	fu := w.deeper("Fields")
	fu.role, fu.why = roleFields, whyFields
	fu, _ = g.enter(dict["Fields"], fu)
	g.seen = map[pdf.Ref]bool{}
	for i, o := range d.Array(dict["Fields"]) {
		g.walkField(d, o, fu.index(i), nil, 0)
	}
}

func (g *graph) walkField(d *pdf.Document, o pdf.Object, u use, parent *field, depth int) {
	r, ok := o.(pdf.Ref)
	if !ok || depth > maxDepth {
		g.fix(o, u.as(whyField))
		return
	}
	if g.seen[r] || !g.work.spend(1) {
		return
	}
	g.seen[r] = true
	f := fieldOf(d, r, parent)
	if n := g.nodes[r]; n != nil && n.has(roleField) {
		for _, old := range n.uses { // walked before: the same field as then
			if old.role == roleField {
				f = old.field
			}
		}
	}
	u.role, u.why, u.field = roleField, whyField, f
	n, _ := g.add(r, u)
	w := use{why: whyField, up: n, field: f}
	dict := d.Dict(r)
	signed := f.ft == "Sig" && f.value(d) != nil
	for _, k := range sortedKeys(dict) {
		switch k {
		case "P", "Parent", "Kids":
		case "V", "AP":
			g.walkPart(d, k, dict[k], w.deeper(k), f, signed)
		default:
			g.fix(dict[k], w.deeper(k))
		}
	}
	g.fix(dict["Kids"], w.as(whyKids).deeper("Kids"))
	for i, kid := range d.Array(dict["Kids"]) {
		g.walkField(d, kid, w.deeper("Kids").index(i), f, depth+1)
	}
}

// walkPart fixes what a signature or a button shows; what a field that may be
// filled in shows has a role of its own.
func (g *graph) walkPart(d *pdf.Document, k pdf.Name, o pdf.Object, u use, f *field, signed bool) {
	switch {
	case signed && k == "V":
		g.fix(o, u.as(whySignatureValue))
	case signed:
		g.fix(o, u.as(whySignatureAppearance))
	case f.ft == "Btn" && k == "AP":
		g.fix(o, u.as(whyFieldAppearance))
	default:
		u.why = whyFieldAppearance
		g.parts(d, o, u, rolePart, f)
	}
}

// added compares two lists of references: what was before must still be there
// in its order; it gives what was put between or after.
func (e *equality) added(old, new pdf.Array) (fresh []pdf.Object, kept bool) {
	i := 0
	for _, o := range new {
		if !e.work.spend(1) {
			return nil, false
		}
		if i < len(old) && e.same(old[i], o) {
			i++
			continue
		}
		fresh = append(fresh, o)
	}
	return fresh, i == len(old)
}
