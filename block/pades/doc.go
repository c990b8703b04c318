// Package pades signs PDF files the PAdES way (EN 319 142-1) and reads the
// signatures that a file has.
//
// It owns: the signature field and its dictionary, the byte range, the visible
// appearance, the four baseline levels (B-B, B-T, B-LT, B-LTA), document
// time-stamps, the document security store, and the byte-range rules by which
// a signature found in a file is read. It does not own: PDF syntax
// (block/pdf), CMS (block/cms), RFC 3161 (block/tsp), OCSP and CRL
// (block/revocation), nor any verdict: what a signature is worth, and whom to
// trust, is for the validator.
//
// A signature passes through these states. Prepare gives a Prepared: the file
// with a hole where the value goes, and the signed attributes to be signed
// elsewhere. A Prepared can be marshalled and resumed in another process, so a
// remote signing service needs only the attributes, never the document. Finish
// puts the value in the hole and goes on to the level that was asked for. Sign
// does all of it with a key at hand. Every step only appends: each earlier
// byte stays as it was, and so every earlier signature stays valid.
//
// A level that was asked for and not reached is an error, a *LevelError, which
// carries the file at the level that was reached. Nothing is downgraded in
// silence. Signatures name no signature policy (EPES is not produced).
package pades
