//go:build conformance

package conformance

import (
	"bytes"
	"encoding/asn1"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdfa"
	"medborgarnavet/block/revocation"
	"medborgarnavet/block/tsp"
	"medborgarnavet/fake/tsa"
)

type signed struct {
	authority *tsa.Authority
	files     map[string][]byte
	levels    map[string]pades.Level
}

// everyLevel signs a document at each level, with each kind of key, by one
// signer and by two.
func everyLevel(t *testing.T) signed {
	t.Helper()
	authority, err := tsa.Start(tsa.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = authority.Close() })
	plain, err := pdfa.Write(sample(pdfa.A2a, 1))
	if err != nil {
		t.Fatal(err)
	}
	out := signed{authority, map[string][]byte{}, map[string]pades.Level{}}
	for _, key := range []struct {
		name   string
		person tsa.Person
		pss    bool
	}{
		{"P-256", tsa.Person{GivenName: "Anna", Surname: "Berglund"}, false},
		{"P-384", tsa.Person{GivenName: "Áile", Surname: "Øvrebø", P384: true}, false},
		{"RSA", tsa.Person{GivenName: "Юлия", Surname: "Щербакова", RSA: true}, false},
		{"RSA-PSS", tsa.Person{GivenName: "محمد", Surname: "الأحمد", RSA: true}, true},
	} {
		who, err := authority.Person(key.person)
		if err != nil {
			t.Fatal(err)
		}
		s := pades.Signer{Certificate: who.Certificate, Chain: who.Chain, Key: who.Key, PSS: key.pss}
		for _, level := range []pades.Level{pades.BB, pades.BT, pades.BLT, pades.BLTA} {
			name := key.name + " " + level.String()
			file := plain
			for n := range 2 {
				o := pades.Options{Level: level, Appearance: &pades.Appearance{}, Reason: "Justering",
					TSA: tsp.Client{URL: authority.TSAURL(), HTTP: http.DefaultClient}, Revocation: &revocation.Fetcher{HTTP: http.DefaultClient}}
				r, err := pades.Sign(t.Context(), file, s, o)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				file = r.File
				if n == 0 {
					out.files[name], out.levels[name] = file, level
				}
			}
			out.files[name+" twice"], out.levels[name+" twice"] = file, level
		}
	}
	return out
}

// S-30, S-32, S-34: signatures of every level hold by the judgement of EU DSS,
// pyHanko, poppler, mutool and qpdf.
func TestConformSignatures(t *testing.T) {
	s := everyLevel(t)
	paths := keep(t, s.files)
	root := filepath.Join(t.TempDir(), "root.pem")
	if err := os.WriteFile(root, s.authority.RootPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	verdicts := java(t, []string{"dss", root}, paths)
	for name, v := range verdicts {
		want := "PAdES-BASELINE-" + strings.TrimPrefix(s.levels[name].String(), "B-")
		for _, f := range v.Findings {
			if !strings.HasPrefix(f, want+" ") && !strings.Contains(name, "twice") {
				t.Errorf("EU DSS on %q: %s, want %s", name, f, want)
			}
			if strings.Contains(f, "TOTAL_FAILED") || strings.Contains(f, "FORMAT") || s.levels[name] >= pades.BLT && !strings.Contains(f, "TOTAL_PASSED") {
				t.Errorf("EU DSS on %q: %s", name, f)
			}
		}
		if len(v.Findings) == 0 {
			t.Errorf("EU DSS finds no signature in %q", name)
		}
	}
	good(t, "pyHanko", pyhanko(t, root, paths))
	for name, path := range paths {
		out, err := program(t, "pdfsig", "-nocert", path)
		if err != nil || !strings.Contains(out, "Signature is Valid") || strings.Contains(out, "Invalid") || !strings.Contains(out, "ETSI.CAdES.detached") {
			t.Errorf("pdfsig on %q: %v\n%s", name, err, out)
		}
		if out, err := program(t, "mutool", "sign", "-v", path); err != nil || strings.Contains(out, "Digest Failure") || strings.Contains(out, "not valid") {
			t.Errorf("mutool on %q: %v\n%s", name, err, out)
		}
		if out, err := program(t, "qpdf", "--check", path); err != nil {
			t.Errorf("qpdf on %q: %v\n%s", name, err, out)
		}
	}
}

// S-32: the CMS alone is CAdES by OpenSSL's judgement, over exactly the bytes
// that the byte range names.
func TestConformCMS(t *testing.T) {
	s := everyLevel(t)
	dir := t.TempDir()
	root := filepath.Join(dir, "root.pem")
	if err := os.WriteFile(root, s.authority.RootPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, file := range s.files {
		f, err := pdf.Read(file, pdf.Options{Strict: true})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list, faults := pades.Signatures(f)
		if len(faults) > 0 || len(list) == 0 {
			t.Fatalf("%s: %v", name, faults)
		}
		for _, sig := range list {
			if sig.Kind == pades.DocTimeStamp {
				continue
			}
			var content bytes.Buffer
			for i := 0; i+1 < len(sig.ByteRange); i += 2 {
				content.Write(file[sig.ByteRange[i] : sig.ByteRange[i]+sig.ByteRange[i+1]])
			}
			der, over := filepath.Join(dir, "cms.der"), filepath.Join(dir, "content")
			var cms asn1.RawValue // the rest is the placeholder's zeros
			if _, err := asn1.Unmarshal(sig.Contents, &cms); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := os.WriteFile(der, cms.FullBytes, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(over, content.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			args := []string{"cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", der, "-content", over, "-CAfile", root, "-purpose", "any", "-out", os.DevNull}
			if out, err := program(t, "openssl", args...); err != nil {
				t.Errorf("openssl on %q, %s: %v\n%s", name, sig.Field, err, out)
			}
		}
	}
}
