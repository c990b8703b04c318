package diff

import (
	"medborgarnavet/block/pdf"
)

// walkTrailer gives every object of the document its uses, beginning with the
// trailer. It may run again on a later revision: only what is new is visited.
func (g *graph) walkTrailer(d *pdf.Document) {
	t := d.Trailer()
	root := use{role: roleCatalog, why: whyCatalog, key: "/Root"}
	if r, ok := t["Root"].(pdf.Ref); ok {
		n, _ := g.add(r, root)
		g.walkCatalog(d, d.Catalog(), use{up: n})
	} else {
		g.walkCatalog(d, d.Catalog(), root)
	}
	if r, ok := t["Info"].(pdf.Ref); ok {
		g.add(r, use{role: roleInfo, why: whyInfo, key: "/Info"})
	}
	g.fixInside(d, t["Info"], use{why: whyInfo, key: "/Info"})
	for _, k := range sortedKeys(t) {
		switch k {
		case "Root", "Info", "Size", "Prev", "XRefStm", "ID", "Type", "W", "Index", "Length", "Filter", "DecodeParms":
		default:
			g.fix(t[k], use{why: whyTrailer, key: "/" + string(k)})
		}
	}
	g.flush(d)
}

// fixInside notes what a container refers to, but not the container itself,
// which has a rule of its own.
func (g *graph) fixInside(d *pdf.Document, o pdf.Object, u use) {
	switch v := d.Resolve(o).(type) {
	case pdf.Dict:
		for _, k := range sortedKeys(v) {
			g.fix(v[k], u.deeper(k))
		}
	case pdf.Array:
		for i, x := range v {
			if !g.fixed(x) { // a store lists the same certificates again and again
				g.fix(x, u.index(i))
			}
		}
	case *pdf.Stream:
		if v != nil {
			g.fix(v.Dict, u)
		}
	}
}

// fixed tells whether a value is an object that is known to be fixed.
func (g *graph) fixed(o pdf.Object) bool {
	r, ok := o.(pdf.Ref)
	return ok && g.work.spend(1) && g.nodes[r] != nil && g.nodes[r].has(roleFixed)
}

// enter records the use of a value and gives the use that its own values have.
func (g *graph) enter(o pdf.Object, u use) (inner use, fresh bool) {
	r, ok := o.(pdf.Ref)
	if !ok {
		return u, true
	}
	n, fresh := g.add(r, u)
	u.up, u.key = n, ""
	return u, fresh
}

func (g *graph) walkCatalog(d *pdf.Document, cat pdf.Dict, u use) {
	u.role, u.why = roleFixed, whyOther
	g.walkForm(d, cat["AcroForm"], u.deeper("AcroForm")) // before the pages: widgets are known by it
	form := g.todo
	g.todo = nil
	g.walkPages(d, cat["Pages"], u.deeper("Pages"))
	g.todo = append(g.todo, form...) // what a page shows is told as the page's
	g.walkStructure(d, cat["StructTreeRoot"], u.deeper("StructTreeRoot"))
	g.walkDSS(d, cat["DSS"], u.deeper("DSS"))
	for _, k := range sortedKeys(cat) {
		w := u.deeper(k)
		switch k {
		case "Pages", "AcroForm", "StructTreeRoot", "DSS":
		case "Metadata":
			w.role, w.why = roleXMP, whyMetadata
			g.enter(cat[k], w)
		case "Extensions":
			w.role, w.why = roleExtensions, whyExtensions
			inner, _ := g.enter(cat[k], w)
			g.fixInside(d, cat[k], inner)
		default:
			if kw, ok := catalogReasons[k]; ok {
				w.why = kw
			}
			g.fix(cat[k], w)
		}
	}
}

// walkPages follows the page tree from its root, in order and without loops.
func (g *graph) walkPages(d *pdf.Document, root pdf.Object, u use) {
	type entry struct {
		obj pdf.Object
		use use
	}
	stack, number := []entry{{root, u}}, 0
	for len(stack) > 0 && !g.work.out {
		e := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		dict := d.Dict(e.obj)
		kids, inner := d.Array(dict["Kids"]), dict["Type"] != pdf.Name("Page") && dict["Kids"] != nil
		w := e.use
		w.why = whyPageTree
		if inner {
			w.role = rolePages
		} else {
			number++
			w.role, w.page = rolePage, number
		}
		w, fresh := g.enter(e.obj, w)
		if !fresh || dict == nil {
			continue
		}
		if !inner {
			g.walkPage(d, dict, w)
			continue
		}
		for _, k := range sortedKeys(dict) {
			if k != "Kids" && k != "Parent" {
				g.fix(dict[k], w.as(whyPageContent).deeper(k))
			}
		}
		g.fix(dict["Kids"], w.as(whyPageTree).deeper("Kids"))
		for i := len(kids) - 1; i >= 0; i-- {
			stack = append(stack, entry{kids[i], w.deeper("Kids").index(i)})
		}
	}
}

func (u use) as(w why) use {
	u.why = w
	return u
}

// walkPage gives a page's annotations their uses and fixes all else.
func (g *graph) walkPage(d *pdf.Document, page pdf.Dict, u use) {
	for _, k := range sortedKeys(page) {
		switch k {
		case "Annots", "Parent":
		default:
			g.fix(page[k], u.as(whyPageContent).deeper(k))
		}
	}
	w := u.as(whyAnnots).deeper("Annots")
	w.role = roleAnnots
	w, _ = g.enter(page["Annots"], w)
	for i, a := range d.Array(page["Annots"]) {
		g.walkAnnot(d, a, w.index(i))
	}
}

// walkAnnot gives an annotation its use unless it is a form field, whose uses
// come from the form.
func (g *graph) walkAnnot(d *pdf.Document, a pdf.Object, u use) {
	dict := d.Dict(a)
	if d.Name(dict["Subtype"]) == "Widget" {
		g.walkWidget(d, a, dict, u)
		return
	}
	u.role, u.why = roleAnnot, whyAnnotChanged
	w, fresh := g.enter(a, u)
	if !fresh {
		return
	}
	for _, k := range sortedKeys(dict) {
		switch k {
		case "P", "Parent", "Popup", "IRT":
		case "AP":
			g.parts(d, dict[k], w.deeper(k), roleAnnotPart, nil)
		default:
			g.fix(dict[k], w.as(whyAnnotChanged).deeper(k))
		}
	}
}

// walkWidget notes which page a widget is on. One that the form does not know
// must stay as it is.
func (g *graph) walkWidget(d *pdf.Document, a pdf.Object, dict pdf.Dict, u use) {
	known := false
	u.role, u.why = roleAnnot, whyWidget
	if r, ok := a.(pdf.Ref); ok {
		n, _ := g.add(r, u)
		known = n.has(roleField)
		u.up, u.key = n, ""
	}
	if known {
		return
	}
	for _, k := range sortedKeys(dict) {
		if k != "P" && k != "Parent" {
			g.fix(dict[k], u.deeper(k))
		}
	}
}

// parts gives the role to a value and to the streams of an appearance, but
// fixes what those draw with: fonts and images.
func (g *graph) parts(d *pdf.Document, o pdf.Object, u use, r role, f *field) {
	g.partsAt(d, o, u, r, f, 0)
}

func (g *graph) partsAt(d *pdf.Document, o pdf.Object, u use, r role, f *field, depth int) {
	if depth > 6 { // no honest appearance is nested so
		g.fix(o, u)
		return
	}
	u.role, u.field = r, f
	w, fresh := g.enter(o, u)
	if fresh {
		g.partAt(d, d.Resolve(o), w, depth)
	}
}

// partAt visits what a part holds, also when it was written over.
func (g *graph) partAt(d *pdf.Document, o pdf.Object, w use, depth int) {
	switch v := o.(type) {
	case pdf.Dict:
		for _, k := range sortedKeys(v) {
			g.partsAt(d, v[k], w.deeper(k), w.role, w.field, depth+1)
		}
	case *pdf.Stream:
		if v == nil {
			return
		}
		for _, k := range sortedKeys(v.Dict) {
			g.fix(v.Dict[k], w.as(whyFieldResources).deeper(k))
		}
	}
}
