// Package register asks a population register whether a voter is a resident,
// by the protocol of docs/population-register.md over mutual TLS.
//
// It owns the question, what of the answer may be used (yes or no, and a
// district's code), and the care for a register that is slow or away: two
// seconds for an answer, a bounded number of questions at a time, and none at
// all for a while after several have failed.
//
// It keeps nothing: no answer, no list of who was asked, no log. It owns no
// table and no rule of who may vote (booth does). It is off unless a
// municipality turns it on, since a question leaves a trace elsewhere
// (petitions.md §2.2).
//
// # States
//
// asking → resting (after five failures in a row, for twenty seconds) → one
// question tries → asking or resting. An answer in either sense is no failure.
package register
