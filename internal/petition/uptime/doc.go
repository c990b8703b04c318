// Package uptime keeps the service's own record of when it was up (P-01,
// petitions.md §3 rule 6), so that the status page tells the truth and lost
// time is given back to proposers.
//
// Once a minute every part is tried and one row a part is written, by the node
// that has the lease of that minute. A minute without rows is one when the
// service was dead. It owns the tables uptime_minute, uptime_day and
// uptime_outage. It moves no closing time: closing does, told by NewOutages.
// Nothing in it is about a person.
//
// # Parts
//
// service (this program lives), database, e-id, sealer and mail, as far as
// they are tried; and two sums: own, which is service and database, and
// voting, which is all that a vote needs. So an e-ID's outage is told apart
// from our own. What is handed on to closing is own and the e-ID: a sealer's
// outage is held there at once.
//
// # States of an outage
//
// lasts → ended → told. While the database is away, minutes are kept in memory
// and written when it is back; if the program dies as well they are a gap, and
// a gap is an outage. While the clock has jumped nothing is written.
package uptime
