package check

import "medborgarnavet/block/pdf"

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
