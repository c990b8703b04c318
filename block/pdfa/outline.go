package pdfa

import "medborgarnavet/block/pdf"

// node is an outline entry with those beneath it.
type node struct {
	entry entry
	ref   pdf.Ref
	kids  []*node
}

// storeOutline writes the outline: one entry for each heading, nested as the
// headings are. All of it is shown open.
func storeOutline(b *pdf.Builder, entries []entry, pages []pdf.Ref) pdf.Ref {
	top := &node{ref: b.Reserve()}
	path := []*node{top} // the last node of each level
	for _, e := range entries {
		n := &node{entry: e, ref: b.Reserve()}
		path = path[:min(e.level, len(path))]
		above := path[len(path)-1]
		above.kids = append(above.kids, n)
		path = append(path, n)
	}
	count := top.store(b, pages)
	b.Set(top.ref, pdf.Dict{
		"Type": pdf.Name("Outlines"), "Count": int64(count),
		"First": top.kids[0].ref, "Last": top.kids[len(top.kids)-1].ref,
	})
	return top.ref
}

// store writes the entries beneath a node, and counts them.
func (n *node) store(b *pdf.Builder, pages []pdf.Ref) int {
	count := 0
	for i, k := range n.kids {
		below := k.store(b, pages)
		count += 1 + below
		d := pdf.Dict{
			"Title": textString(k.entry.text), "Parent": n.ref,
			"Dest": pdf.Array{pages[k.entry.page], pdf.Name("XYZ"), int64(0), round(pageHeight - k.entry.y), nil},
		}
		if i > 0 {
			d["Prev"] = n.kids[i-1].ref
		}
		if i+1 < len(n.kids) {
			d["Next"] = n.kids[i+1].ref
		}
		if below > 0 {
			d["First"], d["Last"] = k.kids[0].ref, k.kids[len(k.kids)-1].ref
			d["Count"] = int64(below)
		}
		b.Set(k.ref, d)
	}
	return count
}
