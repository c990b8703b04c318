package validation

import (
	"context"
	"crypto"
	"crypto/sha256"
	_ "crypto/sha512" // hashes that signatures use
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"time"

	"medborgarnavet/block/cms"
	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
	"medborgarnavet/block/tsp"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/validation/trust"
)

// Validator validates files. Its fields are set before the first call; then it
// may be used by several goroutines.
type Validator struct {
	Trust    *trust.Store
	Policy   Policy      // zero for DefaultPolicy
	Clock    clock.Clock // nil for the system's
	Fetcher  Fetcher     // nil: nothing is fetched
	Checkers []Checker   // of PDF/A; nil for our own
	// Others are validators of PDF/A that are programs of their own, such as
	// VeraPDF, asked where Options say so. Their time is not within Policy.Time.
	Others []Checker
	// Issuers are certificates whose validation tokens are honoured, besides
	// those that Trust has for trust.Tokens.
	Issuers []*x509.Certificate
}

// Options are about one call.
type Options struct {
	Time   time.Time // to validate for; zero for now
	PDFA   bool      // also check the claim to be PDF/A
	Others bool      // and ask Validator.Others about it
}

// run is one validation.
type run struct {
	v       *Validator
	policy  Policy
	ctx     context.Context
	now     time.Time
	data    []byte
	file    *pdf.File
	compare *diff.Comparer
	items   []*item // by revision
	hashed  int64   // bytes so far
	prefix  map[crypto.Hash]prefixes

	pool       *pool
	statements []*statement
	stated     map[string]bool // their bytes
	readings   map[readingKey]reading
	peeked     map[readingKey]bool   // whether it may say revoked
	parsed     map[string]*tsp.Token // nil for what is no token
	fetched    map[fingerprint]bool
	contained  map[fingerprint]bool
	stores     map[int]pades.Store
	proofs     []proof
	tokens     []heldToken
}

// Validate judges a file. The error is a fault: Invalid for what is not a PDF,
// is encrypted or too broken to read, TooLarge for what is over a limit or
// takes too long, Unavailable when ctx ends.
func (v *Validator) Validate(ctx context.Context, data []byte, o Options) (Report, error) {
	policy := v.Policy
	if policy.ID == "" {
		policy = DefaultPolicy()
	}
	limited, cancel := context.WithTimeout(ctx, policy.Time)
	defer cancel()
	type answer struct {
		report Report
		err    error
	}
	done := make(chan answer, 1)
	go func() {
		rep, err := v.validate(limited, policy, data, o)
		done <- answer{rep, err}
	}()
	select {
	case a := <-done:
		if a.err == nil && o.Others && a.report.PDFA != nil {
			v.askOthers(ctx, data, a.report.PDFA)
		}
		return a.report, a.err
	case <-limited.Done():
		if err := ctx.Err(); err != nil {
			return Report{}, fault.Wrap(fault.Unavailable, err, "validation")
		}
		return Report{}, fault.New(fault.TooLarge, "validation: the file takes too long to examine")
	}
}

func (v *Validator) validate(ctx context.Context, policy Policy, data []byte, o Options) (Report, error) {
	r := &run{v: v, policy: policy, ctx: ctx, now: o.Time, data: data, pool: newPool(v.Trust),
		readings: map[readingKey]reading{}, peeked: map[readingKey]bool{}, stated: map[string]bool{}, parsed: map[string]*tsp.Token{}, fetched: map[fingerprint]bool{}, contained: map[fingerprint]bool{}, stores: map[int]pades.Store{},
		prefix: map[crypto.Hash]prefixes{}}
	if r.now.IsZero() {
		r.now = v.clock().Now()
	}
	r.now = r.now.UTC()
	if err := r.open(); err != nil {
		return Report{}, err
	}
	sum := sha256.Sum256(data)
	rep := Report{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data)), At: r.now, Policy: policy.ID}
	found := r.collect(&rep)
	r.documentStamps()
	r.findTokens()
	for _, it := range r.items {
		if ctx.Err() != nil {
			return Report{}, fault.New(fault.TooLarge, "validation: the file takes too long to examine")
		}
		if it.kind == DocTimeStamp {
			rep.TimeStamps = append(rep.TimeStamps, it.stamp.TimeStamp)
		} else {
			rep.Signatures = append(rep.Signatures, r.signature(it))
		}
	}
	rep.Verdict = found.weigh(overall(rep.Signatures, rep.TimeStamps))
	if o.PDFA {
		rep.PDFA = v.checkPDFA(ctx, policy, data)
	}
	return rep, nil
}

func (v *Validator) clock() clock.Clock {
	if v.Clock == nil {
		return clock.System()
	}
	return v.Clock
}

// open reads the file.
func (r *run) open() error {
	f, err := pdf.Read(r.data, pdf.Options{Limits: r.policy.Limits})
	switch {
	case err == nil:
		r.file, r.compare = f, diff.New(f)
		return nil
	case errors.Is(err, pdf.ErrLimit):
		return fault.Wrap(fault.TooLarge, err, "validation")
	case errors.Is(err, pdf.ErrEncrypted), errors.Is(err, pdf.ErrNotPDF):
		return fault.Wrap(fault.Invalid, err, "validation")
	}
	return fault.Wrap(fault.Invalid, err, "validation: the file cannot be read as a PDF")
}

// traces tell of signatures that are not where they should be.
type traces struct {
	odd     bool // some lie outside the form, or cannot be read
	lost    bool // there was one, and what became of it cannot be told
	removed bool // a later revision removed one
}

// weigh gives the verdict on the file. To remove a signature is to change what
// was signed, whatever the signatures that are left are worth (I-12).
func (t traces) weigh(v Verdict) Verdict {
	switch {
	case t.removed:
		return Invalid
	case v == Valid && t.odd, v == NoSignature && t.lost:
		return Undecided
	}
	return v
}

// collect finds the signatures and everything that may help to judge them.
func (r *run) collect(rep *Report) (found traces) {
	list, faults := pades.Signatures(r.file)
	for _, err := range faults {
		var f pades.Fault
		if !errors.As(err, &f) {
			rep.Reasons = addReason(rep.Reasons, because(whyFieldFault))
			found.odd = true
			continue
		}
		rep.Reasons = addReason(rep.Reasons, rangeReason(f))
		found.odd = found.odd || f.Code != pades.FaultNotInForm || !r.usageRights()
		found.removed = found.removed || f.Code == pades.FaultRemoved
		found.lost = found.lost || f.Code == pades.FaultReplaced || r.file.Rebuilt() && found.odd
	}
	if len(list) > r.policy.Signatures {
		list = list[:r.policy.Signatures]
		rep.Reasons = addReason(rep.Reasons, because(whyTooMany))
		found.odd = true
	}
	if r.file.Rebuilt() {
		rep.Reasons = addReason(rep.Reasons, because(whyRebuilt))
	} else if len(r.file.Faults()) > 0 {
		rep.Reasons = addReason(rep.Reasons, because(whyMended))
	}
	for _, s := range list {
		r.items = append(r.items, r.newItem(s))
	}
	latest := r.store(len(r.file.Revisions()) - 1)
	r.addCertificates(latest.Certs)
	r.addStatements(latest, -1)
	for _, it := range r.items {
		if it.data == nil {
			continue
		}
		r.pool.add(it.data.Certificates...)
		r.addStatements(pades.Store{OCSPs: it.data.RawOCSPs, CRLs: it.data.RawCRLs}, it.sig.Revision)
	}
	return found
}

// usageRights tells whether the file carries Adobe's usage rights, a signature
// that by its nature belongs to no field.
func (r *run) usageRights() bool {
	d := r.file.Latest()
	perms := d.Dict(d.Catalog()["Perms"])
	return perms["UR3"] != nil || perms["UR"] != nil
}

func (r *run) newItem(s pades.Signature) *item {
	it := &item{sig: s, digests: map[crypto.Hash][]byte{}}
	switch s.Kind {
	case pades.DocTimeStamp:
		it.kind = DocTimeStamp
	case pades.Certification:
		it.kind = Certification
	default:
		it.kind = Approval
	}
	if sd, err := (cms.Reader{Certificate: r.pool.parse}).Parse(s.Contents); err == nil {
		it.data = sd
	}
	return it
}

// store is the document security store as it stood after a revision.
func (r *run) store(revision int) pades.Store {
	if s, ok := r.stores[revision]; ok {
		return s
	}
	s := pades.DSS(r.file.At(revision))
	r.stores[revision] = s
	return s
}

func (r *run) addCertificates(list [][]byte) {
	for i, raw := range list {
		if i >= maxPool {
			return
		}
		if c, err := r.pool.parse(raw); err == nil {
			r.pool.add(c)
		}
	}
}

// addStatements takes in answers about revocation, each once.
func (r *run) addStatements(s pades.Store, revision int) {
	add := func(list [][]byte, ocsp bool) {
		for _, raw := range list {
			if len(r.statements) >= maxStatements || r.stated[string(raw)] {
				continue
			}
			r.stated[string(raw)] = true
			r.statements = append(r.statements, &statement{raw: raw, ocsp: ocsp, poe: r.now, revision: revision})
		}
	}
	add(s.OCSPs, true)
	add(s.CRLs, false)
	for _, v := range s.VRI {
		add(v.OCSPs, true)
		add(v.CRLs, false)
	}
}

// certificateOf is the certificate of a token's one signer.
func certificateOf(t *tsp.Token) *x509.Certificate {
	if t == nil || t.CMS == nil {
		return nil
	}
	return t.Certificate()
}

// stampCertificate is the unit's certificate of a signature time-stamp.
func (r *run) stampCertificate(a cms.Attribute) *x509.Certificate {
	if !asn1.ObjectIdentifier(a.Type).Equal(cms.OIDSignatureTimeStamp) {
		return nil
	}
	return certificateOf(r.token(a.Value))
}

// token reads a time-stamp token, each once; nil for what is none.
func (r *run) token(raw []byte) *tsp.Token {
	t, ok := r.parsed[string(raw)]
	if !ok {
		if sd, err := (cms.Reader{Certificate: r.pool.parse}).Parse(raw); err == nil {
			t, _ = tsp.TokenOf(sd) // nil with an error
		}
		r.parsed[string(raw)] = t
	}
	return t
}
