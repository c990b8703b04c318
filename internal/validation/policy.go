package validation

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"time"

	"medborgarnavet/block/pdf"
)

// RevocationRule is when an answer about revocation is needed.
type RevocationRule string

// The rules.
const (
	// IfPublished: for every certificate that says where answers are to be had.
	// One that says nothing of it is let through with a note.
	IfPublished RevocationRule = "if-published"
	// Always: also for certificates that name no service.
	Always RevocationRule = "always"
	// IfKnown: only what is known counts against a certificate. Silence is told
	// as a note and lets the signature pass, which EN 319 102-1 does not.
	IfKnown RevocationRule = "if-known"
)

// Policy is what a signature must fulfil (EN 319 102-1, 5.1.4: constraints).
type Policy struct {
	ID         string // a URI, for reports and tokens
	Revocation RevocationRule
	Algorithms []Algorithm

	Signatures int           // at most so many fields are examined
	Time       time.Duration // for a whole validation
	Limits     pdf.Limits
	Hashed     int64 // bytes to hash, all signatures together
	PDFABytes  int64 // the largest file whose PDF/A conformance is checked
}

// DefaultPolicy is the policy unless another is given.
func DefaultPolicy() Policy {
	return Policy{
		ID:         "urn:medborgarnavet:validation-policy:1",
		Revocation: IfPublished,
		Algorithms: TS119312(),
		Signatures: 200,
		Time:       4500 * time.Millisecond,
		Limits:     pdf.Limits{Bytes: 160 << 20, Objects: 1_000_000, Depth: 100, Decoded: 128 << 20, Time: 3500 * time.Millisecond},
		Hashed:     1 << 30,
		PDFABytes:  64 << 20,
	}
}

// Algorithm is an algorithm with the time until which it is accepted.
type Algorithm struct {
	Name string // "SHA-1", "RSA", "ECDSA"
	Bits int    // keys of at least so many bits; 0 for hash algorithms
	// Until is when it ceased to be accepted; zero for not yet.
	Until time.Time
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// TS119312 is the table of ETSI TS 119 312 with the dates of the versions in
// which an algorithm was dropped. For keys, the entry with the greatest Bits
// that is not above the key's counts.
func TS119312() []Algorithm {
	return []Algorithm{
		{Name: "MD5", Until: day(2004, 8, 1)},
		{Name: "SHA-1", Until: day(2012, 8, 1)},
		{Name: "SHA-224", Until: day(2029, 1, 1)},
		{Name: "SHA-256"}, {Name: "SHA-384"}, {Name: "SHA-512"},
		{Name: "SHA3-256"}, {Name: "SHA3-384"}, {Name: "SHA3-512"},
		{Name: "RSA", Bits: 786, Until: day(2010, 8, 1)},
		{Name: "RSA", Bits: 1024, Until: day(2019, 10, 1)},
		{Name: "RSA", Bits: 1900, Until: day(2029, 1, 1)},
		{Name: "RSA", Bits: 3000},
		{Name: "ECDSA", Bits: 160, Until: day(2012, 8, 1)},
		{Name: "ECDSA", Bits: 192, Until: day(2013, 8, 1)},
		{Name: "ECDSA", Bits: 224, Until: day(2021, 10, 1)},
		{Name: "ECDSA", Bits: 256},
		{Name: "Ed25519", Bits: 255},
	}
}

// accepts tells whether an algorithm was accepted at a time. One that the table
// does not know is not.
func (p Policy) accepts(name string, bits int, at time.Time) bool {
	found, ok := Algorithm{Bits: -1}, false
	for _, a := range p.Algorithms {
		if a.Name == name && a.Bits <= bits && a.Bits > found.Bits {
			found, ok = a, true
		}
	}
	return ok && (found.Until.IsZero() || at.Before(found.Until))
}

func (p Policy) acceptsHash(h crypto.Hash, at time.Time) bool {
	return h != 0 && p.accepts(h.String(), 0, at)
}

func (p Policy) acceptsKey(pub crypto.PublicKey, at time.Time) bool {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		return p.accepts("RSA", k.N.BitLen(), at)
	case *ecdsa.PublicKey:
		return p.accepts("ECDSA", k.Curve.Params().BitSize, at)
	case ed25519.PublicKey:
		return p.accepts("Ed25519", 255, at)
	}
	return false
}

// acceptsCertificate is about the signature on a certificate, and its key.
func (p Policy) acceptsCertificate(c *x509.Certificate, at time.Time) bool {
	h := map[x509.SignatureAlgorithm]crypto.Hash{
		x509.MD5WithRSA: crypto.MD5, x509.SHA1WithRSA: crypto.SHA1, x509.ECDSAWithSHA1: crypto.SHA1, x509.DSAWithSHA1: crypto.SHA1,
		x509.SHA256WithRSA: crypto.SHA256, x509.SHA256WithRSAPSS: crypto.SHA256, x509.ECDSAWithSHA256: crypto.SHA256,
		x509.SHA384WithRSA: crypto.SHA384, x509.SHA384WithRSAPSS: crypto.SHA384, x509.ECDSAWithSHA384: crypto.SHA384,
		x509.SHA512WithRSA: crypto.SHA512, x509.SHA512WithRSAPSS: crypto.SHA512, x509.ECDSAWithSHA512: crypto.SHA512,
	}[c.SignatureAlgorithm]
	return (c.SignatureAlgorithm == x509.PureEd25519 || p.acceptsHash(h, at)) && p.acceptsKey(c.PublicKey, at)
}
