package diff

import (
	"slices"
	"unicode"

	"medborgarnavet/block/pdf"
)

// uncovers tells whether a widget hides text or images of the page that it did
// not hide before, or lays bare what it hid (the shadow attacks that hide and
// replace by form fields). much: more than a label, or figures.
func (s *step) uncovers(widget pdf.Ref, page int) (some, much bool) {
	was, is := s.old.Dict(widget), s.new.Dict(widget)
	if n := s.g.nodes[widget]; n != nil && pageOf(n) > 0 {
		page = pageOf(n)
	}
	a, b := s.covers.ground(s.old, was), s.covers.ground(s.new, is)
	if len(a)+len(b) == 0 {
		return false, false
	}
	sc, _, ok := s.covers.page(s.old, page)
	if !ok || len(a)+len(b) > maxCrossings {
		return false, false
	}
	runs := sc.runs[:min(sc.own, len(sc.runs))]
	both := append(slices.Clone(a), b...)
	l1, d1 := hidden(runs, a)
	l2, d2 := hidden(runs, b)
	l, d := hidden(runs, both)
	letters, digits := l-min(l1, l2), d-min(d1, d2)
	image := hiddenImage(sc.paints, both) - min(hiddenImage(sc.paints, a), hiddenImage(sc.paints, b))
	return letters > maxHidden || image > maxOnScan, letters > maxLabel || digits > maxDigits
}

// ground is what a widget lays over the page, apart from its text.
func (c *coverage) ground(d *pdf.Document, annot pdf.Dict) []paint {
	rect, ok := boxOf(d, annot["Rect"])
	flags, _ := d.Int(annot["F"])
	if !ok || rect.area() < minVisible || flags&(2|32) != 0 {
		return nil
	}
	look := lookOf(d, annot)
	if look == nil {
		if drawsGround(d, annot) {
			return []paint{{box: rect, weight: 1}}
		}
		return nil
	}
	at, ok := placed(d, look.Dict, rect)
	if !ok {
		return nil
	}
	drawn := drawLook(d, look, at, c.work)
	if drawn.bad {
		return []paint{{box: rect, weight: 1}}
	}
	return slices.DeleteFunc(drawn.paints, func(p paint) bool { return p.pale })
}

// cutsNumber tells whether paints hide some figures of a number and leave
// others, so that 1000 shows as 100. Where a figure stands is estimated by its
// place in the text.
func cutsNumber(runs []run, paints []paint) bool {
	runs = near(runs, paints)
	if len(runs)*len(paints) > maxCrossings {
		return true
	}
	for _, r := range runs {
		text := []rune(r.text)
		width := (r.box[2] - r.box[0]) / float64(max(len(text), 1))
		if r.digits < 2 || r.invisible || width <= 0 || len(text) > 2000 {
			continue
		}
		gone, left := 0, 0
		for i, c := range append(text, '.', '.') {
			if unicode.IsDigit(c) {
				x := r.box[0] + float64(i)*width
				height := r.box[3] - r.box[1] // of which a figure takes what is above the line
				if veiled(box{x, r.box[1] + 0.2*height, x + width, r.box[3] - 0.1*height}, paints) {
					gone++
				} else {
					left++
				}
				continue
			}
			if next := i + 1; gone+left > 0 && next < len(text) && unicode.IsDigit(text[next]) && (unicode.IsSpace(c) || c == ',' || c == '.') {
				continue // within a number
			}
			if gone > 0 && left > 0 {
				return true
			}
			gone, left = 0, 0
		}
	}
	return false
}

// veiled tells whether half of a box is hidden, so that a figure in it cannot
// be read.
func veiled(b box, paints []paint) bool {
	share := 0.0
	for _, p := range paints {
		share += b.covered(p.box) * p.weight
	}
	return share > 0.5
}
