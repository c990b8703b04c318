package app

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/orgcert"
	"medborgarnavet/fake/ca"
)

// M-81, M-82, M-127, S-37: a call leaves only with our certificate, to the
// configured host, whose certificate has the right issuer and organisation
// number; nothing is followed elsewhere.
func TestOutsideClient(t *testing.T) {
	authority, err := ca.New("one")
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := ca.New("another")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	roots := filepath.Join(dir, "roots.pem")
	if err := os.WriteFile(roots, authority.CertPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	certFile, keyFile, err := authority.WriteFiles(dir, "ours", ca.Options{CommonName: "ours", OrgNumber: "2120009911", Client: true})
	if err != nil {
		t.Fatal(err)
	}
	serve := func(by *ca.CA, number string) string {
		t.Helper()
		cert, err := by.TLS(ca.Options{CommonName: "server", OrgNumber: number, Server: true})
		if err != nil {
			t.Fatal(err)
		}
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				http.Redirect(w, r, "https://127.0.0.1:1/", http.StatusFound)
				return
			}
			who, err := orgcert.PeerOrgNumber(r)
			if err != nil || who != "2120009911" {
				w.WriteHeader(http.StatusForbidden)
			}
		}))
		s.TLS = orgcert.ServerTLS(cert, authority.Pool())
		s.Config.ErrorLog = nil
		s.StartTLS()
		t.Cleanup(s.Close)
		return s.URL
	}
	right := serve(authority, "2021005521")
	for name, tt := range map[string]struct {
		endpoint string
		ok       bool
	}{
		"right": {right, true}, "another organisation": {serve(authority, "2120009929"), false}, "another issuer": {serve(stranger, "2021005521"), false},
		"a certificate without a number": {serve(authority, ""), false},
	} {
		client, err := outside{tt.endpoint, certFile, keyFile, roots, "2021005521", 5 * time.Second}.client()
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Get(tt.endpoint)
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				t.Errorf("%s: status %d", name, resp.StatusCode)
			}
		}
	}
	client, err := outside{right, certFile, keyFile, roots, "2021005521", 5 * time.Second}.client()
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := client.Get(right + "/elsewhere"); err != nil || resp.StatusCode != http.StatusFound {
		t.Errorf("a redirect was followed: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := client.Get("https://" + l.Addr().String() + "/"); err == nil || !strings.Contains(err.Error(), "another host") {
		t.Errorf("another host was called: %v", err)
	}
	if _, err := (outside{Endpoint: strings.Replace(right, "https", "http", 1), RootsFile: roots}).client(); err == nil {
		t.Error("an address without TLS was accepted")
	}
}
