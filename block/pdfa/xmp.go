package pdfa

import (
	"encoding/xml"
	"strings"
	"time"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/font"
)

// producer is the program that writes the file, as metadata names it.
const producer = "Medborgarnavet"

// escape makes a text fit for XML: markup escaped, and what XML cannot hold
// replaced.
func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return b.String()
}

// info gives the metadata's texts as both places hold them: of one line and
// in the form the document shows.
func (c *composer) info() Meta {
	m := c.doc.Meta
	line := func(s string) string { return strings.TrimSpace(font.Clean(s)) }
	m.Title, m.Author, m.Subject, m.Creator = line(m.Title), line(m.Author), line(m.Subject), line(m.Creator)
	m.Created = m.Created.Truncate(time.Second)
	if _, offset := m.Created.Zone(); offset%60 != 0 {
		m.Created = m.Created.UTC()
	}
	return m
}

// infoDict is the Info dictionary.
func infoDict(m Meta) pdf.Dict {
	date := pdf.String(pdfDate(m.Created))
	d := pdf.Dict{"Producer": textString(producer), "CreationDate": date, "ModDate": date}
	for key, text := range map[pdf.Name]string{
		"Title": m.Title, "Author": m.Author, "Subject": m.Subject, "Creator": m.Creator,
	} {
		if text != "" {
			d[key] = textString(text)
		}
	}
	return d
}

func pdfDate(t time.Time) string {
	zone := t.Format("-07:00")
	return t.Format("D:20060102150405") + zone[:3] + "'" + zone[4:] + "'"
}

// xmp is the metadata packet (ISO 16684-1): PDF/A's identifier, PDF/UA's with
// the description of its schema, and the same facts as in Info.
func xmp(m Meta, level Conformance) []byte {
	var b strings.Builder
	put := func(parts ...string) {
		for _, p := range parts {
			b.WriteString(p)
		}
		b.WriteByte('\n')
	}
	date := escape(m.Created.Format("2006-01-02T15:04:05-07:00"))
	put("<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>")
	put(`<x:xmpmeta xmlns:x="adobe:ns:meta/">`)
	put(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">`)
	put(`<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">`)
	put(`<pdfaid:part>`, string(level[:1]), `</pdfaid:part><pdfaid:conformance>`, string(level[1:]), `</pdfaid:conformance>`)
	put(`</rdf:Description>`)
	put(`<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">`)
	put(`<dc:format>application/pdf</dc:format>`)
	title := escape(m.Title)
	put(`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">`, title, `</rdf:li><rdf:li xml:lang="`, escape(m.Language), `">`, title, `</rdf:li></rdf:Alt></dc:title>`)
	if m.Author != "" {
		put(`<dc:creator><rdf:Seq><rdf:li>`, escape(m.Author), `</rdf:li></rdf:Seq></dc:creator>`)
	}
	if m.Subject != "" {
		put(`<dc:description><rdf:Alt><rdf:li xml:lang="x-default">`, escape(m.Subject), `</rdf:li></rdf:Alt></dc:description>`)
	}
	put(`<dc:language><rdf:Bag><rdf:li>`, escape(m.Language), `</rdf:li></rdf:Bag></dc:language>`)
	put(`</rdf:Description>`)
	put(`<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">`)
	put(`<xmp:CreateDate>`, date, `</xmp:CreateDate><xmp:ModifyDate>`, date, `</xmp:ModifyDate>`)
	if m.Creator != "" {
		put(`<xmp:CreatorTool>`, escape(m.Creator), `</xmp:CreatorTool>`)
	}
	put(`</rdf:Description>`)
	put(`<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"><pdf:Producer>`, producer, `</pdf:Producer></rdf:Description>`)
	if level != A1b { // PDF/UA-1 stands on PDF 1.7
		b.WriteString(accessible)
	}
	put(`</rdf:RDF>`)
	put(`</x:xmpmeta>`)
	b.WriteString(`<?xpacket end="w"?>`)
	return []byte(b.String())
}

// accessible says that the file follows PDF/UA-1 (ISO 14289-1, 5), and
// describes that schema, which PDF/A does not know of itself.
const accessible = `<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
`
