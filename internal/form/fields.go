package form

import (
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"

	"medborgarnavet/plugin"
)

// Item is one field of a section at its path; in repeating groups there is
// one for each item.
type Item struct {
	Path  string
	Group plugin.Group
	// Index is the item's number in a repeating group, else -1.
	Index int
	Field plugin.Field
}

// Section finds a section of a form by id.
func Section(f plugin.Form, id string) (plugin.Section, bool) {
	for _, s := range f.Sections {
		if s.ID == id {
			return s, true
		}
	}
	return plugin.Section{}, false
}

// Count is how many items a repeating group has.
func Count(section string, g plugin.Group, values map[string]string) int {
	n, _ := strconv.Atoi(values[section+"."+g.ID+".n"])
	return max(0, min(n, g.Repeat))
}

// Items lists the fields of a section that exist with these values, hidden
// ones too.
func Items(s plugin.Section, values map[string]string) []Item {
	var items []Item
	for _, g := range s.Groups {
		prefix := s.ID + "." + g.ID
		if g.Repeat == 0 {
			for _, f := range g.Fields {
				items = append(items, Item{Path: prefix + "." + f.ID, Group: g, Index: -1, Field: f})
			}
			continue
		}
		for i := range Count(s.ID, g, values) {
			for _, f := range g.Fields {
				items = append(items, Item{Path: prefix + "." + strconv.Itoa(i) + "." + f.ID, Group: g, Index: i, Field: f})
			}
		}
	}
	return items
}

// Visible tells whether an item is shown with these values.
func (it Item) Visible(values map[string]string) bool {
	return Holds(it.Group.ShowIf, "", values) && Holds(it.Field.ShowIf, parent(it.Path), values)
}

// inputs are the names of the inputs an item has.
func (it Item) inputs() []string {
	switch it.Field.Kind {
	case plugin.FieldAmountRow:
		return []string{it.Path + ".own", it.Path + ".comment"}
	case plugin.FieldNote, plugin.FieldFiles:
		return nil
	}
	return []string{it.Path}
}

func parent(path string) string { return path[:max(0, strings.LastIndexByte(path, '.'))] }

// Holds tells whether a condition is true; nil is. A field that begins with
// a dot is looked up below base (the same item of a repeating group).
func Holds(c *plugin.Condition, base string, values map[string]string) bool {
	if c == nil {
		return true
	}
	if len(c.All) > 0 {
		for i := range c.All {
			if !Holds(&c.All[i], base, values) {
				return false
			}
		}
		return true
	}
	if len(c.Any) > 0 {
		for i := range c.Any {
			if Holds(&c.Any[i], base, values) {
				return true
			}
		}
		return false
	}
	path := c.Field
	if strings.HasPrefix(path, ".") {
		path = base + path
	}
	have := strings.Split(values[path], ",")
	switch c.Op {
	case "eq":
		return contains(have, c.Value)
	case "ne":
		return !contains(have, c.Value)
	case "in":
		for _, want := range c.In {
			if contains(have, want) {
				return true
			}
		}
		return false
	case "filled":
		return values[path] != ""
	case "empty":
		return values[path] == ""
	}
	return false
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// Read takes a section's values out of a post: only the inputs that the
// definition has, trimmed. A person's text is never refused or cut here; Check
// says what is wrong with it.
func Read(s plugin.Section, post url.Values) map[string]string {
	values := map[string]string{}
	for _, g := range s.Groups {
		if g.Repeat > 0 {
			n, _ := strconv.Atoi(post.Get(s.ID + "." + g.ID + ".n"))
			if n = max(0, min(n, g.Repeat)); n > 0 {
				values[s.ID+"."+g.ID+".n"] = strconv.Itoa(n)
			}
		}
	}
	for _, it := range Items(s, values) {
		for _, name := range it.inputs() {
			v := strings.Join(post[name], ",")
			if it.Field.Kind != plugin.FieldChoices {
				v = post.Get(name)
			}
			if it.Field.Kind == plugin.FieldDate {
				v = dateParts(post, name)
			}
			if v = clean(v); v != "" {
				values[name] = v
			}
		}
	}
	return values
}

// dateParts joins the three inputs of a date to "2006-01-02", or to what was
// typed with "-" between the parts when it is no date.
func dateParts(post url.Values, name string) string {
	y, m, d := strings.TrimSpace(post.Get(name+".year")), strings.TrimSpace(post.Get(name+".month")), strings.TrimSpace(post.Get(name+".day"))
	if y+m+d == "" {
		return post.Get(name)
	}
	mi, err1 := strconv.Atoi(m)
	di, err2 := strconv.Atoi(d)
	if err1 == nil && err2 == nil && mi >= 1 && mi <= 12 && di >= 1 && di <= 31 && len(y) == 4 {
		return fmt.Sprintf("%s-%02d-%02d", y, mi, di)
	}
	return y + "-" + m + "-" + d
}

// limit is the most characters that an input of a field takes.
func limit(f plugin.Field, input string) int {
	switch {
	case f.Kind == plugin.FieldAmountRow:
		return 500
	case f.MaxLength > 0:
		return f.MaxLength
	case f.Kind == plugin.FieldLongText:
		return 4000
	}
	return 500
}

// clean makes text storable on every engine: valid UTF-8 without control
// characters other than line breaks.
func clean(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "")
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, strings.TrimSpace(s))
}

// AddItem makes room for one more item of a repeating group.
func AddItem(s plugin.Section, group string, values map[string]string) {
	for _, g := range s.Groups {
		if g.ID == group && g.Repeat > 0 {
			values[s.ID+"."+g.ID+".n"] = strconv.Itoa(min(g.Repeat, Count(s.ID, g, values)+1))
		}
	}
}

// RemoveItem takes item i of a repeating group away, with everything in it;
// later items move up.
func RemoveItem(s plugin.Section, group string, i int, values map[string]string) {
	for _, g := range s.Groups {
		n := Count(s.ID, g, values)
		if g.ID != group || i < 0 || i >= n {
			continue
		}
		prefix := s.ID + "." + g.ID + "."
		moved := map[string]string{}
		for path, v := range values {
			index, rest, ok := strings.Cut(strings.TrimPrefix(path, prefix), ".")
			j, err := strconv.Atoi(index)
			if !strings.HasPrefix(path, prefix) || !ok || err != nil {
				continue
			}
			delete(values, path)
			switch {
			case j < i:
				moved[path] = v
			case j > i:
				moved[prefix+strconv.Itoa(j-1)+"."+rest] = v
			}
		}
		maps.Copy(values, moved)
		delete(values, prefix+"n")
		if n > 1 {
			values[prefix+"n"] = strconv.Itoa(n - 1)
		}
	}
}

// mostRounds is how deep conditions may rest on one another. Conditions that
// rest on each other in a circle are settled as they stand then.
const mostRounds = 20

// Shown keeps the values of fields that are shown: what a hidden field held
// does not follow into a submission, and nothing is shown because of it.
func Shown(f plugin.Form, values map[string]string) map[string]string {
	out := values
	for range mostRounds {
		next := shownBy(f, values, out)
		if maps.Equal(next, out) {
			return next
		}
		out = next
	}
	return out
}

// shownBy keeps the values of the fields that are shown when conditions are
// read from known.
func shownBy(f plugin.Form, values, known map[string]string) map[string]string {
	out := map[string]string{}
	for _, s := range f.Sections {
		if s.Unused {
			continue
		}
		for _, g := range s.Groups {
			if n := Count(s.ID, g, values); n > 0 && Holds(g.ShowIf, "", known) {
				out[s.ID+"."+g.ID+".n"] = strconv.Itoa(n)
			}
		}
		for _, it := range Items(s, values) {
			if !it.Visible(known) {
				continue
			}
			for _, name := range it.inputs() {
				if v := values[name]; v != "" {
					out[name] = v
				}
			}
		}
	}
	return out
}
