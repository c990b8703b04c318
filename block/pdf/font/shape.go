package font

import (
	"sort"
	"strings"
	"unicode/utf8"

	otf "github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/harfbuzz"
	"github.com/go-text/typesetting/language"
)

// Glyph is one placed glyph. Lengths are in font units (Font.Units to the em).
type Glyph struct {
	ID         uint16
	Right      bool  // it belongs to text that runs from right to left
	Advance    int32 // from this glyph's origin to the next one's
	X, Y       int32 // how far it is moved from its origin: a mark over its letter
	Start, End int   // the characters it stands for: Run.Text[Start:End]; the glyphs of one cluster share them
}

// Run is a shaped text: glyphs in the order they stand, from left to right.
type Run struct {
	Font   *Font
	Text   string // cleaned, in the order it is read
	Glyphs []Glyph
}

// Units is how many font units an em has.
func (f *Font) Units() int { return f.file.units }

// Width is the run's length at a size, in the size's unit.
func (r Run) Width(size float64) float64 {
	var units int64
	for i := range r.Glyphs {
		units += int64(r.Glyphs[i].Advance)
	}
	return float64(units) * size / float64(r.Font.file.units)
}

// Shape sets one line of text: both directions, joining and marks. The base
// direction follows from the text.
func (f *Font) Shape(text string) Run {
	text = Clean(text)
	segments, _ := Segments(text, Auto)
	if len(segments) == 1 {
		return f.ShapeRun(text, segments[0].Level%2 == 1)
	}
	levels := make([]uint8, len(segments))
	for i, s := range segments {
		levels[i] = s.Level
	}
	out := Run{Font: f, Text: text}
	for _, i := range Reorder(levels) {
		s := segments[i]
		for _, g := range f.ShapeRun(text[s.Start:s.End], s.Level%2 == 1).Glyphs {
			g.Start, g.End = g.Start+s.Start, g.End+s.Start
			out.Glyphs = append(out.Glyphs, g)
		}
	}
	return out
}

// ShapeRun sets a text that runs in one direction, such as one of Segments.
func (f *Font) ShapeRun(text string, rightToLeft bool) Run {
	text = Clean(text)
	if !rightToLeft {
		if glyphs, ok := f.shapeSimple(text); ok {
			return Run{f, text, glyphs}
		}
	}
	return Run{f, text, f.shapeComplex(text, rightToLeft)}
}

// Slice is the part of a run in one direction that stands for Text[from:to].
// A cluster belongs to the part that its first character is in.
func (r Run) Slice(from, to int) Run {
	g := r.Glyphs
	if len(g) == 0 {
		return r
	}
	if g[0].Right {
		first := sort.Search(len(g), func(i int) bool { return g[i].Start < to })
		last := sort.Search(len(g), func(i int) bool { return g[i].Start < from })
		return Run{r.Font, r.Text, g[first:last]}
	}
	first := sort.Search(len(g), func(i int) bool { return g[i].Start >= from })
	last := sort.Search(len(g), func(i int) bool { return g[i].Start >= to })
	return Run{r.Font, r.Text, g[first:last]}
}

// shapeSimple is the short way for text where every character is one glyph.
func (f *Font) shapeSimple(text string) ([]Glyph, bool) {
	glyphs := make([]Glyph, 0, len(text))
	before := uint16(0)
	for i, r := range text {
		if !simple(r) {
			return nil, false
		}
		id := f.glyph(r)
		if id == 0 {
			id = f.glyph(replacement)
		}
		if before != 0 {
			if k := f.kern.between(before, id); k != 0 {
				glyphs[len(glyphs)-1].Advance += int32(k)
			}
		}
		glyphs = append(glyphs, Glyph{ID: id, Advance: int32(f.file.advance(id)), Start: i, End: i + utf8.RuneLen(r)})
		before = id
	}
	return glyphs, true
}

// stretch is a part of a text in one script.
type stretch struct {
	from, to int // characters
	script   language.Script
}

func stretches(runes []rune) []stretch {
	var out []stretch
	for i, r := range runes {
		script := language.LookupScript(r)
		n := len(out)
		shared := script == language.Common || script == language.Inherited || script == language.Unknown
		switch {
		case n == 0:
			out = append(out, stretch{0, 1, script})
		case shared || script == out[n-1].script:
			out[n-1].to = i + 1
		case out[n-1].script == language.Common || out[n-1].script == language.Inherited || out[n-1].script == language.Unknown:
			out[n-1].to, out[n-1].script = i+1, script
		default:
			out = append(out, stretch{i, i + 1, script})
		}
	}
	return out
}

// noLigatures turns off the ligatures that are for looks only: f and i stay
// two characters for whoever copies or listens. Joining and required
// ligatures are left on for scripts that cannot be written without.
func noLigatures() []harfbuzz.Feature {
	off := func(tag string) harfbuzz.Feature {
		return harfbuzz.Feature{Tag: ot.MustNewTag(tag), Start: harfbuzz.FeatureGlobalStart, End: harfbuzz.FeatureGlobalEnd}
	}
	return []harfbuzz.Feature{off("liga"), off("clig")}
}

// shapeComplex shapes with HarfBuzz, one script at a time.
func (f *Font) shapeComplex(text string, right bool) []Glyph {
	runes := []rune(text)
	at := make([]int, 0, len(runes)+1)
	for i := range text {
		at = append(at, i)
	}
	at = append(at, len(text))
	for i, r := range runes {
		if f.glyph(r) == 0 && !ignorable(r) {
			runes[i] = replacement
		}
	}
	parts := stretches(runes)
	var glyphs []Glyph
	for i := range parts {
		part := parts[i]
		if right {
			part = parts[len(parts)-1-i]
		}
		glyphs = append(glyphs, f.shapeStretch(runes, at, part, right)...)
	}
	return glyphs
}

func (f *Font) shapeStretch(runes []rune, at []int, part stretch, right bool) []Glyph {
	f.mu.Lock()
	defer f.mu.Unlock()
	buffer := f.buffer // it remembers what it found out about the font
	buffer.Clear()
	buffer.AddRunes(runes, part.from, part.to-part.from)
	buffer.Props.Script = part.script
	buffer.Props.Direction = harfbuzz.LeftToRight
	if right {
		buffer.Props.Direction = harfbuzz.RightToLeft
	}
	buffer.Flags = harfbuzz.RemoveDefaultIgnorables
	var features []harfbuzz.Feature
	if !right {
		features = f.features
	}
	buffer.Shape(f.shape, features)
	return f.collect(buffer, at, part, right)
}

// collect takes over the shaper's glyphs and finds where each cluster ends.
func (f *Font) collect(buffer *harfbuzz.Buffer, at []int, part stretch, right bool) []Glyph {
	glyphs := make([]Glyph, len(buffer.Info))
	for i, info := range buffer.Info {
		pos := buffer.Pos[i]
		id := info.Glyph
		if id == 0 || id >= otf.GID(f.file.glyphs) {
			id = otf.GID(f.glyph(replacement))
		}
		glyphs[i] = Glyph{ID: uint16(id), Right: right, Advance: pos.XAdvance, X: pos.XOffset, Y: pos.YOffset, Start: info.Cluster}
	}
	next := part.to
	ends := func(i int, after int) { // glyphs are met from the last character to the first
		if after < len(glyphs) && after >= 0 && glyphs[after].Start != glyphs[i].Start {
			next = glyphs[after].Start
		}
		glyphs[i].End = next
	}
	if right {
		for i := range glyphs {
			ends(i, i-1)
		}
	} else {
		for i := len(glyphs) - 1; i >= 0; i-- {
			ends(i, i+1)
		}
	}
	for i := range glyphs {
		glyphs[i].Start, glyphs[i].End = at[glyphs[i].Start], at[glyphs[i].End]
	}
	return glyphs
}

// cluster is the text a glyph's cluster stands for.
func (r Run) cluster(g Glyph) string {
	text := r.Text[g.Start:g.End]
	if len(text) < 3 { // all that is ignored is longer
		return text
	}
	return strings.TrimFunc(text, ignorable)
}
