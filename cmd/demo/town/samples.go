package town

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"time"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdfa"
	"medborgarnavet/block/revocation"
	"medborgarnavet/block/tsp"
	"medborgarnavet/fake/tsa"
	"medborgarnavet/internal/config"
)

// samplesFolder is the folder of files to try at /validera.
const samplesFolder = "prov"

// startSignatures starts the issuer that the town's signatures are trusted by,
// and writes its root and a key for validation tokens.
func (o *Outside) startSignatures() (err error) {
	if o.Signatures, err = tsa.Start(tsa.Options{Clock: o.now}); err != nil {
		return err
	}
	seal, err := o.Signatures.Seal("Validering (test)", places[0].orgNumber)
	if err != nil {
		return err
	}
	file := func(name string, data []byte) error { return os.WriteFile(filepath.Join(o.certDir, name), data, 0o600) }
	return errors.Join(file("signatures-root.pem", o.Signatures.RootPEM()), writeIdentity(seal, file, "token.pem", "token.key"))
}

// writeIdentity writes a certificate with its issuers', and its key.
func writeIdentity(who *tsa.Identity, file func(string, []byte) error, certName, keyName string) error {
	key, err := x509.MarshalPKCS8PrivateKey(who.Key)
	if err != nil {
		return err
	}
	var chain bytes.Buffer
	for _, c := range append([]*x509.Certificate{who.Certificate}, who.Chain...) {
		if err := pem.Encode(&chain, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}); err != nil {
			return err
		}
	}
	return errors.Join(file(certName, chain.Bytes()), file(keyName, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
}

// trusted is whom the town's municipalities believe.
func (o *Outside) trusted() config.Validation {
	file := func(name string) string { return filepath.Join(o.certDir, name) }
	return config.Validation{TrustFiles: []string{file("signatures-root.pem")}, TokenCertFile: file("token.pem"), TokenKeyFile: file("token.key")}
}

// writeSamples writes one file for each answer that can be had, and what it
// takes to sign and to verify at the command line.
func (o *Outside) writeSamples(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	plain, err := o.sample()
	if err != nil {
		return err
	}
	signed, err := o.sign(o.Signatures, plain, "Anna", "Berglund", pades.BLTA)
	if err != nil {
		return err
	}
	both, err := o.sign(o.Signatures, signed, "Bo", "Ek", pades.BLTA)
	if err != nil {
		return err
	}
	stranger, err := tsa.Start(tsa.Options{Clock: o.now})
	if err != nil {
		return err
	}
	defer stranger.Close() // nothing asks it again
	unknown, err := o.sign(stranger, plain, "Cecilia", "Holm", pades.BLT)
	if err != nil {
		return err
	}
	changed, err := repainted(signed)
	if err != nil {
		return err
	}
	signer, err := o.Signatures.Person(tsa.Person{GivenName: "Jonas", Surname: "Kvist"})
	if err != nil {
		return err
	}
	file := func(name string, data []byte) error { return os.WriteFile(filepath.Join(dir, name), data, 0o600) }
	return errors.Join(file("rot.pem", o.Signatures.RootPEM()), writeIdentity(signer, file, "certifikat.pem", "nyckel.pem"), file("underskriven.pdf", signed), file("tva-underskrifter.pdf", both), file("andrad-efterat.pdf", changed),
		file("okand-utfardare.pdf", unknown), file("utan-underskrift.pdf", plain))
}

// sample is a contract between nobody and nobody.
func (o *Outside) sample() ([]byte, error) {
	return pdfa.Write(pdfa.Document{
		Meta:       pdfa.Meta{Title: "Avtal om lån av sal", Author: places[0].name, Language: "sv", Created: o.now()},
		Letterhead: pdfa.Letterhead{Municipality: places[0].name, Kind: "Avtal (prov)"},
		Blocks: []pdfa.Block{
			pdfa.Title{Text: "Avtal om lån av sal"},
			pdfa.Paragraph{Text: pdfa.Plain("Det här är ett påhittat avtal. Det finns för att du ska kunna prova att kontrollera en underskrift.")},
			pdfa.KeyValues{Items: []pdfa.KeyValue{{Key: "Sal", Value: pdfa.Plain("Stora salen")}, {Key: "Avgift", Value: pdfa.Plain("1 000 kr")}}},
		},
	})
}

func (o *Outside) sign(by *tsa.Authority, file []byte, given, surname string, level pades.Level) ([]byte, error) {
	who, err := by.Person(tsa.Person{GivenName: given, Surname: surname})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	res, err := pades.Sign(ctx, file, pades.Signer{Certificate: who.Certificate, Chain: who.Chain, Key: who.Key}, pades.Options{
		Level: level, Time: o.now(), Clock: o.now, Appearance: &pades.Appearance{}, TSA: tsp.Client{URL: by.TSAURL()},
		Revocation: &revocation.Fetcher{Clock: o.now}})
	return res.File, err
}

// repainted adds to a signed file what nobody signed: another amount over the
// first page.
func repainted(file []byte) ([]byte, error) {
	f, err := pdf.Read(file, pdf.Options{})
	if err != nil {
		return nil, err
	}
	pages, err := f.Latest().Pages()
	if err != nil {
		return nil, err
	}
	u := f.Update()
	page := pdf.Dict{}
	for k, v := range pages[0].Dict {
		page[k] = v
	}
	cover := u.Add(&pdf.Stream{Dict: pdf.Dict{}, Raw: []byte("q 1 1 1 rg 60 500 480 60 re f Q")})
	page["Contents"] = pdf.Array{page["Contents"], cover}
	u.Set(pages[0].Ref, page)
	more, err := u.Bytes()
	return append(bytes.Clone(file), more...), err
}
