// Package bankid is the BankID provider: a client of the relying party API
// v6.0 over mutual TLS, and the knowledge of what its answers mean.
//
// An order starts outstanding; a page shows its animated QR code (another
// device) or a link that starts the app (this device), the two ways of secure
// start. Collect then tells pending with a hint, failed with a hint, or
// complete with the person. An order that nobody opened in its start window is
// renewed silently for a few minutes, so a person who reads slowly is not
// punished.
//
// Every hint and error becomes a message id (messages.go); the words live in
// the text catalogue. The provider is stateless: what it must remember goes
// back as sealed state. The orderRef and the QR secret never reach a browser,
// and nothing of a person reaches a log.
//
// It owns no signing (that is the signing step) and no certificates: it is
// given an *http.Client that has them.
package bankid
