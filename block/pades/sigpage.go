package pades

import (
	"fmt"
	"strings"

	"medborgarnavet/block/pdf"
)

// Row is one who is to sign: a name, and below it what as.
type Row struct{ Name, Role string }

// The measures of a signature page, in points.
const (
	pageMargin  = 56.0
	titleSize   = 16.0
	nameSize    = 10.5
	roleSize    = 9.0
	rowHeight   = 84.0
	boxHeight   = 70.0
	titleHeight = 44.0
)

// AddSignaturePage appends one page, or as many as are needed, with a row for
// everyone who is to sign and an empty signature field in each. It is an
// ordinary update made before the first signature, and refused after it. The
// fields' names are given in the order of the rows: to sign in a row, name its
// field in Options.Field.
func AddSignaturePage(file []byte, title string, rows []Row) (out []byte, fields []string, err error) {
	if len(rows) == 0 {
		return nil, nil, fmt.Errorf("%w: nobody is to sign", ErrField)
	}
	e, err := openUnsigned(file)
	if err != nil {
		return nil, nil, err
	}
	pages, err := e.d.Pages()
	if err != nil || len(pages) == 0 {
		return nil, nil, fmt.Errorf("%w: the page tree cannot be read", ErrPage)
	}
	s := signPage{e: e, fields: walkFields(e.d), title: title, set: newSetting(), colours: paletteOf(e.d)}
	s.width, s.height = viewOf(e.d, &pages[len(pages)-1]).page()
	s.width, s.height = max(s.width, 300), max(s.height, 300)
	perPage := max(1, int((s.height-2*pageMargin-titleHeight)/rowHeight))
	for len(rows) > 0 {
		n := min(perPage, len(rows))
		if err := s.page(rows[:n]); err != nil {
			return nil, nil, err
		}
		rows = rows[n:]
	}
	if err := s.finish(); err != nil {
		return nil, nil, err
	}
	update, err := e.bytes()
	if err != nil {
		return nil, nil, err
	}
	return join(file[:len(file):len(file)], update, 0), s.names, nil
}

// signPage makes the pages of one call; they share fonts.
type signPage struct {
	e             *editor
	fields        *fieldWalk
	title         string
	set           *setting
	colours       palette
	width, height float64
	names         []string
	pages         []pdf.Dict // whose resources come when all text is known
	refs          []pdf.Ref
}

// page draws one page and its fields.
func (s *signPage) page(rows []Row) error {
	ref := s.e.u.Reserve()
	dict := pdf.Dict{"Type": pdf.Name("Page"), "Rotate": int64(0),
		"MediaBox": rectArray([4]float64{0, 0, s.width, s.height}),
		"CropBox":  rectArray([4]float64{0, 0, s.width, s.height})}
	s.e.set(ref, dict)
	s.pages, s.refs = append(s.pages, dict), append(s.refs, ref)
	p := pageText{signPage: s, page: ref}
	top := s.height - pageMargin
	p.paragraph("H1", []textLine{{s.title, strong, titleSize}}, pageMargin, top-titleSize, s.width-2*pageMargin)
	top -= titleHeight
	boxWidth := min(stampWidth+30, (s.width-2*pageMargin)*0.6)
	left := s.width - pageMargin - boxWidth
	for _, r := range rows {
		p.row(r, top, left-pageMargin-12)
		box := [4]float64{left, top - boxHeight, left + boxWidth, top}
		p.box(box)
		pg := &pdf.Page{Ref: ref, Dict: dict, MediaBox: [4]float64{0, 0, s.width, s.height}, CropBox: [4]float64{0, 0, s.width, s.height}}
		name, err := s.e.emptyField(s.fields, EmptyField{Alt: "Underskrift av " + r.Name}, pg, box)
		if err != nil {
			return err
		}
		s.names = append(s.names, name)
		top -= rowHeight
	}
	dict["Contents"] = s.e.add(pdf.Compress(p.content))
	return p.tags(dict)
}

// finish embeds the fonts and puts the pages at the end of the page tree.
func (s *signPage) finish() error {
	fonts := s.set.embed(s.e.add)
	for _, d := range s.pages {
		resources := pdf.Dict{"Font": fonts}
		if spaces := s.colours.resources(s.e.add); spaces != nil {
			resources["ColorSpace"] = spaces
		}
		d["Resources"] = resources
	}
	tree, ok := s.e.peekDict(s.e.root)["Pages"].(pdf.Ref)
	if !ok {
		return fmt.Errorf("%w: the page tree is not an object of its own", ErrStructure)
	}
	for i, d := range s.pages {
		d["Parent"] = tree
		s.e.extendIn(tree, "Kids", s.refs[i])
	}
	root := s.e.edit(tree)
	count, _ := s.e.d.Int(root["Count"])
	root["Count"] = count + int64(len(s.pages))
	return nil
}

// textLine is a line of a signature page.
type textLine struct {
	text   string
	weight weight
	size   float64
}

// pageText writes one page's content and remembers its structure.
type pageText struct {
	*signPage
	page    pdf.Ref
	content []byte
	roles   []pdf.Name // by marked content number
}

// row writes who is to sign.
func (p *pageText) row(r Row, top, room float64) {
	lines := []textLine{{r.Name, strong, nameSize}}
	if r.Role != "" {
		lines = append(lines, textLine{r.Role, normal, roleSize})
	}
	p.paragraph("P", lines, pageMargin, top-nameSize, room)
}

// paragraph writes lines from a baseline downwards, breaking them at the room
// that there is.
func (p *pageText) paragraph(role pdf.Name, lines []textLine, x, y, room float64) {
	p.content = fmt.Appendf(p.content, "/%s <</MCID %d>> BDC\nBT\n", role, len(p.roles))
	p.roles = append(p.roles, role)
	p.content = p.colours.fill(p.content, textColour)
	p.content = append(appendNumbers(p.content, x, y), "Td\n"...)
	for _, l := range lines {
		p.content = fmt.Appendf(p.content, "/%s ", fontName(l.weight))
		p.content = append(appendNumbers(p.content, l.size), "Tf\n"...)
		rest := strings.Join(strings.Fields(l.text), " ")
		for rest != "" {
			head := rest
			rest = ""
			if p.set.tooWide(l.weight, head, l.size, room) {
				head, rest = p.set.split(l.weight, head, l.size, room)
			}
			p.content = p.set.subset(l.weight).Text(p.content, p.set.shape(l.weight, head), l.size)
			p.content = append(appendNumbers(p.content, 0, -l.size*1.3), "Td\n"...)
			if head == "" {
				break
			}
		}
	}
	p.content = append(p.content, "ET\nEMC\n"...)
}

// box draws the frame of a field that is not signed yet.
func (p *pageText) box(r [4]float64) {
	p.content = append(p.content, "/Artifact BMC\nq\n"...)
	p.content = p.colours.stroke(p.content, lineColour)
	p.content = append(p.content, "0.5 w\n"...)
	p.content = appendNumbers(p.content, r[0], r[1], r[2]-r[0], r[3]-r[1])
	p.content = append(p.content, "re S\nQ\nEMC\n"...)
}

// tags adds the page's paragraphs to the structure tree of a tagged file.
func (p *pageText) tags(page pdf.Dict) error {
	e := p.e
	root, _ := e.peekDict(e.root)["StructTreeRoot"].(pdf.Ref)
	tree := e.peekDict(root)
	if tree == nil {
		return nil
	}
	key, err := e.nextParentKey(tree)
	if err != nil {
		return err
	}
	section := e.add(nil)
	var kids pdf.Array
	for i, role := range p.roles {
		kids = append(kids, e.add(pdf.Dict{"Type": pdf.Name("StructElem"), "S": role, "P": section, "Pg": p.page, "K": int64(i)}))
	}
	e.set(section, pdf.Dict{"Type": pdf.Name("StructElem"), "S": pdf.Name("Sect"), "P": root, "K": kids})
	e.addToRoot(root, tree, section)
	e.addToParentTree(root, key, kids)
	e.edit(root)["ParentTreeNextKey"] = key + 1
	page["StructParents"] = key
	page["Tabs"] = pdf.Name("S")
	return nil
}
