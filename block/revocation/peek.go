package revocation

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// OCSPMayRevoke tells, without checking any signature, whether an OCSP response
// could say that a certificate is revoked: false only when it was read to its
// end and everything in it about the serial number is "good". Whoever has one
// answer "good" that holds need not check the signatures on more of the kind;
// what may revoke must always be read in full.
func OCSPMayRevoke(raw []byte, cert *x509.Certificate) bool {
	tbs, ok := responseData(raw)
	if !ok {
		return true
	}
	list, ok := singles(tbs)
	if !ok {
		return true
	}
	for _, s := range list {
		if s.serial.Cmp(cert.SerialNumber) == 0 && s.status != tagGood {
			return true
		}
	}
	return false
}

// CRLMayRevoke is the same of a revocation list: false only when the serial
// number's bytes are nowhere in it.
func CRLMayRevoke(raw []byte, cert *x509.Certificate) bool {
	return bytes.Contains(raw, cert.SerialNumber.Bytes())
}

// responseData finds ResponseData in a basic OCSP response (RFC 6960 §4.2.1).
func responseData(raw []byte) ([]byte, bool) {
	in := cryptobyte.String(raw)
	var response, explicit, typed, value, basic, tbs cryptobyte.String
	var status int
	var oid asn1.ObjectIdentifier
	ok := in.ReadASN1(&response, cbasn1.SEQUENCE) && in.Empty() &&
		response.ReadASN1Enum(&status) && status == 0 &&
		response.ReadASN1(&explicit, cbasn1.Tag(0).ContextSpecific().Constructed()) && response.Empty() &&
		explicit.ReadASN1(&typed, cbasn1.SEQUENCE) && explicit.Empty() &&
		typed.ReadASN1ObjectIdentifier(&oid) && typed.ReadASN1(&value, cbasn1.OCTET_STRING) && typed.Empty() &&
		value.ReadASN1(&basic, cbasn1.SEQUENCE) && value.Empty() &&
		basic.ReadASN1Element(&tbs, cbasn1.SEQUENCE)
	return tbs, ok
}
