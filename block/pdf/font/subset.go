package font

import (
	"maps"
	"slices"
	"strconv"
	"unicode/utf16"
)

// ordinary are the characters that every subset has, under the same codes. A
// file that needs no more, as most do, shares one program made once.
const ordinary = " \u00a0!\"#%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz" +
	"§°·»½ÄÅÉÖÜáäåéèöü–—’”•…"

// Subset gathers what a file shows of a font. Beside the ordinary ones, codes
// are given in the order of use, so the same texts in the same order make the
// same bytes. One Subset belongs to one file, and to one goroutine.
type Subset struct {
	// CIDSet adds the list of glyphs that PDF/A-1 asks for.
	CIDSet bool

	font  *Font
	shown bool
	codes []code          // codes[0] is .notdef, which is never shown
	first []uint16        // glyph → the first code given to it
	more  map[code]uint16 // the further ones: the same glyph for another text

	ready    *embedding // what Pack made, of so many codes
	packedAt int
}

// code is what a two-byte code means: a glyph, and the text it stands for. A
// glyph that stands for two texts, such as a bracket and its mirror image, has
// a code for each, so every code has one meaning.
type code struct {
	glyph uint16
	text  string
}

// NewSubset begins a subset of a font.
func NewSubset(f *Font) *Subset {
	base := f.base()
	return &Subset{font: f, codes: slices.Clone(base.codes), first: slices.Clone(base.first), more: maps.Clone(base.more)}
}

// newBase makes the subset that all others begin as.
func newBase(f *Font) *Subset {
	s := &Subset{font: f, codes: []code{{}}, first: make([]uint16, f.file.glyphs), more: map[code]uint16{}}
	for _, r := range ordinary {
		if glyph := f.glyph(r); glyph != 0 {
			s.code(glyph, string(r))
		}
	}
	return s
}

// Font is the font this is a subset of.
func (s *Subset) Font() *Font { return s.font }

// Used is true when something has been shown, so that there is a font to
// embed.
func (s *Subset) Used() bool { return s.shown }

func (s *Subset) code(glyph uint16, text string) uint16 {
	n := s.first[glyph]
	if n != 0 && s.codes[n].text == text {
		return n
	}
	c := code{glyph, text}
	if n != 0 {
		if m := s.more[c]; m != 0 || len(s.codes) == 0xffff {
			return max(m, n)
		}
	}
	at := uint16(len(s.codes))
	s.codes = append(s.codes, c)
	if n == 0 {
		s.first[glyph] = at
	} else {
		s.more[c] = at
	}
	return at
}

// Show gives the bytes of the string that shows a run with Tj, two to a glyph.
// Kerning and the places of marks are lost; Text keeps them.
func (s *Subset) Show(run Run) []byte {
	s.shown = true
	out := make([]byte, 0, 2*len(run.Glyphs))
	for i := range run.Glyphs {
		for _, r := range run.surplus(i) {
			c := s.unseen(r)
			out = append(out, byte(c>>8), byte(c))
		}
		c := s.code(run.Glyphs[i].ID, run.text(i))
		out = append(out, byte(c>>8), byte(c))
	}
	return out
}

// unseen is the code of a character that is part of a ligature from right to
// left: a glyph without width or ink that stands for it.
func (s *Subset) unseen(r rune) uint16 { return s.code(s.font.unseen, string(r)) }

// extent gives the glyphs of the cluster that the glyph at i is one of.
func (r Run) extent(i int) (from, to int) {
	g := r.Glyphs
	from, to = i, i+1
	for from > 0 && g[from-1].Start == g[i].Start {
		from--
	}
	for to < len(g) && g[to].Start == g[i].Start {
		to++
	}
	return from, to
}

// surplus gives the characters, from left to right, that stand before the
// glyph at i and have none of their own: the end of a ligature in a run from
// right to left. So every code there has one character, and whoever turns the
// run round to read it gets the ligature's letters in their order.
func (r Run) surplus(i int) []rune {
	g := r.Glyphs
	if !g[i].Right || g[i].End-g[i].Start < 3 || i > 0 && g[i-1].Start == g[i].Start {
		return nil
	}
	runes := []rune(r.cluster(g[i]))
	from, to := r.extent(i)
	if len(runes) <= to-from {
		return nil
	}
	runes = runes[to-from:]
	slices.Reverse(runes)
	return runes
}

// text is what one glyph of a run stands for. Where a cluster has several
// glyphs its characters are dealt out among them in reading order; a glyph
// left over stands for U+200B, a space without width.
func (r Run) text(i int) string {
	g := &r.Glyphs[i]
	from, to := r.extent(i)
	if to-from == 1 && (!g.Right || g.End-g.Start < 3) {
		if text := r.cluster(*g); text != "" {
			return text
		}
		return "\u200b"
	}
	runes, place := []rune(r.cluster(*g)), i-from
	if g.Right {
		place = to - 1 - i
	}
	switch {
	case place >= len(runes):
		return "\u200b"
	case place == to-from-1 && !g.Right:
		return string(runes[place:])
	}
	return string(runes[place])
}

// Text appends the operators that show a run from where the text position is:
// TJ with kerning, rises for marks, and ActualText round a cluster of several
// glyphs. Text from right to left is shown in the order it stands, as readers
// that take text out expect; in a tagged file its structure element should
// hold the text in reading order (see block/pdfa). The font must have been set
// with Tf, at the same size; the rise is 0 before and after.
func (s *Subset) Text(dst []byte, run Run, size float64) []byte {
	s.shown = true
	g := run.Glyphs
	for from := 0; from < len(g); {
		to, actual := from+1, run.needsActual(from)
		for to < len(g) && run.together(to, actual) {
			to++
		}
		if actual {
			dst = append(dst, "/Span <</ActualText <"...)
			dst = appendUTF16(dst, run.logical(from, to))
			dst = append(dst, ">>> BDC\n"...)
		}
		dst = s.line(dst, run, from, to, size)
		if actual {
			dst = append(dst, "EMC\n"...)
		}
		from = to
	}
	return dst
}

// needsActual is true for a glyph that is one of several in its cluster: a
// letter and its marks, which are one thing to whoever takes out the text.
func (r Run) needsActual(i int) bool {
	g := r.Glyphs
	return !g[i].Right && i+1 < len(g) && g[i+1].Start == g[i].Start
}

// together is true when the glyph at i goes on what the one before began.
func (r Run) together(i int, actual bool) bool {
	if actual {
		return r.Glyphs[i].Start == r.Glyphs[i-1].Start
	}
	return !r.needsActual(i)
}

// logical is the text of the glyphs from and to, in reading order.
func (r Run) logical(from, to int) string {
	start, end := len(r.Text), 0
	for _, g := range r.Glyphs[from:to] {
		start, end = min(start, g.Start), max(end, g.End)
	}
	return r.Text[start:end]
}

// line shows glyphs that need no text beside their codes.
func (s *Subset) line(dst []byte, run Run, from, to int, size float64) []byte {
	f, rise, shift, open := s.font, int32(0), int32(0), false
	dst = append(dst, '[')
	quit := func() {
		if open {
			dst = append(dst, ')')
			open = false
		}
	}
	move := func() {
		if shift != 0 {
			quit()
			dst = appendNumber(dst, -f.thousandths(shift))
			shift = 0
		}
	}
	for i := from; i < to; i++ {
		g := &run.Glyphs[i]
		if g.Y != rise {
			move()
			quit()
			rise = g.Y
			dst = s.rise(append(dst, "] TJ\n"...), rise, size)
			dst = append(dst, '[')
		}
		shift += g.X
		move()
		if !open {
			dst = append(dst, '(')
			open = true
		}
		for _, r := range run.surplus(i) {
			dst = appendCode(dst, s.unseen(r))
		}
		dst = appendCode(dst, s.code(g.ID, run.text(i)))
		shift = g.Advance - g.X - int32(f.file.advance(g.ID))
	}
	move()
	quit()
	dst = append(dst, "] TJ\n"...)
	if rise != 0 {
		dst = s.rise(dst, 0, size)
	}
	return dst
}

// appendCode writes the two bytes of a code within a literal string, which is
// half as long as a hexadecimal one.
func appendCode(dst []byte, code uint16) []byte {
	for _, b := range [2]byte{byte(code >> 8), byte(code)} {
		switch b {
		case '(', ')', '\\':
			dst = append(dst, '\\', b)
		case '\r': // bare, it would be read as a line feed
			dst = append(dst, '\\', 'r')
		default:
			dst = append(dst, b)
		}
	}
	return dst
}

func (s *Subset) rise(dst []byte, units int32, size float64) []byte {
	dst = appendNumber(dst, float64(units)*size/float64(s.font.file.units))
	return append(dst, " Ts\n"...)
}

// appendNumber writes a number with at most three decimals.
func appendNumber(dst []byte, x float64) []byte {
	from := len(dst)
	dst = strconv.AppendFloat(dst, x, 'f', 3, 64)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	if dst[len(dst)-1] == '.' {
		dst = dst[:len(dst)-1]
	}
	if text := string(dst[from:]); text == "-0" || text == "-" || text == "" {
		dst = append(dst[:from], '0')
	}
	return dst
}

// appendUTF16 writes a text string in hexadecimal, with its byte order mark.
func appendUTF16(dst []byte, text string) []byte {
	dst = append(dst, "FEFF"...)
	return appendUnits(dst, text)
}

func appendUnits(dst []byte, text string) []byte {
	for _, r := range text {
		if r >= 0x10000 {
			high, low := utf16.EncodeRune(r)
			dst = appendUnit(appendUnit(dst, uint16(high)), uint16(low))
			continue
		}
		dst = appendUnit(dst, uint16(r))
	}
	return dst
}

// appendUnit writes sixteen bits in hexadecimal.
func appendUnit(dst []byte, u uint16) []byte {
	const digits = "0123456789ABCDEF"
	return append(dst, digits[u>>12], digits[u>>8&15], digits[u>>4&15], digits[u&15])
}
