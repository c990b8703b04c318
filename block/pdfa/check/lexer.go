package check

import (
	"bytes"
	"strconv"

	"medborgarnavet/block/pdf"
)

type tokenKind int

const (
	tokEOF tokenKind = iota
	tokInt
	tokReal
	tokName
	tokString
	tokHex
	tokOpenArray
	tokCloseArray
	tokOpenDict
	tokCloseDict
	tokWord
)

// token is one token as it is written, with what the rules ask of it.
type token struct {
	kind       tokenKind
	start, end int
	num        float64
	length     int  // bytes of a name or string when decoded
	odd, bad   bool // hexadecimal strings: odd number of digits, other characters
}

// lexer reads the tokens of an object or a content stream. It keeps to what
// package pdf does not tell: how a thing is written.
type lexer struct {
	b   []byte
	pos int
}

func isRegular(c byte) bool { return !pdf.IsSpace(c) && !pdf.IsDelimiter(c) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isEOL(c byte) bool { return c == '\n' || c == '\r' }

func hexValue(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func (l *lexer) skip() {
	for l.pos < len(l.b) {
		c := l.b[l.pos]
		if c == '%' {
			for l.pos < len(l.b) && !isEOL(l.b[l.pos]) {
				l.pos++
			}
			continue
		}
		if !pdf.IsSpace(c) {
			return
		}
		l.pos++
	}
}

// next is the next token.
func (l *lexer) next() token {
	l.skip()
	t := token{start: l.pos}
	if l.pos >= len(l.b) {
		t.end = l.pos
		return t
	}
	switch c := l.b[l.pos]; {
	case c == '/':
		l.name(&t)
	case c == '(':
		l.str(&t)
	case c == '<':
		if l.peek(1) == '<' {
			t.kind = tokOpenDict
			l.pos += 2
		} else {
			l.hex(&t)
		}
	case c == '>':
		t.kind = tokWord
		if l.peek(1) == '>' {
			t.kind = tokCloseDict
			l.pos++
		}
		l.pos++
	case c == '[':
		t.kind = tokOpenArray
		l.pos++
	case c == ']':
		t.kind = tokCloseArray
		l.pos++
	case pdf.IsDelimiter(c):
		t.kind = tokWord
		l.pos++
	default:
		l.word(&t)
	}
	t.end = l.pos
	return t
}

func (l *lexer) peek(n int) byte {
	if l.pos+n < len(l.b) {
		return l.b[l.pos+n]
	}
	return 0
}

func (l *lexer) name(t *token) {
	t.kind = tokName
	l.pos++
	for l.pos < len(l.b) && isRegular(l.b[l.pos]) {
		if l.b[l.pos] == '#' && hexValue(l.peek(1)) >= 0 && hexValue(l.peek(2)) >= 0 {
			l.pos += 2
		}
		l.pos++
		t.length++
	}
}

func (l *lexer) str(t *token) {
	t.kind = tokString
	l.pos++
	for depth := 1; l.pos < len(l.b); l.pos++ {
		switch c := l.b[l.pos]; c {
		case '(':
			depth++
		case ')':
			depth--
			if depth == 0 {
				l.pos++
				return
			}
		case '\\':
			l.escape(t)
			continue
		case '\r':
			if l.peek(1) == '\n' {
				l.pos++
			}
		}
		t.length++
	}
}

// escape passes a backslash sequence and leaves pos on its last byte.
func (l *lexer) escape(t *token) {
	l.pos++
	c := l.peek(0)
	switch {
	case c == '\r':
		if l.peek(1) == '\n' {
			l.pos++
		}
		return
	case c == '\n':
		return
	case c >= '0' && c <= '7':
		for i := 0; i < 2 && l.peek(1) >= '0' && l.peek(1) <= '7'; i++ {
			l.pos++
		}
	}
	t.length++
}

func (l *lexer) hex(t *token) {
	t.kind = tokHex
	l.pos++
	n := 0
	for l.pos < len(l.b) {
		c := l.b[l.pos]
		l.pos++
		if c == '>' {
			break
		}
		if pdf.IsSpace(c) {
			continue
		}
		n++
		if hexValue(c) < 0 {
			t.bad = true
		}
	}
	t.odd, t.length = n%2 == 1, (n+1)/2
}

func (l *lexer) word(t *token) {
	for l.pos < len(l.b) && isRegular(l.b[l.pos]) {
		l.pos++
	}
	t.kind = tokWord
	w := l.b[t.start:l.pos]
	digits, dots := 0, 0
	for i, c := range w {
		switch {
		case isDigit(c):
			digits++
		case c == '.':
			dots++
		case (c == '+' || c == '-') && i == 0:
		default:
			return
		}
	}
	if digits == 0 || dots > 1 {
		return
	}
	t.kind = tokInt
	if dots == 1 {
		t.kind = tokReal
	}
	if len(w) > 400 {
		t.num = longNumber(w)
		return
	}
	t.num, _ = strconv.ParseFloat(string(w), 64)
}

// longNumber reads a number with very many digits: those after the four
// hundredth do not matter to any rule.
func longNumber(w []byte) float64 {
	i := bytes.IndexByte(w, '.')
	if i < 0 || i > 350 {
		n, _ := strconv.ParseFloat(string(w[:350]), 64)
		return n * 1e300
	}
	n, _ := strconv.ParseFloat(string(w[:400]), 64)
	return n
}
