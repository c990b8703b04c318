package check

import (
	"slices"
	"unicode/utf8"

	"medborgarnavet/block/pdf"
)

// checkCatalog checks what the catalog and the pages may not have.
func (c *checker) checkCatalog() {
	cat := c.doc.Catalog()
	names := c.doc.Dict(cat["Names"])
	if cat["OCProperties"] != nil {
		c.fail(ruleOCForbidden, pdf.Ref{})
	}
	if names["EmbeddedFiles"] != nil {
		c.fail(ruleEmbeddedNames, pdf.Ref{})
	}
	if names["AlternatePresentations"] != nil {
		c.fail(ruleAltPresentations, pdf.Ref{})
	}
	if cat["Requirements"] != nil {
		c.fail(ruleRequirements, pdf.Ref{})
	}
	for _, p := range c.pages {
		if p.Dict["PresSteps"] != nil {
			c.fail(rulePresSteps, p.Ref)
		}
		c.checkBoxes(p)
	}
}

// checkBoxes checks the size of a page's boundaries, the inherited ones too.
func (c *checker) checkBoxes(p pdf.Page) {
	for _, key := range []pdf.Name{"MediaBox", "CropBox", "BleedBox", "TrimBox", "ArtBox"} {
		var box pdf.Array
		d := p.Dict
		for i := 0; d != nil && box == nil && i < 64; i++ {
			box = c.doc.Array(d[key])
			if key != "MediaBox" && key != "CropBox" {
				break
			}
			d = c.doc.Dict(d["Parent"])
		}
		if box == nil {
			continue
		}
		if len(box) != 4 {
			c.fail(ruleLimitPage, p.Ref)
			continue
		}
		var v [4]float64
		for i := range v {
			v[i], _ = c.doc.Number(box[i])
		}
		w, h := abs(v[2]-v[0]), abs(v[3]-v[1])
		if w < 3 || h < 3 || w > 14400 || h > 14400 {
			c.fail(ruleLimitPage, p.Ref)
		}
	}
}

func abs(v float64) float64 {
	if v < 0 {
		return -v
	}
	return v
}

// checkObjects checks the rules that hold for every object, used or not.
func (c *checker) checkObjects() {
	for _, num := range c.doc.Numbers() {
		if c.late() {
			return
		}
		ref := c.refOf(num)
		switch v := c.doc.Get(ref).(type) {
		case *pdf.Stream:
			c.checkStreamDict(v.Dict, ref)
			c.checkFileSpec(v.Dict, ref, 0)
		case pdf.Dict:
			c.checkFileSpec(v, ref, 0)
			for _, k := range []pdf.Name{"BaseFont", "FontName"} {
				if !utf8.ValidString(string(c.doc.Name(v[k]))) {
					c.fail(ruleNameUTF8, ref)
				}
			}
		case pdf.Array:
			c.checkNested(v, ref, 0)
		}
	}
}

// checkNested looks for file specifications in direct objects.
func (c *checker) checkNested(o pdf.Object, ref pdf.Ref, depth int) {
	if depth > 16 {
		return
	}
	switch v := o.(type) {
	case pdf.Array:
		for _, e := range v {
			c.checkNested(e, ref, depth+1)
		}
	case pdf.Dict:
		c.checkFileSpec(v, ref, depth)
	}
}

func (c *checker) checkStreamDict(d pdf.Dict, ref pdf.Ref) {
	if d["F"] != nil || d["FFilter"] != nil || d["FDecodeParms"] != nil {
		c.fail(ruleStreamExternal, ref)
	}
	filters, parms := c.doc.Array(d["Filter"]), c.doc.Array(d["DecodeParms"])
	if n := c.doc.Name(d["Filter"]); n != "" {
		filters, parms = pdf.Array{n}, pdf.Array{d["DecodeParms"]}
	}
	for i, f := range filters {
		switch c.doc.Name(f) {
		case "ASCIIHexDecode", "ASCII85Decode", "FlateDecode", "RunLengthDecode", "CCITTFaxDecode", "JBIG2Decode", "DCTDecode":
		case "JPXDecode":
			if c.part == 1 {
				c.fail(ruleFilter, ref)
			}
		case "Crypt":
			ok := c.part > 1 && i < len(parms)
			if ok {
				name := c.doc.Name(c.doc.Dict(parms[i])["Name"])
				ok = name == "" || name == "Identity"
			}
			if !ok {
				c.fail(ruleFilter, ref)
			}
		default:
			c.fail(ruleFilter, ref)
		}
	}
}

// checkFileSpec gathers file specifications with embedded files, and the files
// that something is associated with.
func (c *checker) checkFileSpec(d pdf.Dict, ref pdf.Ref, depth int) {
	if depth > 16 {
		return
	}
	for _, k := range []pdf.Name{"AF", "MCAF"} {
		c.addAssociated(d[k])
		for _, a := range c.doc.Array(d[k]) {
			c.addAssociated(a)
		}
	}
	if c.doc.Dict(d["EF"]) != nil {
		c.fail(ruleEmbeddedSpec, ref)
		c.specs = append(c.specs, fileSpec{d, ref})
	}
	for _, k := range sortedKeysNested(d) {
		c.checkNested(d[k], ref, depth+1)
	}
}

// sortedKeysNested are the keys whose values are direct arrays or
// dictionaries.
func sortedKeysNested(d pdf.Dict) []pdf.Name {
	var out []pdf.Name
	for k, v := range d {
		switch v.(type) {
		case pdf.Array, pdf.Dict:
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

func (c *checker) addAssociated(o pdf.Object) {
	if r, ok := o.(pdf.Ref); ok {
		if c.associated == nil {
			c.associated = map[pdf.Ref]bool{}
		}
		c.associated[r] = true
	}
}
