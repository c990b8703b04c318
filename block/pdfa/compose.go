package pdfa

import (
	"medborgarnavet/block/pdf/font"
)

var (
	ink   = RGB{26, 26, 26}
	grey  = RGB{89, 89, 89}    // 7 to 1 against white
	faint = RGB{200, 200, 200} // hairlines, which say nothing by themselves
	tint  = RGB{244, 244, 244}
)

// The looks of the kinds of text.
func body() style    { return style{size: 10, leading: 14.5, colour: ink} }
func small() style   { return style{size: 8.5, leading: 12, colour: ink} }
func tabular() style { return style{size: 9, leading: 12.5, colour: ink} }
func caption() style { return style{size: 8.5, leading: 12, colour: grey} }
func label() style   { return style{size: 7.5, leading: 10, colour: grey} }
func title() style   { return style{size: 18, leading: 24, bold: true, colour: ink} }

func (s style) strong() style { s.bold = true; return s }

// headingStyle gives a heading's look and the room above it.
func headingStyle(level int) (style, float64) {
	switch level {
	case 1:
		return style{size: 14, leading: 19, bold: true, colour: ink}, 20
	case 2:
		return style{size: 11.5, leading: 16, bold: true, colour: ink}, 15
	}
	return style{size: 10, leading: 14.5, bold: true, colour: ink}, 12
}

// baseline is how far under a line's top its letters stand: the capitals are
// in the middle of the line.
func (s style) baseline() float64 { return s.leading/2 + s.size*0.365 }

// composer holds what grows while a document is composed.
type composer struct {
	doc      Document
	pages    []*page
	subsets  [2]*font.Subset // regular, bold
	document *elem
	entries  []entry
	areas    []Area
	images   []embedded
	missing  []rune
	fitted   map[string]line // lines of heads and feet
	known    map[rune]bool
	level    int  // of the last heading
	close    bool // a heading has just been: the next block stands near it
}

// Compose writes a document and tells where things came to stand. It fails
// only when the document cannot conform: see ErrDocument.
func Compose(d Document) (Result, error) {
	if err := d.check(); err != nil {
		return Result{}, err
	}
	c := &composer{doc: d, subsets: newSubsets(d.Conformance == A1b), document: &elem{tag: "Document"}, known: map[rune]bool{}, fitted: map[string]line{}}
	f := &flow{c: c}
	f.newPage()
	f.place(c.letterhead())
	atoms, err := c.blocks(d.Blocks)
	if err != nil {
		return Result{}, err
	}
	f.place(atoms)
	c.furniture()
	file, err := c.assemble()
	if err != nil {
		return Result{}, err
	}
	return Result{File: file, Pages: len(c.pages), Areas: c.areas, Missing: c.missing}, nil
}

// newSubsets begins the regular and the bold font of a file.
func newSubsets(cidSet bool) (out [2]*font.Subset) {
	family := font.Default()
	for i, f := range []*font.Font{family.Regular, family.Bold} {
		out[i] = font.NewSubset(f)
		out[i].CIDSet = cidSet
	}
	return out
}

func (c *composer) font(bold bool) *font.Font {
	if bold {
		return c.subsets[1].Font()
	}
	return c.subsets[0].Font()
}

// note remembers the characters that the fonts lack.
func (c *composer) note(text string, bold bool) {
	unusual := false
	for _, r := range text {
		unusual = unusual || r >= 0x180
	}
	if !unusual {
		return
	}
	for _, r := range c.font(bold).Missing(text) {
		if !c.known[r] {
			c.known[r] = true
			c.missing = append(c.missing, r)
		}
	}
}

func (c *composer) blocks(blocks []Block) ([]atom, error) {
	var out []atom
	for _, b := range blocks {
		atoms, err := c.block(b)
		if err != nil {
			return nil, err
		}
		out = append(out, atoms...)
	}
	return out, nil
}

func (c *composer) block(b Block) ([]atom, error) {
	near := c.close
	c.close = false
	gap := 8.0
	if near {
		gap = 3
	}
	switch b := b.(type) {
	case Title:
		return c.heading(Heading{1, b.Text}, title(), 14), nil
	case Heading:
		st, before := headingStyle(b.Level)
		return c.heading(b, st, before), nil
	case Paragraph:
		st := body()
		if b.Small {
			st = small()
		}
		return c.paragraph(b.Text, c.document.child("P"), st, marginLeft, textWidth, gap), nil
	case KeyValues:
		return c.keyValues(b, gap), nil
	case List:
		return c.list(b, c.document.child("L"), marginLeft, textWidth, gap), nil
	case Table:
		return c.table(b, gap+4), nil
	case Note:
		return c.noteBlock(b, gap+2), nil
	case Figure:
		return c.figure(b, gap+2)
	case Signatures:
		return c.signatures(b), nil
	case Spacer:
		return []atom{{before: min(max(b.Height, 0), bodyHeight)}}, nil
	case PageBreak:
		return []atom{{turn: true}}, nil
	}
	return nil, nil
}

// paragraph sets lines of one element, with at least two of them on a page.
func (c *composer) paragraph(t Text, e *elem, st style, x, width, before float64) []atom {
	return c.lines(c.shape(t, st).lines(width), e, st, x, width, before)
}

func (c *composer) lines(lines []line, e *elem, st style, x, width, before float64) []atom {
	atoms := make([]atom, len(lines))
	for i, l := range lines {
		atoms[i] = atom{
			height: st.leading,
			keep:   len(lines) > 1 && (i == 0 || i == len(lines)-2),
			draw: func(p *page, y float64) {
				if l.from == l.to {
					return
				}
				p.tag(e)
				c.text(p, l, x, y+st.baseline(), width, start)
			},
		}
	}
	atoms[0].before = before
	return atoms
}

// entry is an outline entry.
type entry struct {
	level int
	text  string
	page  int
	y     float64 // from the page's top
}

// heading sets a heading, which never stands last on a page.
func (c *composer) heading(h Heading, st style, before float64) []atom {
	level := min(max(h.Level, 1), 3, c.level+1)
	c.level = level
	e := c.document.child([]string{"H1", "H2", "H3"}[level-1])
	atoms := c.paragraph(Plain(h.Text), e, st, marginLeft, textWidth, before)
	for i := range atoms {
		atoms[i].keep = true
	}
	first := atoms[0].draw
	text := font.Clean(h.Text)
	atoms[0].draw = func(p *page, y float64) {
		c.entries = append(c.entries, entry{level, text, p.index, y})
		first(p, y)
	}
	c.close = true
	return atoms
}

// noteBlock sets a text apart, with a bar at its left and a light ground.
func (c *composer) noteBlock(n Note, before float64) []atom {
	const inset = 14
	div := c.document.child("Div")
	var atoms []atom
	if n.Title != "" {
		atoms = c.paragraph(Plain(n.Title), div.child("P"), body().strong(), marginLeft+inset, textWidth-2*inset, 0)
		for i := range atoms {
			atoms[i].keep = true
		}
	}
	for i, t := range n.Text {
		gap := 5.0
		if i == 0 {
			gap = 1
		}
		atoms = append(atoms, c.paragraph(t, div.child("P"), body(), marginLeft+inset, textWidth-2*inset, gap)...)
	}
	for i := range atoms {
		over, under := atoms[i].before, 0.0
		if i == 0 {
			over = 7
		}
		if i == len(atoms)-1 {
			under = 7
		}
		inner := atoms[i].draw
		atoms[i].before, atoms[i].height = 0, over+atoms[i].height+under
		height := atoms[i].height
		atoms[i].draw = func(p *page, y float64) {
			p.mark(false)
			p.box(marginLeft, y, textWidth, height, tint)
			p.box(marginLeft, y, 3, height, c.doc.Theme.Colour)
			p.close()
			inner(p, y+over)
		}
	}
	if len(atoms) > 0 {
		atoms[0].before = before
	}
	return atoms
}
