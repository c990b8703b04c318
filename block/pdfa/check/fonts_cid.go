package check

import (
	"medborgarnavet/block/pdf"
)

// readComposite reads a Type 0 font's descendant and CMap.
func (f *fontUse) readComposite() {
	c := f.c
	if kids := c.doc.Array(f.dict["DescendantFonts"]); len(kids) > 0 {
		f.cidFont = c.doc.Dict(kids[0])
		f.cidRef, _ = kids[0].(pdf.Ref)
	}
	f.desc = c.doc.Dict(f.cidFont["FontDescriptor"])
	f.cmap = &cmap{identity: true}
	if s := c.doc.Stream(f.dict["Encoding"]); s != nil {
		data, _ := c.decode(s)
		f.cmap = readCMap(data)
		if f.cmap.use == "" {
			f.cmap.use = string(c.doc.Name(s.Dict["UseCMap"]))
		}
		if base := c.doc.Stream(s.Dict["UseCMap"]); base != nil {
			f.cmap.use = string(c.doc.Name(base.Dict["CMapName"]))
		}
		if f.cmap.use != "" {
			f.cmap.unknown = f.cmap.use != "Identity-H" && f.cmap.use != "Identity-V" || len(f.cmap.ranges) > 0
			f.cmap.identity = !f.cmap.unknown
		}
		return
	}
	switch n := c.doc.Name(f.dict["Encoding"]); n {
	case "Identity-H", "Identity-V":
	default:
		f.cmap.unknown = true
		f.cmap.name = string(n)
	}
}

// checkComposite checks a Type 0 font, its CMap and its CIDFont.
func (f *fontUse) checkComposite() {
	c := f.c
	f.checkCMap()
	f.checkCollections()
	sub := c.doc.Name(f.cidFont["Subtype"])
	if sub != "CIDFontType0" && sub != "CIDFontType2" {
		c.fail(ruleFontSubtype, f.cidRef)
	}
	if c.doc.Name(f.cidFont["Type"]) != "Font" {
		c.fail(ruleFontType, f.cidRef)
	}
	if c.doc.Name(f.cidFont["BaseFont"]) == "" {
		c.fail(ruleFontBaseFont, f.cidRef)
	}
	p := f.embedded(f.desc, sub, f.cidRef)
	gids, ok := f.cidToGID()
	if sub == "CIDFontType2" && !ok && (p != nil || c.part == 1) {
		c.fail(ruleCIDToGIDMap, f.cidRef)
	}
	if p == nil {
		return
	}
	f.checkCIDSet(p, sub, gids)
	if f.cmap.unknown {
		return
	}
	f.checkGlyphs(func(code uint32) glyph { return f.cidGlyph(p, sub, gids, code) })
}

// checkCMap checks that the CMap is predefined or embedded and agrees with its
// dictionary.
func (f *fontUse) checkCMap() {
	c := f.c
	s := c.doc.Stream(f.dict["Encoding"])
	if s == nil {
		n := c.doc.Name(f.dict["Encoding"])
		identity := n == "Identity-H" || n == "Identity-V"
		if !identity && (c.part == 1 || collectionOf(n) == "") {
			c.fail(ruleCMapEmbedded, f.ref)
		}
		return
	}
	ref, _ := f.dict["Encoding"].(pdf.Ref)
	wmode, _ := c.doc.Int(s.Dict["WMode"])
	if int(wmode) != f.cmap.wmode {
		c.fail(ruleCMapWMode, ref)
	}
	if f.cmap.tooLarge {
		c.fail(ruleLimitCID, ref)
	}
	if u := pdf.Name(f.cmap.use); u != "" && u != "Identity-H" && u != "Identity-V" && collectionOf(u) == "" {
		c.fail(ruleCMapUse, ref)
	}
}

// checkCollections checks that CIDFont and CMap have the same character
// collection.
func (f *fontUse) checkCollections() {
	c := f.c
	font := c.doc.Dict(f.cidFont["CIDSystemInfo"])
	reg, _ := c.doc.Str(font["Registry"])
	ord, _ := c.doc.Str(font["Ordering"])
	s := c.doc.Stream(f.dict["Encoding"])
	if s == nil {
		want := collectionOf(c.doc.Name(f.dict["Encoding"]))
		if want != "" && string(reg)+"-"+string(ord) != want {
			c.fail(ruleCIDSystemInfo, f.ref)
		}
		return
	}
	if n := c.doc.Name(s.Dict["CMapName"]); n == "Identity-H" || n == "Identity-V" {
		return
	}
	info := c.doc.Dict(s.Dict["CIDSystemInfo"])
	mreg, _ := c.doc.Str(info["Registry"])
	mord, _ := c.doc.Str(info["Ordering"])
	if reg != mreg || ord != mord {
		c.fail(ruleCIDSystemInfo, f.ref)
		return
	}
	a, _ := c.doc.Int(font["Supplement"])
	b, _ := c.doc.Int(info["Supplement"])
	if c.part > 1 && a > b {
		c.fail(ruleCIDSystemInfo, f.ref)
	}
}

// cidToGID is the map from CIDs to glyphs: nil for the identity. It tells
// whether the entry is valid.
func (f *fontUse) cidToGID() ([]byte, bool) {
	c := f.c
	if s := c.doc.Stream(f.cidFont["CIDToGIDMap"]); s != nil {
		data, err := c.decode(s)
		return data, err == nil
	}
	return nil, c.doc.Name(f.cidFont["CIDToGIDMap"]) == "Identity"
}

// cidGlyph finds the glyph of a code in a CIDFont's program.
func (f *fontUse) cidGlyph(p *program, sub pdf.Name, gids []byte, code uint32) glyph {
	cid, ok := f.cmap.cid(code)
	if cid > 65535 {
		f.c.fail(ruleLimitCID, f.ref)
	}
	if !ok {
		cid = 0
	}
	if sub == "CIDFontType2" && p.tt != nil && p.tt.CFF == nil {
		gid := cid
		if gids != nil {
			gid = 0
			if 2*cid+1 < len(gids) {
				gid = int(gids[2*cid])<<8 | int(gids[2*cid+1])
			}
		}
		g := glyph{present: p.tt.Has(gid), notdef: gid == 0}
		g.width, g.hasWidth = p.tt.Width(gid)
		return g
	}
	if p.cff == nil {
		return glyph{present: true, notdef: cid == 0}
	}
	gid, ok := p.cff.GlyphOfCID(cid)
	g := glyph{present: ok, notdef: gid == 0}
	if ok {
		g.width, g.hasWidth = p.cff.Width(gid)
	}
	return g
}

// cidWidth is the width of a code by W and DW.
func (f *fontUse) cidWidth(code uint32) (float64, bool) {
	c := f.c
	cid, _ := f.cmap.cid(code)
	if f.cidWidths == nil {
		f.cidWidths = map[int]float64{}
		f.readW(c.doc.Array(f.cidFont["W"]))
	}
	if w, ok := f.cidWidths[cid]; ok {
		return w, true
	}
	if dw, ok := c.doc.Number(f.cidFont["DW"]); ok {
		return dw, true
	}
	return 1000, true
}

// readW reads "c [w1 w2 …]" and "first last w".
func (f *fontUse) readW(w pdf.Array) {
	c := f.c
	for i := 0; i+1 < len(w) && f.widthSteps < 1_000_000; {
		first, _ := c.doc.Int(w[i])
		if list, ok := c.doc.Resolve(w[i+1]).(pdf.Array); ok {
			for j, o := range list {
				f.cidWidths[int(first)+j], _ = c.doc.Number(o)
				f.widthSteps++
			}
			i += 2
			continue
		}
		if i+2 >= len(w) {
			return
		}
		last, _ := c.doc.Int(w[i+1])
		v, _ := c.doc.Number(w[i+2])
		for cid := first; cid <= last && cid-first < 65536; cid++ {
			f.cidWidths[int(cid)] = v
			f.widthSteps++
		}
		i += 3
	}
}

// checkCIDSet compares the CIDSet with the glyphs of the program.
func (f *fontUse) checkCIDSet(p *program, sub pdf.Name, gids []byte) {
	c := f.c
	if !subset(c.doc.Name(f.cidFont["BaseFont"])) {
		return
	}
	s := c.doc.Stream(f.desc["CIDSet"])
	if s == nil {
		if c.part == 1 {
			c.fail(ruleCIDSet, f.cidRef)
		}
		return
	}
	set, _ := c.decode(s)
	has := func(cid int) bool { return cid/8 < len(set) && set[cid/8]&(0x80>>(cid%8)) != 0 }
	for _, cid := range f.programCIDs(p, sub, gids) {
		if cid != 0 && !has(cid) {
			c.fail(ruleCIDSet, f.cidRef)
			return
		}
	}
}

// programCIDs are the CIDs that a program has glyphs for. Glyphs of a TrueType
// program without outline do not count: a subset leaves their places empty.
func (f *fontUse) programCIDs(p *program, sub pdf.Name, gids []byte) []int {
	if p.cff != nil && p.cff.CID {
		return p.cff.CIDs()
	}
	var out []int
	switch {
	case p.cff != nil:
		for g := 0; g < p.cff.NumGlyphs(); g++ {
			out = append(out, g)
		}
	case p.tt != nil && gids == nil:
		for g := 0; g < p.tt.NumGlyphs(); g++ {
			if !p.tt.Empty(g) {
				out = append(out, g)
			}
		}
	case p.tt != nil:
		for cid := 0; 2*cid+1 < len(gids) && cid < 65536; cid++ {
			g := int(gids[2*cid])<<8 | int(gids[2*cid+1])
			if g != 0 && p.tt.Has(g) && !p.tt.Empty(g) {
				out = append(out, cid)
			}
		}
	}
	return out
}
