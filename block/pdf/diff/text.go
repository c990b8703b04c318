package diff

import (
	"unicode"

	"medborgarnavet/block/pdf"
)

// textOperator follows text and notes every piece that is shown.
func (c *canvas) textOperator(op string, args []pdf.Object) {
	switch op {
	case "BT":
		c.tm, c.tlm = pdf.Identity(), pdf.Identity()
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
			c.tlm = pdf.Matrix{num(args, 0), num(args, 1), num(args, 2), num(args, 3), num(args, 4), num(args, 5)}
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
	c.tlm = pdf.Matrix{1, 0, 0, 1, x, y}.Times(c.tlm)
	c.tm = c.tlm
}

// piece is a word of what one operator shows, with its place along the line in
// text space.
type piece struct {
	text     string
	from, to float64
}

// showList shows the strings of a TJ.
func (c *canvas) showList(list pdf.Array) {
	var words []piece
	x := 0.0
	for _, o := range list {
		if s, ok := o.(pdf.String); ok {
			words, x = c.measure(words, s, x)
			continue
		}
		gap := num([]pdf.Object{o}, 0) / 1000 * c.st.size * c.st.hscale
		x -= gap
		if n := len(words); n > 0 && gap > -0.2*c.st.size { // kerning, not a space
			words[n-1].to = x
		} else {
			words = append(words, piece{from: x, to: x})
		}
	}
	c.note(words, x)
}

func (c *canvas) show(o pdf.Object) {
	if s, ok := o.(pdf.String); ok {
		words, x := c.measure(nil, s, 0)
		c.note(words, x)
	}
}

// measure decodes a shown string into words, beginning at x.
func (c *canvas) measure(words []piece, s pdf.String, x float64) ([]piece, float64) {
	if c.st.font == nil {
		c.out.bad = true
		return words, x
	}
	if len(words) == 0 {
		words = append(words, piece{from: x, to: x})
	}
	glyphs := c.st.font.glyphs(s)
	c.work.spend(len(glyphs))
	for _, g := range glyphs {
		x += (g.width/1000*c.st.size + c.st.charSpace) * c.st.hscale
		if g.space {
			x += c.st.wordGap * c.st.hscale
		}
		if len(g.runes) == 1 && g.runes[0] == ' ' {
			words = append(words, piece{from: x, to: x})
			continue
		}
		w := &words[len(words)-1]
		w.text, w.to = w.text+string(g.runes), x
	}
	return words, x
}

// note records the words and moves on. Text drawn with procedures (Type 3) may
// draw anything and so counts as covering.
func (c *canvas) note(words []piece, width float64) {
	c.out.seq++
	m := c.tm.Times(c.st.ctm)
	low, high := -0.22*c.st.size+c.st.rise, 0.8*c.st.size+c.st.rise
	unseen := c.st.render == 3 || c.st.render == 7 || c.st.fillAlpha < 0.05
	for _, w := range words {
		if w.text == "" {
			continue
		}
		b := box(m.Box(box{min(w.from, w.to), min(low, high), max(w.from, w.to), max(low, high)}))
		r := run{text: w.text, box: b.meet(c.st.clip), seq: c.out.seq, invisible: unseen, ink: c.st.ink()}
		for _, x := range w.text {
			if unicode.IsDigit(x) {
				r.digits++
			}
			if unicode.IsLetter(x) || unicode.IsDigit(x) || x == '\uFFFD' {
				r.letters++
			}
		}
		c.out.runs = append(c.out.runs, r)
		if c.st.font.type3 && !unseen {
			c.coverPart(b, 1, c.st.fillAlpha, false)
		}
	}
	if c.st.font != nil && c.st.font.type3 {
		c.out.type3 = true
	}
	c.tm = pdf.Matrix{1, 0, 0, 1, width, 0}.Times(c.tm)
}
