package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"
)

// decoder fills the types of this package from a parsed file, and goes on past
// every fault so that all are told at once. A library's decoder stops at the
// first value of the wrong kind.
type decoder struct {
	base     string // what paths are relative to
	findings []Finding
}

func (d *decoder) fault(key, format string, args ...any) {
	d.findings = append(d.findings, Finding{Key: key, Text: fmt.Sprintf(format, args...)})
}

func (d *decoder) decodeRoot(c *Config, tree map[string]any) {
	d.table(reflect.ValueOf(c).Elem(), tree, "")
}

// defaulter is a type with values that hold when the file says nothing.
type defaulter interface{ defaults() }

// field is a field of a type as the file spells it.
type field struct {
	name     string
	optional bool
	path     bool
	value    reflect.Value
}

// fields reads the tags: `toml:"name"` or `toml:"name,optional"`, and
// `path:"yes"` for a path or a list of paths.
func fields(v reflect.Value) []field {
	all := make([]field, 0, v.NumField())
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("toml"), ",")
		all = append(all, field{name: name, optional: option == "optional", path: f.Tag.Get("path") == "yes", value: v.Field(i)})
	}
	return all
}

// table fills a struct.
func (d *decoder) table(v reflect.Value, tree map[string]any, at string) {
	if t, ok := v.Addr().Interface().(defaulter); ok {
		t.defaults()
	}
	known := make([]string, 0, v.NumField())
	for _, f := range fields(v) {
		known = append(known, f.name)
		value, given := tree[f.name]
		switch {
		case given:
			d.value(f.value, value, join(at, f.name), f.path)
		case !f.optional:
			d.missing(f, join(at, f.name))
		}
	}
	unknown := make([]string, 0, len(tree))
	for name := range tree {
		if !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		d.fault(join(at, name), "there is no such key; here are %s", strings.Join(known, ", "))
	}
}

// missing says what is missing: the table itself, not each of its keys.
func (d *decoder) missing(f field, at string) {
	if f.value.Kind() == reflect.Slice && f.value.Type().Elem().Kind() == reflect.Struct {
		d.fault(at, "at least one [[%s]] is needed", at)
		return
	}
	d.fault(at, "is missing")
}

// value fills one value of any kind that the types of this package have.
func (d *decoder) value(v reflect.Value, value any, at string, isPath bool) {
	switch v.Addr().Interface().(type) {
	case *Date:
		d.date(v, value, at)
		return
	case *json.RawMessage:
		d.raw(v, value, at)
		return
	}
	switch v.Kind() {
	case reflect.String:
		d.text(v, value, at, isPath)
	case reflect.Int:
		if n, ok := value.(int64); ok {
			v.SetInt(n)
		} else {
			d.fault(at, "must be a whole number")
		}
	case reflect.Bool:
		if yes, ok := value.(bool); ok {
			v.SetBool(yes)
		} else {
			d.fault(at, "must be true or false")
		}
	case reflect.Struct:
		if tree, ok := value.(map[string]any); ok {
			d.table(v, tree, at)
		} else {
			d.fault(at, "must be a table: [%s]", at)
		}
	case reflect.Slice:
		d.list(v, value, at, isPath)
	case reflect.Map:
		d.dictionary(v, value, at)
	default:
		d.fault(at, "is of a kind that this program cannot read")
	}
}

func (d *decoder) text(v reflect.Value, value any, at string, isPath bool) {
	s, ok := value.(string)
	if !ok {
		d.fault(at, "must be a text in quotation marks")
		return
	}
	if isPath && s != "" && !filepath.IsAbs(s) {
		s = filepath.Join(d.base, s)
	}
	v.SetString(s)
}

// date takes a TOML date or the same in quotation marks.
func (d *decoder) date(v reflect.Value, value any, at string) {
	text, _ := value.(string)
	if t, ok := value.(time.Time); ok && t.Location().String() == "date-local" {
		text = t.Format(dateForm)
	}
	if !Date(text).Valid() {
		d.fault(at, "must be a date such as 2026-11-22")
		return
	}
	v.SetString(text)
}

// raw keeps a table as JSON, for whoever understands it.
func (d *decoder) raw(v reflect.Value, value any, at string) {
	if _, ok := value.(map[string]any); !ok {
		d.fault(at, "must be a table: [%s]", at)
		return
	}
	text, err := json.Marshal(plainDates(value))
	if err != nil {
		d.fault(at, "cannot be passed on to the plug-in as JSON")
		return
	}
	v.SetBytes(text)
}

// plainDates turns TOML's dates into texts, "2026-11-22"; other values stay.
func plainDates(value any) any {
	switch x := value.(type) {
	case map[string]any:
		for key := range x {
			x[key] = plainDates(x[key])
		}
	case []map[string]any:
		for i := range x {
			plainDates(x[i])
		}
	case []any:
		for i := range x {
			x[i] = plainDates(x[i])
		}
	case time.Time:
		if x.Location().String() == "date-local" {
			return x.Format(dateForm)
		}
	}
	return value
}

// list fills a list of texts, numbers or tables.
func (d *decoder) list(v reflect.Value, value any, at string, isPath bool) {
	if v.Type().Elem().Kind() == reflect.Struct {
		tables, ok := value.([]map[string]any)
		if !ok {
			d.fault(at, "must be a list of tables: [[%s]]", at)
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(tables), len(tables)))
		for i, tree := range tables {
			d.table(v.Index(i), tree, element(at, tree, i))
		}
		return
	}
	values, ok := value.([]any)
	if !ok {
		example := "[\"…\", \"…\"]"
		if v.Type().Elem().Kind() == reflect.Int {
			example = "[1, 2]"
		}
		d.fault(at, "must be a list: %s", example)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(values), len(values)))
	for i, item := range values {
		d.value(v.Index(i), item, fmt.Sprintf("%s[%d]", at, i+1), isPath)
	}
}

// dictionary fills a map from names to texts or tables.
func (d *decoder) dictionary(v reflect.Value, value any, at string) {
	tree, ok := value.(map[string]any)
	if !ok {
		d.fault(at, "must be a table: [%s]", at)
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		item := tree[name]
		entry := reflect.New(v.Type().Elem()).Elem()
		d.value(entry, item, join(at, name), false)
		v.SetMapIndex(reflect.ValueOf(name), entry)
	}
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

// element names a table of a list by its id or key, else by its place from 1.
func element(at string, tree map[string]any, i int) string {
	for _, name := range []string{"id", "key"} {
		if id, ok := tree[name].(string); ok && id != "" {
			return at + "[" + id + "]"
		}
	}
	return fmt.Sprintf("%s[%d]", at, i+1)
}
