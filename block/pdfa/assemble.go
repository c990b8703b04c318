package pdfa

import (
	"crypto/sha256"
	"fmt"
	"sync"
	"unicode/utf16"

	"medborgarnavet/block/pdf"
)

// textString is a text as PDF holds it: ASCII as it is, all else in UTF-16.
func textString(text string) pdf.Object {
	plain := true
	for _, r := range text {
		plain = plain && r >= ' ' && r < 0x7f
	}
	if plain {
		return pdf.String(text)
	}
	out := []byte{0xfe, 0xff}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = append(out, byte(unit>>8), byte(unit))
	}
	return pdf.String(out)
}

// assemble makes the file of the pages.
func (c *composer) assemble() ([]byte, error) {
	version := "1.7"
	if c.doc.Conformance == A1b {
		version = "1.4"
	}
	meta := c.info()
	packet := xmp(meta, c.doc.Conformance)
	b := pdf.NewBuilder(version)
	catalog := b.Reserve()
	refs, tree := c.storePages(b)
	root := pdf.Dict{
		"Type": pdf.Name("Catalog"), "Pages": tree,
		"Lang":              pdf.String(meta.Language),
		"MarkInfo":          pdf.Dict{"Marked": true},
		"ViewerPreferences": pdf.Dict{"DisplayDocTitle": true},
		"StructTreeRoot":    storeTree(b, c.document, c.pages, refs),
		"Metadata": b.Add(&pdf.Stream{
			Dict: pdf.Dict{"Type": pdf.Name("Metadata"), "Subtype": pdf.Name("XML")}, Raw: packet,
		}),
		"OutputIntents": pdf.Array{outputIntent(b)},
	}
	if len(c.entries) > 0 {
		root["Outlines"] = storeOutline(b, c.entries, refs)
	}
	if len(c.doc.Attachments) > 0 {
		files, names := storeAttachments(b, c.doc.Attachments, meta.Created)
		root["AF"] = files
		root["Names"] = pdf.Dict{"EmbeddedFiles": pdf.Dict{"Names": names}}
	}
	b.Set(catalog, root)
	id := c.identity(packet)
	return b.Bytes(pdf.Dict{"Root": catalog, "Info": b.Add(infoDict(meta)), "ID": pdf.Array{id, id}})
}

// identity is made of what the file says, so the same document has the same.
func (c *composer) identity(packet []byte) pdf.Hex {
	h := sha256.New()
	h.Write(packet)
	for _, p := range c.pages {
		h.Write(p.content)
	}
	for _, m := range c.images {
		h.Write(m.pixels)
	}
	for _, a := range c.doc.Attachments {
		fmt.Fprintf(h, "%q %q %q %d", a.Name, a.MIME, a.Description, len(a.Data))
		h.Write(a.Data)
	}
	return pdf.Hex(h.Sum(nil)[:16])
}

// packedSRGB is the colour profile as every file holds it.
var packedSRGB = sync.OnceValue(func() []byte { return pdf.Compress(SRGB()).Raw })

func outputIntent(b *pdf.Builder) pdf.Dict {
	profile := &pdf.Stream{Dict: pdf.Dict{"Filter": pdf.Name("FlateDecode"), "N": int64(3)}, Raw: packedSRGB()}
	return pdf.Dict{
		"Type": pdf.Name("OutputIntent"), "S": pdf.Name("GTS_PDFA1"),
		"OutputConditionIdentifier": pdf.String("sRGB IEC61966-2.1"),
		"RegistryName":              pdf.String("http://www.color.org"),
		"Info":                      pdf.String("sRGB IEC61966-2.1"),
		"DestOutputProfile":         b.Add(profile),
	}
}

// pack compresses the fonts and the pages' content beside each other: it is a
// third of the work, and no part of it waits for another.
func (c *composer) pack() []*pdf.Stream {
	var wg sync.WaitGroup
	for _, s := range c.subsets {
		if s.Used() {
			wg.Go(s.Pack)
		}
	}
	out := make([]*pdf.Stream, len(c.pages))
	for i, p := range c.pages {
		out[i] = pdf.Compress(p.content)
	}
	wg.Wait()
	return out
}

// storePages writes the pages, with the fonts and pictures they use, and gives
// their references and the page tree's.
func (c *composer) storePages(b *pdf.Builder) ([]pdf.Ref, pdf.Ref) {
	tree := b.Reserve()
	refs, kids := make([]pdf.Ref, len(c.pages)), make(pdf.Array, len(c.pages))
	for i := range refs {
		refs[i] = b.Reserve()
		kids[i] = refs[i]
	}
	contents := c.pack()
	var fonts [2]pdf.Ref
	for i, s := range c.subsets {
		if s.Used() {
			fonts[i] = s.Embed(b.Add)
		}
	}
	images := make([]pdf.Ref, len(c.images))
	for i, m := range c.images {
		images[i] = b.Add(m.stream())
	}
	for i, p := range c.pages {
		resources, used, shown := pdf.Dict{}, pdf.Dict{}, pdf.Dict{}
		for face, ref := range fonts {
			if p.fonts[face] {
				used[pdf.Name(fmt.Sprintf("F%d", face+1))] = ref
			}
		}
		for n := range p.images {
			shown[pdf.Name(fmt.Sprintf("I%d", n+1))] = images[n]
		}
		if len(used) > 0 {
			resources["Font"] = used
		}
		if len(shown) > 0 {
			resources["XObject"] = shown
		}
		d := pdf.Dict{
			"Type": pdf.Name("Page"), "Parent": tree, "Resources": resources,
			"MediaBox": pdf.Array{int64(0), int64(0), pageWidth, pageHeight},
			"Contents": b.Add(contents[i]), "StructParents": int64(i),
		}
		if c.doc.Conformance != A1b { // the key is of PDF 1.5
			d["Tabs"] = pdf.Name("S")
		}
		b.Set(refs[i], d)
	}
	b.Set(tree, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": kids, "Count": int64(len(kids))})
	return refs, tree
}
