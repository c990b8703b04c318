package pdf

import (
	"bytes"
	"fmt"
)

// section is one cross-reference section as it lies in the file.
type section struct {
	offset  int
	eof     int   // directly after %%EOF
	end     int   // after that line's end
	named   int64 // what the startxref after it says, -1 when there is none
	kind    XRefKind
	trailer Dict
	entries map[int]Entry
}

// lastStart finds the last "startxref" and the offset after it.
func (r *reader) lastStart() (int, error) {
	data := r.p.data
	at := bytes.LastIndex(data, []byte("startxref"))
	if at < 0 {
		return 0, r.p.bad(len(data), "there is no startxref")
	}
	r.p.pos = at + len("startxref")
	o, _ := r.p.token()
	n, ok := o.(int64)
	if !ok || n < 0 || n >= int64(len(data)) {
		return 0, r.p.bad(at, "startxref does not lead into the file")
	}
	return int(n), nil
}

// chain reads the sections from the newest to the oldest.
func (r *reader) chain() ([]section, error) {
	at, err := r.lastStart()
	if err != nil {
		return nil, err
	}
	var out []section
	seen := map[int]bool{}
	for {
		if seen[at] {
			r.mend(at, "prev-loop", "the cross-reference sections lead round in a circle")
			return out, nil
		}
		seen[at] = true
		s, err := r.section(at)
		if err != nil {
			return nil, err
		}
		if s.trailer["Encrypt"] != nil {
			return nil, ErrEncrypted
		}
		if err := r.hybrid(&s, seen); err != nil {
			return nil, err
		}
		out = append(out, s)
		prev, ok := integer(s.trailer["Prev"])
		switch {
		case s.trailer["Prev"] == nil:
			return out, nil
		case ok && prev == 0:
			r.mend(s.offset, "prev", "Prev is 0")
			return out, nil
		case !ok || prev < 0 || prev >= int64(len(r.p.data)):
			return nil, r.p.bad(s.offset, "Prev does not lead into the file")
		}
		at = int(prev)
	}
}

func integer(o Object) (int64, bool) {
	switch v := o.(type) {
	case int64:
		return v, true
	case int: // set by an Update
		return int64(v), true
	case float64:
		return int64(v), v == float64(int64(v))
	}
	return 0, false
}

// section reads the table or the stream at an offset.
func (r *reader) section(at int) (section, error) {
	if err := r.timer.check(); err != nil {
		return section{}, err
	}
	p := &r.p
	p.pos = at
	if at < len(p.data) && IsSpace(p.data[at]) {
		p.pos = p.spaces(at)
		r.mend(at, "startxref", "the offset of a cross-reference section leads to white space before it")
	}
	s := section{offset: p.pos}
	var err error
	if bytes.HasPrefix(p.data[p.pos:], []byte("xref")) {
		s.kind = Table
		p.pos += len("xref")
		s.entries, s.trailer, err = r.table()
	} else {
		s.kind = CrossStream
		s.entries, s.trailer, err = r.crossStream(p.pos)
	}
	if err != nil {
		return section{}, err
	}
	r.tail(&s)
	return s, nil
}

// tail reads "startxref n %%EOF" after a section.
func (r *reader) tail(s *section) {
	p := &r.p
	s.end, s.named = p.pos, -1
	after := p.pos
	word, _ := p.token()
	if word != keyword("startxref") {
		s.eof = after
		return
	}
	o, _ := p.token()
	s.named, _ = o.(int64)
	s.end, s.eof = p.pos, p.pos
	at := p.spaces(p.pos)
	if !bytes.HasPrefix(p.data[at:], []byte("%%EOF")) {
		r.mend(at, "eof", "there is no %%EOF after startxref")
		return
	}
	s.eof = at + len("%%EOF")
	s.end = s.eof + lineEnd(p.data[s.eof:])
}

func lineEnd(data []byte) int {
	switch {
	case bytes.HasPrefix(data, []byte("\r\n")):
		return 2
	case len(data) > 0 && (data[0] == '\n' || data[0] == '\r'):
		return 1
	}
	return 0
}

// checkNames looks whether each section is followed by its own offset. In a
// linearised file the one for the first page is followed by 0, or by nothing,
// and the main one by the offset of that.
func (r *reader) checkNames(sections []section) {
	last := len(sections) - 1
	for i, s := range sections {
		switch {
		case s.named == int64(s.offset):
		case r.linearised() && (i == last-1 && s.named <= 0 || i == last && i > 0 && s.named == int64(sections[i-1].offset)):
		case s.named < 0:
			r.mend(s.offset, "eof", "a cross-reference section is not followed by startxref")
		default:
			r.mend(s.offset, "startxref", "the startxref after a cross-reference section names another place")
		}
	}
}

// count charges n entries to the limit on objects.
func (r *reader) count(n int64) error {
	r.entries += n
	if n < 0 || r.entries > int64(r.f.budget.limits.Objects) {
		return fmt.Errorf("%w: more than %d objects", ErrLimit, r.f.budget.limits.Objects)
	}
	return r.timer.tick()
}

// table reads a cross-reference table after its "xref", and its trailer.
func (r *reader) table() (map[int]Entry, Dict, error) {
	p := &r.p
	entries := map[int]Entry{}
	for {
		at := p.pos
		o, _ := p.token()
		if o == keyword("trailer") {
			break
		}
		first, ok1 := o.(int64)
		o, _ = p.token()
		n, ok2 := o.(int64)
		if !ok1 || !ok2 || first < 0 || n < 0 || first+n > maxNumber+1 {
			return nil, nil, p.bad(at, "a cross-reference table is malformed")
		}
		if n > int64(len(p.data)-p.pos)/10 {
			return nil, nil, p.bad(at, "a cross-reference table is longer than the file")
		}
		if err := r.subsection(entries, int(first), int(n)); err != nil {
			return nil, nil, err
		}
	}
	o, err := p.object()
	if err != nil {
		return nil, nil, err
	}
	trailer, ok := o.(Dict)
	if !ok {
		return nil, nil, p.bad(p.pos, "a trailer is no dictionary")
	}
	return entries, trailer, nil
}

// subsection reads n entries from object number first on.
func (r *reader) subsection(entries map[int]Entry, first, n int) error {
	p := &r.p
	p.pos = p.spaces(p.pos)
	start := p.pos
	for i := range n {
		if err := r.count(1); err != nil {
			return err
		}
		at := p.pos
		offset, gen, use, ok := r.tableEntry()
		if !ok {
			return p.bad(at, "an entry of a cross-reference table is malformed")
		}
		if i == 0 && first == 1 && offset == 0 && gen == 65535 && use == 'f' && len(entries) == 0 {
			r.mend(start, "table-start", "a cross-reference table begins at 1 instead of 0")
			first = 0
		}
		num := first + i
		if _, twice := entries[num]; twice {
			r.mend(at, "table-duplicate", "a cross-reference section names an object twice")
			continue
		}
		entries[num] = r.entry(at, use == 'n', offset, gen)
	}
	return nil
}

// entry is a checked entry of a table or of type 0 or 1 of a stream.
func (r *reader) entry(at int, use bool, offset, gen int64) Entry {
	switch {
	case !use:
		return Entry{Kind: Free, Gen: int(min(gen, 65535))}
	case offset <= 0 || gen > 65535:
		r.mend(at, "entry-offset", "an entry does not lead to where an object can be")
		return Entry{Kind: Free}
	}
	return Entry{Kind: InFile, Offset: offset, Gen: int(gen)}
}

// tableEntry reads "nnnnnnnnnn ggggg n" and its line end.
func (r *reader) tableEntry() (offset, gen int64, use byte, ok bool) {
	p := &r.p
	start := p.pos
	offset, i, ok1 := p.digits(p.pos)
	gen, j, ok2 := p.digits(p.spaces(i))
	k := p.spaces(j)
	if !ok1 || !ok2 || k >= len(p.data) || (p.data[k] != 'n' && p.data[k] != 'f') {
		return 0, 0, 0, false
	}
	p.pos = p.spaces(k + 1)
	if i-start != 10 || j-i != 6 || k-j != 1 || p.pos-start < 20 {
		r.mend(start, "table-entry", "an entry of a cross-reference table is not 20 bytes long")
	}
	return offset, gen, p.data[k], true
}

// hybrid adds the entries of the stream that a table's trailer names. What the
// table says is in use stands; what it calls free, or does not name, is taken
// from the stream (ISO 32000-1, 7.5.8.4).
func (r *reader) hybrid(s *section, seen map[int]bool) error {
	o := s.trailer["XRefStm"]
	if o == nil || s.kind != Table {
		return nil
	}
	at, ok := integer(o)
	if !ok || at <= 0 || at >= int64(len(r.p.data)) || seen[int(at)] {
		return r.p.bad(s.offset, "XRefStm does not lead to a stream of its own")
	}
	seen[int(at)] = true
	hidden, trailer, err := r.crossStream(int(at))
	if err != nil {
		return err
	}
	if trailer["Encrypt"] != nil {
		return ErrEncrypted
	}
	s.kind = Hybrid
	for num, e := range hidden {
		own, named := s.entries[num]
		if !named || own.Kind == Free {
			s.entries[num] = e
		} else if e.Kind != Free && own != e {
			r.mend(s.offset, "hybrid-conflict", "a hybrid file's table and stream disagree on an object")
		}
	}
	return nil
}
