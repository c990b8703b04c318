package diff_test

import (
	"bytes"
	"fmt"
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

// clean is an ordinary document of the kind that should be signed.
func clean(t testing.TB, content string, more func(b *pdf.Builder, page, catalog pdf.Dict)) []byte {
	t.Helper()
	b := pdf.NewBuilder("1.7")
	pages, page := b.Reserve(), b.Reserve()
	font := b.Add(pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type1"), "BaseFont": pdf.Name("Helvetica")})
	image := b.Add(stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Image"), "Width": 1, "Height": 1,
		"ColorSpace": pdf.Name("DeviceGray"), "BitsPerComponent": 8}, "\xff"))
	pd := pdf.Dict{"Type": pdf.Name("Page"), "Parent": pages, "MediaBox": pdf.Array{0, 0, 595, 842}, "Contents": b.Add(stream(nil, content)),
		"Resources": pdf.Dict{"Font": pdf.Dict{"F1": font}, "XObject": pdf.Dict{"Im1": image}}}
	cat := pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": pages}
	if more != nil {
		more(b, pd, cat)
	}
	b.Set(page, pd)
	b.Set(pages, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{page}, "Count": 1})
	out, err := b.Bytes(pdf.Dict{"Root": b.Add(cat)})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const line = "BT /F1 12 Tf 72 700 Td (Beloppet 1 000 kr betalas ut) Tj ET "

type scanCase struct {
	name, code string
	severity   diff.Severity
	content    string
	more       func(b *pdf.Builder, page, catalog pdf.Dict)
}

func scanCases() []scanCase {
	onCatalog := func(k string, v pdf.Object) func(*pdf.Builder, pdf.Dict, pdf.Dict) {
		return func(_ *pdf.Builder, _, c pdf.Dict) { c[pdf.Name(k)] = v }
	}
	js := pdf.Dict{"S": pdf.Name("JavaScript"), "JS": pdf.String("1")}
	form := func(fields ...pdf.Dict) func(*pdf.Builder, pdf.Dict, pdf.Dict) {
		return func(b *pdf.Builder, p, c pdf.Dict) {
			var list pdf.Array
			for _, f := range fields {
				list = append(list, b.Add(f))
			}
			p["Annots"] = list
			c["AcroForm"] = pdf.Dict{"Fields": list}
		}
	}
	text := func(name string, more ...any) pdf.Dict {
		return with(pdf.Dict{"Subtype": pdf.Name("Widget"), "FT": pdf.Name("Tx"), "T": pdf.String(name), "Rect": pdf.Array{72, 500, 200, 520}}, more...)
	}
	return []scanCase{
		{"unreferenced content", "unreferenced-object", diff.Refuse, line, func(b *pdf.Builder, _, _ pdf.Dict) { b.Add(stream(nil, line)) }},
		{"unreferenced page", "unreferenced-object", diff.Refuse, line, func(b *pdf.Builder, _, _ pdf.Dict) { b.Add(pdf.Dict{"Type": pdf.Name("Page")}) }},
		{"hidden layer", "hidden-layer", diff.Refuse, line, func(b *pdf.Builder, _, c pdf.Dict) {
			r := b.Add(pdf.Dict{"Type": pdf.Name("OCG"), "Name": pdf.String("x")})
			c["OCProperties"] = pdf.Dict{"OCGs": pdf.Array{r}, "D": pdf.Dict{"OFF": pdf.Array{r}}}
		}},
		{"layers", "layers", diff.Warn, line, func(b *pdf.Builder, _, c pdf.Dict) {
			r := b.Add(pdf.Dict{"Type": pdf.Name("OCG"), "Name": pdf.String("x")})
			c["OCProperties"] = pdf.Dict{"OCGs": pdf.Array{r}, "D": pdf.Dict{"ON": pdf.Array{r}}}
		}},
		{"script at opening", "script", diff.Refuse, line, onCatalog("OpenAction", js)},
		{"script on the page", "script", diff.Refuse, line, func(_ *pdf.Builder, p, _ pdf.Dict) { p["AA"] = pdf.Dict{"O": js} }},
		{"launch", "action", diff.Refuse, line, onCatalog("OpenAction", pdf.Dict{"S": pdf.Name("Launch"), "F": pdf.String("x")})},
		{"web address at opening", "action", diff.Refuse, line, onCatalog("OpenAction", pdf.Dict{"S": pdf.Name("URI"), "URI": pdf.String("http://x")})},
		{"attachment", "attachment", diff.Warn, line, onCatalog("Names", pdf.Dict{"EmbeddedFiles": pdf.Dict{"Names": pdf.Array{pdf.String("a"), pdf.Dict{"Type": pdf.Name("Filespec"), "EF": pdf.Dict{}}}}})},
		{"external stream", "external-stream", diff.Refuse, line, func(b *pdf.Builder, p, _ pdf.Dict) {
			p["Contents"] = b.Add(stream(pdf.Dict{"F": pdf.String("x.bin")}, ""))
		}},
		{"image over text", "covered-text", diff.Refuse, line + "q 300 0 0 40 60 690 cm /Im1 Do Q", nil},
		{"white box over text", "covered-text", diff.Refuse, line + "1 g 60 690 300 40 re f", nil},
		{"scan over text", "text-beneath-scan", diff.Warn, line + "q 595 0 0 842 0 0 cm /Im1 Do Q", nil},
		{"invisible text", "invisible-text", diff.Warn, "BT 3 Tr /F1 12 Tf 72 700 Td (Hemligt) Tj ET", nil},
		{"fields drawn by the reader", "need-appearances", diff.Refuse, line, onCatalog("AcroForm", pdf.Dict{"NeedAppearances": true, "Fields": pdf.Array{}})},
		{"dynamic form", "dynamic-form", diff.Refuse, line, onCatalog("AcroForm", pdf.Dict{"XFA": pdf.String("x"), "Fields": pdf.Array{}})},
		{"field shows another text", "field-shows-other", diff.Refuse, line, func(b *pdf.Builder, p, c pdf.Dict) {
			form(text("a", "V", pdf.String("100"), "AP", pdf.Dict{"N": b.Add(stream(pdf.Dict{"Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 100, 20},
				"Resources": pdf.Dict{"Font": pdf.Dict{"F": pdf.Dict{"Subtype": pdf.Name("Type1"), "BaseFont": pdf.Name("Helvetica")}}}}, "BT /F 9 Tf (900) Tj ET"))}))(b, p, c)
		}},
		{"fields on top of each other", "overlapping-fields", diff.Refuse, line, form(text("a"), text("b"))},
		{"hidden field", "hidden-annotation", diff.Warn, line, func(b *pdf.Builder, p, c pdf.Dict) {
			form(text("a", "F", 2, "AP", pdf.Dict{"N": b.Add(stream(pdf.Dict{"BBox": pdf.Array{0, 0, 1, 1}}, ""))}))(b, p, c)
		}},
		{"form font that draws others", "form-font", diff.Refuse, line, onCatalog("AcroForm", pdf.Dict{"Fields": pdf.Array{}, "DR": pdf.Dict{"Font": pdf.Dict{
			"H": pdf.Dict{"Subtype": pdf.Name("Type1"), "BaseFont": pdf.Name("X"), "Encoding": pdf.Dict{"Differences": pdf.Array{49, pdf.Name("nine")}}}}}})},
		{"stamp over text", "annotation-covers-text", diff.Refuse, line, func(b *pdf.Builder, p, _ pdf.Dict) {
			p["Annots"] = pdf.Array{b.Add(pdf.Dict{"Subtype": pdf.Name("Stamp"), "Rect": pdf.Array{60, 690, 400, 720},
				"AP": pdf.Dict{"N": b.Add(stream(pdf.Dict{"Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 1, 1}}, "0 0 1 1 re f"))}})}
		}},
	}
}

// signing.md §4.4: what a file could later show, or hides already.
func TestScan(t *testing.T) {
	for _, tc := range scanCases() {
		t.Run(tc.name, func(t *testing.T) {
			risks := diff.Scan(read(t, clean(t, tc.content, tc.more)))
			for _, r := range risks {
				if r.Code == tc.code && r.Severity == tc.severity {
					if r.Reason == "" || r.ReasonSv == "" || r.Reason == r.ReasonSv {
						t.Errorf("reasons %q %q", r.Reason, r.ReasonSv)
					}
					return
				}
			}
			t.Errorf("no risk %s: %+v", tc.code, risks)
		})
	}
}

// An ordinary document has no risks: not for coloured tables, links, OCR in a
// scan, images beside text, or a filled form.
func TestScanClean(t *testing.T) {
	for name, content := range map[string]string{
		"text":                   line,
		"coloured table":         "0.9 g 60 690 300 40 re f 0 g " + line,
		"image beside text":      line + "q 100 0 0 100 300 100 cm /Im1 Do Q",
		"recognised text":        "q 595 0 0 842 0 0 cm /Im1 Do Q BT 3 Tr /F1 12 Tf 72 700 Td (Beslut) Tj ET",
		"rule through nothing":   line + "60 600 400 1 re f",
		"underlined":             line + "72 697 200 1 re f",
		"transparent background": line,
	} {
		link := func(b *pdf.Builder, p, c pdf.Dict) {
			p["Annots"] = pdf.Array{b.Add(pdf.Dict{"Subtype": pdf.Name("Link"), "Rect": pdf.Array{72, 690, 200, 715},
				"A": pdf.Dict{"S": pdf.Name("URI"), "URI": pdf.String("https://www.riksdagen.se")}})}
		}
		if risks := diff.Scan(read(t, clean(t, content, link))); len(risks) > 0 {
			t.Errorf("%s: %+v", name, risks)
		}
	}
	x := &fixture{}
	for _, r := range diff.Scan(read(t, x.build(t))) {
		if r.Severity == diff.Refuse && r.Code != "unreferenced-object" { // the fixture has hidden content by intent
			t.Errorf("fixture: %+v", r)
		}
	}
}

// A part that stands twice in the bytes, and one that the index does not name.
func TestScanBytes(t *testing.T) {
	data := clean(t, line, nil)
	for code, num := range map[string]int{"object-twice": 5, "unlisted-object": 77} {
		object := fmt.Sprintf("%d 0 obj\n<</Length 2>>\nstream\nBT\nendstream\nendobj\n", num)
		at := bytes.LastIndex(data, []byte("xref\n0"))
		more := bytes.Clone(data[:at])
		more = append(more, object...)
		rest := bytes.Replace(data[at:], fmt.Appendf(nil, "startxref\n%d", at), fmt.Appendf(nil, "startxref\n%d", at+len(object)), 1)
		f := read(t, append(more, rest...))
		found := false
		for _, r := range diff.Scan(f) {
			found = found || r.Code == code && r.Severity == diff.Refuse
		}
		if !found || f.Rebuilt() {
			t.Errorf("no risk %s (rebuilt %v): %+v", code, f.Rebuilt(), diff.Scan(f))
		}
	}
}

func TestScanRevisions(t *testing.T) {
	x := &fixture{}
	found := false
	for _, r := range diff.Scan(read(t, x.signed(t))) {
		found = found || r.Code == "several-revisions" && r.Severity == diff.Warn
	}
	if !found {
		t.Error("several revisions were not told")
	}
}
