package validation

import (
	"crypto/x509"
	"slices"
	"time"

	"medborgarnavet/internal/validation/trust"
)

// question is what is asked of a certificate.
type question struct {
	purpose trust.Purpose
	// at is the time for which it is asked: the best signature time, or for a
	// time-stamp the time by which it is known to have existed.
	at time.Time
	// proven: at is shown by a time-stamp, and not merely now.
	proven bool
	// made is a time-stamp's own time: an answer about revocation for that
	// time will do.
	made time.Time
	// claimed is the signer's word on the time, zero when silent.
	claimed time.Time
	// after is a time before which the signature cannot have been made, by a
	// content time-stamp; zero when there is none.
	after time.Time
}

// finding is what there is to say of a certificate.
type finding struct {
	problems  []problem
	notes     []Reason
	path      []*x509.Certificate // leaf first; nil when no issuer is known
	anchored  bool
	qualified bool
}

func (f *finding) fail(sub SubIndication, r Reason) {
	f.problems = append(f.problems, problem{sub, r})
}

// rank orders findings: the one that says least against a certificate wins.
func (f finding) rank() int {
	_, sub := conclude(f.problems)
	if sub == "" {
		return len(gravity())
	}
	return slices.Index(gravity(), sub)
}

// certificate answers a question about a certificate (EN 319 102-1, 5.2.6 and,
// for a proven time in the past, 5.6.2.1): of all paths to an anchor that is
// trusted for the purpose at the time, the best.
func (r *run) certificate(leaf *x509.Certificate, q question) finding {
	var best *finding
	once := false // some anchor was trusted at another time
	for _, pa := range r.pool.paths(leaf) {
		if !pa.anchor.Trusted(q.purpose, q.at, r.now) {
			once = once || pa.anchor.Trusted(q.purpose, leaf.NotBefore, r.now)
			continue
		}
		f := r.along(pa, q)
		f.qualified = pa.anchor.Qualified(q.purpose, q.at, r.now)
		if best == nil || f.rank() > best.rank() {
			best = &f
		}
	}
	if best != nil {
		return *best
	}
	chain, _ := r.pool.chainOf(leaf)
	f := finding{path: chain}
	if once {
		f.fail(NoCertificateChainFoundNoPOE, because(whyNoChainThen))
	} else {
		f.fail(NoCertificateChainFound, because(whyNoChain))
	}
	return f
}

// along answers for one path.
func (r *run) along(pa path, q question) finding {
	f := finding{path: pa.certs, anchored: true}
	leaf := pa.certs[0]
	if q.purpose == trust.Signing && !maySign(leaf) {
		f.fail(ChainConstraintsFailure, because(whyKeyUsage))
	}
	if c, before := pa.outOfBounds(q.at); c != nil {
		r.outside(&f, pa, q, c, before)
	} else if !pa.obeys(q.at) {
		f.fail(ChainConstraintsFailure, because(whyChainRules))
	}
	for i, c := range pa.certs[:len(pa.certs)-1] {
		if !r.policy.acceptsCertificate(c, q.at) {
			f.weak(q.proven)
		}
		r.revocation(&f, c, pa.certs[i+1], i == 0, q)
	}
	return f
}

func (f *finding) weak(proven bool) {
	if proven {
		f.fail(CryptoConstraintsFailure, because(whyWeakProven))
	} else {
		f.fail(CryptoConstraintsFailureNoPOE, because(whyWeak))
	}
}

// outside tells what it means that a certificate of the path was not in force.
func (r *run) outside(f *finding, pa path, q question, c *x509.Certificate, before bool) {
	leaf := pa.certs[0]
	switch {
	case before && q.proven && c == leaf:
		f.fail(NotYetValid, because(whyNotYet))
	case before:
		f.fail(OutOfBoundsNoPOE, because(whyNotYetNow))
	case c == leaf && (q.after.After(leaf.NotAfter) || q.proven && q.claimed.After(leaf.NotAfter)):
		f.fail(Expired, because(whyExpiredThen))
	case c == leaf && len(pa.certs) > 1 && r.known(leaf, pa.certs[1], []time.Time{leaf.NotAfter}).answer == good:
		f.fail(OutOfBoundsNotRevoked, because(whyExpiredNotRev))
	default:
		f.fail(OutOfBoundsNoPOE, because(whyExpiredNow))
	}
}

// revocation adds what is known of the revocation of one certificate of a path.
func (r *run) revocation(f *finding, c, issuer *x509.Certificate, isLeaf bool, q question) {
	times := []time.Time{q.at}
	if !q.made.IsZero() {
		times = []time.Time{q.made, q.at}
	}
	st := r.standing(c, issuer, times...)
	switch st.answer {
	case good:
	case noService:
		f.notes = addReason(f.notes, because(whyNoRevService))
	case later:
		if isLeaf {
			f.notes = addReason(f.notes, because(whyRevokedAfter, st.at))
		}
	case revoked:
		switch {
		case !isLeaf:
			f.fail(RevokedCANoPOE, because(whyRevokedCA, st.at))
		case st.at.After(q.made) && !q.made.IsZero() && harmless(st.reason):
			f.notes = addReason(f.notes, because(whyRevokedAfter, st.at))
		case !q.after.IsZero() && !q.after.Before(st.at) || q.proven && !q.claimed.IsZero() && !q.claimed.Before(st.at):
			f.fail(Revoked, because(whyRevokedThen, st.at))
		default:
			f.fail(RevokedNoPOE, because(whyRevokedNoProof, st.at))
		}
	case stale:
		r.silence(f, because(whyStale))
	default:
		r.silence(f, because(whyNoRevocation))
	}
}

// silence is that no answer holds for the time in question.
func (r *run) silence(f *finding, why Reason) {
	if r.policy.Revocation == IfKnown {
		f.notes = addReason(f.notes, why)
		return
	}
	f.fail(TryLater, why)
}

// harmless are the reasons for revoking a time-stamping unit that leave what it
// stamped before as good as it was (RFC 3161, 4, point 1).
func harmless(reason int) bool {
	return reason == 3 || reason == 4 || reason == 5 // affiliation changed, superseded, ceased
}
