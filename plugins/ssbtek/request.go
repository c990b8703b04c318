package ssbtek

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"medborgarnavet/block/orgnr"
	"medborgarnavet/block/pnr"
	"medborgarnavet/block/soap"
	"medborgarnavet/plugin"
)

const (
	// MaxCaseLength is what CSN takes of a case identity: at 32 characters it
	// answers felkod -1005 and nothing else.
	MaxCaseLength = 31

	maxPeriodYears = 2 // LEFI refuses a longer question
)

// Organisation is a name and a number.
type Organisation struct {
	Number orgnr.Number
	Name   string
}

// Request is one question about one person.
type Request struct {
	// At is when the question is put; left out when zero.
	At time.Time
	// CorrelationID comes back in the answer; left out when empty. It must
	// say nothing about the person.
	CorrelationID string
	// Submitter is the authority that asks, Officer who there does (a name or
	// an account).
	Submitter Organisation
	Officer   string
	Person    pnr.Number
	// Case identifies the case with the submitter; at most MaxCaseLength
	// characters.
	Case   string
	Period plugin.Period
	// Processors handle the question for the submitter.
	Processors []Organisation
	// Purpose and Legal are the board's words in force at the time.
	Purpose, Legal string
	// Sources are the origins to ask. FK and PM share an element, and the
	// question in it names the benefits of those who are asked.
	Sources []string
	// Actor is the submitter's identity with LEFI; needed for FK and PM.
	Actor string
	// Decisions asks Försäkringskassan and Pensionsmyndigheten for cases and
	// decisions besides payments.
	Decisions bool
}

// elements are the seven that every question has, in the schema's order.
var elements = []string{originAF, originCSN, originFK, originSKV, originSO, originTNS, originMIV}

// Validate tells everything that is wrong with a request, without its content.
func (r Request) Validate() error {
	var faults []error
	need := func(ok bool, what string) {
		if !ok {
			faults = append(faults, errors.New(what))
		}
	}
	need(r.Submitter.Number != "" && r.Submitter.Name != "", "the submitter needs an organisation number and a name")
	need(r.Officer != "", "the officer is missing")
	need(!r.Person.IsZero(), "the person is missing")
	need(r.Case != "", "the case identity is missing")
	need(utf8.RuneCountInString(r.Case) <= MaxCaseLength, "the case identity is longer than "+strconv.Itoa(MaxCaseLength)+" characters")
	need(r.Purpose != "", "the purpose is missing")
	need(r.Legal != "", "the legal text is missing")
	need(len(r.Sources) > 0, "no source is to be asked")
	for _, s := range r.Sources {
		need(slices.Contains(Origins(), s), "a source is none of "+fmt.Sprint(Origins()))
	}
	need(r.Actor != "" || !r.asks(originFK), "the actor's identity with LEFI is missing")
	for _, p := range r.Processors {
		need(p.Number != "" && p.Name != "", "a processor needs an organisation number and a name")
	}
	faults = append(faults, validPeriod(r.Period))
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("ssbtek: the request is not complete: %w", err)
	}
	return nil
}

func validPeriod(p plugin.Period) error {
	from, err1 := time.Parse(time.DateOnly, p.From)
	to, err2 := time.Parse(time.DateOnly, p.To)
	switch {
	case err1 != nil || err2 != nil || from.Year() == 0: // XML Schema knows no year 0
		return errors.New("the period needs two dates of the form 2006-01-02")
	case to.Before(from):
		return errors.New("the period ends before it begins")
	case to.After(from.AddDate(maxPeriodYears, 0, 0)):
		return errors.New("the period is longer than two years")
	}
	return nil
}

// asks tells whether an element of the question is to be included.
func (r Request) asks(element string) bool {
	return slices.Contains(r.Sources, element) || element == originFK && slices.Contains(r.Sources, originPM)
}

// EncodeRequest writes the SOAP 1.1 envelope of hamtaBastjanstInformation.
func EncodeRequest(r Request) ([]byte, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	w := &writer{}
	w.open(`ssbt:hamtaBastjanstInformation xmlns:ssbt="` + Namespace + `"`)
	w.general(r)
	if err := w.specific(r); err != nil {
		return nil, err
	}
	w.close("ssbt:hamtaBastjanstInformation")
	return soap.Envelope(w.out.Bytes()), nil
}

// encodeTest writes testaBastjanstInformation, which says nothing of anyone.
func encodeTest() []byte {
	return soap.Envelope([]byte(`<ssbt:testaBastjanstInformation xmlns:ssbt="` + Namespace + `"/>`))
}

// writer writes elements, one to a line, in the contract's order.
type writer struct{ out bytes.Buffer }

func (w *writer) open(tag string)   { w.out.WriteString("<" + tag + ">\n") }
func (w *writer) close(name string) { w.out.WriteString("</" + name + ">\n") }

func (w *writer) leaf(name, text string) {
	w.out.WriteString("<ssbt:" + name + ">")
	_ = xml.EscapeText(&w.out, []byte(text)) // a bytes.Buffer does not fail
	w.out.WriteString("</ssbt:" + name + ">\n")
}

func (w *writer) general(r Request) {
	w.open("ssbt:generellaFrageparametrar")
	if !r.At.IsZero() {
		w.leaf("frageTidpunkt", r.At.Format(time.RFC3339))
	}
	if r.CorrelationID != "" {
		w.leaf("korrelationsid", r.CorrelationID)
	}
	// The question is not sent back: it is one copy more of the number.
	w.leaf("fraganSkallInkluderasISvaret", "false")
	w.open("ssbt:ingivare")
	w.leaf("organisationsnummer", r.Submitter.Number.Twelve())
	w.leaf("namn", r.Submitter.Name)
	w.leaf("handlaggare", r.Officer)
	w.close("ssbt:ingivare")
	w.leaf("personidentitet", r.Person.Plain())
	w.leaf("arendeidentitet", r.Case)
	w.open("ssbt:tidsperiod")
	w.leaf("fromDatum", r.Period.From)
	w.leaf("tomDatum", r.Period.To)
	w.close("ssbt:tidsperiod")
	for i, p := range r.Processors {
		w.open("ssbt:personuppgiftsbitrade")
		w.leaf("ordningsnummer", strconv.Itoa(i+1))
		w.leaf("organisationsnummer", p.Number.Twelve())
		w.leaf("namn", p.Name)
		w.close("ssbt:personuppgiftsbitrade")
	}
	w.leaf("syfte", r.Purpose)
	w.leaf("lagtext", r.Legal)
	w.close("ssbt:generellaFrageparametrar")
}

func (w *writer) specific(r Request) error {
	w.open("ssbt:specifikaFrageparametrar")
	for _, e := range elements {
		if e != originFK || !r.asks(e) {
			fmt.Fprintf(&w.out, "<ssbt:%s inkludera=\"%t\"/>\n", e, r.asks(e))
			continue
		}
		query, err := encodeLefi(r)
		if err != nil {
			return fmt.Errorf("ssbtek: %w", err)
		}
		w.open(`ssbt:FK inkludera="true"`)
		w.open("ssbt:fraga")
		w.leaf("version", lefiVersion)
		w.leaf("aktorsid", r.Actor)
		w.leaf("lefiJsonFraga", base64.StdEncoding.EncodeToString(query))
		w.close("ssbt:fraga")
		w.close("ssbt:FK")
	}
	w.close("ssbt:specifikaFrageparametrar")
	return nil
}
