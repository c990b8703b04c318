package pdf

import (
	"bytes"
	"fmt"
)

// parser reads objects. One parser serves a whole file: the price of the values
// it has made is counted over all of them.
type parser struct {
	lexer
	timer  *timer
	depth  int // deepest nesting allowed
	price  *int64
	top    *int // highest object number that a reference has named
	stack  []Object
	lenRef func(Ref) (int64, bool) // value of an indirect /Length
}

// maxNumber is the highest object number that is believed (ISO 32000-1, C.2).
const maxNumber = 8_388_607

func (p *parser) bad(at int, reason string) error {
	return &SyntaxError{Offset: int64(at), Reason: reason}
}

func (p *parser) charge(n int) error {
	if p.price == nil {
		return nil
	}
	if *p.price += int64(n); *p.price > maxValues {
		return fmt.Errorf("%w: its objects hold too much", ErrLimit)
	}
	return p.timer.tick()
}

// value reads one object, without looking for "R" after it.
func (p *parser) value(depth int) (Object, error) {
	at := p.pos
	o, ok := p.token()
	if !ok {
		return nil, p.bad(at, "the data ends where an object should be")
	}
	switch v := o.(type) {
	case String:
		return o, p.charge(priceValue + len(v))
	case Name:
		return o, p.charge(priceValue + len(v))
	case keyword:
		switch v {
		case "[", "<<":
			if depth >= p.depth {
				return nil, fmt.Errorf("%w: objects nested more than %d deep", ErrLimit, p.depth)
			}
			if v == "[" {
				return p.array(depth + 1)
			}
			return p.dict(depth + 1)
		}
		return o, nil
	}
	return o, p.charge(priceValue)
}

// collect pushes values on the stack until the closing keyword.
func (p *parser) collect(closing keyword, depth int) error {
	mark := len(p.stack)
	for {
		at := p.pos
		o, err := p.value(depth)
		if err != nil {
			return err
		}
		k, isKeyword := o.(keyword)
		switch {
		case !isKeyword:
			p.stack = append(p.stack, o)
		case k == closing:
			return nil
		case k == "R":
			if !p.reduce(at, mark) {
				return p.bad(at, "an R does not follow two numbers")
			}
		case k == "endobj" || k == "stream" || k == "endstream" || k == "]" || k == ">>":
			p.mend(at, "unclosed", "an array or a dictionary is not closed")
			if k != "]" && k != ">>" {
				p.pos = max(at, p.pos-len(k))
			}
			return nil
		default:
			return p.bad(at, "an unknown word inside an object")
		}
	}
}

// reduce makes a reference of the two topmost values; two numbers that no
// object can have refer to nothing.
func (p *parser) reduce(at, mark int) bool {
	n := len(p.stack)
	if n-mark < 2 {
		return false
	}
	r, ok := makeRef(p.stack[n-2], p.stack[n-1])
	if !ok && isNumber(p.stack[n-2]) && isNumber(p.stack[n-1]) {
		p.mend(at, "reference", "a reference has numbers that no object can have")
		p.stack = append(p.stack[:n-2], nil)
		return true
	}
	if !ok {
		return false
	}
	if p.top != nil && r.Num > *p.top {
		*p.top = r.Num
	}
	p.stack = append(p.stack[:n-2], r)
	return true
}

func isNumber(o Object) bool {
	switch o.(type) {
	case int64, float64:
		return true
	}
	return false
}

func makeRef(num, gen Object) (Ref, bool) {
	n, ok1 := num.(int64)
	g, ok2 := gen.(int64)
	if !ok1 || !ok2 || n < 0 || g < 0 || g > 65535 {
		return Ref{}, false
	}
	if n > maxNumber {
		n = maxNumber + 1 // refers to nothing
	}
	return Ref{int(n), int(g)}, true
}

func (p *parser) array(depth int) (Object, error) {
	mark := len(p.stack)
	defer func() { p.stack = p.stack[:mark] }()
	if err := p.collect("]", depth); err != nil {
		return nil, err
	}
	out := make(Array, len(p.stack)-mark)
	copy(out, p.stack[mark:])
	return out, p.charge(2 * priceValue)
}

func (p *parser) dict(depth int) (Object, error) {
	mark, at := len(p.stack), p.pos
	defer func() { p.stack = p.stack[:mark] }()
	if err := p.collect(">>", depth); err != nil {
		return nil, err
	}
	items := p.stack[mark:]
	out := make(Dict, len(items)/2)
	for i := 0; i < len(items); {
		key, ok := items[i].(Name)
		if !ok {
			p.mend(at, "dictionary", "a dictionary has a key that is no name")
			i++
			continue
		}
		if i+1 == len(items) {
			p.mend(at, "dictionary", "a dictionary has a key without a value")
			break
		}
		if _, twice := out[key]; twice {
			p.mend(at, "duplicate-key", "a dictionary has the same key twice")
		}
		if items[i+1] == nil {
			delete(out, key)
		} else {
			out[key] = items[i+1]
		}
		i += 2
	}
	return out, p.charge(priceDict + priceKey*len(out))
}

// object reads one whole object, a reference too.
func (p *parser) object() (Object, error) {
	at := p.pos
	o, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if k, ok := o.(keyword); ok {
		if k == "endobj" {
			p.pos -= len(k)
			p.mend(at, "empty", "an object is empty")
			return nil, nil
		}
		return nil, p.bad(at, "an unknown word where an object should be")
	}
	if _, ok := o.(int64); !ok {
		return o, nil
	}
	after := p.pos
	gen, ok1 := p.token()
	word, ok2 := p.token()
	if r, ok := makeRef(o, gen); ok && ok1 && ok2 && word == keyword("R") {
		return r, nil
	}
	p.pos = after
	return o, nil
}

// header reads "num gen obj" at exactly pos.
func (p *parser) header(pos int) (Ref, bool) {
	num, i, ok1 := p.digits(pos)
	gen, i, ok2 := p.digits(p.spaces(i))
	r, ok3 := makeRef(num, gen)
	after := p.spaces(i)
	if !ok1 || !ok2 || !ok3 || !bytes.HasPrefix(p.data[after:], []byte("obj")) {
		return Ref{}, false
	}
	p.pos = after + 3
	return r, true
}

// digits reads at most ten digits at i.
func (p *parser) digits(i int) (v int64, after int, ok bool) {
	if i < 0 || i > len(p.data) {
		return 0, 0, false
	}
	start := i
	for i < len(p.data) && isDigit(p.data[i]) && i-start < 10 {
		v = v*10 + int64(p.data[i]-'0')
		i++
	}
	return v, i, i > start
}

func (p *parser) spaces(i int) int {
	for i < len(p.data) && IsSpace(p.data[i]) {
		i++
	}
	return i
}

// indirect reads the object whose header begins at pos, up to and with its endobj.
func (p *parser) indirect(pos int) (Ref, Object, error) {
	if err := p.timer.check(); err != nil {
		return Ref{}, nil, err
	}
	r, ok := p.header(pos)
	if !ok {
		return Ref{}, nil, p.bad(pos, "no object begins here")
	}
	o, err := p.object()
	if err != nil {
		return r, nil, err
	}
	after := p.pos
	word, _ := p.token()
	if d, isDict := o.(Dict); isDict && word == keyword("stream") {
		raw := p.stream(d)
		o = &Stream{Dict: d, Raw: raw}
		after = p.pos
		word, _ = p.token()
	}
	if word != keyword("endobj") {
		if k, ok := word.(keyword); ok && bytes.HasPrefix([]byte(k), []byte("endobj")) {
			p.pos -= len(k) - len("endobj")
		} else {
			p.pos = after
		}
		p.mend(after, "endobj", "an object does not end with endobj")
	}
	return r, o, p.charge(priceValue)
}

// stream reads the bytes after the word "stream", and "endstream".
func (p *parser) stream(d Dict) []byte {
	switch {
	case p.peek(0) == '\r' && p.peek(1) == '\n':
		p.pos += 2
	case p.peek(0) == '\n':
		p.pos++
	default:
		p.mend(p.pos, "stream-start", "the word stream is not followed by a line feed")
		if p.peek(0) == '\r' {
			p.pos++
		}
	}
	start := p.pos
	if n, ok := p.length(d["Length"]); ok && n >= 0 && n <= int64(len(p.data)-start) {
		end := start + int(n)
		rest := p.data[end:]
		skip := 0
		for skip < 2 && skip < len(rest) && (rest[skip] == '\r' || rest[skip] == '\n') {
			skip++
		}
		if bytes.HasPrefix(rest[skip:], []byte("endstream")) {
			p.pos = end + skip + len("endstream")
			return p.data[start:end:end]
		}
	}
	p.mend(start, "stream-length", "a stream's Length does not lead to endstream")
	// To the end of the object at most: what a later update appends must not
	// change how this is read.
	rest, next := p.data[start:], 0
	if end := bytes.Index(rest, []byte("endobj")); end >= 0 {
		rest = rest[:end]
	}
	if end := bytes.Index(rest, []byte("endstream")); end >= 0 {
		rest, next = rest[:end], len("endstream")
	}
	p.pos = start + len(rest) + next
	raw := rest
	raw = bytes.TrimSuffix(raw, []byte("\n"))
	raw = bytes.TrimSuffix(raw, []byte("\r"))
	return raw[:len(raw):len(raw)]
}

func (p *parser) length(o Object) (int64, bool) {
	if r, ok := o.(Ref); ok && p.lenRef != nil {
		return p.lenRef(r)
	}
	n, ok := o.(int64)
	return n, ok
}
