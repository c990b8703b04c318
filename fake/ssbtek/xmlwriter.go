package ssbtek

import (
	"encoding/xml"
	"strings"
)

// writer builds a document element by element. Names are written as given, with
// their prefix; attributes come as name, value, name, value.
type writer struct{ b strings.Builder }

func (w *writer) open(name string, attrs ...string) {
	w.start(name, attrs)
	w.b.WriteByte('>')
}

func (w *writer) close(name string) { w.b.WriteString("</" + name + ">") }

func (w *writer) empty(name string, attrs ...string) {
	w.start(name, attrs)
	w.b.WriteString("/>")
}

func (w *writer) leaf(name, text string) {
	w.open(name)
	w.text(text)
	w.close(name)
}

// optional writes nothing for an empty text.
func (w *writer) optional(name, text string) {
	if text != "" {
		w.leaf(name, text)
	}
}

// raw writes XML as it is.
func (w *writer) raw(s string) { w.b.WriteString(s) }

func (w *writer) text(s string) {
	// Writing to a strings.Builder cannot fail.
	_ = xml.EscapeText(&w.b, []byte(s))
}

func (w *writer) start(name string, attrs []string) {
	w.b.WriteString("<" + name)
	for i := 0; i+1 < len(attrs); i += 2 {
		w.b.WriteString(" " + attrs[i] + `="`)
		w.text(attrs[i+1])
		w.b.WriteByte('"')
	}
}

func (w *writer) String() string { return w.b.String() }

// tree writes a node of the request back, in the ssbt namespace.
func (w *writer) tree(n *node) {
	var attrs []string
	for _, a := range n.attrs {
		if a.Name.Space == "" {
			attrs = append(attrs, a.Name.Local, a.Value)
		}
	}
	w.open("ssbt:"+n.name.Local, attrs...)
	if len(n.children) == 0 {
		w.text(strings.TrimSpace(n.text))
	}
	for _, c := range n.children {
		w.tree(c)
	}
	w.close("ssbt:" + n.name.Local)
}
