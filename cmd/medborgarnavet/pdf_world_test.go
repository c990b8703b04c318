package main

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdfa"
	"medborgarnavet/block/revocation"
	"medborgarnavet/block/tsp"
	"medborgarnavet/fake/tsa"
)

// desk is a folder with a signer's files, an authority, and the command.
type desk struct {
	t   *testing.T
	dir string
	ca  *tsa.Authority
	id  *tsa.Identity
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	ca, err := tsa.Start(tsa.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ca.Close() })
	d := &desk{t: t, dir: t.TempDir(), ca: ca}
	if d.id, err = ca.Person(tsa.Person{GivenName: "Anna", Surname: "Berglund"}); err != nil {
		t.Fatal(err)
	}
	d.write("root.pem", ca.RootPEM())
	d.write("anna.pem", certPEM(d.id.Certificate))
	d.write("chain.pem", append(certPEM(d.id.Chain[1]), certPEM(d.id.Chain[0])...)) // the root first: order is ours to find
	d.write("anna.key", keyPEM(t, d.id.Key))
	d.write("beslut.pdf", paper(t))
	return d
}

func certPEM(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

func keyPEM(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// paper is a decision as the product writes it.
func paper(t *testing.T) []byte {
	t.Helper()
	data, err := pdfa.Write(pdfa.Document{
		Meta:   pdfa.Meta{Title: "Beslut", Language: "sv", Created: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)},
		Blocks: []pdfa.Block{pdfa.Title{Text: "Beslut"}, pdfa.Paragraph{Text: pdfa.Plain("Nämnden beviljar 1000 kronor.")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// signed is the paper signed by the desk's person.
func (d *desk) signed(level pades.Level) []byte {
	d.t.Helper()
	res, err := pades.Sign(d.t.Context(), d.read("beslut.pdf"), pades.Signer{Certificate: d.id.Certificate, Chain: d.id.Chain, Key: d.id.Key},
		pades.Options{Level: level, Appearance: &pades.Appearance{}, TSA: tsp.Client{URL: d.ca.TSAURL()}, Revocation: &revocation.Fetcher{}})
	if err != nil {
		d.t.Fatal(err)
	}
	return res.File
}

func (d *desk) path(name string) string { return filepath.Join(d.dir, name) }

func (d *desk) write(name string, data []byte) string {
	d.t.Helper()
	if err := os.WriteFile(d.path(name), data, 0o600); err != nil {
		d.t.Fatal(err)
	}
	return d.path(name)
}

func (d *desk) read(name string) []byte {
	d.t.Helper()
	data, err := os.ReadFile(d.path(name))
	if err != nil {
		d.t.Fatal(err)
	}
	return data
}

// run runs a command line and gives its exit code and what it printed.
func (d *desk) run(args ...string) (code int, out, errs string) {
	d.t.Helper()
	var o, e bytes.Buffer
	code = run(d.t.Context(), args, stdio{in: bytes.NewReader(nil), out: &o, err: &e})
	return code, o.String(), e.String()
}
