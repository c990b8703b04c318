package pdf

import (
	"cmp"
	"slices"
	"strconv"
)

// maxPath is how long a path may grow, in bytes, before it begins anew at an
// object's number.
const maxPath = 120

// Walk visits what can be reached from root: root itself, every indirect
// object that exists once, and every array, dictionary and stream within them;
// numbers, names, strings and such are seen in what holds them. path is the
// keys and indexes from root, such as "/Pages/Kids/0" (a long one begins with
// "…" and the number of an object on the way), r the indirect object that o is
// or lies in. When visit says false, what is within o is left out. Indirect
// objects come in breadth: those nearer to root first.
func Walk(d *Document, root Object, visit func(path string, r Ref, o Object) bool) {
	w := walker{d: d, visit: visit, seen: map[Ref]bool{}}
	w.meet("", root)
	for len(w.queue) > 0 {
		s := w.queue[0]
		w.queue[0] = step{}
		w.queue = w.queue[1:]
		w.ref = s.ref
		w.meet(s.path, d.Get(s.ref))
	}
}

// step is an indirect object that Walk has found and not yet visited.
type step struct {
	path string
	ref  Ref
}

// walker is the state of one Walk.
type walker struct {
	d     *Document
	visit func(string, Ref, Object) bool
	seen  map[Ref]bool
	queue []step
	ref   Ref // the indirect object that is being visited
	depth int
}

// meet queues a reference and visits anything else with what is within it.
func (w *walker) meet(path string, o Object) {
	if r, ok := o.(Ref); ok {
		if w.seen[r] || w.d.Get(r) == nil {
			return
		}
		w.seen[r] = true
		if len(path) > maxPath {
			path = "…" + strconv.Itoa(r.Num)
		}
		w.queue = append(w.queue, step{path, r})
		return
	}
	if w.depth > maxWriteDepth || !w.visit(path, w.ref, o) {
		return
	}
	w.depth++
	switch v := o.(type) {
	case Array:
		for i, e := range v {
			if holds(e) {
				w.meet(path+"/"+strconv.Itoa(i), e)
			}
		}
	case Dict:
		w.keys(path, v)
	case *Stream:
		w.keys(path, v.Dict)
	}
	w.depth--
}

func (w *walker) keys(path string, d Dict) {
	for _, k := range sortedKeys(d) {
		if holds(d[k]) {
			w.meet(path+"/"+string(k), d[k])
		}
	}
}

// holds tells whether something can be reached through o.
func holds(o Object) bool {
	switch o.(type) {
	case Array, Dict, *Stream, Ref:
		return true
	}
	return false
}

// sortedKeys gives a dictionary's keys: Type and Subtype, then by the alphabet.
func sortedKeys(d Dict) []Name { return appendKeys(make([]Name, 0, len(d)), d) }

// appendKeys is sortedKeys into memory that is at hand and empty.
func appendKeys(keys []Name, d Dict) []Name {
	for k := range d {
		keys = append(keys, k)
	}
	rank := func(n Name) int {
		switch n {
		case "Type":
			return 0
		case "Subtype":
			return 1
		}
		return 2
	}
	slices.SortFunc(keys, func(a, b Name) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
	return keys
}
