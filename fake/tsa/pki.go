package tsa

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"
)

// organisation marks every authority as a test.
const organisation = "TEST – medborgarnavet fake"

var (
	oidGivenName = asn1.ObjectIdentifier{2, 5, 4, 42}
	oidSurname   = asn1.ObjectIdentifier{2, 5, 4, 4}
	oidOrgID     = asn1.ObjectIdentifier{2, 5, 4, 97}
	oidExtUsage  = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidStamping  = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
	oidNoCheck   = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}
	oidPolicyNCP = asn1.ObjectIdentifier{0, 4, 0, 2042, 1, 1} // EN 319 411-1 §5.3
	oidPolicyTSA = asn1.ObjectIdentifier{0, 4, 0, 2023, 1, 1} // EN 319 421 BTSP
)

const (
	certLifetime  = 365 * 24 * time.Hour
	authorityLife = 10 * certLifetime
)

// Person is a natural person to be given a certificate. Names may be in any
// script and of any length.
type Person struct {
	GivenName, Surname string
	CommonName         string // "" is given name and surname
	SerialNumber       string // a test person's personal identity number, 12 digits
	RSA, P384          bool   // RSA 2048 or P-384 instead of P-256
	NotBefore          time.Time
	NotAfter           time.Time // zero: from an hour ago, for a year
}

// Person makes a signing certificate (key usage contentCommitment).
func (a *Authority) Person(p Person) (*Identity, error) {
	if p.CommonName == "" {
		p.CommonName = p.GivenName + " " + p.Surname
	}
	key, err := makeKey(p.RSA, p.P384)
	if err != nil {
		return nil, err
	}
	name := pkix.Name{Country: []string{"SE"}, CommonName: p.CommonName, SerialNumber: p.SerialNumber,
		ExtraNames: []pkix.AttributeTypeAndValue{{Type: oidGivenName, Value: p.GivenName}, {Type: oidSurname, Value: p.Surname}}}
	t := a.leafTemplate(name, p.NotBefore, p.NotAfter)
	t.KeyUsage = x509.KeyUsageContentCommitment
	return a.issue(t, key)
}

// Seal makes an organisation's certificate for electronic seals
// (EN 319 412-3): orgNumber is ten digits.
func (a *Authority) Seal(organisation, orgNumber string) (*Identity, error) {
	key, err := makeKey(false, false)
	if err != nil {
		return nil, err
	}
	name := pkix.Name{Country: []string{"SE"}, Organization: []string{organisation}, CommonName: organisation,
		ExtraNames: []pkix.AttributeTypeAndValue{{Type: oidOrgID, Value: "NTRSE-" + orgNumber}}}
	t := a.leafTemplate(name, time.Time{}, time.Time{})
	t.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	return a.issue(t, key)
}

func makeKey(useRSA, p384 bool) (crypto.Signer, error) {
	switch {
	case useRSA:
		return rsa.GenerateKey(rand.Reader, 2048)
	case p384:
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func (a *Authority) leafTemplate(name pkix.Name, from, to time.Time) *x509.Certificate {
	if from.IsZero() {
		from = a.now().Add(-time.Hour)
	}
	if to.IsZero() {
		to = from.Add(certLifetime)
	}
	policy, _ := x509.OIDFromInts([]uint64{0, 4, 0, 2042, 1, 1})
	return &x509.Certificate{
		Subject: name, NotBefore: from, NotAfter: to, BasicConstraintsValid: true,
		PolicyIdentifiers: []asn1.ObjectIdentifier{oidPolicyNCP}, Policies: []x509.OID{policy},
		OCSPServer: []string{a.url + "/ocsp"}, CRLDistributionPoints: []string{a.url + "/crl"},
		IssuingCertificateURL: []string{a.url + "/issuing.crt"},
	}
}

// issue has the issuing authority sign a leaf.
func (a *Authority) issue(t *x509.Certificate, key crypto.Signer) (*Identity, error) {
	out, err := sign(t, key, a.issuing)
	if err != nil {
		return nil, err
	}
	out.Chain = []*x509.Certificate{a.issuing.Certificate, a.root.Certificate}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.known[out.Certificate.SerialNumber.String()] = true
	return out, nil
}

// sign makes a certificate; an issuer without certificate is the root itself.
func sign(t *x509.Certificate, key crypto.Signer, issuer Identity) (*Identity, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("make serial number: %w", err)
	}
	t.SerialNumber = serial.Add(serial, big.NewInt(1))
	parent, signer := issuer.Certificate, issuer.Key
	if parent == nil {
		parent, signer = t, key
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, key.Public(), signer)
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read certificate: %w", err)
	}
	return &Identity{Certificate: cert, Key: key}, nil
}

func (a *Authority) makeCertificates() error {
	from := a.clock().Add(-certLifetime)
	authority := func(name string, path int) *x509.Certificate {
		return &x509.Certificate{
			Subject:   pkix.Name{Country: []string{"SE"}, Organization: []string{organisation}, CommonName: name},
			NotBefore: from, NotAfter: from.Add(authorityLife), IsCA: true, BasicConstraintsValid: true,
			MaxPathLen: path, MaxPathLenZero: path == 0, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		}
	}
	steps := []func() error{
		func() error { return a.make(&a.root, authority("TEST Rot CA", 1), Identity{}) },
		func() error {
			t := authority("TEST Utfärdande CA", 0)
			t.CRLDistributionPoints = []string{a.url + "/root.crl"}
			t.IssuingCertificateURL = []string{a.url + "/root.crt"}
			return a.make(&a.issuing, t, a.root)
		},
		func() error {
			t := a.leafTemplate(pkix.Name{Country: []string{"SE"}, Organization: []string{organisation}, CommonName: "TEST Tidsstämpling"}, from, from.Add(authorityLife))
			t.KeyUsage = x509.KeyUsageDigitalSignature
			usage, err := asn1.Marshal([]asn1.ObjectIdentifier{oidStamping})
			t.ExtraExtensions = []pkix.Extension{{Id: oidExtUsage, Critical: true, Value: usage}}
			if err != nil {
				return err
			}
			return a.make(&a.tsa, t, a.issuing)
		},
		func() error {
			t := a.leafTemplate(pkix.Name{Country: []string{"SE"}, Organization: []string{organisation}, CommonName: "TEST OCSP"}, from, from.Add(authorityLife))
			t.KeyUsage, t.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}
			t.OCSPServer, t.CRLDistributionPoints = nil, nil
			t.ExtraExtensions = []pkix.Extension{{Id: oidNoCheck, Value: []byte{5, 0}}}
			return a.make(&a.responder, t, a.issuing)
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	a.tsa.Chain = []*x509.Certificate{a.issuing.Certificate, a.root.Certificate}
	a.responder.Chain = a.tsa.Chain
	return nil
}

func (a *Authority) make(into *Identity, t *x509.Certificate, issuer Identity) error {
	key, err := makeKey(false, false)
	if err != nil {
		return fmt.Errorf("make key: %w", err)
	}
	made, err := sign(t, key, issuer)
	if err != nil {
		return err
	}
	*into = *made
	a.known[made.Certificate.SerialNumber.String()] = true
	return nil
}
