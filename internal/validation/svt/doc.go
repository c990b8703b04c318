// Package svt issues and reads Signature Validation Tokens (RFC 9321, profile
// "PDF" of its appendix B).
//
// A token is a JSON Web Token in which a validator that somebody trusts says:
// these signatures, over these bytes, by these certificates, were validated by
// this policy with this result at this time. A later validator that trusts the
// issuer and recomputes the hashes needs neither the old public key
// infrastructure nor its revocation lists. In a PDF the token travels in a
// document time-stamp, as an extension of its TSTInfo.
//
// The package owns the claims, the signature of the token (JWS with the
// standard library: ES256, ES384, ES512 and PS256, PS384, PS512 are written;
// RS256, RS384 and RS512 are read too) and the extension. It does not decide
// whom to trust, does not read PDF files and does not validate signatures.
//
// A Token is parsed, then verified against a certificate; what it claims means
// nothing before Verify has returned nil.
package svt
