package ssbtek

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"medborgarnavet/block/pnr"
	"medborgarnavet/block/soap"
	"medborgarnavet/plugin"
)

// The origins behind SSBTEK, by the contract's names. Försäkringskassan's
// element carries Pensionsmyndigheten's answer too.
const (
	originAF  = "AF"
	originCSN = "CSN"
	originFK  = "FK"
	originPM  = "PM"
	originSKV = "SKV"
	originSO  = "SO"
	originTNS = "TNS"
	originMIV = "MIV"
)

// Origins are all eight, in the order of an answer's parts.
func Origins() []string {
	return []string{originAF, originCSN, originFK, originPM, originSKV, originSO, originTNS, originMIV}
}

// Where a failure arose (the contract's KallaEnum).
const (
	sourceSSBT = "SSBT" // the composite service itself, or the way to it
	sourceBT   = "BT"   // the agency's own service
)

// Codes of our own, where the agency sent no code that says it.
const (
	codeUnreadable  = "OLASBART"         // the part is there but cannot be read
	codeWrongPerson = "FEL_PERSON"       // the part is about someone else
	codeUnclear     = "EJ_KONTROLLERBAR" // an a-kassa answered in a way that says nothing certain
	codeMissing     = "SAKNAS"           // the origin was asked and is not in the answer
)

// Namespace is that of contract version 10.
const Namespace = "http://schema.forsakringskassan.se/integration/ssbt/10"

const responseName = "hamtaBastjanstInformationResponse"

const namespaceFamily = "http://schema.forsakringskassan.se/integration/ssbt/"

// ErrNoAnswer says that a document is no answer of contract version 10. What is
// wrapped around it says why, without quoting the document.
var ErrNoAnswer = errors.New("not an SSBTEK answer of contract version 10")

// Expect is what is known of the question when its answer is read. The zero
// value reads any answer within the default limits.
type Expect struct {
	Limits soap.Limits
	// Person is who was asked about. An origin that answers about someone
	// else has not answered.
	Person pnr.Number
	// CorrelationID is the question's; an answer with another is refused.
	CorrelationID string
}

// Decode reads a SOAP answer into one part per origin. An agency whose element
// is absent was not asked, unless the question stands in the answer and says
// otherwise: then it could not answer. One with an error, or that cannot be read, is
// unavailable; a SOAP fault makes all of them so. When any flag in the answer
// says that someone has protected personal data, no part carries data or codes,
// and those that answered look as if they had nothing (I-4).
//
// The error is ErrNoAnswer when the document is no such answer at all.
func Decode(doc []byte, x Expect) (plugin.Answer, error) {
	x.Limits = x.Limits.OrDefault()
	if len(bytes.TrimSpace(doc)) == 0 {
		return plugin.Answer{}, fmt.Errorf("%w: the document is empty", ErrNoAnswer)
	}
	body, fault, notSOAP := soap.Body(doc, x.Limits)
	if fault != nil {
		return decodeFault(fault, x), nil
	}
	if errors.Is(notSOAP, soap.ErrNotSOAP) { // perhaps the answer itself, taken out of its envelope
		body = doc
	} else if notSOAP != nil {
		return plugin.Answer{}, noAnswer(notSOAP)
	}
	root, err := parseXML(body, x.Limits)
	switch {
	case err != nil:
		return plugin.Answer{}, noAnswer(err)
	case notSOAP != nil && root.name.Local != responseName:
		return plugin.Answer{}, noAnswer(notSOAP)
	}
	return decodeResponse(root, x)
}

// noAnswer says why a document is none, without its origin in the code.
func noAnswer(err error) error {
	return fmt.Errorf("%w: %s", ErrNoAnswer, strings.TrimPrefix(strings.TrimPrefix(err.Error(), "ssbtek: "), "soap: "))
}

// decodeFault: SSBTEK could not do what it was asked. With the contract's own
// detail the code is its felkod; else it is SOAP's.
func decodeFault(f *soap.Fault, x Expect) plugin.Answer {
	code := f.Code[strings.LastIndexByte(f.Code, ':')+1:]
	protected := statedText.MatchString(f.String)
	if detail, err := parseXML(f.Detail, x.Limits); err == nil {
		protected = protected || protectedXML(detail)
		if strings.EqualFold(detail.name.Local, "hamtaBastjanstInformationFault") {
			code = detail.value("felkod")
		}
	}
	var a plugin.Answer
	for _, origin := range Origins() {
		a.Parts = append(a.Parts, unavailable(origin, sourceSSBT, code))
	}
	return finish(a, protected)
}

func decodeResponse(root *element, x Expect) (plugin.Answer, error) {
	switch {
	case root.name.Local != responseName:
		return plugin.Answer{}, fmt.Errorf("%w: the body is another message", ErrNoAnswer)
	case root.name.Space != Namespace:
		if strings.HasPrefix(root.name.Space, namespaceFamily) {
			return plugin.Answer{}, fmt.Errorf("%w: it is of another contract version", ErrNoAnswer)
		}
		return plugin.Answer{}, fmt.Errorf("%w: its namespace is unknown", ErrNoAnswer)
	case root.find("svarsdata") == nil:
		return plugin.Answer{}, fmt.Errorf("%w: it has no svarsdata", ErrNoAnswer)
	}
	if id := root.value("korrelationsid"); x.CorrelationID != "" && id != "" && id != x.CorrelationID {
		return plugin.Answer{}, fmt.Errorf("%w: it answers another question", ErrNoAnswer)
	}
	if echo := root.value("fraga", "generellaFrageparametrar", "personidentitet"); !samePerson(x.Person, echo) {
		return plugin.Answer{}, fmt.Errorf("%w: it is about another person", ErrNoAnswer)
	}
	d := &decoder{expect: x, protected: protectedXML(root)}
	data := root.find("svarsdata")
	var a plugin.Answer
	for _, agency := range []struct {
		name    string
		origins []string
		decode  func(*element) []plugin.Part
	}{
		{originAF, []string{originAF}, d.af},
		{originCSN, []string{originCSN}, d.csn},
		{originFK, []string{originFK, originPM}, d.fk},
		{originSKV, []string{originSKV}, d.skv},
		{originSO, []string{originSO}, d.so},
		{originTNS, []string{originTNS}, d.tns},
		{originMIV, []string{originMIV}, d.miv},
	} {
		asked := root.find("fraga", "specifikaFrageparametrar", agency.name).attr("inkludera")
		a.Parts = append(a.Parts, d.agency(data.find(agency.name), isTrue(asked), agency.origins, agency.decode)...)
	}
	return finish(a, d.protected), nil
}

// decoder reads one answer. The agencies' methods are in files of their names.
type decoder struct {
	expect    Expect
	protected bool
}

// agency takes the contract's choice of data or error for one element. asked
// says that the question, where it is repeated in the answer, asked for it.
func (d *decoder) agency(e *element, asked bool, origins []string, decode func(*element) []plugin.Part) []plugin.Part {
	var parts []plugin.Part
	if e == nil {
		for _, o := range origins {
			p := plugin.Part{Origin: o, State: plugin.StateNotAsked}
			if asked {
				p = unavailable(o, sourceSSBT, codeMissing)
			}
			parts = append(parts, p)
		}
		return parts
	}
	source, code := sourceBT, codeUnreadable
	fault := e.find("error")
	if data := e.find("data"); fault == nil && data != nil {
		return decode(data)
	}
	if fault != nil {
		code = fault.value("felkod")
		if fault.value("kalla") == sourceSSBT {
			source = sourceSSBT
		}
	}
	for _, o := range origins {
		parts = append(parts, unavailable(o, source, code))
	}
	return parts
}

func unavailable(origin, source, code string) plugin.Part {
	return plugin.Part{Origin: origin, State: plugin.StateUnavailable, Source: source, Code: safeCode(code)}
}

// one is what most agencies' methods give: a single part.
func one(p plugin.Part) []plugin.Part { return []plugin.Part{p} }

// answered settles the state of a part that its agency has answered: with data
// when there is a payment or a fact in it.
func answered(p plugin.Part) plugin.Part {
	p.State = plugin.StateNothing
	if len(p.Payments)+len(p.Facts) > 0 {
		p.State = plugin.StateAnswered
	}
	return p
}

// wrongPerson is the part of an origin that answered about someone else.
func wrongPerson(origin string) plugin.Part { return unavailable(origin, sourceBT, codeWrongPerson) }

// finish empties a protected answer. What could not answer stays unavailable,
// as it would for anyone.
func finish(a plugin.Answer, protected bool) plugin.Answer {
	if !protected {
		return a
	}
	a.Protected = true
	for i, p := range a.Parts {
		if p.State == plugin.StateAnswered {
			p.State = plugin.StateNothing
		}
		a.Parts[i] = plugin.Part{Origin: p.Origin, State: p.State}
	}
	return a
}
