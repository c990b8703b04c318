package cms

import (
	"bytes"
	"crypto/x509"
)

// Lookup finds the certificates of signers that do not carry their own among
// others, such as those of a PDF's security store. FaultNoCertificate stays.
func (sd *SignedData) Lookup(others []*x509.Certificate) {
	for i := range sd.Signers {
		s := &sd.Signers[i]
		if s.Certificate != nil {
			continue
		}
		if c := s.match(others); c != nil {
			s.bind(c)
		}
	}
}

// match finds the signer's certificate. Of several that match, the one that the
// signed reference is to.
func (s *SignerInfo) match(certs []*x509.Certificate) *x509.Certificate {
	var found []*x509.Certificate
	for _, c := range certs {
		same := s.keyID != nil && len(c.SubjectKeyId) > 0 && bytes.Equal(s.keyID, c.SubjectKeyId)
		if s.keyID == nil {
			same = bytes.Equal(s.issuer, c.RawIssuer) && s.serial.Cmp(c.SerialNumber) == 0
		}
		for _, f := range found {
			same = same && !f.Equal(c)
		}
		if same {
			found = append(found, c)
		}
	}
	if len(found) == 0 {
		return nil
	}
	if len(found) > 1 {
		s.faults.add(FaultManyMatching)
		for _, c := range found {
			if s.ess != nil && s.ess.fits(c) {
				return c
			}
		}
	}
	return found[0]
}

// bind sets the certificate and compares the signed reference with it.
func (s *SignerInfo) bind(cert *x509.Certificate) {
	s.Certificate = cert
	switch {
	case cert == nil:
		s.faults.add(FaultNoCertificate)
	case s.ess != nil && s.ess.fits(cert):
		s.ESSMatches = true
	case s.HasESS:
		s.faults.add(FaultESSMismatch)
	}
	if cert != nil && checkKey(cert.PublicKey, s.Algorithm) != nil && isWeakKey(cert.PublicKey) {
		s.weak = true
		s.faults.add(FaultWeak)
	}
	s.Faults = s.faults
}
