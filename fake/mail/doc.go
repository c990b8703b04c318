// Package mail is a mail server that delivers nothing: it takes letters by
// SMTP over STARTTLS, keeps them in memory and shows them on a small page, so
// that a demonstration and tests can read what a person would have got.
//
// It listens on loopback only, has a certificate of the town's own authority,
// and says on every page that it is a test. Letters are gone when it stops. It
// can be told to refuse, to be away and to offer no TLS (Controls).
//
// It knows as much of RFC 5321 as a client that follows it needs: EHLO, HELO,
// STARTTLS, AUTH PLAIN, MAIL, RCPT, DATA, RSET, NOOP, QUIT.
package mail
