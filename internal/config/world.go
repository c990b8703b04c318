package config

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// fakeMarker is in the subject of every certificate that the fakes make, so
// that none of them is ever trusted in production (I-15).
const fakeMarker = "TEST – medborgarnavet fake"

// expiresSoon is how long before its end a certificate is warned about.
const expiresSoon = 30 * 24 * time.Hour

// database looks at where the data lie. It does not connect.
func (k *checker) database(at string, d Database) {
	if d.Driver != "sqlite" && d.Driver != "postgres" {
		k.fault(at+".driver", "must be \"sqlite\" or \"postgres\"")
		return
	}
	if (d.DSN == "") == (d.DSNFile == "") {
		k.fault(at+".dsn", "exactly one of dsn and dsn_file is needed")
		return
	}
	if d.DSNFile != "" && !k.secret(at+".dsn_file", d.DSNFile) {
		return
	}
	address, err := d.Address()
	if err != nil {
		return // said by secret
	}
	k.unique("database", address, at+".dsn")
	if d.Driver == "sqlite" {
		if info, err := os.Stat(filepath.Dir(address)); err != nil || !info.IsDir() {
			k.fault(at+".dsn", "the directory of the database does not exist")
		}
		return
	}
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		k.fault(at+".dsn", "must be a postgres:// URL")
		return
	}
	if _, has := u.User.Password(); has && d.DSN != "" {
		k.fault(at+".dsn", "holds a password; put the DSN in a file and name it in dsn_file")
	}
}

// keys looks at where the keys lie (architecture.md §6).
func (k *checker) keys(at string, m Municipality) {
	k.secret(at+".lasting_file", m.Keys.LastingFile)
	k.unique("master key", m.Keys.LastingFile, at+".lasting_file")
	k.unique("key directory", m.Keys.DueDir, at+".due_dir")
	info, err := os.Stat(m.Keys.DueDir)
	if err != nil || !info.IsDir() {
		k.fault(at+".due_dir", "is not a directory that exists")
	} else if info.Mode().Perm()&0o077 != 0 {
		k.report(at+".due_dir", "others than the server's own user can look into it; its mode must be 0700")
	}
	if m.Database.Driver != "sqlite" || m.Database.DSN == "" {
		return
	}
	data := filepath.Dir(m.Database.DSN)
	if inside(m.Keys.DueDir, data) {
		k.report(at+".due_dir", "lies in the data directory; its backups would keep what must be destroyed")
	}
	if inside(m.Keys.LastingFile, data) {
		k.report(at+".lasting_file", "lies in the data directory; whoever has a backup of the data has the key")
	}
}

// report is a fault in production and a warning in test.
func (k *checker) report(key, text string) {
	k.findings = append(k.findings, Finding{Key: key, Text: text, Warning: !k.production})
}

// file looks whether a file can be read.
func (k *checker) file(key, path string) bool {
	if path == "" {
		k.fault(key, "is missing")
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		k.fault(key, "the file cannot be read: %s", reason(err))
		return false
	}
	_ = f.Close()
	return true
}

// secret looks at a file that only the server's own user may read.
func (k *checker) secret(key, path string) bool {
	if !k.file(key, path) {
		return false
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		k.report(key, "others than the server's own user can read the file; its mode must be 0600 or 0400")
	}
	return true
}

// peer is a server outside with what is needed to call it.
type peer struct{ endpoint, cert, key, roots, org string }

func (k *checker) peer(at string, p peer) {
	k.endpoint(at+".endpoint", p.endpoint)
	if p.org != "" {
		k.orgNumber(at+".org_number", p.org)
	}
	if (p.cert == "") != (p.key == "") {
		k.fault(at+".cert_file", "cert_file and key_file belong together")
	}
	if p.cert != "" && p.key != "" {
		k.clientCert(at, p)
	}
	if p.roots != "" && k.file(at+".roots_file", p.roots) {
		k.certificates(at+".roots_file", p.roots)
	}
}

// endpoint: in production no loopback, no http and no BankID test server.
func (k *checker) endpoint(key, address string) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil {
		k.fault(key, "must be an address such as \"https://example.se/tjanst\"")
		return
	}
	if !k.production {
		return
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if u.Scheme != "https" {
		k.fault(key, "must be https in production")
	}
	if strings.HasSuffix(host, ".test.bankid.com") {
		k.fault(key, "is BankID's test server; it must not be used in production")
	}
	if ip := net.ParseIP(host); host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && (ip.IsLoopback() || ip.IsUnspecified()) {
		k.fault(key, "is this machine itself; in production it is a server outside")
	}
}

// clientCert looks at our own certificate and its key.
func (k *checker) clientCert(at string, p peer) {
	certOK, keyOK := k.file(at+".cert_file", p.cert), k.secret(at+".key_file", p.key)
	if !certOK || !keyOK {
		return
	}
	k.certificates(at+".cert_file", p.cert)
	if _, err := tls.LoadX509KeyPair(p.cert, p.key); err != nil {
		k.fault(at+".key_file", "is not the key of the certificate in cert_file")
	}
}

// certificates looks at every certificate of a PEM file.
func (k *checker) certificates(key, path string) {
	raw, err := os.ReadFile(path)
	if err != nil {
		k.fault(key, "the file cannot be read: %s", reason(err))
		return
	}
	found := 0
	for block, rest := pem.Decode(raw); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		found++
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			k.fault(key, "certificate %d of the file cannot be read", found)
			continue
		}
		k.certificate(key, cert)
	}
	if found == 0 {
		k.fault(key, "there is no certificate in the file; it must be PEM")
	}
}

func (k *checker) certificate(key string, cert *x509.Certificate) {
	name := cert.Subject.CommonName
	marked := isFake(cert)
	switch {
	case k.now.After(cert.NotAfter):
		k.fault(key, "the certificate of %q went out on %s", name, cert.NotAfter.Format(dateForm))
	case k.now.Before(cert.NotBefore):
		k.fault(key, "the certificate of %q is not valid until %s", name, cert.NotBefore.Format(dateForm))
	case cert.NotAfter.Sub(k.now) < expiresSoon && !marked:
		k.warn(key, "the certificate of %q goes out on %s", name, cert.NotAfter.Format(dateForm))
	}
	if k.production && (marked || isBankIDTest(cert)) {
		k.fault(key, "is a certificate for tests; it must not be used in production")
	}
}

// isFake knows the certificates that the fakes make.
func isFake(cert *x509.Certificate) bool {
	names := slices.Concat(cert.Subject.Organization, cert.Issuer.Organization)
	return slices.ContainsFunc(names, func(o string) bool { return strings.Contains(o, fakeMarker) })
}

// isBankIDTest knows the certificates that BankID hands out for tests, by the
// names that they carry ("FP Testcert", "Test BankID").
func isBankIDTest(cert *x509.Certificate) bool {
	for _, name := range []string{cert.Subject.CommonName, cert.Issuer.CommonName} {
		lower := strings.ToLower(name)
		if strings.Contains(lower, "fp testcert") || strings.Contains(lower, "test bankid") {
			return true
		}
	}
	return false
}
