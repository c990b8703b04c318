package tsp

import (
	"crypto"
	"encoding/asn1"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Request writes a TimeStampReq that asks for the certificate to be included.
// nonce and policy are left out when nil.
func Request(digest []byte, h crypto.Hash, nonce *big.Int, policy asn1.ObjectIdentifier) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		addImprint(b, h, digest)
		if policy != nil {
			b.AddASN1ObjectIdentifier(policy)
		}
		if nonce != nil {
			b.AddASN1BigInt(nonce)
		}
		b.AddASN1Boolean(true)
	})
	return b.Bytes()
}

// The values of PKIStatus that give a token (RFC 3161 §2.4.2).
const (
	StatusGranted         = 0
	StatusGrantedWithMods = 1
)

// Response is a TimeStampResp.
type Response struct {
	Status  int
	Text    []string // status texts, as the authority wrote them
	Failure int      // the bit of PKIFailureInfo that is set, -1 when none is
	Token   []byte   // nil when refused
}

// ParseResponse reads a TimeStampResp. That it is granted exactly when there is
// a token is checked; the token itself is not.
func ParseResponse(der []byte) (*Response, error) {
	bad := fmt.Errorf("%w: the response is not readable", ErrToken)
	in := cryptobyte.String(der)
	var seq, info cryptobyte.String
	r := &Response{Failure: -1}
	if !in.ReadASN1(&seq, cbasn1.SEQUENCE) || !in.Empty() || !seq.ReadASN1(&info, cbasn1.SEQUENCE) || !info.ReadASN1Integer(&r.Status) {
		return nil, bad
	}
	if info.PeekASN1Tag(cbasn1.SEQUENCE) && !r.readText(&info) {
		return nil, bad
	}
	if info.PeekASN1Tag(cbasn1.BIT_STRING) {
		var bits asn1.BitString
		if !info.ReadASN1BitString(&bits) {
			return nil, bad
		}
		for i := range bits.BitLength {
			if bits.At(i) == 1 && r.Failure < 0 {
				r.Failure = i
			}
		}
	}
	if !info.Empty() {
		return nil, bad
	}
	if !seq.Empty() {
		// What follows may be BER: whatever it is, ParseToken reads it.
		r.Token = append([]byte{}, seq...)
	}
	if granted := r.Status == StatusGranted || r.Status == StatusGrantedWithMods; granted != (r.Token != nil) {
		return nil, fmt.Errorf("%w: status and token do not agree", ErrToken)
	}
	return r, nil
}

func (r *Response) readText(in *cryptobyte.String) bool {
	var list cryptobyte.String
	if !in.ReadASN1(&list, cbasn1.SEQUENCE) {
		return false
	}
	for !list.Empty() {
		var text cryptobyte.String
		if !list.ReadASN1(&text, cbasn1.UTF8String) {
			return false
		}
		r.Text = append(r.Text, string(text))
	}
	return true
}

// failureName is the name in RFC 3161 §2.4.2 of a failure bit.
func failureName(bit int) string {
	switch bit {
	case 0:
		return "badAlg"
	case 2:
		return "badRequest"
	case 5:
		return "badDataFormat"
	case 14:
		return "timeNotAvailable"
	case 15:
		return "unacceptedPolicy"
	case 16:
		return "unacceptedExtension"
	case 17:
		return "addInfoNotAvailable"
	case 25:
		return "systemFailure"
	}
	return "no reason given"
}
