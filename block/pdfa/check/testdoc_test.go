package check

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"medborgarnavet/block/pdf"
)

// testDoc is a small document that conforms, and that a test breaks.
type testDoc struct {
	version        string
	catalog, page  pdf.Dict
	info, trailer  pdf.Dict
	intent         pdf.Dict
	resources      pdf.Dict
	content        string
	xmp            string
	xmpDict        pdf.Dict
	icc            []byte
	iccN           int
	add            func(b *pdf.Builder, d *testDoc) // before the page is written
	post           func([]byte) []byte
	pageRef, iccID pdf.Ref
}

const xmpHead = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
`
const xmpTail = `</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`

// description is one rdf:Description with the namespaces that tests use.
func description(body string) string {
	return `<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:ex="http://example.org/ns/"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"
 xmlns:pdfaType="http://www.aiim.org/pdfa/ns/type#" xmlns:pdfaField="http://www.aiim.org/pdfa/ns/field#">` + body + "</rdf:Description>\n"
}

func identification(p Profile) string {
	return `<pdfaid:part>` + string(p[0]) + `</pdfaid:part><pdfaid:conformance>` + strings.ToUpper(string(p[1])) + `</pdfaid:conformance>`
}

// newDoc is a conforming document for the profile.
func newDoc(p Profile) *testDoc {
	d := &testDoc{
		version: "1.7",
		catalog: pdf.Dict{"Type": pdf.Name("Catalog")},
		page:    pdf.Dict{"Type": pdf.Name("Page"), "MediaBox": pdf.Array{0, 0, 595, 842}},
		intent: pdf.Dict{"Type": pdf.Name("OutputIntent"), "S": pdf.Name("GTS_PDFA1"),
			"OutputConditionIdentifier": pdf.String("sRGB")},
		resources: pdf.Dict{},
		content:   "0 0 1 rg 10 10 100 100 re f",
		xmp:       xmpHead + description(identification(p)) + xmpTail,
		xmpDict:   pdf.Dict{"Type": pdf.Name("Metadata"), "Subtype": pdf.Name("XML")},
		icc:       iccProfile("mntr", "RGB ", 2),
		iccN:      3,
		trailer:   pdf.Dict{"ID": pdf.Array{pdf.Hex("0123456789abcdef"), pdf.Hex("0123456789abcdef")}},
	}
	if p[0] == '1' {
		d.version = "1.4"
	}
	if p[1] == 'a' {
		d.catalog["MarkInfo"] = pdf.Dict{"Marked": true}
		d.catalog["StructTreeRoot"] = pdf.Dict{"Type": pdf.Name("StructTreeRoot")}
		d.catalog["Lang"] = pdf.String("sv-SE")
	}
	return d
}

// iccProfile is the header of an ICC profile with no tags.
func iccProfile(class, space string, major byte) []byte {
	b := make([]byte, 132)
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	b[8] = major
	copy(b[12:], class)
	copy(b[16:], space)
	copy(b[20:], "XYZ ")
	copy(b[36:], "acsp")
	return b
}

// stream is an undecorated stream.
func stream(d pdf.Dict, data string) *pdf.Stream {
	out := pdf.Dict{}
	for k, v := range d {
		out[k] = v
	}
	return &pdf.Stream{Dict: out, Raw: []byte(data)}
}

func (d *testDoc) bytes(t testing.TB) []byte {
	t.Helper()
	b := pdf.NewBuilder(d.version)
	root, pages := b.Reserve(), b.Reserve()
	d.pageRef = b.Reserve()
	if d.icc != nil {
		dict := pdf.Dict{}
		if d.iccN > 0 {
			dict["N"] = d.iccN
		}
		d.iccID = b.Add(stream(dict, string(d.icc)))
		d.intent["DestOutputProfile"] = d.iccID
	}
	if d.intent != nil && d.catalog["OutputIntents"] == nil {
		d.catalog["OutputIntents"] = pdf.Array{b.Add(d.intent)}
	}
	if d.xmp != "" {
		d.catalog["Metadata"] = b.Add(stream(d.xmpDict, d.xmp))
	}
	if d.add != nil {
		d.add(b, d)
	}
	d.page["Parent"] = pages
	if d.page["Resources"] == nil && d.resources != nil {
		d.page["Resources"] = d.resources
	}
	d.page["Contents"] = b.Add(stream(nil, d.content))
	b.Set(d.pageRef, d.page)
	b.Set(pages, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{d.pageRef}, "Count": 1})
	d.catalog["Pages"] = pages
	b.Set(root, d.catalog)
	d.trailer["Root"] = root
	if d.info != nil {
		d.trailer["Info"] = b.Add(d.info)
	}
	out, err := b.Bytes(d.trailer)
	if err != nil {
		t.Fatal(err)
	}
	if d.post != nil {
		out = d.post(out)
	}
	return out
}

// swap replaces bytes by as many others, so that every offset stays right.
func swap(old, with string) func([]byte) []byte {
	return func(b []byte) []byte {
		if len(old) != len(with) || !bytes.Contains(b, []byte(old)) {
			panic("swap: " + old)
		}
		return bytes.Replace(b, []byte(old), []byte(with), 1)
	}
}

// rulesOf are the ids of the findings.
func rulesOf(r Result) []string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, f.Rule)
	}
	return out
}

// ruleCase breaks one rule of a conforming document.
type ruleCase struct {
	profile Profile
	rule    string // the ids wanted, with blanks between; "" when it still conforms
	what    string
	change  func(d *testDoc)
}

func runCases(t *testing.T, cases []ruleCase) {
	t.Helper()
	for _, tc := range cases {
		t.Run(string(tc.profile)+" "+tc.what, func(t *testing.T) {
			d := newDoc(tc.profile)
			tc.change(d)
			res, err := Check(d.bytes(t), tc.profile, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(rulesOf(res), " "); got != tc.rule {
				t.Errorf("findings %q, want %q", got, tc.rule)
			}
			if res.Conformant != (tc.rule == "") {
				t.Errorf("Conformant = %v", res.Conformant)
			}
			for _, f := range res.Findings {
				if f.Reason == "" || f.ReasonSv == "" || f.Count < 1 {
					t.Errorf("finding %+v lacks something", f)
				}
			}
		})
	}
}
