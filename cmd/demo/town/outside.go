// Package town is the demo's outside world: every fake server, the people, and
// the configuration that joins them to the product. The demo runs it; so do
// the tests that walk whole journeys.
package town

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"medborgarnavet/fake/bankid"
	"medborgarnavet/fake/ca"
	"medborgarnavet/fake/casesystem"
	"medborgarnavet/fake/folkbokforing"
	"medborgarnavet/fake/mail"
	"medborgarnavet/fake/ssbtek"
	"medborgarnavet/fake/tsa"
)

// The town's two municipalities.
type place struct {
	id, name, host, orgNumber, officer string
	phone                              string
	accent, header, mark               string
}

var places = []place{
	{"ekbacka", "Ekbacka kommun", "127.0.0.1", "2120009911", "eva.lind", "0000-12 34 56", "#1f5f3f", "#8a5a1c", "ekbacka"},
	{"havsnas", "Havsnäs kommun", "localhost", "2120009929", "maja.sund", "0000-65 43 21", "#0b4f8a", "#f2a33a", "havsnas"},
}

const socialInsuranceAgency = "2021005521" // Försäkringskassan runs SSBTEK

// Outside is everything around the product, as real servers.
type Outside struct {
	BankID *bankid.Server
	SSBTEK *ssbtek.Server
	// Cases are the municipalities' case systems, by municipality.
	Cases map[string]*casesystem.Server
	// Signatures issues certificates and time-stamps that the town trusts.
	Signatures *tsa.Authority
	// Mail takes every letter and delivers none.
	Mail *mail.Server
	// Population is the register of who lives where.
	Population *folkbokforing.Server
	// Holder keeps the second key to Ekbacka's votes (design D2).
	Holder    *Holder
	now       func() time.Time
	certDir   string
	authority *ca.CA // of the mail server, the key holder, SSBTEK and the case systems
	roots     string // file: the CA of SSBTEK and the case systems
	eidRoot   string // file: the fake e-ID's own root
	samples   string // folder: signed files to try
}

// Start starts every fake on loopback and writes its certificates to a folder.
// now is the clock they all go by.
func Start(certDir string, now func() time.Time) (*Outside, error) {
	o := &Outside{now: now, Cases: map[string]*casesystem.Server{}, certDir: certDir,
		roots: filepath.Join(certDir, "roots.pem"), eidRoot: filepath.Join(certDir, "eid-root.pem")}
	if err := o.start(); err != nil {
		o.Close()
		return nil, err
	}
	return o, nil
}

func (o *Outside) start() error {
	if err := os.RemoveAll(o.certDir); err != nil {
		return err
	}
	if err := os.MkdirAll(o.certDir, 0o700); err != nil {
		return err
	}
	authority, err := ca.New("TEST – medborgarnavet demo")
	if err != nil {
		return err
	}
	o.authority = authority
	if o.BankID, err = bankid.Start(bankid.Options{Persons: everybody(), Now: o.now}); err != nil {
		return err
	}
	if err := errors.Join(os.WriteFile(o.roots, authority.CertPEM(), 0o600), os.WriteFile(o.eidRoot, o.BankID.RootsPEM(), 0o600)); err != nil {
		return err
	}
	if err := errors.Join(o.startSSBTEK(authority), o.startSignatures(), o.startMail(authority), o.startPopulation(authority)); err != nil {
		return err
	}
	for _, p := range places {
		if err := o.startTown(authority, p); err != nil {
			return err
		}
	}
	return nil
}

func (o *Outside) startSSBTEK(authority *ca.CA) error {
	cert, err := authority.TLS(ca.Options{CommonName: "ssbtek", OrgNumber: socialInsuranceAgency, Server: true, Form: ca.Prefixed})
	if err != nil {
		return err
	}
	var agreements []string
	for _, p := range places {
		agreements = append(agreements, p.orgNumber)
	}
	o.SSBTEK = ssbtek.New(ssbtek.Options{ClientRoots: authority.Pool(), Certificate: cert, AllowedOrgNumbers: agreements, Persons: ssbtek.Seeded(), Now: o.now})
	return o.SSBTEK.Start("127.0.0.1:0")
}

// startTown starts a municipality's case system and makes its certificates.
func (o *Outside) startTown(authority *ca.CA, p place) error {
	cert, err := authority.TLS(ca.Options{CommonName: "case system of " + p.id, OrgNumber: p.orgNumber, Server: true})
	if err != nil {
		return err
	}
	server := casesystem.New(casesystem.Options{ClientRoots: authority.Pool(), Certificate: cert,
		AllowedOrgNumbers: []string{p.orgNumber}, Residents: casesystem.Seeded(o.now(), p.officer), Now: o.now})
	if err := server.Start("127.0.0.1:0"); err != nil {
		return err
	}
	o.Cases[p.id] = server
	if _, _, err := authority.WriteFiles(o.certDir, p.id, ca.Options{CommonName: p.id, OrgNumber: p.orgNumber, Client: true}); err != nil {
		return err
	}
	certPEM, keyPEM, err := o.BankID.RelyingParty(p.name)
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(filepath.Join(o.certDir, p.id+"-eid.crt"), certPEM, 0o600),
		os.WriteFile(filepath.Join(o.certDir, p.id+"-eid.key"), keyPEM, 0o600))
}

// Close stops them.
func (o *Outside) Close() {
	if o.BankID != nil {
		_ = o.BankID.Close() // the process ends
	}
	if o.SSBTEK != nil {
		_ = o.SSBTEK.Close()
	}
	for _, c := range o.Cases {
		_ = c.Close()
	}
	if o.Signatures != nil {
		_ = o.Signatures.Close()
	}
	if o.Mail != nil {
		_ = o.Mail.Close()
	}
	if o.Population != nil {
		_ = o.Population.Close()
	}
	if o.Holder != nil {
		o.Holder.Close()
	}
}
