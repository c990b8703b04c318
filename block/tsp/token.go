package tsp

import (
	"crypto"
	"crypto/subtle"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"medborgarnavet/block/cms"
)

// What ParseToken and Verify may answer besides the errors of block/cms.
var (
	// ErrToken: not a time-stamp token, or one that RFC 3161 does not allow.
	ErrToken = errors.New("not a time-stamp token")
	// ErrImprint: the token stamps other bytes.
	ErrImprint = errors.New("the time-stamp is over other bytes")
	// ErrUsage: the signer's certificate is not for time-stamping alone
	// (RFC 3161 §2.3), or was not valid when the stamp was made.
	ErrUsage = errors.New("the certificate is not for time-stamping")
)

// OIDTSTInfo is id-ct-TSTInfo, the content type of a token.
var OIDTSTInfo = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}

var (
	oidExtKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidSHA1        = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
)

const (
	context0 = cbasn1.Tag(0xa0)
	context1 = cbasn1.Tag(0xa1)
	millis   = cbasn1.Tag(0x80) // IMPLICIT INTEGERs of Accuracy
	micros   = cbasn1.Tag(0x81)
)

// Token is a time-stamp as read. Nothing in it is believed until Verify.
type Token struct {
	Time       time.Time     // genTime, UTC
	Accuracy   time.Duration // 0 when not said
	Policy     asn1.ObjectIdentifier
	Serial     *big.Int
	Hash       crypto.Hash // 0 when unknown or too weak
	Imprint    []byte
	Nonce      *big.Int // nil when absent
	Ordering   bool
	Extensions []pkix.Extension
	CMS        *cms.SignedData

	weak bool
}

// ParseToken reads a token. Zeros after it, a PDF's padding, are allowed. The
// error wraps ErrToken or cms.ErrNotCMS.
func ParseToken(der []byte) (*Token, error) {
	sd, err := cms.Parse(der)
	if err != nil {
		return nil, err
	}
	return TokenOf(sd)
}

// TokenOf is the token that a SignedData holds. The error wraps ErrToken.
func TokenOf(sd *cms.SignedData) (*Token, error) {
	if !sd.ContentType.Equal(OIDTSTInfo) || sd.Content == nil {
		return nil, fmt.Errorf("%w: the content is of another type", ErrToken)
	}
	t := &Token{CMS: sd}
	if !t.read(sd.Content) {
		return nil, fmt.Errorf("%w: TSTInfo is not readable", ErrToken)
	}
	return t, nil
}

func (t *Token) read(der []byte) bool {
	in := cryptobyte.String(der)
	var seq, at cryptobyte.String
	version := 0
	t.Serial = new(big.Int)
	if !in.ReadASN1(&seq, cbasn1.SEQUENCE) || !in.Empty() || !seq.ReadASN1Integer(&version) || version != 1 ||
		!seq.ReadASN1ObjectIdentifier(&t.Policy) {
		return false
	}
	var weak, ok bool
	if t.Hash, weak, t.Imprint, ok = readImprint(&seq); !ok {
		return false
	}
	t.weak = weak
	if !seq.ReadASN1Integer(t.Serial) || !seq.ReadASN1(&at, cbasn1.GeneralizedTime) || !t.readTime(string(at)) {
		return false
	}
	if seq.PeekASN1Tag(cbasn1.SEQUENCE) && !t.readAccuracy(&seq) {
		return false
	}
	if seq.PeekASN1Tag(cbasn1.BOOLEAN) && !seq.ReadASN1Boolean(&t.Ordering) {
		return false
	}
	if seq.PeekASN1Tag(cbasn1.INTEGER) {
		t.Nonce = new(big.Int)
		if !seq.ReadASN1Integer(t.Nonce) {
			return false
		}
	}
	if seq.PeekASN1Tag(context0) && !seq.SkipASN1(context0) { // tsa: a hint
		return false
	}
	return t.readExtensions(&seq) && seq.Empty()
}

// readTime: X.690 §11.7, seconds always, a fraction without trailing zeros.
func (t *Token) readTime(s string) bool {
	at, err := time.Parse("20060102150405Z", s)
	if err != nil || at.Format("20060102150405.999999999Z") != s {
		return false
	}
	t.Time = at.UTC()
	return true
}

func (t *Token) readAccuracy(in *cryptobyte.String) bool {
	var seq cryptobyte.String
	if !in.ReadASN1(&seq, cbasn1.SEQUENCE) {
		return false
	}
	units := []struct {
		tag  cbasn1.Tag
		unit time.Duration
		most int64
	}{{cbasn1.INTEGER, time.Second, 1 << 31}, {millis, time.Millisecond, 999}, {micros, time.Microsecond, 999}}
	for _, u := range units {
		if !seq.PeekASN1Tag(u.tag) {
			continue
		}
		var n int64
		if !seq.ReadASN1Int64WithTag(&n, u.tag) || n < 0 || n > u.most {
			return false
		}
		t.Accuracy += time.Duration(n) * u.unit
	}
	return seq.Empty()
}

func (t *Token) readExtensions(in *cryptobyte.String) bool {
	if in.Empty() {
		return true
	}
	var list cryptobyte.String
	if !in.ReadASN1(&list, context1) {
		return false
	}
	for !list.Empty() {
		var one, value cryptobyte.String
		var e pkix.Extension
		if !list.ReadASN1(&one, cbasn1.SEQUENCE) || !one.ReadASN1ObjectIdentifier(&e.Id) ||
			one.PeekASN1Tag(cbasn1.BOOLEAN) && !one.ReadASN1Boolean(&e.Critical) ||
			!one.ReadASN1(&value, cbasn1.OCTET_STRING) || !one.Empty() {
			return false
		}
		e.Value = value
		t.Extensions = append(t.Extensions, e)
	}
	return true
}

// readImprint reads a MessageImprint.
func readImprint(in *cryptobyte.String) (h crypto.Hash, weak bool, digest []byte, ok bool) {
	var seq, alg, value cryptobyte.String
	var oid asn1.ObjectIdentifier
	if !in.ReadASN1(&seq, cbasn1.SEQUENCE) || !seq.ReadASN1(&alg, cbasn1.SEQUENCE) || !seq.ReadASN1(&value, cbasn1.OCTET_STRING) || !seq.Empty() {
		return 0, false, nil, false
	}
	if !alg.ReadASN1ObjectIdentifier(&oid) || !alg.Empty() && (!alg.SkipASN1(cbasn1.NULL) || !alg.Empty()) {
		return 0, false, nil, false
	}
	for _, known := range hashes() {
		if known.oid.Equal(oid) {
			h = known.hash
		}
	}
	return h, oid.Equal(oidSHA1), value, h == 0 || len(value) == h.Size()
}

type namedHash struct {
	hash crypto.Hash
	oid  asn1.ObjectIdentifier
}

func hashes() []namedHash {
	return []namedHash{
		{crypto.SHA256, asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}},
		{crypto.SHA384, asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}},
		{crypto.SHA512, asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}},
	}
}

// Certificate is the signer's, nil when the token does not carry it.
func (t *Token) Certificate() *x509.Certificate {
	if len(t.CMS.Signers) != 1 {
		return nil
	}
	return t.CMS.Signers[0].Certificate
}

// Verify checks the token against the bytes that it is said to stamp: digest
// gives their digest for the hash that the token uses. It checks the imprint,
// that there is one signer with the mandatory signed attributes, the reference
// to the certificate (RFC 5816), the signature, and that the certificate is
// for time-stamping alone and was valid at Time. Trust and revocation are the
// caller's. Errors: ErrImprint, ErrToken, ErrUsage and those of cms.Verify.
func (t *Token) Verify(digest func(h crypto.Hash) []byte) error {
	if t.weak {
		return cms.ErrWeak
	}
	if t.Hash == 0 {
		return cms.ErrAlgorithm
	}
	if want := digest(t.Hash); len(want) == 0 || subtle.ConstantTimeCompare(want, t.Imprint) != 1 {
		return ErrImprint
	}
	for _, e := range t.Extensions {
		if e.Critical {
			return fmt.Errorf("%w: a critical extension is not known", ErrToken)
		}
	}
	if len(t.CMS.Signers) != 1 {
		return fmt.Errorf("%w: it must have one signer", ErrToken)
	}
	s := t.CMS.Signers[0]
	for _, code := range []string{cms.FaultNoSignedAttrs, cms.FaultNoContentType, cms.FaultContentType, cms.FaultDuplicateAttr, cms.FaultAttrValues, cms.FaultNoESS} {
		if slices.Contains(s.Faults, code) {
			return fmt.Errorf("%w: %s", ErrToken, cms.Describe(code))
		}
	}
	if s.Digest == 0 || !s.Digest.Available() {
		return cms.ErrAlgorithm
	}
	sum := s.Digest.New()
	sum.Write(t.CMS.Content)
	if err := s.Verify(sum.Sum(nil)); err != nil {
		return err
	}
	if !s.ESSMatches {
		return fmt.Errorf("%w: %s", ErrToken, cms.Describe(cms.FaultESSMismatch))
	}
	return checkUsage(s.Certificate, t.Time)
}

// checkUsage: RFC 3161 §2.3, one extended key usage, critical.
func checkUsage(cert *x509.Certificate, at time.Time) error {
	alone := len(cert.ExtKeyUsage) == 1 && cert.ExtKeyUsage[0] == x509.ExtKeyUsageTimeStamping && len(cert.UnknownExtKeyUsage) == 0
	critical := slices.ContainsFunc(cert.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(oidExtKeyUsage) && e.Critical })
	if !alone || !critical {
		return ErrUsage
	}
	if at.Before(cert.NotBefore) || at.After(cert.NotAfter) {
		return fmt.Errorf("%w: it was not valid at that time", ErrUsage)
	}
	return nil
}
