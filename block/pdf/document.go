package pdf

// maxRefs is how many references may lead to references before one counts as
// leading nowhere.
const maxRefs = 16

// Document is the document as it stood after one revision. What it gives is
// shared by all who read the file and must not be changed; copy a dictionary
// with maps.Clone before changing it.
type Document struct {
	file    *File
	rev     int
	overlay map[int]pending // what an Update has set
}

// Trailer is the trailer of the document's revision.
func (d *Document) Trailer() Dict {
	if d.rev >= len(d.file.revisions) {
		return nil
	}
	return d.file.revisions[d.rev].Trailer
}

// Catalog is the document catalog, nil when there is none.
func (d *Document) Catalog() Dict { return d.Dict(d.Trailer()["Root"]) }

// Numbers gives the numbers of the objects in use, in rising order.
func (d *Document) Numbers() []int {
	var out []int
	all := d.file.versions
	for i := 0; i < len(all); {
		num := all[i].num
		var last *version
		for ; i < len(all) && all[i].num == num; i++ {
			if all[i].rev <= d.rev {
				last = &all[i]
			}
		}
		if last != nil && last.entry.Kind != Free {
			out = append(out, num)
		}
	}
	return out
}

// Entry is the cross-reference entry of an object number; ok is false when no
// revision up to the document's names it.
func (d *Document) Entry(num int) (e Entry, ok bool) {
	v := d.file.find(num, d.rev)
	if v == nil {
		return Entry{}, false
	}
	return v.entry, true
}

// Get gives the object that r refers to: nil when it is missing or free, or
// when its generation is another.
func (d *Document) Get(r Ref) Object {
	if p, ok := d.overlay[r.Num]; ok {
		if p.ref.Gen != r.Gen {
			return nil
		}
		return p.object
	}
	v := d.file.find(r.Num, d.rev)
	if v == nil || v.entry.Gen != r.Gen {
		return nil
	}
	switch v.entry.Kind {
	case InFile:
		if v.obj != nil {
			return v.obj.value
		}
	case InStream:
		if c := d.file.find(v.entry.Stream, d.rev); c != nil {
			return c.obj.member(v.num, v.entry.Index)
		}
	}
	return nil
}

// Resolve follows references until something else; a circle of references
// leads to nil.
func (d *Document) Resolve(o Object) Object {
	for range maxRefs {
		r, ok := o.(Ref)
		if !ok {
			return o
		}
		o = d.Get(r)
	}
	return nil
}

// Dict gives o as a dictionary, and of a stream its dictionary; nil when it is
// neither.
func (d *Document) Dict(o Object) Dict {
	switch v := d.Resolve(o).(type) {
	case Dict:
		return v
	case *Stream:
		return v.Dict
	}
	return nil
}

// Array gives o as an array, nil when it is none.
func (d *Document) Array(o Object) Array {
	v, _ := d.Resolve(o).(Array)
	return v
}

// Name gives o as a name, "" when it is none.
func (d *Document) Name(o Object) Name {
	v, _ := d.Resolve(o).(Name)
	return v
}

// Int gives o as a whole number; a real that is whole counts.
func (d *Document) Int(o Object) (int64, bool) { return integer(d.Resolve(o)) }

// Number gives o as a number.
func (d *Document) Number(o Object) (float64, bool) {
	switch v := d.Resolve(o).(type) {
	case int64:
		return float64(v), true
	case int: // set by an Update
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// Str gives o as a string.
func (d *Document) Str(o Object) (String, bool) {
	switch v := d.Resolve(o).(type) {
	case String:
		return v, true
	case Hex: // set by an Update
		return String(v), true
	}
	return "", false
}

// Stream gives o as a stream, nil when it is none.
func (d *Document) Stream(o Object) *Stream {
	v, _ := d.Resolve(o).(*Stream)
	return v
}

// Text gives a text string as UTF-8, "" when o is no string.
func (d *Document) Text(o Object) string {
	s, _ := d.Str(o)
	return DecodeText(s)
}

// Span tells where "num gen obj … endobj" of an object lies in the file. ok is
// false for an object that is missing, free or in an object stream.
func (d *Document) Span(num int) (from, to int64, ok bool) {
	v := d.file.find(num, d.rev)
	if v == nil || v.entry.Kind != InFile || v.obj == nil {
		return 0, 0, false
	}
	return v.obj.from, v.obj.to, true
}
