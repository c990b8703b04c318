package pades_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/cms"
	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
)

// New fields get names that are free, and a form keeps all it had.
func TestNamesAndForm(t *testing.T) {
	s := plainSigner(t, "Anna Berglund")
	for name, p := range map[string]paper{"direct": {form: true}, "indirect": {form: true, indirect: true}, "packed": {form: true, packed: true}} {
		file := mustSign(t, p.make(t), s, pades.Options{})
		f, list := read(t, file)
		if list[0].Field != "Signatur2" { // a text field is called Signatur1
			t.Errorf("%s: %s", name, list[0].Field)
		}
		before, _ := pdf.Read(p.make(t), pdf.Options{})
		was, is := before.Latest().Dict(before.Latest().Catalog()["AcroForm"]), f.Latest().Dict(f.Latest().Catalog()["AcroForm"])
		for _, key := range []pdf.Name{"DA", "DR", "CO"} {
			if string(pdf.Append(nil, is[key])) != string(pdf.Append(nil, was[key])) {
				t.Errorf("%s: %s was %v, is %v", name, key, was[key], is[key])
			}
		}
		if n, _ := f.Latest().Int(is["SigFlags"]); n != 3 || is["NeedAppearances"] != nil {
			t.Errorf("%s: %v", name, is)
		}
		if r, ok := before.Latest().Catalog()["AcroForm"].(pdf.Ref); ok && f.Latest().Catalog()["AcroForm"] != r {
			t.Errorf("%s: the form has another number", name)
		}
		if got := len(f.Latest().Array(is["Fields"])); got != 3 {
			t.Errorf("%s: %d fields", name, got)
		}
	}
}

// An empty signature field in the file is used when it is named.
func TestExistingField(t *testing.T) {
	s := plainSigner(t, "Anna Berglund")
	for _, p := range []paper{{form: true}, {form: true, packed: true}} {
		file := mustSign(t, p.make(t), s, pades.Options{Field: "Chef.Underskrift", Reason: "Attest"})
		f, list := read(t, file)
		verify(t, file, list)
		if len(list) != 1 || list[0].Field != "Chef.Underskrift" {
			t.Fatalf("%v", list)
		}
		w := f.Latest().Dict(list[0].WidgetRefs[0])
		if n, _ := f.Latest().Int(w["F"]); n != 132 || f.Latest().Stream(f.Latest().Dict(w["AP"])["N"]) == nil {
			t.Errorf("%v", w)
		}
		keep(t, "existing-field", file)
		for name, want := range map[string]error{"Chef.Underskrift": pades.ErrField, "Signatur1": pades.ErrField, "Chef": pades.ErrField, "Ny.Grupp": pades.ErrField} {
			if _, err := pades.Prepare(file, pades.Options{Field: name, Time: at}, s.Certificate); !errors.Is(err, want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// What a field demands is honoured or refused in words.
func TestSeedValues(t *testing.T) {
	s := plainSigner(t, "Anna Berglund")
	names := func(n ...string) pdf.Array {
		var a pdf.Array
		for _, x := range n {
			a = append(a, pdf.Name(x))
		}
		return a
	}
	for name, c := range map[string]struct {
		sv pdf.Dict
		o  pades.Options
		ok bool
	}{
		"handler":            {pdf.Dict{"Ff": 1, "Filter": pdf.Name("Entrust.PPKEF")}, pades.Options{}, false},
		"handler as wish":    {pdf.Dict{"Filter": pdf.Name("Entrust.PPKEF")}, pades.Options{}, true},
		"format":             {pdf.Dict{"Ff": 2, "SubFilter": names("adbe.pkcs7.detached")}, pades.Options{}, false},
		"format that is ok":  {pdf.Dict{"Ff": 2, "SubFilter": names("adbe.pkcs7.detached", "ETSI.CAdES.detached")}, pades.Options{}, true},
		"reason":             {pdf.Dict{"Ff": 8, "Reasons": pdf.Array{pdf.String("Attest")}}, pades.Options{Reason: "Annat"}, false},
		"reason that is ok":  {pdf.Dict{"Ff": 8, "Reasons": pdf.Array{pdf.String("Attest")}}, pades.Options{Reason: "Attest"}, true},
		"no reason":          {pdf.Dict{"Ff": 8, "Reasons": pdf.Array{pdf.String(".")}}, pades.Options{Reason: "Attest"}, false},
		"digest":             {pdf.Dict{"Ff": 64, "DigestMethod": pdf.Array{pdf.String("SHA512")}}, pades.Options{}, false},
		"legal":              {pdf.Dict{"Ff": 16, "LegalAttestation": pdf.Array{pdf.String("x")}}, pades.Options{}, false},
		"certificate":        {pdf.Dict{"Cert": pdf.Dict{"Ff": 1}}, pades.Options{}, false},
		"time-stamp":         {pdf.Dict{"TimeStamp": pdf.Dict{"Ff": 1, "URL": pdf.String("http://127.0.0.1/")}}, pades.Options{}, false},
		"certification":      {pdf.Dict{"MDP": pdf.Dict{"P": 2}}, pades.Options{}, false},
		"certification, met": {pdf.Dict{"MDP": pdf.Dict{"P": 2}}, pades.Options{Certify: pades.CertifyFormFill}, true},
	} {
		file := paper{form: true, field: pdf.Dict{"SV": c.sv}}.make(t)
		c.o.Field, c.o.Time = "Chef.Underskrift", at
		_, err := pades.Sign(context.Background(), file, s, c.o)
		if c.ok && err != nil || !c.ok && !errors.Is(err, pades.ErrSeedValue) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A field's Lock becomes a FieldMDP transform, and what is locked stays so.
func TestLock(t *testing.T) {
	s := plainSigner(t, "Anna Berglund")
	lock := pdf.Dict{"Type": pdf.Name("SigFieldLock"), "Action": pdf.Name("Include"), "Fields": pdf.Array{pdf.String("Signatur1"), pdf.String("Stangd")}}
	file := paper{form: true, field: pdf.Dict{"Lock": lock}}.make(t)
	file = mustSign(t, file, s, pades.Options{Field: "Chef.Underskrift"})
	_, list := read(t, file)
	l := list[0].FieldMDP
	if l == nil || l.Action != "Include" || !slices.Equal(l.Fields, []string{"Signatur1", "Stangd"}) || !l.Locks("Stangd.x") || l.Locks("Fri") {
		t.Fatalf("%+v", l)
	}
	if _, err := pades.Prepare(file, pades.Options{Field: "Stangd", Time: at}, s.Certificate); !errors.Is(err, pades.ErrLocked) {
		t.Fatal(err)
	}
	mustSign(t, file, s, pades.Options{Field: "Fri"})
}

// signing.md §2.6: certification only as the first signature, never P=1, and
// a file so certified gets no more signatures.
func TestCertification(t *testing.T) {
	s := plainSigner(t, "Anna Berglund")
	file := paper{}.make(t)
	if _, err := pades.Prepare(file, pades.Options{Certify: pades.CertifyNoChanges, Time: at}, s.Certificate); !errors.Is(err, pades.ErrCertify) {
		t.Fatal(err)
	}
	signed := mustSign(t, file, s, pades.Options{})
	if _, err := pades.Prepare(signed, pades.Options{Certify: pades.CertifyFormFill, Time: at}, s.Certificate); !errors.Is(err, pades.ErrCertify) {
		t.Fatal(err)
	}
	certified := mustSign(t, file, s, pades.Options{Certify: pades.CertifyFormFill})
	certified = mustSign(t, certified, s, pades.Options{})
	_, list := read(t, certified)
	if list[0].Kind != pades.Certification || list[0].DocMDP != 2 || list[1].Kind != pades.Approval {
		t.Fatalf("%v", list)
	}
	keep(t, "certified", certified)
	closed := strings.Replace(string(mustSign(t, file, s, pades.Options{Certify: pades.CertifyFormFill})), "/P 2", "/P 1", 1)
	if _, err := pades.Prepare([]byte(closed), pades.Options{Time: at}, s.Certificate); !errors.Is(err, pades.ErrCertified) {
		t.Fatal(err)
	}
	if _, err := pades.Timestamp(context.Background(), []byte(closed), noStamp{}); !errors.Is(err, pades.ErrCertified) {
		t.Fatal(err)
	}
}

type noStamp struct{ pades.TimeStamper }

// I-11, S-04: the two phases may lie in two processes; the signing side gets
// the attributes only.
func TestTwoPhases(t *testing.T) {
	_, s, o := levelBench(t, pades.BLTA)
	file := paper{}.make(t)
	p, err := pades.Prepare(file, o, s.Certificate, s.Chain...)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	signature, err := cms.Sign(s.Key, p.SignedAttributes(), p.Algorithm())
	if err != nil {
		t.Fatal(err)
	}
	again, err := pades.Resume(file, kept, o)
	if err != nil {
		t.Fatal(err)
	}
	if string(again.SignedAttributes()) != string(p.SignedAttributes()) {
		t.Fatal("other attributes after resuming")
	}
	r, err := again.Finish(context.Background(), signature)
	if err != nil || r.Reached != pades.BLTA {
		t.Fatal(r.Reached, err)
	}
	_, list := read(t, r.File)
	verify(t, r.File, list)

	if _, err := pades.Resume(append(file, ' '), kept, o); !errors.Is(err, pades.ErrState) {
		t.Error("resumed with another file:", err)
	}
	if _, err := pades.Resume(file, kept[:len(kept)-3], o); !errors.Is(err, pades.ErrState) {
		t.Error("resumed half a state:", err)
	}
	if _, err := pades.Resume(file, kept, pades.Options{}); !errors.Is(err, pades.ErrNoTSA) {
		t.Error(err)
	}
	signature[len(signature)-1] ^= 1
	if _, err := p.Finish(context.Background(), signature); !errors.Is(err, pades.ErrSignature) {
		t.Error("a wrong signature was taken:", err)
	}
}

// Federated signing (Sweden Connect 09): the certificate is born with the
// signature, and the service returns the attributes that it signed.
func TestFinishWith(t *testing.T) {
	p, err := pades.Prepare(paper{}.make(t), pades.Options{Time: at, Name: "Anna Berglund", Appearance: &pades.Appearance{}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p.SignedAttributes() != nil {
		t.Fatal("attributes without a certificate")
	}
	if _, err := p.Finish(context.Background(), []byte{1}); !errors.Is(err, pades.ErrState) {
		t.Fatal(err)
	}
	s := plainSigner(t, "Anna Berglund")
	alg, _ := cms.AlgorithmFor(s.Certificate.PublicKey, 5, false)
	attrs, err := cms.SignedAttributes(p.Digest(), 5, s.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	signature, _ := cms.Sign(s.Key, attrs, alg)
	r, err := p.FinishWith(context.Background(), attrs, signature, alg, s.Certificate, s.Chain...)
	if err != nil {
		t.Fatal(err)
	}
	_, list := read(t, r.File)
	verify(t, r.File, list)
	wrong, _ := cms.SignedAttributes(make([]byte, 32), 5, s.Certificate)
	signature, _ = cms.Sign(s.Key, wrong, alg)
	if _, err := p.FinishWith(context.Background(), wrong, signature, alg, s.Certificate); !errors.Is(err, pades.ErrSignature) {
		t.Fatal("attributes of another file were taken:", err)
	}
}

// What must not be signed is refused.
func TestRefusals(t *testing.T) {
	s := plainSigner(t, "Anna Berglund")
	file := paper{}.make(t)
	damaged := []byte(strings.Replace(string(file), "startxref", "startxxxx", 1))
	locked := []byte(strings.Replace(string(file), "/Root ", "/Encrypt <</Filter /Standard /V 1 /R 2 /O (x) /U (x) /P -4>> /Root ", 1))
	for name, c := range map[string]struct {
		file []byte
		s    pades.Signer
		o    pades.Options
		want error
	}{
		"damaged":      {damaged, s, pades.Options{Time: at}, pades.ErrDamaged},
		"encrypted":    {locked, s, pades.Options{Time: at}, pades.ErrEncrypted},
		"no PDF":       {[]byte("hello"), s, pades.Options{Time: at}, pdf.ErrNotPDF},
		"expired":      {file, s, pades.Options{Time: at.AddDate(3, 0, 0)}, pades.ErrCertificate},
		"too early":    {file, s, pades.Options{Time: at.AddDate(-3, 0, 0)}, pades.ErrCertificate},
		"issuer":       {file, pades.Signer{Certificate: s.Chain[0], Key: s.Key}, pades.Options{Time: at}, pades.ErrCertificate},
		"no key":       {file, pades.Signer{Certificate: s.Certificate}, pades.Options{Time: at}, pades.ErrCertificate},
		"no TSA":       {file, s, pades.Options{Time: at, Level: pades.BT}, pades.ErrNoTSA},
		"no OCSP":      {file, s, pades.Options{Time: at, Level: pades.BLT, TSA: noStamp{}}, pades.ErrNoRevocation},
		"no such page": {file, s, pades.Options{Time: at, Appearance: &pades.Appearance{Page: 9}}, pades.ErrPage},
	} {
		r, err := pades.Sign(context.Background(), c.file, c.s, c.o)
		if !errors.Is(err, c.want) || r.File != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Texts outside ASCII are UTF-16BE, dates keep their zone.
func TestTexts(t *testing.T) {
	s := plainSigner(t, "Anna Berglund")
	file := mustSign(t, paper{}.make(t), s, pades.Options{Name: longName, Reason: "Beslut (§ 7) \\ ändrat", Location: "Ekbacka", Contact: "kansliet"})
	_, list := read(t, file)
	got := list[0]
	if got.Name != longName || got.Reason != "Beslut (§ 7) \\ ändrat" || got.Location != "Ekbacka" || got.M != "D:20261122140509+01'00'" {
		t.Fatalf("%q %q %q %q", got.Name, got.Reason, got.Location, got.M)
	}
	if !got.Time.Equal(at.Truncate(time.Second)) {
		t.Fatal(got.Time)
	}
	if strings.Contains(string(file), "198507099805") {
		t.Fatal("the personal identity number stands in the clear")
	}
}
