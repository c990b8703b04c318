package pdfa

import "medborgarnavet/block/pdf"

// mostLines is how many lines a row may have before it may be divided over
// pages.
const mostLines = 12

// cell is a table's cell, broken into lines.
type cell struct {
	lines    []line
	e        *elem
	x, width float64
	align    alignment
}

// look is how a row looks.
type look struct {
	leading, baseline, pad float64
	over, under            float64 // the rules above and below: their width
	overColour, underColor RGB
	head                   *atom
}

// row sets cells side by side: as one atom, or line by line when it is high.
func (c *composer) row(cells []cell, k look) []atom {
	high := 1
	for _, cl := range cells {
		high = max(high, len(cl.lines))
	}
	step := high
	if high > mostLines {
		step = 1
	}
	var out []atom
	for from := 0; from < high; from += step {
		first, last := from == 0, from+step >= high
		over, under := 0.0, 0.0
		if first {
			over = k.pad + k.over
		}
		if last {
			under = k.pad + k.under
		}
		height := over + float64(step)*k.leading + under
		out = append(out, atom{
			height: height, head: k.head,
			keep: step == 1 && high > 1 && (first || from == high-2),
			draw: func(p *page, y float64) {
				c.rules(p, cells, y, height, first, last, k)
				for _, cl := range cells {
					c.cell(p, cl, from, from+step, y+over, k)
				}
			},
		})
	}
	return out
}

func (c *composer) rules(p *page, cells []cell, y, height float64, first, last bool, k look) {
	over, under := first && k.over > 0, last && k.under > 0
	if !over && !under {
		return
	}
	p.mark(false)
	if over {
		p.box(marginLeft, y, textWidth, k.over, k.overColour)
	}
	if under {
		p.box(marginLeft, y+height-k.under, textWidth, k.under, k.underColor)
	}
	p.close()
}

func (c *composer) cell(p *page, cl cell, from, to int, y float64, k look) {
	for i := from; i < min(to, len(cl.lines)); i++ {
		l := cl.lines[i]
		if l.from == l.to {
			continue
		}
		if cl.e != nil {
			p.tag(cl.e)
		}
		c.text(p, l, cl.x, y+float64(i-from)*k.leading+k.baseline, cl.width, cl.align)
	}
}

// table sets a table. Its header row is repeated on every page it goes over,
// there as an artifact, since it has been read once.
func (c *composer) table(t Table, before float64) []atom {
	if len(t.Columns) == 0 {
		return nil
	}
	e := c.document.child("Table")
	var out []atom
	if t.Caption != "" {
		out = c.paragraph(Plain(t.Caption), e.child("Caption"), small().strong(), marginLeft, textWidth, before)
		for i := range out {
			out[i].keep = true
		}
		before = 3
	}
	texts := c.tableTexts(t)
	columns := columnWidths(t, texts)
	head, header := c.tableHead(t, e.child("TR"), texts[0], columns)
	head[0].before = before
	out = append(out, head...)
	for i, row := range t.Rows {
		atoms := c.tableRow(t, row, e.child("TR"), texts[i+1], columns, header)
		if i+1 < len(t.Rows) && (t.Rows[i+1].Sum || i == 0 && len(t.Rows) < 4) {
			atoms[len(atoms)-1].keep = true
		}
		out = append(out, atoms...)
	}
	return out
}

// tableTexts are the glyphs of all cells: of the header, then of each row.
func (c *composer) tableTexts(t Table) [][]*shaped {
	texts := make([][]*shaped, 0, len(t.Rows)+1)
	header := make([]*shaped, len(t.Columns))
	for i, column := range t.Columns {
		header[i] = c.shape(Plain(column.Header), tabular().strong())
	}
	texts = append(texts, header)
	for _, row := range t.Rows {
		cells := make([]*shaped, min(len(row.Cells), len(t.Columns)))
		for i := range cells {
			st := tabular()
			st.bold = row.Sum
			cells[i] = c.shape(row.Cells[i], st)
		}
		texts = append(texts, cells)
	}
	return texts
}

// span is where a column stands.
type span struct{ x, width float64 }

const (
	columnGap   = 10.0
	leastColumn = 10.0 // room for any one character
	mostColumns = 20
)

// columnWidths divides the text's width: by the shares given, or so that every
// column has what its longest word needs, and more the more it has to say.
func columnWidths(t Table, texts [][]*shaped) []span {
	n := len(t.Columns)
	least, want, shares := make([]float64, n), make([]float64, n), make([]float64, n)
	room := textWidth - columnGap*float64(n-1)
	given := 0.0
	for i, column := range t.Columns {
		shares[i] = max(column.Share, 0)
		given += shares[i]
		for _, row := range texts {
			if i < len(row) {
				whole, word := row[i].natural()
				least[i], want[i] = max(least[i], word), max(want[i], whole)
			}
		}
		if column.Right {
			least[i] = min(want[i], room/2) // amounts stay on one line
		}
	}
	if given == 0 {
		shares = spread(least, want, room, t.Columns)
	}
	total := 0.0
	for _, s := range shares {
		total += s
	}
	out, x := make([]span, n), marginLeft
	for i := range out {
		width := room / float64(n)
		if total > 0 {
			width = leastColumn + (room-leastColumn*float64(n))*shares[i]/total
		}
		out[i] = span{x, width}
		x += width + columnGap
	}
	return out
}

// spread gives each column's share beyond the least it may have, from what its
// longest word and its longest text want.
func spread(least, want []float64, room float64, columns []Column) []float64 {
	sumLeast, sumWant, texts := 0.0, 0.0, 0
	for i := range least {
		least[i], want[i] = max(least[i], leastColumn), max(want[i], leastColumn)
		sumLeast += least[i]
		sumWant += want[i]
		if !columns[i].Right {
			texts++
		}
	}
	shares := make([]float64, len(least))
	for i := range shares {
		width := least[i]
		switch {
		case sumWant <= room && (texts == 0 || columns[i].Right):
			width = want[i]
		case sumWant <= room: // the room left over goes to the columns of text
			width = want[i] + (room-sumWant)/float64(texts)
		case sumLeast < room:
			width = least[i] + (room-sumLeast)*(want[i]-least[i])/(sumWant-sumLeast)
		}
		shares[i] = width - leastColumn
	}
	return shares
}

func (c *composer) tableLook() look {
	st := tabular()
	return look{leading: st.leading, baseline: st.baseline(), pad: 3.5, under: 0.5, underColor: faint}
}

// tableHead sets the header row, and gives what is drawn on later pages.
func (c *composer) tableHead(t Table, tr *elem, texts []*shaped, columns []span) ([]atom, *atom) {
	k := c.tableLook()
	k.under, k.underColor = 1.2, c.doc.Theme.Colour
	first, later := make([]cell, len(texts)), make([]cell, len(texts))
	for i, s := range texts {
		th := tr.child("TH")
		th.attrs = pdf.Dict{"O": pdf.Name("Table"), "Scope": pdf.Name("Column")}
		first[i] = cell{s.lines(columns[i].width), th, columns[i].x, columns[i].width, columnAlign(t, i)}
		later[i] = first[i]
		later[i].e = nil
	}
	atoms := c.row(first, k)
	for i := range atoms {
		atoms[i].keep = true
	}
	if len(atoms) > 1 {
		return atoms, nil // as high as this, it is not repeated
	}
	inner := c.row(later, k)[0]
	header := &atom{height: inner.height, draw: func(p *page, y float64) {
		c.rules(p, later, y, inner.height, true, true, k)
		p.mark(true)
		for _, cl := range later {
			c.cell(p, cl, 0, len(cl.lines), y+k.pad, k)
		}
		p.close()
	}}
	return atoms, header
}

func columnAlign(t Table, i int) alignment {
	if t.Columns[i].Right {
		return end
	}
	return start
}

func (c *composer) tableRow(t Table, row Row, tr *elem, texts []*shaped, columns []span, header *atom) []atom {
	k := c.tableLook()
	k.head = header
	if row.Sum {
		k.over, k.overColour = 0.8, ink
	}
	cells := make([]cell, len(columns))
	for i := range columns {
		tag := "TD"
		if t.RowHeaders && i == 0 {
			tag = "TH"
		}
		e := tr.child(tag)
		if tag == "TH" {
			e.attrs = pdf.Dict{"O": pdf.Name("Table"), "Scope": pdf.Name("Row")}
		}
		cells[i] = cell{e: e, x: columns[i].x, width: columns[i].width, align: columnAlign(t, i)}
		if i < len(texts) {
			cells[i].lines = texts[i].lines(columns[i].width)
		}
	}
	return c.row(cells, k)
}
