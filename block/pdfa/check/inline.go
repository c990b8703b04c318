package check

import (
	"bytes"

	"medborgarnavet/block/pdf"
)

// inlineImage reads an inline image from BI to EI and checks it.
func (r *run) inlineImage() {
	c := r.c
	var key string
	mask := false
	var cs pdf.Object
	for {
		t := r.l.next()
		if t.kind == tokEOF {
			return
		}
		if t.kind == tokWord && string(r.l.b[t.start:t.end]) == "ID" {
			break
		}
		c.checkToken(t, r.ref)
		if key == "" {
			if t.kind == tokName {
				key = r.nameOf(t)
			}
			continue
		}
		switch key {
		case "I", "Interpolate":
			if string(r.l.b[t.start:t.end]) == "true" {
				c.fail(ruleImageInterpolate, r.ref)
			}
		case "IM", "ImageMask":
			mask = string(r.l.b[t.start:t.end]) == "true"
		case "Intent":
			if t.kind == tokName {
				r.cc.intent(pdf.Name(r.nameOf(t)), r.ref)
			}
		case "F", "Filter":
			r.inlineFilters(t)
		case "CS", "ColorSpace":
			cs = r.inlineSpace(t)
		default:
			r.skipValue(t)
		}
		key = ""
	}
	r.skipImageData()
	r.composite(true, false)
	if mask {
		r.paint(true, false)
	} else if cs != nil {
		r.cc.checkSpace(cs, r.sc, r.ref)
	}
}

func (r *run) inlineFilters(t token) {
	for {
		if t.kind == tokName {
			switch r.nameOf(t) {
			case "ASCIIHexDecode", "ASCII85Decode", "FlateDecode", "RunLengthDecode", "CCITTFaxDecode", "DCTDecode",
				"AHx", "A85", "Fl", "RL", "CCF", "DCT":
			default:
				r.c.fail(ruleInlineFilter, r.ref)
			}
			if len(r.args) == 0 || r.args[0].kind != tokOpenArray {
				return
			}
		}
		switch t.kind {
		case tokOpenArray:
			r.args = append(r.args[:0], t)
		case tokCloseArray, tokEOF:
			r.args = r.args[:0]
			return
		case tokName:
		default:
			return
		}
		t = r.l.next()
	}
}

// inlineSpace is an inline image's colour space: a name, or an Indexed array.
func (r *run) inlineSpace(t token) pdf.Object {
	if t.kind == tokName {
		return pdf.Name(longSpaceName(r.nameOf(t)))
	}
	if t.kind != tokOpenArray {
		return nil
	}
	var out pdf.Array
	for {
		t = r.l.next()
		switch t.kind {
		case tokName:
			out = append(out, pdf.Name(longSpaceName(r.nameOf(t))))
		case tokCloseArray, tokEOF:
			return out
		default:
			out = append(out, pdf.String(""))
		}
	}
}

// skipValue passes a value whose first token has been read.
func (r *run) skipValue(t token) {
	depth := 0
	for {
		switch t.kind {
		case tokOpenArray, tokOpenDict:
			depth++
		case tokCloseArray, tokCloseDict:
			depth--
		case tokEOF:
			return
		}
		if depth <= 0 {
			return
		}
		t = r.l.next()
	}
}

// skipImageData passes the image's bytes: up to EI between white space, with
// nothing but text after it for a while.
func (r *run) skipImageData() {
	b := r.l.b
	pos := r.l.pos
	for {
		i := bytes.Index(b[min(pos, len(b)):], []byte("EI"))
		if i < 0 {
			r.l.pos = len(b)
			return
		}
		at := pos + i
		after := at + 2
		if at > 0 && pdf.IsSpace(b[at-1]) && (after >= len(b) || pdf.IsSpace(b[after])) && textual(b[after:min(len(b), after+16)]) {
			r.l.pos = after
			return
		}
		pos = at + 2
	}
}

func textual(b []byte) bool {
	for _, c := range b {
		if c > 126 || c < 32 && !pdf.IsSpace(c) {
			return false
		}
	}
	return true
}
