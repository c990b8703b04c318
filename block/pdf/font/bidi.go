package font

import "golang.org/x/text/unicode/bidi"

// Direction is the base direction of a paragraph.
type Direction uint8

const (
	Auto        Direction = iota // as the first letter with a direction says (UAX #9, P2 and P3)
	LeftToRight                  // level 0
	RightToLeft                  // level 1
)

// Segment is a part of a text that goes in one direction: Text[Start:End] at
// an embedding level; an odd level goes from right to left.
type Segment struct {
	Start, End int
	Level      uint8
}

// Segments divides a cleaned text (see Clean) by direction, in the order it is
// read, after the Unicode Bidirectional Algorithm (UAX #9: P2–P3, W1–W7,
// N0–N2, I1–I2; explicit levels have no place, since Clean takes the controls
// away). It also gives the base direction that was found or asked for.
func Segments(text string, base Direction) ([]Segment, Direction) {
	if base != RightToLeft && plainLeftToRight(text) {
		return []Segment{{0, len(text), 0}}, LeftToRight
	}
	p := newParagraph(text)
	if base == Auto {
		base = p.direction()
	}
	if base == RightToLeft {
		p.level = 1
	}
	p.weak()
	p.brackets()
	p.neutral()
	var out []Segment
	for i, class := range p.class {
		level := p.level + implicit(class, p.level)
		if n := len(out); n > 0 && out[n-1].Level == level {
			out[n-1].End = p.at[i+1]
		} else {
			out = append(out, Segment{p.at[i], p.at[i+1], level})
		}
	}
	return out, base
}

// plainLeftToRight is true for text without any letter or digit of a script
// written from right to left: every such character lies at U+0590 or above.
func plainLeftToRight(text string) bool {
	for _, r := range text {
		if r >= 0x590 && (r < 0x1e00 || r > 0x2bff) && r != replacement {
			return false
		}
	}
	return true
}

// implicit is how much a resolved class raises the level (I1 and I2).
func implicit(class bidi.Class, level uint8) uint8 {
	switch {
	case level == 0 && class == bidi.R:
		return 1
	case level == 0 && (class == bidi.EN || class == bidi.AN):
		return 2
	case level == 1 && class != bidi.R:
		return 1
	}
	return 0
}

// Reorder gives the order in which segments of these levels stand on a line,
// from left to right (L2).
func Reorder(levels []uint8) []int {
	order := make([]int, len(levels))
	highest, lowest := uint8(0), uint8(255)
	for i, level := range levels {
		order[i] = i
		highest = max(highest, level)
		if level%2 == 1 {
			lowest = min(lowest, level)
		}
	}
	for level := highest; level >= lowest && level > 0; level-- {
		for from := 0; from < len(levels); from++ {
			if levels[from] < level {
				continue
			}
			to := from
			for to < len(levels) && levels[to] >= level {
				to++
			}
			reverse(order, from, to)
			from = to
		}
	}
	return order
}

// reverse turns round the part of the order that stands at the places from to
// to. The places are those of the line so far: segments at one level stay
// together, so the same places hold the same segments at every level.
func reverse(order []int, from, to int) {
	for a, b := from, to-1; a < b; a, b = a+1, b-1 {
		order[a], order[b] = order[b], order[a]
	}
}

// paragraph holds the characters' classes while they are resolved.
type paragraph struct {
	runes []rune
	at    []int // byte offset of each character, and of the end
	class []bidi.Class
	level uint8
}

func newParagraph(text string) *paragraph {
	p := &paragraph{}
	for i, r := range text {
		properties, _ := bidi.LookupRune(r)
		p.runes = append(p.runes, r)
		p.at = append(p.at, i)
		p.class = append(p.class, properties.Class())
	}
	p.at = append(p.at, len(text))
	return p
}

func (p *paragraph) direction() Direction {
	for _, class := range p.class {
		switch class {
		case bidi.L:
			return LeftToRight
		case bidi.R, bidi.AL:
			return RightToLeft
		}
	}
	return LeftToRight
}

// base is the class of the base direction: what begins and ends the paragraph.
func (p *paragraph) base() bidi.Class {
	if p.level == 1 {
		return bidi.R
	}
	return bidi.L
}

// weak resolves marks, numbers and what stands in numbers (W1–W7).
func (p *paragraph) weak() {
	last, strong := p.base(), p.base()
	for i, class := range p.class { // W1–W3 look back only
		switch class {
		case bidi.NSM:
			class = last
		case bidi.L, bidi.R, bidi.AL:
			strong = class
		case bidi.EN:
			if strong == bidi.AL {
				class = bidi.AN
			}
		}
		p.class[i], last = class, class
	}
	for i, class := range p.class {
		if class == bidi.AL {
			p.class[i] = bidi.R
		}
	}
	p.separators()
	strong = p.base()
	for i, class := range p.class { // W7
		switch class {
		case bidi.L, bidi.R:
			strong = class
		case bidi.EN:
			if strong == bidi.L {
				p.class[i] = bidi.L
			}
		}
	}
}

// separators resolves what stands between and beside numbers (W4–W6).
func (p *paragraph) separators() {
	c := p.class
	for i := 1; i+1 < len(c); i++ {
		before, after := c[i-1], c[i+1]
		if before == after && (c[i] == bidi.CS && (before == bidi.EN || before == bidi.AN) || c[i] == bidi.ES && before == bidi.EN) {
			c[i] = before
		}
	}
	for i := 0; i < len(c); i++ {
		if c[i] != bidi.ET {
			continue
		}
		to := i
		for to < len(c) && c[to] == bidi.ET {
			to++
		}
		class := bidi.ON
		if i > 0 && c[i-1] == bidi.EN || to < len(c) && c[to] == bidi.EN {
			class = bidi.EN
		}
		for ; i < to; i++ {
			c[i] = class
		}
		i--
	}
	for i, class := range c {
		if class == bidi.ES || class == bidi.CS {
			c[i] = bidi.ON
		}
	}
}

// side is a class as neutrals see it: numbers count as R.
func side(class bidi.Class) (bidi.Class, bool) {
	switch class {
	case bidi.L:
		return bidi.L, true
	case bidi.R, bidi.EN, bidi.AN:
		return bidi.R, true
	}
	return bidi.ON, false
}

// brackets gives pairs of brackets the direction of what they hold (N0).
func (p *paragraph) brackets() {
	before, seen := p.base(), 0 // the last direction before the pair
	for _, pair := range p.pairs() {
		open, end := pair[0], pair[1]
		for ; seen < open; seen++ {
			if s, ok := side(p.class[seen]); ok {
				before = s
			}
		}
		same, other := false, false
		for i := open + 1; i < end; i++ {
			if s, ok := side(p.class[i]); ok {
				same, other = same || s == p.base(), other || s != p.base()
			}
		}
		class := p.base()
		switch {
		case same:
		case other:
			class = before // the other direction, if that is what came before; else the base
		default:
			continue
		}
		p.class[open], p.class[end] = class, class
	}
}

// pairs finds matching brackets (BD16), sorted by the opening one.
func (p *paragraph) pairs() [][2]int {
	closing := map[rune]rune{'(': ')', '[': ']', '{': '}', '⟨': '⟩', '⁅': '⁆', '⁽': '⁾'}
	var stack []int
	match := map[int]int{}
	for i, r := range p.runes {
		if p.class[i] != bidi.ON {
			continue
		}
		if closing[r] != 0 {
			if len(stack) == 63 {
				break
			}
			stack = append(stack, i)
			continue
		}
		for s := len(stack) - 1; s >= 0; s-- {
			if closing[p.runes[stack[s]]] == r {
				match[stack[s]] = i
				stack = stack[:s]
				break
			}
		}
	}
	var out [][2]int
	for i := range p.runes {
		if end, ok := match[i]; ok {
			out = append(out, [2]int{i, end})
		}
	}
	return out
}

// neutral resolves what has no direction of its own from what stands on both
// sides (N1 and N2).
func (p *paragraph) neutral() {
	before := p.base()
	for i := 0; i < len(p.class); i++ {
		if s, ok := side(p.class[i]); ok {
			before = s
			continue
		}
		to, after := i, p.base()
		for ; to < len(p.class); to++ {
			if s, ok := side(p.class[to]); ok {
				after = s
				break
			}
		}
		class := p.base()
		if before == after {
			class = before
		}
		for ; i < to; i++ {
			p.class[i] = class
		}
		i--
	}
}
