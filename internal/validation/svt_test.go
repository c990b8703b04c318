package validation_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"slices"
	"testing"
	"time"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/tsp"
	"medborgarnavet/fake/tsa"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/validation/svt"
	"medborgarnavet/internal/validation/trust"
)

// vouching makes document time-stamps that carry a validation token.
type vouching struct {
	id    tsa.Identity
	token string
	at    time.Time
}

func (v vouching) Stamp(_ context.Context, digest []byte, h crypto.Hash) ([]byte, error) {
	return tsp.Issue(tsp.Info{Time: v.at, Policy: []int{1, 2, 3, 4}, Serial: big.NewInt(1), Hash: h, Imprint: digest,
		Extensions: []pkix.Extension{svt.Extension(v.token)}}, v.id.Key, v.id.Certificate, v.id.Chain)
}

// vouch validates a file and puts the result into it as a validation token.
func (w *world) vouch(file []byte, v *validation.Validator, issuer tsa.Identity) []byte {
	w.t.Helper()
	rep, err := v.Validate(w.t.Context(), file, validation.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	h, err := svt.HashFor(issuer.Key.Public())
	if err != nil {
		w.t.Fatal(err)
	}
	claims, err := rep.TokenClaims(file, "https://validering.example", h, w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	token, err := svt.Issue(claims, issuer.Key, []*x509.Certificate{issuer.Certificate}, svt.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	res, err := pades.Timestamp(w.t.Context(), file, vouching{issuer, token, w.now})
	if err != nil {
		w.t.Fatal(err)
	}
	return res.File
}

// S-06: a validation token of a trusted issuer keeps a signature valid when
// everything else has expired; one of somebody else does not, and none mends a
// document that has been changed (I-12).
func TestToken(t *testing.T) {
	w := newWorld(t)
	signed := w.sign(document(t, 1), w.person("Anna", "Berglund"), pades.BLT)
	issuer := w.ca.Stamper()
	online := &validation.Validator{Trust: w.trust, Clock: clock.NewManual(w.now), Fetcher: w.fetcher()}
	file := w.vouch(signed, online, issuer)
	long := start.Add(20 * year)
	for _, test := range []struct {
		name    string
		issuers []*x509.Certificate
		trust   *trust.Store
		want    validation.Verdict
		byToken bool
	}{
		{"pinned issuer", []*x509.Certificate{issuer.Certificate}, nil, validation.Valid, true},
		{"unknown issuer", nil, nil, validation.Undecided, false},
		{"anchors for signatures only", nil, w.trust, validation.Undecided, false},
	} {
		v := &validation.Validator{Trust: test.trust, Clock: clock.NewManual(long), Issuers: test.issuers}
		rep, err := v.Validate(t.Context(), file, validation.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := only(t, rep)
		if rep.Verdict != test.want || got.ByToken != test.byToken {
			t.Errorf("%s: %s (%s): %v", test.name, rep.Verdict, got.Sub, codes(got))
		}
		if test.byToken && (got.TimeSource != validation.FromToken || got.SignedAt.Sub(start).Abs() > time.Second || !slices.Contains(codes(got), "validation-token")) {
			t.Errorf("%s: time %v by %s; %v", test.name, got.SignedAt, got.TimeSource, codes(got))
		}
		if len(rep.TimeStamps) != 1 || !rep.TimeStamps[0].HasToken {
			t.Errorf("%s: time-stamps are %+v", test.name, rep.TimeStamps)
		}
	}
	trusted := &validation.Validator{Clock: clock.NewManual(long), Issuers: []*x509.Certificate{issuer.Certificate}}
	changed := slices.Clone(file)
	changed[len("%PDF-1.7\n")+200] ^= 1
	if rep, err := trusted.Validate(t.Context(), changed, validation.Options{}); err == nil && rep.Verdict == validation.Valid {
		t.Error("a token mends a changed document")
	}
}

// S-06: a token about one file says nothing of another, and one that says that
// a signature failed makes nothing valid.
func TestTokenOfAnotherFile(t *testing.T) {
	w := newWorld(t)
	issuer := w.ca.Stamper()
	online := &validation.Validator{Trust: w.trust, Clock: clock.NewManual(w.now), Fetcher: w.fetcher()}
	first := w.sign(document(t, 1), w.person("Anna", "Berglund"), pades.BT)
	second := w.sign(document(t, 2), w.person("Bo", "Ek"), pades.BT)
	rep, err := online.Validate(t.Context(), first, validation.Options{})
	if err != nil {
		t.Fatal(err)
	}
	claims, err := rep.TokenClaims(first, "https://validering.example", crypto.SHA256, w.now)
	if err != nil {
		t.Fatal(err)
	}
	verdict := func(file []byte, c svt.Claims) validation.Signature {
		token, err := svt.Issue(c, issuer.Key, []*x509.Certificate{issuer.Certificate}, svt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		res, err := pades.Timestamp(t.Context(), file, vouching{issuer, token, w.now})
		if err != nil {
			t.Fatal(err)
		}
		v := &validation.Validator{Clock: clock.NewManual(w.now), Issuers: []*x509.Certificate{issuer.Certificate}}
		rep, err := v.Validate(t.Context(), res.File, validation.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return only(t, rep)
	}
	if got := verdict(first, claims); got.Verdict != validation.Valid {
		t.Errorf("its own file: %s %s", got.Verdict, got.Sub)
	}
	if got := verdict(second, claims); got.Verdict != validation.Undecided {
		t.Errorf("another file: %s", got.Verdict)
	}
	claims.Validation.Signatures[0].Results[0].Result = svt.Failed
	if got := verdict(first, claims); got.Verdict == validation.Valid || !slices.Contains(codes(got), "validation-token-says-no") {
		t.Errorf("a token that says no: %s: %v", got.Verdict, codes(got))
	}
	random := make([]byte, 32)
	_, _ = rand.Read(random)
	claims.Validation.Signatures[0].Results[0].Result = svt.Passed
	claims.Validation.Signatures[0].SignedData[0].Hash = random
	if got := verdict(first, claims); got.Verdict == validation.Valid {
		t.Error("a token with another hash is taken")
	}
}
