package pades

import (
	"bytes"

	"medborgarnavet/block/pdf"
)

// span is bytes [from, to) of the file.
type span struct{ from, to int64 }

// dictScan says where in the file the values of one dictionary's keys lie.
// It reads the bytes themselves, not the parsed object: what the byte range
// leaves out must be found where it is written.
type dictScan struct {
	values map[pdf.Name]span
	twice  map[pdf.Name]bool
}

// scanDict reads the dictionary that begins at or after from, before to. ok is
// false when there is none or it does not end there.
func scanDict(data []byte, from, to int64) (dictScan, bool) {
	if from < 0 || from > to || to > int64(len(data)) {
		return dictScan{}, false
	}
	s := scanner{data: data[:to], at: from}
	out := dictScan{values: map[pdf.Name]span{}, twice: map[pdf.Name]bool{}}
	for s.space(); !s.starts("<<"); s.space() {
		if s.at >= to {
			return out, false
		}
		s.token()
	}
	s.at += 2
	for {
		s.space()
		if s.starts(">>") {
			return out, true
		}
		if s.at >= to || s.data[s.at] != '/' {
			return out, false
		}
		key := s.name()
		s.space()
		start := s.at
		if !s.value(0) {
			return out, false
		}
		if _, again := out.values[key]; again {
			out.twice[key] = true
		}
		out.values[key] = span{start, s.at}
	}
}

// scanner walks over tokens. Every step moves forward or stops at the end.
type scanner struct {
	data []byte
	at   int64
}

func (s *scanner) end() bool { return s.at >= int64(len(s.data)) }

func (s *scanner) starts(t string) bool {
	return s.at+int64(len(t)) <= int64(len(s.data)) && string(s.data[s.at:s.at+int64(len(t))]) == t
}

// space skips white space and comments.
func (s *scanner) space() {
	for !s.end() {
		switch c := s.data[s.at]; {
		case pdf.IsSpace(c):
			s.at++
		case c == '%':
			for !s.end() && s.data[s.at] != '\n' && s.data[s.at] != '\r' {
				s.at++
			}
		default:
			return
		}
	}
}

// regular skips a run of regular characters.
func (s *scanner) regular() {
	for !s.end() && !pdf.IsSpace(s.data[s.at]) && !pdf.IsDelimiter(s.data[s.at]) {
		s.at++
	}
}

// name reads a name at '/', with #xx decoded.
func (s *scanner) name() pdf.Name {
	s.at++
	start := s.at
	s.regular()
	raw := s.data[start:s.at]
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] == '#' && i+2 < len(raw) {
			hi, ok1 := hexDigit(raw[i+1])
			lo, ok2 := hexDigit(raw[i+2])
			if ok1 && ok2 {
				out = append(out, hi<<4|lo)
				i += 2
				continue
			}
		}
		out = append(out, raw[i])
	}
	return pdf.Name(out)
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// value skips one value: a token, an array, a dictionary, or a reference.
func (s *scanner) value(depth int) bool {
	if depth > maxFieldDepth || s.end() {
		return false
	}
	switch {
	case s.starts("<<"):
		s.at += 2
		return s.until(">>", depth)
	case s.data[s.at] == '[':
		s.at++
		return s.until("]", depth)
	}
	before := s.at
	s.token()
	if s.at == before {
		return false
	}
	s.reference(before)
	return true
}

// until skips values up to the closing mark.
func (s *scanner) until(mark string, depth int) bool {
	for {
		s.space()
		if s.starts(mark) {
			s.at += int64(len(mark))
			return true
		}
		if !s.value(depth + 1) {
			return false
		}
	}
}

// reference goes on over "G R" when the number from start begins a reference.
func (s *scanner) reference(start int64) {
	if !allDigits(s.data[start:s.at]) {
		return
	}
	end := s.at
	s.space()
	gen := s.at
	s.regular()
	if !allDigits(s.data[gen:s.at]) {
		s.at = end
		return
	}
	s.space()
	mark := s.at
	s.regular()
	if string(s.data[mark:s.at]) != "R" {
		s.at = end
	}
}

func allDigits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

// token skips one token, whatever it is.
func (s *scanner) token() {
	s.space()
	if s.end() {
		return
	}
	switch c := s.data[s.at]; {
	case c == '(':
		s.literal()
	case c == '<' && !s.starts("<<"):
		if i := bytes.IndexByte(s.data[s.at:], '>'); i >= 0 {
			s.at += int64(i) + 1
		} else {
			s.at = int64(len(s.data))
		}
	case c == '/':
		s.at++
		s.regular()
	case pdf.IsDelimiter(c):
		s.step()
	default:
		s.regular()
	}
}

func (s *scanner) step() {
	if !s.end() {
		s.at++
	}
}

// literal skips a (…) string.
func (s *scanner) literal() {
	depth := 0
	for !s.end() {
		switch s.data[s.at] {
		case '\\':
			s.at++
		case '(':
			depth++
		case ')':
			depth--
		}
		s.step()
		if depth == 0 {
			return
		}
	}
}
