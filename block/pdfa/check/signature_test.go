package check

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"testing"

	"medborgarnavet/block/pdf"
)

// der is one DER value of up to 127 bytes.
func der(tag byte, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return append([]byte{tag, byte(len(body))}, body...)
}

// signedData is the shape of a CMS SignedData: what is in it is not looked at.
func signedData(certs, signers int) []byte {
	one := der(0x30, []byte{2, 1, 1})
	var set [][]byte
	set = append(set, []byte{2, 1, 1}, der(0x31), der(0x30, []byte{6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1}))
	if certs > 0 {
		set = append(set, der(0xa0, bytes.Repeat(one, certs)))
	}
	set = append(set, der(0x31, bytes.Repeat(one, signers)))
	return der(0x30, []byte{6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2}, der(0xa0, der(0x30, set...)))
}

// withSignature puts a signature field with an appearance into the document and
// the right byte range into the file; wrong shifts the range's end.
func withSignature(cms []byte, wrong int) func(d *testDoc) {
	return func(d *testDoc) {
		d.add = func(b *pdf.Builder, d *testDoc) {
			value := b.Add(pdf.Dict{"Type": pdf.Name("Sig"), "Filter": pdf.Name("Adobe.PPKLite"), "SubFilter": pdf.Name("ETSI.CAdES.detached"),
				"ByteRange": pdf.Verbatim("[000000 000000 000000 000000]"), "Contents": pdf.Verbatim("<" + hex.EncodeToString(cms) + "0000>")})
			n := b.Add(stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 9, 9}}, ""))
			field := b.Add(pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Sig"), "T": pdf.String("s"),
				"Rect": pdf.Array{0, 0, 9, 9}, "F": 4, "AP": pdf.Dict{"N": n}, "V": value})
			d.page["Annots"] = pdf.Array{field}
			d.catalog["AcroForm"] = pdf.Dict{"Fields": pdf.Array{field}, "SigFlags": 3}
		}
		d.post = func(b []byte) []byte {
			from := bytes.Index(b, []byte("<"+hex.EncodeToString(cms)))
			to := from + bytes.IndexByte(b[from:], '>') + 1
			r := fmt.Sprintf("[%06d %06d %06d %06d]", 0, from, to, len(b)-to+wrong)
			return bytes.Replace(b, []byte("[000000 000000 000000 000000]"), []byte(r), 1)
		}
	}
}

func TestSignatureRules(t *testing.T) {
	runCases(t, []ruleCase{
		{A2b, "", "sound", withSignature(signedData(1, 1), 0)},
		{A1b, "", "sound, and part 1 has no rule", withSignature(signedData(0, 2), 0)},
		{A2b, "6.4.3-1", "range ends early", withSignature(signedData(1, 1), -20)},
		{A2b, "6.4.3-2", "no certificate", withSignature(signedData(0, 1), 0)},
		{A2b, "6.4.3-3", "two signers", withSignature(signedData(1, 2), 0)},
		{A2b, "6.4.3-2 6.4.3-3", "not CMS", withSignature([]byte("abc"), 0)},
	})
}
