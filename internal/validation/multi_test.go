package validation_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pades"
	"medborgarnavet/fake/tsa"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/validation/trust"
)

// many signs with a number of persons, one after the other.
func (w *world) many(n int, level pades.Level) []byte {
	w.t.Helper()
	file := document(w.t, 2)
	for i := range n {
		file = w.sign(file, w.person("Anna", fmt.Sprintf("Berglund %c", 'A'+i)), level)
	}
	return file
}

// S-06, S-13, I-12: several honest signatures are all valid, in order, each by
// its own signer, and each covers the whole document.
func TestManySignatures(t *testing.T) {
	for _, n := range []int{2, 10, 20} {
		w := newWorld(t)
		file := w.many(n, pades.BLT)
		rep := w.validate(file, false)
		if rep.Verdict != validation.Valid || len(rep.Signatures) != n {
			t.Fatalf("%d: %s with %d signatures: %v", n, rep.Verdict, len(rep.Signatures), codes(rep.Signatures[0]))
		}
		for i, s := range rep.Signatures {
			if want := fmt.Sprintf("Anna Berglund %c", 'A'+i); s.Signer.Name != want || !s.CoversWhole || s.Level != "B-LT" {
				t.Errorf("%d: signature %d by %q, level %s, covers %v", n, i, s.Signer.Name, s.Level, s.CoversWhole)
			}
		}
		if len(rep.Signatures[0].ChangesAfter) == 0 {
			t.Errorf("%d: later signatures are not told", n)
		}
	}
}

// S-06: what each signature covers is hashed rightly, though the file is hashed
// once: a change anywhere fails every signature that covers it, and no other.
func TestSharedHashing(t *testing.T) {
	w := newWorld(t)
	file := w.many(4, pades.BB)
	list := signatures(t, file)
	for n := range list {
		changed := bytes.Clone(file)
		at := int64(12)
		if n > 0 {
			at = list[n-1].ByteRange[2] + list[n-1].ByteRange[3] + 4 // first bytes of the next revision
		}
		changed[at] ^= 1
		rep, err := (&validation.Validator{Trust: w.trust, Clock: clock.NewManual(w.now), Fetcher: w.fetcher()}).Validate(t.Context(), changed, validation.Options{})
		if err != nil {
			continue // the change broke the file
		}
		for i, s := range rep.Signatures {
			if i >= n && s.Verdict == validation.Valid {
				t.Errorf("byte %d: signature %d is valid", at, i)
			}
		}
		if rep.Verdict == validation.Valid {
			t.Errorf("byte %d: %s", at, rep.Verdict)
		}
	}
}

// S-06: a document time-stamp alone is no signature, and is listed.
func TestTimeStampAlone(t *testing.T) {
	w := newWorld(t)
	res, err := pades.Timestamp(t.Context(), document(t, 1), w.options(pades.BT).TSA)
	if err != nil {
		t.Fatal(err)
	}
	rep := w.validate(res.File, true)
	if rep.Verdict != validation.NoSignature || len(rep.TimeStamps) != 1 || rep.TimeStamps[0].Verdict != validation.Valid || rep.TimeStamps[0].Kind != validation.DocTimeStamp {
		t.Errorf("%+v", rep)
	}
	broken := bytes.Replace(res.File, []byte("Beslut"), []byte("Avslag"), 1)
	if rep := w.validate(broken, true); rep.Verdict != validation.Invalid || rep.TimeStamps[0].Sub != validation.HashFailure {
		t.Errorf("changed: %s %+v", rep.Verdict, rep.TimeStamps)
	}
}

// S-06, I-12: renewed archive time-stamps carry a signature over the end of one
// authority after another.
func TestRenewal(t *testing.T) {
	w := newWorld(t)
	file := w.sign(document(t, 1), w.person("Anna", "Berglund"), pades.BLTA)
	w.now = start.Add(8 * year)
	other := newWorldAt(t, w.now)
	clockNow := func() time.Time { return w.now }
	res, err := pades.Extend(t.Context(), file, pades.BLTA, pades.ExtendOptions{TSA: other.options(pades.BT).TSA, Revocation: w.fetcher(), Clock: clockNow})
	if err != nil {
		t.Fatal(err)
	}
	w.now = start.Add(10 * year)
	other.now = w.now
	if _, err := w.trust.AddPEM(other.ca.RootPEM()); err != nil {
		t.Fatal(err)
	}
	rep := w.validate(res.File, true)
	if got := only(t, rep); rep.Verdict != validation.Valid || got.Level != "B-LTA" || len(rep.TimeStamps) != 2 {
		t.Errorf("%s (%s) %v %+v", rep.Verdict, got.Sub, codes(got), rep.TimeStamps)
	}
}

// S-06: an answer about revocation that is too old says nothing.
func TestStaleAnswer(t *testing.T) {
	w := newWorld(t)
	id := w.person("Anna", "Berglund")
	file := w.sign(document(t, 1), id, pades.BB)
	ocsp, crl, err := w.fetcher().Fetch(t.Context(), id.Certificate, w.ca.Issuing())
	if err != nil {
		t.Fatal(err)
	}
	w.now = start.Add(40 * 24 * hour)
	v := &validation.Validator{Trust: w.trust, Clock: clock.NewManual(w.now), Fetcher: answers{ocsp, crl}}
	rep, err := v.Validate(t.Context(), file, validation.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := only(t, rep); got.Sub != validation.TryLater || !slices.Contains(codes(got), "stale-revocation-information") {
		t.Errorf("%s %v", got.Sub, codes(got))
	}
	rep, err = v.Validate(t.Context(), file, validation.Options{Time: start})
	if err != nil {
		t.Fatal(err)
	}
	if got := only(t, rep); !rep.At.Equal(start) || got.Sub == validation.TryLater && slices.Contains(codes(got), "stale-revocation-information") {
		t.Errorf("at the time of signing: %s %v", got.Sub, codes(got))
	}
}

type answers struct{ ocsp, crl []byte }

func (a answers) Fetch(context.Context, *x509.Certificate, *x509.Certificate) ([]byte, []byte, error) {
	return a.ocsp, a.crl, nil
}

// S-06: an answer "good" that holds does not keep a later "revoked" from being
// read, whichever source says which.
func TestGoodThenRevoked(t *testing.T) {
	w := newWorld(t)
	id := w.person("Anna", "Berglund")
	file := w.sign(document(t, 1), id, pades.BB)
	goodOCSP, _, err := w.fetcher().Fetch(t.Context(), id.Certificate, w.ca.Issuing())
	if err != nil {
		t.Fatal(err)
	}
	w.now = start.Add(2 * time.Minute)
	w.ca.Revoke(id.Certificate, start.Add(time.Minute), 1)
	bad, err := http.Get(w.ca.URL() + "/crl")
	if err != nil {
		t.Fatal(err)
	}
	defer bad.Body.Close()
	list, err := io.ReadAll(bad.Body)
	if err != nil {
		t.Fatal(err)
	}
	v := &validation.Validator{Trust: w.trust, Clock: clock.NewManual(w.now), Fetcher: answers{goodOCSP, list}}
	rep, err := v.Validate(t.Context(), file, validation.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := only(t, rep); got.Sub != validation.RevokedNoPOE {
		t.Errorf("%s %v", got.Sub, codes(got))
	}
}

// S-06: signed as of before the certificate, by a revoked authority, and at a
// time when nothing was trusted.
func TestOtherTimes(t *testing.T) {
	w := newWorld(t)
	id, err := w.ca.Person(tsa.Person{GivenName: "Anna", Surname: "Berglund", NotBefore: start.Add(24 * hour)})
	if err != nil {
		t.Fatal(err)
	}
	o := w.options(pades.BT)
	o.Clock = func() time.Time { return start.Add(48 * hour) } // the signer's clock is wrong
	o.Time = o.Clock()
	res, err := pades.Sign(t.Context(), document(t, 1), signer(id), o)
	if err != nil {
		t.Fatal(err)
	}
	early := res.File
	w.now = start.Add(48 * hour)
	if got := only(t, w.validate(early, true)); got.Sub != validation.NotYetValid || got.Verdict != validation.Invalid {
		t.Errorf("stamped before the certificate: %s %v", got.Sub, codes(got))
	}
	w2 := newWorld(t)
	file := w2.sign(document(t, 1), w2.person("Bo", "Ek"), pades.BB)
	w2.now = start.Add(hour)
	w2.ca.Revoke(w2.ca.Issuing(), start, 1)
	if got := only(t, w2.validate(file, true)); got.Sub != validation.RevokedCANoPOE || got.Verdict != validation.Undecided {
		t.Errorf("issuer revoked: %s %v", got.Sub, codes(got))
	}
	w2.trust = &trust.Store{}
	w2.trust.Add(w2.ca.Root(), trust.TimeStamping)
	if got := only(t, w2.validate(file, true)); got.Sub != validation.NoCertificateChainFound {
		t.Errorf("trusted for time-stamps only: %s", got.Sub)
	}
}

// S-06: what is not a PDF, or over the limits, is a fault of its own kind.
func TestUnusable(t *testing.T) {
	file := document(t, 1)
	small := validation.DefaultPolicy()
	small.Limits.Bytes = 100
	hasty := validation.DefaultPolicy()
	hasty.Time = time.Nanosecond
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name   string
		ctx    context.Context
		data   []byte
		policy validation.Policy
		want   fault.Kind
	}{
		{"text", t.Context(), []byte("Hej"), validation.Policy{}, fault.Invalid},
		{"nothing", t.Context(), nil, validation.Policy{}, fault.Invalid},
		{"too big", t.Context(), file, small, fault.TooLarge},
		{"too long", t.Context(), file, hasty, fault.TooLarge},
		{"cancelled", gone, file, validation.Policy{}, fault.Unavailable},
	} {
		v := &validation.Validator{Policy: test.policy}
		if _, err := v.Validate(test.ctx, test.data, validation.Options{}); fault.KindOf(err) != test.want {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// I-9: no personal identity number reaches the report, whatever the
// certificate and the field are called.
func TestNoNumbers(t *testing.T) {
	w := newWorld(t)
	id, err := w.ca.Person(tsa.Person{GivenName: "Anna", Surname: "Berglund", CommonName: "Anna Berglund 198507099805", SerialNumber: "198507099805"})
	if err != nil {
		t.Fatal(err)
	}
	o := w.options(pades.BLTA)
	o.Field = "850709-9805"
	res, err := pades.Sign(t.Context(), document(t, 1), signer(id), o)
	if err != nil {
		t.Fatal(err)
	}
	rep := w.validate(res.File, false)
	full, err := rep.Full()
	if err != nil {
		t.Fatal(err)
	}
	public, err := rep.JSON(validation.Swedish)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(full), string(public)} {
		for _, number := range []string{"198507099805", "850709-9805", "8507099805"} {
			if strings.Contains(text, number) {
				t.Errorf("%s is in the report", number)
			}
		}
	}
	if rep.Verdict != validation.Valid {
		t.Errorf("%s %v", rep.Verdict, codes(only(t, rep)))
	}
}

// S-06: nothing is fetched unless allowed to.
func TestNothingIsFetched(t *testing.T) {
	w := newWorld(t)
	file := w.sign(document(t, 1), w.person("Anna", "Berglund"), pades.BT)
	before := w.ca.Asked("/ocsp") + w.ca.Asked("/crl") + w.ca.Asked("/root.crl")
	w.validate(file, false)
	if after := w.ca.Asked("/ocsp") + w.ca.Asked("/crl") + w.ca.Asked("/root.crl"); after != before {
		t.Errorf("%d questions were asked", after-before)
	}
	w.validate(file, true)
	if after := w.ca.Asked("/ocsp") + w.ca.Asked("/crl") + w.ca.Asked("/root.crl"); after == before {
		t.Error("nothing was asked though it was allowed")
	}
}

// S-06: an older form of signature is judged, and called what it is.
func TestLegacy(t *testing.T) {
	w := newWorld(t)
	file := w.sign(document(t, 1), w.person("Anna", "Berglund"), pades.BB)
	odd := bytes.Replace(file, []byte("/ETSI.CAdES.detached"), []byte("/adbe.pkcs7.detached"), 1)
	got := only(t, w.validate(odd, true))
	if got.Level != validation.NotPAdES || got.Sub != validation.HashFailure || !slices.Contains(codes(got), "legacy-subfilter") {
		t.Errorf("%s %s %v", got.Level, got.Sub, codes(got))
	}
	unknown := bytes.Replace(file, []byte("/ETSI.CAdES.detached"), []byte("/ETSI.CAdES.detachee"), 1)
	if got := only(t, w.validate(unknown, true)); got.Verdict == validation.Valid || got.Level != validation.NotPAdES {
		t.Errorf("%s %s", got.Verdict, got.Level)
	}
}

// I-14: a slow authority costs no more than the time that there is.
func TestSlowAuthority(t *testing.T) {
	w := newWorld(t)
	file := w.sign(document(t, 1), w.person("Anna", "Berglund"), pades.BB)
	w.ca.Slow(10 * time.Second)
	policy := validation.DefaultPolicy()
	policy.Time = 300 * time.Millisecond
	v := &validation.Validator{Trust: w.trust, Clock: clock.NewManual(w.now), Fetcher: w.fetcher(), Policy: policy}
	began := time.Now()
	rep, err := v.Validate(t.Context(), file, validation.Options{})
	if took := time.Since(began); took > 8*time.Second { // less than the authority takes
		t.Errorf("it took %v", took)
	}
	if err == nil && rep.Verdict == validation.Valid {
		t.Error("valid without an answer")
	}
	if err != nil && !errors.Is(err, context.DeadlineExceeded) && fault.KindOf(err) != fault.TooLarge {
		t.Errorf("%v", err)
	}
}

func BenchmarkTenSignatures(b *testing.B) {
	for _, level := range []pades.Level{pades.BB, pades.BLT} {
		b.Run(level.String(), func(b *testing.B) {
			w := newWorld(b)
			file := w.many(10, level)
			v := &validation.Validator{Trust: w.trust, Clock: clock.NewManual(w.now)}
			b.ReportAllocs()
			for b.Loop() {
				rep, err := v.Validate(b.Context(), file, validation.Options{})
				if err != nil || len(rep.Signatures) != 10 || rep.Verdict == validation.Invalid {
					b.Fatal(rep.Verdict, err)
				}
			}
		})
	}
}

// FuzzValidate: whatever the bytes, a validation ends, does not fall, and what
// was signed by nobody is not valid.
func FuzzValidate(f *testing.F) {
	w := newWorld(f)
	f.Add(document(f, 1))
	f.Add(w.sign(document(f, 1), w.person("Anna", "Berglund"), pades.BLTA))
	f.Add(w.many(3, pades.BB))
	f.Fuzz(func(t *testing.T, data []byte) {
		v := &validation.Validator{Clock: clock.NewManual(start)}
		began := time.Now()
		rep, err := v.Validate(t.Context(), data, validation.Options{PDFA: len(data) < 1<<16})
		if took := time.Since(began); took > 6*time.Second {
			t.Errorf("it took %v", took)
		}
		if err == nil && rep.Verdict == validation.Valid {
			t.Error("valid though nobody is trusted")
		}
		if err != nil && fault.KindOf(err) == fault.Internal {
			t.Errorf("an error without a kind: %v", err)
		}
	})
}
