package revocation

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

var (
	oidCRLNumber  = asn1.ObjectIdentifier{2, 5, 29, 20}
	oidDelta      = asn1.ObjectIdentifier{2, 5, 29, 27}
	oidScope      = asn1.ObjectIdentifier{2, 5, 29, 28}
	oidAuthority  = asn1.ObjectIdentifier{2, 5, 29, 35}
	oidCertIssuer = asn1.ObjectIdentifier{2, 5, 29, 29}
)

// CRL reads a complete revocation list of issuer, and what it says of cert, at
// the given time (the zero time leaves that out). Delta lists are refused. For
// a list of partial scope (issuingDistributionPoint: some kinds of
// certificates, some reasons, another distribution point) a certificate that
// is not listed is Unknown unless the scope takes it in. With ErrStale the
// Status is given too.
func CRL(raw []byte, cert, issuer *x509.Certificate, at time.Time) (Status, error) {
	if cert == nil || issuer == nil || len(raw) > maxCRL {
		return Status{}, ErrFormat
	}
	list, err := x509.ParseRevocationList(raw)
	if err != nil {
		return Status{}, fmt.Errorf("%w: CRL", ErrFormat)
	}
	if !bytes.Equal(list.RawIssuer, issuer.RawSubject) || !bytes.Equal(cert.RawIssuer, issuer.RawSubject) {
		return Status{}, ErrOtherCertificate
	}
	if weak(list.SignatureAlgorithm) || list.CheckSignatureFrom(issuer) != nil {
		return Status{}, ErrSignature
	}
	takenIn, err := scope(list.Extensions, cert)
	if err != nil {
		return Status{}, err
	}
	s := Status{State: Unknown, Source: SourceCRL, Responder: issuer, ThisUpdate: list.ThisUpdate, NextUpdate: list.NextUpdate}
	if !s.NextUpdate.IsZero() && s.NextUpdate.Before(s.ThisUpdate) {
		return Status{}, fmt.Errorf("%w: its times contradict each other", ErrFormat)
	}
	if takenIn == all {
		s.State = Good
	}
	s.look(list, cert, takenIn)
	return s, s.covers(at)
}

// look searches the entries. A listed certificate is revoked also when the list
// is for some reasons only; removeFromCRL has no place in a complete list and
// leaves the matter unknown.
func (s *Status) look(list *x509.RevocationList, cert *x509.Certificate, takenIn extent) {
	if takenIn == none {
		return
	}
	for i := range list.RevokedCertificateEntries {
		e := &list.RevokedCertificateEntries[i]
		if e.SerialNumber.Cmp(cert.SerialNumber) != 0 {
			continue
		}
		if e.ReasonCode == ReasonRemoveFromCRL || slices.ContainsFunc(e.Extensions, func(x pkix.Extension) bool { return x.Id.Equal(oidCertIssuer) }) {
			s.State = Unknown
			return
		}
		s.State, s.At, s.Reason = Revoked, e.RevocationTime, e.ReasonCode
		return
	}
}

// extent is how much of a certificate's revocation a list tells of.
type extent int

const (
	none extent = iota // nothing: the certificate is outside the list's scope
	some               // some reasons: listed is revoked, not listed is unknown
	all
)

func scope(extensions []pkix.Extension, cert *x509.Certificate) (extent, error) {
	out := all
	for _, e := range extensions {
		switch {
		case e.Id.Equal(oidDelta):
			return none, fmt.Errorf("%w: a delta list", ErrFormat)
		case e.Id.Equal(oidScope):
			var ok bool
			if out, ok = distributionScope(e.Value, cert); !ok {
				return none, fmt.Errorf("%w: its scope", ErrFormat)
			}
		case e.Id.Equal(oidCRLNumber), e.Id.Equal(oidAuthority):
		case e.Critical:
			return none, fmt.Errorf("%w: an unknown critical extension", ErrFormat)
		}
	}
	return out, nil
}

// distributionScope reads IssuingDistributionPoint (RFC 5280 §5.2.5).
func distributionScope(der []byte, cert *x509.Certificate) (extent, bool) {
	in := cryptobyte.String(der)
	var seq cryptobyte.String
	if !in.ReadASN1(&seq, cbasn1.SEQUENCE) || !in.Empty() {
		return none, false
	}
	out := all
	lower := func(e extent) { out = min(out, e) }
	for !seq.Empty() {
		var value cryptobyte.String
		var tag cbasn1.Tag
		if !seq.ReadAnyASN1(&value, &tag) {
			return none, false
		}
		set := len(value) == 1 && value[0] != 0
		switch tag {
		case 0xa0: // distributionPoint
			if !slices.ContainsFunc(pointURLs(value), func(u string) bool { return slices.Contains(cert.CRLDistributionPoints, u) }) {
				lower(none)
			}
		case 0x81: // onlyContainsUserCerts
			if set && cert.IsCA {
				lower(none)
			}
		case 0x82: // onlyContainsCACerts
			if set && !cert.IsCA {
				lower(none)
			}
		case 0x83: // onlySomeReasons
			lower(some)
		case 0x84, 0x85: // indirectCRL, onlyContainsAttributeCerts
			if set {
				lower(none)
			}
		default:
			return none, false
		}
	}
	return out, true
}

// pointURLs are the URIs of a DistributionPointName's fullName.
func pointURLs(value cryptobyte.String) []string {
	var names cryptobyte.String
	if !value.ReadASN1(&names, cbasn1.Tag(0xa0)) {
		return nil
	}
	var out []string
	for !names.Empty() {
		var name cryptobyte.String
		var tag cbasn1.Tag
		if !names.ReadAnyASN1(&name, &tag) {
			return nil
		}
		if tag == 0x86 { // uniformResourceIdentifier
			out = append(out, string(name))
		}
	}
	return out
}
