package check

import (
	"medborgarnavet/block/pdf"
)

// fileSpec is a file specification that embeds a file.
type fileSpec struct {
	dict pdf.Dict
	ref  pdf.Ref
}

// maxEmbeddedDepth is how deep files in files are checked.
const maxEmbeddedDepth = 3

// checkEmbedded checks the embedded files: in PDF/A-2 they must be PDF/A
// themselves, in PDF/A-3 they must say what they are.
func (c *checker) checkEmbedded() {
	for _, s := range c.specs {
		if s.dict["F"] == nil || s.dict["UF"] == nil {
			c.fail(ruleEmbeddedKeys, s.ref)
		}
		ef := c.doc.Dict(s.dict["EF"])
		if c.part == 3 {
			c.checkAssociated(s, ef)
		}
		if c.part == 2 {
			for _, k := range sortedKeys(ef) {
				if st := c.doc.Stream(ef[k]); st != nil && !c.embeddedOK(st) {
					c.fail(ruleEmbeddedPDFA, s.ref)
				}
			}
		}
	}
}

func (c *checker) checkAssociated(s fileSpec, ef pdf.Dict) {
	for _, k := range sortedKeys(ef) {
		if st := c.doc.Stream(ef[k]); st != nil && !reMIME.MatchString(string(c.doc.Name(st.Dict["Subtype"]))) {
			c.fail(ruleEmbeddedMIME, s.ref)
		}
	}
	if c.doc.Name(s.dict["AFRelationship"]) == "" {
		c.fail(ruleAFRelationship, s.ref)
	}
	if !c.associated[s.ref] {
		c.fail(ruleAFMissing, s.ref)
	}
}

// embeddedOK tells whether an embedded file conforms to PDF/A-1 or PDF/A-2. At
// the bound of the depth it does not: what is not checked is not vouched for.
func (c *checker) embeddedOK(s *pdf.Stream) bool {
	if c.opts.depth+1 >= maxEmbeddedDepth {
		return false
	}
	data, err := c.decode(s)
	if err != nil {
		return false
	}
	o := c.opts
	o.depth++
	res, err := Check(data, "", o)
	return err == nil && res.Conformant && (res.Profile[0] == '1' || res.Profile[0] == '2')
}

// checkOptionalContent checks the configurations of optional content.
func (c *checker) checkOptionalContent() {
	props := c.doc.Dict(c.doc.Catalog()["OCProperties"])
	if props == nil || c.part == 1 {
		return
	}
	groups := map[pdf.Ref]bool{}
	for _, o := range c.doc.Array(props["OCGs"]) {
		if r, ok := o.(pdf.Ref); ok {
			groups[r] = true
		}
	}
	configs := pdf.Array{props["D"]}
	configs = append(configs, c.doc.Array(props["Configs"])...)
	names := map[string]bool{}
	for _, o := range configs {
		d := c.doc.Dict(o)
		if d == nil {
			continue
		}
		ref, _ := o.(pdf.Ref)
		name := c.doc.Text(d["Name"])
		if name == "" {
			c.fail(ruleOCName, ref)
		} else if names[name] {
			c.fail(ruleOCDuplicate, ref)
		}
		names[name] = true
		if d["AS"] != nil {
			c.fail(ruleOCAS, ref)
		}
		if d["Order"] != nil && !c.orderComplete(d["Order"], groups) {
			c.fail(ruleOCOrder, ref)
		}
	}
}

func (c *checker) orderComplete(order pdf.Object, groups map[pdf.Ref]bool) bool {
	listed := map[pdf.Ref]bool{}
	var walk func(o pdf.Object, depth int)
	walk = func(o pdf.Object, depth int) {
		if r, ok := o.(pdf.Ref); ok {
			if listed[r] {
				return
			}
			listed[r] = true
		}
		if depth > 32 {
			return
		}
		for _, e := range c.doc.Array(o) {
			walk(e, depth+1)
		}
	}
	walk(order, 0)
	for g := range groups {
		if !listed[g] {
			return false
		}
	}
	return true
}
