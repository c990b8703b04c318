package check

import "strings"

// unicode is the text of a code, as far as the file tells: by ToUnicode, or by
// the names of a simple font's encoding.
func (f *fontUse) unicode(code uint32) (string, bool) {
	c := f.c
	if f.toUnicode == nil {
		f.toUnicode = &cmap{}
		if s := c.doc.Stream(f.dict["ToUnicode"]); s != nil {
			data, _ := c.decode(s)
			f.toUnicode = readCMap(data)
		}
	}
	if s, ok := f.toUnicode.unicode(code); ok {
		return s, true
	}
	if f.subtype == "Type0" || code > 255 {
		return "", false
	}
	if f.uniEnc == nil {
		f.uniEnc = f.encoding(f.unicodeBase())
	}
	name := f.uniEnc[code]
	if name == "" {
		return "", false
	}
	r, ok := runeOf(name)
	return string(r), ok
}

// unicodeBase is the encoding of a simple font that names none.
func (f *fontUse) unicodeBase() *encodingTable {
	if f.subtype == "Type3" || f.symbolic() {
		if p := f.c.readProgram(f.desc, f.subtype); p != nil && (p.t1 != nil || p.cff != nil) {
			return f.builtIn(p)
		}
		return nil
	}
	return standardEncoding()
}

// privateUse tells whether a code maps to the private use areas.
func (f *fontUse) privateUse(code uint32) bool {
	s, _ := f.unicode(code)
	for _, r := range s {
		if r >= 0xe000 && r <= 0xf8ff || r >= 0xf0000 && r <= 0xffffd || r >= 0x100000 && r <= 0x10fffd {
			return true
		}
	}
	return false
}

// checkUnicode checks that every code shown can be mapped to Unicode, which
// levels A and U ask for.
func (f *fontUse) checkUnicode() {
	c := f.c
	if f.mapsByRule() {
		return
	}
	for _, code := range f.shown() {
		s, ok := f.unicode(code)
		if !ok {
			c.fail(ruleToUnicode, f.ref)
			continue
		}
		if strings.ContainsAny(s, "\x00\ufeff\ufffe") {
			c.fail(ruleToUnicodeValue, f.ref)
		}
	}
}

// mapsByRule tells whether the font is of a kind that needs no ToUnicode.
func (f *fontUse) mapsByRule() bool {
	c := f.c
	if f.dict["ToUnicode"] != nil {
		return false
	}
	if f.subtype != "Type0" {
		switch c.doc.Name(f.dict["Encoding"]) {
		case "MacRomanEncoding", "MacExpertEncoding", "WinAnsiEncoding":
			return true
		}
		return false
	}
	if n := c.doc.Name(f.dict["Encoding"]); collectionOf(n) != "" {
		return true
	}
	info := c.doc.Dict(f.cidFont["CIDSystemInfo"])
	reg, _ := c.doc.Str(info["Registry"])
	ord, _ := c.doc.Str(info["Ordering"])
	switch string(reg) + "-" + string(ord) {
	case "Adobe-GB1", "Adobe-CNS1", "Adobe-Japan1", "Adobe-Korea1", pdfKorea:
		return true
	}
	return false
}

// pdfKorea is the collection's newer name.
const pdfKorea = "Adobe-KR"
