package ca_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"medborgarnavet/fake/ca"
)

// I-15: what the fakes identify themselves with says that it is a test.
func TestLeafCarriesOrgNumberInEveryForm(t *testing.T) {
	authority, err := ca.New("unit")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name       string
		form       ca.Form
		serial     string
		identifier string
	}{
		{"plain", ca.Plain, "2021005521", ""},
		{"prefixed", ca.Prefixed, "162021005521", ""},
		{"identifier", ca.Identifier, "", "NTRSE-2021005521"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			cert := leaf(t, authority, ca.Options{CommonName: "fk", OrgNumber: "2021005521", Form: tc.form, Server: true})
			if cert.Subject.SerialNumber != tc.serial {
				t.Errorf("serialNumber = %q, want %q", cert.Subject.SerialNumber, tc.serial)
			}
			identifier := ""
			for _, a := range cert.Subject.Names {
				if a.Type.String() == "2.5.4.97" {
					identifier, _ = a.Value.(string)
				}
			}
			if identifier != tc.identifier {
				t.Errorf("organizationIdentifier = %q, want %q", identifier, tc.identifier)
			}
			if got := cert.Subject.Organization; len(got) != 1 || got[0] != ca.Organisation {
				t.Errorf("organisation = %q, want the test mark", got)
			}
			if _, err := cert.Verify(x509.VerifyOptions{Roots: authority.Pool(), DNSName: "localhost"}); err != nil {
				t.Errorf("chain: %v", err)
			}
			if err := cert.VerifyHostname("127.0.0.1"); err != nil {
				t.Errorf("loopback address: %v", err)
			}
			if err := cert.VerifyHostname("example.se"); err == nil {
				t.Error("valid for a name that is not loopback")
			}
		})
	}
}

func TestLeafUsageAndValidity(t *testing.T) {
	authority, err := ca.New("unit")
	if err != nil {
		t.Fatal(err)
	}
	client := leaf(t, authority, ca.Options{CommonName: "client", Client: true})
	if _, err := client.Verify(x509.VerifyOptions{Roots: authority.Pool()}); err == nil {
		t.Error("a client certificate passes as a server")
	}
	expired := leaf(t, authority, ca.Options{
		CommonName: "old", Server: true,
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-24 * time.Hour),
	})
	if _, err := expired.Verify(x509.VerifyOptions{Roots: authority.Pool()}); err == nil {
		t.Error("an expired certificate verifies")
	}
	stranger, err := ca.New("unit")
	if err != nil {
		t.Fatal(err)
	}
	server := leaf(t, authority, ca.Options{CommonName: "s", Server: true})
	if _, err := server.Verify(x509.VerifyOptions{Roots: stranger.Pool()}); err == nil {
		t.Error("two CAs of the same name trust each other's leaves")
	}
}

func TestWriteFiles(t *testing.T) {
	authority, err := ca.New("unit")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "keys")
	certFile, keyFile, err := authority.WriteFiles(dir, "ekbacka", ca.Options{CommonName: "Ekbacka", OrgNumber: "2120009911", Client: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tls.LoadX509KeyPair(certFile, keyFile); err != nil {
		t.Errorf("pair does not load: %v", err)
	}
	info, err := os.Stat(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("key mode = %v, want 0600", info.Mode().Perm())
	}
}

func leaf(t *testing.T, authority *ca.CA, o ca.Options) *x509.Certificate {
	t.Helper()
	certPEM, _, err := authority.Leaf(o)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(certPEM)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}
