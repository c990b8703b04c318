package trust

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

type signer struct {
	key  crypto.Signer
	cert *x509.Certificate
}

func newSigner(t testing.TB, name string, key crypto.Signer) signer {
	t.Helper()
	if key == nil {
		var err error
		if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: now.AddDate(-10, 0, 0), NotAfter: now.AddDate(10, 0, 0), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return signer{key, cert}
}

// service is one service of a made-up list.
type service struct {
	kind    string
	cert    *x509.Certificate
	periods []Period // newest first, as in a list
}

func entryXML(tag, kind string, cert *x509.Certificate, p Period) string {
	return fmt.Sprintf(`<%s><ServiceTypeIdentifier>%s</ServiceTypeIdentifier><ServiceName><Name xml:lang="sv">Provtjänst</Name></ServiceName>`+
		`<ServiceDigitalIdentity><DigitalId><X509Certificate>%s</X509Certificate></DigitalId></ServiceDigitalIdentity>`+
		`<ServiceStatus>%s</ServiceStatus><StatusStartingTime>%s</StatusStartingTime></%s>`,
		tag, kind, base64.StdEncoding.EncodeToString(cert.Raw), p.Status, p.From.Format(time.RFC3339), tag)
}

func unsigned(next time.Time, services ...service) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<TrustServiceStatusList xmlns="%s" Id="lista"><SchemeInformation><TSLVersionIdentifier>5</TSLVersionIdentifier>`+
		`<TSLSequenceNumber>12</TSLSequenceNumber><SchemeOperatorName><Name xml:lang="sv">Provmyndigheten</Name></SchemeOperatorName>`+
		`<SchemeTerritory>SE</SchemeTerritory><ListIssueDateTime>%s</ListIssueDateTime><NextUpdate><dateTime>%s</dateTime></NextUpdate></SchemeInformation>`+
		`<TrustServiceProviderList><TrustServiceProvider><TSPServices>`, nsTSL, now.AddDate(0, -1, 0).Format(time.RFC3339), next.Format(time.RFC3339))
	for _, s := range services {
		b.WriteString("<TSPService>" + entryXML("ServiceInformation", s.kind, s.cert, s.periods[0]))
		if len(s.periods) > 1 {
			b.WriteString("<ServiceHistory>")
			for _, p := range s.periods[1:] {
				b.WriteString(entryXML("ServiceHistoryInstance", s.kind, s.cert, p))
			}
			b.WriteString("</ServiceHistory>")
		}
		b.WriteString("</TSPService>")
	}
	b.WriteString(`</TSPServices></TrustServiceProvider></TrustServiceProviderList></TrustServiceStatusList>`)
	return b.String()
}

func sign(t testing.TB, document string, s signer, method string) []byte {
	t.Helper()
	doc := etree.NewDocument()
	if err := doc.ReadFromString(document); err != nil {
		t.Fatal(err)
	}
	ctx, err := dsig.NewSigningContext(s.key, [][]byte{s.cert.Raw})
	if err != nil {
		t.Fatal(err)
	}
	ctx.IdAttribute = "Id"
	ctx.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	if method != "" {
		if err := ctx.SetSignatureMethod(method); err != nil {
			t.Fatal(err)
		}
	}
	signed, err := ctx.SignEnveloped(doc.Root())
	if err != nil {
		t.Fatal(err)
	}
	out := etree.NewDocument()
	out.SetRoot(signed)
	b, err := out.WriteToBytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func years(n int) time.Time { return now.AddDate(-n, 0, 0) }

// S-03, S-06: a signed list is read, and says for each time whom it trusted.
func TestList(t *testing.T) {
	operator := newSigner(t, "Provmyndigheten", nil)
	qc, gone, stampers := newSigner(t, "Utfärdare QC", nil), newSigner(t, "Utfärdare som slutat", nil), newSigner(t, "Tidsstämplar", nil)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]signer{"ECDSA": operator, "RSA": newSigner(t, "Provmyndigheten", rsaKey)} {
		document := sign(t, unsigned(now.AddDate(0, 3, 0),
			service{CAQC, qc.cert, []Period{{years(5), Granted}}},
			service{CAQC, gone.cert, []Period{{years(2), Withdrawn}, {years(6), Granted}}},
			service{TSAQTST, stampers.cert, []Period{{years(5), Granted}}},
			service{"http://uri.etsi.org/TrstSvc/Svctype/EDS/Q", operator.cert, []Period{{years(5), Granted}}},
		), s, "")
		l, err := ParseList(document, []*x509.Certificate{s.cert}, now)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if l.Territory != "SE" || l.Sequence != 12 || l.Operator != "Provmyndigheten" || len(l.Services) != 4 {
			t.Errorf("%s: list is %+v", name, l)
		}
		var store Store
		store.AddList(l)
		for _, test := range []struct {
			who  *x509.Certificate
			p    Purpose
			at   time.Time
			want bool
		}{
			{qc.cert, Signing, now, true}, {qc.cert, Signing, years(6), false}, {qc.cert, TimeStamping, now, false}, {qc.cert, Tokens, now, false},
			{gone.cert, Signing, now, false}, {gone.cert, Signing, years(3), true}, {gone.cert, Signing, years(7), false},
			{stampers.cert, TimeStamping, now, true}, {stampers.cert, Signing, now, false},
		} {
			a := store.Find(test.who)
			if a == nil {
				t.Fatalf("%s: %s is not in the store", name, test.who.Subject.CommonName)
			}
			if got := a.Trusted(test.p, test.at, now); got != test.want {
				t.Errorf("%s: %s for %s at %d: %v", name, test.who.Subject.CommonName, test.p, test.at.Year(), got)
			}
			if got := a.Qualified(test.p, test.at, now); got != test.want {
				t.Errorf("%s: %s qualified for %s at %d: %v", name, test.who.Subject.CommonName, test.p, test.at.Year(), got)
			}
		}
		if store.Find(operator.cert) != nil {
			t.Errorf("%s: a service of another kind became an anchor", name)
		}
		if store.Find(qc.cert).Trusted(Signing, now, now.AddDate(0, 4, 0)) {
			t.Errorf("%s: a list that has ended is still trusted", name)
		}
	}
}

// S-06: what is not the pinned operator's word, whole and current, is refused.
func TestRefusedLists(t *testing.T) {
	operator, other, ca := newSigner(t, "Provmyndigheten", nil), newSigner(t, "Annan", nil), newSigner(t, "Utfärdare", nil)
	granted := service{CAQC, ca.cert, []Period{{years(5), Granted}}}
	good := string(sign(t, unsigned(now.AddDate(0, 3, 0), granted), operator, ""))
	if _, err := ParseList([]byte(good), []*x509.Certificate{operator.cert}, now); err != nil {
		t.Fatal(err)
	}
	evil := unsigned(now.AddDate(0, 3, 0), service{CAQC, other.cert, []Period{{years(5), Granted}}})
	inner := good[strings.Index(good, "<TrustServiceStatusList"):]
	signature := good[strings.Index(good, "<ds:Signature"):strings.LastIndex(good, "</TrustServiceStatusList>")]
	for name, text := range map[string]string{
		"changed":              strings.Replace(good, "<SchemeTerritory>SE", "<SchemeTerritory>NO", 1),
		"other operator":       string(sign(t, unsigned(now.AddDate(0, 3, 0), granted), other, "")),
		"ended":                string(sign(t, unsigned(now.AddDate(0, 0, -1), granted), operator, "")),
		"SHA-1":                string(sign(t, unsigned(now.AddDate(0, 3, 0), granted), operator, dsig.ECDSASHA1SignatureMethod)),
		"not signed":           evil,
		"signature moved":      strings.Replace(evil, "</TrustServiceStatusList>", signature+"</TrustServiceStatusList>", 1),
		"wrapped inside":       strings.Replace(evil, "</TrustServiceStatusList>", "<X>"+inner+"</X></TrustServiceStatusList>", 1),
		"two signatures":       strings.Replace(good, signature, signature+signature, 1),
		"same Id twice":        strings.Replace(good, "</SchemeInformation>", `</SchemeInformation><X Id="lista"/>`, 1),
		"other transformation": strings.Replace(good, enveloped, "http://www.w3.org/TR/1999/REC-xpath-19991116", 1),
		"document type":        `<!DOCTYPE x [<!ENTITY a "b">]>` + inner,
		"not a list":           string(sign(t, `<Annat xmlns="urn:x" Id="lista"><A/></Annat>`, operator, "")),
		"empty":                "",
	} {
		if _, err := ParseList([]byte(text), []*x509.Certificate{operator.cert}, now); err == nil {
			t.Errorf("%s: the list is believed", name)
		}
	}
	if _, err := ParseList([]byte(good), nil, now); err == nil {
		t.Error("a list is believed without a pinned certificate")
	}
	if _, err := ParseList([]byte(good), []*x509.Certificate{operator.cert}, now.AddDate(11, 0, 0)); err == nil {
		t.Error("a list is believed when its signer's certificate has expired")
	}
}

// S-06: anchors from files are trusted for what they were added for.
func TestFiles(t *testing.T) {
	a, b := newSigner(t, "A", nil), newSigner(t, "B", nil)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
	var store Store
	if n, err := store.AddPEM(text); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	store.Add(b.cert, Tokens)
	for _, test := range []struct {
		c    *x509.Certificate
		p    Purpose
		want bool
	}{{a.cert, Signing, true}, {a.cert, TimeStamping, true}, {a.cert, Tokens, false}, {b.cert, Tokens, true}, {b.cert, Signing, false}} {
		if got := store.Find(test.c).Trusted(test.p, now, now); got != test.want {
			t.Errorf("%s for %s: %v", test.c.Subject.CommonName, test.p, got)
		}
	}
	if store.Len() != 2 || store.Find(a.cert).Qualified(Signing, now, now) {
		t.Error("an anchor from a file is not qualified by it")
	}
	for _, bad := range []string{"", "text", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"} {
		if _, err := store.AddPEM([]byte(bad)); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if _, err := store.AddFile(t.TempDir() + "/nothing.pem"); err == nil {
		t.Error("a file that is not there is taken")
	}
	var none *Store
	if none.Len() != 0 || none.BySubject(a.cert.RawSubject) != nil {
		t.Error("no store trusts somebody")
	}
}

func FuzzParseList(f *testing.F) {
	operator, ca := newSigner(f, "Provmyndigheten", nil), newSigner(f, "Utfärdare", nil)
	f.Add(sign(f, unsigned(now.AddDate(0, 3, 0), service{CAQC, ca.cert, []Period{{years(5), Granted}}}), operator, ""))
	stranger := newSigner(f, "Annan", nil)
	f.Fuzz(func(t *testing.T, document []byte) {
		if _, err := ParseList(document, []*x509.Certificate{stranger.cert}, now); err == nil {
			t.Error("a list by somebody else is believed")
		}
	})
}
