package check

import (
	"strings"

	"medborgarnavet/block/pdf"
)

// encoding is a simple font's encoding by its dictionary, on top of base.
func (f *fontUse) encoding(base *encodingTable) *encodingTable {
	c := f.c
	var t encodingTable
	if base != nil {
		t = *base
	}
	o := c.doc.Resolve(f.dict["Encoding"])
	if n, ok := o.(pdf.Name); ok {
		if e := namedEncoding(n); e != nil {
			return e
		}
		return &t
	}
	d, ok := o.(pdf.Dict)
	if !ok {
		return &t
	}
	if e := namedEncoding(c.doc.Name(d["BaseEncoding"])); e != nil {
		t = *e
	}
	code := int64(0)
	for _, e := range c.doc.Array(d["Differences"]) {
		if n, ok := c.doc.Int(e); ok {
			code = n
			continue
		}
		if n := c.doc.Name(e); code >= 0 && code < 256 {
			t[code] = string(n)
			code++
		}
	}
	return &t
}

func namedEncoding(n pdf.Name) *encodingTable {
	switch n {
	case "WinAnsiEncoding":
		return winAnsi()
	case "MacRomanEncoding":
		return macRoman()
	case "StandardEncoding":
		return standardEncoding()
	}
	return nil
}

// checkSimple checks a Type 1 or TrueType font.
func (f *fontUse) checkSimple() {
	p := f.embedded(f.desc, f.subtype, f.ref)
	if f.subtype == "TrueType" {
		f.checkTrueTypeEncoding(p)
	}
	if p == nil {
		return
	}
	if f.subtype == "TrueType" {
		if p.tt != nil {
			f.checkGlyphs(func(code uint32) glyph { return f.trueTypeGlyph(p, code) })
		}
		return
	}
	if f.c.doc.Name(f.dict["Encoding"]) == "MacExpertEncoding" || p.t1 == nil && p.cff == nil {
		return
	}
	enc := f.encoding(f.builtIn(p))
	f.checkGlyphs(func(code uint32) glyph {
		g := type1Glyph(p, enc[code], code)
		if g.notdef && f.c.part == 1 {
			g.present = false // part 1 has no rule on .notdef itself
		}
		return g
	})
	f.checkCharSet(p)
}

// glyph is what a code leads to in the font program.
type glyph struct {
	present, notdef bool
	width           float64
	hasWidth        bool
}

// checkGlyphs checks every code that is shown: the glyph is there, it is not
// .notdef, and its width is that of the dictionary.
func (f *fontUse) checkGlyphs(find func(code uint32) glyph) {
	c := f.c
	for _, code := range f.shown() {
		g := find(code)
		if g.notdef {
			c.fail(ruleNotdef, f.ref)
		}
		if !f.rendered(code) {
			continue
		}
		if !g.present {
			c.fail(ruleGlyphMissing, f.ref)
			continue
		}
		want, ok := f.width(code)
		if ok && g.hasWidth && abs(want-g.width) > 1.0001 {
			c.fail(ruleGlyphWidth, f.ref)
		}
	}
}

func (f *fontUse) width(code uint32) (float64, bool) {
	if f.subtype == "Type0" {
		return f.cidWidth(code)
	}
	return f.dictWidth(code)
}

// builtIn is the encoding that a Type 1 or CFF program brings.
func (f *fontUse) builtIn(p *program) *encodingTable {
	var t encodingTable
	switch {
	case p.t1 != nil && p.t1.Encoding == nil, p.cff != nil && p.cff.StandardEncoded():
		return standardEncoding()
	case p.t1 != nil:
		for code, n := range p.t1.Encoding {
			t[code&255] = n
		}
	case p.cff != nil:
		for code, g := range p.cff.Encoding {
			t[code&255] = p.cff.Name(g)
		}
	}
	return &t
}

func type1Glyph(p *program, name string, code uint32) glyph {
	if name == "" {
		name = ".notdef"
	}
	g := glyph{notdef: name == ".notdef"}
	if p.t1 != nil {
		g.present = p.t1.Has(name)
		g.width, g.hasWidth = p.t1.Width(name)
		return g
	}
	if p.cff.CID {
		gid, ok := p.cff.GlyphOfCID(int(code))
		g.present = ok
		g.width, g.hasWidth = p.cff.Width(gid)
		return g
	}
	gid, ok := p.cff.GlyphOfName(name)
	g.present = ok
	if ok {
		g.width, g.hasWidth = p.cff.Width(gid)
	}
	return g
}

// checkCharSet compares a Type 1 font's CharSet with the glyphs of its program.
func (f *fontUse) checkCharSet(p *program) {
	c := f.c
	if !subset(c.doc.Name(f.dict["BaseFont"])) {
		return
	}
	s, ok := c.doc.Str(f.desc["CharSet"])
	if !ok {
		if c.part == 1 {
			c.fail(ruleCharSet, f.ref)
		}
		return
	}
	listed := map[string]bool{}
	for _, n := range strings.FieldsFunc(string(s), func(r rune) bool { return r == '/' || r == ' ' || r == '\n' || r == '\r' || r == '\t' }) {
		listed[n] = true
	}
	for _, n := range f.charSetNames(p) {
		if n != ".notdef" && !listed[n] {
			c.fail(ruleCharSet, f.ref)
			return
		}
	}
}

// charSetNames are the glyph names that CharSet must list: from part 2 on all
// that the program has, in part 1 those that the content uses.
func (f *fontUse) charSetNames(p *program) []string {
	if f.c.part > 1 {
		if p.t1 != nil {
			return p.t1.Names()
		}
		return p.cff.Names()
	}
	enc := f.encoding(f.builtIn(p))
	var names []string
	for _, code := range f.shown() {
		if n := enc[code]; n != "" && f.rendered(code) {
			names = append(names, n)
		}
	}
	return names
}

// checkTrueTypeEncoding checks a TrueType font's Encoding entry and the
// character maps of its program.
func (f *fontUse) checkTrueTypeEncoding(p *program) {
	c := f.c
	o := c.doc.Resolve(f.dict["Encoding"])
	if f.symbolic() {
		if o != nil {
			c.fail(ruleSymbolicEncoding, f.ref)
		}
		if p != nil && p.tt != nil && f.visible && len(p.tt.Cmaps) != 1 && !(c.part > 1 && p.tt.Cmap(3, 0) != nil) {
			c.fail(ruleSymbolicCmap, f.ref)
		}
		return
	}
	if !f.encodingAllowed(o, p) {
		c.fail(ruleNonSymbolicEncoding, f.ref)
	}
	if p == nil || p.tt == nil || !f.visible {
		return
	}
	if n := len(p.tt.Cmaps); n == 0 || n == 1 && p.tt.Cmap(3, 0) != nil {
		c.fail(ruleNonSymbolicCmap, f.ref)
	}
}

// encodingAllowed tells whether a non-symbolic TrueType font's encoding is one
// of the two, with Differences only where the part allows them.
func (f *fontUse) encodingAllowed(o pdf.Object, p *program) bool {
	c := f.c
	two := func(n pdf.Name) bool { return n == "MacRomanEncoding" || n == "WinAnsiEncoding" }
	switch v := o.(type) {
	case pdf.Name:
		return two(v)
	case pdf.Dict:
		if !two(c.doc.Name(v["BaseEncoding"])) {
			return false
		}
		diff := c.doc.Array(v["Differences"])
		if len(diff) == 0 {
			return true
		}
		if c.part == 1 {
			return false
		}
		for _, e := range diff {
			n, isName := c.doc.Resolve(e).(pdf.Name)
			if isName {
				if _, ok := runeOf(string(n)); !ok && n != ".notdef" {
					return false
				}
			}
		}
		return p == nil || p.tt == nil || p.tt.Cmap(3, 1) != nil
	}
	return false
}

// trueTypeGlyph finds a code's glyph as ISO 32000-1, 9.6.6.4 says.
func (f *fontUse) trueTypeGlyph(p *program, code uint32) glyph {
	if f.enc == nil {
		base := standardEncoding()
		if f.dict["Encoding"] == nil {
			base = nil
		}
		f.enc = f.encoding(base)
	}
	tt := p.tt
	gid := 0
	if name := f.enc[code]; !f.symbolic() && name != "" {
		gid = namedTrueType(p, name)
	}
	if gid == 0 && (f.symbolic() || f.dict["Encoding"] == nil) {
		for _, c := range []uint32{code, 0xf000 + code, 0xf100 + code, 0xf200 + code} {
			if gid == 0 {
				gid = tt.Cmap(3, 0).Lookup(c)
			}
		}
		if gid == 0 {
			gid = tt.Cmap(1, 0).Lookup(code)
		}
		if gid == 0 && len(tt.Cmaps) == 1 {
			gid = tt.Cmaps[0].Lookup(code)
		}
	}
	g := glyph{present: gid != 0 && tt.Has(gid), notdef: gid == 0}
	g.width, g.hasWidth = tt.Width(gid)
	return g
}

// namedTrueType finds a glyph by name: by the Unicode map, the Macintosh map,
// or the names in the program.
func namedTrueType(p *program, name string) int {
	tt := p.tt
	r, known := runeOf(name)
	if known {
		for _, m := range [][2]int{{3, 1}, {0, 3}, {0, 1}, {3, 10}, {0, 4}} {
			if gid := tt.Cmap(m[0], m[1]).Lookup(uint32(r)); gid != 0 {
				return gid
			}
		}
		if r == 0xa0 || r == 0xad {
			return namedTrueType(p, map[rune]string{0xa0: "space", 0xad: "hyphen"}[r])
		}
	}
	if m := tt.Cmap(1, 0); m != nil {
		for code, n := range macRoman() {
			if n == name {
				if gid := m.Lookup(uint32(code)); gid != 0 {
					return gid
				}
			}
		}
	}
	if gid := tt.NamedGlyph(name); gid != 0 {
		return gid
	}
	if known {
		return tt.Cmap(3, 0).Lookup(0xf000 + uint32(r)&0xff)
	}
	return 0
}
