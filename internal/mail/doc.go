// Package mail sends letters: plain text, to one address each, after the
// transaction that asked for them is durable, at least once.
//
// A letter waits sealed under a short-lived key, so that neither the database
// nor a backup can be read for addresses; the outbox carries its id. It goes
// when the mail server has taken it, has refused it for good, or when it is
// three days old: then its key is destroyed and nobody can send it.
//
// # States of a letter
//
// waiting → sent | refused for good | too old; each ends with the row gone. A
// crash between sending and removing sends it again with the same Message-ID.
//
// SMTP is the one sender, and it takes TLS with a verified certificate or
// sends nothing. No address, subject or answer of a server stands in a log or
// an error: only codes.
//
// It owns the table mail_message, and no texts and no recipients: steps do.
package mail
