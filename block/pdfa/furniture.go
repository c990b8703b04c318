package pdfa

import (
	"fmt"
	"strings"
)

// letterhead sets the head of the first page: who writes, what, and the
// references. It is text like any other, since it is read once.
func (c *composer) letterhead() []atom {
	h := c.doc.Letterhead
	var out []atom
	if h.Municipality != "" || h.Board != "" {
		out = append(out, c.sender(h)...)
	}
	out = append(out, c.references(h.References)...)
	if len(h.Recipient) > 0 {
		e := c.document.child("P")
		out = append(out, c.paragraph(Plain(strings.Join(h.Recipient, "\n")), e, body(), marginLeft, textWidth, 14)...)
	}
	if len(out) > 0 {
		out = append(out, atom{before: 14})
	}
	return out
}

func (c *composer) sender(h Letterhead) []atom {
	const kindWidth = 150.0
	name := style{size: 14, leading: 19, bold: true, colour: c.readable(c.doc.Theme.Colour)}
	board := style{size: 10, leading: 14, colour: ink}
	kind := style{size: 11, leading: 19, bold: true, colour: ink}
	left := textWidth
	var right []line
	if h.Kind != "" {
		left -= kindWidth + 12
		right = c.shape(Plain(h.Kind), kind).lines(kindWidth)
		right = right[:min(len(right), mostLines)]
	}
	var rows [][]line
	for _, t := range []struct {
		text string
		st   style
	}{{h.Municipality, name}, {h.Board, board}} {
		if t.text != "" {
			lines := c.shape(Plain(t.text), t.st).lines(left)
			rows = append(rows, lines[:min(len(lines), mostLines)])
		}
	}
	e, k := c.document.child("P"), c.document.child("P")
	height := 0.0
	for _, lines := range rows {
		height += float64(len(lines)) * lines[0].of.style.leading
	}
	height = max(height, float64(len(right))*kind.leading)
	return []atom{{height: height + 8, draw: func(p *page, y float64) {
		at := y
		for _, lines := range rows {
			for _, l := range lines {
				p.tag(e)
				c.text(p, l, marginLeft, at+l.of.style.baseline(), left, start)
				at += l.of.style.leading
			}
		}
		for i, l := range right {
			p.tag(k)
			c.text(p, l, marginLeft+textWidth-kindWidth, y+float64(i)*kind.leading+kind.baseline(), kindWidth, end)
		}
		p.mark(false)
		p.box(marginLeft, y+height+6, textWidth, 2, c.doc.Theme.Colour)
		p.close()
	}}}
}

// references sets fields side by side, at most four in a row: a small label
// over its value.
func (c *composer) references(fields []Field) []atom {
	const most = 4
	var out []atom
	for i := 0; i < len(fields); i += most {
		row := fields[i:min(i+most, len(fields))]
		width := (textWidth - columnGap*(most-1)) / most
		var cells [2][]cell
		for j, f := range row {
			e := c.document.child("P")
			x := marginLeft + float64(j)*(width+columnGap)
			cells[0] = append(cells[0], cell{lines: c.shape(Plain(f.Label+" "), label()).lines(width), e: e, x: x, width: width})
			cells[1] = append(cells[1], cell{lines: c.shape(Plain(f.Value), tabular()).lines(width), e: e, x: x, width: width})
		}
		out = append(out, c.fieldsAtom(cells))
	}
	return out
}

func (c *composer) fieldsAtom(cells [2][]cell) atom {
	high := [2]int{1, 1}
	for i := range cells {
		for j := range cells[i] {
			cells[i][j].lines = cells[i][j].lines[:min(len(cells[i][j].lines), mostLines)]
			high[i] = max(high[i], len(cells[i][j].lines))
		}
	}
	over := look{leading: label().leading, baseline: label().baseline()}
	under := look{leading: tabular().leading, baseline: tabular().baseline()}
	first := float64(high[0]) * over.leading
	return atom{before: 8, height: first + float64(high[1])*under.leading, draw: func(p *page, y float64) {
		for j := range cells[0] { // label and value one after the other, as they are read
			c.cell(p, cells[0][j], 0, high[0], y, over)
			c.cell(p, cells[1][j], 0, high[1], y+first, under)
		}
	}}
}

// readable is a colour as text: itself when it stands out enough from white
// (4.5 to 1, WCAG 1.4.3), else black.
func (c *composer) readable(colour RGB) RGB {
	if 1.05/(luminance(colour)+0.05) < 4.5 {
		return ink
	}
	return colour
}

// furniture draws the heads and feet of all pages, when their number is known.
func (c *composer) furniture() {
	for i, p := range c.pages {
		p.close()
		p.mark(true)
		if i > 0 {
			c.runningHead(p)
		}
		c.foot(p, i+1, len(c.pages))
		p.close()
	}
}

func (c *composer) runningHead(p *page) {
	h := c.doc.Letterhead
	st := label()
	st.size = 8
	sender := strings.Trim(h.Municipality+" · "+h.Board, " ·")
	if sender == "" {
		sender = c.doc.Meta.Title
	}
	y := marginTop
	c.single(p, sender, st, marginLeft, y, textWidth*0.6, start)
	c.single(p, h.Running, st, marginLeft+textWidth*0.64, y, textWidth*0.36, end)
	p.box(marginLeft, y+14, textWidth, 0.5, faint)
}

func (c *composer) foot(p *page, number, total int) {
	st := label()
	const numberWidth = 110.0
	y := pageHeight - marginBottom + 22
	p.box(marginLeft, y-6, textWidth, 0.5, faint)
	for i, text := range c.doc.Footer[:min(3, len(c.doc.Footer))] {
		c.single(p, text, st, marginLeft, y+float64(i)*st.leading, textWidth-numberWidth-10, start)
	}
	c.single(p, fmt.Sprintf(pageFormat(c.doc.Meta.Language), number, total), st,
		marginLeft+textWidth-numberWidth, y, numberWidth, end)
}

// pageFormat is how a page number is written in a language.
func pageFormat(lang string) string {
	primary, _, _ := strings.Cut(strings.ToLower(lang), "-")
	switch primary {
	case "en":
		return "Page %d (%d)"
	case "fi":
		return "Sivu %d (%d)"
	case "se":
		return "Siidu %d (%d)"
	}
	return "Sida %d (%d)"
}

// single shows one line, shortened with an ellipsis when it has not room.
func (c *composer) single(p *page, text string, st style, x, y, width float64, a alignment) {
	if text == "" {
		return
	}
	l := c.fit(text, st, width)
	if l.of.right && a == start { // a head or foot keeps its side
		x -= width - l.width
	}
	c.text(p, l, x, y+st.baseline(), width, a)
}

// fit makes one line of a text. Heads and feet are the same on every page, so
// what was made is kept.
func (c *composer) fit(text string, st style, width float64) line {
	if l, ok := c.fitted[text]; ok && l.of.style == st {
		return l
	}
	s := c.shape(Plain(strings.ReplaceAll(text, "\n", " ")), st)
	if whole, _ := s.natural(); whole > width {
		dots, _ := c.shape(Plain("…"), st).natural()
		l := s.lines(width - dots)[0]
		s = c.shape(Plain(s.text[l.from:l.ink]+"…"), st)
	}
	l := s.lines(pageWidth)[0]
	l.trailing, l.to = 0, l.ink
	c.fitted[text] = l
	return l
}
