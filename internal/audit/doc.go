// Package audit is the log of who did what with whose data, for tracing fraud
// and for samples (M-118), with as little in it as that needs (M-119).
//
// An event holds keyed pseudonyms, ids, counts and codes; never a personal
// identity number, an amount, a name or free text. It is written in the
// transaction of what it tells about, so neither happens without the other.
//
// # States of a row
//
// written (not yet sealed: the tail) → sealed → disposed → gone with its
// segment. Sealing gives a row its number and
//
//	commitment = SHA-256(salt ‖ payload)
//	chain      = SHA-256(previous chain ‖ commitment)
//
// and signs the head of the month's segment. Disposal removes payload and salt,
// and later a whole closed segment's rows, but keeps the commitments or at least
// the signed heads, and leaves a signed word of how far it went. So Verify can
// tell disposed from tampered.
//
// What Verify cannot see alone: the newest sealed rows cut off together with
// their head, by someone who put an older signed head back. Heads that were
// noted elsewhere (Report.Head, on paper or in another system) close that.
//
// It owns the tables audit_*, and neither the terms (retention) nor the
// debugging log.
package audit
