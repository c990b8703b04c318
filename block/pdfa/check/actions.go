package check

import (
	"medborgarnavet/block/pdf"
)

// checkActions checks every action that something in the document can start:
// opening it, its pages, annotations, fields and bookmarks.
func (c *checker) checkActions() {
	cat := c.doc.Catalog()
	c.action(cat["OpenAction"], 0)
	if cat["AA"] != nil {
		c.fail(ruleCatalogAA, pdf.Ref{})
		c.actionsOf(cat["AA"])
	}
	for _, p := range c.pages {
		if p.Dict["AA"] != nil {
			c.fail(rulePageAA, p.Ref)
			c.actionsOf(p.Dict["AA"])
		}
		for _, o := range c.doc.Array(p.Dict["Annots"]) {
			d := c.doc.Dict(o)
			c.action(d["A"], 0)
			c.actionsOf(d["AA"])
		}
	}
	c.outline(c.doc.Dict(cat["Outlines"])["First"])
	c.nameTree(c.doc.Dict(cat["Names"])["JavaScript"], 0, func(o pdf.Object) { c.action(o, 0) })
}

func (c *checker) actionsOf(o pdf.Object) {
	d := c.doc.Dict(o)
	for _, k := range sortedKeys(d) {
		c.action(d[k], 0)
	}
}

// outline walks the bookmarks.
func (c *checker) outline(first pdf.Object) {
	seen := map[pdf.Ref]bool{}
	todo := []pdf.Object{first}
	for len(todo) > 0 {
		o := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		ref, ok := o.(pdf.Ref)
		if !ok || seen[ref] {
			continue
		}
		seen[ref] = true
		d := c.doc.Dict(o)
		c.action(d["A"], 0)
		todo = append(todo, d["First"], d["Next"])
	}
}

// action checks one action and those that follow it.
func (c *checker) action(o pdf.Object, depth int) {
	ref, isRef := o.(pdf.Ref)
	if depth > 32 || isRef && c.actionSeen[ref] {
		return
	}
	if isRef {
		c.actionSeen[ref] = true
	}
	d := c.doc.Dict(o)
	if d == nil {
		return
	}
	switch s := c.doc.Name(d["S"]); s {
	case "GoTo", "GoToR", "Thread", "URI", "SubmitForm":
	case "GoToE":
		if c.part == 1 {
			c.fail(ruleActionType, ref)
		}
	case "Named":
		switch c.doc.Name(d["N"]) {
		case "NextPage", "PrevPage", "FirstPage", "LastPage":
		default:
			c.fail(ruleNamedAction, ref)
		}
	default:
		c.fail(ruleActionType, ref)
	}
	if next := c.doc.Array(d["Next"]); next != nil {
		for _, n := range next {
			c.action(n, depth+1)
		}
		return
	}
	c.action(d["Next"], depth+1)
}

// nameTree visits the values of a name tree, each node once.
func (c *checker) nameTree(o pdf.Object, depth int, visit func(pdf.Object)) {
	d := c.doc.Dict(o)
	if ref, ok := o.(pdf.Ref); ok {
		if c.actionSeen[ref] {
			return
		}
		c.actionSeen[ref] = true
	}
	if d == nil || depth > 32 {
		return
	}
	names := c.doc.Array(d["Names"])
	for i := 1; i < len(names); i += 2 {
		visit(names[i])
	}
	kids := c.doc.Array(d["Kids"])
	if len(kids) > 10_000 {
		kids = kids[:10_000]
	}
	for _, k := range kids {
		c.nameTree(k, depth+1, visit)
	}
}
