package font

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/go-fonts/dejavu/dejavusanscondensed"

	"medborgarnavet/block/pdf"
)

// letters are what the languages of the documents need.
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZÅÄÖÆØÉÜabcdefghijklmnopqrstuvwxyzåäöæøéü0123456789" +
	"ÁČĐŊŠŦŽáčđŋšŧž ǮǯǤǥǦǧǨǩƷʒÏïʹʼ ÂâÕõ Þþðß ŁłŚśŻżĘę ŐőŰű ĞğİıŞş ȘșȚț ÑñÇç ƏəƐɛƆɔ ẞḤḥṬṭ ếườ" +
	"ΑΒΓΔΩαβγδωάέή АБВГДЯабвгдяЁёЇїЄєҐґЎў ابتثجحخدذرزسشصضطظعغفقكلمنهويءةىآأإؤئپچژگیک أَُِّْ אבגדהוזחט " +
	".,:;!?()[]{}/\\-–—…•§%&@#*+=<>'\"’‘“”„»«€£$°±×½²³"

// Swedish, every Sámi language, Latin Extended, Greek, Cyrillic, Arabic and
// Hebrew are there, in both weights; what is not is told.
func TestCoverage(t *testing.T) {
	for _, f := range []*Font{Default().Regular, Default().Bold} {
		if missing := f.Missing(letters); len(missing) > 0 {
			t.Errorf("%s lacks %q", f.Name(), string(missing))
		}
		if got := string(f.Missing("a漢b字漢")); got != "漢字" {
			t.Errorf("%s: missing %q", f.Name(), got)
		}
		for _, g := range f.Shape("漢字ﷺ").Glyphs {
			if g.ID == 0 {
				t.Errorf("%s shows .notdef", f.Name())
			}
		}
	}
}

// The short way and HarfBuzz place every pair of ordinary letters alike.
func TestShortWayIsHarfBuzz(t *testing.T) {
	ordinary := []rune(strings.Map(func(r rune) rune {
		if simple(r) && r < 0x590 {
			return r
		}
		return -1
	}, letters))
	for _, f := range []*Font{Default().Regular, Default().Bold} {
		for _, a := range ordinary {
			var b strings.Builder
			for _, c := range ordinary {
				b.WriteRune(a)
				b.WriteRune(c)
			}
			short, ok := f.shapeSimple(b.String())
			if long := f.shapeComplex(b.String(), false); !ok || !slices.Equal(short, long) {
				t.Fatalf("%s: pairs with %q differ", f.Name(), a)
			}
		}
	}
}

func TestShape(t *testing.T) {
	f := Default().Regular
	shown := func(text string) string {
		r := f.Shape(text)
		var b strings.Builder
		for i := range r.Glyphs {
			b.WriteString(string(r.surplus(i)))
			b.WriteString(r.text(i))
		}
		return b.String()
	}
	for _, c := range []struct{ name, text, want string }{
		{"plain", "Åsa Öberg", "Åsa Öberg"},
		{"decomposed", "A\u030asa", "Åsa"},
		{"controls", "a\tb\x00c\u202ed\u00ade", "a b cde"},
		{"not UTF-8", "a\xffb", "a\ufffdb"},
		{"Arabic", "سلام", "مالس"}, // each code one letter, from left to right, the ligature's too
		{"Hebrew among Latin", "Jo (עברית) 12", "Jo (תירבע) 12"},
		{"number in Arabic", "قدرها 7412 كرونة", "ةنورك 7412 اهردق"},
		{"mark without a letter of its own", "x\u030c", "x\u030c"},
		{"missing", "a漢", "a漢"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := shown(c.text); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	// Letters join: in the middle of a word heh has another shape than alone.
	if alone, joined := f.Shape("ه").Glyphs[0].ID, f.Shape("بهب").Glyphs[1].ID; alone == joined {
		t.Error("Arabic letters do not join")
	}
	// A mark stands over its letter and takes no room.
	if with, without := f.Shape("x̌").Width(10), f.Shape("x").Width(10); with != without {
		t.Errorf("a mark makes the letter %.2f wide, not %.2f", with, without)
	}
	// A cluster is not parted, and a part is what it was in the whole.
	r := f.ShapeRun("سلام عليكم", true)
	if a, b := r.Slice(0, 9), r.Slice(9, len(r.Text)); len(a.Glyphs)+len(b.Glyphs) != len(r.Glyphs) || a.Width(1)+b.Width(1) != r.Width(1) {
		t.Error("the parts are not the whole")
	}
}

// parsed is an embedded program read again by another reader.
func (s *Subset) parsed(t *testing.T) (*sfnt, []uint16) {
	t.Helper()
	program, glyphs := s.program()
	if got := checksum(program); got != 0xb1b0afba {
		t.Errorf("the file's checksum is %08x", got)
	}
	out := &sfnt{tables: map[string][]byte{}}
	for i := range int(binary.BigEndian.Uint16(program[4:])) {
		e := program[12+16*i:]
		from, size := binary.BigEndian.Uint32(e[8:]), binary.BigEndian.Uint32(e[12:])
		table := program[from : from+size]
		if from%4 != 0 {
			t.Errorf("table %s is not aligned", e[:4])
		}
		if name := string(e[:4]); name != "head" && checksum(table) != binary.BigEndian.Uint32(e[4:]) {
			t.Errorf("table %s: wrong checksum", name)
		}
		out.tables[string(e[:4])] = table
	}
	for _, name := range []string{"head", "hhea", "hmtx", "maxp", "loca", "glyf", "cvt ", "fpgm", "prep"} {
		if out.tables[name] == nil {
			t.Fatalf("table %s is missing", name)
		}
	}
	out.tables["OS/2"] = make([]byte, 68) // not embedded, and not needed there
	if err := out.readHeaders(); err != nil {
		t.Fatal(err)
	}
	return out, glyphs
}

// Every glyph of the subset has the width and outline it has in the font, its
// parts are there, and the program is small and the same every time.
func TestSubset(t *testing.T) {
	for _, f := range []*Font{Default().Regular, Default().Bold} {
		s, again := NewSubset(f), NewSubset(f)
		run := f.Shape(letters)
		if !bytes.Equal(s.Show(run), again.Show(run)) {
			t.Error("the same text is not shown by the same codes")
		}
		first, glyphs := s.program()
		second, _ := again.program()
		if !bytes.Equal(first, second) || s.tag(first) != again.tag(second) {
			t.Error("the same codes do not make the same program")
		}
		if len(first) > 40_000 {
			t.Errorf("%s: %d bytes for %d glyphs", f.Name(), len(first), len(glyphs))
		}
		read, _ := s.parsed(t)
		if read.glyphs != len(glyphs) {
			t.Fatalf("%d glyphs, not %d", read.glyphs, len(glyphs))
		}
		for n, glyph := range glyphs {
			if read.advance(uint16(n)) != f.file.advance(glyph) || read.bearing(uint16(n)) != f.file.bearing(glyph) {
				t.Errorf("glyph %d: not the widths of %d", n, glyph)
			}
			own, whole := read.outline(uint16(n)), f.file.outline(glyph)
			if len(own) < len(whole) || len(whole) > 10 && !bytes.Equal(own[:10], whole[:10]) {
				t.Errorf("glyph %d: not the outline of %d", n, glyph)
			}
			eachPart(own, func(at int) {
				if part := binary.BigEndian.Uint16(own[at:]); int(part) >= len(glyphs) {
					t.Errorf("glyph %d: part %d is missing", n, part)
				}
			})
		}
	}
}

// A glyph with two meanings has two codes, each with its own text.
func TestCodesHaveOneMeaning(t *testing.T) {
	f := Default().Regular
	s := NewSubset(f)
	latin, arabic := s.Show(f.Shape("(a)")), s.Show(f.Shape("ب)ب"))
	if bytes.Contains(latin, arabic[2:4]) {
		t.Error("the mirrored bracket has the code of the other one")
	}
	glyphs := map[uint16]int{}
	for n, c := range s.codes[1:] {
		if c.text == "" {
			t.Errorf("code %d has no text", n+1)
		}
		glyphs[c.glyph]++
	}
	if len(glyphs) == len(s.codes)-1 {
		t.Error("no glyph has two codes, though a bracket is mirrored")
	}
}

// The font dictionary holds what PDF/A asks for.
func TestEmbed(t *testing.T) {
	f := Default().Regular
	s := NewSubset(f)
	s.CIDSet = true
	s.Show(f.Shape("Åsa لا"))
	var objects []pdf.Object
	s.Embed(func(o pdf.Object) pdf.Ref {
		objects = append(objects, o)
		return pdf.Ref{Num: len(objects)}
	})
	top := objects[len(objects)-1].(pdf.Dict)
	cid := objects[top["DescendantFonts"].(pdf.Array)[0].(pdf.Ref).Num-1].(pdf.Dict)
	descriptor := objects[cid["FontDescriptor"].(pdf.Ref).Num-1].(pdf.Dict)
	name := string(top["BaseFont"].(pdf.Name))
	if len(name) < 8 || name[6] != '+' || top["BaseFont"] != cid["BaseFont"] || descriptor["FontName"] != cid["BaseFont"] {
		t.Errorf("the names %q, %q, %q", top["BaseFont"], cid["BaseFont"], descriptor["FontName"])
	}
	if top["Encoding"] != pdf.Name("Identity-H") || cid["CIDToGIDMap"] != pdf.Name("Identity") || descriptor["CIDSet"] == nil {
		t.Error("encoding, map or CIDSet is not there")
	}
	_, glyphs := s.program()
	for n, w := range cid["W"].(pdf.Array)[1].(pdf.Array) {
		if want := float64(f.file.advance(glyphs[n])) * 1000 / 2048; w != want {
			t.Errorf("width %d is %v, not %v", n, w, want)
		}
	}
	if got := allOf(11); !bytes.Equal(got, []byte{0xff, 0xe0}) {
		t.Errorf("CIDSet of 11: %x", got)
	}
}

// New refuses what is not a font, and does not fall over broken ones.
func TestBrokenFonts(t *testing.T) {
	whole := bytes.Clone(dejavusanscondensed.TTF)
	for _, data := range [][]byte{nil, []byte("OTTO"), whole[:100], whole[:len(whole)/2]} {
		if _, err := New("x", data); err == nil {
			t.Errorf("%d bytes are taken for a font", len(data))
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 { // the headers are where the offsets are
		broken := bytes.Clone(whole[:4096])
		broken[r.IntN(320)] ^= byte(1 + r.IntN(255))
		if s, err := parseSFNT(append(broken, whole[4096:]...)); err == nil {
			for g := range min(s.glyphs, 50) {
				s.outline(uint16(g))
				s.bearing(uint16(g))
			}
		}
	}
}
