package check

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"medborgarnavet/block/pdf"
)

// Structure types of PDF 1.4, and those that PDF 1.7 adds (ISO 32000-1, 14.8.4).
const (
	types14 = ` Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6 L LI Lbl
LBody Table TR TH TD Span Quote Note Reference BibEntry Code Link Figure Formula Form `
	types17 = ` THead TBody TFoot Annot Ruby RB RT RP Warichu WT WP `
)

// reLang1 is RFC 1766, which PDF 1.4 follows; reLang2 is RFC 3066, whose
// subtags may have digits.
var (
	reLang1 = regexp.MustCompile(`^[A-Za-z]{1,8}(-[A-Za-z]{1,8})*$`)
	reLang2 = regexp.MustCompile(`^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$`)
)

// checkTagging checks the rules on logical structure, which only level A has.
func (c *checker) checkTagging() {
	cat := c.doc.Catalog()
	if marked, _ := c.doc.Resolve(c.doc.Dict(cat["MarkInfo"])["Marked"]).(bool); !marked {
		c.fail(ruleMarked, pdf.Ref{})
	}
	root := c.doc.Dict(cat["StructTreeRoot"])
	if root == nil {
		c.fail(ruleStructTree, pdf.Ref{})
	}
	if s, ok := c.doc.Str(cat["Lang"]); ok {
		c.checkLang(c.doc.Text(s), pdf.Ref{})
	}
	if root == nil {
		return
	}
	roles := c.doc.Dict(root["RoleMap"])
	if c.level == 'a' {
		c.checkRoles(roles)
	}
	w := &structWalk{c: c, seen: map[pdf.Ref]bool{}}
	w.kids(root["K"], pdf.Ref{}, false, nil, func(d pdf.Dict, ref pdf.Ref) { c.checkElement(d, ref, roles) }, 0)
}

func (c *checker) checkElement(d pdf.Dict, ref pdf.Ref, roles pdf.Dict) {
	typ := c.doc.Name(d["S"])
	if !utf8.ValidString(string(typ)) {
		c.fail(ruleNameUTF8, ref)
	}
	if s, ok := c.doc.Str(d["Lang"]); ok {
		c.checkLang(c.doc.Text(s), ref)
	}
	if c.level != 'a' || c.standardType(typ) {
		return
	}
	seen := map[pdf.Name]bool{}
	for !c.standardType(typ) {
		if seen[typ] {
			c.fail(ruleRoleCircular, ref)
			return
		}
		if seen[typ] = true; len(seen) > maxRoles {
			return
		}
		next := c.doc.Name(roles[typ])
		if next == "" {
			c.fail(ruleRoleMissing, ref)
			return
		}
		typ = next
	}
}

// checkRoles checks the role map itself.
func (c *checker) checkRoles(roles pdf.Dict) {
	for _, from := range sortedKeys(roles) {
		if c.standardType(from) {
			if c.doc.Name(roles[from]) != from {
				c.fail(ruleRoleStandard, pdf.Ref{})
			}
			continue
		}
		seen := map[pdf.Name]bool{}
		for n := from; n != "" && !c.standardType(n); n = c.doc.Name(roles[n]) {
			if seen[n] {
				c.fail(ruleRoleCircular, pdf.Ref{})
				break
			}
			if seen[n] = true; len(seen) > maxRoles {
				break
			}
		}
	}
}

func (c *checker) standardType(n pdf.Name) bool {
	part, known := standardTypes()[n]
	return known && part <= c.part
}

// standardTypes are the standard structure types, with the first part of ISO
// 19005 that knows them.
var standardTypes = sync.OnceValue(func() map[pdf.Name]int {
	m := map[pdf.Name]int{}
	for _, t := range strings.Fields(types14) {
		m[pdf.Name(t)] = 1
	}
	for _, t := range strings.Fields(types17) {
		m[pdf.Name(t)] = 2
	}
	return m
})

// maxRoles bounds how far a chain of mapped types is followed.
const maxRoles = 200

// checkLang checks a language code; an empty one says that the language is not
// known, which is allowed.
func (c *checker) checkLang(s string, ref pdf.Ref) {
	if s == "" {
		return
	}
	if c.part == 1 && !reLang1.MatchString(s) || c.part > 1 && !reLang2.MatchString(s) {
		c.fail(ruleLang, ref)
	}
}

// structWalk visits a structure tree once.
type structWalk struct {
	c    *checker
	seen map[pdf.Ref]bool
}

// kids visits what K holds: elements, and marked content with its page and
// whether an element around it has ActualText.
func (w *structWalk) kids(o pdf.Object, page pdf.Ref, actual bool, content func(pdf.Ref, int, bool), element func(pdf.Dict, pdf.Ref), depth int) {
	if depth > 200 {
		return
	}
	ref, isRef := o.(pdf.Ref)
	if isRef {
		if w.seen[ref] {
			return
		}
		w.seen[ref] = true
	}
	switch v := w.c.doc.Resolve(o).(type) {
	case pdf.Array:
		for _, e := range v {
			w.kids(e, page, actual, content, element, depth+1)
		}
	case int64:
		if content != nil {
			content(page, int(v), actual)
		}
	case pdf.Dict:
		if pg, ok := v["Pg"].(pdf.Ref); ok {
			page = pg
		}
		switch w.c.doc.Name(v["Type"]) {
		case "MCR":
			if n, ok := w.c.doc.Int(v["MCID"]); ok && content != nil {
				content(page, int(n), actual)
			}
			return
		case "OBJR":
			return
		}
		if element != nil {
			element(v, ref)
		}
		w.kids(v["K"], page, actual || v["ActualText"] != nil, content, element, depth+1)
	}
}
