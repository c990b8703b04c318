package diff

import (
	"slices"
	"strconv"

	"medborgarnavet/block/pdf"
)

// walkStructure gives the structure tree its uses: elements may get new
// children for a new signature's field, and the parent tree new numbers.
func (g *graph) walkStructure(d *pdf.Document, o pdf.Object, u use) {
	root := d.Dict(o)
	if root == nil {
		return
	}
	u.role, u.why = roleStructRoot, whyStructure
	w, _ := g.enter(o, u)
	for _, k := range sortedKeys(root) {
		kw := w.deeper(k)
		kw.why = whyStructure
		switch k {
		case "K":
			g.walkElements(d, root[k], kw)
		case "ParentTree":
			g.walkTree(d, root[k], kw, roleNumbers)
		case "IDTree":
			g.walkTree(d, root[k], kw, roleIDs)
		default:
			g.fix(root[k], kw)
		}
	}
}

// walkElements gives the elements beneath a K their uses.
func (g *graph) walkElements(d *pdf.Document, o pdf.Object, u use) {
	type entry struct {
		obj pdf.Object
		use use
	}
	stack := []entry{{o, u}}
	for len(stack) > 0 && g.work.spend(1) {
		e := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		w, fresh := e.use, true
		w.role, w.why = roleStruct, whyStructure
		if w, fresh = g.enter(e.obj, w); !fresh {
			continue
		}
		switch v := d.Resolve(e.obj).(type) {
		case pdf.Array:
			for i, x := range v {
				stack = append(stack, entry{x, w.index(i)})
			}
		case pdf.Dict:
			for _, k := range sortedKeys(v) {
				switch k {
				case "P", "Pg", "Obj":
				case "K":
					stack = append(stack, entry{v[k], w.deeper(k)})
				default:
					kw := w.deeper(k)
					kw.why = whyStructure
					g.fix(v[k], kw)
				}
			}
		}
	}
}

// walkTree gives the nodes of a number or name tree their use.
func (g *graph) walkTree(d *pdf.Document, o pdf.Object, u use, r role) {
	type entry struct {
		obj pdf.Object
		use use
	}
	stack := []entry{{o, u}}
	for len(stack) > 0 && g.work.spend(1) {
		e := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		e.use.role = r
		w, fresh := g.enter(e.obj, e.use)
		if !fresh {
			continue
		}
		node := d.Dict(e.obj)
		for i, kid := range d.Array(node["Kids"]) {
			stack = append(stack, entry{kid, w.deeper("Kids").index(i)})
		}
		for _, k := range []pdf.Name{"Kids", "Nums", "Names", "Limits"} {
			if ref, ok := node[k].(pdf.Ref); ok {
				kw := w.deeper(k)
				kw.role = r
				g.add(ref, kw)
			}
		}
		for _, k := range []pdf.Name{"Nums", "Names"} {
			for i, v := range d.Array(node[k]) {
				g.fix(v, w.deeper(k).index(i))
			}
		}
	}
}

// structRoot compares the roots of two structure trees.
func (s *step) structRoot(path string, o, n pdf.Object) {
	x, y := s.old.Dict(o), s.new.Dict(n)
	if x == nil || y == nil {
		s.undefined(whyStructure, path, n, 0)
		return
	}
	for _, k := range s.eq.changedKeys(x, y) {
		at := path + "/" + string(k)
		switch k {
		case "K":
			s.children(at, x[k], y[k])
		case "ParentTree":
			s.tree(at, x[k], y[k], "Nums")
		case "IDTree":
			s.tree(at, x[k], y[k], "Names")
		case "ParentTreeNextKey":
			a, _ := s.old.Int(x[k])
			if b, ok := s.new.Int(y[k]); !ok || b < a {
				s.undefined(whyStructure, at, n, 0)
			}
		default:
			s.undefined(whyStructure, at, n, 0)
		}
	}
	s.tagged(path, n)
}

// element compares a structure element, an array of them or a reference to a
// page object that changed. Only new children may be added.
func (s *step) element(path string, o, n pdf.Object) {
	x, okx := s.old.Resolve(o).(pdf.Dict)
	y, oky := s.new.Resolve(n).(pdf.Dict)
	if !okx || !oky {
		s.children(path, o, n) // an array of children that lies by itself
		s.tagged(path, n)
		return
	}
	for _, k := range s.eq.changedKeys(x, y) {
		switch k {
		case "K":
			s.children(path+"/K", x[k], y[k])
		case "Alt", "ActualText", "E", "Lang", "T":
			s.undefined(whyAlternative, path+"/"+string(k), n, 0)
		default:
			s.undefined(whyStructure, path+"/"+string(k), n, 0)
		}
	}
	s.tagged(path, n)
}

func (s *step) tagged(path string, o pdf.Object) {
	if !s.once["tags"] {
		s.once["tags"] = true
		s.report(StructureTree, whyTags, path, o, 0)
	}
}

// children compares what K holds: old children stay, new ones belong to a
// signature field that is new in this step.
func (s *step) children(path string, o, n pdf.Object) {
	fresh, kept := s.eq.added(kidList(s.old, o), kidList(s.new, n))
	if !kept {
		s.undefined(whyStructure, path, n, 0)
		return
	}
	for i, kid := range fresh {
		if !s.newElement(kid, 0) {
			s.undefined(whyStructure, path+"[+"+strconv.Itoa(i)+"]", kid, 0)
		}
	}
}

// kidList is K as a list, whether it holds one child or several.
func kidList(d *pdf.Document, o pdf.Object) pdf.Array {
	if a, ok := d.Resolve(o).(pdf.Array); ok {
		return a
	}
	if o == nil {
		return nil
	}
	return pdf.Array{o}
}

// newElement tells whether a new structure element holds the widgets of
// signatures and nothing else: no content of a page may be tagged anew, and no
// element may speak for itself with an alternative text.
func (s *step) newElement(o pdf.Object, depth int) bool {
	if r, ok := o.(pdf.Ref); ok && s.g.nodes[r] != nil && s.old.Get(r) != nil {
		return false // an object that was something else before
	}
	dict, ok := s.new.Resolve(o).(pdf.Dict)
	if !ok || depth > 8 || !s.work.spend(1) {
		return false
	}
	if s.new.Name(dict["Type"]) == "OBJR" {
		r, ok := dict["Obj"].(pdf.Ref)
		return ok && s.signatureWidget(r)
	}
	for k := range dict {
		switch k {
		case "Type", "S", "P", "Pg", "K", "Alt", "T", "Lang", "ID", "A", "C", "R", "ActualText", "E", "NS":
		default:
			return false
		}
	}
	kids := kidList(s.new, dict["K"])
	for _, kid := range kids {
		if !s.newElement(kid, depth+1) {
			return false
		}
	}
	return len(kids) > 0 && s.new.Name(dict["S"]) != "" && dict["P"] != nil
}

// tree compares the leaves of two number or name trees: old keys keep their
// values, new keys lead to elements for signature fields.
func (s *step) tree(path string, o, n pdf.Object, leaves pdf.Name) {
	if s.once[path] {
		return
	}
	s.once[path] = true
	x, okx := s.leaves(s.old, o, leaves)
	y, oky := s.leaves(s.new, n, leaves)
	if !okx || !oky {
		s.undefined(whyStructure, path, n, 0)
		return
	}
	for _, k := range sortedAny(x) {
		if v, ok := y[k]; !ok || !s.eq.same(x[k], v) {
			s.undefined(whyStructure, path, n, 0)
			return
		}
	}
	for _, k := range sortedAny(y) {
		if _, ok := x[k]; !ok && !s.newElement(y[k], 0) {
			s.undefined(whyStructure, path, n, 0)
			return
		}
	}
	s.tagged(path, n)
}

// leaves flattens a number or name tree. A key that stands twice, or a tree
// with loops, is no tree.
func (s *step) leaves(d *pdf.Document, o pdf.Object, leaves pdf.Name) (map[any]pdf.Object, bool) {
	out, seen := map[any]pdf.Object{}, map[pdf.Ref]bool{}
	stack := []pdf.Object{o}
	for len(stack) > 0 {
		top := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if r, ok := top.(pdf.Ref); ok {
			if seen[r] {
				return nil, false
			}
			seen[r] = true
		}
		node := d.Dict(top)
		stack = append(stack, d.Array(node["Kids"])...)
		pairs := d.Array(node[leaves])
		for i := 0; i+1 < len(pairs); i += 2 {
			if !s.work.spend(1) {
				return nil, false
			}
			key := any(d.Resolve(pairs[i]))
			switch key.(type) {
			case int64, pdf.String:
			default:
				return nil, false
			}
			if _, twice := out[key]; twice {
				return nil, false
			}
			out[key] = pairs[i+1]
		}
	}
	return out, true
}

func sortedAny(m map[any]pdf.Object) []any {
	out := make([]any, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b any) int {
		if x, ok := a.(int64); ok {
			if y, ok := b.(int64); ok {
				return int(min(max(x-y, -1), 1))
			}
			return -1
		}
		x, _ := a.(pdf.String)
		y, ok := b.(pdf.String)
		if !ok {
			return 1
		}
		return slices.Compare([]byte(x), []byte(y))
	})
	return out
}
