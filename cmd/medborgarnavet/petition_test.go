package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"medborgarnavet/fake/tsa"
	"medborgarnavet/internal/petition/proof"
)

// P-16, issue 4 part 2: the published files alone tell whether the count is
// right, and a receipt whether a vote is in it.
func TestPetitionAudit(t *testing.T) {
	h := newHall(t)
	key := hex.EncodeToString(h.key)
	audit := func(args ...string) (int, string, string) {
		t.Helper()
		return h.run(append([]string{"petition", "audit"}, args...)...)
	}
	code, out, errs := audit(append(h.files, "-key", key, "-receipt", h.receipt)...)
	if code != 0 || !strings.Contains(out, "petition "+h.petition+": 8 votes") || !strings.HasSuffix(out, "it holds\n") || strings.Contains(out, "NO") {
		t.Errorf("%d %q %q", code, out, errs)
	}
	code, out, _ = audit(append([]string{"-json", "-key", key}, h.files...)...)
	var v auditVerdict
	if err := json.Unmarshal([]byte(out), &v); err != nil || code != 0 || !v.Holds || v.Count == nil || *v.Count != 8 || len(v.Findings) < 10 {
		t.Errorf("%d %v %s", code, err, out)
	}
	if code, out, _ = audit(append([]string{"-json"}, h.files[0])...); code != 0 || !strings.Contains(out, `"count":null`) || !strings.Contains(out, "no key was given") {
		t.Errorf("a running head alone: %d %s", code, out)
	}

	foreign := h.write("foreign.json", []byte(`{"petition":"`+h.petition+`","nullifier":"`+strings.Repeat("0", 64)+`"}`))
	for name, args := range map[string][]string{
		"a receipt of nobody": append(slices.Clone(h.files), "-receipt", foreign),
		"another key":         append(slices.Clone(h.files), "-key", strings.Repeat("0", 64)),
		"something else":      append(slices.Clone(h.files), h.write("x\x1b[31m.txt", []byte("x"))),
	} {
		if code, out, _ := audit(args...); code != 1 || !strings.HasSuffix(out, "it does NOT hold\n") || strings.Contains(out, "\x1b") {
			t.Errorf("%s: %d %q", name, code, out)
		}
	}
	for name, args := range map[string][]string{
		"nothing": nil, "no such file": {h.path("none")}, "a bad key": {h.files[0], "-key", "12"}, "a folder": {h.dir}, "no published file": {h.write("y", []byte("y"))},
	} {
		if code, out, errs := audit(args...); code != 2 || out != "" || errs == "" {
			t.Errorf("%s: %d %q %q", name, code, out, errs)
		}
	}
}

// P-16: a checker written from docs/petition-audit.md alone, in another
// language, comes to the same verdict on the same files, whole and changed.
func TestAuditByStranger(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err == nil {
		_, err = exec.LookPath("openssl")
	}
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("python3 and openssl are needed")
		}
		t.Skip("NOT TESTED BY A SECOND CHECKER: python3 or openssl is missing")
	}
	h := newHall(t)
	type published map[string][]byte
	swap := func(suffix, old, with string) func(published) {
		return func(p published) {
			for name, data := range p {
				if !strings.HasSuffix(name, suffix) {
					continue
				}
				if p[name] = bytes.Replace(data, []byte(old), []byte(with), 1); bytes.Equal(p[name], data) {
					t.Fatalf("%s has no %q", name, old)
				}
			}
		}
	}
	drop := func(suffix string) func(published) {
		return func(p published) {
			for name := range p {
				if strings.HasSuffix(name, suffix) {
					delete(p, name)
				}
			}
		}
	}
	for name, row := range map[string]struct {
		change func(published)
		key    string
		holds  bool
	}{
		"as published":           {func(published) {}, hex.EncodeToString(h.key), true},
		"without a key":          {func(published) {}, "-", true},
		"without the list":       {func(p published) { drop("leaves.txt")(p); drop("receipt.json")(p) }, "-", true},
		"without running heads":  {drop("running.json"), "-", true},
		"a receipt alone":        {drop("leaves.txt"), "-", false},
		"another key":            {func(published) {}, strings.Repeat("1", 64), false},
		"another count":          {swap("final.json", `\"count\":8`, `\"count\":9`), "-", false},
		"another report":         {swap("report.json", `\"agree\":true`, `\"agree\":false`), "-", false},
		"another signature":      {swap("final.json", `"signature": "`, `"signature": "00`), "-", false},
		"another petition":       {swap("leaves.txt", h.petition, "01J00000000000000000000000"), "-", false},
		"another format":         {swap("final.json", "medborgarnavet petition 1", "medborgarnavet petition 2"), "-", false},
		"a leaf less":            {func(p published) { shorten(p, 2) }, "-", false},
		"the petition's line":    {func(p published) { shorten(p, 1) }, "-", false},
		"another receipt":        {swap("receipt.json", `"nullifier":"`, `"nullifier":"00`), "-", false},
		"without the final head": {drop("final.json"), "-", false},
		"an extra file":          {func(p published) { p["zz.json"] = []byte("{}") }, "-", false},
	} {
		t.Run(name, func(t *testing.T) {
			p := published{}
			for _, file := range append(h.files, h.receipt) {
				p[filepath.Base(file)] = bytes.Clone(h.read(filepath.Base(file)))
			}
			row.change(p)
			d := &desk{t: t, dir: t.TempDir()}
			ours, theirs := []string{"petition", "audit", "-json"}, []string{"../../conformance/petition_audit.py", row.key}
			if row.key != "-" {
				ours = append(ours, "-key", row.key)
			}
			for name, data := range p {
				file := d.write(name, data)
				ours, theirs = append(ours, file), append(theirs, file)
			}
			var own, other auditVerdict
			code, out, errs := d.run(ours...)
			if err := json.Unmarshal([]byte(out), &own); err != nil {
				t.Fatalf("%d %v %s %s", code, err, out, errs)
			}
			answer, _ := exec.CommandContext(t.Context(), python, theirs...).CombinedOutput() // the exit code is in the answer
			if err := json.Unmarshal(answer, &other); err != nil {
				t.Fatalf("%v in %s", err, answer)
			}
			if own.Holds != row.holds || other.Holds != row.holds {
				t.Errorf("we say %t, the other says %t, it is %t\n%s%s", own.Holds, other.Holds, row.holds, out, answer)
			}
			if row.holds && (own.Count == nil || other.Count == nil || *own.Count != 8 || *other.Count != 8) {
				t.Errorf("counts\n%s%s", out, answer)
			}
		})
	}
}

// shorten takes a line out of the list.
func shorten(p map[string][]byte, line int) {
	for name, data := range p {
		if strings.HasSuffix(name, "leaves.txt") {
			lines := strings.Split(string(data), "\n")
			p[name] = []byte(strings.Join(slices.Delete(lines, line, line+1), "\n"))
		}
	}
}

// S-19, P-07: the report of a real closing, sealed with a certificate and a
// time-stamp, is valid to the product's own judge with that trust, and PDF/A.
func TestSealedProofIsValid(t *testing.T) {
	h := newHall(t)
	ca, err := tsa.Start(tsa.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer ca.Close()
	id, err := ca.Seal("Ekbacka kommun", string(ekbackaNumber))
	if err != nil {
		t.Fatal(err)
	}
	root := h.write("root.pem", ca.RootPEM())
	sealer, err := proof.Open(proof.Certificate{CertFile: h.write("seal.pem", append(certPEM(id.Certificate), certPEM(id.Chain[0])...)),
		KeyFile: h.write("seal.key", keyPEM(t, id.Key)), TimeStamp: ca.TSAURL()})
	if err != nil {
		t.Fatal(err)
	}
	r, err := proof.Read(h.report)
	if err != nil {
		t.Fatal(err)
	}
	about := proof.About{Municipality: "Ekbacka kommun", Board: "Kommunstyrelsen", Title: "Bygg en lekplats", Original: h.report, Name: filepath.Base(h.files[len(h.files)-2])}
	sealed, err := proof.Make(t.Context(), r, about, sealer)
	if err != nil {
		t.Fatal(err)
	}
	file := h.write("report.pdf", sealed)
	code, out, errs := h.run("pdf", "verify", file, "-trust", root, "-online", "-json")
	if code != 0 || !strings.Contains(out, `"verdict":"valid"`) || !strings.Contains(out, `"conformant":true`) || !strings.Contains(out, `"covers_whole_document":true`) {
		t.Errorf("%d %s %s", code, out, errs)
	}
	changed := bytes.Replace(sealed, []byte("/Type"), []byte("/Tipe"), 1)
	if code, _, _ := h.run("pdf", "verify", h.write("changed.pdf", changed), "-trust", root); code == 0 {
		t.Error("a changed report is valid")
	}
}
