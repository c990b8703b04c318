package validation_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"testing"
	"time"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
	"medborgarnavet/fake/tsa"
	"medborgarnavet/internal/validation"
)

// withField gives a file a text field that holds a value.
func withField(t *testing.T, file []byte, text string) (out []byte, field pdf.Ref) {
	t.Helper()
	out = update(t, file, func(d *pdf.Document, u *pdf.Update) {
		pages, err := d.Pages()
		if err != nil {
			t.Fatal(err)
		}
		font := u.Add(pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type1"), "BaseFont": pdf.Name("Helvetica")})
		field = u.Add(pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Tx"), "T": pdf.String("belopp"),
			"Rect": pdf.Array{60, 500, 260, 520}, "F": 4, "P": pages[0].Ref, "V": pdf.String(text), "DA": pdf.String("/Helv 12 Tf 0 g"), "AP": pdf.Dict{"N": u.Add(shown(text, font))}})
		page := pdf.Dict{"Annots": pdf.Array{field}}
		for k, v := range pages[0].Dict {
			page[k] = v
		}
		u.Set(pages[0].Ref, page)
		root(u, d, func(cat pdf.Dict) {
			cat["AcroForm"] = pdf.Dict{"Fields": pdf.Array{field}, "DA": pdf.String("/Helv 12 Tf 0 g"), "DR": pdf.Dict{"Font": pdf.Dict{"Helv": font}}}
		})
	})
	return out, field
}

func shown(text string, font pdf.Ref) *pdf.Stream {
	return &pdf.Stream{Dict: pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 200, 20},
		"Resources": pdf.Dict{"Font": pdf.Dict{"Helv": font}}}, Raw: []byte("/Tx BMC q BT /Helv 12 Tf 0 g 2 5 Td (" + text + ") Tj ET Q EMC")}
}

// I-12, S-06: an amount that stood in a field when the document was signed, and
// is another now, leaves no valid signature, and is told in its own words; one
// that was filled in afterwards does.
func TestFieldFilledAnew(t *testing.T) {
	w := newWorld(t)
	id := w.person("Anna", "Berglund")
	for text, want := range map[string]validation.Verdict{"1000": validation.Undecided, "": validation.Valid} {
		file, field := withField(t, document(t, 1), text)
		file = update(t, w.sign(file, id, pades.BB), func(d *pdf.Document, u *pdf.Update) {
			f := pdf.Dict{}
			for k, v := range d.Dict(field) {
				f[k] = v
			}
			font := d.Dict(d.Dict(d.Dict(d.Catalog()["AcroForm"])["DR"])["Font"])["Helv"].(pdf.Ref)
			f["V"], f["AP"] = pdf.String("9000"), pdf.Dict{"N": u.Add(shown("9000", font))}
			u.Set(field, f)
		})
		got := only(t, w.validate(file, true))
		if got.Verdict != want || slices.Contains(codes(got), "change-field-filled-anew") != (want != validation.Valid) || got.CoversWhole || len(got.ChangesAfter) == 0 {
			t.Errorf("%q: %s %v %v %v", text, got.Verdict, codes(got), got.CoversWhole, got.ChangesAfter)
		}
	}
}

// I-12, S-06: signed bytes that say the same thing twice are not one document:
// one program shows the first content, another the second.
func TestSignedTwoWays(t *testing.T) {
	w := newWorld(t)
	id := w.person("Anna", "Berglund")
	file := document(t, 1)
	for key, want := range map[string]validation.Verdict{"/MediaBox": validation.Valid, "/Contents": validation.Undecided} {
		odd := bytes.Replace(file, []byte("/MediaBox"), []byte(key), 1)
		got := only(t, w.validate(w.sign(odd, id, pades.BB), true))
		if got.Verdict != want || slices.Contains(codes(got), "ambiguous-structure") != (want != validation.Valid) {
			t.Errorf("%s: %s %v", key, got.Verdict, codes(got))
		}
	}
}

// I-12, S-06: the signer's word on the time is passed on only when it can be
// true.
func TestImpossibleTime(t *testing.T) {
	w := newWorld(t)
	id := w.person("Anna", "Berglund")
	for name, test := range map[string]struct {
		claim time.Time
		told  bool
	}{
		"now":                    {start, true},
		"clock of another zone":  {start.Add(12 * hour), true},
		"in ten years":           {start.Add(10 * year), false},
		"before the certificate": {id.Certificate.NotBefore.Add(-30 * 24 * hour), false},
	} {
		file := w.signClaiming(t, id, test.claim)
		got := only(t, w.validate(file, true))
		if told := got.SignedAt.Equal(test.claim); told != test.told || got.SignedAt.IsZero() == test.told || slices.Contains(codes(got), "claimed-time-impossible") == test.told {
			t.Errorf("%s: %v %v", name, got.SignedAt, codes(got))
		}
	}
}

// signClaiming signs with another time in the signature dictionary.
func (w *world) signClaiming(t *testing.T, id *tsa.Identity, claim time.Time) []byte {
	t.Helper()
	o := w.options(pades.BB)
	o.Time = claim
	res, err := pades.Sign(t.Context(), document(t, 1), signer(id), o)
	if err == nil {
		return res.File
	}
	// Our own signer refuses such a time: the certificate is looked at first.
	lax := *id.Certificate
	lax.NotBefore, lax.NotAfter = claim.Add(-hour), claim.Add(hour)
	res, err = pades.Sign(t.Context(), document(t, 1), pades.Signer{Certificate: &lax, Chain: id.Chain, Key: id.Key}, o)
	if err != nil {
		t.Fatal(err)
	}
	return res.File
}

// RFC 5280, 4.2.1.10 and 4.2.1.11: an issuer that may not issue for such names,
// or only under a policy that its certificates must state, issues no signer
// that is valid, whether it says so critically or not.
func TestIssuerWithLimits(t *testing.T) {
	w := newWorld(t)
	name := func(country string) []byte {
		der, err := asn1.Marshal(pkix.Name{Country: []string{country}}.ToRDNSequence())
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	tlv := func(tag byte, parts ...[]byte) []byte {
		body := slices.Concat(parts...)
		return slices.Concat([]byte{tag, byte(len(body))}, body)
	}
	excluded := func(country string) []byte {
		return tlv(0x30, tlv(0xa1, tlv(0x30, tlv(0xa4, name(country)))))
	}
	for what, test := range map[string]struct {
		limit []pkix.Extension
		want  validation.Verdict
	}{
		"none":   {nil, validation.Valid},
		"names":  {[]pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 30}, Value: excluded("SE")}}, validation.Undecided},
		"policy": {[]pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 36}, Critical: true, Value: []byte{0x30, 3, 0x80, 1, 0}}}, validation.Undecided},
	} {
		id := w.issuedBelow(t, test.limit)
		got := only(t, w.validate(w.sign(document(t, 1), id, pades.BB), true))
		if got.Verdict != test.want || slices.Contains(codes(got), "chain-rules") != (test.want != validation.Valid) {
			t.Errorf("%s: %s %v", what, got.Verdict, codes(got))
		}
	}
}

// issuedBelow makes a signer whose issuer has extensions, under a root that the
// world trusts.
func (w *world) issuedBelow(t *testing.T, limit []pkix.Extension) *tsa.Identity {
	t.Helper()
	make := func(serial int64, cn string, ca bool, more []pkix.Extension, parent *x509.Certificate, key *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
		own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{Country: []string{"SE"}, CommonName: cn}, NotBefore: start.Add(-year), NotAfter: start.Add(year),
			IsCA: ca, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageContentCommitment, ExtraExtensions: more}
		if ca {
			c.KeyUsage = x509.KeyUsageCertSign
		}
		if parent == nil {
			parent, key = c, own
		}
		der, err := x509.CreateCertificate(rand.Reader, c, parent, &own.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		made, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return made, own
	}
	top, topKey := make(1, "Rot", true, nil, nil, nil)
	issuer, issuerKey := make(2, "Utfardare", true, limit, top, topKey)
	leaf, key := make(3, "Anna Berglund", false, nil, issuer, issuerKey)
	w.trust.Add(top)
	return &tsa.Identity{Certificate: leaf, Chain: []*x509.Certificate{issuer, top}, Key: key}
}
