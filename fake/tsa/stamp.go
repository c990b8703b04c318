package tsa

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"time"
)

// The messages of RFC 3161 as encoding/asn1 has them. Nothing here is shared
// with block/tsp.
type (
	imprint struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	stampRequest struct {
		Version    int
		Imprint    imprint
		Policy     asn1.ObjectIdentifier `asn1:"optional"`
		Nonce      *big.Int              `asn1:"optional"`
		WantCert   bool                  `asn1:"optional"`
		Extensions asn1.RawValue         `asn1:"optional,tag:0"`
	}
	tstInfo struct {
		Version  int
		Policy   asn1.ObjectIdentifier
		Imprint  imprint
		Serial   *big.Int
		Time     time.Time `asn1:"generalized"`
		Accuracy accuracy
		Nonce    *big.Int `asn1:"optional"`
	}
	accuracy struct{ Seconds int }
	status   struct {
		Status  int
		Text    []string       `asn1:"optional"`
		Failure asn1.BitString `asn1:"optional"`
	}
	attribute struct {
		Type   asn1.ObjectIdentifier
		Values []asn1.RawValue `asn1:"set"`
	}
	signer struct {
		Version   int
		Name      issuerSerial
		Digest    pkix.AlgorithmIdentifier
		Attrs     asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature []byte
	}
	issuerSerial struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	content struct {
		Type asn1.ObjectIdentifier
		Data []byte `asn1:"explicit,tag:0"`
	}
	signedData struct {
		Version int
		Digests []pkix.AlgorithmIdentifier `asn1:"set"`
		Content content
		Certs   asn1.RawValue `asn1:"optional"`
		Signers []signer      `asn1:"set"`
	}
	contentInfo struct {
		Type asn1.ObjectIdentifier
		Data asn1.RawValue
	}
)

var (
	oidSignedData  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidTSTInfo     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidType        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidDigest      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningCert = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidSHA256      = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidECDSA256    = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
)

const (
	rejected         = 2
	badDataFormat    = 5
	unacceptedPolicy = 15
	systemFailure    = 25
)

func (a *Authority) stamp(w http.ResponseWriter, r *http.Request) {
	c := a.controls()
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	var req stampRequest
	if err == nil {
		var rest []byte
		if rest, err = asn1.Unmarshal(body, &req); len(rest) > 0 {
			err = fmt.Errorf("bytes after the request")
		}
	}
	switch {
	case err != nil || r.Header.Get("Content-Type") != "application/timestamp-query":
		answerStamp(w, status{Status: rejected, Text: []string{"Begäran går inte att läsa"}, Failure: failureBit(badDataFormat)}, nil)
		return
	case c.refuse:
		answerStamp(w, status{Status: rejected, Text: []string{"Tjänsten är stängd"}, Failure: failureBit(systemFailure)}, nil)
		return
	case req.Policy != nil && !req.Policy.Equal(oidPolicyTSA):
		answerStamp(w, status{Status: rejected, Failure: failureBit(unacceptedPolicy)}, nil)
		return
	}
	token, err := a.token(req, c)
	if err != nil {
		answerStamp(w, status{Status: rejected, Failure: failureBit(systemFailure)}, nil)
		return
	}
	answerStamp(w, status{}, token)
}

func failureBit(n int) asn1.BitString {
	bits := make([]byte, n/8+1)
	bits[n/8] = 0x80 >> (n % 8)
	return asn1.BitString{Bytes: bits, BitLength: n + 1}
}

func answerStamp(w http.ResponseWriter, s status, token []byte) {
	info, err := asn1.Marshal(s)
	if err != nil {
		http.Error(w, "status", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	w.Write(wrap(0x30, info, token))
}

// wrap writes an element around parts that are DER already.
func wrap(tag byte, parts ...[]byte) []byte {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	out := []byte{tag}
	switch {
	case n < 0x80:
		out = append(out, byte(n))
	case n < 0x100:
		out = append(out, 0x81, byte(n))
	case n < 0x10000:
		out = append(out, 0x82, byte(n>>8), byte(n))
	default:
		out = append(out, 0x83, byte(n>>16), byte(n>>8), byte(n))
	}
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// token makes and signs the TSTInfo.
func (a *Authority) token(req stampRequest, c controls) ([]byte, error) {
	a.mu.Lock()
	a.stamps++
	serial, now := a.stamps, a.clock()
	a.mu.Unlock()
	info := tstInfo{Version: 1, Policy: oidPolicyTSA, Imprint: req.Imprint, Serial: big.NewInt(serial),
		Time: now.UTC().Truncate(time.Second), Accuracy: accuracy{Seconds: 1}, Nonce: req.Nonce}
	if c.wrongImprint && len(req.Imprint.Digest) > 0 {
		info.Imprint.Digest = append([]byte{}, req.Imprint.Digest...)
		info.Imprint.Digest[0] ^= 1
	}
	if c.wrongNonce {
		info.Nonce = big.NewInt(4711)
	}
	der, err := asn1.Marshal(info)
	if err != nil {
		return nil, err
	}
	return a.signContent(der, req.WantCert)
}

func (a *Authority) signContent(der []byte, withCert bool) ([]byte, error) {
	attrs, err := a.attributes(der)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(attrs)
	signature, err := a.tsa.Key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	implicit := append([]byte{0xa0}, attrs[1:]...)
	cert := a.tsa.Certificate
	sha := pkix.AlgorithmIdentifier{Algorithm: oidSHA256}
	sd := signedData{
		Version: 3, Digests: []pkix.AlgorithmIdentifier{sha}, Content: content{Type: oidTSTInfo, Data: der},
		Signers: []signer{{Version: 1, Name: issuerSerial{Issuer: asn1.RawValue{FullBytes: cert.RawIssuer}, Serial: cert.SerialNumber},
			Digest: sha, Attrs: asn1.RawValue{FullBytes: implicit}, Algorithm: pkix.AlgorithmIdentifier{Algorithm: oidECDSA256}, Signature: signature}},
	}
	if withCert {
		first, second := cert.Raw, a.issuing.Certificate.Raw
		if string(first) > string(second) {
			first, second = second, first
		}
		sd.Certs = asn1.RawValue{FullBytes: wrap(0xa0, first, second)}
	}
	inner, err := asn1.Marshal(sd)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(contentInfo{Type: oidSignedData, Data: asn1.RawValue{FullBytes: wrap(0xa0, inner)}})
}

// attributes gives the signed attributes as a SET OF, which encoding/asn1
// sorts.
func (a *Authority) attributes(der []byte) ([]byte, error) {
	digest, certHash := sha256.Sum256(der), sha256.Sum256(a.tsa.Certificate.Raw)
	contentType, err := asn1.Marshal(oidTSTInfo)
	if err != nil {
		return nil, err
	}
	value := func(der []byte) []asn1.RawValue { return []asn1.RawValue{{FullBytes: der}} }
	return asn1.MarshalWithParams([]attribute{
		{Type: oidType, Values: value(contentType)},
		{Type: oidDigest, Values: value(wrap(4, digest[:]))},
		{Type: oidSigningCert, Values: value(wrap(0x30, wrap(0x30, wrap(0x30, wrap(4, certHash[:])))))},
	}, "set")
}
