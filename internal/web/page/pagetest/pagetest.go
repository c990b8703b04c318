// Package pagetest checks that a rendered page keeps its promises to the one
// who reads it with a keyboard, a screen reader or a small screen.
//
// It owns the checks that no ready tool makes, or that are cheap enough to run
// on every page of every test: language, skip link, names, errors tied to
// their fields, figures in their own direction, nothing inline. Each check is
// one entry of the table below, proved by a mutant that only it must catch
// (pagetest_test.go). Contrast, reflow, focus order and the like are judged in
// a browser (ux.md §8).
package pagetest

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Check fails the test for every fault of a whole page that was asked for in
// lang.
func Check(t testing.TB, page []byte, lang string) {
	t.Helper()
	for _, f := range Faults(page, lang) {
		t.Errorf("page: %s", f)
	}
}

// CheckPart does the same for a part of a page, sent alone.
func CheckPart(t testing.TB, part []byte) {
	t.Helper()
	for _, f := range partFaults(part) {
		t.Errorf("part: %s", f)
	}
}

// Faults lists the faults of a page.
func Faults(page []byte, lang string) []string {
	d, err := parse(page)
	if err != nil {
		return []string{err.Error()}
	}
	d.lang = lang
	var out []string
	for _, c := range append(wholePage, anyPart...) {
		for _, f := range c.find(d) {
			out = append(out, c.name+": "+f)
		}
	}
	return out
}

func partFaults(part []byte) []string {
	d, err := parse(part)
	if err != nil {
		return []string{err.Error()}
	}
	var out []string
	for _, c := range anyPart {
		for _, f := range c.find(d) {
			out = append(out, c.name+": "+f)
		}
	}
	return out
}

// check is one promise.
type check struct {
	name string
	find func(*doc) []string
}

// wholePage are the checks that need all of a page.
var wholePage = []check{
	{"language", language},
	{"title", title},
	{"skip link", skipLink},
	{"one h1", oneH1},
	{"headings in order", headingOrder},
	{"landmarks", landmarks},
	{"links within the page", fragments},
	{"errors tied to fields", errorsTied},
	{"ids that are named", namedIDs},
}

// anyPart are the checks that hold for any piece.
var anyPart = []check{
	{"ids once", idsOnce},
	{"buttons are buttons", buttons},
	{"pictures are named", pictures},
	{"tags have words", tags},
	{"link texts", linkTexts},
	{"nothing inline", inline},
	{"figures in bdi", figures},
	{"forms", forms},
	{"no placeholder", placeholders},
	{"inputs are labelled", labels},
	{"groups are labelled", groups},
	{"tables", tables},
	{"no positive tabindex", tabindex},
	{"nothing raw", raw},
}

// doc is a parsed page.
type doc struct {
	root *html.Node
	all  []*html.Node // elements in document order
	ids  map[string]*html.Node
	lang string
	text string // the bytes as they came
}

func parse(page []byte) (*doc, error) {
	root, err := html.Parse(strings.NewReader(string(page)))
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	d := &doc{root: root, ids: map[string]*html.Node{}, text: string(page)}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		d.all = append(d.all, n)
		if id := attr(n, "id"); id != "" && d.ids[id] == nil {
			d.ids[id] = n
		}
	}
	return d, nil
}

func (d *doc) each(names ...string) func(func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for _, n := range d.all {
			for _, name := range names {
				if n.Data == name && !yield(n) {
					return
				}
			}
		}
	}
}

func attr(n *html.Node, name string) string { v, _ := lookup(n, name); return v }

func lookup(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func has(n *html.Node, name string) bool { _, ok := lookup(n, name); return ok }

func class(n *html.Node, name string) bool {
	for _, c := range strings.Fields(attr(n, "class")) {
		if c == name {
			return true
		}
	}
	return false
}

// within tells whether n lies in an element for which ok holds.
func within(n *html.Node, ok func(*html.Node) bool) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Type == html.ElementNode && ok(p) {
			return true
		}
	}
	return false
}

// words is what an element says, spaces folded.
func words(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
		if c.Type == html.ElementNode && c.Data == "img" {
			b.WriteString(attr(c, "alt"))
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// name is an element's accessible name, as far as these pages need it.
func (d *doc) name(n *html.Node) string {
	if ids := attr(n, "aria-labelledby"); ids != "" {
		var parts []string
		for _, id := range strings.Fields(ids) {
			if x := d.ids[id]; x != nil {
				parts = append(parts, words(x))
			}
		}
		return strings.Join(parts, " ")
	}
	if l := attr(n, "aria-label"); l != "" {
		return l
	}
	return words(n)
}

// show is how an element is pointed out in a message.
func show(n *html.Node) string {
	s := "<" + n.Data
	for _, a := range []string{"id", "name", "class", "href"} {
		if v := attr(n, a); v != "" {
			s += " " + a + "=" + v
		}
	}
	return s + ">"
}
