// Package check tells whether a PDF file is PDF/A: A-1b, A-2b or A-3b, and, as
// far as a machine can, A-1a, A-2a, A-2u, A-3a and A-3u.
//
// It owns a table of rules, each with its clause and test number of ISO 19005
// (as the public veraPDF profiles number them) and a plain sentence in English
// and Swedish, and the functions that look for what breaks them. A file is
// Conformant only when there is no finding; several places that break one rule
// are one finding with Count. Result.NotCovered says what is not checked, so
// that silence is not taken for more than it is.
//
// It does not repair, render, verify signatures or reach out of the file.
// Embedded files are checked in turn, to a depth of three. Only what the
// document uses is held to the rules on graphics and fonts; every object, used
// or not, is held to the rules on syntax and streams.
//
// A check holds its state in one value for one run and keeps nothing after. It
// is bounded by pdf.Limits and by its own bounds on streams, operators and
// font programs; at the bound the finding 6.1.1-0 says that a part was not
// read. An encrypted file is a result, as PDF/A forbids encryption; what is not
// a PDF, or is over a limit, is an error.
//
// Sources: ISO 19005-1, -2 and -3, ISO 32000-1, PDF Reference 1.4, the XMP
// Specification of 2004 and 2005, and the veraPDF validation profiles.
package check
