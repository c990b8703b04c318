package diff_test

import (
	"strings"
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

type change = func(u *pdf.Update, d *pdf.Document)

// Issue 3, part 2; signing.md §5 "must not be failed": what honest tools do
// after a signature is allowed and told for what it is.
func TestHonest(t *testing.T) {
	for _, tc := range honest() {
		t.Run(tc.name, func(t *testing.T) {
			for _, how := range []string{"table", "stream", "packed"} {
				x := &fixture{stream: how == "stream", packed: how == "packed"}
				if tc.setup != nil {
					tc.setup(x)
				}
				data := x.signed(t)
				for _, c := range tc.steps(x) {
					data = edit(t, data, c)
				}
				v := compare(t, data, diff.Policy{})
				if !v.Allowed {
					t.Fatalf("%s: not allowed:%s", how, show(v))
				}
				if len(v.Changes) == 0 && tc.kind != "" {
					t.Fatalf("%s: no change was told", how)
				}
				found := tc.kind == ""
				for _, c := range v.Changes {
					found = found || c.Kind == tc.kind
				}
				if !found {
					t.Errorf("%s: no change of kind %s:%s", how, tc.kind, show(v))
				}
			}
		})
	}
}

type honestCase struct {
	name  string
	kind  diff.Kind
	setup func(x *fixture)
	steps func(x *fixture) []change
}

func one(c func(x *fixture) change) func(x *fixture) []change {
	return func(x *fixture) []change { return []change{c(x)} }
}

func honest() []honestCase {
	return append(honestSigning(), honestOther()...)
}

func honestSigning() []honestCase {
	return []honestCase{
		{"nothing", "", nil, func(*fixture) []change { return nil }},
		{"second invisible signature", diff.Signature, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) { newSignature(u, d, "S2", x.page1, nil, value("Sig")) }
		})},
		{"second visible signature on another page", diff.Signature, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				newSignature(u, d, "S2", x.page2, pdf.Array{72, 300, 272, 350}, value("Sig"))
			}
		})},
		{"form made for the signature", diff.Signature, func(x *fixture) { x.noForm = true }, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) { newSignature(u, d, "S2", x.page1, nil, value("Sig")) }
		})},
		{"prepared field signed", diff.Signature, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, x.empty, "V", u.Add(value("Sig")), "AP", pdf.Dict{"N": stampLook(u, "Bo Ek")}, "F", 132, "M", pdf.String("D:20261122"))
			}
		})},
		{"prepared field signed, look written in place", diff.Signature, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, x.empty, "V", u.Add(value("Sig")))
				u.Set(x.emptyLook, stream(pdf.Dict{"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "BBox": pdf.Array{0, 0, 200, 50}}, "0 0 200 50 re S"))
			}
		})},
		{"document time-stamp", diff.TimeStamp, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				newSignature(u, d, "TS1", x.page1, nil, value("DocTimeStamp"))
			}
		})},
		{"field with its widget apart", diff.Signature, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				f, w := u.Reserve(), u.Reserve()
				u.Set(f, pdf.Dict{"FT": pdf.Name("Sig"), "T": pdf.String("S2"), "V": u.Add(value("Sig")), "Kids": pdf.Array{w}})
				u.Set(w, pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "Parent": f, "Rect": pdf.Array{0, 0, 0, 0}, "F": 132, "P": x.page2})
				addField(u, d, f)
				addAnnot(u, d, x.page2, w)
			}
		})},
		{"empty field for a coming signature, then signed", diff.Signature, nil, func(x *fixture) []change {
			var f pdf.Ref
			return []change{
				func(u *pdf.Update, d *pdf.Document) { f = newSignature(u, d, "S2", x.page2, nil, nil) },
				func(u *pdf.Update, d *pdf.Document) { setKeys(u, d, f, "V", u.Add(value("Sig"))) },
			}
		}},
		{"new root written for the signature", diff.Signature, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				f := u.Add(pdf.Dict{"FT": pdf.Name("Sig"), "T": pdf.String("S2"), "V": u.Add(value("Sig")), "Subtype": pdf.Name("Widget"), "Rect": pdf.Array{0, 0, 0, 0}})
				form := with(d.Dict(d.Catalog()["AcroForm"]), "SigFlags", 3, "Fields", append(append(pdf.Array{}, d.Array(x.fieldList)...), f))
				u.SetTrailer("Root", u.Add(with(d.Catalog(), "AcroForm", form)))
			}
		})},
		{"tagged second signature", diff.StructureTree, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) { taggedSignature(u, d, x) }
		})},
		{"fields that the signature locks made read-only", diff.FormFill, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, x.text, "Ff", 1)
				newSignature(u, d, "S2", x.page1, nil, value("Sig"))
			}
		})},
		{"ten signatures", diff.Signature, nil, func(x *fixture) []change {
			var out []change
			for i := range 10 {
				name := strings.Repeat("n", i+1)
				out = append(out, func(u *pdf.Update, d *pdf.Document) {
					newSignature(u, d, name, x.page2, pdf.Array{72, 300, 272, 350}, value("Sig"))
				})
			}
			return out
		}},
	}
}

// taggedSignature is how a tagged document is signed honestly: a Form element
// at the end, which the parent tree knows.
func taggedSignature(u *pdf.Update, d *pdf.Document, x *fixture) {
	form := u.Reserve()
	w := newSignature(u, d, "S2", x.page2, pdf.Array{72, 300, 272, 350}, value("Sig"), "StructParent", 1)
	u.Set(form, pdf.Dict{"Type": pdf.Name("StructElem"), "S": pdf.Name("Form"), "P": x.structDoc, "Alt": pdf.String("Underskrift"),
		"K": pdf.Dict{"Type": pdf.Name("OBJR"), "Obj": w, "Pg": x.page2}})
	setKeys(u, d, x.structDoc, "K", pdf.Array{x.heading, form})
	setKeys(u, d, x.parentTree, "Nums", pdf.Array{0, x.mcids, 1, form})
	setKeys(u, d, x.structRoot, "ParentTreeNextKey", 2)
	setKeys(u, d, x.page2, "Tabs", pdf.Name("S"))
}

func honestOther() []honestCase {
	return []honestCase{
		{"validation data", diff.ValidationData, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) { addDSS(u, d, x) }
		})},
		{"validation data extended", diff.ValidationData, nil, func(x *fixture) []change {
			return []change{
				func(u *pdf.Update, d *pdf.Document) { addDSS(u, d, x) },
				func(u *pdf.Update, d *pdf.Document) {
					dss := d.Dict(x.dss)
					certs := append(append(pdf.Array{}, d.Array(dss["Certs"])...), u.Add(stream(nil, "cert 2")))
					setKeys(u, d, x.dss, "Certs", certs, "OCSPs", pdf.Array{u.Add(stream(nil, "ocsp"))})
				},
			}
		}},
		{"long-term archive: data and time-stamp, twice", diff.TimeStamp, nil, func(x *fixture) []change {
			return []change{
				func(u *pdf.Update, d *pdf.Document) { addDSS(u, d, x) },
				func(u *pdf.Update, d *pdf.Document) {
					newSignature(u, d, "T1", x.page1, nil, value("DocTimeStamp"))
				},
				func(u *pdf.Update, d *pdf.Document) {
					setKeys(u, d, x.dss, "CRLs", pdf.Array{u.Add(stream(nil, "crl"))})
				},
				func(u *pdf.Update, d *pdf.Document) {
					newSignature(u, d, "T2", x.page1, nil, value("DocTimeStamp"))
				},
			}
		}},
		{"extension noted", diff.ValidationData, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, x.catalog, "Extensions", pdf.Dict{"ESIC": pdf.Dict{"BaseVersion": pdf.Name("1.7"), "ExtensionLevel": 5}})
			}
		})},
		{"dates in metadata", diff.Metadata, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, x.info, "ModDate", pdf.String("D:20261123"), "Producer", pdf.String("B"))
				later := strings.NewReplacer("2026-11-22T10", "2026-11-23T10", "uuid:1", "uuid:2").Replace(xmpText)
				u.Set(x.xmp, stream(pdf.Dict{"Type": pdf.Name("Metadata"), "Subtype": pdf.Name("XML")}, later))
			}
		})},
		{"newer version stated", diff.Metadata, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) { setKeys(u, d, x.catalog, "Version", pdf.Name("2.0")) }
		})},
		{"text field filled in", diff.FormFill, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, x.text, "V", pdf.String("Ekbacka"), "AP", pdf.Dict{"N": u.Add(look("Ekbacka", x.font))})
			}
		})},
		{"text field filled in, look written in place", diff.FormFill, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, x.text, "V", pdf.String("V\xe4ster\xe5s"))
				u.Set(x.textLook, look("V\xe4ster\xe5s", x.font))
			}
		})},
		{"text field filled in with the form's resources and a frame", diff.FormFill, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				l := look("Ekbacka", x.font)
				l.Dict["Resources"] = pdf.Dict{"Font": pdf.Dict{"Helv": x.font}, "Encoding": pdf.Dict{"PDFDocEncoding": pdf.Dict{"Type": pdf.Name("Encoding")}}}
				l.Raw = append([]byte("q 1 1 0.9 rg 0 0 200 20 re f 0 G 1 w 0.5 0.5 199 19 re S Q /Tx BMC q 2 2 196 16 re W n Q EMC "), l.Raw...)
				setKeys(u, d, x.text, "V", pdf.String("Ekbacka"), "AP", pdf.Dict{"N": u.Add(l)})
			}
		})},
		{"text field filled in twice", diff.FormFill, nil, func(x *fixture) []change {
			fill := func(s string) change {
				return func(u *pdf.Update, d *pdf.Document) {
					setKeys(u, d, x.text, "V", pdf.String(s), "AP", pdf.Dict{"N": u.Add(look(s, x.font))})
				}
			}
			return []change{fill("Ekbacka"), fill("Havsnas")}
		}},
		{"text field filled in twice in place", diff.FormFill, nil, func(x *fixture) []change {
			fill := func(s string) change {
				return func(u *pdf.Update, d *pdf.Document) {
					setKeys(u, d, x.text, "V", pdf.String(s), "M", pdf.String("D:2026"+s))
					u.Set(x.textLook, look(s, x.font))
				}
			}
			return []change{fill("Ekbacka"), fill("Havsnas"), fill("Ekbacka kommun")}
		}},
		{"box ticked", diff.FormFill, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, x.check, "V", pdf.Name("Ja"), "AS", pdf.Name("Ja"))
			}
		})},
		{"radio button chosen", diff.FormFill, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, x.radio, "V", pdf.Name("Ja"))
				setKeys(u, d, x.radioA, "AS", pdf.Name("Ja"))
			}
		})},
		{"option chosen", diff.FormFill, nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				setKeys(u, d, x.combo, "V", pdf.String("ek"), "AP", pdf.Dict{"N": u.Add(look("Ekbacka", x.font))})
				setKeys(u, d, x.choice, "V", pdf.String("ett"), "I", pdf.Array{0})
			}
		})},
		{"objects written again unchanged", "", nil, one(func(x *fixture) change {
			return func(u *pdf.Update, d *pdf.Document) {
				u.Set(x.page1, d.Get(x.page1))
				u.Set(x.content1, d.Get(x.content1))
				u.Set(x.font, d.Get(x.font))
			}
		})},
	}
}

func addDSS(u *pdf.Update, d *pdf.Document, x *fixture) {
	cert := u.Add(stream(nil, "cert 1"))
	x.dss = u.Add(pdf.Dict{"Type": pdf.Name("DSS"), "Certs": pdf.Array{cert},
		"VRI": pdf.Dict{pdf.Name(strings.Repeat("AB", 20)): pdf.Dict{"Cert": pdf.Array{cert}}}})
	u.Set(x.catalog, with(d.Catalog(), "DSS", x.dss))
}
