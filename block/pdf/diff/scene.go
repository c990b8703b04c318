package diff

import (
	"errors"
	"math"

	"medborgarnavet/block/pdf"
)

// run is a piece of text that a content stream shows.
type run struct {
	text      string
	box       box
	letters   int // letters and digits
	digits    int
	seq       int // order of painting
	invisible bool
	ink       shade
}

// paint is something that covers what lies beneath it.
type paint struct {
	box    box
	weight float64 // share of the box that is covered
	image  bool
	pale   bool // letters in a pale colour: whether they hide depends on the page
	seq    int
	shade  shade
}

// scene is what a content stream draws, so far as text and covering go. It is
// an estimate: text without widths is taken as half its height wide.
type scene struct {
	runs                    []run
	paints                  []paint
	images, forms, shadings int
	lines, curves           int // parts of paths
	inks                    int // lines and areas in another colour than paper's
	type3                   bool
	bad                     bool // something could not be read
	seq                     int
	own                     int // how many of the runs are the page's own, not its fields'
}

// limits of one scene.
const (
	maxOps    = 400_000
	maxRuns   = 60_000
	maxNested = 8
)

// state is the graphics state, so far as it matters here.
type state struct {
	ctm                pdf.Matrix
	clip               box
	fillAlpha          float64
	strokeAlpha        float64
	blend              bool // a blend mode that lets what is beneath shine through
	lineWidth          float64
	font               *fontInfo
	size, leading      float64
	charSpace, wordGap float64
	hscale, rise       float64
	render             int64
	fill, stroke       shade
	fillOdd, strokeOdd bool // the colour space is one whose numbers do not tell the shade
}

func start(m pdf.Matrix, clip box) state {
	return state{ctm: m, clip: clip, fillAlpha: 1, strokeAlpha: 1, lineWidth: 1, hscale: 1}
}

// painter runs content streams and notes what they draw.
type painter struct {
	doc   *pdf.Document
	out   *scene
	work  *budget
	fonts map[pdf.Ref]*fontInfo
	ops   int
	look  bool // it draws a look that is judged, not a page
}

var errEnough = errors.New("diff: too much to draw")

// draw runs one content stream.
func (p *painter) draw(content []byte, resources pdf.Dict, st state, depth int) {
	c := &canvas{painter: p, res: resources, st: st, depth: depth, tm: pdf.Identity(), tlm: pdf.Identity(), path: empty}
	err := pdf.Operators(content, func(op string, args []pdf.Object, _ int) error {
		if p.ops++; p.ops > maxOps || len(p.out.runs) > maxRuns || !p.work.spend(1) {
			return errEnough
		}
		c.operator(op, args)
		return nil
	})
	if err != nil {
		p.out.bad = true
	}
}

// canvas is the state of one content stream while it runs.
type canvas struct {
	*painter
	res     pdf.Dict
	st      state
	stack   []state
	depth   int
	tm, tlm pdf.Matrix
	path    box     // bounds of the current path, in page space
	shoe    float64 // twice its area, by the shoelace formula
	length  float64 // of its lines
	px, py  float64 // current point
	sx, sy  float64 // start of the subpath
	clipTo  bool
}

func num(args []pdf.Object, i int) float64 {
	if i >= len(args) {
		return 0
	}
	switch v := args[i].(type) {
	case int64:
		return float64(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0
		}
		return v
	}
	return 0
}

func (c *canvas) operator(op string, args []pdf.Object) {
	switch op {
	case "q":
		if len(c.stack) < 256 {
			c.stack = append(c.stack, c.st)
		}
	case "Q":
		if n := len(c.stack); n > 0 {
			c.st, c.stack = c.stack[n-1], c.stack[:n-1]
		}
	case "cm":
		if len(args) == 6 {
			c.st.ctm = pdf.Matrix{num(args, 0), num(args, 1), num(args, 2), num(args, 3), num(args, 4), num(args, 5)}.Times(c.st.ctm)
		}
	case "w":
		c.st.lineWidth = num(args, 0)
	case "gs":
		c.extState(args)
	case "Do":
		c.object(args)
	case "sh":
		c.out.shadings++
		c.coverPart(c.st.clip, 1, c.st.fillAlpha, unknownShade())
	case "BI":
		c.inlineImage(args)
	default:
		if !c.colour(op, args) && !c.pathOperator(op, args) {
			c.textOperator(op, args)
		}
	}
}

// extState reads transparency from a named graphics state.
func (c *canvas) extState(args []pdf.Object) {
	name, _ := arg(args, 0).(pdf.Name)
	gs := c.doc.Dict(c.doc.Dict(c.res["ExtGState"])[name])
	if v, ok := c.doc.Number(gs["ca"]); ok {
		c.st.fillAlpha = v
	}
	if v, ok := c.doc.Number(gs["CA"]); ok {
		c.st.strokeAlpha = v
	}
	if v, ok := c.doc.Number(gs["LW"]); ok {
		c.st.lineWidth = v
	}
	if gs["BM"] != nil {
		bm := c.doc.Name(gs["BM"])
		if list := c.doc.Array(gs["BM"]); len(list) > 0 {
			bm = c.doc.Name(list[0])
		}
		c.st.blend = bm == "Multiply" || bm == "Darken"
	}
}

func arg(args []pdf.Object, i int) pdf.Object {
	if i < len(args) {
		return args[i]
	}
	return nil
}

// pathOperator follows paths, as bounds and area, and what fills them.
func (c *canvas) pathOperator(op string, args []pdf.Object) bool {
	switch op {
	case "m":
		c.closePath()
		c.px, c.py = c.st.ctm.Point(num(args, 0), num(args, 1))
		c.sx, c.sy = c.px, c.py
		c.path = c.path.with(c.px, c.py)
	case "l":
		c.lineTo(num(args, 0), num(args, 1))
	case "c":
		c.out.curves++
		c.lineTo(num(args, 0), num(args, 1))
		c.lineTo(num(args, 2), num(args, 3))
		c.lineTo(num(args, 4), num(args, 5))
	case "v", "y":
		c.out.curves++
		c.lineTo(num(args, 0), num(args, 1))
		c.lineTo(num(args, 2), num(args, 3))
	case "h":
		c.closePath()
	case "re":
		c.closePath()
		x, y, w, h := num(args, 0), num(args, 1), num(args, 2), num(args, 3)
		b := c.st.ctm.Box(box{min(x, x+w), min(y, y+h), max(x, x+w), max(y, y+h)})
		c.path = c.path.with(b[0], b[1]).with(b[2], b[3])
		c.out.lines += 4
		c.shoe += 2 * math.Abs(w*h*(c.st.ctm[0]*c.st.ctm[3]-c.st.ctm[1]*c.st.ctm[2]))
		c.length += 2 * (b[2] - b[0] + b[3] - b[1])
	case "W", "W*":
		c.clipTo = true
	case "f", "F", "f*", "B", "B*", "b", "b*":
		c.fillPath()
		c.endPath()
	case "S", "s":
		c.strokePath()
		c.endPath()
	case "n":
		c.endPath()
	default:
		return false
	}
	return true
}

func (c *canvas) lineTo(x, y float64) {
	nx, ny := c.st.ctm.Point(x, y)
	c.shoe += c.px*ny - nx*c.py
	c.length += math.Hypot(nx-c.px, ny-c.py)
	c.px, c.py = nx, ny
	c.out.lines++
	c.path = c.path.with(nx, ny)
}

func (c *canvas) closePath() {
	c.shoe += c.px*c.sy - c.sx*c.py
	c.px, c.py = c.sx, c.sy
}

func (c *canvas) fillPath() {
	c.closePath()
	c.inked(c.st.fill, c.st.fillAlpha)
	if a := c.path.area(); a > 0 {
		c.coverPart(c.path, min(1, math.Abs(c.shoe)/2/a), c.st.fillAlpha, c.st.fill)
	}
}

// strokePath counts a line that is thick enough to hide text, and thinner ones
// in the paper's colour by how much of their place they fill.
func (c *canvas) strokePath() {
	c.inked(c.st.stroke, c.st.strokeAlpha)
	w := c.st.lineWidth * c.st.ctm.Scale()
	b := c.path.grow(w / 2)
	switch {
	case w > 4:
		c.coverPart(b, 1, c.st.strokeAlpha, c.st.stroke)
	case c.look && c.st.stroke.paper() && b.area() > 0:
		c.coverPart(b, min(1, c.length*w/b.area()), c.st.strokeAlpha, c.st.stroke)
	}
}

func (c *canvas) endPath() {
	if c.clipTo && c.path != empty {
		c.st.clip = c.st.clip.meet(c.path)
	}
	c.path, c.shoe, c.length, c.clipTo = empty, 0, 0, false
	c.px, c.py, c.sx, c.sy = 0, 0, 0, 0
}

// coverPart notes a paint that hides what is beneath: not see-through and not
// blended. One layer that is half transparent counts a little, and so many of
// them count much.
func (c *canvas) coverPart(b box, weight, alpha float64, tone shade) {
	c.addPaint(paint{box: b, weight: weight, shade: tone}, alpha)
}

// coverImage notes an image, whose colours are not looked at.
func (c *canvas) coverImage(weight float64) {
	c.addPaint(paint{box: c.st.ctm.Box(box{0, 0, 1, 1}), weight: weight, shade: unknownShade(), image: true}, c.st.fillAlpha)
}

func (c *canvas) addPaint(p paint, alpha float64) {
	c.out.seq++
	p.box, p.seq = p.box.meet(c.st.clip), c.out.seq
	least := 0.05
	if c.look && p.shade.paper() {
		least = 0.005 // many of these make a white area
	}
	if p.weight < least {
		return
	}
	if alpha < 0.75 {
		p.weight *= alpha / 4
	}
	if !c.look && alpha < 0.3 || c.st.blend && !(p.shade < 0.5) || p.weight <= 0 || p.box.area() <= 0 || len(c.out.paints) > maxRuns {
		return // what is dark hides what it is blended with
	}
	c.out.paints = append(c.out.paints, p)
}

// object draws a form or an image.
func (c *canvas) object(args []pdf.Object) {
	name, _ := arg(args, 0).(pdf.Name)
	x := c.doc.Stream(c.doc.Dict(c.res["XObject"])[name])
	if x == nil {
		return
	}
	switch c.doc.Name(x.Dict["Subtype"]) {
	case "Image":
		c.out.images++
		c.coverImage(c.imageWeight(x))
	case "Form":
		c.out.forms++
		c.form(x)
	}
}

func (c *canvas) inlineImage(args []pdf.Object) {
	c.out.images++
	weight := 1.0
	if x, ok := arg(args, 0).(*pdf.Stream); ok && x != nil && (x.Dict["IM"] == true || x.Dict["ImageMask"] == true) {
		weight = 0.5
	}
	c.coverImage(weight)
}

func (c *canvas) form(x *pdf.Stream) {
	if c.depth >= maxNested {
		c.out.bad = true
		return
	}
	content, err := c.doc.Decode(x)
	if err != nil || !c.work.spend(len(content)/64) {
		c.out.bad = true
		return
	}
	st := c.st
	st.ctm = matrixOf(c.doc, x.Dict["Matrix"]).Times(c.st.ctm)
	if b, ok := boxOf(c.doc, x.Dict["BBox"]); ok {
		st.clip = st.clip.meet(st.ctm.Box(b))
	}
	res := c.doc.Dict(x.Dict["Resources"])
	if res == nil {
		res = c.res
	}
	c.draw(content, res, st, c.depth+1)
}
