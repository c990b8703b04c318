package ssbtek

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits of a request: far above any real question, far below harm.
const (
	maxRequestBytes = 256 << 10
	maxDepth        = 24
	maxElements     = 2000
)

const (
	nsEnvelope = "http://schemas.xmlsoap.org/soap/envelope/"
	nsV10      = "http://schema.forsakringskassan.se/integration/ssbt/10"
	nsInstance = "http://www.w3.org/2001/XMLSchema-instance"
)

// node is one element of a request: attributes without namespace declarations,
// and either children or text.
type node struct {
	name     xml.Name
	attrs    []xml.Attr
	children []*node
	text     string
}

func (n *node) child(local string) *node {
	for _, c := range n.children {
		if c.name.Local == local {
			return c
		}
	}
	return nil
}

// value is the text of the named child, white space collapsed at the ends; ""
// where there is no such child.
func (n *node) value(local string) string {
	c := n.child(local)
	if c == nil {
		return ""
	}
	return strings.TrimSpace(c.text)
}

// readTree reads a document of one root. It refuses document type declarations,
// processing instructions other than the XML declaration, encodings other than
// UTF-8, and documents beyond the limits.
func readTree(doc []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(doc))
	d.Strict = true
	var root *node
	var open []*node
	elements := 0
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			elements++
			if elements > maxElements || len(open) >= maxDepth {
				return nil, errors.New("too large a document")
			}
			n := &node{name: t.Name, attrs: plainAttributes(t.Attr)}
			switch {
			case len(open) > 0:
				parent := open[len(open)-1]
				parent.children = append(parent.children, n)
			case root != nil:
				return nil, errors.New("more than one root")
			default:
				root = n
			}
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text += string(t)
			} else if strings.TrimSpace(string(t)) != "" {
				return nil, errors.New("text outside the root")
			}
		case xml.Directive:
			return nil, errors.New("document type declaration")
		case xml.ProcInst:
			if t.Target != "xml" {
				return nil, errors.New("processing instruction")
			}
		}
	}
	if root == nil {
		return nil, errors.New("no root")
	}
	return root, nil
}

func plainAttributes(attrs []xml.Attr) []xml.Attr {
	var out []xml.Attr
	for _, a := range attrs {
		if a.Name.Space == "xmlns" || (a.Name.Space == "" && a.Name.Local == "xmlns") {
			continue
		}
		out = append(out, a)
	}
	return out
}

// soapBody unwraps a SOAP 1.1 envelope: an optional header without anything we
// must understand, then exactly one body with exactly one child.
func soapBody(root *node) (*node, error) {
	if root.name.Local != "Envelope" || root.name.Space != nsEnvelope {
		return nil, errors.New("not a SOAP 1.1 envelope")
	}
	parts := root.children
	if len(parts) > 0 && parts[0].name.Local == "Header" && parts[0].name.Space == nsEnvelope {
		for _, h := range parts[0].children {
			if mustUnderstand(h) {
				return nil, fmt.Errorf("header %s must be understood and is not", h.name.Local)
			}
		}
		parts = parts[1:]
	}
	if len(parts) != 1 || parts[0].name.Local != "Body" || parts[0].name.Space != nsEnvelope {
		return nil, errors.New("an envelope holds one body")
	}
	if len(parts[0].children) != 1 {
		return nil, errors.New("a document/literal body holds one element")
	}
	return parts[0].children[0], nil
}

func mustUnderstand(h *node) bool {
	for _, a := range h.attrs {
		if a.Name.Space == nsEnvelope && a.Name.Local == "mustUnderstand" && a.Value == "1" {
			return true
		}
	}
	return false
}
