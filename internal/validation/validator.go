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
	// Issuers are certificates whose validation tokens are honoured, besides
	// those that Trust has for trust.Tokens.
	Issuers []*x509.Certificate
}

// Options are about one call.
type Options struct {
	Time time.Time // to validate for; zero for now
	PDFA bool      // also check the claim to be PDF/A
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
	readings   map[readingKey]reading
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
		readings: map[readingKey]reading{}, fetched: map[fingerprint]bool{}, contained: map[fingerprint]bool{}, stores: map[int]pades.Store{},
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
	strays := r.collect(&rep)
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
	rep.Verdict = overall(rep.Signatures, rep.TimeStamps)
	if strays && rep.Verdict == Valid {
		rep.Verdict = Undecided
	}
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

// collect finds the signatures and everything that may help to judge them. It
// reports whether the file has had signatures that are not where they should
// be.
func (r *run) collect(rep *Report) (strays bool) {
	list, faults := pades.Signatures(r.file)
	for _, err := range faults {
		var f pades.Fault
		if !errors.As(err, &f) {
			rep.Reasons = addReason(rep.Reasons, because(whyFieldFault))
			strays = true
			continue
		}
		rep.Reasons = addReason(rep.Reasons, rangeReason(f))
		strays = strays || f.Code != pades.FaultNotInForm || !r.usageRights()
	}
	if len(list) > r.policy.Signatures {
		list = list[:r.policy.Signatures]
		rep.Reasons = addReason(rep.Reasons, because(whyTooMany))
		strays = true
	}
	if r.file.Rebuilt() {
		rep.Reasons = addReason(rep.Reasons, because(whyRebuilt))
	} else if len(r.file.Faults()) > 0 {
		rep.Reasons = addReason(rep.Reasons, because(whyMended))
	}
	for _, s := range list {
		r.items = append(r.items, newItem(s))
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
	return strays
}

// usageRights tells whether the file carries Adobe's usage rights, a signature
// that by its nature belongs to no field.
func (r *run) usageRights() bool {
	d := r.file.Latest()
	perms := d.Dict(d.Catalog()["Perms"])
	return perms["UR3"] != nil || perms["UR"] != nil
}

func newItem(s pades.Signature) *item {
	it := &item{sig: s, digests: map[crypto.Hash][]byte{}}
	switch s.Kind {
	case pades.DocTimeStamp:
		it.kind = DocTimeStamp
	case pades.Certification:
		it.kind = Certification
	default:
		it.kind = Approval
	}
	if sd, err := cms.Parse(s.Contents); err == nil {
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
		if c, err := x509.ParseCertificate(raw); err == nil {
			r.pool.add(c)
		}
	}
}

// addStatements takes in answers about revocation, each once.
func (r *run) addStatements(s pades.Store, revision int) {
	have := map[string]bool{}
	for _, old := range r.statements {
		have[string(old.raw)] = true
	}
	add := func(list [][]byte, ocsp bool) {
		for _, raw := range list {
			if len(r.statements) >= maxStatements || have[string(raw)] {
				continue
			}
			have[string(raw)] = true
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
func stampCertificate(a cms.Attribute) *x509.Certificate {
	if !asn1.ObjectIdentifier(a.Type).Equal(cms.OIDSignatureTimeStamp) {
		return nil
	}
	t, err := tsp.ParseToken(a.Value)
	if err != nil {
		return nil
	}
	return certificateOf(t)
}
