package fontfile

import "encoding/binary"

// TrueType is an sfnt font program with glyf outlines, or the tables around a
// CFF program.
type TrueType struct {
	unitsPerEm int
	numGlyphs  int
	advances   []uint16
	hMetrics   int
	Cmaps      []Cmap
	names      map[string]int // from post; nil when it has none
	CFF        []byte         // the CFF table, for OpenType
	loca       []uint32
}

// Cmap is one encoding table.
type Cmap struct {
	Platform, Encoding int
	data               []byte
}

// ReadTrueType reads a TrueType or OpenType font program.
func ReadTrueType(b []byte) (*TrueType, error) {
	if len(b) < 12 {
		return nil, ErrFormat
	}
	switch binary.BigEndian.Uint32(b) {
	case 0x00010000, 0x74727565, 0x4f54544f: // 1.0, "true", "OTTO"
	default:
		return nil, ErrFormat
	}
	tables := map[string][]byte{}
	n := int(binary.BigEndian.Uint16(b[4:]))
	for i := 0; i < n; i++ {
		e := 12 + 16*i
		if e+16 > len(b) {
			return nil, ErrFormat
		}
		off, size := uint64(binary.BigEndian.Uint32(b[e+8:])), uint64(binary.BigEndian.Uint32(b[e+12:]))
		if off > uint64(len(b)) {
			continue
		}
		tables[string(b[e:e+4])] = b[off:min(off+size, uint64(len(b)))]
	}
	return newTrueType(tables)
}

func newTrueType(tables map[string][]byte) (*TrueType, error) {
	f := &TrueType{unitsPerEm: 1000, CFF: tables["CFF "]}
	head, maxp, hhea, hmtx := tables["head"], tables["maxp"], tables["hhea"], tables["hmtx"]
	if len(head) >= 54 {
		f.unitsPerEm = int(binary.BigEndian.Uint16(head[18:]))
	}
	if len(maxp) >= 6 {
		f.numGlyphs = int(binary.BigEndian.Uint16(maxp[4:]))
	}
	if f.numGlyphs == 0 && f.CFF == nil || f.unitsPerEm == 0 {
		return nil, ErrFormat
	}
	if len(hhea) >= 36 {
		f.hMetrics = int(binary.BigEndian.Uint16(hhea[34:]))
	}
	for i := 0; i < f.hMetrics && 4*i+2 <= len(hmtx); i++ {
		f.advances = append(f.advances, binary.BigEndian.Uint16(hmtx[4*i:]))
	}
	f.readCmaps(tables["cmap"])
	f.readPost(tables["post"])
	f.readLoca(tables["loca"], head)
	return f, nil
}

func (f *TrueType) readLoca(b, head []byte) {
	if len(head) < 52 {
		return
	}
	long := binary.BigEndian.Uint16(head[50:]) != 0
	for i := 0; i <= f.numGlyphs; i++ {
		switch {
		case long && 4*i+4 <= len(b):
			f.loca = append(f.loca, binary.BigEndian.Uint32(b[4*i:]))
		case !long && 2*i+2 <= len(b):
			f.loca = append(f.loca, 2*uint32(binary.BigEndian.Uint16(b[2*i:])))
		default:
			return
		}
	}
}

// Empty tells whether the glyph has no outline.
func (f *TrueType) Empty(gid int) bool {
	return gid < 0 || gid+1 >= len(f.loca) || f.loca[gid] == f.loca[gid+1]
}

func (f *TrueType) readCmaps(b []byte) {
	if len(b) < 4 {
		return
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	for i := 0; i < n && 4+8*i+8 <= len(b); i++ {
		e := b[4+8*i:]
		off := binary.BigEndian.Uint32(e[4:])
		if uint64(off) >= uint64(len(b)) {
			continue
		}
		f.Cmaps = append(f.Cmaps, Cmap{int(binary.BigEndian.Uint16(e)), int(binary.BigEndian.Uint16(e[2:])), b[off:]})
	}
}

// Cmap is the table of the platform and encoding, or nil.
func (f *TrueType) Cmap(platform, encoding int) *Cmap {
	for i := range f.Cmaps {
		if f.Cmaps[i].Platform == platform && f.Cmaps[i].Encoding == encoding {
			return &f.Cmaps[i]
		}
	}
	return nil
}

// Lookup is the glyph of a character code, 0 when the table has none.
func (c *Cmap) Lookup(code uint32) int {
	if c == nil || len(c.data) < 6 {
		return 0
	}
	b := c.data
	switch binary.BigEndian.Uint16(b) {
	case 0:
		if code < 256 && 6+int(code) < len(b) {
			return int(b[6+code])
		}
	case 4:
		return lookup4(b, code)
	case 6:
		if len(b) < 10 {
			return 0
		}
		first, count := uint32(binary.BigEndian.Uint16(b[6:])), uint32(binary.BigEndian.Uint16(b[8:]))
		if code >= first && code < first+count && 10+2*int(code-first)+2 <= len(b) {
			return int(binary.BigEndian.Uint16(b[10+2*(code-first):]))
		}
	case 12:
		return lookup12(b, code)
	}
	return 0
}

func lookup4(b []byte, code uint32) int {
	if len(b) < 16 || code > 0xffff {
		return 0
	}
	seg := int(binary.BigEndian.Uint16(b[6:])) / 2
	at := func(i int) int {
		if i+2 > len(b) {
			return 0
		}
		return int(binary.BigEndian.Uint16(b[i:]))
	}
	ends, starts := 14, 16+2*seg
	deltas, offsets := 16+4*seg, 16+6*seg
	for i := 0; i < seg; i++ {
		if int(code) > at(ends+2*i) {
			continue
		}
		start := at(starts + 2*i)
		if int(code) < start {
			return 0
		}
		off := at(offsets + 2*i)
		if off == 0 {
			return (int(code) + at(deltas+2*i)) & 0xffff
		}
		g := at(offsets + 2*i + off + 2*(int(code)-start))
		if g == 0 {
			return 0
		}
		return (g + at(deltas+2*i)) & 0xffff
	}
	return 0
}

func lookup12(b []byte, code uint32) int {
	if len(b) < 16 {
		return 0
	}
	n := int(binary.BigEndian.Uint32(b[12:]))
	for i := 0; i < n && 16+12*i+12 <= len(b); i++ {
		g := b[16+12*i:]
		start, end := binary.BigEndian.Uint32(g), binary.BigEndian.Uint32(g[4:])
		if code >= start && code <= end {
			return int(binary.BigEndian.Uint32(g[8:]) + code - start)
		}
	}
	return 0
}

// readPost reads glyph names, of format 2; format 1 is the Macintosh order.
func (f *TrueType) readPost(b []byte) {
	if len(b) < 34 {
		return
	}
	switch binary.BigEndian.Uint32(b) {
	case 0x00010000:
		f.names = map[string]int{}
		for i, n := range macGlyphs() {
			f.names[n] = i
		}
	case 0x00020000:
		f.readPost2(b)
	}
}

func (f *TrueType) readPost2(b []byte) {
	n := int(binary.BigEndian.Uint16(b[32:]))
	if 34+2*n > len(b) {
		return
	}
	var extra []string
	for s := b[34+2*n:]; len(s) > 0 && len(s) > int(s[0]); s = s[1+int(s[0]):] {
		extra = append(extra, string(s[1:1+int(s[0])]))
	}
	f.names = make(map[string]int, n)
	mac := macGlyphs()
	for g := n - 1; g >= 0; g-- {
		i := int(binary.BigEndian.Uint16(b[34+2*g:]))
		switch {
		case i < len(mac):
			f.names[mac[i]] = g
		case i-258 >= 0 && i-258 < len(extra):
			f.names[extra[i-258]] = g
		}
	}
}

// NamedGlyph is the glyph that post gives the name, 0 when none.
func (f *TrueType) NamedGlyph(name string) int { return f.names[name] }

// NumGlyphs is how many glyphs the program has.
func (f *TrueType) NumGlyphs() int { return f.numGlyphs }

// Has tells whether there is a glyph with the number.
func (f *TrueType) Has(gid int) bool { return gid >= 0 && gid < f.numGlyphs }

// Width is a glyph's advance in thousandths of an em.
func (f *TrueType) Width(gid int) (float64, bool) {
	if gid < 0 || len(f.advances) == 0 || gid >= f.numGlyphs {
		return 0, false
	}
	a := f.advances[min(gid, len(f.advances)-1)]
	return float64(a) * 1000 / float64(f.unitsPerEm), true
}
