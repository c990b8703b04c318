package identity

import (
	"encoding/json"
	"log/slog"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/fault"
)

// pnr.Number refuses to become JSON, so that it cannot slip out. The two
// functions ForSealing are the deliberate exception: their bytes are for
// keyring.SealDue and nothing else.

type sealedRequest struct {
	Kind       Kind   `json:"kind"`
	Person     string `json:"person,omitempty"`
	ClientIP   string `json:"client_ip,omitempty"`
	UserAgent  string `json:"user_agent,omitempty"`
	SameDevice bool   `json:"same_device,omitempty"`
	ReturnURL  string `json:"return_url,omitempty"`
}

// ForSealing is the request as bytes that must be sealed at once.
func (r Request) ForSealing() []byte {
	b, _ := json.Marshal(sealedRequest{r.Kind, r.Person.Plain(), r.ClientIP, r.UserAgent, r.SameDevice, r.ReturnURL}) // always marshals
	return b
}

// OpenedRequest is the request that ForSealing made b of.
func OpenedRequest(b []byte, now time.Time) (Request, error) {
	var s sealedRequest
	if err := json.Unmarshal(b, &s); err != nil {
		return Request{}, fault.New(fault.Internal, "identity: a stored request is unreadable")
	}
	person, err := openedNumber(s.Person, now)
	return Request{s.Kind, person, s.ClientIP, s.UserAgent, s.SameDevice, s.ReturnURL}, err
}

type sealedAuthentication struct {
	Subject     string      `json:"subject"`
	Name        string      `json:"name,omitempty"`
	Assurance   Assurance   `json:"assurance"`
	Method      string      `json:"method"`
	Provider    string      `json:"provider"`
	At          time.Time   `json:"at"`
	TxnID       string      `json:"txn_id,omitempty"`
	Environment Environment `json:"environment"`
}

// ForSealing is the authentication as bytes that must be sealed at once.
func (a Authentication) ForSealing() []byte {
	b, _ := json.Marshal(sealedAuthentication{a.Subject.Plain(), a.Name, a.Assurance, a.Method, a.Provider, a.At, a.TxnID, a.Environment}) // always marshals
	return b
}

// OpenedAuthentication is the authentication that ForSealing made b of.
func OpenedAuthentication(b []byte, now time.Time) (Authentication, error) {
	var s sealedAuthentication
	if err := json.Unmarshal(b, &s); err != nil {
		return Authentication{}, fault.New(fault.Internal, "identity: a stored authentication is unreadable")
	}
	person, err := openedNumber(s.Subject, now)
	if err == nil && person.IsZero() {
		err = fault.New(fault.Internal, "identity: a stored authentication names nobody")
	}
	return Authentication{person, s.Name, s.Assurance, s.Method, s.Provider, s.At, s.TxnID, s.Environment}, err
}

// openedNumber reads a number that was judged when it came in, so leniently.
func openedNumber(s string, now time.Time) (pnr.Number, error) {
	if s == "" {
		return pnr.Number{}, nil
	}
	n, err := pnr.ParseLenient(s, now)
	if err != nil {
		return pnr.Number{}, fault.New(fault.Internal, "identity: a stored number is unreadable") // err may quote it
	}
	return n, nil
}

// String tells how, never who: an authentication may end up in a log (I-9).
func (a Authentication) String() string {
	return "authentication by " + a.Provider + " (" + string(a.Environment) + ")"
}

// GoString is String, so that %#v tells no more.
func (a Authentication) GoString() string { return a.String() }

// LogValue is String, for slog.
func (a Authentication) LogValue() slog.Value { return slog.StringValue(a.String()) }

// String tells the kind only: the rest is the person's address and device (I-9).
func (r Request) String() string { return "request for a " + string(r.Kind) + " login" }

// GoString is String, so that %#v tells no more.
func (r Request) GoString() string { return r.String() }

// LogValue is String, for slog.
func (r Request) LogValue() slog.Value { return slog.StringValue(r.String()) }
