package check

import (
	"strings"

	"medborgarnavet/block/pdf"
)

const (
	nsSchema   = "http://www.aiim.org/pdfa/ns/schema#"
	nsProperty = "http://www.aiim.org/pdfa/ns/property#"
	nsType     = "http://www.aiim.org/pdfa/ns/type#"
	nsField    = "http://www.aiim.org/pdfa/ns/field#"
)

// extensions are the extension schemas that one packet describes.
type extensions struct {
	props   map[string]map[string]string     // namespace → property → value type
	structs map[string]map[string]structType // namespace → type name → structure
}

func (e *extensions) property(ns, name string) (string, bool) {
	if e == nil {
		return "", false
	}
	t, ok := e.props[ns][name]
	return t, ok
}

// typeNamed is the value type with the name, as this package writes it.
func (e *extensions) typeNamed(name string) (string, bool) {
	if e == nil {
		return "", false
	}
	for _, m := range e.structs {
		if _, ok := m[name]; ok {
			return name, true
		}
		if _, ok := m["="+name]; ok {
			return "Text", true
		}
	}
	return "", false
}

// structures are the structures that a schema may name: its own, and those of
// the main packet.
func (e *extensions) structures(base *extensions) map[string]structType {
	out := map[string]structType{}
	for _, x := range []*extensions{base, e} {
		if x == nil {
			continue
		}
		for _, m := range x.structs {
			for k, v := range m {
				out[k] = v
			}
		}
	}
	return out
}

// fieldRule is one field of a description in an extension schema.
type fieldRule struct {
	name     string
	kind     nodeKind
	required bool
	rule     ruleKey
}

var (
	schemaFields = []fieldRule{
		{"schema", simpleNode, true, ruleSchemaSchema}, {"namespaceURI", simpleNode, true, ruleSchemaNamespace},
		{"prefix", simpleNode, true, ruleSchemaPrefix}, {"property", seqNode, false, ruleSchemaProperty},
		{"valueType", seqNode, false, ruleSchemaValueType},
	}
	propertyFields = []fieldRule{
		{"name", simpleNode, true, rulePropName}, {"valueType", simpleNode, true, rulePropValueType},
		{"category", simpleNode, true, rulePropCategory}, {"description", simpleNode, true, rulePropDescription},
	}
	typeFields = []fieldRule{
		{"type", simpleNode, true, ruleTypeType}, {"namespaceURI", simpleNode, true, ruleTypeNamespace},
		{"prefix", simpleNode, true, ruleTypePrefix}, {"description", simpleNode, true, ruleTypeDescription},
		{"field", seqNode, false, ruleTypeField},
	}
	fieldFields = []fieldRule{
		{"name", simpleNode, true, ruleFieldName}, {"valueType", simpleNode, true, ruleFieldValueType},
		{"description", simpleNode, true, ruleFieldDescription},
	}
)

// readExtensions reads, and when report is set judges, a packet's extension
// schema container. The types of base may be named in it.
func (c *checker) readExtensions(p *packet, base *extensions, at pdf.Ref, report bool) *extensions {
	r := &extensionReader{c: c, at: at, report: report, base: base,
		out: &extensions{props: map[string]map[string]string{}, structs: map[string]map[string]structType{}}}
	for _, n := range p.props {
		if n.ns == nsExtension {
			r.container(n)
		}
	}
	return r.out
}

type extensionReader struct {
	c      *checker
	at     pdf.Ref
	report bool
	base   *extensions // those of the main packet, whose types may be named
	out    *extensions
}

func (r *extensionReader) fail(k ruleKey) {
	if r.report {
		r.c.fail(k, r.at)
	}
}

func (r *extensionReader) container(n *xmpNode) {
	if n.name != "schemas" {
		r.fail(ruleExtUndefined)
		return
	}
	if n.kind != bagNode || n.prefix != "pdfaExtension" {
		r.fail(ruleExtContainer)
	}
	if !n.isArray() {
		return
	}
	// Types first: a property may name a type that another schema defines.
	for _, s := range n.children {
		r.types(s)
	}
	for _, s := range n.children {
		r.schema(s)
	}
}

// description judges the fields of one description. A missing required field,
// a wrong kind or a wrong prefix breaks the field's rule; a field that the
// standard does not know breaks the rule on undefined fields.
func (r *extensionReader) description(n *xmpNode, ns, prefix string, fields []fieldRule) bool {
	if n.kind != structNode {
		r.fail(ruleExtUndefined)
		return false
	}
	for _, f := range n.children {
		known := false
		for _, want := range fields {
			known = known || f.ns == ns && f.name == want.name
		}
		if !known {
			r.fail(ruleExtUndefined)
		}
	}
	for _, want := range fields {
		f := n.field(ns, want.name)
		if f == nil {
			if want.required {
				r.fail(want.rule)
			}
			continue
		}
		if f.kind != want.kind || f.prefix != prefix {
			r.fail(want.rule)
		}
	}
	return true
}

func text(n *xmpNode) string {
	if n == nil || n.kind != simpleNode {
		return ""
	}
	return strings.TrimSpace(n.value)
}

func (r *extensionReader) schema(s *xmpNode) {
	if !r.description(s, nsSchema, "pdfaSchema", schemaFields) {
		return
	}
	ns := text(s.field(nsSchema, "namespaceURI"))
	props := r.out.props[ns]
	if props == nil {
		props = map[string]string{}
		r.out.props[ns] = props
	}
	list := s.field(nsSchema, "property")
	if list == nil || !list.isArray() {
		return
	}
	for _, p := range list.children {
		if !r.description(p, nsProperty, "pdfaProperty", propertyFields) {
			continue
		}
		if cat := p.field(nsProperty, "category"); cat != nil && cat.value != "internal" && cat.value != "external" {
			r.fail(rulePropCategory)
		}
		typ, ok := r.valueType(text(p.field(nsProperty, "valueType")))
		if !ok {
			r.fail(rulePropValueType)
			continue
		}
		props[text(p.field(nsProperty, "name"))] = typ
	}
}

// types reads the value types that a schema defines. Their names are gathered
// before their fields, which may name each other.
func (r *extensionReader) types(s *xmpNode) {
	list := s.field(nsSchema, "valueType")
	if list == nil || !list.isArray() {
		return
	}
	ns := text(s.field(nsSchema, "namespaceURI"))
	if r.out.structs[ns] == nil {
		r.out.structs[ns] = map[string]structType{}
	}
	for _, t := range list.children {
		if name := text(t.field(nsType, "type")); name != "" {
			r.out.structs[ns][name] = structType{text(t.field(nsType, "namespaceURI")), map[string]string{}}
		}
	}
	for _, t := range list.children {
		if !r.description(t, nsType, "pdfaType", typeFields) {
			continue
		}
		fields := t.field(nsType, "field")
		if fields == nil || !fields.isArray() {
			// A type without fields is an open type: its values are text.
			delete(r.out.structs[ns], text(t.field(nsType, "type")))
			r.out.structs[ns]["="+text(t.field(nsType, "type"))] = structType{}
			continue
		}
		def := r.out.structs[ns][text(t.field(nsType, "type"))]
		for _, f := range fields.children {
			if !r.description(f, nsField, "pdfaField", fieldFields) {
				continue
			}
			typ, ok := r.valueType(text(f.field(nsField, "valueType")))
			if !ok {
				r.fail(ruleFieldValueType)
				continue
			}
			if def.fields != nil {
				def.fields[text(f.field(nsField, "name"))] = typ
			}
		}
	}
}

// valueType turns a type as an extension schema writes it into ours, and tells
// whether it is defined.
func (r *extensionReader) valueType(s string) (string, bool) {
	words := strings.Fields(s)
	if len(words) == 0 {
		return "", false
	}
	lower := strings.ToLower(strings.Join(words, " "))
	if lower == "lang alt" || lower == "alt lang" {
		return "LangAlt", true
	}
	arrays := ""
	for len(words) > 0 {
		switch strings.ToLower(words[0]) {
		case "bag", "seq", "alt":
			arrays += strings.ToLower(words[0]) + " "
		case "of", "open", "closed", "choice":
		case "array", "ordered", "unordered", "alternative":
		default:
			base, ok := r.baseType(strings.Join(words, " "))
			return arrays + base, ok
		}
		words = words[1:]
	}
	return arrays + "Text", true
}

func (r *extensionReader) baseType(s string) (string, bool) {
	for _, e := range []*extensions{r.out, r.base} {
		if t, ok := e.typeNamed(s); ok {
			return t, true
		}
	}
	simple := map[string]string{
		"text": "Text", "integer": "Integer", "real": "Real", "boolean": "Boolean", "date": "Date", "uri": "Text",
		"url": "Text", "mimetype": "MIMEType", "propername": "Text", "agentname": "Text", "renditionclass": "Text",
		"rational": "Rational", "locale": "Text", "gpscoordinate": "GPSCoordinate", "xpath": "Text", "lang alt": "LangAlt",
		"any": "Any", "dimensions": "Dimensions", "thumbnail": "Thumbnail", "resourceevent": "ResourceEvent",
		"resourceref": "ResourceRef", "version": "Version", "job": "Job", "flash": "Flash", "oecf/sfr": "OECF",
		"cfapattern": "CFAPattern", "devicesettings": "DeviceSettings", "guid": "Text",
	}
	if r.c.part > 1 {
		for k, v := range map[string]string{
			"colorant": "Colorant", "font": "Font", "beatsplicestretch": "BeatSpliceStretch", "marker": "Marker",
			"media": "Media", "projectlink": "ProjectLink", "resamplestretch": "ResampleStretch", "time": "Time",
			"timecode": "Timecode", "timescalestretch": "TimeScaleStretch",
		} {
			simple[k] = v
		}
	}
	t, ok := simple[strings.ToLower(s)]
	return t, ok
}
