package seal

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"

	"medborgarnavet/block/orgnr"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// RFC 9497 appendix A.3.2 (P256-SHA256, VOPRF mode): our keys give the
// standard's evaluations, and what the voter's side makes of them is the
// standard's output.
func TestVectorsOfTheRFC(t *testing.T) {
	h := &held{kind: VOPRF}
	copy(h.secret[:], unhex(t, "ca5d94c8807817669a51b196c34c1b7f8442fde4334a7121ae4736364312fca6"))
	if err := h.commit(); err != nil {
		t.Fatal(err)
	}
	if h.shown != "03e17e70604bcabe198882c0a1f27a92441e774224ed9c702e51dd17038b102462" {
		t.Errorf("public key %s", h.shown)
	}
	pub, err := publicKey(h.public(Own))
	if err != nil {
		t.Fatal(err)
	}
	blind := group.P256.NewScalar()
	if err := blind.UnmarshalBinary(unhex(t, "3338fa65ec36e0290022b48eb562889d89dbfa691d1cde91517fa222ed7ad364")); err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct{ input, blinded, evaluated, output string }{
		{"00", "02dd05901038bb31a6fae01828fd8d0e49e35a486b5c5d4b4994013648c01277da",
			"0209f33cab60cf8fe69239b0afbcfcd261af4c1c5632624f2e9ba29b90ae83e4a2", "0412e8f78b02c415ab3a288e228978376f99927767ff37c5718d420010a645a1"},
		{"5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a", "03cd0f033e791c4d79dfa9c6ed750f2ac009ec46cd4195ca6fd3800d1e9b887dbd",
			"030d2985865c693bf7af47ba4d3a3813176576383d19aff003ef7b0784a0d83cf1", "771e10dcd6bcd3664e23b8f2a710cfaaa8357747c4a8cbba03133967b5c24f18"},
	} {
		state, sent, err := oprf.NewVerifiableClient(suite, pub).DeterministicBlind([][]byte{unhex(t, v.input)}, []oprf.Blind{blind})
		if err != nil {
			t.Fatal(err)
		}
		if raw, _ := sent.Elements[0].MarshalBinaryCompress(); hex.EncodeToString(raw) != v.blinded {
			t.Errorf("blinded %x", raw)
		}
		a := h.compute([][]byte{unhex(t, v.blinded)})
		if a.Err != nil || hex.EncodeToString(a.Outputs[0]) != v.evaluated {
			t.Fatalf("evaluated %x, %v", a.Outputs, a.Err)
		}
		r := &round{asked: asked{at: []int{0}}, state: state, sent: sent}
		out, err := r.open(a, h.public(Own))
		if err != nil || hex.EncodeToString(out[0]) != v.output {
			t.Errorf("output %x, %v", out, err)
		}
	}
}

// Bytes from a caller never kill the holder or make it answer with what is no
// answer.
func FuzzHolder(f *testing.F) {
	dir := f.TempDir() + "/keys"
	if err := InitStore(dir); err != nil {
		f.Fatal(err)
	}
	s, err := OpenStore(StoreOptions{Dir: dir})
	if err != nil {
		f.Fatal(err)
	}
	defer s.Close()
	const petition = "01J00000000000000000000000"
	key, err := s.For("2120009911").Make(f.Context(), petition, VOPRF, Limit{Total: 1 << 40})
	if err != nil {
		f.Fatal(err)
	}
	head := `{"batches":[{"petition":"` + petition + `","kind":"voprf-p256-sha256","key":"` + key.ID + `","public":"` + key.Public + `","inputs":`
	for _, inputs := range []string{`[]`, `["AAAA"]`, `["At0FkBA4uzGm+uAYKP2NDknjWkhrXF1LSZQBNkjAEnfa"]`, `[""]`, `null`, `["AAAA`} {
		f.Add(head + inputs + `}]}`)
	}
	f.Add(`{"batches":null}`)
	h := NewHolder(HolderOptions{Store: s, Callers: map[orgnr.Number]Limit{"2120009911": {Total: 1}}})
	serve := h.serve(h.compute)
	leaf := &x509.Certificate{}
	leaf.Subject.Names = append(leaf.Subject.Names, serialNumber("2120009911"))
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest("POST", "/v1/compute", strings.NewReader(body))
		r.TLS = &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{leaf}}}
		w := httptest.NewRecorder()
		serve(w, r)
		if w.Code == 500 || w.Body.Len() == 0 {
			t.Errorf("status %d for %q", w.Code, body)
		}
	})
}

func serialNumber(value string) pkix.AttributeTypeAndValue {
	return pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{2, 5, 4, 5}, Value: value}
}
