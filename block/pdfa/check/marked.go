package check

import (
	"medborgarnavet/block/pdf"
)

// markedContent is one open marked-content sequence.
type markedContent struct {
	actual bool // it has an ActualText
	mcid   int  // -1 when it has none
}

// mcKey is a marked-content sequence by page and number.
type mcKey struct {
	page pdf.Ref
	mcid int
}

// markedOperator keeps track of marked content, whose properties the rules on
// level A ask for.
func (r *run) markedOperator(op string) {
	switch op {
	case "EMC":
		if n := len(r.marked); n > 0 {
			r.marked = r.marked[:n-1]
		}
	case "BMC", "BDC":
		m := markedContent{mcid: -1}
		if op == "BDC" {
			m = r.properties()
		}
		if len(r.marked) < 1000 {
			r.marked = append(r.marked, m)
		}
	}
}

// properties reads the property list of BDC: inline, or by name.
func (r *run) properties() markedContent {
	m := markedContent{mcid: -1}
	if n := len(r.args); n == 2 && r.args[1].kind == tokName {
		d := r.c.doc.Dict(r.resource("Properties", r.nameOf(r.args[1])))
		m.actual = d["ActualText"] != nil
		if v, ok := r.c.doc.Int(d["MCID"]); ok {
			m.mcid = int(v)
		}
		if s, ok := r.c.doc.Str(d["Lang"]); ok {
			r.c.checkLang(string(s), r.ref)
		}
		return m
	}
	for i := 0; i+1 < len(r.args); i++ {
		if r.args[i].kind != tokName {
			continue
		}
		v := r.args[i+1]
		switch r.nameOf(r.args[i]) {
		case "ActualText":
			m.actual = true
		case "MCID":
			m.mcid = int(v.num)
		case "Lang":
			if v.kind == tokString || v.kind == tokHex {
				r.c.checkLang(r.c.doc.Text(pdf.String(decodeString(r.l.b[v.start:v.end], v.kind))), r.ref)
			}
		}
	}
	return m
}

// replaced tells whether the text being shown has replacement text, from the
// marked content around it or from the structure that holds it.
func (r *run) replaced() bool {
	for _, m := range r.marked {
		if m.actual {
			return true
		}
		if m.mcid >= 0 && r.cc.structureText(mcKey{r.page, m.mcid}) {
			return true
		}
	}
	return false
}

// structureText tells whether a structure element with ActualText holds the
// marked content.
func (cc *contentChecks) structureText(k mcKey) bool {
	if !cc.actualSet {
		cc.actualSet, cc.actual = true, map[mcKey]bool{}
		root := cc.c.doc.Dict(cc.c.doc.Catalog()["StructTreeRoot"])
		w := &structWalk{c: cc.c, seen: map[pdf.Ref]bool{}}
		w.kids(root["K"], pdf.Ref{}, false, func(page pdf.Ref, mcid int, actual bool) {
			if actual {
				cc.actual[mcKey{page, mcid}] = true
			}
		}, nil, 0)
	}
	return cc.actual[k]
}

// decodeString is the bytes of a literal or hexadecimal string as written.
func decodeString(b []byte, kind tokenKind) []byte {
	out := make([]byte, 0, len(b))
	if kind == tokHex {
		high := -1
		for _, c := range b {
			v := hexValue(c)
			if v < 0 {
				continue
			}
			if high < 0 {
				high = v
				continue
			}
			out = append(out, byte(high<<4|v))
			high = -1
		}
		if high >= 0 {
			out = append(out, byte(high<<4))
		}
		return out
	}
	if len(b) < 2 {
		return nil
	}
	b = b[1 : len(b)-1]
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '\r':
			if i+1 < len(b) && b[i+1] == '\n' {
				i++
			}
			out = append(out, '\n')
		case b[i] == '\\' && i+1 < len(b):
			i++
			out, i = unescape(out, b, i)
		default:
			out = append(out, b[i])
		}
	}
	return out
}

// unescape reads the escape sequence whose first character after the backslash
// is b[i]; it returns the index of its last.
func unescape(out, b []byte, i int) ([]byte, int) {
	switch c := b[i]; c {
	case 'n':
		return append(out, '\n'), i
	case 'r':
		return append(out, '\r'), i
	case 't':
		return append(out, '\t'), i
	case 'b':
		return append(out, '\b'), i
	case 'f':
		return append(out, '\f'), i
	case '\n':
		return out, i
	case '\r':
		if i+1 < len(b) && b[i+1] == '\n' {
			i++
		}
		return out, i
	default:
		if c < '0' || c > '7' {
			return append(out, c), i
		}
	}
	v := 0
	n := 0
	for n < 3 && i+n < len(b) && b[i+n] >= '0' && b[i+n] <= '7' {
		v = v*8 + int(b[i+n]-'0')
		n++
	}
	return append(out, byte(v)), i + n - 1
}
