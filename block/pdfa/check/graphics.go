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

// extGState applies a graphics state dictionary and checks it.
func (r *run) extGState(o pdf.Object) {
	c := r.c
	d := c.doc.Dict(o)
	if d == nil {
		return
	}
	ref, ok := o.(pdf.Ref)
	if !ok {
		ref = r.ref
	}
	r.transferFunctions(d, ref)
	if d["RI"] != nil {
		r.cc.intent(c.doc.Name(d["RI"]), ref)
	}
	r.overprint(d)
	if m := c.doc.Resolve(d["SMask"]); m != nil {
		r.gs.effects.mask = c.doc.Name(m) != "None"
	}
	if r.gs.effects.mask && d["SMask"] != nil {
		m := d["SMask"]
		c.fail(ruleSMaskState, ref)
		if g := c.doc.Dict(m)["G"]; g != nil {
			r.cc.form(g, r.sc, r.page, newState(r.sc), r.depth+1, false)
		}
	}
	r.blend(d["BM"], ref)
	r.gs.effects.stroke = r.alpha(d["CA"], r.gs.effects.stroke, ruleStrokeAlpha, ref)
	r.gs.effects.fill = r.alpha(d["ca"], r.gs.effects.fill, ruleFillAlpha, ref)
	if f := c.doc.Array(d["Font"]); len(f) > 0 {
		r.setFont(f[0])
	}
}

// alpha tells whether a constant alpha makes things transparent; before is what
// held before, for a dictionary that does not say.
func (r *run) alpha(o pdf.Object, before bool, rule ruleKey, ref pdf.Ref) bool {
	v, ok := r.c.doc.Number(o)
	if !ok {
		return before
	}
	if v < 0.999999 || v > 1.000001 {
		r.c.fail(rule, ref)
		return true
	}
	return false
}

func (r *run) overprint(d pdf.Dict) {
	c := r.c
	if v, ok := c.doc.Resolve(d["OP"]).(bool); ok {
		r.gs.overStroke = v
		if d["op"] == nil {
			r.gs.overFill = v
		}
	}
	if v, ok := c.doc.Resolve(d["op"]).(bool); ok {
		r.gs.overFill = v
	}
	if n, ok := c.doc.Int(d["OPM"]); ok {
		r.gs.opm = int(n)
	}
}

func (r *run) transferFunctions(d pdf.Dict, ref pdf.Ref) {
	c := r.c
	if d["TR"] != nil {
		c.fail(ruleTR, ref)
	}
	if d["TR2"] != nil && c.doc.Name(d["TR2"]) != "Default" {
		c.fail(ruleTR2, ref)
	}
	if d["HTP"] != nil {
		c.fail(ruleHTP, ref)
	}
	if ht := c.doc.Dict(d["HT"]); ht != nil {
		r.halftone(ht, "", ref, 0)
	}
}

// halftone checks a halftone; colorant is its name within one of type 5.
func (r *run) halftone(d pdf.Dict, colorant pdf.Name, ref pdf.Ref, depth int) {
	c := r.c
	typ, _ := c.doc.Int(d["HalftoneType"])
	if typ != 1 && typ != 5 {
		c.fail(ruleHalftoneType, ref)
	}
	if d["HalftoneName"] != nil {
		c.fail(ruleHalftoneName, ref)
	}
	has := d["TransferFunction"] != nil
	switch colorant {
	case "Default":
	case "", "Cyan", "Magenta", "Yellow", "Black":
		if has {
			c.fail(ruleHalftoneTransfer, ref)
		}
	default:
		if !has {
			c.fail(ruleHalftoneTransfer, ref)
		}
	}
	if typ != 5 || depth > 0 {
		return
	}
	for _, k := range sortedKeys(d) {
		if sub := c.doc.Dict(d[k]); sub != nil && sub["HalftoneType"] != nil {
			r.halftone(sub, k, ref, depth+1)
		}
	}
}

// blend checks a blend mode: a name, or an array of which one is used.
func (r *run) blend(o pdf.Object, ref pdf.Ref) {
	c := r.c
	modes := c.doc.Array(o)
	if n := c.doc.Name(o); n != "" {
		modes = pdf.Array{n}
	}
	if len(modes) > 0 {
		r.gs.effects.blend = false
	}
	for _, m := range modes {
		switch c.doc.Name(m) {
		case "Normal", "Compatible":
		case "Multiply", "Screen", "Overlay", "Darken", "Lighten", "ColorDodge", "ColorBurn", "HardLight", "SoftLight",
			"Difference", "Exclusion", "Hue", "Saturation", "Color", "Luminosity":
			r.gs.effects.blend = true
			if c.part == 1 {
				c.fail(ruleBlendMode, ref)
			}
		default:
			r.gs.effects.blend = true
			c.fail(ruleBlendMode, ref)
		}
	}
}
