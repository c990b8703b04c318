package diff

import (
	"math"
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

func rightToLeft(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.Arabic, unicode.Hebrew) })
}
