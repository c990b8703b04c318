package pdfa

import (
	"strconv"

	"medborgarnavet/block/pdf"
)

// list sets a list into an L element.
func (c *composer) list(l List, e *elem, x, width, before float64) []atom {
	numbering, indent := "Disc", 16.0
	if l.Numbered {
		numbering, indent = "Decimal", 22
	}
	if width < 8*indent { // so deep that the text would have no room: no further in
		indent = min(indent, width/4)
	}
	e.attrs = pdf.Dict{"O": pdf.Name("List"), "ListNumbering": pdf.Name(numbering)}
	st := body()
	var out []atom
	for i, item := range l.Items {
		mark := "•"
		if l.Numbered {
			mark = strconv.Itoa(i+1) + "."
		}
		li := e.child("LI")
		lbl, lbody := li.child("Lbl"), li.child("LBody")
		content := lbody
		if item.Sub != nil {
			content = lbody.child("P")
		}
		gap := 3.0
		if i == 0 {
			gap = before
		}
		out = append(out, c.item(item.Text, mark, lbl, content, st, x, width, indent, gap)...)
		if item.Sub != nil {
			out = append(out, c.list(*item.Sub, lbody.child("L"), x+indent, width-indent, 3)...)
		}
	}
	return out
}

// item sets one item, with its label before the first line: to the left, or to
// the right when the text runs from right to left.
func (c *composer) item(t Text, mark string, lbl, content *elem, st style, x, width, indent, before float64) []atom {
	s := c.shape(t, st)
	at := x + indent
	labelAt, labelWidth := x, indent-5
	align := start
	if mark != "•" {
		align = end
		labelAt, labelWidth = x-6, indent
	}
	if s.right {
		at = x
		labelAt, align = x+width-indent+5, start
	}
	atoms := c.lines(s.lines(width-indent), content, st, at, width-indent, before)
	label := c.shape(Plain(mark), st).lines(width)[0]
	inner := atoms[0].draw
	atoms[0].draw = func(p *page, y float64) {
		p.tag(lbl)
		c.text(p, label, labelAt, y+st.baseline(), labelWidth, align)
		inner(p, y)
	}
	return atoms
}

// keyValues sets labels and values beside each other, as a list whose labels
// are the keys.
func (c *composer) keyValues(k KeyValues, before float64) []atom {
	const gap = 14
	st := body()
	keys, widest := make([]*shaped, len(k.Items)), 0.0
	for i, item := range k.Items {
		keys[i] = c.shape(Plain(item.Key), style{size: st.size, leading: st.leading, colour: grey})
		whole, _ := keys[i].natural()
		widest = max(widest, whole)
	}
	widest = min(widest, textWidth*0.38)
	list := c.document.child("L")
	list.attrs = pdf.Dict{"O": pdf.Name("List"), "ListNumbering": pdf.Name("None")}
	var out []atom
	for i, item := range k.Items {
		li := list.child("LI")
		value := c.shape(item.Value, st)
		at, width := marginLeft+widest+gap, textWidth-widest-gap
		atoms := c.row([]cell{
			{lines: keys[i].lines(widest), e: li.child("Lbl"), x: marginLeft, width: widest},
			{lines: value.lines(width), e: li.child("LBody"), x: at, width: width},
		}, look{leading: st.leading, baseline: st.baseline(), pad: 1.5})
		if i == 0 {
			atoms[0].before = before
		}
		if i == 0 && len(k.Items) > 1 || i == len(k.Items)-2 {
			atoms[len(atoms)-1].keep = true
		}
		out = append(out, atoms...)
	}
	return out
}
