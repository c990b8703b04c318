package cms

import (
	"errors"
	"fmt"
)

// What SignerInfo.Verify may answer; errors.Is tells them apart.
var (
	// ErrDigest: the signed content is not what was signed.
	ErrDigest = errors.New("the message digest differs from the content")
	// ErrSignature: the signature does not fit the attributes and the key.
	ErrSignature = errors.New("the signature does not verify")
	// ErrNotDER is an ErrSignature: the signature fits the attributes as they
	// stand but not their DER form, which RFC 5652 §5.4 requires. Lenient
	// programs call such a signature good.
	ErrNotDER = fmt.Errorf("%w: it is made over attributes that are not DER", ErrSignature)
	// ErrNoCertificate: no certificate in the structure is the signer's.
	ErrNoCertificate = errors.New("the signer's certificate is missing")
	// ErrWeak: MD5, SHA-1, SHA-224, RSA under 2048 bits or a curve under P-256.
	ErrWeak = errors.New("the algorithm or key is too weak")
	// ErrAlgorithm: an algorithm that is unknown, does not fit the key, or
	// disagrees with another place in the same signature.
	ErrAlgorithm = errors.New("the algorithm is not known or does not fit")
)

// ErrNotCMS is wrapped by Parse when the bytes are no SignedData at all.
var ErrNotCMS = errors.New("not a CMS SignedData")

// The faults that Parse reports, in SignedData.Faults (the structure) and
// SignerInfo.Faults (one signer). They are codes, stable for reports; Describe
// gives the sentence.
const (
	// These five make SignedData.DER false.
	FaultIndefinite    = "ber-indefinite-length"
	FaultLength        = "non-minimal-length"
	FaultUnsorted      = "unsorted-set"
	FaultUnsortedCerts = "unsorted-certificates"
	FaultValueEncoding = "non-der-value"

	FaultEmbedded       = "embedded-not-der"
	FaultTrailing       = "trailing-bytes"
	FaultVersion        = "version"
	FaultContentPresent = "content-present"
	FaultNoSigner       = "no-signer"
	FaultManySigners    = "several-signers"
	FaultBadCertificate = "unreadable-certificate"
	FaultDigestSet      = "digest-algorithms-set"

	FaultNoSignedAttrs  = "no-signed-attributes"
	FaultNoDigest       = "no-message-digest"
	FaultNoContentType  = "no-content-type"
	FaultContentType    = "content-type-differs"
	FaultDuplicateAttr  = "duplicate-attribute"
	FaultAttrValues     = "attribute-values"
	FaultDigestMismatch = "digest-algorithm-mismatch"
	FaultAlgorithm      = "unknown-algorithm"
	FaultPSS            = "odd-pss-parameters"
	FaultWeak           = "weak-algorithm"
	FaultNoCertificate  = "no-signer-certificate"
	FaultManyMatching   = "several-matching-certificates"
	FaultKeyID          = "signer-by-key-identifier"
	FaultSigningTime    = "signing-time-present"
	FaultNoESS          = "no-signing-certificate"
	FaultESSV1          = "signing-certificate-v1"
	FaultESSMismatch    = "signing-certificate-differs"
)

// Describe gives one plain English sentence for a fault; an unknown code is
// given back as it is.
func Describe(fault string) string {
	for _, d := range descriptions() {
		if d[0] == fault {
			return d[1]
		}
	}
	return fault
}

func descriptions() [][2]string {
	return [][2]string{
		{FaultIndefinite, "A length is indefinite (BER), where DER has every length written out."},
		{FaultLength, "A length is written with more bytes than it needs."},
		{FaultUnsorted, "The members of a set are not in the order of DER."},
		{FaultUnsortedCerts, "The set of certificates or revocation lists is not in the order of DER."},
		{FaultValueEncoding, "A value (integer, boolean, string, time or object identifier) is not written as DER has it."},
		{FaultEmbedded, "A certificate, revocation list or unsigned attribute inside is not DER."},
		{FaultTrailing, "Bytes other than zeros follow after the structure."},
		{FaultVersion, "A version number is not the one that the contents call for."},
		{FaultContentPresent, "The structure carries content of its own, where a detached signature has none."},
		{FaultNoSigner, "There is no signer."},
		{FaultManySigners, "There is more than one signer in one structure."},
		{FaultBadCertificate, "A certificate inside cannot be read."},
		{FaultDigestSet, "The list of digest algorithms is not that of the signers."},
		{FaultNoSignedAttrs, "There are no signed attributes."},
		{FaultNoDigest, "The signed attributes have no message digest."},
		{FaultNoContentType, "The signed attributes have no content type."},
		{FaultContentType, "The signed content type is not the type of the content."},
		{FaultDuplicateAttr, "An attribute stands more than once."},
		{FaultAttrValues, "An attribute that must have exactly one well-formed value has not."},
		{FaultDigestMismatch, "The digest algorithms named in different places do not agree."},
		{FaultAlgorithm, "An algorithm is not known."},
		{FaultPSS, "The RSASSA-PSS parameters are not those of one hash throughout with a salt of its length or more."},
		{FaultWeak, "The algorithm is too weak to be relied on."},
		{FaultNoCertificate, "No certificate inside is the signer's."},
		{FaultManyMatching, "Several different certificates inside match the signer."},
		{FaultKeyID, "The signer is named by key identifier, not by issuer and serial number."},
		{FaultSigningTime, "A signing time is among the signed attributes, which PAdES does not allow."},
		{FaultNoESS, "The signing certificate is not among the signed attributes."},
		{FaultESSV1, "The signing certificate is bound by SHA-1 only."},
		{FaultESSMismatch, "The signed reference to the certificate is not to the signer's certificate."},
	}
}

// faultList keeps each code once, in the order found.
type faultList []string

func (f *faultList) add(code string) {
	for _, c := range *f {
		if c == code {
			return
		}
	}
	*f = append(*f, code)
}

func (f faultList) has(code string) bool {
	for _, c := range f {
		if c == code {
			return true
		}
	}
	return false
}
