// Package orgcert finds the organisation number in an X.509 certificate and
// sets up TLS in which both sides know by it whom they talk to.
//
// It owns where the number stands in a certificate and when it counts as
// certain. It does not load keys, choose roots or know which organisations have
// an agreement; the caller compares the number with its own list.
//
// A connection is either verified (chain, purpose, host name and organisation
// number all hold) or it does not come about. Roots that are not given mean
// that nobody is trusted, never that the system's roots are.
//
// Sources: X.520 serialNumber (2.5.4.5), where Swedish organisation certificates
// carry the number, plain or with 16 first; ETSI EN 319 412-1 §5.1.4 for
// organizationIdentifier (2.5.4.97) of the form NTRSE-NNNNNNNNNN.
package orgcert

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"medborgarnavet/block/orgnr"
)

var (
	oidSerialNumber           = asn1.ObjectIdentifier{2, 5, 4, 5}
	oidOrganizationIdentifier = asn1.ObjectIdentifier{2, 5, 4, 97}
)

// The ways in which a certificate does not say whose it is.
var (
	ErrNone      = errors.New("orgcert: the certificate carries no organisation number")
	ErrAmbiguous = errors.New("orgcert: the certificate carries several organisation numbers that differ")
	ErrMalformed = errors.New("orgcert: the certificate's organisation identifier is malformed")
	ErrNoPeer    = errors.New("orgcert: the connection has no verified client certificate")
)

// MismatchError says that a verified certificate belongs to someone else.
// Organisation numbers are public, so both may be logged.
type MismatchError struct{ Got, Want orgnr.Number }

func (e MismatchError) Error() string {
	return fmt.Sprintf("orgcert: the certificate belongs to %s, not to %s", e.Got, e.Want)
}

// national is the identifier scheme of a national trade register (EN 319 412-1).
const national = "NTRSE-"

// OrgNumber reads the organisation number from the certificate's subject. A
// serialNumber that is something else (a person's, or a random one) is passed
// over; an NTRSE identifier that is no organisation number is an error, and so
// are two numbers that differ. The certificate itself must be verified already.
func OrgNumber(cert *x509.Certificate) (orgnr.Number, error) {
	var found orgnr.Number
	for _, attr := range cert.Subject.Names {
		value, _ := attr.Value.(string)
		isNational := attr.Type.Equal(oidOrganizationIdentifier) && strings.HasPrefix(value, national)
		if !isNational && !attr.Type.Equal(oidSerialNumber) {
			continue
		}
		n, err := orgnr.Parse(strings.TrimPrefix(value, national))
		if err != nil {
			if isNational {
				return "", ErrMalformed
			}
			continue
		}
		if found != "" && found != n {
			return "", ErrAmbiguous
		}
		found = n
	}
	if found == "" {
		return "", ErrNone
	}
	return found, nil
}

// ClientTLS shows cert to the server and accepts only a server whose chain ends
// in roots, whose certificate is for server authentication and the host asked
// for, and whose organisation number is exactly want. TLS 1.2 at least. A caller
// that renews its certificate while running sets GetClientCertificate on what
// it gets back. An empty cert sends none.
func ClientTLS(cert tls.Certificate, roots *x509.CertPool, want orgnr.Number) *tls.Config {
	cfg := &tls.Config{
		MinVersion: tls.VersionTLS12,
		RootCAs:    orEmpty(roots),
		// Runs after the ordinary verification, and on resumed sessions too.
		VerifyConnection: func(cs tls.ConnectionState) error {
			if len(cs.VerifiedChains) == 0 || len(cs.VerifiedChains[0]) == 0 {
				return ErrNoPeer
			}
			got, err := OrgNumber(cs.VerifiedChains[0][0])
			if err != nil {
				return err
			}
			if want == "" || got != want {
				return MismatchError{Got: got, Want: want}
			}
			return nil
		},
	}
	if len(cert.Certificate) > 0 {
		cfg.Certificates = []tls.Certificate{cert}
	}
	return cfg
}

// ServerTLS serves with cert and requires a client certificate for client
// authentication whose chain ends in clientRoots. TLS 1.2 at least. Which
// organisations may call is decided per request with PeerOrgNumber.
func ServerTLS(cert tls.Certificate, clientRoots *x509.CertPool) *tls.Config {
	return &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{cert},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    orEmpty(clientRoots),
	}
}

// PeerOrgNumber is the organisation number of the caller's verified certificate.
func PeerOrgNumber(r *http.Request) (orgnr.Number, error) {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 || len(r.TLS.VerifiedChains[0]) == 0 {
		return "", ErrNoPeer
	}
	return OrgNumber(r.TLS.VerifiedChains[0][0])
}

// orEmpty keeps a missing pool from meaning the system's roots.
func orEmpty(p *x509.CertPool) *x509.CertPool {
	if p == nil {
		return x509.NewCertPool()
	}
	return p
}
