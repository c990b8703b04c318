package pades

import (
	"context"
	"errors"
	"fmt"

	"medborgarnavet/block/cms"
)

// Sign signs a file with a key at hand. When the level asked for is not
// reached the error is a *LevelError with the file at the level that was.
func Sign(ctx context.Context, file []byte, s Signer, o Options) (Result, error) {
	if s.Certificate == nil {
		return Result{}, fmt.Errorf("%w: there is none", ErrCertificate)
	}
	if err := checkKey(s.Key, s.Certificate); err != nil {
		return Result{}, err
	}
	if s.Hash != 0 {
		o.Hash = s.Hash
	}
	o.PSS = o.PSS || s.PSS
	result, err := signOnce(ctx, file, s, o)
	if errors.Is(err, ErrTooSmall) && o.Level >= BT && o.TokenBytes == 0 {
		o.TokenBytes = 4 * defaultTokenBytes
		return signOnce(ctx, file, s, o)
	}
	return result, err
}

func signOnce(ctx context.Context, file []byte, s Signer, o Options) (Result, error) {
	p, err := Prepare(file, o, s.Certificate, s.Chain...)
	if err != nil {
		return Result{}, err
	}
	signature, err := cms.Sign(s.Key, p.SignedAttributes(), p.Algorithm())
	if err != nil {
		return Result{}, fmt.Errorf("pades: the key did not sign: %w", err)
	}
	return p.Finish(ctx, signature)
}

// Seal signs for an organisation (e-stämpel, S-19): the same signature, with
// an organisation's certificate and the words of a seal.
func Seal(ctx context.Context, file []byte, s Signer, o Options) (Result, error) {
	if s.Certificate == nil || len(s.Certificate.Subject.Organization) == 0 {
		return Result{}, fmt.Errorf("%w: a seal needs an organisation's", ErrCertificate)
	}
	if o.Name == "" {
		o.Name = s.Certificate.Subject.Organization[0]
	}
	if o.FieldPrefix == "" {
		o.FieldPrefix = "Stämpel"
	}
	if o.Appearance != nil {
		a := *o.Appearance
		if a.Words.Heading == "" {
			a.Words.Heading = sealWords.Heading
		}
		o.Appearance = &a
	}
	return Sign(ctx, file, s, o)
}
