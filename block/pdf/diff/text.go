package diff

import (
	"math"
	"strings"
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

// note records the words and moves on. Some text counts as covering, see covers.
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
		if !unseen {
			c.coverText(r, b.grow(c.penWidth()/2))
		}
	}
	if c.st.font != nil && c.st.font.type3 {
		c.out.type3 = true
	}
	c.tm = pdf.Matrix{1, 0, 0, 1, width, 0}.Times(c.tm)
}

// coverText notes text that may hide what lies beneath it: text drawn with
// procedures (Type 3) may draw anything; and in a look that is judged, signs
// that are filled areas, letters drawn with a broad pen or in a colour that is
// not known, and pale letters, which may have any shape.
func (c *canvas) coverText(r run, b box) {
	unknown := math.IsNaN(float64(r.ink))
	switch {
	case c.st.font.type3, c.look && (unknown || c.st.font.signs || c.penWidth() > c.st.size*c.st.ctm.Scale()/8 || strings.ContainsFunc(r.text, filledSign)):
		c.coverPart(b, 1, c.st.fillAlpha, r.ink)
	case c.look && r.ink.paper() && (len(c.out.paints) > maxGrounds || !r.standsOut(c.out.paints)):
		c.addPaint(paint{box: b, weight: 1, shade: r.ink, pale: true}, c.st.fillAlpha)
	}
}

// maxGrounds is how many paints beneath white text are looked at.
const maxGrounds = 200

// penWidth is the width of the line that letters are drawn with, 0 when they
// are only filled.
func (c *canvas) penWidth() float64 {
	switch c.st.render {
	case 1, 2, 5, 6:
		return c.st.lineWidth * c.st.ctm.Scale()
	}
	return 0
}

// filledSign are blocks, geometric shapes and the like.
func filledSign(r rune) bool {
	return r >= 0x2580 && r <= 0x25ff || r >= 0x2b00 && r <= 0x2bff || r >= 0x1fb00 && r <= 0x1fbff || r >= 0xe000 && r <= 0xf8ff
}
