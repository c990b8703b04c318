package seal_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"medborgarnavet/block/orgcert"
	"medborgarnavet/block/orgnr"
	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/petition/seal"
)

const (
	ekbacka = orgnr.Number("2120009911")
	havsnas = orgnr.Number("2120009929") // holds the second key
)

var today = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

var ample = seal.Limit{Total: 1 << 30}

func person(t testing.TB, digits string) pnr.Number {
	t.Helper()
	n, err := pnr.ParseLenient(digits, today)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func store(t testing.TB, o seal.StoreOptions) *seal.Store {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir() + "/keys"
	}
	if err := seal.InitStore(o.Dir); err != nil {
		t.Fatal(err)
	}
	s, err := seal.OpenStore(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// outside is a second holder in the outside world: a real server with mutual
// TLS, through which a test can bend what it answers.
type outside struct {
	server *httptest.Server
	store  *seal.Store
	log    *bytes.Buffer
	ca     authority

	mu   sync.Mutex
	bend func(http.Handler, http.ResponseWriter, *http.Request)
}

func newOutside(t testing.TB, c clock.Clock, limit seal.Limit) *outside {
	t.Helper()
	o := &outside{store: store(t, seal.StoreOptions{Clock: c}), log: new(bytes.Buffer), ca: newAuthority(t)}
	holder := seal.NewHolder(seal.HolderOptions{Store: o.store, Callers: map[orgnr.Number]seal.Limit{ekbacka: limit},
		Log: slog.New(slog.NewJSONHandler(o.log, nil))})
	o.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		bend := o.bend
		o.mu.Unlock()
		if bend == nil {
			holder.ServeHTTP(w, r)
			return
		}
		bend(holder, w, r)
	}))
	o.server.TLS = orgcert.ServerTLS(o.ca.issue(t, havsnas), o.ca.pool())
	o.server.EnableHTTP2 = true
	o.server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	o.server.StartTLS()
	t.Cleanup(o.server.Close)
	return o
}

func (o *outside) setBend(bend func(http.Handler, http.ResponseWriter, *http.Request)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bend = bend
}

// remote asks the holder as an organisation, expecting another to answer.
func (o *outside) remote(t testing.TB, as, want orgnr.Number) *seal.Remote {
	t.Helper()
	r := seal.NewRemote(seal.RemoteOptions{
		URL: o.server.URL, TLS: orgcert.ClientTLS(o.ca.issue(t, as), o.ca.pool(), want),
		Holder: want, Own: as, Statements: o.store.StatementKey(), Timeout: 2 * time.Second,
	})
	t.Cleanup(r.Close)
	return r
}

type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
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

func (a authority) issue(t testing.TB, org orgnr.Number) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial := pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{2, 5, 4, 5}, Value: org.Twelve()}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "test", ExtraNames: []pkix.AttributeTypeAndValue{serial}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// designs are all ways to seal.
func designs(t *testing.T, fn func(t *testing.T, s seal.Sealer)) {
	t.Helper()
	for name, make := range map[string]func(t *testing.T) seal.Sealer{
		"D1": func(t *testing.T) seal.Sealer { return seal.NewMAC(store(t, seal.StoreOptions{}).For(seal.Own)) },
		"D1 network": func(t *testing.T) seal.Sealer {
			return seal.NewMAC(newOutside(t, nil, ample).remote(t, ekbacka, havsnas))
		},
		"D2 one process": func(t *testing.T) seal.Sealer {
			return seal.NewSplit(store(t, seal.StoreOptions{}).For(seal.Own), store(t, seal.StoreOptions{}).For(seal.Own), false)
		},
		"D2": func(t *testing.T) seal.Sealer {
			return seal.NewSplit(store(t, seal.StoreOptions{}).For(seal.Own), newOutside(t, nil, ample).remote(t, ekbacka, havsnas), true)
		},
	} {
		t.Run(name, func(t *testing.T) { fn(t, make(t)) })
	}
}

// open makes the keys of a new petition.
func open(t testing.TB, s seal.Sealer, limit seal.Limit) *seal.Commitment {
	t.Helper()
	c, err := s.Make(t.Context(), db.NewID(), limit)
	if err != nil {
		t.Fatal(err)
	}
	return &c
}

func sealOne(t testing.TB, s seal.Sealer, c *seal.Commitment, voter pnr.Number) (seal.Nullifier, error) {
	t.Helper()
	r := s.Seal(t.Context(), []seal.Request{{Commitment: c, Voter: voter}})
	return r[0].Nullifier, r[0].Err
}
