// Package fonttest makes tiny font programs for tests: a TrueType, a CFF and a
// Type 1 program with the glyphs and widths that a test asks for, and no
// outlines worth the name. It is for tests only.
package fonttest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sort"
)

// Glyph is a glyph's name, its code and its width in thousandths of an em.
type Glyph struct {
	Name  string
	Code  uint16
	Width int
}

// AB are glyphs for the letters A and B, 500 and 600 wide.
func AB() []Glyph { return []Glyph{{"A", 65, 500}, {"B", 66, 600}} }

func u16(v ...int) []byte {
	var b []byte
	for _, x := range v {
		b = binary.BigEndian.AppendUint16(b, uint16(x))
	}
	return b
}

// TrueType is a font program with .notdef and the glyphs, and one character map
// for each pair of platform and encoding.
func TrueType(glyphs []Glyph, cmaps ...[2]int) []byte {
	n := len(glyphs) + 1
	head := make([]byte, 54)
	binary.BigEndian.PutUint16(head[18:], 1000)
	hhea := make([]byte, 36)
	binary.BigEndian.PutUint16(hhea[34:], uint16(n))
	hmtx := u16(1000, 0)
	loca := u16(0, 0)
	for i, g := range glyphs {
		hmtx = append(hmtx, u16(g.Width, 0)...)
		loca = append(loca, u16(6*(i+1))...)
	}
	tables := map[string][]byte{
		"head": head, "hhea": hhea, "hmtx": hmtx, "loca": loca, "cmap": cmapTable(glyphs, cmaps),
		"maxp": append([]byte{0, 1, 0, 0}, u16(n)...), "glyf": make([]byte, 12*len(glyphs)),
	}
	names := make([]string, 0, len(tables))
	for k := range tables {
		names = append(names, k)
	}
	sort.Strings(names)
	out := append([]byte{0, 1, 0, 0}, u16(len(tables), 0, 0, 0)...)
	at := 12 + 16*len(tables)
	var body []byte
	for _, k := range names {
		out = append(append(out, k...), 0, 0, 0, 0)
		out = binary.BigEndian.AppendUint32(out, uint32(at+len(body)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(tables[k])))
		body = append(body, tables[k]...)
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
	}
	return append(out, body...)
}

// cmapTable writes each map as format 6 over the codes of the glyphs.
func cmapTable(glyphs []Glyph, cmaps [][2]int) []byte {
	out := u16(0, len(cmaps))
	var body []byte
	for _, m := range cmaps {
		out = append(out, u16(m[0], m[1])...)
		out = binary.BigEndian.AppendUint32(out, uint32(4+8*len(cmaps)+len(body)))
		base := 0
		if m == [2]int{3, 0} {
			base = 0xf000
		}
		first := int(glyphs[0].Code)
		last := int(glyphs[len(glyphs)-1].Code)
		sub := u16(6, 10+2*(last-first+1), 0, base+first, last-first+1)
		for code := first; code <= last; code++ {
			gid := 0
			for i, g := range glyphs {
				if int(g.Code) == code {
					gid = i + 1
				}
			}
			sub = append(sub, u16(gid)...)
		}
		body = append(body, sub...)
	}
	return append(out, body...)
}

// index writes a CFF INDEX with two-byte offsets.
func index(items ...[]byte) []byte {
	if len(items) == 0 {
		return []byte{0, 0}
	}
	out := append(u16(len(items)), 2)
	at := 1
	out = append(out, u16(at)...)
	var body []byte
	for _, it := range items {
		at += len(it)
		out = append(out, u16(at)...)
		body = append(body, it...)
	}
	return append(out, body...)
}

func dictInt(v int) []byte { return append([]byte{28}, u16(v)...) }

// CFF is a program with the glyphs by name, or, when cid is set, with the
// glyphs' codes as CIDs. Its standard encoding leads to the names.
func CFF(glyphs []Glyph, cid bool) []byte {
	header := []byte{1, 0, 4, 2}
	name := index([]byte("Test"))
	var strs [][]byte
	if cid {
		strs = [][]byte{[]byte("Adobe"), []byte("Identity")}
	} else {
		for _, g := range glyphs {
			strs = append(strs, []byte(g.Name))
		}
	}
	str, gsubr := index(strs...), index()
	private := append(dictInt(0), 20)
	private = append(private, append(dictInt(0), 21)...)
	charset := []byte{0}
	chars := [][]byte{append(dictInt(1000), 14)}
	for i, g := range glyphs {
		if cid {
			charset = append(charset, u16(int(g.Code))...)
		} else {
			charset = append(charset, u16(391+i)...)
		}
		chars = append(chars, append(dictInt(g.Width), 14))
	}
	charStrings := index(chars...)
	top := func(offCharset, offChars, offPrivate, offFD, offSelect int) []byte {
		var d []byte
		if cid {
			d = append(d, dictInt(391)...)
			d = append(d, dictInt(392)...)
			d = append(append(d, dictInt(0)...), 12, 30)
			d = append(append(d, dictInt(offFD)...), 12, 36)
			d = append(append(d, dictInt(offSelect)...), 12, 37)
		} else {
			d = append(append(append(d, dictInt(len(private))...), dictInt(offPrivate)...), 18)
		}
		d = append(append(d, dictInt(offCharset)...), 15)
		return append(append(d, dictInt(offChars)...), 17)
	}
	at := len(header) + len(name) + len(index(top(0, 0, 0, 0, 0))) + len(str) + len(gsubr)
	offCharset := at
	offChars := offCharset + len(charset)
	offPrivate := offChars + len(charStrings)
	fd := index(append(append(dictInt(len(private)), dictInt(offPrivate)...), 18))
	offFD := offPrivate + len(private)
	selectFD := make([]byte, 1+len(chars))
	return bytes.Join([][]byte{header, name, index(top(offCharset, offChars, offPrivate, offFD, offFD+len(fd))), str, gsubr,
		charset, charStrings, private, fd, selectFD}, nil)
}

func encrypt(b []byte, key uint16) []byte {
	b = append(make([]byte, 4), b...)
	out := make([]byte, len(b))
	for i, p := range b {
		c := p ^ byte(key>>8)
		out[i] = c
		key = (uint16(c)+key)*52845 + 22719
	}
	return out
}

// Type1 is a Type 1 program with .notdef and the glyphs, in their own encoding.
func Type1(glyphs []Glyph) []byte {
	var clear, private bytes.Buffer
	clear.WriteString("%!PS-AdobeFont-1.0: Test\n/FontMatrix [0.001 0 0 0.001 0 0] readonly def\n/Encoding 256 array\n")
	for _, g := range glyphs {
		fmt.Fprintf(&clear, "dup %d /%s put\n", g.Code, g.Name)
	}
	clear.WriteString("readonly def\ncurrentfile eexec\n")
	fmt.Fprintf(&private, "dup /Private 2 dict dup begin /lenIV 4 def /CharStrings %d dict dup begin\n", len(glyphs)+1)
	char := func(name string, width int) {
		code := append([]byte{139, 255}, 0, 0, byte(width>>8), byte(width))
		code = encrypt(append(code, 13, 14), 4330)
		fmt.Fprintf(&private, "/%s %d RD %s ND\n", name, len(code), code)
	}
	char(".notdef", 250)
	for _, g := range glyphs {
		char(g.Name, g.Width)
	}
	private.WriteString("end end readonly put mark currentfile closefile\n")
	return append(clear.Bytes(), encrypt(private.Bytes(), 55665)...)
}
