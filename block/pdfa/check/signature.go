package check

import (
	"bytes"
	"encoding/asn1"

	"medborgarnavet/block/pdf"
)

// checkPermissions checks the permissions dictionary.
func (c *checker) checkPermissions() {
	perms := c.doc.Dict(c.doc.Catalog()["Perms"])
	for _, k := range sortedKeys(perms) {
		if k != "UR3" && k != "DocMDP" {
			c.fail(rulePermsKeys, pdf.Ref{})
		}
	}
	ref, _ := perms["DocMDP"].(pdf.Ref)
	c.checkDigests(c.doc.Dict(perms["DocMDP"]), ref)
}

// checkDigests looks for digests in a signature's references, which are
// forbidden when DocMDP is among the permissions.
func (c *checker) checkDigests(sig pdf.Dict, ref pdf.Ref) {
	if c.doc.Dict(c.doc.Catalog()["Perms"])["DocMDP"] == nil {
		return
	}
	for _, o := range c.doc.Array(sig["Reference"]) {
		d := c.doc.Dict(o)
		if d["DigestLocation"] != nil || d["DigestMethod"] != nil || d["DigestValue"] != nil {
			c.fail(rulePermsDigest, ref)
		}
	}
}

// checkSignature checks a signature's range and its CMS, as far as PDF/A asks.
func (c *checker) checkSignature(o pdf.Object) {
	ref, _ := o.(pdf.Ref)
	d := c.doc.Dict(o)
	if d == nil {
		return
	}
	if ref != c.doc.Dict(c.doc.Catalog()["Perms"])["DocMDP"] {
		c.checkDigests(d, ref)
	}
	if !c.wholeRange(d) {
		c.fail(ruleSigRange, ref)
	}
	contents, ok := c.doc.Str(d["Contents"])
	if !ok {
		return
	}
	switch c.doc.Name(d["SubFilter"]) {
	case "adbe.x509.rsa_sha1":
		return
	}
	certs, signers, ok := readSigned([]byte(contents))
	if !ok || signers != 1 {
		c.fail(ruleSigSigners, ref)
	}
	if !ok || certs == 0 {
		c.fail(ruleSigCertificate, ref)
	}
}

// wholeRange tells whether ByteRange covers the file, as it stood when it was
// signed, but for the signature's own value.
func (c *checker) wholeRange(d pdf.Dict) bool {
	a := c.doc.Array(d["ByteRange"])
	if len(a) != 4 {
		return false
	}
	var v [4]int64
	for i := range v {
		n, ok := c.doc.Int(a[i])
		if !ok || n < 0 || n > int64(len(c.file.Bytes())) {
			return false
		}
		v[i] = n
	}
	data := c.file.Bytes()
	end := v[2] + v[3]
	if v[0] != 0 || v[1] >= v[2] || end > int64(len(data)) {
		return false
	}
	if data[v[1]] != '<' || data[v[2]-1] != '>' {
		return false
	}
	tail := bytes.TrimRight(data[max(0, end-8):end], "\r\n")
	return bytes.HasSuffix(tail, []byte("%%EOF"))
}

// readSigned counts the certificates and signers of a CMS SignedData
// (RFC 5652, 5.1).
func readSigned(der []byte) (certs, signers int, ok bool) {
	var info struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	if _, err := asn1.Unmarshal(der, &info); err != nil {
		return 0, 0, false
	}
	if !info.Type.Equal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}) {
		return 0, 0, false
	}
	var seq asn1.RawValue
	if _, err := asn1.Unmarshal(info.Content.Bytes, &seq); err != nil {
		if _, err := asn1.Unmarshal(info.Content.FullBytes, &seq); err != nil {
			return 0, 0, false
		}
	}
	rest := seq.Bytes
	sets := 0
	for len(rest) > 0 {
		var v asn1.RawValue
		next, err := asn1.Unmarshal(rest, &v)
		if err != nil {
			return 0, 0, false
		}
		switch {
		case v.Class == asn1.ClassContextSpecific && v.Tag == 0:
			certs = countValues(v.Bytes)
		case v.Class == asn1.ClassUniversal && v.Tag == asn1.TagSet:
			if sets++; sets == 2 {
				signers = countValues(v.Bytes)
			}
		}
		rest = next
	}
	return certs, signers, sets == 2
}

func countValues(b []byte) int {
	n := 0
	for len(b) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(b, &v)
		if err != nil {
			return n
		}
		b = rest
		n++
	}
	return n
}
