package pagetest

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

func idsOnce(d *doc) (out []string) {
	seen := map[string]bool{}
	for _, n := range d.all {
		if id := attr(n, "id"); id != "" {
			if seen[id] {
				out = append(out, id+" is on two elements")
			}
			seen[id] = true
		}
	}
	return out
}

func buttons(d *doc) (out []string) {
	for _, n := range d.all {
		isButton := n.Data == "button" || n.Data == "a" && has(n, "href")
		switch {
		case class(n, "ds-button") && !isButton, attr(n, "role") == "button" && !isButton:
			out = append(out, show(n)+" only looks like a button")
		case n.Data == "button" && !has(n, "type"):
			out = append(out, show(n)+" does not say its type")
		case (n.Data == "button" || n.Data == "a") && d.name(n) == "":
			out = append(out, show(n)+" has no name")
		case n.Data == "button" && within(n, func(p *html.Node) bool { return p.Data == "a" }):
			out = append(out, show(n)+" stands in a link")
		}
	}
	return out
}

func pictures(d *doc) (out []string) {
	for n := range d.each("svg", "img") {
		named := attr(n, "aria-label") != "" || attr(n, "aria-labelledby") != "" && d.name(n) != ""
		switch {
		case n.Data == "img" && !has(n, "alt"):
			out = append(out, show(n)+" has no alt")
		case n.Data == "svg" && attr(n, "aria-hidden") != "true" && (attr(n, "role") != "img" || !named):
			out = append(out, show(n)+" is neither hidden nor named")
		}
	}
	return out
}

func tags(d *doc) (out []string) {
	for _, n := range d.all {
		if class(n, "ds-tag") && words(n) == "" {
			out = append(out, show(n)+" has only a colour")
		}
	}
	return out
}

// emptyLinks say nothing when they are read out in a list of links.
var emptyLinks = []string{"läs mer", "klicka här", "här", "mer", "mer information", "länk", "read more", "click here", "here", "more"}

func linkTexts(d *doc) (out []string) {
	for n := range d.each("a") {
		if slices.Contains(emptyLinks, strings.ToLower(strings.Trim(d.name(n), " .!›»"))) {
			out = append(out, show(n)+" says only "+d.name(n))
		}
	}
	return out
}

func inline(d *doc) (out []string) {
	for _, n := range d.all {
		if n.Data == "style" || n.Data == "script" && !has(n, "src") || n.Data == "base" {
			out = append(out, show(n)+" is inline")
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				out = append(out, show(n)+" has "+a.Key)
			}
			if (a.Key == "href" || a.Key == "src" || a.Key == "action") && strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
				out = append(out, show(n)+" runs script")
			}
		}
	}
	return out
}

// figure is an amount in kronor or an identity number.
var figure = regexp.MustCompile(`\d[ \x{a0}]kr\b|\b\d{6,8}[-+]\d{4}\b|\b\d{1,3}[ \x{a0}]\d{3}\b`)

func figures(d *doc) (out []string) {
	for n := range d.root.Descendants() {
		if n.Type != html.TextNode || !figure.MatchString(n.Data) {
			continue
		}
		isolated := within(n, func(p *html.Node) bool {
			return p.Data == "bdi" && attr(p, "dir") == "ltr" || p.Data == "textarea" || p.Data == "title" || p.Data == "script"
		})
		if !isolated {
			out = append(out, "a figure can be turned round: "+show(n.Parent))
		}
	}
	return out
}

// forms: what changes something is a POST to this site. That it comes from
// this site is checked by web/route, so there is no token to look for.
func forms(d *doc) (out []string) {
	for n := range d.each("form") {
		method, action := strings.ToLower(attr(n, "method")), attr(n, "action")
		if method != "get" && method != "post" {
			out = append(out, show(n)+" does not say its method")
		}
		if !strings.HasPrefix(action, "/") || strings.HasPrefix(action, "//") {
			out = append(out, show(n)+" does not lead to an address on this site")
		}
		if within(n, func(p *html.Node) bool { return p.Data == "form" }) {
			out = append(out, show(n)+" stands in a form")
		}
		for c := range n.Descendants() {
			if c.Data == "input" && attr(c, "type") == "file" && attr(n, "enctype") != "multipart/form-data" {
				out = append(out, show(n)+" cannot carry its file")
			}
		}
	}
	return out
}

func placeholders(d *doc) (out []string) {
	for _, n := range d.all {
		if has(n, "placeholder") {
			out = append(out, show(n))
		}
	}
	return out
}

func labels(d *doc) (out []string) {
	named := map[string]bool{}
	for n := range d.each("label") {
		named[attr(n, "for")] = words(n) != ""
	}
	for n := range d.each("input", "select", "textarea", "progress", "meter") {
		if kind := attr(n, "type"); kind == "hidden" || kind == "submit" {
			continue
		}
		own := (has(n, "aria-label") || has(n, "aria-labelledby")) && d.name(n) != ""
		if !own && !named[attr(n, "id")] {
			out = append(out, show(n)+" has no label")
		}
	}
	return out
}

func groups(d *doc) (out []string) {
	for n := range d.each("input") {
		grouped := func(p *html.Node) bool { return p.Data == "fieldset" || attr(p, "role") == "radiogroup" }
		if attr(n, "type") == "radio" && !within(n, grouped) {
			out = append(out, show(n)+" stands outside a group")
		}
	}
	for n := range d.each("fieldset") {
		first := n.FirstChild
		for first != nil && first.Type != html.ElementNode {
			first = first.NextSibling
		}
		if first == nil || first.Data != "legend" || words(first) == "" {
			out = append(out, show(n)+" has no legend")
		}
	}
	return out
}

func tables(d *doc) (out []string) {
	for n := range d.each("th") {
		if !has(n, "scope") {
			out = append(out, "a heading has no scope: "+words(n))
		}
	}
	for n := range d.each("table") {
		caption := false
		for c := range n.ChildNodes() {
			caption = caption || c.Data == "caption" && words(c) != ""
		}
		if !caption {
			out = append(out, show(n)+" has no caption")
		}
	}
	return out
}

func tabindex(d *doc) (out []string) {
	for _, n := range d.all {
		if v := attr(n, "tabindex"); v != "" && v != "0" && v != "-1" {
			out = append(out, show(n))
		}
	}
	return out
}

// rawSigns are left by a template or a text that went wrong.
var rawSigns = []string{"ZgotmplZ", "<no value>", "&lt;no value&gt;", "%!", "{n}", "{date}", "{name}", "&lt;bdi", "page.Msg"}

func raw(d *doc) (out []string) {
	for _, s := range rawSigns {
		if strings.Contains(d.text, s) {
			out = append(out, s)
		}
	}
	return out
}
