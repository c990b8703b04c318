package pades_test

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"net/http"
	"testing"
	"time"

	"medborgarnavet/block/cms"
	"medborgarnavet/block/pades"
	"medborgarnavet/block/revocation"
	"medborgarnavet/block/tsp"
	"medborgarnavet/fake/tsa"
)

// levelBench is an authority, a signer of it, and options for a level.
func levelBench(t testing.TB, l pades.Level) (*tsa.Authority, pades.Signer, pades.Options) {
	t.Helper()
	a := authority(t)
	id, err := a.Person(tsa.Person{GivenName: "Anna", Surname: "Berglund", SerialNumber: "198507099805"})
	if err != nil {
		t.Fatal(err)
	}
	s := pades.Signer{Certificate: id.Certificate, Chain: id.Chain, Key: id.Key}
	return a, s, pades.Options{Level: l, TSA: tsp.Client{URL: a.TSAURL()}, Revocation: &revocation.Fetcher{}}
}

// S-32, EN 319 142-1 §6: every level is reached, on every kind of file, and
// what it must hold is there.
func TestLevels(t *testing.T) {
	a, s, o := levelBench(t, pades.BB)
	for name, p := range map[string]paper{"table": {}, "stream": {stream: true}, "tagged": {tagged: "kids"}, "form": {form: true, packed: true}} {
		for _, level := range []pades.Level{pades.BB, pades.BT, pades.BLT, pades.BLTA} {
			t.Run(name+"-"+level.String(), func(t *testing.T) {
				file := p.make(t)
				o := o
				o.Level = level
				o.Appearance = &pades.Appearance{}
				for range 2 {
					r, err := pades.Sign(context.Background(), file, s, o)
					if err != nil {
						t.Fatal(err)
					}
					if r.Reached != level || r.Why != "" || !bytes.HasPrefix(r.File, file) {
						t.Fatalf("reached %v, %s", r.Reached, r.Why)
					}
					file = r.File
				}
				checkLevel(t, a, file, level, 2)
				keep(t, "level-"+name+"-"+level.String(), file)
			})
		}
	}
	keepPEM(t, a)
}

// checkLevel looks for what a level must hold, for each of count signatures.
func checkLevel(t *testing.T, a *tsa.Authority, file []byte, level pades.Level, count int) {
	t.Helper()
	f, list := read(t, file)
	verify(t, file, list)
	store := pades.DSS(f.Latest())
	var signatures, stamps int
	for i := range list {
		sig := &list[i]
		if sig.Kind == pades.DocTimeStamp {
			stamps++
			checkToken(t, sig.DER, func(h crypto.Hash) []byte { d, _ := sig.Digest(file, h); return d })
			continue
		}
		signatures++
		data, err := cms.Parse(sig.DER)
		if err != nil {
			t.Fatal(err)
		}
		one := data.Signers[0]
		if one.SigningTime != nil || !one.HasESS {
			t.Error("signing-time or no ESS")
		}
		if got := len(one.Unsigned); (got == 1) != (level >= pades.BT) {
			t.Errorf("%d unsigned attributes at %v", got, level)
		}
		for _, u := range one.Unsigned {
			checkToken(t, u.Value, func(h crypto.Hash) []byte { w := h.New(); w.Write(one.Signature); return w.Sum(nil) })
		}
		vri, has := store.VRI[pades.VRIKey(sig.Contents)]
		if has != (level >= pades.BLT) {
			t.Errorf("VRI at %v: %v", level, has)
		}
		if has && (len(vri.Certs) < 3 || len(vri.OCSPs) < 1) {
			t.Errorf("VRI has %d certificates, %d OCSP, %d CRL", len(vri.Certs), len(vri.OCSPs), len(vri.CRLs))
		}
	}
	if signatures != count || (stamps > 0) != (level == pades.BLTA) {
		t.Errorf("%d signatures, %d time-stamps", signatures, stamps)
	}
	if level >= pades.BLT {
		for _, want := range [][]byte{a.Root().Raw, a.Issuing().Raw, a.TSA().Raw} {
			if !containsDER(store.Certs, want) {
				t.Error("a certificate is missing in the store")
			}
		}
	}
}

func containsDER(list [][]byte, want []byte) bool {
	for _, b := range list {
		if bytes.Equal(b, want) {
			return true
		}
	}
	return false
}

func checkToken(t *testing.T, der []byte, digest func(crypto.Hash) []byte) {
	t.Helper()
	token, err := tsp.ParseToken(der)
	if err == nil {
		err = token.Verify(digest)
	}
	if err != nil {
		t.Errorf("time-stamp: %v", err)
	}
}

func keepPEM(t *testing.T, a *tsa.Authority) {
	keepAs(t, "root.pem", a.RootPEM())
}

// A level that is not reached is an error that carries the lower level's file.
func TestLevelNotReached(t *testing.T) {
	for name, c := range map[string]struct {
		level, want pades.Level
		spoil       func(*tsa.Authority, *pades.Options)
	}{
		"dead TSA":               {pades.BT, pades.BB, func(a *tsa.Authority, _ *pades.Options) { a.Dead(true) }},
		"dead TSA, LTA":          {pades.BLTA, pades.BB, func(a *tsa.Authority, _ *pades.Options) { a.Dead(true) }},
		"refusing TSA":           {pades.BLT, pades.BB, func(a *tsa.Authority, _ *pades.Options) { a.Refuse(true) }},
		"wrong imprint":          {pades.BT, pades.BB, func(a *tsa.Authority, _ *pades.Options) { a.WrongImprint(true) }},
		"wrong nonce":            {pades.BT, pades.BB, func(a *tsa.Authority, _ *pades.Options) { a.WrongNonce(true) }},
		"dead OCSP, CRL":         {pades.BLT, pades.BT, func(a *tsa.Authority, _ *pades.Options) { a.DeadStatus(true) }},
		"room for no time-stamp": {pades.BT, pades.BB, func(_ *tsa.Authority, o *pades.Options) { o.TokenBytes = 100 }},
	} {
		t.Run(name, func(t *testing.T) {
			a, s, o := levelBench(t, c.level)
			c.spoil(a, &o)
			r, err := pades.Sign(context.Background(), paper{}.make(t), s, o)
			var low *pades.LevelError
			if !errors.As(err, &low) || r.File != nil {
				t.Fatalf("%v", err)
			}
			if low.Asked != c.level || low.Result.Reached != c.want || low.Result.Why == "" {
				t.Fatalf("%+v", low)
			}
			_, list := read(t, low.Result.File)
			verify(t, low.Result.File, list)
			if len(list) != 1 {
				t.Fatal(len(list))
			}
			// What was not reached can be reached later.
			a.Dead(false)
			a.Refuse(false)
			a.WrongImprint(false)
			a.WrongNonce(false)
			a.DeadStatus(false)
			up, err := pades.Extend(context.Background(), low.Result.File, c.level, pades.ExtendOptions{TSA: o.TSA, Revocation: o.Revocation, Certificates: s.Chain})
			if err != nil || up.Reached != c.level {
				t.Fatalf("extending: %v", err)
			}
		})
	}
}

// OCSP is preferred; a stale answer gives way to the CRL.
func TestStaleOCSP(t *testing.T) {
	a, s, o := levelBench(t, pades.BLT)
	a.StaleOCSP(true)
	r, err := pades.Sign(context.Background(), paper{}.make(t), s, o)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := read(t, r.File)
	if store := pades.DSS(f.Latest()); len(store.OCSPs) != 0 || len(store.CRLs) == 0 {
		t.Fatalf("%d OCSP, %d CRL", len(store.OCSPs), len(store.CRLs))
	}
}

// A signer revoked before the time-stamp is refused; one revoked after it is
// not, for the time-stamp shows that the signature is older.
func TestRevoked(t *testing.T) {
	a, s, o := levelBench(t, pades.BLT)
	file := paper{}.make(t)
	low := o
	low.Level = pades.BT
	before, err := pades.Sign(context.Background(), file, s, low)
	if err != nil {
		t.Fatal(err)
	}
	later := func() time.Time { return time.Now().Add(48 * time.Hour) }
	a.Revoke(s.Certificate, time.Now().Add(24*time.Hour), 1)
	a.Clock(later)
	source := &revocation.Fetcher{Clock: later}
	r, err := pades.Extend(context.Background(), before.File, pades.BLTA, pades.ExtendOptions{TSA: o.TSA, Revocation: source, Certificates: s.Chain, Clock: later})
	if err != nil || r.Reached != pades.BLTA {
		t.Fatalf("revoked after: %v", err)
	}
	o.Clock, o.Revocation = later, source
	r, err = pades.Sign(context.Background(), file, s, o)
	if !errors.Is(err, pades.ErrRevoked) || r.File != nil {
		t.Fatalf("revoked before: %v", err)
	}
	var lower *pades.LevelError
	if errors.As(err, &lower) {
		t.Fatal("a revoked signer's file was given out")
	}
}

// EN 319 142-1 §5.5: a file's life is prolonged by new validation data and a
// new time-stamp; nothing earlier is touched.
func TestExtendAndRenew(t *testing.T) {
	a, s, o := levelBench(t, pades.BB)
	first := mustSign(t, paper{stream: true}.make(t), s, pades.Options{Time: time.Now()})
	second := mustSign(t, first, s, pades.Options{Time: time.Now(), Appearance: &pades.Appearance{}})
	ext := pades.ExtendOptions{TSA: o.TSA, Revocation: o.Revocation, Certificates: s.Chain}
	file := second
	for i, to := range []pades.Level{pades.BT, pades.BLT, pades.BLTA, pades.BLTA, pades.BLTA} {
		r, err := pades.Extend(context.Background(), file, to, ext)
		if err != nil {
			t.Fatal(to, err)
		}
		if r.Reached != to || !bytes.HasPrefix(r.File, file) {
			t.Fatal("reached", r.Reached)
		}
		file = r.File
		f, list := read(t, file)
		verify(t, file, list)
		stamps := 0
		for _, sig := range list {
			if sig.Kind == pades.DocTimeStamp {
				stamps++
			}
		}
		if want := []int{1, 1, 2, 3, 4}[i]; stamps != want {
			t.Fatalf("%v: %d time-stamps, want %d", to, stamps, want)
		}
		if to >= pades.BLT && len(pades.DSS(f.Latest()).VRI) < 2 {
			t.Fatal("VRI")
		}
	}
	keep(t, "renewed", file)
	if _, err := pades.Extend(context.Background(), paper{}.make(t), pades.BLTA, ext); !errors.Is(err, pades.ErrNoSignature) {
		t.Fatal(err)
	}
	keepPEM(t, a)
}

// A document time-stamp on an unsigned file, and one whose token is big.
func TestTimestamp(t *testing.T) {
	a, _, o := levelBench(t, pades.BB)
	for name, stamper := range map[string]pades.TimeStamper{"ordinary": o.TSA, "with policy": tsp.Client{URL: a.TSAURL(), HTTP: http.DefaultClient}} {
		r, err := pades.Timestamp(context.Background(), paper{tagged: "nums"}.make(t), stamper)
		if err != nil {
			t.Fatal(name, err)
		}
		_, list := read(t, r.File)
		if len(list) != 1 || list[0].Kind != pades.DocTimeStamp || list[0].Field != "Tidsstämpel1" {
			t.Fatalf("%v", list)
		}
	}
	a.Dead(true)
	if _, err := pades.Timestamp(context.Background(), paper{}.make(t), o.TSA); !errors.Is(err, pades.ErrStamp) {
		t.Fatal(err)
	}
}

// S-19: the seal has an organisation's name and its own words.
func TestSeal(t *testing.T) {
	a, person, o := levelBench(t, pades.BLTA)
	id, err := a.Seal("Ekbacka kommun", "2120009911")
	if err != nil {
		t.Fatal(err)
	}
	o.Appearance = &pades.Appearance{}
	r, err := pades.Seal(context.Background(), paper{}.make(t), pades.Signer{Certificate: id.Certificate, Chain: id.Chain, Key: id.Key}, o)
	if err != nil {
		t.Fatal(err)
	}
	f, list := read(t, r.File)
	if list[0].Name != "Ekbacka kommun" || list[0].Field != "Stämpel1" {
		t.Fatalf("%q %q", list[0].Name, list[0].Field)
	}
	if tu := f.Latest().Text(f.Latest().Dict(list[0].FieldRef)["TU"]); tu != "Elektroniskt stämplad av Ekbacka kommun" {
		t.Fatal(tu)
	}
	keep(t, "seal", r.File)
	if _, err := pades.Seal(context.Background(), paper{}.make(t), person, o); !errors.Is(err, pades.ErrCertificate) {
		t.Fatal(err)
	}
}
