package svt

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Version and Profile are what this package writes (RFC 9321, 3.2.3, B.1).
const (
	Version = "1.0"
	Profile = "PDF"
)

// The results of a validation (RFC 9321, 3.2.7).
const (
	Passed        = "PASSED"
	Failed        = "FAILED"
	Indeterminate = "INDETERMINATE"
)

// How a certificate is named (RFC 9321, 3.2.9).
const (
	Chain     = "chain"      // the certificates themselves
	ChainHash = "chain_hash" // hashes of certificates that the signature carries
)

// TimeStampType and SVTTimeType are identifiers of evidence of time.
const (
	SignatureTimeStamp = "http://id.swedenconnect.se/svt/timeval-type/sig-timestamp"
	DocumentTimeStamp  = "http://id.swedenconnect.se/svt/timeval-type/doc-timestamp"
)

// Claims are the claims of a token (RFC 9321, 3.2.2).
type Claims struct {
	ID         string     `json:"jti"`
	Issuer     string     `json:"iss"`
	IssuedAt   int64      `json:"iat"` // seconds since 1970
	Audience   Audience   `json:"aud,omitempty"`
	Expires    int64      `json:"exp,omitempty"` // seconds since 1970; 0 for never
	Validation Validation `json:"sig_val_claims"`
}

// Audience is one recipient or several.
type Audience []string

// UnmarshalJSON takes a text or a list of texts.
func (a *Audience) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = Audience{one}
		return nil
	}
	var many []string
	if err := json.Unmarshal(data, &many); err != nil {
		return errors.New("svt: aud is neither a text nor a list of texts")
	}
	*a = many
	return nil
}

// Validation is the sig_val_claims object.
type Validation struct {
	Version       string            `json:"ver"`
	Profile       string            `json:"profile"`
	HashAlgorithm string            `json:"hash_algo"` // a URI
	Signatures    []Signature       `json:"sig"`
	Extensions    map[string]string `json:"ext,omitempty"`
}

// Signature is what is claimed of one signature.
type Signature struct {
	Reference   SignatureReference `json:"sig_ref"`
	SignedData  []SignedData       `json:"sig_data_ref"`
	Signer      CertReference      `json:"signer_cert_ref"`
	Results     []PolicyResult     `json:"sig_val"`
	Times       []TimeResult       `json:"time_val,omitempty"`
	CertResults []PolicyResult     `json:"cert_val,omitempty"`
	Extensions  map[string]string  `json:"ext,omitempty"`
}

// SignatureReference ties the claims to a signature: hashes of the signature's
// value and of the bytes it is made over (the DER of the signed attributes).
type SignatureReference struct {
	ID              string `json:"id,omitempty"`
	ValueHash       []byte `json:"sig_hash"`
	SignedBytesHash []byte `json:"sb_hash"`
}

// SignedData is a byte range "start length start length" and its hash.
type SignedData struct {
	Ref  string `json:"ref"`
	Hash []byte `json:"hash"`
}

// CertReference names the signer's certificate and its chain, by value or by
// hash, base64.
type CertReference struct {
	Type string   `json:"type"`
	Ref  []string `json:"ref"`
}

// PolicyResult is a result by a policy.
type PolicyResult struct {
	Policy  string `json:"pol"`
	Result  string `json:"res"`
	Message string `json:"msg,omitempty"`
}

// TimeResult is evidence that the signature existed at a time.
type TimeResult struct {
	Time    int64          `json:"time"` // seconds since 1970
	Type    string         `json:"type"`
	Issuer  string         `json:"iss"`
	ID      string         `json:"id,omitempty"`
	Hash    []byte         `json:"hash,omitempty"`
	Results []PolicyResult `json:"val,omitempty"`
}

// hashes are the algorithms by the URIs of RFC 6931.
var hashes = map[string]crypto.Hash{
	"http://www.w3.org/2001/04/xmlenc#sha256":       crypto.SHA256,
	"http://www.w3.org/2001/04/xmldsig-more#sha384": crypto.SHA384,
	"http://www.w3.org/2001/04/xmlenc#sha512":       crypto.SHA512,
}

// HashURI is the identifier of a hash algorithm, "" for one that has none here.
func HashURI(h crypto.Hash) string {
	for uri, known := range hashes {
		if known == h {
			return uri
		}
	}
	return ""
}

// Hash is the algorithm of the claims' hashes.
func (v Validation) Hash() (crypto.Hash, error) {
	h, ok := hashes[v.HashAlgorithm]
	if !ok {
		return 0, errors.New("svt: unknown hash algorithm")
	}
	return h, nil
}

// Sum hashes data; h is one that HashURI knows.
func Sum(h crypto.Hash, data []byte) []byte {
	w := h.New()
	w.Write(data)
	return w.Sum(nil)
}

// RangeRef writes a byte range as a ref: integers separated by a space.
func RangeRef(byteRange []int64) string {
	parts := make([]string, len(byteRange))
	for i, n := range byteRange {
		parts[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(parts, " ")
}

// References makes a certificate reference: hashes when every certificate of
// the chain is carried by the signature, else the certificates.
func References(chain []*x509.Certificate, h crypto.Hash, carried bool) CertReference {
	ref := CertReference{Type: Chain}
	if carried {
		ref.Type = ChainHash
	}
	for _, c := range chain {
		value := c.Raw
		if carried {
			value = Sum(h, c.Raw)
		}
		ref.Ref = append(ref.Ref, base64.StdEncoding.EncodeToString(value))
	}
	return ref
}

// Names tells whether the reference's first entry is the certificate.
func (r CertReference) Names(cert *x509.Certificate, h crypto.Hash) bool {
	if len(r.Ref) == 0 || cert == nil {
		return false
	}
	want := cert.Raw
	if r.Type == ChainHash {
		want = Sum(h, cert.Raw)
	} else if r.Type != Chain {
		return false
	}
	return r.Ref[0] == base64.StdEncoding.EncodeToString(want)
}

// Passed tells whether every policy that was applied let the signature pass.
func (s Signature) Passed() bool {
	for _, r := range s.Results {
		if r.Result != Passed {
			return false
		}
	}
	return len(s.Results) > 0
}

// Earliest is the earliest time at which the signature is said to have
// existed, by evidence that passed.
func (s Signature) Earliest() (time.Time, bool) {
	var best time.Time
	for _, t := range s.Times {
		ok := len(t.Results) > 0
		for _, r := range t.Results {
			ok = ok && r.Result == Passed
		}
		if at := time.Unix(t.Time, 0).UTC(); ok && (best.IsZero() || at.Before(best)) {
			best = at
		}
	}
	return best, !best.IsZero()
}

// check holds the claims to what RFC 9321 demands of them.
func (c Claims) check() error {
	v := c.Validation
	h, err := v.Hash()
	switch {
	case err != nil:
		return err
	case c.ID == "" || c.Issuer == "" || c.IssuedAt <= 0:
		return errors.New("svt: jti, iss or iat is missing")
	case v.Version != Version:
		return errors.New("svt: unknown version")
	case v.Profile != Profile:
		return errors.New("svt: not the profile for PDF")
	case len(v.Signatures) == 0:
		return errors.New("svt: no signature is claimed")
	}
	for i, s := range v.Signatures {
		if err := s.check(h.Size()); err != nil {
			return fmt.Errorf("svt: signature %d: %w", i+1, err)
		}
	}
	return nil
}

func (s Signature) check(size int) error {
	switch {
	case len(s.Reference.ValueHash) != size || len(s.Reference.SignedBytesHash) != size:
		return errors.New("sig_ref does not hold two hashes of the right length")
	case len(s.SignedData) != 1 || len(s.SignedData[0].Hash) != size || s.SignedData[0].Ref == "":
		return errors.New("sig_data_ref does not hold exactly one range")
	case s.Signer.Type != Chain && s.Signer.Type != ChainHash || len(s.Signer.Ref) == 0:
		return errors.New("signer_cert_ref names no certificate")
	case len(s.Results) == 0:
		return errors.New("sig_val is empty")
	}
	for _, r := range s.Results {
		if r.Policy == "" || r.Result != Passed && r.Result != Failed && r.Result != Indeterminate {
			return errors.New("a result has no policy or is not one of the three")
		}
	}
	return nil
}
