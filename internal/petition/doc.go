// Package petition is the life of an e-petition: proposed without a login,
// read by a moderator before anyone else (P-12), opened for votes, handed over
// to a board and followed until something has come of it (P-13).
//
// It owns the tables petition, petition_text, petition_event, petition_author,
// petition_link, petition_follow, petition_rate and petition_word, and takes
// numbers from registry_series, the board's one series. It owns no vote and no
// count: the packages below it do, behind the interface Voting. What came from
// a former service (petition_import, petition_redirect) keeps that service's
// count beside it, and enters the states below where the file places it.
//
// # States
//
// Three axes in one table of transitions (Transitions), each move with an
// event and an audit record in the same transaction:
//
//	moderation  submitted → reviewing → {supplement-requested → submitted |
//	            accepted | rejected | hidden | merged}; withdrawn, removed
//	voting      none → planned → open ⇄ paused → closing → counted → erased;
//	            stopped (withdrawn, hidden or removed while open) → erased
//	outcome     none → {below-threshold | reached → handed-over → prepared →
//	            decision-planned → decided → carrying-out → carried-out |
//	            not-carried-out}
//
// A proposal is a public record from the moment it arrives, whatever becomes of
// it (P-19). Free text lies sealed; codes and times do not. Nobody logs in to
// propose, so that a moderator reads a proposal of their own cannot be known
// and is not prevented; decisions are logged with who made them.
package petition
