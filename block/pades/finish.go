package pades

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"slices"

	"medborgarnavet/block/cms"
)

// spare is room kept after a signed file for the updates of higher levels, so
// that they are appended without copying it.
const spare = 256 << 10

// longestSignature is the most bytes that a signature by this key can take.
func longestSignature(pub any) int {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		return k.Size()
	case *ecdsa.PublicKey:
		return 2*((k.Curve.Params().BitSize+7)/8) + 16 // two INTEGERs in a SEQUENCE
	}
	return 512
}

// Finish puts the signature of the attributes in the file and goes on to the
// level that was asked for. The signature is checked against the certificate
// first: a file with a wrong one is never given out.
func (p *Prepared) Finish(ctx context.Context, signature []byte) (Result, error) {
	if p.cert == nil {
		return Result{}, fmt.Errorf("%w: it was prepared without a certificate", ErrState)
	}
	return p.finish(ctx, p.attrs, signature, p.cert, p.chain, p.alg)
}

// FinishWith is Finish for a signing service that makes the certificate when
// it signs and may add to the attributes (Sweden Connect DSS extension, 09).
// The attributes must be DER, name the certificate and hold p.Digest.
func (p *Prepared) FinishWith(ctx context.Context, attrs, signature []byte, alg cms.SignatureAlgorithm, cert *x509.Certificate, chain ...*x509.Certificate) (Result, error) {
	if cert == nil {
		return Result{}, fmt.Errorf("%w: there is none", ErrCertificate)
	}
	if err := checkCertificate(cert, p.at); err != nil {
		return Result{}, err
	}
	return p.finish(ctx, attrs, signature, cert, chain, alg)
}

func (p *Prepared) finish(ctx context.Context, attrs, signature []byte, cert *x509.Certificate, chain []*x509.Certificate, alg cms.SignatureAlgorithm) (Result, error) {
	der, err := cms.Assemble(attrs, signature, alg, cert, withoutRoot(chain))
	if err != nil {
		return Result{}, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	if err := verifyOwn(der, p.digest); err != nil {
		return Result{}, err
	}
	l := &lifter{clock: p.clock, tsa: p.tsa, source: p.source, asked: p.level}
	l.known = append(append(l.known, cert), chain...)
	final := der
	var stampErr error
	if p.level >= BT {
		final, stampErr = l.stampSignature(ctx, der, signature)
		if stampErr == nil && int64(len(final)) > (p.value.to-p.value.from-2)/2 {
			stampErr = fmt.Errorf("%w for this time-stamp: %d bytes more are needed", ErrTooSmall,
				int64(len(final))-(p.value.to-p.value.from-2)/2)
		}
		if stampErr != nil {
			final = der
		}
	}
	file, err := p.assemble(final)
	if err != nil {
		return Result{}, err
	}
	result := Result{File: file, Reached: BB, Field: p.field}
	if stampErr != nil {
		return Result{}, notReached(p.level, result, stampErr)
	}
	if p.level == BB {
		return result, nil
	}
	result.Reached = BT
	return l.lift(ctx, result)
}

// withoutRoot leaves a root out: a validator has its own. By name only: what
// is not a root will not verify as one either.
func withoutRoot(chain []*x509.Certificate) []*x509.Certificate {
	var out []*x509.Certificate
	for _, c := range chain {
		if !bytes.Equal(c.RawSubject, c.RawIssuer) {
			out = append(out, c)
		}
	}
	return out
}

// verifyOwn checks a signature that was just made, as strictly as a validator.
func verifyOwn(der, digest []byte) error {
	parsed, err := cms.Parse(der)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSignature, err)
	}
	if !parsed.DER || len(parsed.Faults) > 0 || len(parsed.Signers) != 1 {
		return fmt.Errorf("%w: the signed data are not as they should be %v", ErrSignature, parsed.Faults)
	}
	s := parsed.Signers[0]
	if len(s.Faults) > 0 || !s.HasESS || !s.ESSMatches {
		return fmt.Errorf("%w: the attributes are not those of PAdES %v", ErrSignature, s.Faults)
	}
	if err := s.Verify(digest); err != nil {
		return fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return nil
}

// join appends an update. The file is copied only when there is no room after
// it; then extra room is kept for further updates.
func join(file, update []byte, extra int) []byte {
	if cap(file)-len(file) >= len(update) {
		return append(file, update...)
	}
	out := make([]byte, 0, len(file)+len(update)+extra)
	return append(append(out, file...), update...)
}

// assemble is the file with the value in its place.
func (p *Prepared) assemble(der []byte) ([]byte, error) {
	extra := 0
	if p.level >= BLT {
		extra = spare
	}
	out := join(p.file, p.update, extra)
	if err := fill(out, p.value, der); err != nil {
		return nil, err
	}
	return out, nil
}

func notReached(asked Level, r Result, err error) error {
	r.File = slices.Clip(r.File)
	r.Why = err.Error()
	return &LevelError{Asked: asked, Result: r, Err: err}
}
