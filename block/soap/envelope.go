package soap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"strings"
)

// Namespace is that of the SOAP 1.1 envelope.
const Namespace = "http://schemas.xmlsoap.org/soap/envelope/"

// ErrNotSOAP says that a well-formed document is no SOAP 1.1 message with one
// element in its body.
var ErrNotSOAP = errors.New("soap: the document is no SOAP 1.1 envelope with one element in its body")

// Fault is the other side's word that it could not do what it was asked.
// String may quote the question, a personal number included: show or log Code.
type Fault struct {
	Code   string // such as "soap:Server", as it stood
	String string
	Detail []byte // the first element in <detail>, readable on its own; nil for none
}

// Error does not contain String or Detail, which may hold a person's data.
func (f *Fault) Error() string { return "soap: the service answered with a fault" }

// Envelope puts a body, one element as bytes, into a SOAP 1.1 envelope.
func Envelope(body []byte) []byte {
	const head = xml.Header + `<soapenv:Envelope xmlns:soapenv="` + Namespace + `"><soapenv:Body>`
	const tail = `</soapenv:Body></soapenv:Envelope>` + "\n"
	out := make([]byte, 0, len(head)+len(body)+len(tail))
	return append(append(append(out, head...), body...), tail...)
}

// Body checks a document and gives the bytes of the single element in its SOAP
// body, with the namespace declarations of its ancestors kept. For a fault it
// gives the fault and no body. It refuses what Check refuses.
func Body(doc []byte, l Limits) (body []byte, fault *Fault, err error) {
	doc = withoutMark(doc)
	r := &reader{doc: doc}
	if err := walk(doc, l, r); err != nil {
		return nil, nil, err
	}
	if !r.envelope || r.bodies != 1 || r.children != 1 {
		return nil, nil, ErrNotSOAP
	}
	if r.fault != nil {
		return nil, r.fault, nil
	}
	return r.body, nil, nil
}

// reader picks out of a walk what Body answers.
type reader struct {
	doc              []byte
	envelope         bool
	bodies, children int
	body             []byte
	fault            *Fault
}

func (r *reader) enter(path []node) {
	n := path[len(path)-1]
	switch {
	case len(path) == 1:
		r.envelope = n.name == xml.Name{Space: Namespace, Local: "Envelope"}
	case len(path) == 2 && n.name == xml.Name{Space: Namespace, Local: "Body"}:
		r.bodies++
	case len(path) == 3 && inBody(path):
		r.children++
		if n.name == (xml.Name{Space: Namespace, Local: "Fault"}) {
			r.fault = &Fault{}
		}
	}
}

func (r *reader) leave(path []node, end int64) {
	if len(path) < 3 || !inBody(path) {
		return
	}
	n := path[len(path)-1]
	switch {
	case len(path) == 3 && r.children == 1:
		r.body = alone(r.doc, n, end)
	case r.fault == nil:
	case len(path) == 4 && n.name.Local == "faultcode":
		r.fault.Code = r.text(n, end)
	case len(path) == 4 && n.name.Local == "faultstring":
		r.fault.String = r.text(n, end)
	case len(path) == 5 && path[3].name.Local == "detail" && r.fault.Detail == nil:
		r.fault.Detail = alone(r.doc, n, end)
	}
}

func inBody(path []node) bool {
	return path[1].name == xml.Name{Space: Namespace, Local: "Body"}
}

// text is the character data directly in an element.
func (r *reader) text(n node, end int64) string {
	var v struct {
		Text string `xml:",chardata"`
	}
	if xml.Unmarshal(alone(r.doc, n, end), &v) != nil {
		return ""
	}
	return strings.TrimSpace(v.Text)
}

// alone cuts an element out of its document and gives its start tag those
// namespace declarations that it had from around it.
func alone(doc []byte, n node, end int64) []byte {
	name := n.raw.Local
	if n.raw.Space != "" {
		name = n.raw.Space + ":" + name
	}
	head := n.start + 1 + int64(len(name))
	own := doc[head:n.inner]
	var out bytes.Buffer
	out.Write(doc[n.start:head])
	for _, a := range n.namespaces {
		attr := "xmlns"
		if a.Name.Local != "" {
			attr += ":" + a.Name.Local
		}
		if declares(doc[n.start:n.inner], attr) || a.Name.Local == "" && a.Value == "" {
			continue
		}
		out.WriteString(" " + attr + `="`)
		_ = xml.EscapeText(&out, []byte(a.Value)) // a bytes.Buffer does not fail
		out.WriteByte('"')
	}
	out.Write(own)
	out.Write(doc[n.inner:end])
	return out.Bytes()
}

// declares tells whether a start tag itself has the attribute.
func declares(tag []byte, attr string) bool {
	tok, err := xml.NewDecoder(bytes.NewReader(tag)).RawToken()
	start, ok := tok.(xml.StartElement)
	if err != nil || !ok {
		return false
	}
	for _, a := range start.Attr {
		name := a.Name.Local
		if a.Name.Space != "" {
			name = a.Name.Space + ":" + name
		}
		if name == attr {
			return true
		}
	}
	return false
}
