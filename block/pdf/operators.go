package pdf

import (
	"bytes"
	"fmt"
)

// maxOperands is how many operands one operator may have; only text arrays and
// colours come near it.
const maxOperands = 1024

// maxNested is how deep arrays and dictionaries may be nested in a content
// stream.
const maxNested = 32

// Operators reads a content stream and calls visit with each operator, its
// operands and the offset that the operator stands at. An inline image comes
// as the operator "BI" with one operand, a *Stream whose dictionary has the
// keys as they are written, short or long. Operands without an operator at the
// end come with the operator "". The error is visit's own, a *SyntaxError, or
// ErrLimit. args is used again after visit returns: what is kept must be copied.
func Operators(content []byte, visit func(op string, args []Object, at int) error) error {
	p := parser{lexer: lexer{data: content}, depth: maxNested}
	var args []Object
	for {
		p.skip()
		at := p.pos
		if at >= len(content) {
			if len(args) > 0 {
				return visit("", args, at)
			}
			return nil
		}
		o, err := p.value(0)
		if err != nil {
			return err
		}
		op, ok := o.(keyword)
		if !ok {
			if len(args) == maxOperands {
				return fmt.Errorf("%w: more than %d operands", ErrLimit, maxOperands)
			}
			args = append(args, o)
			continue
		}
		if op == "BI" {
			image, err := p.inlineImage()
			if err != nil {
				return err
			}
			args = append(args[:0], image)
		}
		if err := visit(string(op), args, at); err != nil {
			return err
		}
		args = args[:0]
	}
}

// inlineImage reads from after BI to after EI.
func (p *parser) inlineImage() (*Stream, error) {
	start := p.pos
	d := Dict{}
	for {
		key, err := p.value(0)
		if err != nil {
			return nil, err
		}
		if key == keyword("ID") {
			break
		}
		name, ok := key.(Name)
		if !ok {
			return nil, p.bad(start, "an inline image has a key that is no name")
		}
		value, err := p.value(0)
		if err != nil {
			return nil, err
		}
		if _, ok := value.(keyword); ok {
			return nil, p.bad(start, "an inline image has a key without a value")
		}
		d[name] = value
	}
	if p.pos < len(p.data) && IsSpace(p.data[p.pos]) {
		p.pos++
	}
	from := p.pos
	end, ok := p.imageEnd(d)
	if !ok {
		return nil, p.bad(start, "an inline image has no end")
	}
	raw := p.data[from:end:end]
	p.pos = p.spaces(end) + len("EI")
	return &Stream{Dict: d, Raw: raw}, nil
}

// imageEnd finds where the bytes of an inline image end. Without a filter its
// measures tell; with one, EI between white space and followed by what can be
// content ends it.
func (p *parser) imageEnd(d Dict) (int, bool) {
	if n, ok := plainSize(d); ok && n <= int64(len(p.data)-p.pos) {
		end := p.pos + int(n)
		if at := p.spaces(end); isEnd(p.data, at) {
			return end, true
		}
	}
	for from := p.pos; ; {
		i := bytes.Index(p.data[from:], []byte("EI"))
		if i < 0 {
			return 0, false
		}
		at := from + i
		from = at + 2
		if (at == p.pos || IsSpace(p.data[at-1])) && isEnd(p.data, at) && isContent(p.data[from:]) {
			return max(p.pos, at-1), true
		}
	}
}

// isEnd tells whether EI stands at an offset as a word.
func isEnd(data []byte, at int) bool {
	return bytes.HasPrefix(data[at:], []byte("EI")) && (at+2 == len(data) || !isRegular(data[at+2]))
}

// isContent tells whether the bytes after an EI look like operators, not like
// the bytes of an image.
func isContent(rest []byte) bool {
	for _, c := range rest[:min(len(rest), 12)] {
		if c > '~' || (c < ' ' && !IsSpace(c)) {
			return false
		}
	}
	return true
}

// plainSize is the size of an image without a filter.
func plainSize(d Dict) (int64, bool) {
	get := func(short, long Name) Object {
		if d[short] != nil {
			return d[short]
		}
		return d[long]
	}
	if get("F", "Filter") != nil {
		return 0, false
	}
	w, ok1 := integer(get("W", "Width"))
	h, ok2 := integer(get("H", "Height"))
	if !ok1 || !ok2 || w < 0 || h < 0 || w > 1<<16 || h > 1<<16 {
		return 0, false
	}
	colors, bits := int64(1), int64(8)
	if b, ok := integer(get("BPC", "BitsPerComponent")); ok && b > 0 && b <= 16 {
		bits = b
	}
	if m, _ := get("IM", "ImageMask").(bool); m {
		return h * ((w + 7) / 8), true
	}
	switch cs := get("CS", "ColorSpace").(type) {
	case Name:
		switch cs {
		case "RGB", "DeviceRGB":
			colors = 3
		case "CMYK", "DeviceCMYK":
			colors = 4
		case "G", "DeviceGray":
		default:
			return 0, false
		}
	case Array: // indexed: one number for each dot
	default:
		return 0, false
	}
	return h * ((w*colors*bits + 7) / 8), true
}
