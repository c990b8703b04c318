package cms

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// SignedData is a parsed SignedData with what is odd about it.
type SignedData struct {
	// DER is false when anything but embedded certificates, revocation lists
	// and unsigned attributes is BER that is not DER.
	DER bool
	// Faults are those of the structure, as codes; each signer has its own.
	Faults []string
	// ContentType is the type of the encapsulated content.
	ContentType asn1.ObjectIdentifier
	// Content is the content itself, nil when the signature is detached.
	Content []byte
	// Certificates are all readable ones, in the order found.
	Certificates []*x509.Certificate
	// RawCRLs and RawOCSPs are the revocation information carried along.
	RawCRLs, RawOCSPs [][]byte
	Signers           []SignerInfo

	certificate func(der []byte) (*x509.Certificate, error)

	faults   faultList
	digests  []crypto.Hash
	others   bool // certificates or CRLs in other formats
	version  int
	trailing bool
	before   []byte // the fields before signerInfos, for AddUnsigned
}

// Parse reads a SignedData. Zeros after it are the padding of a PDF's
// placeholder and mean nothing; other bytes after it are a fault. The error
// wraps ErrNotCMS for what is no SignedData, is over 16 MiB, 64 levels, 200 000
// parts, 100 signers, 1000 certificates or 1000 attributes. Everything else
// that is wrong is told in Faults.
func Parse(der []byte) (*SignedData, error) { return Reader{}.Parse(der) }

// Reader reads SignedData. Whoever reads many that carry the same certificates
// can give it a memory; the zero Reader has none.
type Reader struct {
	// Certificate parses a certificate; nil is x509.ParseCertificate. It may
	// give the same pointer for the same bytes. The bytes are the caller's.
	Certificate func(der []byte) (*x509.Certificate, error)
}

// Parse is as the function Parse.
func (r Reader) Parse(der []byte) (*SignedData, error) {
	if len(der) > maxBytes {
		return nil, fmt.Errorf("%w: too big", ErrNotCMS)
	}
	var s scanner
	size, err := s.element(der, 0, false)
	if err != nil {
		return nil, err
	}
	sd := &SignedData{faults: s.faults, certificate: r.Certificate}
	if sd.certificate == nil {
		sd.certificate = x509.ParseCertificate
	}
	sd.DER = !slices.ContainsFunc([]string{FaultIndefinite, FaultLength, FaultUnsorted, FaultUnsortedCerts, FaultValueEncoding}, s.faults.has)
	if len(bytes.Trim(der[size:], "\x00")) > 0 {
		sd.trailing = true
		sd.faults.add(FaultTrailing)
	}
	body := der[:size]
	if s.rewrite {
		if body, _, err = definite(nil, body); err != nil {
			return nil, err
		}
	}
	if err := sd.read(body); err != nil {
		return nil, err
	}
	sd.judge()
	sd.Faults = sd.faults
	return sd, nil
}

func (sd *SignedData) read(der []byte) error {
	in := cryptobyte.String(der)
	var info, explicit, fields cryptobyte.String
	var oid asn1.ObjectIdentifier
	if !in.ReadASN1(&info, cbasn1.SEQUENCE) || !info.ReadASN1ObjectIdentifier(&oid) || !oid.Equal(OIDSignedData) ||
		!info.ReadASN1(&explicit, context0) || !info.Empty() || !explicit.ReadASN1(&fields, cbasn1.SEQUENCE) || !explicit.Empty() {
		return fmt.Errorf("%w: no SignedData", ErrNotCMS)
	}
	all := fields
	var version, digests, content, sets, signers cryptobyte.String
	if !fields.ReadASN1Element(&version, cbasn1.INTEGER) || !fields.ReadASN1(&digests, cbasn1.SET) || !fields.ReadASN1(&content, cbasn1.SEQUENCE) {
		return fmt.Errorf("%w: fields are missing", ErrNotCMS)
	}
	if !version.ReadASN1Integer(&sd.version) {
		sd.version = -1
	}
	if err := sd.readDigests(digests); err != nil {
		return err
	}
	if err := sd.readContent(content); err != nil {
		return err
	}
	if fields.PeekASN1Tag(context0) {
		fields.ReadASN1(&sets, context0)
		if err := sd.readCertificates(sets); err != nil {
			return err
		}
	}
	if fields.PeekASN1Tag(context1) {
		fields.ReadASN1(&sets, context1)
		if err := sd.readRevocation(sets); err != nil {
			return err
		}
	}
	sd.before = all[:len(all)-len(fields)]
	if !fields.ReadASN1(&signers, cbasn1.SET) || !fields.Empty() {
		return fmt.Errorf("%w: signers are missing", ErrNotCMS)
	}
	for !signers.Empty() {
		var one cryptobyte.String
		if !signers.ReadASN1(&one, cbasn1.SEQUENCE) || len(sd.Signers) >= maxSigners {
			return fmt.Errorf("%w: a signer is not readable", ErrNotCMS)
		}
		signer, err := sd.readSigner(one)
		if err != nil {
			return err
		}
		sd.Signers = append(sd.Signers, signer)
	}
	return nil
}

func (sd *SignedData) readDigests(s cryptobyte.String) error {
	for !s.Empty() {
		id, ok := readIdentifier(&s, cbasn1.SEQUENCE)
		if !ok {
			return fmt.Errorf("%w: a digest algorithm is not readable", ErrNotCMS)
		}
		h, _ := hashFrom(id.oid)
		if h == 0 || !id.plain() {
			sd.faults.add(FaultDigestSet)
		}
		sd.digests = append(sd.digests, h)
	}
	return nil
}

func (sd *SignedData) readContent(s cryptobyte.String) error {
	if !s.ReadASN1ObjectIdentifier(&sd.ContentType) {
		return fmt.Errorf("%w: the content type is not readable", ErrNotCMS)
	}
	if s.Empty() {
		return nil
	}
	var explicit, value cryptobyte.String
	var tag cbasn1.Tag
	if !s.ReadASN1(&explicit, context0) || !s.Empty() || !explicit.ReadAnyASN1(&value, &tag) || !explicit.Empty() {
		return fmt.Errorf("%w: the content is not readable", ErrNotCMS)
	}
	// CMS has an OCTET STRING (RFC 5652, 5.2). PKCS #7 had content of any type,
	// whose value is what was digested.
	if tag != cbasn1.OCTET_STRING {
		if !sd.ContentType.Equal(OIDData) {
			return fmt.Errorf("%w: the content is not an octet string", ErrNotCMS)
		}
		sd.faults.add(FaultValueEncoding)
	}
	sd.Content = append([]byte{}, value...)
	return nil
}

func (sd *SignedData) readCertificates(s cryptobyte.String) error {
	for !s.Empty() {
		var raw cryptobyte.String
		var tag cbasn1.Tag
		if !s.ReadAnyASN1Element(&raw, &tag) {
			return fmt.Errorf("%w: a certificate is not readable", ErrNotCMS)
		}
		if tag != cbasn1.SEQUENCE {
			// The other choices have context tags, [0] to [3] (RFC 5652, 10.2.2).
			if sd.others = true; tag&0xc0 != 0x80 {
				sd.faults.add(FaultBadCertificate)
			}
			continue
		}
		if len(sd.Certificates) >= maxMembers {
			return fmt.Errorf("%w: too many certificates", ErrNotCMS)
		}
		cert, err := sd.certificate(raw)
		if err != nil {
			sd.faults.add(FaultBadCertificate)
			continue
		}
		sd.Certificates = append(sd.Certificates, cert)
	}
	return nil
}

func (sd *SignedData) readRevocation(s cryptobyte.String) error {
	for !s.Empty() {
		var raw cryptobyte.String
		var tag cbasn1.Tag
		if !s.ReadAnyASN1Element(&raw, &tag) {
			return fmt.Errorf("%w: a revocation list is not readable", ErrNotCMS)
		}
		if tag == cbasn1.SEQUENCE {
			sd.RawCRLs = append(sd.RawCRLs, raw)
			continue
		}
		sd.others = true
		var inner, value cryptobyte.String
		var oid asn1.ObjectIdentifier
		if raw.ReadASN1(&inner, context1) && inner.ReadASN1ObjectIdentifier(&oid) && oid.Equal(oidOCSPResponse) && inner.ReadASN1Element(&value, cbasn1.SEQUENCE) {
			sd.RawOCSPs = append(sd.RawOCSPs, value)
		}
	}
	return nil
}

// judge notes what only the whole can tell.
func (sd *SignedData) judge() {
	switch {
	case len(sd.Signers) == 0:
		sd.faults.add(FaultNoSigner)
	case len(sd.Signers) > 1:
		sd.faults.add(FaultManySigners)
	}
	if sd.Content != nil && sd.ContentType.Equal(OIDData) {
		sd.faults.add(FaultContentPresent)
	}
	want := 1
	if !sd.ContentType.Equal(OIDData) {
		want = 3
	}
	used := 0
	for _, s := range sd.Signers {
		if s.keyID != nil {
			want = 3
		}
		if !slices.Contains(sd.digests, s.Digest) || s.Digest == 0 {
			sd.faults.add(FaultDigestSet)
		}
	}
	for _, h := range sd.digests {
		if slices.ContainsFunc(sd.Signers, func(s SignerInfo) bool { return s.Digest == h }) {
			used++
		}
	}
	if used != len(sd.digests) {
		sd.faults.add(FaultDigestSet)
	}
	// Other formats inside raise the version to 3, 4 or 5 (RFC 5652 §5.1).
	if sd.version != want && !(sd.others && sd.version >= 3 && sd.version <= 5) {
		sd.faults.add(FaultVersion)
	}
}
