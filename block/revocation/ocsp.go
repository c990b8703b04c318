package revocation

import (
	"bytes"
	"crypto"
	"crypto/sha1" // #nosec: names the responder's key (RFC 6960 §4.2.1)
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/ocsp"
)

// Reader reads OCSP responses. Whoever reads many that name the same responder
// can give it a memory; the zero Reader has none.
type Reader struct {
	// Signed tells whether parent's key signed child's certificate; nil asks
	// the certificate itself, every time.
	Signed func(child, parent *x509.Certificate) bool
}

// OCSP is Reader.OCSP without a memory.
func OCSP(raw []byte, cert, issuer *x509.Certificate, at time.Time) (Status, error) {
	return Reader{}.OCSP(raw, cert, issuer, at)
}

func (r Reader) signed(child, parent *x509.Certificate) bool {
	if r.Signed != nil {
		return r.Signed(child, parent)
	}
	return child.CheckSignatureFrom(parent) == nil
}

// OCSP reads an OCSP response about cert, which issuer issued, and checks that
// it is authentic, about this certificate, and holds at the given time (the
// zero time leaves that out). It is authentic when signed by the issuer, or by
// a responder whose certificate the issuer itself issued for OCSP signing
// (RFC 6960 §4.2.2.2). With ErrStale the Status is given too.
func (r Reader) OCSP(raw []byte, cert, issuer *x509.Certificate, at time.Time) (Status, error) {
	if cert == nil || issuer == nil || len(raw) > maxOCSP {
		return Status{}, ErrFormat
	}
	res, err := ocsp.ParseResponseForCert(raw, cert, nil)
	if err != nil {
		return Status{}, ocspError(err)
	}
	responder, err := r.authentic(res, issuer)
	if err != nil {
		return Status{}, err
	}
	if err := aboutCertificate(res.TBSResponseData, cert, issuer); err != nil {
		return Status{}, err
	}
	s := Status{
		State: Unknown, Source: SourceOCSP, Responder: responder,
		ThisUpdate: res.ThisUpdate, NextUpdate: res.NextUpdate, ProducedAt: res.ProducedAt,
	}
	if !s.NextUpdate.IsZero() && s.NextUpdate.Before(s.ThisUpdate) {
		return Status{}, fmt.Errorf("%w: its times contradict each other", ErrFormat)
	}
	switch res.Status {
	case ocsp.Good:
		s.State = Good
	case ocsp.Revoked:
		s.State, s.At, s.Reason = Revoked, res.RevokedAt, res.RevocationReason
	}
	return s, s.covers(at)
}

func ocspError(err error) error {
	var refused ocsp.ResponseError
	if errors.As(err, &refused) {
		return fmt.Errorf("%w: %s", ErrRefused, refused.Status)
	}
	var parse ocsp.ParseError
	if errors.As(err, &parse) {
		switch text := string(parse); {
		case text == "no response matching the supplied certificate":
			return ErrOtherCertificate
		case strings.HasPrefix(text, "bad signature on embedded certificate"):
			return ErrSignature
		}
	}
	return fmt.Errorf("%w: OCSP", ErrFormat)
}

// weak are the algorithms that crypto/x509 still takes for revocation
// information and that are not relied on here.
func weak(a x509.SignatureAlgorithm) bool {
	switch a {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.DSAWithSHA256, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

// authentic finds who signed and whether that is for them to do. The library
// has checked the signature against the embedded certificate, if there is one.
func (r Reader) authentic(res *ocsp.Response, issuer *x509.Certificate) (*x509.Certificate, error) {
	responder := issuer
	if weak(res.SignatureAlgorithm) {
		return nil, fmt.Errorf("%w: the algorithm is too weak", ErrSignature)
	}
	switch {
	case res.Certificate == nil || res.Certificate.Equal(issuer):
		if err := res.CheckSignatureFrom(issuer); err != nil {
			return nil, ErrSignature
		}
	default:
		responder = res.Certificate
		if !bytes.Equal(responder.RawIssuer, issuer.RawSubject) || !r.signed(responder, issuer) {
			return nil, fmt.Errorf("%w: the responder is not the issuer's", ErrSignature)
		}
		if !slices.Contains(responder.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning) {
			return nil, fmt.Errorf("%w: the responder is not meant for it", ErrSignature)
		}
		if res.ProducedAt.Add(skew).Before(responder.NotBefore) || res.ProducedAt.After(responder.NotAfter) {
			return nil, fmt.Errorf("%w: the responder's certificate was not valid", ErrSignature)
		}
	}
	if res.RawResponderName != nil && !bytes.Equal(res.RawResponderName, responder.RawSubject) ||
		res.ResponderKeyHash != nil && !bytes.Equal(res.ResponderKeyHash, keyHash(responder, crypto.SHA1)) {
		return nil, fmt.Errorf("%w: the responder calls itself something else", ErrSignature)
	}
	return responder, nil
}

// single is one answer of an OCSP response: about which certificate, and the
// tag of what is said of it.
type single struct {
	algorithm asn1.ObjectIdentifier
	name, key cryptobyte.String
	serial    *big.Int
	status    cbasn1.Tag
}

// tagGood is CertStatus good (RFC 6960 §4.2.1).
const tagGood = cbasn1.Tag(0x80)

// singles reads the answers of a ResponseData; false when it is not readable.
func singles(tbs []byte) ([]single, bool) {
	in := cryptobyte.String(tbs)
	var data, list, responder cryptobyte.String
	var tag cbasn1.Tag
	if !in.ReadASN1(&data, cbasn1.SEQUENCE) ||
		!data.SkipOptionalASN1(cbasn1.Tag(0).ContextSpecific().Constructed()) || // version
		!data.ReadAnyASN1(&responder, &tag) || !data.SkipASN1(cbasn1.GeneralizedTime) || !data.ReadASN1(&list, cbasn1.SEQUENCE) {
		return nil, false
	}
	var out []single
	for !list.Empty() {
		var one, id, algorithm, status cryptobyte.String
		s := single{serial: new(big.Int)}
		if !list.ReadASN1(&one, cbasn1.SEQUENCE) || !one.ReadASN1(&id, cbasn1.SEQUENCE) ||
			!id.ReadASN1(&algorithm, cbasn1.SEQUENCE) || !algorithm.ReadASN1ObjectIdentifier(&s.algorithm) ||
			!id.ReadASN1(&s.name, cbasn1.OCTET_STRING) || !id.ReadASN1(&s.key, cbasn1.OCTET_STRING) || !id.ReadASN1Integer(s.serial) ||
			!one.ReadAnyASN1(&status, &s.status) {
			return nil, false
		}
		out = append(out, s)
	}
	return out, true
}

// aboutCertificate looks at the CertIDs, of which the library compares the
// serial number only: exactly one answer has the serial number, and it names
// this issuer by name and key.
func aboutCertificate(tbs []byte, cert, issuer *x509.Certificate) error {
	list, ok := singles(tbs)
	if !ok {
		return ErrFormat
	}
	found := 0
	for _, s := range list {
		if s.serial.Cmp(cert.SerialNumber) != 0 {
			continue
		}
		found++
		h := hashOf(s.algorithm)
		if h == 0 || !bytes.Equal(s.name, sum(h, issuer.RawSubject)) || !bytes.Equal(s.key, keyHash(issuer, h)) ||
			!bytes.Equal(cert.RawIssuer, issuer.RawSubject) {
			return ErrOtherCertificate
		}
	}
	if found != 1 {
		return ErrOtherCertificate
	}
	return nil
}

func hashOf(oid asn1.ObjectIdentifier) crypto.Hash {
	switch oid.String() {
	case "1.3.14.3.2.26":
		return crypto.SHA1
	case "2.16.840.1.101.3.4.2.1":
		return crypto.SHA256
	case "2.16.840.1.101.3.4.2.2":
		return crypto.SHA384
	case "2.16.840.1.101.3.4.2.3":
		return crypto.SHA512
	}
	return 0
}

func sum(h crypto.Hash, data []byte) []byte {
	if h == crypto.SHA1 {
		v := sha1.Sum(data) // #nosec
		return v[:]
	}
	w := h.New()
	w.Write(data)
	return w.Sum(nil)
}

// keyHash is the hash of the subject's public key without its header.
func keyHash(c *x509.Certificate, h crypto.Hash) []byte {
	in := cryptobyte.String(c.RawSubjectPublicKeyInfo)
	var info cryptobyte.String
	var bits asn1.BitString
	if !in.ReadASN1(&info, cbasn1.SEQUENCE) || !info.SkipASN1(cbasn1.SEQUENCE) || !info.ReadASN1BitString(&bits) {
		return nil
	}
	return sum(h, bits.RightAlign())
}
