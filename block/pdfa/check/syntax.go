package check

import (
	"bytes"
	"errors"

	"medborgarnavet/block/pdf"
)

// checkSyntax checks how every object that the cross-references name is
// written, used or not: spacing, strings, numbers, names, streams.
func (c *checker) checkSyntax() {
	data := c.file.Bytes()
	seen := map[int]bool{}
	for _, num := range c.doc.Numbers() {
		if c.late() {
			return
		}
		e, _ := c.doc.Entry(num)
		ref := c.refOf(num)
		switch e.Kind {
		case pdf.InFile:
			from, to, ok := c.doc.Span(num)
			if !ok || from < 0 || to > int64(len(data)) || from >= to {
				continue
			}
			c.checkSpan(ref, data[from:to], data, int(from))
		case pdf.InStream:
			if seen[e.Stream] {
				continue
			}
			seen[e.Stream] = true
			if s := c.doc.Stream(pdf.Ref{Num: e.Stream}); s != nil {
				body, _ := c.decode(s)
				c.checkTokens(&lexer{b: body}, pdf.Ref{Num: e.Stream})
			}
		}
	}
	if len(c.doc.Numbers()) > 8388607 {
		c.fail(ruleLimitObjects, pdf.Ref{})
	}
}

// checkSpan checks "n g obj … endobj".
func (c *checker) checkSpan(ref pdf.Ref, b, file []byte, at int) {
	if !objHeader(b) {
		c.fail(ruleObjectSpacing, ref)
	}
	if at > 0 && !isEOL(file[at-1]) {
		c.fail(ruleObjectSpacing, ref)
	}
	l := &lexer{b: b}
	num, gen := l.next(), l.next()
	l.next() // obj
	if int(num.num) != ref.Num || int(gen.num) != ref.Gen {
		c.fail(ruleBroken, ref)
	}
	if word := c.checkTokens(l, ref); word == "stream" {
		c.checkStreamSpan(ref, b, l.pos)
	}
	end := bytes.LastIndex(b, []byte("endobj"))
	if end <= 0 {
		return
	}
	if !isEOL(b[end-1]) {
		c.fail(ruleObjectSpacing, ref)
	}
	after := at + end + len("endobj")
	if after < len(file) && !isEOL(file[after]) {
		c.fail(ruleObjectSpacing, ref)
	}
}

// objHeader tells whether b begins with a number, one white space, a number,
// one white space, "obj" and a line end.
func objHeader(b []byte) bool {
	i := digitsAt(b, 0)
	if i == 0 || i >= len(b) || !pdf.IsSpace(b[i]) {
		return false
	}
	j := digitsAt(b, i+1)
	if j == i+1 || j >= len(b) || !pdf.IsSpace(b[j]) {
		return false
	}
	rest := b[j+1:]
	return bytes.HasPrefix(rest, []byte("obj")) && len(rest) > 3 && isEOL(rest[3])
}

func digitsAt(b []byte, i int) int {
	for i < len(b) && isDigit(b[i]) {
		i++
	}
	return i
}

// checkStreamSpan checks a stream's keywords and length; pos is just after the
// word "stream".
func (c *checker) checkStreamSpan(ref pdf.Ref, b []byte, pos int) {
	s := c.doc.Stream(ref)
	if s == nil {
		return
	}
	start := pos
	switch {
	case bytes.HasPrefix(b[pos:], []byte("\r\n")):
		start += 2
	case bytes.HasPrefix(b[pos:], []byte("\n")):
		start++
	default:
		c.fail(ruleStreamEOL, ref)
		if start < len(b) && b[start] == '\r' {
			start++
		}
	}
	length, ok := c.doc.Int(s.Dict["Length"])
	if !ok || length < 0 || int64(start)+length > int64(len(b)) {
		c.fail(ruleStreamLength, ref)
		return
	}
	end := start + int(length)
	rest := b[end:]
	switch {
	case bytes.HasPrefix(rest, []byte("\r\nendstream")), bytes.HasPrefix(rest, []byte("\nendstream")), bytes.HasPrefix(rest, []byte("\rendstream")):
	case bytes.HasPrefix(rest, []byte("endstream")):
		if end == start || !isEOL(b[end-1]) {
			c.fail(ruleStreamEOL, ref)
		}
	default:
		c.fail(ruleStreamLength, ref)
	}
}

// checkTokens checks every token up to the first word that ends an object, and
// returns that word.
func (c *checker) checkTokens(l *lexer, ref pdf.Ref) string {
	var open []counter
	for {
		t := l.next()
		switch t.kind {
		case tokEOF:
			return ""
		case tokWord:
			switch w := string(l.b[t.start:t.end]); w {
			case "stream", "endobj":
				return w
			case "R":
				if n := len(open); n > 0 {
					open[n-1].items-- // "n g R" is one item
				}
				continue
			}
		case tokCloseArray, tokCloseDict:
			if n := len(open); n > 0 {
				c.checkCount(open[n-1], ref)
				open = open[:n-1]
			}
			continue
		}
		if n := len(open); n > 0 {
			open[n-1].items++
		}
		if t.kind == tokOpenArray || t.kind == tokOpenDict {
			if len(open) > 1000 {
				return ""
			}
			open = append(open, counter{array: t.kind == tokOpenArray})
			continue
		}
		c.checkToken(t, ref)
	}
}

// counter counts what an array or dictionary holds.
type counter struct {
	array bool
	items int
}

func (c *checker) checkCount(n counter, ref pdf.Ref) {
	if n.array && n.items > 8191 {
		c.fail(ruleLimitArray, ref)
	}
	if !n.array && n.items/2 > 4095 {
		c.fail(ruleLimitDict, ref)
	}
}

// checkToken checks a single token against the rules on strings and the
// implementation limits.
func (c *checker) checkToken(t token, ref pdf.Ref) {
	switch t.kind {
	case tokInt:
		if t.num > 2147483647 || t.num < -2147483648 {
			c.fail(ruleLimitInteger, ref)
		}
	case tokReal:
		c.checkReal(t.num, ref)
	case tokName:
		if t.length > 127 {
			c.fail(ruleLimitName, ref)
		}
	case tokString, tokHex:
		if t.odd {
			c.fail(ruleHexOdd, ref)
		}
		if t.bad {
			c.fail(ruleHexDigit, ref)
		}
		if t.length > 65535 || c.part > 1 && t.length > 32767 {
			c.fail(ruleLimitString, ref)
		}
	}
}

func (c *checker) checkReal(v float64, ref pdf.Ref) {
	if v < 0 {
		v = -v
	}
	if c.part == 1 {
		if v > 32767 {
			c.fail(ruleLimitReal, ref)
		}
		return
	}
	if v > 3.403e38 {
		c.fail(ruleLimitReal, ref)
	}
	if v != 0 && v < 1.175e-38 {
		c.fail(ruleLimitTiny, ref)
	}
}

// isImageFilter tells whether the error only says that an image codec is left.
func isImageFilter(err error) bool {
	var f *pdf.ImageFilter
	return errors.As(err, &f)
}
