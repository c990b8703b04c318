//go:build pkcs11

package pkcs11

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"

	"github.com/miekg/pkcs11"
)

var curves = map[string]elliptic.Curve{
	"1.2.840.10045.3.1.7": elliptic.P256(), "1.3.132.0.34": elliptic.P384(), "1.3.132.0.35": elliptic.P521(),
}

// readPublic takes the public key from its object on the token, or from the
// key's certificate.
func (k *Key) readPublic() error {
	found, err := k.objects([]*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PUBLIC_KEY), pkcs11.NewAttribute(pkcs11.CKA_ID, k.id)})
	if err != nil {
		return err
	}
	if len(found) == 1 {
		if k.public, err = k.publicOf(found[0]); err == nil {
			return nil
		}
	}
	if len(k.certs) > 0 && len(found) == 0 {
		k.public = k.certs[0].PublicKey
		return nil
	}
	return fmt.Errorf("%w: its public key is not on the token", ErrKey)
}

func (k *Key) publicOf(o pkcs11.ObjectHandle) (crypto.PublicKey, error) {
	if point, err := k.attribute(o, pkcs11.CKA_EC_POINT); err == nil && len(point) > 0 {
		return k.ecPublic(o, point)
	}
	modulus, err := k.attribute(o, pkcs11.CKA_MODULUS)
	if err != nil {
		return nil, err
	}
	exponent, err := k.attribute(o, pkcs11.CKA_PUBLIC_EXPONENT)
	if err != nil {
		return nil, err
	}
	e := new(big.Int).SetBytes(exponent)
	if !e.IsInt64() || e.Int64() > 1<<31-1 {
		return nil, ErrKind
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: int(e.Int64())}, nil
}

func (k *Key) ecPublic(o pkcs11.ObjectHandle, point []byte) (crypto.PublicKey, error) {
	params, err := k.attribute(o, pkcs11.CKA_EC_PARAMS)
	if err != nil {
		return nil, err
	}
	var oid asn1.ObjectIdentifier
	if _, err := asn1.Unmarshal(params, &oid); err != nil {
		return nil, ErrKind
	}
	curve := curves[oid.String()]
	if curve == nil {
		return nil, ErrKind
	}
	var raw []byte
	if _, err := asn1.Unmarshal(point, &raw); err != nil {
		raw = point // some tokens leave the OCTET STRING out
	}
	pub, err := ecdsa.ParseUncompressedPublicKey(curve, raw)
	if err != nil {
		return nil, ErrKind
	}
	return pub, nil
}

// Sign signs a digest on the token. The token makes its own random numbers.
func (k *Key) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if opts.HashFunc() == 0 || len(digest) != opts.HashFunc().Size() {
		return nil, ErrKind
	}
	switch k.public.(type) {
	case *ecdsa.PublicKey:
		raw, err := k.raw(pkcs11.NewMechanism(pkcs11.CKM_ECDSA, nil), digest)
		if err != nil {
			return nil, err
		}
		return ecdsaDER(raw)
	case *rsa.PublicKey:
		m, input, err := rsaMechanism(digest, opts)
		if err != nil {
			return nil, err
		}
		return k.raw(m, input)
	}
	return nil, ErrKind
}

// raw has the token sign.
func (k *Key) raw(m *pkcs11.Mechanism, input []byte) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ctx == nil {
		return nil, fmt.Errorf("%w: it is closed", ErrKey)
	}
	if err := k.ctx.SignInit(k.session, []*pkcs11.Mechanism{m}, k.private); err != nil {
		return nil, fmt.Errorf("pkcs11: beginning to sign: %w", err)
	}
	out, err := k.ctx.Sign(k.session, input)
	if err != nil {
		return nil, fmt.Errorf("pkcs11: signing: %w", err)
	}
	return out, nil
}

// ecdsaDER turns r and s, one after the other, into DER.
func ecdsaDER(raw []byte) ([]byte, error) {
	if len(raw) == 0 || len(raw)%2 != 0 {
		return nil, fmt.Errorf("%w: the token's signature has an odd length", ErrKind)
	}
	half := len(raw) / 2
	return asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(raw[:half]), new(big.Int).SetBytes(raw[half:])})
}

// hashKinds are the mechanism, the mask and the DigestInfo prefix of a hash
// (RFC 8017, 9.2).
var hashKinds = map[crypto.Hash]struct {
	mechanism, mask uint
	prefix          []byte
}{
	crypto.SHA256: {pkcs11.CKM_SHA256, pkcs11.CKG_MGF1_SHA256, []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}},
	crypto.SHA384: {pkcs11.CKM_SHA384, pkcs11.CKG_MGF1_SHA384, []byte{0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30}},
	crypto.SHA512: {pkcs11.CKM_SHA512, pkcs11.CKG_MGF1_SHA512, []byte{0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40}},
}

func rsaMechanism(digest []byte, opts crypto.SignerOpts) (*pkcs11.Mechanism, []byte, error) {
	kind, ok := hashKinds[opts.HashFunc()]
	if !ok {
		return nil, nil, ErrKind
	}
	if pss, ok := opts.(*rsa.PSSOptions); ok {
		salt := pss.SaltLength
		if salt == rsa.PSSSaltLengthEqualsHash || salt == rsa.PSSSaltLengthAuto {
			salt = len(digest)
		}
		params := pkcs11.NewPSSParams(kind.mechanism, kind.mask, uint(salt))
		return pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS_PSS, params), digest, nil
	}
	return pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS, nil), append(append([]byte{}, kind.prefix...), digest...), nil
}
