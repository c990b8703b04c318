package check

import (
	"medborgarnavet/block/pdf"
)

// xobject does the operator Do.
func (r *run) xobject() {
	o := r.resource("XObject", r.lastName())
	s := r.c.doc.Stream(o)
	if s == nil {
		return
	}
	ref, _ := o.(pdf.Ref)
	switch r.c.doc.Name(s.Dict["Subtype"]) {
	case "Image":
		r.composite(true, false)
		if r.c.doc.Stream(s.Dict["SMask"]) != nil {
			r.transparent = true
		}
		if mask, _ := r.c.doc.Resolve(s.Dict["ImageMask"]).(bool); mask {
			r.paint(true, false)
		}
		r.cc.image(s, ref, r.sc)
	case "Form":
		if r.cc.form(o, r.sc, r.page, r.gs, r.depth+1, r.plain) {
			r.transparent = true
		}
	case "PS":
		r.c.fail(rulePostScript, ref)
	}
}

// form runs a form XObject, an appearance or a mask's group, once for each set
// of circumstances, and tells whether it is transparent.
func (cc *contentChecks) form(o pdf.Object, outer *scope, page pdf.Ref, gs gstate, depth int, plain bool) bool {
	c := cc.c
	ref, _ := o.(pdf.Ref)
	s := c.doc.Stream(o)
	if s == nil || depth > maxStreamDepth {
		return false
	}
	sc := outer
	if res := c.doc.Dict(s.Dict["Resources"]); res != nil {
		sc = &scope{res: res, own: true, outer: outer}
	} else {
		sc = &scope{res: outer.res, outer: outer.outer}
	}
	key := runKey{ref: ref, fill: gs.fill.key(), stroke: gs.stroke.key(), render: gs.render, plain: plain, font: gs.font, over: overKey(gs), effects: gs.effects}
	if !sc.own {
		key.inherits = outer
	}
	if t, seen := cc.done[key]; seen {
		return t
	}
	cc.done[key] = false
	transparent := cc.formDict(s.Dict, sc, ref)
	data, _ := c.decode(s)
	if cc.execute(data, sc, ref, page, gs, depth, plain) {
		transparent = true
	}
	cc.done[key] = transparent
	return transparent
}

func (s space) key() string {
	if s.pattern != nil {
		return s.family + " pattern"
	}
	return s.family
}

func overKey(gs gstate) [3]int {
	k := [3]int{0, 0, gs.opm}
	if gs.overFill {
		k[0] = 1
	}
	if gs.overStroke {
		k[1] = 1
	}
	return k
}

// formDict checks a form's dictionary and tells whether it is a transparency
// group.
func (cc *contentChecks) formDict(d pdf.Dict, sc *scope, ref pdf.Ref) bool {
	c := cc.c
	if c.doc.Name(d["Subtype2"]) == "PS" || d["PS"] != nil || d["OPI"] != nil {
		c.fail(ruleFormPS, ref)
	}
	if d["Ref"] != nil {
		c.fail(ruleFormRef, ref)
	}
	group := c.doc.Dict(d["Group"])
	if c.doc.Name(group["S"]) != "Transparency" {
		return false
	}
	c.fail(ruleTransparencyGroup, ref)
	cc.checkGroup(group, sc, ref)
	return true
}

// checkGroup checks a transparency group's blending colour space.
func (cc *contentChecks) checkGroup(group pdf.Dict, sc *scope, at pdf.Ref) {
	if cs := group["CS"]; cs != nil && cc.c.part > 1 {
		cc.checkSpace(cs, sc, at)
	}
}

// image checks an image XObject that is drawn.
func (cc *contentChecks) image(s *pdf.Stream, ref pdf.Ref, sc *scope) {
	c := cc.c
	d := s.Dict
	if cs := d["ColorSpace"]; cs != nil {
		cc.checkSpace(cs, sc, ref)
	}
	if cc.images[ref] {
		return
	}
	cc.images[ref] = true
	if d["Alternates"] != nil {
		c.fail(ruleImageAlternates, ref)
	}
	if d["OPI"] != nil {
		c.fail(ruleImageOPI, ref)
	}
	if on, _ := c.doc.Resolve(d["Interpolate"]).(bool); on {
		c.fail(ruleImageInterpolate, ref)
	}
	if d["Intent"] != nil {
		cc.intent(c.doc.Name(d["Intent"]), ref)
	}
	if m := c.doc.Resolve(d["SMask"]); m != nil && c.doc.Name(m) != "None" {
		c.fail(ruleSMaskImage, ref)
	}
	mask, _ := c.doc.Resolve(d["ImageMask"]).(bool)
	cc.bits(d["BitsPerComponent"], mask, ref)
	if m := c.doc.Dict(d["Mask"]); m != nil {
		cc.bits(m["BitsPerComponent"], true, ref)
	}
	if c.part > 1 && c.lastFilter(d) == "JPXDecode" {
		data, _ := c.decode(s)
		c.checkJPX(data, d["ColorSpace"] != nil, ref)
	}
}

// bits checks an image's or a mask's bits per component.
func (cc *contentChecks) bits(o pdf.Object, mask bool, ref pdf.Ref) {
	n, ok := cc.c.doc.Int(o)
	if !ok {
		return
	}
	if mask {
		if n != 1 {
			cc.c.fail(ruleMaskBits, ref)
		}
		return
	}
	switch {
	case n == 1, n == 2, n == 4, n == 8, n == 16 && cc.c.part > 1:
	default:
		cc.c.fail(ruleImageBits, ref)
	}
}

func (c *checker) lastFilter(d pdf.Dict) pdf.Name {
	switch v := c.doc.Resolve(d["Filter"]).(type) {
	case pdf.Name:
		return v
	case pdf.Array:
		if len(v) > 0 {
			return c.doc.Name(v[len(v)-1])
		}
	}
	return ""
}

// intent checks a rendering intent.
func (cc *contentChecks) intent(n pdf.Name, at pdf.Ref) {
	switch n {
	case "RelativeColorimetric", "AbsoluteColorimetric", "Perceptual", "Saturation":
	default:
		cc.c.fail(ruleRenderingIntent, at)
	}
}

// shading checks a shading that is painted.
func (cc *contentChecks) shading(o pdf.Object, sc *scope, at pdf.Ref) {
	if ref, ok := o.(pdf.Ref); ok {
		at = ref
	}
	if cs := cc.c.doc.Dict(o)["ColorSpace"]; cs != nil {
		cc.checkSpace(cs, sc, at)
	}
}

// pattern runs the pattern that a painting operator uses, and tells whether it
// is transparent.
func (cc *contentChecks) pattern(s *space, r *run) bool {
	c := cc.c
	d := c.doc.Dict(s.pattern)
	ref, _ := s.pattern.(pdf.Ref)
	if n, _ := c.doc.Int(d["PatternType"]); n == 2 {
		cc.shading(d["Shading"], s.res, ref)
		if d["ExtGState"] != nil {
			sub := &run{cc: cc, c: c, sc: s.res, ref: ref, page: r.page, l: &lexer{}}
			sub.extGState(d["ExtGState"])
			sub.composite(true, true)
			return sub.transparent
		}
		return false
	}
	st := c.doc.Stream(s.pattern)
	if st == nil || r.depth+1 > maxStreamDepth {
		return false
	}
	key := runKey{ref: ref, fill: "tiling"}
	if t, seen := cc.done[key]; seen {
		return t
	}
	cc.done[key] = false
	sc := &scope{res: r.sc.res, outer: r.sc.outer}
	if res := c.doc.Dict(st.Dict["Resources"]); res != nil {
		sc = &scope{res: res, own: true, outer: r.sc}
	}
	paint, _ := c.doc.Int(st.Dict["PaintType"])
	data, _ := c.decode(st)
	t := cc.execute(data, sc, ref, r.page, newState(sc), r.depth+1, paint == 2)
	cc.done[key] = t
	return t
}

// type3 runs the glyph procedures of a Type 3 font whose text is shown.
func (cc *contentChecks) type3(f *fontUse, r *run) bool {
	c := cc.c
	key := runKey{ref: f.ref, fill: "type3", font: f}
	sc := &scope{res: r.sc.res, outer: r.sc.outer}
	if res := c.doc.Dict(f.dict["Resources"]); res != nil {
		sc = &scope{res: res, own: true, outer: r.sc}
	} else {
		key.inherits = r.sc
	}
	if t, seen := cc.done[key]; seen {
		return t
	}
	cc.done[key] = false
	out := false
	procs := c.doc.Dict(f.dict["CharProcs"])
	for _, name := range sortedKeys(procs) {
		s := c.doc.Stream(procs[name])
		if s == nil || r.depth+1 > maxStreamDepth {
			continue
		}
		ref, _ := procs[name].(pdf.Ref)
		data, _ := c.decode(s)
		gs := newState(sc)
		if cc.execute(data, sc, ref, r.page, gs, r.depth+1, false) {
			out = true
		}
	}
	cc.done[key] = out
	return out
}
