// Package soap reads and writes SOAP 1.1 envelopes, and holds back what XML may
// cost its reader.
//
// It owns the limits on a document (size, depth, number of elements, length of
// texts), the refusal of everything XML allows but no answer of an agency needs
// (document types, processing instructions, other encodings than UTF-8), the
// envelope, and one HTTP call. It does not know what any body means, and it
// reads no schema.
//
// A document passes Check or is refused whole; nothing is repaired. A body is
// handed on as bytes with the namespace declarations of what stood around it,
// so that it can be read on its own.
//
// Source: SOAP 1.1, W3C Note 8 May 2000. Headers are ignored: a message path of
// one hop has none that concern us.
package soap
