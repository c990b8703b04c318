package tsp_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/cms"
	"medborgarnavet/block/tsp"
	"medborgarnavet/fake/tsa"
)

func authority(t testing.TB) *tsa.Authority {
	t.Helper()
	a, err := tsa.Start(tsa.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

func sum256(s string) []byte { v := sha256.Sum256([]byte(s)); return v[:] }

func of(s string) func(crypto.Hash) []byte {
	return func(h crypto.Hash) []byte {
		w := h.New()
		w.Write([]byte(s))
		return w.Sum(nil)
	}
}

// S-32, RFC 3161: a stamp from an authority that shares no code with the client.
func TestStamp(t *testing.T) {
	a := authority(t)
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	a.Clock(func() time.Time { return now })
	client := tsp.Client{URL: a.TSAURL()}
	digest512 := sha512.Sum512([]byte("signature value"))
	for _, tc := range []struct {
		digest []byte
		hash   crypto.Hash
	}{{sum256("signature value"), crypto.SHA256}, {digest512[:], crypto.SHA512}} {
		der, err := client.Stamp(t.Context(), tc.digest, tc.hash)
		if err != nil {
			t.Fatal(err)
		}
		token, err := tsp.ParseToken(append(der, 0, 0, 0))
		if err != nil {
			t.Fatal(err)
		}
		if !token.Time.Equal(now) || token.Accuracy != time.Second || token.Serial.Sign() <= 0 || token.Hash != tc.hash || !token.CMS.DER {
			t.Errorf("token: %+v", token)
		}
		if !token.Certificate().Equal(a.TSA()) {
			t.Error("the signer is not the authority")
		}
		if err := token.Verify(of("signature value")); err != nil {
			t.Errorf("Verify: %v", err)
		}
		if err := token.Verify(of("something else")); !errors.Is(err, tsp.ErrImprint) {
			t.Errorf("copied token: %v, want ErrImprint", err)
		}
	}
}

// S-32: a dead, slow, refusing or lying authority gives an error, never a token.
func TestStampFailures(t *testing.T) {
	tests := []struct {
		name string
		set  func(*tsa.Authority)
		want error
	}{
		{"dead", func(a *tsa.Authority) { a.Dead(true) }, tsp.ErrUnavailable},
		{"slow", func(a *tsa.Authority) { a.Slow(time.Minute) }, context.DeadlineExceeded},
		{"refuses", func(a *tsa.Authority) { a.Refuse(true) }, tsp.ErrRefused},
		{"other imprint", func(a *tsa.Authority) { a.WrongImprint(true) }, tsp.ErrImprint},
		{"other nonce", func(a *tsa.Authority) { a.WrongNonce(true) }, tsp.ErrNonce},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			a := authority(t)
			tc.set(a)
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			der, err := tsp.Client{URL: a.TSAURL()}.Stamp(ctx, sum256("x"), crypto.SHA256)
			if !errors.Is(err, tc.want) || der != nil {
				t.Errorf("error %v, want %v", err, tc.want)
			}
		})
	}
	a := authority(t)
	other := tsp.Client{URL: a.TSAURL(), Policy: asn1.ObjectIdentifier{1, 2, 3}}
	if _, err := other.Stamp(t.Context(), sum256("x"), crypto.SHA256); !errors.Is(err, tsp.ErrRefused) || !strings.Contains(err.Error(), "unacceptedPolicy") {
		t.Errorf("another policy: %v", err)
	}
	if _, err := (tsp.Client{URL: a.TSAURL()}).Stamp(t.Context(), sum256("x")[:20], crypto.SHA1); !errors.Is(err, cms.ErrAlgorithm) {
		t.Errorf("SHA-1: %v", err)
	}
}

// What is not a time-stamp service is not believed to be one.
func TestStampStrangers(t *testing.T) {
	tests := []struct {
		name   string
		handle http.HandlerFunc
	}{
		{"HTML page", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) }},
		{"error status", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}},
		{"endless", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/timestamp-reply")
			w.Write(make([]byte, 2<<20))
		}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			s := httptest.NewServer(tc.handle)
			defer s.Close()
			if _, err := (tsp.Client{URL: s.URL}).Stamp(t.Context(), sum256("x"), crypto.SHA256); !errors.Is(err, tsp.ErrUnavailable) {
				t.Errorf("error %v, want ErrUnavailable", err)
			}
		})
	}
}

func TestIssue(t *testing.T) {
	a := authority(t)
	s := a.Stamper()
	at := time.Now().UTC().Truncate(time.Second).Add(120 * time.Millisecond)
	info := tsp.Info{
		Time: at, Accuracy: 2*time.Second + 5*time.Millisecond + 7*time.Microsecond, Policy: asn1.ObjectIdentifier{1, 2, 3}, Serial: big.NewInt(300),
		Hash: crypto.SHA256, Imprint: sum256("file"), Nonce: big.NewInt(7),
		Extensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 752, 201, 5, 2}, Value: []byte("validation token")}},
	}
	der, err := tsp.Issue(info, s.Key, s.Certificate, s.Chain)
	if err != nil {
		t.Fatal(err)
	}
	token, err := tsp.ParseToken(der)
	if err != nil {
		t.Fatal(err)
	}
	if err := token.Verify(of("file")); err != nil {
		t.Error(err)
	}
	if !token.Time.Equal(at) || token.Accuracy != info.Accuracy || token.Serial.Cmp(info.Serial) != 0 || token.Nonce.Cmp(info.Nonce) != 0 ||
		!token.Policy.Equal(info.Policy) || len(token.Extensions) != 1 || string(token.Extensions[0].Value) != "validation token" {
		t.Errorf("read back: %+v", token)
	}
	if len(token.CMS.Faults)+len(token.CMS.Signers[0].Faults) != 0 || !token.CMS.DER {
		t.Errorf("faults: %v %v", token.CMS.Faults, token.CMS.Signers[0].Faults)
	}
	info.Extensions[0].Critical = true
	if der, err = tsp.Issue(info, s.Key, s.Certificate, nil); err != nil {
		t.Fatal(err)
	}
	if token, err = tsp.ParseToken(der); err != nil || !errors.Is(token.Verify(of("file")), tsp.ErrToken) {
		t.Errorf("a critical extension that nobody knows passes: %v", err)
	}
	info.Time = at.AddDate(50, 0, 0)
	if _, err := tsp.Issue(info, s.Key, s.Certificate, nil); !errors.Is(err, tsp.ErrUsage) {
		t.Errorf("after the certificate's end: %v", err)
	}
}

// RFC 3161 §2.3: a person's certificate cannot stamp time, whatever it signs.
func TestUsageIsRequired(t *testing.T) {
	a := authority(t)
	p, err := a.Person(tsa.Person{GivenName: "Bo", Surname: "Ek", SerialNumber: "197101169295"})
	if err != nil {
		t.Fatal(err)
	}
	info := tsp.Info{Time: time.Now(), Policy: asn1.ObjectIdentifier{1, 2, 3}, Serial: big.NewInt(1), Hash: crypto.SHA256, Imprint: sum256("x")}
	if _, err := tsp.Issue(info, p.Key, p.Certificate, nil); !errors.Is(err, tsp.ErrUsage) {
		t.Errorf("Issue: %v, want ErrUsage", err)
	}
	// The same token made past Issue: the TSTInfo of a good one, signed anew.
	s := a.Stamper()
	good, err := tsp.Issue(info, s.Key, s.Certificate, s.Chain)
	if err != nil {
		t.Fatal(err)
	}
	sd, err := cms.Parse(good)
	if err != nil {
		t.Fatal(err)
	}
	attrs, err := cms.SignedAttributesOf(tsp.OIDTSTInfo, sum256(string(sd.Content)), crypto.SHA256, p.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := cms.Sign(p.Key, attrs, cms.ECDSAWithSHA256)
	if err != nil {
		t.Fatal(err)
	}
	der, err := cms.AssembleContent(tsp.OIDTSTInfo, sd.Content, attrs, sig, cms.ECDSAWithSHA256, p.Certificate, p.Chain)
	if err != nil {
		t.Fatal(err)
	}
	token, err := tsp.ParseToken(der)
	if err != nil {
		t.Fatal(err)
	}
	if err := token.Verify(of("x")); !errors.Is(err, tsp.ErrUsage) {
		t.Errorf("Verify: %v, want ErrUsage", err)
	}
}

// S-06: no byte of a token can be changed unseen, but in the chain above the signer.
func TestEveryByteOfATokenMatters(t *testing.T) {
	a := authority(t)
	der, err := tsp.Client{URL: a.TSAURL()}.Stamp(t.Context(), sum256("x"), crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	original, err := tsp.ParseToken(der)
	if err != nil {
		t.Fatal(err)
	}
	chainAt := bytes.Index(der, a.Issuing().Raw)
	for i := range der {
		mutant := bytes.Clone(der)
		mutant[i] ^= 0x01
		token, err := tsp.ParseToken(mutant)
		if err != nil || token.Verify(of("x")) != nil || len(token.CMS.Faults)+len(token.CMS.Signers[0].Faults) > 0 {
			continue
		}
		if i >= chainAt && i < chainAt+len(a.Issuing().Raw) && token.Time.Equal(original.Time) {
			continue
		}
		t.Errorf("byte %d changed: verifies with nothing noted", i)
	}
}

func TestParseResponse(t *testing.T) {
	tests := []struct {
		name   string
		der    []byte
		good   bool
		status int
	}{
		{"rejection, badAlg", []byte{0x30, 9, 0x30, 7, 2, 1, 2, 3, 2, 7, 0x80}, true, 2},
		{"granted without token", []byte{0x30, 5, 0x30, 3, 2, 1, 0}, false, 0},
		{"refused with token", []byte{0x30, 7, 0x30, 3, 2, 1, 2, 0x30, 0}, false, 0},
		{"trailing bytes", []byte{0x30, 5, 0x30, 3, 2, 1, 2, 0}, false, 0},
		{"empty", nil, false, 0},
	}
	for _, tc := range tests {
		r, err := tsp.ParseResponse(tc.der)
		if (err == nil) != tc.good || err == nil && (r.Status != tc.status || r.Failure != 0) {
			t.Errorf("%s: %+v, %v", tc.name, r, err)
		}
	}
}

func FuzzResponse(f *testing.F) {
	a := authority(f)
	for _, on := range []bool{false, true} {
		a.Refuse(on)
		req, _ := tsp.Request(sum256("x"), crypto.SHA256, big.NewInt(5), nil)
		res, err := http.Post(a.TSAURL(), "application/timestamp-query", bytes.NewReader(req))
		if err != nil {
			f.Fatal(err)
		}
		var body bytes.Buffer
		body.ReadFrom(res.Body)
		res.Body.Close()
		f.Add(body.Bytes())
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		r, err := tsp.ParseResponse(der)
		if err == nil && (r.Token != nil) != (r.Status == tsp.StatusGranted || r.Status == tsp.StatusGrantedWithMods) {
			t.Error("status and token do not agree")
		}
	})
}

func FuzzParseToken(f *testing.F) {
	a := authority(f)
	der, err := tsp.Client{URL: a.TSAURL()}.Stamp(context.Background(), sum256("x"), crypto.SHA256)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(der)
	f.Fuzz(func(t *testing.T, der []byte) {
		token, err := tsp.ParseToken(der)
		if err != nil {
			return
		}
		if token.Verify(of("never stamped")) == nil {
			t.Error("verifies over bytes that nobody stamped")
		}
	})
}
