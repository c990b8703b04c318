package check

import (
	"bytes"
	"strings"
	"testing"

	"medborgarnavet/block/pdf"
)

// A document that breaks nothing has no findings, in every profile.
func TestConforming(t *testing.T) {
	for _, p := range []Profile{A1b, A1a, A2b, A2u, A2a, A3b, A3u, A3a} {
		t.Run(string(p), func(t *testing.T) {
			data := newDoc(p).bytes(t)
			res, err := Check(data, "", Options{})
			if err != nil {
				t.Fatal(err)
			}
			if !res.Conformant || res.Claimed != p || res.Profile != p {
				t.Errorf("got %+v", res)
			}
			if len(res.NotCovered) == 0 {
				t.Error("NotCovered is empty: the checker does not cover everything")
			}
		})
	}
}

func TestFileRules(t *testing.T) {
	long := strings.Repeat("x", 128)
	runCases(t, []ruleCase{
		{A2b, "6.1.2-1", "PDF 2.0 header", func(d *testDoc) { d.post = swap("%PDF-1.7", "%PDF-2.0") }},
		{A1b, "", "PDF 2.0 header", func(d *testDoc) { d.post = swap("%PDF-1.4", "%PDF-2.0") }},
		{A2b, "6.1.2-2", "header comment of letters", func(d *testDoc) {
			d.post = func(b []byte) []byte {
				b = bytes.Clone(b)
				copy(b[bytes.IndexByte(b, '\n')+1:], "%abcd")
				return b
			}
		}},
		{A2b, "6.1.3-1", "no ID", func(d *testDoc) { d.post = swap("/ID", "/IX") }},
		{A1b, "6.1.3-1", "no ID", func(d *testDoc) { d.post = swap("/ID", "/IX") }},
		{A2b, "6.1.3-3", "data after the end", func(d *testDoc) { d.post = func(b []byte) []byte { return append(b, "more"...) } }},
		{A2b, "6.1.4-2", "blank after xref", func(d *testDoc) { d.post = swap("xref\n0 ", "xref 0 ") }},
		{A2b, "6.1.6-1", "odd hexadecimal string", func(d *testDoc) {
			d.catalog["X"] = pdf.Hex("abcd")
			d.post = swap("<61626364>", "<6162636 >")
		}},
		{A2b, "6.1.6-2", "letters in a hexadecimal string", func(d *testDoc) {
			d.catalog["X"] = pdf.Hex("abcd")
			d.post = swap("<61626364>", "<6162636z>")
		}},
		{A2b, "6.1.7.1-1", "wrong length", func(d *testDoc) {
			d.content = "q Q" + strings.Repeat(" ", 96)
			d.post = swap("/Length 99", "/Length 90")
		}},
		{A2b, "6.1.7.1-2", "carriage return after stream", func(d *testDoc) { d.post = swap("stream\n0 0 1 rg", "stream\r0 0 1 rg") }},
		{A2b, "6.1.7.1-3", "external file", func(d *testDoc) {
			d.add = func(b *pdf.Builder, d *testDoc) { b.Add(stream(pdf.Dict{"F": pdf.String("x")}, "")) }
		}},
		{A1b, "6.1.7-3", "external filter", func(d *testDoc) {
			d.add = func(b *pdf.Builder, d *testDoc) { b.Add(stream(pdf.Dict{"FFilter": pdf.Name("x")}, "")) }
		}},
		{A2b, "6.1.7.2-1", "LZW in an unused stream", func(d *testDoc) {
			d.add = func(b *pdf.Builder, d *testDoc) {
				b.Add(stream(pdf.Dict{"Filter": pdf.Name("LZWDecode")}, "\x80\x0b\x60\x50"))
			}
		}},
		{A1b, "6.1.10-1", "LZW in a list of filters", func(d *testDoc) {
			d.add = func(b *pdf.Builder, d *testDoc) {
				b.Add(stream(pdf.Dict{"Filter": pdf.Array{pdf.Name("LZWDecode")}}, ""))
			}
		}},
		{A2b, "6.1.9-1", "two blanks in an object's head", func(d *testDoc) {
			d.catalog["Z"] = pdf.Name("abc")
			d.post = swap("endobj\n2 0 obj", "endobj 2 0 obj")
		}},
		{A2b, "6.1.13-1", "large integer", func(d *testDoc) { d.catalog["X"] = int64(2147483648) }},
		{A1b, "6.1.12-1", "small integer", func(d *testDoc) { d.catalog["X"] = int64(-2147483649) }},
		{A1b, "6.1.12-2", "large real", func(d *testDoc) { d.content = "40000.5 0 m n" }},
		{A2b, "", "large real", func(d *testDoc) { d.content = "40000.5 0 m n" }},
		{A2b, "6.1.13-5", "tiny real", func(d *testDoc) { d.content = "0." + strings.Repeat("0", 50) + "1 0 m n" }},
		{A2b, "6.1.13-3", "long string", func(d *testDoc) { d.catalog["X"] = pdf.String(strings.Repeat("a", 32768)) }},
		{A1b, "", "string of part 2's length", func(d *testDoc) { d.catalog["X"] = pdf.String(strings.Repeat("a", 32768)) }},
		{A1b, "6.1.12-3", "long string", func(d *testDoc) { d.catalog["X"] = pdf.String(strings.Repeat("a", 65536)) }},
		{A2b, "6.1.13-4", "long name", func(d *testDoc) { d.catalog["X"] = pdf.Name(long) }},
		{A1b, "6.1.12-5", "long array", func(d *testDoc) { d.catalog["X"] = make(pdf.Array, 8192) }},
		{A1b, "6.1.12-8", "deep nesting", func(d *testDoc) { d.content = strings.Repeat("q ", 29) + strings.Repeat("Q ", 29) }},
		{A2b, "", "nesting at the limit", func(d *testDoc) { d.content = strings.Repeat("q ", 28) + strings.Repeat("Q ", 28) }},
		{A2b, "6.1.13-11", "small page", func(d *testDoc) { d.page["MediaBox"] = pdf.Array{0, 0, 2, 842} }},
		{A2b, "6.1.13-11", "large crop box", func(d *testDoc) { d.page["CropBox"] = pdf.Array{0, 0, 500, 14401} }},
		{A1b, "6.1.13-1", "optional content", func(d *testDoc) { d.catalog["OCProperties"] = pdf.Dict{} }},
		{A2b, "6.1.12-1", "unknown permission", func(d *testDoc) { d.catalog["Perms"] = pdf.Dict{"UR2": pdf.Dict{}} }},
		{A2b, "6.1.12-2", "digest in a DocMDP reference", func(d *testDoc) {
			d.catalog["Perms"] = pdf.Dict{"DocMDP": pdf.Dict{"Reference": pdf.Array{pdf.Dict{"DigestMethod": pdf.Name("MD5")}}}}
		}},
	})
}

// A file written with cross-reference streams breaks part 1 and not part 2.
func TestXrefStream(t *testing.T) {
	for p, want := range map[Profile]string{A1b: "6.1.4-3", A2b: ""} {
		b := pdf.NewBuilder("1.7")
		d := newDoc(p)
		icc := b.Add(stream(pdf.Dict{"N": 3}, string(d.icc)))
		d.intent["DestOutputProfile"] = icc
		page, pages := b.Reserve(), b.Reserve()
		b.Set(page, pdf.Dict{"Type": pdf.Name("Page"), "MediaBox": pdf.Array{0, 0, 595, 842}, "Parent": pages, "Resources": pdf.Dict{}})
		b.Set(pages, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{page}, "Count": 1})
		d.catalog["Pages"] = pages
		d.catalog["OutputIntents"] = pdf.Array{d.intent}
		d.catalog["Metadata"] = b.Add(stream(d.xmpDict, d.xmp))
		d.trailer["Root"] = b.Add(d.catalog)
		data, err := b.BytesWithStream(d.trailer)
		if err != nil {
			t.Fatal(err)
		}
		res, err := Check(data, p, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(rulesOf(res), " "); got != want {
			t.Errorf("%s: findings %q, want %q", p, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	good := newDoc(A2b).bytes(t)
	if _, err := Check([]byte("not a PDF"), A2b, Options{}); err == nil {
		t.Error("text was checked as a PDF")
	}
	if _, err := Check(good, "9z", Options{}); err != ErrProfile {
		t.Errorf("unknown profile: %v", err)
	}
	d := newDoc(A2b)
	d.xmp = xmpHead + description("") + xmpTail
	if _, err := Check(d.bytes(t), "", Options{}); err != ErrNoClaim {
		t.Errorf("no claim: %v", err)
	}
	if _, err := Check(good, A2b, Options{Limits: pdf.Limits{Bytes: 10}}); err == nil {
		t.Error("a file over the limit was checked")
	}
}

func TestOrderOfRules(t *testing.T) {
	if !lessRule("6.2.9-2", "6.2.10-1") || lessRule("6.2.10-1", "6.2.9-2") || !lessRule("6.1.2-1", "6.1.2-2") || !lessRule("6.8-2", "6.8-5") {
		t.Error("clauses are not in order")
	}
}
