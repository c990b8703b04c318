package diff_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

// row is a row of a table that is written by hand.
type row struct {
	num, gen int
	offset   int64
	kind     string
}

// byHand appends a revision: bodies as they are, and a table of the rows.
// Offsets below zero count from the revision's first byte.
func byHand(t testing.TB, data []byte, body string, rows []row, more string) []byte {
	t.Helper()
	f := read(t, data)
	revs := f.Revisions()
	last := revs[len(revs)-1]
	base := int64(len(data))
	var b strings.Builder
	b.WriteString(body)
	at := base + int64(b.Len())
	b.WriteString("xref\n")
	for _, r := range rows {
		if r.offset < 0 {
			r.offset = base - r.offset - 1
		}
		fmt.Fprintf(&b, "%d 1\n%010d %05d %s \n", r.num, r.offset, r.gen, r.kind)
	}
	prev := fmt.Sprintf("/Prev %d", last.StartXRef)
	if strings.Contains(more, "/Prev") {
		prev = ""
	}
	size, _ := f.Latest().Int(last.Trailer["Size"])
	root := last.Trailer["Root"].(pdf.Ref)
	info := last.Trailer["Info"].(pdf.Ref)
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R%s%s>>\nstartxref\n%d\n%%%%EOF\n", max(size, 90), root.Num, info.Num, prev, more, at)
	return append(bytes.Clone(data), b.String()...)
}

// signing.md §4.4, §5: what is done with bytes, tables and pointers rather
// than with objects.
func TestBytes(t *testing.T) {
	evil := "stream\nBT /F1 12 Tf 72 700 Td (Beloppet 9 000 kr) Tj ET\nendstream"
	object := func(num, gen int) string {
		return fmt.Sprintf("%d %d obj\n<</Length 48>>\n%s\nendobj\n", num, gen, evil)
	}
	for _, tc := range []struct {
		name, code string
		do         func(x *fixture, data []byte) []byte
	}{
		{"content freed", "page-content", func(x *fixture, data []byte) []byte {
			return byHand(t, data, "", []row{{x.content1.Num, 1, 0, "f"}}, "")
		}},
		{"content under another generation", "page-content", func(x *fixture, data []byte) []byte {
			return byHand(t, data, object(x.content1.Num, 1), []row{{x.content1.Num, 1, -1, "n"}}, "")
		}},
		{"unlisted object", "bytes-that-belong-to-nothing", func(x *fixture, data []byte) []byte {
			return byHand(t, data, object(x.content1.Num, 0)+"88 0 obj\n1\nendobj\n", []row{{88, 0, -1 - int64(len(object(x.content1.Num, 0))), "n"}}, "")
		}},
		{"object twice in a revision", "bytes-that-belong-to-nothing", func(x *fixture, data []byte) []byte {
			return byHand(t, data, object(88, 0)+object(88, 0), []row{{88, 0, -1, "n"}}, "")
		}},
		{"words between objects", "bytes-that-belong-to-nothing", func(x *fixture, data []byte) []byte {
			return byHand(t, data, "hidden words\n", []row{{88, 0, 0, "f"}}, "")
		}},
		{"bytes after the end", "bytes-that-belong-to-nothing", func(x *fixture, data []byte) []byte {
			return append(bytes.Clone(data), object(x.content1.Num, 0)...)
		}},
		{"comment after the end", "bytes-that-belong-to-nothing", func(x *fixture, data []byte) []byte {
			return append(bytes.Clone(data), "\n%%EOF\n% hidden words\n"...)
		}},
		{"size that cuts objects off", "ambiguous", func(x *fixture, data []byte) []byte {
			return bytes.Replace(byHand(t, data, "", []row{{0, 65535, 0, "f"}}, ""), []byte("/Size 90"), []byte("/Size 09"), 1)
		}},
		{"no size", "ambiguous", func(x *fixture, data []byte) []byte {
			return bytes.Replace(byHand(t, data, "", []row{{88, 0, 0, "f"}}, ""), []byte("/Size 90"), []byte("/Sise 90"), 1)
		}},
		{"revision passed over", "bytes-that-belong-to-nothing", func(x *fixture, data []byte) []byte {
			first := read(t, data).Revisions()[0].StartXRef
			two := edit(t, data, func(u *pdf.Update, d *pdf.Document) { u.Add(pdf.String("x")) })
			return byHand(t, two, "", []row{{88, 0, 0, "f"}}, fmt.Sprintf("/Prev %d", first))
		}},
		{"dictionary with a key twice", "ambiguous", func(x *fixture, data []byte) []byte {
			return byHand(t, data, "88 0 obj\n<</A 1/A 2>>\nendobj\n", []row{{88, 0, -1, "n"}}, "")
		}},
		{"a key twice behind many other faults", "ambiguous", func(x *fixture, data []byte) []byte {
			many := "87 0 obj\n[" + strings.Repeat("1e5 ", 300) + "]\nendobj\n"
			data = byHand(t, data, many, []row{{87, 0, -1, "n"}}, "")
			return byHand(t, data, "88 0 obj\n<</A 1/A 2>>\nendobj\n", []row{{88, 0, -1, "n"}}, "")
		}},
		{"stream with a wrong length", "ambiguous", func(x *fixture, data []byte) []byte {
			return byHand(t, data, "88 0 obj\n<</Length 2>>\nstream\nq Q q Q\nendstream\nendobj\n", []row{{88, 0, -1, "n"}}, "")
		}},
		{"dangling reference given content", "layers", func(x *fixture, data []byte) []byte {
			return byHand(t, data, object(85, 0), []row{{85, 0, -1, "n"}}, "")
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x := &fixture{}
			data := edit(t, x.build(t), func(u *pdf.Update, d *pdf.Document) {
				newSignature(u, d, "Signatur1", x.page1, nil, value("Sig"))
				setKeys(u, d, x.ocg, "Dangling", pdf.Ref{Num: 85})
			})
			changed := tc.do(x, data)
			from := 1
			if tc.name == "revision passed over" {
				from = 0 // revision 1 is no longer in the chain
			}
			v := diff.Compare(read(t, changed), from, diff.Policy{})
			if v.Allowed {
				t.Fatalf("allowed:%s", show(v))
			}
			for _, c := range v.Changes {
				if c.Code == tc.code {
					return
				}
			}
			t.Errorf("no change %s:%s", tc.code, show(v))
		})
	}
}

// signing.md §4.4: hide and replace: bytes that lay unused in the signed part
// are brought out by a later table.
func TestShadow(t *testing.T) {
	x := &fixture{}
	data := x.build(t)
	good := read(t, data).Latest().Get(x.content1)
	data = edit(t, data, func(u *pdf.Update, d *pdf.Document) {
		u.Set(x.content1, stream(nil, "BT /F1 12 Tf 72 700 Td (Beloppet 9 000 kr betalas) Tj ET"))
	})
	hidden, _ := read(t, data).Latest().Entry(x.content1.Num)
	data = edit(t, data, func(u *pdf.Update, d *pdf.Document) { u.Set(x.content1, good) })
	data = edit(t, data, func(u *pdf.Update, d *pdf.Document) {
		newSignature(u, d, "Signatur1", x.page1, nil, value("Sig"))
	})
	if v := diff.Compare(read(t, data), 3, diff.Policy{}); !v.Allowed {
		t.Fatalf("prepared but not manipulated:%s", show(v))
	}
	data = byHand(t, data, "", []row{{x.content1.Num, 0, hidden.Offset, "n"}}, "")
	v := diff.Compare(read(t, data), 3, diff.Policy{})
	expect(t, v, "points-into-signed-bytes", "")
	expect(t, v, "page-content", "/Contents")
}

// A revision must be a revision of its own.
func TestUnfinished(t *testing.T) {
	x := &fixture{}
	data := x.signed(t)
	whole := edit(t, data, func(u *pdf.Update, d *pdf.Document) { newSignature(u, d, "S2", x.page1, nil, value("Sig")) })
	for _, cut := range []string{"%%EOF", "startxref"} {
		broken := bytes.Clone(whole)
		at := bytes.LastIndex(broken, []byte(cut))
		copy(broken[at:], strings.Repeat(" ", len(cut)))
		f, err := pdf.Read(broken, pdf.Options{})
		if err != nil {
			continue // refused: as good
		}
		if len(f.Revisions()) <= 2 && !f.Rebuilt() && cut == "startxref" {
			if v := diff.Compare(f, 1, diff.Policy{}); v.Allowed {
				t.Errorf("without %s: allowed with %d revisions", cut, len(f.Revisions()))
			}
			continue
		}
		if v := diff.Compare(f, 1, diff.Policy{}); v.Allowed {
			t.Errorf("without %s: allowed:%s", cut, show(v))
		}
	}
}

// Rewriting an object stream changes every object in it.
func TestObjectStreamRewritten(t *testing.T) {
	x := &fixture{packed: true}
	data := x.signed(t)
	f := read(t, data)
	e, _ := f.Latest().Entry(x.font.Num)
	if e.Kind != pdf.InStream {
		t.Fatal("the font does not lie in an object stream")
	}
	holder := pdf.Ref{Num: e.Stream}
	data = edit(t, data, func(u *pdf.Update, d *pdf.Document) {
		u.Set(holder, d.Get(holder))
	})
	if v := compare(t, data, diff.Policy{}); !v.Allowed {
		t.Errorf("written again unchanged:%s", show(v))
	}
	data = edit(t, data, func(u *pdf.Update, d *pdf.Document) {
		s := d.Stream(holder)
		content, err := d.Decode(s)
		if err != nil {
			t.Fatal(err)
		}
		content = bytes.ReplaceAll(content, []byte("Helvetica"), []byte("Courier  "))
		u.Set(holder, &pdf.Stream{Dict: with(s.Dict, "Filter", nil, "DecodeParms", nil), Raw: content})
	})
	expect(t, compare(t, data, diff.Policy{}), "font", "/F1")
}

// ISO 32000-1, 7.5.8.4: a hybrid revision must not show one document to old
// readers and another to new ones.
func TestHybrid(t *testing.T) {
	x := &fixture{}
	data := x.signed(t)
	f := read(t, data)
	last := f.Revisions()[1]
	base := len(data)
	object := fmt.Sprintf("%d 0 obj\n<</Length 3>>\nstream\nq Q\nendstream\nendobj\n", x.content2.Num)
	entry := []byte{1, byte(base >> 8), byte(base), 0}
	xs := fmt.Sprintf("89 0 obj\n<</Type/XRef/Size 90/W[1 2 1]/Index[%d 1]/Length %d>>\nstream\n%s\nendstream\nendobj\n", x.content2.Num, len(entry), entry)
	table := base + len(object) + len(xs)
	data = append(data, object...)
	data = append(data, xs...)
	data = append(data, fmt.Sprintf("xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 90/Root %d 0 R/Prev %d/XRefStm %d>>\nstartxref\n%d\n%%%%EOF\n",
		x.catalog.Num, last.StartXRef, base+len(object), table)...)
	v := compare(t, data, diff.Policy{})
	expect(t, v, "two-views", "")
	expect(t, v, "page-content", "/Contents")
}

// Nothing after the signed revision is fine; a revision that is not there is not.
func TestRevisionIndex(t *testing.T) {
	x := &fixture{}
	f := read(t, x.signed(t))
	if v := diff.Compare(f, 1, diff.Policy{}); !v.Allowed || len(v.Changes) != 0 {
		t.Errorf("last revision:%s", show(v))
	}
	for _, i := range []int{-1, 2} {
		if v := diff.Compare(f, i, diff.Policy{}); v.Allowed || len(v.Changes) != 1 {
			t.Errorf("revision %d:%s", i, show(v))
		}
	}
}
