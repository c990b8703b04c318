package check

import (
	"strings"

	"medborgarnavet/block/pdf"
)

// Bounds of content: how deep streams may lie in streams, and how many
// operators one file may have.
const (
	maxStreamDepth = 24
	maxOperators   = 20_000_000
)

// checkContent runs the content of every page and every appearance of its
// annotations.
func (c *checker) checkContent() {
	cc := &contentChecks{c: c, done: map[runKey]bool{}, seps: map[string]pdf.Array{}, spaces: map[spaceKey]bool{}, images: map[pdf.Ref]bool{}}
	c.content = cc
	for _, p := range c.pages {
		if c.late() {
			return
		}
		cc.page(p)
	}
}

func (cc *contentChecks) page(p pdf.Page) {
	c := cc.c
	sc := &scope{res: p.Resources, own: c.doc.Dict(p.Dict["Resources"]) != nil}
	if parent := c.doc.Dict(c.doc.Dict(p.Dict["Parent"])["Resources"]); sc.own && parent != nil {
		sc.outer = &scope{res: parent}
	}
	transparent := cc.execute(c.pageContent(p.Dict["Contents"]), sc, p.Ref, p.Ref, newState(sc), 0, false)
	group := c.doc.Dict(p.Dict["Group"])
	if c.doc.Name(group["S"]) == "Transparency" {
		c.fail(ruleTransparencyGroup, p.Ref)
		cc.checkGroup(group, sc, p.Ref)
	}
	for _, a := range c.doc.Array(p.Dict["Annots"]) {
		if cc.annotation(a, p, sc) {
			transparent = true
		}
	}
	if transparent && c.intent == "" && c.doc.Resolve(group["CS"]) == nil {
		c.fail(ruleBlendSpace, p.Ref)
	}
}

// annotation runs the normal appearances of an annotation, and tells whether
// one of them is transparent.
func (cc *contentChecks) annotation(a pdf.Object, p pdf.Page, sc *scope) bool {
	n := cc.c.doc.Dict(cc.c.doc.Dict(a)["AP"])["N"]
	out := false
	if cc.c.doc.Stream(n) != nil {
		return cc.form(n, sc, p.Ref, newState(sc), 1, false)
	}
	for _, name := range sortedKeys(cc.c.doc.Dict(n)) {
		if o := cc.c.doc.Dict(n)[name]; cc.c.doc.Stream(o) != nil && cc.form(o, sc, p.Ref, newState(sc), 1, false) {
			out = true
		}
	}
	return out
}

// pageContent joins a page's content streams.
func (c *checker) pageContent(o pdf.Object) []byte {
	if s := c.doc.Stream(o); s != nil {
		data, err := c.decode(s)
		if err != nil && !isImageFilter(err) && len(data) == 0 {
			c.fail(ruleUnreadable, pdf.Ref{})
		}
		return data
	}
	var out []byte
	for _, e := range c.doc.Array(o) {
		if s := c.doc.Stream(e); s != nil {
			data, _ := c.decode(s)
			out = append(append(out, data...), '\n')
		}
	}
	return out
}

// execute reads one content stream and tells whether it is transparent.
func (cc *contentChecks) execute(data []byte, sc *scope, ref, page pdf.Ref, gs gstate, depth int, plain bool) bool {
	r := &run{cc: cc, c: cc.c, sc: sc, ref: ref, page: page, depth: depth, plain: plain, l: &lexer{b: data}, gs: gs}
	for {
		t := r.l.next()
		if t.kind == tokEOF {
			return r.transparent
		}
		if t.kind != tokWord {
			r.c.checkToken(t, ref)
			if len(r.args) < 100_000 {
				r.args = append(r.args, t)
			}
			continue
		}
		w := string(data[t.start:t.end])
		if w == "true" || w == "false" || w == "null" {
			r.args = append(r.args, t)
			continue
		}
		if cc.ops++; cc.ops > maxOperators || cc.ops%4096 == 0 && cc.c.late() {
			cc.c.fail(ruleUnreadable, ref)
			return r.transparent
		}
		r.operator(w)
		r.args = r.args[:0]
	}
}

// operator does one operator. It knows every operator of ISO 32000-1, Annex A.
func (r *run) operator(op string) {
	switch op {
	case "q":
		if len(r.stack) < 1000 {
			r.stack = append(r.stack, r.gs)
		}
		if len(r.stack) > 28 {
			r.c.fail(ruleLimitNesting, r.ref)
		}
	case "Q":
		if n := len(r.stack); n > 0 {
			r.gs, r.stack = r.stack[n-1], r.stack[:n-1]
		}
	case "f", "F", "f*":
		r.paint(true, false)
	case "S", "s":
		r.paint(false, true)
	case "B", "B*", "b", "b*":
		r.paint(true, true)
	case "Tj", "TJ", "'", "\"":
		r.show()
	case "Tf":
		if n := len(r.args); n >= 2 && r.args[n-2].kind == tokName {
			r.setFont(r.resource("Font", r.nameOf(r.args[n-2])))
		}
	case "Tr":
		if n := len(r.args); n > 0 {
			r.gs.render = int(r.args[n-1].num)
		}
	case "Do":
		r.xobject()
	case "gs":
		r.extGState(r.resource("ExtGState", r.lastName()))
	case "sh":
		r.composite(true, false)
		if o := r.resource("Shading", r.lastName()); o != nil {
			r.cc.shading(o, r.sc, r.ref)
		}
	case "ri":
		r.cc.intent(pdf.Name(r.lastName()), r.ref)
	case "BI":
		r.inlineImage()
	case "d1":
		r.plain = true
	case "BMC", "BDC", "EMC", "MP", "DP":
		r.markedOperator(op)
	case "g", "G", "rg", "RG", "k", "K", "cs", "CS", "sc", "SC", "scn", "SCN":
		r.colourOperator(op)
	default:
		if !knownOperator(op) {
			r.c.fail(ruleOperator, r.ref)
		}
	}
}

func knownOperator(op string) bool {
	switch op {
	case "w", "J", "j", "M", "d", "i", "cm", "m", "l", "c", "v", "y", "h", "re", "n", "W", "W*", "BT", "ET", "Tc", "Tw",
		"Tz", "TL", "Ts", "Td", "TD", "Tm", "T*", "d0", "BX", "EX":
		return true
	}
	return false
}

// lastName is the last operand when it is a name.
func (r *run) lastName() string {
	if n := len(r.args); n > 0 && r.args[n-1].kind == tokName {
		return r.nameOf(r.args[n-1])
	}
	return ""
}

func (r *run) nameOf(t token) string {
	raw := r.l.b[t.start+1 : t.end]
	if strings.IndexByte(string(raw), '#') < 0 {
		return string(raw)
	}
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] == '#' && i+2 < len(raw) && hexValue(raw[i+1]) >= 0 && hexValue(raw[i+2]) >= 0 {
			out = append(out, byte(hexValue(raw[i+1])<<4|hexValue(raw[i+2])))
			i += 2
			continue
		}
		out = append(out, raw[i])
	}
	return string(out)
}

// resource looks a name up in the stream's resources.
func (r *run) resource(kind pdf.Name, name string) pdf.Object {
	if name == "" {
		return nil
	}
	return r.cc.lookup(r.sc, kind, pdf.Name(name), r.ref)
}

// lookup finds a named resource: in the stream's own resources, or in those of
// the stream or page tree around it, which then are inherited.
func (cc *contentChecks) lookup(sc *scope, kind, name pdf.Name, at pdf.Ref) pdf.Object {
	own := sc.own
	for depth := 0; sc != nil && depth < maxStreamDepth; depth++ {
		if o := cc.c.doc.Dict(sc.res[kind])[name]; o != nil {
			if !own {
				cc.c.fail(ruleResourcesInherited, at)
			}
			return o
		}
		sc, own = sc.outer, false
	}
	return nil
}

func (r *run) colourOperator(op string) {
	if r.plain {
		return
	}
	target := &r.gs.fill
	if op[0] >= 'A' && op[0] <= 'Z' {
		target = &r.gs.stroke
	}
	// To set a colour is to use its space, whether something is painted or not.
	defer func() {
		if target.family != "Pattern" && op != "sc" && op != "SC" && op != "scn" && op != "SCN" {
			r.cc.checkSpace(target.cs, target.res, r.ref)
		}
	}()
	device := func(name string) { *target = space{cs: pdf.Name(name), family: name, res: r.sc} }
	switch op {
	case "g", "G":
		device("DeviceGray")
	case "rg", "RG":
		device("DeviceRGB")
	case "k", "K":
		device("DeviceCMYK")
	case "cs", "CS":
		name := r.lastName()
		switch name {
		case "DeviceGray", "DeviceRGB", "DeviceCMYK", "Pattern":
			device(name)
			return
		}
		cs := r.c.doc.Resolve(r.resource("ColorSpace", name))
		if cs == nil {
			return // what is not there changes nothing
		}
		*target = space{cs: cs, family: r.c.family(cs), res: r.sc}
	case "scn", "SCN":
		if target.family == "Pattern" {
			target.pattern = r.resource("Pattern", r.lastName())
		}
	}
}

// paint checks the colours that a painting operator uses.
func (r *run) paint(fill, stroke bool) {
	r.composite(fill, stroke)
	if r.plain {
		return
	}
	if fill {
		r.useColour(&r.gs.fill, r.gs.overFill)
	}
	if stroke {
		r.useColour(&r.gs.stroke, r.gs.overStroke)
	}
}

// composite notes that something is painted, which the state may make
// transparent.
func (r *run) composite(fill, stroke bool) {
	e := r.gs.effects
	if e.blend || e.mask || fill && e.fill || stroke && e.stroke {
		r.transparent = true
	}
}

func (r *run) useColour(s *space, over bool) {
	r.cc.checkSpace(s.cs, s.res, r.ref)
	if over && r.gs.opm == 1 && r.cc.isICCCMYK(s.cs) {
		r.c.fail(ruleICCOverprint, r.ref)
	}
	if s.pattern != nil && r.cc.pattern(s, r) {
		r.transparent = true
	}
}

// show uses the text of a showing operator.
func (r *run) show() {
	if r.gs.font == nil {
		return
	}
	visible := r.gs.render != 3
	f := r.gs.font
	used := false
	for _, t := range r.args {
		if t.kind == tokString || t.kind == tokHex {
			s := decodeString(r.l.b[t.start:t.end], t.kind)
			used = used || len(s) > 0
			f.use(s, visible, r)
		}
	}
	if !used {
		return
	}
	switch r.gs.render {
	case 0, 4:
		r.paint(true, false)
	case 1, 5:
		r.paint(false, true)
	case 2, 6:
		r.paint(true, true)
	}
	if f.subtype == "Type3" && r.cc.type3(f, r) {
		r.transparent = true
	}
}

// setFont makes a font the current one; the object comes from the resources or
// from a graphics state.
func (r *run) setFont(o pdf.Object) {
	if f := r.c.fontUse(o); f != nil {
		r.gs.font = f
	}
}
