package tsp_test

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/cms"
	"medborgarnavet/block/tsp"
)

// Time-stamps of "beslut" by OpenSSL 3.0, with the certificate bound by SHA-256
// (RFC 5816) and by SHA-1 (RFC 3161 as it was).
func TestOpenSSLVectors(t *testing.T) {
	for _, tc := range []struct {
		name string
		v1   bool
	}{{"openssl-v2", false}, {"openssl-v1", true}} {
		text, err := os.ReadFile(filepath.Join("testdata", tc.name+".hex"))
		if err != nil {
			t.Fatal(err)
		}
		der, err := hex.DecodeString(strings.Join(strings.Fields(string(text)), ""))
		if err != nil {
			t.Fatal(err)
		}
		r, err := tsp.ParseResponse(der)
		if err != nil {
			t.Fatal(err)
		}
		token, err := tsp.ParseToken(r.Token)
		if err != nil {
			t.Fatal(err)
		}
		if err := token.Verify(of("beslut")); err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
		if token.Accuracy != 1500*time.Millisecond || token.Policy.String() != "1.2.3.4" || token.Nonce == nil || !token.CMS.DER {
			t.Errorf("%s: %+v", tc.name, token)
		}
		if slices.Contains(token.CMS.Signers[0].Faults, cms.FaultESSV1) != tc.v1 {
			t.Errorf("%s: faults %v", tc.name, token.CMS.Signers[0].Faults)
		}
	}
}
