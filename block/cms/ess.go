package cms

import (
	"bytes"
	"crypto"
	"crypto/sha1" // #nosec: read and reported only
	"crypto/subtle"
	"crypto/x509"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// essValue writes SigningCertificateV2 (RFC 5035 §3) with one certificate: its
// hash with h (named unless it is the default, SHA-256) and its IssuerSerial.
func essValue(h crypto.Hash, cert *x509.Certificate) ([]byte, error) {
	sum := h.New()
	sum.Write(cert.Raw)
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { // SigningCertificateV2
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { // certs
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { // ESSCertIDv2
				if h != crypto.SHA256 {
					addHash(b, h, false)
				}
				b.AddASN1OctetString(sum.Sum(nil))
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { // IssuerSerial
					b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { // GeneralNames
						b.AddASN1(cbasn1.Tag(4).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddBytes(cert.RawIssuer) })
					})
					b.AddASN1BigInt(cert.SerialNumber)
				})
			})
		})
	})
	return b.Bytes()
}

// essReference is the first ESSCertID or ESSCertIDv2: the signer's certificate.
type essReference struct {
	v1     bool
	hash   crypto.Hash // 0 when not known or weak (v2)
	digest []byte
	issuer []byte // DER of the Name, nil when left out
	serial *big.Int
}

func readESS(value []byte, v1 bool) (essReference, bool) {
	ref := essReference{v1: v1, hash: crypto.SHA256}
	s := cryptobyte.String(value)
	var outer, certs, id, digest cryptobyte.String
	if !s.ReadASN1(&outer, cbasn1.SEQUENCE) || !s.Empty() || !outer.ReadASN1(&certs, cbasn1.SEQUENCE) || !certs.ReadASN1(&id, cbasn1.SEQUENCE) {
		return ref, false
	}
	if !outer.Empty() && (!outer.SkipASN1(cbasn1.SEQUENCE) || !outer.Empty()) {
		return ref, false
	}
	for rest := certs; !rest.Empty(); {
		if !rest.SkipASN1(cbasn1.SEQUENCE) {
			return ref, false
		}
	}
	if v1 {
		ref.hash = crypto.SHA1
	} else if id.PeekASN1Tag(cbasn1.SEQUENCE) {
		alg, ok := readIdentifier(&id, cbasn1.SEQUENCE)
		h, weak := hashFrom(alg.oid)
		if !ok || !alg.plain() {
			return ref, false
		}
		if weak {
			h = 0
		}
		ref.hash = h
	}
	if !id.ReadASN1(&digest, cbasn1.OCTET_STRING) {
		return ref, false
	}
	ref.digest = digest
	if id.Empty() {
		return ref, true
	}
	return ref, ref.readIssuerSerial(&id) && id.Empty()
}

func (r *essReference) readIssuerSerial(s *cryptobyte.String) bool {
	var seq, names, name cryptobyte.String
	r.serial = new(big.Int)
	if !s.ReadASN1(&seq, cbasn1.SEQUENCE) || !seq.ReadASN1(&names, cbasn1.SEQUENCE) || !seq.ReadASN1Integer(r.serial) || !seq.Empty() {
		return false
	}
	// Exactly one directoryName (RFC 5035 §4); another kind of name is left
	// unmatched rather than called wrong DER.
	if !names.ReadASN1(&name, cbasn1.Tag(4).ContextSpecific().Constructed()) || !names.Empty() {
		return false
	}
	r.issuer = name
	return true
}

// fits tells whether the reference is to cert: the hash, and the issuer and
// serial number where they are given.
func (r essReference) fits(cert *x509.Certificate) bool {
	var sum []byte
	switch {
	case r.v1:
		v := sha1.Sum(cert.Raw) // #nosec: FaultESSV1 says that it is weak
		sum = v[:]
	case r.hash == 0:
		return false
	default:
		h := r.hash.New()
		h.Write(cert.Raw)
		sum = h.Sum(nil)
	}
	if subtle.ConstantTimeCompare(sum, r.digest) != 1 {
		return false
	}
	return r.issuer == nil || bytes.Equal(r.issuer, cert.RawIssuer) && r.serial.Cmp(cert.SerialNumber) == 0
}
