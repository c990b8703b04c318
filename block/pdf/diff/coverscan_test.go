package diff_test

import (
	"strings"
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

// blank is a look that draws nothing but a white area.
func blank(u *pdf.Update) pdf.Dict {
	return pdf.Dict{"N": u.Add(stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"),
		"BBox": pdf.Array{0, 0, 500, 500}}, "1 g 0 0 500 500 re f"))}
}

// scanned is the document with a second page that shows other than text, signed;
// the signed revision is 2.
func scanned(t *testing.T, x *fixture, content string) []byte {
	t.Helper()
	data := edit(t, x.build(t), func(u *pdf.Update, d *pdf.Document) {
		u.Set(x.content2, stream(nil, content))
		setKeys(u, d, x.page2, "Resources", x.resources)
	})
	return edit(t, data, func(u *pdf.Update, d *pdf.Document) {
		newSignature(u, d, "Signatur1", x.page1, nil, value("Sig"))
	})
}

const fullImage = "q 595 0 0 842 0 0 cm /Im1 Do Q "

// Issue 3, part 2: what is read on a scanned page, or in letters drawn as
// outlines, cannot be hidden either.
func TestHiddenScan(t *testing.T) {
	line, stamp, third := pdf.Array{72, 690, 272, 715}, pdf.Array{72, 50, 272, 100}, pdf.Array{20, 400, 575, 800}
	for _, tc := range []struct {
		name, content, code string
		rect                pdf.Array
		value               pdf.Object
	}{
		{"stamp at the foot of a scan", fullImage, "", stamp, value("Sig")},
		{"signature over a third of a scan", fullImage, "signature-hides-text", third, value("Sig")},
		{"text read on a scan", fullImage + "BT 3 Tr /F1 12 Tf 72 700 Td (Beloppet 1 000 kr) Tj ET", "signature-hides-text", line, value("Sig")},
		{"letters as outlines", strings.Repeat("80 700 5 9 re f ", 20), "signature-hides-text", line, value("Sig")},
		{"empty field that whitens a scan", fullImage, "annotation-added", line, nil},
		{"empty field beside all", "BT /F1 12 Tf 72 300 Td (Text) Tj ET", "", line, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x := &fixture{}
			data := edit(t, scanned(t, x, tc.content), func(u *pdf.Update, d *pdf.Document) {
				newSignature(u, d, "S2", x.page2, tc.rect, tc.value, "AP", blank(u))
			})
			v := diff.Compare(read(t, data), 2, diff.Policy{})
			if tc.code != "" {
				expect(t, v, tc.code, "")
			} else if !v.Allowed {
				t.Errorf("not allowed:%s", show(v))
			}
		})
	}
}

// The evil annotation attack on a scan whose certification permits comments.
func TestCommentOverScan(t *testing.T) {
	for rect, code := range map[[4]int]string{{72, 690, 272, 715}: "annotation-hides", {500, 800, 518, 818}: ""} {
		x := &fixture{}
		data := edit(t, scanned(t, x, fullImage), func(u *pdf.Update, d *pdf.Document) {
			addAnnot(u, d, x.page2, u.Add(pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Stamp"),
				"Rect": pdf.Array{rect[0], rect[1], rect[2], rect[3]}, "AP": blank(u)}))
		})
		v := diff.Compare(read(t, data), 2, diff.Policy{DocMDP: 3})
		if code != "" {
			expect(t, v, code, "")
		} else if !v.Allowed {
			t.Errorf("not allowed:%s", show(v))
		}
	}
}

// Signing tools write a first XMP packet with nothing but dates in it, and say
// with an empty rdf:about that it is of the file.
func TestFirstMetadata(t *testing.T) {
	const packet = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ` +
		`xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:ModifyDate="2026-11-22T10:00:00Z"{}/></rdf:RDF></x:xmpmeta>`
	for more, allowed := range map[string]bool{"": true, ` dc:source="Avslaget"`: false} {
		x := &fixture{}
		data := edit(t, x.build(t), func(u *pdf.Update, d *pdf.Document) { setKeys(u, d, x.catalog, "Metadata", nil) })
		data = edit(t, data, func(u *pdf.Update, d *pdf.Document) { newSignature(u, d, "S1", x.page1, nil, value("Sig")) })
		data = edit(t, data, func(u *pdf.Update, d *pdf.Document) {
			setKeys(u, d, x.catalog, "Metadata", u.Add(stream(pdf.Dict{"Type": pdf.Name("Metadata"), "Subtype": pdf.Name("XML")}, strings.Replace(packet, "{}", more, 1))))
		})
		if v := diff.Compare(read(t, data), 2, diff.Policy{}); v.Allowed != allowed {
			t.Errorf("%q: allowed=%v:%s", more, v.Allowed, show(v))
		}
	}
}

// A renewed time-stamp may come with fewer references for one signature, as long
// as the store itself still has what they were to.
func TestRenewedVRI(t *testing.T) {
	for _, kept := range []bool{true, false} {
		x := &fixture{}
		data := edit(t, x.signed(t), func(u *pdf.Update, d *pdf.Document) { addDSS(u, d, x) })
		data = edit(t, data, func(u *pdf.Update, d *pdf.Document) {
			vri := pdf.Dict{pdf.Name(strings.Repeat("AB", 20)): pdf.Dict{"Cert": pdf.Array{}}}
			certs := d.Array(d.Dict(x.dss)["Certs"])
			if !kept {
				certs = pdf.Array{}
			}
			setKeys(u, d, x.dss, "VRI", vri, "Certs", certs)
		})
		if v := compare(t, data, diff.Policy{}); v.Allowed != kept {
			t.Errorf("kept %v: allowed=%v:%s", kept, v.Allowed, show(v))
		}
	}
}
