package diff

import (
	"fmt"
	"slices"

	"medborgarnavet/block/pdf"
)

// maxWork is how many values one file may make the comparison look at, all
// revisions together; maxFindings is how many undefined changes of one step are
// told. The other kinds are all kept: a policy may forbid any of them.
const (
	maxWork     = 12_000_000
	maxFindings = 50
)

// step compares one revision with the one before it.
type step struct {
	file     *pdf.File
	rev      int
	old, new *pdf.Document
	entries  map[int]pdf.Entry // what the new revision's index says
	g        *graph
	eq       *equality
	work     *budget
	covers   *coverage

	out        []finding
	undefineds int

	told    map[string]bool
	once    map[string]bool
	changed map[pdf.Ref]bool    // objects that differ between the two
	fresh   map[pdf.Ref]*field  // widgets of signature fields new in this step
	seats   map[pdf.Ref]int     // the page each of them was put on
	touched map[*field]*filling // fields other than signatures that were filled in
	signed  map[*field]bool     // signature fields that were signed in this step
}

// analyse compares every revision after from with the one before it, and
// gives the changes of each; the last element is what follows all revisions.
func analyse(f *pdf.File, revs []pdf.Revision, from int) [][]finding {
	work := &budget{left: maxWork}
	if f.Rebuilt() {
		out := make([][]finding, len(revs)-from)
		out[len(out)-1] = []finding{{rev: len(revs), kind: Undefined, why: whyRebuilt}}
		return out
	}
	g := newGraph(work)
	base := f.At(from)
	for _, r := range revs[:from+1] {
		g.place(r.Entries)
	}
	g.walkTrailer(base)
	var steps [][]finding
	covers := &coverage{work: work, pages: map[int]*scene{}}
	for k := from + 1; k < len(revs); k++ {
		s := &step{
			file: f, rev: k, old: f.At(k - 1), new: f.At(k), entries: revs[k].Entries, g: g, work: work, covers: covers,
			told: map[string]bool{}, once: map[string]bool{}, changed: map[pdf.Ref]bool{},
			fresh: map[pdf.Ref]*field{}, seats: map[pdf.Ref]int{}, touched: map[*field]*filling{}, signed: map[*field]bool{},
		}
		s.eq = &equality{old: s.old, new: s.new, g: g, pairs: map[[2]pdf.Ref]bool{}, work: work}
		if !work.out {
			s.run(revs)
		} else {
			s.out = []finding{{rev: k, kind: Undefined, why: whyWork}}
		}
		steps = append(steps, s.out)
	}
	return append(steps, tailFindings(f, revs))
}

func (s *step) run(revs []pdf.Revision) {
	s.checkBytes(revs)
	nodes, rewritten := s.changedNodes()
	s.trailer(s.old.Trailer(), s.new.Trailer())
	s.newFields(nodes)
	for _, n := range nodes {
		s.node(n)
	}
	s.finishFields()
	s.g.place(s.entries)
	s.rewalk(rewritten)
	if s.work.out && !s.once["work"] {
		s.once["work"] = true
		s.out = append(s.out, finding{rev: s.rev, kind: Undefined, why: whyWork})
	}
}

// changedNodes gives the objects of the graph that became different in this
// revision, and all that it writes, frees or moves: those may mean the same by
// referring to copies, which are to be guarded from now on.
func (s *step) changedNodes() (changed, rewritten []*node) {
	numbers := map[int]bool{}
	for num, e := range s.entries {
		old, had := s.old.Entry(num)
		if had && old == e && len(s.g.streams[num]) == 0 {
			continue
		}
		numbers[num] = true
		if !had || old != e {
			for _, inside := range s.g.streams[num] {
				numbers[inside] = true
			}
		}
	}
	sorted := make([]int, 0, len(numbers))
	for num := range numbers {
		sorted = append(sorted, num)
	}
	slices.Sort(sorted)
	for _, num := range sorted {
		for _, n := range s.g.byNumber[num] {
			rewritten = append(rewritten, n)
			if !s.eq.same(s.old.Get(n.ref), s.new.Get(n.ref)) || s.otherValue(n) {
				s.changed[n.ref] = true
				changed = append(changed, n)
			}
		}
	}
	return changed, rewritten
}

// otherValue tells whether a signature field holds another signature object
// than before, even one that says the same: its byte range cannot fit both.
func (s *step) otherValue(n *node) bool {
	if !n.has(roleField) {
		return false
	}
	a, aref := s.old.Dict(n.ref)["V"].(pdf.Ref)
	b, bref := s.new.Dict(n.ref)["V"].(pdf.Ref)
	for _, u := range n.uses {
		if u.role == roleField && u.field.ft == "Sig" {
			return aref != bref || a != b
		}
	}
	return false
}

// node judges a changed object under every use it has.
func (s *step) node(n *node) {
	a, b := s.old.Get(n.ref), s.new.Get(n.ref)
	for _, u := range slices.Clone(n.uses) {
		path := useAt(u).path()
		switch u.role {
		case roleFixed:
			s.reportAt(finding{kind: Undefined, why: u.why, path: path, ref: n.ref, page: u.page})
		case roleCatalog:
			s.catalog(path, a, b)
		case rolePages:
			s.reportAt(finding{kind: Undefined, why: pagesReason(s, a, b), path: path, ref: n.ref})
		case rolePage:
			s.page(path, u.page, n.ref, a, b)
		case roleAnnots:
			s.annots(path, u.page, a, b)
		case roleAnnot, roleAnnotPart:
			if !n.has(roleField) {
				s.annotChanged(path, u, n.ref, a, b)
			}
		case roleForm:
			s.form(path, a, b)
		case roleFields:
			s.fieldList(path, a, b)
		case roleField:
			s.fieldChanged(path, u.field, pageOf(n), a, b)
		case rolePart:
			s.partChanged(path, u.field)
		case roleDSS:
			s.dss("/Root/DSS", s.old.Catalog()["DSS"], s.new.Catalog()["DSS"])
		case roleInfo:
			s.info(path, a, b)
		case roleXMP:
			s.metadata(path, a, b)
		case roleExtensions:
			s.extensions(path, a, b)
		case roleStructRoot:
			s.structRoot(path, a, b)
		case roleStruct:
			s.element(path, a, b)
		case roleNumbers:
			s.tree("/Root/StructTreeRoot/ParentTree", s.structKey(s.old, "ParentTree"), s.structKey(s.new, "ParentTree"), "Nums")
		case roleIDs:
			s.tree("/Root/StructTreeRoot/IDTree", s.structKey(s.old, "IDTree"), s.structKey(s.new, "IDTree"), "Names")
		}
	}
}

func (s *step) structKey(d *pdf.Document, k pdf.Name) pdf.Object {
	return d.Dict(d.Catalog()["StructTreeRoot"])[k]
}

// useAt makes a node of one use, for its path.
func useAt(u use) *node { return &node{uses: []use{u}} }

// pageOf is the page that a widget or annotation is on, from 1.
func pageOf(n *node) int {
	for _, u := range n.uses {
		if u.page > 0 {
			return u.page
		}
	}
	return 0
}

// pagesReason tells a changed page tree from pages that inherit something else.
func pagesReason(s *step, a, b pdf.Object) why {
	x, y := s.old.Dict(a), s.new.Dict(b)
	for _, k := range s.eq.changedKeys(x, y) {
		if w, ok := keyReasons[k]; ok {
			return w
		}
	}
	return whyPageTree
}

// rewalk gives what this revision brought in its uses, so that the next
// revisions are judged against it.
func (s *step) rewalk(nodes []*node) {
	g, d := s.g, s.new
	if s.once["root"] {
		g.walkTrailer(d)
	}
	s.rewalkForm(nodes)
	for _, n := range nodes {
		obj := d.Get(n.ref)
		for _, u := range slices.Clone(n.uses) {
			w := u
			w.up, w.key = n, ""
			switch u.role {
			case roleFixed:
				g.fix(obj, w)
			case rolePage:
				g.walkPage(d, d.Dict(obj), w)
			case roleAnnots:
				for i, a := range d.Array(obj) {
					g.walkAnnot(d, a, w.index(i))
				}
			case rolePart:
				g.partAt(d, obj, w, 0)
			case roleInfo, roleXMP, roleExtensions:
				g.fixInside(d, n.ref, w)
			case roleStructRoot, roleStruct, roleNumbers, roleIDs:
				s.rewalkStructure(n, obj, w)
			case roleAnnot, roleAnnotPart:
				if !n.has(roleField) {
					g.fixInside(d, n.ref, w)
				}
			}
		}
	}
	g.flush(d)
}

// rewalkForm visits the root and the form before all else when they changed,
// so that new widgets are known when the pages are visited.
func (s *step) rewalkForm(nodes []*node) {
	form, catalog := false, false
	for _, n := range nodes {
		for _, u := range n.uses {
			switch u.role {
			case roleCatalog, roleDSS, roleStructRoot, roleStruct, roleNumbers, roleIDs:
				catalog = true
			case roleForm, roleFields, roleField, rolePart:
				form = true
			}
		}
	}
	if catalog {
		n := &node{uses: []use{{key: "/Root"}}}
		if r, ok := s.new.Trailer()["Root"].(pdf.Ref); ok && s.g.nodes[r] != nil {
			n = s.g.nodes[r]
		}
		s.g.walkCatalog(s.new, s.new.Catalog(), use{up: n})
	} else if form {
		s.g.walkForm(s.new, s.new.Catalog()["AcroForm"], use{key: "/Root/AcroForm"})
	}
}

// rewalkStructure visits what a changed part of the structure tree now holds.
func (s *step) rewalkStructure(n *node, obj pdf.Object, w use) {
	dict := s.new.Dict(obj)
	switch {
	case n.has(roleStructRoot):
		s.g.walkElements(s.new, dict["K"], w.deeper("K"))
		s.g.walkTree(s.new, dict["ParentTree"], w.deeper("ParentTree"), roleNumbers)
		s.g.walkTree(s.new, dict["IDTree"], w.deeper("IDTree"), roleIDs)
	case n.has(roleStruct):
		if dict != nil {
			s.g.walkElements(s.new, dict["K"], w.deeper("K"))
			return
		}
		for i, kid := range s.new.Array(obj) {
			s.g.walkElements(s.new, kid, w.index(i))
		}
	default:
		role := roleNumbers
		if n.has(roleIDs) {
			role = roleIDs
		}
		for _, k := range []pdf.Name{"Nums", "Names"} {
			for i, v := range s.new.Array(dict[k]) {
				s.g.fix(v, w.deeper(k).index(i))
			}
		}
		for i, kid := range s.new.Array(dict["Kids"]) {
			s.g.walkTree(s.new, kid, w.deeper("Kids").index(i), role)
		}
	}
}

// undefined reports a change that no rule knows.
func (s *step) undefined(w why, path string, o pdf.Object, page int) {
	r, _ := o.(pdf.Ref)
	s.reportAt(finding{kind: Undefined, why: w, path: path, ref: r, page: page})
}

func (s *step) report(k Kind, w why, path string, o pdf.Object, page int) {
	r, _ := o.(pdf.Ref)
	s.reportAt(finding{kind: k, why: w, path: path, ref: r, page: page})
}

// reportAt notes a finding unless the same was noted already.
func (s *step) reportAt(f finding) {
	f.rev = s.rev
	key := fmt.Sprint(f.kind, f.why, f.path, f.ref)
	if s.told[key] || (f.kind == Undefined && s.undefineds >= maxFindings) {
		return
	}
	s.told[key] = true
	if f.kind == Undefined {
		s.undefineds++
	}
	s.out = append(s.out, f)
}

// claimed tells whether a reference that stands in a growing place is to an
// object that means something else already and was changed in this step.
func (s *step) claimed(o pdf.Object) bool {
	r, ok := o.(pdf.Ref)
	if !ok || s.g.nodes[r] == nil {
		return false
	}
	return s.g.nodes[r].has(roleFixed)
}
