package app

import (
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdfa"
	"medborgarnavet/fake/tsa"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/validation/svt"
	"medborgarnavet/internal/validation/trust"
)

// I-14, S-06: an address that stands in a certificate leads to no server of
// this machine or of an inner network.
func TestRevocationIsAskedOfPublicAddressesOnly(t *testing.T) {
	asked := false
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer srv.Close()
	for _, url := range []string{srv.URL, strings.Replace(srv.URL, "127.0.0.1", "localhost", 1), "http://10.0.0.1/", "http://169.254.169.254/", "http://[::1]:80/", "http://0.0.0.0/"} {
		resp, err := publicOnly().Get(url)
		if err == nil {
			_ = resp.Body.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "not a public address") {
			t.Errorf("%s: %v", url, err)
		}
	}
	if asked {
		t.Error("a server of this machine was asked")
	}
}

// S-06: a trust list that nobody known has signed stops the start; it would
// trust nobody in silence.
func TestTrustIsReadOrRefused(t *testing.T) {
	ca, err := tsa.Start(tsa.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer ca.Close()
	dir := t.TempDir()
	root, list, none := filepath.Join(dir, "root.pem"), filepath.Join(dir, "list.xml"), filepath.Join(dir, "none.pem")
	for name, text := range map[string][]byte{root: ca.RootPEM(), list: []byte("<TrustServiceStatusList/>"), none: []byte("hej")} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	store, err := trusted(config.Validation{TrustFiles: []string{root}}, time.Now())
	if err != nil || store.Len() != 1 {
		t.Errorf("%v", err)
	}
	for _, c := range []config.Validation{{TrustFiles: []string{list}}, {TrustFiles: []string{list}, ListSignerFiles: []string{root}},
		{TrustFiles: []string{none}}, {TrustFiles: []string{root}, ListSignerFiles: []string{none}}, {TrustFiles: []string{filepath.Join(dir, "gone")}}} {
		if _, err := trusted(c, time.Now()); err == nil {
			t.Errorf("%+v was believed", c)
		}
	}
}

// S-06: a validation token is signed with the municipality's certificate.
func TestTokensAreTheMunicipalitys(t *testing.T) {
	ca, err := tsa.Start(tsa.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer ca.Close()
	seal, err := ca.Seal("Ekbacka kommun", "2120009911")
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(seal.Key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c := config.Validation{TokenCertFile: filepath.Join(dir, "token.pem"), TokenKeyFile: filepath.Join(dir, "token.key")}
	for name, b := range map[string]*pem.Block{c.TokenCertFile: {Type: "CERTIFICATE", Bytes: seal.Certificate.Raw}, c.TokenKeyFile: {Type: "PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	town := &town{cfg: config.Municipality{ID: "ekbacka", Validation: c}, clock: clock.System()}
	issue, err := town.tokenIssuer()
	if err != nil {
		t.Fatal(err)
	}
	file := sealed(t, seal)
	store := &trust.Store{}
	store.Add(ca.Root())
	rep, err := (&validation.Validator{Trust: store}).Validate(t.Context(), file, validation.Options{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := issue(rep, file)
	if err != nil {
		t.Fatal(err)
	}
	token, err := svt.Parse(text)
	if err == nil {
		err = token.Verify(seal.Certificate, time.Now())
	}
	if err != nil || token.Claims.Issuer != "urn:medborgarnavet:ekbacka" || len(token.Claims.Validation.Signatures) != 1 {
		t.Errorf("%v %+v", err, token)
	}
	town.cfg.Validation = config.Validation{}
	if issue, err := town.tokenIssuer(); issue != nil || err != nil {
		t.Errorf("tokens without a certificate: %v", err)
	}
}

// sealed is a small file with an electronic seal.
func sealed(t *testing.T, by *tsa.Identity) []byte {
	t.Helper()
	file, err := pdfa.Write(pdfa.Document{Meta: pdfa.Meta{Title: "Beslut", Language: "sv", Created: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}, Blocks: []pdfa.Block{pdfa.Title{Text: "Beslut"}}})
	if err != nil {
		t.Fatal(err)
	}
	res, err := pades.Seal(t.Context(), file, pades.Signer{Certificate: by.Certificate, Chain: by.Chain, Key: by.Key}, pades.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return res.File
}

// S-12: a municipality that names veraPDF has every received file judged by it
// too, and is told when the two do not agree. The program here is a stand-in
// that objects to everything.
func TestASecondJudgeOfReceivedFiles(t *testing.T) {
	program := filepath.Join(t.TempDir(), "verapdf")
	report := `<report><jobs><job><validationReport jobEndStatus="normal" profileName="PDF/A-2A validation profile" isCompliant="false">` +
		`<details passedRules="140" failedRules="1"><rule clause="6.2.2" testNumber="1" status="failed" failedChecks="2"><description>No.</description></rule></details>` +
		`</validationReport></job></jobs><batchSummary totalJobs="1"/></report>`
	if err := os.WriteFile(program, []byte("#!/bin/sh\ncat >/dev/null\necho '"+report+"'\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	tn := &town{clock: clock.System(), cfg: config.Municipality{Validation: config.Validation{VeraPDF: program}}}
	if err := tn.buildValidation(); err != nil {
		t.Fatal(err)
	}
	file, err := pdfa.Write(pdfa.Document{Meta: pdfa.Meta{Title: "Brev", Created: time.Unix(1763800000, 0).UTC()}, Blocks: []pdfa.Block{pdfa.Title{Text: "Brev"}}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := tn.inspector.Validate(t.Context(), file, validation.Options{PDFA: true, Others: true})
	if err != nil || got.PDFA == nil || got.PDFA.Conformant || !got.PDFA.Disagree || len(got.PDFA.Results) != 2 {
		t.Errorf("%+v %v", got.PDFA, err)
	}
	tn.cfg.Validation.VeraPDF = filepath.Join(t.TempDir(), "none")
	if err := tn.buildValidation(); err == nil {
		t.Error("a program that is not there was taken")
	}
}
