package trust

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"
)

// Purpose is what an anchor may vouch for.
type Purpose string

// The purposes.
const (
	Signing      Purpose = "signing"       // certificates of signers and seals
	TimeStamping Purpose = "time-stamping" // time-stamping units
	Tokens       Purpose = "svt"           // issuers of signature validation tokens
)

// Anchor is a certificate where a chain may end.
type Anchor struct {
	Certificate *x509.Certificate
	// Source is "file" or the territory of a trust list.
	Source string

	purposes map[Purpose]bool // of one from a file; nil for one from a list
	services []Service
	until    time.Time // the list's NextUpdate
}

// Trusted tells whether the anchor vouches for a purpose at a time, as known
// now.
func (a *Anchor) Trusted(p Purpose, at, now time.Time) bool {
	if a.purposes != nil && a.purposes[p] {
		return true
	}
	if len(a.services) == 0 || now.After(a.until) {
		return false
	}
	for _, s := range a.services {
		if s.purpose() == p && s.grantedAt(at) {
			return true
		}
	}
	return false
}

// Qualified tells whether a trust list says that at a time the anchor issued
// qualified certificates or qualified time-stamps (eIDAS, article 22).
func (a *Anchor) Qualified(p Purpose, at, now time.Time) bool {
	if now.After(a.until) {
		return false
	}
	for _, s := range a.services {
		if s.purpose() == p && s.qualified() && s.grantedAt(at) {
			return true
		}
	}
	return false
}

// Store holds anchors. The zero value trusts nobody.
type Store struct {
	anchors   []*Anchor
	bySubject map[string][]*Anchor
}

// Len is the number of anchors.
func (s *Store) Len() int {
	if s == nil {
		return 0
	}
	return len(s.anchors)
}

// BySubject are the anchors with a subject, given as its DER.
func (s *Store) BySubject(subject []byte) []*Anchor {
	if s == nil {
		return nil
	}
	return s.bySubject[string(subject)]
}

// Find is the anchor that is this very certificate, or nil.
func (s *Store) Find(cert *x509.Certificate) *Anchor {
	for _, a := range s.BySubject(cert.RawSubject) {
		if bytes.Equal(a.Certificate.Raw, cert.Raw) {
			return a
		}
	}
	return nil
}

// Add trusts a certificate for purposes; without any, for signing and
// time-stamping. For tokens it must be said: whoever gets a certificate from an
// anchor for tokens can vouch for any signature, so such an anchor is an
// issuer's own certificate or that of an authority for issuers alone.
func (s *Store) Add(cert *x509.Certificate, purposes ...Purpose) {
	if len(purposes) == 0 {
		purposes = []Purpose{Signing, TimeStamping}
	}
	a := s.take(cert, "file")
	if a.purposes == nil {
		a.purposes = map[Purpose]bool{}
	}
	for _, p := range purposes {
		a.purposes[p] = true
	}
}

// take is the certificate's anchor, a new one when there is none.
func (s *Store) take(cert *x509.Certificate, source string) *Anchor {
	if a := s.Find(cert); a != nil {
		return a
	}
	if s.bySubject == nil {
		s.bySubject = map[string][]*Anchor{}
	}
	a := &Anchor{Certificate: cert, Source: source}
	s.anchors = append(s.anchors, a)
	s.bySubject[string(cert.RawSubject)] = append(s.bySubject[string(cert.RawSubject)], a)
	return a
}

// AddPEM trusts every certificate in PEM text for purposes, as Add does. Text
// without a certificate is an error: it would trust nobody in silence.
func (s *Store) AddPEM(text []byte, purposes ...Purpose) (int, error) {
	certs, err := Certificates(text)
	if err != nil {
		return 0, err
	}
	for _, c := range certs {
		s.Add(c, purposes...)
	}
	return len(certs), nil
}

// AddFile trusts every certificate in a PEM file.
func (s *Store) AddFile(path string, purposes ...Purpose) (int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("trust: %w", err)
	}
	return s.AddPEM(text, purposes...)
}

// Certificates reads the certificates in PEM text; at least one, or an error.
func Certificates(text []byte) ([]*x509.Certificate, error) {
	var out []*x509.Certificate
	for {
		var block *pem.Block
		block, text = pem.Decode(text)
		if block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("trust: a certificate cannot be read: %w", err)
		}
		out = append(out, cert)
	}
	if len(out) == 0 {
		return nil, errors.New("trust: no certificate in PEM form")
	}
	return out, nil
}

// AddList trusts what a verified list says.
func (s *Store) AddList(l *List) {
	for _, service := range l.Services {
		if service.purpose() == "" {
			continue
		}
		for _, cert := range service.Certificates {
			a := s.take(cert, l.Territory)
			if a.purposes == nil {
				a.Source = l.Territory
			}
			a.services = append(a.services, service)
			if a.until.IsZero() || l.NextUpdate.Before(a.until) {
				a.until = l.NextUpdate
			}
		}
	}
}
