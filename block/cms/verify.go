package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/subtle"
	"fmt"
)

// Bounds of RSA moduli in bits: ETSI TS 119 312 §6.2 below, and what is still
// quick to verify above.
const (
	minRSA = 2048
	maxRSA = 16384
)

// Verify checks that the signature is by the key in Certificate, over the DER
// form of the signed attributes, and that their message digest is
// contentDigest: the digest of the content with s.Digest. Without signed
// attributes the signature is over the content itself. The first that fails is
// the answer: ErrWeak, ErrAlgorithm, ErrNoCertificate, ErrDigest,
// ErrSignature (ErrNotDER). It says nothing of trust, and what Faults lists is
// not looked at: a duplicate attribute verifies and is still no good signature.
func (s SignerInfo) Verify(contentDigest []byte) error {
	switch {
	case s.weak:
		return ErrWeak
	case s.Digest == 0 || s.Algorithm == UnknownAlgorithm:
		return ErrAlgorithm
	case s.disagree:
		return fmt.Errorf("%w: the digest algorithms disagree", ErrAlgorithm)
	case s.Certificate == nil:
		return ErrNoCertificate
	}
	if err := checkKey(s.Certificate.PublicKey, s.Algorithm); err != nil {
		return err
	}
	if s.SignedAttrs == nil {
		if s.Algorithm == Ed25519 || len(contentDigest) != s.Digest.Size() {
			return fmt.Errorf("%w: needs signed attributes", ErrAlgorithm)
		}
		return s.verifyDigest(contentDigest)
	}
	if s.MessageDigest == nil || subtle.ConstantTimeCompare(s.MessageDigest, contentDigest) != 1 {
		return ErrDigest
	}
	err := s.verifyMessage(s.SignedAttrs)
	if err != nil && !bytes.Equal(s.given, s.SignedAttrs) && s.verifyMessage(s.given) == nil {
		return ErrNotDER
	}
	return err
}

func (s SignerInfo) verifyMessage(message []byte) error {
	if key, ok := s.Certificate.PublicKey.(ed25519.PublicKey); ok {
		if !ed25519.Verify(key, message, s.Signature) {
			return ErrSignature
		}
		return nil
	}
	h := s.Algorithm.Hash().New()
	h.Write(message)
	return s.verifyDigest(h.Sum(nil))
}

func (s SignerInfo) verifyDigest(digest []byte) error {
	good := false
	switch key := s.Certificate.PublicKey.(type) {
	case *ecdsa.PublicKey:
		good = ecdsa.VerifyASN1(key, digest, s.Signature)
	case *rsa.PublicKey:
		h := s.Algorithm.Hash()
		if s.Algorithm.family() == familyPSS {
			good = rsa.VerifyPSS(key, h, digest, s.Signature, &rsa.PSSOptions{SaltLength: max(s.salt, h.Size()), Hash: h}) == nil
		} else {
			good = rsa.VerifyPKCS1v15(key, h, digest, s.Signature) == nil
		}
	}
	if !good {
		return ErrSignature
	}
	return nil
}

// checkKey: the key is of the algorithm's kind and strong enough.
func checkKey(pub crypto.PublicKey, a SignatureAlgorithm) error {
	if isWeakKey(pub) {
		return ErrWeak
	}
	fits := false
	switch key := pub.(type) {
	case *ecdsa.PublicKey:
		fits = a.family() == familyECDSA
	case *rsa.PublicKey:
		fits = (a.family() == familyRSA || a.family() == familyPSS) && key.N.BitLen() <= maxRSA
	case ed25519.PublicKey:
		fits = a == Ed25519
	}
	if !fits {
		return fmt.Errorf("%w: the key is of another kind", ErrAlgorithm)
	}
	return nil
}

func isWeakKey(pub crypto.PublicKey) bool {
	switch key := pub.(type) {
	case *ecdsa.PublicKey:
		return key.Curve.Params().BitSize < 256
	case *rsa.PublicKey:
		return key.N.BitLen() < minRSA
	}
	return false
}
