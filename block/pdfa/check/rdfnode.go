package check

import "strings"

// rdfProperties reads the RDF beneath the root into XMP properties.
func rdfProperties(root *element) ([]*xmpNode, error) {
	rdf := findRDF(root, 0)
	if rdf == nil {
		return nil, errXMP
	}
	var props []*xmpNode
	about, seenAbout := "", false
	for _, d := range rdf.children {
		if d.ns != nsRDF || d.name != "Description" {
			return nil, errXMP
		}
		a, ok := d.attr(nsRDF, "about")
		if !ok {
			a, ok = d.attr("", "about")
		}
		if ok && a != "" {
			if seenAbout && a != about {
				return nil, errXMP
			}
			about, seenAbout = a, true
		}
		p, err := nodeFields(d)
		if err != nil {
			return nil, err
		}
		props = append(props, p...)
	}
	if duplicated(props) {
		return nil, errXMP
	}
	return props, nil
}

func findRDF(e *element, depth int) *element {
	if e.ns == nsRDF && e.name == "RDF" {
		return e
	}
	if depth > 4 {
		return nil
	}
	for _, c := range e.children {
		if r := findRDF(c, depth+1); r != nil {
			return r
		}
	}
	return nil
}

func duplicated(nodes []*xmpNode) bool {
	type key struct{ ns, name string }
	seen := make(map[key]bool, len(nodes))
	for _, n := range nodes {
		k := key{n.ns, n.name}
		if seen[k] {
			return true
		}
		seen[k] = true
	}
	return false
}

// nodeFields are the properties of a node element: its attributes and its
// child elements.
func nodeFields(e *element) ([]*xmpNode, error) {
	out := attrFields(e)
	for _, c := range e.children {
		n, err := propertyNode(c)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	if strings.TrimSpace(e.text.String()) != "" || !knownAttrs(e) {
		return nil, errXMP
	}
	return out, nil
}

// knownAttrs tells whether the attributes in the RDF namespace are such as RDF
// defines.
func knownAttrs(e *element) bool {
	for _, a := range e.attrs {
		if a.ns != nsRDF {
			continue
		}
		switch a.name {
		case "about", "ID", "nodeID", "resource", "parseType", "datatype", "value", "type":
		default:
			return false
		}
	}
	return true
}

// attrFields are the attributes that abbreviate simple properties.
func attrFields(e *element) []*xmpNode {
	var out []*xmpNode
	for _, a := range e.attrs {
		if a.ns == "" || a.ns == nsXML || a.ns == nsRDF && a.name != "value" && a.name != "type" {
			continue
		}
		out = append(out, &xmpNode{ns: a.ns, prefix: a.prefix, name: a.name, value: a.value})
	}
	return out
}

// propertyNode reads a property element in any of its RDF forms.
func propertyNode(e *element) (*xmpNode, error) {
	n := &xmpNode{ns: e.ns, prefix: e.prefix, name: e.name}
	if e.ns == "" {
		return nil, errXMP
	}
	if e.ns == nsRDF && e.name != "li" && e.name != "value" && e.name != "type" {
		return nil, errXMP
	}
	if !knownAttrs(e) {
		return nil, errXMP
	}
	n.lang, n.hasLang = e.attr(nsXML, "lang")
	if pt, ok := e.attr(nsRDF, "parseType"); ok {
		if pt != "Resource" {
			return nil, errXMP
		}
		fields, err := nodeFields(&element{children: e.children})
		if err != nil || strings.TrimSpace(e.text.String()) != "" {
			return nil, errXMP
		}
		return asStruct(n, fields), nil
	}
	if res, ok := e.attr(nsRDF, "resource"); ok {
		if len(e.children) > 0 || strings.TrimSpace(e.text.String()) != "" {
			return nil, errXMP
		}
		n.value, n.qualified = res, len(attrFields(e)) > 0
		return n, nil
	}
	if len(e.children) == 0 {
		if fields := attrFields(e); len(fields) > 0 {
			if strings.TrimSpace(e.text.String()) != "" {
				return nil, errXMP
			}
			return asStruct(n, fields), nil
		}
		n.value = e.text.String()
		return n, nil
	}
	return containerNode(n, e)
}

// containerNode reads a property whose value is one child element: an array or
// a structure.
func containerNode(n *xmpNode, e *element) (*xmpNode, error) {
	if len(e.children) != 1 || strings.TrimSpace(e.text.String()) != "" {
		return nil, errXMP
	}
	c := e.children[0]
	kinds := map[string]nodeKind{"Bag": bagNode, "Seq": seqNode, "Alt": altNode}
	kind, isArray := kinds[c.name]
	if c.ns != nsRDF || !isArray {
		fields, err := nodeFields(c)
		if err != nil {
			return nil, err
		}
		return asStruct(n, fields), nil
	}
	n.kind = kind
	if strings.TrimSpace(c.text.String()) != "" {
		return nil, errXMP
	}
	for _, li := range c.children {
		if li.ns != nsRDF || li.name != "li" {
			return nil, errXMP
		}
		item, err := propertyNode(li)
		if err != nil {
			return nil, err
		}
		n.children = append(n.children, item)
	}
	return n, nil
}

// asStruct makes n a structure, or the value that rdf:value holds when the
// other fields are its qualifiers.
func asStruct(n *xmpNode, fields []*xmpNode) *xmpNode {
	for _, f := range fields {
		if f.ns == nsRDF && f.name == "value" {
			v := *f
			v.ns, v.prefix, v.name = n.ns, n.prefix, n.name
			v.lang, v.hasLang, v.qualified = n.lang, n.hasLang, true
			return &v
		}
	}
	n.kind, n.children = structNode, fields
	return n
}
