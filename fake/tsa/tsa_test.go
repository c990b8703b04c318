package tsa_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"medborgarnavet/fake/tsa"
)

func start(t *testing.T) *tsa.Authority {
	t.Helper()
	a, err := tsa.Start(tsa.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

func post(t *testing.T, url, kind string, body []byte) ([]byte, error) {
	t.Helper()
	client := http.Client{Timeout: 300 * time.Millisecond}
	res, err := client.Post(url, kind, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return io.ReadAll(res.Body)
}

// I-15: the authorities say that they are a test, and listen on loopback only.
func TestMarkedAsTest(t *testing.T) {
	a := start(t)
	for _, c := range []*x509.Certificate{a.Root(), a.Issuing(), a.TSA()} {
		if !strings.HasPrefix(c.Subject.CommonName, "TEST ") || !strings.HasPrefix(c.Issuer.CommonName, "TEST ") {
			t.Errorf("%s is not marked", c.Subject.CommonName)
		}
	}
	if !strings.HasPrefix(a.URL(), "http://127.0.0.1:") {
		t.Errorf("address %s", a.URL())
	}
	if other, err := tsa.Start(tsa.Options{Address: "0.0.0.0:0"}); err == nil {
		other.Close()
		t.Error("listens on every address")
	}
}

// Certificate profile 08: the fields of a person, in any script.
func TestPersons(t *testing.T) {
	a := start(t)
	intermediates := x509.NewCertPool()
	intermediates.AddCert(a.Issuing())
	tests := []tsa.Person{
		{GivenName: "Anna", Surname: "Berglund", SerialNumber: "198507099805"},
		{GivenName: "Máret Áile", Surname: "Ŋŋuvžž", SerialNumber: "198507099805", P384: true},
		{GivenName: "فريد", Surname: "حداد", SerialNumber: "197010632391", RSA: true},
		{GivenName: strings.Repeat("Юлия", 10), Surname: strings.Repeat("Ивановна", 5), SerialNumber: "198507099805"},
	}
	for _, p := range tests {
		who, err := a.Person(p)
		if err != nil {
			t.Fatal(err)
		}
		c := who.Certificate
		if c.Subject.CommonName != p.GivenName+" "+p.Surname || c.Subject.SerialNumber != p.SerialNumber || c.KeyUsage != x509.KeyUsageContentCommitment {
			t.Errorf("subject %v, usage %v", c.Subject, c.KeyUsage)
		}
		if len(c.OCSPServer) != 1 || len(c.CRLDistributionPoints) != 1 || len(c.PolicyIdentifiers) != 1 {
			t.Errorf("sources %v %v, policies %v", c.OCSPServer, c.CRLDistributionPoints, c.PolicyIdentifiers)
		}
		if _, err := c.Verify(x509.VerifyOptions{Roots: a.Pool(), Intermediates: intermediates, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
			t.Error(err)
		}
	}
	seal, err := a.Seal("Ekbacka kommun", "2120009911")
	if err != nil || !strings.Contains(seal.Certificate.Subject.String(), "NTRSE-2120009911") && !hasOrgID(seal.Certificate) {
		t.Errorf("seal: %v", err)
	}
}

func hasOrgID(c *x509.Certificate) bool {
	for _, n := range c.Subject.Names {
		if n.Type.String() == "2.5.4.97" && n.Value == "NTRSE-2120009911" {
			return true
		}
	}
	return false
}

func query(t *testing.T) []byte {
	t.Helper()
	type imprint struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	digest := sha256.Sum256([]byte("x"))
	der, err := asn1.Marshal(struct {
		Version int
		Imprint imprint
		Nonce   *big.Int
	}{1, imprint{pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}}, digest[:]}, big.NewInt(99)})
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestStampControls(t *testing.T) {
	const kind = "application/timestamp-query"
	a := start(t)
	granted := []byte{0x30, 3, 2, 1, 0}
	good, err := post(t, a.TSAURL(), kind, query(t))
	if err != nil || !bytes.Contains(good[:12], granted) || bytes.Contains(good, a.TSA().Raw) {
		t.Errorf("good, without certificate: %v", err)
	}
	a.Refuse(true)
	if no, err := post(t, a.TSAURL(), kind, query(t)); err != nil || bytes.Contains(no, granted) || len(no) > 100 {
		t.Errorf("refused: %x, %v", no, err)
	}
	a.Refuse(false)
	if no, err := post(t, a.TSAURL(), kind, []byte("nonsense")); err != nil || bytes.Contains(no, granted) {
		t.Errorf("nonsense: %x, %v", no, err)
	}
	a.Dead(true)
	if _, err := post(t, a.TSAURL(), kind, query(t)); err == nil {
		t.Error("a dead authority answers")
	}
	a.Dead(false)
	a.Slow(time.Minute)
	if _, err := post(t, a.TSAURL(), kind, query(t)); err == nil {
		t.Error("a slow authority is quick")
	}
}

func TestOCSPControls(t *testing.T) {
	a := start(t)
	bo, err := a.Person(tsa.Person{GivenName: "Bo", Surname: "Ek", SerialNumber: "197101169295"})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(c *x509.Certificate) *ocsp.Response {
		t.Helper()
		req, err := ocsp.CreateRequest(c, a.Issuing(), nil)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := post(t, a.URL()+"/ocsp", "application/ocsp-request", req)
		if err != nil {
			t.Fatal(err)
		}
		res, err := ocsp.ParseResponseForCert(raw, c, a.Issuing())
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	if res := ask(bo.Certificate); res.Status != ocsp.Good || time.Since(res.ThisUpdate) > time.Minute {
		t.Errorf("good: %+v", res)
	}
	unknown := *bo.Certificate
	unknown.SerialNumber = big.NewInt(5)
	if res := ask(&unknown); res.Status != ocsp.Unknown {
		t.Errorf("unknown: %+v", res)
	}
	a.StaleOCSP(true)
	if res := ask(bo.Certificate); time.Since(res.NextUpdate) < 24*time.Hour {
		t.Errorf("stale: %+v", res)
	}
	at := time.Now().Add(-time.Hour).Truncate(time.Second)
	a.Revoke(bo.Certificate, at, 4)
	if res := ask(bo.Certificate); res.Status != ocsp.Revoked || !res.RevokedAt.Equal(at) || res.RevocationReason != 4 {
		t.Errorf("revoked: %+v", res)
	}
}
