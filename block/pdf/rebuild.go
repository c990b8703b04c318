package pdf

import (
	"bytes"
	"errors"
	"fmt"
)

// definition is one "num gen obj" found by looking through the file.
type definition struct {
	ref   Ref
	value Object
	from  int
	to    int
}

// scan looks through the file for objects, and calls visit with each. What
// stands inside a stream is not looked at. Between objects it looks for
// trailers and gives them as definitions of number -1.
func (r *reader) scan(visit func(definition) error) error {
	p := &r.p
	fault := p.fault
	defer func() { p.fault = fault }()
	p.fault = nil
	for at := 0; at < len(p.data); {
		next, kind := nextWord(p.data, at)
		if next < 0 {
			return nil
		}
		if err := r.timer.check(); err != nil {
			return err
		}
		at = next + 3
		if kind == 't' {
			p.pos = next + len("trailer")
			o, err := p.object()
			if errors.Is(err, ErrLimit) {
				return err
			}
			if d, ok := o.(Dict); ok && err == nil {
				if err := visit(definition{ref: Ref{Num: -1}, value: d, from: next, to: p.pos}); err != nil {
					return err
				}
				at = p.pos
			}
			continue
		}
		start := headerStart(p.data, next)
		if start < 0 {
			continue
		}
		ref, o, err := p.indirect(start)
		if errors.Is(err, ErrLimit) {
			return err
		}
		if err != nil || ref.Num > maxNumber {
			continue
		}
		if err := r.count(1); err != nil {
			return err
		}
		at = max(at, p.pos)
		if err := visit(definition{ref, o, start, p.pos}); err != nil {
			return err
		}
	}
	return nil
}

// nextWord finds the next "obj" or "trailer", and tells which by its first letter.
func nextWord(data []byte, at int) (int, byte) {
	obj := bytes.Index(data[at:], []byte("obj"))
	until := len(data)
	if obj >= 0 {
		until = at + obj
	}
	if t := bytes.Index(data[at:until], []byte("trailer")); t >= 0 {
		return at + t, 't'
	}
	if obj < 0 {
		return -1, 0
	}
	return at + obj, 'o'
}

// headerStart gives where the "num gen" before an "obj" begins, or -1.
func headerStart(data []byte, obj int) int {
	back := func(i int, is func(byte) bool) int {
		for n := 0; i > 0 && is(data[i-1]) && n < 12; n++ {
			i--
		}
		return i
	}
	a := back(obj, IsSpace)
	gen := back(a, isDigit)
	b := back(gen, IsSpace)
	num := back(b, isDigit)
	if gen == a || b == gen || num == b {
		return -1
	}
	return num
}

// scanNumbers gives the numbers of the objects that stand anywhere in the file.
func (r *reader) scanNumbers() (map[int]bool, error) {
	found := map[int]bool{}
	price, entries := r.price, r.entries
	lenRef := r.p.lenRef
	defer func() { r.price, r.entries, r.p.lenRef = price, entries, lenRef }()
	r.price, r.entries, r.p.lenRef = 0, 0, nil
	err := r.scan(func(d definition) error {
		found[d.ref.Num] = true
		return nil
	})
	return found, err
}

// rebuild reads a file whose cross-reference sections cannot be used: the last
// object of each number counts.
func (r *reader) rebuild(cause error) error {
	f := r.f
	faults := f.faults
	f.faults, f.revisions, f.versions, f.objects = nil, nil, nil, nil
	f.rebuilt, r.missing, r.price, r.entries = true, nil, 0, 0
	r.p.stack = nil
	r.p.lenRef = nil
	b := rebuilder{r: r, entries: map[int]Entry{}, trailer: Dict{}, objects: map[int64]*indirect{}}
	r.mendError(0, "rebuilt", cause)
	f.faults = append(f.faults, faults...)
	if err := r.scan(b.add); err != nil {
		return err
	}
	if b.trailer["Encrypt"] != nil {
		return ErrEncrypted
	}
	if b.trailer["Root"] == nil && b.catalog != nil {
		b.trailer["Root"] = *b.catalog
	}
	delete(b.trailer, "Prev")
	delete(b.trailer, "XRefStm")
	b.trailer["Size"] = int64(f.top + 1)
	end := int64(len(f.data))
	f.revisions = []Revision{{EOF: end, End: end, Kind: Table, Trailer: b.trailer, Entries: b.entries}}
	f.objects = b.objects
	if err := r.index(); err != nil {
		return err
	}
	for i := range f.versions {
		if v := &f.versions[i]; v.entry.Kind == InFile {
			v.obj = f.objects[v.entry.Offset]
		}
	}
	if f.Latest().Catalog() == nil {
		return fmt.Errorf("%w: it has no catalog", ErrNotPDF)
	}
	return nil
}

// rebuilder gathers what the scan finds.
type rebuilder struct {
	r       *reader
	entries map[int]Entry
	objects map[int64]*indirect
	trailer Dict
	catalog *Ref
}

func (b *rebuilder) add(d definition) error {
	if d.ref.Num < 0 {
		b.addTrailer(d.value.(Dict))
		return nil
	}
	o := &indirect{ref: d.ref, value: d.value, from: int64(d.from), to: int64(d.to)}
	b.objects[o.from] = o
	b.entries[d.ref.Num] = Entry{Kind: InFile, Offset: o.from, Gen: d.ref.Gen}
	b.r.f.top = max(b.r.f.top, d.ref.Num)
	switch v := d.value.(type) {
	case Dict:
		if v["Type"] == Name("Catalog") {
			b.catalog = &o.ref
		}
	case *Stream:
		switch v.Dict["Type"] {
		case Name("XRef"):
			b.addTrailer(v.Dict)
		case Name("ObjStm"):
			return b.addMembers(o)
		}
	}
	return nil
}

// addTrailer lets a later trailer's keys count before an earlier one's. Each
// key but those that describe a stream or a table is taken.
func (b *rebuilder) addTrailer(d Dict) {
	for _, k := range []Name{"Root", "Info", "ID", "Encrypt"} {
		if d[k] != nil {
			b.trailer[k] = d[k]
		}
	}
}

func (b *rebuilder) addMembers(o *indirect) error {
	if err := b.r.unpack(&version{num: o.ref.Num, obj: o}); err != nil || o.members == nil {
		return err
	}
	for i, num := range o.members.numbers {
		if err := b.r.count(1); err != nil {
			return err
		}
		b.entries[num] = Entry{Kind: InStream, Stream: o.ref.Num, Index: i}
		b.r.f.top = max(b.r.f.top, num)
		if d, ok := o.members.values[i].(Dict); ok && d["Type"] == Name("Catalog") {
			b.catalog = &Ref{Num: num}
		}
	}
	return nil
}
