package check

import (
	"medborgarnavet/block/pdf"
)

// annotTypes1 are the annotation types of PDF 1.4 that PDF/A-1 allows;
// annotTypes2 are what PDF 1.7 and PDF/A-2 add.
var (
	annotTypes1 = map[pdf.Name]bool{"Text": true, "Link": true, "FreeText": true, "Line": true, "Square": true, "Circle": true,
		"Highlight": true, "Underline": true, "Squiggly": true, "StrikeOut": true, "Stamp": true, "Ink": true, "Popup": true,
		"Widget": true, "PrinterMark": true, "TrapNet": true}
	annotTypes2 = map[pdf.Name]bool{"Polygon": true, "PolyLine": true, "Caret": true, "FileAttachment": true, "Watermark": true, "Redact": true}
)

// checkAnnotations checks the annotations of every page.
func (c *checker) checkAnnotations() {
	for _, p := range c.pages {
		for _, o := range c.doc.Array(p.Dict["Annots"]) {
			ref, _ := o.(pdf.Ref)
			if d := c.doc.Dict(o); d != nil {
				c.checkAnnotation(d, ref)
			}
		}
	}
}

func (c *checker) checkAnnotation(d pdf.Dict, ref pdf.Ref) {
	sub := c.doc.Name(d["Subtype"])
	if !annotTypes1[sub] && !(c.part > 1 && annotTypes2[sub]) {
		c.fail(ruleAnnotType, ref)
	}
	c.checkAnnotFlags(d, sub, ref)
	if v, ok := c.doc.Number(d["CA"]); ok && v != 1 {
		c.fail(ruleAnnotCA, ref)
	}
	if c.part == 1 && c.intent != "RGB " && (len(c.doc.Array(d["C"])) > 0 || len(c.doc.Array(d["IC"])) > 0) {
		c.fail(ruleAnnotColour, ref)
	}
	c.checkAppearance(d, sub, ref)
	if sub != "Widget" {
		return
	}
	if d["A"] != nil {
		c.fail(ruleWidgetAction, ref)
	}
	if d["AA"] != nil {
		c.fail(ruleWidgetAA, ref)
	}
}

func (c *checker) checkAnnotFlags(d pdf.Dict, sub pdf.Name, ref pdf.Ref) {
	f, ok := c.doc.Int(d["F"])
	if !ok {
		if c.part == 1 || sub != "Popup" {
			c.fail(ruleAnnotNoFlags, ref)
		}
		return
	}
	const invisible, hidden, print, noView, toggle = 1, 2, 4, 32, 256
	bad := int64(invisible | hidden | noView)
	if c.part > 1 {
		bad |= toggle
	}
	if f&print == 0 || f&bad != 0 {
		c.fail(ruleAnnotFlags, ref)
	}
}

// checkAppearance checks that an annotation that shows something has an
// appearance, and only a normal one.
func (c *checker) checkAppearance(d pdf.Dict, sub pdf.Name, ref pdf.Ref) {
	ap := c.doc.Dict(d["AP"])
	if ap == nil {
		need := sub == "Widget"
		if c.part > 1 {
			need = sub != "Popup" && sub != "Link" && !c.emptyRect(d["Rect"])
		}
		if need {
			c.fail(ruleAnnotNoAP, ref)
		}
		return
	}
	n := c.doc.Resolve(ap["N"])
	_, isStream := n.(*pdf.Stream)
	_, isDict := n.(pdf.Dict)
	if len(ap) != 1 || n == nil {
		c.fail(ruleAnnotAP, ref)
		return
	}
	if sub == "Widget" && c.fieldType(d) == "Btn" {
		if !isDict || len(c.doc.Dict(n)) == 0 {
			c.fail(ruleAnnotButton, ref)
		}
	} else if !isStream {
		c.fail(ruleAnnotStream, ref)
	}
}

func (c *checker) emptyRect(o pdf.Object) bool {
	a := c.doc.Array(o)
	if len(a) != 4 {
		return false
	}
	var v [4]float64
	for i := range v {
		v[i], _ = c.doc.Number(a[i])
	}
	return v[0] == v[2] && v[1] == v[3]
}

// fieldType is a field's type, which it may inherit.
func (c *checker) fieldType(d pdf.Dict) pdf.Name {
	for i := 0; d != nil && i < 32; i++ {
		if ft := c.doc.Name(d["FT"]); ft != "" {
			return ft
		}
		d = c.doc.Dict(d["Parent"])
	}
	return ""
}

// checkForms checks the interactive form and its fields.
func (c *checker) checkForms() {
	cat := c.doc.Catalog()
	if v, _ := c.doc.Resolve(cat["NeedsRendering"]).(bool); v {
		c.fail(ruleNeedsRendering, pdf.Ref{})
	}
	form := c.doc.Dict(cat["AcroForm"])
	if form == nil {
		return
	}
	ref, _ := cat["AcroForm"].(pdf.Ref)
	if v, _ := c.doc.Resolve(form["NeedAppearances"]).(bool); v {
		c.fail(ruleNeedAppearances, ref)
	}
	if form["XFA"] != nil {
		c.fail(ruleXFA, ref)
	}
	seen := map[pdf.Ref]bool{}
	for _, f := range c.doc.Array(form["Fields"]) {
		c.checkField(f, seen, 0)
	}
}

func (c *checker) checkField(o pdf.Object, seen map[pdf.Ref]bool, depth int) {
	ref, ok := o.(pdf.Ref)
	if depth > 32 || ok && seen[ref] {
		return
	}
	seen[ref] = ok
	d := c.doc.Dict(o)
	if d == nil {
		return
	}
	if d["AA"] != nil {
		c.fail(ruleFieldAction, ref)
		c.actionsOf(d["AA"])
	}
	if d["A"] != nil {
		c.action(d["A"], 0)
	}
	if c.part > 1 && c.fieldType(d) == "Sig" && d["V"] != nil {
		c.checkSignature(d["V"])
	}
	for _, k := range c.doc.Array(d["Kids"]) {
		c.checkField(k, seen, depth+1)
	}
}
