package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

// S-11, S-12: PDF/A is checked and not believed: exit 0 for what holds, 1 for
// what does not and for what claims nothing, each fault with its rule.
func TestPDFCheck(t *testing.T) {
	d := newDesk(t)
	plain := d.write("plain.pdf", plainPDF(t))
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{d.path("beslut.pdf")}, 0, "is PDF/A-2a, as it claims"},
		{[]string{d.path("beslut.pdf"), "-profile", "2B"}, 0, "is PDF/A-2b"},
		{[]string{"--profile=1b", d.path("beslut.pdf")}, 1, "IS NOT PDF/A-1b"},
		{[]string{plain}, 1, "it claims no profile"},
		{[]string{plain, "-profile", "3b"}, 1, "IS NOT PDF/A-3b"},
	} {
		code, out, errs := d.run(append([]string{"pdf", "check"}, c.args...)...)
		if code != c.code || !strings.Contains(out, c.says) {
			t.Errorf("%v: exit %d, want %d: %s%s", c.args, code, c.code, out, errs)
		}
	}
	refused(t, d, "profile", "pdf", "check", plain, "-profile", "9z")
	code, out, _ := d.run("pdf", "check", "-json", plain)
	var got checkReport
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 1 {
		t.Fatalf("exit %d, %v: %s", code, err, out)
	}
	if got.Claimed != "" || got.Profile != "2B" || got.Conformant || len(got.Findings) == 0 || got.Findings[0].Rule == "" || got.Findings[0].Reason == "" {
		t.Errorf("%+v", got)
	}
}

// S-06: what could later be revealed is found before a file is signed.
func TestPDFScan(t *testing.T) {
	d := newDesk(t)
	if code, out, errs := d.run("pdf", "scan", d.path("beslut.pdf")); code != 0 {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	code, out, _ := d.run("pdf", "scan", "-json", d.path("beslut.pdf"))
	if code != 0 || out != `{"risks":[]}`+"\n" {
		t.Errorf("exit %d: %s", code, out)
	}
	f, err := pdf.Read(plainPDF(t), pdf.Options{})
	if err != nil {
		t.Fatal(err)
	}
	u := f.Update()
	catalog := pdf.Dict{"OpenAction": pdf.Dict{"S": pdf.Name("JavaScript"), "JS": pdf.String("app.alert(1)")}}
	for k, v := range f.Latest().Catalog() {
		catalog[k] = v
	}
	root, _ := f.Latest().Trailer()["Root"].(pdf.Ref)
	u.Set(root, catalog)
	more, err := u.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	file := d.write("script.pdf", append(plainPDF(t), more...))
	code, out, errs := d.run("pdf", "scan", file, "--json")
	if code != 1 || !strings.Contains(out, `"severity":`) || !strings.Contains(out, `"reason":`) {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
}

// S-06: what is found in several places is told once, with how often.
func TestRiskLines(t *testing.T) {
	hidden := diff.Risk{Code: "hidden-layer", Severity: "warn", Reason: "A layer is hidden.", Page: 1}
	other := hidden
	other.Page = 2
	got := riskLines([]diff.Risk{hidden, other, hidden})
	want := []string{"warn: hidden-layer: A layer is hidden. (page 1) (2 times)", "warn: hidden-layer: A layer is hidden. (page 2)"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
