package validation

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// selfSigned is a certificate with a name and extensions.
func selfSigned(t testing.TB, name pkix.Name, extensions ...pkix.Extension) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: name, ExtraExtensions: extensions,
		NotBefore: noon.AddDate(-1, 0, 0), NotAfter: noon.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func named(given, family string) []pkix.AttributeTypeAndValue {
	return []pkix.AttributeTypeAndValue{{Type: oidGivenName, Value: given}, {Type: oidSurname, Value: family}}
}

func must(t testing.TB, v any) []byte {
	t.Helper()
	der, err := asn1.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// S-06, I-9: who signed, in any script, and never a personal identity number.
func TestNames(t *testing.T) {
	long := strings.Repeat("Ö", 80)
	for _, test := range []struct {
		name string
		in   pkix.Name
		want string
	}{
		{"common name", pkix.Name{CommonName: "Anna Berglund", SerialNumber: "198507099805"}, "Anna Berglund"},
		{"given name and surname", pkix.Name{ExtraNames: named("Anna", "Berglund")}, "Anna Berglund"},
		{"organisation", pkix.Name{Organization: []string{"Ekbacka kommun"}}, "Ekbacka kommun"},
		{"number in the name", pkix.Name{CommonName: "Anna Berglund 19850709-9805"}, "Anna Berglund ••••"},
		{"ten digits", pkix.Name{CommonName: "8507099805 Anna"}, "•••• Anna"},
		{"short with plus", pkix.Name{CommonName: "191212+1212"}, "••••"},
		{"Sámi", pkix.Name{CommonName: "Áilu Đorvvoš Ŋiillas"}, "Áilu Đorvvoš Ŋiillas"},
		{"Arabic", pkix.Name{CommonName: "فريد حداد"}, "فريد حداد"},
		{"Cyrillic", pkix.Name{CommonName: "Ирина Немцова"}, "Ирина Немцова"},
		{"eighty letters", pkix.Name{CommonName: long}, long},
		{"turned around", pkix.Name{CommonName: "Anna\u202egnulgreB\nBo"}, "AnnagnulgreB Bo"},
		{"nobody", pkix.Name{}, ""},
	} {
		if got := describe(selfSigned(t, test.in)); got.Name != test.want {
			t.Errorf("%s: %q, want %q", test.name, got.Name, test.want)
		}
	}
	if got := clean(strings.Repeat("å", 5000)); utf8.RuneCountInString(got) > maxName+1 {
		t.Error("a name has no end")
	}
}

// S-06: who identified the signer and how surely is read from the certificate;
// the person's attributes are not.
func TestAuthContext(t *testing.T) {
	info := `<saci:SAMLAuthContext xmlns:saci="http://id.elegnamnden.se/auth-cont/1.0/saci">` +
		`<saci:AuthContextInfo IdentityProvider="https://idp.example" AuthenticationInstant="2026-11-22T09:00:00Z" AuthnContextClassRef="http://id.elegnamnden.se/loa/1.0/loa3"/>` +
		`<saci:IdAttributes><saci:AttributeMapping Type="rdn" Ref="2.5.4.5"><Attribute>198507099805</Attribute></saci:AttributeMapping></saci:IdAttributes></saci:SAMLAuthContext>`
	type context struct {
		Type string `asn1:"utf8"`
		Info string `asn1:"utf8"`
	}
	for name, test := range map[string]struct {
		value         []byte
		provider, loa string
	}{
		"SAML":    {must(t, []context{{"http://id.elegnamnden.se/auth-cont/1.0/saci", info}}), "https://idp.example", "http://id.elegnamnden.se/loa/1.0/loa3"},
		"another": {must(t, []context{{"urn:x", "<a/>"}}), "", ""},
		"no XML":  {must(t, []context{{"urn:x", "\x00<"}}), "", ""},
		"no DER":  {[]byte{1, 2, 3}, "", ""},
	} {
		s := describe(selfSigned(t, pkix.Name{CommonName: "Anna"}, pkix.Extension{Id: oidAuthContext, Value: test.value}))
		if s.IdentityProvider != test.provider || s.Assurance != test.loa {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// S-03: advanced or qualified, as the certificate says and a list confirms.
func TestQualification(t *testing.T) {
	type statement struct {
		ID   asn1.ObjectIdentifier
		Info asn1.RawValue `asn1:"optional"`
	}
	seal := statement{ID: qcType, Info: asn1.RawValue{FullBytes: must(t, []asn1.ObjectIdentifier{qcTypeSeal})}}
	compliant, device := statement{ID: qcCompliance}, statement{ID: qcSSCD}
	person := pkix.Name{CommonName: "Anna Berglund", ExtraNames: named("Anna", "Berglund")}
	municipality := pkix.Name{CommonName: "Ekbacka kommun", Organization: []string{"Ekbacka kommun"}}
	for _, test := range []struct {
		name      pkix.Name
		list      []statement
		confirmed bool
		want      Qualification
	}{
		{person, nil, false, AdES}, {person, nil, true, AdES},
		{person, []statement{compliant}, true, AdESQC}, {person, []statement{compliant, device}, true, QES},
		{person, []statement{compliant, device}, false, AdES},
		{municipality, nil, false, AdESeal}, {municipality, []statement{compliant, seal}, true, AdESealQC},
		{municipality, []statement{compliant, device, seal}, true, QESeal},
	} {
		var extensions []pkix.Extension
		if test.list != nil {
			extensions = []pkix.Extension{{Id: oidQC, Value: must(t, test.list)}}
		}
		if got := qualification(selfSigned(t, test.name, extensions...), test.confirmed); got != test.want {
			t.Errorf("%s, %d statements, confirmed %v: %s, want %s", test.name.CommonName, len(test.list), test.confirmed, got, test.want)
		}
	}
}

// S-06: algorithms are accepted until their day (TS 119 312).
func TestAlgorithms(t *testing.T) {
	p := DefaultPolicy()
	for _, test := range []struct {
		name string
		bits int
		at   time.Time
		want bool
	}{
		{"SHA-1", 0, day(2010, 1, 1), true}, {"SHA-1", 0, noon, false}, {"SHA-256", 0, noon, true}, {"SHA-224", 0, day(2030, 1, 1), false},
		{"RSA", 1024, noon, false}, {"RSA", 1024, day(2015, 1, 1), true}, {"RSA", 2048, noon, true}, {"RSA", 2048, day(2030, 1, 1), false},
		{"RSA", 4096, day(2040, 1, 1), true}, {"ECDSA", 192, noon, false}, {"ECDSA", 256, noon, true}, {"DSA", 2048, noon, false}, {"RSA", 512, day(2000, 1, 1), false},
	} {
		if got := p.accepts(test.name, test.bits, test.at); got != test.want {
			t.Errorf("%s %d at %d: %v", test.name, test.bits, test.at.Year(), got)
		}
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	if p.acceptsKey(small.Public(), noon) || p.acceptsKey("no key", noon) {
		t.Error("a weak key is accepted")
	}
	if !p.acceptsCertificate(selfSigned(t, pkix.Name{CommonName: "A"}), noon) {
		t.Error("a certificate of today is not accepted")
	}
}
