package revocation_test

import (
	"bytes"
	"testing"
	"time"

	"medborgarnavet/block/revocation"
)

// S-06: only what was read to its end and says nothing but "good" of the
// certificate may be left unread.
func TestMayRevoke(t *testing.T) {
	w := newWorld(t)
	cert, issuer := w.bo.Certificate, w.Issuing()
	good, list := w.ocsp(t, cert), w.crl(t, "/crl")
	if revocation.OCSPMayRevoke(good, cert) || revocation.CRLMayRevoke(list, cert) {
		t.Error("an answer that says good, or a list without the certificate, may revoke it")
	}
	if revocation.OCSPMayRevoke(good, issuer) { // about somebody else
		t.Error("an answer about another certificate may revoke")
	}
	for i := range len(good) {
		if !revocation.OCSPMayRevoke(good[:i], cert) {
			t.Errorf("cut at %d: read as good", i)
		}
	}
	if !revocation.OCSPMayRevoke(append(bytes.Clone(good), 0), cert) || !revocation.OCSPMayRevoke(nil, cert) {
		t.Error("what cannot be read is read as good")
	}
	w.Revoke(cert, noon.Add(-time.Minute), revocation.ReasonKeyCompromise)
	revoked := w.ocsp(t, cert)
	if s, err := revocation.OCSP(revoked, cert, issuer, noon); err != nil || s.State != revocation.Revoked {
		t.Fatalf("%+v, %v", s, err)
	}
	if !revocation.OCSPMayRevoke(revoked, cert) || !revocation.CRLMayRevoke(w.crl(t, "/crl"), cert) {
		t.Error("what revokes is passed over")
	}
}

// FuzzMayRevoke: whatever the bytes, an answer that is read as revoked is never
// one that could be passed over.
func FuzzMayRevoke(f *testing.F) {
	w := newWorld(f)
	cert, issuer := w.bo.Certificate, w.Issuing()
	f.Add(w.ocsp(f, cert), w.crl(f, "/crl"))
	w.Revoke(cert, noon.Add(-time.Minute), 1)
	f.Add(w.ocsp(f, cert), w.crl(f, "/crl"))
	f.Fuzz(func(t *testing.T, answer, list []byte) {
		if s, err := revocation.OCSP(answer, cert, issuer, time.Time{}); err == nil && s.State == revocation.Revoked && !revocation.OCSPMayRevoke(answer, cert) {
			t.Error("OCSP")
		}
		if s, err := revocation.CRL(list, cert, issuer, time.Time{}); err == nil && s.State == revocation.Revoked && !revocation.CRLMayRevoke(list, cert) {
			t.Error("CRL")
		}
	})
}
