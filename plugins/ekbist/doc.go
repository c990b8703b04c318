// Package ekbist is the e-service eAnsökan EkBist: the renewed application
// for economic assistance that a single-adult household hands in each month
// (source 004, chapter 1 and appendix 2).
//
// It owns the form definition and its texts, the rules that look a draft
// over, and the calculation an officer's decision rests on. It owns no data:
// the platform keeps drafts, applications and decisions, fetches from the
// registers and shows the pages. Everything here is a pure function of its
// arguments and the board's settings.
//
// The parts, in the order a case meets them:
//
//   - form*.go: the sections, Swedish first; texts.go puts another language
//     on the same ids;
//   - review.go: what the board will have to ask for, and what is worth a
//     second look; nothing stops a person from handing in (ux.md P5);
//   - worksheet.go: norm, costs and incomes become lines and sums in whole
//     öre; norm.go counts the national norm from the board's dated tables.
//
// A form version is never changed once it has been in use; a new one gets a
// new version.
package ekbist
