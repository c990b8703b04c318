package ssbtek

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// part is one agency's element of the answer in the making.
type part struct {
	agency    Agency
	behaviour Behaviour
	request   request
	period    span
	person    Person
	// known is false for a person whom nobody has anything on.
	known bool
	today time.Time
	// lefi is what FK and PM answer, or refused what LEFI says instead.
	lefi    string
	refused *AgencyError
}

func (s *Server) part(q request, agency Agency, b Behaviour) part {
	person, known := s.persons[q.person]
	if b.Nothing || !known {
		person, known = Person{Number: q.person}, false
	}
	if len(b.WrongPerson) == 12 {
		person.Number = b.WrongPerson
	}
	p := part{agency: agency, behaviour: b, request: q, period: q.periodOf(agency),
		person: person, known: known, today: dateOf(s.opts.Now())}
	if agency == FK {
		p.lefi, p.refused = s.lefi(p)
	}
	return p
}

// cutsEnvelope says whether the garbage can only be had by cutting everything.
func (p part) cutsEnvelope() bool {
	switch p.agency {
	case CSN, FK, SKV:
		return false
	}
	return p.behaviour.Garbage == Truncated
}

func responseBody(q request, parts []part) string {
	w := &writer{}
	w.open("ssbt:hamtaBastjanstInformationResponse", "xmlns:ssbt", nsV10)
	if echo, _ := parseBool(q.asked.value("fraganSkallInkluderasISvaret")); echo {
		w.open("ssbt:fraga")
		w.tree(q.asked)
		w.tree(q.specific)
		w.close("ssbt:fraga")
	}
	w.optional("ssbt:frageTidpunkt", q.asked.value("frageTidpunkt"))
	w.optional("ssbt:korrelationsid", q.asked.value("korrelationsid"))
	w.open("ssbt:svarsdata")
	for _, p := range parts {
		w.open("ssbt:" + p.agency)
		p.write(w)
		w.close("ssbt:" + p.agency)
	}
	w.close("ssbt:svarsdata")
	w.close("ssbt:hamtaBastjanstInformationResponse")
	return w.String()
}

// write answers either data or error, never both (the contract's choice).
func (p part) write(w *writer) {
	switch {
	case p.behaviour.Error != nil:
		writeError(w, p.behaviour.Error)
		return
	case p.agency == CSN && len([]rune(p.request.caseID)) >= 32:
		writeError(w, &AgencyError{"BT", CodeCaseID, "Referensnumret är för långt"})
		return
	case p.refused != nil:
		writeError(w, p.refused)
		return
	}
	switch p.agency {
	case CSN:
		p.wrapped(w, "ssbt:svar", p.payload(p.csn))
	case FK:
		p.wrapped(w, "ssbt:lefiJsonSvar", p.payload(func() string { return p.lefi }))
	case SKV:
		p.text(w, p.payload(p.skv))
	default:
		p.typed(w)
	}
}

// payload is what stands inside the wrapping of CSN, FK and SKV.
func (p part) payload(ordinary func() string) string {
	document := p.behaviour.Data
	if document == "" {
		document = ordinary()
	}
	switch p.behaviour.Garbage {
	case NotBase64:
		return "TEST: varken base64 eller XML <"
	case Truncated:
		return document[:len(document)/2]
	case WrongDocument:
		return "<html><body>TEST</body></html>"
	}
	return document
}

func (p part) wrapped(w *writer, name, payload string) {
	encoded := base64.StdEncoding.EncodeToString([]byte(payload))
	if p.behaviour.Garbage == NotBase64 {
		encoded = "!TEST! inte base64 !TEST!"
	}
	w.open("ssbt:data")
	w.leaf(name, encoded)
	w.close("ssbt:data")
}

// text writes SKV's string, in CDATA as Skatteverket does it. The element is
// unqualified.
func (p part) text(w *writer, payload string) {
	w.open("ssbt:data")
	w.raw("<svar><![CDATA[" + strings.ReplaceAll(payload, "]]>", "]]]]><![CDATA[>") + "]]></svar>")
	w.close("ssbt:data")
}

func (p part) typed(w *writer) {
	switch {
	case p.behaviour.Data != "":
		w.open("ssbt:data")
		w.raw(p.behaviour.Data)
		w.close("ssbt:data")
		return
	case p.behaviour.Garbage == NotBase64 || p.behaviour.Garbage == WrongDocument:
		w.open("ssbt:data")
		w.leaf("TEST", "inte ett svar")
		w.close("ssbt:data")
		return
	}
	switch p.agency {
	case AF:
		p.af(w)
	case SO:
		p.so(w)
	case TNS:
		p.tns(w)
	case MIV:
		p.miv(w)
	}
}

// padding is text without meaning, for answers of any size.
func (p part) padding() string { return strings.Repeat("TEST", (p.behaviour.Padding+3)/4) }

func writeError(w *writer, e *AgencyError) {
	w.open("ssbt:error")
	w.leaf("ssbt:kalla", e.Source)
	w.leaf("ssbt:felkod", e.Code)
	w.leaf("ssbt:felmeddelande", "TEST: "+e.Message)
	w.close("ssbt:error")
}

func writeFault(w http.ResponseWriter, op *node, f *Fault) {
	detail := "ssbt:hamtaBastjanstInformationFault"
	if op.name.Local == "testaBastjanstInformation" {
		detail = "ssbt:testaBastjanstInformationFault"
	}
	out := &writer{}
	out.open("soap:Fault")
	out.leaf("faultcode", "soap:"+faultSide(f.Code))
	out.leaf("faultstring", "TEST: "+f.Message)
	out.open("detail")
	out.open(detail, "xmlns:ssbt", nsV10)
	out.leaf("ssbt:felkod", f.Code)
	out.leaf("ssbt:felmeddelande", "TEST: "+f.Message)
	out.close(detail)
	out.close("detail")
	out.close("soap:Fault")
	writeXML(w, http.StatusInternalServerError, envelope(out.String()))
}

// faultSide is who has to change something (SOAP 1.1 §4.4.1): the fake's codes
// below T1900 are about the question.
func faultSide(code string) string {
	if strings.HasPrefix(code, "T1") && code < "T1900" {
		return "Client"
	}
	return "Server"
}

// writeGenericFault is a fault without the contract's detail.
func writeGenericFault(w http.ResponseWriter, side, message string) {
	out := &writer{}
	out.open("soap:Fault")
	out.leaf("faultcode", "soap:"+side)
	out.leaf("faultstring", "TEST: "+message)
	out.close("soap:Fault")
	writeXML(w, http.StatusInternalServerError, envelope(out.String()))
}

func envelope(body string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<soap:Envelope xmlns:soap="` + nsEnvelope + `"><soap:Body>` + body + `</soap:Body></soap:Envelope>`
}

func writeXML(w http.ResponseWriter, status int, document string) {
	w.Header().Set("Content-Type", "text/xml; charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(document))
}
