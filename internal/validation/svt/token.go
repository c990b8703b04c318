package svt

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256" // hashes of the algorithms
	_ "crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"time"
)

// OID is the extension of a TSTInfo that holds a token (RFC 9321, B.2.1.1).
var OID = asn1.ObjectIdentifier{1, 2, 752, 201, 5, 2}

const (
	maxToken = 1 << 20 // bytes of a token
	maxChain = 10      // certificates in its header
	minRSA   = 2048    // bits of an issuer's key
)

// ErrSignature is Verify's answer when the token was not signed with the key.
var ErrSignature = errors.New("svt: the token's signature does not verify")

type header struct {
	Type      string   `json:"typ"`
	Algorithm string   `json:"alg"`
	X5C       []string `json:"x5c,omitempty"`
	KeyID     string   `json:"kid,omitempty"`
	Critical  []string `json:"crit,omitempty"`
}

// Token is a token that has been parsed. Nothing in it is to be believed
// before Verify.
type Token struct {
	Claims Claims
	// Chain are the certificates in the header, the issuer's first; empty when
	// the header names its key by a hash.
	Chain []*x509.Certificate

	head      header
	signed    string
	signature []byte
}

// algorithm is a JWS algorithm of RFC 7518, 3.1.
type algorithm struct {
	hash  crypto.Hash
	pss   bool
	curve int // bits of the curve, 0 for RSA
}

func algorithmOf(name string) (algorithm, bool) {
	switch name {
	case "ES256":
		return algorithm{hash: crypto.SHA256, curve: 256}, true
	case "ES384":
		return algorithm{hash: crypto.SHA384, curve: 384}, true
	case "ES512":
		return algorithm{hash: crypto.SHA512, curve: 521}, true
	case "PS256":
		return algorithm{hash: crypto.SHA256, pss: true}, true
	case "PS384":
		return algorithm{hash: crypto.SHA384, pss: true}, true
	case "PS512":
		return algorithm{hash: crypto.SHA512, pss: true}, true
	case "RS256":
		return algorithm{hash: crypto.SHA256}, true
	case "RS384":
		return algorithm{hash: crypto.SHA384}, true
	case "RS512":
		return algorithm{hash: crypto.SHA512}, true
	}
	return algorithm{}, false
}

// nameFor is the algorithm that a key signs tokens with.
func nameFor(pub crypto.PublicKey) (string, error) {
	switch k := pub.(type) {
	case *ecdsa.PublicKey:
		switch k.Curve.Params().BitSize {
		case 256:
			return "ES256", nil
		case 384:
			return "ES384", nil
		case 521:
			return "ES512", nil
		}
	case *rsa.PublicKey:
		if k.N.BitLen() >= minRSA {
			return "PS256", nil
		}
	}
	return "", errors.New("svt: not a key that signs tokens")
}

// HashFor is the hash algorithm of the tokens that a key signs: the claims'
// hashes must use the same one (RFC 9321, 3.2.10).
func HashFor(pub crypto.PublicKey) (crypto.Hash, error) {
	name, err := nameFor(pub)
	a, _ := algorithmOf(name)
	return a.hash, err
}

// NewID makes a random 128-bit identifier for a token.
func NewID() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails, since Go 1.24
	return hex.EncodeToString(raw[:])
}

// Options are choices of Issue.
type Options struct {
	// KeyHash names the issuer's key by the hash of its certificate instead of
	// carrying the chain.
	KeyHash bool
}

// Issue signs claims with the key of chain[0]. The claims' version, profile
// and hash algorithm are filled in; their hashes must be of HashFor.
func Issue(c Claims, key crypto.Signer, chain []*x509.Certificate, o Options) (string, error) {
	if len(chain) == 0 || len(chain) > maxChain {
		return "", errors.New("svt: the issuer's certificate is missing")
	}
	name, err := nameFor(key.Public())
	if err != nil {
		return "", err
	}
	a, _ := algorithmOf(name)
	c.Validation.Version, c.Validation.Profile, c.Validation.HashAlgorithm = Version, Profile, HashURI(a.hash)
	if err := c.check(); err != nil {
		return "", err
	}
	head := header{Type: "JWT", Algorithm: name}
	if o.KeyHash {
		head.KeyID = base64.StdEncoding.EncodeToString(Sum(a.hash, chain[0].Raw))
	} else {
		for _, cert := range chain {
			head.X5C = append(head.X5C, base64.StdEncoding.EncodeToString(cert.Raw))
		}
	}
	headJSON, err := json.Marshal(head)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	signed := encode(headJSON) + "." + encode(body)
	signature, err := sign(key, a, Sum(a.hash, []byte(signed)))
	if err != nil {
		return "", err
	}
	return signed + "." + encode(signature), nil
}

func sign(key crypto.Signer, a algorithm, digest []byte) ([]byte, error) {
	if a.curve == 0 {
		return key.Sign(rand.Reader, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: a.hash})
	}
	der, err := key.Sign(rand.Reader, digest, a.hash)
	if err != nil {
		return nil, err
	}
	var pair struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &pair); err != nil || len(rest) > 0 {
		return nil, errors.New("svt: the key gave no ECDSA signature")
	}
	size := (a.curve + 7) / 8
	out := make([]byte, 2*size)
	pair.R.FillBytes(out[:size])
	pair.S.FillBytes(out[size:])
	return out, nil
}

// Parse reads a token in its compact form. It checks the form and no signature.
func Parse(token string) (*Token, error) {
	if len(token) > maxToken {
		return nil, errors.New("svt: the token is too long")
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, errors.New("svt: not a signed token")
	}
	t := &Token{signed: parts[0] + "." + parts[1]}
	head, err := decode(parts[0])
	if err != nil || json.Unmarshal(head, &t.head) != nil {
		return nil, errors.New("svt: the header cannot be read")
	}
	body, err := decode(parts[1])
	if err != nil || json.Unmarshal(body, &t.Claims) != nil {
		return nil, errors.New("svt: the claims cannot be read")
	}
	if t.signature, err = decode(parts[2]); err != nil {
		return nil, errors.New("svt: the signature cannot be read")
	}
	return t, t.checkForm()
}

func (t *Token) checkForm() error {
	a, ok := algorithmOf(t.head.Algorithm)
	switch {
	case !ok:
		return errors.New("svt: not an algorithm for tokens")
	case t.head.Type != "JWT":
		return errors.New("svt: typ is not JWT")
	case len(t.head.Critical) > 0:
		return errors.New("svt: a critical header that is not known")
	case len(t.head.X5C) == 0 && t.head.KeyID == "":
		return errors.New("svt: the header names no key")
	case len(t.head.X5C) > maxChain:
		return errors.New("svt: too many certificates")
	}
	for _, text := range t.head.X5C {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return errors.New("svt: a certificate is not base64")
		}
		cert, err := x509.ParseCertificate(raw)
		if err != nil {
			return errors.New("svt: a certificate cannot be read")
		}
		t.Chain = append(t.Chain, cert)
	}
	if err := t.Claims.check(); err != nil {
		return err
	}
	if h, _ := t.Claims.Validation.Hash(); h != a.hash {
		return errors.New("svt: the hash algorithm is not that of the signature")
	}
	return nil
}

// NamedBy tells whether the header names this certificate as the issuer's.
func (t *Token) NamedBy(cert *x509.Certificate) bool {
	if len(t.Chain) > 0 {
		return bytes.Equal(t.Chain[0].Raw, cert.Raw)
	}
	a, _ := algorithmOf(t.head.Algorithm)
	return t.head.KeyID == base64.StdEncoding.EncodeToString(Sum(a.hash, cert.Raw))
}

// Verify checks the signature with the issuer's certificate, which must be the
// one that the header names, and the time of expiry. Whether the certificate is
// to be trusted is for the caller to know.
func (t *Token) Verify(issuer *x509.Certificate, now time.Time) error {
	if !t.NamedBy(issuer) {
		return errors.New("svt: the header names another certificate")
	}
	if t.Claims.Expires != 0 && now.Unix() >= t.Claims.Expires {
		return errors.New("svt: the token has expired")
	}
	if t.Claims.IssuedAt > now.Add(5*time.Minute).Unix() {
		return errors.New("svt: the token is from the future")
	}
	a, _ := algorithmOf(t.head.Algorithm)
	digest := Sum(a.hash, []byte(t.signed))
	switch key := issuer.PublicKey.(type) {
	case *ecdsa.PublicKey:
		size := (a.curve + 7) / 8
		if a.curve == 0 || key.Curve.Params().BitSize != a.curve || len(t.signature) != 2*size {
			return ErrSignature
		}
		r, s := new(big.Int).SetBytes(t.signature[:size]), new(big.Int).SetBytes(t.signature[size:])
		if !ecdsa.Verify(key, digest, r, s) {
			return ErrSignature
		}
		return nil
	case *rsa.PublicKey:
		if a.curve != 0 || key.N.BitLen() < minRSA {
			return ErrSignature
		}
		err := rsa.VerifyPKCS1v15(key, a.hash, digest, t.signature)
		if a.pss {
			err = rsa.VerifyPSS(key, a.hash, digest, t.signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: a.hash})
		}
		if err != nil {
			return ErrSignature
		}
		return nil
	}
	return ErrSignature
}

// Extension carries a token in a TSTInfo: not critical, the compact form as
// its bytes (RFC 9321, B.2.1.1).
func Extension(token string) pkix.Extension {
	return pkix.Extension{Id: OID, Value: []byte(token)}
}

// FromExtensions finds the token among a TSTInfo's extensions.
func FromExtensions(list []pkix.Extension) (string, bool) {
	for _, e := range list {
		if e.Id.Equal(OID) {
			return string(e.Value), true
		}
	}
	return "", false
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func decode(s string) ([]byte, error) { return base64.RawURLEncoding.Strict().DecodeString(s) }
