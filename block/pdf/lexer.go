package pdf

import (
	"bytes"
	"encoding/hex"
	"strconv"
)

// keyword is a token that is not an object: an operator, "endobj", "]", ">>".
type keyword string

// maxToken is how long a string may be, and maxWord a name, a number or a
// keyword, in bytes; no honest file comes near them.
const (
	maxToken = 16 << 20
	maxWord  = 1 << 12
	maxNames = 1 << 12 // names that are remembered
)

// lexer reads tokens out of bytes. It never reads outside them and every step
// takes it forward.
type lexer struct {
	data  []byte
	pos   int
	fault func(at int, code, reason string) // nil: faults are not told
	names map[string]Name                   // names met before; nil: they are not remembered
}

func (l *lexer) mend(at int, code, reason string) {
	if l.fault != nil {
		l.fault(at, code, reason)
	}
}

// IsSpace tells the white-space characters (ISO 32000-1, table 1).
func IsSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

// IsDelimiter tells the characters that end a name or a number (table 2).
func IsDelimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

func isRegular(c byte) bool { return !IsSpace(c) && !IsDelimiter(c) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// skip passes white space and comments.
func (l *lexer) skip() {
	for l.pos < len(l.data) {
		c := l.data[l.pos]
		if c == '%' {
			end := bytes.IndexAny(l.data[l.pos:], "\r\n")
			if end < 0 {
				l.pos = len(l.data)
				return
			}
			l.pos += end
			continue
		}
		if !IsSpace(c) {
			return
		}
		l.pos++
	}
}

// token gives the next scalar or keyword; ok is false at the end of the data.
// "[", "]", "<<" and ">>" are keywords here.
func (l *lexer) token() (o Object, ok bool) {
	l.skip()
	if l.pos >= len(l.data) {
		return nil, false
	}
	c := l.data[l.pos]
	switch {
	case c == '/':
		return l.name(), true
	case c == '(':
		return l.literal(), true
	case c == '<':
		if l.peek(1) == '<' {
			l.pos += 2
			return keyword("<<"), true
		}
		return l.hexString(), true
	case c == '>' && l.peek(1) == '>':
		l.pos += 2
		return keyword(">>"), true
	case IsDelimiter(c):
		l.pos++
		return keyword(l.data[l.pos-1 : l.pos]), true
	case isDigit(c) || c == '+' || c == '-' || c == '.':
		return l.number(), true
	}
	return l.word(), true
}

func (l *lexer) peek(n int) byte {
	if l.pos+n < len(l.data) {
		return l.data[l.pos+n]
	}
	return 0
}

// run is the regular characters from here on.
func (l *lexer) run() []byte {
	start := l.pos
	for l.pos < len(l.data) && isRegular(l.data[l.pos]) {
		l.pos++
	}
	return l.data[start:l.pos]
}

func (l *lexer) word() Object {
	w := l.run()
	switch string(w) {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	return keyword(w[:min(len(w), maxWord)])
}

// number reads an integer or a real. Regular characters that begin like a
// number but are none ("-", "0-1", "1e5") are mended to what the digits say.
func (l *lexer) number() Object {
	start := l.pos
	w := l.run()
	i, negative := 0, false
	for i < len(w) && (w[i] == '+' || w[i] == '-') {
		negative = w[i] == '-'
		i++
	}
	bad := i > 1
	digits, whole := i, int64(0)
	for i < len(w) && isDigit(w[i]) && i-digits < 18 {
		whole = whole*10 + int64(w[i]-'0')
		i++
	}
	if i == len(w) && i > digits {
		if bad {
			l.mend(start, "number", "a number has several signs")
		}
		if negative {
			whole = -whole
		}
		return whole
	}
	v, end := real(w[digits:min(len(w), digits+maxWord)])
	if bad || digits+end != len(w) || (end == 1 && w[digits] == '.') || end == 0 {
		l.mend(start, "number", "a number is malformed")
	}
	if negative {
		v = -v
	}
	return v
}

// real reads digits with at most one point, and tells how many bytes it took.
func real(w []byte) (v float64, end int) {
	point := false
	for end < len(w) && (isDigit(w[end]) || (w[end] == '.' && !point)) {
		point = point || w[end] == '.'
		end++
	}
	if v, err := strconv.ParseFloat(string(w[:end]), 64); err == nil {
		return v, end
	}
	return 0, end
}

func (l *lexer) name() Name {
	start := l.pos
	l.pos++
	w := l.run()
	if len(w) > maxWord {
		l.mend(start, "name", "a name is too long")
		w = w[:maxWord]
	}
	if bytes.IndexByte(w, '#') < 0 {
		return l.plainName(w)
	}
	out := make([]byte, 0, len(w))
	for i := 0; i < len(w); i++ {
		if w[i] == '#' && i+2 < len(w) && unhex(w[i+1]) >= 0 && unhex(w[i+2]) >= 0 {
			out = append(out, byte(unhex(w[i+1])<<4|unhex(w[i+2])))
			i += 2
			continue
		}
		if w[i] == '#' {
			l.mend(start, "name", "a name has a # that two hexadecimal digits do not follow")
		}
		out = append(out, w[i])
	}
	return Name(out)
}

// plainName makes a name, of the same memory as an equal one before.
func (l *lexer) plainName(w []byte) Name {
	if n, ok := l.names[string(w)]; ok {
		return n
	}
	n := Name(w)
	if l.names != nil && len(l.names) < maxNames {
		l.names[string(n)] = n
	}
	return n
}

func unhex(c byte) int {
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

// hexString reads <…>.
func (l *lexer) hexString() String {
	start := l.pos
	l.pos++
	end := bytes.IndexByte(l.data[l.pos:], '>')
	if end < 0 {
		l.mend(start, "string", "a hexadecimal string has no end")
		end = len(l.data) - l.pos
	}
	if end > 2*maxToken {
		l.mend(start, "string", "a string is too long")
		l.pos = min(l.pos+end+1, len(l.data))
		return ""
	}
	text := l.data[l.pos : l.pos+end]
	l.pos = min(l.pos+end+1, len(l.data))
	out := make([]byte, end/2+1)
	if n, err := hex.Decode(out, text); err == nil { // the plain case, and the long one
		return String(out[:n])
	}
	out, bad := unhexAll(out[:0], text)
	if bad {
		l.mend(start, "string", "a hexadecimal string holds other characters")
	}
	return String(out)
}

// unhexAll decodes digits with anything between them: white space may be, the
// rest is bad. A digit missing at the end is 0 (ISO 32000-1, 7.3.4.3).
func unhexAll(out, text []byte) (decoded []byte, bad bool) {
	half, digits := 0, 0
	for _, c := range text {
		v := unhex(c)
		if v < 0 {
			bad = bad || !IsSpace(c)
			continue
		}
		if digits++; digits%2 == 1 {
			half = v
			continue
		}
		out = append(out, byte(half<<4|v))
	}
	if digits%2 == 1 {
		out = append(out, byte(half<<4))
	}
	return out, bad
}

// literalEnd finds the parenthesis that closes the string whose bytes begin at
// pos, and whether there is anything in it to undo.
func (l *lexer) literalEnd() (end int, plain, ok bool) {
	open, plain := 1, true
	for i := l.pos; i < len(l.data); i++ {
		switch l.data[i] {
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				return i, plain, true
			}
		case '\\':
			plain = false
			i++
		case '\r':
			plain = false
		}
	}
	return len(l.data), plain, false
}

// literal reads (…) with its escapes.
func (l *lexer) literal() String {
	start := l.pos
	l.pos++
	end, plain, ok := l.literalEnd()
	if !ok {
		l.mend(start, "string", "a string has no end")
	}
	if end-l.pos > maxToken {
		l.mend(start, "string", "a string is too long")
		l.pos = min(end+1, len(l.data))
		return ""
	}
	if plain {
		out := String(l.data[l.pos:end])
		l.pos = min(end+1, len(l.data))
		return out
	}
	out := make([]byte, 0, end-l.pos)
	for l.pos < end {
		c := l.data[l.pos]
		l.pos++
		switch c {
		case '\r':
			if l.peek(0) == '\n' {
				l.pos++
			}
			c = '\n'
		case '\\':
			out = l.escape(out)
			continue
		}
		out = append(out, c)
	}
	l.pos = min(end+1, len(l.data))
	return String(out)
}

// escape reads what follows a backslash in a string.
func (l *lexer) escape(out []byte) []byte {
	if l.pos >= len(l.data) {
		return out
	}
	c := l.data[l.pos]
	l.pos++
	switch c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case '\r':
		if l.peek(0) == '\n' {
			l.pos++
		}
		return out
	case '\n':
		return out
	}
	if c < '0' || c > '7' {
		return append(out, c)
	}
	v := int(c - '0')
	for i := 0; i < 2 && l.peek(0) >= '0' && l.peek(0) <= '7'; i++ {
		v = v<<3 | int(l.peek(0)-'0')
		l.pos++
	}
	return append(out, byte(v))
}
