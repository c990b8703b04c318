// Package tally makes what is published of a petition's count, and checks it.
//
// It owns the signed heads (count and Merkle root), the list of leaves where
// that is switched on, the report of the erasure, and the tables petition_head
// and petition_leaf. It does not take votes and does not decide when a petition
// closes. docs/petition-audit.md says the format, so that anyone can write a
// checker; Audit is ours, and needs nothing but the published files.
//
// # States of what is published
//
// While a petition is open: running heads, each at least k votes and a day
// after the one before, so that no head tells of a single vote. After its keys
// are destroyed: the final head, the report, and the leaves only where the data
// protection officer has decided so (I-10). Below the floor of votes a head has
// a count and no root.
package tally
