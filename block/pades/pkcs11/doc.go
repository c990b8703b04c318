// Package pkcs11 opens a key on a PKCS #11 token (a smart card or a hardware
// security module) as a crypto.Signer, for use in pades.Signer.
//
// It owns the way from a token's label, a PIN and a key's label to a signature:
// ECDSA on P-256, P-384 and P-521, RSA PKCS #1 v1.5 and RSASSA-PSS. The key
// never leaves the token. It does not own how keys get there, nor what is
// signed.
//
// It needs cgo and the token maker's library, and is therefore built only with
// the tag pkcs11. A Key is open until Close; it may be used by many at once,
// and signs for one at a time.
package pkcs11
