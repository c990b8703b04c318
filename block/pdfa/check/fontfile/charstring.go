package fontfile

// readCharset reads which name or CID each glyph has. 0, 1 and 2 are
// predefined; the expert ones are not known here and leave glyphs unnamed.
func (f *CFF) readCharset(b []byte, off int) {
	n := len(f.glyphs)
	f.charset = make([]int, n)
	if off <= 2 {
		for g := range f.charset {
			if off == 0 {
				f.charset[g] = g
			} else {
				f.charset[g] = -1
			}
		}
		return
	}
	if off >= len(b) {
		return
	}
	format := b[off]
	b = b[off+1:]
	for g := 1; g < n; {
		if len(b) < 2 {
			return
		}
		sid := int(b[0])<<8 | int(b[1])
		b = b[2:]
		left := 0
		switch {
		case format == 1 && len(b) >= 1:
			left = int(b[0])
			b = b[1:]
		case format == 2 && len(b) >= 2:
			left = int(b[0])<<8 | int(b[1])
			b = b[2:]
		}
		for i := 0; i <= left && g < n; i++ {
			f.charset[g] = sid + i
			g++
		}
	}
}

// readEncoding reads the built-in encoding: code → glyph. Offset 0 is the
// standard encoding.
func (f *CFF) readEncoding(b []byte, off int) {
	if off <= 1 || off+2 > len(b) {
		f.standard = off == 0
		return
	}
	f.Encoding = map[int]int{}
	format, n := b[off]&0x7f, int(b[off+1])
	b = b[off+2:]
	g := 1
	for i := 0; i < n; i++ {
		if format == 0 {
			if i >= len(b) {
				return
			}
			f.Encoding[int(b[i])] = g
			g++
			continue
		}
		if 2*i+1 >= len(b) {
			return
		}
		for j := 0; j <= int(b[2*i+1]); j++ {
			f.Encoding[int(b[2*i])+j] = g
			g++
		}
	}
}

// StandardEncoded tells whether the built-in encoding is the standard one.
func (f *CFF) StandardEncoded() bool { return f.standard }

// index makes the ways from names and CIDs to glyphs.
func (f *CFF) index() {
	if f.CID {
		f.cids = make(map[int]int, len(f.charset))
		for g, cid := range f.charset {
			f.cids[cid] = g
		}
		return
	}
	f.names = make(map[string]int, len(f.charset))
	for g := range f.charset {
		f.names[f.Name(g)] = g
	}
}

// Name is a glyph's name, "" when it has none.
func (f *CFF) Name(gid int) string {
	if gid < 0 || gid >= len(f.charset) || f.CID {
		return ""
	}
	if gid == 0 {
		return ".notdef"
	}
	sid := f.charset[gid]
	std := cffStrings()
	switch {
	case sid < 0:
		return ""
	case sid < len(std):
		return std[sid]
	case sid-391 >= 0 && sid-391 < len(f.strings):
		return string(f.strings[sid-391])
	}
	return ""
}

// Names are the glyph names of a program that is not CID-keyed.
func (f *CFF) Names() []string {
	out := make([]string, 0, len(f.names))
	for n := range f.names {
		if n != "" {
			out = append(out, n)
		}
	}
	return out
}

// NumGlyphs is how many glyphs the program has.
func (f *CFF) NumGlyphs() int { return len(f.glyphs) }

// GlyphOfName is the glyph with the name.
func (f *CFF) GlyphOfName(name string) (int, bool) { g, ok := f.names[name]; return g, ok }

// GlyphOfCID is the glyph of a CID: by the charset when the program is
// CID-keyed, else the glyph of that number.
func (f *CFF) GlyphOfCID(cid int) (int, bool) {
	if f.CID {
		g, ok := f.cids[cid]
		return g, ok
	}
	return cid, cid >= 0 && cid < len(f.glyphs)
}

// CIDs are the CIDs of a CID-keyed program.
func (f *CFF) CIDs() []int {
	out := make([]int, 0, len(f.cids))
	for c := range f.cids {
		out = append(out, c)
	}
	return out
}

// Width is a glyph's advance in thousandths of an em.
func (f *CFF) Width(gid int) (float64, bool) {
	if gid < 0 || gid >= len(f.glyphs) || len(f.privates) == 0 {
		return 0, false
	}
	fd := 0
	if f.fdSelect != nil {
		fd = int(f.fdSelect[gid])
	}
	if fd >= len(f.privates) {
		return 0, false
	}
	p := f.privates[fd]
	m := &type2{gsubrs: f.gsubrs, subrs: p.subrs}
	m.run(f.glyphs[gid], 0)
	if m.has {
		return (p.nominalWidth + m.width) * f.scale, true
	}
	return p.defaultWidth * f.scale, true
}

// type2 runs a Type 2 charstring up to the operator that tells whether a width
// stands first.
type type2 struct {
	gsubrs, subrs [][]byte
	stack         []float64
	width         float64
	has           bool
	steps         int
}

// run returns false when the answer is known.
func (m *type2) run(b []byte, depth int) bool {
	for i := 0; i < len(b); i++ {
		if m.steps++; m.steps > 10_000 || len(m.stack) > 192 {
			return false
		}
		switch c := b[i]; {
		case c == 28 && i+2 < len(b):
			m.push(float64(int16(uint16(b[i+1])<<8 | uint16(b[i+2]))))
			i += 2
		case c >= 32 && c <= 246:
			m.push(float64(c) - 139)
		case c >= 247 && c <= 250 && i+1 < len(b):
			m.push(float64((int(c)-247)*256 + int(b[i+1]) + 108))
			i++
		case c >= 251 && c <= 254 && i+1 < len(b):
			m.push(float64(-(int(c)-251)*256 - int(b[i+1]) - 108))
			i++
		case c == 255 && i+4 < len(b):
			m.push(float64(int32(uint32(b[i+1])<<24|uint32(b[i+2])<<16|uint32(b[i+3])<<8|uint32(b[i+4]))) / 65536)
			i += 4
		case c == 10 || c == 29:
			subrs := m.subrs
			if c == 29 {
				subrs = m.gsubrs
			}
			if !m.call(subrs, depth) {
				return false
			}
		case c == 11:
			return true
		default:
			m.decide(c)
			return false
		}
	}
	return true
}

func (m *type2) push(v float64) { m.stack = append(m.stack, v) }

func (m *type2) call(subrs [][]byte, depth int) bool {
	n := len(m.stack)
	if n == 0 || depth > 10 {
		return false
	}
	bias := 107
	if len(subrs) >= 33900 {
		bias = 32768
	} else if len(subrs) >= 1240 {
		bias = 1131
	}
	k := int(m.stack[n-1]) + bias
	m.stack = m.stack[:n-1]
	if k < 0 || k >= len(subrs) {
		return false
	}
	return m.run(subrs[k], depth+1)
}

// decide finds the width by the number of operands of the first operator.
func (m *type2) decide(op byte) {
	n := len(m.stack)
	switch op {
	case 1, 3, 18, 23, 19, 20: // stems and masks take pairs
		m.has = n%2 == 1
	case 21:
		m.has = n > 2
	case 4, 22:
		m.has = n > 1
	case 14:
		m.has = n == 1 || n == 5
	}
	if m.has {
		m.width = m.stack[0]
	}
}
