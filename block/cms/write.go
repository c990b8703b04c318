package cms

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Attribute is one signed or unsigned attribute with one value.
type Attribute struct {
	Type  asn1.ObjectIdentifier
	Value []byte // DER of the one value
}

// SignedAttributes gives the bytes that the signer's key signs for detached
// content of type id-data: the DER SET OF content-type, message-digest and ESS
// signing-certificate-v2 (RFC 5652 §5.4, EN 319 122-1 §6.3). messageDigest is
// the digest of the content with h. Of extra, what the package writes itself
// and signing-time are refused.
func SignedAttributes(messageDigest []byte, h crypto.Hash, cert *x509.Certificate, extra ...Attribute) ([]byte, error) {
	return SignedAttributesOf(OIDData, messageDigest, h, cert, extra...)
}

// SignedAttributesOf is SignedAttributes for content of another type, such as
// the TSTInfo of a time-stamp.
func SignedAttributesOf(contentType asn1.ObjectIdentifier, messageDigest []byte, h crypto.Hash, cert *x509.Certificate, extra ...Attribute) ([]byte, error) {
	if _, err := hashOID(h); err != nil {
		return nil, err
	}
	if len(messageDigest) != h.Size() {
		return nil, fmt.Errorf("%w: the digest has not the length of its hash", ErrDigest)
	}
	if cert == nil {
		return nil, ErrNoCertificate
	}
	ess, err := essValue(h, cert)
	if err != nil {
		return nil, err
	}
	all := []Attribute{
		{Type: oidContentType, Value: encode(func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(contentType) })},
		{Type: oidMessageDigest, Value: encode(func(b *cryptobyte.Builder) { b.AddASN1OctetString(messageDigest) })},
		{Type: oidSigningCertV2, Value: ess},
	}
	for _, a := range extra {
		if a.Type.Equal(oidSigningTime) {
			return nil, errors.New("signing-time is not for a PAdES signature")
		}
		for _, have := range all {
			if have.Type.Equal(a.Type) {
				return nil, errors.New("an attribute stands twice")
			}
		}
		all = append(all, a)
	}
	return attributeSet(all, cbasn1.SET)
}

// attributeSet writes attributes as a sorted SET OF under the given tag.
func attributeSet(all []Attribute, tag cbasn1.Tag) ([]byte, error) {
	members := make([][]byte, 0, len(all))
	for _, a := range all {
		der, err := attributeDER(a)
		if err != nil {
			return nil, err
		}
		members = append(members, der)
	}
	return setOf(members, tag), nil
}

func attributeDER(a Attribute) ([]byte, error) {
	var s scanner
	if n, err := s.element(a.Value, 0, false); err != nil || n != len(a.Value) {
		return nil, errors.New("an attribute's value is not one DER value")
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(a.Type)
		b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(a.Value) })
	})
	return b.Bytes()
}

// setOf sorts the members as X.690 §11.6 has it and writes them under tag.
func setOf(members [][]byte, tag cbasn1.Tag) []byte {
	slices.SortFunc(members, bytes.Compare)
	return appendElement(nil, byte(tag), bytes.Join(members, nil))
}

// encode is for values that cannot fail to be written.
func encode(f func(b *cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	f(&b)
	out, err := b.Bytes()
	if err != nil {
		return nil
	}
	return out
}

// Sign signs attributes with a key that is at hand: the step between
// SignedAttributes and Assemble.
func Sign(key crypto.Signer, signedAttrs []byte, alg SignatureAlgorithm) ([]byte, error) {
	if alg == Ed25519 || alg.Hash() == 0 {
		return nil, fmt.Errorf("%w: not for writing", ErrAlgorithm)
	}
	if err := checkKey(key.Public(), alg); err != nil {
		return nil, err
	}
	h := alg.Hash().New()
	h.Write(signedAttrs)
	return key.Sign(rand.Reader, h.Sum(nil), alg.Options())
}

// Assemble puts a signature over signedAttrs into a detached SignedData of one
// signer, with the signer's certificate and the chain inside. It refuses
// attributes that are not DER or not bound to cert; it does not verify the
// signature (Parse and Verify do).
func Assemble(signedAttrs, signature []byte, alg SignatureAlgorithm, cert *x509.Certificate, chain []*x509.Certificate, unsigned ...Attribute) ([]byte, error) {
	return AssembleContent(OIDData, nil, signedAttrs, signature, alg, cert, chain, unsigned...)
}

// AssembleContent is Assemble for content of another type, which is carried
// inside unless it is nil.
func AssembleContent(contentType asn1.ObjectIdentifier, content, signedAttrs, signature []byte, alg SignatureAlgorithm, cert *x509.Certificate, chain []*x509.Certificate, unsigned ...Attribute) ([]byte, error) {
	if cert == nil {
		return nil, ErrNoCertificate
	}
	if err := checkKey(cert.PublicKey, alg); err != nil {
		return nil, err
	}
	if err := checkAttributes(signedAttrs, contentType, alg.Hash(), cert); err != nil {
		return nil, err
	}
	signer, err := signerInfo(signedAttrs, signature, alg, cert, unsigned)
	if err != nil {
		return nil, err
	}
	version := int64(1)
	if !contentType.Equal(OIDData) {
		version = 3 // RFC 5652 §5.1
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(OIDSignedData)
		b.AddASN1(context0, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(version)
				b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) { addHash(b, alg.Hash(), false) })
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(contentType)
					if content != nil {
						b.AddASN1(context0, func(b *cryptobyte.Builder) { b.AddASN1OctetString(content) })
					}
				})
				b.AddBytes(certificateSet(cert, chain))
				b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(signer) })
			})
		})
	})
	return b.Bytes()
}

// checkAttributes makes sure that what comes back from a signing service is
// what an honest reader will accept.
func checkAttributes(signedAttrs []byte, contentType asn1.ObjectIdentifier, h crypto.Hash, cert *x509.Certificate) error {
	var s scanner
	n, err := s.element(signedAttrs, 0, false)
	if err != nil || n != len(signedAttrs) || len(s.faults) > 0 || signedAttrs[0] != byte(cbasn1.SET) {
		return errors.New("the signed attributes are not a DER set")
	}
	var p SignerInfo
	p.Digest = h
	if err := p.readSigned(signedAttrs, contentType); err != nil {
		return err
	}
	p.bind(cert)
	for _, code := range p.Faults {
		return fmt.Errorf("the signed attributes do not fit: %s", Describe(code))
	}
	return nil
}

func certificateSet(cert *x509.Certificate, chain []*x509.Certificate) []byte {
	members := [][]byte{cert.Raw}
	for _, c := range chain {
		if !slices.ContainsFunc(members, func(m []byte) bool { return bytes.Equal(m, c.Raw) }) {
			members = append(members, c.Raw)
		}
	}
	return setOf(members, context0)
}

func signerInfo(signedAttrs, signature []byte, alg SignatureAlgorithm, cert *x509.Certificate, unsigned []Attribute) ([]byte, error) {
	tagged := bytes.Clone(signedAttrs)
	tagged[0] = byte(context0) // IMPLICIT [0]; the length stays
	var extra []byte
	if len(unsigned) > 0 {
		var err error
		if extra, err = attributeSet(unsigned, context1); err != nil {
			return nil, err
		}
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(cert.RawIssuer)
			b.AddASN1BigInt(cert.SerialNumber)
		})
		addHash(b, alg.Hash(), false)
		b.AddBytes(tagged)
		addSignatureAlgorithm(b, alg)
		b.AddASN1OctetString(signature)
		b.AddBytes(extra)
	})
	return b.Bytes()
}

// AddUnsigned adds an unsigned attribute to the only signer of a DER
// SignedData, after the fact: a signature-time-stamp over its signature value.
// Everything else keeps its bytes.
func AddUnsigned(der []byte, a Attribute) ([]byte, error) {
	sd, err := Parse(der)
	if err != nil {
		return nil, err
	}
	if !sd.DER || sd.trailing || len(sd.Signers) != 1 {
		return nil, errors.New("an attribute can be added to DER with one signer only")
	}
	all := append(slices.Clone(sd.Signers[0].rawUnsigned), nil)
	if all[len(all)-1], err = attributeDER(a); err != nil {
		return nil, err
	}
	set := setOf(all, context1)
	s := sd.Signers[0]
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(OIDSignedData)
		b.AddASN1(context0, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddBytes(sd.before)
				b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) {
					b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddBytes(s.before)
						b.AddBytes(set)
					})
				})
			})
		})
	})
	return b.Bytes()
}
