package pdfa

// atom is the least thing that is put on a page: a line of text, a row of a
// table. It is never divided.
type atom struct {
	before, height float64 // room above, except at the top of a page; own height
	keep           bool    // stands on the same page as the next one
	turn           bool    // begins a new page
	head           *atom   // drawn first on a page that the atom begins: a table's header
	draw           func(p *page, y float64)
}

// flow puts atoms on pages.
type flow struct {
	c     *composer
	y     float64 // where the next atom begins, from the page's top
	empty bool    // nothing stands on the page yet
}

const bodyBottom = pageHeight - marginBottom

// bodyHeight is what any page has room for.
const bodyHeight = bodyBottom - marginTop - runningRoom

func (f *flow) newPage() {
	c := f.c
	if n := len(c.pages); n > 0 {
		c.pages[n-1].close()
	}
	c.pages = append(c.pages, &page{index: len(c.pages), images: map[int]bool{}, content: make([]byte, 0, 24<<10)})
	f.y, f.empty = marginTop, true
	if len(c.pages) > 1 {
		f.y += runningRoom
	}
}

// place puts atoms on pages, those that are to be kept together on one page as
// long as a page has room for them.
func (f *flow) place(atoms []atom) {
	for i := 0; i < len(atoms); {
		to := i
		for to < len(atoms)-1 && atoms[to].keep && !atoms[to+1].turn {
			to++
		}
		f.group(atoms[i : to+1])
		i = to + 1
	}
}

func (f *flow) group(atoms []atom) {
	if atoms[0].turn && !f.empty {
		f.newPage()
	}
	height := 0.0
	for i := range atoms {
		height += atoms[i].height
		if i > 0 || !f.empty {
			height += atoms[i].before
		}
	}
	room := bodyBottom - f.y
	if height > room && !f.empty && height+headHeight(atoms[0]) <= bodyHeight {
		f.newPage()
	}
	for i := range atoms {
		f.one(&atoms[i])
	}
}

func headHeight(a atom) float64 {
	if a.head == nil {
		return 0
	}
	return a.head.height
}

func (f *flow) one(a *atom) {
	before := a.before
	if f.empty {
		before = 0
	}
	if f.y+before+a.height > bodyBottom && !f.empty {
		f.newPage()
		before = 0
	}
	p := f.c.pages[len(f.c.pages)-1]
	if f.empty && a.head != nil {
		a.head.draw(p, f.y)
		f.y += a.head.height
	}
	if a.draw != nil {
		a.draw(p, f.y+before)
	}
	f.y += before + a.height
	f.empty = false
}
