// Package cms writes and reads the signatures that lie in PDF files and
// time-stamps: SignedData of RFC 5652 with the signed attributes of CAdES
// baseline signatures (ETSI EN 319 122-1).
//
// It owns: the bytes that a signer signs (SignedAttributes), the SignedData
// around a signature made elsewhere (Assemble), adding a time-stamp afterwards
// (AddUnsigned), and reading any SignedData with everything that is odd about
// it (Parse, Verify). What it writes is DER to the letter: sorted sets, definite
// and shortest lengths, defaults left out; never a signing-time, which PAdES
// forbids. What it reads may be BER: it is understood when it can be, and
// reported.
//
// It does not own: trust in a certificate, revocation, time-stamps' meaning
// (block/tsp), what part of a file is signed (block/pades), or any verdict. A
// fault is an observation; whether it matters is the caller's policy.
//
// It has no states: values in, values out. Signing is in two steps so that the
// key may be anywhere: SignedAttributes gives the bytes, the key signs their
// digest, Assemble puts the two together.
package cms
