package page

import (
	"errors"
	"fmt"
	"html/template"
	"strings"
	"text/template/parse"
	"time"
)

// funcs are the functions of every template. They are few on purpose: what a
// page shows is made in Go, as typed values.
func (u *ui) funcs() template.FuncMap {
	return template.FuncMap{
		// show renders any Text or Component: {{show .Body.Tasks}}.
		"show": u.show,
		// t is a text of the catalogue: {{t "citizen.start.title" "name" .Name}}.
		"t": func(key string, args ...any) (template.HTML, error) { return u.show(T(key, args...)) },
		// n is a text that depends on a number: {{n "citizen.votes" .Count}}.
		"n": func(key string, n int, args ...any) (template.HTML, error) { return u.show(N(key, n, args...)) },
		// plain is a Text without mark-up, for attributes.
		"plain": u.plain,
		// form opens a POST form: {{form "/spara"}} … {{endform}}. Cross-site
		// posts are refused by web/route, so there is no token in it.
		"form":      func(url string) template.HTML { return formTag(url, "") },
		"formFiles": func(url string) template.HTML { return formTag(url, ` enctype="multipart/form-data"`) },
		"endform":   func() template.HTML { return "</form>" },
		// get opens a GET form, for search and filters.
		"get": func(url string) template.HTML {
			return `<form class="k-form" method="get" action="` + escape(safeURL(url)) + `">`
		},
		"asset": u.assets.URL,
		// icon is one of ours, decorative.
		"icon": icon,
		// values with a form of their own, where a template has only the raw value
		"amount":   func(ore int64) (template.HTML, error) { return u.show(Amount(ore)) }, // öre; a *int64 is followed
		"date":     func(t time.Time) (template.HTML, error) { return u.show(Date(t)) },
		"datetime": func(t time.Time) (template.HTML, error) { return u.show(DateTime(t)) },
		"iso":      func(t any) string { return isoTime(t) },
		"add":      func(a, b int) int { return a + b },
		"fieldID":  FieldID,
		// components that are quicker written in the template
		"submit":   func(label Text) (template.HTML, error) { return u.show(Button{Text: label}) },
		"linkTo":   func(url string, label Text) (template.HTML, error) { return u.show(Link{URL: url, Text: label}) },
		"msg":      func(key string, args ...any) Msg { return T(key, args...) },
		"backLink": func(url string, label Text) (template.HTML, error) { return u.show(BackLink{URL: url, Text: label}) },
	}
}

func formTag(url, more string) template.HTML {
	return `<form class="k-form" method="post" action="` + escape(safeURL(url)) + `" novalidate data-once` + template.HTML(more) + `>`
}

// safeURL lets through addresses on this site only.
func safeURL(url string) string {
	if strings.HasPrefix(url, "/") && !strings.HasPrefix(url, "//") || strings.HasPrefix(url, "?") || strings.HasPrefix(url, "#") || url == "" {
		return url
	}
	return "#"
}

func isoTime(v any) string {
	switch t := v.(type) {
	case time.Time:
		return t.Format(time.RFC3339)
	case Date:
		return time.Time(t).Format(time.DateOnly)
	case DateTime:
		return time.Time(t).Format(time.RFC3339)
	}
	return ""
}

// checkKeys finds every text that the templates name literally with t, n or
// msg and that the catalogue lacks.
func checkKeys(t *template.Template, c *Catalogue) error {
	var faults []error
	for _, part := range t.Templates() {
		if part.Tree == nil {
			continue
		}
		eachCommand(part.Tree.Root, func(cmd *parse.CommandNode) {
			if len(cmd.Args) < 2 {
				return
			}
			name, ok1 := cmd.Args[0].(*parse.IdentifierNode)
			key, ok2 := cmd.Args[1].(*parse.StringNode)
			if ok1 && ok2 && (name.Ident == "t" || name.Ident == "n" || name.Ident == "msg") && !c.Has(key.Text) {
				faults = append(faults, fmt.Errorf("page: %s names the text %q, which is not in the catalogue", part.Name(), key.Text))
			}
		})
	}
	return errors.Join(faults...)
}

// eachCommand walks a parsed template.
func eachCommand(n parse.Node, visit func(*parse.CommandNode)) {
	pipe := func(p *parse.PipeNode) {
		if p == nil {
			return
		}
		for _, c := range p.Cmds {
			visit(c)
			for _, a := range c.Args {
				eachCommand(a, visit)
			}
		}
	}
	branch := func(b *parse.BranchNode) {
		pipe(b.Pipe)
		eachCommand(b.List, visit)
		eachCommand(b.ElseList, visit)
	}
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, c := range n.Nodes {
			eachCommand(c, visit)
		}
	case *parse.ActionNode:
		pipe(n.Pipe)
	case *parse.PipeNode:
		pipe(n)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.TemplateNode:
		pipe(n.Pipe)
	}
}
