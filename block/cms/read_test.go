package cms_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/cms"
)

func vector(t testing.TB, name string) []byte {
	t.Helper()
	text := must(os.ReadFile(filepath.Join("testdata", name+".hex")))(t)
	return must(hex.DecodeString(strings.Join(strings.Fields(string(text)), "")))(t)
}

// S-06: signatures of "beslut" by OpenSSL 3.0: everything odd is told, and what
// verifies there does here.
func TestOpenSSLVectors(t *testing.T) {
	type codes = []string
	tests := []struct {
		name      string
		der       bool
		structure codes
		signer    codes
		want      error
	}{
		{"cades", true, nil, codes{cms.FaultSigningTime}, nil},
		{"plain", true, nil, codes{cms.FaultSigningTime, cms.FaultNoESS}, nil},
		{"noattr", true, nil, codes{cms.FaultNoSignedAttrs}, nil},
		{"enclosed", true, codes{cms.FaultContentPresent}, codes{cms.FaultSigningTime}, nil},
		{"stream", false, codes{cms.FaultIndefinite, cms.FaultValueEncoding, cms.FaultContentPresent}, codes{cms.FaultSigningTime}, nil},
		{"keyid", true, nil, codes{cms.FaultKeyID, cms.FaultSigningTime}, nil},
		{"nocerts", true, nil, codes{cms.FaultSigningTime, cms.FaultNoCertificate}, cms.ErrNoCertificate},
		{"two", true, codes{cms.FaultManySigners}, codes{cms.FaultSigningTime}, nil},
		{"sha1", true, nil, codes{cms.FaultWeak, cms.FaultSigningTime, cms.FaultESSV1}, cms.ErrWeak},
		{"rsa", true, nil, codes{cms.FaultSigningTime}, nil},
		{"pss", true, nil, codes{cms.FaultSigningTime}, nil},
		{"psssalt", true, nil, codes{cms.FaultPSS, cms.FaultSigningTime}, cms.ErrAlgorithm},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			sd := must(cms.Parse(vector(t, "openssl-"+tc.name)))(t)
			if sd.DER != tc.der || !slices.Equal(sd.Faults, tc.structure) {
				t.Errorf("DER %v, faults %v; want %v, %v", sd.DER, sd.Faults, tc.der, tc.structure)
			}
			for _, s := range sd.Signers {
				if !slices.Equal(s.Faults, tc.signer) {
					t.Errorf("signer's faults %v, want %v", s.Faults, tc.signer)
				}
				if slices.Contains(s.Faults, cms.FaultSigningTime) != (s.SigningTime != nil) {
					t.Error("signing time is not given")
				}
				if err := s.Verify(digestOf(crypto.SHA256, "beslut")); !errors.Is(err, tc.want) {
					t.Errorf("Verify: %v, want %v", err, tc.want)
				}
				if err := s.Verify(digestOf(crypto.SHA256, "avslag")); err == nil {
					t.Error("verifies over something else")
				}
			}
		})
	}
}

// A token or signature without its certificate finds it elsewhere.
func TestLookup(t *testing.T) {
	bare := must(cms.Parse(vector(t, "openssl-nocerts")))(t)
	whole := must(cms.Parse(vector(t, "openssl-two")))(t)
	bare.Lookup(whole.Certificates)
	s := bare.Signers[0]
	if s.Certificate == nil || !s.ESSMatches || s.Verify(digestOf(crypto.SHA256, "beslut")) != nil {
		t.Errorf("not found: %+v", s)
	}
}

// edit takes a signature apart at the fields of its only SignerInfo and of
// SignedData, and puts it together again.
func edit(t testing.TB, der []byte, change func(data, signer [][]byte) ([][]byte, [][]byte)) []byte {
	t.Helper()
	info, parts := members(t, der)
	explicit, inner := members(t, parts[1])
	signed, data := members(t, inner[0])
	set, signers := members(t, data[len(data)-1])
	one, signer := members(t, signers[0])
	data, signer = change(data, signer)
	data[len(data)-1] = join(t, set, join(t, one, signer...))
	return join(t, info, parts[0], join(t, explicit, join(t, signed, data...)))
}

// The fields of a SignerInfo and of SignedData by their place.
const (
	fieldDigest    = 2
	fieldAttrs     = 3
	fieldAlgorithm = 4
	fieldDigests   = 1
	fieldContent   = 2
	fieldCerts     = 3
)

// S-06: what a forger or a careless program does to a signature.
func TestOddStructures(t *testing.T) {
	p := newPerson(t, ecKey(t, elliptic.P256()))
	good := sign(t, p, crypto.SHA256, false, "beslut")
	sha512 := []byte{0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3}
	attrs := func(f func(head asn1.RawValue, parts [][]byte) []byte) func(d, s [][]byte) ([][]byte, [][]byte) {
		return func(d, s [][]byte) ([][]byte, [][]byte) {
			head, parts := members(t, s[fieldAttrs])
			s[fieldAttrs] = f(head, parts)
			return d, s
		}
	}
	tests := []struct {
		name   string
		change func(d, s [][]byte) ([][]byte, [][]byte)
		fault  string
		want   error
	}{
		{"attributes unsorted", attrs(func(h asn1.RawValue, p [][]byte) []byte { return join(t, h, p[2], p[1], p[0]) }), cms.FaultUnsorted, nil},
		{"no content type", attrs(func(h asn1.RawValue, p [][]byte) []byte { return join(t, h, p[1], p[2]) }), cms.FaultNoContentType, cms.ErrSignature},
		{"no message digest", attrs(func(h asn1.RawValue, p [][]byte) []byte { return join(t, h, p[0], p[2]) }), cms.FaultNoDigest, cms.ErrDigest},
		{"attribute twice", attrs(func(h asn1.RawValue, p [][]byte) []byte { return join(t, h, p[0], p[0], p[1], p[2]) }), cms.FaultDuplicateAttr, cms.ErrSignature},
		{"other digest", func(d, s [][]byte) ([][]byte, [][]byte) { s[fieldDigest] = sha512; return d, s }, cms.FaultDigestMismatch, cms.ErrAlgorithm},
		{"other digest set", func(d, s [][]byte) ([][]byte, [][]byte) {
			head, _ := members(t, d[fieldDigests])
			d[fieldDigests] = join(t, head, sha512)
			return d, s
		}, cms.FaultDigestSet, nil},
		{"other content type", func(d, s [][]byte) ([][]byte, [][]byte) {
			d[fieldContent] = []byte{0x30, 3, 6, 1, 42}
			return d, s
		}, cms.FaultContentType, nil},
		{"content inside", func(d, s [][]byte) ([][]byte, [][]byte) {
			head, parts := members(t, d[fieldContent])
			d[fieldContent] = join(t, head, parts[0], []byte{0xa0, 3, 4, 1, 'x'})
			return d, s
		}, cms.FaultContentPresent, nil},
		{"certificates unsorted", func(d, s [][]byte) ([][]byte, [][]byte) {
			d[fieldCerts] = reverseMembers(t, d[fieldCerts])
			return d, s
		}, cms.FaultUnsortedCerts, nil},
		{"unknown algorithm", func(d, s [][]byte) ([][]byte, [][]byte) { s[fieldAlgorithm] = []byte{0x30, 3, 6, 1, 42}; return d, s }, cms.FaultAlgorithm, cms.ErrAlgorithm},
		{"non-minimal version", func(d, s [][]byte) ([][]byte, [][]byte) { d[0] = []byte{2, 2, 0, 1}; return d, s }, cms.FaultValueEncoding, nil},
		{"other version", func(d, s [][]byte) ([][]byte, [][]byte) { d[0] = []byte{2, 1, 3}; return d, s }, cms.FaultVersion, nil},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			sd := must(cms.Parse(edit(t, good, tc.change)))(t)
			s := sd.Signers[0]
			if !slices.Contains(sd.Faults, tc.fault) && !slices.Contains(s.Faults, tc.fault) {
				t.Errorf("faults %v %v, want %s", sd.Faults, s.Faults, tc.fault)
			}
			if err := s.Verify(digestOf(crypto.SHA256, "beslut")); !errors.Is(err, tc.want) {
				t.Errorf("Verify: %v, want %v", err, tc.want)
			}
			if cms.Describe(tc.fault) == tc.fault {
				t.Errorf("%s has no words", tc.fault)
			}
		})
	}
}

// S-12: lenient programs take a signature made over attributes that
// are not DER. It is told apart from a broken one.
func TestSignatureOverUnsortedAttributes(t *testing.T) {
	p := newPerson(t, ecKey(t, elliptic.P256()))
	good := sign(t, p, crypto.SHA256, false, "beslut")
	der := edit(t, good, func(d, s [][]byte) ([][]byte, [][]byte) {
		s[fieldAttrs] = reverseMembers(t, s[fieldAttrs])
		as := bytes.Clone(s[fieldAttrs])
		as[0] = 0x31
		sum := sha256.Sum256(as)
		sig := must(p.key.Sign(rand.Reader, sum[:], crypto.SHA256))(t)
		s[5] = must(asn1.Marshal(sig))(t)
		return d, s
	})
	sd := must(cms.Parse(der))(t)
	err := sd.Signers[0].Verify(digestOf(crypto.SHA256, "beslut"))
	if !errors.Is(err, cms.ErrNotDER) || !errors.Is(err, cms.ErrSignature) || sd.DER {
		t.Errorf("DER %v, %v; want ErrNotDER", sd.DER, err)
	}
}

// Two different certificates with the signer's name and number: the signed
// reference decides, and it is told.
func TestTwoCertificatesMatch(t *testing.T) {
	p, other := newPerson(t, ecKey(t, elliptic.P256())), newPerson(t, ecKey(t, elliptic.P256()))
	for _, first := range [][]byte{p.cert.Raw, other.cert.Raw} {
		der := edit(t, sign(t, p, crypto.SHA256, false, "beslut"), func(d, s [][]byte) ([][]byte, [][]byte) {
			head, _ := members(t, d[fieldCerts])
			second := other.cert.Raw
			if bytes.Equal(first, second) {
				second = p.cert.Raw
			}
			d[fieldCerts] = join(t, head, first, second)
			return d, s
		})
		s := must(cms.Parse(der))(t).Signers[0]
		if !slices.Contains(s.Faults, cms.FaultManyMatching) || !s.ESSMatches || !s.Certificate.Equal(p.cert) {
			t.Errorf("faults %v, matches %v", s.Faults, s.ESSMatches)
		}
	}
	swapped := edit(t, sign(t, p, crypto.SHA256, false, "beslut"), func(d, s [][]byte) ([][]byte, [][]byte) {
		head, _ := members(t, d[fieldCerts])
		d[fieldCerts] = join(t, head, other.cert.Raw)
		return d, s
	})
	s := must(cms.Parse(swapped))(t).Signers[0]
	if s.ESSMatches || !slices.Contains(s.Faults, cms.FaultESSMismatch) || !errors.Is(s.Verify(digestOf(crypto.SHA256, "beslut")), cms.ErrSignature) {
		t.Errorf("another's certificate: %v", s.Faults)
	}
}

// Issue 3, part 2: a signature that only names the kind of key (id-ecPublicKey),
// as older programs write ECDSA, is verified with the hash that it states.
func TestKindOfKeyOnly(t *testing.T) {
	p := newPerson(t, ecKey(t, elliptic.P256()))
	der := edit(t, sign(t, p, crypto.SHA256, false, "beslut"), func(d, s [][]byte) ([][]byte, [][]byte) {
		s[fieldAlgorithm] = []byte{0x30, 11, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 5, 0}
		return d, s
	})
	s := must(cms.Parse(der))(t).Signers[0]
	if err := s.Verify(digestOf(crypto.SHA256, "beslut")); err != nil || s.Algorithm != cms.ECDSAWithSHA256 {
		t.Errorf("%v, faults %v: %v", s.Algorithm, s.Faults, err)
	}
	if s.Verify(digestOf(crypto.SHA256, "avslag")) == nil {
		t.Error("another content")
	}
}

// RFC 8419: Ed25519 is read.
func TestEd25519(t *testing.T) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p, holder := newPerson(t, key), newPerson(t, ecKey(t, elliptic.P256()))
	attrs := must(cms.SignedAttributes(digestOf(crypto.SHA512, "beslut"), crypto.SHA512, p.cert))(t)
	alg := must(cms.AlgorithmFor(holder.key.Public(), crypto.SHA512, false))(t)
	der := edit(t, sign(t, holder, crypto.SHA512, false, "beslut"), func(d, s [][]byte) ([][]byte, [][]byte) {
		head, _ := members(t, d[fieldCerts])
		d[fieldCerts] = join(t, head, p.cert.Raw)
		name, _ := members(t, s[1])
		s[1] = join(t, name, p.cert.RawIssuer, must(asn1.Marshal(p.cert.SerialNumber))(t))
		s[fieldAttrs] = append([]byte{0xa0}, attrs[1:]...)
		s[fieldAlgorithm] = []byte{0x30, 5, 6, 3, 43, 101, 112}
		s[5] = must(asn1.Marshal(ed25519.Sign(key, attrs)))(t)
		return d, s
	})
	s := must(cms.Parse(der))(t).Signers[0]
	if s.Algorithm != cms.Ed25519 || alg == s.Algorithm || len(s.Faults) != 0 {
		t.Fatalf("%v, faults %v", s.Algorithm, s.Faults)
	}
	if err := s.Verify(digestOf(crypto.SHA512, "beslut")); err != nil {
		t.Error(err)
	}
	if _, err := cms.Sign(key, attrs, cms.Ed25519); !errors.Is(err, cms.ErrAlgorithm) {
		t.Errorf("Ed25519 was written: %v", err)
	}
}

func TestWeakKey(t *testing.T) {
	p := newPerson(t, rsaKey(t, 1024))
	strong := newPerson(t, rsaKey(t, 2048))
	der := edit(t, sign(t, strong, crypto.SHA256, false, "beslut"), func(d, s [][]byte) ([][]byte, [][]byte) {
		head, _ := members(t, d[fieldCerts])
		d[fieldCerts] = join(t, head, p.cert.Raw)
		return d, s
	})
	s := must(cms.Parse(der))(t).Signers[0]
	if err := s.Verify(digestOf(crypto.SHA256, "beslut")); !errors.Is(err, cms.ErrWeak) || !slices.Contains(s.Faults, cms.FaultWeak) {
		t.Errorf("RSA 1024: %v, faults %v", err, s.Faults)
	}
}

// Parse ends, quickly and with an error, on what is no signature.
func TestNotCMS(t *testing.T) {
	deep := bytes.Repeat([]byte{0x30, 0x80}, 1<<20)
	wide := append([]byte{0x30, 0x84, 0, 0x10, 0, 0}, bytes.Repeat([]byte{5, 0}, 1<<19)...)
	tests := map[string][]byte{
		"empty": nil, "zeros": make([]byte, 8192), "text": []byte("%PDF-1.7"), "deep": deep, "wide": wide,
		"cut": vector(t, "openssl-cades")[:700], "too big": make([]byte, 17<<20),
		"length past the end": {0x30, 0x84, 0xff, 0xff, 0xff, 0xff}, "no end": {0x30, 0x80, 5, 0},
	}
	for name, der := range tests {
		start := time.Now()
		if sd, err := cms.Parse(der); !errors.Is(err, cms.ErrNotCMS) || sd != nil {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
	sd := must(cms.Parse(append(vector(t, "openssl-cades"), 0, 0, 1)))(t)
	if !slices.Contains(sd.Faults, cms.FaultTrailing) {
		t.Error("bytes after the structure are not told")
	}
}

func FuzzParse(f *testing.F) {
	names, err := filepath.Glob(filepath.Join("testdata", "*.hex"))
	if err != nil || len(names) == 0 {
		f.Fatal("no vectors")
	}
	for _, name := range names {
		f.Add(vector(f, strings.TrimSuffix(filepath.Base(name), ".hex")))
	}
	attribute := cms.Attribute{Type: cms.OIDSignatureTimeStamp, Value: []byte{5, 0}}
	f.Fuzz(func(t *testing.T, der []byte) {
		sd, err := cms.Parse(der)
		if err != nil {
			return
		}
		for _, s := range sd.Signers {
			if s.Verify(digestOf(crypto.SHA256, "never signed")) == nil {
				t.Error("verifies over what nobody signed")
			}
			if s.Certificate != nil && !slices.ContainsFunc(sd.Certificates, func(c *x509.Certificate) bool { return c.Equal(s.Certificate) }) {
				t.Error("a certificate from nowhere")
			}
		}
		with, err := cms.AddUnsigned(der, attribute)
		if err != nil {
			return
		}
		again, err := cms.Parse(with)
		if err != nil || len(again.Signers) != 1 || !bytes.Equal(again.Signers[0].SignedAttrs, sd.Signers[0].SignedAttrs) || !again.DER {
			t.Errorf("adding an attribute changed the signature: %v", err)
		}
	})
}

// The worst that the limits let through is still quick.
func TestManyParts(t *testing.T) {
	p := newPerson(t, ecKey(t, elliptic.P256()))
	good := sign(t, p, crypto.SHA256, false, "beslut")
	fill := func(field int, one []byte, count int, signer bool) []byte {
		return edit(t, good, func(d, s [][]byte) ([][]byte, [][]byte) {
			at := &d[field]
			if signer {
				at = &s[field]
			}
			head, _ := members(t, *at)
			*at = join(t, head, bytes.Repeat(one, count))
			return d, s
		})
	}
	tests := map[string][]byte{
		"attributes":   fill(fieldAttrs, []byte{0x30, 7, 6, 1, 42, 0x31, 2, 5, 0}, 40_000, true),
		"values":       fill(fieldAttrs, append([]byte{0x30, 0x83, 2, 0, 7, 6, 1, 42, 0x31, 0x83, 1, 0xff, 0xfe}, bytes.Repeat([]byte{5, 0}, 0xffff)...), 1, true),
		"certificates": fill(fieldCerts, p.cert.Raw, 20_000, false),
		"digests":      fill(fieldDigests, []byte{0x30, 3, 6, 1, 42}, 60_000, false),
	}
	for name, der := range tests {
		start := time.Now()
		sd, err := cms.Parse(der)
		if err == nil && len(sd.Faults)+len(sd.Signers[0].Faults) == 0 {
			t.Errorf("%s: nothing is noted", name)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

// RFC 4055 §3.1: a salt longer than the hash is read as declared; a shorter one
// than the hash, or another than declared, is not.
func TestLongSalt(t *testing.T) {
	p := newPerson(t, rsaKey(t, 2048))
	attrs := must(cms.SignedAttributes(digestOf(crypto.SHA256, "beslut"), crypto.SHA256, p.cert))(t)
	for _, tc := range []struct {
		made, declared int
		want           error
	}{{64, 64, nil}, {64, 65, cms.ErrSignature}, {16, 16, cms.ErrAlgorithm}} {
		sum := sha256.Sum256(attrs)
		sig := must(p.key.Sign(rand.Reader, sum[:], &rsa.PSSOptions{SaltLength: tc.made, Hash: crypto.SHA256}))(t)
		der := must(cms.Assemble(attrs, sig, cms.RSAPSSWithSHA256, p.cert, nil))(t)
		at := bytes.LastIndex(der, []byte{0xA2, 3, 2, 1, 32})
		der[at+4] = byte(tc.declared)
		sd := must(cms.Parse(der))(t)
		if err := sd.Signers[0].Verify(digestOf(crypto.SHA256, "beslut")); !errors.Is(err, tc.want) {
			t.Errorf("salt %d, declared %d: %v", tc.made, tc.declared, err)
		}
	}
}
