package pades

import (
	"context"
	"crypto"
	"crypto/x509"
	"fmt"
	"time"
)

// Level is a baseline level of EN 319 142-1, clause 6. Each holds what the one
// before it holds, and more.
type Level int

// The levels.
const (
	BB   Level = iota + 1 // signature with the signer's certificate
	BT                    // and a time-stamp over the signature value
	BLT                   // and all that is needed to validate it without asking anyone
	BLTA                  // and a document time-stamp over all of that
)

// String is the level's name in the standard, "B-LT".
func (l Level) String() string {
	switch l {
	case BB:
		return "B-B"
	case BT:
		return "B-T"
	case BLT:
		return "B-LT"
	case BLTA:
		return "B-LTA"
	}
	return fmt.Sprintf("level %d", int(l))
}

// CertifyPermission asks for a certification signature and says what may be
// done to the file after it (DocMDP, ISO 32000-1, 12.8.2.2).
type CertifyPermission int

// The permissions. P=1, no changes at all, is always refused: viewers then
// call the file modified once validation data or a time-stamp is added.
const (
	NotCertified      CertifyPermission = 0
	CertifyNoChanges  CertifyPermission = 1 // refused
	CertifyFormFill   CertifyPermission = 2 // fill in forms and sign
	CertifyAnnotation CertifyPermission = 3 // and annotate
)

// TimeStamper gives RFC 3161 time-stamp tokens. tsp.Client is one.
type TimeStamper interface {
	Stamp(ctx context.Context, digest []byte, h crypto.Hash) (token []byte, err error)
}

// RevocationSource gives what is known of a certificate's revocation, as DER:
// an OCSP response, a CRL, or both. *revocation.Fetcher is one.
type RevocationSource interface {
	Fetch(ctx context.Context, cert, issuer *x509.Certificate) (ocsp, crl []byte, err error)
}

// Signer is a key at hand with its certificate. Chain is the issuers, nearest
// first, with the root.
type Signer struct {
	Certificate *x509.Certificate
	Chain       []*x509.Certificate
	Key         crypto.Signer
	Hash        crypto.Hash // 0 = SHA-256
	PSS         bool        // RSA keys: RSASSA-PSS rather than PKCS #1 v1.5
}

// Options is how a signature is made. The zero value makes an invisible B-B
// approval signature in a new field.
type Options struct {
	Field    string // full name of an empty signature field, or of a new one; "" = a new one with a free name
	Reason   string
	Location string
	Name     string // "" = the name in the certificate
	Contact  string
	Time     time.Time // claimed time of signing, with its time zone; zero = now
	Level    Level     // 0 = BB

	Appearance *Appearance // nil = invisible

	TSA        TimeStamper       // from B-T
	Revocation RevocationSource  // from B-LT
	Clock      func() time.Time  // when revocation is judged; nil = time.Now
	Certify    CertifyPermission // make the later signers' fields first (AddFields): some validators allow no new ones after it

	Hash        crypto.Hash // 0 = SHA-256; Sign takes the signer's
	PSS         bool        // Sign takes the signer's
	TokenBytes  int         // room for the time-stamp; 0 = 12 KiB
	FieldPrefix string      // of new fields' names; "" = "Signatur"
}

// Result is a signed file and the level it reached. Why says in English why
// the level is not higher; it is empty at the level that was asked for.
type Result struct {
	File    []byte
	Reached Level
	Why     string
	Field   string // the signature's field
}

// LevelError says that the level asked for was not reached. Result holds the
// file at the level that was: the caller decides whether to keep it.
type LevelError struct {
	Asked  Level
	Result Result
	Err    error
}

// Error names both levels and the reason.
func (e *LevelError) Error() string {
	return fmt.Sprintf("pades: %s was asked for, %s was reached: %v", e.Asked, e.Result.Reached, e.Err)
}

// Unwrap gives the reason.
func (e *LevelError) Unwrap() error { return e.Err }
