package bankid

import (
	"crypto/x509"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
)

const productionHost = "appapi2.bankid.com"

// checkEnvironment refuses a test endpoint, a loopback address or a test
// certificate in production, and BankID's production endpoint in test (I-15).
// Always https: the API is mutual TLS.
func checkEnvironment(o Options) error {
	base, err := url.Parse(o.BaseURL)
	if err != nil || base.Scheme != "https" || base.Host == "" || base.RawQuery != "" || base.User != nil {
		return fault.New(fault.Invalid, "bankid: the API's address must be https://host")
	}
	launch, err := url.Parse(o.LaunchURL)
	if err != nil || launch.Host == "" || launch.RawQuery != "" || launch.Fragment != "" || launch.User != nil {
		return fault.New(fault.Invalid, "bankid: the launch link's base must be an address without a query")
	}
	switch o.Environment {
	case identity.Test:
		if strings.EqualFold(base.Hostname(), productionHost) {
			return fault.New(fault.Invalid, "bankid: BankID's production endpoint in a test environment")
		}
		return nil
	case identity.Production:
	default:
		return fault.New(fault.Invalid, "bankid: unknown environment %q", o.Environment)
	}
	if testHost(base.Hostname()) {
		return fault.New(fault.Invalid, "bankid: a test or local endpoint in production")
	}
	if launch.Scheme != "https" || testHost(launch.Hostname()) {
		return fault.New(fault.Invalid, "bankid: the launch link's base must be https and no test or local address in production")
	}
	if t, ok := o.HTTP.Transport.(*http.Transport); ok && t.TLSClientConfig != nil {
		for _, c := range t.TLSClientConfig.Certificates {
			if leaf, err := x509.ParseCertificate(c.Certificate[0]); err != nil || isTest(leaf) {
				return fault.New(fault.Invalid, "bankid: a test certificate in production")
			}
		}
	}
	return nil
}

// testHost reports whether a host can only be a test's: loopback, a private or
// local address, or BankID's test service.
func testHost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if a, err := netip.ParseAddr(host); err == nil {
		return a.IsLoopback() || a.IsUnspecified() || a.IsPrivate() || a.IsLinkLocalUnicast()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, "test.bankid.com")
}
