// Package pdfa writes PDF/A documents: decisions, minutes, receipts, reports.
//
// It owns the way from a Document (blocks of text, tables, lists) to a file:
// line breaking in both directions, pages, letterhead and page numbers, the
// structure that a screen reader follows, outlines, metadata, colour profile
// and attachments. A file is PDF/A-2a unless another level is asked for: A-2b,
// A-3b with attachments, or A-1b (PDF 1.4). Every file is tagged, and follows
// the rules of PDF/UA-1 where PDF/A allows.
//
// The same Document gives the same bytes, always: times come from Meta, the
// file's identity from its content, fonts from block/pdf/font.
//
// Nothing overlaps and nothing leaves the page: a word longer than the line is
// broken, a row higher than a page goes on at the next, a table repeats its
// header. Signature areas are kept free and their places told, so that a
// visible signature can be put there (block/pades does that).
//
// It does not draw vector graphics, hyphenate words or place objects freely,
// and it does not check files: block/pdfa/check does.
package pdfa
