package check

import (
	"regexp"
	"strings"

	"medborgarnavet/block/pdf"
)

var (
	reInteger  = regexp.MustCompile(`^[+-]?[0-9]+$`)
	reReal     = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$`)
	reRational = regexp.MustCompile(`^[+-]?[0-9]+/[+-]?[0-9]+$`)
	reMIME     = regexp.MustCompile(`^[-\w+.]+/[-\w+.]+$`)
	reGPS      = regexp.MustCompile(`^[0-9]{1,3},[0-9]{1,2}([.,][0-9]+)?[NSEW]$`)
	reDate     = regexp.MustCompile(`^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-4]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?$`)
)

// checkMetadata checks the metadata streams: the catalog's, and those of every
// other object.
func (c *checker) checkMetadata() {
	ref, _ := c.doc.Catalog()["Metadata"].(pdf.Ref)
	s := c.doc.Stream(c.doc.Catalog()["Metadata"])
	if s == nil || c.doc.Name(s.Dict["Type"]) != "Metadata" || c.doc.Name(s.Dict["Subtype"]) != "XML" {
		c.fail(ruleMetadataMissing, ref)
	}
	if s == nil {
		c.fail(ruleNoIdentification, pdf.Ref{})
	} else {
		if s.Dict["Filter"] != nil {
			c.fail(ruleMetadataFilter, ref)
		}
		data, _ := c.decode(s)
		c.main = readPacket(data)
		c.checkPacket(c.main, nil, ref)
		c.checkIdentification(ref)
	}
	for _, num := range c.doc.Numbers() {
		r := c.refOf(num)
		d := c.doc.Dict(r)
		mref, ok := d["Metadata"].(pdf.Ref)
		if !ok || mref == ref {
			continue
		}
		if ms := c.doc.Stream(mref); ms != nil {
			data, _ := c.decode(ms)
			c.checkPacket(readPacket(data), c.main, mref)
		}
	}
	if c.part == 1 {
		c.checkInfo()
	}
}

func (c *checker) refOf(num int) pdf.Ref {
	e, _ := c.doc.Entry(num)
	if e.Kind == pdf.InStream {
		return pdf.Ref{Num: num}
	}
	return pdf.Ref{Num: num, Gen: e.Gen}
}

func (c *checker) xmpEdition() *schemaSet {
	if c.part == 1 {
		return xmp2004()
	}
	return xmp2005()
}

// checkPacket checks one packet. Extension schemas of the main packet count in
// the others too, from part 2 on.
func (c *checker) checkPacket(p, main *packet, at pdf.Ref) {
	if p.bytesAttr {
		c.fail(rulePacketBytes, at)
	}
	if p.encodingAttr {
		c.fail(rulePacketEncoding, at)
	}
	if p.encoding != "UTF-8" {
		c.fail(rulePacketUTF8, at)
	}
	if p.err != nil {
		c.fail(ruleXMPSyntax, at)
		return
	}
	var inherited *extensions
	if main != nil && c.part > 1 && main.err == nil {
		inherited = c.readExtensions(main, nil, at, false)
	}
	ext := c.readExtensions(p, inherited, at, true)
	set := c.xmpEdition()
	custom := map[*extensions]map[string]structType{ext: ext.structures(inherited), inherited: inherited.structures(nil)}
	for _, n := range p.props {
		typ, known := set.props[n.ns][n.name]
		if n.ns == nsPDFAID || n.ns == nsExtension {
			if n.ns == nsPDFAID && (!known || !c.validValue(n, typ, nil)) {
				c.fail(pick(known, ruleXMPType, ruleXMPUndefined), at)
			}
			continue
		}
		scope := (*extensions)(nil)
		if !known {
			for _, e := range []*extensions{ext, inherited} {
				if t, ok := e.property(n.ns, n.name); ok && !known {
					typ, known, scope = t, true, e
				}
			}
		}
		if !known {
			c.fail(ruleXMPUndefined, at)
			continue
		}
		if !c.validValue(n, typ, custom[scope]) {
			c.fail(ruleXMPType, at)
		}
	}
}

func pick(cond bool, a, b ruleKey) ruleKey {
	if cond {
		return a
	}
	return b
}

// checkIdentification checks what the main packet says of part and level.
func (c *checker) checkIdentification(at pdf.Ref) {
	if c.main.err != nil {
		return
	}
	any := false
	for _, n := range c.main.props {
		if n.ns != nsPDFAID {
			continue
		}
		any = true
		key, ok := map[string]ruleKey{"part": rulePartPrefix, "conformance": ruleConformancePrefix, "amd": ruleAmdPrefix, "corr": ruleCorrPrefix}[n.name]
		if ok && n.prefix != "pdfaid" {
			c.fail(key, at)
		}
	}
	if !any {
		c.fail(ruleNoIdentification, at)
		return
	}
	if n := c.main.prop(nsPDFAID, "part"); n == nil || n.kind != simpleNode || n.value != string(rune('0'+c.part)) {
		c.fail(rulePart, at)
	}
	n := c.main.prop(nsPDFAID, "conformance")
	ok := n != nil && n.kind == simpleNode && (n.value == "A" || n.value == "B" && c.level == 'b')
	if n != nil && n.kind == simpleNode && c.part > 1 && c.level != 'a' && n.value == "U" {
		ok = true
	}
	if !ok {
		c.fail(ruleConformance, at)
	}
}

// validValue tells whether the node's value is of the type. The map holds the
// structures that extension schemas define.
func (c *checker) validValue(n *xmpNode, typ string, custom map[string]structType) bool {
	return c.validAt(n, typ, custom, 0)
}

func (c *checker) validAt(n *xmpNode, typ string, custom map[string]structType, depth int) bool {
	if depth > 16 {
		return false
	}
	if kind, item := arrayType(typ); kind != simpleNode {
		if n.kind != kind {
			return false
		}
		for _, li := range n.children {
			if !c.validAt(li, item, custom, depth+1) {
				return false
			}
		}
		return true
	}
	if st, ok := custom[typ]; ok {
		return c.validStruct(n, st, custom, depth)
	}
	if st, ok := c.xmpEdition().structs[typ]; ok {
		return c.validStruct(n, st, custom, depth)
	}
	return validSimple(n, typ)
}

// arrayType is the kind and the item type of an array type, or simpleNode.
func arrayType(typ string) (nodeKind, string) {
	prefix, item, ok := strings.Cut(typ, " ")
	if !ok {
		return simpleNode, ""
	}
	switch prefix {
	case "bag":
		return bagNode, item
	case "seq":
		return seqNode, item
	case "alt":
		return altNode, item
	}
	return simpleNode, ""
}

func (c *checker) validStruct(n *xmpNode, st structType, custom map[string]structType, depth int) bool {
	if n.kind != structNode || duplicated(n.children) {
		return false
	}
	for _, f := range n.children {
		typ, ok := st.fields[f.name]
		if f.ns != st.ns || !ok || !c.validAt(f, typ, custom, depth+1) {
			return false
		}
	}
	return true
}

func validSimple(n *xmpNode, typ string) bool {
	switch typ {
	case "Any":
		return true
	case "LangAlt":
		return validLangAlt(n)
	}
	if n.kind != simpleNode {
		return false
	}
	switch typ {
	case "Integer":
		return reInteger.MatchString(n.value)
	case "Real":
		return reReal.MatchString(n.value)
	case "Rational":
		return reRational.MatchString(n.value)
	case "Boolean":
		return n.value == "True" || n.value == "False"
	case "Date":
		return reDate.MatchString(n.value)
	case "MIMEType":
		return reMIME.MatchString(n.value)
	case "GPSCoordinate":
		return reGPS.MatchString(n.value)
	}
	return true
}

func validLangAlt(n *xmpNode) bool {
	if n.kind != altNode {
		return false
	}
	for _, li := range n.children {
		if li.kind != simpleNode || !li.hasLang {
			return false
		}
	}
	return true
}
