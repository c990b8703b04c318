// Package tsp asks for, issues and verifies time-stamps: RFC 3161 with the
// certificate references of RFC 5816.
//
// It owns: the request and the response, the client over HTTP, the token
// (a CMS SignedData around a TSTInfo) with its verification: that it stamps
// these bytes, that it is signed, and that the signer's certificate is for
// time-stamping and for nothing else. Issue makes a token with a key at hand,
// for signature validation tokens that lie in document time-stamps (RFC 9321).
//
// It does not own: trust in the time-stamping authority, revocation, what was
// stamped (a signature value or a byte range of a file), or what a missing
// time-stamp means for a signature's level.
//
// It has no states and keeps nothing between calls. A client that gets no good
// token gives an error, never a lesser one: ErrUnavailable when the authority
// could not be reached, ErrRefused when it said no.
package tsp
