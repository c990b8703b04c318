package check

import (
	"bytes"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdfa/check/fontfile"
)

// program is an embedded font program, read as what it is.
type program struct {
	tt    *fontfile.TrueType
	t1    *fontfile.Type1
	cff   *fontfile.CFF
	wrong bool // it is of a kind that its key or the font's Subtype forbids
}

// programs are read once for each stream.
func (c *checker) readProgram(desc pdf.Dict, subtype pdf.Name) *program {
	var key pdf.Name
	for _, k := range []pdf.Name{"FontFile", "FontFile2", "FontFile3"} {
		if c.doc.Stream(desc[k]) != nil {
			key = k
		}
	}
	if key == "" {
		return nil
	}
	ref, _ := desc[key].(pdf.Ref)
	if p := c.programs[ref]; p != nil {
		return p
	}
	s := c.doc.Stream(desc[key])
	data, _ := c.decode(s)
	p := parseProgram(data)
	p.wrong = !c.programAllowed(p, key, c.doc.Name(s.Dict["Subtype"]), subtype, data)
	c.programs[ref] = p
	return p
}

func parseProgram(data []byte) *program {
	p := &program{}
	if tt, err := fontfile.ReadTrueType(data); err == nil {
		p.tt = tt
		if tt.CFF != nil {
			p.cff, _ = fontfile.ReadCFF(tt.CFF)
		}
		return p
	}
	if t1, err := fontfile.ReadType1(data); err == nil {
		p.t1 = t1
		return p
	}
	p.cff, _ = fontfile.ReadCFF(data)
	return p
}

// programAllowed tells whether a program may stand under the key for the kind
// of font (ISO 32000-1, table 126).
func (c *checker) programAllowed(p *program, key, kind, subtype pdf.Name, data []byte) bool {
	openType := bytes.HasPrefix(data, []byte("OTTO"))
	switch key {
	case "FontFile":
		return (subtype == "Type1" || subtype == "MMType1") && p.tt == nil && p.cff == nil
	case "FontFile2":
		return (subtype == "TrueType" || subtype == "CIDFontType2") && !openType && p.t1 == nil
	}
	switch kind {
	case "Type1C":
		return (subtype == "Type1" || subtype == "MMType1") && p.tt == nil
	case "CIDFontType0C":
		return subtype == "CIDFontType0" && p.tt == nil
	case "OpenType":
		return c.part > 1
	}
	return false
}

// embedded checks that a font that is rendered is embedded, and returns its
// program when it could be read.
func (f *fontUse) embedded(desc pdf.Dict, subtype pdf.Name, ref pdf.Ref) *program {
	c := f.c
	p := c.readProgram(desc, subtype)
	if p == nil {
		if f.visible {
			c.fail(ruleFontEmbedded, ref)
		}
		return nil
	}
	if p.wrong {
		c.fail(ruleFontFileType, ref)
	}
	if p.tt == nil && p.t1 == nil && p.cff == nil {
		if f.visible {
			c.fail(ruleFontFileType, ref)
		}
		return nil
	}
	return p
}
