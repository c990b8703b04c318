package diff_test

import (
	"maps"

	"medborgarnavet/block/pdf"
)

func formAttacks() []attack {
	type edit = func(x *fixture, u *pdf.Update, d *pdf.Document)
	field := func(r func(x *fixture) pdf.Ref, pairs ...any) edit {
		return func(x *fixture, u *pdf.Update, d *pdf.Document) { setKeys(u, d, r(x), pairs...) }
	}
	text := func(x *fixture) pdf.Ref { return x.text }
	check := func(x *fixture) pdf.Ref { return x.check }
	form := func(k string, v pdf.Object) edit { return field(func(x *fixture) pdf.Ref { return x.acroForm }, k, v) }
	fill := func(value string, ap func(x *fixture, u *pdf.Update) *pdf.Stream) edit {
		return func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.text, "V", pdf.String(value), "AP", pdf.Dict{"N": u.Add(ap(x, u))})
		}
	}
	return []attack{
		{"field shows another text", "field-shows-other-text", "", fill("100", func(x *fixture, _ *pdf.Update) *pdf.Stream { return look("900", x.font) })},
		{"look changed, value not", "field-shows-other-text", "", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.text, "AP", pdf.Dict{"N": u.Add(look("Avslag", x.font))})
		}},
		{"look changed in place, value not", "field-shows-other-text", "", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			u.Set(x.textLook, look("Avslag", x.font))
		}},
		{"value changed, look not", "field-shows-other-text", "", field(text, "V", pdf.String("900"))},
		{"field's rich text is another", "field-shows-other-text", "", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.text, "V", pdf.String("100"), "RV", pdf.String("<body><p>900</p></body>"), "AP", pdf.Dict{"N": u.Add(look("100", x.font))})
		}},
		{"field shown upside down", "field-shows-other-text", "", fill("68", func(x *fixture, _ *pdf.Update) *pdf.Stream {
			s := look("68", x.font)
			s.Dict["Matrix"] = pdf.Array{-1, 0, 0, -1, 200, 20}
			return s
		})},
		{"field draws an image", "field-shows-other-content", "", fill("100", func(x *fixture, _ *pdf.Update) *pdf.Stream {
			s := look("100", x.font)
			s.Dict["Resources"] = pdf.Dict{"Font": pdf.Dict{"Helv": x.font}, "XObject": pdf.Dict{"Im": x.image}}
			s.Raw = append(s.Raw, " q 90 0 0 90 0 0 cm /Im Do Q"...)
			return s
		})},
		{"field draws with a new font", "field-shows-other-content", "", fill("100", func(x *fixture, u *pdf.Update) *pdf.Stream {
			s := look("100", x.font)
			s.Dict["Resources"] = pdf.Dict{"Font": pdf.Dict{"Helv": u.Add(pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type1"),
				"BaseFont": pdf.Name("Evil"), "FontDescriptor": u.Add(pdf.Dict{"FontFile": u.Add(stream(nil, "font"))})})}}
			return s
		})},
		{"field draws with letters swapped", "field-shows-other-text", "", fill("100", func(x *fixture, u *pdf.Update) *pdf.Stream {
			s := look("100", x.font)
			s.Dict["Resources"] = pdf.Dict{"Font": pdf.Dict{"Helv": u.Add(pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type1"),
				"BaseFont": pdf.Name("Helvetica"), "Encoding": pdf.Dict{"Differences": pdf.Array{49, pdf.Name("nine")}}})}}
			return s
		})},
		{"box shows another choice", "field-shows-other-state", "", field(check, "V", pdf.Name("Off"), "AS", pdf.Name("Ja"))},
		{"box drawn anew", "field-appearance", "/AP", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			n := maps.Clone(d.Dict(d.Dict(d.Dict(x.check)["AP"])["N"]))
			n["Off"] = n["Ja"]
			setKeys(u, d, x.check, "AP", pdf.Dict{"N": n})
		}},
		{"field moved", "field-changed", "/Rect", field(text, "Rect", pdf.Array{72, 690, 272, 720})},
		{"field's length changed", "field-changed", "/MaxLen", field(text, "MaxLen", 400)},
		{"field's type changed", "field-changed", "/FT", field(text, "FT", pdf.Name("Sig"))},
		{"field's name changed", "field-changed", "/T", field(text, "T", pdf.String("belopp"))},
		{"field's flags changed", "field-changed", "/Ff", field(text, "Ff", 1<<12)},
		{"field hidden", "field-changed", "/F", field(text, "F", 2)},
		{"field's action added", "action", "/AA", field(text, "AA", pdf.Dict{"K": pdf.Dict{"S": pdf.Name("JavaScript"), "JS": pdf.String("1")}})},
		{"field's default look changed", "field-changed", "/DA", field(text, "DA", pdf.String("/Helv 0 Tf 1 g"))},
		{"field's options changed", "field-changed", "/Opt", field(func(x *fixture) pdf.Ref { return x.combo }, "Opt", pdf.Array{pdf.String("x")})},
		{"field removed", "field-removed", "/Fields", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			u.Set(x.fieldList, d.Array(x.fieldList)[1:])
		}},
		{"field's object made a string", "field-removed", "/Fields", func(x *fixture, u *pdf.Update, d *pdf.Document) { u.Set(x.text, pdf.String("x")) }},
		{"text field added", "field-added", "/Fields", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			r := u.Add(pdf.Dict{"FT": pdf.Name("Tx"), "T": pdf.String("nytt"), "Subtype": pdf.Name("Widget"), "Rect": pdf.Array{0, 0, 9, 9}})
			addField(u, d, r)
		}},
		{"old object becomes a field", "field-added", "/Fields", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			addField(u, d, x.link)
		}},
		{"field gets kids", "field-kids", "/Kids", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			k := u.Add(pdf.Dict{"Subtype": pdf.Name("Widget"), "Parent": x.radio, "Rect": pdf.Array{0, 0, 9, 9}})
			setKeys(u, d, x.radio, "Kids", pdf.Array{x.radioA, k})
		}},
		{"form's typeface replaced", "form-defaults", "/DR/Font/Helv", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.acroForm, "DR", pdf.Dict{"Font": pdf.Dict{"Helv": u.Add(pdf.Dict{"Subtype": pdf.Name("Type3")})}})
		}},
		{"form's default look changed", "form-defaults", "/DA", form("DA", pdf.String("/Helv 12 Tf 1 g"))},
		{"form to be drawn anew", "need-appearances", "/NeedAppearances", form("NeedAppearances", true)},
		{"dynamic form added", "form", "/XFA", form("XFA", pdf.String("<xdp/>"))},
		{"order of calculation added", "form", "/CO", form("CO", pdf.Array{})},
		{"signature flags taken away", "form", "/SigFlags", form("SigFlags", 0)},
		{"form taken away", "form", "/AcroForm", func(x *fixture, u *pdf.Update, d *pdf.Document) { setKeys(u, d, x.catalog, "AcroForm", nil) }},
		{"form replaced by another", "field-removed", "/AcroForm", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.catalog, "AcroForm", u.Add(pdf.Dict{"Fields": pdf.Array{x.text}, "SigFlags": 3}))
		}},
	}
}

// first finds the field and value of the signature that was there before.
func first(x *fixture, d *pdf.Document) (field, value pdf.Ref) {
	fields := d.Array(x.fieldList)
	field = fields[6].(pdf.Ref) // after the six that the document came with
	return field, d.Dict(field)["V"].(pdf.Ref)
}

func signatureAttacks() []attack {
	type edit = func(x *fixture, u *pdf.Update, d *pdf.Document)
	onFirst := func(pairs ...any) edit {
		return func(x *fixture, u *pdf.Update, d *pdf.Document) {
			f, _ := first(x, d)
			setKeys(u, d, f, pairs...)
		}
	}
	onValue := func(pairs ...any) edit {
		return func(x *fixture, u *pdf.Update, d *pdf.Document) {
			_, v := first(x, d)
			setKeys(u, d, v, pairs...)
		}
	}
	sign := func(rect pdf.Array, more ...any) edit {
		return func(x *fixture, u *pdf.Update, d *pdf.Document) {
			newSignature(u, d, "S2", x.page1, rect, value("Sig"), more...)
		}
	}
	return []attack{
		{"reason changed", "signature-value-changed", "/V", onValue("Reason", pdf.String("Avslaget"))},
		{"name changed", "signature-value-changed", "/V", onValue("Name", pdf.String("Bo Ek"))},
		{"byte range changed", "signature-value-changed", "/V", onValue("ByteRange", pdf.Array{0, 1, 2, 3})},
		{"value replaced", "signature-value-changed", "/V", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			f, _ := first(x, d)
			setKeys(u, d, f, "V", u.Add(value("Sig")))
		}},
		{"signature taken away", "signature-value-changed", "/V", onFirst("V", nil)},
		{"look replaced", "signature-appearance-changed", "/AP", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			f, _ := first(x, d)
			setKeys(u, d, f, "AP", pdf.Dict{"N": stampLook(u, "Avslaget")})
		}},
		{"look replaced in place", "signature-appearance-changed", "/AP", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			f, _ := first(x, d)
			n := d.Dict(d.Dict(f)["AP"])["N"].(pdf.Ref)
			u.Set(n, &pdf.Stream{Dict: d.Stream(n).Dict, Raw: []byte("0 0 200 50 re f")})
		}},
		{"signature moved", "signature-moved", "/Rect", onFirst("Rect", pdf.Array{72, 690, 272, 720})},
		{"signature renamed", "signature-moved", "/T", onFirst("T", pdf.String("Annan"))},
		{"signature hidden", "signature-moved", "/F", onFirst("F", 2)},
		{"signature's action", "action", "/A", onFirst("A", pdf.Dict{"S": pdf.Name("URI"), "URI": pdf.String("http://x")})},
		{"prepared field shows something though unsigned", "signature-appearance-changed", "/AP", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.empty, "AP", pdf.Dict{"N": stampLook(u, "Godkand")})
		}},
		{"prepared field moved when signed", "signature-moved", "/Rect", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.empty, "V", u.Add(value("Sig")), "Rect", pdf.Array{72, 690, 272, 720})
		}},
		{"two fields share a signature", "signature-value-shared", "", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			_, v := first(x, d)
			newSignature(u, d, "S2", x.page1, nil, nil, "V", v)
		}},
		{"name taken", "field-name-taken", "/Fields", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			newSignature(u, d, "Signatur1", x.page1, nil, value("Sig"))
		}},
		{"signature over the whole page", "signature-covers-page", "", sign(pdf.Array{0, 0, 595, 842})},
		{"signature over an amount", "signature-hides-text", "", sign(pdf.Array{110, 695, 180, 712})},
		{"signature in two places", "signature-in-several-places", "", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			r := newSignature(u, d, "S2", x.page1, pdf.Array{300, 300, 400, 350}, value("Sig"))
			addAnnot(u, d, x.page2, r)
		}},
		{"signature with an action", "signature-field-malformed", "", sign(nil, "AA", pdf.Dict{"U": pdf.Dict{"S": pdf.Name("JavaScript"), "JS": pdf.String("1")}})},
		{"signature on a layer", "signature-field-malformed", "", sign(nil, "OC", pdf.Dict{"Type": pdf.Name("OCG")})},
		{"signature without a value's parts", "signature-field-malformed", "", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			newSignature(u, d, "S2", x.page1, nil, pdf.Dict{"Type": pdf.Name("Sig")})
		}},
		{"signature's look on a layer", "signature-uses-layers", "", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			l := u.Add(stream(pdf.Dict{"Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 9, 9}, "OC": x.ocg}, "0 0 9 9 re f"))
			newSignature(u, d, "S2", x.page1, pdf.Array{300, 300, 320, 320}, value("Sig"), "AP", pdf.Dict{"N": l})
		}},
		{"signature's look fetched from elsewhere", "signature-uses-layers", "", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			l := u.Add(stream(pdf.Dict{"Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 9, 9}, "F": pdf.String("x.bin")}, ""))
			newSignature(u, d, "S2", x.page1, pdf.Array{300, 300, 320, 320}, value("Sig"), "AP", pdf.Dict{"N": l})
		}},
	}
}
