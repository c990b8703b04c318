package pades

import (
	"crypto/sha1"
	"encoding/hex"
	"strings"

	"medborgarnavet/block/pdf"
)

// Store is a document security store (EN 319 142-1, 5.4.2): certificates, OCSP
// responses and CRLs as DER.
type Store struct {
	Certs, OCSPs, CRLs [][]byte
	VRI                map[string]VRI // by VRIKey
}

// VRI is the part of the store that one signature needs.
type VRI struct {
	Certs, OCSPs, CRLs [][]byte
	TU                 string
}

// Empty tells whether the store holds nothing.
func (s Store) Empty() bool { return len(s.Certs)+len(s.OCSPs)+len(s.CRLs) == 0 }

// VRIKey is the name under which a store keeps what belongs to a signature:
// the SHA-1 of the whole Contents string, in capitals. SHA-1 only names here.
func VRIKey(contents []byte) string {
	sum := sha1.Sum(contents)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// DSS reads the document's store; it is empty when there is none.
func DSS(d *pdf.Document) Store {
	dict := d.Dict(d.Catalog()["DSS"])
	s := Store{
		Certs: streams(d, dict["Certs"]), OCSPs: streams(d, dict["OCSPs"]), CRLs: streams(d, dict["CRLs"]),
		VRI: map[string]VRI{},
	}
	for key, o := range d.Dict(dict["VRI"]) {
		v := d.Dict(o)
		s.VRI[string(key)] = VRI{
			Certs: streams(d, v["Cert"]), OCSPs: streams(d, v["OCSP"]), CRLs: streams(d, v["CRL"]),
			TU: d.Text(v["TU"]),
		}
	}
	return s
}

// streams decodes every stream of an array; what does not decode is left out.
func streams(d *pdf.Document, o pdf.Object) [][]byte {
	var out [][]byte
	for _, item := range d.Array(o) {
		st := d.Stream(item)
		if st == nil {
			continue
		}
		if b, err := d.Decode(st); err == nil {
			out = append(out, b)
		}
	}
	return out
}
