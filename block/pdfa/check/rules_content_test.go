package check

import (
	"strings"
	"testing"

	"medborgarnavet/block/pdf"
)

// withState draws with a graphics state dictionary.
func withState(gs pdf.Dict) func(d *testDoc) {
	return func(d *testDoc) {
		d.resources["ExtGState"] = pdf.Dict{"G": gs}
		d.content = "/G gs 0 0 1 rg 0 0 9 9 re f"
	}
}

// withImage draws an image with a dictionary.
func withImage(extra pdf.Dict) func(d *testDoc) {
	return func(d *testDoc) {
		d.add = func(b *pdf.Builder, d *testDoc) {
			dict := pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Image"), "Width": 1, "Height": 1,
				"ColorSpace": pdf.Name("DeviceRGB"), "BitsPerComponent": 8}
			for k, v := range extra {
				dict[k] = v
			}
			d.resources["XObject"] = pdf.Dict{"I": b.Add(stream(dict, "abc"))}
		}
		d.content = "/I Do"
	}
}

// withForm draws a form XObject.
func withForm(extra pdf.Dict, content string) func(d *testDoc) {
	return func(d *testDoc) {
		d.add = func(b *pdf.Builder, d *testDoc) {
			dict := pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 9, 9}}
			for k, v := range extra {
				dict[k] = v
			}
			d.resources["XObject"] = pdf.Dict{"X": b.Add(stream(dict, content))}
		}
		d.content = "/X Do"
	}
}

// withSpace fills with a colour space.
func withSpace(make func(b *pdf.Builder) pdf.Object) func(d *testDoc) {
	return func(d *testDoc) {
		d.add = func(b *pdf.Builder, d *testDoc) { d.resources["ColorSpace"] = pdf.Dict{"C": make(b)} }
		d.content = "/C cs 0 0 9 9 re f"
	}
}

func tint(b *pdf.Builder) pdf.Ref {
	return b.Add(stream(pdf.Dict{"FunctionType": 4, "Domain": pdf.Array{0, 1}, "Range": pdf.Array{0, 1, 0, 1, 0, 1}}, "{dup dup}"))
}

func noIntent(d *testDoc) { d.intent, d.icc = nil, nil }

func both(fs ...func(d *testDoc)) func(d *testDoc) {
	return func(d *testDoc) {
		for _, f := range fs {
			f(d)
		}
	}
}

func TestColourRules(t *testing.T) {
	rgb := pdf.Name("DeviceRGB")
	names := func(n int) pdf.Array {
		a := make(pdf.Array, n)
		for i := range a {
			a[i] = pdf.Name("None")
		}
		return a
	}
	runCases(t, []ruleCase{
		{A2b, "6.2.3-1", "scanner profile as intent", func(d *testDoc) { d.icc = iccProfile("scnr", "RGB ", 2) }},
		{A1b, "6.2.2-1", "ICC 4 in part 1", func(d *testDoc) { d.icc = iccProfile("mntr", "RGB ", 4) }},
		{A2b, "", "ICC 4 in part 2", func(d *testDoc) { d.icc = iccProfile("mntr", "RGB ", 4) }},
		{A1b, "6.2.3.2-2", "intent without N", func(d *testDoc) { d.iccN = 0 }},
		{A2b, "6.2.3-2", "two profiles", func(d *testDoc) {
			d.add = func(b *pdf.Builder, d *testDoc) {
				other := b.Add(stream(pdf.Dict{"N": 3}, string(iccProfile("prtr", "RGB ", 2))))
				d.catalog["OutputIntents"] = append(d.catalog["OutputIntents"].(pdf.Array), pdf.Dict{"S": pdf.Name("GTS_PDFX"), "DestOutputProfile": other})
			}
		}},
		{A2b, "6.2.3-3", "external profile", func(d *testDoc) {
			d.add = func(b *pdf.Builder, d *testDoc) {
				d.catalog["OutputIntents"] = append(d.catalog["OutputIntents"].(pdf.Array), pdf.Dict{"S": pdf.Name("GTS_PDFX"), "DestOutputProfileRef": pdf.Dict{}})
			}
		}},
		{A2b, "6.2.4.3-2", "DeviceRGB without intent", noIntent},
		{A1b, "6.2.3.3-1", "DeviceRGB without intent", noIntent},
		{A2b, "6.2.4.3-3", "DeviceCMYK with RGB intent", func(d *testDoc) { d.content = "0 0 0 1 k" }},
		{A2b, "6.2.4.3-4", "DeviceGray by default", both(noIntent, func(d *testDoc) { d.content = "0 0 9 9 re f" })},
		{A2b, "", "DeviceGray with RGB intent", func(d *testDoc) { d.content = "0 0 9 9 re f" }},
		{A2b, "", "default colour space", both(noIntent, func(d *testDoc) {
			d.resources["ColorSpace"] = pdf.Dict{"DefaultRGB": pdf.Array{pdf.Name("CalRGB"), pdf.Dict{"WhitePoint": pdf.Array{1, 1, 1}}}}
		})},
		{A2b, "6.2.4.3-2", "Indexed over DeviceRGB", both(noIntent, withSpace(func(*pdf.Builder) pdf.Object {
			return pdf.Array{pdf.Name("Indexed"), rgb, 0, pdf.String("abc")}
		}))},
		{A2b, "6.2.4.2-1", "ICC of a device link", withSpace(func(b *pdf.Builder) pdf.Object {
			return pdf.Array{pdf.Name("ICCBased"), b.Add(stream(pdf.Dict{"N": 3}, string(iccProfile("link", "RGB ", 2))))}
		})},
		{A1b, "6.2.3.2-2", "ICC with the wrong N", withSpace(func(b *pdf.Builder) pdf.Object {
			return pdf.Array{pdf.Name("ICCBased"), b.Add(stream(pdf.Dict{"N": 4}, string(iccProfile("mntr", "RGB ", 2))))}
		})},
		{A2b, "6.2.4.2-2", "overprint of ICC-based CMYK", both(withSpace(func(b *pdf.Builder) pdf.Object {
			return pdf.Array{pdf.Name("ICCBased"), b.Add(stream(pdf.Dict{"N": 4}, string(iccProfile("prtr", "CMYK", 2))))}
		}), func(d *testDoc) {
			d.resources["ExtGState"] = pdf.Dict{"G": pdf.Dict{"op": true, "OPM": 1}}
			d.content = "/G gs " + d.content
		})},
		{A2b, "6.2.4.4-1", "colorant not described", withSpace(func(b *pdf.Builder) pdf.Object {
			return pdf.Array{pdf.Name("DeviceN"), pdf.Array{pdf.Name("Orange")}, rgb, tint(b), pdf.Dict{"Colorants": pdf.Dict{}}}
		})},
		{A1b, "6.1.12-9", "nine colorants", withSpace(func(b *pdf.Builder) pdf.Object {
			return pdf.Array{pdf.Name("DeviceN"), names(9), rgb, tint(b)}
		})},
		{A2b, "", "nine colorants", withSpace(func(b *pdf.Builder) pdf.Object {
			return pdf.Array{pdf.Name("DeviceN"), names(9), rgb, tint(b)}
		})},
		{A2b, "6.2.4.4-2", "one separation defined twice", func(d *testDoc) {
			d.add = func(b *pdf.Builder, d *testDoc) {
				d.resources["ColorSpace"] = pdf.Dict{
					"A": pdf.Array{pdf.Name("Separation"), pdf.Name("Spot"), rgb, tint(b)},
					"B": pdf.Array{pdf.Name("Separation"), pdf.Name("Spot"), pdf.Name("DeviceGray"), tint(b)},
				}
			}
			d.content = "/A cs 0 0 9 9 re f /B cs 0 0 9 9 re f"
		}},
		{A2b, "6.1.8-1", "colorant name that is not UTF-8", withSpace(func(b *pdf.Builder) pdf.Object {
			return pdf.Array{pdf.Name("Separation"), pdf.Name("\xff\xfe"), rgb, tint(b)}
		})},
	})
}

func TestGraphicsRules(t *testing.T) {
	group := pdf.Dict{"S": pdf.Name("Transparency")}
	runCases(t, []ruleCase{
		{A2b, "6.2.2-1", "unknown operator in BX", func(d *testDoc) { d.content = "BX 1 foo EX" }},
		{A1b, "6.2.10-1", "unknown operator", func(d *testDoc) { d.content = "foo" }},
		{A2b, "6.2.2-2", "resources of a form inherited", both(withForm(nil, "/G gs"), func(d *testDoc) {
			d.resources["ExtGState"] = pdf.Dict{"G": pdf.Dict{}}
		})},
		{A1b, "", "resources of a form inherited", both(withForm(nil, "/G gs"), func(d *testDoc) {
			d.resources["ExtGState"] = pdf.Dict{"G": pdf.Dict{}}
		})},
		{A2b, "6.2.5-1", "TR", withState(pdf.Dict{"TR": pdf.Name("Identity")})},
		{A1b, "6.2.8-2", "TR2", withState(pdf.Dict{"TR2": pdf.Name("Identity")})},
		{A2b, "", "TR2 Default", withState(pdf.Dict{"TR2": pdf.Name("Default")})},
		{A2b, "6.2.5-3", "HTP", withState(pdf.Dict{"HTP": pdf.Array{0, 0}})},
		{A2b, "6.2.5-4", "halftone type 6", withState(pdf.Dict{"HT": pdf.Dict{"HalftoneType": 6}})},
		{A2b, "6.2.5-5", "halftone name", withState(pdf.Dict{"HT": pdf.Dict{"HalftoneType": 1, "HalftoneName": pdf.String("x")}})},
		{A2b, "6.2.5-6", "halftone of an extra colour", withState(pdf.Dict{"HT": pdf.Dict{"HalftoneType": 5, "Spot": pdf.Dict{"HalftoneType": 1}}})},
		{A2b, "6.2.6-1", "rendering intent", func(d *testDoc) { d.content = "/Custom ri" }},
		{A1b, "6.2.9-1", "rendering intent in a state", withState(pdf.Dict{"RI": pdf.Name("Custom")})},
		{A2b, "6.2.8-1", "alternate images", withImage(pdf.Dict{"Alternates": pdf.Array{}})},
		{A2b, "6.2.8-2", "OPI", withImage(pdf.Dict{"OPI": pdf.Dict{}})},
		{A2b, "6.2.8-3", "interpolation", withImage(pdf.Dict{"Interpolate": true})},
		{A2b, "6.2.8-4", "three bits", withImage(pdf.Dict{"BitsPerComponent": 3})},
		{A2b, "6.2.8-3", "interpolation of an inline image", func(d *testDoc) {
			d.content = "BI /W 1 /H 1 /BPC 8 /CS /RGB /I true ID abc EI"
		}},
		{A2b, "6.1.10-1", "LZW in an inline image", func(d *testDoc) {
			d.content = "BI /W 1 /H 1 /BPC 8 /CS /RGB /F [/A85 /LZW] ID abc EI Q"
		}},
		{A2b, "6.2.9-1", "PostScript form", withForm(pdf.Dict{"Subtype2": pdf.Name("PS")}, "")},
		{A2b, "6.2.9-2", "reference form", withForm(pdf.Dict{"Ref": pdf.Dict{}}, "")},
		{A2b, "6.2.9-3", "PostScript object", withForm(pdf.Dict{"Subtype": pdf.Name("PS")}, "")},
		{A2b, "", "PostScript object that is not used", both(withForm(pdf.Dict{"Subtype": pdf.Name("PS")}, ""), func(d *testDoc) { d.content = "" })},
		{A2b, "6.2.10-1", "unknown blend mode", withState(pdf.Dict{"BM": pdf.Name("Sparkle")})},
		{A1b, "6.4-4", "blend mode", withState(pdf.Dict{"BM": pdf.Name("Multiply")})},
		{A1b, "6.4-5", "stroke alpha", withState(pdf.Dict{"CA": 0.5})},
		{A1b, "6.4-6", "fill alpha", withState(pdf.Dict{"ca": 0.5})},
		{A1b, "6.4-1", "soft mask", withState(pdf.Dict{"SMask": pdf.Dict{"S": pdf.Name("Alpha")}})},
		{A1b, "", "soft mask None", withState(pdf.Dict{"SMask": pdf.Name("None")})},
		{A1b, "6.4-3", "transparency group", withForm(pdf.Dict{"Group": group}, "")},
		{A1b, "6.4-3", "transparency group of a page", func(d *testDoc) { d.page["Group"] = group }},
		{A2b, "", "transparency with an intent", withState(pdf.Dict{"ca": 0.5})},
		{A2b, "6.2.10-2", "transparency without blending space", both(noIntent, withState(pdf.Dict{"ca": 0.5}), func(d *testDoc) {
			d.resources["ColorSpace"] = pdf.Dict{"C": pdf.Array{pdf.Name("CalGray"), pdf.Dict{"WhitePoint": pdf.Array{1, 1, 1}}}}
			d.content = "/G gs /C cs 0 0 9 9 re f"
		})},
		{A2b, "", "transparent state that paints nothing", both(noIntent, withState(pdf.Dict{"ca": 0.5}), func(d *testDoc) { d.content = "/G gs" })},
		{A2b, "6.2.4.3-3", "CMYK group with RGB intent", withForm(pdf.Dict{"Group": pdf.Dict{"S": pdf.Name("Transparency"), "CS": pdf.Name("DeviceCMYK")}}, "")},
	})
}

// The same names may be LZW or not, and a JPEG 2000 header may break each of its
// rules.
func TestJPX(t *testing.T) {
	box := func(kind, body string) string {
		n := len(body) + 8
		return string([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) + kind + body
	}
	file := func(channels, bits byte, colr ...string) string {
		body := box("ihdr", "\x00\x00\x00\x01\x00\x00\x00\x01\x00"+string([]byte{channels, bits})+"\x07\x00\x00")
		for _, c := range colr {
			body += box("colr", c)
		}
		return box("jP  ", "\r\n\x87\n") + box("ftyp", "jp2 \x00\x00\x00\x00jp2 ") + box("jp2h", body)
	}
	srgb := "\x01\x00\x01\x00\x00\x00\x10"
	for _, tc := range []struct{ what, data, rule string }{
		{"sound", file(3, 7, srgb), ""},
		{"two channels", file(2, 7, srgb), "6.2.8.3-1"},
		{"two specifications, both best", file(3, 7, srgb, srgb), "6.2.8.3-2"},
		{"method 4", file(3, 7, "\x04\x00\x01"), "6.2.8.3-3"},
		{"CIEJab", file(3, 7, "\x01\x00\x01\x00\x00\x00\x13"), "6.2.8.3-4"},
		{"varied depth", file(3, 255, srgb), "6.2.8.3-5"},
	} {
		d := newDoc(A2b)
		d.add = func(b *pdf.Builder, d *testDoc) {
			d.resources["XObject"] = pdf.Dict{"I": b.Add(stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Image"),
				"Width": 1, "Height": 1, "Filter": pdf.Name("JPXDecode")}, tc.data))}
		}
		d.content = "/I Do"
		res, err := Check(d.bytes(t), A2b, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(rulesOf(res), " "); got != tc.rule {
			t.Errorf("%s: findings %q, want %q", tc.what, got, tc.rule)
		}
	}
}
