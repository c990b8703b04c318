// Package form works on form definitions: which fields are shown, what was
// posted, what is wrong with it, how far a person has come, and which fetched
// payments belong to which row.
//
// Everything here is a pure function of a definition (plugin.Form), values by
// path and parts of an answer. Nothing is stored. A fetched amount and the
// person's own amount stand side by side and never overwrite one another
// (M-36, M-40, I-5); only paid net amounts of the control month are summed
// (I-2); "could not answer" is never a sum (I-6).
//
// Paths: "section.group.field", in a repeating group "section.group.0.field".
// An amount row has ".own" and ".comment" below its path.
package form
