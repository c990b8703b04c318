package pdf

import "errors"

// members are the objects of an object stream (ISO 32000-1, 7.5.7).
type members struct {
	numbers []int
	values  []Object
}

// member gives object number num, which should be the one at index.
func (o *indirect) member(num, index int) Object {
	if o == nil || o.members == nil {
		return nil
	}
	m := o.members
	if index < len(m.numbers) && m.numbers[index] == num {
		return m.values[index]
	}
	for i, n := range m.numbers {
		if n == num {
			return m.values[i]
		}
	}
	return nil
}

// holds tells whether num stands at index.
func (o *indirect) holds(num, index int) bool {
	return o != nil && o.members != nil && index < len(o.members.numbers) && o.members.numbers[index] == num
}

// unpack reads the objects of an object stream once. What is no object stream,
// or is damaged, holds the objects that could be read.
func (r *reader) unpack(v *version) error {
	o := v.obj
	s, ok := o.value.(*Stream)
	if o.members != nil || !ok || s.Dict["Type"] != Name("ObjStm") {
		return nil
	}
	o.members = &members{}
	d := &Document{file: r.f, rev: v.rev}
	data, err := d.decode(s, r.timer)
	if errors.Is(err, ErrLimit) {
		return err
	}
	if err != nil {
		r.mendError(int(o.from), "object-stream", err)
	}
	n, ok1 := d.Int(s.Dict["N"])
	first, ok2 := d.Int(s.Dict["First"])
	if !ok1 || !ok2 || n < 0 || first < 0 || first > int64(len(data)) || n > first/2+1 {
		r.mend(int(o.from), "object-stream", "an object stream's N or First is wrong")
		return nil
	}
	p := r.parser(data, func(_ int, code, reason string) { r.mend(int(o.from), code, reason) })
	return r.unpackObjects(o, p, int(n), int(first))
}

func (r *reader) unpackObjects(o *indirect, p parser, n, first int) error {
	head := lexer{data: p.data[:first]}
	end := 0
	for range n {
		a, _ := head.token()
		b, _ := head.token()
		num, ok1 := a.(int64)
		at, ok2 := b.(int64)
		if !ok1 || !ok2 || num < 0 || num > maxNumber || at < 0 || at > int64(len(p.data)-first) {
			r.mend(int(o.from), "object-stream", "an object stream's head is wrong")
			return nil
		}
		if p.pos = first + int(at); p.pos < end {
			r.mend(int(o.from), "object-stream", "objects of an object stream overlap")
		}
		value, err := p.object()
		if errors.Is(err, ErrLimit) {
			return err
		}
		if err != nil {
			r.mend(int(o.from), "object-stream", "an object of an object stream cannot be read")
			value = nil
		}
		end = p.pos
		o.members.numbers = append(o.members.numbers, int(num))
		o.members.values = append(o.members.values, value)
		if err := p.charge(priceValue); err != nil {
			return err
		}
	}
	return nil
}

// checkMembers notes objects that are not where their entries say, and object
// streams that a later revision replaced under the objects in them.
func (r *reader) checkMembers() error {
	for i := range r.f.versions {
		v := &r.f.versions[i]
		if v.entry.Kind != InStream {
			continue
		}
		if err := r.timer.tick(); err != nil {
			return err
		}
		c := r.f.find(v.entry.Stream, v.rev)
		switch {
		case c == nil || c.obj == nil || c.obj.members == nil:
			r.mend(int(r.f.revisions[v.rev].StartXRef), "object-stream", "an entry names an object stream that is none")
		case !c.obj.holds(v.num, v.entry.Index):
			r.mend(int(c.obj.from), "object-stream", "an object is not where its entry says in its object stream")
		}
		until := len(r.f.revisions) - 1
		if i+1 < len(r.f.versions) && r.f.versions[i+1].num == v.num {
			until = r.f.versions[i+1].rev - 1
		}
		if late := r.f.find(v.entry.Stream, until); late != nil && c != nil && late != c {
			r.mend(int(late.entry.Offset), "object-stream-replaced", "a later revision replaces an object stream whose objects are in use")
		}
	}
	return nil
}
