package validation_test

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/asn1"
	"slices"
	"testing"

	"medborgarnavet/block/cms"
	"medborgarnavet/block/pades"
	"medborgarnavet/fake/tsa"
	"medborgarnavet/internal/validation"
)

// resign gives a signed file another CMS: make is given the digest of what the
// signature covers, after change has been at the file.
func resign(t *testing.T, file []byte, subFilter string, make func(digest []byte) []byte) []byte {
	t.Helper()
	file = bytes.Replace(file, []byte("/ETSI.CAdES.detached"), []byte("/"+subFilter), 1)
	s := signatures(t, file)[0]
	digest, err := s.Digest(file, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return value(t, file, s, make(digest))
}

// S-06: what the form of a signature does to its level and its verdict:
// signing.md, 5.
func TestForms(t *testing.T) {
	w := newWorld(t)
	id := w.person("Anna", "Berglund")
	file := w.sign(document(t, 1), id, pades.BB)
	made := func(attrs []byte, err error) []byte {
		t.Helper()
		return finish(t, id, attrs, err, nil)
	}
	twice := func(attrs []byte, err error) []byte {
		t.Helper()
		return twoSigners(t, finish(t, &tsa.Identity{Key: id.Key, Certificate: id.Certificate}, attrs, err, nil))
	}
	const etsi, adbe = "ETSI.CAdES.detached", "adbe.pkcs7.detached"
	for _, test := range []struct {
		name, sub string
		make      func(digest []byte) []byte
		want      validation.SubIndication
		level     string
		code      string
	}{
		{"as it should be", etsi, func(d []byte) []byte { return made(cms.SignedAttributes(d, crypto.SHA256, id.Certificate)) }, "", "B-B", ""},
		{"older form", adbe, func(d []byte) []byte { return made(cms.SignedAttributes(d, crypto.SHA256, id.Certificate)) }, "", validation.NotPAdES, "legacy-subfilter"},
		{"content of its own", etsi, func(d []byte) []byte {
			content := []byte("something else")
			sum := sha256.Sum256(content)
			attrs, err := cms.SignedAttributes(sum[:], crypto.SHA256, id.Certificate)
			return finish(t, id, attrs, err, content)
		}, validation.HashFailure, validation.NotPAdES, "cms-content-present"},
		{"content of its own, older form", adbe, func(d []byte) []byte {
			attrs, err := cms.SignedAttributes(d, crypto.SHA256, id.Certificate)
			return finish(t, id, attrs, err, []byte("something else"))
		}, validation.FormatFailure, validation.NotPAdES, "cms-content-present"},
		{"other digest", etsi, func(d []byte) []byte {
			sum := sha256.Sum256(d)
			return made(cms.SignedAttributes(sum[:], crypto.SHA256, id.Certificate))
		}, validation.HashFailure, "B-B", "content-changed"},
		{"no signature at all", etsi, func([]byte) []byte { return []byte{0x30, 3, 2, 1, 0} }, validation.FormatFailure, validation.NotPAdES, "unreadable-signature"},
		{"two signers", etsi, func(d []byte) []byte {
			return twice(cms.SignedAttributes(d, crypto.SHA256, id.Certificate))
		}, validation.FormatFailure, validation.NotPAdES, "cms-several-signers"},
		{"two signers, older form", adbe, func(d []byte) []byte {
			return twice(cms.SignedAttributes(d, crypto.SHA256, id.Certificate))
		}, validation.SigConstraintsFailure, validation.NotPAdES, "cms-several-signers"},
		{"two signers of other content, older form", adbe, func(d []byte) []byte {
			sum := sha256.Sum256(d)
			return twice(cms.SignedAttributes(sum[:], crypto.SHA256, id.Certificate))
		}, validation.HashFailure, validation.NotPAdES, "content-changed"},
		{"bytes behind the signature", etsi, func(d []byte) []byte {
			return append(made(cms.SignedAttributes(d, crypto.SHA256, id.Certificate)), 1, 2, 3)
		}, validation.SigConstraintsFailure, validation.NotPAdES, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			rep := w.validate(resign(t, file, test.sub, test.make), true)
			got := only(t, rep)
			if got.Sub != test.want || got.Level != test.level || test.code != "" && !slices.Contains(codes(got), test.code) {
				t.Errorf("%s %s %v", got.Sub, got.Level, codes(got))
			}
		})
	}
}

// finish signs attributes and puts the CMS together, with content of its own
// when that is not nil.
func finish(t *testing.T, id *tsa.Identity, attrs []byte, err error, content []byte) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	alg, err := cms.AlgorithmFor(id.Certificate.PublicKey, crypto.SHA256, false)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := cms.Sign(id.Key, attrs, alg)
	if err != nil {
		t.Fatal(err)
	}
	var der []byte
	if content == nil {
		der, err = cms.Assemble(attrs, signature, alg, id.Certificate, id.Chain)
	} else {
		der, err = cms.AssembleContent(cms.OIDData, content, attrs, signature, alg, id.Certificate, id.Chain)
	}
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// twoSigners gives a signature its signer once more, as some programs do.
func twoSigners(t *testing.T, der []byte) []byte {
	t.Helper()
	parts := func(data []byte) (out []asn1.RawValue) {
		for len(data) > 0 {
			var v asn1.RawValue
			rest, err := asn1.Unmarshal(data, &v)
			if err != nil {
				t.Fatal(err)
			}
			out, data = append(out, v), rest
		}
		return out
	}
	whole := func(v asn1.RawValue, content []byte) []byte {
		out, err := asn1.Marshal(asn1.RawValue{Class: v.Class, Tag: v.Tag, IsCompound: true, Bytes: content})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	info := parts(der)[0]
	outer := parts(info.Bytes)
	data := parts(outer[1].Bytes)[0]
	signers := parts(data.Bytes)
	set := signers[len(signers)-1]
	front := bytes.TrimSuffix(data.Bytes, set.FullBytes)
	again := whole(data, append(bytes.Clone(front), whole(set, bytes.Repeat(set.Bytes, 2))...))
	return whole(info, append(bytes.Clone(outer[0].FullBytes), whole(outer[1], again)...))
}
