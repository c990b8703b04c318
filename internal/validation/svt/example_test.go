package svt_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"

	"medborgarnavet/internal/validation/svt"
)

// A validator issues a token about a signature that it has found valid;
// years later another one, that trusts the first, reads it.
func Example() {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		fmt.Println(err)
		return
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Validering"}, NotBefore: now, NotAfter: now.AddDate(10, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		fmt.Println(err)
		return
	}
	issuer, err := x509.ParseCertificate(der)
	if err != nil {
		fmt.Println(err)
		return
	}

	h, _ := svt.HashFor(key.Public()) // the hashes of a token are of its key's kind
	text, err := svt.Issue(svt.Claims{ID: svt.NewID(), Issuer: "https://ekbacka.example", IssuedAt: now.Unix(),
		Validation: svt.Validation{Signatures: []svt.Signature{{
			Reference:  svt.SignatureReference{ValueHash: svt.Sum(h, []byte("the signature's value")), SignedBytesHash: svt.Sum(h, []byte("the signed attributes"))},
			SignedData: []svt.SignedData{{Ref: svt.RangeRef([]int64{0, 840, 9032, 560}), Hash: svt.Sum(h, []byte("the bytes of that range"))}},
			Signer:     svt.References([]*x509.Certificate{issuer}, h, false),
			Results:    []svt.PolicyResult{{Policy: "urn:medborgarnavet:validation-policy:1", Result: svt.Passed}},
		}}}}, key, []*x509.Certificate{issuer}, svt.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}

	token, err := svt.Parse(text)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("verified:", token.Verify(issuer, now.AddDate(5, 0, 0)) == nil)
	fmt.Println("passed:", token.Claims.Validation.Signatures[0].Passed())
	// Output:
	// verified: true
	// passed: true
}
