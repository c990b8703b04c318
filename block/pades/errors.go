package pades

import "errors"

// Why a file is not signed; test with errors.Is. The texts never quote the
// document or name a person.
var (
	ErrEncrypted    = errors.New("pades: an encrypted file is not signed")
	ErrDamaged      = errors.New("pades: the file is damaged (its cross-reference table had to be rebuilt); save it anew before signing")
	ErrCertified    = errors.New("pades: the file is certified with no changes allowed: another signature would break that one")
	ErrCertify      = errors.New("pades: the file cannot be certified")
	ErrField        = errors.New("pades: the signature field cannot be used")
	ErrSeedValue    = errors.New("pades: the signature field demands what cannot be honoured")
	ErrLocked       = errors.New("pades: an earlier signature locks the field")
	ErrNoRoom       = errors.New("pades: the appearance has no room")
	ErrPage         = errors.New("pades: there is no such page")
	ErrTooSmall     = errors.New("pades: the space reserved for the signature is too small")
	ErrCertificate  = errors.New("pades: the certificate cannot sign documents")
	ErrSignature    = errors.New("pades: the signature does not fit the prepared file")
	ErrState        = errors.New("pades: the prepared state does not fit the file")
	ErrNoTSA        = errors.New("pades: the level needs a time-stamp authority")
	ErrNoRevocation = errors.New("pades: the level needs a source of revocation information")
	ErrRevoked      = errors.New("pades: a certificate is revoked")
	ErrChain        = errors.New("pades: an issuer's certificate is missing")
	ErrSigned       = errors.New("pades: the file is signed already; this must be done before the first signature")
	ErrNoSignature  = errors.New("pades: the file has no signature")
	ErrStamp        = errors.New("pades: the time-stamp authority gave no usable time-stamp")
	ErrNoProof      = errors.New("pades: nothing usable is known of a certificate's revocation")
	ErrStructure    = errors.New("pades: the file's structure cannot be extended")
)
