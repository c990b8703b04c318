package diff_test

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

// fixture is a document as a municipality would sign it: two tagged pages with
// text and an image, a form with fields of every type, a prepared signature
// field, a link, an outline, layers, metadata and named destinations.
type fixture struct {
	packed, stream                             bool // how the file is written
	noForm                                     bool
	catalog, info, xmp, pages, page1, page2    pdf.Ref
	content1, content2, font, image            pdf.Ref
	acroForm, fieldList                        pdf.Ref
	text, textLook, check, radio, radioA       pdf.Ref
	combo, empty, emptyLook, link              pdf.Ref
	structRoot, structDoc, heading, parentTree pdf.Ref
	idTree, outline, ocg, orphan, dss          pdf.Ref
	resources, mcids, annots2, choice          pdf.Ref
}

const xmpText = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
	`<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">` +
	`<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance><dc:title><rdf:Alt><rdf:li xml:lang="x-default">Beslut</rdf:li></rdf:Alt></dc:title>` +
	`<xmp:ModifyDate>2026-11-22T10:00:00Z</xmp:ModifyDate><xmpMM:InstanceID>uuid:1</xmpMM:InstanceID></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`

func stream(dict pdf.Dict, content string) *pdf.Stream {
	d := maps.Clone(dict)
	if d == nil {
		d = pdf.Dict{}
	}
	return &pdf.Stream{Dict: d, Raw: []byte(content)}
}

func look(text string, font pdf.Ref) *pdf.Stream {
	return stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"),
		"BBox":      pdf.Array{0, 0, 200, 20},
		"Resources": pdf.Dict{"Font": pdf.Dict{"Helv": font}}},
		"/Tx BMC q BT /Helv 12 Tf 0 g 2 5 Td ("+text+") Tj ET Q EMC")
}

// build writes the unsigned document.
func (x *fixture) build(t testing.TB) []byte {
	t.Helper()
	b := pdf.NewBuilder("1.7")
	for _, r := range []*pdf.Ref{&x.catalog, &x.info, &x.xmp, &x.pages, &x.page1, &x.page2, &x.content1, &x.content2, &x.font,
		&x.image, &x.acroForm, &x.fieldList, &x.text, &x.textLook, &x.check, &x.radio, &x.radioA, &x.combo, &x.empty, &x.emptyLook,
		&x.link, &x.structRoot, &x.structDoc, &x.heading, &x.parentTree, &x.idTree, &x.outline, &x.ocg, &x.orphan,
		&x.resources, &x.mcids, &x.annots2, &x.choice} {
		*r = b.Reserve()
	}
	x.buildPages(b)
	x.buildForm(b)
	b.Set(x.info, pdf.Dict{"Title": pdf.String("Beslut"), "ModDate": pdf.String("D:20261122100000Z"), "Producer": pdf.String("A")})
	b.Set(x.xmp, stream(pdf.Dict{"Type": pdf.Name("Metadata"), "Subtype": pdf.Name("XML")}, xmpText))
	b.Set(x.structRoot, pdf.Dict{"Type": pdf.Name("StructTreeRoot"), "K": x.structDoc, "ParentTree": x.parentTree, "ParentTreeNextKey": 1,
		"IDTree": x.idTree})
	b.Set(x.structDoc, pdf.Dict{"Type": pdf.Name("StructElem"), "S": pdf.Name("Document"), "P": x.structRoot, "K": pdf.Array{x.heading}})
	b.Set(x.heading, pdf.Dict{"Type": pdf.Name("StructElem"), "S": pdf.Name("H1"), "P": x.structDoc, "Pg": x.page1, "K": 0,
		"ActualText": pdf.String("Beslut"), "ID": pdf.String("h1")})
	b.Set(x.mcids, pdf.Array{x.heading})
	b.Set(x.parentTree, pdf.Dict{"Nums": pdf.Array{0, x.mcids}})
	b.Set(x.idTree, pdf.Dict{"Names": pdf.Array{pdf.String("h1"), x.heading}})
	b.Set(x.outline, pdf.Dict{"Type": pdf.Name("Outlines"), "Count": 0})
	b.Set(x.ocg, pdf.Dict{"Type": pdf.Name("OCG"), "Name": pdf.String("Lager")})
	b.Set(x.orphan, stream(nil, "BT /F1 20 Tf 72 700 Td (Beloppet 9 000 kr) Tj ET"))
	cat := pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": x.pages, "Metadata": x.xmp, "StructTreeRoot": x.structRoot, "MarkInfo": pdf.Dict{"Marked": true},
		"Lang": pdf.String("sv-SE"), "Outlines": x.outline, "OCProperties": pdf.Dict{"OCGs": pdf.Array{x.ocg}, "D": pdf.Dict{"ON": pdf.Array{x.ocg}}},
		"Names": pdf.Dict{"Dests": pdf.Dict{"Names": pdf.Array{pdf.String("start"), pdf.Array{x.page1, pdf.Name("Fit")}}}}}
	if !x.noForm {
		cat["AcroForm"] = x.acroForm
	}
	b.Set(x.catalog, cat)
	trailer := pdf.Dict{"Root": x.catalog, "Info": x.info}
	write := b.Bytes
	if x.packed {
		write = b.BytesPacked
	} else if x.stream {
		write = b.BytesWithStream
	}
	out, err := write(trailer)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (x *fixture) buildPages(b *pdf.Builder) {
	b.Set(x.pages, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{x.page1, x.page2}, "Count": 2, "MediaBox": pdf.Array{0, 0, 595, 842}})
	b.Set(x.resources, pdf.Dict{"Font": pdf.Dict{"F1": x.font}, "XObject": pdf.Dict{"Im1": x.image}})
	b.Set(x.page1, pdf.Dict{"Type": pdf.Name("Page"), "Parent": x.pages, "Contents": x.content1, "StructParents": 0,
		"Resources": x.resources, "Annots": pdf.Array{x.text, x.check, x.radioA, x.combo, x.choice, x.link}})
	b.Set(x.page2, pdf.Dict{"Type": pdf.Name("Page"), "Parent": x.pages, "Contents": pdf.Array{x.content2},
		"Resources": pdf.Dict{"Font": pdf.Dict{"F1": x.font}}, "Annots": x.annots2})
	b.Set(x.annots2, pdf.Array{x.empty})
	b.Set(x.content1, stream(nil, "/H1 <</MCID 0>> BDC BT /F1 20 Tf 72 760 Td (Beslut) Tj ET EMC BT /F1 12 Tf 72 700 Td (Beloppet 1 000 kr betalas) Tj ET q 50 0 0 50 400 700 cm /Im1 Do Q"))
	b.Set(x.content2, stream(nil, "BT /F1 12 Tf 72 700 Td (Sida tva) Tj ET"))
	b.Set(x.font, pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type1"), "BaseFont": pdf.Name("Helvetica"), "Encoding": pdf.Name("WinAnsiEncoding")})
	b.Set(x.image, stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Image"), "Width": 1, "Height": 1,
		"ColorSpace": pdf.Name("DeviceGray"), "BitsPerComponent": 8}, "\x80"))
	b.Set(x.link, pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Link"), "Rect": pdf.Array{72, 100, 200, 120}, "Dest": pdf.String("start")})
}

func (x *fixture) buildForm(b *pdf.Builder) {
	widget := func(rect pdf.Array, page pdf.Ref, more pdf.Dict) pdf.Dict {
		d := pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "Rect": rect, "P": page, "F": 4}
		maps.Copy(d, more)
		return d
	}
	b.Set(x.fieldList, pdf.Array{x.text, x.check, x.radio, x.combo, x.choice, x.empty})
	b.Set(x.acroForm, pdf.Dict{"Fields": x.fieldList, "DA": pdf.String("/Helv 12 Tf 0 g"), "DR": pdf.Dict{"Font": pdf.Dict{"Helv": x.font}}})
	b.Set(x.textLook, look("", x.font))
	b.Set(x.text, widget(pdf.Array{72, 600, 272, 620}, x.page1, pdf.Dict{"FT": pdf.Name("Tx"), "T": pdf.String("ort"), "DA": pdf.String("/Helv 12 Tf 0 g"),
		"MaxLen": 40, "AP": pdf.Dict{"N": x.textLook}}))
	states := pdf.Dict{"N": pdf.Dict{"Ja": stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 10, 10}}, "0 0 10 10 re f"),
		"Off": stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 10, 10}}, "")}}
	for _, k := range []pdf.Name{"Ja", "Off"} {
		n := states["N"].(pdf.Dict)
		n[k] = b.Add(n[k])
	}
	b.Set(x.check, widget(pdf.Array{72, 560, 82, 570}, x.page1, pdf.Dict{"FT": pdf.Name("Btn"), "T": pdf.String("godkand"), "AS": pdf.Name("Off"), "AP": states}))
	b.Set(x.radio, pdf.Dict{"FT": pdf.Name("Btn"), "Ff": 1 << 15, "T": pdf.String("val"), "Kids": pdf.Array{x.radioA}})
	b.Set(x.radioA, widget(pdf.Array{92, 560, 102, 570}, x.page1, pdf.Dict{"Parent": x.radio, "AS": pdf.Name("Off"), "AP": states}))
	b.Set(x.combo, widget(pdf.Array{72, 520, 272, 540}, x.page1, pdf.Dict{"FT": pdf.Name("Ch"), "Ff": 1 << 17, "T": pdf.String("kommun"),
		"Opt": pdf.Array{pdf.Array{pdf.String("ek"), pdf.String("Ekbacka")}, pdf.Array{pdf.String("ha"), pdf.String("Havsnas")}}}))
	b.Set(x.choice, widget(pdf.Array{300, 520, 400, 540}, x.page1, pdf.Dict{"FT": pdf.Name("Ch"), "T": pdf.String("lista"),
		"Opt": pdf.Array{pdf.String("ett"), pdf.String("tva")}}))
	b.Set(x.emptyLook, stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 200, 50}}, ""))
	b.Set(x.empty, widget(pdf.Array{72, 100, 272, 150}, x.page2, pdf.Dict{"FT": pdf.Name("Sig"), "T": pdf.String("Underskrift1"), "AP": pdf.Dict{"N": x.emptyLook}}))
}

// read parses a file that must be readable.
func read(t testing.TB, data []byte) *pdf.File {
	t.Helper()
	f, err := pdf.Read(data, pdf.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// edit appends one update.
func edit(t testing.TB, data []byte, change func(u *pdf.Update, d *pdf.Document)) []byte {
	t.Helper()
	f := read(t, data)
	u := f.Update()
	change(u, f.Latest())
	more, err := u.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return append(bytes.Clone(data), more...)
}

// with copies a dictionary and sets keys; nil takes one away.
func with(d pdf.Dict, pairs ...any) pdf.Dict {
	out := maps.Clone(d)
	for i := 0; i < len(pairs); i += 2 {
		out[pdf.Name(pairs[i].(string))] = pairs[i+1]
	}
	return out
}

// setKeys writes an object again with other keys.
func setKeys(u *pdf.Update, d *pdf.Document, r pdf.Ref, pairs ...any) {
	switch o := d.Get(r).(type) {
	case pdf.Dict:
		u.Set(r, with(o, pairs...))
	case *pdf.Stream:
		u.Set(r, &pdf.Stream{Dict: with(o.Dict, pairs...), Raw: o.Raw})
	default:
		panic(fmt.Sprintf("object %d is %T", r.Num, o))
	}
}

func value(kind string) pdf.Dict {
	sub := "ETSI.CAdES.detached"
	if kind == "DocTimeStamp" {
		sub = "ETSI.RFC3161"
	}
	return pdf.Dict{"Type": pdf.Name(kind), "Filter": pdf.Name("Adobe.PPKLite"), "SubFilter": pdf.Name(sub),
		"ByteRange": pdf.Array{0, 100, 200, 300}, "Contents": pdf.Hex(strings.Repeat("\x00", 64)), "Reason": pdf.String("Godkant")}
}

// stampLook is the look of an honest visible signature.
func stampLook(u *pdf.Update, text string) pdf.Ref {
	font := u.Add(pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type1"), "BaseFont": pdf.Name("Helvetica")})
	return u.Add(stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 200, 50},
		"Resources": pdf.Dict{"Font": pdf.Dict{"F1": font}}}, "q 1 1 0.8 rg 0 0 200 50 re f Q BT /F1 10 Tf 5 20 Td ("+text+") Tj ET"))
}

// newSignature adds a signature field to a page; rect nil makes it invisible.
func newSignature(u *pdf.Update, d *pdf.Document, name string, page pdf.Ref, rect pdf.Array, v pdf.Object, more ...any) pdf.Ref {
	field := pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Sig"), "T": pdf.String(name),
		"F": 132, "P": page, "Rect": pdf.Array{0, 0, 0, 0}}
	if rect != nil {
		field["Rect"] = rect
		field["AP"] = pdf.Dict{"N": stampLook(u, "Undertecknat av Anna Berglund")}
	}
	if v != nil {
		field["V"] = u.Add(v)
	}
	r := u.Add(with(field, more...))
	addField(u, d, r)
	addAnnot(u, d, page, r)
	return r
}

func addField(u *pdf.Update, d *pdf.Document, r pdf.Ref) {
	catalog := d.Catalog()
	root := d.Trailer()["Root"].(pdf.Ref)
	form := d.Dict(catalog["AcroForm"])
	if form == nil {
		u.Set(root, with(catalog, "AcroForm", u.Add(pdf.Dict{"Fields": pdf.Array{r}, "SigFlags": 3})))
		return
	}
	list := append(append(pdf.Array{}, d.Array(form["Fields"])...), r)
	if fr, ok := form["Fields"].(pdf.Ref); ok {
		u.Set(fr, list)
		u.Set(catalog["AcroForm"].(pdf.Ref), with(form, "SigFlags", 3))
		return
	}
	u.Set(catalog["AcroForm"].(pdf.Ref), with(form, "SigFlags", 3, "Fields", list))
}

func addAnnot(u *pdf.Update, d *pdf.Document, page pdf.Ref, r pdf.Ref) {
	dict := d.Dict(page)
	list := append(append(pdf.Array{}, d.Array(dict["Annots"])...), r)
	if ar, ok := dict["Annots"].(pdf.Ref); ok {
		u.Set(ar, list)
		return
	}
	u.Set(page, with(dict, "Annots", list))
}

// signed is the document with one signature: what every test starts from. The
// signed revision is 1.
func (x *fixture) signed(t testing.TB) []byte {
	t.Helper()
	return edit(t, x.build(t), func(u *pdf.Update, d *pdf.Document) {
		newSignature(u, d, "Signatur1", x.page1, pdf.Array{300, 50, 500, 100}, value("Sig"))
	})
}

// compare judges a file against its signed revision 1.
func compare(t testing.TB, data []byte, p diff.Policy) diff.Verdict {
	t.Helper()
	return diff.Compare(read(t, data), 1, p)
}

func show(v diff.Verdict) string {
	var b strings.Builder
	for _, c := range v.Changes {
		fmt.Fprintf(&b, "\n  rev %d %s %s allowed=%v %s obj %d page %d: %s", c.Revision, c.Kind, c.Code, c.Allowed, c.Path, c.Object.Num, c.Page, c.Reason)
	}
	return b.String()
}
