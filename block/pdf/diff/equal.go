package diff

import (
	"bytes"
	"math"

	"medborgarnavet/block/pdf"
)

// limits of a comparison of values that moved to other object numbers.
const (
	maxDepth = 60
	maxPairs = 20_000
)

// equality compares values of two revisions. Equal references count as equal:
// what they refer to is judged by its own use in the graph when it changes.
type equality struct {
	old, new *pdf.Document
	g        *graph
	pairs    map[[2]pdf.Ref]bool
	work     *budget
}

// same tells whether two values mean the same. A reference to another number
// is followed: moving a value is no change, altering it is.
func (e *equality) same(a, b pdf.Object) bool {
	if e.equal(a, b, 0) {
		return true
	}
	clear(e.pairs) // what was taken for equal on the way may have leaned on this
	return false
}

func (e *equality) equal(a, b pdf.Object, depth int) bool {
	if depth > maxDepth || !e.work.spend(1) {
		return false
	}
	ra, aref := a.(pdf.Ref)
	rb, bref := b.(pdf.Ref)
	if aref && bref {
		if ra == rb {
			return true
		}
		key := [2]pdf.Ref{ra, rb}
		if e.pairs[key] {
			return true // under comparison already, or found equal
		}
		if len(e.pairs) > maxPairs {
			return false
		}
		e.pairs[key] = true
	}
	if aref || bref {
		return e.equalResolved(a, b, depth)
	}
	return e.equalDirect(a, b, depth)
}

// equalResolved follows the references. Pages and other nodes of the document
// are never equal under another number.
func (e *equality) equalResolved(a, b pdf.Object, depth int) bool {
	x, y := e.old.Resolve(a), e.new.Resolve(b)
	if r, ok := a.(pdf.Ref); ok && e.g.structural(e.old, r) {
		return false
	}
	return e.equalDirect(x, y, depth+1)
}

func (e *equality) equalDirect(a, b pdf.Object, depth int) bool {
	switch x := a.(type) {
	case nil:
		return b == nil
	case pdf.Array:
		y, ok := b.(pdf.Array)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !e.equal(x[i], y[i], depth+1) {
				return false
			}
		}
		return true
	case pdf.Dict:
		y, ok := b.(pdf.Dict)
		return ok && e.equalDict(x, y, depth)
	case *pdf.Stream:
		y, ok := b.(*pdf.Stream)
		if !ok || x == nil || y == nil {
			return ok && x == y
		}
		return len(x.Raw) == len(y.Raw) && e.work.spend(len(x.Raw)/64) &&
			bytes.Equal(x.Raw, y.Raw) && e.equalDict(x.Dict, y.Dict, depth)
	case int64:
		switch y := b.(type) {
		case int64:
			return x == y
		case float64:
			return float64(x) == y
		}
		return false
	case float64:
		switch y := b.(type) {
		case int64:
			return x == float64(y)
		case float64:
			return asSingle(x, y)
		}
		return false
	case bool, pdf.Name, pdf.String:
		return a == b
	}
	return false
}

// asSingle tells whether two reals are one number to a program that keeps it in
// single precision (ISO 32000-1, annex C).
func asSingle(x, y float64) bool {
	return math.Abs(x-y) <= 1e-6*max(math.Abs(x), math.Abs(y))
}

// equalDict takes a key with a null value for a key that is not there
// (ISO 32000-1, 7.3.7).
func (e *equality) equalDict(x, y pdf.Dict, depth int) bool {
	for k, v := range x {
		if !e.equal(v, y[k], depth+1) {
			return false
		}
	}
	for k, v := range y {
		if _, ok := x[k]; !ok && v != nil {
			return false
		}
	}
	return true
}

// changedKeys gives the keys whose values differ, sorted.
func (e *equality) changedKeys(x, y pdf.Dict) []pdf.Name {
	var out []pdf.Name
	for k, v := range x {
		if !e.same(v, y[k]) {
			out = append(out, k)
		}
	}
	for k, v := range y {
		if _, ok := x[k]; !ok && v != nil {
			out = append(out, k)
		}
	}
	sortNames(out)
	return out
}

// budget bounds the work on one file, whatever the file says.
type budget struct {
	left int
	out  bool
}

// spend takes n units and tells whether there was anything left.
func (b *budget) spend(n int) bool {
	if b.left -= n; b.left < 0 {
		b.out = true
	}
	return !b.out
}
