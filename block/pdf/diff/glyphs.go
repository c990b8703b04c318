package diff

import (
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"medborgarnavet/block/pdf"
)

// fontInfo is what is needed of a font to read what is written with it.
type fontInfo struct {
	type3   bool
	signs   bool // of pictures, many of which are filled areas
	wide    bool // two bytes a character
	simple  [256]glyph
	cmap    map[int][]rune  // of a composite font, from its ToUnicode
	widths  map[int]float64 // of a composite font
	missing float64
}

// glyph is one shown character: what it means and how wide it is, in
// thousandths of the font's size.
type glyph struct {
	runes []rune
	width float64
	space bool
}

// fontNamed gives the font of a name in the current resources.
func (c *canvas) fontNamed(name pdf.Name) *fontInfo {
	o := c.doc.Dict(c.res["Font"])[name]
	dict := c.doc.Dict(o)
	if dict == nil {
		if !standardFonts[name] {
			return &fontInfo{missing: 500, simple: simpleGlyphs(c.doc, nil)}
		}
		dict = pdf.Dict{"BaseFont": name}
	}
	r, isRef := o.(pdf.Ref)
	if f := c.fonts[r]; isRef && f != nil {
		return f
	}
	f := readFont(c.doc, dict)
	if isRef {
		c.fonts[r] = f
	}
	return f
}

func readFont(d *pdf.Document, dict pdf.Dict) *fontInfo {
	f := &fontInfo{type3: d.Name(dict["Subtype"]) == "Type3", signs: strings.Contains(string(d.Name(dict["BaseFont"])), "ingdings") || strings.Contains(string(d.Name(dict["BaseFont"])), "Dingbats")}
	f.cmap = toUnicode(d, d.Stream(dict["ToUnicode"]))
	if d.Name(dict["Subtype"]) == "Type0" {
		f.wide = true
		f.missing = 1000
		if list := d.Array(dict["DescendantFonts"]); len(list) > 0 {
			below := d.Dict(list[0])
			if dw, ok := d.Number(below["DW"]); ok {
				f.missing = dw
			}
			f.widths = cidWidths(d, d.Array(below["W"]))
		}
		return f
	}
	f.simple = simpleGlyphs(d, dict)
	scale := 1.0
	if f.type3 {
		scale = 1000 * matrixOf(d, dict["FontMatrix"])[0]
	}
	first, _ := d.Int(dict["FirstChar"])
	widths := d.Array(dict["Widths"])
	for code := range f.simple {
		g := &f.simple[code]
		g.width = standardWidth(d.Name(dict["BaseFont"]), g.runes)
		if i := int64(code) - first; i >= 0 && i < int64(len(widths)) {
			if w, ok := d.Number(widths[i]); ok {
				g.width = w * scale
			}
		}
		if r, ok := f.cmap[code]; ok {
			g.runes = r
		}
	}
	return f
}

// glyphs reads a shown string.
func (f *fontInfo) glyphs(s pdf.String) []glyph {
	if !f.wide {
		out := make([]glyph, len(s))
		for i := range len(s) {
			out[i] = f.simple[s[i]]
		}
		return out
	}
	out := make([]glyph, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		code := int(s[i])<<8 | int(s[i+1])
		g := glyph{runes: f.cmap[code], width: f.missing}
		if g.runes == nil {
			g.runes = unreadable
		}
		if w, ok := f.widths[code]; ok {
			g.width = w
		}
		out = append(out, g)
	}
	return out
}

var unreadable = []rune{'\uFFFD'}

// cidWidths reads the W array of a composite font (ISO 32000-1, 9.7.4.3).
func cidWidths(d *pdf.Document, w pdf.Array) map[int]float64 {
	out := map[int]float64{}
	for i := 0; i+1 < len(w) && len(out) < 70_000; {
		first, _ := d.Int(w[i])
		if list, ok := d.Resolve(w[i+1]).(pdf.Array); ok {
			for j, o := range list {
				v, _ := d.Number(o)
				out[int(first)+j] = v
			}
			i += 2
			continue
		}
		if i+2 >= len(w) {
			break
		}
		last, _ := d.Int(w[i+1])
		v, _ := d.Number(w[i+2])
		for c := first; c <= last && c < 1<<16 && c >= 0; c++ {
			out[int(c)] = v
		}
		i += 3
	}
	return out
}

// simpleGlyphs is the encoding of a simple font: its base with its differences
// by glyph name.
func simpleGlyphs(d *pdf.Document, font pdf.Dict) [256]glyph {
	var out [256]glyph
	base := d.Name(font["Encoding"])
	enc := d.Dict(font["Encoding"])
	if enc != nil {
		base = d.Name(enc["BaseEncoding"])
	}
	cm := charmap.Windows1252
	if base == "MacRomanEncoding" {
		cm = charmap.Macintosh
	}
	for i := range out {
		out[i] = glyph{runes: []rune{cm.DecodeByte(byte(i))}, width: 500, space: i == 32}
	}
	code := 0
	for _, o := range d.Array(enc["Differences"]) {
		switch v := d.Resolve(o).(type) {
		case int64:
			code = int(v)
		case pdf.Name:
			if code >= 0 && code < 256 {
				out[code].runes = glyphRunes(string(v))
			}
			code++
		}
	}
	return out
}

// glyphRunes gives the text of a glyph name: of the Latin letters, digits and
// signs that forms are filled in with, and of names that state their number.
func glyphRunes(name string) []rune {
	if len(name) == 1 {
		return []rune(name)
	}
	if r, ok := glyphNames[name]; ok {
		return []rune{r}
	}
	for _, prefix := range []string{"uni", "u"} {
		if hex, ok := strings.CutPrefix(name, prefix); ok && len(hex) >= 4 && len(hex) <= 6 {
			if v, err := strconv.ParseUint(hex, 16, 32); err == nil && v < 0x110000 {
				return []rune{rune(v)}
			}
		}
	}
	if base, rest, ok := composed(name); ok {
		return []rune(base + rest)
	}
	return unreadable
}

// composed reads names such as "Adieresis" as a letter and a combining mark.
func composed(name string) (base, mark string, ok bool) {
	for suffix, m := range marks {
		if b, found := strings.CutSuffix(name, suffix); found && len(b) == 1 {
			return b, m, true
		}
	}
	return "", "", false
}

var marks = map[string]string{
	"dieresis": "\u0308", "ring": "\u030A", "acute": "\u0301", "grave": "\u0300", "circumflex": "\u0302",
	"tilde": "\u0303", "caron": "\u030C", "cedilla": "\u0327", "macron": "\u0304", "ogonek": "\u0328",
}

var glyphNames = map[string]rune{
	"space": ' ', "exclam": '!', "quotedbl": '"', "numbersign": '#', "dollar": '$', "percent": '%',
	"ampersand": '&', "quotesingle": '\'', "quoteright": '’', "quoteleft": '‘', "parenleft": '(', "parenright": ')',
	"asterisk": '*', "plus": '+', "comma": ',', "hyphen": '-', "minus": '−', "period": '.', "slash": '/',
	"zero": '0', "one": '1', "two": '2', "three": '3', "four": '4', "five": '5', "six": '6', "seven": '7',
	"eight": '8', "nine": '9', "colon": ':', "semicolon": ';', "less": '<', "equal": '=', "greater": '>',
	"question": '?', "at": '@', "bracketleft": '[', "backslash": '\\', "bracketright": ']', "asciicircum": '^',
	"underscore": '_', "grave": '`', "braceleft": '{', "bar": '|', "braceright": '}', "asciitilde": '~',
	"germandbls": 'ß', "ae": 'æ', "AE": 'Æ', "oslash": 'ø', "Oslash": 'Ø', "eth": 'ð', "Eth": 'Ð',
	"thorn": 'þ', "Thorn": 'Þ', "endash": '–', "emdash": '—', "bullet": '•', "ellipsis": '…', "Euro": '€',
	"section": '§', "degree": '°', "mu": 'µ', "onehalf": '½', "quotedblleft": '“', "quotedblright": '”',
	"eng": 'ŋ', "Eng": 'Ŋ', "dcroat": 'đ', "Dcroat": 'Đ', "tbar": 'ŧ', "Tbar": 'Ŧ', "nbspace": '\u00A0',
	"oe": 'œ', "OE": 'Œ', "fi": 'ﬁ', "fl": 'ﬂ', "sterling": '£', "currency": '¤', "yen": '¥', "cent": '¢',
	"copyright": '©', "registered": '®', "trademark": '™', "plusminus": '±', "multiply": '×', "divide": '÷',
	"guillemotleft": '«', "guillemotright": '»', "periodcentered": '·', "exclamdown": '¡', "questiondown": '¿',
	"dotlessi": 'ı', "lslash": 'ł', "Lslash": 'Ł', "florin": 'ƒ', "dagger": '†', "daggerdbl": '‡', "paragraph": '¶',
	"breve": '˘', "dotaccent": '˙', "ring": '˚', "hungarumlaut": '˝', "ogonek": '˛', "caron": 'ˇ', "fraction": '⁄',
	"guilsinglleft": '‹', "guilsinglright": '›', "perthousand": '‰', "quotedblbase": '„', "quotesinglbase": '‚',
	"acute": '´', "dieresis": '¨', "cedilla": '¸', "macron": '¯', "logicalnot": '¬', "brokenbar": '¦', "circumflex": 'ˆ',
	"tilde": '˜', "onequarter": '¼', "threequarters": '¾', "onesuperior": '¹', "twosuperior": '²', "threesuperior": '³',
	"ordfeminine": 'ª', "ordmasculine": 'º',
}

// plainDifferences tells whether an encoding only gives codes of the printable
// ASCII range the letters they have anyway: no "1" drawn as a "9".
func plainDifferences(d *pdf.Document, enc pdf.Dict) bool {
	code := 0
	for _, o := range d.Array(enc["Differences"]) {
		switch v := d.Resolve(o).(type) {
		case int64:
			code = int(v)
		case pdf.Name:
			if string(glyphRunes(string(v))) == string(unreadable) {
				return false
			}
			code++
		default:
			return false
		}
	}
	return code <= 256
}
