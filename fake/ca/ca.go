// Package ca makes throwaway certificate authorities and organisation
// certificates for the fakes, the demo and the tests.
//
// It owns: an ECDSA P-256 root that lives in memory, is random at every start
// and is valid for thirty days, and leaf certificates that carry a Swedish
// organisation number in the three ways real issuers write it.
//
// It does not own: any judgement of certificates (block/orgcert does that), and
// nothing that may be used for real. Every subject says "TEST" in its
// organisation name, and a leaf is valid for loopback only: 127.0.0.1, ::1 and
// localhost (I-15).
//
// A CA has no states: once made it only signs. Keys leave memory only where
// WriteFiles is asked to put a leaf's own key in a directory.
package ca

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Organisation is the O attribute of every subject made here.
const Organisation = "TEST – medborgarnavet fake"

const lifetime = 30 * 24 * time.Hour

var oidOrganizationIdentifier = asn1.ObjectIdentifier{2, 5, 4, 97}

// Form is how a leaf writes its organisation number.
type Form int

const (
	// Plain is ten digits in the subject's serialNumber (2.5.4.5).
	Plain Form = iota
	// Prefixed is "16" and ten digits in serialNumber, as Swedish
	// administrations write an organisation number among personal numbers.
	Prefixed
	// Identifier is "NTRSE-" and ten digits in organizationIdentifier
	// (2.5.4.97), the form of ETSI EN 319 412-1 §5.1.4.
	Identifier
)

// Options describe one leaf.
type Options struct {
	CommonName string
	// OrgNumber is ten digits, written as Form says. Empty leaves it out, for
	// tests of certificates without one.
	OrgNumber string
	Form      Form
	// Client and Server set the extended key usages.
	Client, Server bool
	// NotBefore and NotAfter may be set to make a certificate that is not valid
	// now; zero means from an hour ago and for thirty days.
	NotBefore, NotAfter time.Time
}

// CA is a certificate authority that exists only in this process.
type CA struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	der  []byte
}

// New makes a CA with a random key. The name becomes the common name of its
// root, marked as test.
func New(name string) (*CA, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make CA key: %w", err)
	}
	serial, err := serialNumber()
	if err != nil {
		return nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{Organization: []string{Organisation}, CommonName: name + " (TEST CA)"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(lifetime),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make CA certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read CA certificate: %w", err)
	}
	return &CA{cert: cert, key: key, der: der}, nil
}

// CertPEM returns the root certificate.
func (c *CA) CertPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.der})
}

// Pool returns a pool with the root alone.
func (c *CA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(c.cert)
	return pool
}

// Leaf makes a certificate and its key, both PEM; the key is PKCS #8.
func (c *CA) Leaf(o Options) (certPEM, keyPEM []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make leaf key: %w", err)
	}
	template, err := leafTemplate(o)
	if err != nil {
		return nil, nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, c.cert, key.Public(), c.key)
	if err != nil {
		return nil, nil, fmt.Errorf("make leaf certificate: %w", err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, fmt.Errorf("write leaf key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), nil
}

// TLS makes a leaf ready for a tls.Config.
func (c *CA) TLS(o Options) (tls.Certificate, error) {
	certPEM, keyPEM, err := c.Leaf(o)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(certPEM, keyPEM)
}

// WriteFiles makes a leaf and writes it as dir/name.crt and dir/name.key, the
// key readable by its owner only. dir is made if it is missing.
func (c *CA) WriteFiles(dir, name string, leaf Options) (certFile, keyFile string, err error) {
	certPEM, keyPEM, err := c.Leaf(leaf)
	if err != nil {
		return "", "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", "", fmt.Errorf("make certificate directory: %w", err)
	}
	certFile, keyFile = filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")
	if err := os.WriteFile(certFile, certPEM, 0o644); err != nil {
		return "", "", fmt.Errorf("write certificate: %w", err)
	}
	if err := os.WriteFile(keyFile, keyPEM, 0o600); err != nil {
		return "", "", fmt.Errorf("write key: %w", err)
	}
	return certFile, keyFile, nil
}

func leafTemplate(o Options) (*x509.Certificate, error) {
	serial, err := serialNumber()
	if err != nil {
		return nil, err
	}
	now := time.Now()
	t := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               subject(o),
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(lifetime),
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		DNSNames:              []string{"localhost"},
	}
	if !o.NotBefore.IsZero() {
		t.NotBefore = o.NotBefore
	}
	if !o.NotAfter.IsZero() {
		t.NotAfter = o.NotAfter
	}
	if o.Client {
		t.ExtKeyUsage = append(t.ExtKeyUsage, x509.ExtKeyUsageClientAuth)
	}
	if o.Server {
		t.ExtKeyUsage = append(t.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	return t, nil
}

func subject(o Options) pkix.Name {
	name := pkix.Name{Country: []string{"SE"}, Organization: []string{Organisation}, CommonName: o.CommonName}
	switch {
	case o.OrgNumber == "":
	case o.Form == Prefixed:
		name.SerialNumber = "16" + o.OrgNumber
	case o.Form == Identifier:
		name.ExtraNames = []pkix.AttributeTypeAndValue{{Type: oidOrganizationIdentifier, Value: "NTRSE-" + o.OrgNumber}}
	default:
		name.SerialNumber = o.OrgNumber
	}
	return name
}

func serialNumber() (*big.Int, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("make serial number: %w", err)
	}
	return serial.Add(serial, big.NewInt(1)), nil
}
