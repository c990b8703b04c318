package check

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	nsRDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	nsXML = "http://www.w3.org/XML/1998/namespace"
)

// Bounds of one XMP packet: far above any honest packet.
const (
	maxPacket  = 16 << 20
	maxXMPNode = 200_000
	maxXMPNest = 64
)

type nodeKind int

const (
	simpleNode nodeKind = iota
	structNode
	bagNode
	seqNode
	altNode
)

// xmpNode is a property, a field of a structure or an item of an array.
type xmpNode struct {
	ns, prefix, name string
	kind             nodeKind
	value            string
	lang             string
	hasLang          bool
	qualified        bool
	children         []*xmpNode
}

func (n *xmpNode) isArray() bool { return n.kind >= bagNode }

// field is the field of a structure with the namespace and name, or nil.
func (n *xmpNode) field(ns, name string) *xmpNode {
	if n == nil || n.kind != structNode {
		return nil
	}
	for _, c := range n.children {
		if c.ns == ns && c.name == name {
			return c
		}
	}
	return nil
}

// packet is one metadata stream as XMP.
type packet struct {
	bytesAttr, encodingAttr bool
	encoding                string // "UTF-8", "UTF-16" or "UTF-32"
	props                   []*xmpNode
	err                     error
}

// prop is the top-level property, or nil.
func (p *packet) prop(ns, name string) *xmpNode {
	if p == nil {
		return nil
	}
	for _, n := range p.props {
		if n.ns == ns && n.name == name {
			return n
		}
	}
	return nil
}

var errXMP = errors.New("pdfa: the XMP packet is not well-formed RDF")

// readPacket reads a metadata stream. What goes wrong stays in err.
func readPacket(data []byte) *packet {
	p := &packet{}
	if len(data) > maxPacket {
		p.err = errXMP
		return p
	}
	data, p.encoding = toUTF8(data)
	if !utf8.Valid(data) {
		p.err = errXMP
		return p
	}
	root, err := readXML(data, p)
	if err != nil {
		p.err = err
		return p
	}
	p.props, p.err = rdfProperties(root)
	return p
}

// toUTF8 finds the packet's encoding by its byte order mark or its first
// characters, and turns it into UTF-8.
func toUTF8(b []byte) ([]byte, string) {
	has := func(p string) bool { return bytes.HasPrefix(b, []byte(p)) }
	switch {
	case has("\xef\xbb\xbf"):
		return b[3:], "UTF-8"
	case has("\x00\x00\xfe\xff"):
		return fromUTF32(b[4:], true), "UTF-32"
	case has("\xff\xfe\x00\x00"):
		return fromUTF32(b[4:], false), "UTF-32"
	case has("\xfe\xff"):
		return fromUTF16(b[2:], true), "UTF-16"
	case has("\xff\xfe"):
		return fromUTF16(b[2:], false), "UTF-16"
	case has("\x00\x00\x00<"):
		return fromUTF32(b, true), "UTF-32"
	case has("<\x00\x00\x00"):
		return fromUTF32(b, false), "UTF-32"
	case has("\x00<"):
		return fromUTF16(b, true), "UTF-16"
	case has("<\x00"):
		return fromUTF16(b, false), "UTF-16"
	}
	return b, "UTF-8"
}

func fromUTF16(b []byte, big bool) []byte {
	u := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		if big {
			u = append(u, uint16(b[i])<<8|uint16(b[i+1]))
		} else {
			u = append(u, uint16(b[i+1])<<8|uint16(b[i]))
		}
	}
	return []byte(string(utf16.Decode(u)))
}

func fromUTF32(b []byte, big bool) []byte {
	out := make([]byte, 0, len(b)/4)
	for i := 0; i+3 < len(b); i += 4 {
		var r uint32
		if big {
			r = uint32(b[i])<<24 | uint32(b[i+1])<<16 | uint32(b[i+2])<<8 | uint32(b[i+3])
		} else {
			r = uint32(b[i+3])<<24 | uint32(b[i+2])<<16 | uint32(b[i+1])<<8 | uint32(b[i])
		}
		if r > utf8.MaxRune {
			r = utf8.RuneError
		}
		out = utf8.AppendRune(out, rune(r))
	}
	return out
}

// element is one XML element with its namespaces resolved and the prefix kept:
// PDF/A prescribes prefixes, which encoding/xml alone throws away.
type element struct {
	ns, prefix, name string
	attrs            []attribute
	children         []*element
	text             strings.Builder
}

type attribute struct{ ns, prefix, name, value string }

func (e *element) attr(ns, name string) (string, bool) {
	for _, a := range e.attrs {
		if a.ns == ns && a.name == name {
			return a.value, true
		}
	}
	return "", false
}

// xmlReader builds elements from raw tokens.
type xmlReader struct {
	stack  []*element
	scopes []map[string]string
	root   *element
	nodes  int
	copied int // names of namespaces copied from scope to scope
}

func readXML(data []byte, p *packet) (*element, error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	r := &xmlReader{scopes: []map[string]string{{"xml": nsXML}}}
	for {
		tok, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, errXMP
		}
		switch t := tok.(type) {
		case xml.ProcInst:
			if t.Target == "xpacket" {
				p.header(string(t.Inst))
			}
		case xml.StartElement:
			if err := r.start(t); err != nil {
				return nil, err
			}
		case xml.EndElement:
			if !r.end(t) {
				return nil, errXMP
			}
		case xml.CharData:
			if len(r.stack) > 0 {
				r.stack[len(r.stack)-1].text.Write(t)
			} else if len(bytes.Trim(t, " \t\r\n\x00\ufeff")) > 0 {
				return nil, errXMP
			}
		case xml.Directive:
			return nil, errXMP
		}
	}
	if r.root == nil || len(r.stack) > 0 {
		return nil, errXMP
	}
	return r.root, nil
}

// header notes the deprecated attributes of the packet header.
func (p *packet) header(inst string) {
	for _, f := range strings.FieldsFunc(inst, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }) {
		switch name, _, ok := strings.Cut(f, "="); {
		case ok && name == "bytes":
			p.bytesAttr = true
		case ok && name == "encoding":
			p.encodingAttr = true
		}
	}
}

func (r *xmlReader) start(t xml.StartElement) error {
	r.nodes += 1 + len(t.Attr)
	if len(r.stack) >= maxXMPNest || r.nodes > maxXMPNode || len(t.Attr) > 2000 || r.copied > 10*maxXMPNode {
		return errXMP
	}
	if len(r.stack) == 0 && r.root != nil {
		return errXMP
	}
	scope := r.scopes[len(r.scopes)-1]
	copied := false
	for _, a := range t.Attr {
		prefix, ok := "", false
		if a.Name.Space == "xmlns" {
			prefix, ok = a.Name.Local, true
		} else if a.Name.Space == "" && a.Name.Local == "xmlns" {
			ok = true
		}
		if !ok {
			continue
		}
		if !copied {
			r.copied += len(scope)
			next := make(map[string]string, len(scope)+1)
			for k, v := range scope {
				next[k] = v
			}
			scope, copied = next, true
		}
		scope[prefix] = a.Value
	}
	e := &element{prefix: t.Name.Space, name: t.Name.Local, ns: scope[t.Name.Space]}
	if e.prefix != "" && e.ns == "" {
		return errXMP
	}
	for _, a := range t.Attr {
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
			continue
		}
		ns := ""
		if a.Name.Space != "" {
			if ns = scope[a.Name.Space]; ns == "" {
				return errXMP
			}
		}
		if _, dup := e.attr(ns, a.Name.Local); dup {
			return errXMP
		}
		e.attrs = append(e.attrs, attribute{ns, a.Name.Space, a.Name.Local, a.Value})
	}
	if len(r.stack) > 0 {
		parent := r.stack[len(r.stack)-1]
		parent.children = append(parent.children, e)
	} else {
		r.root = e
	}
	r.stack, r.scopes = append(r.stack, e), append(r.scopes, scope)
	return nil
}

func (r *xmlReader) end(t xml.EndElement) bool {
	if len(r.stack) == 0 {
		return false
	}
	e := r.stack[len(r.stack)-1]
	r.stack, r.scopes = r.stack[:len(r.stack)-1], r.scopes[:len(r.scopes)-1]
	return e.prefix == t.Name.Space && e.name == t.Name.Local
}
