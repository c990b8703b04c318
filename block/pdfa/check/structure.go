package check

import (
	"bytes"
	"regexp"
	"strconv"

	"medborgarnavet/block/pdf"
)

var reHeader = regexp.MustCompile(`^%PDF-1\.[0-7]$`)
var reHeader1 = regexp.MustCompile(`^%PDF-[0-9]\.[0-9]`)

// checkStructure checks the file around its objects: header, trailer,
// cross-references and end.
func (c *checker) checkStructure() {
	data := c.file.Bytes()
	c.checkHeader(data)
	c.checkBasics()
	c.checkTrailers(data)
	c.checkEnd(data)
	for _, r := range c.file.Revisions() {
		c.checkXref(data, r.StartXRef)
		if r.Trailer["Encrypt"] != nil {
			c.fail(ruleEncrypt, pdf.Ref{})
		}
	}
	if l := linearised(data); l != nil {
		for _, off := range xrefChain(data) {
			c.checkXref(data, off)
		}
	}
}

// checkBasics wants what every reader needs: cross-references that lead to the
// objects, and a trailer, catalog and page tree that are what they should be.
func (c *checker) checkBasics() {
	t := c.doc.Trailer()
	_, size := c.doc.Int(t["Size"])
	_, root := t["Root"].(pdf.Ref)
	if c.file.Rebuilt() || !size || !root {
		c.fail(ruleBroken, pdf.Ref{})
	}
	c.checkPageNode(c.doc.Catalog()["Pages"], map[pdf.Ref]bool{}, 0)
}

// checkPageNode checks a node of the page tree and returns how many pages are
// beneath it. The root is a node, not a page.
func (c *checker) checkPageNode(o pdf.Object, seen map[pdf.Ref]bool, depth int) int64 {
	ref, ok := o.(pdf.Ref)
	d := c.doc.Dict(o)
	if !ok || seen[ref] || d == nil || depth > 64 {
		c.fail(ruleBroken, ref)
		return 0
	}
	seen[ref] = true
	typ := c.doc.Name(d["Type"])
	if typ == "Page" && depth > 0 {
		return 1
	}
	count, hasCount := c.doc.Int(d["Count"])
	kids, hasKids := c.doc.Resolve(d["Kids"]).(pdf.Array)
	if typ != "Pages" || !hasCount || !hasKids {
		c.fail(ruleBroken, ref)
		return 0
	}
	var pages int64
	for _, k := range kids {
		pages += c.checkPageNode(k, seen, depth+1)
	}
	if pages != count {
		c.fail(ruleBroken, ref)
	}
	return pages
}

func (c *checker) checkHeader(data []byte) {
	end := bytes.IndexAny(data[:min(len(data), 1024)], "\r\n")
	if end < 0 {
		c.fail(ruleHeader, pdf.Ref{})
		c.fail(ruleHeaderComment, pdf.Ref{})
		return
	}
	line := data[:end]
	if c.part == 1 && !reHeader1.Match(line) || c.part > 1 && !reHeader.Match(line) {
		c.fail(ruleHeader, pdf.Ref{})
	}
	rest := data[end:]
	if bytes.HasPrefix(rest, []byte("\r\n")) {
		rest = rest[2:]
	} else {
		rest = rest[1:]
	}
	if len(rest) < 5 || rest[0] != '%' || rest[1] < 128 || rest[2] < 128 || rest[3] < 128 || rest[4] < 128 {
		c.fail(ruleHeaderComment, pdf.Ref{})
	}
}

// checkEnd looks for bytes after the last end-of-file marker.
func (c *checker) checkEnd(data []byte) {
	i := bytes.LastIndex(data, []byte("%%EOF"))
	if i < 0 {
		c.fail(ruleAfterEOF, pdf.Ref{})
		return
	}
	switch rest := string(data[i+5:]); rest {
	case "", "\n", "\r", "\r\n":
	default:
		c.fail(ruleAfterEOF, pdf.Ref{})
	}
}

// checkXref checks the layout of the cross-reference section at the offset.
func (c *checker) checkXref(data []byte, at int64) {
	if at < 0 || at >= int64(len(data)) {
		return
	}
	b := data[at:]
	for len(b) > 0 && pdf.IsSpace(b[0]) {
		b = b[1:]
	}
	if !bytes.HasPrefix(b, []byte("xref")) {
		if len(b) > 0 && isDigit(b[0]) {
			c.fail(ruleXrefStream, pdf.Ref{})
		}
		return
	}
	b = b[4:]
	eol := 0
	if bytes.HasPrefix(b, []byte("\r\n")) {
		eol = 2
	} else if len(b) > 0 && isEOL(b[0]) {
		eol = 1
	}
	if eol == 0 || eol >= len(b) || !isDigit(b[eol]) {
		c.fail(ruleXrefEOL, pdf.Ref{})
	}
	for {
		for len(b) > 0 && pdf.IsSpace(b[0]) {
			b = b[1:]
		}
		i := digitsAt(b, 0)
		if i == 0 {
			break
		}
		if i+1 >= len(b) || b[i] != ' ' || !isDigit(b[i+1]) {
			c.fail(ruleXrefHeader, pdf.Ref{})
		}
		for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
			i++
		}
		j := digitsAt(b, i)
		n, err := strconv.Atoi(string(b[i:j]))
		if err != nil || n > len(b)/18 {
			break
		}
		b = skipEntries(b[j:], n)
	}
	if i := bytes.Index(b[:min(len(b), 4096)], []byte("/XRefStm")); i >= 0 {
		c.fail(ruleXrefStream, pdf.Ref{})
	}
}

// skipEntries passes n entries of "offset generation kind".
func skipEntries(b []byte, n int) []byte {
	l := &lexer{b: b}
	for i := 0; i < 3*n; i++ {
		if t := l.next(); t.kind == tokEOF {
			break
		}
	}
	return b[l.pos:]
}

// linearised is the linearisation dictionary's bytes when the file is
// linearised and has not been added to since.
func linearised(data []byte) []byte {
	head := data[:min(len(data), 2048)]
	i := bytes.Index(head, []byte("/Linearized"))
	if i < 0 {
		return nil
	}
	end := bytes.Index(head[i:], []byte(">>"))
	start := bytes.LastIndex(head[:i], []byte("<<"))
	if end < 0 || start < 0 {
		return nil
	}
	dict := head[start : i+end]
	l := bytes.Index(dict, []byte("/L "))
	if l < 0 {
		return nil
	}
	lx := &lexer{b: dict, pos: l + 2}
	if t := lx.next(); t.kind != tokInt || int(t.num) != len(data) {
		return nil
	}
	return dict
}

// xrefChain is the offsets of the cross-reference sections, newest first,
// found by the bytes alone.
func xrefChain(data []byte) []int64 {
	i := bytes.LastIndex(data, []byte("startxref"))
	if i < 0 {
		return nil
	}
	var out []int64
	lx := &lexer{b: data, pos: i + 9}
	t := lx.next()
	for len(out) < 1000 && t.kind == tokInt && t.num >= 0 && int(t.num) < len(data) {
		off := int64(t.num)
		for _, o := range out {
			if o == off {
				return out
			}
		}
		out = append(out, off)
		dict := trailerAt(data, off)
		p := bytes.Index(dict, []byte("/Prev"))
		if p < 0 {
			break
		}
		lx = &lexer{b: dict, pos: p + 5}
		t = lx.next()
	}
	return out
}

// trailerAt is the bytes of the trailer dictionary that belongs to the
// cross-reference section at the offset.
func trailerAt(data []byte, off int64) []byte {
	b := bytes.TrimLeft(data[off:], "\x00\t\n\f\r ")
	i := 0
	if bytes.HasPrefix(b, []byte("xref")) {
		if i = bytes.Index(b, []byte("trailer")); i < 0 {
			return nil
		}
	}
	start := bytes.Index(b[i:min(len(b), i+200)], []byte("<<"))
	if start < 0 {
		return nil
	}
	b = b[i+start:]
	l := &lexer{b: b}
	for depth := 0; ; {
		switch t := l.next(); t.kind {
		case tokEOF:
			return nil
		case tokOpenDict:
			depth++
		case tokCloseDict:
			if depth--; depth <= 0 {
				return b[:t.end]
			}
		}
	}
}

// checkTrailers checks the file identifier: in the last trailer, or, when the
// file is linearised, in the first page's.
func (c *checker) checkTrailers(data []byte) {
	chain := xrefChain(data)
	if len(chain) == 0 || c.file.Rebuilt() {
		c.checkID(c.doc.Trailer()["ID"])
		return
	}
	first := trailerAt(data, chain[0])
	id := idBytes(first)
	if id == nil {
		c.fail(ruleTrailerID, pdf.Ref{})
		return
	}
	c.checkID(c.doc.Trailer()["ID"])
	if linearised(data) != nil && len(chain) > 1 {
		if last := idBytes(trailerAt(data, chain[len(chain)-1])); last != nil && !bytes.Equal(id, last) {
			c.fail(ruleLinearID, pdf.Ref{})
		}
	}
}

// checkID wants two non-empty strings.
func (c *checker) checkID(o pdf.Object) {
	id := c.doc.Array(o)
	ok := len(id) == 2
	for _, s := range id {
		v, is := c.doc.Str(s)
		ok = ok && is && len(v) > 0
	}
	if !ok {
		c.fail(ruleTrailerID, pdf.Ref{})
	}
}

// idBytes is the value of ID in a trailer's bytes, without white space.
func idBytes(dict []byte) []byte {
	l := &lexer{b: dict}
	for {
		t := l.next()
		if t.kind == tokEOF {
			return nil
		}
		if t.kind != tokName || string(dict[t.start:t.end]) != "/ID" {
			continue
		}
		open := l.next()
		if open.kind != tokOpenArray {
			return []byte{0}
		}
		for {
			switch t := l.next(); t.kind {
			case tokEOF:
				return nil
			case tokCloseArray:
				return bytes.Join(bytes.Fields(dict[open.end:t.start]), nil)
			}
		}
	}
}
