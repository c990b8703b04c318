package pdf

import (
	"math"
	"strconv"
)

// maxWriteDepth is how deep objects may be nested for Append; what is deeper is
// written as null.
const maxWriteDepth = 500

// Append appends an object as it is written in a file. The same object always
// becomes the same bytes. A stream's Length is set from its bytes. What is no
// Object, and numbers that are not finite, become null and 0.
func Append(dst []byte, o Object) []byte { return appendObject(dst, o, 0) }

func appendObject(dst []byte, o Object, depth int) []byte {
	if depth > maxWriteDepth {
		return append(dst, "null"...)
	}
	switch v := o.(type) {
	case bool:
		return strconv.AppendBool(dst, v)
	case int:
		return strconv.AppendInt(dst, int64(v), 10)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return appendReal(dst, v)
	case Name:
		return appendName(dst, v)
	case String:
		return appendString(dst, v)
	case Hex:
		return appendHex(dst, string(v))
	case Verbatim:
		return append(dst, v...)
	case Ref:
		dst = strconv.AppendInt(dst, int64(v.Num), 10)
		dst = append(dst, ' ')
		dst = strconv.AppendInt(dst, int64(v.Gen), 10)
		return append(dst, " R"...)
	case Array:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ' ')
			}
			dst = appendObject(dst, e, depth+1)
		}
		return append(dst, ']')
	case Dict:
		return appendDict(dst, v, depth)
	case *Stream:
		return appendStream(dst, v, depth)
	}
	return append(dst, "null"...)
}

func appendDict(dst []byte, d Dict, depth int) []byte {
	dst = append(dst, "<<"...)
	var few [12]Name
	for _, k := range appendKeys(few[:0], d) {
		if d[k] == nil {
			continue
		}
		dst = appendName(dst, k)
		dst = append(dst, ' ')
		dst = appendObject(dst, d[k], depth+1)
	}
	return append(dst, ">>"...)
}

func appendStream(dst []byte, s *Stream, depth int) []byte {
	if s == nil {
		return append(dst, "null"...)
	}
	d := make(Dict, len(s.Dict)+1)
	for k, v := range s.Dict {
		d[k] = v
	}
	d["Length"] = len(s.Raw)
	dst = appendDict(dst, d, depth)
	dst = append(dst, "\nstream\n"...)
	dst = append(dst, s.Raw...)
	return append(dst, "\nendstream"...)
}

// appendReal writes a real without an exponent, with at most six decimals.
func appendReal(dst []byte, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, v, 'f', 6, 64)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	if dst[len(dst)-1] == '.' {
		dst = dst[:len(dst)-1]
	}
	if string(dst[start:]) == "-0" {
		return append(dst[:start], '0')
	}
	return dst
}

func appendName(dst []byte, n Name) []byte {
	dst = append(dst, '/')
	for i := range len(n) {
		c := n[i]
		if c <= ' ' || c > '~' || c == '#' || IsDelimiter(c) {
			dst = append(dst, '#', upperHex(c>>4), upperHex(c&15))
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

func upperHex(v byte) byte { return "0123456789ABCDEF"[v] }

func appendHex(dst []byte, s string) []byte {
	dst = append(dst, '<')
	for i := range len(s) {
		dst = append(dst, upperHex(s[i]>>4), upperHex(s[i]&15))
	}
	return append(dst, '>')
}

// appendString writes ASCII as (…) and anything else as <…>.
func appendString(dst []byte, s String) []byte {
	for i := range len(s) {
		if s[i] > '~' || (s[i] < ' ' && s[i] != '\n' && s[i] != '\r' && s[i] != '\t') {
			return appendHex(dst, string(s))
		}
	}
	dst = append(dst, '(')
	for i := range len(s) {
		switch c := s[i]; c {
		case '(', ')', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, ')')
}
