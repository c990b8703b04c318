package diff

import (
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"

	"medborgarnavet/block/pdf"
)

// backwards tells whether pieces of one line are drawn in another order than
// they are read, so that "1" and "00" show "001".
func backwards(shown string, runs []run) bool {
	if rightToLeft(shown) {
		return false
	}
	for i := 1; i < len(runs); i++ {
		a, b := runs[i-1].box, runs[i].box
		if squeeze(runs[i].text) != "" && squeeze(runs[i-1].text) != "" && b[0] < a[0]-1 && math.Abs(b[1]-a[1]) < (a[3]-a[1])/2 {
			return true
		}
	}
	return false
}

// thinBorder tells whether a border style says no more than a thin line, which
// is what a field has without one.
func (s *step) thinBorder(o pdf.Object) bool {
	style, width := s.new.Dict(o), 1.0
	for k := range style {
		switch k {
		case "W":
			width, _ = s.new.Number(style[k])
		case "S", "D", "Type":
		default:
			return false
		}
	}
	return style != nil && width >= 0 && width <= 2
}

// sameDefaultLook tells whether two default looks (ISO 32000-1, 12.7.3.3) set
// the same font, size and colour, in whatever order and with whatever zeros:
// some tools write theirs anew when a field is filled in.
func (s *step) sameDefaultLook(a, b pdf.Object) bool {
	x, ok := defaultLook(s.old, a)
	y, also := defaultLook(s.new, b)
	return ok && also && len(x) > 0 && maps.EqualFunc(x, y, slices.Equal)
}

// defaultLook is what each operator of a default look is given. One that does
// more than choose a font and a colour, once each, is not understood.
func defaultLook(d *pdf.Document, o pdf.Object) (map[string][]pdf.Object, bool) {
	text, ok := d.Str(o)
	said := map[string][]pdf.Object{}
	err := pdf.Operators([]byte(text), func(op string, args []pdf.Object, _ int) error {
		if said[op] != nil || op != "Tf" && op != "g" && op != "rg" && op != "k" {
			return errNotContent
		}
		said[op] = make([]pdf.Object, len(args))
		for i, v := range args {
			switch v := v.(type) {
			case pdf.Name, float64:
				said[op][i] = v
			case int64:
				said[op][i] = float64(v) // 1 and 1.0 are the same
			default:
				return errNotContent
			}
		}
		return nil
	})
	return said, ok && err == nil
}

func rightToLeft(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.Arabic, unicode.Hebrew) })
}
