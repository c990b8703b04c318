// Package booth leads one person from an e-ID's answer to one vote, and leaves
// nothing of the person behind (I-17, P-06, P-09, P-15).
//
// It owns: who may vote (the rules of level, age and residence), the ticket
// that carries an admitted person from the page that asks "do you want to vote"
// to the vote, and the words, as codes, for each way it can end. It does not
// own the votes (ballot), the login (identity/transient), or any table. It has
// no log: there is nothing to write to.
//
// # The ticket
//
// A ticket is sealed for the browser alone, under a short-lived key of the
// keyring, so that any node of the municipality can take it. It is bound to one
// petition and one person, is good for five minutes, and can be opened by
// nobody an hour later, when its key is destroyed. It may be used more than
// once within its time: a second vote is told "you have voted already", and
// changes nothing.
//
// # States of a visit
//
// login → admitted (with a ticket) → accepted, withdrawn, voted or not-voted.
// From each a refusal, which has a code (Reason) and a kind of fault.
//
// Errors hold no person, no ticket and no transaction.
package booth
