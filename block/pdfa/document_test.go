package pdfa

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pdf"
)

// goldenDecision is the digest of the decision as A-2a. It changes only when
// what is written changes: look at the pages and check them before renewing it.
const goldenDecision = "a83aec4bbc1aa3a6e5a34c61c67b97a9239ecab517657ff1ef31ac06fac156fd"

func TestGolden(t *testing.T) {
	file, err := Write(decision(A2a))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(file)
	if got := hex.EncodeToString(sum[:]); got != goldenDecision {
		t.Errorf("the digest is %s", got)
	}
	if len(file) > 100_000 {
		t.Errorf("%d bytes for five pages", len(file))
	}
}

// S-11, S-15: the parts that each level of conformance asks for are there.
func TestConformance(t *testing.T) {
	for _, level := range []Conformance{A1b, A2a, A2b, A3b} {
		t.Run(string(level), func(t *testing.T) {
			d := decision(level)
			if level == A3b {
				d.Attachments = []Attachment{{Name: "ö.xml", MIME: "application/xml", Relationship: "Data", Data: []byte("<a/>")}, {Name: "b.txt", MIME: "text/plain", Data: []byte("b")}}
			}
			r, err := Compose(d)
			if err != nil {
				t.Fatal(err)
			}
			o := open(t, r.File)
			o.structure(t)
			c, doc := o.doc.Catalog(), o.doc
			if version := string(r.File[5:8]); version != map[bool]string{true: "1.4", false: "1.7"}[level == A1b] {
				t.Errorf("version %s", version)
			}
			if doc.Text(c["Lang"]) != "sv" || doc.Dict(c["MarkInfo"])["Marked"] != true || doc.Dict(c["ViewerPreferences"])["DisplayDocTitle"] != true {
				t.Error("language, marking or title is not set")
			}
			intent := doc.Dict(doc.Array(c["OutputIntents"])[0])
			if string(o.decode(t, intent["DestOutputProfile"])) != string(SRGB()) {
				t.Error("the colour profile is not ours")
			}
			packet := string(doc.Stream(c["Metadata"]).Raw)
			for _, want := range []string{"<pdfaid:part>" + string(level[:1]) + "<", "<pdfaid:conformance>" + string(level[1:]) + "<",
				`<rdf:li xml:lang="sv">Beslut om ekonomiskt bistånd<`, "<xmp:CreateDate>2026-11-22T10:30:00+01:00<", "<xmp:CreatorTool>Medborgarnavet<"} {
				if !strings.Contains(packet, want) {
					t.Errorf("the metadata lacks %s", want)
				}
			}
			if strings.Contains(packet, "pdfuaid") != (level != A1b) {
				t.Error("PDF/UA is claimed where it cannot be, or not where it can")
			}
			info := doc.Dict(doc.Trailer()["Info"])
			if doc.Text(info["Title"]) != d.Meta.Title || doc.Text(info["Author"]) != d.Meta.Author || doc.Text(info["CreationDate"]) != "D:20261122103000+01'00'" {
				t.Errorf("Info says %v", info)
			}
			for _, p := range o.pages {
				if p.Dict["Group"] != nil || (p.Dict["Tabs"] == pdf.Name("S")) != (level != A1b) {
					t.Errorf("page %d: group or tab order", p.Index)
				}
			}
			o.attachments(t, len(d.Attachments))
		})
	}
}

func (o *opened) attachments(t *testing.T, want int) {
	t.Helper()
	files := o.doc.Array(o.doc.Catalog()["AF"])
	names := o.doc.Array(o.doc.Dict(o.doc.Dict(o.doc.Catalog()["Names"])["EmbeddedFiles"])["Names"])
	if len(files) != want || len(names) != 2*want {
		t.Fatalf("%d files, %d names, want %d", len(files), len(names)/2, want)
	}
	last := pdf.String("")
	for i, ref := range files {
		f := o.doc.Dict(ref)
		name, _ := o.doc.Str(names[2*i])
		if name <= last || o.doc.Text(f["UF"]) == "" || o.doc.Name(f["AFRelationship"]) == "" {
			t.Errorf("attachment %v", f)
		}
		last = name
		stream := o.doc.Dict(o.doc.Dict(f["EF"])["F"])
		size, _ := o.doc.Int(o.doc.Dict(stream["Params"])["Size"])
		if int(size) != len(o.decode(t, o.doc.Dict(f["EF"])["F"])) || !strings.Contains(string(o.doc.Name(stream["Subtype"])), "/") {
			t.Errorf("the embedded file %v", stream)
		}
	}
}

// Every outline entry leads to a page, nested as the headings are.
func TestOutline(t *testing.T) {
	_, o := with(t, Heading{1, "Ett"}, Heading{2, "Ett ett"}, Heading{2, "Ett två"}, PageBreak{}, Heading{1, "Två"}, Paragraph{Text: Plain("x")})
	var got []string
	var walk func(ref pdf.Object, depth int)
	walk = func(ref pdf.Object, depth int) {
		for ; ref != nil && len(got) < 9; ref = o.doc.Dict(ref)["Next"] {
			e := o.doc.Dict(ref)
			dest := o.doc.Array(e["Dest"])
			page := -1
			for _, p := range o.pages {
				if dest[0] == pdf.Object(p.Ref) {
					page = p.Index
				}
			}
			got = append(got, strings.Repeat("-", depth)+o.doc.Text(e["Title"])+" "+string(rune('0'+page)))
			walk(e["First"], depth+1)
		}
	}
	walk(o.doc.Dict(o.doc.Catalog()["Outlines"])["First"], 0)
	if want := "Ett 0|-Ett ett 0|-Ett två 0|Två 1"; strings.Join(got, "|") != want {
		t.Errorf("%q, want %q", strings.Join(got, "|"), want)
	}
}

// What cannot conform is refused.
func TestRefused(t *testing.T) {
	for name, change := range map[string]func(d *Document){
		"no title":          func(d *Document) { d.Meta.Title = " " },
		"no time":           func(d *Document) { d.Meta.Created = time.Time{} },
		"unknown level":     func(d *Document) { d.Conformance = "9X" },
		"attachment in A-2": func(d *Document) { d.Attachments = []Attachment{{Name: "a", MIME: "a/b"}} },
		"two of one name": func(d *Document) {
			d.Conformance = A3b
			d.Attachments = []Attachment{{Name: "a", MIME: "a/b"}, {Name: "a", MIME: "a/b"}}
		},
		"no media type":        func(d *Document) { d.Conformance = A3b; d.Attachments = []Attachment{{Name: "a"}} },
		"a figure unexplained": func(d *Document) { d.Blocks = []Block{Figure{Image: sampleImage()}} },
		"no picture":           func(d *Document) { d.Blocks = []Block{Figure{Alt: "x"}} },
		"21 columns":           func(d *Document) { d.Blocks = []Block{Table{Columns: make([]Column, 21)}} },
		"language":             func(d *Document) { d.Meta.Language = "svenska språket" },
		"language of a span":   func(d *Document) { d.Blocks = []Block{Paragraph{Text: Text{{Text: "x", Lang: ") BDC"}}}} },
	} {
		d := decision(A2a)
		change(&d)
		if _, err := Write(d); !errors.Is(err, ErrDocument) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Another document has another identity; the same has the same.
func TestIdentity(t *testing.T) {
	id := func(change func(d *Document)) string {
		d := decision(A2a)
		change(&d)
		r, err := Compose(d)
		if err != nil {
			t.Fatal(err)
		}
		s, _ := open(t, r.File).doc.Str(open(t, r.File).doc.Array(open(t, r.File).doc.Trailer()["ID"])[0])
		return string(s)
	}
	one := id(func(*Document) {})
	if len(one) != 16 || one != id(func(*Document) {}) {
		t.Errorf("%x", one)
	}
	if one == id(func(d *Document) { d.Meta.Subject += "." }) || one == id(func(d *Document) { d.Footer[0] += "." }) {
		t.Error("two documents with one identity")
	}
}

// The profile is whole: sizes right, tags within, the primaries sum to D50 and
// are those that IEC 61966-2-1 leads to, the curve from black to white.
func TestSRGB(t *testing.T) {
	p := SRGB()
	if len(p) > 4096 || int(binary.BigEndian.Uint32(p)) != len(p) || string(p[36:40]) != "acsp" || string(p[12:24]) != "mntrRGB XYZ " {
		t.Fatalf("header of %d bytes", len(p))
	}
	tags := map[string][]byte{}
	for i := range int(binary.BigEndian.Uint32(p[128:])) {
		e := p[132+12*i:]
		from, size := binary.BigEndian.Uint32(e[4:]), binary.BigEndian.Uint32(e[8:])
		if from%4 != 0 || int(from+size) > len(p) {
			t.Fatalf("tag %s at %d", e[:4], from)
		}
		tags[string(e[:4])] = p[from : from+size]
	}
	published := map[string][3]float64{ // as in the profiles in use, D50
		"rXYZ": {0.4360, 0.2225, 0.0139}, "gXYZ": {0.3851, 0.7169, 0.0971}, "bXYZ": {0.1431, 0.0606, 0.7141},
	}
	var sum [3]float64
	for name, want := range published {
		for i, w := range want {
			got := float64(int32(binary.BigEndian.Uint32(tags[name][8+4*i:]))) / 65536
			sum[i] += got
			if math.Abs(got-w) > 0.001 {
				t.Errorf("%s[%d] is %.4f, want %.4f", name, i, got, w)
			}
		}
	}
	for i, want := range d50 {
		if math.Abs(sum[i]-want) > 0.0002 {
			t.Errorf("the primaries sum to %v", sum)
		}
	}
	curve := tags["gTRC"]
	if n := int(binary.BigEndian.Uint32(curve[8:])); n != 1024 || binary.BigEndian.Uint16(curve[12:]) != 0 || binary.BigEndian.Uint16(curve[12+2*1023:]) != 65535 {
		t.Errorf("a curve of %d points", n)
	}
}

// Characters no font has are told, and shown as U+FFFD with their own text.
func TestMissing(t *testing.T) {
	r, o := with(t, Paragraph{Text: Plain("Namn 漢字 漢")})
	if string(r.Missing) != "漢字" {
		t.Errorf("missing %q", string(r.Missing))
	}
	if !strings.Contains(o.text(), "漢字 漢") {
		t.Error("the text cannot be taken out as it was")
	}
}

// Several documents at once, over the same fonts, become what they are alone.
func TestAtOnce(t *testing.T) {
	d := decision(A2a)
	want, err := Write(d)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan bool)
	for range 4 {
		go func() {
			file, err := Write(d)
			done <- err == nil && string(file) == string(want)
		}()
	}
	for range 4 {
		if !<-done {
			t.Error("not the same bytes, or not written")
		}
	}
}
