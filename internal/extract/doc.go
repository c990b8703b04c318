// Package extract answers a person who asks what there is about them
// (registerutdrag, article 15 of the GDPR), at the moment they ask: drafts with
// everything typed, what was fetched and from whom, applications, cases with
// calculation and decision, and who has done what with it.
//
// It owns no table and no term. It reads what the steps before it give to the
// person themselves, under their rules: a live login, the person's own, a
// party's scope. So it can show nothing that the person's other pages could
// not, and a person with protected data gets the same as one with nothing
// (I-4). What the steps keep from a party is not in it: working notes, what is
// secret, a calculation that is not decided.
//
// A request is never pending, so no purge is ever held back: decision 0014.
package extract
