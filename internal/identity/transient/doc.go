// Package transient leads one browser through one login that leaves nothing
// behind: for voting, where nobody may ever find out who was there (I-17).
//
// It follows the rules of package flow (a browser is bound by a handle and a
// secret, the provider is asked at most every two seconds, a login on the same
// device must come back through the app, a login is taken once) but keeps what
// it must remember in the memory of this node alone. There is no row, no audit
// line, no session. A login has the states of flow:
//
//	started → pending → done → taken      and failed, cancelled, expired
//
// Whatever ends a login overwrites what was known of the person: the order at
// the e-ID, the address, the answer. What remains for some minutes are two
// hashes and the word that it is over. The e-ID's name of the transaction is
// dropped when its answer comes. The way on (which petition) is never kept here:
// it travels in the browser's own secret, sealed under a key of this process.
//
// Strings that Go has copied cannot be overwritten; they go with the next
// garbage collection. A login lives on one node: a browser must come back to it.
package transient
