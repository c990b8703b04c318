package pades_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"testing"
	"time"

	"medborgarnavet/block/cms"
	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
	"medborgarnavet/fake/tsa"
)

// at is the time at which the tests sign.
var at = time.Date(2026, 11, 22, 14, 5, 9, 0, time.FixedZone("CET", 3600))

// paper is how a test file is made.
type paper struct {
	pages    int
	rotate   int
	crop     []float64
	unit     float64
	stream   bool // cross-reference stream
	packed   bool // and object streams
	indirect bool // Annots and AcroForm as objects of their own
	form     bool // a text field and an empty signature field Chef.Underskrift
	tagged   string
	claim    string // PDF/A part, "" = none
	intent   int    // components of the output intent's profile, 0 = none
	field    pdf.Dict
	text     string // more content
	catalog  pdf.Dict
}

// make builds the file.
func (p paper) make(t testing.TB) []byte {
	t.Helper()
	b := pdf.NewBuilder("1.7")
	root, tree := b.Reserve(), b.Reserve()
	font := b.Add(pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type1"), "BaseFont": pdf.Name("Helvetica")})
	var kids pdf.Array
	var refs []pdf.Ref
	for i := range max(p.pages, 1) {
		content := b.Add(&pdf.Stream{Dict: pdf.Dict{}, Raw: fmt.Appendf(nil, "BT /F1 24 Tf 60 700 Td (Page %d) Tj ET %s", i+1, p.text)})
		page := pdf.Dict{"Type": pdf.Name("Page"), "Parent": tree, "MediaBox": pdf.Array{0, 0, 595, 842},
			"Contents": content, "Resources": pdf.Dict{"Font": pdf.Dict{"F1": font}}}
		if p.rotate != 0 {
			page["Rotate"] = p.rotate
		}
		if p.crop != nil {
			page["CropBox"] = pdf.Array{p.crop[0], p.crop[1], p.crop[2], p.crop[3]}
		}
		if p.unit != 0 {
			page["UserUnit"] = p.unit
		}
		if p.indirect {
			page["Annots"] = b.Add(pdf.Array{})
		}
		r := b.Reserve()
		b.Set(r, page)
		kids, refs = append(kids, r), append(refs, r)
		if i == 0 && p.form {
			page["Annots"] = pdf.Array{}
		}
	}
	b.Set(tree, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": kids, "Count": len(kids)})
	catalog := pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": tree}
	for k, v := range p.catalog {
		catalog[k] = v
	}
	if p.form {
		p.addForm(b, catalog, refs[0], tree, font, kids)
	}
	p.addTags(b, catalog, refs[0])
	p.addClaim(b, catalog)
	b.Set(root, catalog)
	trailer := pdf.Dict{"Root": root}
	var out []byte
	var err error
	switch {
	case p.packed:
		out, err = b.BytesPacked(trailer)
	case p.stream:
		out, err = b.BytesWithStream(trailer)
	default:
		out, err = b.Bytes(trailer)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// addForm adds a group Chef with an empty signature field, and a text field.
func (p paper) addForm(b *pdf.Builder, catalog pdf.Dict, page, tree, font pdf.Ref, kids pdf.Array) {
	group := b.Reserve()
	field := pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Sig"), "T": pdf.String("Underskrift"),
		"Parent": group, "P": page, "Rect": pdf.Array{60, 100, 300, 170}, "F": 4}
	for k, v := range p.field {
		field[k] = v
	}
	sig := b.Add(field)
	b.Set(group, pdf.Dict{"T": pdf.String("Chef"), "Kids": pdf.Array{sig}})
	text := b.Add(pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Tx"), "T": pdf.String("Signatur1"),
		"P": page, "Rect": pdf.Array{60, 200, 300, 220}, "F": 4, "DA": pdf.String("/Helv 10 Tf 0 g")})
	form := pdf.Dict{"Fields": pdf.Array{group, text}, "DA": pdf.String("/Helv 0 Tf 0 g"),
		"DR": pdf.Dict{"Font": pdf.Dict{"Helv": font}}, "CO": pdf.Array{text}}
	if p.indirect {
		form["Fields"] = b.Add(form["Fields"])
		catalog["AcroForm"] = b.Add(form)
	} else {
		catalog["AcroForm"] = form
	}
	content := b.Add(&pdf.Stream{Dict: pdf.Dict{}, Raw: []byte("BT /F1 24 Tf 60 700 Td (Form) Tj ET")})
	b.Set(page, pdf.Dict{"Type": pdf.Name("Page"), "Parent": tree, "MediaBox": pdf.Array{0, 0, 595, 842},
		"Contents": content, "Resources": pdf.Dict{"Font": pdf.Dict{"F1": font}}, "Annots": pdf.Array{sig, text}})
}

// addTags adds a structure tree: "nums" with one leaf, "kids" with two, "one"
// with a single element under the root.
func (p paper) addTags(b *pdf.Builder, catalog pdf.Dict, page pdf.Ref) {
	if p.tagged == "" {
		return
	}
	root := b.Reserve()
	doc := b.Add(pdf.Dict{"Type": pdf.Name("StructElem"), "S": pdf.Name("Document"), "P": root, "Pg": page, "K": pdf.Array{}})
	tree := pdf.Dict{"Nums": pdf.Array{0, pdf.Array{doc}}}
	dict := pdf.Dict{"Type": pdf.Name("StructTreeRoot"), "K": pdf.Array{doc}, "ParentTreeNextKey": 1}
	switch p.tagged {
	case "one":
		dict["K"] = doc
		dict["ParentTree"] = b.Add(tree)
		delete(dict, "ParentTreeNextKey")
	case "kids":
		leaf := b.Add(pdf.Dict{"Limits": pdf.Array{0, 7}, "Nums": pdf.Array{0, pdf.Array{doc}, 7, doc}})
		dict["ParentTree"] = b.Add(pdf.Dict{"Kids": pdf.Array{leaf}})
	default:
		dict["ParentTree"] = tree
	}
	b.Set(root, dict)
	catalog["StructTreeRoot"] = root
	catalog["MarkInfo"] = pdf.Dict{"Marked": true}
	catalog["Lang"] = pdf.String("sv")
}

func (p paper) addClaim(b *pdf.Builder, catalog pdf.Dict) {
	if p.claim == "" {
		return
	}
	xmp := fmt.Appendf(nil, `<x xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>%s</pdfaid:part></x>`, p.claim)
	catalog["Metadata"] = b.Add(&pdf.Stream{Dict: pdf.Dict{"Type": pdf.Name("Metadata"), "Subtype": pdf.Name("XML")}, Raw: xmp})
	if p.intent > 0 {
		profile := b.Add(&pdf.Stream{Dict: pdf.Dict{"N": p.intent}, Raw: []byte("profile")})
		catalog["OutputIntents"] = pdf.Array{pdf.Dict{"Type": pdf.Name("OutputIntent"), "S": pdf.Name("GTS_PDFA1"), "DestOutputProfile": profile}}
	}
}

// plainSigner is a signer with a chain of two, without any network.
func plainSigner(t testing.TB, name string) pades.Signer {
	t.Helper()
	caKey, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Root"},
		NotBefore: at.AddDate(-1, 0, 0), NotAfter: at.AddDate(5, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	root := certify(t, ca, ca, caKey.Public(), caKey)
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	leaf := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name, Organization: []string{"Ekbacka kommun"},
		ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{2, 5, 4, 5}, Value: "198507099805"}}},
		NotBefore: at.AddDate(0, -1, 0), NotAfter: at.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageContentCommitment}
	return pades.Signer{Certificate: certify(t, leaf, root, key.Public(), caKey), Chain: []*x509.Certificate{root}, Key: key}
}

func certify(t testing.TB, c, parent *x509.Certificate, pub crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, c, parent, pub, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func mustSign(t testing.TB, file []byte, s pades.Signer, o pades.Options) []byte {
	t.Helper()
	if o.Time.IsZero() {
		o.Time = at
	}
	before := bytes.Clone(file)
	r, err := pades.Sign(context.Background(), file, s, o)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, file) || !bytes.HasPrefix(r.File, before) {
		t.Fatal("signing changed earlier bytes") // I-11
	}
	return r.File
}

// read reads a file strictly and its signatures, and fails on any fault.
func read(t testing.TB, file []byte) (*pdf.File, []pades.Signature) {
	t.Helper()
	f, err := pdf.Read(file, pdf.Options{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	list, errs := pades.Signatures(f)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for _, s := range list {
		if len(s.Faults) > 0 {
			t.Fatalf("%s: %v", s.Field, s.Faults)
		}
	}
	return f, list
}

// verify checks that every approval signature's value holds.
func verify(t testing.TB, file []byte, list []pades.Signature) {
	t.Helper()
	for _, s := range list {
		if s.Kind == pades.DocTimeStamp {
			continue
		}
		data, err := cms.Parse(s.DER)
		if err != nil {
			t.Fatal(err)
		}
		if !data.DER || len(data.Faults)+len(data.Signers[0].Faults) > 0 {
			t.Fatalf("faults %v %v", data.Faults, data.Signers[0].Faults)
		}
		digest, err := s.Digest(file, data.Signers[0].Digest)
		if err != nil {
			t.Fatal(err)
		}
		if err := data.Signers[0].Verify(digest); err != nil {
			t.Fatal(err)
		}
	}
}

func authority(t testing.TB) *tsa.Authority {
	t.Helper()
	a, err := tsa.Start(tsa.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

// exampleFile and exampleKey are what the examples sign, and with.
func exampleFile() []byte { return paper{}.make(&testing.B{}) }

func exampleKey() (*x509.Certificate, crypto.Signer) {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	c := &x509.Certificate{SerialNumber: big.NewInt(9), Subject: pkix.Name{CommonName: "Anna Berglund"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageContentCommitment}
	return certify(&testing.B{}, c, c, key.Public(), key), key
}
