package check

import (
	"strings"
	"testing"
	"unicode/utf16"

	"medborgarnavet/block/pdf"
)

// withXMP adds properties to the metadata.
func withXMP(body string) func(d *testDoc) {
	return func(d *testDoc) {
		d.xmp = strings.Replace(d.xmp, xmpTail, description(body)+xmpTail, 1)
	}
}

// property is a description of one property in an extension schema; "" leaves
// a part out.
func extension(property, valueType string) string {
	s := `<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Example</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://example.org/ns/</pdfaSchema:namespaceURI><pdfaSchema:prefix>ex</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">` + property + `</rdf:li></rdf:Seq></pdfaSchema:property>`
	if valueType != "" {
		s += `<pdfaSchema:valueType><rdf:Seq><rdf:li rdf:parseType="Resource">` + valueType + `</rdf:li></rdf:Seq></pdfaSchema:valueType>`
	}
	return s + `</rdf:li></rdf:Bag></pdfaExtension:schemas>`
}

const (
	propCount = `<pdfaProperty:name>count</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>A count</pdfaProperty:description>`
	propPart = `<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Part</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>A part</pdfaProperty:description>`
	typePart = `<pdfaType:type>Part</pdfaType:type><pdfaType:namespaceURI>http://example.org/ns/</pdfaType:namespaceURI>
<pdfaType:prefix>ex</pdfaType:prefix><pdfaType:description>A part</pdfaType:description><pdfaType:field><rdf:Seq>
<rdf:li rdf:parseType="Resource"><pdfaField:name>size</pdfaField:name><pdfaField:valueType>Integer</pdfaField:valueType>
<pdfaField:description>Its size</pdfaField:description></rdf:li></rdf:Seq></pdfaType:field>`
)

func TestMetadataRules(t *testing.T) {
	cut := func(s, part string) string { return strings.Replace(s, part, "", 1) }
	runCases(t, []ruleCase{
		{A2b, "6.6.2.1-1 6.6.4-1", "no metadata", func(d *testDoc) { d.xmp = "" }},
		{A1b, "6.7.2-2", "filtered metadata", func(d *testDoc) {
			d.xmpDict["Filter"] = pdf.Name("ASCIIHexDecode")
			d.xmp = hexOf(d.xmp) + ">"
		}},
		{A2b, "6.6.2.1-2", "bytes in the header", func(d *testDoc) { d.xmp = strings.Replace(d.xmp, "?>", ` bytes="9"?>`, 1) }},
		{A1b, "6.7.5-2", "encoding in the header", func(d *testDoc) { d.xmp = strings.Replace(d.xmp, "?>", ` encoding="UTF-8"?>`, 1) }},
		{A2b, "6.6.2.1-4", "broken XML", func(d *testDoc) { d.xmp = strings.Replace(d.xmp, "</rdf:RDF>", "", 1) }},
		{A2b, "6.6.2.1-4", "property twice", withXMP(identification(A2b))},
		{A2b, "6.6.2.1-5", "UTF-16", func(d *testDoc) { d.xmp = utf16Of(d.xmp) }},
		{A1b, "", "UTF-16", func(d *testDoc) { d.xmp = utf16Of(d.xmp) }},
		{A2b, "6.6.2.3.1-1", "unknown property", withXMP(`<ex:count>1</ex:count>`)},
		{A1b, "6.7.9-2", "property of a later XMP", withXMP(`<xmp:Rating>1</xmp:Rating>`)},
		{A2b, "", "property of a later XMP", withXMP(`<xmp:Rating>1</xmp:Rating>`)},
		{A1b, "6.7.9-3", "text where an array must be", withXMP(`<dc:creator>x</dc:creator>`)},
		{A2b, "6.6.2.3.1-2", "bad date", withXMP(`<xmp:CreateDate>yesterday</xmp:CreateDate>`)},
		{A2b, "", "structure", withXMP(`<xmpMM:DerivedFrom xmlns:stRef="http://ns.adobe.com/xap/1.0/sType/ResourceRef#" stRef:documentID="x"/>`)},
		{A2b, "6.6.2.3.1-2", "structure with an unknown field", withXMP(`<xmpMM:DerivedFrom xmlns:stRef="http://ns.adobe.com/xap/1.0/sType/ResourceRef#" stRef:colour="x"/>`)},
		{A2b, "6.6.4-2", "another part", func(d *testDoc) { d.xmp = strings.Replace(d.xmp, "part>2<", "part>3<", 1) }},
		{A1b, "6.7.11-3", "another level", func(d *testDoc) { d.xmp = strings.Replace(d.xmp, ">B<", ">C<", 1) }},
		{A2b, "", "level A claimed, B checked", func(d *testDoc) { d.xmp = strings.Replace(d.xmp, ">B<", ">A<", 1) }},
		{A2b, "6.6.4-4 6.6.4-5", "another prefix", func(d *testDoc) {
			d.xmp = strings.ReplaceAll(d.xmp, "pdfaid:", "id:")
			d.xmp = strings.ReplaceAll(d.xmp, "xmlns:pdfaid", "xmlns:id")
		}},
		{A2b, "", "extension schema", withXMP(extension(propCount, "") + `<ex:count>1</ex:count>`)},
		{A2b, "6.6.2.3.1-2", "extension value of the wrong type", withXMP(extension(propCount, "") + `<ex:count>one</ex:count>`)},
		{A2b, "", "extension type", withXMP(extension(propPart, typePart) + `<ex:part rdf:parseType="Resource"><ex:size>1</ex:size></ex:part>`)},
		{A2b, "6.6.2.3.3-9", "unknown category", withXMP(extension(strings.Replace(propCount, "internal", "secret", 1), ""))},
		{A1b, "6.7.8-11", "no description", withXMP(extension(cut(propCount, `<pdfaProperty:description>A count</pdfaProperty:description>`), ""))},
		{A2b, "6.6.2.3.3-8", "undefined value type", withXMP(extension(propPart, ""))},
		{A2b, "6.6.2.3.2-1", "undefined field", withXMP(extension(propCount+`<pdfaProperty:colour>red</pdfaProperty:colour>`, ""))},
		{A2b, "6.6.2.3.3-3", "no namespace", withXMP(cut(extension(propCount, ""), `<pdfaSchema:namespaceURI>http://example.org/ns/</pdfaSchema:namespaceURI>`))},
		{A2b, "6.6.2.3.3-1", "schemas in a sequence", withXMP(strings.Replace(strings.Replace(extension(propCount, ""), "<rdf:Bag>", "<rdf:Seq>", 1), "</rdf:Bag>", "</rdf:Seq>", 1))},
		{A2b, "6.6.2.3.3-16", "field without name", withXMP(extension(propPart, cut(typePart, `<pdfaField:name>size</pdfaField:name>`)))},
	})
}

func TestInfoRules(t *testing.T) {
	title := `<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Beslut</rdf:li></rdf:Alt></dc:title>`
	runCases(t, []ruleCase{
		{A1b, "6.7.3-2", "title not in the metadata", func(d *testDoc) { d.info = pdf.Dict{"Title": pdf.String("Beslut")} }},
		{A1b, "", "title in both", both(withXMP(title), func(d *testDoc) { d.info = pdf.Dict{"Title": pdf.String("Beslut")} })},
		{A2b, "", "part 2 does not compare", func(d *testDoc) { d.info = pdf.Dict{"Title": pdf.String("Beslut")} }},
		{A1b, "6.7.3-3", "two authors", both(withXMP(`<dc:creator><rdf:Seq><rdf:li>A</rdf:li><rdf:li>B</rdf:li></rdf:Seq></dc:creator>`),
			func(d *testDoc) { d.info = pdf.Dict{"Author": pdf.String("A")} })},
		{A1b, "6.7.3-4", "subject", func(d *testDoc) { d.info = pdf.Dict{"Subject": pdf.String("x")} }},
		{A1b, "6.7.3-5", "keywords", func(d *testDoc) { d.info = pdf.Dict{"Keywords": pdf.String("x")} }},
		{A1b, "6.7.3-6", "creator", both(withXMP(`<xmp:CreatorTool>y</xmp:CreatorTool>`), func(d *testDoc) { d.info = pdf.Dict{"Creator": pdf.String("x")} })},
		{A1b, "6.7.3-7", "producer", both(withXMP(`<pdf:Producer>y</pdf:Producer>`), func(d *testDoc) { d.info = pdf.Dict{"Producer": pdf.String("x")} })},
		{A1b, "", "one moment in two zones", both(withXMP(`<xmp:CreateDate>2026-11-22T10:00:00Z</xmp:CreateDate>`),
			func(d *testDoc) { d.info = pdf.Dict{"CreationDate": pdf.String("D:20261122110000+01'00'")} })},
		{A1b, "6.7.3-8", "another moment", both(withXMP(`<xmp:ModifyDate>2026-11-22T10:00:00Z</xmp:ModifyDate>`),
			func(d *testDoc) { d.info = pdf.Dict{"ModDate": pdf.String("D:20261122110000Z")} })},
	})
}

// An extension schema of the document's metadata holds in a page's metadata.
func TestPageMetadata(t *testing.T) {
	for body, want := range map[string]string{`<ex:count>1</ex:count>`: "", `<ex:other>1</ex:other>`: "6.6.2.3.1-1"} {
		d := newDoc(A2b)
		withXMP(extension(propCount, ""))(d)
		d.add = func(b *pdf.Builder, d *testDoc) {
			d.page["Metadata"] = b.Add(stream(d.xmpDict, xmpHead+description(body)+xmpTail))
		}
		res, err := Check(d.bytes(t), A2b, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(rulesOf(res), " "); got != want {
			t.Errorf("%s: findings %q, want %q", body, got, want)
		}
	}
}

func hexOf(s string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		b.WriteByte(digits[s[i]>>4])
		b.WriteByte(digits[s[i]&15])
	}
	return b.String()
}

func utf16Of(s string) string {
	var b strings.Builder
	b.WriteString("\xfe\xff")
	for _, u := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(u >> 8))
		b.WriteByte(byte(u))
	}
	return b.String()
}
