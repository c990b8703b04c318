// Package casework is what happens to a handed-in application: it becomes a
// case with parties, an officer who is assigned reads it, fills in the
// calculation, asks for what is missing, communicates, and decides; the
// person follows it from receipt to decision.
//
// It owns the case, its events, the worksheet's entries, supplements,
// messages, notes, communications and the decision; the board's staff
// directory; and the client of the municipality's case system, which tells
// whether a person has an open case (broker.Cases). It does not own the
// application (submission does), any rule of an e-service (the worksheet is
// the plug-in's), or any page.
//
// # States of a case
//
// received → opened → decided → closed, with supplement-requested in between
// as often as needed; see transitions. A case whose application lacked
// something starts with a supplement that nobody had to ask for.
//
// A decided case is disposed of as a whole, with its application, when the
// board's records plan says so (Rule); one that is not decided never is.
//
// # Who may what
//
// A person reaches a case as its party, in the party's scope and time; any
// other case is not found, whether it exists or not. An officer reaches a
// case by assignment in the board's staff directory, and never one in which
// the officer is a party (I-13, M-70). Everything that tells something about
// a person is sealed with the board's lasting key.
package casework
