package diff_test

import (
	"strings"
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

type attack struct {
	name, code, path string
	do               func(x *fixture, u *pdf.Update, d *pdf.Document)
}

// Issue 3, part 2; signing.md §5 "must be detected": every manipulation is an
// undefined change with the right reason and place.
func TestManipulated(t *testing.T) {
	all := append(append(append(pageAttacks(), catalogAttacks()...), formAttacks()...), signatureAttacks()...)
	if len(all) < 60 {
		t.Fatalf("only %d attacks", len(all))
	}
	for _, a := range all {
		t.Run(a.name, func(t *testing.T) {
			for _, packed := range []bool{false, true} {
				x := &fixture{packed: packed}
				data := edit(t, x.signed(t), func(u *pdf.Update, d *pdf.Document) { addDSS(u, d, x) })
				data = edit(t, data, func(u *pdf.Update, d *pdf.Document) { a.do(x, u, d) })
				expect(t, compare(t, data, diff.Policy{}), a.code, a.path)
			}
		})
	}
}

// expect wants a change that is not allowed, with its code and part of its path.
func expect(t *testing.T, v diff.Verdict, code, path string) {
	t.Helper()
	if v.Allowed {
		t.Fatalf("allowed:%s", show(v))
	}
	for _, c := range v.Changes {
		if !c.Allowed && c.Code == code && strings.Contains(c.Path, path) {
			if c.Reason == "" || c.ReasonSv == "" || c.Reason == c.ReasonSv || strings.Contains(c.Reason+c.ReasonSv, "{") {
				t.Errorf("reasons %q %q", c.Reason, c.ReasonSv)
			}
			return
		}
	}
	t.Errorf("no change %s at %s:%s", code, path, show(v))
}

func pageAttacks() []attack {
	set := func(r func(x *fixture) pdf.Ref, pairs func(x *fixture, u *pdf.Update) []any) func(*fixture, *pdf.Update, *pdf.Document) {
		return func(x *fixture, u *pdf.Update, d *pdf.Document) { setKeys(u, d, r(x), pairs(x, u)...) }
	}
	page1 := func(x *fixture) pdf.Ref { return x.page1 }
	fixed := func(pairs ...any) func(*fixture, *pdf.Update) []any {
		return func(*fixture, *pdf.Update) []any { return pairs }
	}
	square := func(sub string) pdf.Dict {
		return pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name(sub), "Rect": pdf.Array{72, 690, 272, 720}}
	}
	return []attack{
		{"content replaced in place", "page-content", "/Contents", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			u.Set(x.content1, stream(nil, "BT /F1 12 Tf 72 700 Td (Beloppet 9 000 kr betalas) Tj ET"))
		}},
		{"content swapped for hidden content", "page-content", "/Contents", set(page1, func(x *fixture, _ *pdf.Update) []any { return []any{"Contents", x.orphan} })},
		{"content added", "page-content", "/Contents", set(page1, func(x *fixture, u *pdf.Update) []any {
			return []any{"Contents", pdf.Array{x.content1, u.Add(stream(nil, "1 0 0 rg 0 0 100 100 re f"))}}
		})},
		{"content of another page", "page-content", "/Contents", set(page1, func(x *fixture, _ *pdf.Update) []any { return []any{"Contents", x.content2} })},
		{"font replaced in place", "font", "/Font/F1", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.font, "Encoding", pdf.Dict{"Differences": pdf.Array{49, pdf.Name("nine")}})
		}},
		{"font swapped", "resources", "/Resources", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			f := u.Add(pdf.Dict{"Type": pdf.Name("Font"), "Subtype": pdf.Name("Type1"), "BaseFont": pdf.Name("Courier")})
			setKeys(u, d, x.resources, "Font", pdf.Dict{"F1": f})
		}},
		{"image replaced", "image-or-form", "/XObject/Im1", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			u.Set(x.image, &pdf.Stream{Dict: d.Stream(x.image).Dict, Raw: []byte{0}})
		}},
		{"object changes type", "image-or-form", "/XObject/Im1", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			u.Set(x.image, stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 1, 1}}, "0 0 1 1 re f"))
		}},
		{"page rotated", "page-box", "/Rotate", set(page1, fixed("Rotate", 90))},
		{"page cropped", "page-box", "/CropBox", set(page1, fixed("CropBox", pdf.Array{0, 0, 595, 650}))},
		{"page size inherited changed", "page-box", "/Pages", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.pages, "MediaBox", pdf.Array{0, 0, 595, 400})
		}},
		{"page added", "page-tree", "/Pages", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			p := u.Add(pdf.Dict{"Type": pdf.Name("Page"), "Parent": x.pages, "Contents": x.content2})
			setKeys(u, d, x.pages, "Kids", pdf.Array{x.page1, x.page2, p}, "Count", 3)
		}},
		{"page removed", "page-tree", "/Pages", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.pages, "Kids", pdf.Array{x.page1}, "Count", 1)
		}},
		{"pages swapped", "page-tree", "/Pages", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.pages, "Kids", pdf.Array{x.page2, x.page1})
		}},
		{"page copied under another number", "page-tree", "/Pages", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.pages, "Kids", pdf.Array{u.Add(d.Dict(x.page1)), x.page2})
		}},
		{"another page tree", "page-tree", "/Root/Pages", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.catalog, "Pages", u.Add(d.Dict(x.pages)))
		}},
		{"page made null", "page-tree", "/Pages", func(x *fixture, u *pdf.Update, d *pdf.Document) { u.Set(x.page2, nil) }},
		{"comment added", "annotation-not-permitted", "/Annots", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			addAnnot(u, d, x.page2, u.Add(pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Text"), "Rect": pdf.Array{10, 10, 30, 30}}))
		}},
		{"square laid over text", "annotation-hides", "/Annots", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			addAnnot(u, d, x.page1, u.Add(square("FreeText")))
		}},
		{"link added", "annotation-added", "/Annots", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			addAnnot(u, d, x.page1, u.Add(with(square("Link"), "A", pdf.Dict{"S": pdf.Name("URI"), "URI": pdf.String("http://x")})))
		}},
		{"redaction added", "annotation-added", "/Annots", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			addAnnot(u, d, x.page1, u.Add(square("Redact")))
		}},
		{"widget without a field added", "annotation-added", "/Annots", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			addAnnot(u, d, x.page1, u.Add(square("Widget")))
		}},
		{"link removed", "annotation-removed", "/Annots", set(page1, func(x *fixture, _ *pdf.Update) []any {
			return []any{"Annots", pdf.Array{x.text, x.check, x.radioA, x.combo, x.choice}}
		})},
		{"annotations reordered", "annotation-removed", "/Annots", set(page1, func(x *fixture, _ *pdf.Update) []any {
			return []any{"Annots", pdf.Array{x.check, x.text, x.radioA, x.combo, x.choice, x.link}}
		})},
		{"link's target changed", "annotation-changed", "/Annots", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.link, "Dest", pdf.Array{x.page2, pdf.Name("Fit")})
		}},
		{"link moved", "annotation-changed", "/Annots", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.link, "Rect", pdf.Array{72, 300, 200, 320})
		}},
		{"page action added", "action", "/AA", set(page1, fixed("AA", pdf.Dict{"O": pdf.Dict{"S": pdf.Name("JavaScript"), "JS": pdf.String("1")}}))},
	}
}

func catalogAttacks() []attack {
	key := func(k string, v pdf.Object) func(*fixture, *pdf.Update, *pdf.Document) {
		return func(x *fixture, u *pdf.Update, d *pdf.Document) { setKeys(u, d, x.catalog, k, v) }
	}
	return []attack{
		{"layer switched off", "layers", "/OCProperties", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.catalog, "OCProperties", pdf.Dict{"OCGs": pdf.Array{x.ocg}, "D": pdf.Dict{"OFF": pdf.Array{x.ocg}}})
		}},
		{"layer changed in place", "layers", "/OCProperties", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.ocg, "Usage", pdf.Dict{"Print": pdf.Dict{"PrintState": pdf.Name("OFF")}})
		}},
		{"opening action", "action", "/OpenAction", key("OpenAction", pdf.Dict{"S": pdf.Name("JavaScript"), "JS": pdf.String("app.alert(1)")})},
		{"document actions", "action", "/AA", key("AA", pdf.Dict{"WP": pdf.Dict{"S": pdf.Name("Launch")}})},
		{"script among the names", "names", "/Names", key("Names", pdf.Dict{"JavaScript": pdf.Dict{"Names": pdf.Array{}}})},
		{"attachment added", "names", "/Names", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			names := d.Dict(d.Catalog()["Names"])
			setKeys(u, d, x.catalog, "Names", with(names, "EmbeddedFiles", pdf.Dict{"Names": pdf.Array{pdf.String("a"), pdf.Dict{}}}))
		}},
		{"associated file added", "attachment", "/AF", key("AF", pdf.Array{})},
		{"language changed", "language", "/Lang", key("Lang", pdf.String("en"))},
		{"viewer preferences", "viewer-preferences", "/ViewerPreferences", key("ViewerPreferences", pdf.Dict{"HideToolbar": true})},
		{"page labels", "page-labels", "/PageLabels", key("PageLabels", pdf.Dict{"Nums": pdf.Array{0, pdf.Dict{"St": 5}}})},
		{"collection", "collection", "/Collection", key("Collection", pdf.Dict{"View": pdf.Name("D")})},
		{"outline replaced", "outlines", "/Outlines", func(x *fixture, u *pdf.Update, d *pdf.Document) { setKeys(u, d, x.outline, "Count", 1) }},
		{"permissions added", "permissions", "/Perms", key("Perms", pdf.Dict{"DocMDP": pdf.Dict{}})},
		{"base address for links", "action", "/URI", key("URI", pdf.Dict{"Base": pdf.String("http://x")})},
		{"older version", "version", "/Version", key("Version", pdf.Name("1.2"))},
		{"output profile added", "colour-profile", "/OutputIntents", key("OutputIntents", pdf.Array{pdf.Dict{}})},
		{"unknown key", "document-root", "/Odd", key("Odd", pdf.Name("Thing"))},
		{"title changed", "document-information", "/Info/Title", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.info, "Title", pdf.String("Avslag"))
		}},
		{"PDF/A claim changed", "metadata-claims", "/Metadata", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			u.Set(x.xmp, stream(pdf.Dict{"Type": pdf.Name("Metadata")}, strings.Replace(xmpText, "part>2<", "part>3<", 1)))
		}},
		{"metadata that is no metadata", "metadata", "/Metadata", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			u.Set(x.xmp, stream(nil, "bogus <<< data"))
		}},
		{"metadata taken away", "metadata", "/Metadata", key("Metadata", nil)},
		{"validation data taken away", "validation-data-changed", "/DSS", key("DSS", nil)},
		{"certificate taken away", "validation-data-changed", "/DSS/Certs", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.dss, "Certs", pdf.Array{})
		}},
		{"certificate replaced in place", "validation-data-changed", "/DSS/Certs", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			u.Set(d.Array(d.Dict(x.dss)["Certs"])[0].(pdf.Ref), stream(nil, "another"))
		}},
		{"signature's data taken away", "validation-data-changed", "/DSS/VRI", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.dss, "VRI", pdf.Dict{})
		}},
		{"page content posing as validation data", "page-content", "/Contents", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.dss, "CRLs", pdf.Array{x.content1})
			u.Set(x.content1, stream(nil, "0 0 100 100 re f"))
		}},
		{"odd validation data", "validation-data-changed", "/DSS/Page", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.dss, "Page", x.page1)
		}},
		{"read-aloud text changed", "alternative-text", "/ActualText", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.heading, "ActualText", pdf.String("Avslag"))
		}},
		{"alternative text added", "alternative-text", "/Alt", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.heading, "Alt", pdf.String("Avslag"))
		}},
		{"tag taken away", "structure-changed", "/K", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.structDoc, "K", pdf.Array{})
		}},
		{"paragraph tagged anew", "structure-changed", "/K", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			p := u.Add(pdf.Dict{"Type": pdf.Name("StructElem"), "S": pdf.Name("P"), "P": x.structDoc, "Pg": x.page2, "K": 0})
			setKeys(u, d, x.structDoc, "K", pdf.Array{x.heading, p})
		}},
		{"tag that speaks and holds nothing", "structure-changed", "/K", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			p := u.Add(pdf.Dict{"Type": pdf.Name("StructElem"), "S": pdf.Name("P"), "P": x.structDoc, "K": pdf.Array{}, "ActualText": pdf.String("Avslaget")})
			setKeys(u, d, x.structDoc, "K", pdf.Array{x.heading, p})
		}},
		{"tag's type changed", "structure-changed", "/S", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.heading, "S", pdf.Name("P"))
		}},
		{"parent tree turned around", "structure-changed", "/ParentTree", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.parentTree, "Nums", pdf.Array{0, pdf.Array{x.structDoc}})
		}},
		{"roles of tags mapped", "structure-changed", "/RoleMap", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.structRoot, "RoleMap", pdf.Dict{"H1": pdf.Name("Artifact")})
		}},
		{"root becomes another object", "document-root", "/Root", func(x *fixture, u *pdf.Update, d *pdf.Document) {
			u.SetTrailer("Root", x.outline)
		}},
		{"key in the trailer", "trailer", "/Odd", func(x *fixture, u *pdf.Update, d *pdf.Document) { u.SetTrailer("Odd", x.orphan) }},
	}
}
