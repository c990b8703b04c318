package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
)

// S-06, I-12: each verdict has its exit code, and the JSON is that of the
// contract. Flags may stand on either side of the file, with one dash or two.
func TestPDFVerifyTellsByItsExitCode(t *testing.T) {
	d := newDesk(t)
	good := d.signed(pades.BLTA)
	file, root := d.write("good.pdf", good), d.path("root.pem")
	changed := d.write("changed.pdf", withOtherTitle(t, good))
	flipped := d.write("flipped.pdf", flip(t, good))
	removed := d.write("removed.pdf", withoutForm(t, good))
	for _, c := range []struct {
		name string
		args []string
		code int
	}{
		{"valid", []string{file, "-trust", root}, 0},
		{"flags first, two dashes", []string{"--json", "--trust", root, file}, 0},
		{"on both sides", []string{"--trust=" + root, file, "-json"}, 0},
		{"two trust flags", []string{"-trust", root, "-trust", d.path("chain.pem"), file}, 0},
		{"several files after one", []string{file, "-trust", d.path("anna.pem"), root}, 0},
		{"and the file last", []string{"-trust", d.path("anna.pem"), root, file}, 0},
		{"a day", []string{file, "-trust", root, "-time", time.Now().UTC().Format(time.DateOnly)}, 0},
		{"long after, with all evidence in the file", []string{file, "-trust", root, "-time", time.Now().AddDate(1, 6, 0).Format(time.RFC3339)}, 0},
		{"an unknown issuer", []string{file}, 3},
		{"changed afterwards", []string{changed, "-trust", root}, 1},
		{"changed, issuer unknown", []string{changed}, 1},
		{"a byte flipped", []string{flipped, "-trust", root}, 1},
		{"a signature removed", []string{removed, "-trust", root}, 1},
		{"no signature", []string{d.path("beslut.pdf"), "-trust", root}, 4},
	} {
		if code, out, errs := d.run(append([]string{"pdf", "verify"}, c.args...)...); code != c.code {
			t.Errorf("%s: exit %d, want %d\n%s%s", c.name, code, c.code, out, errs)
		}
	}
}

// withOtherTitle adds what no later signature needs: other words on the page.
func withOtherTitle(t *testing.T, file []byte) []byte {
	t.Helper()
	f, err := pdf.Read(file, pdf.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := f.Latest().Pages()
	if err != nil {
		t.Fatal(err)
	}
	u := f.Update()
	page := pdf.Dict{}
	for k, v := range pages[0].Dict {
		page[k] = v
	}
	page["Contents"] = u.Add(&pdf.Stream{Dict: pdf.Dict{}, Raw: []byte("BT ET")})
	u.Set(pages[0].Ref, page)
	more, err := u.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return append(bytes.Clone(file), more...)
}

// withoutForm takes the form and with it the signature away.
func withoutForm(t *testing.T, file []byte) []byte {
	t.Helper()
	f, err := pdf.Read(file, pdf.Options{})
	if err != nil {
		t.Fatal(err)
	}
	root, ok := f.Latest().Trailer()["Root"].(pdf.Ref)
	if !ok {
		t.Fatal("no root")
	}
	u, cat := f.Update(), maps.Clone(f.Latest().Catalog())
	delete(cat, "AcroForm")
	u.Set(root, cat)
	more, err := u.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return append(bytes.Clone(file), more...)
}

// flip changes one byte of what is signed, in the file's first comment line.
func flip(t *testing.T, file []byte) []byte {
	t.Helper()
	out := bytes.Clone(file)
	out[12] ^= 0x01
	return out
}

// S-06: exactly the members of the contract, in its nesting, lists never null.
func TestPDFVerifyJSON(t *testing.T) {
	d := newDesk(t)
	file := d.write("good.pdf", d.signed(pades.BLT))
	_, out, errs := d.run("pdf", "verify", file, "-json", "-trust", d.path("root.pem"))
	var top map[string]json.RawMessage
	if err := json.Unmarshal([]byte(out), &top); err != nil {
		t.Fatalf("%v: %s%s", err, out, errs)
	}
	members(t, top, "verdict", "signatures", "pdfa")
	var list []map[string]json.RawMessage
	decode(t, top["signatures"], &list)
	if len(list) != 1 {
		t.Fatalf("%d signatures", len(list))
	}
	members(t, list[0], "field", "verdict", "indication", "sub_indication", "level", "signer", "signed_at", "covers_whole_document", "changes_after", "reasons")
	for name, want := range map[string]string{"verdict": `"valid"`, "indication": `"TOTAL-PASSED"`, "level": `"B-LT"`, "signer": `"Anna Berglund"`,
		"covers_whole_document": "true", "sub_indication": `""`} {
		if string(list[0][name]) != want {
			t.Errorf("%s is %s, want %s", name, list[0][name], want)
		}
	}
	for _, name := range []string{"changes_after", "reasons"} {
		if !strings.HasPrefix(string(list[0][name]), "[") {
			t.Errorf("%s is %s", name, list[0][name])
		}
	}
	var signedAt time.Time
	decode(t, list[0]["signed_at"], &signedAt)
	if time.Since(signedAt).Abs() > time.Minute {
		t.Errorf("signed at %v", signedAt)
	}
	var pdfaPart map[string]json.RawMessage
	decode(t, top["pdfa"], &pdfaPart)
	members(t, pdfaPart, "claimed", "conformant", "findings")
	if string(pdfaPart["claimed"]) != `"2A"` || string(pdfaPart["conformant"]) != "true" || string(pdfaPart["findings"]) != "[]" {
		t.Errorf("pdfa: %s", top["pdfa"])
	}
	_, out, _ = d.run("pdf", "verify", "-json", d.write("plain.pdf", plainPDF(t)))
	if want := `{"verdict":"no-signature","signatures":[],"pdfa":{"claimed":"","conformant":false,"findings":[]}}` + "\n"; out != want {
		t.Errorf("%s, want %s", out, want)
	}
}

// S-12: -verapdf asks a second validator; what each says is told, and that they
// do not agree; one that cannot answer says nothing of the file.
func TestPDFVerifyWithASecondValidator(t *testing.T) {
	d := newDesk(t)
	const report = `<report><buildInformation><releaseDetails id="core" version="1.28.2"/></buildInformation><jobs><job>
<validationReport jobEndStatus="normal" profileName="PDF/A-2A validation profile" isCompliant="false"><details passedRules="140" failedRules="1">
<rule clause="6.7.2" testNumber="1" status="failed" failedChecks="1"><description>Tagged.</description></rule></details></validationReport></job></jobs>
<batchSummary totalJobs="1" failedToParse="0" encrypted="0" outOfMemory="0" veraExceptions="0"/></report>`
	d.write("report.xml", []byte(report))
	program := func(name, text string) string {
		path := d.write(name, []byte("#!/bin/sh\n"+text))
		if err := os.Chmod(path, 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct{ name, program, want string }{
		{"disagrees", program("no", fmt.Sprintf("cat > /dev/null; cat '%s'; exit 1\n", d.path("report.xml"))),
			`"pdfa":{"claimed":"2A","conformant":false,"findings":[{"rule":"6.7.2-1","reason":"According to veraPDF: Tagged."}],` +
				`"validators":[{"name":"medborgarnavet","version":"1","answered":true,"conformant":true,"findings":0},` +
				`{"name":"veraPDF","version":"1.28.2","answered":true,"conformant":false,"findings":1}],"validators_disagree":true}`},
		{"crashes", program("crash", "exit 3\n"), `"pdfa":{"claimed":"2A","conformant":true,"findings":[],` +
			`"validators":[{"name":"medborgarnavet","version":"1","answered":true,"conformant":true,"findings":0},` +
			`{"name":"veraPDF","version":"","answered":false,"conformant":false,"findings":0}]}`},
	} {
		code, out, errs := d.run("pdf", "verify", d.path("beslut.pdf"), "-json", "-verapdf", c.program)
		if code != exitNoSignature || !strings.Contains(out, c.want) {
			t.Errorf("%s: exit %d\n%s%s\nwant %s", c.name, code, out, errs, c.want)
		}
	}
	_, out, _ := d.run("pdf", "verify", d.path("beslut.pdf"), "-verapdf", d.path("no"))
	for _, want := range []string{"claims 2A, and is not", "The validators do not agree", "veraPDF 1.28.2 1 rules broken", "medborgarnavet 1 no fault"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	refused(t, d, "no such program", "pdf", "verify", d.path("beslut.pdf"), "-verapdf", d.path("gone"))
}

// S-06: with no signature left to bear it, the reason is told of the file.
func TestPDFVerifyTellsOfARemovedSignature(t *testing.T) {
	d := newDesk(t)
	file := d.write("removed.pdf", withoutForm(t, d.signed(pades.BT)))
	code, out, _ := d.run("pdf", "verify", file, "-json")
	if want := "A signature that was in the file has been removed by a later change."; code != 1 || !strings.HasPrefix(out, `{"verdict":"invalid","signatures":[]`) || !strings.Contains(out, want) {
		t.Errorf("exit %d\n%s", code, out)
	}
}

func decode(t *testing.T, raw []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
}

func members(t *testing.T, have map[string]json.RawMessage, want ...string) {
	t.Helper()
	var names []string
	for name := range have {
		names = append(names, name)
	}
	slices.Sort(names)
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("members %v, want %v", names, want)
	}
}

// plainPDF claims nothing and is signed by nobody.
func plainPDF(t *testing.T) []byte {
	t.Helper()
	b := pdf.NewBuilder("1.7")
	tree := b.Reserve()
	page := b.Add(pdf.Dict{"Type": pdf.Name("Page"), "Parent": tree, "MediaBox": pdf.Array{0, 0, 595, 842}, "Resources": pdf.Dict{}})
	b.Set(tree, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{page}, "Count": 1})
	out, err := b.Bytes(pdf.Dict{"Root": b.Add(pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": tree})})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// S-06, I-14: what cannot be used is exit 2 and one line that says why, for
// every command, and never a crash.
func TestPDFCommandsRefuseWhatTheyCannotRead(t *testing.T) {
	d := newDesk(t)
	plain := plainPDF(t)
	encrypted := bytes.Replace(plain, []byte("trailer\n<<"), []byte("trailer\n<</Encrypt <</Filter/Standard/V 2/R 3/O<00>/U<00>/P -4>>"), 1)
	if bytes.Equal(plain, encrypted) {
		t.Fatal("the trailer was not found")
	}
	files := map[string]string{
		"empty":     d.write("empty.pdf", nil),
		"text":      d.write("text.pdf", []byte("Hej! Det här är ingen PDF.\n")),
		"truncated": d.write("truncated.pdf", []byte("%PDF-1.7\n1 0 obj\n<</Type/Cat")),
		"directory": d.dir,
		"missing":   d.path("finns-inte.pdf"),
		"device":    os.DevNull,
		"huge":      d.write("huge.pdf", fmt.Appendf(nil, "%%PDF-1.7\nxref\n0 %d\ntrailer\n<</Size %d/Root 1 0 R>>\nstartxref\n9\n%%%%EOF\n", 1<<40, 1<<40)),
		"PNG":       d.write("image.png", []byte("\x89PNG\r\n\x1a\n0000")),
	}
	for _, command := range []string{"verify", "check", "scan"} {
		for name, file := range files {
			refused(t, d, name, "pdf", command, file)
		}
	}
	lock := d.write("encrypted.pdf", encrypted)
	refused(t, d, "encrypted", "pdf", "verify", lock)
	refused(t, d, "encrypted", "pdf", "scan", lock)
	for _, args := range [][]string{{}, {"a.pdf", "b.pdf"}, {"-nonsense", lock}, {lock, "-time", "igår"}, {lock, "-trust", d.path("none.pem")},
		{lock, "-trust", files["text"]}, {lock, "-trust", d.write("list.xml", []byte("<TrustServiceStatusList/>"))}} {
		refused(t, d, "wrong use", append([]string{"pdf", "verify"}, args...)...)
	}
}

func refused(t *testing.T, d *desk, name string, args ...string) {
	t.Helper()
	code, out, errs := d.run(args...)
	if code != 2 || out != "" || strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "medborgarnavet: ") {
		t.Errorf("%s %v: exit %d, out %q, err %q", name, args[:2], code, out, errs)
	}
}

// S-06: the words for people: the verdict comes first, and no letter from the
// file can steer the terminal.
func TestPDFVerifyInWords(t *testing.T) {
	d := newDesk(t)
	_, out, _ := d.run("pdf", "verify", d.write("good.pdf", d.signed(pades.BT)), "-trust", d.path("root.pem"), "-online")
	first, _, _ := strings.Cut(out, "\n")
	if !strings.HasSuffix(first, "good.pdf: VALID") || !strings.Contains(out, "1. Anna Berglund: valid") || !strings.Contains(out, "proven by a time-stamp") {
		t.Error(out)
	}
	if got := clean("a\x1b[31mb\u202ec\nd\u200de"); got != "a[31mbcd\u200de" {
		t.Errorf("%q", got)
	}
}

// I-14: nothing is asked of anyone unless -online, and then only the issuers of
// certificates that are trusted: the addresses stand in the file.
func TestPDFVerifyAsksNobodyUnasked(t *testing.T) {
	d := newDesk(t)
	file, root := d.write("signed.pdf", d.signed(pades.BB)), d.path("root.pem")
	asked := func() int {
		return d.ca.Asked("/ocsp") + d.ca.Asked("/crl") + d.ca.Asked("/root.crl") + d.ca.Asked("/issuing.crt")
	}
	for _, c := range []struct {
		name string
		args []string
		code int
		asks bool
	}{
		{"trusted, offline", []string{"-trust", root}, 3, false},
		{"unknown, online", []string{"-online"}, 3, false},
		{"trusted, online", []string{"-trust", root, "-online"}, 0, true},
	} {
		before := asked()
		code, out, errs := d.run(append([]string{"pdf", "verify", file}, c.args...)...)
		if code != c.code || (asked() > before) != c.asks {
			t.Errorf("%s: exit %d, want %d; asked %d times\n%s%s", c.name, code, c.code, asked()-before, out, errs)
		}
	}
	d.ca.DeadStatus(true)
	if code, out, _ := d.run("pdf", "verify", file, "-trust", root, "-online"); code != 3 {
		t.Errorf("the issuer is down: exit %d\n%s", code, out)
	}
}

// I-12, I-14: no byte of a signed file can be changed, and the file cut off
// nowhere, so that the answer is "valid" or the command does not end by itself.
func TestPDFVerifyOfBrokenFiles(t *testing.T) {
	d := newDesk(t)
	good, root := d.signed(pades.BT), d.path("root.pem")
	try := func(name string, data []byte) {
		code, out, errs := d.run("pdf", "verify", d.write("broken.pdf", data), "-online", "-trust", root)
		if code < 1 || code > 4 {
			t.Errorf("%s: exit %d\n%s%s", name, code, out, errs)
		}
	}
	for i := range 40 {
		at := (len(good) - 2) / 40 * i
		cut := bytes.Clone(good[:at])
		try(fmt.Sprintf("cut at %d", at), cut)
		changed := bytes.Clone(good)
		changed[at] ^= 0x10
		try(fmt.Sprintf("changed at %d", at), changed)
	}
}
