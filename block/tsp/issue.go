package tsp

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"medborgarnavet/block/cms"
)

// Info is what a token says (TSTInfo of RFC 3161 §2.4.2).
type Info struct {
	Time       time.Time     // written in UTC to the millisecond
	Accuracy   time.Duration // 0 leaves it out
	Policy     asn1.ObjectIdentifier
	Serial     *big.Int // unique for the issuer
	Hash       crypto.Hash
	Imprint    []byte   // the digest, with Hash, of what is stamped
	Nonce      *big.Int // nil leaves it out
	Extensions []pkix.Extension
}

// Issue makes a token. The certificate must be for time-stamping alone; with
// RSA keys the signature is PKCS #1 v1.5, the form every reader knows.
func Issue(info Info, key crypto.Signer, cert *x509.Certificate, chain []*x509.Certificate) ([]byte, error) {
	if err := checkUsage(cert, info.Time); err != nil {
		return nil, err
	}
	content, err := info.der()
	if err != nil {
		return nil, err
	}
	h := crypto.SHA256
	if ec, ok := key.Public().(*ecdsa.PublicKey); ok && ec.Params().BitSize > 256 {
		h = crypto.SHA384
	}
	alg, err := cms.AlgorithmFor(key.Public(), h, false)
	if err != nil {
		return nil, err
	}
	sum := h.New()
	sum.Write(content)
	attrs, err := cms.SignedAttributesOf(OIDTSTInfo, sum.Sum(nil), h, cert)
	if err != nil {
		return nil, err
	}
	signature, err := cms.Sign(key, attrs, alg)
	if err != nil {
		return nil, fmt.Errorf("sign the time-stamp: %w", err)
	}
	return cms.AssembleContent(OIDTSTInfo, content, attrs, signature, alg, cert, chain)
}

func (i Info) der() ([]byte, error) {
	if len(i.Policy) == 0 || i.Serial == nil || i.Serial.Sign() <= 0 || i.Time.IsZero() || i.Accuracy < 0 {
		return nil, fmt.Errorf("%w: policy, serial number and time are needed", ErrToken)
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1ObjectIdentifier(i.Policy)
		addImprint(b, i.Hash, i.Imprint)
		b.AddASN1BigInt(i.Serial)
		b.AddASN1(cbasn1.GeneralizedTime, func(b *cryptobyte.Builder) {
			b.AddBytes([]byte(i.Time.UTC().Truncate(time.Millisecond).Format("20060102150405.999Z")))
		})
		i.addAccuracy(b)
		if i.Nonce != nil {
			b.AddASN1BigInt(i.Nonce)
		}
		if len(i.Extensions) > 0 {
			b.AddASN1(context1, i.addExtensions)
		}
	})
	return b.Bytes()
}

func (i Info) addAccuracy(b *cryptobyte.Builder) {
	if i.Accuracy == 0 {
		return
	}
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		if s := int64(i.Accuracy / time.Second); s > 0 {
			b.AddASN1Int64(s)
		}
		if ms := int64(i.Accuracy % time.Second / time.Millisecond); ms > 0 {
			b.AddASN1Int64WithTag(ms, millis)
		}
		if us := int64(i.Accuracy % time.Millisecond / time.Microsecond); us > 0 {
			b.AddASN1Int64WithTag(us, micros)
		}
	})
}

func (i Info) addExtensions(b *cryptobyte.Builder) {
	for _, e := range i.Extensions {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(e.Id)
			if e.Critical {
				b.AddASN1Boolean(true)
			}
			b.AddASN1OctetString(e.Value)
		})
	}
}

// addImprint writes a MessageImprint; the hash's parameters are absent
// (RFC 5754 §2).
func addImprint(b *cryptobyte.Builder, h crypto.Hash, digest []byte) {
	for _, known := range hashes() {
		if known.hash != h {
			continue
		}
		if len(digest) != h.Size() {
			break
		}
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(known.oid) })
			b.AddASN1OctetString(digest)
		})
		return
	}
	b.SetError(fmt.Errorf("%w: the digest does not fit its hash", cms.ErrAlgorithm))
}
