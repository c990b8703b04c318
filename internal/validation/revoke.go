package validation

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/asn1"
	"time"

	"medborgarnavet/block/revocation"
)

const (
	maxStatements = 400             // answers about revocation of a file that are looked at
	maxReadings   = 3000            // an answer held against a certificate, all together
	skew          = 5 * time.Minute // between two clocks that are right
	noNextUpdate  = 24 * time.Hour  // how long an answer that states no end is current
	fetchTime     = 1500 * time.Millisecond
	maxFetches    = 12
)

// Fetcher asks a certificate's issuer about revocation. *revocation.Fetcher is
// one.
type Fetcher interface {
	Fetch(ctx context.Context, cert, issuer *x509.Certificate) (ocsp, crl []byte, err error)
}

// statement is an OCSP response or a CRL.
type statement struct {
	raw      []byte
	ocsp     bool
	poe      time.Time // by when it is known to have existed
	revision int       // of the signature that carries it, -1 for the store's
	fresh    bool      // fetched now
}

// answer is what is known of a certificate's revocation at a time.
type answer int

const (
	unknown   answer = iota // nothing is said of it
	good                    // not revoked
	revoked                 // revoked at that time
	later                   // revoked afterwards
	stale                   // something is said, too old to tell
	noService               // the issuer gives no answers
)

type standing struct {
	answer answer
	at     time.Time // of revocation
	reason int
}

// reading is what a statement says of a certificate, once and for all.
type reading struct {
	status revocation.Status
	ok     bool
}

type readingKey struct {
	statement    *statement
	cert, issuer int // pool.number
}

// read holds a statement against a certificate: whether it is about it, is
// rightly signed, and by whom.
func (r *run) read(s *statement, cert, issuer *x509.Certificate) reading {
	key := readingKey{s, r.pool.number(cert), r.pool.number(issuer)}
	if known, ok := r.readings[key]; ok {
		return known
	}
	if len(r.readings) >= maxReadings {
		return reading{}
	}
	parse, names := revocation.CRL, issuer.RawSubject
	if s.ocsp {
		parse, names = revocation.Reader{Signed: r.pool.signed}.OCSP, cert.SerialNumber.Bytes()
	}
	if !bytes.Contains(s.raw, names) { // cheaper than reading it
		r.readings[key] = reading{}
		return reading{}
	}
	status, err := parse(s.raw, cert, issuer, time.Time{})
	out := reading{status, err == nil && !status.ThisUpdate.IsZero()}
	r.readings[key] = out
	return out
}

// mayRevoke tells whether a statement could say that a certificate is revoked.
// Once one "good" holds, the signatures on others need not be checked: they
// could add nothing. It is looked into once for each certificate.
func (r *run) mayRevoke(s *statement, cert, issuer *x509.Certificate) bool {
	key := readingKey{s, r.pool.number(cert), r.pool.number(issuer)}
	if _, ok := r.readings[key]; ok {
		return true // what it says is known already
	}
	may, ok := r.peeked[key]
	if !ok {
		if s.ocsp {
			may = revocation.OCSPMayRevoke(s.raw, cert)
		} else {
			may = revocation.CRLMayRevoke(s.raw, cert)
		}
		if len(r.peeked) < maxReadings {
			r.peeked[key] = may
		}
	}
	return may
}

// exempt tells whether a certificate needs no answer: it is valid so briefly,
// or its issuer never revokes (EN 319 412-1, 5.2; RFC 9608).
func exempt(c *x509.Certificate) bool {
	for _, e := range c.Extensions {
		if e.Id.Equal(asn1.ObjectIdentifier{0, 4, 0, 194121, 2, 1}) || e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 56}) {
			return true
		}
	}
	return false
}

func hasService(c *x509.Certificate) bool {
	return len(c.OCSPServer) > 0 || len(c.CRLDistributionPoints) > 0
}

// standing tells whether a certificate was revoked at a time. times are the
// ones of which any will do for an answer "not revoked"; the last is the one
// that a revocation is held against.
func (r *run) standing(cert, issuer *x509.Certificate, times ...time.Time) standing {
	if exempt(cert) {
		return standing{answer: good}
	}
	s := r.known(cert, issuer, times)
	if s.answer != unknown && s.answer != stale {
		return s
	}
	if r.fetch(cert, issuer) {
		s = r.known(cert, issuer, times)
	}
	if s.answer == unknown && !hasService(cert) && r.policy.Revocation != Always {
		s.answer = noService
	}
	return s
}

// known is what the answers at hand say.
func (r *run) known(cert, issuer *x509.Certificate, times []time.Time) standing {
	at := times[len(times)-1]
	out := standing{}
	for _, s := range r.statements {
		if out.answer != unknown && out.answer != stale && !r.mayRevoke(s, cert, issuer) {
			continue
		}
		got := r.read(s, cert, issuer)
		if !got.ok || got.status.ThisUpdate.After(r.now.Add(skew)) {
			continue
		}
		switch got.status.State {
		case revocation.Revoked:
			if out.answer != revoked && out.answer != later || got.status.At.Before(out.at) {
				out = standing{answer: later, at: got.status.At, reason: got.status.Reason}
				if !got.status.At.After(at) {
					out.answer = revoked
				}
			}
		case revocation.Good:
			if out.answer == unknown {
				out.answer = stale
			}
			for _, t := range times {
				if out.answer == stale && vouches(got.status, s, cert, issuer, t) {
					out.answer = good
				}
			}
		}
	}
	return out
}

// vouches tells whether an answer "good" holds for a time: it was given
// afterwards, while the issuer still spoke of the certificate, or is current
// then; and whoever signed it had a certificate in force when the answer is
// first known to have existed (EN 319 102-1, 5.2.5, 5.6.2.2).
func vouches(st revocation.Status, s *statement, cert, issuer *x509.Certificate, t time.Time) bool {
	signer := st.Responder
	if signer == nil {
		signer = issuer
	}
	if s.poe.After(signer.NotAfter) || st.ThisUpdate.Before(signer.NotBefore) || st.ThisUpdate.After(cert.NotAfter) {
		return false
	}
	end := st.NextUpdate
	if end.IsZero() {
		end = st.ThisUpdate.Add(noNextUpdate)
	}
	return !t.After(end) || !st.ThisUpdate.Before(t)
}

// fetch asks the issuer, once for each certificate; it reports whether there
// is something new.
func (r *run) fetch(cert, issuer *x509.Certificate) bool {
	id := printOf(cert)
	if r.v.Fetcher == nil || !hasService(cert) || r.fetched[id] || len(r.fetched) >= maxFetches {
		return false
	}
	r.fetched[id] = true
	ctx, cancel := context.WithTimeout(r.ctx, fetchTime)
	defer cancel()
	ocsp, crl, err := r.v.Fetcher.Fetch(ctx, cert, issuer)
	if err != nil && ocsp == nil && crl == nil {
		return false
	}
	if ocsp != nil {
		r.statements = append(r.statements, &statement{raw: ocsp, ocsp: true, poe: r.now, revision: -1, fresh: true})
	}
	if crl != nil {
		r.statements = append(r.statements, &statement{raw: crl, poe: r.now, revision: -1, fresh: true})
	}
	return ocsp != nil || crl != nil
}
