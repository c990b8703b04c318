package pdfa

import (
	"strings"
	"unicode/utf8"

	"medborgarnavet/block/pdf/font"
)

// style is how a text looks.
type style struct {
	size, leading float64
	bold          bool
	colour        RGB
}

// shaped is a text with its glyphs, before it is broken into lines.
type shaped struct {
	text     string
	style    style
	right    bool // its base direction is right to left
	parts    []part
	clusters []cluster
	next     *shaped // what follows a line feed
}

// part is a stretch of one span in one direction.
type part struct {
	start, end int
	level      uint8
	bold       bool
	lang       string
	run        font.Run // of text[start:end]
}

// cluster is the least thing a line can be broken at.
type cluster struct {
	at    int32
	width float32
	space bool // a line may end after it, and it then takes no room
}

// line is the part text[from:to] of a text, with the spaces that end it
// between ink and to.
type line struct {
	of            *shaped
	from, ink, to int
	width         float64 // without the spaces at the end
	trailing      float64 // their width
}

// shape turns a text into glyphs.
func (c *composer) shape(t Text, st style) *shaped {
	for i, span := range t {
		cut := strings.IndexByte(span.Text, '\n')
		if cut < 0 {
			continue
		}
		first := append(append(Text(nil), t[:i]...), Span{span.Text[:cut], span.Bold, span.Lang})
		rest := append(Text{{span.Text[cut+1:], span.Bold, span.Lang}}, t[i+1:]...)
		s := c.shape(first, st)
		s.next = c.shape(rest, st)
		return s
	}
	s := &shaped{style: st}
	var ends []int
	if len(t) == 1 {
		s.text = font.Clean(t[0].Text)
		ends = []int{len(s.text)}
	} else {
		for _, span := range t {
			s.text += font.Clean(span.Text)
			ends = append(ends, len(s.text))
		}
	}
	segments, direction := font.Segments(s.text, font.Auto)
	s.right = direction == font.RightToLeft
	start := 0
	for i, end := range ends {
		for _, g := range segments {
			from, to := max(start, g.Start), min(end, g.End)
			if from < to {
				p := part{start: from, end: to, level: g.Level, bold: st.bold || t[i].Bold, lang: t[i].Lang}
				p.run = c.font(p.bold).ShapeRun(s.text[from:to], g.Level%2 == 1)
				s.parts = append(s.parts, p)
				c.note(s.text[from:to], p.bold)
			}
		}
		start = end
	}
	s.measure()
	return s
}

// measure lists the clusters in reading order.
func (s *shaped) measure() {
	total := 0
	for i := range s.parts {
		total += len(s.parts[i].run.Glyphs)
	}
	s.clusters = make([]cluster, 0, total)
	for i := range s.parts {
		p := &s.parts[i]
		scale := s.style.size / float64(p.run.Font.Units())
		glyphs := p.run.Glyphs
		last := -1
		for j := range glyphs {
			g := &glyphs[j]
			if p.level%2 == 1 {
				g = &glyphs[len(glyphs)-1-j]
			}
			width := float64(g.Advance) * scale
			if g.Start == last {
				s.clusters[len(s.clusters)-1].width += float32(width)
				continue
			}
			last = g.Start
			s.clusters = append(s.clusters, cluster{int32(p.start + g.Start), float32(width), breakable(p.run.Text[g.Start:])})
		}
	}
}

// breakable is true for the spaces that a line may end at: not those that
// Unicode calls non-breaking (U+00A0, U+2007, U+202F).
func breakable(text string) bool {
	if text[0] < utf8.RuneSelf {
		return text[0] == ' '
	}
	r, _ := utf8.DecodeRuneInString(text)
	return r == '\u1680' || r >= '\u2000' && r <= '\u200a' && r != '\u2007' || r == '\u205f' || r == '\u3000'
}

// natural gives the width of the longest line when nothing is broken, and of
// the longest word.
func (s *shaped) natural() (whole, word float64) {
	for ; s != nil; s = s.next {
		sum, part, spaces := 0.0, 0.0, 0.0
		for _, c := range s.clusters {
			wide := float64(c.width)
			if c.space {
				spaces += wide
				part = 0
				continue
			}
			sum, spaces = sum+spaces+wide, 0
			part += wide
			word = max(word, part)
		}
		whole = max(whole, sum)
	}
	return whole, word
}

// lines breaks a text at a width: after spaces, and within a word only when
// the word alone is longer than a line. There is always at least one line.
func (s *shaped) lines(width float64) []line {
	var out []line
	for ; s != nil; s = s.next {
		out = s.appendLines(out, width+0.01)
	}
	return out
}

func (s *shaped) appendLines(out []line, width float64) []line {
	cur := line{of: s}
	word := -1 // the first cluster after the last place a line may end
	var end line
	for i := 0; i < len(s.clusters); i++ {
		at, wide := int(s.clusters[i].at), float64(s.clusters[i].width)
		if s.clusters[i].space {
			cur.trailing += wide
			cur.to = at + 1
			for cur.to < len(s.text) && !utf8.RuneStart(s.text[cur.to]) {
				cur.to++
			}
			end, word = cur, i+1
			continue
		}
		if cur.width+cur.trailing+wide > width && at > cur.from {
			if word > 0 && end.to > cur.from { // back to the last space
				out = append(out, end)
				i = word
			} else { // a word longer than the line
				cur.to = at
				out = append(out, cur)
			}
			at, wide = int(s.clusters[i].at), float64(s.clusters[i].width)
			cur, word, end = line{of: s, from: at, ink: at, to: at}, -1, line{}
		}
		cur.width += cur.trailing + wide
		cur.trailing = 0
		cur.ink = len(s.text)
		if i+1 < len(s.clusters) {
			cur.ink = int(s.clusters[i+1].at)
		}
		cur.to = cur.ink
	}
	return append(out, cur)
}
