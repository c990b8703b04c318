package pades

// Fault is something wrong with a signature as it lies in the file. Code is
// stable; Reason is one English sentence.
type Fault struct {
	Code   string
	Reason string
}

// Error is the fault as an error.
func (f Fault) Error() string { return f.Code + ": " + f.Reason }

// The faults that reading can find. Any of them means that the signature does
// not protect what it seems to protect (ISO 32000-1, 12.8.1; EN 319 142-1,
// 5.3; signing.md §4.4 and §5).
const (
	FaultRangeMissing   = "byte-range-missing"
	FaultRangeIndirect  = "byte-range-indirect"
	FaultRangeCount     = "byte-range-count"
	FaultRangeNumber    = "byte-range-number"
	FaultRangeStart     = "byte-range-start"
	FaultRangeOverlap   = "byte-range-overlap"
	FaultRangeOutside   = "byte-range-outside"
	FaultRangeGap       = "byte-range-gap"
	FaultRangeEnd       = "byte-range-end"
	FaultContents       = "contents-missing"
	FaultContentsHex    = "contents-not-hex"
	FaultContentsTail   = "contents-trailing"
	FaultDuplicateKey   = "duplicate-key"
	FaultValueShared    = "value-shared"
	FaultNameShared     = "name-shared"
	FaultFieldTwice     = "field-listed-twice"
	FaultKidParent      = "kid-parent-differs"
	FaultInheritedValue = "value-inherited"
	FaultNoFilter       = "filter-missing"
	FaultFieldType      = "field-type"
	FaultManyWidgets    = "several-widgets"
	FaultNotInForm      = "signature-not-in-form"
	FaultReplaced       = "signature-replaced"
	FaultRemoved        = "signature-removed"
)

// reason is the sentence of a code.
func reason(code string) string {
	switch code {
	case FaultRangeMissing:
		return "the signature has no byte range"
	case FaultRangeIndirect:
		return "the byte range lies outside the signature dictionary, where it can be replaced"
	case FaultRangeCount:
		return "the byte range is not exactly two ranges"
	case FaultRangeNumber:
		return "the byte range holds a negative number, a number too big, or no number"
	case FaultRangeStart:
		return "the byte range does not start at the first byte of the file"
	case FaultRangeOverlap:
		return "the two ranges overlap or meet"
	case FaultRangeOutside:
		return "the byte range reaches outside the file"
	case FaultRangeGap:
		return "what the byte range leaves out is not exactly this signature's Contents"
	case FaultRangeEnd:
		return "the byte range does not end at the end of a revision"
	case FaultContents:
		return "the signature has no value"
	case FaultContentsHex:
		return "the signature's value is not written as plain hexadecimal digits"
	case FaultContentsTail:
		return "something follows the signature inside its value"
	case FaultDuplicateKey:
		return "the signature dictionary says the same key twice"
	case FaultValueShared:
		return "several fields share one signature"
	case FaultNameShared:
		return "several fields have the same name"
	default:
		return fieldReason(code)
	}
}

func fieldReason(code string) string {
	switch code {
	case FaultFieldTwice:
		return "the field is reachable in more than one way"
	case FaultKidParent:
		return "the field lies under a parent that it does not name"
	case FaultInheritedValue:
		return "the signature belongs to a field with fields beneath it"
	case FaultNoFilter:
		return "the signature dictionary names no handler"
	case FaultFieldType:
		return "the signature lies in a field that is not a signature field"
	case FaultManyWidgets:
		return "the signature is shown in more than one place"
	case FaultNotInForm:
		return "a signature dictionary is in the file but in no field of the form"
	case FaultReplaced:
		return "a signature dictionary of an earlier revision was replaced"
	case FaultRemoved:
		return "a signature that was in the file has been removed by a later change"
	}
	return code
}

func newFault(code string) Fault { return Fault{Code: code, Reason: reason(code)} }
