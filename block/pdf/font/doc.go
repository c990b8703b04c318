// Package font sets text for PDF: it turns text into placed glyphs and embeds
// just those glyphs in a file.
//
// It owns four things. The family (Default): DejaVu Sans Condensed, regular
// and bold, from a Go module, with Latin and all its extensions (Swedish and
// every Sámi language), Greek, Cyrillic, Arabic and Hebrew. Shaping (Shape,
// ShapeRun): Unicode NFC, bidirectional order, Arabic joining, combining
// marks and kerning. Subsetting (Subset): a TrueType program with only the
// glyphs used, numbered in the order of use. And the PDF objects round it
// (Embed): a Type0 font with Identity-H, exact widths, a complete ToUnicode
// map and, for PDF/A-1, a CIDSet.
//
// Text can be taken out of the file again as it was put in: a code stands for
// one piece of text, and where several glyphs make one cluster its text goes
// along as ActualText.
//
// A character the family lacks (Chinese, emoji) is shown as U+FFFD and never
// as .notdef, which PDF/A forbids; Missing tells which they are. Explicit
// bidirectional controls and isolates are left out of the text; the order
// follows from the letters alone.
//
// It does not break lines, and it knows nothing of pages: block/pdfa does.
// Everything is deterministic, and a Font may be used by many at once; a
// Subset belongs to one file.
package font
