package pdf

// Object is one PDF object: nil (the null object), bool, int64, float64, Name,
// String, Array, Dict, Ref or *Stream. For writing it may also be an int, a
// Hex or a Verbatim.
type Object any

// Name is a name, decoded (#xx resolved), without its slash.
type Name string

// String is a string's bytes, decoded, whether written (…) or <…>.
type String string

// Hex is for writing only: a string that is written as <…>.
type Hex string

// Verbatim is for writing only: bytes that are written as they are, such as
// the placeholder of a signature's value.
type Verbatim []byte

// Ref is an indirect reference, "12 0 R".
type Ref struct{ Num, Gen int }

// Array is an array.
type Array []Object

// Dict is a dictionary. Append writes Type and Subtype first and the other
// keys sorted, so that the same dictionary always becomes the same bytes.
type Dict map[Name]Object

// Stream is a dictionary and the bytes that go with it, as they lie in the
// file: Document.Decode undoes the filters.
type Stream struct {
	Dict Dict
	Raw  []byte
}
