package pades

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"medborgarnavet/block/cms"
	"medborgarnavet/block/pdf"
	"medborgarnavet/block/tsp"
)

// lifter takes a signed file to higher levels.
type lifter struct {
	tsa    TimeStamper
	source RevocationSource
	clock  func() time.Time
	asked  Level
	known  []*x509.Certificate // where issuers are looked for
}

// lift goes on from r.Reached to the level asked for. Only the signature in
// r.Field is looked at; "" is all of them.
func (l *lifter) lift(ctx context.Context, r Result) (Result, error) {
	if l.asked >= BLT && r.Reached < BLTA {
		file, err := l.addStore(ctx, r.File, r.Field)
		if errors.Is(err, ErrRevoked) {
			return Result{}, err
		}
		if err != nil {
			return Result{}, notReached(l.asked, r, err)
		}
		r.File, r.Reached = file, BLT
	}
	if l.asked == BLTA {
		file, _, err := l.stampDocument(ctx, r.File)
		if err != nil {
			return Result{}, notReached(l.asked, r, err)
		}
		r.File, r.Reached = file, BLTA
	}
	return r, nil
}

// ExtendOptions is what extending needs from outside.
type ExtendOptions struct {
	TSA          TimeStamper
	Revocation   RevocationSource    // from B-LT
	Certificates []*x509.Certificate // issuers that are not in the file
	Clock        func() time.Time    // nil = time.Now
}

// Extend takes every signature of a file to a level. Nothing that is signed is
// touched: to B-T by a document time-stamp where a signature has none, to B-LT
// by a security store for all signers and time-stamps, and to B-LTA by a
// document time-stamp over that. On a file that is B-LTA already, BLTA renews:
// the store is added to for the latest time-stamp and a new time-stamp is set
// (EN 319 142-1, 5.5). When it fails halfway, the level in the *LevelError is
// what this call has added, which may be less than what the file had before.
func Extend(ctx context.Context, file []byte, to Level, o ExtendOptions) (Result, error) {
	if o.TSA == nil {
		return Result{}, ErrNoTSA
	}
	if to >= BLT && o.Revocation == nil {
		return Result{}, ErrNoRevocation
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	f, err := open(file)
	if err != nil {
		return Result{}, err
	}
	if standingOf(f.Latest()).docMDP == 1 {
		return Result{}, ErrCertified
	}
	stamped, err := allStamped(f)
	if err != nil {
		return Result{}, err
	}
	l := &lifter{tsa: o.TSA, source: o.Revocation, clock: o.Clock, asked: to, known: o.Certificates}
	r := Result{File: file[:len(file):len(file)], Reached: BB}
	if !stamped && to >= BT {
		out, _, err := l.stampDocument(ctx, r.File)
		if err != nil {
			return Result{}, notReached(to, r, err)
		}
		r.File = out
	}
	if to >= BT {
		r.Reached = BT
	}
	return l.lift(ctx, r)
}

// allStamped tells whether every signature of the file has a time-stamp of its
// own or lies under a document time-stamp. A signature that does not hold, or
// that has faults, is not worth extending and is refused.
func allStamped(f *pdf.File) (bool, error) {
	list, _ := Signatures(f)
	if len(list) == 0 {
		return false, ErrNoSignature
	}
	stamped := true
	for i := range list {
		s, err := readSigned(f.Bytes(), &list[i])
		if err != nil {
			return false, err
		}
		if len(s.tokens) == 0 && !stampedLater(list[i+1:]) {
			stamped = false
		}
	}
	return stamped, nil
}

func stampedLater(later []Signature) bool {
	for i := range later {
		if later[i].Kind == DocTimeStamp {
			return true
		}
	}
	return false
}

// signed is one signature with what it holds, checked.
type signed struct {
	sig    *Signature
	data   *cms.SignedData
	signer *x509.Certificate // of the signature, or of the time-stamp authority
	tokens []*tsp.Token      // over the signature value; of a time-stamp itself
	time   time.Time         // when it is proven to have existed; zero = not
}

// readSigned parses a signature and checks it against the file.
func readSigned(file []byte, s *Signature) (*signed, error) {
	if len(s.Faults) > 0 {
		return nil, fmt.Errorf("%w: a signature in the file is faulty: %w", ErrSignature, s.Faults[0])
	}
	if s.Kind == DocTimeStamp {
		t, err := tsp.ParseToken(s.DER)
		if err != nil {
			return nil, fmt.Errorf("%w: a document time-stamp in the file: %w", ErrSignature, err)
		}
		err = t.Verify(func(h crypto.Hash) []byte { d, _ := s.Digest(file, h); return d })
		if err != nil {
			return nil, fmt.Errorf("%w: a document time-stamp in the file: %w", ErrSignature, err)
		}
		return &signed{sig: s, data: t.CMS, signer: t.Certificate(), tokens: []*tsp.Token{t}, time: t.Time}, nil
	}
	data, err := cms.Parse(s.DER)
	if err != nil || len(data.Signers) != 1 || data.Signers[0].Certificate == nil {
		return nil, fmt.Errorf("%w: a signature in the file cannot be read", ErrSignature)
	}
	one := data.Signers[0]
	digest, err := s.Digest(file, one.Digest)
	if err == nil {
		err = one.Verify(digest)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: a signature in the file does not hold: %w", ErrSignature, err)
	}
	out := &signed{sig: s, data: data, signer: one.Certificate}
	return out, out.readTokens(one)
}

// readTokens finds the time-stamps over the signature value.
func (s *signed) readTokens(one cms.SignerInfo) error {
	for _, a := range one.Unsigned {
		if !a.Type.Equal(cms.OIDSignatureTimeStamp) {
			continue
		}
		t, err := tsp.ParseToken(a.Value)
		if err == nil {
			err = t.Verify(func(h crypto.Hash) []byte { return sum(h, one.Signature) })
		}
		if err != nil {
			return fmt.Errorf("%w: a signature's time-stamp: %w", ErrSignature, err)
		}
		s.tokens = append(s.tokens, t)
		if s.time.IsZero() || t.Time.Before(s.time) {
			s.time = t.Time
		}
	}
	return nil
}

func sum(h crypto.Hash, b []byte) []byte {
	if !h.Available() {
		return nil
	}
	w := h.New()
	w.Write(b)
	return w.Sum(nil)
}
