package ssbtek

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"medborgarnavet/block/soap"
)

// element is an XML element read for what it says: agencies use two namespaces
// for the same thing (CSN v3 and v4), qualify or do not (Migrationsverket), and
// spell one element two ways, so names are matched by their local part and
// without regard to case. All methods work on a nil element, which has nothing.
type element struct {
	name     xml.Name
	attrs    []xml.Attr
	text     string
	children []*element
}

// parseXML checks a document against the limits and reads it whole.
func parseXML(doc []byte, l soap.Limits) (*element, error) {
	doc = bytes.TrimPrefix(doc, []byte("\ufeff"))
	if err := soap.Check(doc, l); err != nil {
		return nil, err
	}
	d := xml.NewDecoder(bytes.NewReader(doc))
	root := &element{}
	path := []*element{root}
	texts := []*strings.Builder{{}} // of the open elements: comments cut texts into any number of pieces
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("ssbtek: %w", soap.ErrMalformed)
		}
		here := path[len(path)-1]
		switch t := tok.(type) {
		case xml.StartElement:
			e := &element{name: t.Name, attrs: t.Attr}
			here.children = append(here.children, e)
			path, texts = append(path, e), append(texts, &strings.Builder{})
		case xml.EndElement:
			here.text = texts[len(texts)-1].String()
			path, texts = path[:len(path)-1], texts[:len(texts)-1]
		case xml.CharData:
			texts[len(texts)-1].Write(t)
		}
	}
	if len(root.children) != 1 {
		return nil, fmt.Errorf("ssbtek: %w", soap.ErrMalformed)
	}
	return root.children[0], nil
}

// all gives every element at the end of a path of names below this one.
func (e *element) all(path ...string) []*element {
	if e == nil {
		return nil
	}
	found := []*element{e}
	for _, name := range path {
		var next []*element
		for _, f := range found {
			for _, c := range f.children {
				if strings.EqualFold(c.name.Local, name) && !c.isNil() {
					next = append(next, c)
				}
			}
		}
		found = next
	}
	return found
}

// find gives the first element at the end of a path, or nil.
func (e *element) find(path ...string) *element {
	if found := e.all(path...); len(found) > 0 {
		return found[0]
	}
	return nil
}

// value is the trimmed text of the first element at the end of a path.
func (e *element) value(path ...string) string {
	if e = e.find(path...); e == nil {
		return ""
	}
	return strings.TrimSpace(e.text)
}

// attr is the trimmed value of an attribute.
func (e *element) attr(name string) string {
	if e == nil {
		return ""
	}
	for _, a := range e.attrs {
		if strings.EqualFold(a.Name.Local, name) {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// isNil tells an element that says of itself, with xsi:nil, that it is not there.
func (e *element) isNil() bool {
	for _, a := range e.attrs {
		if a.Name.Local == "nil" && a.Name.Space == "http://www.w3.org/2001/XMLSchema-instance" {
			return isTrue(a.Value)
		}
	}
	return false
}

// walk visits this element and everything below it.
func (e *element) walk(visit func(*element)) {
	if e == nil {
		return
	}
	visit(e)
	for _, c := range e.children {
		c.walk(visit)
	}
}

// outermost gives the elements of a name, wherever they stand, but none that
// stands within another.
func (e *element) outermost(name string) []*element {
	if strings.EqualFold(e.name.Local, name) {
		return []*element{e}
	}
	var found []*element
	for _, c := range e.children {
		found = append(found, c.outermost(name)...)
	}
	return found
}

// isTrue reads an xsd:boolean; what is neither is false.
func isTrue(s string) bool {
	s = strings.TrimSpace(s)
	return s == "1" || strings.EqualFold(s, "true")
}
