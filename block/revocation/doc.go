// Package revocation reads OCSP answers (RFC 6960) and certificate revocation
// lists (RFC 5280), and fetches them.
//
// It owns: whether an answer is authentic, is about this certificate, and when
// it holds; and a Fetcher with a cache that asks where a certificate says that
// answers are to be had. The parsing of the formats is golang.org/x/crypto/ocsp
// and crypto/x509.
//
// It does not own: what a revocation means for a signature (that depends on
// when it was made), trust in the issuer, or whether a responder's own
// certificate is revoked: Status.Responder is there for that.
//
// The functions have no states. A Fetcher holds its cache; a nil Fetcher
// fetches nothing and says so, which is how calls to the outside are forbidden.
// An answer that cannot be relied on is an error or Unknown, never Good.
package revocation
