package ssbtek

import (
	"context"
	"fmt"
	"time"

	"medborgarnavet/block/soap"
	"medborgarnavet/plugin"
)

// check asks SSBTEK whether it is there, with testaBastjanstInformation, which
// carries no personal data. That an agency behind it is down is logged and is
// no fault of the way.
func (s *source) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(s.settings.TimeoutSeconds)*time.Second)
	defer cancel()
	doc, err := s.client.Exchange(ctx, encodeTest())
	if err != nil {
		return &plugin.Problem{Kind: plugin.ProblemUnavailable, Title: "SSBTEK did not answer", Detail: failureCode(err)}
	}
	tested, err := decodeTest(doc, s.client.Limits)
	if err != nil {
		return &plugin.Problem{Kind: plugin.ProblemUnavailable, Title: "SSBTEK's answer to the test is not as the contract says"}
	}
	for _, t := range tested {
		s.host.Log.InfoContext(ctx, "ssbtek tested", "origin", t.origin, "called", t.called, "kalla", t.source, "felkod", t.code)
	}
	return nil
}

// tested is what the test says of one agency. One without a test service is
// absent from the answer and counts as not called.
type tested struct {
	origin       string
	called       bool
	source, code string
}

func decodeTest(doc []byte, l soap.Limits) ([]tested, error) {
	body, fault, err := soap.Body(doc, l)
	if err != nil {
		return nil, err
	}
	if fault != nil {
		return nil, fault
	}
	root, err := parseXML(body, l)
	if err != nil {
		return nil, err
	}
	if root.name.Space != Namespace || root.name.Local != "testaBastjanstInformationResponse" {
		return nil, fmt.Errorf("%w: the body is another message", ErrNoAnswer)
	}
	var all []tested
	for _, name := range elements {
		e := root.find(name)
		t := tested{origin: name, called: isTrue(e.value("anropad"))}
		if fault := e.find("error"); fault != nil {
			t.source, t.code = sourceBT, safeCode(fault.value("felkod"))
			if fault.value("kalla") == sourceSSBT {
				t.source = sourceSSBT
			}
		}
		all = append(all, t)
	}
	return all, nil
}
