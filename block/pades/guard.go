package pades

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"fmt"
	"time"

	"medborgarnavet/block/pdf"
)

// standing is what the signatures that a file already has allow.
type standing struct {
	signed bool // there is a signature or time-stamp
	docMDP int  // 0 = not certified
	locks  []*FieldLock
	fields *fieldWalk
}

// standingOf reads what earlier signatures allow. It does not check them.
func standingOf(d *pdf.Document) standing {
	s := standing{fields: walkFields(d)}
	r := reader{d: d}
	for i := range s.fields.fields {
		f := &s.fields.fields[i]
		dict := f.signatureDict()
		if dict == nil || !f.isSignature() {
			continue
		}
		s.signed = true
		var sig Signature
		r.transforms(&sig, dict)
		if sig.FieldMDP != nil {
			s.locks = append(s.locks, sig.FieldMDP)
		}
		if sig.DocMDP != 0 && (s.docMDP == 0 || sig.DocMDP < s.docMDP) {
			s.docMDP = sig.DocMDP
		}
	}
	if perms := d.Dict(d.Catalog()["Perms"]); d.Dict(perms["DocMDP"]) != nil && s.docMDP == 0 {
		s.docMDP = 2
	}
	return s
}

// mayApprove refuses an approval signature that would break an earlier one.
func (s standing) mayApprove(name string) error {
	if s.docMDP == 1 {
		return ErrCertified
	}
	for _, l := range s.locks {
		if l.Locks(name) {
			return ErrLocked
		}
	}
	return nil
}

// mayCertify refuses a certification that would break later signatures, or
// that comes too late (signing.md §2.6).
func (s standing) mayCertify(p CertifyPermission) error {
	switch {
	case p == NotCertified:
		return nil
	case p == CertifyNoChanges:
		return fmt.Errorf("%w: with no changes allowed, later signatures and time-stamps would break it", ErrCertify)
	case p != CertifyFormFill && p != CertifyAnnotation:
		return fmt.Errorf("%w: there is no such permission", ErrCertify)
	case s.signed || s.docMDP != 0:
		return fmt.Errorf("%w: only the first signature can certify", ErrCertify)
	}
	return nil
}

// checkCertificate refuses a certificate that cannot sign documents at t.
func checkCertificate(cert *x509.Certificate, t time.Time) error {
	const signing = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	switch {
	case t.Before(cert.NotBefore):
		return fmt.Errorf("%w: it is not valid yet", ErrCertificate)
	case t.After(cert.NotAfter):
		return fmt.Errorf("%w: it has expired", ErrCertificate)
	case cert.IsCA:
		return fmt.Errorf("%w: it is an issuer's", ErrCertificate)
	case cert.KeyUsage != 0 && cert.KeyUsage&signing == 0:
		return fmt.Errorf("%w: its key usage does not allow it", ErrCertificate)
	}
	return nil
}

// checkKey refuses a key that is not the certificate's.
func checkKey(key crypto.Signer, cert *x509.Certificate) error {
	if key == nil {
		return fmt.Errorf("%w: there is no key", ErrCertificate)
	}
	have, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return fmt.Errorf("%w: the key is of an unknown kind", ErrCertificate)
	}
	if !bytes.Equal(have, cert.RawSubjectPublicKeyInfo) {
		return fmt.Errorf("%w: the key is not the certificate's", ErrCertificate)
	}
	return nil
}
