package pades

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"medborgarnavet/block/pdf"
)

// editor gathers the changes of one incremental update. An object that is
// changed keeps its number; what is not changed is not written.
type editor struct {
	f       *pdf.File
	d       *pdf.Document
	u       *pdf.Update
	root    pdf.Ref // of the catalog
	changed map[pdf.Ref]pdf.Object
	order   []pdf.Ref
}

// open reads the file for signing and refuses what must not be signed.
func open(file []byte) (*pdf.File, error) {
	f, err := pdf.Read(file, pdf.Options{})
	switch {
	case errors.Is(err, pdf.ErrEncrypted):
		return nil, ErrEncrypted
	case err != nil:
		return nil, fmt.Errorf("pades: reading the file: %w", err)
	case f.Rebuilt():
		return nil, ErrDamaged
	}
	return f, nil
}

func newEditor(f *pdf.File) (*editor, error) {
	e := &editor{f: f, d: f.Latest(), changed: map[pdf.Ref]pdf.Object{}}
	if e.d == nil {
		return nil, ErrDamaged
	}
	root, ok := e.d.Trailer()["Root"].(pdf.Ref)
	if !ok || e.d.Dict(root) == nil {
		return nil, fmt.Errorf("%w: there is no catalog", ErrStructure)
	}
	e.root = root
	e.u = f.Update()
	return e, nil
}

// peek is the object as it now stands, not to be changed.
func (e *editor) peek(o pdf.Object) pdf.Object {
	if r, ok := o.(pdf.Ref); ok {
		if now, ok := e.changed[r]; ok {
			return now
		}
		return e.d.Resolve(r)
	}
	return o
}

func (e *editor) peekDict(o pdf.Object) pdf.Dict {
	d, _ := e.peek(o).(pdf.Dict)
	return d
}

func (e *editor) peekArray(o pdf.Object) pdf.Array {
	a, _ := e.peek(o).(pdf.Array)
	return a
}

// edit gives the dictionary of an indirect object to be changed in place.
func (e *editor) edit(r pdf.Ref) pdf.Dict {
	if now, ok := e.changed[r].(pdf.Dict); ok {
		return now
	}
	copied := maps.Clone(e.d.Dict(r))
	if copied == nil {
		copied = pdf.Dict{}
	}
	e.set(r, copied)
	return copied
}

func (e *editor) set(r pdf.Ref, o pdf.Object) {
	if _, again := e.changed[r]; !again {
		e.order = append(e.order, r)
	}
	e.changed[r] = o
}

// add makes a new indirect object.
func (e *editor) add(o pdf.Object) pdf.Ref {
	r := e.u.Reserve()
	e.set(r, o)
	return r
}

// editSub gives the dictionary under a key of an indirect object to be
// changed: in its own object when it is indirect, else within its owner. A
// dictionary that is not there is made, as an object of its own.
func (e *editor) editSub(owner pdf.Ref, key pdf.Name) pdf.Dict {
	switch v := e.peekDict(owner)[key].(type) {
	case pdf.Ref:
		if e.peekDict(v) != nil {
			return e.edit(v)
		}
	case pdf.Dict:
		copied := maps.Clone(v)
		e.edit(owner)[key] = copied
		return copied
	}
	made := pdf.Dict{}
	e.edit(owner)[key] = e.add(made)
	return made
}

// extend is the array o with more items at its end: a changed object when o is
// a reference, else a new array for the owner to hold.
func (e *editor) extend(o pdf.Object, items ...pdf.Object) (held pdf.Object, inPlace bool) {
	longer := append(slices.Clone(e.peekArray(o)), items...)
	if r, ok := o.(pdf.Ref); ok && e.peekArray(o) != nil {
		e.set(r, longer)
		return r, true
	}
	return longer, false
}

// extendIn appends items to the array under a key of an indirect dictionary,
// and changes that dictionary only when it must.
func (e *editor) extendIn(owner pdf.Ref, key pdf.Name, items ...pdf.Object) {
	held, inPlace := e.extend(e.peekDict(owner)[key], items...)
	if !inPlace {
		e.edit(owner)[key] = held
	}
}

// bytes is the update.
func (e *editor) bytes() ([]byte, error) {
	for _, r := range e.order {
		e.u.Set(r, e.changed[r])
	}
	out, err := e.u.Bytes()
	if err != nil {
		return nil, fmt.Errorf("pades: writing the update: %w", err)
	}
	return out, nil
}
