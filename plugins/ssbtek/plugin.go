package ssbtek

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"medborgarnavet/block/orgcert"
	"medborgarnavet/block/pnr"
	"medborgarnavet/block/soap"
	"medborgarnavet/plugin"
)

// ID is the plug-in's name in grants and in the catalogue.
const ID = "ssbtek"

// Codes for what went wrong on the way, told as SSBTEK's (source SSBT).
const (
	codeTimeout     = "TIMEOUT"
	codeUnreachable = "OTILLGANGLIG"
	codeCertificate = "CERTIFIKAT" // not the organisation that we expect
	codeTooLarge    = "FOR_STORT"
)

type source struct {
	host     plugin.Host
	settings Settings
	client   soap.Client
}

// New builds the source for one board's host. The error tells every fault in
// the settings.
func New(host plugin.Host) (plugin.Plugin, error) {
	s, err := ParseSettings(host.Settings)
	if err != nil {
		return plugin.Plugin{}, err
	}
	client, err := host.HTTP(s.Target)
	if err != nil {
		return plugin.Plugin{}, fmt.Errorf("ssbtek: %w", err)
	}
	endpoint, err := host.Endpoint(s.Target)
	if err != nil {
		return plugin.Plugin{}, fmt.Errorf("ssbtek: %w", err)
	}
	limits := soap.Default
	if s.MaxAnswerBytes > 0 {
		limits.MaxBytes = s.MaxAnswerBytes
	}
	src := &source{host: host, settings: s, client: soap.Client{HTTP: client, URL: endpoint, Limits: limits}}
	return plugin.Plugin{
		Manifest: manifest(s),
		Source:   &plugin.Source{Fetch: src.fetch},
		Check:    src.check,
		Close:    func() error { client.CloseIdleConnections(); return nil },
	}, nil
}

func problem(kind plugin.ProblemKind, title string) error {
	return &plugin.Problem{Kind: kind, Title: title}
}

// fetch asks SSBTEK once about the origins of one query. The parts are those of
// the query, each with its state.
func (s *source) fetch(ctx context.Context, q plugin.Query) (plugin.Answer, error) {
	grant, person, err := s.admit(q)
	if err != nil {
		return plugin.Answer{}, err
	}
	asked := slices.DeleteFunc(slices.Clone(q.Origins), func(o string) bool {
		return !slices.Contains(s.settings.Sources, o) || !grantsAny(grant, o)
	})
	var answer plugin.Answer
	if len(asked) > 0 {
		if answer, err = s.ask(ctx, q, grant, person, asked); err != nil {
			return plugin.Answer{}, err
		}
	}
	answer = compose(answer, q.Origins, asked)
	for i, p := range answer.Parts {
		answer.Parts[i] = onlyGranted(p, grant)
		s.host.Log.InfoContext(ctx, "ssbtek answered", "correlation", q.CorrelationID,
			"origin", p.Origin, "state", string(p.State), "kalla", p.Source, "felkod", p.Code)
	}
	return answer, nil
}

// admit verifies the grant against the question (I-2): signature, audience and
// time; the same person, case and asking authority; no wider period.
func (s *source) admit(q plugin.Query) (plugin.Grant, pnr.Number, error) {
	denied := func(title string) (plugin.Grant, pnr.Number, error) {
		return plugin.Grant{}, pnr.Number{}, problem(plugin.ProblemDenied, title)
	}
	g, err := plugin.VerifyGrant(q.Grant, ID, s.host.GrantKeys, s.host.Now())
	if err != nil {
		return denied("the grant is not valid")
	}
	// Lenient, since test environments have persons with birth number 000; the
	// platform has judged the number at login.
	person, err := pnr.ParseLenient(q.Subject.IdentityNumber, s.host.Now())
	if err != nil || g.Person != person.Plain() {
		return denied("the grant is for another person")
	}
	if g.Case != q.Case {
		return denied("the grant is for another case")
	}
	if g.Asking.OrgNumber != string(s.settings.Submitter.organisation().Number) || g.Asking.Board != s.host.Controller.Board {
		return denied("the grant names another asking authority")
	}
	if validPeriod(q.Period) != nil || q.Period.From < g.Period.From || q.Period.To > g.Period.To {
		return denied("the period is wider than the grant's")
	}
	for _, o := range q.Origins {
		if !slices.Contains(Origins(), o) {
			return plugin.Grant{}, pnr.Number{}, problem(plugin.ProblemInvalid, "an origin is unknown")
		}
	}
	if len(q.Origins) == 0 {
		return plugin.Grant{}, pnr.Number{}, problem(plugin.ProblemInvalid, "no origin is named")
	}
	return g, person, nil
}

// ask puts the question. What fails on the way makes every asked origin
// unavailable; an error means that the question could not be put.
func (s *source) ask(ctx context.Context, q plugin.Query, g plugin.Grant, person pnr.Number, asked []string) (plugin.Answer, error) {
	now := s.host.Now()
	legal, ok := s.settings.LegalAt(now)
	if !ok {
		return plugin.Answer{}, problem(plugin.ProblemDenied, "no legal text is in force")
	}
	r := Request{
		At: now, CorrelationID: q.CorrelationID, Submitter: s.settings.Submitter.organisation(),
		Officer: s.settings.Officer, Person: person, Case: q.Case, Period: q.Period,
		Purpose: legal.Purpose, Legal: legal.Text, Sources: asked, Actor: s.settings.Actor,
		Decisions: g.Allows(originFK, "decisions") || g.Allows(originPM, "decisions"),
	}
	for _, p := range s.settings.Processors {
		r.Processors = append(r.Processors, p.organisation())
	}
	envelope, err := EncodeRequest(r)
	if err != nil {
		return plugin.Answer{}, problem(plugin.ProblemInvalid, "the question is not complete")
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(s.settings.TimeoutSeconds)*time.Second)
	defer cancel()
	doc, err := s.client.Exchange(ctx, envelope)
	if err == nil {
		var a plugin.Answer
		a, err = Decode(doc, Expect{Limits: s.client.Limits, Person: person, CorrelationID: q.CorrelationID})
		if err == nil {
			return a, nil
		}
	}
	var a plugin.Answer
	for _, o := range asked {
		a.Parts = append(a.Parts, unavailable(o, sourceSSBT, failureCode(err)))
	}
	return a, nil
}

func failureCode(err error) string {
	var mismatch orgcert.MismatchError
	var certificate *tls.CertificateVerificationError
	var network net.Error
	switch {
	case errors.Is(err, soap.ErrLimit):
		return codeTooLarge
	case errors.Is(err, ErrNoAnswer):
		return codeUnreadable
	case errors.As(err, &mismatch), errors.As(err, &certificate), errors.Is(err, orgcert.ErrNone), errors.Is(err, orgcert.ErrAmbiguous):
		return codeCertificate
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return codeTimeout
	}
	return codeUnreachable
}

// compose gives the parts of the query's origins. One that was asked and is not
// in the answer could not answer; one that was not asked says so.
func compose(a plugin.Answer, origins, asked []string) plugin.Answer {
	out := plugin.Answer{Protected: a.Protected}
	for _, o := range origins {
		p := plugin.Part{Origin: o, State: plugin.StateNotAsked}
		i := slices.IndexFunc(a.Parts, func(p plugin.Part) bool { return p.Origin == o })
		if slices.Contains(asked, o) {
			if i >= 0 {
				p = a.Parts[i]
			}
			if p.State == plugin.StateNotAsked {
				p = unavailable(o, sourceSSBT, codeMissing)
				if a.Protected {
					p.Source, p.Code = "", ""
				}
			}
		}
		out.Parts = append(out.Parts, p)
	}
	return out
}

func grantsAny(g plugin.Grant, origin string) bool {
	for _, o := range offers() {
		if o.ID == origin {
			return slices.ContainsFunc(o.Datasets, func(d string) bool { return g.Allows(origin, d) })
		}
	}
	return false
}

// onlyGranted drops what the grant does not name. An origin of which nothing is
// left has nothing, as far as this audience may know.
func onlyGranted(p plugin.Part, g plugin.Grant) plugin.Part {
	before := len(p.Payments) + len(p.Facts)
	if !g.Allows(p.Origin, "payments") {
		p.Payments = nil
	}
	p.Facts = slices.DeleteFunc(p.Facts, func(f plugin.Fact) bool { return !g.Allows(p.Origin, f.Dataset) })
	left := len(p.Payments) + len(p.Facts)
	p.Dropped = before - left
	if left == 0 && p.State == plugin.StateAnswered {
		p.State = plugin.StateNothing
		if p.Code != "" { // part of the answer is missing, so it is not known to be nothing (I-6)
			p.State = plugin.StateUnavailable
		}
	}
	return p
}
