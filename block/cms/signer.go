package cms

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// SignerInfo is one signer as read.
type SignerInfo struct {
	// Certificate is the signer's among those carried along, nil when absent.
	Certificate *x509.Certificate
	// Digest is the hash of the message digest, 0 when unknown.
	Digest crypto.Hash
	// Algorithm is UnknownAlgorithm also for those too weak; Faults tell.
	Algorithm SignatureAlgorithm
	// SignedAttrs is the DER SET OF that the signature must be over, nil when
	// there are no signed attributes.
	SignedAttrs []byte
	// Signature is the signature value: what a signature time-stamp stamps.
	Signature []byte
	// MessageDigest and ContentType are the signed attributes, nil when absent.
	MessageDigest []byte
	ContentType   asn1.ObjectIdentifier
	// SigningTime is the signer's own claim, nil when absent.
	SigningTime *time.Time
	// HasESS: a signing-certificate reference is signed. ESSMatches: it is to
	// Certificate.
	HasESS, ESSMatches bool
	// Signed and Unsigned are all attributes, one entry a value.
	Signed, Unsigned []Attribute
	// Faults are what is odd about this signer, as codes.
	Faults []string

	faults      faultList
	weak        bool
	salt        int  // of RSASSA-PSS, in bytes
	disagree    bool // digest algorithms differ between places
	given       []byte
	keyID       []byte // nil when named by issuer and serial
	issuer      []byte
	serial      *big.Int
	ess         *essReference
	before      []byte   // the fields before the unsigned attributes
	rawUnsigned [][]byte // each unsigned Attribute
}

func (sd *SignedData) readSigner(in cryptobyte.String) (SignerInfo, error) {
	var s SignerInfo
	bad := func(what string) (SignerInfo, error) {
		return s, fmt.Errorf("%w: %s of a signer is not readable", ErrNotCMS, what)
	}
	all := in
	var version, signature cryptobyte.String
	if !in.ReadASN1Element(&version, cbasn1.INTEGER) {
		return bad("the version")
	}
	issuer, serial, ok := s.readName(&in)
	if !ok {
		return bad("the name")
	}
	digest, ok := readIdentifier(&in, cbasn1.SEQUENCE)
	if !ok {
		return bad("the digest algorithm")
	}
	var attrs cryptobyte.String
	if in.PeekASN1Tag(context0) {
		in.ReadASN1Element(&attrs, context0)
	}
	algorithm, ok := readIdentifier(&in, cbasn1.SEQUENCE)
	if !ok || !in.ReadASN1(&signature, cbasn1.OCTET_STRING) {
		return bad("the signature")
	}
	s.Signature = signature
	s.before = all[:len(all)-len(in)]
	if !s.readUnsigned(&in) || !in.Empty() {
		return bad("an unsigned attribute")
	}
	s.readVersion(version)
	s.readAlgorithms(digest, algorithm)
	if attrs == nil {
		s.faults.add(FaultNoSignedAttrs)
	} else if err := s.readSigned(attrs, sd.ContentType); err != nil {
		return s, err
	}
	s.issuer, s.serial = issuer, serial
	s.bind(s.match(sd.Certificates))
	return s, nil
}

func (s *SignerInfo) readName(in *cryptobyte.String) (issuer []byte, serial *big.Int, ok bool) {
	skiTag := cbasn1.Tag(0).ContextSpecific()
	if in.PeekASN1Tag(skiTag) {
		var id cryptobyte.String
		ok = in.ReadASN1(&id, skiTag)
		s.keyID = append([]byte{}, id...)
		return nil, nil, ok
	}
	var seq, name cryptobyte.String
	serial = new(big.Int)
	ok = in.ReadASN1(&seq, cbasn1.SEQUENCE) && seq.ReadASN1Element(&name, cbasn1.SEQUENCE) && readInteger(&seq, serial) && seq.Empty()
	return name, serial, ok
}

// readInteger is tolerant of integers with leading zeros, which the scan has
// reported.
func readInteger(s *cryptobyte.String, out *big.Int) bool {
	var v cryptobyte.String
	if !s.ReadASN1(&v, cbasn1.INTEGER) || len(v) == 0 {
		return false
	}
	out.SetBytes(v)
	if v[0] >= 0x80 {
		out.Sub(out, new(big.Int).Lsh(big.NewInt(1), uint(8*len(v))))
	}
	return true
}

func (s *SignerInfo) readVersion(v cryptobyte.String) {
	want, got := 1, 0
	if s.keyID != nil {
		want = 3
		s.faults.add(FaultKeyID)
	}
	if !v.ReadASN1Integer(&got) || got != want {
		s.faults.add(FaultVersion)
	}
}

func (s *SignerInfo) readAlgorithms(digest, algorithm identifier) {
	h, weak := hashFrom(digest.oid)
	s.Digest, s.weak = h, weak
	if h == 0 || !digest.plain() {
		s.faults.add(FaultAlgorithm)
	}
	a, hash, fault := readSignatureAlgorithm(algorithm, h)
	s.Algorithm = a
	if a.family() == familyPSS {
		_, s.salt, _ = readPSSParameters(algorithm.params)
	}
	switch {
	case fault == FaultWeak:
		s.weak = true
	case fault != "":
		s.faults.add(fault)
		s.Algorithm = UnknownAlgorithm
	}
	if hash != 0 && hash != h {
		s.disagree = true
		s.faults.add(FaultDigestMismatch)
	}
	if s.weak {
		s.faults.add(FaultWeak)
	}
}

func (s *SignerInfo) readUnsigned(in *cryptobyte.String) bool {
	if in.Empty() {
		return true
	}
	var set cryptobyte.String
	if !in.ReadASN1(&set, context1) {
		return false
	}
	for !set.Empty() {
		var raw cryptobyte.String
		if !set.ReadASN1Element(&raw, cbasn1.SEQUENCE) || len(s.rawUnsigned) >= maxMembers {
			return false
		}
		s.rawUnsigned = append(s.rawUnsigned, raw)
		values, ok := readAttribute(raw)
		if !ok {
			return false
		}
		s.Unsigned = append(s.Unsigned, values...)
	}
	return true
}

func readAttribute(raw cryptobyte.String) ([]Attribute, bool) {
	var seq, set cryptobyte.String
	var oid asn1.ObjectIdentifier
	if !raw.ReadASN1(&seq, cbasn1.SEQUENCE) || !seq.ReadASN1ObjectIdentifier(&oid) || !seq.ReadASN1(&set, cbasn1.SET) || !seq.Empty() {
		return nil, false
	}
	var out []Attribute
	for !set.Empty() {
		var value cryptobyte.String
		var tag cbasn1.Tag
		if !set.ReadAnyASN1Element(&value, &tag) {
			return nil, false
		}
		out = append(out, Attribute{Type: oid, Value: value})
	}
	return out, true
}

// readSigned takes the signed attributes as they stand, under whatever tag.
func (s *SignerInfo) readSigned(element []byte, contentType asn1.ObjectIdentifier) error {
	s.given = bytes.Clone(element)
	s.given[0] = byte(cbasn1.SET)
	in := cryptobyte.String(s.given)
	var set cryptobyte.String
	in.ReadASN1(&set, cbasn1.SET)
	var members [][]byte
	var seen []asn1.ObjectIdentifier
	for !set.Empty() {
		var raw cryptobyte.String
		if !set.ReadASN1Element(&raw, cbasn1.SEQUENCE) || len(seen) >= maxMembers {
			return fmt.Errorf("%w: a signed attribute is not readable", ErrNotCMS)
		}
		values, ok := readAttribute(raw)
		if !ok {
			return fmt.Errorf("%w: a signed attribute is not readable", ErrNotCMS)
		}
		if len(values) == 0 {
			s.faults.add(FaultAttrValues)
			members = append(members, raw)
			continue
		}
		for _, have := range seen {
			if have.Equal(values[0].Type) {
				s.faults.add(FaultDuplicateAttr)
			}
		}
		seen = append(seen, values[0].Type)
		members = append(members, sortedAttribute(values))
		s.Signed = append(s.Signed, values...)
		s.readKnown(values)
	}
	s.SignedAttrs = setOf(members, cbasn1.SET)
	s.judgeAttributes(contentType)
	s.Faults = s.faults
	return nil
}

func sortedAttribute(values []Attribute) []byte {
	members := make([][]byte, 0, len(values))
	for _, v := range values {
		members = append(members, v.Value)
	}
	set := setOf(members, cbasn1.SET)
	return encode(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(values[0].Type)
			b.AddBytes(set)
		})
	})
}

// readKnown reads the attributes that this package knows. Each has exactly one
// value (RFC 5652 §11, RFC 5035 §3).
func (s *SignerInfo) readKnown(values []Attribute) {
	v := cryptobyte.String(values[0].Value)
	ok := true
	switch t := values[0].Type; {
	case t.Equal(oidContentType):
		if s.ContentType == nil {
			ok = v.ReadASN1ObjectIdentifier(&s.ContentType) && v.Empty()
		}
	case t.Equal(oidMessageDigest):
		var d cryptobyte.String
		ok = v.ReadASN1(&d, cbasn1.OCTET_STRING) && v.Empty()
		if ok && s.MessageDigest == nil {
			s.MessageDigest = append([]byte{}, d...)
		}
	case t.Equal(oidSigningTime):
		s.faults.add(FaultSigningTime)
		var at time.Time
		if v.PeekASN1Tag(cbasn1.UTCTime) {
			ok = v.ReadASN1UTCTime(&at) && v.Empty()
		} else {
			ok = v.ReadASN1GeneralizedTime(&at) && v.Empty()
		}
		if ok && s.SigningTime == nil {
			s.SigningTime = &at
		}
	case t.Equal(oidSigningCertV2), t.Equal(oidSigningCertV1):
		v1 := t.Equal(oidSigningCertV1)
		var ref essReference
		ref, ok = readESS(v, v1)
		s.HasESS = true
		if ok && (s.ess == nil || s.ess.v1) {
			s.ess = &ref
		}
	case t.Equal(oidProtection):
		ok = s.readProtection(v)
	default:
		return
	}
	if !ok || len(values) != 1 {
		s.faults.add(FaultAttrValues)
	}
}

// readProtection compares CMSAlgorithmProtection (RFC 6211) with the fields
// that it protects.
func (s *SignerInfo) readProtection(v cryptobyte.String) bool {
	var seq cryptobyte.String
	if !v.ReadASN1(&seq, cbasn1.SEQUENCE) || !v.Empty() {
		return false
	}
	digest, ok := readIdentifier(&seq, cbasn1.SEQUENCE)
	if !ok {
		return false
	}
	algorithm, ok := readIdentifier(&seq, context1)
	if !ok || !seq.Empty() {
		return false
	}
	h, _ := hashFrom(digest.oid)
	a, _, _ := readSignatureAlgorithm(algorithm, h)
	if h != s.Digest || a != s.Algorithm {
		s.disagree = true
		s.faults.add(FaultDigestMismatch)
	}
	return true
}

func (s *SignerInfo) judgeAttributes(contentType asn1.ObjectIdentifier) {
	switch {
	case s.MessageDigest == nil:
		s.faults.add(FaultNoDigest)
	case s.Digest != 0 && len(s.MessageDigest) != s.Digest.Size():
		s.faults.add(FaultDigestMismatch)
	}
	switch {
	case s.ContentType == nil:
		s.faults.add(FaultNoContentType)
	case !s.ContentType.Equal(contentType):
		s.faults.add(FaultContentType)
	}
	switch {
	case !s.HasESS:
		s.faults.add(FaultNoESS)
	case s.ess != nil && s.ess.v1:
		s.faults.add(FaultESSV1)
	}
}
