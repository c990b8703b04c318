package pades

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"time"

	"medborgarnavet/block/cms"
	"medborgarnavet/block/pdf"
	"medborgarnavet/block/tsp"
)

// stampPrefix begins the names of document time-stamps' fields.
const stampPrefix = "Tidsstämpel"

// token gets a time-stamp over a digest and checks that it is one.
func token(ctx context.Context, t TimeStamper, digest []byte) ([]byte, *tsp.Token, error) {
	der, err := t.Stamp(ctx, digest, crypto.SHA256)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrStamp, err)
	}
	parsed, err := tsp.ParseToken(der)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrStamp, err)
	}
	err = parsed.Verify(func(h crypto.Hash) []byte {
		if h != crypto.SHA256 {
			return nil
		}
		return digest
	})
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrStamp, err)
	}
	return der, parsed, nil
}

// stampSignature adds a time-stamp over the signature value as an unsigned
// attribute (EN 319 122-1, 5.3).
func (l *lifter) stampSignature(ctx context.Context, der, signature []byte) ([]byte, error) {
	h := crypto.SHA256.New()
	h.Write(signature)
	stamp, _, err := token(ctx, l.tsa, h.Sum(nil))
	if err != nil {
		return nil, err
	}
	out, err := cms.AddUnsigned(der, cms.Attribute{Type: cms.OIDSignatureTimeStamp, Value: stamp})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStamp, err)
	}
	return out, nil
}

// Timestamp appends a document time-stamp (ETSI.RFC3161) over all of the file.
func Timestamp(ctx context.Context, file []byte, tsa TimeStamper) (Result, error) {
	if tsa == nil {
		return Result{}, ErrNoTSA
	}
	l := &lifter{tsa: tsa, clock: time.Now}
	out, field, err := l.stampDocument(ctx, file[:len(file):len(file)])
	return Result{File: out, Field: field}, err
}

// stampDocument appends a document time-stamp. When the token is bigger than
// the room for it, the room is made bigger and a new one is got.
func (l *lifter) stampDocument(ctx context.Context, file []byte) ([]byte, string, error) {
	size := defaultTokenBytes
	for try := 0; ; try++ {
		out, p, needed, err := l.stampOnce(ctx, file, size)
		if errors.Is(err, ErrTooSmall) && try == 0 {
			size = needed + 1024
			continue
		}
		if err != nil {
			return nil, "", err
		}
		return out, p.field, nil
	}
}

func (l *lifter) stampOnce(ctx context.Context, file []byte, size int) (out []byte, p *Prepared, needed int, err error) {
	p = &Prepared{file: file, hash: crypto.SHA256, stamp: true}
	entries := pdf.Dict{"Type": pdf.Name("DocTimeStamp"), "Filter": pdf.Name("Adobe.PPKLite"), "SubFilter": pdf.Name("ETSI.RFC3161")}
	if err := p.build(Options{FieldPrefix: stampPrefix}, entries, size); err != nil {
		return nil, nil, 0, err
	}
	der, _, err := token(ctx, l.tsa, p.digest)
	if err != nil {
		return nil, nil, 0, err
	}
	if int64(len(der)) > (p.value.to-p.value.from-2)/2 {
		return nil, nil, len(der), ErrTooSmall
	}
	out, err = p.assemble(der)
	return out, p, 0, err
}
