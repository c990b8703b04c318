package check

import (
	"sort"

	"medborgarnavet/block/pdf"
)

// fontKey finds a font again: by its reference, or by its place when it is
// written directly.
type fontKey struct {
	ref  pdf.Ref
	name string
}

// fontUse is a font and what the content shows with it.
type fontUse struct {
	c       *checker
	ref     pdf.Ref
	dict    pdf.Dict
	subtype pdf.Name

	// Composite fonts.
	cidFont pdf.Dict
	cidRef  pdf.Ref
	cmap    *cmap

	desc      pdf.Dict
	toUnicode *cmap
	enc       *encodingTable // simple fonts: as TrueType glyphs are found
	uniEnc    *encodingTable // simple fonts: as text is found
	cidWidths map[int]float64

	widthSteps int // bounds the reading of W

	codes   map[uint32]bool // codes shown: true when rendered
	simple  [256]byte       // the same for simple fonts: 1 shown, 2 rendered
	used    bool
	visible bool
}

// fontUse is the state kept for a font object.
func (c *checker) fontUse(o pdf.Object) *fontUse {
	d := c.doc.Dict(o)
	if d == nil {
		return nil
	}
	key := fontKey{}
	if ref, ok := o.(pdf.Ref); ok {
		key.ref = ref
	} else {
		key.name = string(pdf.Append(nil, d))
	}
	if f := c.fonts[key]; f != nil {
		return f
	}
	f := &fontUse{c: c, ref: key.ref, dict: d, subtype: c.doc.Name(d["Subtype"])}
	f.desc = c.doc.Dict(d["FontDescriptor"])
	if f.subtype == "Type0" {
		f.codes = map[uint32]bool{}
		f.readComposite()
	}
	c.fonts[key] = f
	c.fontOrder = append(c.fontOrder, f)
	return f
}

// use notes what a string shows.
func (f *fontUse) use(s []byte, visible bool, r *run) {
	if len(s) == 0 {
		return
	}
	f.used = true
	f.visible = f.visible || visible
	levelA := f.c.level == 'a' && f.c.part > 1
	if f.subtype != "Type0" {
		for _, b := range s {
			f.simple[b] |= 1
			if visible {
				f.simple[b] |= 2
			}
			if levelA && f.privateUse(uint32(b)) && !r.replaced() {
				f.c.fail(rulePrivateUse, f.ref)
			}
		}
		return
	}
	f.cmap.codes(s, func(code uint32) {
		if len(f.codes) < 65536 {
			f.codes[code] = f.codes[code] || visible
		}
		if levelA && f.privateUse(code) && !r.replaced() {
			f.c.fail(rulePrivateUse, f.ref)
		}
	})
}

// shown are the codes that the content shows, in order.
func (f *fontUse) shown() []uint32 {
	var out []uint32
	if f.subtype != "Type0" {
		for code, v := range f.simple {
			if v != 0 {
				out = append(out, uint32(code))
			}
		}
		return out
	}
	for code := range f.codes {
		out = append(out, code)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

// rendered tells whether a code is shown other than invisibly.
func (f *fontUse) rendered(code uint32) bool {
	if f.subtype != "Type0" {
		return f.simple[code]&2 != 0
	}
	return f.codes[code]
}

// checkFonts checks every font that the content shows text with.
func (c *checker) checkFonts() {
	for _, f := range c.fontOrder {
		if c.late() {
			return
		}
		if f.used {
			f.check()
		}
	}
}

func (f *fontUse) check() {
	c := f.c
	f.checkDictionary()
	switch f.subtype {
	case "Type0":
		f.checkComposite()
	case "Type3":
		f.checkType3()
	case "Type1", "MMType1", "TrueType":
		f.checkSimple()
	}
	if c.level != 'b' {
		f.checkUnicode()
	}
}

// checkDictionary checks the entries that every font must have.
func (f *fontUse) checkDictionary() {
	c, d := f.c, f.dict
	if c.doc.Name(d["Type"]) != "Font" {
		c.fail(ruleFontType, f.ref)
	}
	switch f.subtype {
	case "Type1", "MMType1", "TrueType", "Type3", "Type0":
	default:
		c.fail(ruleFontSubtype, f.ref)
	}
	base, isName := c.doc.Resolve(d["BaseFont"]).(pdf.Name)
	if f.subtype != "Type3" && (!isName || base == "") {
		c.fail(ruleFontBaseFont, f.ref)
	}
	if f.subtype == "Type0" || f.subtype == "Type1" && standard14(base) && f.desc == nil {
		return
	}
	first, ok1 := c.doc.Int(d["FirstChar"])
	last, ok2 := c.doc.Int(d["LastChar"])
	if !ok1 {
		c.fail(ruleFontFirstChar, f.ref)
	}
	if !ok2 {
		c.fail(ruleFontLastChar, f.ref)
	}
	if w, ok := c.doc.Resolve(d["Widths"]).(pdf.Array); !ok || ok1 && ok2 && int64(len(w)) != last-first+1 {
		c.fail(ruleFontWidths, f.ref)
	}
}

func standard14(n pdf.Name) bool {
	switch n {
	case "Times-Roman", "Helvetica", "Courier", "Symbol", "Times-Bold", "Helvetica-Bold", "Courier-Bold", "ZapfDingbats",
		"Times-Italic", "Helvetica-Oblique", "Courier-Oblique", "Times-BoldItalic", "Helvetica-BoldOblique", "Courier-BoldOblique":
		return true
	}
	return false
}

// flag is a bit of the descriptor's Flags.
func (f *fontUse) flag(bit int64) bool {
	n, _ := f.c.doc.Int(f.desc["Flags"])
	return n&bit != 0
}

// symbolic tells whether the descriptor calls the font symbolic.
func (f *fontUse) symbolic() bool { return f.flag(4) && !f.flag(32) }

// subset tells whether a font name has a subset's tag.
func subset(n pdf.Name) bool {
	if len(n) < 8 || n[6] != '+' {
		return false
	}
	for i := 0; i < 6; i++ {
		if n[i] < 'A' || n[i] > 'Z' {
			return false
		}
	}
	return true
}

// checkType3 compares the widths in the dictionary with those that the glyph
// procedures give.
func (f *fontUse) checkType3() {
	c := f.c
	enc := f.encoding(nil)
	procs := c.doc.Dict(f.dict["CharProcs"])
	scale := 1.0
	if m := c.doc.Array(f.dict["FontMatrix"]); len(m) == 6 {
		if v, _ := c.doc.Number(m[0]); v != 0 {
			scale = abs(v) * 1000
		}
	}
	for _, code := range f.shown() {
		if !f.rendered(code) {
			continue
		}
		s := c.doc.Stream(procs[pdf.Name(enc[code])])
		if s == nil {
			continue
		}
		data, _ := c.decode(s)
		w, ok := procWidth(data)
		want, has := f.dictWidth(code)
		if ok && has && abs(w-want)*scale > 1 {
			c.fail(ruleGlyphWidth, f.ref)
		}
	}
}

// procWidth is the first operand of d0 or d1, which begins a glyph procedure.
func procWidth(b []byte) (float64, bool) {
	l := &lexer{b: b}
	var args []float64
	for len(args) < 8 {
		t := l.next()
		switch t.kind {
		case tokInt, tokReal:
			args = append(args, t.num)
		case tokWord:
			w := string(b[t.start:t.end])
			if (w == "d0" && len(args) >= 2 || w == "d1" && len(args) >= 6) && len(args) > 0 {
				return args[0], true
			}
			return 0, false
		default:
			return 0, false
		}
	}
	return 0, false
}

// dictWidth is a simple font's width of a code by its dictionary.
func (f *fontUse) dictWidth(code uint32) (float64, bool) {
	c := f.c
	first, ok := c.doc.Int(f.dict["FirstChar"])
	widths := c.doc.Array(f.dict["Widths"])
	i := int64(code) - first
	if ok && i >= 0 && i < int64(len(widths)) {
		return c.doc.Number(widths[i])
	}
	if f.desc == nil {
		return 0, false
	}
	w, _ := c.doc.Number(f.desc["MissingWidth"])
	return w, true
}
