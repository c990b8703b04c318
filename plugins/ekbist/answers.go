package ekbist

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"medborgarnavet/plugin"
)

// answer is one field of the form with where it stands and what was answered.
type answer struct {
	section plugin.Section
	group   plugin.Group
	field   plugin.Field
	path    string
	// item is the index of a repeating group's item as it stands in the
	// path, "" outside such a group; ordinal counts items from 1.
	item    string
	ordinal int
	value   string
}

// answers lists every field that is shown, in the form's order. A repeating
// group gives the items that have any value.
func answers(f plugin.Form, values map[string]string) []answer {
	var out []answer
	for _, s := range f.Sections {
		if s.Unused {
			continue
		}
		for _, g := range s.Groups {
			if !shown(g.ShowIf, values, "") {
				continue
			}
			base := s.ID + "." + g.ID + "."
			for i, item := range items(g, base, values) {
				at := base
				if item != "" {
					at += item + "."
				}
				for _, field := range g.Fields {
					if shown(field.ShowIf, values, at) {
						path := at + field.ID
						out = append(out, answer{s, g, field, path, item, i + 1, strings.TrimSpace(values[path])})
					}
				}
			}
		}
	}
	return out
}

// items gives the indexes in use of a repeating group, in order; one empty
// index for any other group.
func items(g plugin.Group, base string, values map[string]string) []string {
	if g.Repeat == 0 {
		return []string{""}
	}
	var out []string
	for path, value := range values {
		rest, ok := strings.CutPrefix(path, base)
		index, _, inItem := strings.Cut(rest, ".")
		if !ok || !inItem || strings.TrimSpace(value) == "" || slices.Contains(out, index) {
			continue
		}
		if _, err := strconv.Atoi(index); err == nil {
			out = append(out, index)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		x, _ := strconv.Atoi(a)
		y, _ := strconv.Atoi(b)
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
	})
	return out
}

// shown evaluates a condition; at is the item's path for ".name". A value of
// several choices holds each of them.
func shown(c *plugin.Condition, values map[string]string, at string) bool {
	if c == nil {
		return true
	}
	for _, part := range c.All {
		if !shown(&part, values, at) {
			return false
		}
	}
	if len(c.All) > 0 {
		return true
	}
	if len(c.Any) > 0 {
		return slices.ContainsFunc(c.Any, func(part plugin.Condition) bool { return shown(&part, values, at) })
	}
	path := c.Field
	if name, ok := strings.CutPrefix(path, "."); ok {
		path = at + name
	}
	have := strings.Split(strings.TrimSpace(values[path]), ",")
	switch c.Op {
	case "eq":
		return slices.Contains(have, c.Value)
	case "ne":
		return !slices.Contains(have, c.Value)
	case "in":
		return slices.ContainsFunc(c.In, func(v string) bool { return slices.Contains(have, v) })
	case "filled":
		return have[0] != ""
	case "empty":
		return have[0] == ""
	}
	return false
}

// words turns a value into words: the labels of options, yes and no.
func words(f plugin.Field, value string) string {
	switch f.Kind {
	case plugin.FieldYesNo:
		return map[string]string{"ja": "Ja", "nej": "Nej"}[value]
	case plugin.FieldChoice, plugin.FieldChoices:
		var labels []string
		for v := range strings.SplitSeq(value, ",") {
			for _, o := range f.Options {
				if o.Value == v {
					labels = append(labels, o.Label)
				}
			}
		}
		return strings.Join(labels, ", ")
	}
	return value
}
