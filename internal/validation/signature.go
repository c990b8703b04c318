package validation

import (
	"crypto"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"medborgarnavet/block/cms"
	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
	"medborgarnavet/internal/validation/trust"
)

// The SubFilters of ISO 32000 and EN 319 142-1.
const (
	subPAdES  = "ETSI.CAdES.detached"
	subLegacy = "adbe.pkcs7.detached"
	subStamp  = "ETSI.RFC3161"
)

var oidContentStamp = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 20}

const (
	maxStamps  = 8   // time-stamps of one signature
	maxChanges = 100 // changes that are told
)

// item is a signature field on its way through the validation.
type item struct {
	sig     pades.Signature
	kind    Kind
	data    *cms.SignedData // nil when it cannot be read
	digests map[crypto.Hash][]byte
	stamp   stampResult // of a document time-stamp
	diff    *diff.Verdict
}

func (it *item) der() []byte {
	if it.sig.DER != nil {
		return it.sig.DER
	}
	return it.sig.Contents
}

// signer is the one signer of a signature, nil when there is not exactly one.
func (it *item) signer() *cms.SignerInfo {
	if it.data == nil || len(it.data.Signers) != 1 {
		return nil
	}
	return &it.data.Signers[0]
}

// place judges how a signature lies in the file and what has happened after
// it: the first thing that a verdict is made of (I-12).
func (r *run) place(it *item) []problem {
	var out []problem
	for _, f := range it.sig.Faults {
		switch rangeWeight(f.Code) {
		case broken:
			out = append(out, problem{FormatFailure, rangeReason(f)})
		case doubt:
			out = append(out, problem{SigConstraintsFailure, rangeReason(f)})
		}
	}
	if it.sig.Revision < 0 {
		return append(out, problem{FormatFailure, because(whyByteRange)})
	}
	p := diff.Policy{DocMDP: it.sig.DocMDP, Now: r.now}
	for _, l := range []*pades.FieldLock{it.sig.FieldMDP, it.sig.Lock} {
		if l != nil {
			p.Locks = append(p.Locks, diff.Lock{Action: diff.LockAction(l.Action), Fields: l.Fields})
		}
	}
	v := r.compare.Compare(it.sig.Revision, p)
	it.diff = &v
	if !v.Allowed {
		out = append(out, problem{FormatFailure, because(whyChange)})
		for _, c := range v.Changes {
			if !c.Allowed && len(out) < maxChanges {
				out = append(out, problem{FormatFailure, Reason{Code("change-" + c.Code), Text{c.ReasonSv, c.Reason}}})
			}
		}
	}
	for _, c := range v.Changes {
		if c.Doubtful && len(out) < maxChanges {
			out = append(out, problem{SigConstraintsFailure, Reason{Code("change-" + c.Code), Text{c.ReasonSv, c.Reason}}})
		}
	}
	switch {
	case r.file.Rebuilt():
		out = append(out, problem{SigConstraintsFailure, because(whyRebuilt)})
	case r.twoWays(it.sig.Revision):
		out = append(out, problem{SigConstraintsFailure, because(whyTwoWays)})
	}
	return out
}

// twoWays tells whether what a revision covers says something twice, so that
// programs may show different documents of the same signed bytes.
func (r *run) twoWays(revision int) bool {
	end := r.file.Revisions()[revision].End
	return slices.ContainsFunc(r.file.Faults(), func(f pdf.Fault) bool {
		switch f.Code {
		case "duplicate-key", "table-duplicate", "hybrid-conflict", "prev-loop", "unclosed":
			return f.Offset < end
		}
		return false
	})
}

// changes tells a signature's later changes, each once, and whether they added
// any content.
func changes(v *diff.Verdict) (list []Text, whole bool) {
	whole = true
	if v == nil {
		return nil, false
	}
	for _, c := range v.Changes {
		switch c.Kind {
		case diff.Signature, diff.TimeStamp, diff.ValidationData, diff.Metadata, diff.StructureTree:
			whole = whole && c.Allowed
		default:
			whole = false
		}
		if t := (Text{c.ReasonSv, c.Reason}); !slices.Contains(list, t) && len(list) < maxChanges {
			list = append(list, t)
		}
	}
	return list, whole
}

// judgement is a signature under examination.
type judgement struct {
	*item
	out      Signature
	problems []problem
	notes    []Reason
	isPAdES  bool
	formed   bool // a signature time-stamp is there and over this signature
	after    time.Time
	best     time.Time
	proven   bool
	cert     finding
}

func (j *judgement) fail(sub SubIndication, r Reason) {
	j.problems = append(j.problems, problem{sub, r})
}

func (j *judgement) note(r Reason) { j.notes = addReason(j.notes, r) }

// signature judges one signature of a person or an organisation.
func (r *run) signature(it *item) Signature {
	j := &judgement{item: it, isPAdES: it.sig.SubFilter == subPAdES}
	j.out = Signature{Field: clean(it.sig.Field), Kind: it.kind, Revision: it.sig.Revision, ByteRange: it.sig.ByteRange,
		ClaimedAt: it.sig.Time.UTC()}
	j.problems = r.place(it)
	j.out.ChangesAfter, j.out.CoversWhole = changes(it.diff)
	j.out.CoversWhole = j.out.CoversWhole && len(it.sig.Faults) == 0
	for _, f := range it.sig.Faults {
		j.isPAdES = j.isPAdES && rangeWeight(f.Code) == note
	}
	if r.format(j) {
		r.integrity(j, j.signer())
		r.stampsOf(j)
		r.trustIn(j)
	}
	r.finish(j)
	return j.out
}

// format is EN 319 102-1, 5.2.2 and 5.2.3: form and signing certificate. It
// reports whether there is a signer to go on with.
func (r *run) format(j *judgement) bool {
	switch j.sig.SubFilter {
	case subPAdES:
	case subLegacy:
		j.note(because(whyLegacy))
	default:
		j.fail(SigConstraintsFailure, because(whyUnknownSubFilter))
		return false
	}
	if j.data == nil {
		j.fail(FormatFailure, because(whyUnreadableCMS))
		j.isPAdES = false
		return false
	}
	for _, code := range cmsFaults(j.data) {
		w := cmsWeight(code, j.sig.SubFilter == subPAdES)
		j.isPAdES = j.isPAdES && w == note
		switch w {
		case broken:
			j.fail(FormatFailure, cmsReason(code))
		case doubt:
			j.fail(SigConstraintsFailure, cmsReason(code))
		case form:
			j.note(cmsReason(code))
		}
	}
	if r.pool.damaged(j.data.Certificates) {
		j.fail(SigConstraintsFailure, because(whyDamagedCert))
	}
	s := j.signer()
	if s == nil {
		for i := range min(len(j.data.Signers), maxSigners) { // none is relied on, but a change is told
			r.integrity(j, &j.data.Signers[i])
		}
		return false
	}
	if s.SigningTime != nil && j.out.ClaimedAt.IsZero() {
		j.out.ClaimedAt = s.SigningTime.UTC()
	}
	if s.Certificate == nil {
		j.fail(NoSigningCertificateFound, because(whyNoCertificate))
		j.isPAdES = false
		return false
	}
	if s.HasESS && !s.ESSMatches {
		j.fail(NoSigningCertificateFound, because(whyOtherCertificate))
		j.isPAdES = false
	}
	j.out.Signer = describe(s.Certificate)
	j.out.CertificateSHA256 = hexSum(s.Certificate.Raw)
	if s.SignedAttrs != nil {
		j.out.AttributesSHA256 = hexSum(s.SignedAttrs)
	}
	j.out.Algorithm = s.Algorithm.String()
	return true
}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// maxSigners is how many signers of one structure are looked at.
const maxSigners = 8

// integrity is EN 319 102-1, 5.2.7: the content and the signature value.
func (r *run) integrity(j *judgement, s *cms.SignerInfo) {
	if s.Digest == 0 || !s.Digest.Available() {
		if slices.Contains(s.Faults, cms.FaultWeak) {
			j.fail(CryptoConstraintsFailureNoPOE, because(whyWeak))
		} else {
			j.fail(SigConstraintsFailure, because(whyAlgorithm))
		}
		return
	}
	digest := j.digestOf(r)(s.Digest)
	if digest == nil {
		j.fail(SignedDataNotFound, because(whyByteRange))
		return
	}
	switch err := s.Verify(digest); {
	case err == nil:
	case errors.Is(err, cms.ErrDigest):
		j.fail(HashFailure, because(whyDigest))
	case errors.Is(err, cms.ErrSignature):
		if s.SignedAttrs == nil {
			j.fail(HashFailure, because(whyDigest))
		} else {
			j.fail(SigCryptoFailure, because(whySignature))
		}
	case errors.Is(err, cms.ErrWeak):
		j.fail(CryptoConstraintsFailureNoPOE, because(whyWeak))
	case errors.Is(err, cms.ErrNoCertificate):
		j.fail(NoSigningCertificateFound, because(whyNoCertificate))
	default:
		j.fail(SigConstraintsFailure, because(whyAlgorithm))
	}
}

// stampsOf judges the signature's time-stamps and settles the best signature
// time: the earliest at which it is proven to have existed (EN 319 102-1,
// 5.5.4).
func (r *run) stampsOf(j *judgement) {
	s := j.signer()
	poe, proven := r.existed(j.sig.Revision)
	j.best, j.proven = poe, proven
	count := 0
	for _, a := range s.Unsigned {
		if !a.Type.Equal(cms.OIDSignatureTimeStamp) || count >= maxStamps {
			continue
		}
		count++
		t := r.stampToken(a.Value, SigTimeStamp, hashOf(s.Signature), poe, proven)
		j.formed = j.formed || t.formed
		r.useStamp(j, t)
		if t.Indication == TotalPassed && !t.At.After(j.best) {
			j.best, j.proven = t.At, true
		}
	}
	for _, a := range s.Signed {
		if !a.Type.Equal(oidContentStamp) || count >= maxStamps {
			continue
		}
		count++
		t := r.stampToken(a.Value, ContentStamp, j.digestOf(r), poe, proven)
		r.useStamp(j, t)
		if t.Indication == TotalPassed && t.At.After(j.after) {
			j.after = t.At
		}
	}
}

// useStamp keeps a time-stamp in the report. One that does not belong to the
// signature, or has been changed, tells that somebody has been at the file.
func (r *run) useStamp(j *judgement, t stampResult) {
	j.out.TimeStamps = append(j.out.TimeStamps, t.TimeStamp)
	switch {
	case t.broken:
		j.fail(FormatFailure, t.Reasons[0])
	case t.doubt:
		j.fail(SigConstraintsFailure, t.Reasons[0])
	case t.Indication != TotalPassed:
		j.note(because(whyStampUnused))
		for _, why := range t.Reasons {
			j.note(why)
		}
	}
}

func hashOf(data []byte) func(crypto.Hash) []byte {
	return func(h crypto.Hash) []byte {
		if !h.Available() {
			return nil
		}
		w := h.New()
		w.Write(data)
		return w.Sum(nil)
	}
}

// trustIn is EN 319 102-1, 5.2.6 and 5.2.8, for the best signature time: whose
// signature it is, and whether its methods were good enough.
func (r *run) trustIn(j *judgement) {
	s := j.signer()
	j.cert = r.certificate(s.Certificate, question{
		purpose: trust.Signing, at: j.best, proven: j.proven, claimed: j.out.ClaimedAt, after: j.after,
	})
	j.problems = append(j.problems, j.cert.problems...)
	for _, n := range j.cert.notes {
		j.note(n)
	}
	if !r.policy.acceptsKey(s.Certificate.PublicKey, j.best) || s.Digest != 0 && !r.policy.acceptsHash(s.Digest, j.best) {
		var f finding
		f.weak(j.proven)
		j.problems = append(j.problems, f.problems...)
	}
}

// couldBe tells whether a signer's word on the time can be true: not to come,
// and not before there was a certificate. A day is for clocks of other zones
// and certificates that are made for one signature.
func (r *run) couldBe(at time.Time, s *cms.SignerInfo) bool {
	const day = 24 * time.Hour
	return !at.After(r.now.Add(day)) && (s == nil || s.Certificate == nil || !at.Before(s.Certificate.NotBefore.Add(-day)))
}

// finish concludes.
func (r *run) finish(j *judgement) {
	r.honour(j)
	o := &j.out
	o.Indication, o.Sub = conclude(j.problems)
	o.Verdict = o.Indication.Verdict()
	o.Level = r.level(j)
	switch {
	case j.proven:
		o.SignedAt, o.TimeSource = j.best, FromTimeStamp
		if o.ClaimedAt.After(j.best.Add(skew)) {
			j.note(because(whyClaimLater))
		}
	case o.TimeSource == FromToken:
	case o.ClaimedAt.IsZero():
	case !r.couldBe(o.ClaimedAt, j.signer()):
		j.note(because(whyClaimFalse))
	default:
		o.SignedAt, o.TimeSource = o.ClaimedAt, FromClaim
		j.note(because(whyTime))
	}
	if s := j.signer(); s != nil && s.Certificate != nil && o.Verdict == Valid {
		o.Signer.Qualification = qualification(s.Certificate, j.cert.qualified)
		if readStatements(s.Certificate).compliance && !j.cert.qualified {
			j.note(because(whyQualifiedClaim))
		}
	}
	o.Reasons = ordered(j.problems)
	for _, n := range j.notes {
		o.Reasons = addReason(o.Reasons, n)
	}
	o.evidence = evidence{chain: j.cert.path, best: j.best, proven: j.proven, item: j.item}
}
