package revocation_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"medborgarnavet/block/revocation"
	"medborgarnavet/fake/tsa"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

type world struct {
	*tsa.Authority
	bo *tsa.Identity
}

func newWorld(t testing.TB) world {
	t.Helper()
	a, err := tsa.Start(tsa.Options{Clock: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	bo, err := a.Person(tsa.Person{GivenName: "Bo", Surname: "Ek", SerialNumber: "197101169295"})
	if err != nil {
		t.Fatal(err)
	}
	return world{a, bo}
}

func (w world) ocsp(t testing.TB, cert *x509.Certificate) []byte {
	t.Helper()
	req, err := ocsp.CreateRequest(cert, w.Issuing(), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(w.URL()+"/ocsp", "application/ocsp-request", bytes.NewReader(req))
	return body(t, res, err)
}

func (w world) crl(t testing.TB, path string) []byte {
	t.Helper()
	res, err := http.Get(w.URL() + path)
	return body(t, res, err)
}

func body(t testing.TB, res *http.Response, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// S-06, RFC 6960, RFC 5280: both sources say the same of a certificate before and
// after its revocation.
func TestGoodThenRevoked(t *testing.T) {
	w := newWorld(t)
	cert, issuer := w.bo.Certificate, w.Issuing()
	check := func(state revocation.State, reason int) {
		t.Helper()
		fromOCSP, err := revocation.OCSP(w.ocsp(t, cert), cert, issuer, noon)
		if err != nil || fromOCSP.State != state || fromOCSP.Reason != reason {
			t.Errorf("OCSP: %+v, %v", fromOCSP, err)
		}
		fromCRL, err := revocation.CRL(w.crl(t, "/crl"), cert, issuer, noon)
		if err != nil || fromCRL.State != state || fromCRL.Reason != reason {
			t.Errorf("CRL: %+v, %v", fromCRL, err)
		}
		if !fromOCSP.At.Equal(fromCRL.At) || fromOCSP.Source != "OCSP" || fromCRL.Source != "CRL" || fromOCSP.Responder.Equal(issuer) || !fromCRL.Responder.Equal(issuer) {
			t.Errorf("they differ: %+v %+v", fromOCSP, fromCRL)
		}
	}
	check(revocation.Good, 0)
	w.Revoke(cert, noon.Add(time.Hour), revocation.ReasonKeyCompromise)
	check(revocation.Good, 0) // not yet
	w.Clock(func() time.Time { return noon.Add(time.Hour) })
	w.Revoke(cert, noon.Add(-time.Minute), revocation.ReasonKeyCompromise)
	noonBefore := noon
	noon := noonBefore.Add(time.Hour)
	fromOCSP, err := revocation.OCSP(w.ocsp(t, cert), cert, issuer, noon)
	if err != nil || fromOCSP.State != revocation.Revoked || fromOCSP.Reason != revocation.ReasonKeyCompromise || !fromOCSP.At.Equal(noonBefore.Add(-time.Minute)) {
		t.Errorf("OCSP after: %+v, %v", fromOCSP, err)
	}
	fromCRL, err := revocation.CRL(w.crl(t, "/crl"), cert, issuer, noon)
	if err != nil || fromCRL.State != revocation.Revoked || fromCRL.Reason != revocation.ReasonKeyCompromise || !fromCRL.At.Equal(fromOCSP.At) {
		t.Errorf("CRL after: %+v, %v", fromCRL, err)
	}
	w.Revoke(issuer, noon, 0)
	if s, err := revocation.CRL(w.crl(t, "/root.crl"), issuer, w.Root(), noon); err != nil || s.State != revocation.Revoked {
		t.Errorf("the issuing authority: %+v, %v", s, err)
	}
}

// S-06: a stale answer comes with ErrStale; the caller still sees what it said.
func TestTimes(t *testing.T) {
	w := newWorld(t)
	cert, issuer := w.bo.Certificate, w.Issuing()
	fresh, list := w.ocsp(t, cert), w.crl(t, "/crl")
	w.StaleOCSP(true)
	stale := w.ocsp(t, cert)
	tests := []struct {
		name string
		read func() (revocation.Status, error)
		want error
	}{
		{"fresh", func() (revocation.Status, error) { return revocation.OCSP(fresh, cert, issuer, noon) }, nil},
		{"no time asked", func() (revocation.Status, error) { return revocation.OCSP(stale, cert, issuer, time.Time{}) }, nil},
		{"stale", func() (revocation.Status, error) { return revocation.OCSP(stale, cert, issuer, noon) }, revocation.ErrStale},
		{"from later", func() (revocation.Status, error) { return revocation.OCSP(fresh, cert, issuer, noon.Add(-time.Hour)) }, revocation.ErrStale},
		{"list", func() (revocation.Status, error) { return revocation.CRL(list, cert, issuer, noon.Add(23*time.Hour)) }, nil},
		{"old list", func() (revocation.Status, error) { return revocation.CRL(list, cert, issuer, noon.Add(25*time.Hour)) }, revocation.ErrStale},
	}
	for _, tc := range tests {
		s, err := tc.read()
		if !errors.Is(err, tc.want) || s.State != revocation.Good || s.ThisUpdate.IsZero() {
			t.Errorf("%s: %+v, %v; want %v", tc.name, s, err, tc.want)
		}
	}
}

// S-06: an answer about another, or by another, is not taken.
func TestStrangers(t *testing.T) {
	w, other := newWorld(t), newWorld(t)
	cert, issuer := w.bo.Certificate, w.Issuing()
	eva, err := w.Person(tsa.Person{GivenName: "Eva", Surname: "Lind", SerialNumber: "192109099180"})
	if err != nil {
		t.Fatal(err)
	}
	answer, list := w.ocsp(t, cert), w.crl(t, "/crl")
	tests := []struct {
		name         string
		cert, issuer *x509.Certificate
		want         error
	}{
		{"another certificate", eva.Certificate, issuer, revocation.ErrOtherCertificate},
		{"another issuer of the same name", cert, other.Issuing(), revocation.ErrSignature},
		{"the root as issuer", cert, w.Root(), revocation.ErrSignature},
	}
	for _, tc := range tests {
		if s, err := revocation.OCSP(answer, tc.cert, tc.issuer, noon); !errors.Is(err, tc.want) || s.State == revocation.Good {
			t.Errorf("OCSP, %s: %+v, %v; want %v", tc.name, s, err, tc.want)
		}
	}
	if _, err := revocation.CRL(list, cert, other.Issuing(), noon); !errors.Is(err, revocation.ErrSignature) {
		t.Errorf("CRL of another issuer: %v", err)
	}
	if _, err := revocation.CRL(list, issuer, w.Root(), noon); !errors.Is(err, revocation.ErrOtherCertificate) {
		t.Errorf("CRL for another issuer's certificate: %v", err)
	}
	// A person's key signs an OCSP answer: it is not a responder's.
	forged, err := ocsp.CreateResponse(issuer, eva.Certificate, ocsp.Response{
		Status: ocsp.Good, SerialNumber: cert.SerialNumber, ThisUpdate: noon, NextUpdate: noon.Add(time.Hour), Certificate: eva.Certificate,
	}, eva.Key)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := revocation.OCSP(forged, cert, issuer, noon); !errors.Is(err, revocation.ErrSignature) || s.State == revocation.Good {
		t.Errorf("forged: %+v, %v", s, err)
	}
	for i := range answer {
		mutant := bytes.Clone(answer)
		mutant[i] ^= 1
		if s, err := revocation.OCSP(mutant, cert, issuer, noon); err == nil && (s.State != revocation.Good || !s.ThisUpdate.Equal(noon)) {
			t.Errorf("byte %d changed: %+v", i, s)
		}
	}
}

// RFC 5280 §5.2.4-5: delta lists are refused, partial lists clear nobody.
func TestCRLScope(t *testing.T) {
	w := newWorld(t)
	idp := asn1.ObjectIdentifier{2, 5, 29, 28}
	point := func(u string) []byte {
		inner := append([]byte{0x86, byte(len(u))}, u...)
		inner = append([]byte{0xa0, byte(len(inner))}, inner...)
		inner = append([]byte{0xa0, byte(len(inner))}, inner...)
		return append([]byte{0x30, byte(len(inner))}, inner...)
	}
	tests := []struct {
		name   string
		ext    *pkix.Extension
		listed bool
		reason int
		want   revocation.State
		err    error
	}{
		{"whole", nil, false, 0, revocation.Good, nil},
		{"whole, listed", nil, true, 6, revocation.Revoked, nil},
		{"removeFromCRL", nil, true, 8, revocation.Unknown, nil},
		{"user certificates", &pkix.Extension{Id: idp, Critical: true, Value: []byte{0x30, 3, 0x81, 1, 0xff}}, false, 0, revocation.Good, nil},
		{"CA certificates", &pkix.Extension{Id: idp, Critical: true, Value: []byte{0x30, 3, 0x82, 1, 0xff}}, false, 0, revocation.Unknown, nil},
		{"some reasons", &pkix.Extension{Id: idp, Critical: true, Value: []byte{0x30, 4, 0x83, 2, 6, 0x40}}, false, 0, revocation.Unknown, nil},
		{"some reasons, listed", &pkix.Extension{Id: idp, Critical: true, Value: []byte{0x30, 4, 0x83, 2, 6, 0x40}}, true, 1, revocation.Revoked, nil},
		{"indirect", &pkix.Extension{Id: idp, Critical: true, Value: []byte{0x30, 3, 0x84, 1, 0xff}}, true, 1, revocation.Unknown, nil},
		{"its own point", &pkix.Extension{Id: idp, Critical: true, Value: point(w.URL() + "/crl")}, false, 0, revocation.Good, nil},
		{"another point", &pkix.Extension{Id: idp, Critical: true, Value: point("http://127.0.0.1/x")}, false, 0, revocation.Unknown, nil},
		{"delta", &pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 27}, Critical: true, Value: []byte{2, 1, 1}}, false, 0, "", revocation.ErrFormat},
		{"unknown critical", &pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}, false, 0, "", revocation.ErrFormat},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			list := &x509.RevocationList{Number: big.NewInt(9), ThisUpdate: noon, NextUpdate: noon.Add(time.Hour)}
			if tc.ext != nil {
				list.ExtraExtensions = []pkix.Extension{*tc.ext}
			}
			if tc.listed {
				list.RevokedCertificateEntries = []x509.RevocationListEntry{{SerialNumber: w.bo.Certificate.SerialNumber, RevocationTime: noon.Add(-time.Hour), ReasonCode: tc.reason}}
			}
			issuing := w.IssuingIdentity()
			raw, err := x509.CreateRevocationList(rand.Reader, list, issuing.Certificate, issuing.Key)
			if err != nil {
				t.Fatal(err)
			}
			s, err := revocation.CRL(raw, w.bo.Certificate, w.Issuing(), noon)
			if s.State != tc.want || !errors.Is(err, tc.err) {
				t.Errorf("%+v, %v; want %v, %v", s, err, tc.want, tc.err)
			}
		})
	}
}

func TestFetch(t *testing.T) {
	w := newWorld(t)
	cert, issuer := w.bo.Certificate, w.Issuing()
	now := noon
	clock := func() time.Time { return now }
	w.Clock(clock)
	f := &revocation.Fetcher{Clock: clock, Cache: revocation.NewCache(10), Timeout: 300 * time.Millisecond}
	fetch := func() (ocsp, crl []byte) {
		t.Helper()
		ocsp, crl, err := f.Fetch(t.Context(), cert, issuer)
		if err != nil {
			t.Fatal(err)
		}
		return ocsp, crl
	}
	first, list := fetch()
	again, _ := fetch()
	if first == nil || list != nil || !bytes.Equal(first, again) || w.Asked("/ocsp") != 1 {
		t.Errorf("the cache was not used: %d questions", w.Asked("/ocsp"))
	}
	now = noon.Add(2 * time.Hour)
	if fetch(); w.Asked("/ocsp") != 2 {
		t.Errorf("an answer was used past its next update: %d questions", w.Asked("/ocsp"))
	}
	now = noon.Add(4 * time.Hour)
	w.StaleOCSP(true)
	if ocsp, crl := fetch(); ocsp != nil || crl == nil {
		t.Error("a stale OCSP answer was taken over a fresh list")
	}
	if issuerOCSP, crl, err := f.Fetch(t.Context(), issuer, w.Root()); err != nil || issuerOCSP != nil || crl == nil {
		t.Errorf("the issuing authority: %v", err)
	}
	now = noon.Add(48 * time.Hour)
	w.DeadStatus(true)
	if _, _, err := f.Fetch(t.Context(), cert, issuer); !errors.Is(err, revocation.ErrUnavailable) {
		t.Errorf("dead: %v", err)
	}
}

// S-06: nothing is asked that may not be.
func TestFetchIsBounded(t *testing.T) {
	w := newWorld(t)
	cert, issuer := w.bo.Certificate, w.Issuing()
	var none *revocation.Fetcher
	if _, _, err := none.Fetch(t.Context(), cert, issuer); !errors.Is(err, revocation.ErrForbidden) {
		t.Errorf("nil: %v", err)
	}
	closed := &revocation.Fetcher{Allow: func(*url.URL) bool { return false }}
	if _, _, err := closed.Fetch(t.Context(), cert, issuer); !errors.Is(err, revocation.ErrNoSource) {
		t.Errorf("not allowed: %v", err)
	}
	asked := 0
	redirect := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(rw, r, w.URL()+"/crl", http.StatusFound)
	}))
	defer redirect.Close()
	odd := *cert
	odd.OCSPServer = []string{"file:///etc/passwd", "ldap://127.0.0.1/x", "http://user:pw@127.0.0.1/"}
	odd.CRLDistributionPoints = []string{redirect.URL}
	f := &revocation.Fetcher{Clock: func() time.Time { return noon }}
	if _, _, err := f.Fetch(t.Context(), &odd, issuer); !errors.Is(err, revocation.ErrNoSource) || !errors.Is(err, revocation.ErrUnavailable) || asked != 1 {
		t.Errorf("odd addresses: %v", err)
	}
	f.MaxBytes = 100
	if _, _, err := f.Fetch(t.Context(), cert, issuer); !errors.Is(err, revocation.ErrUnavailable) {
		t.Errorf("too long: %v", err)
	}
	w.Slow(time.Minute)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := f.Fetch(ctx, cert, issuer); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("slow: %v", err)
	}
}

func FuzzOCSP(f *testing.F) {
	w := newWorld(f)
	good := w.ocsp(f, w.bo.Certificate)
	f.Add(good, w.crl(f, "/crl"))
	f.Fuzz(func(t *testing.T, answer, list []byte) {
		if s, err := revocation.OCSP(answer, w.bo.Certificate, w.Issuing(), noon); err == nil && s.State == revocation.Revoked {
			t.Error("revoked by nobody")
		}
		if s, err := revocation.CRL(list, w.bo.Certificate, w.Issuing(), noon); err == nil && s.State == revocation.Revoked {
			t.Error("revoked by nobody")
		}
	})
}
