package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/asn1"
	"fmt"

	// The hashes that may be named.
	_ "crypto/sha256"
	_ "crypto/sha512"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// SignatureAlgorithm is a signature algorithm together with its hash.
type SignatureAlgorithm int

// The algorithms that are written and read; Ed25519 is read only.
const (
	UnknownAlgorithm SignatureAlgorithm = iota
	ECDSAWithSHA256
	ECDSAWithSHA384
	ECDSAWithSHA512
	RSAPSSWithSHA256
	RSAPSSWithSHA384
	RSAPSSWithSHA512
	RSAWithSHA256
	RSAWithSHA384
	RSAWithSHA512
	Ed25519
)

type family int

const (
	familyNone family = iota
	familyECDSA
	familyPSS
	familyRSA
	familyEd25519
)

func (a SignatureAlgorithm) family() family {
	switch a {
	case ECDSAWithSHA256, ECDSAWithSHA384, ECDSAWithSHA512:
		return familyECDSA
	case RSAPSSWithSHA256, RSAPSSWithSHA384, RSAPSSWithSHA512:
		return familyPSS
	case RSAWithSHA256, RSAWithSHA384, RSAWithSHA512:
		return familyRSA
	case Ed25519:
		return familyEd25519
	}
	return familyNone
}

// Hash is the hash of the algorithm, 0 for an unknown one. For Ed25519 it is
// the digest that RFC 8419 §3.1 has for the message digest.
func (a SignatureAlgorithm) Hash() crypto.Hash {
	switch a {
	case ECDSAWithSHA256, RSAPSSWithSHA256, RSAWithSHA256:
		return crypto.SHA256
	case ECDSAWithSHA384, RSAPSSWithSHA384, RSAWithSHA384:
		return crypto.SHA384
	case ECDSAWithSHA512, RSAPSSWithSHA512, RSAWithSHA512, Ed25519:
		return crypto.SHA512
	}
	return 0
}

// Options are what a crypto.Signer is given to make such a signature.
func (a SignatureAlgorithm) Options() crypto.SignerOpts {
	if a.family() == familyPSS {
		return &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: a.Hash()}
	}
	return a.Hash()
}

// String is a name for reports, "ECDSA with SHA-256".
func (a SignatureAlgorithm) String() string {
	switch a.family() {
	case familyECDSA:
		return "ECDSA with " + a.Hash().String()
	case familyPSS:
		return "RSASSA-PSS with " + a.Hash().String()
	case familyRSA:
		return "RSA with " + a.Hash().String()
	case familyEd25519:
		return "Ed25519"
	}
	return "unknown"
}

// AlgorithmFor picks the algorithm for a key and a hash (SHA-256, -384 or -512).
// pss chooses RSASSA-PSS over PKCS #1 v1.5 and means nothing for other keys.
// ErrWeak for keys that Verify would refuse.
func AlgorithmFor(pub crypto.PublicKey, h crypto.Hash, pss bool) (SignatureAlgorithm, error) {
	f := familyNone
	switch pub.(type) {
	case *ecdsa.PublicKey:
		f = familyECDSA
	case *rsa.PublicKey:
		f = familyRSA
		if pss {
			f = familyPSS
		}
	}
	a := algorithmOf(f, h)
	if a == UnknownAlgorithm {
		return a, fmt.Errorf("%w: no signature algorithm for this key and hash", ErrAlgorithm)
	}
	return a, checkKey(pub, a)
}

func algorithmOf(f family, h crypto.Hash) SignatureAlgorithm {
	for a := ECDSAWithSHA256; a < Ed25519; a++ {
		if a.family() == f && a.Hash() == h {
			return a
		}
	}
	return UnknownAlgorithm
}

func hashOID(h crypto.Hash) (asn1.ObjectIdentifier, error) {
	switch h {
	case crypto.SHA256:
		return oidSHA256, nil
	case crypto.SHA384:
		return oidSHA384, nil
	case crypto.SHA512:
		return oidSHA512, nil
	}
	return nil, fmt.Errorf("%w: hash", ErrAlgorithm)
}

// hashFrom gives the hash of an algorithm identifier. weak tells those that are
// known but not to be relied on.
func hashFrom(oid asn1.ObjectIdentifier) (h crypto.Hash, weak bool) {
	switch {
	case oid.Equal(oidSHA256):
		return crypto.SHA256, false
	case oid.Equal(oidSHA384):
		return crypto.SHA384, false
	case oid.Equal(oidSHA512):
		return crypto.SHA512, false
	case oid.Equal(oidSHA224):
		return crypto.SHA224, true
	case oid.Equal(oidSHA1):
		return crypto.SHA1, true
	case oid.Equal(oidMD5):
		return crypto.MD5, true
	}
	return 0, false
}

// addHash writes the identifier of a hash: parameters absent (RFC 5754 §2), or
// NULL inside RSASSA-PSS parameters (RFC 4055 §2.1).
func addHash(b *cryptobyte.Builder, h crypto.Hash, null bool) {
	oid, err := hashOID(h)
	if err != nil {
		b.SetError(err)
		return
	}
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		if null {
			b.AddASN1NULL()
		}
	})
}

func addSignatureAlgorithm(b *cryptobyte.Builder, a SignatureAlgorithm) {
	oids := map[SignatureAlgorithm]asn1.ObjectIdentifier{
		ECDSAWithSHA256: oidECDSAWithSHA256, ECDSAWithSHA384: oidECDSAWithSHA384, ECDSAWithSHA512: oidECDSAWithSHA512,
		RSAPSSWithSHA256: oidRSAPSS, RSAPSSWithSHA384: oidRSAPSS, RSAPSSWithSHA512: oidRSAPSS,
		RSAWithSHA256: oidRSAWithSHA256, RSAWithSHA384: oidRSAWithSHA384, RSAWithSHA512: oidRSAWithSHA512,
	}
	oid, ok := oids[a]
	if !ok {
		b.SetError(fmt.Errorf("%w: not for writing", ErrAlgorithm))
		return
	}
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		switch a.family() {
		case familyRSA:
			b.AddASN1NULL()
		case familyPSS:
			addPSSParameters(b, a.Hash())
		}
	})
}

// addPSSParameters: RFC 4055 §3.1, everything written out but the trailer
// field, which has its default.
func addPSSParameters(b *cryptobyte.Builder, h crypto.Hash) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(context0, func(b *cryptobyte.Builder) { addHash(b, h, true) })
		b.AddASN1(context1, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(oidMGF1)
				addHash(b, h, true)
			})
		})
		b.AddASN1(context2, func(b *cryptobyte.Builder) { b.AddASN1Int64(int64(h.Size())) })
	})
}

// identifier is an AlgorithmIdentifier as read.
type identifier struct {
	oid    asn1.ObjectIdentifier
	params []byte // nil when absent
}

func (i identifier) plain() bool { return i.params == nil || bytes.Equal(i.params, []byte{5, 0}) }

func readIdentifier(s *cryptobyte.String, tag cbasn1.Tag) (identifier, bool) {
	var seq cryptobyte.String
	var out identifier
	if !s.ReadASN1(&seq, tag) || !seq.ReadASN1ObjectIdentifier(&out.oid) {
		return out, false
	}
	if seq.Empty() {
		return out, true
	}
	var params cryptobyte.String
	var any cbasn1.Tag
	if !seq.ReadAnyASN1Element(&params, &any) || !seq.Empty() {
		return out, false
	}
	out.params = params
	return out, true
}

// readSignatureAlgorithm gives what an identifier names. digest decides the
// hash where the identifier names the kind of key only (rsaEncryption, and
// id-ecPublicKey, which older programs write for ECDSA). hash is that of the
// algorithm even when it is weak and the algorithm therefore unknown.
func readSignatureAlgorithm(id identifier, digest crypto.Hash) (a SignatureAlgorithm, hash crypto.Hash, fault string) {
	switch {
	case id.oid.Equal(oidRSAPSS):
		h, _, ok := readPSSParameters(id.params)
		if !ok {
			return UnknownAlgorithm, 0, FaultPSS
		}
		return algorithmOf(familyPSS, h), h, ""
	case id.oid.Equal(oidRSA), id.oid.Equal(oidECPublicKey):
		a = algorithmOf(familyRSA, digest)
		if id.oid.Equal(oidECPublicKey) {
			a = algorithmOf(familyECDSA, digest)
		}
		if a == UnknownAlgorithm {
			fault = FaultWeak
		}
		if !id.plain() {
			fault = FaultAlgorithm
		}
		return a, digest, fault
	case id.oid.Equal(oidRSAWithMD5):
		return UnknownAlgorithm, crypto.MD5, FaultWeak
	case id.oid.Equal(oidRSAWithSHA1), id.oid.Equal(oidECDSAWithSHA1):
		return UnknownAlgorithm, crypto.SHA1, FaultWeak
	}
	fixed := []struct {
		oid asn1.ObjectIdentifier
		a   SignatureAlgorithm
	}{
		{oidECDSAWithSHA256, ECDSAWithSHA256}, {oidECDSAWithSHA384, ECDSAWithSHA384}, {oidECDSAWithSHA512, ECDSAWithSHA512},
		{oidRSAWithSHA256, RSAWithSHA256}, {oidRSAWithSHA384, RSAWithSHA384}, {oidRSAWithSHA512, RSAWithSHA512},
		{oidEd25519, Ed25519},
	}
	for _, f := range fixed {
		if id.oid.Equal(f.oid) {
			if !id.plain() {
				fault = FaultAlgorithm
			}
			return f.a, f.a.Hash(), fault
		}
	}
	return UnknownAlgorithm, 0, FaultAlgorithm
}

// readPSSParameters accepts one hash throughout and a salt of its length, which
// is all that EN 319 122 and TS 119 312 have use for, or a longer one, as some
// programs make it for as long as the key has room; anything else is refused.
func readPSSParameters(der []byte) (h crypto.Hash, salt int, ok bool) {
	s := cryptobyte.String(der)
	var seq, hash, mgf, length, inner cryptobyte.String
	if !s.ReadASN1(&seq, cbasn1.SEQUENCE) || !s.Empty() ||
		!seq.ReadASN1(&hash, context0) || !seq.ReadASN1(&mgf, context1) || !seq.ReadASN1(&length, context2) {
		return 0, 0, false
	}
	if !seq.Empty() {
		var trailer cryptobyte.String
		var n int
		if !seq.ReadASN1(&trailer, context3) || !trailer.ReadASN1Integer(&n) || n != 1 || !trailer.Empty() || !seq.Empty() {
			return 0, 0, false
		}
	}
	id, ok := readIdentifier(&hash, cbasn1.SEQUENCE)
	h, weak := hashFrom(id.oid)
	if !ok || h == 0 || weak || !id.plain() || !hash.Empty() {
		return 0, 0, false
	}
	var mgfOID asn1.ObjectIdentifier
	if !mgf.ReadASN1(&inner, cbasn1.SEQUENCE) || !mgf.Empty() || !inner.ReadASN1ObjectIdentifier(&mgfOID) || !mgfOID.Equal(oidMGF1) {
		return 0, 0, false
	}
	mid, ok := readIdentifier(&inner, cbasn1.SEQUENCE)
	if !ok || !inner.Empty() || !mid.oid.Equal(id.oid) || !mid.plain() {
		return 0, 0, false
	}
	if !length.ReadASN1Integer(&salt) || !length.Empty() || salt < h.Size() || salt > maxRSA/8 {
		return 0, 0, false
	}
	return h, salt, true
}
