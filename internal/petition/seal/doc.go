// Package seal turns a voter's personal identity number into a nullifier: 32
// bytes that are the same for the same person and petition, differ between
// petitions, and cannot be led back to the person without the petition's key.
//
// Two designs stand behind one interface, Sealer. MAC: one random key a
// petition, nullifier = HMAC-SHA-256. Split: two keys held by two parties,
// nullifier = SHA-256 of the two answers of an oblivious pseudo-random
// function (RFC 9497); neither party learns whom it is asked about, each must
// prove that it used the key it committed to, and one honest destruction is
// enough.
//
// Keys are kept by a Keeper: a Store, which is a directory of key files outside
// the database and outside every backup, or a Remote, which asks another
// party's Holder over mutual TLS (docs/sealer.md). A Store counts what it is
// asked, caps it and limits its rate, so that guessing shows and ends.
//
// # States of a key
//
// made (its file synced before first use) → live → destroyed: a tombstone is
// written, the file overwritten, removed and the directory synced. A key that
// has a tombstone is never made or used again, whatever the database says.
//
// The package owns no table and no term. It never writes a personal identity
// number anywhere and has it in no error.
package seal
