package proof

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"os"
	"time"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/tsp"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/tally"
)

// stampLimit is how long a time-stamp may take.
const stampLimit = 20 * time.Second

// Certificate is an organisation's certificate for seals, with where its time-
// stamps come from.
type Certificate struct {
	CertFile string // PEM: the certificate, and those of its issuers in any order
	KeyFile  string // PEM, not encrypted: PKCS #8, PKCS #1 or SEC 1
	// TimeStamp is the address of a time-stamp authority; "" gives none, and
	// the seal is then worth something only as long as its certificate.
	TimeStamp string
	Clock     clock.Clock // nil is the machine's
}

// Sealer seals documents for the municipality. Safe for concurrent use.
type Sealer struct {
	signer pades.Signer
	stamp  pades.TimeStamper
	clock  clock.Clock
}

// Open reads the certificate and its key, and refuses them when they do not
// belong together.
func Open(c Certificate) (*Sealer, error) {
	s := &Sealer{clock: c.Clock}
	if s.clock == nil {
		s.clock = clock.System()
	}
	certs, err := certificates(c.CertFile)
	if err != nil {
		return nil, err
	}
	s.signer.Certificate, s.signer.Chain = certs[0], chain(certs[0], certs[1:])
	if s.signer.Key, err = privateKey(c.KeyFile); err != nil {
		return nil, err
	}
	public, ok := s.signer.Key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(certs[0].PublicKey) {
		return nil, fault.New(fault.Invalid, "proof: the key is not that of the seal's certificate")
	}
	if c.TimeStamp != "" {
		s.stamp = tsp.Client{URL: c.TimeStamp, HTTP: &http.Client{Timeout: stampLimit}}
	}
	return s, nil
}

// Seal seals a document. fault.Unavailable: the time-stamp authority does not
// answer, and there is no seal.
func (s *Sealer) Seal(ctx context.Context, pdf []byte) ([]byte, error) {
	o := pades.Options{Level: pades.BB, Time: s.clock.Now().In(zone()), Clock: s.clock.Now, Reason: "Rapport om raderade identiteter"}
	if s.stamp != nil {
		o.Level, o.TSA = pades.BT, s.stamp
	}
	res, err := pades.Seal(ctx, pdf, s.signer, o)
	var short *pades.LevelError
	if errors.As(err, &short) {
		return nil, fault.Wrap(fault.Unavailable, err, "proof: the time-stamp authority")
	}
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "proof: seal the document")
	}
	return res.File, nil
}

// Make writes the document and seals it when there is a sealer; without one
// its text says that the signed original is the JSON file.
func Make(ctx context.Context, r tally.Report, about About, s *Sealer) ([]byte, error) {
	about.Sealed = s != nil
	pdf, err := PDF(r, about)
	if err != nil || s == nil {
		return pdf, err
	}
	return s.Seal(ctx, pdf)
}

func certificates(file string) ([]*x509.Certificate, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "proof: the seal's certificate")
	}
	var all []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fault.New(fault.Invalid, "proof: the seal's certificate cannot be read")
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, fault.New(fault.Invalid, "proof: there is no certificate in the seal's file; it must be PEM")
	}
	return all, nil
}

// chain orders the issuers above a certificate, nearest first.
func chain(leaf *x509.Certificate, pool []*x509.Certificate) (list []*x509.Certificate) {
	for at := leaf; len(list) < len(pool) && !bytes.Equal(at.RawIssuer, at.RawSubject); {
		var next *x509.Certificate
		for _, c := range pool {
			if at.CheckSignatureFrom(c) == nil {
				next = c
			}
		}
		if next == nil {
			break
		}
		list, at = append(list, next), next
	}
	return list
}

func privateKey(file string) (crypto.Signer, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "proof: the seal's key")
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		for _, parse := range []func([]byte) (any, error){
			x509.ParsePKCS8PrivateKey,
			func(der []byte) (any, error) { return x509.ParsePKCS1PrivateKey(der) },
			func(der []byte) (any, error) { return x509.ParseECPrivateKey(der) },
		} {
			if key, err := parse(block.Bytes); err == nil {
				if signer, ok := key.(crypto.Signer); ok {
					return signer, nil
				}
			}
		}
	}
	return nil, fault.New(fault.Invalid, "proof: the seal's key cannot be read; it must be PEM and not encrypted") // the cause may quote it
}
