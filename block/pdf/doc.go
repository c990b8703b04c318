// Package pdf reads and writes the structure of PDF files (ISO 32000-1 and -2):
// objects, cross-reference sections, streams, pages and content operators. It
// draws nothing, knows no fonts and no signatures, and does not decrypt: an
// encrypted file is refused with ErrEncrypted.
//
// # Revisions
//
// A PDF file may be saved by appending to it. Each state that it was saved in
// is a Revision, and File.At gives the Document as it stood then: what a
// signature covered can be compared with what the file says now. A hybrid's
// table and stream are one revision, and so are the two sections of a
// linearised file. Everything is looked up as of the document's revision, object
// streams too: a later revision that replaces an object stream changes the
// objects in it.
//
// File.Update continues a file: it gives the bytes to append, so that every
// earlier byte stays as it is, and writes a table or a stream as the file
// itself does. Builder makes new files. Both are deterministic.
//
// # Strict and tolerant
//
// Files are often damaged a little. Read mends what it can and tells what it
// mended in File.Faults; when the cross-reference sections lead nowhere it
// looks through the file for its objects, and File.Rebuilt is true: then there
// is one revision, and whoever judges signatures should trust nothing about
// what was added when. With Options.Strict the first fault is an error.
//
// # Limits
//
// Whatever the bytes are, reading ends within Limits: of the file's size, its
// objects, how deep they are nested, what their streams decode to and the time
// spent. Read holds all parsed objects, which are bounded too, and gives
// streams as slices of the file. A File does not change and may be used by
// several goroutines; what it gives is shared and must not be changed.
package pdf
