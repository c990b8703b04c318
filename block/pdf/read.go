package pdf

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// reader is the state of one Read.
type reader struct {
	f       *File
	p       parser
	timer   *timer
	price   int64
	names   map[string]Name
	entries int64
	rev     int             // the revision whose objects are being read
	lengths int             // indirect lengths within each other
	more    map[string]bool // codes of faults that are not all kept
	missing []*version      // versions whose entries lead to something else
}

// Read reads a file whole: its revisions, and every object of each. It keeps
// data, which must not change afterwards, and never panics or loops, whatever
// the bytes. The errors are ErrNotPDF, ErrEncrypted, ErrLimit, or a
// *SyntaxError: when the file is beyond mending, or with Options.Strict at the
// first thing that would have to be mended.
func Read(data []byte, o Options) (*File, error) {
	f := &File{data: data, budget: budget{limits: o.Limits.orDefault()}, strict: o.Strict}
	if int64(len(data)) > f.budget.limits.Bytes {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrLimit, f.budget.limits.Bytes)
	}
	head := bytes.Index(data[:min(len(data), 1024)], []byte("%PDF-"))
	if head < 0 {
		return nil, ErrNotPDF
	}
	f.header = headerVersion(data[head+len("%PDF-"):])
	r := &reader{f: f, timer: f.budget.begin(), names: map[string]Name{}, more: map[string]bool{}}
	defer r.timer.stop()
	r.p = r.parser(data, r.mend)
	r.p.lenRef = r.indirectLength
	if head > 0 {
		r.mend(0, "header", "other bytes stand before %PDF-")
	}
	err := r.regular()
	if err != nil && !o.Strict && !errors.Is(err, ErrLimit) && !errors.Is(err, ErrEncrypted) {
		err = r.rebuild(err)
	}
	if err == nil && o.Strict && len(f.faults) > 0 {
		err = &SyntaxError{Offset: f.faults[0].Offset, Reason: f.faults[0].Reason}
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

func headerVersion(rest []byte) string {
	end := 0
	for end < len(rest) && end < 8 && (isDigit(rest[end]) || rest[end] == '.') {
		end++
	}
	return string(rest[:end])
}

func (r *reader) parser(data []byte, fault func(int, string, string)) parser {
	return parser{
		lexer: lexer{data: data, fault: fault, names: r.names},
		timer: r.timer, depth: r.f.budget.limits.Depth, price: &r.price, top: &r.f.top,
	}
}

func (r *reader) mend(at int, code, reason string) {
	switch {
	case len(r.f.faults) < maxFaults:
		r.f.faults = append(r.f.faults, Fault{Offset: int64(at), Code: code, Reason: reason})
	case !r.more[code]:
		r.more[code] = true
		r.f.faults = append(r.f.faults, Fault{Offset: -1, Code: code, Reason: reason})
	}
}

// regular reads the file as its cross-reference sections say.
func (r *reader) regular() error {
	sections, err := r.chain()
	if err != nil {
		return err
	}
	r.checkNames(sections)
	r.group(sections)
	if err := r.index(); err != nil {
		return err
	}
	if err := r.load(); err != nil {
		return err
	}
	if d := r.f.Latest(); d.Catalog() == nil {
		return r.p.bad(0, "there is no catalog")
	}
	last := r.f.revisions[len(r.f.revisions)-1].End
	if len(bytes.Trim(r.p.data[last:], "\x00\t\n\f\r ")) > 0 {
		r.mend(int(last), "trailing-bytes", "other bytes follow the last %%EOF")
	}
	return nil
}

// group makes revisions of the sections, oldest first. A section that does not
// lie after the one before it belongs to the same revision: in a linearised
// file the section for the first page, which comes first in the file, continues
// in the main section at its end (ISO 32000-1, annex F).
func (r *reader) group(sections []section) {
	var out []Revision
	var inherited Dict
	for i := len(sections) - 1; i >= 0; i-- {
		s := sections[i]
		if s.trailer["Root"] == nil && inherited != nil {
			r.mend(s.offset, "trailer", "a trailer names no Root; the one before it is taken")
			s.trailer["Root"] = inherited["Root"]
		}
		inherited = s.trailer
		now := Revision{
			StartXRef: int64(s.offset), EOF: int64(s.eof), End: int64(s.end),
			Kind: s.kind, Trailer: s.trailer, Entries: s.entries,
		}
		if n := len(out); n > 0 && now.End <= out[n-1].End {
			if n > 1 || i != len(sections)-2 || !r.linearised() {
				r.mend(s.offset, "order", "a cross-reference section lies before the one that it continues")
			}
			now.EOF, now.End = out[n-1].EOF, out[n-1].End
			for num, e := range out[n-1].Entries {
				if _, named := now.Entries[num]; !named {
					now.Entries[num] = e
				}
			}
			out = out[:n-1]
		}
		now.Index = len(out)
		out = append(out, now)
	}
	r.f.revisions = out
}

// linearised tells whether the file's first object is a linearisation
// dictionary.
func (r *reader) linearised() bool {
	head := r.p.data[:min(len(r.p.data), 1024)]
	return bytes.Contains(head, []byte("/Linearized"))
}

// index sorts what all revisions say, by object number and revision.
func (r *reader) index() error {
	total := 0
	for _, v := range r.f.revisions {
		total += len(v.Entries)
	}
	all := make([]version, 0, total)
	for i, v := range r.f.revisions {
		size, _ := integer(v.Trailer["Size"])
		over := false
		for num, e := range v.Entries {
			all = append(all, version{num: num, rev: i, entry: e})
			over = over || int64(num) >= size
			r.f.top = max(r.f.top, num)
		}
		if over {
			r.mend(int(v.StartXRef), "size", "a trailer's Size is not greater than every object's number")
		}
	}
	slices.SortFunc(all, func(a, b version) int {
		return cmp.Or(cmp.Compare(a.num, b.num), cmp.Compare(a.rev, b.rev))
	})
	r.f.versions = all
	return r.timer.check()
}

// load reads every object that any revision names.
func (r *reader) load() error {
	r.f.objects = make(map[int64]*indirect, len(r.f.versions))
	containers := map[int]bool{}
	for i := range r.f.versions {
		v := &r.f.versions[i]
		switch v.entry.Kind {
		case InFile:
			r.rev = v.rev
			if err := r.object(v); err != nil {
				return err
			}
		case InStream:
			containers[v.entry.Stream] = true
		}
	}
	if err := r.settle(); err != nil {
		return err
	}
	for i := range r.f.versions {
		if v := &r.f.versions[i]; containers[v.num] && v.obj != nil {
			if err := r.unpack(v); err != nil {
				return err
			}
		}
	}
	return r.checkMembers()
}

// object reads the object that a version's entry leads to. It must lie before
// the revision's end: bytes that came later cannot have been meant, and what a
// revision says may not depend on them.
func (r *reader) object(v *version) error {
	end := r.f.revisions[v.rev].End
	if v.entry.Offset >= end {
		r.missing = append(r.missing, v)
		return r.timer.tick()
	}
	whole := r.p.data
	r.p.data = r.f.data[:end]
	defer func() { r.p.data = whole }()
	at := int(v.entry.Offset)
	if IsSpace(r.p.data[at]) {
		at = r.p.spaces(at)
	}
	if known := r.f.objects[int64(at)]; known != nil {
		if known.ref.Num == v.num {
			v.obj = known
		} else {
			r.missing = append(r.missing, v)
		}
		return nil
	}
	ref, ok := r.p.header(at)
	if !ok || ref.Num != v.num {
		r.missing = append(r.missing, v)
		return r.timer.tick()
	}
	if at != int(v.entry.Offset) {
		r.mend(at, "entry-offset", "an entry leads to white space before its object")
	}
	if ref.Gen != v.entry.Gen {
		r.mend(at, "generation", "an object has another generation than its entry says")
	}
	_, o, err := r.p.indirect(at)
	if errors.Is(err, ErrLimit) {
		return err
	}
	to := r.p.pos
	if err != nil {
		r.mendError(at, "object", err)
		o, to = nil, at
	}
	v.obj = &indirect{ref: ref, value: o, from: int64(at), to: int64(to)}
	r.f.objects[int64(at)] = v.obj
	return nil
}

// mendError notes that something which cannot be read is taken as null.
func (r *reader) mendError(at int, code string, err error) {
	reason := "an object cannot be read and is taken as null"
	if s := (*SyntaxError)(nil); errors.As(err, &s) {
		at, reason = int(s.Offset), s.Reason
	}
	r.mend(at, code, reason)
}

// indirectLength looks up a stream's Length that is a reference.
func (r *reader) indirectLength(ref Ref) (int64, bool) {
	v := r.f.find(ref.Num, r.rev)
	if v == nil || v.entry.Gen != ref.Gen || r.lengths > 2 {
		return 0, false
	}
	saved := r.p.pos
	r.lengths++
	defer func() { r.p.pos = saved; r.lengths-- }()
	if v.entry.Kind == InFile && v.entry.Offset < r.f.revisions[v.rev].End {
		at := r.p.spaces(int(v.entry.Offset))
		if found, ok := r.p.header(at); !ok || found.Num != ref.Num {
			return 0, false
		}
		o, _ := r.p.token()
		n, ok := o.(int64)
		return n, ok
	}
	return r.packedLength(v)
}

// packedLength looks up a Length that lies in an object stream.
func (r *reader) packedLength(v *version) (int64, bool) {
	if v.entry.Kind != InStream {
		return 0, false
	}
	c := r.f.find(v.entry.Stream, r.rev)
	if c == nil || c.entry.Kind != InFile {
		return 0, false
	}
	if c.obj == nil && (r.object(c) != nil || c.obj == nil) {
		return 0, false
	}
	if r.unpack(c) != nil {
		return 0, false
	}
	n, ok := c.obj.member(v.num, v.entry.Index).(int64)
	return n, ok
}

// settle decides about entries that do not lead to their objects. When the
// objects stand elsewhere in the file the table is damaged; when they do not,
// there are none.
func (r *reader) settle() error {
	if len(r.missing) == 0 {
		return nil
	}
	found, err := r.scanNumbers()
	if err != nil {
		return err
	}
	for _, v := range r.missing {
		if found[v.num] {
			return r.p.bad(int(v.entry.Offset), "an entry does not lead to its object, which stands elsewhere")
		}
		r.mend(int(v.entry.Offset), "entry-missing", "an entry leads to no object; there is none of its number")
		v.entry = Entry{Kind: Free}
		r.f.revisions[v.rev].Entries[v.num] = v.entry
	}
	return nil
}
