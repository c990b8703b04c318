//go:build pkcs11

package pkcs11_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	miekg "github.com/miekg/pkcs11"

	"medborgarnavet/block/cms"
	"medborgarnavet/block/pades"
	"medborgarnavet/block/pades/pkcs11"
	"medborgarnavet/block/pdf"
)

const (
	userPIN = "1234"
	label   = "prov"
)

// module is where SoftHSM's library lies.
func module(t *testing.T) string {
	t.Helper()
	for _, p := range []string{os.Getenv("SOFTHSM2_MODULE"), "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so", "/opt/homebrew/lib/softhsm/libsofthsm2.so"} {
		if p == "" {
			continue
		}
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("SoftHSM is not installed: keys on tokens are untested")
	}
	t.Skip("SoftHSM is not installed (package softhsm2): KEYS ON TOKENS ARE UNTESTED")
	return ""
}

// token makes an empty token.
func token(t *testing.T) string {
	t.Helper()
	lib := module(t)
	dir := t.TempDir()
	conf := filepath.Join(dir, "softhsm2.conf")
	if err := os.WriteFile(conf, []byte("directories.tokendir = "+dir+"\nobjectstore.backend = file\nlog.level = ERROR\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", conf)
	out, err := exec.Command("softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "5678", "--pin", userPIN).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return lib
}

// generate makes a key pair on the token.
func generate(t *testing.T, ctx *miekg.Ctx, session miekg.SessionHandle, name string, mechanism uint, public ...*miekg.Attribute) {
	t.Helper()
	common := []*miekg.Attribute{miekg.NewAttribute(miekg.CKA_TOKEN, true), miekg.NewAttribute(miekg.CKA_LABEL, name), miekg.NewAttribute(miekg.CKA_ID, []byte(name))}
	public = append(append([]*miekg.Attribute{miekg.NewAttribute(miekg.CKA_VERIFY, true)}, common...), public...)
	private := append([]*miekg.Attribute{miekg.NewAttribute(miekg.CKA_SIGN, true), miekg.NewAttribute(miekg.CKA_SENSITIVE, true), miekg.NewAttribute(miekg.CKA_PRIVATE, true)}, common...)
	if _, _, err := ctx.GenerateKeyPair(session, []*miekg.Mechanism{miekg.NewMechanism(mechanism, nil)}, public, private); err != nil {
		t.Fatal(name, err)
	}
}

// keys makes one key of each kind.
func keys(t *testing.T, lib string) {
	t.Helper()
	ctx := miekg.New(lib)
	if err := ctx.Initialize(); err != nil {
		t.Fatal(err)
	}
	slots, err := ctx.GetSlotList(true)
	if err != nil || len(slots) == 0 {
		t.Fatal("no slot", err)
	}
	session, err := ctx.OpenSession(slots[0], miekg.CKF_SERIAL_SESSION|miekg.CKF_RW_SESSION)
	if err != nil {
		t.Fatal(err)
	}
	if err := ctx.Login(session, miekg.CKU_USER, userPIN); err != nil {
		t.Fatal(err)
	}
	for name, oid := range map[string]asn1.ObjectIdentifier{"p256": {1, 2, 840, 10045, 3, 1, 7}, "p384": {1, 3, 132, 0, 34}} {
		params, _ := asn1.Marshal(oid)
		generate(t, ctx, session, name, miekg.CKM_EC_KEY_PAIR_GEN, miekg.NewAttribute(miekg.CKA_EC_PARAMS, params))
	}
	generate(t, ctx, session, "rsa", miekg.CKM_RSA_PKCS_KEY_PAIR_GEN,
		miekg.NewAttribute(miekg.CKA_MODULUS_BITS, 2048), miekg.NewAttribute(miekg.CKA_PUBLIC_EXPONENT, []byte{1, 0, 1}))
	_ = ctx.Logout(session)
	_ = ctx.CloseSession(session)
}

// A key on a token signs a file; wrong PIN, token and key are refused.
func TestTokenSigns(t *testing.T) {
	lib := token(t)
	keys(t, lib)
	for name, c := range map[string]struct {
		key  string
		hash crypto.Hash
		pss  bool
	}{
		"P-256": {"p256", crypto.SHA256, false}, "P-384": {"p384", crypto.SHA384, false},
		"RSA": {"rsa", crypto.SHA256, false}, "RSA-PSS": {"rsa", crypto.SHA512, true},
	} {
		key, err := pkcs11.Open(pkcs11.Options{Module: lib, Token: label, PIN: userPIN, Label: c.key})
		if err != nil {
			t.Fatal(name, err)
		}
		s := pades.Signer{Certificate: certificate(t, key.Public()), Key: key, Hash: c.hash, PSS: c.pss}
		r, err := pades.Sign(context.Background(), document(t), s, pades.Options{Reason: "Prov"})
		if err != nil {
			t.Fatal(name, err)
		}
		f, err := pdf.Read(r.File, pdf.Options{Strict: true})
		if err != nil {
			t.Fatal(err)
		}
		list, errs := pades.Signatures(f)
		data, err := cms.Parse(list[0].DER)
		if err != nil || len(errs)+len(list[0].Faults) > 0 {
			t.Fatal(name, err, errs)
		}
		digest, _ := list[0].Digest(r.File, c.hash)
		if err := data.Signers[0].Verify(digest); err != nil {
			t.Fatal(name, err)
		}
		if err := key.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := key.Sign(rand.Reader, make([]byte, 32), crypto.SHA256); err == nil {
			t.Fatal("a closed key signs")
		}
	}
	for name, c := range map[string]struct {
		o    pkcs11.Options
		want error
	}{
		"module": {pkcs11.Options{Module: "/nowhere.so"}, pkcs11.ErrModule},
		"token":  {pkcs11.Options{Module: lib, Token: "annan", PIN: userPIN}, pkcs11.ErrToken},
		"PIN":    {pkcs11.Options{Module: lib, Token: label, PIN: "0000", Label: "p256"}, pkcs11.ErrPIN},
		"key":    {pkcs11.Options{Module: lib, Token: label, PIN: userPIN, Label: "ingen"}, pkcs11.ErrKey},
		"which":  {pkcs11.Options{Module: lib, Token: label, PIN: userPIN}, pkcs11.ErrKey},
	} {
		if _, err := pkcs11.Open(c.o); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func certificate(t *testing.T, pub crypto.PublicKey) *x509.Certificate {
	t.Helper()
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	c := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Anna Berglund"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageContentCommitment}
	der, err := x509.CreateCertificate(rand.Reader, c, &x509.Certificate{Subject: pkix.Name{CommonName: "Test"}}, pub, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func document(t *testing.T) []byte {
	t.Helper()
	b := pdf.NewBuilder("1.7")
	tree := b.Reserve()
	page := b.Add(pdf.Dict{"Type": pdf.Name("Page"), "Parent": tree, "MediaBox": pdf.Array{0, 0, 595, 842}, "Resources": pdf.Dict{}})
	b.Set(tree, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{page}, "Count": 1})
	out, err := b.Bytes(pdf.Dict{"Root": b.Add(pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": tree})})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
