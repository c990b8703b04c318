package orgcert_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"medborgarnavet/block/orgcert"
	"medborgarnavet/block/orgnr"
)

const (
	agency       = orgnr.Number("2021005521")
	municipality = orgnr.Number("2120009911")
)

var serial, orgID = asn1.ObjectIdentifier{2, 5, 4, 5}, asn1.ObjectIdentifier{2, 5, 4, 97}

type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{cert, key}
}

func (a authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

func (a authority) issue(t *testing.T, usage x509.ExtKeyUsage, names ...pkix.AttributeTypeAndValue) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "test", ExtraNames: names},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{usage},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func attr(oid asn1.ObjectIdentifier, v string) pkix.AttributeTypeAndValue {
	return pkix.AttributeTypeAndValue{Type: oid, Value: v}
}

func TestOrgNumber(t *testing.T) {
	ca := newAuthority(t)
	for name, c := range map[string]struct {
		names []pkix.AttributeTypeAndValue
		want  orgnr.Number
		err   error
	}{
		"serial, ten digits":        {[]pkix.AttributeTypeAndValue{attr(serial, "2120009911")}, municipality, nil},
		"serial, 16 first":          {[]pkix.AttributeTypeAndValue{attr(serial, "162120009911")}, municipality, nil},
		"serial, hyphen":            {[]pkix.AttributeTypeAndValue{attr(serial, "212000-9911")}, municipality, nil},
		"identifier":                {[]pkix.AttributeTypeAndValue{attr(orgID, "NTRSE-2120009911")}, municipality, nil},
		"both, agreeing":            {[]pkix.AttributeTypeAndValue{attr(serial, "162120009911"), attr(orgID, "NTRSE-212000-9911")}, municipality, nil},
		"both, disagreeing":         {[]pkix.AttributeTypeAndValue{attr(serial, "2120009929"), attr(orgID, "NTRSE-2120009911")}, "", orgcert.ErrAmbiguous},
		"two serials":               {[]pkix.AttributeTypeAndValue{attr(serial, "2120009929"), attr(serial, "2120009911")}, "", orgcert.ErrAmbiguous},
		"malformed identifier":      {[]pkix.AttributeTypeAndValue{attr(serial, "2120009911"), attr(orgID, "NTRSE-1")}, "", orgcert.ErrMalformed},
		"another country":           {[]pkix.AttributeTypeAndValue{attr(orgID, "NTRNO-2120009911")}, "", orgcert.ErrNone},
		"a person's serial":         {[]pkix.AttributeTypeAndValue{attr(serial, "198507099805")}, "", orgcert.ErrNone},
		"random serial, identifier": {[]pkix.AttributeTypeAndValue{attr(serial, "abc"), attr(orgID, "NTRSE-2120009911")}, municipality, nil},
		"NTRSE in the serial":       {[]pkix.AttributeTypeAndValue{attr(serial, "NTRSE-21")}, "", orgcert.ErrNone},
		"nothing":                   {nil, "", orgcert.ErrNone},
	} {
		t.Run(name, func(t *testing.T) {
			cert := ca.issue(t, x509.ExtKeyUsageClientAuth, c.names...)
			got, err := orgcert.OrgNumber(cert.Leaf)
			if got != c.want || !errors.Is(err, c.err) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// M-92: both sides know each other by organisation number, or do not talk.
func TestMutualTLS(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	server := ca.issue(t, x509.ExtKeyUsageServerAuth, attr(serial, agency.Twelve()))
	client := ca.issue(t, x509.ExtKeyUsageClientAuth, attr(orgID, "NTRSE-"+string(municipality)))
	for name, c := range map[string]struct {
		server, client      tls.Certificate
		clientRoots, trusts *x509.CertPool
		want                orgnr.Number
		ok                  bool
	}{
		"all well":                          {server, client, ca.pool(), ca.pool(), agency, true},
		"another organisation answers":      {server, client, ca.pool(), ca.pool(), municipality, false},
		"no organisation expected":          {server, client, ca.pool(), ca.pool(), "", false},
		"server from unknown root":          {server, client, other.pool(), ca.pool(), agency, false},
		"no roots given is no trust":        {server, client, nil, ca.pool(), agency, false},
		"server trusts no client root":      {server, client, ca.pool(), nil, agency, false},
		"client from unknown root":          {server, other.issue(t, x509.ExtKeyUsageClientAuth, attr(serial, string(municipality))), ca.pool(), ca.pool(), agency, false},
		"no client certificate":             {server, tls.Certificate{}, ca.pool(), ca.pool(), agency, false},
		"client shows a server certificate": {server, server, ca.pool(), ca.pool(), agency, false},
		"server shows a client certificate": {client, client, ca.pool(), ca.pool(), municipality, false},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				n, err := orgcert.PeerOrgNumber(r)
				if err != nil {
					http.Error(w, err.Error(), http.StatusForbidden)
					return
				}
				_, _ = io.WriteString(w, string(n))
			}))
			srv.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are what is tested
			srv.TLS = orgcert.ServerTLS(c.server, c.trusts)
			srv.StartTLS()
			defer srv.Close()
			tr := &http.Transport{TLSClientConfig: orgcert.ClientTLS(c.client, c.clientRoots, c.want)}
			defer tr.CloseIdleConnections()
			resp, err := (&http.Client{Transport: tr, Timeout: 5 * time.Second}).Get(srv.URL)
			if !c.ok {
				if err == nil {
					resp.Body.Close()
					t.Fatal("the connection came about")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if body, _ := io.ReadAll(resp.Body); string(body) != string(municipality) {
				t.Errorf("the server saw %q", body)
			}
		})
	}
}

func TestPeerOrgNumberWithoutTLS(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if _, err := orgcert.PeerOrgNumber(r); !errors.Is(err, orgcert.ErrNoPeer) {
		t.Errorf("plain HTTP: %v", err)
	}
	r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{{}}}
	if _, err := orgcert.PeerOrgNumber(r); !errors.Is(err, orgcert.ErrNoPeer) {
		t.Errorf("an unverified certificate: %v", err)
	}
}
