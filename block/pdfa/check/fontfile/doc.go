// Package fontfile reads what a PDF/A checker asks of font programs: which
// glyphs a TrueType, OpenType, Type 1 or CFF program has, how wide they are, and
// how codes and names lead to them. It does not read outlines and draws nothing.
//
// It owns no state: each Read function gives a value that is only read after.
// Programs come from files of strangers: every loop is bounded by the bytes at
// hand, nothing panics, and what cannot be read is ErrFormat.
//
// Sources: ISO 14496-22 (OpenType), Adobe Type 1 Font Format, Adobe Technical
// Notes 5176 (CFF) and 5177 (Type 2 charstrings).
package fontfile

import "errors"

// ErrFormat is the error for a program that is not of the format.
var ErrFormat = errors.New("fontfile: not a font program of this format")
