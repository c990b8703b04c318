package font

import (
	"crypto/sha256"
	"fmt"
	"io"

	"medborgarnavet/block/pdf"
)

// embedding is what a subset becomes: its program and its texts, packed.
type embedding struct {
	tag                string
	length             int // of the program, unpacked
	program, toUnicode []byte
	glyphs             []uint16
}

func (s *Subset) pack() *embedding {
	program, glyphs := s.program()
	return &embedding{
		tag: s.tag(program), length: len(program), glyphs: glyphs,
		program: pdf.Compress(program).Raw, toUnicode: pdf.Compress(s.toUnicode(glyphs)).Raw,
	}
}

// Pack does the part of Embed that needs no file, when everything has been
// shown, so that a goroutine of its own can do it beside other work.
func (s *Subset) Pack() {
	switch {
	case s.ready != nil && s.packedAt == len(s.codes):
	case len(s.codes) == len(s.font.base().codes):
		s.ready = s.font.packed()
	default:
		s.ready = s.pack()
	}
	s.packedAt = len(s.codes)
}

// Embed adds the font to a file and gives its Type0 dictionary, to be named in
// a page's resources. Call it when everything has been shown. add stores one
// object and gives its reference.
func (s *Subset) Embed(add func(pdf.Object) pdf.Ref) pdf.Ref {
	s.Pack()
	e := s.ready
	name := pdf.Name(e.tag + "+" + s.font.name)
	packed := func(raw []byte, more pdf.Dict) pdf.Ref {
		more["Filter"] = pdf.Name("FlateDecode")
		return add(&pdf.Stream{Dict: more, Raw: raw})
	}
	descriptor := s.descriptor(name)
	descriptor["FontFile2"] = packed(e.program, pdf.Dict{"Length1": int64(e.length)})
	if s.CIDSet {
		descriptor["CIDSet"] = packed(pdf.Compress(allOf(len(e.glyphs))).Raw, pdf.Dict{})
	}
	widths := make(pdf.Array, len(e.glyphs))
	for n, glyph := range e.glyphs {
		widths[n] = s.font.thousandths(int32(s.font.file.advance(glyph)))
	}
	cid := add(pdf.Dict{
		"Type": pdf.Name("Font"), "Subtype": pdf.Name("CIDFontType2"), "BaseFont": name,
		"CIDSystemInfo": pdf.Dict{
			"Registry": pdf.String("Adobe"), "Ordering": pdf.String("Identity"), "Supplement": int64(0),
		},
		"FontDescriptor": add(descriptor),
		"W":              pdf.Array{int64(0), widths},
		"CIDToGIDMap":    pdf.Name("Identity"),
	})
	return add(pdf.Dict{
		"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type0"), "BaseFont": name,
		"Encoding":        pdf.Name("Identity-H"),
		"DescendantFonts": pdf.Array{cid},
		"ToUnicode":       packed(e.toUnicode, pdf.Dict{}),
	})
}

// tag is the six letters before a subset's name: made from what it holds.
func (s *Subset) tag(program []byte) string {
	h := sha256.New()
	h.Write(program)
	for _, c := range s.codes {
		h.Write([]byte{byte(c.glyph >> 8), byte(c.glyph), byte(len(c.text))})
		io.WriteString(h, c.text)
	}
	sum := h.Sum(nil)
	tag := make([]byte, 6)
	for i := range tag {
		tag[i] = 'A' + sum[i]%26
	}
	return string(tag)
}

func (s *Subset) descriptor(name pdf.Name) pdf.Dict {
	f := s.font.file
	at := func(units int16) float64 { return s.font.thousandths(int32(units)) }
	box := make(pdf.Array, len(f.bounds))
	for i, b := range f.bounds {
		box[i] = at(b)
	}
	weight := float64(f.weight) / 65
	return pdf.Dict{
		"Type": pdf.Name("FontDescriptor"), "FontName": name,
		"Flags":    int64(4), // symbolic: it holds more than the standard Latin characters
		"FontBBox": box, "ItalicAngle": int64(0),
		"Ascent": at(f.ascent), "Descent": at(f.descent), "CapHeight": at(s.font.caps),
		"StemV": int64(50 + weight*weight), // the usual estimate from the weight class
	}
}

// allOf is a bit set of the numbers below n, the first in the highest bit.
func allOf(n int) []byte {
	out := make([]byte, (n+7)/8)
	for i := range n {
		out[i/8] |= 0x80 >> (i % 8)
	}
	return out
}

// toUnicode maps every code to its text, and the parts of composed glyphs,
// which are never shown, to U+FFFD: so no code is without.
func (s *Subset) toUnicode(glyphs []uint16) []byte {
	out := []byte("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	const most = 100 // entries in a block, as the format allows
	for from := 1; from < len(glyphs); from += most {
		to := min(from+most, len(glyphs))
		out = fmt.Appendf(out, "%d beginbfchar\n", to-from)
		for n := from; n < to; n++ {
			text := string(replacement)
			if n < len(s.codes) {
				text = s.codes[n].text
			}
			out = append(appendUnit(append(out, '<'), uint16(n)), "> <"...)
			out = append(appendUnits(out, text), ">\n"...)
		}
		out = append(out, "endbfchar\n"...)
	}
	return append(out, "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"...)
}
