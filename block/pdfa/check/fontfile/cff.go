package fontfile

import "math"

// CFF is a compact font program: named or CID-keyed.
type CFF struct {
	CID      bool
	charset  []int // SID or CID by glyph
	glyphs   [][]byte
	strings  [][]byte
	gsubrs   [][]byte
	privates []private
	fdSelect []byte // private dictionary by glyph; nil means the first
	Encoding map[int]int
	names    map[string]int
	cids     map[int]int
	scale    float64
	standard bool
}

type private struct {
	defaultWidth, nominalWidth float64
	subrs                      [][]byte
}

// maxGlyphs bounds a font: glyph numbers are two bytes.
const maxGlyphs = 65536

// ReadCFF reads a CFF program.
func ReadCFF(b []byte) (*CFF, error) {
	if len(b) < 4 || b[0] != 1 || int(b[2]) > len(b) {
		return nil, ErrFormat
	}
	_, rest, ok1 := readIndex(b, int(b[2]))
	tops, rest, ok2 := readIndex(b, rest)
	strs, rest, ok3 := readIndex(b, rest)
	gsubrs, _, ok4 := readIndex(b, rest)
	if !ok1 || !ok2 || !ok3 || !ok4 || len(tops) == 0 {
		return nil, ErrFormat
	}
	top := readDict(tops[0])
	f := &CFF{strings: strs, gsubrs: gsubrs, scale: 1}
	if m := top[1207]; len(m) == 6 && m[0] > 0 {
		f.scale = m[0] * 1000
	}
	_, f.CID = top[1230]
	off := first(top[17])
	glyphs, _, ok := readIndex(b, off)
	if off == 0 || !ok || len(glyphs) == 0 || len(glyphs) > maxGlyphs {
		return nil, ErrFormat
	}
	f.glyphs = glyphs
	f.readCharset(b, first(top[15]))
	if f.CID {
		f.readFDs(b, top)
	} else {
		f.privates = []private{readPrivate(b, top[18])}
		f.readEncoding(b, first(top[16]))
	}
	f.index()
	return f, nil
}

func first(v []float64) int {
	if len(v) == 0 || v[0] < 0 || v[0] > 1<<30 {
		return 0
	}
	return int(v[0])
}

// readIndex reads an INDEX at off and returns where it ends.
func readIndex(b []byte, off int) ([][]byte, int, bool) {
	if off < 0 || off+2 > len(b) {
		return nil, 0, false
	}
	n := int(b[off])<<8 | int(b[off+1])
	if n == 0 {
		return nil, off + 2, true
	}
	if off+3 > len(b) {
		return nil, 0, false
	}
	size := int(b[off+2])
	base := off + 3 + (n+1)*size - 1
	if size < 1 || size > 4 || base >= len(b) {
		return nil, 0, false
	}
	at := func(i int) int {
		v := 0
		for _, c := range b[off+3+i*size : off+3+(i+1)*size] {
			v = v<<8 | int(c)
		}
		return v
	}
	out := make([][]byte, n)
	prev := at(0)
	for i := range out {
		next := at(i + 1)
		if prev < 1 || next < prev || base+next > len(b) {
			return nil, 0, false
		}
		out[i] = b[base+prev : base+next]
		prev = next
	}
	return out, base + prev, true
}

// readDict reads a DICT; two-byte operators have 1200 added to their second.
func readDict(b []byte) map[int][]float64 {
	out := map[int][]float64{}
	var args []float64
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c <= 21:
			op := int(c)
			if c == 12 && i+1 < len(b) {
				i++
				op = 1200 + int(b[i])
			}
			out[op] = args
			args = nil
		case c == 28 && i+2 < len(b):
			args = append(args, float64(int16(uint16(b[i+1])<<8|uint16(b[i+2]))))
			i += 2
		case c == 29 && i+4 < len(b):
			args = append(args, float64(int32(uint32(b[i+1])<<24|uint32(b[i+2])<<16|uint32(b[i+3])<<8|uint32(b[i+4]))))
			i += 4
		case c == 30:
			v, n := realNumber(b[i+1:])
			args = append(args, v)
			i += n
		case c >= 32 && c <= 246:
			args = append(args, float64(c)-139)
		case c >= 247 && c <= 250 && i+1 < len(b):
			args = append(args, float64((int(c)-247)*256+int(b[i+1])+108))
			i++
		case c >= 251 && c <= 254 && i+1 < len(b):
			args = append(args, float64(-(int(c)-251)*256-int(b[i+1])-108))
			i++
		}
	}
	return out
}

// realNumber reads a packed decimal and how many bytes it takes.
func realNumber(b []byte) (float64, int) {
	mant, exp, esign, frac := 0.0, 0, 1, 0
	neg, inExp, inFrac := false, false, false
	for i, c := range b {
		for _, nib := range [2]byte{c >> 4, c & 15} {
			switch {
			case nib <= 9 && inExp:
				exp = min(exp*10+int(nib), 400)
			case nib <= 9:
				mant = mant*10 + float64(nib)
				if inFrac {
					frac++
				}
			case nib == 10:
				inFrac = true
			case nib == 11:
				inExp = true
			case nib == 12:
				inExp, esign = true, -1
			case nib == 14:
				neg = true
			case nib == 15:
				v := mant * math.Pow10(esign*exp-frac)
				if neg {
					v = -v
				}
				return v, i + 1
			}
		}
	}
	return 0, len(b)
}

func readPrivate(b []byte, v []float64) private {
	var p private
	if len(v) != 2 || v[0] < 0 || v[1] < 0 || int(v[0])+int(v[1]) > len(b) {
		return p
	}
	off := int(v[1])
	d := readDict(b[off : off+int(v[0])])
	if w := d[20]; len(w) > 0 {
		p.defaultWidth = w[0]
	}
	if w := d[21]; len(w) > 0 {
		p.nominalWidth = w[0]
	}
	if s := first(d[19]); s > 0 {
		p.subrs, _, _ = readIndex(b, off+s)
	}
	return p
}

func (f *CFF) readFDs(b []byte, top map[int][]float64) {
	fds, _, _ := readIndex(b, first(top[1236]))
	for _, d := range fds {
		fd := readDict(d)
		p := readPrivate(b, fd[18])
		if m := fd[1207]; len(m) == 6 && m[0] > 0 && top[1207] == nil {
			f.scale = m[0] * 1000
		}
		f.privates = append(f.privates, p)
	}
	off := first(top[1237])
	if off <= 0 || off+3 > len(b) {
		return
	}
	f.fdSelect = make([]byte, len(f.glyphs))
	switch b[off] {
	case 0:
		copy(f.fdSelect, b[off+1:])
	case 3:
		n := int(b[off+1])<<8 | int(b[off+2])
		for i := 0; i < n && off+3+3*i+5 <= len(b); i++ {
			r := b[off+3+3*i:]
			from, to := int(r[0])<<8|int(r[1]), int(r[3])<<8|int(r[4])
			for g := from; g < to && g < len(f.fdSelect); g++ {
				f.fdSelect[g] = r[2]
			}
		}
	}
}
