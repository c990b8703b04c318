package pades

import (
	"bytes"
	"encoding/hex"
	"slices"
	"sort"
	"strings"

	"medborgarnavet/block/pdf"
)

// ranges reads the byte range and holds it against the file: two ranges, from
// the first byte, with a gap that is exactly the hexadecimal string of this
// very dictionary's Contents, to the end of a revision (signing.md §4.4).
func (r *reader) ranges(s *Signature, dict pdf.Dict) {
	scan, found := r.scan(s)
	for _, key := range []pdf.Name{"ByteRange", "Contents", "Type", "SubFilter", "Filter"} {
		if scan.twice[key] {
			s.fault(FaultDuplicateKey)
			break
		}
	}
	if !r.numbers(s, dict) {
		return
	}
	b := s.ByteRange
	size := int64(len(r.data))
	if b[0] != 0 {
		s.fault(FaultRangeStart)
	}
	if b[1] > size || b[2] > size || b[0] > size-b[1] || b[3] > size-b[2] {
		s.fault(FaultRangeOutside)
		return
	}
	gap := span{b[0] + b[1], b[2]}
	if gap.to <= gap.from {
		s.fault(FaultRangeOverlap)
		return
	}
	r.gap(s, scan, found, gap)
	r.covered(s, b[2]+b[3])
}

// numbers reads the four numbers; false when there are not four usable ones.
func (r *reader) numbers(s *Signature, dict pdf.Dict) bool {
	list, direct := dict["ByteRange"].(pdf.Array)
	if !direct {
		if list = r.d.Array(dict["ByteRange"]); list == nil {
			s.fault(FaultRangeMissing)
			return false
		}
		s.fault(FaultRangeIndirect)
	}
	ok := true
	for _, o := range list[:min(len(list), 64)] {
		n, isInt := o.(int64)
		if !isInt || n < 0 || n > 1<<40 {
			ok = false
		}
		s.ByteRange = append(s.ByteRange, n)
	}
	if len(list) != 4 {
		s.fault(FaultRangeCount)
		return false
	}
	if !ok {
		s.fault(FaultRangeNumber)
	}
	return ok
}

// scan finds the signature dictionary in the bytes of the file.
func (r *reader) scan(s *Signature) (dictScan, bool) {
	num := s.ValueRef.Num
	if num == 0 {
		num = s.FieldRef.Num
	}
	scan, done := r.scans[num]
	if !done {
		if from, to, ok := r.d.Span(num); ok {
			scan.dictScan, scan.ok = scanDict(r.data, from, to)
		}
		r.scans[num] = scan
	}
	if !scan.ok || s.ValueRef.Num != 0 {
		return scan.dictScan, scan.ok
	}
	v, has := scan.values["V"]
	if !has {
		return dictScan{}, false
	}
	return scanDict(r.data, v.from, v.to)
}

// gap holds what is left out against where Contents lies.
func (r *reader) gap(s *Signature, scan dictScan, found bool, gap span) {
	value, has := scan.values["Contents"]
	if !found || !has || value != gap || scan.twice["Contents"] {
		s.fault(FaultRangeGap)
		return
	}
	text := r.data[gap.from:gap.to]
	if len(text) < 2 || text[0] != '<' || text[len(text)-1] != '>' || len(text)%2 != 0 {
		s.fault(FaultContentsHex)
		return
	}
	r.scratch = slices.Grow(r.scratch[:0], len(text)/2)
	_, err := hex.Decode(r.scratch[:len(text)/2], text[1:len(text)-1])
	// One program writes all letters small or all of them capital.
	if mixed := bytes.ContainsAny(text, "abcdef") && bytes.ContainsAny(text, "ABCDEF"); err != nil || mixed {
		s.fault(FaultContentsHex)
	}
}

// covered finds the revision that ends where the byte range ends. A line end
// after %%EOF, and white space after that, may be on either side.
func (r *reader) covered(s *Signature, end int64) {
	size := int64(len(r.data))
	s.CoversFile = end <= size && onlySpace(r.data[end:])
	for _, rev := range r.revisions {
		lo, hi := min(end, rev.End), max(end, rev.End)
		if hi > size || hi-lo > 64 || !onlySpace(r.data[lo:hi]) {
			continue
		}
		if end < rev.End && rev.End-end > 2 {
			continue // bytes of the revision itself
		}
		s.Revision = rev.Index
		s.CoversRevision = len(s.Faults) == 0
		return
	}
	s.CoversFile = false
	s.fault(FaultRangeEnd)
}

func onlySpace(b []byte) bool {
	for _, c := range b {
		if !pdf.IsSpace(c) {
			return false
		}
	}
	return true
}

// sortBySigning puts the signatures in the order in which they were made: by
// how far their ranges reach.
func sortBySigning(list []Signature) {
	reach := func(s *Signature) int64 {
		if len(s.ByteRange) != 4 {
			return 1 << 62
		}
		return s.ByteRange[2] + s.ByteRange[3]
	}
	sort.SliceStable(list, func(i, j int) bool { return reach(&list[i]) < reach(&list[j]) })
}

// strays finds signature dictionaries that no field of the last revision
// holds.
func (r *reader) strays(known map[pdf.Ref]int) []error {
	var faults []error
	report := map[string]bool{}
	add := func(code string) {
		if !report[code] {
			report[code] = true
			faults = append(faults, newFault(code))
		}
	}
	inRange := r.valueSpans()
	owners := r.objects()
	last := -1 // the object that was looked at last
	mark := []byte("/ByteRange")
	for at := 0; ; at += len(mark) {
		i := bytes.Index(r.data[at:], mark)
		if i < 0 {
			break
		}
		at += i
		if within(inRange, int64(at)) {
			continue
		}
		i = ownerOf(owners, int64(at))
		if i < 0 || i == last {
			continue
		}
		last = i
		o := owners[i]
		if !r.isSignature(owners, i) {
			continue
		}
		if now, live := r.d.Entry(o.num); live && now.Kind == pdf.InFile && now.Offset == o.from {
			add(FaultNotInForm)
		} else {
			add(FaultReplaced)
		}
	}
	if r.removed(known) {
		add(FaultRemoved)
	}
	return faults
}

// valueSpans is where the known signatures' dictionaries lie, and those of
// usage rights, which belong to no field (ISO 32000-1, 12.8.4).
func (r *reader) valueSpans() []span {
	var out []span
	perms := r.d.Dict(r.d.Catalog()["Perms"])
	for _, key := range []pdf.Name{"UR", "UR3"} {
		rights, _ := perms[key].(pdf.Ref)
		if from, to, ok := r.d.Span(rights.Num); ok {
			out = append(out, span{from, to})
		}
	}
	for i := range r.out {
		num := r.out[i].ValueRef.Num
		if num == 0 {
			num = r.out[i].FieldRef.Num
		}
		if from, to, ok := r.d.Span(num); ok {
			out = append(out, span{from, to})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].from < out[j].from })
	return out
}

// within tells whether one of the spans, which are in order, holds the place.
func within(list []span, at int64) bool {
	i := sort.Search(len(list), func(i int) bool { return list[i].to > at })
	return i < len(list) && list[i].from <= at
}

// object is where an object of some revision begins.
type object struct {
	from int64
	num  int
}

// objects lists where the objects of all revisions begin, by place.
func (r *reader) objects() []object {
	var out []object
	for _, rev := range r.revisions {
		for num, e := range rev.Entries {
			if e.Kind == pdf.InFile {
				out = append(out, object{e.Offset, num})
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].from < out[j].from })
	return out
}

// ownerOf is the object that begins last before a place, -1 when none does.
func ownerOf(list []object, at int64) int {
	return sort.Search(len(list), func(i int) bool { return list[i].from > at }) - 1
}

// isSignature tells whether an object is a dictionary with a byte range and a
// value. It is read no further than to where the next object begins.
func (r *reader) isSignature(owners []object, i int) bool {
	end := int64(len(r.data))
	if i+1 < len(owners) {
		end = min(end, owners[i+1].from)
	}
	scan, ok := scanDict(r.data, owners[i].from, end)
	if !ok {
		return false
	}
	_, has := scan.values["ByteRange"]
	_, value := scan.values["Contents"]
	return has && value
}

// removed tells whether a field of an earlier revision held a signature that
// no field holds any more.
func (r *reader) removed(known map[pdf.Ref]int) bool {
	names := map[string]bool{} // of fields whose signature is written in the field itself
	for i := range r.out {
		names[r.out[i].Field] = names[r.out[i].Field] || r.out[i].ValueRef == (pdf.Ref{})
	}
	steps := 0
	for i := 0; i < len(r.revisions)-1 && steps < maxFieldSteps; i++ {
		d := r.f.At(i)
		if d == nil {
			continue
		}
		walk := walkFields(d)
		steps += walk.steps
		for j := range walk.fields {
			f := &walk.fields[j]
			if !f.isSignature() || !hasValue(d, f.signatureDict()) {
				continue
			}
			if direct := f.valueRef == (pdf.Ref{}); direct && !names[f.name] || !direct && known[f.valueRef] == 0 {
				return true
			}
		}
	}
	return false
}

// hasValue tells whether a signature dictionary holds a value, and not only the
// zeros of a place that is kept for one.
func hasValue(d *pdf.Document, dict pdf.Dict) bool {
	value, _ := d.Str(dict["Contents"])
	return strings.Trim(string(value), "\x00") != ""
}
