package fontfile_test

import (
	"sort"
	"strings"
	"testing"

	"medborgarnavet/block/pdfa/check/fontfile"
	"medborgarnavet/block/pdfa/check/fontfile/fonttest"
)

func TestNameTables(t *testing.T) {
	if n := len(fontfile.MacintoshOrder()); n != 258 {
		t.Errorf("the Macintosh order has %d names, want 258", n)
	}
	s := fontfile.CFFStandardStrings()
	if len(s) != 391 {
		t.Fatalf("CFF has %d standard strings, want 391", len(s))
	}
	// Fixed points of Technical Note 5176, appendix A.
	for sid, want := range map[int]string{1: "space", 34: "A", 109: "fi", 138: "AE", 149: "germandbls", 228: "zcaron", 390: "Semibold"} {
		if s[sid] != want {
			t.Errorf("SID %d is %q, want %q", sid, s[sid], want)
		}
	}
}

func TestTrueType(t *testing.T) {
	f, err := fontfile.ReadTrueType(fonttest.TrueType(fonttest.AB(), [2]int{3, 1}, [2]int{3, 0}))
	if err != nil {
		t.Fatal(err)
	}
	if f.NumGlyphs() != 3 || len(f.Cmaps) != 2 {
		t.Errorf("%d glyphs and %d maps, want 3 and 2", f.NumGlyphs(), len(f.Cmaps))
	}
	if g := f.Cmap(3, 1).Lookup('B'); g != 2 {
		t.Errorf("B is glyph %d, want 2", g)
	}
	if g := f.Cmap(3, 0).Lookup(0xf041); g != 1 {
		t.Errorf("code F041 is glyph %d, want 1", g)
	}
	if g := f.Cmap(1, 0).Lookup('A'); g != 0 {
		t.Errorf("a map that is not there led to glyph %d", g)
	}
	if w, ok := f.Width(2); !ok || w != 600 {
		t.Errorf("glyph 2 is %v wide, want 600", w)
	}
	if !f.Empty(0) || f.Empty(1) || f.Has(3) {
		t.Error("glyph 0 must be empty, glyph 1 not, and glyph 3 not there")
	}
}

func TestType1(t *testing.T) {
	f, err := fontfile.ReadType1(fonttest.Type1(fonttest.AB()))
	if err != nil {
		t.Fatal(err)
	}
	if w, ok := f.Width("B"); !ok || w != 600 {
		t.Errorf("B is %v wide (%v), want 600", w, ok)
	}
	if f.Has("C") || !f.Has(".notdef") || f.Encoding[65] != "A" {
		t.Errorf("glyphs %v, encoding %v", f.Names(), f.Encoding)
	}
}

func TestCFF(t *testing.T) {
	f, err := fontfile.ReadCFF(fonttest.CFF(fonttest.AB(), false))
	if err != nil {
		t.Fatal(err)
	}
	names := f.Names()
	sort.Strings(names)
	if got := strings.Join(names, " "); got != ".notdef A B" {
		t.Errorf("names %q", got)
	}
	g, ok := f.GlyphOfName("B")
	if w, _ := f.Width(g); !ok || w != 600 {
		t.Errorf("B is %v wide, want 600", w)
	}
	c, err := fontfile.ReadCFF(fonttest.CFF(fonttest.AB(), true))
	if err != nil {
		t.Fatal(err)
	}
	g, ok = c.GlyphOfCID(66)
	if w, _ := c.Width(g); !ok || !c.CID || w != 600 {
		t.Errorf("CID 66 is %v wide (%v), want 600", w, ok)
	}
	if _, ok := c.GlyphOfCID(2); ok {
		t.Error("CID 2 is not in the program")
	}
}

// Whatever the bytes, reading ends and does not panic, and what was read can be
// asked.
func FuzzRead(f *testing.F) {
	f.Add(fonttest.TrueType(fonttest.AB(), [2]int{3, 1}))
	f.Add(fonttest.Type1(fonttest.AB()))
	f.Add(fonttest.CFF(fonttest.AB(), false))
	f.Add(fonttest.CFF(fonttest.AB(), true))
	f.Fuzz(func(t *testing.T, b []byte) {
		if tt, err := fontfile.ReadTrueType(b); err == nil {
			for i := range tt.Cmaps {
				for code := uint32(0); code < 300; code++ {
					tt.Cmaps[i].Lookup(code)
				}
			}
			for g := -1; g < 20; g++ {
				tt.Width(g)
				tt.Empty(g)
			}
		}
		if t1, err := fontfile.ReadType1(b); err == nil {
			for _, n := range t1.Names() {
				t1.Width(n)
			}
		}
		if c, err := fontfile.ReadCFF(b); err == nil {
			for g := -1; g < 20; g++ {
				c.Width(g)
				c.Name(g)
				c.GlyphOfCID(g)
			}
		}
	})
}
