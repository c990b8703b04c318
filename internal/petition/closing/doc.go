// Package closing opens a petition for votes, closes it at its time, destroys
// its keys, drops its rows and only then lets a result be published.
//
// It owns the tables petition_closing and petition_pause, the rules of time
// (Europe/Stockholm, extensions for pauses) and the erasing again after a
// backup was put back. It does not take votes (ballot) and does not write what
// is published (tally).
//
// # States
//
//	open → closing → counted → keys-destroyed → rows-dropped → reported
//
// closing: no new logins; who had begun before has the grace. counted: nothing
// more is taken, the rows are counted twice. keys-destroyed: every holder has
// said so. rows-dropped: the table is gone and SQLite's journal empty.
// reported: the final head and the report are signed and kept; from here a
// result may be shown (I-10).
//
// Each step is one durable change that may be done again, so that a program
// that dies anywhere goes on where it was. A petition that is stuck stops no
// other; one that is not reported 24 hours after its closing time is an alarm.
// Nothing moves while the clock has jumped.
package closing
