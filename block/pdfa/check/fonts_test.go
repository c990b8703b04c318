package check

import (
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdfa/check/fontfile/fonttest"
)

// fontDoc shows text with a font; each part can be changed by a test.
type fontDoc struct {
	program   []byte
	key, kind pdf.Name // FontFile2 …, and the stream's Subtype
	font      pdf.Dict
	desc      pdf.Dict
	show      string
	add       func(b *pdf.Builder, f *fontDoc)
	wrap      func(b *pdf.Builder, font pdf.Ref, f *fontDoc) pdf.Dict // the Type 0 font around a CIDFont
}

func trueTypeDoc() *fontDoc {
	return &fontDoc{
		program: fonttest.TrueType(fonttest.AB(), [2]int{3, 1}), key: "FontFile2",
		font: pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("TrueType"), "BaseFont": pdf.Name("Test"),
			"FirstChar": 65, "LastChar": 66, "Widths": pdf.Array{500, 600}, "Encoding": pdf.Name("WinAnsiEncoding")},
		desc: pdf.Dict{"Type": pdf.Name("FontDescriptor"), "FontName": pdf.Name("Test"), "Flags": 32},
		show: "(AB)",
	}
}

func type1Doc() *fontDoc {
	f := trueTypeDoc()
	f.program, f.key = fonttest.Type1(fonttest.AB()), "FontFile"
	f.font["Subtype"] = pdf.Name("Type1")
	return f
}

func cffDoc() *fontDoc {
	f := type1Doc()
	f.program, f.key, f.kind = fonttest.CFF(fonttest.AB(), false), "FontFile3", "Type1C"
	return f
}

// cidDoc is a Type 0 font over a TrueType program.
func cidDoc() *fontDoc {
	f := trueTypeDoc()
	f.font = pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("CIDFontType2"), "BaseFont": pdf.Name("ABCDEF+Test"),
		"CIDSystemInfo": pdf.Dict{"Registry": pdf.String("Adobe"), "Ordering": pdf.String("Identity"), "Supplement": 0},
		"CIDToGIDMap":   pdf.Name("Identity"), "DW": 500, "W": pdf.Array{2, pdf.Array{600}}}
	f.desc["Flags"] = 4
	f.show = "<00010002>"
	f.wrap = func(b *pdf.Builder, font pdf.Ref, f *fontDoc) pdf.Dict {
		return pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type0"), "BaseFont": pdf.Name("ABCDEF+Test"),
			"Encoding": pdf.Name("Identity-H"), "DescendantFonts": pdf.Array{font}}
	}
	return f
}

// cidCFFDoc is a Type 0 font over a CID-keyed CFF program.
func cidCFFDoc() *fontDoc {
	f := cidDoc()
	f.program, f.key, f.kind = fonttest.CFF(fonttest.AB(), true), "FontFile3", "CIDFontType0C"
	f.font["Subtype"] = pdf.Name("CIDFontType0")
	delete(f.font, "CIDToGIDMap")
	f.font["W"] = pdf.Array{66, 66, 600}
	f.show = "<00410042>"
	return f
}

func (f *fontDoc) into(d *testDoc) {
	d.add = func(b *pdf.Builder, d *testDoc) {
		if f.add != nil {
			f.add(b, f)
		}
		if f.program != nil {
			dict := pdf.Dict{"Length1": len(f.program)}
			if f.kind != "" {
				dict["Subtype"] = f.kind
			}
			f.desc[f.key] = b.Add(stream(dict, string(f.program)))
		}
		f.font["FontDescriptor"] = b.Add(f.desc)
		ref := b.Add(f.font)
		if f.wrap != nil {
			ref = b.Add(f.wrap(b, ref, f))
		}
		d.resources["Font"] = pdf.Dict{"F": ref}
	}
	d.content = "BT /F 9 Tf " + f.show + " Tj ET"
}

// font makes a case of a font document and what breaks it.
func font(make func() *fontDoc, change func(f *fontDoc)) func(d *testDoc) {
	return func(d *testDoc) {
		f := make()
		change(f)
		f.into(d)
	}
}

func TestSimpleFontRules(t *testing.T) {
	none := func(*fontDoc) {}
	runCases(t, []ruleCase{
		{A2b, "", "TrueType", font(trueTypeDoc, none)},
		{A1b, "", "TrueType", font(trueTypeDoc, none)},
		{A2b, "", "Type 1", font(type1Doc, none)},
		{A2b, "", "CFF", font(cffDoc, none)},
		{A2b, "6.2.11.2-1", "no Type", font(trueTypeDoc, func(f *fontDoc) { delete(f.font, "Type") })},
		{A2b, "6.2.11.2-3", "no BaseFont", font(trueTypeDoc, func(f *fontDoc) { delete(f.font, "BaseFont") })},
		{A1b, "6.3.2-6", "Widths too short", font(trueTypeDoc, func(f *fontDoc) { f.font["Widths"] = pdf.Array{500}; f.show = "(A)" })},
		{A2b, "6.2.11.2-7", "CFF under FontFile2", font(cffDoc, func(f *fontDoc) { f.key = "FontFile2" })},
		{A2b, "6.2.11.4.1-1", "not embedded", font(trueTypeDoc, func(f *fontDoc) { f.program = nil })},
		{A2b, "", "not embedded and invisible", font(trueTypeDoc, func(f *fontDoc) { f.program = nil; f.show = "3 Tr (AB)" })},
		{A1b, "6.3.4-1", "standard font not embedded", func(d *testDoc) {
			d.resources["Font"] = pdf.Dict{"F": pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type1"), "BaseFont": pdf.Name("Helvetica")}}
			d.content = "BT /F 9 Tf (A) Tj ET"
		}},
		{A1b, "6.3.5-1", "glyph missing", font(trueTypeDoc, func(f *fontDoc) { f.show = "(AC)" })},
		{A2b, "6.2.11.4.1-2", "glyph missing in Type 1", font(type1Doc, func(f *fontDoc) { f.show = "(AC)" })},
		{A2b, "6.2.11.8-1", ".notdef", font(type1Doc, func(f *fontDoc) {
			f.font["Encoding"] = pdf.Dict{"Differences": pdf.Array{65, pdf.Name(".notdef")}}
			f.font["Widths"] = pdf.Array{250, 600}
		})},
		{A2b, "6.2.11.5-1", "width of a TrueType glyph", font(trueTypeDoc, func(f *fontDoc) { f.font["Widths"] = pdf.Array{500, 602} })},
		{A2b, "", "width within a thousandth", font(trueTypeDoc, func(f *fontDoc) { f.font["Widths"] = pdf.Array{500, 601} })},
		{A1b, "6.3.6-1", "width of a Type 1 glyph", font(type1Doc, func(f *fontDoc) { f.font["Widths"] = pdf.Array{510, 600} })},
		{A2b, "6.2.11.5-1", "width of a CFF glyph", font(cffDoc, func(f *fontDoc) { f.font["Widths"] = pdf.Array{510, 600} })},
		{A1b, "6.3.5-2", "subset without CharSet", font(type1Doc, func(f *fontDoc) { f.font["BaseFont"] = pdf.Name("ABCDEF+Test") })},
		{A2b, "6.2.11.4.2-1", "CharSet without a glyph", font(cffDoc, func(f *fontDoc) {
			f.font["BaseFont"] = pdf.Name("ABCDEF+Test")
			f.desc["CharSet"] = pdf.String("/A")
		})},
		{A2b, "6.2.11.6-1", "no usable map", font(trueTypeDoc, func(f *fontDoc) { f.program = fonttest.TrueType(fonttest.AB(), [2]int{3, 0}) })},
		{A2b, "6.2.11.6-2", "no encoding", font(trueTypeDoc, func(f *fontDoc) { delete(f.font, "Encoding") })},
		{A2b, "6.2.11.6-2", "name not in the list", font(trueTypeDoc, func(f *fontDoc) {
			f.font["Encoding"] = pdf.Dict{"BaseEncoding": pdf.Name("WinAnsiEncoding"), "Differences": pdf.Array{70, pdf.Name("foo1")}}
		})},
		{A2b, "", "Differences of known names", font(trueTypeDoc, func(f *fontDoc) {
			f.font["Encoding"] = pdf.Dict{"BaseEncoding": pdf.Name("WinAnsiEncoding"), "Differences": pdf.Array{70, pdf.Name("Eng")}}
		})},
		{A1b, "6.3.7-1", "Differences in part 1", font(trueTypeDoc, func(f *fontDoc) {
			f.font["Encoding"] = pdf.Dict{"BaseEncoding": pdf.Name("WinAnsiEncoding"), "Differences": pdf.Array{70, pdf.Name("Eng")}}
		})},
		{A2b, "6.2.11.6-3", "symbolic with encoding", font(trueTypeDoc, func(f *fontDoc) { f.desc["Flags"] = 4 })},
		{A2b, "6.2.11.6-4", "symbolic with two maps", font(trueTypeDoc, func(f *fontDoc) {
			f.desc["Flags"] = 4
			delete(f.font, "Encoding")
			f.program = fonttest.TrueType(fonttest.AB(), [2]int{1, 0}, [2]int{3, 1})
		})},
		{A1b, "6.3.7-3", "symbolic with two maps", font(trueTypeDoc, func(f *fontDoc) {
			f.desc["Flags"] = 4
			delete(f.font, "Encoding")
			f.program = fonttest.TrueType(fonttest.AB(), [2]int{1, 0}, [2]int{3, 0})
		})},
		{A2u, "6.2.11.7.2-1", "no way to Unicode", font(trueTypeDoc, func(f *fontDoc) {
			f.desc["Flags"] = 4
			delete(f.font, "Encoding")
			f.program = fonttest.TrueType(fonttest.AB(), [2]int{3, 0})
		})},
		{A2u, "", "Unicode by the encoding", font(trueTypeDoc, none)},
	})
}

func TestType3Rules(t *testing.T) {
	type3 := func(proc string) func(d *testDoc) {
		return func(d *testDoc) {
			d.add = func(b *pdf.Builder, d *testDoc) {
				d.resources["Font"] = pdf.Dict{"F": b.Add(pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type3"), "FontBBox": pdf.Array{0, 0, 9, 9},
					"FontMatrix": pdf.Array{0.001, 0, 0, 0.001, 0, 0}, "FirstChar": 65, "LastChar": 65, "Widths": pdf.Array{500}, "Resources": pdf.Dict{},
					"Encoding": pdf.Dict{"Differences": pdf.Array{65, pdf.Name("a")}}, "CharProcs": pdf.Dict{"a": b.Add(stream(nil, proc))}})}
			}
			d.content = "BT /F 9 Tf (A) Tj ET"
		}
	}
	runCases(t, []ruleCase{
		{A2b, "", "sound", type3("500 0 d0 0 0 1 rg 0 0 9 9 re f")},
		{A1b, "6.3.6-1", "another width", type3("400 0 d0")},
		{A2b, "6.2.4.3-3", "CMYK in a glyph", type3("500 0 d0 0 0 0 1 k")},
		{A2b, "", "colour ignored after d1", type3("500 0 0 0 9 9 d1 0 0 0 1 k")},
	})
}

func TestCompositeFontRules(t *testing.T) {
	none := func(*fontDoc) {}
	encoding := func(cmap string, dict pdf.Dict) func(f *fontDoc) {
		return func(f *fontDoc) {
			wrap := f.wrap
			f.wrap = func(b *pdf.Builder, font pdf.Ref, f *fontDoc) pdf.Dict {
				d := wrap(b, font, f)
				all := pdf.Dict{"Type": pdf.Name("CMap"), "CMapName": pdf.Name("Own"), "CIDSystemInfo": f.font["CIDSystemInfo"]}
				for k, v := range dict {
					all[k] = v
				}
				d["Encoding"] = b.Add(stream(all, cmap))
				return d
			}
		}
	}
	named := func(name string) func(f *fontDoc) {
		return func(f *fontDoc) {
			wrap := f.wrap
			f.wrap = func(b *pdf.Builder, font pdf.Ref, f *fontDoc) pdf.Dict {
				d := wrap(b, font, f)
				d["Encoding"] = pdf.Name(name)
				return d
			}
		}
	}
	own := "1 begincodespacerange <0000> <ffff> endcodespacerange 1 begincidrange <0000> <00ff> 0 endcidrange"
	runCases(t, []ruleCase{
		{A2b, "", "TrueType", font(cidDoc, none)},
		{A2b, "", "CFF", font(cidCFFDoc, none)},
		{A2b, "", "own CMap", font(cidDoc, encoding(own, nil))},
		{A2b, "6.2.11.3.1-1", "another collection", font(cidDoc, encoding(own, pdf.Dict{"CIDSystemInfo": pdf.Dict{"Registry": pdf.String("Own"), "Ordering": pdf.String("Identity")}}))},
		{A2b, "6.2.11.3.1-1", "collection of a predefined CMap", font(cidDoc, named("UniJIS-UTF16-H"))},
		{A2b, "6.2.11.3.2-1", "no CIDToGIDMap", font(cidDoc, func(f *fontDoc) { delete(f.font, "CIDToGIDMap") })},
		{A2b, "6.2.11.3.3-1", "unknown CMap", font(cidDoc, named("Own-H"))},
		{A2b, "6.2.11.3.3-2", "WMode", font(cidDoc, encoding(own+" /WMode 1 def", nil))},
		{A2b, "6.2.11.3.3-3", "builds on another CMap", font(cidDoc, encoding("/Other usecmap "+own, nil))},
		{A2b, "6.1.13-10", "large CID", font(cidDoc, encoding(own+" 1 begincidchar <0100> 65536 endcidchar", nil))},
		{A2b, "6.2.11.4.1-1", "not embedded", font(cidDoc, func(f *fontDoc) { f.program = nil })},
		{A2b, "6.2.11.4.1-2", "glyph missing", font(cidDoc, func(f *fontDoc) { f.show = "<0009>" })},
		{A2b, "6.2.11.5-1", "width", font(cidCFFDoc, func(f *fontDoc) { f.font["W"] = pdf.Array{66, 66, 700} })},
		{A2b, "6.2.11.4.2-2", "CIDSet without a glyph", font(cidDoc, func(f *fontDoc) {
			f.add = func(b *pdf.Builder, f *fontDoc) { f.desc["CIDSet"] = b.Add(stream(nil, "\xc0")) }
		})},
		{A2b, "", "CIDSet", font(cidDoc, func(f *fontDoc) {
			f.add = func(b *pdf.Builder, f *fontDoc) { f.desc["CIDSet"] = b.Add(stream(nil, "\xe0")) }
		})},
		{A1b, "6.3.5-3", "subset without CIDSet", font(cidDoc, none)},
		{A2u, "6.2.11.7.2-1", "no ToUnicode", font(cidDoc, none)},
	})
}

// A character of the private use area needs replacement text in level A.
func TestPrivateUse(t *testing.T) {
	doc := func(content string) func(d *testDoc) {
		return func(d *testDoc) {
			f := cidDoc()
			wrap := f.wrap
			f.wrap = func(b *pdf.Builder, font pdf.Ref, f *fontDoc) pdf.Dict {
				w := wrap(b, font, f)
				w["ToUnicode"] = b.Add(stream(nil, "2 beginbfchar <0001> <E000> <0002> <0042> endbfchar"))
				return w
			}
			f.into(d)
			d.content = content
		}
	}
	runCases(t, []ruleCase{
		{A2a, "6.2.11.7.3-1", "no text", doc("BT /F 9 Tf <0001> Tj ET")},
		{A2a, "", "another character", doc("BT /F 9 Tf <0002> Tj ET")},
		{A2a, "", "text around it", doc("/Span <</ActualText (x)>> BDC BT /F 9 Tf <0001> Tj ET EMC")},
	})
}
