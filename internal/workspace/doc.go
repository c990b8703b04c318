// Package workspace keeps what a person is filling in.
//
// A draft belongs to one person, one e-service and exactly one case: it is a
// communication space (kommunikationsyta), whose content is held by the board
// and cannot be used for anything else (M-13, M-14). It keeps the form
// definition it was begun with, the person's values, which sections are done,
// the bound rows with their provenance, and supporting documents. It never
// keeps answers; those are the broker's.
//
// Everything is sealed under due keys: what the person wrote for seven days
// after the last save and at most thirty days in all, bound rows until seven
// days after their fetch (I-7, M-90). Looking at a draft does not prolong it.
// Every save is durable before it is acknowledged (I-16) and is made section
// by section, so that two tabs do not undo each other. A stash keeps what was
// posted by a browser whose login had run out.
package workspace
