package pagetest

import (
	"strings"

	"golang.org/x/net/html"
)

func language(d *doc) (out []string) {
	for n := range d.each("html") {
		if attr(n, "lang") != d.lang {
			out = append(out, "html says "+attr(n, "lang")+", asked for "+d.lang)
		}
		if dir := attr(n, "dir"); dir != "ltr" && dir != "rtl" {
			out = append(out, "html has no direction")
		}
	}
	return out
}

// errorPrefix begins the title of a page with faults.
var errorPrefix = []string{"Fel:", "Error:"}

func title(d *doc) []string {
	for n := range d.each("title") {
		if within(n, func(p *html.Node) bool { return p.Data == "svg" }) {
			continue
		}
		if len(strings.Split(words(n), " – ")) < 2 {
			return []string{"it does not say whose page it is: " + words(n)}
		}
		return nil
	}
	return []string{"there is none"}
}

func focusable(n *html.Node) bool {
	switch n.Data {
	case "a":
		return has(n, "href")
	case "input":
		return attr(n, "type") != "hidden"
	case "button", "select", "textarea", "summary", "iframe":
		return true
	}
	return has(n, "tabindex") && attr(n, "tabindex") != "-1"
}

func skipLink(d *doc) []string {
	for _, n := range d.all {
		if !focusable(n) {
			continue
		}
		target := d.ids[strings.TrimPrefix(attr(n, "href"), "#")]
		if n.Data == "a" && strings.HasPrefix(attr(n, "href"), "#") && target != nil && target.Data == "main" {
			return nil
		}
		return []string{"the first stop is " + show(n)}
	}
	return []string{"nothing can be reached"}
}

func oneH1(d *doc) []string {
	count := 0
	for n := range d.each("h1") {
		if count++; words(n) == "" {
			return []string{"the heading is empty"}
		}
	}
	if count != 1 {
		return []string{"there are " + strings.Repeat("I", count) + " of them"}
	}
	return nil
}

// headingOrder looks within main; a dialog and the frame have their own.
func headingOrder(d *doc) (out []string) {
	last := 0
	for n := range d.each("h1", "h2", "h3", "h4", "h5", "h6") {
		if !within(n, func(p *html.Node) bool { return p.Data == "main" }) || class(n.Parent, "k-errors") {
			continue
		}
		level := int(n.Data[1] - '0')
		if level > last+1 && last > 0 {
			out = append(out, "a level is missing before "+words(n))
		}
		last = level
	}
	return out
}

func landmarks(d *doc) (out []string) {
	for _, name := range []string{"main", "footer"} {
		count := 0
		for range d.each(name) {
			count++
		}
		if count != 1 {
			out = append(out, "there must be one "+name)
		}
	}
	seen := map[string]bool{}
	for n := range d.each("nav") {
		name := d.name(n)
		if !has(n, "aria-label") && !has(n, "aria-labelledby") || name == "" || seen[name] {
			out = append(out, "a nav has no name of its own")
		}
		seen[name] = true
	}
	return out
}

func fragments(d *doc) (out []string) {
	for n := range d.each("a") {
		if id, ok := strings.CutPrefix(attr(n, "href"), "#"); ok && d.ids[id] == nil {
			out = append(out, "nothing has the id of "+show(n))
		}
	}
	return out
}

func namedIDs(d *doc) (out []string) {
	for _, n := range d.all {
		for _, a := range []string{"aria-describedby", "aria-labelledby", "aria-controls", "for"} {
			for _, id := range strings.Fields(attr(n, a)) {
				if d.ids[id] == nil {
					out = append(out, show(n)+" names the missing id "+id)
				}
			}
		}
	}
	return out
}

// errorsTied: an input with a fault says so, is described by the words of the
// fault, and the summary says the same words and leads to it.
func errorsTied(d *doc) (out []string) {
	summary := map[string]string{}
	for n := range d.each("a") {
		if within(n, func(p *html.Node) bool { return class(p, "k-errors") }) {
			summary[strings.TrimPrefix(attr(n, "href"), "#")] = words(n)
		}
	}
	faulty := false
	for _, n := range d.all {
		if class(n, "k-error") && attr(n, "id") != "" {
			faulty = true
			if !described(d, attr(n, "id")) {
				out = append(out, "no input is described by "+show(n))
			}
		}
		if attr(n, "aria-invalid") != "true" {
			continue
		}
		faulty = true
		said := descriptions(d, n)
		if said == "" {
			out = append(out, show(n)+" does not say what is wrong")
		}
		if text, ok := summary[attr(n, "id")]; ok && !strings.Contains(said, text) {
			out = append(out, "the summary has other words than "+show(n))
		}
	}
	for id := range summary {
		if n := d.ids[id]; n != nil && attr(n, "aria-invalid") != "true" {
			out = append(out, "the summary leads to "+show(n)+", which is not marked as faulty")
		}
	}
	if faulty && len(summary) == 0 {
		out = append(out, "there are faults and no summary")
	}
	if len(summary) > 0 && !startsWithAny(d, errorPrefix) {
		out = append(out, "the title does not begin with the word for a fault")
	}
	return out
}

func startsWithAny(d *doc, prefixes []string) bool {
	for n := range d.each("title") {
		for _, p := range prefixes {
			if strings.HasPrefix(words(n), p) {
				return true
			}
		}
	}
	return false
}

func described(d *doc, id string) bool {
	for _, n := range d.all {
		for _, x := range strings.Fields(attr(n, "aria-describedby")) {
			if x == id {
				return true
			}
		}
	}
	return false
}

// descriptions is what an input is described by, its own and its group's.
func descriptions(d *doc, n *html.Node) string {
	var parts []string
	for p := n; p != nil; p = p.Parent {
		if p != n && p.Data != "fieldset" {
			continue
		}
		for _, id := range strings.Fields(attr(p, "aria-describedby")) {
			if x := d.ids[id]; x != nil && class(x, "k-error") {
				parts = append(parts, words(x))
			}
		}
	}
	return strings.Join(parts, " ")
}
