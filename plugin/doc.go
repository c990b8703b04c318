// Package plugin is the contract between Medborgarnavet and its plug-ins.
//
// It is the standard library and nothing else, so that a supplier can read it
// alone. A plug-in is a struct of abilities, [Plugin]: a nil ability means
// "not offered". The same value comes from a Go package in the process and
// from a client of a plug-in elsewhere; the JSON tags of the types here are
// the wire format, so there is one contract and not two.
//
// Three kinds of plug-in exist (source 004, appendix 3; M-16):
//
//   - an information source fetches what a register holds on one person
//     ([Source]);
//   - a view shows a person what was fetched ([View]);
//   - an e-service is a form that a person fills in and hands in ([EService]).
//
// Plug-ins never meet. What a source answers goes to the platform's broker,
// which passes it on only to the audience of the [Grant] it was fetched under
// (M-22, I-3). A plug-in gets everything it may use through [Host] and the
// arguments of a call; it holds no reference to the platform.
//
// Times on the wire are RFC 3339, dates are "2006-01-02", months "2006-01",
// amounts whole öre. Unknown members must be ignored by both sides: in test
// mode the platform sends one at random.
package plugin
