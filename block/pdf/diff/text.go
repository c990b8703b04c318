package diff

import (
	"unicode"

	"medborgarnavet/block/pdf"
)

// textOperator follows text and notes every piece that is shown.
func (c *canvas) textOperator(op string, args []pdf.Object) {
	switch op {
	case "BT":
		c.tm, c.tlm = identity, identity
	case "Tf":
		name, _ := arg(args, 0).(pdf.Name)
		c.st.font, c.st.size = c.fontNamed(name), num(args, 1)
	case "Tc":
		c.st.charSpace = num(args, 0)
	case "Tw":
		c.st.wordGap = num(args, 0)
	case "Tz":
		c.st.hscale = num(args, 0) / 100
	case "TL":
		c.st.leading = num(args, 0)
	case "Ts":
		c.st.rise = num(args, 0)
	case "Tr":
		c.st.render = int64(num(args, 0))
	case "Td":
		c.nextLine(num(args, 0), num(args, 1))
	case "TD":
		c.st.leading = -num(args, 1)
		c.nextLine(num(args, 0), num(args, 1))
	case "Tm":
		if len(args) == 6 {
			c.tlm = matrix{num(args, 0), num(args, 1), num(args, 2), num(args, 3), num(args, 4), num(args, 5)}
			c.tm = c.tlm
		}
	case "T*":
		c.nextLine(0, -c.st.leading)
	case "Tj":
		c.show(arg(args, 0))
	case "'":
		c.nextLine(0, -c.st.leading)
		c.show(arg(args, 0))
	case "\"":
		c.st.wordGap, c.st.charSpace = num(args, 0), num(args, 1)
		c.nextLine(0, -c.st.leading)
		c.show(arg(args, 2))
	case "TJ":
		list, _ := arg(args, 0).(pdf.Array)
		c.showList(list)
	}
}

func (c *canvas) nextLine(x, y float64) {
	c.tlm = matrix{1, 0, 0, 1, x, y}.times(c.tlm)
	c.tm = c.tlm
}

// showList shows the strings of a TJ as one run.
func (c *canvas) showList(list pdf.Array) {
	at := c.tm
	text, width := "", 0.0
	for _, o := range list {
		if s, ok := o.(pdf.String); ok {
			t, w := c.measure(s)
			text, width = text+t, width+w
			continue
		}
		width -= num([]pdf.Object{o}, 0) / 1000 * c.st.size * c.st.hscale
	}
	c.note(at, text, width)
}

func (c *canvas) show(o pdf.Object) {
	s, ok := o.(pdf.String)
	if !ok {
		return
	}
	text, width := c.measure(s)
	c.note(c.tm, text, width)
}

// measure decodes a shown string and gives its width in text space.
func (c *canvas) measure(s pdf.String) (string, float64) {
	if c.st.font == nil {
		c.out.bad = true
		return "", 0
	}
	glyphs := c.st.font.glyphs(s)
	c.work.spend(len(glyphs))
	out, width := make([]rune, 0, len(glyphs)), 0.0
	for _, g := range glyphs {
		out = append(out, g.runes...)
		width += (g.width/1000*c.st.size + c.st.charSpace) * c.st.hscale
		if g.space {
			width += c.st.wordGap * c.st.hscale
		}
	}
	return string(out), width
}

// note records a run and moves on. Text drawn with procedures (Type 3) may
// draw anything and so counts as covering.
func (c *canvas) note(at matrix, text string, width float64) {
	c.out.seq++
	m := at.times(c.st.ctm)
	b := m.box(box{min(0, width), -0.22*c.st.size + c.st.rise, max(0, width), 0.8*c.st.size + c.st.rise})
	if c.st.size < 0 {
		b = m.box(box{min(0, width), 0.8 * c.st.size, max(0, width), -0.22 * c.st.size})
	}
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '\uFFFD' {
			letters++
		}
	}
	hidden := c.st.render == 3 || c.st.render == 7 || c.st.fillAlpha < 0.05
	c.out.runs = append(c.out.runs, run{text: text, box: b.meet(c.st.clip), letters: letters, seq: c.out.seq, invisible: hidden})
	if c.st.font != nil && c.st.font.type3 {
		c.out.type3 = true
		if !hidden {
			c.cover(b, c.st.fillAlpha, false)
		}
	}
	c.tm = matrix{1, 0, 0, 1, width, 0}.times(at)
}
