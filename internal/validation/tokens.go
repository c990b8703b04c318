package validation

import (
	"crypto"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/validation/svt"
	"medborgarnavet/internal/validation/trust"
)

// evidence is what a validation token is made of; it stays in the process.
type evidence struct {
	chain  []*x509.Certificate
	best   time.Time
	proven bool
	item   *item
}

// heldToken is a validation token in the file whose issuer is trusted.
type heldToken struct {
	*svt.Token
	revision int
}

// findTokens reads the validation tokens of the document time-stamps and keeps
// those that are rightly signed by a trusted issuer (RFC 9321, 4 and B).
func (r *run) findTokens() {
	for _, it := range r.items {
		if it.kind != DocTimeStamp || !it.stamp.formed || it.stamp.token == nil {
			continue
		}
		text, ok := svt.FromExtensions(it.stamp.token.Extensions)
		if !ok {
			continue
		}
		t, err := svt.Parse(text)
		if err == nil {
			err = r.believe(t, it.sig.Revision, it.stamp.At)
		}
		if err != nil {
			it.stamp.Reasons = addReason(it.stamp.Reasons, because(whyTokenBad))
			continue
		}
		r.tokens = append(r.tokens, heldToken{t, it.sig.Revision})
	}
}

// believe checks a token's signature and whether its issuer is trusted: pinned,
// or with a chain to an anchor for tokens at the time by which the token is
// known to have existed.
func (r *run) believe(t *svt.Token, revision int, at time.Time) error {
	candidates := slices.Clone(r.v.Issuers)
	if len(t.Chain) > 0 {
		candidates = append(candidates, t.Chain[0])
		r.pool.add(t.Chain...)
	}
	for _, list := range r.pool.bySubject {
		candidates = append(candidates, list...)
	}
	for _, c := range candidates {
		if !t.NamedBy(c) {
			continue
		}
		if err := t.Verify(c, r.now); err != nil {
			return err
		}
		if slices.ContainsFunc(r.v.Issuers, c.Equal) {
			return nil
		}
		poe, proven := r.existed(revision)
		f := r.certificate(c, question{purpose: trust.Tokens, at: poe, proven: proven, made: time.Unix(t.Claims.IssuedAt, 0)})
		if len(f.problems) > 0 {
			return errors.New("validation: the token's issuer is not trusted")
		}
		return nil
	}
	return errors.New("validation: the token's issuer is not known")
}

// honour lets a trusted validation token decide what we could not: it never
// mends what is broken in the file itself.
func (r *run) honour(j *judgement) {
	s := j.signer()
	if s == nil || s.Certificate == nil || s.SignedAttrs == nil {
		return
	}
	for _, held := range r.tokens {
		claim, ok := r.claimFor(held, j)
		if !ok {
			continue
		}
		if !claim.Passed() {
			j.note(because(whyTokenFailed))
			continue
		}
		indication, sub := conclude(j.problems)
		if indication == TotalFailed || sub == SignedDataNotFound || sub == NoSigningCertificateFound || sub == SigConstraintsFailure {
			continue
		}
		j.note(because(whyToken, time.Unix(held.Claims.IssuedAt, 0)))
		if indication == Indeterminate {
			for _, p := range j.problems {
				j.note(p.reason)
			}
			j.problems, j.out.ByToken = nil, true
		}
		if at, ok := claim.Earliest(); ok && (!j.proven || at.Before(j.best)) {
			j.out.SignedAt, j.out.TimeSource = at, FromToken
			j.best, j.proven = at, false
		}
	}
}

// claimFor finds what a token says of a signature, with every hash recomputed.
func (r *run) claimFor(held heldToken, j *judgement) (svt.Signature, bool) {
	s := j.signer()
	h, err := held.Claims.Validation.Hash()
	if err != nil || held.revision <= j.sig.Revision {
		return svt.Signature{}, false
	}
	value, attrs := svt.Sum(h, s.Signature), svt.Sum(h, s.SignedAttrs)
	for _, c := range held.Claims.Validation.Signatures {
		if slices.Equal(c.Reference.ValueHash, value) && slices.Equal(c.Reference.SignedBytesHash, attrs) &&
			c.SignedData[0].Ref == svt.RangeRef(j.sig.ByteRange) && slices.Equal(c.SignedData[0].Hash, j.digestOf(r)(h)) &&
			c.Signer.Names(s.Certificate, h) {
			return c, true
		}
	}
	return svt.Signature{}, false
}

// TokenClaims makes the claims of a validation token from a fresh report, for
// svt.Issue: one entry for each signature that has signed attributes. issuer is
// who vouches, a URI; h must be svt.HashFor of the key that will sign.
func (rep Report) TokenClaims(data []byte, issuer string, h crypto.Hash, at time.Time) (svt.Claims, error) {
	c := svt.Claims{ID: svt.NewID(), Issuer: issuer, IssuedAt: at.Unix()}
	for _, s := range rep.Signatures {
		if s.evidence.item == nil || s.evidence.item.signer() == nil || len(s.evidence.chain) == 0 {
			continue
		}
		signer := s.evidence.item.signer()
		if signer.SignedAttrs == nil {
			continue
		}
		hash, err := s.evidence.item.sig.Digest(data, h)
		if err != nil {
			continue
		}
		one := svt.Signature{
			Reference:  svt.SignatureReference{ValueHash: svt.Sum(h, signer.Signature), SignedBytesHash: svt.Sum(h, signer.SignedAttrs)},
			SignedData: []svt.SignedData{{Ref: svt.RangeRef(s.ByteRange), Hash: hash}},
			Signer:     svt.References(s.evidence.chain, h, carried(s.evidence)),
			Results:    []svt.PolicyResult{{Policy: rep.Policy, Result: result(s.Indication), Message: string(s.Sub)}},
		}
		if s.evidence.proven {
			one.Times = []svt.TimeResult{{
				Time: s.evidence.best.Unix(), Type: timeType(s), Issuer: authority(s, rep), ID: hex.EncodeToString(svt.Sum(h, signer.Signature)[:8]),
				Results: []svt.PolicyResult{{Policy: rep.Policy, Result: svt.Passed}},
			}}
		}
		c.Validation.Signatures = append(c.Validation.Signatures, one)
	}
	if len(c.Validation.Signatures) == 0 {
		return svt.Claims{}, fault.New(fault.Invalid, "validation: there is no signature to vouch for")
	}
	return c, nil
}

func result(i Indication) string {
	switch i {
	case TotalPassed:
		return svt.Passed
	case TotalFailed:
		return svt.Failed
	}
	return svt.Indeterminate
}

// carried tells whether the signature itself holds every certificate of its
// chain.
func carried(e evidence) bool {
	for _, c := range e.chain {
		if !slices.ContainsFunc(e.item.data.Certificates, c.Equal) {
			return false
		}
	}
	return true
}

func timeType(s Signature) string {
	for _, t := range s.TimeStamps {
		if t.Indication == TotalPassed && t.Kind == SigTimeStamp {
			return svt.SignatureTimeStamp
		}
	}
	return svt.DocumentTimeStamp
}

func authority(s Signature, rep Report) string {
	for _, list := range [][]TimeStamp{s.TimeStamps, rep.TimeStamps} {
		for _, t := range list {
			if t.Indication == TotalPassed && t.Authority != "" {
				return t.Authority
			}
		}
	}
	return "time-stamp authority"
}
