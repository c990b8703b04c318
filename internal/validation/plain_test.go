package validation_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"slices"
	"testing"

	"medborgarnavet/block/pades"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/validation/trust"
)

// issue makes a certificate; parent nil signs itself.
func issue(t *testing.T, tmpl *x509.Certificate, parent *x509.Certificate, by crypto.Signer) (*x509.Certificate, crypto.Signer) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl.SerialNumber, tmpl.NotBefore, tmpl.NotAfter, tmpl.BasicConstraintsValid = big.NewInt(start.Unix()), start.Add(-hour), start.Add(year), true
	if parent == nil {
		parent, by = tmpl, key
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, key.Public(), by)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}

// S-06: signers whose issuer runs no services for revocation, or who are
// trusted themselves; and certificates that are not for signatures, or that
// break the rules of their issuer.
func TestPlainIssuers(t *testing.T) {
	authority := func(name string) *x509.Certificate {
		return &x509.Certificate{Subject: pkix.Name{CommonName: name}, IsCA: true, KeyUsage: x509.KeyUsageCertSign}
	}
	leaf := func(change func(c *x509.Certificate)) *x509.Certificate {
		c := &x509.Certificate{Subject: pkix.Name{CommonName: "Anna Berglund"}, KeyUsage: x509.KeyUsageDigitalSignature}
		if change != nil {
			change(c)
		}
		return c
	}
	limited := authority("Begränsad")
	limited.PermittedDNSDomainsCritical, limited.PermittedDNSDomains = true, []string{"ekbacka.example"}
	for _, test := range []struct {
		name   string
		issuer *x509.Certificate // nil: signs itself
		leaf   *x509.Certificate
		rule   validation.RevocationRule
		want   validation.SubIndication
		code   string
	}{
		{"no service", authority("Rot"), leaf(nil), validation.IfPublished, "", "no-revocation-service"},
		{"no service, always asked for", authority("Rot"), leaf(nil), validation.Always, validation.TryLater, "no-revocation-information"},
		{"silent service", authority("Rot"), leaf(func(c *x509.Certificate) { c.OCSPServer = []string{"http://127.0.0.1:1/ocsp"} }),
			validation.IfPublished, validation.TryLater, "no-revocation-information"},
		{"silent service, only what is known", authority("Rot"), leaf(func(c *x509.Certificate) { c.OCSPServer = []string{"http://127.0.0.1:1/ocsp"} }),
			validation.IfKnown, "", "no-revocation-information"},
		{"itself trusted", nil, leaf(nil), validation.IfPublished, "", ""},
		{"for servers", authority("Rot"), leaf(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }),
			validation.IfPublished, validation.ChainConstraintsFailure, "key-usage"},
		{"outside its issuer's names", limited, leaf(func(c *x509.Certificate) { c.DNSNames = []string{"annan.example"} }),
			validation.IfPublished, validation.ChainConstraintsFailure, "chain-rules"},
		{"within its issuer's names", limited, leaf(func(c *x509.Certificate) { c.DNSNames = []string{"a.ekbacka.example"} }), validation.IfPublished, "", ""},
		{"never revoked", authority("Rot"), leaf(func(c *x509.Certificate) {
			c.OCSPServer = []string{"http://127.0.0.1:1/ocsp"}
			c.ExtraExtensions = []pkix.Extension{{Id: []int{2, 5, 29, 56}, Value: []byte{5, 0}}}
		}), validation.Always, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			store, policy := &trust.Store{}, validation.DefaultPolicy()
			policy.Revocation = test.rule
			var root *x509.Certificate
			var rootKey crypto.Signer
			s := pades.Signer{}
			if test.issuer != nil {
				root, rootKey = issue(t, test.issuer, nil, nil)
				s.Chain = []*x509.Certificate{root}
			}
			s.Certificate, s.Key = issue(t, test.leaf, root, rootKey)
			if root == nil {
				root = s.Certificate
			}
			store.Add(root)
			res, err := pades.Sign(t.Context(), document(t, 1), s, pades.Options{Time: start})
			if err != nil {
				t.Fatal(err)
			}
			v := &validation.Validator{Trust: store, Policy: policy, Clock: clock.NewManual(start)}
			rep, err := v.Validate(t.Context(), res.File, validation.Options{})
			if err != nil {
				t.Fatal(err)
			}
			got := only(t, rep)
			if got.Sub != test.want || test.code != "" && !slices.Contains(codes(got), test.code) {
				t.Errorf("%s %v", got.Sub, codes(got))
			}
		})
	}
}
