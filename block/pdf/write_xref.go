package pdf

import (
	"fmt"
	"slices"
	"strconv"
)

// row is one entry of a cross-reference section that is being written.
type row struct {
	num   int
	entry Entry
}

// appendIndirect writes "num gen obj … endobj".
func appendIndirect(dst []byte, p pending) []byte {
	dst = append(strconv.AppendInt(dst, int64(p.ref.Num), 10), ' ')
	dst = append(strconv.AppendInt(dst, int64(p.ref.Gen), 10), " obj\n"...)
	dst = Append(dst, p.object)
	return append(dst, "\nendobj\n"...)
}

// runs calls each with every unbroken run of object numbers.
func runs(rows []row, each func([]row)) {
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].num == rows[n-1].num+1 {
			n++
		}
		each(rows[:n])
		rows = rows[n:]
	}
}

func sortRows(rows []row) {
	slices.SortFunc(rows, func(a, b row) int { return a.num - b.num })
}

// appendTable writes a table, which stands at an offset of the file, and its
// trailer.
func appendTable(dst []byte, at int64, rows []row, trailer Dict) []byte {
	sortRows(rows)
	dst = append(dst, "xref\n"...)
	runs(rows, func(run []row) {
		dst = fmt.Appendf(dst, "%d %d\n", run[0].num, len(run))
		for _, r := range run {
			end := " n \n"
			if r.entry.Kind == Free {
				end = " f \n"
			}
			dst = append(appendPadded(dst, r.entry.Offset, 10), ' ')
			dst = append(appendPadded(dst, int64(r.entry.Gen), 5), end...)
		}
	})
	dst = append(dst, "trailer\n"...)
	dst = Append(dst, trailer)
	return fmt.Appendf(dst, "\nstartxref\n%d\n%%%%EOF\n", at)
}

// appendPadded writes a number with zeros before it.
func appendPadded(dst []byte, n int64, digits int) []byte {
	var room [20]byte
	text := strconv.AppendInt(room[:0], n, 10)
	for i := len(text); i < digits; i++ {
		dst = append(dst, '0')
	}
	return append(dst, text...)
}

// appendCrossStream writes a cross-reference stream, which stands at an offset
// of the file and names itself as well.
func appendCrossStream(dst []byte, self Ref, at int64, rows []row, trailer Dict) []byte {
	rows = append(rows, row{self.Num, Entry{Kind: InFile, Offset: at}})
	sortRows(rows)
	highest := at
	for _, r := range rows {
		highest = max(highest, r.entry.Offset, int64(r.entry.Stream))
	}
	width := 1
	for n := highest; n > 255; n >>= 8 {
		width++
	}
	var index Array
	var data []byte
	runs(rows, func(run []row) {
		index = append(index, run[0].num, len(run))
		for _, r := range run {
			kind, a, b := 1, r.entry.Offset, r.entry.Gen
			switch r.entry.Kind {
			case Free:
				kind = 0
			case InStream:
				kind, a, b = 2, int64(r.entry.Stream), r.entry.Index
			}
			data = append(data, byte(kind))
			for i := width - 1; i >= 0; i-- {
				data = append(data, byte(a>>(8*i)))
			}
			data = append(data, byte(b>>8), byte(b))
		}
	})
	s := Compress(data)
	for k, v := range trailer {
		s.Dict[k] = v
	}
	s.Dict["Type"] = Name("XRef")
	s.Dict["W"] = Array{1, width, 2}
	s.Dict["Index"] = index
	dst = appendIndirect(dst, pending{self, s})
	return fmt.Appendf(dst, "startxref\n%d\n%%%%EOF\n", at)
}
