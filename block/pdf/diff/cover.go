package diff

import (
	"math"
	"slices"

	"medborgarnavet/block/pdf"
)

// What a new signature or comment may cover. A stamp that hides next to
// nothing of the signed text is honest, whatever it looks like; one that hides
// a figure or a word, or half of the page, is not (the sneaky signature and
// evil annotation attacks).
const (
	maxHidden  = 3.5 // letters and digits
	maxDigits  = 2.5 // of those, digits
	maxLabel   = 24  // letters that a field prepared before may hide: its own label
	maxOver    = 40  // of a certified document, also when they shine through
	maxOfPage  = 0.5
	maxShapes  = 12   // small filled shapes, which may be letters drawn as outlines
	maxOfScan  = 0.10 // of the page, where what lies beneath is an image
	maxOnScan  = 400  // square points of an image that something without a signer may hide
	minVisible = 1.0  // square points; smaller than that nothing can be seen
)

// coverage draws pages once and tells what widgets hide.
type coverage struct {
	work  *budget
	pages map[int]*scene
	boxes []pdf.Page
	fonts map[pdf.Ref]*fontInfo
	tried bool
}

// cover is what one widget does to the page beneath it.
type cover struct {
	visible bool
	says    bool // shows text or images
	page    bool // covers more than half of the page
	hides   bool // hides text
	// hidesMore: hides more than a label, or figures
	hidesMore bool
	any       bool // hides a letter or more
	cuts      bool // hides a part of a number
	over      bool // lies over text, opaque or not
	scan      bool // hides much of an image, which may be a scanned page
	onScan    bool // hides some of an image
}

// page draws a page as it was signed.
func (c *coverage) page(d *pdf.Document, number int) (*scene, pdf.Page, bool) {
	if !c.tried {
		c.tried = true
		c.boxes, _ = d.Pages()
		c.fonts = map[pdf.Ref]*fontInfo{}
	}
	if number < 1 || number > len(c.boxes) {
		return nil, pdf.Page{}, false
	}
	p := c.boxes[number-1]
	if sc := c.pages[number]; sc != nil {
		return sc, p, true
	}
	sc := drawPage(d, p, c.work, c.fonts)
	sc.own = len(sc.runs)
	drawFields(d, p, sc, c.work)
	c.pages[number] = sc
	return sc, p, true
}

// drawFields adds the text that a page's fields and comments show to what the
// page shows, so that hiding it counts too. Signatures are left out: honest
// tools put several in the same place.
func drawFields(d *pdf.Document, p pdf.Page, sc *scene, work *budget) {
	for i, o := range d.Array(p.Dict["Annots"]) {
		annot := d.Dict(o)
		ft := d.Name(annot["FT"])
		if ft == "" {
			ft = d.Name(d.Dict(annot["Parent"])["FT"])
		}
		rect, ok := boxOf(d, annot["Rect"])
		look := lookOf(d, annot)
		if flags, _ := d.Int(annot["F"]); !ok || look == nil || ft == "Sig" || flags&(2|32) != 0 || i > maxAnnots {
			continue
		}
		if at, ok := placed(d, look.Dict, rect); ok {
			sc.runs = append(sc.runs, drawLook(d, look, at, work).runs...)
		}
	}
}

// drawPage runs a page's content.
func drawPage(d *pdf.Document, p pdf.Page, work *budget, fonts map[pdf.Ref]*fontInfo) *scene {
	sc := &scene{}
	pr := &painter{doc: d, out: sc, work: work, fonts: fonts}
	pr.draw(pageContent(d, p.Dict, sc, work), p.Resources, start(pdf.Identity(), everywhere), 0)
	sc.readScan()
	return sc
}

// pageContent joins a page's content streams.
func pageContent(d *pdf.Document, page pdf.Dict, sc *scene, work *budget) []byte {
	var content []byte
	for _, o := range kidList(d, page["Contents"]) {
		st := d.Stream(o)
		if st == nil {
			continue
		}
		b, err := d.Decode(st)
		if err != nil || !work.spend(len(b)/64) {
			sc.bad = true
			continue
		}
		content = append(append(content, b...), '\n')
	}
	return content
}

// appearance draws an appearance in its own space.
func (c *coverage) appearance(d *pdf.Document, look *pdf.Stream) *scene {
	return drawLook(d, look, pdf.Identity(), c.work)
}

func drawLook(d *pdf.Document, look *pdf.Stream, at pdf.Matrix, work *budget) *scene {
	sc := &scene{}
	pr := &painter{doc: d, out: sc, work: work, fonts: map[pdf.Ref]*fontInfo{}, look: true}
	cv := &canvas{painter: pr, st: start(at, everywhere), tm: pdf.Identity(), tlm: pdf.Identity(), path: empty}
	cv.form(look)
	return sc
}

// lookOf is the stream that a widget or annotation shows, nil when none.
func lookOf(d *pdf.Document, annot pdf.Dict) *pdf.Stream {
	n := d.Dict(annot["AP"])["N"]
	if s := d.Stream(n); s != nil {
		return s
	}
	return d.Stream(d.Dict(n)[d.Name(annot["AS"])])
}

// widget tells what an annotation of the newer revision does to the page as it
// was before.
func (c *coverage) widget(old, new *pdf.Document, number int, annot pdf.Dict) cover {
	rect, ok := boxOf(new, annot["Rect"])
	flags, _ := new.Int(annot["F"])
	look := lookOf(new, annot)
	if !ok || rect.area() < minVisible || flags&(2|32) != 0 {
		return cover{}
	}
	if look == nil && new.Name(annot["Subtype"]) == "Widget" && !drawsGround(new, annot) {
		return cover{}
	}
	sc, page, ok := c.page(old, number)
	if !ok {
		return cover{visible: true}
	}
	out := cover{visible: true, page: box(page.CropBox).covered(rect) > maxOfPage}
	var paints []paint
	if look != nil {
		if at, ok := placed(new, look.Dict, rect); ok {
			drawn := drawLook(new, look, at, c.work)
			paints = slices.Clone(drawn.paints)
			out.visible = drawn.seq > 0 || drawn.bad
			out.says = drawn.bad || drawn.images > 0 || drawn.shadings > 0 || len(drawn.runs) > 0
			if drawn.bad {
				paints = append(paints, paint{box: rect, weight: 1})
			}
			paints = append(slices.DeleteFunc(paints, func(p paint) bool { return p.pale }), sunk(drawn.runs, sc.paints)...)
		}
	} else {
		if drawnOpaque(new, annot) || drawsGround(new, annot) {
			paints = []paint{{box: rect, weight: 1}} // drawn by the reader's program, unseen by us
		}
		out.says = speaksItself[new.Name(annot["Subtype"])]
	}
	out.page = out.page && out.visible
	letters, digits := hidden(sc.runs, paints)
	out.hides = letters > maxHidden || shapes(sc.paints, paints) > maxShapes
	scanned := hiddenImage(sc.paints, paints)
	out.scan, out.onScan = scanned > maxOfScan*box(page.CropBox).area(), scanned > maxOnScan
	out.any = letters >= 0.8
	out.cuts = letters > 0 && cutsNumber(sc.runs, paints)
	out.hidesMore = letters > maxLabel || digits > maxDigits
	beneath, _ := hidden(sc.runs, []paint{{box: rect, weight: 1}})
	out.over = beneath > maxOver
	return out
}

// sunk are the texts of a look in the very colour of the page beneath them:
// they cannot be read, and their letters may have any shape.
func sunk(runs []run, page []paint) (out []paint) {
	if len(runs)*len(page) > maxCrossings {
		return nil
	}
	for _, r := range runs {
		ground := white
		for _, p := range page {
			if r.box.covered(p.box)*p.weight > 0.5 {
				ground = p.shade
			}
		}
		if r.letters > 0 && !r.invisible && math.Abs(float64(r.ink-ground)) < leastContrast {
			out = append(out, paint{box: r.box, weight: 1})
		}
	}
	return out
}

// fillsItself are the comments that cover their rectangle when they have no
// appearance of their own.
var fillsItself = map[pdf.Name]bool{"FreeText": true, "Square": true, "Circle": true, "Stamp": true, "Polygon": true}

// speaksItself are the comments that show text or an image without an
// appearance of their own.
var speaksItself = map[pdf.Name]bool{"FreeText": true, "Stamp": true}

// drawsGround tells whether a reader's program may paint the ground or a broad
// frame of a field that has no appearance.
func drawsGround(d *pdf.Document, annot pdf.Dict) bool {
	mk := d.Dict(annot["MK"])
	return d.Array(mk["BG"]) != nil || d.Array(mk["BC"]) != nil && borderOf(d, annot) > 2
}

// borderOf is the width of the line around an annotation, as far as it says.
func borderOf(d *pdf.Document, annot pdf.Dict) float64 {
	width, _ := d.Number(d.Dict(annot["BS"])["W"])
	if border := d.Array(annot["Border"]); len(border) > 2 {
		w, _ := d.Number(border[2])
		width = max(width, w)
	}
	return width
}

// drawnOpaque tells whether a reader's program may hide what lies beneath a
// comment without an appearance: one that fills its rectangle, one with broad
// lines, or a highlight in a dark colour.
func drawnOpaque(d *pdf.Document, annot pdf.Dict) bool {
	kind := d.Name(annot["Subtype"])
	return fillsItself[kind] || kind != "Widget" && borderOf(d, annot) > 4 || kind == "Highlight" && !(shadeOf(d.Array(annot["C"])) > 0.5)
}

// maxCrossings is how many pairs of text and paint are looked at; more than
// that counts as hiding everything.
const maxCrossings = 5_000_000

// near gives the runs that lie where any of the paints is.
func near(runs []run, paints []paint) []run {
	all := empty
	for _, p := range paints {
		all = all.with(p.box[0], p.box[1]).with(p.box[2], p.box[3])
	}
	var out []run
	for _, r := range runs {
		if r.letters > 0 && r.box.meet(all).area() > 0 {
			out = append(out, r)
		}
	}
	return out
}

// hidden counts the letters and digits, and the digits alone, that lie beneath
// paints.
func hidden(runs []run, paints []paint) (letters, digits float64) {
	if runs = near(runs, paints); len(runs)*len(paints) > maxCrossings {
		return 1e9, 1e9
	}
	for _, r := range runs {
		if r.letters == 0 || r.invisible {
			continue
		}
		share := 0.0
		for _, p := range paints {
			share += r.box.covered(p.box) * p.weight
			if share >= 1 {
				share = 1
				break
			}
		}
		letters += share * float64(r.letters)
		digits += share * float64(r.digits)
	}
	return letters, digits
}
