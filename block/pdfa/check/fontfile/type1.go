package fontfile

import (
	"bytes"
	"math"
	"strconv"
)

// Type1 is a Type 1 font program.
type Type1 struct {
	Encoding map[int]string // the built-in encoding; nil when it is the standard one
	widths   map[string]float64
	scale    float64
}

// ReadType1 reads a Type 1 program, in the form PDF embeds it or with the
// segment headers of a PFB file.
func ReadType1(b []byte) (*Type1, error) {
	b = unwrapPFB(b)
	if !bytes.HasPrefix(b, []byte("%!")) {
		return nil, ErrFormat
	}
	i := bytes.Index(b, []byte("eexec"))
	if i < 0 {
		return nil, ErrFormat
	}
	f := &Type1{widths: map[string]float64{}, scale: 1}
	clear := b[:i]
	f.readEncoding(clear)
	f.readMatrix(clear)
	enc := b[i+5:]
	for len(enc) > 0 && (enc[0] == ' ' || enc[0] == '\n' || enc[0] == '\r' || enc[0] == '\t') {
		enc = enc[1:]
	}
	private := decrypt(binaryForm(enc), 55665, 4)
	f.readCharStrings(private)
	if len(f.widths) == 0 {
		return nil, ErrFormat
	}
	return f, nil
}

// unwrapPFB removes the segment headers of a PFB file.
func unwrapPFB(b []byte) []byte {
	if len(b) < 6 || b[0] != 0x80 {
		return b
	}
	var out []byte
	for len(b) >= 6 && b[0] == 0x80 && b[1] != 3 {
		n := int(b[2]) | int(b[3])<<8 | int(b[4])<<16 | int(b[5])<<24
		if n < 0 || n > len(b)-6 {
			n = len(b) - 6
		}
		out = append(out, b[6:6+n]...)
		b = b[6+n:]
	}
	return out
}

// binaryForm turns hexadecimal eexec data into bytes.
func binaryForm(b []byte) []byte {
	if len(b) < 4 {
		return b
	}
	for _, c := range b[:4] {
		if hexDigit(c) < 0 {
			return b
		}
	}
	out := make([]byte, 0, len(b)/2)
	high := -1
	for _, c := range b {
		v := hexDigit(c)
		if v < 0 {
			continue
		}
		if high < 0 {
			high = v
		} else {
			out = append(out, byte(high<<4|v))
			high = -1
		}
	}
	return out
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// decrypt undoes eexec or charstring encryption and drops the first n bytes.
func decrypt(b []byte, key uint16, n int) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		out[i] = c ^ byte(key>>8)
		key = (uint16(c)+key)*52845 + 22719
	}
	if n > len(out) {
		n = len(out)
	}
	return out[n:]
}

// readEncoding reads "dup 65 /A put" lines of the clear part.
func (f *Type1) readEncoding(b []byte) {
	i := bytes.Index(b, []byte("/Encoding"))
	if i < 0 {
		return
	}
	b = b[i+9:]
	if bytes.HasPrefix(bytes.TrimLeft(b, " \r\n\t"), []byte("StandardEncoding")) {
		return
	}
	f.Encoding = map[int]string{}
	w := bytes.Fields(bytes.ReplaceAll(b, []byte("/"), []byte(" /")))
	for j := 0; j+3 < len(w); j++ {
		if string(w[j]) == "def" && j > 0 && string(w[j-1]) == "readonly" || string(w[j]) == "readonly" && string(w[j+1]) == "def" {
			return
		}
		if string(w[j]) != "dup" || len(w[j+2]) < 2 || w[j+2][0] != '/' {
			continue
		}
		if code, err := strconv.Atoi(string(w[j+1])); err == nil && code >= 0 && code < 256 {
			f.Encoding[code] = string(w[j+2][1:])
		}
	}
}

func (f *Type1) readMatrix(b []byte) {
	i := bytes.Index(b, []byte("/FontMatrix"))
	if i < 0 {
		return
	}
	b = b[i:]
	open := bytes.IndexAny(b, "[{")
	if open < 0 {
		return
	}
	w := bytes.Fields(b[open+1 : min(len(b), open+200)])
	if len(w) == 0 {
		return
	}
	if v, err := strconv.ParseFloat(string(w[0]), 64); err == nil && v > 0 {
		f.scale = v * 1000
	}
}

// readCharStrings reads "/name 123 RD bytes ND" of the private part.
func (f *Type1) readCharStrings(b []byte) {
	lenIV := 4
	if i := bytes.Index(b, []byte("/lenIV")); i >= 0 {
		if w := bytes.Fields(b[i+6 : min(len(b), i+30)]); len(w) > 0 {
			if n, err := strconv.Atoi(string(w[0])); err == nil {
				lenIV = n
			}
		}
	}
	subrs := f.readSubrs(b, lenIV)
	i := bytes.Index(b, []byte("/CharStrings"))
	if i < 0 {
		return
	}
	b = b[i+12:]
	for len(f.widths) < 70_000 {
		i := bytes.IndexByte(b, '/')
		if i < 0 {
			return
		}
		if bytes.Contains(b[:i], []byte("end")) && len(f.widths) > 0 {
			return
		}
		b = b[i+1:]
		name, rest := word(b)
		num, rest := word(rest)
		n, err := strconv.Atoi(num)
		_, rest = word(rest)
		if err != nil || n < 0 || len(rest) < 1+n {
			continue
		}
		code := rest[1 : 1+n]
		b = rest[1+n:]
		if lenIV >= 0 {
			code = decrypt(code, 4330, lenIV)
		}
		if w, ok := type1Width(code, subrs); ok {
			f.widths[name] = w * f.scale
		} else {
			f.widths[name] = math.NaN()
		}
	}
}

// readSubrs reads "dup 5 12 RD bytes NP" entries.
func (f *Type1) readSubrs(b []byte, lenIV int) map[int][]byte {
	i := bytes.Index(b, []byte("/Subrs"))
	if i < 0 {
		return nil
	}
	b = b[i:]
	out := map[int][]byte{}
	for len(out) < 70_000 {
		i := bytes.Index(b, []byte("dup "))
		j := bytes.Index(b, []byte("/CharStrings"))
		if i < 0 || j >= 0 && j < i {
			return out
		}
		index, rest := word(b[i+4:])
		size, rest := word(rest)
		_, rest = word(rest)
		k, err1 := strconv.Atoi(index)
		n, err2 := strconv.Atoi(size)
		if err1 != nil || err2 != nil || n < 0 || len(rest) < 1+n {
			b = b[i+4:]
			continue
		}
		code := rest[1 : 1+n]
		if lenIV >= 0 {
			code = decrypt(code, 4330, lenIV)
		}
		out[k] = code
		b = rest[1+n:]
	}
	return out
}

// word is the next word of b and what follows it.
func word(b []byte) (string, []byte) {
	i := 0
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	j := i
	for j < len(b) && b[j] != ' ' && b[j] != '\n' && b[j] != '\r' && b[j] != '\t' {
		j++
	}
	return string(b[i:j]), b[j:]
}

// type1Width runs a charstring as far as hsbw or sbw.
func type1Width(b []byte, subrs map[int][]byte) (float64, bool) {
	var stack []float64
	for depth, i := 0, 0; i < len(b) && len(stack) < 48; i++ {
		switch c := b[i]; {
		case c >= 32 && c <= 246:
			stack = append(stack, float64(c)-139)
		case c >= 247 && c <= 250 && i+1 < len(b):
			stack = append(stack, float64((int(c)-247)*256+int(b[i+1])+108))
			i++
		case c >= 251 && c <= 254 && i+1 < len(b):
			stack = append(stack, float64(-(int(c)-251)*256-int(b[i+1])-108))
			i++
		case c == 255 && i+4 < len(b):
			stack = append(stack, float64(int32(uint32(b[i+1])<<24|uint32(b[i+2])<<16|uint32(b[i+3])<<8|uint32(b[i+4]))))
			i += 4
		case c == 13:
			if len(stack) < 2 {
				return 0, false
			}
			return stack[1], true
		case c == 10 && len(stack) > 0 && depth < 10:
			sub := subrs[int(stack[len(stack)-1])]
			stack = stack[:len(stack)-1]
			b, i, depth = append(append([]byte(nil), sub...), b[i+1:]...), -1, depth+1
		case c == 11:
		case c == 12 && i+1 < len(b):
			i++
			switch {
			case b[i] == 12 && len(stack) >= 2: // div
				n := len(stack)
				stack = append(stack[:n-2], stack[n-2]/stack[n-1])
			case b[i] == 7: // sbw
				if len(stack) < 4 {
					return 0, false
				}
				return stack[2], true
			default:
				return 0, false
			}
		default:
			return 0, false
		}
	}
	return 0, false
}

// Has tells whether the program has the glyph.
func (f *Type1) Has(name string) bool { _, ok := f.widths[name]; return ok }

// Names are the glyphs of the program, in no order.
func (f *Type1) Names() []string {
	out := make([]string, 0, len(f.widths))
	for n := range f.widths {
		out = append(out, n)
	}
	return out
}

// Width is a glyph's advance in thousandths of an em.
func (f *Type1) Width(name string) (float64, bool) {
	w, ok := f.widths[name]
	return w, ok && !math.IsNaN(w)
}
