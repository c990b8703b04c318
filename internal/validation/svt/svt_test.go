package svt

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func issuer(t testing.TB, key crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template(), template(), key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func template() *x509.Certificate {
	return &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Provtjänst"},
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0)}
}

func claims(h crypto.Hash, cert *x509.Certificate) Claims {
	return Claims{ID: NewID(), Issuer: "https://validering.example", IssuedAt: now.Unix(),
		Validation: Validation{Signatures: []Signature{{
			Reference:  SignatureReference{ValueHash: Sum(h, []byte("value")), SignedBytesHash: Sum(h, []byte("attributes"))},
			SignedData: []SignedData{{Ref: RangeRef([]int64{0, 10, 20, 30}), Hash: Sum(h, []byte("data"))}},
			Signer:     References([]*x509.Certificate{cert}, h, true),
			Results:    []PolicyResult{{Policy: "urn:policy", Result: Passed}},
			Times: []TimeResult{{Time: now.Unix() - 60, Type: SignatureTimeStamp, Issuer: "TSA",
				Results: []PolicyResult{{Policy: "urn:policy", Result: Passed}}}},
		}}}}
}

func ec(t testing.TB, curve elliptic.Curve) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func keys(t testing.TB) map[string]crypto.Signer {
	t.Helper()
	out := map[string]crypto.Signer{}
	for name, curve := range map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()} {
		out[name] = ec(t, curve)
	}
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	out["PS256"] = k
	return out
}

// S-06: what is issued verifies, says what was claimed, and has the form of
// RFC 9321.
func TestIssueAndVerify(t *testing.T) {
	for name, key := range keys(t) {
		for _, byHash := range []bool{false, true} {
			h, err := HashFor(key.Public())
			if err != nil {
				t.Fatal(err)
			}
			cert := issuer(t, key)
			text, err := Issue(claims(h, cert), key, []*x509.Certificate{cert}, Options{KeyHash: byHash})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			token, err := Parse(text)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := token.Verify(cert, now); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if (len(token.Chain) == 0) != byHash {
				t.Errorf("%s: the chain is carried exactly when the key is not named by hash", name)
			}
			s := token.Claims.Validation.Signatures[0]
			if at, ok := s.Earliest(); !s.Passed() || !ok || at.Unix() != now.Unix()-60 || !s.Signer.Names(cert, h) {
				t.Errorf("%s: the claims came back differently", name)
			}
			checkMembers(t, text, name)
		}
	}
}

// checkMembers holds the JSON against the names of RFC 9321, 3.2.
func checkMembers(t *testing.T, text, alg string) {
	t.Helper()
	parts := strings.Split(text, ".")
	var head, body map[string]any
	for i, into := range []*map[string]any{&head, &body} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, into); err != nil {
			t.Fatal(err)
		}
	}
	if head["typ"] != "JWT" || head["alg"] != alg {
		t.Errorf("header is %v", head)
	}
	v := body["sig_val_claims"].(map[string]any)
	sig := v["sig"].([]any)[0].(map[string]any)
	for _, name := range []string{"sig_ref", "sig_data_ref", "signer_cert_ref", "sig_val", "time_val"} {
		if sig[name] == nil {
			t.Errorf("the signature lacks %s", name)
		}
	}
	if v["ver"] != "1.0" || v["profile"] != "PDF" || v["hash_algo"] == "" || body["jti"] == "" || body["iss"] == "" || body["iat"] == nil {
		t.Errorf("claims lack what is required")
	}
}

// S-06, I-12: no byte of a token can be changed, and no other key is taken.
func TestEveryByteCounts(t *testing.T) {
	key := ec(t, elliptic.P256())
	cert := issuer(t, key)
	text, err := Issue(claims(crypto.SHA256, cert), key, []*x509.Certificate{cert}, Options{KeyHash: true})
	if err != nil {
		t.Fatal(err)
	}
	for i := range text {
		b := []byte(text)
		b[i] ^= 1
		token, err := Parse(string(b))
		if err == nil && token.Verify(cert, now) == nil {
			t.Fatalf("byte %d may be changed", i)
		}
	}
	other := issuer(t, ec(t, elliptic.P256()))
	token, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if token.Verify(other, now) == nil {
		t.Error("another certificate is taken")
	}
	forged, _ := Parse(text)
	forged.head.KeyID = base64.StdEncoding.EncodeToString(Sum(crypto.SHA256, other.Raw))
	if err := forged.Verify(other, now); !errors.Is(err, ErrSignature) {
		t.Errorf("another key verifies: %v", err)
	}
}

// Times of a token are held against the clock.
func TestTimes(t *testing.T) {
	key := ec(t, elliptic.P256())
	cert := issuer(t, key)
	c := claims(crypto.SHA256, cert)
	c.Expires = now.Add(time.Hour).Unix()
	text, err := Issue(c, key, []*x509.Certificate{cert}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	token, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		at time.Time
		ok bool
	}{{now, true}, {now.Add(2 * time.Hour), false}, {now.Add(-time.Hour), false}} {
		if err := token.Verify(cert, test.at); (err == nil) != test.ok {
			t.Errorf("at %v: %v", test.at, err)
		}
	}
}

// Claims that RFC 9321 does not allow are neither written nor read.
func TestRefusedClaims(t *testing.T) {
	key := ec(t, elliptic.P256())
	cert := issuer(t, key)
	for name, spoil := range map[string]func(*Claims){
		"no id":         func(c *Claims) { c.ID = "" },
		"no signatures": func(c *Claims) { c.Validation.Signatures = nil },
		"short hash":    func(c *Claims) { c.Validation.Signatures[0].Reference.ValueHash = []byte{1} },
		"two ranges": func(c *Claims) {
			s := &c.Validation.Signatures[0]
			s.SignedData = append(s.SignedData, s.SignedData[0])
		},
		"no result":     func(c *Claims) { c.Validation.Signatures[0].Results = nil },
		"other result":  func(c *Claims) { c.Validation.Signatures[0].Results[0].Result = "MAYBE" },
		"no reference":  func(c *Claims) { c.Validation.Signatures[0].Signer.Ref = nil },
		"odd reference": func(c *Claims) { c.Validation.Signatures[0].Signer.Type = "cert" },
	} {
		c := claims(crypto.SHA256, cert)
		spoil(&c)
		if _, err := Issue(c, key, []*x509.Certificate{cert}, Options{}); err == nil {
			t.Errorf("%s is written", name)
		}
	}
	for _, text := range []string{"", "a.b", "a.b.c", "e30.e30.e30", strings.Repeat("x", maxToken+1)} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%.10q is read", text)
		}
	}
}

// The algorithm "none" and those of shared secrets are no algorithms.
func TestAlgorithms(t *testing.T) {
	for _, name := range []string{"none", "HS256", "", "es256"} {
		if _, ok := algorithmOf(name); ok {
			t.Errorf("%q is an algorithm", name)
		}
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err == nil {
		if _, err := HashFor(small.Public()); err == nil {
			t.Error("a key of 1024 bits signs")
		}
	}
}

// The extension carries the compact form as it is (RFC 9321, B.2.1.1).
func TestExtension(t *testing.T) {
	e := Extension("a.b.c")
	if e.Critical || e.Id.String() != "1.2.752.201.5.2" {
		t.Errorf("extension is %v", e)
	}
	if text, ok := FromExtensions([]pkix.Extension{{Id: []int{1, 2, 3}}, e}); !ok || text != "a.b.c" {
		t.Errorf("found %q", text)
	}
	if _, ok := FromExtensions(nil); ok {
		t.Error("found a token in nothing")
	}
}

func FuzzParse(f *testing.F) {
	key := ec(f, elliptic.P256())
	cert := issuer(f, key)
	text, err := Issue(claims(crypto.SHA256, cert), key, []*x509.Certificate{cert}, Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add("e30.e30.")
	other := issuer(f, ec(f, elliptic.P256()))
	f.Fuzz(func(t *testing.T, text string) {
		token, err := Parse(text)
		if err == nil && token.Verify(other, now) == nil {
			t.Error("a key that signed nothing verifies")
		}
	})
}
