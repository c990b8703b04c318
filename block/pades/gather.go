package pades

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"time"

	"medborgarnavet/block/revocation"
)

// maxChain bounds how many certificates one signature may lead to.
const maxChain = 32

// noCheck is id-pkix-ocsp-nocheck (RFC 6960, 4.2.2.2.1): the responder's
// certificate is not asked about.
var noCheck = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}

// material is what is needed to validate one signature later.
type material struct {
	certs, ocsps, crls [][]byte
}

func (m *material) add(list *[][]byte, der []byte) {
	for _, have := range *list {
		if bytes.Equal(have, der) {
			return
		}
	}
	*list = append(*list, der)
}

// gatherer collects material for one signature.
type gatherer struct {
	l     *lifter
	store Store       // what the file has already
	times []time.Time // at which stored material may have been good
	out   material
	done  map[string]bool
}

// chain collects a certificate and its issuers up to the root. proven is when
// what it signed is known to have existed: a revocation after that is no
// matter. A revocation before it is ErrRevoked.
func (g *gatherer) chain(ctx context.Context, cert *x509.Certificate, proven time.Time) error {
	for {
		if g.done[string(cert.Raw)] {
			return nil
		}
		g.done[string(cert.Raw)] = true
		if len(g.done) > maxChain {
			return fmt.Errorf("%w: the chain is too long", ErrChain)
		}
		g.out.add(&g.out.certs, cert.Raw)
		if selfSigned(cert) {
			return nil
		}
		issuer := g.l.issuerOf(cert)
		if issuer == nil {
			return ErrChain
		}
		if err := g.revocation(ctx, cert, issuer, proven); err != nil {
			return err
		}
		cert = issuer
	}
}

// revocation collects what shows that a certificate was not revoked: a fresh
// OCSP response, else a fresh CRL, else what the file already has.
func (g *gatherer) revocation(ctx context.Context, cert, issuer *x509.Certificate, proven time.Time) error {
	now := g.l.clock()
	ocsp, crl, err := g.l.source.Fetch(ctx, cert, issuer)
	if status, ok, bad := g.try(ocsp, crl, cert, issuer, now, proven); bad != nil {
		return bad
	} else if ok {
		return g.responder(ctx, status, cert, issuer, proven)
	}
	for _, at := range append([]time.Time{proven}, g.times...) {
		for _, raw := range g.store.OCSPs {
			if status, ok, bad := g.try(raw, nil, cert, issuer, at, proven); ok || bad != nil {
				return firstError(bad, func() error { return g.responder(ctx, status, cert, issuer, proven) })
			}
		}
		for _, raw := range g.store.CRLs {
			if _, ok, bad := g.try(nil, raw, cert, issuer, at, proven); ok || bad != nil {
				return bad
			}
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoProof, err)
	}
	return fmt.Errorf("%w: the answers were old or not about it", ErrNoProof)
}

func firstError(err error, next func() error) error {
	if err != nil {
		return err
	}
	return next()
}

// try takes an OCSP response or a CRL that speaks of the certificate at a
// time. bad is ErrRevoked.
func (g *gatherer) try(ocsp, crl []byte, cert, issuer *x509.Certificate, at, proven time.Time) (status revocation.Status, ok bool, bad error) {
	if ocsp != nil {
		s, err := revocation.OCSP(ocsp, cert, issuer, at)
		if err == nil && s.State != revocation.Unknown {
			if revokedBefore(s, proven) {
				return s, false, ErrRevoked
			}
			g.out.add(&g.out.ocsps, ocsp)
			return s, true, nil
		}
	}
	if crl != nil {
		s, err := revocation.CRL(crl, cert, issuer, at)
		if err == nil && s.State != revocation.Unknown {
			if revokedBefore(s, proven) {
				return s, false, ErrRevoked
			}
			g.out.add(&g.out.crls, crl)
			return s, true, nil
		}
	}
	return status, false, nil
}

func revokedBefore(s revocation.Status, proven time.Time) bool {
	return s.State == revocation.Revoked && !s.At.After(proven)
}

// responder collects the chain of an OCSP responder that is not the issuer.
func (g *gatherer) responder(ctx context.Context, s revocation.Status, cert, issuer *x509.Certificate, proven time.Time) error {
	r := s.Responder
	if s.Source != "OCSP" || r == nil || bytes.Equal(r.Raw, issuer.Raw) || bytes.Equal(r.Raw, cert.Raw) {
		return nil
	}
	for _, ext := range r.Extensions {
		if ext.Id.Equal(noCheck) {
			g.out.add(&g.out.certs, r.Raw)
			return nil
		}
	}
	return g.chain(ctx, r, proven)
}

// issuerOf finds the certificate that signed another among the known ones.
func (l *lifter) issuerOf(cert *x509.Certificate) *x509.Certificate {
	for _, c := range l.known {
		if bytes.Equal(c.RawSubject, cert.RawIssuer) && cert.CheckSignatureFrom(c) == nil {
			return c
		}
	}
	return nil
}

func selfSigned(c *x509.Certificate) bool {
	return bytes.Equal(c.RawSubject, c.RawIssuer) && c.CheckSignatureFrom(c) == nil
}
