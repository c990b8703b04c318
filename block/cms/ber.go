package cms

import (
	"bytes"
	"fmt"

	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

const (
	context0 = cbasn1.Tag(0xa0)
	context1 = cbasn1.Tag(0xa1)
	context2 = cbasn1.Tag(0xa2)
	context3 = cbasn1.Tag(0xa3)
)

// Limits of what Parse takes on.
const (
	maxBytes    = 16 << 20
	maxDepth    = 64
	maxElements = 200_000
	maxMembers  = 1000 // of certificates, and of the attributes of one signer
	maxSigners  = 100
)

// Depths in a ContentInfo, where a tag means a certain field.
const (
	depthField  = 3 // the fields of SignedData
	depthSigner = 5 // the fields of a SignerInfo
)

// scanner walks BER and notes how it differs from DER.
type scanner struct {
	faults   faultList
	elements int
	rewrite  bool // lengths must be written anew before cryptobyte can read it
}

// node is one element: where its header ends and how long it is in all.
type node struct {
	tag        byte
	header     int
	content    []byte // without end-of-contents
	total      int
	indefinite bool
	longForm   bool
}

func (n node) constructed() bool { return n.tag&0x20 != 0 }

// split reads the header of the first element. An indefinite length leaves
// content as all that follows; the walk finds its end.
func split(in []byte) (node, error) {
	if len(in) < 2 {
		return node{}, fmt.Errorf("%w: cut short", ErrNotCMS)
	}
	n := node{tag: in[0], header: 2}
	if n.tag&0x1f == 0x1f {
		return node{}, fmt.Errorf("%w: unexpected tag", ErrNotCMS)
	}
	length := int(in[1])
	switch {
	case in[1] == 0x80:
		if !n.constructed() {
			return node{}, fmt.Errorf("%w: a length is not readable", ErrNotCMS)
		}
		n.indefinite, n.content = true, in[2:]
		return n, nil
	case in[1] > 0x80:
		count := int(in[1] & 0x7f)
		if count > 4 || len(in) < 2+count {
			return node{}, fmt.Errorf("%w: a length is not readable", ErrNotCMS)
		}
		length = 0
		for _, b := range in[2 : 2+count] {
			length = length<<8 | int(b)
		}
		n.header += count
		n.longForm = in[2] == 0 || length < 0x80
	}
	if length < 0 || length > len(in)-n.header {
		return node{}, fmt.Errorf("%w: cut short", ErrNotCMS)
	}
	n.content, n.total = in[n.header:n.header+length], n.header+length
	return n, nil
}

// element checks the first element of in and everything below it, and returns
// how many bytes it takes. quiet is set inside what others made (certificates,
// tokens).
func (s *scanner) element(in []byte, depth int, quiet bool) (int, error) {
	s.elements++
	if depth > maxDepth || s.elements > maxElements {
		return 0, fmt.Errorf("%w: nested too deep or too many parts", ErrNotCMS)
	}
	n, err := split(in)
	if err != nil {
		return 0, err
	}
	if n.indefinite {
		s.note(FaultIndefinite, quiet)
		s.rewrite = true
	}
	if n.longForm {
		s.note(FaultLength, quiet)
		s.rewrite = true
	}
	if !n.constructed() {
		if !derValue(n.tag, n.content) {
			s.note(FaultValueEncoding, quiet)
		}
		return n.total, nil
	}
	if isString(n.tag &^ 0x20) {
		s.note(FaultValueEncoding, quiet)
		s.rewrite = true
	}
	return s.children(n, depth, quiet)
}

func (s *scanner) children(n node, depth int, quiet bool) (int, error) {
	set, embedded := n.tag == 0x31, false
	if depth == depthField || depth == depthSigner {
		set = set || n.tag == 0xa0 || n.tag == 0xa1
		embedded = n.tag == 0xa1 || n.tag == 0xa0 && depth == depthField
	}
	in, at := n.content, 0
	var previous []byte
	for at < len(in) {
		if n.indefinite && in[at] == 0 {
			if at+1 >= len(in) || in[at+1] != 0 {
				return 0, fmt.Errorf("%w: an end is not readable", ErrNotCMS)
			}
			return n.header + at + 2, nil
		}
		size, err := s.element(in[at:], depth+1, quiet || embedded)
		if err != nil {
			return 0, err
		}
		child := in[at : at+size]
		if set && previous != nil && bytes.Compare(previous, child) > 0 {
			if embedded && depth == depthField {
				s.note(FaultUnsortedCerts, quiet)
			} else {
				s.note(FaultUnsorted, quiet)
			}
		}
		previous, at = child, at+size
	}
	if n.indefinite {
		return 0, fmt.Errorf("%w: cut short", ErrNotCMS)
	}
	return n.header + at, nil
}

func (s *scanner) note(code string, quiet bool) {
	if quiet {
		code = FaultEmbedded
	}
	s.faults.add(code)
}

func isString(tag byte) bool {
	switch tag {
	case 3, 4, 12, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 30:
		return true
	}
	return false
}

// derValue checks the primitive values whose BER has more than one form
// (X.690 §8.3.2, §8.19.2, §11.1, §11.2, §11.7, §11.8).
func derValue(tag byte, v []byte) bool {
	switch tag {
	case 0x01:
		return len(v) == 1 && (v[0] == 0 || v[0] == 0xff)
	case 0x02, 0x0a:
		return len(v) > 0 && (len(v) == 1 || !(v[0] == 0 && v[1] < 0x80 || v[0] == 0xff && v[1] >= 0x80))
	case 0x03:
		if len(v) == 0 || v[0] > 7 || len(v) == 1 && v[0] != 0 {
			return false
		}
		return len(v) == 1 || v[len(v)-1]&(1<<v[0]-1) == 0
	case 0x05:
		return len(v) == 0
	case 0x06:
		start := true
		for _, b := range v {
			if start && b == 0x80 {
				return false
			}
			start = b < 0x80
		}
		return start && len(v) > 0
	case 0x17:
		return len(v) == 13 && v[12] == 'Z'
	case 0x18:
		return len(v) >= 15 && v[len(v)-1] == 'Z' && (len(v) == 15 || v[14] == '.' && v[len(v)-2] != '0' && len(v) > 16)
	}
	return true
}

// definite writes the element anew with definite, shortest lengths and whole
// strings. Order and values stay as they are. The input has been scanned.
func definite(dst, in []byte) (out []byte, size int, err error) {
	n, err := split(in)
	if err != nil {
		return nil, 0, err
	}
	if !n.constructed() {
		return appendElement(dst, n.tag, n.content), n.total, nil
	}
	var content []byte
	at := 0
	for at < len(n.content) {
		if n.indefinite && n.content[at] == 0 {
			at += 2
			break
		}
		used := 0
		if content, used, err = definite(content, n.content[at:]); err != nil {
			return nil, 0, err
		}
		at += used
	}
	tag := n.tag
	if isString(tag &^ 0x20) {
		tag &^= 0x20
		content = joinStrings(content)
	}
	return appendElement(dst, tag, content), n.header + at, nil
}

// joinStrings drops the headers of the parts of a constructed string.
func joinStrings(parts []byte) []byte {
	var out []byte
	for len(parts) > 0 {
		n, err := split(parts)
		if err != nil {
			return out
		}
		out = append(out, n.content...)
		parts = parts[n.total:]
	}
	return out
}

func appendElement(dst []byte, tag byte, content []byte) []byte {
	dst = append(dst, tag)
	switch n := len(content); {
	case n < 0x80:
		dst = append(dst, byte(n))
	case n < 0x100:
		dst = append(dst, 0x81, byte(n))
	case n < 0x10000:
		dst = append(dst, 0x82, byte(n>>8), byte(n))
	case n < 0x1000000:
		dst = append(dst, 0x83, byte(n>>16), byte(n>>8), byte(n))
	default:
		dst = append(dst, 0x84, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(dst, content...)
}
