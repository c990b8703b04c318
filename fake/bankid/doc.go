// Package bankid is a real server that plays BankID: the relying party API
// v6.0 over mutual TLS, and a page that plays the person's phone.
//
// It is a test world and says so on every page. It shares no code with the
// client in internal/identity/bankid, so that neither tests itself, and it
// enforces what the real service enforces: a client certificate by its own CA,
// well-formed requests, the animated QR code's HMAC and time, secure start
// within 30 seconds, three minutes in all, polite polling, and a result that
// is handed out once.
//
// An order is outstanding until an app opens it (by QR code or autostart
// token), then started, then signing once a person is chosen, and ends as
// complete or failed. A complete order is forgotten when it is collected.
//
// Keys and certificates are random at each start. Both servers listen on
// loopback only and set no cookies. Go tests steer it with Script, Scan, Open
// and Break; people use the page.
package bankid
