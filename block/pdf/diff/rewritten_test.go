package diff_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

// Issue 3, part 2; signing.md §5 "must not be failed": programs that write the
// information and the metadata anew add empty texts, and say the same with
// attributes instead of elements. What is said may not change.
func TestMetadataWrittenAnew(t *testing.T) {
	attributes := strings.NewReplacer(
		"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>", "",
		"<xmp:ModifyDate>2026-11-22T10:00:00Z</xmp:ModifyDate><xmpMM:InstanceID>uuid:1</xmpMM:InstanceID>", "",
		`rdf:about="" `, `rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" pdfaid:part="2" pdfaid:conformance="B" pdf:Keywords="" pdf:Trapped="False" xmp:CreatorTool="" `).Replace(xmpText)
	for _, tc := range []struct {
		name, xmp string
		info      []any
		allowed   bool
	}{
		{"the same said in another form", attributes, []any{"Author", pdf.String(""), "Trapped", pdf.Name("False")}, true},
		{"another title in the metadata", strings.Replace(attributes, "Beslut", "Avslag", 1), nil, false},
		{"another claim in the metadata", strings.Replace(attributes, `pdfaid:part="2"`, `pdfaid:part="3"`, 1), nil, false},
		{"a claim that is no text", strings.Replace(xmpText, "<pdfaid:part>", `<pdfaid:part rdf:parseType="Resource">`, 1), nil, false},
		{"a claim left empty", strings.Replace(attributes, `pdfaid:conformance="B"`, `pdfaid:conformance=""`, 1), nil, false},
		{"the title in another encoding", xmpText, []any{"Title", pdf.String("\xfe\xff\x00B\x00e\x00s\x00l\x00u\x00t")}, true},
		{"the title emptied", xmpText, []any{"Title", pdf.String("")}, false},
		{"an author", xmpText, []any{"Author", pdf.String("Bo Ek")}, false},
	} {
		x := &fixture{}
		v := compare(t, edit(t, x.signed(t), func(u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.info, append([]any{"Producer", pdf.String("B")}, tc.info...)...)
			u.Set(x.xmp, stream(pdf.Dict{"Type": pdf.Name("Metadata"), "Subtype": pdf.Name("XML")}, tc.xmp))
		}), diff.Policy{})
		if v.Allowed != tc.allowed {
			t.Errorf("%s: allowed %v:%s", tc.name, v.Allowed, show(v))
		}
	}
}

// A common program copies entries between the information dictionary and the
// metadata when it raises the version. What neither said may not be added.
func TestInformationMovedToMetadata(t *testing.T) {
	said := func(name string) string {
		return strings.Replace(xmpText, "<xmp:ModifyDate>", "<dc:creator><rdf:Seq><rdf:li>"+name+"</rdf:li></rdf:Seq></dc:creator><xmp:CreatorTool>C</xmp:CreatorTool><xmp:ModifyDate>", 1)
	}
	tool := strings.Replace(xmpText, "<xmp:ModifyDate>", "<xmp:CreatorTool>C</xmp:CreatorTool><xmp:ModifyDate>", 1)
	for _, tc := range []struct {
		name          string
		before, after string // the metadata
		was, is       []any  // entries of the information dictionary
		allowed       bool
	}{
		{"the author moved", xmpText, said("Bo Ek"), []any{"Author", pdf.String("Bo Ek")}, []any{"Author", nil, "Title", nil}, true},
		{"another author", xmpText, said("Eva Ek"), []any{"Author", pdf.String("Bo Ek")}, []any{"Author", nil}, false},
		{"an author from nowhere", xmpText, said("Bo Ek"), nil, nil, false},
		{"the title left out of both", xmpText, strings.Replace(xmpText, "Beslut", "", 1), nil, []any{"Title", nil}, false},
		{"the program copied back", tool, tool, nil, []any{"Creator", pdf.String("C")}, true},
		{"another program", tool, tool, nil, []any{"Creator", pdf.String("D")}, false},
		{"the author copied", tool, said("Bo Ek"), []any{"Author", pdf.String("Bo Ek")}, nil, true},
		{"the program replaced", tool, strings.Replace(tool, "<xmp:CreatorTool>C<", "<xmp:CreatorTool>D<", 1), nil, nil, false},
	} {
		x := &fixture{}
		write := func(data []byte, xmp string, info []any) []byte {
			return edit(t, data, func(u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, x.info, append([]any{"Producer", pdf.String("B")}, info...)...)
				u.Set(x.xmp, stream(pdf.Dict{"Type": pdf.Name("Metadata"), "Subtype": pdf.Name("XML")}, xmp))
			})
		}
		signed := write(x.signed(t), tc.before, tc.was)
		at := len(read(t, signed).Revisions()) - 1
		v := diff.Compare(read(t, write(signed, tc.after, tc.is)), at, diff.Policy{})
		if v.Allowed != tc.allowed {
			t.Errorf("%s: allowed %v:%s", tc.name, v.Allowed, show(v))
		}
	}
}

// Programs that keep reals in single precision write them anew a little
// otherwise (ISO 32000-1, annex C).
func TestNumbersWrittenAnew(t *testing.T) {
	for _, tc := range []struct {
		wide    float64
		allowed bool
	}{{595.30394, true}, {595.31, false}} {
		x := &fixture{}
		write := func(data []byte, wide float64) []byte {
			return edit(t, data, func(u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, x.page1, "MediaBox", pdf.Array{0, 0, wide, 841.889763779528})
			})
		}
		signed := write(x.signed(t), 595.303937007874)
		at := len(read(t, signed).Revisions()) - 1
		if v := diff.Compare(read(t, write(signed, tc.wide)), at, diff.Policy{}); v.Allowed != tc.allowed {
			t.Errorf("%v wide: allowed %v:%s", tc.wide, v.Allowed, show(v))
		}
	}
}

// A common program keeps 16 bytes of a longer identifier. Another one is not
// the document's.
func TestIdentifierCut(t *testing.T) {
	const long = "0123456789abcdef0123456789ABCDEF"
	first := regexp.MustCompile(`/ID ?\[ ?<([0-9a-fA-F]*)>`)
	put := func(data []byte, id string) []byte { // into the last trailer, behind which nothing is counted
		all := first.FindAllSubmatchIndex(data, -1)
		last := all[len(all)-1]
		return slices.Concat(data[:last[2]], fmt.Appendf(nil, "%x", id), data[last[3]:])
	}
	for id, allowed := range map[string]bool{long: true, long[:16]: true, long[:15]: false, "x123456789abcdef": false} {
		x := &fixture{}
		data := edit(t, put(x.signed(t), long), func(u *pdf.Update, d *pdf.Document) { setKeys(u, d, x.info, "Producer", pdf.String("B")) })
		if v := compare(t, put(data, id), diff.Policy{}); v.Allowed != allowed {
			t.Errorf("%q: allowed %v:%s", id, v.Allowed, show(v))
		}
	}
}

// A common program names the white space before its index. Nothing but white
// space may lie between.
func TestIndexNamedAtTheSpaceBefore(t *testing.T) {
	x := &fixture{}
	data := x.signed(t)
	revs := read(t, data).Revisions()
	first := revs[len(revs)-1].StartXRef
	for _, tc := range []struct {
		prev    int64
		back    int
		between string
		allowed bool
	}{{first, 0, "\n", true}, {first - 1, 1, "\n", true}, {first, 1, " ", true}, {first, 40, strings.Repeat(" ", 40), false}} {
		more := byHand(t, data, tc.between, nil, fmt.Sprintf("/Prev %d", tc.prev))
		at := len(data) + len(tc.between)
		more = bytes.Replace(more, fmt.Appendf(nil, "startxref\n%d\n", at), fmt.Appendf(nil, "startxref\n%d\n", at-tc.back), 1)
		if v := compare(t, more, diff.Policy{}); v.Allowed != tc.allowed {
			t.Errorf("%d before, %q: allowed %v:%s", tc.back, tc.between, v.Allowed, show(v))
		}
	}
}
