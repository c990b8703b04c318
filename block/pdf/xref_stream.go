package pdf

import "errors"

// crossStream reads the cross-reference stream at an offset.
func (r *reader) crossStream(at int) (map[int]Entry, Dict, error) {
	_, o, err := r.p.indirect(at)
	if err != nil {
		return nil, nil, err
	}
	s, ok := o.(*Stream)
	if !ok || s.Dict["Type"] != Name("XRef") {
		return nil, nil, r.p.bad(at, "no cross-reference section begins here")
	}
	after := r.p.pos
	if after == len(r.p.data) {
		return nil, nil, r.p.bad(at, "a cross-reference stream does not end")
	}
	entries, err := r.crossEntries(at, s)
	r.p.pos = after
	trailer := Dict{}
	for k, v := range s.Dict {
		switch k {
		case "Type", "W", "Index", "Length", "Filter", "DecodeParms", "DL":
		default:
			trailer[k] = v
		}
	}
	return entries, trailer, err
}

// crossEntries decodes the entries of a cross-reference stream.
func (r *reader) crossEntries(at int, s *Stream) (map[int]Entry, error) {
	data, err := (&Document{file: r.f}).decode(s, r.timer)
	if errors.Is(err, ErrLimit) || (err != nil && len(data) == 0) {
		return nil, err
	} else if err != nil {
		r.mend(at, "cross-stream", "a cross-reference stream is damaged")
	}
	size, _ := integer(s.Dict["Size"])
	index, ok := s.Dict["Index"].(Array)
	if !ok {
		index = Array{int64(0), size}
	}
	var w [3]int
	widths, _ := s.Dict["W"].(Array)
	total := 0
	for i, v := range widths {
		n, ok := integer(v)
		if i > 2 || !ok || n < 0 || n > 8 {
			return nil, r.p.bad(at, "a cross-reference stream has strange widths")
		}
		w[i] = int(n)
		total += int(n)
	}
	if total == 0 || len(widths) != 3 {
		return nil, r.p.bad(at, "a cross-reference stream has strange widths")
	}
	entries := map[int]Entry{}
	for i := 0; i+1 < len(index); i += 2 {
		first, ok1 := integer(index[i])
		n, ok2 := integer(index[i+1])
		if !ok1 || !ok2 || first < 0 || n < 0 || n > maxNumber+1 || first > maxNumber+1-n {
			return nil, r.p.bad(at, "a cross-reference stream has a strange index")
		}
		for num := first; num < first+n; num++ {
			if len(data) < total {
				r.mend(at, "cross-stream", "a cross-reference stream is shorter than it says")
				return entries, nil
			}
			if err := r.count(1); err != nil {
				return nil, err
			}
			r.crossEntry(entries, at, int(num), data, w)
			data = data[total:]
		}
	}
	return entries, nil
}

func (r *reader) crossEntry(entries map[int]Entry, at, num int, data []byte, w [3]int) {
	field := func(n int) (v int64) {
		for _, c := range data[:n] {
			v = v<<8 | int64(c)
		}
		data = data[n:]
		return v & (1<<62 - 1)
	}
	kind := int64(1)
	if w[0] > 0 {
		kind = field(w[0])
	}
	a, b := field(w[1]), field(w[2])
	if _, twice := entries[num]; twice {
		r.mend(at, "table-duplicate", "a cross-reference section names an object twice")
		return
	}
	switch kind {
	case 0, 1:
		entries[num] = r.entry(at, kind == 1, a, b)
	case 2:
		if a <= 0 || a > maxNumber || b > maxNumber {
			r.mend(at, "entry-offset", "an entry names an object stream that cannot be")
			return
		}
		entries[num] = Entry{Kind: InStream, Stream: int(a), Index: int(b)}
	}
}
