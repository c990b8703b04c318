package cms_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"

	"medborgarnavet/block/cms"
)

// A signature in two steps: the key could be anywhere.
func Example() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		fmt.Println(err)
		return
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Anna Berglund"},
		NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour),
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		fmt.Println(err)
		return
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		fmt.Println(err)
		return
	}
	content := sha256.Sum256([]byte("beslut"))

	// Step one: what is to be signed.
	attrs, err := cms.SignedAttributes(content[:], crypto.SHA256, cert)
	if err != nil {
		fmt.Println(err)
		return
	}
	// Elsewhere: the key signs the digest of the attributes.
	digest := sha256.Sum256(attrs)
	signature, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		fmt.Println(err)
		return
	}
	// Step two: put together.
	der, err := cms.Assemble(attrs, signature, cms.ECDSAWithSHA256, cert, nil)
	if err != nil {
		fmt.Println(err)
		return
	}

	sd, err := cms.Parse(der)
	if err != nil {
		fmt.Println(err)
		return
	}
	s := sd.Signers[0]
	fmt.Println(sd.DER, s.Algorithm, s.Certificate.Subject.CommonName, s.Verify(content[:]))
	// Output: true ECDSA with SHA-256 Anna Berglund <nil>
}
