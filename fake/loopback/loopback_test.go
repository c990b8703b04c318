package loopback_test

import (
	"crypto/tls"
	"net/http"
	"strings"
	"testing"

	"medborgarnavet/fake/ca"
	"medborgarnavet/fake/loopback"
)

// I-15: a fake listens on this machine alone, once, and to nobody without a
// certificate.
func TestListen(t *testing.T) {
	authority, err := ca.New("TEST")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := authority.TLS(ca.Options{CommonName: "fake", OrgNumber: "2021005521", Server: true})
	if err != nil {
		t.Fatal(err)
	}
	s := &loopback.Server{Name: "fake x"}
	defer s.Close()
	none := http.NotFoundHandler()
	for _, address := range []string{"0.0.0.0:0", ":0", "10.0.0.1:0", "example.se:0", "127.0.0.1"} {
		if err := s.Listen(address, cert, authority.Pool(), none); err == nil || !strings.Contains(err.Error(), "fake x") || s.URL() != "" {
			t.Errorf("%s: %v, at %q", address, err, s.URL())
		}
	}
	if err := s.Listen("127.0.0.1:0", cert, authority.Pool(), none); err != nil {
		t.Fatal(err)
	}
	if err := s.Listen("127.0.0.1:0", cert, authority.Pool(), none); err == nil {
		t.Error("it listens twice")
	}
	stranger := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authority.Pool()}}}
	if resp, err := stranger.Get(s.URL()); err == nil {
		_ = resp.Body.Close()
		t.Error("one without a certificate was answered")
	}
}
