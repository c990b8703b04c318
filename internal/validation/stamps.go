package validation

import (
	"crypto"
	"crypto/sha256"
	"errors"
	"time"

	"medborgarnavet/block/cms"
	"medborgarnavet/block/tsp"
	"medborgarnavet/internal/validation/svt"
	"medborgarnavet/internal/validation/trust"
)

// stampResult is what is known of one time-stamp token.
type stampResult struct {
	TimeStamp
	token *tsp.Token
	// formed: it is a token over the right thing, rightly signed; by whom is
	// another question.
	formed bool
	// broken: it does not belong here or has been changed.
	broken bool
	// doubt: its form is such that somebody may have been at it.
	doubt bool
	chain finding
}

// stampToken judges a time-stamp token (EN 319 102-1, 5.4, and 5.6.2.4 for one
// that is itself known to have existed at poe).
func (r *run) stampToken(raw []byte, kind Kind, digest func(crypto.Hash) []byte, poe time.Time, proven bool) stampResult {
	out := stampResult{TimeStamp: TimeStamp{Kind: kind}}
	var problems []problem
	if token := r.token(raw); token == nil {
		problems = []problem{{FormatFailure, because(whyStampUnreadable)}}
	} else {
		out.token, out.At = token, token.Time.UTC()
		_, out.HasToken = svt.FromExtensions(token.Extensions)
		if cert := certificateOf(token); cert != nil {
			out.Authority = describe(cert).Name
		}
		r.pool.add(token.CMS.Certificates...)
		problems = append(out.verify(digest), r.stampForm(&out)...)
	}
	if len(problems) == 0 {
		problems = r.stampTrust(&out, poe, proven)
	}
	out.Indication, out.Sub = conclude(problems)
	out.Verdict = out.Indication.Verdict()
	out.Reasons = ordered(problems)
	for _, n := range out.chain.notes {
		out.Reasons = addReason(out.Reasons, n)
	}
	return out
}

// verify checks that the token is over the right thing and rightly signed.
func (out *stampResult) verify(digest func(crypto.Hash) []byte) []problem {
	missing := false
	err := out.token.Verify(func(h crypto.Hash) []byte {
		sum := digest(h)
		missing = len(sum) == 0
		return sum
	})
	fail := func(sub SubIndication, c Code) []problem { return []problem{{sub, because(c)}} }
	switch {
	case missing:
		return fail(SignedDataNotFound, whyUnfinished)
	case err == nil:
		out.formed = true
		return nil
	case errors.Is(err, tsp.ErrImprint):
		out.broken = true
		return fail(HashFailure, whyStampOther)
	case errors.Is(err, cms.ErrDigest), errors.Is(err, cms.ErrSignature):
		out.broken = true
		return fail(SigCryptoFailure, whyStampFalse)
	case errors.Is(err, tsp.ErrUsage):
		out.formed = true
		return fail(ChainConstraintsFailure, whyStampUsage)
	case errors.Is(err, cms.ErrWeak):
		return fail(CryptoConstraintsFailureNoPOE, whyWeak)
	case errors.Is(err, cms.ErrNoCertificate):
		out.doubt = true
		return fail(NoSigningCertificateFound, whyNoCertificate)
	}
	out.doubt = true
	return fail(SigConstraintsFailure, whyStampUnreadable)
}

// stampForm looks for signs that somebody has been at the token.
func (r *run) stampForm(out *stampResult) (problems []problem) {
	for _, code := range tokenDoubts(out.token.CMS) {
		problems = append(problems, problem{SigConstraintsFailure, cmsReason(code)})
	}
	if r.pool.damaged(out.token.CMS.Certificates) {
		problems = append(problems, problem{SigConstraintsFailure, because(whyDamagedCert)})
	}
	out.doubt = out.doubt || len(problems) > 0
	return problems
}

// stampTrust asks about the unit's certificate, for the time by which the token
// is known to have existed.
func (r *run) stampTrust(out *stampResult, poe time.Time, proven bool) []problem {
	token, cert := out.token, certificateOf(out.token)
	if cert == nil {
		return []problem{{NoSigningCertificateFound, because(whyNoCertificate)}}
	}
	if token.Time.After(r.now.Add(skew)) {
		return []problem{{SigConstraintsFailure, because(whyStampFuture)}}
	}
	q := question{purpose: trust.TimeStamping, at: poe, proven: proven, made: token.Time}
	out.chain = r.certificate(cert, q)
	out.Qualified = out.chain.qualified
	problems := out.chain.problems
	if token.Time.Before(cert.NotBefore) || token.Time.After(cert.NotAfter) {
		problems = append(problems, problem{ChainConstraintsFailure, because(whyStampUsage)})
	}
	if !r.policy.acceptsHash(token.Hash, poe) || !r.policy.acceptsKey(cert.PublicKey, poe) {
		problems = append(problems, problem{CryptoConstraintsFailureNoPOE, because(whyWeak)})
	}
	return problems
}

// documentStamps judges the document time-stamps, the newest first: each that
// holds proves that everything before it existed at its time, older
// time-stamps and the validation data among it.
func (r *run) documentStamps() {
	for i := len(r.items) - 1; i >= 0; i-- {
		it := r.items[i]
		if it.kind != DocTimeStamp {
			continue
		}
		poe, proven := r.existed(it.sig.Revision)
		it.stamp = r.stampToken(it.der(), DocTimeStamp, it.digestOf(r), poe, proven)
		it.stamp.Field = clean(it.sig.Field)
		r.judgeDocumentStamp(it)
		if it.stamp.Indication == TotalPassed {
			r.proofs = append(r.proofs, proof{it.sig.Revision, it.stamp.At})
			r.proveStatements(it.sig.Revision, it.stamp.At)
		}
	}
}

// judgeDocumentStamp adds what the file tells of a document time-stamp: its
// byte range and the changes after it.
func (r *run) judgeDocumentStamp(it *item) {
	problems := r.place(it)
	if len(problems) == 0 {
		return
	}
	for _, t := range it.stamp.Reasons {
		problems = append(problems, problem{it.stamp.Sub, t})
	}
	it.stamp.Indication, it.stamp.Sub = conclude(problems)
	it.stamp.Verdict = it.stamp.Indication.Verdict()
	it.stamp.Reasons = ordered(problems)
	it.stamp.formed = false
}

// proof is a document time-stamp that holds: what lies in the revision or
// before it existed at the time.
type proof struct {
	revision int
	at       time.Time
}

// existed is the earliest time at which something in a revision is known to
// have existed: by a document time-stamp of a later revision, or now.
func (r *run) existed(revision int) (at time.Time, proven bool) {
	at = r.now
	for _, p := range r.proofs {
		if p.revision > revision && revision >= 0 && !p.at.After(at) {
			at, proven = p.at, true
		}
	}
	return at, proven
}

// proveStatements gives the answers about revocation that a document
// time-stamp covers its time.
func (r *run) proveStatements(revision int, at time.Time) {
	covered := map[[sha256.Size]byte]bool{}
	store := r.store(revision)
	for _, list := range [][][]byte{store.OCSPs, store.CRLs} {
		for _, raw := range list {
			covered[sha256.Sum256(raw)] = true
		}
	}
	for _, v := range store.VRI {
		for _, list := range [][][]byte{v.OCSPs, v.CRLs} {
			for _, raw := range list {
				covered[sha256.Sum256(raw)] = true
			}
		}
	}
	for _, s := range r.statements {
		inside := s.revision >= 0 && s.revision < revision || s.revision < 0 && covered[sha256.Sum256(s.raw)]
		if inside && !s.fresh && at.Before(s.poe) {
			s.poe = at
		}
	}
}
