// Package submission is the moment an application is handed in.
//
// It freezes a draft into a record that never changes again: the form as it
// was shown, the answers, both columns of amounts, the payments behind the
// sums, how every source answered and when, the supporting documents and the
// summary that the person approved, with its SHA-256 (I-8, M-74, M-93).
// Handing in is one transaction and idempotent: one receipt however often the
// button is pressed. An incomplete application is received; what is missing
// is listed in the record.
//
// A record lives as long as its case: casework disposes of both together.
//
// The record is sealed with the board's lasting key. From here on the event
// "submission.received" carries its id, and nothing else, to casework.
package submission
