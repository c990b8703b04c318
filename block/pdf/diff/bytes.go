package diff

import (
	"bytes"
	"slices"
	"strconv"

	"medborgarnavet/block/pdf"
)

// checkBytes looks at the bytes of one revision: that its index points into
// it, that it is the successor of the one before, that it ends properly, and
// that nothing lies in it that belongs to nothing.
func (s *step) checkBytes(revs []pdf.Revision) {
	this, before := revs[s.rev], revs[s.rev-1]
	data := s.file.Bytes()
	from, to := before.End, min(this.End, int64(len(data)))
	if from < 0 || from >= to || this.StartXRef < from || this.StartXRef >= to {
		s.undefined(whyUnfinished, "", nil, 0)
		return
	}
	if prev, ok := s.new.Int(this.Trailer["Prev"]); !ok || !leadsTo(data, prev, before.StartXRef) {
		s.undefined(whyPrev, "/Prev", nil, 0)
	}
	if !finished(data[:to], this.StartXRef) {
		s.undefined(whyUnfinished, "/startxref", nil, 0)
	}
	for _, f := range s.file.Faults() {
		if (f.Offset < 0 || f.Offset >= from && f.Offset < to) && ambiguous[f.Code] { // below 0: somewhere
			s.undefined(whyAmbiguous, "byte "+strconv.FormatInt(f.Offset, 10), nil, 0)
		}
	}
	spans := s.spans(from, to)
	if this.Kind == pdf.Hybrid {
		spans = append(spans, s.hybrid(this, from, to)...)
	}
	spans = append(spans, [2]int64{this.StartXRef, to})
	if at := stray(data, from, to, spans); at >= 0 {
		s.undefined(whyStray, "byte "+strconv.FormatInt(at, 10), nil, 0)
	}
}

// ambiguous are the faults that programs mend in different ways, so that they
// show different documents. Honest tools do not make them.
var ambiguous = map[string]bool{
	"duplicate-key": true, "stream-length": true, "generation": true, "entry-missing": true, "table-duplicate": true,
	"table-start": true, "object-stream": true, "order": true, "hybrid-conflict": true, "prev": true, "prev-loop": true,
	"unclosed": true, "dictionary": true, "cross-stream": true, "size": true,
}

// spans gives the bytes of every object that the revision's index names, and
// reports an index that points elsewhere.
func (s *step) spans(from, to int64) [][2]int64 {
	var out [][2]int64
	for _, num := range sortedInts(s.entries) {
		e := s.entries[num]
		if !s.work.spend(1) {
			return out
		}
		old, had := s.old.Entry(num)
		switch e.Kind {
		case pdf.InFile:
			if had && old == e {
				continue // said again, nothing new
			}
			if e.Offset < from || e.Offset >= to {
				s.pointsAway(num, e.Offset < from)
				continue
			}
			if a, b, ok := s.new.Span(num); ok && a >= from && b <= to {
				out = append(out, [2]int64{a, b})
			} else {
				s.pointsAway(num, false)
			}
		case pdf.InStream:
			if had && old == e {
				continue
			}
			// the stream that holds it must have been written in this revision
			if in, ok := s.entries[e.Stream]; !ok || in.Kind != pdf.InFile || in.Offset < from {
				s.pointsAway(num, true)
			}
		}
	}
	return out
}

func (s *step) pointsAway(num int, back bool) {
	w := whyOutside
	if back {
		w = whyOldBytes
	}
	e := s.entries[num]
	s.undefined(w, "object "+strconv.Itoa(num), pdf.Ref{Num: num, Gen: e.Gen}, 0)
}

func sortedInts(m map[int]pdf.Entry) []int {
	out := make([]int, 0, len(m))
	for n := range m {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// finished tells whether a revision's index is followed by a startxref that
// names it and by the end mark, which the data ends with.
func finished(data []byte, start int64) bool {
	tail := data[start:]
	i := bytes.LastIndex(tail, []byte("startxref"))
	if i < 0 {
		return false
	}
	rest := bytes.TrimSpace(tail[i+len("startxref"):])
	digits := len(rest) - len(bytes.TrimLeft(rest, "0123456789"))
	named, err := strconv.ParseInt(string(rest[:digits]), 10, 64)
	if err != nil || digits == len(rest) || !pdf.IsSpace(rest[digits]) || !leadsTo(data, named, start) {
		return false
	}
	return bytes.HasPrefix(bytes.TrimSpace(rest[digits:]), []byte("%%EOF"))
}

// leadsTo tells whether a place that is named is that of an index, or white
// space right before it, which some programs name and all readers pass over.
func leadsTo(data []byte, named, start int64) bool {
	const maxSpace = 4
	return named >= 0 && named <= start && start-named <= maxSpace && len(bytes.TrimSpace(data[named:start])) == 0
}

// stray finds the first byte between from and to that is in no span, no white
// space and no comment; -1 when there is none.
func stray(data []byte, from, to int64, spans [][2]int64) int64 {
	slices.SortFunc(spans, func(a, b [2]int64) int { return int(min(max(a[0]-b[0], -1), 1)) })
	at := from
	for _, sp := range append(spans, [2]int64{to, to}) {
		for at < sp[0] {
			switch c := data[at]; {
			case c == '%':
				for at < sp[0] && data[at] != '\n' && data[at] != '\r' {
					at++
				}
			case pdf.IsSpace(c):
				at++
			default:
				return at
			}
		}
		at = max(at, sp[1])
	}
	return -1
}

// hybrid compares what a hybrid revision tells readers that know cross-
// reference streams with what it tells those that do not. The two may differ
// only in objects that the table calls free and that no earlier revision had.
func (s *step) hybrid(this pdf.Revision, from, to int64) [][2]int64 {
	table := tableEntries(s.file.Bytes()[this.StartXRef:to])
	for _, num := range sortedInts(s.entries) {
		e := s.entries[num]
		t, listed := table[num]
		plain := listed && t.Kind == pdf.InFile && e.Kind == pdf.InFile && t.Offset == e.Offset
		_, had := s.old.Entry(num)
		if plain || e.Kind == pdf.Free || (!had || s.g.byNumber[num] == nil) && (!listed || t.Kind == pdf.Free) {
			continue
		}
		s.undefined(whyHybrid, "object "+strconv.Itoa(num), pdf.Ref{Num: num, Gen: e.Gen}, 0)
	}
	at, ok := s.new.Int(this.Trailer["XRefStm"])
	if !ok || at < from || at >= to {
		s.undefined(whyHybrid, "/XRefStm", nil, 0)
		return nil
	}
	end := bytes.Index(s.file.Bytes()[at:to], []byte("endobj"))
	if end < 0 {
		return nil
	}
	return [][2]int64{{at, at + int64(end) + 6}}
}

// tableEntries reads a cross-reference table; what it cannot read it leaves
// out.
func tableEntries(data []byte) map[int]pdf.Entry {
	out := map[int]pdf.Entry{}
	words := bytes.Fields(data[:max(0, bytes.Index(data, []byte("trailer")))])
	for i := 1; i+1 < len(words); {
		first, err1 := strconv.Atoi(string(words[i]))
		count, err2 := strconv.Atoi(string(words[i+1]))
		i += 2
		if err1 != nil || err2 != nil || count < 0 {
			return out
		}
		for n := 0; n < count && i+2 < len(words); n, i = n+1, i+3 {
			off, _ := strconv.ParseInt(string(words[i]), 10, 64)
			gen, _ := strconv.Atoi(string(words[i+1]))
			kind := pdf.Free
			if string(words[i+2]) == "n" {
				kind = pdf.InFile
			}
			out[first+n] = pdf.Entry{Kind: kind, Offset: off, Gen: gen}
		}
	}
	return out
}

// tailFindings reports bytes after the last revision's end, comments too: only
// white space and another end mark may stand there.
func tailFindings(f *pdf.File, revs []pdf.Revision) []finding {
	end, data := revs[len(revs)-1].End, f.Bytes()
	if end < 0 || end > int64(len(data)) {
		return nil
	}
	rest := data[end:]
	for said := true; said; {
		rest, said = bytes.CutPrefix(bytes.TrimLeft(rest, "\x00\t\n\f\r "), []byte("%%EOF"))
	}
	if len(rest) == 0 {
		return nil
	}
	at := int64(len(data) - len(rest))
	return []finding{{rev: len(revs), kind: Undefined, why: whyStray, path: "byte " + strconv.FormatInt(at, 10)}}
}
