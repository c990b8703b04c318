package soap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Limits is what one document may cost. A zero field means the one in Default.
type Limits struct {
	MaxBytes     int64 // the whole document
	MaxDepth     int   // elements within each other
	MaxElements  int   // all elements
	MaxTextBytes int   // the text of one element, or one attribute's value
}

// Default is what an answer about one person can need, with ample room.
var Default = Limits{MaxBytes: 8 << 20, MaxDepth: 64, MaxElements: 200_000, MaxTextBytes: 4 << 20}

// maxAttributes is the most that one element may carry.
const maxAttributes = 128

// Why a document was refused. The errors never quote the document.
var (
	ErrLimit     = errors.New("soap: the document is over a limit")
	ErrMalformed = errors.New("soap: the document is not well-formed XML 1.0 in UTF-8")
	ErrForbidden = errors.New("soap: the document has a document type, a processing instruction or another encoding than UTF-8")
)

// OrDefault fills the fields that are zero with those of Default.
func (l Limits) OrDefault() Limits {
	if l.MaxBytes <= 0 {
		l.MaxBytes = Default.MaxBytes
	}
	if l.MaxDepth <= 0 {
		l.MaxDepth = Default.MaxDepth
	}
	if l.MaxElements <= 0 {
		l.MaxElements = Default.MaxElements
	}
	if l.MaxTextBytes <= 0 {
		l.MaxTextBytes = Default.MaxTextBytes
	}
	return l
}

// Check reads a whole document and tells whether it is one well-formed root
// element within the limits, with nothing in it that is refused here: document
// types, processing instructions, other encodings than UTF-8, a name or an
// attribute that is not well-formed with namespaces, text outside the root.
func Check(doc []byte, l Limits) error { return walk(withoutMark(doc), l, nil) }

// withoutMark drops the byte order mark that a UTF-8 file may begin with.
func withoutMark(doc []byte) []byte { return bytes.TrimPrefix(doc, []byte("\ufeff")) }

// node is an open element while walking.
type node struct {
	raw        xml.Name // prefix and local name
	name       xml.Name // namespace and local name
	start      int64    // offset of its '<'
	inner      int64    // offset after its start tag
	text       int
	namespaces []xml.Attr // declarations in force: Name.Local is the prefix, "" for the default
}

// visitor is told of each element's start and end. path ends with the element.
type visitor interface {
	enter(path []node)
	leave(path []node, end int64)
}

type walker struct {
	limits   Limits
	visitor  visitor
	path     []node
	elements int
	roots    int
}

func walk(doc []byte, l Limits, v visitor) error {
	w := &walker{limits: l.OrDefault(), visitor: v}
	if int64(len(doc)) > w.limits.MaxBytes {
		return fmt.Errorf("%w: more than %d bytes", ErrLimit, w.limits.MaxBytes)
	}
	if !utf8.Valid(doc) {
		return ErrMalformed
	}
	d := xml.NewDecoder(bytes.NewReader(doc))
	for {
		start := d.InputOffset()
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			if len(w.path) > 0 || w.roots != 1 {
				return ErrMalformed
			}
			return nil
		}
		if err != nil {
			if strings.Contains(err.Error(), "encoding") {
				return ErrForbidden
			}
			return ErrMalformed
		}
		if err := w.token(tok, start, d.InputOffset()); err != nil {
			return err
		}
	}
}

func (w *walker) token(tok xml.Token, start, end int64) error {
	switch t := tok.(type) {
	case xml.StartElement:
		return w.start(t, start, end)
	case xml.EndElement:
		if len(w.path) == 0 || w.path[len(w.path)-1].raw != t.Name {
			return ErrMalformed
		}
		if w.visitor != nil {
			w.visitor.leave(w.path, end)
		}
		w.path = w.path[:len(w.path)-1]
	case xml.CharData:
		return w.chars(t)
	case xml.Directive:
		return ErrForbidden
	case xml.ProcInst:
		if t.Target != "xml" || start != 0 {
			return ErrForbidden
		}
	}
	return nil
}

func (w *walker) chars(t xml.CharData) error {
	if len(w.path) == 0 {
		if len(bytes.Trim(t, " \t\r\n")) > 0 {
			return ErrMalformed
		}
		return nil
	}
	n := &w.path[len(w.path)-1]
	if n.text += len(t); n.text > w.limits.MaxTextBytes {
		return fmt.Errorf("%w: a text of more than %d bytes", ErrLimit, w.limits.MaxTextBytes)
	}
	return nil
}

func (w *walker) start(t xml.StartElement, start, end int64) error {
	if len(w.path) == 0 {
		if w.roots++; w.roots > 1 {
			return ErrMalformed
		}
	}
	if len(w.path) == w.limits.MaxDepth {
		return fmt.Errorf("%w: more than %d levels", ErrLimit, w.limits.MaxDepth)
	}
	if w.elements++; w.elements > w.limits.MaxElements {
		return fmt.Errorf("%w: more than %d elements", ErrLimit, w.limits.MaxElements)
	}
	if len(t.Attr) > maxAttributes {
		return fmt.Errorf("%w: more than %d attributes", ErrLimit, maxAttributes)
	}
	n := node{raw: t.Name, start: start, inner: end}
	if len(w.path) > 0 {
		n.namespaces = w.path[len(w.path)-1].namespaces
	}
	if err := n.declare(t.Attr); err != nil {
		return err
	}
	if len(n.namespaces) > maxAttributes {
		return fmt.Errorf("%w: more than %d namespace prefixes", ErrLimit, maxAttributes)
	}
	var ok bool
	if n.name, ok = n.resolve(t.Name, true); !ok {
		return ErrMalformed
	}
	if err := n.attributes(t.Attr, w.limits); err != nil {
		return err
	}
	w.path = append(w.path, n)
	if w.visitor != nil {
		w.visitor.enter(w.path)
	}
	return nil
}

// declaration tells whether an attribute declares a namespace, and which prefix.
func declaration(a xml.Attr) (prefix string, ok bool) {
	if a.Name.Space == "xmlns" {
		return a.Name.Local, true
	}
	return "", a.Name.Space == "" && a.Name.Local == "xmlns"
}

// declare puts the element's own namespace declarations before the inherited.
func (n *node) declare(attrs []xml.Attr) error {
	var own []xml.Attr
	for _, a := range attrs {
		prefix, ok := declaration(a)
		if !ok {
			continue
		}
		// Namespaces in XML 1.0 §3: reserved prefixes; no undeclaring of a prefix.
		if prefix == "xmlns" || prefix == "xml" && a.Value != xmlNamespace || prefix != "" && a.Value == "" {
			return ErrMalformed
		}
		own = append(own, xml.Attr{Name: xml.Name{Local: prefix}, Value: a.Value})
	}
	if len(own) == 0 {
		return nil
	}
	for _, a := range n.namespaces {
		if _, redeclared := lookup(own, a.Name.Local); !redeclared {
			own = append(own, a)
		}
	}
	n.namespaces = own
	return nil
}

const xmlNamespace = "http://www.w3.org/XML/1998/namespace"

func lookup(declared []xml.Attr, prefix string) (namespace string, ok bool) {
	for _, a := range declared {
		if a.Name.Local == prefix {
			return a.Value, true
		}
	}
	return "", false
}

// resolve turns a prefix into a namespace; an attribute without prefix has none.
func (n *node) resolve(raw xml.Name, element bool) (xml.Name, bool) {
	if raw.Local == "" || strings.Contains(raw.Local, ":") {
		return xml.Name{}, false
	}
	switch {
	case raw.Space == "xml":
		return xml.Name{Space: xmlNamespace, Local: raw.Local}, true
	case raw.Space == "" && !element:
		return raw, true
	}
	namespace, ok := lookup(n.namespaces, raw.Space)
	return xml.Name{Space: namespace, Local: raw.Local}, ok || raw.Space == ""
}

// attributes refuses two of the same name, whatever their prefixes.
func (n *node) attributes(attrs []xml.Attr, l Limits) error {
	if len(attrs) == 0 {
		return nil
	}
	seen := make(map[xml.Name]bool, len(attrs))
	for _, a := range attrs {
		if len(a.Value) > l.MaxTextBytes {
			return fmt.Errorf("%w: an attribute of more than %d bytes", ErrLimit, l.MaxTextBytes)
		}
		name := xml.Name{Space: "xmlns", Local: a.Name.Local}
		if _, ok := declaration(a); !ok {
			if name, ok = n.resolve(a.Name, false); !ok {
				return ErrMalformed
			}
		}
		if seen[name] {
			return ErrMalformed
		}
		seen[name] = true
	}
	return nil
}
