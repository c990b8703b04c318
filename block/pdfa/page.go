package pdfa

import (
	"strconv"

	"medborgarnavet/block/pdf/font"
)

// The page, in points: A4 upright.
const (
	pageWidth    = 595.28
	pageHeight   = 841.89
	marginLeft   = 70.87 // 25 mm
	marginRight  = 62.36 // 22 mm
	marginTop    = 51.02 // 18 mm
	marginBottom = 79.37 // 28 mm: the foot stands in it
	runningRoom  = 34.02 // 12 mm for the head of later pages
	textWidth    = pageWidth - marginLeft - marginRight
)

// page gathers one page's content.
type page struct {
	index    int
	content  []byte
	marked   []*elem // by MCID
	current  *elem   // whose marked content is open
	artifact bool    // an artifact is open
	colour   RGB     // the fill colour set
	images   map[int]bool
	fonts    [2]bool
}

// tag opens marked content of an element, or goes on with it. An element's
// content is given to it in the order it is drawn.
func (p *page) tag(e *elem) {
	if p.current == e {
		return
	}
	p.close()
	p.current = e
	mcid := len(p.marked)
	p.marked = append(p.marked, e)
	e.kids = append(e.kids, kid{page: p.index, mcid: mcid})
	p.content = append(p.content, '/')
	p.content = append(p.content, e.tag...)
	p.content = append(p.content, " <</MCID "...)
	p.content = strconv.AppendInt(p.content, int64(mcid), 10)
	p.content = append(p.content, ">> BDC\n"...)
}

// mark opens an artifact: what is seen and is no part of the text.
func (p *page) mark(pagination bool) {
	p.close()
	p.artifact = true
	if pagination {
		p.content = append(p.content, "/Artifact <</Type /Pagination>> BDC\n"...)
		return
	}
	p.content = append(p.content, "/Artifact <</Type /Layout>> BDC\n"...)
}

func (p *page) close() {
	if p.current != nil || p.artifact {
		p.content = append(p.content, "EMC\n"...)
	}
	p.current, p.artifact = nil, false
}

// numbers appends numbers with two decimals at most, and an operator.
func (p *page) numbers(operator string, values ...float64) {
	for _, v := range values {
		p.content = appendFixed(p.content, v)
		p.content = append(p.content, ' ')
	}
	p.content = append(p.content, operator...)
	p.content = append(p.content, '\n')
}

// appendFixed writes a number with two decimals, without the zeros at its end.
func appendFixed(dst []byte, v float64) []byte {
	if v < 0 {
		dst = append(dst, '-')
		v = -v
	}
	n := int64(v*100 + 0.5)
	dst = strconv.AppendInt(dst, n/100, 10)
	if n%100 == 0 {
		return dst
	}
	dst = append(dst, '.', byte('0'+n/10%10))
	if n%10 != 0 {
		dst = append(dst, byte('0'+n%10))
	}
	return dst
}

func (p *page) fill(c RGB) {
	if c == p.colour {
		return
	}
	p.colour = c
	p.content = strconv.AppendFloat(p.content, float64(c.R)/255, 'f', 3, 64)
	p.content = append(p.content, ' ')
	p.content = strconv.AppendFloat(p.content, float64(c.G)/255, 'f', 3, 64)
	p.content = append(p.content, ' ')
	p.content = strconv.AppendFloat(p.content, float64(c.B)/255, 'f', 3, 64)
	p.content = append(p.content, " rg\n"...)
}

// box fills a rectangle. x and y are its upper left corner, counted from the
// page's upper left corner. The caller has opened an artifact.
func (p *page) box(x, y, width, height float64, c RGB) {
	p.fill(c)
	p.numbers("re", x, pageHeight-y-height, width, height)
	p.content = append(p.content, "f\n"...)
}

// alignment is where a line stands in its width.
type alignment uint8

const (
	start alignment = iota // left, or right when it runs from right to left
	end                    // right
)

// text shows a line with its baseline at y from the page's top.
func (c *composer) text(p *page, l line, x, y, width float64, a alignment) {
	if l.from == l.to {
		return
	}
	if l.of.right || a == end {
		x += width - l.width
	}
	p.fill(l.of.style.colour)
	pieces, spaces := l.cut(l.from, l.ink), l.cut(l.ink, min(l.to, l.ink+1)) // one space is enough to tell words apart
	if !mixed(pieces) {
		c.show(p, l.of.style.size, x, y, append(pieces, spaces...))
		return
	}
	// The pieces are shown in the order they are read, each where it stands.
	levels := make([]uint8, len(pieces))
	for i := range pieces {
		levels[i] = pieces[i].level
	}
	at, left := make([]float64, len(pieces)), x
	for _, i := range font.Reorder(levels) {
		at[i] = left
		left += pieces[i].run.Width(l.of.style.size)
	}
	for i := range pieces {
		c.turned(p, l, pieces[i], at[i], y)
	}
	if l.of.right && len(spaces) > 0 { // the space that ends the line stands to its left
		left = x - spaces[0].run.Width(l.of.style.size)
	}
	c.show(p, l.of.style.size, left, y, spaces)
}

func mixed(pieces []part) bool {
	for i := range pieces {
		if pieces[i].level != 0 {
			return true
		}
	}
	return false
}

// turned shows a piece of a line that has both directions. One from right to
// left is an element of its own, with its text in reading order.
func (c *composer) turned(p *page, l line, piece part, x, y float64) {
	parent := p.current
	if piece.level%2 == 1 && parent != nil {
		span := parent.child("Span")
		span.actual, span.lang = l.of.text[max(l.from, piece.start):min(l.ink, piece.end)], piece.lang
		p.tag(span)
		piece.lang = ""
	}
	c.show(p, l.of.style.size, x, y, []part{piece})
	if parent != nil {
		p.tag(parent)
	}
}

// show shows pieces one after the other, from x to the right.
func (c *composer) show(p *page, size, x, y float64, pieces []part) {
	if len(pieces) == 0 {
		return
	}
	p.content = append(p.content, "BT\n"...)
	p.numbers("Td", x, pageHeight-y)
	set := -1
	for i := range pieces {
		piece := &pieces[i]
		face := 0
		if piece.bold {
			face = 1
		}
		p.fonts[face] = true
		if face != set {
			p.content = append(p.content, '/', 'F', byte('1'+face), ' ')
			p.numbers("Tf", size)
			set = face
		}
		if piece.lang != "" {
			p.content = append(p.content, "/Span <</Lang ("...)
			p.content = append(p.content, piece.lang...)
			p.content = append(p.content, ")>> BDC\n"...)
		}
		p.content = c.subsets[face].Text(p.content, piece.run, size)
		if piece.lang != "" {
			p.content = append(p.content, "EMC\n"...)
		}
	}
	p.content = append(p.content, "ET\n"...)
}

// cut gives the parts of the text between two places.
func (l line) cut(from, to int) []part {
	var out []part
	for i := range l.of.parts {
		p := l.of.parts[i]
		if p.end <= from || p.start >= to {
			continue
		}
		p.run = p.run.Slice(max(from, p.start)-p.start, min(to, p.end)-p.start)
		out = append(out, p)
	}
	return out
}
