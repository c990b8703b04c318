package font

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// errFont says that bytes are not a TrueType font this package can use.
var errFont = errors.New("font: not a usable TrueType font")

// sfnt is a TrueType font file taken apart.
type sfnt struct {
	tables   map[string][]byte
	units    int      // units per em
	glyphs   int      // number of glyphs
	longLoca bool     // loca has 32-bit offsets
	metrics  int      // number of full entries in hmtx
	widths   []uint16 // advance widths
	bounds   [4]int16 // of the font
	ascent   int16
	descent  int16
	weight   uint16
}

func parseSFNT(data []byte) (*sfnt, error) {
	if len(data) < 12 || binary.BigEndian.Uint32(data) != 0x00010000 {
		return nil, errFont
	}
	s := &sfnt{tables: map[string][]byte{}}
	count := int(binary.BigEndian.Uint16(data[4:]))
	for i := range count {
		at := 12 + 16*i
		if at+16 > len(data) {
			return nil, errFont
		}
		from := uint64(binary.BigEndian.Uint32(data[at+8:]))
		to := from + uint64(binary.BigEndian.Uint32(data[at+12:]))
		if to > uint64(len(data)) {
			return nil, errFont
		}
		s.tables[string(data[at:at+4])] = data[from:to]
	}
	return s, s.readHeaders()
}

func (s *sfnt) readHeaders() error {
	least := map[string]int{"head": 54, "hhea": 36, "maxp": 32, "hmtx": 4, "loca": 4, "glyf": 0, "OS/2": 68}
	for name, size := range least {
		if t, ok := s.tables[name]; !ok || len(t) < size {
			return fmt.Errorf("%w: table %s", errFont, name)
		}
	}
	head, hhea, os2 := s.tables["head"], s.tables["hhea"], s.tables["OS/2"]
	s.units = int(binary.BigEndian.Uint16(head[18:]))
	for i := range s.bounds {
		s.bounds[i] = int16(binary.BigEndian.Uint16(head[36+2*i:]))
	}
	s.longLoca = binary.BigEndian.Uint16(head[50:]) == 1
	s.ascent = int16(binary.BigEndian.Uint16(hhea[4:]))
	s.descent = int16(binary.BigEndian.Uint16(hhea[6:]))
	s.metrics = int(binary.BigEndian.Uint16(hhea[34:]))
	s.glyphs = int(binary.BigEndian.Uint16(s.tables["maxp"][4:]))
	s.weight = binary.BigEndian.Uint16(os2[4:])
	width := 2
	if s.longLoca {
		width = 4
	}
	if s.units == 0 || s.glyphs == 0 || s.metrics == 0 || s.metrics > s.glyphs ||
		len(s.tables["hmtx"]) < 4*s.metrics+2*(s.glyphs-s.metrics) || len(s.tables["loca"]) < width*(s.glyphs+1) {
		return errFont
	}
	s.widths = make([]uint16, s.glyphs)
	for i := range s.widths {
		s.widths[i] = binary.BigEndian.Uint16(s.tables["hmtx"][4*min(i, s.metrics-1):])
	}
	return nil
}

// advance is a glyph's advance width, in font units.
func (s *sfnt) advance(glyph uint16) uint16 { return s.widths[glyph] }

// bearing is a glyph's left side bearing, in font units.
func (s *sfnt) bearing(glyph uint16) uint16 {
	hmtx := s.tables["hmtx"]
	if int(glyph) < s.metrics {
		return binary.BigEndian.Uint16(hmtx[4*int(glyph)+2:])
	}
	return binary.BigEndian.Uint16(hmtx[4*s.metrics+2*(int(glyph)-s.metrics):])
}

// outline is a glyph's description; empty for a glyph without ink.
func (s *sfnt) outline(glyph uint16) []byte {
	loca, glyf := s.tables["loca"], s.tables["glyf"]
	var from, to uint32
	if s.longLoca {
		from, to = binary.BigEndian.Uint32(loca[4*int(glyph):]), binary.BigEndian.Uint32(loca[4*int(glyph)+4:])
	} else {
		from = 2 * uint32(binary.BigEndian.Uint16(loca[2*int(glyph):]))
		to = 2 * uint32(binary.BigEndian.Uint16(loca[2*int(glyph)+2:]))
	}
	if from >= to || uint64(to) > uint64(len(glyf)) || to-from < 10 {
		return nil
	}
	return glyf[from:to]
}

// kerning is how much more (or less) room there is between two glyphs, in font
// units. Nearly all pairs are of low numbers, which stand in a table.
type kerning struct {
	low  []int16 // left<<8 | right
	high map[[2]uint16]int16
}

func (k *kerning) between(left, right uint16) int16 {
	if left < 256 && right < 256 {
		return k.low[int(left)<<8|int(right)]
	}
	return k.high[[2]uint16{left, right}]
}

// kerning reads the pairs of a version 0 kern table. A font without one has
// no pairs.
func (s *sfnt) kerning() kerning {
	k := kerning{make([]int16, 1<<16), map[[2]uint16]int16{}}
	t := s.tables["kern"]
	if len(t) < 18 || binary.BigEndian.Uint16(t) != 0 || binary.BigEndian.Uint16(t[8:]) != 1 {
		return k // only the horizontal subtable of format 0, which is the one in use
	}
	count := int(binary.BigEndian.Uint16(t[10:]))
	for i := range count {
		at := 18 + 6*i
		if at+6 > len(t) {
			break
		}
		left, right := binary.BigEndian.Uint16(t[at:]), binary.BigEndian.Uint16(t[at+2:])
		value := int16(binary.BigEndian.Uint16(t[at+4:]))
		if left < 256 && right < 256 {
			k.low[int(left)<<8|int(right)] = value
		} else {
			k.high[[2]uint16{left, right}] = value
		}
	}
	return k
}
