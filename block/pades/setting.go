package pades

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/font"
)

// The stamp's measures. Sizes are in points; the rest are parts of the size.
const (
	sizeMost   = 10.0
	sizeGood   = 7.0 // above this, shrink rather than break a line
	sizeLeast  = 3.0
	sizeStep   = 0.25
	quietPart  = 0.8
	leadPart   = 1.22
	stampInset = 5.0
)

// setting is the text of a stamp, broken into lines at a size.
type setting struct {
	regular, bold *font.Subset
	size          float64
	lines         []setLine
	height        float64 // of all lines
	shaped        map[shapeKey]font.Run
}

// shapeKey is a text in a font; shaping does not depend on the size.
type shapeKey struct {
	bold bool
	text string
}

type setLine struct {
	run    font.Run
	size   float64
	weight weight
}

func newSetting() *setting {
	family := font.Default()
	s := &setting{regular: font.NewSubset(family.Regular), bold: font.NewSubset(family.Bold), shaped: map[shapeKey]font.Run{}}
	s.regular.CIDSet, s.bold.CIDSet = true, true // PDF/A-1 asks for it, the others allow it
	return s
}

func (s *setting) subset(w weight) *font.Subset {
	if w == strong {
		return s.bold
	}
	return s.regular
}

// fit finds the greatest size at which everything has room: first without
// breaking lines, down to a size that is good to read, then with broken lines,
// down to the least. Nothing is ever cut off.
func (s *setting) fit(lines []stampLine, width, height float64) error {
	room, tall := width-2*stampInset, height-2*stampInset
	if room <= 0 || tall <= 0 {
		return fmt.Errorf("%w: the rectangle is too small", ErrNoRoom)
	}
	for size := sizeMost; size >= sizeGood; size -= sizeStep {
		if s.set(lines, size, room, tall, false) {
			return nil
		}
	}
	for size := sizeMost; size >= sizeLeast; size -= sizeStep {
		if s.set(lines, size, room, tall, true) {
			return nil
		}
	}
	return fmt.Errorf("%w: the text cannot be read at any size that fits", ErrNoRoom)
}

// set breaks the lines at a size; false when a line is too wide or all are too
// high.
func (s *setting) set(lines []stampLine, size, room, tall float64, mayBreak bool) bool {
	s.size, s.lines, s.height = size, s.lines[:0], 0
	for _, l := range lines {
		at := size
		if l.weight == quiet {
			at *= quietPart
		}
		rest := strings.Join(strings.Fields(l.text), " ")
		for rest != "" {
			head, tail := rest, ""
			if s.tooWide(l.weight, rest, at, room) {
				if !mayBreak {
					return false
				}
				if head, tail = s.split(l.weight, rest, at, room); head == "" {
					return false
				}
			}
			s.lines = append(s.lines, setLine{s.shape(l.weight, head), at, l.weight})
			if s.height += at * leadPart; s.height > tall {
				return false
			}
			rest = tail
		}
	}
	return true
}

// shape sets a text in the font of a weight, once.
func (s *setting) shape(w weight, text string) font.Run {
	key := shapeKey{w == strong, text}
	run, done := s.shaped[key]
	if !done {
		run = s.subset(w).Font().Shape(text)
		s.shaped[key] = run
	}
	return run
}

// most is how many bytes of text can go in one line: far more than ordinary
// letters fill. What is longer is broken without being measured whole.
func most(size, room float64) int { return int(12*room/size) + 64 }

func (s *setting) tooWide(w weight, text string, size, room float64) bool {
	return len(text) > most(size, room) || s.shape(w, text).Width(size) > room
}

// split cuts a text that is too wide where it fits: after a word, or within a
// word that is wider than the room, but never within a cluster. head is empty
// when not even one cluster fits.
func (s *setting) split(w weight, text string, size, room float64) (head, tail string) {
	beyond := ""
	if cut := most(size, room); len(text) > cut {
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text, beyond = text[:cut], text[cut:]
	}
	head, tail = s.splitLine(w, text, size, room)
	return head, strings.TrimSpace(tail + beyond)
}

// splitLine splits a text that is not much longer than a line.
func (s *setting) splitLine(w weight, text string, size, room float64) (head, tail string) {
	run := s.shape(w, text)
	text = run.Text
	upTo := make([]int64, len(text)+1) // advance of the glyphs whose text ends here
	ends := make([]bool, len(text)+1)
	for _, g := range run.Glyphs {
		upTo[g.End] += int64(g.Advance)
		ends[g.End] = true
	}
	var sum int64
	word, letter := 0, 0
	for i := 1; i <= len(text); i++ {
		sum += upTo[i]
		wide := float64(sum)*size/float64(run.Font.Units()) > room
		if wide && text[i-1] != ' ' {
			break
		}
		if ends[i] {
			letter = i
			if text[i-1] == ' ' || text[i-1] == '-' {
				word = i
			}
		}
	}
	for _, at := range []int{word, letter} {
		head = strings.TrimSpace(text[:at])
		if head != "" && s.shape(w, head).Width(size) <= room {
			return head, text[at:]
		}
	}
	return s.splitSlowly(w, text, ends, letter, size, room)
}

// splitSlowly is for text whose letters are wider apart than together.
func (s *setting) splitSlowly(w weight, text string, ends []bool, from int, size, room float64) (head, tail string) {
	for at := from; at > 0; at-- {
		if ends[at] && s.shape(w, text[:at]).Width(size) <= room {
			return strings.TrimSpace(text[:at]), text[at:]
		}
	}
	return "", text
}

// draw writes the stamp's content: border and background, then the lines from
// the top, all marked as outside the text, since the field's own element and
// its alternative text say the same (ISO 32000-1, 14.8.2.2).
func (s *setting) draw(p palette, width, height float64, plain bool) []byte {
	out := []byte("/Artifact BMC\nq\n")
	if !plain {
		out = p.fill(out, backColour)
		out = appendNumbers(out, 0, 0, width, height)
		out = append(out, "re f\n"...)
		out = p.stroke(out, lineColour)
		out = append(out, "0.75 w\n"...)
		out = appendNumbers(out, 0.5, 0.5, width-1, height-1)
		out = append(out, "re S\n"...)
	}
	out = append(out, "BT\n"...)
	y := height - stampInset - max(0, (height-2*stampInset-s.height)/2)
	x, lastY := stampInset, 0.0
	lastX := 0.0
	for _, l := range s.lines {
		sub := s.subset(l.weight)
		baseline := y - l.size*0.93
		y -= l.size * leadPart
		out = p.fill(out, colourOf(l.weight))
		out = append(out, "/"...)
		out = append(out, fontName(l.weight)...)
		out = append(out, ' ')
		out = appendNumbers(out, l.size)
		out = append(out, "Tf\n"...)
		out = appendNumbers(out, x-lastX, baseline-lastY)
		out = append(out, "Td\n"...)
		out = sub.Text(out, l.run, l.size)
		lastX, lastY = x, baseline
	}
	return append(out, "ET\nQ\nEMC\n"...)
}

func fontName(w weight) string {
	if w == strong {
		return "F2"
	}
	return "F1"
}

func colourOf(w weight) colour {
	if w == quiet {
		return quietColour
	}
	return textColour
}

// embed adds the fonts that were used and gives the font resources.
func (s *setting) embed(add func(pdf.Object) pdf.Ref) pdf.Dict {
	out := pdf.Dict{}
	if s.regular.Used() {
		out["F1"] = s.regular.Embed(add)
	}
	if s.bold.Used() {
		out["F2"] = s.bold.Embed(add)
	}
	return out
}

// appendNumbers writes numbers with at most three decimals, each followed by
// a space.
func appendNumbers(dst []byte, list ...float64) []byte {
	for _, v := range list {
		switch n := number(v).(type) {
		case int64:
			dst = strconv.AppendInt(dst, n, 10)
		case float64:
			dst = strconv.AppendFloat(dst, n, 'f', -1, 64)
		}
		dst = append(dst, ' ')
	}
	return dst
}
