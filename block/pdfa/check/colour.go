package check

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"medborgarnavet/block/pdf"
)

// spaceKey tells whether a colour space has been checked in a scope already.
type spaceKey struct {
	name  pdf.Name
	ref   pdf.Ref
	scope *scope
}

func sortedKeys(d pdf.Dict) []pdf.Name {
	out := make([]pdf.Name, 0, len(d))
	for k := range d {
		out = append(out, k)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

// family is a colour space's kind: its name, or the first element of its array.
func (c *checker) family(cs pdf.Object) string {
	switch v := c.doc.Resolve(cs).(type) {
	case pdf.Name:
		return longSpaceName(string(v))
	case pdf.Array:
		if len(v) > 0 {
			return longSpaceName(string(c.doc.Name(v[0])))
		}
	}
	return ""
}

// longSpaceName expands the abbreviations of inline images.
func longSpaceName(n string) string {
	switch n {
	case "G":
		return "DeviceGray"
	case "RGB":
		return "DeviceRGB"
	case "CMYK":
		return "DeviceCMYK"
	case "I":
		return "Indexed"
	}
	return n
}

// checkSpace checks a colour space that is used.
func (cc *contentChecks) checkSpace(cs pdf.Object, sc *scope, at pdf.Ref) {
	cc.spaceAt(cs, sc, at, 0)
}

func (cc *contentChecks) spaceAt(cs pdf.Object, sc *scope, at pdf.Ref, depth int) {
	if depth > 8 {
		return
	}
	if n, ok := cs.(pdf.Name); ok {
		key := spaceKey{name: n, scope: sc}
		if cc.spaces[key] {
			return
		}
		cc.spaces[key] = true
	}
	c := cc.c
	switch v := c.doc.Resolve(cs).(type) {
	case pdf.Name:
		switch n := longSpaceName(string(v)); n {
		case "DeviceGray", "DeviceRGB", "DeviceCMYK":
			cc.device(n, sc, at, depth)
		case "Pattern":
		default:
			if o := cc.lookup(sc, "ColorSpace", v, at); o != nil {
				cc.spaceAt(o, sc, at, depth+1)
			}
		}
	case pdf.Array:
		if len(v) > 0 {
			cc.spaceArray(v, sc, at, depth)
		}
	}
}

func (cc *contentChecks) spaceArray(v pdf.Array, sc *scope, at pdf.Ref, depth int) {
	c := cc.c
	switch f := longSpaceName(string(c.doc.Name(v[0]))); {
	case len(v) == 1:
		cc.spaceAt(pdf.Name(f), sc, at, depth+1)
	case f == "ICCBased":
		cc.iccBased(v[1], at)
	case f == "Indexed" || f == "Pattern":
		cc.spaceAt(v[1], sc, at, depth+1)
	case f == "Separation" && len(v) >= 4:
		cc.separation(v, at)
		cc.spaceAt(v[2], sc, at, depth+1)
	case f == "DeviceN" && len(v) >= 4:
		cc.deviceN(v, at)
		cc.spaceAt(v[2], sc, at, depth+1)
	}
}

// device checks the use of a device colour space: it needs an output intent of
// its kind or a default space in the resources.
func (cc *contentChecks) device(name string, sc *scope, at pdf.Ref, depth int) {
	c := cc.c
	def := map[string]pdf.Name{"DeviceGray": "DefaultGray", "DeviceRGB": "DefaultRGB", "DeviceCMYK": "DefaultCMYK"}[name]
	if o := c.doc.Resolve(c.doc.Dict(sc.res["ColorSpace"])[def]); o != nil {
		switch c.family(o) {
		case "CalGray", "CalRGB", "Lab", "ICCBased", "Separation", "DeviceN":
			cc.spaceAt(o, sc, at, depth+1)
			return
		}
	}
	switch {
	case name == "DeviceRGB" && c.intent != "RGB ":
		c.fail(ruleDeviceRGB, at)
	case name == "DeviceCMYK" && c.intent != "CMYK":
		c.fail(ruleDeviceCMYK, at)
	case name == "DeviceGray" && c.intent == "":
		c.fail(ruleDeviceGray, at)
	}
}

// separation checks that all separations of one name are alike.
func (cc *contentChecks) separation(v pdf.Array, at pdf.Ref) {
	name := string(cc.c.doc.Name(v[1]))
	if !utf8.ValidString(name) {
		cc.c.fail(ruleNameUTF8, at)
	}
	if name == "All" || name == "None" {
		return
	}
	first, seen := cc.seps[name]
	if !seen {
		cc.seps[name] = v
		return
	}
	if !cc.c.equal(first[2], v[2], 0) || !cc.c.equal(first[3], v[3], 0) {
		cc.c.fail(ruleSeparations, at)
	}
}

// deviceN checks a DeviceN space's colorants.
func (cc *contentChecks) deviceN(v pdf.Array, at pdf.Ref) {
	c := cc.c
	names := c.doc.Array(v[1])
	if c.part == 1 && len(names) > 8 || len(names) > 32 {
		c.fail(ruleLimitDeviceN, at)
	}
	var attrs pdf.Dict
	if len(v) > 4 {
		attrs = c.doc.Dict(v[4])
	}
	colorants := c.doc.Dict(attrs["Colorants"])
	process := map[pdf.Name]bool{"None": true}
	for _, n := range c.doc.Array(c.doc.Dict(attrs["Process"])["Components"]) {
		process[c.doc.Name(n)] = true
	}
	for _, o := range names {
		n := c.doc.Name(o)
		if !utf8.ValidString(string(n)) {
			c.fail(ruleNameUTF8, at)
		}
		switch n {
		case "Cyan", "Magenta", "Yellow", "Black":
			continue
		}
		if !process[n] && colorants[n] == nil {
			c.fail(ruleColorants, at)
		}
	}
	for _, n := range sortedKeys(colorants) {
		if s := c.doc.Array(colorants[n]); len(s) >= 4 && c.family(s) == "Separation" {
			cc.separation(s, at)
		}
	}
}

// maxCompared bounds the comparing of objects in one file.
const maxCompared = 500_000

// equal compares two objects by what they say, whether direct or not and
// however compressed.
func (c *checker) equal(a, b pdf.Object, depth int) bool {
	if c.compared++; depth > 16 || c.compared > maxCompared {
		return true
	}
	if ra, ok := a.(pdf.Ref); ok {
		if rb, ok := b.(pdf.Ref); ok && ra == rb {
			return true
		}
	}
	a, b = c.doc.Resolve(a), c.doc.Resolve(b)
	switch x := a.(type) {
	case pdf.Array:
		y, ok := b.(pdf.Array)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !c.equal(x[i], y[i], depth+1) {
				return false
			}
		}
		return true
	case pdf.Dict:
		y, ok := b.(pdf.Dict)
		return ok && c.equalDict(x, y, depth)
	case *pdf.Stream:
		y, ok := b.(*pdf.Stream)
		if !ok || !c.equalDict(withoutCoding(x.Dict), withoutCoding(y.Dict), depth) {
			return false
		}
		dx, _ := c.decode(x)
		dy, _ := c.decode(y)
		return bytes.Equal(dx, dy)
	case int64, float64:
		nx, _ := c.doc.Number(a)
		ny, ok := c.doc.Number(b)
		return ok && nx == ny
	}
	return a == b
}

func (c *checker) equalDict(x, y pdf.Dict, depth int) bool {
	if len(x) != len(y) {
		return false
	}
	for k, v := range x {
		w, ok := y[k]
		if !ok || !c.equal(v, w, depth+1) {
			return false
		}
	}
	return true
}

func withoutCoding(d pdf.Dict) pdf.Dict {
	out := pdf.Dict{}
	for k, v := range d {
		switch k {
		case "Length", "Filter", "DecodeParms":
		default:
			out[k] = v
		}
	}
	return out
}
