package cms_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/digitorus/pkcs7"

	"medborgarnavet/block/cms"
)

// person is a key with a certificate of a throwaway issuer.
type person struct {
	key    crypto.Signer
	cert   *x509.Certificate
	issuer *x509.Certificate
}

func newPerson(t testing.TB, key crypto.Signer) person {
	t.Helper()
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{Country: []string{"SE"}, CommonName: "TEST Utfärdare"},
		NotBefore: now, NotAfter: now.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(0x8000000001), Subject: pkix.Name{Country: []string{"SE"}, CommonName: "Anna Berglund"},
		NotBefore: now, NotAfter: now.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageContentCommitment, SubjectKeyId: []byte("anna"),
	}
	caDER := must(x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey))(t)
	issuer := must(x509.ParseCertificate(caDER))(t)
	der := must(x509.CreateCertificate(rand.Reader, leaf, issuer, key.Public(), caKey))(t)
	return person{key: key, cert: must(x509.ParseCertificate(der))(t), issuer: issuer}
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ecKey(t testing.TB, c elliptic.Curve) crypto.Signer {
	return must(ecdsa.GenerateKey(c, rand.Reader))(t)
}

func rsaKey(t testing.TB, bits int) crypto.Signer { return must(rsa.GenerateKey(rand.Reader, bits))(t) }

func digestOf(h crypto.Hash, content string) []byte {
	sum := h.New()
	sum.Write([]byte(content))
	return sum.Sum(nil)
}

// sign makes a whole signature of content.
func sign(t testing.TB, p person, h crypto.Hash, pss bool, content string) []byte {
	t.Helper()
	alg := must(cms.AlgorithmFor(p.key.Public(), h, pss))(t)
	attrs := must(cms.SignedAttributes(digestOf(h, content), h, p.cert))(t)
	sig := must(cms.Sign(p.key, attrs, alg))(t)
	return must(cms.Assemble(attrs, sig, alg, p.cert, []*x509.Certificate{p.issuer}))(t)
}

// S-32, EN 319 122-1 §6.3: every algorithm that is written is read back without a fault.
func TestRoundTrip(t *testing.T) {
	rsa2048 := rsaKey(t, 2048)
	tests := []struct {
		name string
		key  crypto.Signer
		hash crypto.Hash
		pss  bool
		want cms.SignatureAlgorithm
	}{
		{"P-256", ecKey(t, elliptic.P256()), crypto.SHA256, false, cms.ECDSAWithSHA256},
		{"P-384", ecKey(t, elliptic.P384()), crypto.SHA384, false, cms.ECDSAWithSHA384},
		{"P-521", ecKey(t, elliptic.P521()), crypto.SHA512, false, cms.ECDSAWithSHA512},
		{"PSS 256", rsa2048, crypto.SHA256, true, cms.RSAPSSWithSHA256},
		{"PSS 384", rsa2048, crypto.SHA384, true, cms.RSAPSSWithSHA384},
		{"PSS 512", rsa2048, crypto.SHA512, true, cms.RSAPSSWithSHA512},
		{"RSA 256", rsa2048, crypto.SHA256, false, cms.RSAWithSHA256},
		{"RSA 384", rsa2048, crypto.SHA384, false, cms.RSAWithSHA384},
		{"RSA 512", rsa2048, crypto.SHA512, false, cms.RSAWithSHA512},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			p := newPerson(t, tc.key)
			der := sign(t, p, tc.hash, tc.pss, "beslut")
			strictDER(t, der)
			sd := must(cms.Parse(append(bytes.Clone(der), make([]byte, 99)...)))(t)
			if !sd.DER || len(sd.Faults) != 0 || len(sd.Signers) != 1 || len(sd.Certificates) != 2 || sd.Content != nil {
				t.Fatalf("structure: DER %v, faults %v, %d signers, %d certificates", sd.DER, sd.Faults, len(sd.Signers), len(sd.Certificates))
			}
			s := sd.Signers[0]
			if len(s.Faults) != 0 || !s.HasESS || !s.ESSMatches || s.SigningTime != nil || s.Algorithm != tc.want || s.Digest != tc.hash {
				t.Fatalf("signer: %+v", s)
			}
			if err := s.Verify(digestOf(tc.hash, "beslut")); err != nil {
				t.Errorf("Verify: %v", err)
			}
			if err := s.Verify(digestOf(tc.hash, "avslag")); !errors.Is(err, cms.ErrDigest) {
				t.Errorf("other content: %v, want ErrDigest", err)
			}
		})
	}
}

// S-32, PAdES (EN 319 142-1 §6.3): no signing-time; nothing is written twice.
func TestRefusedWhenWriting(t *testing.T) {
	p := newPerson(t, ecKey(t, elliptic.P256()))
	digest := digestOf(crypto.SHA256, "x")
	signingTime := cms.Attribute{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}, Value: must(asn1.Marshal(time.Unix(0, 0).UTC()))(t)}
	if _, err := cms.SignedAttributes(digest, crypto.SHA256, p.cert, signingTime); err == nil {
		t.Error("signing-time was written")
	}
	twice := cms.Attribute{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}, Value: []byte{6, 1, 42}}
	if _, err := cms.SignedAttributes(digest, crypto.SHA256, p.cert, twice); err == nil {
		t.Error("a second content-type was written")
	}
	broken := cms.Attribute{Type: asn1.ObjectIdentifier{1, 2, 3}, Value: []byte{4, 5, 1}}
	if _, err := cms.SignedAttributes(digest, crypto.SHA256, p.cert, broken); err == nil {
		t.Error("a broken value was written")
	}
	if _, err := cms.SignedAttributes(digest[:31], crypto.SHA256, p.cert); !errors.Is(err, cms.ErrDigest) {
		t.Errorf("short digest: %v", err)
	}
	if _, err := cms.AlgorithmFor(rsaKey(t, 1024).Public(), crypto.SHA256, true); !errors.Is(err, cms.ErrWeak) {
		t.Errorf("RSA 1024: %v, want ErrWeak", err)
	}
	if _, err := cms.AlgorithmFor(p.key.Public(), crypto.SHA1, false); !errors.Is(err, cms.ErrAlgorithm) {
		t.Errorf("SHA-1: %v, want ErrAlgorithm", err)
	}
}

// A remote signing service may hand back other attributes than it was given:
// what does not bind this certificate is not assembled.
func TestAssembleChecksAttributes(t *testing.T) {
	p, other := newPerson(t, ecKey(t, elliptic.P256())), newPerson(t, ecKey(t, elliptic.P256()))
	attrs := must(cms.SignedAttributes(digestOf(crypto.SHA256, "x"), crypto.SHA256, p.cert))(t)
	sig := must(cms.Sign(p.key, attrs, cms.ECDSAWithSHA256))(t)
	if _, err := cms.Assemble(attrs, sig, cms.ECDSAWithSHA256, other.cert, nil); err == nil {
		t.Error("another's certificate was taken")
	}
	if _, err := cms.Assemble(attrs, sig, cms.RSAPSSWithSHA256, p.cert, nil); !errors.Is(err, cms.ErrAlgorithm) {
		t.Error("an algorithm that is not the key's was taken")
	}
	unsorted := reverseMembers(t, attrs)
	if _, err := cms.Assemble(unsorted, sig, cms.ECDSAWithSHA256, p.cert, nil); err == nil {
		t.Error("unsorted attributes were taken")
	}
}

// S-12: a reader that others wrote, which verifies over the DER form, agrees.
// It knows no RSASSA-PSS; OpenSSL has judged that by hand.
func TestSecondReader(t *testing.T) {
	for _, p := range []person{newPerson(t, ecKey(t, elliptic.P256())), newPerson(t, rsaKey(t, 2048))} {
		der := sign(t, p, crypto.SHA256, false, "beslut")
		for _, tc := range []struct {
			content string
			good    bool
		}{{"beslut", true}, {"avslag", false}} {
			theirs := must(pkcs7.Parse(der))(t)
			theirs.Content = []byte(tc.content)
			if err := theirs.Verify(); (err == nil) != tc.good {
				t.Errorf("%s: %v", tc.content, err)
			}
		}
	}
}

func TestAddUnsigned(t *testing.T) {
	p := newPerson(t, ecKey(t, elliptic.P256()))
	der := sign(t, p, crypto.SHA256, false, "beslut")
	before := must(cms.Parse(der))(t)
	token := must(asn1.Marshal([]byte("a token stands here")))(t)
	with := must(cms.AddUnsigned(der, cms.Attribute{Type: cms.OIDSignatureTimeStamp, Value: token}))(t)
	with = must(cms.AddUnsigned(with, cms.Attribute{Type: asn1.ObjectIdentifier{1, 2, 3}, Value: token}))(t)
	strictDER(t, with)
	sd := must(cms.Parse(with))(t)
	s := sd.Signers[0]
	if !sd.DER || len(s.Unsigned) != 2 || !bytes.Equal(s.Signature, before.Signers[0].Signature) || len(sd.Certificates) != 2 {
		t.Fatalf("after adding: %+v", sd)
	}
	if err := s.Verify(digestOf(crypto.SHA256, "beslut")); err != nil {
		t.Error(err)
	}
	direct := must(cms.Assemble(s.SignedAttrs, s.Signature, s.Algorithm, p.cert, []*x509.Certificate{p.issuer}, s.Unsigned...))(t)
	if !bytes.Equal(direct, with) {
		t.Error("adding afterwards and at once differ")
	}
	if _, err := cms.AddUnsigned(append(with, 1), cms.Attribute{Type: asn1.ObjectIdentifier{1, 2, 3}, Value: token}); err == nil {
		t.Error("added to something with bytes after it")
	}
}

// S-06: no byte of a signature can be changed unseen. A mutant is refused,
// fails to verify, has a fault, or differs only in what nobody signs: the chain
// certificates.
func TestEveryByteMatters(t *testing.T) {
	p := newPerson(t, ecKey(t, elliptic.P256()))
	der := sign(t, p, crypto.SHA256, false, "beslut")
	digest := digestOf(crypto.SHA256, "beslut")
	original := must(cms.Parse(der))(t).Signers[0]
	chainAt := bytes.Index(der, p.issuer.Raw)
	passed := 0
	for i := range der {
		for _, flip := range []byte{0x01, 0x80, 0xff, 0x20} {
			mutant := bytes.Clone(der)
			mutant[i] ^= flip
			sd, err := cms.Parse(mutant)
			if err != nil || len(sd.Faults) > 0 || !sd.DER || len(sd.Signers) != 1 {
				continue
			}
			s := sd.Signers[0]
			if len(s.Faults) > 0 || s.Verify(digest) != nil {
				continue
			}
			if i >= chainAt && i < chainAt+len(p.issuer.Raw) && s.Certificate.Equal(p.cert) {
				passed++
				continue
			}
			if !bytes.Equal(s.SignedAttrs, original.SignedAttrs) || !bytes.Equal(s.Signature, original.Signature) || !s.Certificate.Equal(p.cert) {
				t.Errorf("byte %d ^ %#x verifies as something else", i, flip)
			} else {
				t.Errorf("byte %d ^ %#x verifies with nothing noted", i, flip)
			}
		}
	}
	if passed == 0 {
		t.Error("no mutant of the chain passed: the test does not reach what it should")
	}
}

func BenchmarkSign(b *testing.B) {
	p := newPerson(b, ecKey(b, elliptic.P256()))
	digest := sha256.Sum256([]byte("beslut"))
	b.Run("raw", func(b *testing.B) {
		for b.Loop() {
			if _, err := p.key.Sign(rand.Reader, digest[:], crypto.SHA256); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("cms", func(b *testing.B) {
		chain := []*x509.Certificate{p.issuer}
		for b.Loop() {
			attrs, err := cms.SignedAttributes(digest[:], crypto.SHA256, p.cert)
			if err != nil {
				b.Fatal(err)
			}
			sig, err := cms.Sign(p.key, attrs, cms.ECDSAWithSHA256)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := cms.Assemble(attrs, sig, cms.ECDSAWithSHA256, p.cert, chain); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("parse and verify", func(b *testing.B) {
		der := sign(b, p, crypto.SHA256, false, "beslut")
		for b.Loop() {
			sd, err := cms.Parse(der)
			if err != nil || sd.Signers[0].Verify(digest[:]) != nil {
				b.Fatal("does not verify")
			}
		}
	})
}
