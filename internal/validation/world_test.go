package validation_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
	"medborgarnavet/block/revocation"
	"medborgarnavet/block/tsp"
	"medborgarnavet/fake/tsa"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/validation/trust"
)

// start is when the tests sign, whatever the machine's clock says.
var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

const hour, year = time.Hour, 365 * 24 * time.Hour

// world is a time-stamp authority with an issuer, and a clock that both they
// and the signer go by.
type world struct {
	t     testing.TB
	now   time.Time
	ca    *tsa.Authority
	trust *trust.Store
}

func newWorld(t testing.TB) *world { return newWorldAt(t, start) }

func newWorldAt(t testing.TB, now time.Time) *world {
	t.Helper()
	w := &world{t: t, now: now}
	ca, err := tsa.Start(tsa.Options{Clock: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ca.Close() })
	w.ca = ca
	w.trust = &trust.Store{}
	if _, err := w.trust.AddPEM(ca.RootPEM()); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) person(given, family string) *tsa.Identity {
	w.t.Helper()
	id, err := w.ca.Person(tsa.Person{GivenName: given, Surname: family})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) fetcher() *revocation.Fetcher {
	return &revocation.Fetcher{Clock: func() time.Time { return w.now }}
}

// document is a plain file of some pages.
func document(t testing.TB, pages int) []byte {
	t.Helper()
	b := pdf.NewBuilder("1.7")
	root, tree := b.Reserve(), b.Reserve()
	font := b.Add(pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type1"), "BaseFont": pdf.Name("Helvetica")})
	var kids pdf.Array
	for i := range pages {
		content := b.Add(&pdf.Stream{Dict: pdf.Dict{}, Raw: fmt.Appendf(nil, "BT /F1 24 Tf 60 700 Td (Beslut, sida %d) Tj ET", i+1)})
		kids = append(kids, b.Add(pdf.Dict{"Type": pdf.Name("Page"), "Parent": tree, "MediaBox": pdf.Array{0, 0, 595, 842},
			"Contents": content, "Resources": pdf.Dict{"Font": pdf.Dict{"F1": font}}}))
	}
	b.Set(tree, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": kids, "Count": len(kids)})
	b.Set(root, pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": tree})
	out, err := b.Bytes(pdf.Dict{"Root": root})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sign signs at the world's time.
func (w *world) sign(file []byte, id *tsa.Identity, level pades.Level) []byte {
	w.t.Helper()
	res, err := pades.Sign(w.t.Context(), file, signer(id), w.options(level))
	if err != nil {
		w.t.Fatalf("sign %v: %v", level, err)
	}
	return res.File
}

func signer(id *tsa.Identity) pades.Signer {
	return pades.Signer{Certificate: id.Certificate, Chain: id.Chain, Key: id.Key}
}

func (w *world) options(level pades.Level) pades.Options {
	return pades.Options{Level: level, Time: w.now, Clock: func() time.Time { return w.now }, TSA: tsp.Client{URL: w.ca.TSAURL()}, Revocation: w.fetcher()}
}

// reached is Sign where a lower level than the one asked for will do.
func (w *world) reached(file []byte, id *tsa.Identity, level pades.Level) []byte {
	w.t.Helper()
	res, err := pades.Sign(w.t.Context(), file, signer(id), w.options(level))
	var short *pades.LevelError
	if errors.As(err, &short) {
		return short.Result.File
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return res.File
}

// validate judges at the world's time; online: revocation may be asked for.
func (w *world) validate(file []byte, online bool) validation.Report {
	w.t.Helper()
	v := &validation.Validator{Trust: w.trust, Clock: clock.NewManual(w.now)}
	if online {
		v.Fetcher = w.fetcher()
	}
	rep, err := v.Validate(w.t.Context(), file, validation.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	return rep
}

// only is the report's one signature.
func only(t testing.TB, rep validation.Report) validation.Signature {
	t.Helper()
	if len(rep.Signatures) != 1 {
		t.Fatalf("%d signatures", len(rep.Signatures))
	}
	return rep.Signatures[0]
}

// codes are the reasons' codes.
func codes(s validation.Signature) (out []string) {
	for _, r := range s.Reasons {
		out = append(out, string(r.Code))
	}
	return out
}
