package pdfa

// signatures keeps room for signatures, two beside each other: an empty area,
// a rule under it, and who is to sign.
func (c *composer) signatures(s Signatures) []atom {
	const gap = 24.0
	const width = (textWidth - gap) / 2
	height := s.Height
	if height <= 0 {
		height = 60
	}
	height = min(height, bodyHeight/2)
	var out []atom
	for i := 0; i < len(s.Signers); i += 2 {
		pair := s.Signers[i:min(i+2, len(s.Signers))]
		var cells []cell
		for j, signer := range pair {
			t := Text{{Text: signer.Name, Bold: true}}
			if signer.Role != "" {
				t = append(t, Span{Text: "\n" + signer.Role})
			}
			e := c.document.child("P")
			lines := c.shape(t, tabular()).lines(width)
			cells = append(cells, cell{lines: lines[:min(len(lines), mostLines)], e: e,
				x: marginLeft + float64(j)*(width+gap), width: width})
		}
		out = append(out, c.areaAtom(pair, cells, width, height))
	}
	return out
}

func (c *composer) areaAtom(signers []Signer, cells []cell, width, height float64) atom {
	k := look{leading: tabular().leading, baseline: tabular().baseline()}
	high := 1
	for _, cl := range cells {
		high = max(high, len(cl.lines))
	}
	return atom{
		before: 18, height: height + 4 + float64(high)*k.leading,
		draw: func(p *page, y float64) {
			p.mark(false)
			for _, cl := range cells {
				p.box(cl.x, y+height, width, 0.7, ink)
			}
			p.close()
			for i, cl := range cells {
				bottom := pageHeight - y - height
				c.areas = append(c.areas, Area{Field: signers[i].Field, Page: p.index,
					Rect: [4]float64{cl.x, bottom + 2, cl.x + width, bottom + height}})
				c.cell(p, cl, 0, len(cl.lines), y+height+4, k)
			}
		},
	}
}
