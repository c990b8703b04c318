package app

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"medborgarnavet/block/orgcert"
	"medborgarnavet/block/orgnr"
	"medborgarnavet/internal/fault"
)

// outside is a server of somebody else's, as the configuration names it.
type outside struct {
	Endpoint, CertFile, KeyFile, RootsFile, OrgNumber string
	Timeout                                           time.Duration
}

// client makes an HTTP client that can reach that server and no other: with
// our certificate, its roots and organisation number, without redirects or
// proxies.
func (o outside) client() (*http.Client, error) {
	u, err := url.Parse(o.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "https" {
		return nil, fmt.Errorf("endpoint must be an https address")
	}
	cfg, err := o.tls()
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{TLSClientConfig: cfg, Proxy: nil, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 16,
		TLSHandshakeTimeout: 5 * time.Second, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10}
	return &http.Client{
		Transport:     onlyHost{u.Host, transport},
		Timeout:       o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

func (o outside) tls() (*tls.Config, error) {
	var cert tls.Certificate
	var err error
	if o.CertFile != "" {
		if cert, err = tls.LoadX509KeyPair(o.CertFile, o.KeyFile); err != nil {
			return nil, fmt.Errorf("client certificate: %w", err)
		}
	}
	pem, err := os.ReadFile(o.RootsFile)
	if err != nil {
		return nil, fmt.Errorf("roots: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("roots: %s holds no certificate", o.RootsFile)
	}
	if o.OrgNumber == "" {
		cfg := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
		if o.CertFile != "" {
			cfg.Certificates = []tls.Certificate{cert}
		}
		return cfg, nil
	}
	want, err := orgnr.Parse(o.OrgNumber)
	if err != nil {
		return nil, fmt.Errorf("organisation number of the server: %w", err)
	}
	return orgcert.ClientTLS(cert, roots, want), nil
}

// onlyHost refuses every other host than the one a client was made for.
type onlyHost struct {
	host string
	next http.RoundTripper
}

func (h onlyHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != h.host || r.URL.Scheme != "https" {
		return nil, fault.New(fault.Forbidden, "a call to another host than the configured one")
	}
	return h.next.RoundTrip(r)
}
