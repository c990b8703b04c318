package revocation

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// State is what a source says of a certificate.
type State string

// The states. Unknown is also what a list of partial scope gives for a
// certificate that it does not list.
const (
	Unknown State = "unknown"
	Good    State = "good"
	Revoked State = "revoked"
)

// The values of Status.Source.
const (
	SourceOCSP = "OCSP"
	SourceCRL  = "CRL"
)

// What OCSP and CRL may answer.
var (
	// ErrFormat: not an OCSP answer or revocation list, or one of a kind that
	// is not taken (delta lists, unknown critical extensions).
	ErrFormat = errors.New("the revocation information is not readable")
	// ErrRefused: the responder answered that it gives no answer.
	ErrRefused = errors.New("the OCSP responder gave no answer")
	// ErrSignature: not signed by the issuer or its delegated responder, or
	// with an algorithm that is too weak.
	ErrSignature = errors.New("the revocation information is not signed by the issuer")
	// ErrOtherCertificate: authentic, but about another certificate or issuer.
	ErrOtherCertificate = errors.New("the revocation information is about another certificate")
	// ErrStale: the time asked about is after the next update, or before this
	// update. The Status is given along with it.
	ErrStale = errors.New("the revocation information does not cover the time")
)

// Reasons of RFC 5280 §5.3.1 that callers ask about.
const (
	ReasonUnspecified     = 0
	ReasonKeyCompromise   = 1
	ReasonCertificateHold = 6
	ReasonRemoveFromCRL   = 8
)

const (
	// skew is how far clocks may differ.
	skew = 5 * time.Minute
	// noNextUpdate is how long an answer without a next update holds.
	noNextUpdate = 24 * time.Hour
	// Sizes in bytes of what is parsed at all.
	maxOCSP = 1 << 20
	maxCRL  = 32 << 20
)

// Status is what one answer says of one certificate.
type Status struct {
	State State
	// At and Reason are set when State is Revoked. At may be later than the time
	// asked about: whether that matters is the caller's to say.
	At     time.Time
	Reason int
	// ThisUpdate and NextUpdate (zero when not said) are when the answer holds;
	// ProducedAt is when it was signed (OCSP).
	ThisUpdate, NextUpdate, ProducedAt time.Time
	Source                             string
	// Responder is the certificate that signed: the issuer, or for OCSP the
	// responder that it delegated to.
	Responder *x509.Certificate
}

// covers tells whether the answer holds at a time; the zero time is not asked
// about.
func (s Status) covers(at time.Time) error {
	end := s.NextUpdate
	if end.IsZero() {
		end = s.ThisUpdate.Add(noNextUpdate)
	}
	switch {
	case at.IsZero():
		return nil
	case at.Add(skew).Before(s.ThisUpdate):
		return fmt.Errorf("%w: it is from later", ErrStale)
	case at.After(end.Add(skew)):
		return fmt.Errorf("%w: it is too old", ErrStale)
	}
	return nil
}
