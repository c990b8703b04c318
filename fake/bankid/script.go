package bankid

import (
	"slices"
	"time"
)

// Outcome is what the person, or the world, does with an order in the app.
type Outcome string

// The outcomes. All but Hang end the order.
const (
	Approve             Outcome = "approve"
	ApproveModerateRisk Outcome = "approve-moderate-risk"
	ApproveHighRisk     Outcome = "approve-high-risk"
	Cancel              Outcome = "cancel"
	CertificateError    Outcome = "certificate-error" // blocked or revoked e-ID, three wrong codes
	Expire              Outcome = "expire"
	Unsupported         Outcome = "unsupported-app"
	RiskBlocked         Outcome = "risk-blocked"
	Hang                Outcome = "hang" // the person is in the app and does nothing
)

type act struct {
	number  string
	outcome Outcome
}

// Script lets the next order that is made be opened, taken by the person and
// brought to the outcome, all at its first collect. Calls queue up: each order
// takes one. The order is opened through its QR code's check, as always.
func (s *Server) Script(number string, outcome Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append(s.script, act{number, outcome})
}

// Scan plays a phone that scans the QR code that a page shows now.
func (s *Server) Scan(qr, number string, outcome Outcome) error {
	return s.play(number, outcome, func(now time.Time) (*order, error) { return s.scan(qr, now) })
}

// Open plays the same device's app, started with the autostart token.
func (s *Server) Open(autostartToken, number string, outcome Outcome) error {
	return s.play(number, outcome, func(now time.Time) (*order, error) { return s.start(autostartToken, now) })
}

func (s *Server) play(number string, outcome Outcome, open func(time.Time) (*order, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opts.Now()
	o, err := open(now)
	if err != nil {
		return err
	}
	return s.carryOut(o, act{number, outcome}, now)
}

// carryOut lets the person of an act take an opened order and finish it.
// s.mu is held.
func (s *Server) carryOut(o *order, a act, now time.Time) error {
	if err := s.identify(o, a.number, now); err != nil {
		return err
	}
	if o.status != pending {
		return nil // asked for somebody else
	}
	return s.finish(o, a.outcome, now)
}

// performScript plays an order's scripted act, once. s.mu is held.
func (s *Server) performScript(o *order, now time.Time) {
	a := o.scripted
	if a == nil || o.status != pending || o.opened {
		return
	}
	o.scripted = nil
	t := int(now.Sub(o.created) / time.Second)
	if _, err := s.scan(o.code(t), now); err == nil {
		_ = s.carryOut(o, *a, now) // a person who does not exist leaves the order hanging
	}
}

// Entry is one request to the API, for assertions.
type Entry struct {
	At       time.Time
	Endpoint string // "auth", "sign", "collect", "cancel"
	Status   int    // HTTP status of the answer
	Error    string // errorCode of the answer, or ""
	Body     []byte // the request as it came
}

// Transcript is every API request so far, oldest first.
func (s *Server) Transcript() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.recorded)
}

// Fault is a way for the API to misbehave.
type Fault struct {
	Status  int           // HTTP status, for example 503
	Code    string        // errorCode of the body
	Garbage string        // sent as the body instead of JSON
	Delay   time.Duration // waited before the answer; with Status 0 the answer is then the right one
}

type breakage struct {
	endpoint string
	fault    Fault
	left     int
}

// Break makes the next times requests to the endpoint fail in the given way.
func (s *Server) Break(endpoint string, f Fault, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.breaks = append(s.breaks, breakage{endpoint, f, times})
}

// broken takes one fault for the endpoint, if any is left.
func (s *Server) broken(endpoint string) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.breaks {
		if b := &s.breaks[i]; b.endpoint == endpoint && b.left > 0 {
			b.left--
			return b.fault, true
		}
	}
	return Fault{}, false
}
