package diff

import (
	"slices"
	"strconv"

	"medborgarnavet/block/pdf"
)

// role is how an object is used. An object may be used in several ways, and a
// change to it must be allowed under every one of them.
type role uint8

const (
	roleFixed      role = iota // nothing may change
	roleCatalog                // the document's root
	rolePages                  // an inner node of the page tree
	rolePage                   // a page: only its annotations may be added to
	roleAnnots                 // a page's array of annotations
	roleAnnot                  // an annotation that is not a form field
	roleAnnotPart              // what belongs to such an annotation
	roleForm                   // the interactive form
	roleFields                 // an array of its fields
	roleField                  // a field or its widget
	rolePart                   // value and appearance of a field that may be filled in
	roleDSS                    // document security store
	roleInfo                   // document information
	roleXMP                    // document metadata
	roleExtensions             // developer extensions
	roleStructRoot             // root of the structure tree
	roleStruct                 // a structure element
	roleNumbers                // the structure's parent tree
	roleIDs                    // the structure's tree of element identifiers
)

// use is one way in which an object is reached from the trailer.
type use struct {
	role  role
	why   why    // what it means to a reader when it changes
	page  int    // from 1; 0 = none
	field *field // for fields and their parts
	up    *node  // the object that refers to it; nil = the trailer
	key   string // where in that object
}

// node is an indirect object, as far as it has been reached.
type node struct {
	ref  pdf.Ref
	uses []use
}

func (n *node) has(r role) bool {
	return slices.ContainsFunc(n.uses, func(u use) bool { return u.role == r })
}

// path tells how the object was reached the first time.
func (n *node) path() string {
	out := ""
	for i := 0; n != nil && i < 48; i++ {
		if len(n.uses) == 0 {
			break
		}
		out = n.uses[0].key + out
		n = n.uses[0].up
	}
	return out
}

// graph is every object that the revisions seen so far reach from the trailer,
// with its uses. Uses are only ever added: an object that once was page
// content stays guarded.
type graph struct {
	nodes    map[pdf.Ref]*node
	byNumber map[int][]*node
	streams  map[int][]int // object stream → the numbers that lie in it
	work     *budget
	todo     []item           // for the fixed walk
	seen     map[pdf.Ref]bool // fields met in this walk of the form
}

// item is a value that must not change, with how it was reached.
type item struct {
	obj pdf.Object
	use use
}

func newGraph(work *budget) *graph {
	return &graph{nodes: map[pdf.Ref]*node{}, byNumber: map[int][]*node{}, streams: map[int][]int{}, work: work}
}

// add records a use of the object and tells whether it is new. A role is
// recorded once, and once for each field.
func (g *graph) add(r pdf.Ref, u use) (*node, bool) {
	n := g.nodes[r]
	if n == nil {
		n = &node{ref: r}
		g.nodes[r] = n
		g.byNumber[r.Num] = append(g.byNumber[r.Num], n)
	}
	for _, old := range n.uses {
		if old.role == u.role && (old.field == u.field || u.role == roleField) {
			return n, false
		}
	}
	n.uses = append(n.uses, u)
	return n, g.work.spend(1)
}

// structural tells whether the object is a node of the document that is judged
// by a rule of its own, so that the fixed walk stops at it. Streams never are:
// page content that also poses as a field stays page content.
func (g *graph) structural(d *pdf.Document, r pdf.Ref) bool {
	n := g.nodes[r]
	if n == nil {
		return false
	}
	for _, u := range n.uses {
		switch u.role {
		case roleCatalog, rolePages, rolePage, roleAnnot, roleForm, roleField, roleStructRoot, roleStruct:
			_, stream := d.Get(r).(*pdf.Stream)
			return !stream
		}
	}
	return false
}

// disguised tells whether an object that a page draws with poses as a field, an
// annotation or a tag, whose rules would let some of it change.
func (g *graph) disguised(r pdf.Ref, w why) bool {
	if w != whyResources && w != whyFont && w != whyImage && w != whyLayers {
		return false
	}
	for _, u := range g.nodes[r].uses {
		switch u.role {
		case roleCatalog, rolePages, rolePage:
			return false
		}
	}
	return true
}

// fix notes a value that must not change; flush walks it.
func (g *graph) fix(o pdf.Object, u use) {
	switch o.(type) {
	case pdf.Ref, pdf.Array, pdf.Dict, *pdf.Stream:
		u.role, u.field = roleFixed, nil
		g.todo = append(g.todo, item{o, u})
	}
}

// flush gives everything that hangs on the noted values the role roleFixed.
// What was noted first is walked first, so that its reason and path are told.
func (g *graph) flush(d *pdf.Document) {
	slices.Reverse(g.todo)
	for len(g.todo) > 0 && !g.work.out {
		it := g.todo[len(g.todo)-1]
		g.todo = g.todo[:len(g.todo)-1]
		g.work.spend(1)
		switch o := it.obj.(type) {
		case pdf.Ref:
			if g.structural(d, o) && !g.disguised(o, it.use.why) {
				continue
			}
			if n, fresh := g.add(o, it.use); fresh {
				it.use.up, it.use.key = n, ""
				g.fix(d.Get(o), it.use)
			}
		case pdf.Array:
			for i := len(o) - 1; i >= 0; i-- {
				g.fix(o[i], it.use.index(i))
			}
		case pdf.Dict:
			for _, k := range slices.Backward(sortedKeys(o)) {
				g.fix(o[k], it.use.deeper(k))
			}
		case *pdf.Stream:
			if o != nil {
				g.fix(o.Dict, it.use)
			}
		}
	}
	g.todo = g.todo[:0]
}

// deeper is the use of a dictionary's value, with a more telling reason where
// the key gives one.
func (u use) deeper(k pdf.Name) use {
	u.key += "/" + string(k)
	if w, ok := keyReasons[k]; ok && (u.why == whyPageContent || u.why == whyResources || u.why == whyOther) {
		u.why = w
	} else if k == "OC" || k == "Properties" && u.why != whyResources {
		u.why = whyLayers
	}
	return u
}

func (u use) index(i int) use {
	u.key += "[" + strconv.Itoa(i) + "]"
	return u
}

// place records in which object stream each object lies, so that rewriting the
// stream is seen as a change to what lies in it.
func (g *graph) place(entries map[int]pdf.Entry) {
	for num, e := range entries {
		if e.Kind == pdf.InStream {
			g.streams[e.Stream] = append(g.streams[e.Stream], num)
		}
	}
}

func sortNames(names []pdf.Name) { slices.Sort(names) }

func sortedKeys(d pdf.Dict) []pdf.Name {
	out := make([]pdf.Name, 0, len(d))
	for k := range d {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
