// Package validation says what a signed PDF is worth: valid, invalid or
// indeterminate, signature by signature and for the file, and why, in Swedish
// and English.
//
// It follows the building blocks of ETSI EN 319 102-1: format, identification
// of the signing certificate, chain and revocation at the right time,
// cryptographic verification and constraints, time-stamps first, so that what
// they prove to have existed keeps a signature valid when certificates have
// long expired. Before all that stands what the file itself tells: a change
// after a signature that is not allowed makes it invalid, whatever is known of
// the signer (I-12).
//
// It owns verdicts, reasons, the policy (algorithms by date, rules for
// revocation) and the record that is kept of a validation (Store). Whom to
// trust is in the part trust, validation tokens in svt, the XML report of
// TS 119 102-2 in etsi. It does not own PDF, CMS, OCSP or PDF/A: those are
// building blocks. It fetches nothing unless given a Fetcher, and never shows a
// personal identity number.
//
// PDF/A is judged by our own checker and, where Options ask for it, by
// validators that are programs of their own (VeraPDF): what each says is kept,
// and that they do not agree is told (S-12).
//
// Not read, and so never a reason to pass: digests with SHA-3 (the signature is
// indeterminate), counter-signatures (an unsigned attribute that takes nothing
// from and adds nothing to the signature), and the text of a signature policy
// (EPES: its rules are not applied).
//
// A validation is one call with no state between calls. It ends within
// Policy.Time whatever the file is; Others have time of their own after it.
package validation
