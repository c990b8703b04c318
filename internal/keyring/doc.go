// Package keyring holds one municipality's keys. It seals what the database
// keeps, and makes pseudonyms and signatures.
//
// # Two classes of keys
//
// Lasting: for submissions, cases, documents. One master key, 32 bytes in a
// file of its own, from which HKDF derives a key per branch (board) and per
// purpose. Each item is sealed with a data key of its own, wrapped by the
// branch's key; both lie in the database and in its backups. Copy the master
// file to a safe place: without it the database is unreadable.
//
// Short-lived: for drafts and fetched answers. Time is cut into slots of one
// hour (UTC); each slot has one random key in a file of its own, in a directory
// outside the data directory and outside every backup. A thing due at t is
// sealed under the slot that ends at t or next after it, and when the slot has
// ended its key is destroyed: then every copy of the thing, in whatever backup,
// journal or page of a disk, is unreadable (I-7). Never copy this directory.
//
// # States of a slot key
//
// absent → made (file and directory synced before first use) → destroyed
// (overwritten, removed, directory synced, forgotten in memory). A slot that
// has ended is never made again, and opening under it is fault.Gone.
//
// Overwriting a file does not reach old blocks of a copying file system or a
// solid-state disk; docs/operations.md asks for a directory on an encrypted
// disk or in memory that survives a restart of the program.
//
// It owns no table and decides no term: callers say when a thing is due.
package keyring
