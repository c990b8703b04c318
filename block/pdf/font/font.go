package font

import (
	"bytes"
	"encoding/binary"
	"sync"

	"github.com/go-fonts/dejavu/dejavusanscondensed"
	"github.com/go-fonts/dejavu/dejavusanscondensedbold"
	otf "github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/harfbuzz"
)

// lowRunes is how far the quick table from characters to glyphs reaches: past
// Latin, Greek, Cyrillic and ordinary punctuation.
const lowRunes = 0x2200

// replacement is what stands for a character the font lacks.
const replacement = '\ufffd'

// Family is a typeface in the weights documents need.
type Family struct {
	Regular, Bold *Font
}

// Default is the family that documents are set in. It is read once and shared.
func Default() *Family { return defaultFamily() }

var defaultFamily = sync.OnceValue(func() *Family {
	regular, err := New("DejaVuSansCondensed", dejavusanscondensed.TTF)
	if err != nil {
		panic("font: the regular font in the module cannot be read: " + err.Error())
	}
	bold, err := New("DejaVuSansCondensed-Bold", dejavusanscondensedbold.TTF)
	if err != nil {
		panic("font: the bold font in the module cannot be read: " + err.Error())
	}
	return &Family{Regular: regular, Bold: bold}
})

// Font is one TrueType font. It does not change, and may be used by many at
// once.
type Font struct {
	name     string
	file     *sfnt
	face     *otf.Font
	low      [lowRunes]uint16
	kern     kerning
	caps     int16             // height of capital letters
	unseen   uint16            // a glyph without width or ink
	base     func() *Subset    // what every subset begins as
	packed   func() *embedding // and what it is embedded as
	mu       sync.Mutex        // one at a time through the shaper, which keeps caches
	buffer   *harfbuzz.Buffer
	features []harfbuzz.Feature
	shape    *harfbuzz.Font
}

// New reads a TrueType font. The name is its PostScript name, without spaces.
// The font's licence must allow embedding and subsetting.
func New(name string, data []byte) (*Font, error) {
	file, err := parseSFNT(data)
	if err != nil {
		return nil, err
	}
	face, err := otf.ParseTTF(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	f := &Font{name: name, file: file, face: face.Font, kern: file.kerning(), shape: harfbuzz.NewFont(face),
		buffer: harfbuzz.NewBuffer(), features: noLigatures()}
	for r := range f.low {
		if gid, ok := face.NominalGlyph(rune(r)); ok {
			f.low[r] = uint16(gid)
		}
	}
	for _, r := range "\u200b\u200c\u200d\u2060 " { // the space as a last resort
		if f.unseen = f.glyph(r); f.unseen != 0 && file.advance(f.unseen) == 0 && file.outline(f.unseen) == nil {
			break
		}
	}
	f.base = sync.OnceValue(func() *Subset { return newBase(f) })
	f.packed = sync.OnceValue(func() *embedding { return f.base().pack() })
	if h := file.outline(f.glyph('H')); h != nil {
		f.caps = int16(binary.BigEndian.Uint16(h[8:])) // its highest point
	}
	return f, nil
}

// Name is the font's PostScript name.
func (f *Font) Name() string { return f.name }

// glyph is the glyph of a single character; 0 when the font has none.
func (f *Font) glyph(r rune) uint16 {
	if r >= 0 && r < lowRunes {
		return f.low[r]
	}
	gid, ok := f.face.NominalGlyph(r)
	if !ok {
		return 0
	}
	return uint16(gid)
}

// Missing gives the characters of a text that the font has no glyph for, each
// once, in the order met. They are shown as U+FFFD.
func (f *Font) Missing(text string) []rune {
	var missing []rune
	seen := map[rune]bool{}
	for _, r := range Clean(text) {
		if !seen[r] && f.glyph(r) == 0 && !ignorable(r) {
			seen[r] = true
			missing = append(missing, r)
		}
	}
	return missing
}

// Ascent is the height above the baseline that letters reach, as a part of
// the size.
func (f *Font) Ascent() float64 { return float64(f.file.ascent) / float64(f.file.units) }

// Descent is the depth below the baseline, as a part of the size: negative.
func (f *Font) Descent() float64 { return float64(f.file.descent) / float64(f.file.units) }

// CapHeight is the height of capital letters, as a part of the size.
func (f *Font) CapHeight() float64 { return float64(f.caps) / float64(f.file.units) }

// thousandths turns font units into thousandths of an em, exactly.
func (f *Font) thousandths(units int32) float64 {
	return float64(units) * 1000 / float64(f.file.units)
}
