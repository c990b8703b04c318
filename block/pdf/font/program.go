package font

import (
	"encoding/binary"
	"sort"
)

// program is the TrueType file to embed: the glyphs of the codes under the
// codes as numbers, and after them the parts that composed glyphs are built
// of. It also gives the glyph in the whole font that each number stands for.
func (s *Subset) program() (file []byte, glyphs []uint16) {
	numbers := map[uint16]uint16{} // a part's number
	for _, c := range s.codes {
		glyphs = append(glyphs, c.glyph)
	}
	for n, c := range s.codes {
		if _, ok := numbers[c.glyph]; !ok {
			numbers[c.glyph] = uint16(n)
		}
	}
	var glyf, loca, hmtx []byte
	for i := 0; i < len(glyphs); i++ { // grows while parts are found
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		outline := append([]byte(nil), s.font.file.outline(glyphs[i])...)
		eachPart(outline, func(at int) {
			part := binary.BigEndian.Uint16(outline[at:])
			n, ok := numbers[part]
			if !ok {
				n = uint16(len(glyphs))
				numbers[part] = n
				glyphs = append(glyphs, part)
			}
			binary.BigEndian.PutUint16(outline[at:], n)
		})
		glyf = append(glyf, outline...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
		hmtx = binary.BigEndian.AppendUint16(hmtx, s.font.file.advance(glyphs[i]))
		hmtx = binary.BigEndian.AppendUint16(hmtx, s.font.file.bearing(glyphs[i]))
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	return s.assemble(map[string][]byte{"glyf": glyf, "loca": loca, "hmtx": hmtx}, len(glyphs)), glyphs
}

// eachPart visits the places in a composed glyph's description where the
// number of a part stands.
func eachPart(outline []byte, visit func(at int)) {
	const (
		words, scale, more, scaleXY, matrix = 1 << 0, 1 << 3, 1 << 5, 1 << 6, 1 << 7
	)
	if len(outline) < 10 || int16(binary.BigEndian.Uint16(outline)) >= 0 {
		return // a simple glyph
	}
	for at := 10; at+4 <= len(outline); {
		flags := binary.BigEndian.Uint16(outline[at:])
		visit(at + 2)
		at += 6
		if flags&words != 0 {
			at += 2
		}
		switch {
		case flags&scale != 0:
			at += 2
		case flags&scaleXY != 0:
			at += 4
		case flags&matrix != 0:
			at += 8
		}
		if flags&more == 0 {
			return
		}
	}
}

// assemble writes the table directory and the tables, with right checksums.
func (s *Subset) assemble(tables map[string][]byte, glyphs int) []byte {
	for _, name := range []string{"cvt ", "fpgm", "prep"} {
		if t, ok := s.font.file.tables[name]; ok {
			tables[name] = t
		}
	}
	head := append([]byte(nil), s.font.file.tables["head"]...)
	binary.BigEndian.PutUint32(head[8:], 0)
	binary.BigEndian.PutUint16(head[50:], 1) // long loca
	hhea := append([]byte(nil), s.font.file.tables["hhea"]...)
	binary.BigEndian.PutUint16(hhea[34:], uint16(glyphs))
	maxp := append([]byte(nil), s.font.file.tables["maxp"]...)
	binary.BigEndian.PutUint16(maxp[4:], uint16(glyphs))
	tables["head"], tables["hhea"], tables["maxp"] = head, hhea, maxp

	names := make([]string, 0, len(tables))
	for name := range tables {
		names = append(names, name)
	}
	sort.Strings(names)
	power, entries := 1, 0
	for power*2 <= len(names) {
		power, entries = power*2, entries+1
	}
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, n := range []int{len(names), power * 16, entries, (len(names) - power) * 16} {
		out = binary.BigEndian.AppendUint16(out, uint16(n))
	}
	offset, headAt := len(out)+16*len(names), 0
	for _, name := range names {
		t := tables[name]
		out = append(out, name...)
		out = binary.BigEndian.AppendUint32(out, checksum(t))
		out = binary.BigEndian.AppendUint32(out, uint32(offset))
		out = binary.BigEndian.AppendUint32(out, uint32(len(t)))
		if name == "head" {
			headAt = offset
		}
		offset += (len(t) + 3) &^ 3
	}
	for _, name := range names {
		out = append(out, tables[name]...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	binary.BigEndian.PutUint32(out[headAt+8:], 0xb1b0afba-checksum(out))
	return out
}

// checksum is the sum of a table's 32-bit words, as TrueType counts.
func checksum(t []byte) uint32 {
	var sum uint32
	for ; len(t) >= 4; t = t[4:] {
		sum += binary.BigEndian.Uint32(t)
	}
	if len(t) > 0 {
		var last [4]byte
		copy(last[:], t)
		sum += binary.BigEndian.Uint32(last[:])
	}
	return sum
}
