package pdf

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// raw builds a file by hand, revision by revision, so that tests do not trust
// the writer that they test.
type raw struct {
	b       strings.Builder
	offsets map[int]int // of the revision that is being written
	start   int         // of the last cross-reference section
}

func newRaw(version string) *raw {
	r := &raw{offsets: map[int]int{}, start: -1}
	r.b.WriteString("%PDF-" + version + "\n%\xe2\xe3\xcf\xd3\n")
	return r
}

// object writes one object of generation 0.
func (r *raw) object(num int, body string) *raw {
	r.offsets[num] = r.b.Len()
	fmt.Fprintf(&r.b, "%d 0 obj\n%s\nendobj\n", num, body)
	return r
}

// stream writes a stream object with its right length.
func (r *raw) stream(num int, dict, body string) *raw {
	return r.object(num, fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(body), body))
}

// table ends a revision with a table.
func (r *raw) table(trailer string) *raw { return r.tableWith("", trailer) }

// tableWith is table with more subsections, written as they are.
func (r *raw) tableWith(extra, trailer string) *raw {
	at := r.b.Len()
	r.b.WriteString("xref\n")
	if r.start < 0 {
		r.b.WriteString("0 1\n0000000000 65535 f \n")
	}
	for _, num := range slices.Sorted(maps.Keys(r.offsets)) {
		fmt.Fprintf(&r.b, "%d 1\n%010d 00000 n \n", num, r.offsets[num])
	}
	r.b.WriteString(extra)
	prev := ""
	if r.start >= 0 {
		prev = fmt.Sprintf("/Prev %d", r.start)
	}
	fmt.Fprintf(&r.b, "trailer\n<<%s%s>>\nstartxref\n%d\n%%%%EOF\n", trailer, prev, at)
	r.start = at
	r.offsets = map[int]int{}
	return r
}

// cross writes a cross-reference stream of rows (type, a, b) with widths 1 4 2.
// With an end it is a revision's; without, the stream of a hybrid.
func (r *raw) cross(num int, extra string, rows map[int][3]int, end bool) int {
	at := r.b.Len()
	var index, data strings.Builder
	if end {
		for n, o := range r.offsets {
			rows[n] = [3]int{1, o, 0}
		}
		rows[num] = [3]int{1, at, 0}
	}
	for _, n := range slices.Sorted(maps.Keys(rows)) {
		v := rows[n]
		fmt.Fprintf(&index, "%d 1 ", n)
		data.Write([]byte{byte(v[0]), byte(v[1] >> 24), byte(v[1] >> 16), byte(v[1] >> 8), byte(v[1]), byte(v[2] >> 8), byte(v[2])})
	}
	r.stream(num, fmt.Sprintf("/Type/XRef/W[1 4 2]/Index[%s]%s", index.String(), extra), data.String())
	if end {
		fmt.Fprintf(&r.b, "startxref\n%d\n%%%%EOF\n", at)
		r.start = at
		r.offsets = map[int]int{}
	} else {
		delete(r.offsets, num)
	}
	return at
}

func (r *raw) bytes() []byte { return []byte(r.b.String()) }

// small is a file of one page, of one revision.
func small() *raw {
	return newRaw("1.4").
		object(1, "<</Type/Catalog/Pages 2 0 R>>").
		object(2, "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>").
		object(3, "<</Type/Page/Parent 2 0 R/Contents 4 0 R>>").
		stream(4, "", "BT (one) Tj ET").
		table("/Size 5/Root 1 0 R")
}

func mustRead(t *testing.T, data []byte) *File {
	t.Helper()
	f, err := Read(data, Options{})
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	return f
}

func wantClean(t *testing.T, data []byte) *File {
	t.Helper()
	f, err := Read(data, Options{Strict: true})
	if err != nil {
		t.Fatalf("a strict reading refuses the file: %v", err)
	}
	return f
}

func content(t *testing.T, d *Document, page int) string {
	t.Helper()
	pages, err := d.Pages()
	if err != nil || page >= len(pages) {
		t.Fatalf("pages: %d, %v", len(pages), err)
	}
	data, err := d.Decode(d.Stream(pages[page].Dict["Contents"]))
	if err != nil {
		t.Fatalf("content: %v", err)
	}
	return string(data)
}
