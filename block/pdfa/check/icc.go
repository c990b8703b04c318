package check

import "medborgarnavet/block/pdf"

// iccHeader is what the rules ask of an ICC profile's header (ICC.1, 7.2).
type iccHeader struct {
	ok           bool
	major        byte
	class, space string
}

func readICC(b []byte) iccHeader {
	if len(b) < 128 || string(b[36:40]) != "acsp" {
		return iccHeader{}
	}
	return iccHeader{true, b[8], string(b[12:16]), string(b[16:20])}
}

// maxMajor is the newest version of ICC that the part allows: PDF 1.4 knows
// version 2, PDF 1.7 version 4.
func (c *checker) maxMajor() byte {
	if c.part == 1 {
		return 2
	}
	return 4
}

// checkOutputIntents checks the output intents and finds the colour space of
// the PDF/A intent.
func (c *checker) checkOutputIntents() {
	intents := c.doc.Array(c.doc.Catalog()["OutputIntents"])
	var first pdf.Object
	for _, o := range intents {
		ref, _ := o.(pdf.Ref)
		d := c.doc.Dict(o)
		if d["DestOutputProfileRef"] != nil && c.doc.Name(d["S"]) == "GTS_PDFX" {
			c.fail(ruleIntentRef, ref)
		}
		dest := d["DestOutputProfile"]
		s := c.doc.Stream(dest)
		if s == nil {
			continue
		}
		if first == nil {
			first = dest
		} else if first != dest {
			c.fail(ruleIntentSame, ref)
		}
		data, _ := c.decode(s)
		h := readICC(data)
		ok := h.ok && (h.class == "prtr" || h.class == "mntr") && h.major <= c.maxMajor() && componentsOf(h.space) > 0 && h.space[0] != 'L'
		if n, _ := c.doc.Int(s.Dict["N"]); ok && int(n) != componentsOf(h.space) {
			c.fail(ruleICCComponents, ref)
		}
		if !ok {
			c.fail(ruleIntentProfile, ref)
		}
		if c.doc.Name(d["S"]) == "GTS_PDFA1" && h.ok && c.intent == "" {
			c.intent = h.space
		}
	}
}

// componentsOf is the number of components of an ICC colour space, 0 for those
// that PDF does not allow.
func componentsOf(space string) int {
	switch space {
	case "GRAY":
		return 1
	case "RGB ", "Lab ", "LAB ":
		return 3
	case "CMYK":
		return 4
	}
	return 0
}

// iccBased checks the profile of an ICCBased colour space.
func (cc *contentChecks) iccBased(o pdf.Object, at pdf.Ref) {
	c := cc.c
	if ref, ok := o.(pdf.Ref); ok {
		key := spaceKey{ref: ref}
		if cc.spaces[key] {
			return
		}
		cc.spaces[key] = true
	}
	s := c.doc.Stream(o)
	if s == nil {
		c.fail(ruleICCProfile, at)
		return
	}
	data, _ := c.decode(s)
	h := readICC(data)
	ok := h.ok && h.major <= c.maxMajor() && componentsOf(h.space) > 0
	switch h.class {
	case "prtr", "mntr", "scnr", "spac":
	default:
		ok = false
	}
	if !ok {
		c.fail(ruleICCProfile, at)
		return
	}
	if n, _ := c.doc.Int(s.Dict["N"]); int(n) != componentsOf(h.space) {
		c.fail(ruleICCComponents, at)
	}
}

// isICCCMYK tells whether a colour space is ICC-based with four components.
func (cc *contentChecks) isICCCMYK(cs pdf.Object) bool {
	v, ok := cc.c.doc.Resolve(cs).(pdf.Array)
	if !ok || len(v) < 2 || cc.c.doc.Name(v[0]) != "ICCBased" {
		return false
	}
	n, _ := cc.c.doc.Int(cc.c.doc.Dict(v[1])["N"])
	return n == 4
}
