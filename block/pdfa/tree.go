package pdfa

import "medborgarnavet/block/pdf"

// elem is an element of the structure tree: what a screen reader reads.
type elem struct {
	tag    string
	kids   []kid
	lang   string
	alt    string
	actual string // the text in reading order, where it is shown in another
	attrs  pdf.Dict
	ref    pdf.Ref
	parent *elem
}

// kid is an element, or a piece of marked content on a page.
type kid struct {
	elem       *elem
	page, mcid int
}

// child adds an element at the end.
func (e *elem) child(tag string) *elem {
	k := &elem{tag: tag, parent: e}
	e.kids = append(e.kids, kid{elem: k})
	return k
}

// empty is true for an element that nothing was drawn for.
func (e *elem) empty() bool {
	for _, k := range e.kids {
		if k.elem == nil || !k.elem.empty() {
			return false
		}
	}
	return e.tag != "TD" && e.tag != "TH" // an empty cell still keeps its column
}

// reserve gives the elements their object numbers, in reading order.
func (e *elem) reserve(b *pdf.Builder) {
	e.ref = b.Reserve()
	for _, k := range e.kids {
		if k.elem != nil && !k.elem.empty() {
			k.elem.reserve(b)
		}
	}
}

// store writes an element and all beneath it. parent and pages are references.
func (e *elem) store(b *pdf.Builder, parent pdf.Object, pages []pdf.Object) {
	d := pdf.Dict{"Type": pdf.Name("StructElem"), "S": pdf.Name(e.tag), "P": parent}
	home := -1
	kids := make(pdf.Array, 0, len(e.kids))
	var self pdf.Object = e.ref
	for _, k := range e.kids {
		switch {
		case k.elem != nil && k.elem.empty():
		case k.elem != nil:
			kids = append(kids, k.elem.ref)
			k.elem.store(b, self, pages)
		case home < 0 || home == k.page:
			home = k.page
			kids = append(kids, int64(k.mcid))
		default:
			kids = append(kids, pdf.Dict{"Type": pdf.Name("MCR"), "Pg": pages[k.page], "MCID": int64(k.mcid)})
		}
	}
	if home >= 0 {
		d["Pg"] = pages[home]
	}
	switch len(kids) {
	case 0:
	case 1:
		d["K"] = kids[0]
	default:
		d["K"] = kids
	}
	set := func(key pdf.Name, text string) {
		if text != "" {
			d[key] = textString(text)
		}
	}
	set("Lang", e.lang)
	set("Alt", e.alt)
	set("ActualText", e.actual)
	if e.attrs != nil {
		d["A"] = e.attrs
	}
	b.Set(e.ref, d)
}

// storeTree writes the structure tree and gives its root.
func storeTree(b *pdf.Builder, document *elem, pages []*page, refs []pdf.Ref) pdf.Ref {
	root := b.Reserve()
	document.reserve(b)
	list := make([]pdf.Object, len(refs))
	for i, r := range refs {
		list[i] = r
	}
	document.store(b, root, list)
	var nums pdf.Array
	for i, p := range pages {
		parents := make(pdf.Array, len(p.marked))
		for mcid, e := range p.marked {
			parents[mcid] = e.ref
		}
		nums = append(nums, int64(i), b.Add(parents))
	}
	b.Set(root, pdf.Dict{
		"Type": pdf.Name("StructTreeRoot"), "K": document.ref,
		"ParentTree":        b.Add(pdf.Dict{"Nums": nums}),
		"ParentTreeNextKey": int64(len(pages)),
	})
	return root
}
