package ssbtek

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"medborgarnavet/block/orgcert"
	"medborgarnavet/block/orgnr"
)

// maxYears bounds a period, so that no question costs more than it should. FK's
// own limit of two years is LEFI's and is checked there.
const maxYears = 10

// request is a question that has passed the schema.
type request struct {
	asked    *node // the generellaFrageparametrar element
	specific *node
	person   string
	caseID   string
	period   span
}

// included lists the agencies that the question asks, in the contract's order.
func (q request) included() []Agency {
	var out []Agency
	for _, agency := range elements {
		for _, a := range q.specific.child(agency).attrs {
			if on, _ := parseBool(a.Value); a.Name.Local == "inkludera" && on {
				out = append(out, agency)
			}
		}
	}
	return out
}

// periodOf is the agency's own period where it has one.
func (q request) periodOf(agency Agency) span {
	if p := q.specific.child(agency).child("tidsperiod"); p != nil {
		own, _ := readPeriod(p)
		return own
	}
	return q.period
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, body []byte) {
	root, err := readTree(body)
	if err != nil {
		writeGenericFault(w, "Client", "unreadable XML: "+err.Error())
		return
	}
	op, err := soapBody(root)
	if err != nil {
		writeGenericFault(w, "Client", err.Error())
		return
	}
	if op.name.Space != nsV10 {
		// What Försäkringskassan answers a question of another version.
		writeGenericFault(w, "Server", "Internal Error")
		return
	}
	caller, err := orgcert.PeerOrgNumber(r)
	if err != nil || !slices.Contains(s.opts.AllowedOrgNumbers, string(caller)) {
		writeFault(w, op, &Fault{CodeAgreement, "Organisationen i certifikatet har inget avtal om tjänsten"})
		return
	}
	switch op.name.Local {
	case "hamtaBastjanstInformation":
		s.fetch(w, r, op, caller)
	case "testaBastjanstInformation":
		if len(op.children) > 0 || len(op.attrs) > 0 || strings.TrimSpace(op.text) != "" {
			writeFault(w, op, &Fault{CodeOrder, "testaBastjanstInformation: ska vara tom"})
			return
		}
		s.test(w)
	default:
		writeGenericFault(w, "Client", "unknown operation")
	}
}

func (s *Server) fetch(w http.ResponseWriter, r *http.Request, op *node, caller orgnr.Number) {
	q, fault := readRequest(op)
	if fault == nil {
		fault = s.checkSubmitter(q, caller)
	}
	if fault != nil {
		writeFault(w, op, fault)
		return
	}
	included := q.included()
	s.mu.Lock()
	for _, agency := range included {
		s.requests[agency]++
	}
	s.mu.Unlock()
	var longest time.Duration
	parts := make([]part, 0, len(included))
	for _, agency := range included {
		b := s.of(q.person, agency)
		if b.Fault != nil {
			writeFault(w, op, b.Fault)
			return
		}
		if b.Delay >= s.opts.AgencyTimeout {
			b.Delay, b.Error = s.opts.AgencyTimeout, down()
		}
		longest = max(longest, b.Delay)
		if agency == FK {
			longest = max(longest, min(s.of(q.person, PM).Delay, s.opts.AgencyTimeout))
		}
		parts = append(parts, s.part(q, agency, b))
	}
	// The agencies are asked at the same time, so the slowest decides.
	if !wait(r.Context(), longest) {
		return
	}
	document := envelope(responseBody(q, parts))
	if slices.ContainsFunc(parts, func(p part) bool { return p.cutsEnvelope() }) {
		document = document[:len(document)*2/3]
	}
	writeXML(w, http.StatusOK, document)
}

// wait returns false if the caller hung up.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func readRequest(op *node) (request, *Fault) {
	if fault := checkOne(op, element{name: "hamtaBastjanstInformation", children: question()}); fault != nil {
		return request{}, fault
	}
	general, specific := op.child("generellaFrageparametrar"), op.child("specifikaFrageparametrar")
	q := request{asked: general, specific: specific,
		person: general.value("personidentitet"), caseID: general.value("arendeidentitet")}
	for _, n := range append([]*node{general}, specific.children...) {
		p := n.child("tidsperiod")
		if p == nil {
			continue
		}
		own, ok := readPeriod(p)
		if !ok {
			return request{}, &Fault{CodePeriod, n.name.Local + ": tomDatum ligger före fromDatum"}
		}
		if own.longerThan(maxYears) {
			return request{}, &Fault{CodePeriod, n.name.Local + ": tidsperioden är orimligt lång"}
		}
		if n == general {
			q.period = own
		}
	}
	return q, nil
}

func readPeriod(n *node) (span, bool) {
	from, errFrom := parseDate(n.value("fromDatum"))
	to, errTo := parseDate(n.value("tomDatum"))
	return span{from, to}, errFrom == nil && errTo == nil && !to.Before(from)
}

// checkSubmitter holds the submitter against the caller's certificate: itself,
// or one that the caller is listed as operating for.
func (s *Server) checkSubmitter(q request, caller orgnr.Number) *Fault {
	submitter := q.asked.child("ingivare").value("organisationsnummer")
	if submitter == caller.Twelve() {
		return nil
	}
	for _, served := range s.opts.Operators[string(caller)] {
		if submitter == "16"+served {
			return nil
		}
	}
	return &Fault{CodeSubmitter, "Ingivaren är varken organisationen i certifikatet eller en som den ombesörjer frågor åt"}
}

// test answers testaBastjanstInformation: Migrationsverket has no test service
// and is left out, Skatteverket's is not called.
func (s *Server) test(w http.ResponseWriter) {
	out := &writer{}
	out.open("ssbt:testaBastjanstInformationResponse", "xmlns:ssbt", nsV10)
	for _, agency := range elements {
		if agency == MIV {
			continue
		}
		out.open("ssbt:" + agency)
		out.leaf("ssbt:anropad", map[bool]string{true: "true", false: "false"}[agency != SKV])
		if e := s.of(Any, agency).Error; e != nil && agency != SKV {
			writeError(out, e)
		}
		out.close("ssbt:" + agency)
	}
	out.close("ssbt:testaBastjanstInformationResponse")
	writeXML(w, http.StatusOK, envelope(out.String()))
}
