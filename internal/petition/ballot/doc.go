// Package ballot takes votes and keeps them as (petition, nullifier) and
// nothing else (I-10, P-15).
//
// It owns the tables petition_ballot, petition_day and petition_district and
// the one table a petition that holds its votes, the queue in front of the one
// writer, the counts, and the rewriting in key order. It does not know when a petition closes for good or
// what is published: closing and tally do. It knows a voter only between the
// request and the sealing, in memory.
//
// # A vote's way
//
// Cast puts it in a bounded queue (full: fault.TooMany, try again) → sealers
// turn up to 256 voters into nullifiers at a time and forget them → the one
// writer commits up to 256 together and counts once a petition → answered.
// What is answered as accepted is on disk (I-16).
//
// # States of a vote
//
// none → accepted → withdrawn (as if it had never been) → accepted …, as long
// as the petition takes votes. Voting again changes nothing and says so to
// that person alone.
//
// # What order remains
//
// Rows are inserted in key order within a commit, and all rows are rewritten in
// key order hourly (nightly from 100 000), before a dump and at closing. Between
// two rewritings the files of the database still tell in which order commits
// came; nothing tells who was logged in then (I-17).
//
// The districts' counters are tiny and hot: every commit of a municipality that
// counts them touches a few. Until the next rewriting the files therefore tell
// of a commit which districts its votes came from, and of one that held a
// single vote, the district of that nullifier. That joins with nothing
// personal: a nullifier leads to nobody without the key, and whoever holds the
// key needs no district; a district leads to thousands. Rewriting and
// closing take it away as they take the order. What is shown of the counters
// moves once a day, so that no vote can be watched arriving in a district.
package ballot
