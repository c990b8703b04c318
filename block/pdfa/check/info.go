package check

import (
	"strconv"
	"strings"
	"time"

	"medborgarnavet/block/pdf"
)

// checkInfo compares the document information with the metadata, as PDF/A-1
// asks (6.7.3).
func (c *checker) checkInfo() {
	info := c.doc.Dict(c.doc.Trailer()["Info"])
	if info == nil || c.main == nil || c.main.err != nil {
		return
	}
	ref, _ := c.doc.Trailer()["Info"].(pdf.Ref)
	mm := c.main
	for _, e := range []struct {
		key  pdf.Name
		rule ruleKey
		xmp  func() (string, bool)
	}{
		{"Title", ruleInfoTitle, func() (string, bool) { return altText(mm.prop(nsDC, "title")) }},
		{"Author", ruleInfoAuthor, func() (string, bool) { return onlyItem(mm.prop(nsDC, "creator")) }},
		{"Subject", ruleInfoSubject, func() (string, bool) { return altText(mm.prop(nsDC, "description")) }},
		{"Keywords", ruleInfoKeywords, func() (string, bool) { return plainText(mm.prop(nsPDF, "Keywords")) }},
		{"Creator", ruleInfoCreator, func() (string, bool) { return plainText(mm.prop(nsXMP, "CreatorTool")) }},
		{"Producer", ruleInfoProducer, func() (string, bool) { return plainText(mm.prop(nsPDF, "Producer")) }},
	} {
		if c.doc.Resolve(info[e.key]) == nil {
			continue
		}
		s, isString := c.doc.Str(info[e.key])
		want, has := e.xmp()
		if !isString || !has || strings.TrimRight(c.doc.Text(s), "\x00") != want {
			c.fail(e.rule, ref)
		}
	}
	c.checkInfoDate(info["CreationDate"], mm.prop(nsXMP, "CreateDate"), ruleInfoCreationDate, ref)
	c.checkInfoDate(info["ModDate"], mm.prop(nsXMP, "ModifyDate"), ruleInfoModDate, ref)
}

func (c *checker) checkInfoDate(o pdf.Object, n *xmpNode, rule ruleKey, ref pdf.Ref) {
	if c.doc.Resolve(o) == nil {
		return
	}
	s, isString := c.doc.Str(o)
	a, ok1 := pdfDate(c.doc.Text(s))
	b, ok2 := xmpDate(text(n))
	if !isString || !ok1 || !ok2 || !a.Equal(b) {
		c.fail(rule, ref)
	}
}

func plainText(n *xmpNode) (string, bool) {
	if n == nil || n.kind != simpleNode {
		return "", false
	}
	return n.value, true
}

// altText is the default text of a language alternative.
func altText(n *xmpNode) (string, bool) {
	if n == nil || n.kind != altNode {
		return "", false
	}
	for _, li := range n.children {
		if li.lang == "x-default" {
			return li.value, true
		}
	}
	return "", false
}

// onlyItem is the single item of an array.
func onlyItem(n *xmpNode) (string, bool) {
	if n == nil || n.kind != seqNode || len(n.children) != 1 {
		return "", false
	}
	return n.children[0].value, true
}

// pdfDate reads "D:YYYYMMDDHHmmSSOHH'mm'" of which all after the year may be
// missing (PDF Reference 3.8.2).
func pdfDate(s string) (time.Time, bool) {
	s, ok := strings.CutPrefix(s, "D:")
	if !ok || len(s) < 4 {
		return time.Time{}, false
	}
	v := [6]int{0, 1, 1, 0, 0, 0}
	for i, n := range []int{4, 2, 2, 2, 2, 2} {
		if len(s) == 0 || !isDigit(s[0]) {
			break
		}
		if len(s) < n {
			return time.Time{}, false
		}
		x, err := strconv.Atoi(s[:n])
		if err != nil {
			return time.Time{}, false
		}
		v[i], s = x, s[n:]
	}
	loc, ok := zone(strings.ReplaceAll(s, "'", ""))
	return time.Date(v[0], time.Month(v[1]), v[2], v[3], v[4], v[5], 0, loc), ok
}

// zone reads "", "Z", "+HHMM" or "+HH".
func zone(s string) (*time.Location, bool) {
	if s == "" || s == "Z" || s == "Z0000" || s == "Z00" {
		return time.UTC, true
	}
	if len(s) != 5 && len(s) != 3 || s[0] != '+' && s[0] != '-' {
		return time.UTC, false
	}
	n, err := strconv.Atoi(s[1:])
	if err != nil {
		return time.UTC, false
	}
	if len(s) == 3 {
		n *= 100
	}
	sec := (n/100*60 + n%100) * 60
	if s[0] == '-' {
		sec = -sec
	}
	return time.FixedZone("", sec), true
}

// xmpDate reads an XMP date.
func xmpDate(s string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05",
		"2006-01-02T15:04", "2006-01-02", "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Truncate(time.Second), true
		}
	}
	return time.Time{}, false
}
