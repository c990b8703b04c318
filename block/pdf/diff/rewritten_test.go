package diff_test

import (
	"bytes"
	"fmt"
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
