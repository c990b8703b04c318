package check

import (
	"testing"

	"medborgarnavet/block/pdf"
)

// withAnnot puts an annotation on the page; nil removes a key.
func withAnnot(extra pdf.Dict) func(d *testDoc) {
	return func(d *testDoc) {
		d.add = func(b *pdf.Builder, d *testDoc) {
			n := b.Add(stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 9, 9}}, ""))
			a := pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Text"), "Rect": pdf.Array{0, 0, 9, 9}, "F": 28, "AP": pdf.Dict{"N": n}}
			for k, v := range extra {
				if v == nil {
					delete(a, k)
				} else {
					a[k] = v
				}
			}
			d.page["Annots"] = pdf.Array{b.Add(a)}
		}
	}
}

func withCatalog(k pdf.Name, v pdf.Object) func(d *testDoc) {
	return func(d *testDoc) { d.catalog[k] = v }
}

func withAction(a pdf.Dict) func(d *testDoc) { return withCatalog("OpenAction", a) }

func TestAnnotationRules(t *testing.T) {
	runCases(t, []ruleCase{
		{A2b, "", "sound annotation", withAnnot(nil)},
		{A1b, "", "sound annotation", withAnnot(nil)},
		{A2b, "6.3.1-1", "Movie", withAnnot(pdf.Dict{"Subtype": pdf.Name("Movie")})},
		{A1b, "6.5.2-1", "FileAttachment", withAnnot(pdf.Dict{"Subtype": pdf.Name("FileAttachment")})},
		{A2b, "6.3.2-1", "no flags", withAnnot(pdf.Dict{"F": nil})},
		{A1b, "6.5.3-2", "no flags", withAnnot(pdf.Dict{"F": nil})},
		{A2b, "6.3.2-2", "hidden", withAnnot(pdf.Dict{"F": 30})},
		{A2b, "6.3.2-2", "not printed", withAnnot(pdf.Dict{"F": 24})},
		{A2b, "6.3.3-1", "no appearance", withAnnot(pdf.Dict{"AP": nil})},
		{A2b, "", "no appearance and no size", withAnnot(pdf.Dict{"AP": nil, "Rect": pdf.Array{1, 1, 1, 1}})},
		{A1b, "6.9-2", "field without appearance", withAnnot(pdf.Dict{"Subtype": pdf.Name("Widget"), "AP": nil})},
		{A2b, "6.3.3-2", "appearance D", withAnnot(pdf.Dict{"AP": pdf.Dict{"D": pdf.Dict{}}})},
		{A2b, "6.3.3-4", "appearance N that is a dictionary", withAnnot(pdf.Dict{"AP": pdf.Dict{"N": pdf.Dict{}}})},
		{A2b, "6.3.3-3", "button with one appearance", withAnnot(pdf.Dict{"Subtype": pdf.Name("Widget"), "FT": pdf.Name("Btn")})},
		{A1b, "6.5.3-1", "transparent annotation", withAnnot(pdf.Dict{"CA": 0.5})},
		{A1b, "6.5.3-3", "colour without an RGB intent", both(func(d *testDoc) { d.icc, d.iccN, d.content = iccProfile("prtr", "CMYK", 2), 4, "" }, withAnnot(pdf.Dict{"C": pdf.Array{1, 0, 0}}))},
		{A2b, "6.4.1-1", "action of a field", withAnnot(pdf.Dict{"Subtype": pdf.Name("Widget"), "A": pdf.Dict{"S": pdf.Name("URI")}})},
		{A1b, "6.6.1-3", "action of a field", withAnnot(pdf.Dict{"Subtype": pdf.Name("Widget"), "A": pdf.Dict{"S": pdf.Name("URI")}})},
		{A1b, "6.6.2-1", "additional actions of a field", withAnnot(pdf.Dict{"Subtype": pdf.Name("Widget"), "AA": pdf.Dict{}})},
		{A2b, "6.4.1-2", "additional actions in the form", withCatalog("AcroForm", pdf.Dict{"Fields": pdf.Array{pdf.Dict{"AA": pdf.Dict{}}}})},
		{A2b, "6.4.1-3", "NeedAppearances", withCatalog("AcroForm", pdf.Dict{"NeedAppearances": true})},
		{A1b, "6.9-1", "NeedAppearances", withCatalog("AcroForm", pdf.Dict{"NeedAppearances": true})},
		{A2b, "6.4.2-1", "XFA", withCatalog("AcroForm", pdf.Dict{"XFA": pdf.Array{}})},
		{A2b, "6.4.2-2", "NeedsRendering", withCatalog("NeedsRendering", true)},
	})
}

func TestActionRules(t *testing.T) {
	name := func(s string) pdf.Dict { return pdf.Dict{"S": pdf.Name(s)} }
	runCases(t, []ruleCase{
		{A2b, "6.5.1-1", "JavaScript", withAction(name("JavaScript"))},
		{A1b, "6.6.1-1", "Launch", withAction(name("Launch"))},
		{A2b, "", "GoToE", withAction(name("GoToE"))},
		{A1b, "6.6.1-1", "GoToE", withAction(name("GoToE"))},
		{A2b, "6.5.1-1", "JavaScript as the next action", withAction(pdf.Dict{"S": pdf.Name("URI"), "Next": pdf.Array{name("JavaScript")}})},
		{A2b, "6.5.1-2", "named action Print", withAction(pdf.Dict{"S": pdf.Name("Named"), "N": pdf.Name("Print")})},
		{A2b, "", "named action NextPage", withAction(pdf.Dict{"S": pdf.Name("Named"), "N": pdf.Name("NextPage")})},
		{A2b, "6.5.2-1", "actions of the document", withCatalog("AA", pdf.Dict{})},
		{A2b, "6.5.2-2", "actions of a page", func(d *testDoc) { d.page["AA"] = pdf.Dict{} }},
		{A2b, "6.5.1-1", "JavaScript of a bookmark", func(d *testDoc) {
			d.add = func(b *pdf.Builder, d *testDoc) {
				d.catalog["Outlines"] = pdf.Dict{"First": b.Add(pdf.Dict{"A": name("JavaScript")})}
			}
		}},
		{A2b, "6.5.1-1", "JavaScript by name", withCatalog("Names", pdf.Dict{"JavaScript": pdf.Dict{"Names": pdf.Array{pdf.String("a"), name("JavaScript")}}})},
		{A2b, "6.10-1", "alternate presentations", withCatalog("Names", pdf.Dict{"AlternatePresentations": pdf.Dict{}})},
		{A2b, "6.10-2", "presentation steps", func(d *testDoc) { d.page["PresSteps"] = pdf.Dict{} }},
		{A2b, "6.11-1", "requirements", withCatalog("Requirements", pdf.Array{})},
	})
}

func withLayers(config pdf.Dict) func(d *testDoc) {
	return func(d *testDoc) {
		d.add = func(b *pdf.Builder, d *testDoc) {
			g := b.Add(pdf.Dict{"Type": pdf.Name("OCG"), "Name": pdf.String("one")})
			if config["Order"] != nil {
				config["Order"] = pdf.Array{pdf.Array{g}}
			}
			h := b.Add(pdf.Dict{"Type": pdf.Name("OCG"), "Name": pdf.String("two")})
			groups := pdf.Array{g}
			if config["Missing"] != nil {
				groups = append(groups, h)
			}
			d.catalog["OCProperties"] = pdf.Dict{"OCGs": groups, "D": config, "Configs": pdf.Array{pdf.Dict{"Name": pdf.String("other")}}}
		}
	}
}

func TestLayerRules(t *testing.T) {
	runCases(t, []ruleCase{
		{A2b, "", "sound", withLayers(pdf.Dict{"Name": pdf.String("a"), "Order": true})},
		{A2b, "6.9-1", "no name", withLayers(pdf.Dict{})},
		{A2b, "6.9-2", "two of one name", withLayers(pdf.Dict{"Name": pdf.String("other")})},
		{A2b, "6.9-3", "group not in the order", withLayers(pdf.Dict{"Name": pdf.String("a"), "Order": true, "Missing": true})},
		{A2b, "6.9-4", "AS", withLayers(pdf.Dict{"Name": pdf.String("a"), "AS": pdf.Array{}})},
	})
}

// withFile embeds a file.
func withFile(data string, sub string, spec pdf.Dict, associate bool) func(d *testDoc) {
	return func(d *testDoc) {
		d.add = func(b *pdf.Builder, d *testDoc) {
			dict := pdf.Dict{"Type": pdf.Name("EmbeddedFile")}
			if sub != "" {
				dict["Subtype"] = pdf.Name(sub)
			}
			s := pdf.Dict{"Type": pdf.Name("Filespec"), "F": pdf.String("a"), "UF": pdf.String("a"),
				"AFRelationship": pdf.Name("Data"), "EF": pdf.Dict{"F": b.Add(stream(dict, data))}}
			for k, v := range spec {
				if v == nil {
					delete(s, k)
				} else {
					s[k] = v
				}
			}
			ref := b.Add(s)
			if associate {
				d.catalog["AF"] = pdf.Array{ref}
			}
		}
	}
}

func TestEmbeddedRules(t *testing.T) {
	inner := string(newDoc(A1b).bytes(t))
	runCases(t, []ruleCase{
		{A1b, "6.1.11-1", "embedded file", withFile(inner, "application/pdf", nil, true)},
		{A1b, "6.1.11-2", "list of embedded files", withCatalog("Names", pdf.Dict{"EmbeddedFiles": pdf.Dict{}})},
		{A2b, "", "embedded PDF/A", withFile(inner, "application/pdf", nil, false)},
		{A2b, "6.8-5", "embedded text", withFile("text", "text/plain", nil, true)},
		{A2b, "6.8-2", "no UF", withFile(inner, "", pdf.Dict{"UF": nil}, false)},
		{A3b, "", "associated text", withFile("text", "text/plain", nil, true)},
		{A3b, "6.8-1", "no MIME type", withFile("text", "", nil, true)},
		{A3b, "6.8-3", "no relationship", withFile("text", "text/plain", pdf.Dict{"AFRelationship": nil}, true)},
		{A3b, "6.8-4", "not associated", withFile("text", "text/plain", nil, false)},
	})
}

func TestTaggingRules(t *testing.T) {
	element := func(e pdf.Dict, roles pdf.Dict) func(d *testDoc) {
		return func(d *testDoc) {
			d.add = func(b *pdf.Builder, d *testDoc) {
				d.catalog["StructTreeRoot"] = b.Add(pdf.Dict{"Type": pdf.Name("StructTreeRoot"), "K": b.Add(e), "RoleMap": roles})
			}
		}
	}
	runCases(t, []ruleCase{
		{A2a, "6.7.2.2-1", "not marked", withCatalog("MarkInfo", pdf.Dict{"Marked": false})},
		{A1a, "6.8.2.2-1", "no MarkInfo", withCatalog("MarkInfo", nil)},
		{A2a, "6.7.3.3-1", "no structure tree", withCatalog("StructTreeRoot", nil)},
		{A2a, "6.7.4-1", "language with a blank", withCatalog("Lang", pdf.String("sv SE"))},
		{A1a, "6.8.4-1", "language with digits", withCatalog("Lang", pdf.String("sv-419"))},
		{A2a, "", "language with digits", withCatalog("Lang", pdf.String("es-419"))},
		{A2a, "", "standard type", element(pdf.Dict{"S": pdf.Name("P")}, nil)},
		{A2a, "6.7.3.4-1", "unknown type", element(pdf.Dict{"S": pdf.Name("Para")}, nil)},
		{A2a, "", "mapped type", element(pdf.Dict{"S": pdf.Name("Para")}, pdf.Dict{"Para": pdf.Name("P")})},
		{A2a, "6.7.3.4-2", "circle", element(pdf.Dict{"S": pdf.Name("P")}, pdf.Dict{"X": pdf.Name("Y"), "Y": pdf.Name("X")})},
		{A2a, "6.7.3.4-3", "standard type mapped", element(pdf.Dict{"S": pdf.Name("P")}, pdf.Dict{"P": pdf.Name("Span")})},
		{A2b, "", "level B asks for no tags", withCatalog("MarkInfo", pdf.Dict{"Marked": false})},
	})
}
