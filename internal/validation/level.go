package validation

import (
	"crypto/x509"

	"medborgarnavet/block/pades"
)

// level is the PAdES baseline level that a signature has by what is there
// (EN 319 142-1, 6). Every part must be there in its right form; whether its
// issuer is trusted is another question.
func (r *run) level(j *judgement) string {
	if !j.isPAdES || j.signer() == nil {
		return NotPAdES
	}
	at := j.sig.Revision
	if !j.formed && !r.stampedAfter(at) {
		return pades.BB.String()
	}
	latest := len(r.file.Revisions()) - 1
	if !r.longTerm(j, latest) {
		return pades.BT.String()
	}
	for _, it := range r.items {
		if it.kind == DocTimeStamp && it.stamp.formed && it.sig.Revision > at && r.longTerm(j, it.sig.Revision) {
			return pades.BLTA.String()
		}
	}
	return pades.BLT.String()
}

// stampedAfter tells whether a document time-stamp covers a revision.
func (r *run) stampedAfter(revision int) bool {
	for _, it := range r.items {
		if it.kind == DocTimeStamp && it.stamp.formed && it.sig.Revision > revision {
			return true
		}
	}
	return false
}

// longTerm tells whether the store of a revision and the signature together
// hold what validates the signature and its time-stamps without asking anyone:
// the chains, and an answer about every certificate that needs one.
func (r *run) longTerm(j *judgement, revision int) bool {
	store := r.store(revision)
	if store.Empty() {
		return false
	}
	if !r.selfContained(j.signer().Certificate) {
		return false
	}
	for _, a := range j.signer().Unsigned {
		if cert := r.stampCertificate(a); cert != nil && !r.selfContained(cert) {
			return false
		}
	}
	return true
}

// selfContained walks a certificate's chain and looks for an answer from the
// file about each part of it.
func (r *run) selfContained(leaf *x509.Certificate) bool {
	key := r.pool.print(leaf)
	if known, ok := r.contained[key]; ok {
		return known
	}
	chain, complete := r.pool.chainOf(leaf)
	ok := complete
	for i := 0; ok && i < len(chain)-1; i++ {
		ok = exempt(chain[i]) || !hasService(chain[i]) || r.answered(chain[i], chain[i+1])
	}
	r.contained[key] = ok
	return ok
}

func (r *run) answered(cert, issuer *x509.Certificate) bool {
	for _, s := range r.statements {
		if !s.fresh && r.read(s, cert, issuer).ok {
			return true
		}
	}
	return false
}
