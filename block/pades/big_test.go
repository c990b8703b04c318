package pades_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/tsp"
	"medborgarnavet/fake/tsa"
)

// bigStamper makes tokens of more than 20 kB: the chain is long.
type bigStamper struct {
	a     *tsa.Authority
	extra []*x509.Certificate
}

func (b bigStamper) Stamp(_ context.Context, digest []byte, h crypto.Hash) ([]byte, error) {
	id := b.a.Stamper()
	return tsp.Issue(tsp.Info{Time: time.Now(), Policy: []int{0, 4, 0, 2023, 1, 1}, Serial: big.NewInt(1), Hash: h, Imprint: digest},
		id.Key, id.Certificate, append(append([]*x509.Certificate{}, id.Chain...), b.extra...))
}

// Contents is never too small: a time-stamp that is bigger than foreseen gets
// the room that it needs.
func TestBigTokens(t *testing.T) {
	a, s, o := levelBench(t, pades.BT)
	big1 := bigStamper{a: a}
	for i := range 12 {
		key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		c := &x509.Certificate{SerialNumber: big.NewInt(int64(i + 2)), Subject: pkix.Name{CommonName: strings.Repeat("x", 1500)},
			NotBefore: at, NotAfter: at.AddDate(1, 0, 0)}
		big1.extra = append(big1.extra, certify(t, c, c, key.Public(), key))
	}
	o.TSA = big1
	r, err := pades.Sign(context.Background(), paper{}.make(t), s, o)
	if err != nil || r.Reached != pades.BT {
		t.Fatal(err)
	}
	_, list := read(t, r.File)
	verify(t, r.File, list)
	r, err = pades.Timestamp(context.Background(), r.File, big1)
	if err != nil {
		t.Fatal(err)
	}
	if _, list = read(t, r.File); len(list) != 2 || len(list[1].DER) < 20_000 {
		t.Fatal(len(list))
	}
}

// All key kinds sign.
func TestKeyKinds(t *testing.T) {
	a := authority(t)
	for name, p := range map[string]tsa.Person{"P-256": {}, "P-384": {P384: true}, "RSA": {RSA: true}} {
		p.GivenName, p.Surname = "Anna", "Berglund"
		id, err := a.Person(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
			for _, pss := range []bool{false, p.RSA} {
				s := pades.Signer{Certificate: id.Certificate, Chain: id.Chain, Key: id.Key, Hash: h, PSS: pss}
				r, err := pades.Sign(context.Background(), paper{}.make(t), s, pades.Options{})
				if err != nil {
					t.Fatal(name, h, pss, err)
				}
				_, list := read(t, r.File)
				verify(t, r.File, list)
				keep(t, "kind-"+name+"-"+strings.ReplaceAll(h.String(), "/", "")+map[bool]string{true: "-pss"}[pss], r.File)
			}
		}
	}
}

// The issue's figure: memory of at most three times the file, itself counted,
// through all levels.
func TestMemory(t *testing.T) {
	_, s, o := levelBench(t, pades.BLTA)
	file := sized(t, 12<<20)
	got := float64(peak(func() { mustSign0(t, file, s, o) }))/float64(len(file)) + 1
	t.Logf("memory %.2f × the file", got)
	if got > 3 {
		t.Fatalf("memory %.2f × the file", got)
	}
}

// S-33: the first free place is not over text.
func TestStampBesideText(t *testing.T) {
	s := plainSigner(t, "Anna Berglund")
	for _, rotate := range []int{0, 90, 180, 270} {
		file := paper{rotate: rotate, text: "BT /F1 12 Tf 1 0 0 1 60 60 Tm (En rad text som gar over hela sidan, nastan anda till kanten av den) Tj " +
			"0 30 Td [(Och) -2000 (en till)] TJ ET q 1 0 0 1 100 0 cm BT /F1 10 Tf 5 300 Td (Mitt pa sidan) Tj ET Q"}.make(t)
		for range 4 {
			file = mustSign(t, file, s, pades.Options{Appearance: &pades.Appearance{}})
		}
		f, list := read(t, file)
		keep(t, "beside-"+string(rune('0'+rotate/90)), file)
		d := f.Latest()
		for _, sig := range list {
			var r [4]float64
			for i, o := range d.Array(d.Dict(sig.WidgetRefs[0])["Rect"]) {
				r[i], _ = d.Number(o)
			}
			for _, text := range [][4]float64{{60, 58, 430, 70}, {60, 88, 150, 100}, {105, 298, 170, 308}, {60, 698, 140, 720}} {
				if r[0] < text[2] && text[0] < r[2] && r[1] < text[3] && text[1] < r[3] {
					t.Errorf("rotated %d: the stamp %v lies over text %v", rotate, r, text)
				}
			}
		}
	}
}
